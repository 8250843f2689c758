"""history, undo, redo."""

from __future__ import annotations

from dataclasses import asdict

import click

from needsseg.actions import history as actions
from needsseg.cli.narration import Session
from needsseg.cli.output import print_array, print_table
from needsseg.cli.parameters import json_option, opened


@click.command()
@click.option("--limit", type=click.IntRange(1), help="The newest so many only.")
@json_option
@click.pass_obj
def history(session: Session, limit: int | None, as_json: bool) -> None:
    """What was done to the study, newest first."""
    with opened(session) as study:
        entries = actions.listing(study, limit)
    if as_json:
        print_array(asdict(entry) for entry in entries)
        return
    header = ("id", "when", "who", "what", "state")
    print_table(header, [(e.id, e.at, e.actor, e.summary, e.state) for e in entries], wrap=("what",))


@click.command()
@click.pass_obj
def undo(session: Session) -> None:
    """Take back the newest action that stands."""
    with opened(session) as study:
        session.say(f"Undone: {actions.undo(study).summary}.")


@click.command()
@click.pass_obj
def redo(session: Session) -> None:
    """Do again the action that was undone last."""
    with opened(session) as study:
        session.say(f"Done again: {actions.redo(study).summary}.")
