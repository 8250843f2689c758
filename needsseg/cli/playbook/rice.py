"""rice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import click

from needsseg.actions.playbook import Score, Weight, in_numbers
from needsseg.actions.playbook import rice as actions
from needsseg.cli.accounts.profiles import engine_option
from needsseg.cli.narration import Session
from needsseg.cli.output import print_array, print_table, print_text
from needsseg.cli.parameters import json_option, opened
from needsseg.cli.playbook.triggers import optional_day
from needsseg.errors import NotFoundError
from needsseg.text import format_count


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--lambda", "strength", type=float, default=1.0, show_default=True, metavar="0…1",
              help="How far weights count: 0 is plain RICE.")  # fmt: skip
@click.option(
    "--by",
    type=click.Choice(actions.BY),
    default="needs",
    show_default=True,
    help="The tier by which accounts are counted.",
)
@click.option(
    "--weigh-by",
    metavar="MEASURE",
    default="arr",
    show_default=True,
    help="What weights go by: arr, growth (ARR gained in a year), icp (fit), or a column: employees, revenue, or a further one "
    "of numbers.",
)
@click.option(
    "--reach",
    type=click.Choice(actions.REACH),
    default="all",
    show_default=True,
    help="Which labels count. Those of survey and assigned are scaled to all accounts.",
)
@click.option("--as-of", callback=optional_day, metavar="YYYY-MM-DD",
              help="The as-of date. Default: the day after the newest event.")  # fmt: skip
@click.option("--use", is_flag=True, help="Add how use of the features differs between segments, where it does.")
@click.option("--explain", metavar="FEATURE", help="Show how this feature's scores are computed.")
@engine_option
@json_option
@click.pass_obj
def rice(
    session: Session,
    file: Path,
    strength: float,
    by: str,
    weigh_by: str,
    reach: str,
    as_of: date | None,
    use: bool,
    explain: str | None,
    engine: str | None,
    as_json: bool,
) -> None:
    """Score a backlog by RICE, plain and weighted by ARR or growth potential, side by side.

    FILE is a CSV with the columns feature, impact, confidence (0.8 or 80%), effort, and either segments (those a feature
    serves, separated by semicolons) or a number of accounts in columns such as reach:Builder.
    """
    with opened(session) as study, session.progressing() as progress:
        report = actions.scored(study, file, as_of, by, strength, progress, engine, weigh_by, reach, use)
    for reject in report.refused:
        where = f"{file.name} row {reject.row}" + (f", column {reject.column}" if reject.column else "")
        session.refuse(where, f"'{reject.value}': {reject.reason}." if reject.value else f"{reject.reason}.")
    shown = report.scores
    if explain is not None:
        shown = tuple(score for score in shown if score.feature.name.casefold() == explain.strip().casefold())
        if not shown:
            raise NotFoundError(
                f"{file.name} has no feature '{explain}' that could be scored.",
                f"Features: {', '.join(score.feature.name for score in report.scores) or 'none'}.",
            )
    if as_json:
        print_array(_shape(score, report) for score in shown)
    elif explain is not None:
        _print_one(shown[0], report)
    else:
        _print_all(report)
    if use and not as_json:
        _print_use(shown, report)
    for warning in report.warnings:
        session.warn(warning)
    for sentence in report.sentences:
        session.say(sentence)
    session.say(f"Scored {format_count(len(report.scores), 'feature')} of {file.name} as of {report.as_of}.")


def _print_all(report: actions.RiceReport) -> None:
    print_table(
        ("feature", "reach", "plain", "rank", "weighted", "rank", "change"),
        [
            (score.feature.name, f"{sum(part.reach for part in score.parts):,.10g}", f"{score.plain:,.2f}",
             score.plain_rank, None if score.weighted is None else f"{score.weighted:,.2f}", score.weighted_rank,
             _change(score.rank_change))
            for score in report.scores
        ],
        wrap=("feature",),
    )  # fmt: skip
    print_text(f"\n{report.formula}; λ = {report.strength:g}")
    has_labels = report.by == "needs"
    print_table(
        ("segment" if has_labels else report.by, "accounts", f"with {report.words}", "of these", f"of {report.words}", "w",
         *(("reach", "labels from") if has_labels else ())),
        [
            (each.segment, each.accounts, each.priced, _share(each.account_share), _share(each.arr_share),
             None if each.weight is None else f"{each.weight:.4g}",
             *((f"{each.reach:,.0f}", _sources(each)) if has_labels else ()))
            for each in report.weights
        ],
        wrap=("segment",),
    )  # fmt: skip


def _print_one(score: Score, report: actions.RiceReport) -> None:
    plain, weighted = in_numbers(score, report.strength)
    print_text(f"{score.feature.name}: {report.formula}; λ = {report.strength:g}")
    print_text(f"plain, rank {score.plain_rank}: {plain}")
    if score.weighted is None:
        print_text(f"weighted: none; {score.why}")
    else:
        print_text(f"weighted, rank {score.weighted_rank}: {weighted}")
    for each in report.weights:
        if each.weight is not None and any(part.segment == each.segment for part in score.parts):
            print_text(
                f"w of {each.segment} = {each.arr_share:.4g} / {each.account_share:.4g} = {each.weight:.4g} "
                f"({each.priced} of its {format_count(each.accounts, 'account')} have {_value(report)})"
            )


def _print_use(shown: Sequence[Score], report: actions.RiceReport) -> None:
    """Print, for each feature, how its use differs between segments, or that it does not or is not known."""
    print_text("\nUse in the last 90 days:")
    for score in shown:
        findings = report.use.get(score.feature.usage_name)
        if findings is None:
            print_text(f"{score.feature.name}: usage knows no feature '{score.feature.usage_name}'.")
        elif not findings:
            print_text(f"{score.feature.name}: no difference between segments that its interval supports.")
        for finding in findings or ():
            print_text(f"{score.feature.name}: {finding.sentence} {finding.evidence}.")


def _value(report: actions.RiceReport) -> str:
    return "an amount" if report.weigh_by == "arr" else "a known value"


def _sources(weight: Weight) -> str | None:
    counts = ", ".join(f"{number:,} {source}" for source, number in weight.sources.items())
    return f"{counts} only" if weight.interviewed_only else counts or None


def _change(places: int | None) -> str | None:
    return None if places is None else f"{places:+d}" if places else "0"


def _share(share: float | None) -> str | None:
    return None if share is None else f"{share:.1%}"


def _shape(score: Score, report: actions.RiceReport) -> dict[str, Any]:
    plain, weighted = in_numbers(score, report.strength)
    weight_by_segment = {each.segment: each for each in report.weights}
    return {
        "feature": score.feature.name,
        "reach": sum(part.reach for part in score.parts),
        "impact": score.feature.impact,
        "confidence": score.feature.confidence,
        "effort": score.feature.effort,
        "plain": score.plain,
        "plain_rank": score.plain_rank,
        "weighted": score.weighted,
        "weighted_rank": score.weighted_rank,
        "rank_change": score.rank_change,
        "why": score.why or None,
        "parts": [_part(weight_by_segment[part.segment], report) | {"reach": part.reach} for part in score.parts],
        "formula": {"plain": plain, "weighted": weighted or None, "lambda": report.strength},
        "coverage": asdict(report.coverage) | {"left_out": report.left_out},
        "as_of": report.as_of.isoformat(),
        "by": report.by,
        "weigh_by": report.weigh_by,
        "reach_counts": report.reach,
        "use": None
        if (findings := report.use.get(score.feature.usage_name)) is None
        else [
            {"segment": each.segment, "more": each.more, "sentence": each.sentence, "evidence": each.evidence}
            for each in findings
        ],
    }


def _part(weight: Weight, report: actions.RiceReport) -> dict[str, Any]:
    """Return a weight as JSON; ``arr_share`` is of ARR alone, ``value_share`` of what the weights go by."""
    shape = {key: value for key, value in asdict(weight).items() if key != "whole"}
    return shape | {
        "arr_share": weight.arr_share if report.weigh_by == "arr" else None,
        "value_share": weight.arr_share,
        "whole_segment": weight.reach,
        "interviewed_only": weight.interviewed_only,
    }
