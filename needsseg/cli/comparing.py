"""compare, map, sensitivity: what two runs share, where passages lie, and what small changes do."""

from __future__ import annotations

from dataclasses import asdict

import click

from needsseg.actions import review as actions
from needsseg.cli import shapes
from needsseg.cli.narration import Session
from needsseg.cli.output import print_array, print_object, print_table, print_text
from needsseg.cli.parameters import LARGEST, json_option, opened

RUN = click.IntRange(1, LARGEST)


@click.command()
@click.argument("first", metavar="RUN", type=RUN)
@click.argument("second", metavar="RUN", type=RUN)
@json_option
@click.pass_obj
def compare(session: Session, first: int, second: int, as_json: bool) -> None:
    """What became of each candidate of the first run in the second."""
    with opened(session) as study:
        found = actions.compare_runs(study, first, second)
    if as_json:
        print_object(shapes.run_comparison(found))
        return
    for sentence in found.sentences:
        print_text(sentence)
    of = found.comparison
    print_text(
        f"agreement {of.agreement:.2f} over the {of.common} passages that both know; "
        f"{of.only_first} only in run {first}, {of.only_second} only in run {second}"
    )


@click.command("map")
@json_option
@click.pass_obj
def map_(session: Session, as_json: bool) -> None:
    """Place the newest run's passages in two dimensions: near each other where they say alike things."""
    with opened(session) as study:
        points = actions.needs_map(study)
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
    """What changes and what stays without one interview, with suggestions too, with passages resampled."""
    with opened(session) as study, session.progressing() as progress:
        found = actions.sensitivity(study, progress)
    if as_json:
        print_object(shapes.sensitivity(found))
        return
    for row in found.rows:
        print_text(f"{row.sentence} (agreement {row.comparison.agreement:.2f})")
    session.say(
        f"{len(found.rows)} variations of {len(found.base)} candidates; nothing was changed. "
        "Names given to clusters count for nothing here, decisions about single passages and pairs do."
    )
