"""merge, blind."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from needsseg.actions.coding import blind as actions
from needsseg.actions.study import merging
from needsseg.cli import shapes
from needsseg.cli.narration import Session
from needsseg.cli.output import print_object, print_text
from needsseg.cli.parameters import json_option, opened


@click.command()
@click.argument("other", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only report what the merge would do.")
@json_option
@click.pass_obj
def merge(session: Session, other: Path, dry_run: bool, as_json: bool) -> None:
    """Merge a colleague's work, in the study OTHER, into this one. OTHER is not changed.

    What both coders marked alike is joined; what they marked differently is kept side by side, each with its coder.
    needsseg undo reverses the merge. Merging again changes nothing. Segments, runs and account data are not merged.
    """
    with opened(session) as study, session.progressing() as progress:
        report = merging.merge(study, other, dry_run=dry_run, progress=progress)
        coder = study.actor
    if as_json:
        unplaced = [shapes.passage(row) for row in report.unplaced]
        print_object(asdict(report) | {"unplaced": unplaced, "sentence": report.sentence})
    else:
        for row in report.interviews:
            where = "" if row.theirs == row.key else f" as {row.key}"
            print_text(f"{row.theirs}{where}: {row.how}")
        for passage in report.unplaced:
            print_text(f"{passage.id}  has no place: “{passage.quote}” ({passage.interview}, {passage.speaker})")
        for line in report.left:
            print_text(f"left as it is here: {line}")
    if coder in report.coders:
        session.warn(
            f"{other.name} holds work of {coder}, as a copy of this study does. If that is somebody else, set "
            "NEEDSSEG_CODER."
        )
    if report.not_merged:
        stay = ", ".join(f"{count} {label}" for label, count in report.not_merged.items())
        session.say(f"Not merged: {stay}.")
    session.say(f"{'Would merge' if dry_run else 'Merged'}: {report.sentence}")
    if report.unplaced and not dry_run:
        session.say("Place one by hand: needsseg adjust PASSAGE START END. List them: needsseg passages --lost")


@click.command()
@click.argument("switch", metavar="[on|off]", required=False, type=click.Choice(("on", "off")))
@click.pass_obj
def blind(session: Session, switch: str | None) -> None:
    """Hide what other coders marked, or show it again. Without on or off, say which is set.

    Passages that others marked by hand are hidden, and suggestions that they decided are undecided to you. What you decide
    stands beside theirs. Counts are of your own work, and what others put into segments passage by passage since the last run
    is not told. Segments themselves, needs, names of codes and labels of accounts are one for all, and a run takes up what
    everybody decided. It holds for your name in this study (NEEDSSEG_CODER).
    """
    with opened(session) as study:
        if switch is not None:
            actions.set_blind(study, switch == "on")
        on, who = actions.is_blind(study), study.actor
    if switch is None:
        print_text("on" if on else "off")
    session.say(f"{who} works blind: others' marks are hidden." if on else f"{who} sees everybody's marks.")
