"""validate."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from needsseg.actions.validation import curves as files
from needsseg.actions.validation import retention
from needsseg.cli.accounts.profiles import as_of_option, engine_option
from needsseg.cli.narration import Session
from needsseg.cli.output import print_object, print_table, print_text
from needsseg.cli.parameters import day, json_option, opened

if TYPE_CHECKING:
    from needsseg.actions.validation import Validation

OUTCOMES: dict[str, Literal["churned", "at_risk"]] = {"churned": "churned", "at-risk": "at_risk"}


def _perhaps_day(ctx: click.Context, option: click.Parameter, value: str | None) -> date | None:
    return None if value is None else day(ctx, option, value)


@click.command()
@as_of_option
@click.option(
    "--since",
    callback=_perhaps_day,
    metavar="YYYY-MM-DD",
    help="Follow accounts from this day, after the last interview; required if interviews have no dates.",
)
@click.option(
    "--horizon", type=click.IntRange(1, 36500), default=365, show_default=True, help="Maximum days of follow-up."
)
@click.option(
    "--by",
    metavar="NAME",
    default="needs",
    show_default=True,
    help="The kind of segments: needs, behavioral, or a further column of the accounts.",
)
@click.option("--source", type=click.Choice(("interview", "survey", "assigned")), help="Only labels of this source.")
@click.option(
    "--outcome",
    type=click.Choice(tuple(OUTCOMES)),
    default="churned",
    show_default=True,
    help="The outcome that is measured.",
)
@click.option(
    "--features-as-of",
    callback=_perhaps_day,
    metavar="YYYY-MM-DD",
    help="The date of behavioral segments. Default: --since.",
)
@click.option(
    "--tried",
    type=click.IntRange(1, 100_000),
    help="Number of segmentations tried, this one included. Default: the runs so far and this one.",
)
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=0, show_default=True, help="Random seed.")
@click.option(
    "--curves", type=click.Path(path_type=Path), metavar="PATH", help="Write the curves to an .svg or .csv file."
)
@click.option("--force", is_flag=True, help="Replace a file that holds no curves.")
@engine_option
@json_option
@click.pass_obj
def validate(
    session: Session,
    as_of: date,
    since: date | None,
    horizon: int,
    by: str,
    source: Literal["interview", "survey", "assigned"] | None,
    outcome: str,
    features_as_of: date | None,
    tried: int | None,
    seed: int,
    curves: Path | None,
    force: bool,
    engine: str | None,
    as_json: bool,
) -> None:
    """Test whether segments predict, beyond firmographics, which accounts stay; show the figures behind the verdict.

    Accounts are followed by their subscriptions: one has left when it did not renew within the grace period.
    """
    with opened(session) as study:
        if curves is not None:
            files.check_target(study, curves, overwrite=force)
        with session.progressing() as progress:
            validation = retention.validate(
                study, as_of, since, horizon, by, source=source, outcome=OUTCOMES[outcome],
                features_as_of=features_as_of, tried=tried, seed=seed, progress=progress, engine=engine,
            )  # fmt: skip
        if curves is not None:
            files.write_curves(study, validation, curves, overwrite=force)
    if as_json:
        print_object(_shape(validation))
    else:
        _print(validation)
    for warning in validation.warnings:
        session.warn(warning)
    if curves is not None:
        session.say(f"Wrote the curves to {curves}.")


def _print(validation: Validation) -> None:
    verdict = validation.verdict
    print_text(verdict.sentence)
    for reason in verdict.reasons:
        print_text(f"  {reason}")
    print_text(f"What to do: {verdict.advice}")
    for need in verdict.needed:
        print_text(f"To know more: {need}.")
    print_text("")
    last = validation.followed[0]
    print_table(
        (
            "segment",
            "accounts",
            _events(validation),
            f"stayed to day {last}",
            "95% interval",
            f"half {_events(validation)} by day",
        ),
        [
            (
                each.segment,
                each.accounts,
                each.events,
                _share(each.at(last).survival),
                _between(each.at(last).low, each.at(last).high, _share),
                each.median,
            )
            for each in validation.curves
        ],
        wrap=("segment",),
    )
    print_text("")
    print_table(("figure", "value", "of it"), _figures(validation), wrap=("of it",))


def _figures(validation: Validation) -> list[tuple[str, str, str]]:
    design, verdict = validation.design, validation.verdict
    fields = ", ".join(validation.strata)
    rows = [
        (
            "accounts",
            str(validation.accounts),
            f"{validation.events} {_events(validation)}; {_source(validation.source)}; {_span(validation)}",
        ),
        ("segmentations tried", str(design.tried), "p is multiplied by it (Bonferroni) before the verdict"),
    ]
    if verdict.p is not None:
        rows.append(("p, corrected", _figure(verdict.p_corrected), f"{_figure(verdict.p)} before; {verdict.test}"))
    if validation.logrank is not None:
        test = validation.logrank
        rows += [
            ("log-rank", f"{test.statistic:.3f}", f"chi-square, {test.degrees} degrees of freedom"),
            ("p of it", _figure(test.p), f"{test.permutations:,} permutations of the labels"),
            ("p of it, in strata", _figure(test.p_within), f"permuted among accounts alike in {fields}"),
        ]
    rows += [*_table_figures(validation), *_increment_figures(validation)]
    rows += [("left out", name, f"{size} of the accounts: too few") for name, size in validation.left_out]
    return rows


def _table_figures(validation: Validation) -> list[tuple[str, str, str]]:
    """Return the figures of the table of segments by outcome; none where there is no table."""
    if (table := validation.table) is None:
        return []
    method = "exact" if table.exact else "by permutation"
    rows = [
        ("Fisher p", _figure(table.p), f"{method} (Freeman, Halton); {_events(validation)} within {table.days} days")
    ]
    if table.v is not None:
        by_chance = f"{_figure(table.v_raw_by_chance)} on average by chance alone"
        rows += [
            ("Cramér's V", _figure(table.v), f"bias-corrected; 95% {_between(table.v_low, table.v_high, _figure)}"),
            ("V, uncorrected", _figure(table.v_raw), by_chance),
        ]
    return rows


def _increment_figures(validation: Validation) -> list[tuple[str, str, str]]:
    """Return what segments add to a forecast from firmographics; nothing where it was not computed."""
    if (one := validation.increment) is None:
        return []
    method = f"{one.folds}-fold, {one.repeats} times; p by {one.permutations:,} permutations in strata"
    return [
        (
            "Brier score",
            f"{one.brier_gain:+.4f}",
            f"{one.brier_firmographic:.4f} → {one.brier_with_segments:.4f}; p {_figure(one.brier_p)}; "
            f"95% {one.brier_low:+.4f} to {one.brier_high:+.4f}; + is better",
        ),
        (
            "AUC",
            f"{one.auc_gain:+.3f}",
            f"{one.auc_firmographic:.3f} → {one.auc_with_segments:.3f}; p {_figure(one.auc_p)}; {method}",
        ),
    ]


def _events(validation: Validation) -> str:
    return "at risk" if validation.design.outcome == "at_risk" else "left"


def _source(source: str) -> str:
    named = {"usage": "segments from usage", "column": "segments from a column of the accounts"}
    return named.get(source, f"labels: {source}")


def _span(validation: Validation) -> str:
    first, last = validation.followed
    return f"followed for {first} days" if first == last else f"followed for {first} to {last} days"


def _share(value: float) -> str:
    return f"{value:.0%}"


def _figure(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.4f}" if value < 0.1 else f"{value:.3f}"


def _between(low: float | None, high: float | None, worded: Any) -> str:
    return "–" if low is None or high is None else f"{worded(low)} to {worded(high)}"


def _shape(validation: Validation) -> dict[str, Any]:
    """The whole validation; null where something could not be computed."""
    design, verdict = validation.design, validation.verdict
    return {
        "verdict": verdict.word,
        "sentence": verdict.sentence,
        "reasons": verdict.reasons,
        "advice": verdict.advice,
        "needed": verdict.needed,
        "test": verdict.test or None,
        "p": verdict.p,
        "p_corrected": verdict.p_corrected,
        "tried": design.tried,
        "by": design.by,
        "source": validation.source,
        "outcome": design.outcome,
        "as_of": design.as_of.isoformat(),
        "since": design.since.isoformat() if design.since else None,
        "horizon": design.horizon,
        "seed": design.seed,
        "accounts": validation.accounts,
        "events": validation.events,
        "followed": {"least": validation.followed[0], "most": validation.followed[1]},
        "strata": validation.strata,
        "logrank": asdict(validation.logrank) if validation.logrank else None,
        "table": asdict(validation.table) if validation.table else None,
        "increment": asdict(validation.increment) if validation.increment else None,
        "curves": [asdict(each) for each in validation.curves],
        "left_out": dict(validation.left_out),
        "warnings": validation.warnings,
    }
