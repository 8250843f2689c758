"""compare, map, sensitivity: what two runs share, where passages lie, and what small changes do."""

from __future__ import annotations

from dataclasses import asdict

import click

from needsseg.actions.discovery import comparing
from needsseg.actions.discovery import sensitivity as sensitivity_actions
from needsseg.actions.discovery.firmness import verdict
from needsseg.cli import shapes
from needsseg.cli.narration import Session
from needsseg.cli.output import print_array, print_object, print_table, print_text
from needsseg.cli.parameters import LARGEST, json_option, opened
from needsseg.text import format_count

RUN = click.IntRange(1, LARGEST)


@click.command()
@click.argument("first", metavar="RUN", type=RUN)
@click.argument("second", metavar="RUN", type=RUN)
@json_option
@click.pass_obj
def compare(session: Session, first: int, second: int, as_json: bool) -> None:
    """Compare two runs: what happened to each candidate of the first in the second."""
    with opened(session) as study:
        comparison = comparing.compare_runs(study, first, second)
    if as_json:
        print_object(shapes.run_comparison(comparison))
        return
    for sentence in comparison.sentences:
        print_text(sentence)
    of = comparison.comparison
    print_text(
        f"agreement {of.agreement:.2f} over the {format_count(of.common, 'passage')} that both know; "
        f"{of.only_first} only in run {first}, {of.only_second} only in run {second}"
    )


@click.command("map")
@json_option
@click.pass_obj
def map_(session: Session, as_json: bool) -> None:
    """Map the newest run's passages in two dimensions; passages with similar meaning lie close together."""
    with opened(session) as study:
        points = comparing.needs_map(study)
    if as_json:
        print_array(asdict(point) for point in points)
        return
    print_table(
        ("passage", "x", "y", "segment", "status"),
        [(p.passage, p.x, p.y, p.segment, p.status) for p in points],
    )


@click.command()
@json_option
@click.pass_obj
def sensitivity(session: Session, as_json: bool) -> None:
    """Test how stable the results are: without each participant, with suggestions, and with passages resampled.

    Segments show the result as their stability, until passages, assignments or decisions change.
    """
    with opened(session) as study, session.progressing() as progress:
        result, current_verdict = sensitivity_actions.sensitivity(study, progress), verdict(study)
    if as_json:
        print_object(shapes.sensitivity(result))
        return
    for line in current_verdict.lines if current_verdict.has_run else ():
        print_text(line)
    for segment, firm in result.figures.items():
        print_text(f"{result.base[segment]}: {result.firmness[segment]}{f'; {firm.against}' if firm.against else ''}")
    print_text("")
    for row in (row for row in result.rows if row.kind != "resample"):
        print_text(f"{row.sentence} (agreement {row.comparison.agreement:.2f})")
    for sentence in result.resampled:
        print_text(sentence)
    if result.untried:
        session.say(f"{format_count(result.untried, 'participant')} with fewer passages were not left out in turn.")
    session.say(
        f"{format_count(len(result.rows), 'variation')} of {format_count(len(result.base), 'candidate')}; nothing was "
        "changed. What people placed is held in "
        "its place and not counted; names given to clusters count for nothing here."
    )
