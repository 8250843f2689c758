"""agreement, saturation, coverage."""

from __future__ import annotations

from dataclasses import asdict
from typing import Literal

import click

from needsseg.actions.coding import coverage as progress
from needsseg.actions.coding import measures
from needsseg.cli.narration import Session
from needsseg.cli.output import print_object, print_table, print_text
from needsseg.cli.parameters import json_option, opened
from needsseg.text import format_count


@click.command()
@click.argument("keys", metavar="[KEY]...", nargs=-1)
@click.option(
    "--by",
    "units",
    type=click.Choice(("character", "sentence", "passage")),
    default="character",
    show_default=True,
    help="The unit that is compared.",
)
@click.option("--all-text", is_flag=True, help="Include interviewers' words.")
@click.option("--both", "shared", is_flag=True, help="Only turns that every coder has coded, decided on or read.")
@json_option
@click.pass_obj
def agreement(
    session: Session,
    keys: tuple[str, ...],
    units: Literal["character", "sentence", "passage"],
    all_text: bool,
    shared: bool,
    as_json: bool,
) -> None:
    """Show how far coders agree (percent, Cohen's kappa, Krippendorff's alpha) and where they differ."""
    with opened(session) as study:
        report = measures.agreement(study, units, keys, all_text, shared)
    whole = report.agreement
    if as_json:
        apart = [asdict(one) | {"words": words} for one, words in report.disagreements]
        print_object(
            {"interviews": report.interviews, "compared": report.compared, "shared": shared}
            | asdict(whole)
            | {"disagreements": apart}
        )
        return
    print_text(report.compared)
    rows = [("all codes", whole.percent, whole.kappa, whole.alpha)]
    rows += [(code.code, code.percent, code.kappa, code.alpha) for code in whole.codes]
    print_table(("code", "percent", "kappa", "alpha"), [(name, *map(_figure, row)) for name, *row in rows])
    for one, words in report.disagreements:
        who = f"{', '.join(one.by)}, not {', '.join(one.not_by)}"
        print_text(f"{one.interview} {one.start}–{one.end} {one.code} ({who}): “{words}”")
    session.say(
        f"{', '.join(whole.coders)} over {whole.n} {units}s of {format_count(len(report.interviews), 'interview')}."
    )


def _figure(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else ""


@click.command()
@click.option("--base", type=click.IntRange(1), default=4, show_default=True, help="Interviews in the base set.")
@click.option("--run", "run_", type=click.IntRange(1), default=2, show_default=True, help="Interviews in a run.")
@click.option(
    "--threshold",
    type=click.FloatRange(0, 1),
    default=0.05,
    show_default=True,
    help="Share of new codes that counts as saturated.",
)
@json_option
@click.pass_obj
def saturation(session: Session, base: int, run_: int, threshold: float, as_json: bool) -> None:
    """Show whether further interviews still bring new codes (Guest, Namey and Chen 2020)."""
    with opened(session) as study:
        report = measures.saturation(study, base, run_, threshold)
    of = report.saturation
    if as_json:
        print_object(
            {"interviews": report.interviews, "new": report.new, **asdict(report.saturation)}
            | {"reported": "", "reached_at": None}
            | ({"reported": of.reported, "reached_at": of.reached_at} if report.verdict == "reached" else {})
            | {"verdict": report.verdict, "incomplete": report.incomplete}
        )
        return
    most = max(report.new, default=0) or 1
    print_table(
        ("interview", "new codes", ""),
        [(key, new, "█" * round(20 * new / most)) for key, new in zip(report.interviews, report.new, strict=True)],
    )
    session.say(report.sentence)


@click.command()
@click.option("--coder", metavar="NAME", help="Only this coder's work, instead of everybody's.")
@json_option
@click.pass_obj
def coverage(session: Session, coder: str | None, as_json: bool) -> None:
    """Show how much of what participants said was read, coded and skipped, and how many passages are decided.

    Words in accepted passages count as coded and read; other words that were read count as skipped.
    """
    with opened(session) as study:
        report = progress.coverage(study, coder)
    if as_json:
        rows = [_covered(row) | {"key": row.key, "title": row.title} for row in report.interviews]
        print_object({"coder": report.coder, "interviews": rows, "total": _covered(report.total)})
        return
    print_table(
        ("interview", "words", "read", "coded", "skipped", "decided"),
        [
            (
                row.key or "all",
                row.words,
                *(f"{row.share(words):.0%}" for words in (row.read, row.coded, row.skipped)),
                f"{row.decided}/{row.marked}",
            )
            for row in (*report.interviews, report.total)
        ],
    )
    if report.coder:
        session.say(f"This is the work of {report.coder} alone.")


def _covered(row: progress.InterviewCoverage) -> dict[str, float]:
    counts = {"words": row.words, "read": row.read, "coded": row.coded, "skipped": row.skipped}
    shares = {f"{name}_share": row.share(counts[name]) for name in ("read", "coded", "skipped")}
    return {**counts, **shares, "decided": row.decided, "marked": row.marked}
