"""history, undo, redo."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click

from needsseg.actions.study import history as actions
from needsseg.cli.narration import Session
from needsseg.cli.output import print_array, print_object, print_table
from needsseg.cli.parameters import LARGEST, json_option, opened
from needsseg.text import safe

_ENTRY = click.argument("entry", required=False, type=click.IntRange(1, LARGEST))
_ANYONES = click.option("--anyones", is_flag=True, help="Include other people's actions.")
_YES = click.option("--yes", is_flag=True, help="Do not ask for confirmation.")


@click.command()
@click.option("--limit", type=click.IntRange(1), help="Show at most this many entries.")
@click.option("--by", metavar="NAME", help="Show only what this person did.")
@json_option
@click.pass_obj
def history(session: Session, limit: int | None, by: str | None, as_json: bool) -> None:
    """List what was done to the study and by whom, newest first."""
    with opened(session) as study:
        entries = actions.listing(study, limit, by)
        names = actions.people(study) if by is not None and not entries else []
    if names:
        session.warn(f"Nothing was done by '{by}'. People with actions: {', '.join(names)}.")
    if as_json:
        print_array(asdict(entry) for entry in entries)
        return
    header = ("id", "when", "who", "what", "state")
    print_table(header, [(e.id, e.at, e.actor, e.summary, e.state) for e in entries], wrap=("what",))


@click.command()
@_ENTRY
@_ANYONES
@_YES
@json_option
@click.pass_obj
def undo(session: Session, entry: int | None, anyones: bool, yes: bool, as_json: bool) -> None:
    """Undo your latest action, or the ENTRY of the history that you name.

    Actions of other people are undone only with --anyones; in a terminal that asks first, as does undoing a merge. An
    action that later ones depend on is not undone; the later ones are named.
    """
    with opened(session) as study:
        chosen = actions.next_undo(study, anyones=anyones) if entry is None else actions.entry(study, entry)
        # What is not there, or not one's own, is refused without a question before.
        allowed = chosen is not None and chosen.state == "done" and (anyones or actions.is_own(study, chosen.id))
        question = actions.question_before(study, chosen) if chosen is not None and allowed else ""
        asks = question and not yes and sys.stdin.isatty() and sys.stderr.isatty()
        if asks and not click.confirm(safe(question), default=False, err=True):
            session.say("Nothing was undone.")
            return
        # The confirmed action is undone, whatever was done meanwhile.
        undone = actions.undo(study, entry if chosen is None else chosen.id, anyones=anyones)
        is_own = actions.is_own(study, undone.id)
    session.say(f"Undone: {undone.summary or undone.action}{'' if is_own else f' (by {undone.actor})'}.")
    if as_json:
        print_object(asdict(undone))


@click.command()
@_ENTRY
@_ANYONES
@json_option
@click.pass_obj
def redo(session: Session, entry: int | None, anyones: bool, as_json: bool) -> None:
    """Redo what you last undid, or your latest undone action, or the ENTRY of the history that you name."""
    with opened(session) as study:
        done = actions.redo(study, entry, anyones=anyones)
        is_own = actions.is_own(study, done.id)
    session.say(f"Redone: {done.summary or done.action}{'' if is_own else f' (by {done.actor})'}.")
    if as_json:
        print_object(asdict(done))
