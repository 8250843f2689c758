"""The group turn: split, join, give, delete, deleted."""

from __future__ import annotations

from dataclasses import asdict
from typing import get_args

import click

from needsseg.actions.transcripts import transcript_edits as actions
from needsseg.cli.narration import Session
from needsseg.cli.output import print_array, print_object, print_table, print_text
from needsseg.cli.parameters import OFFSET, json_option, opened
from needsseg.records import Role
from needsseg.text import format_clock, format_count


@click.group()
def turn() -> None:
    """Correct who said what: split, join, reassign or delete turns. needsseg show lists the offsets.

    The transcript file is not changed. Passages follow their words; one that is divided or removed keeps its quote
    without a position, and is listed. needsseg undo reverses each step.
    """


@turn.command()
@click.argument("key", metavar="KEY")
@click.argument("offset", metavar="OFFSET", type=OFFSET)
@json_option
@click.pass_obj
def split(session: Session, key: str, offset: int, as_json: bool) -> None:
    """Split a turn in two at OFFSET; both halves keep its speaker."""
    with opened(session) as study:
        report = actions.split_turn(study, key, offset)
    _tell(session, report, as_json, f"Split a turn of {key}.")


@turn.command()
@click.argument("key", metavar="KEY")
@click.argument("offset", metavar="OFFSET", type=OFFSET)
@json_option
@click.pass_obj
def join(session: Session, key: str, offset: int, as_json: bool) -> None:
    """Join the turn at OFFSET and the next one into one turn of the first one's speaker."""
    with opened(session) as study:
        report = actions.join_turns(study, key, offset)
    _tell(session, report, as_json, f"Joined two turns of {key}.")


@turn.command()
@click.argument("key", metavar="KEY")
@click.argument("start", metavar="START", type=OFFSET)
@click.argument("end", metavar="END", type=OFFSET)
@click.argument("speaker", metavar="SPEAKER")
@click.option("--role", type=click.Choice(get_args(Role)), help="The role of a new speaker. Default: participant.")
@json_option
@click.pass_obj
def give(session: Session, key: str, start: int, end: int, speaker: str, role: Role | None, as_json: bool) -> None:
    """Assign the words from START to END, of one or more turns, to SPEAKER, who may be new to the interview."""
    with opened(session) as study:
        report = actions.give_words(study, key, start, end, speaker, role)
    changed = next(row for row in report.turns if row.speaker.strip() == " ".join(speaker.split()))
    _tell(
        session,
        report,
        as_json,
        f"Gave words of {key} to {changed.speaker or 'the unnamed speaker'}, whose role here is {changed.role}.",
    )


@turn.command()
@click.argument("key", metavar="KEY")
@click.argument("start", metavar="START", type=OFFSET)
@click.argument("end", metavar="END", type=OFFSET)
@json_option
@click.pass_obj
def delete(session: Session, key: str, start: int, end: int, as_json: bool) -> None:
    """Remove the words from START to END, of one or more turns, as not speech. needsseg turn deleted lists them."""
    with opened(session) as study:
        report = actions.delete_words(study, key, start, end)
    words = sum(len(stretch.split()) for stretch in report.removed)
    _tell(session, report, as_json, f"Removed {format_count(words, 'word')} from {key}.")


@turn.command()
@click.argument("keys", metavar="[KEY]...", nargs=-1)
@json_option
@click.pass_obj
def deleted(session: Session, keys: tuple[str, ...], as_json: bool) -> None:
    """List what was removed as not speech, from the interviews named or from all."""
    with opened(session) as study:
        rows = actions.removed_speech(study, keys)
    if as_json:
        print_array(map(asdict, rows))
        return
    print_table(
        ("interview", "speaker", "time", "words", "removed by", "at"),
        [
            (
                row.interview,
                row.speaker or "unnamed",
                format_clock(row.start_ms),
                row.words,
                row.removed_by,
                row.removed_at,
            )
            for row in rows
        ],
        wrap=("words",),
    )
    if not rows:
        session.say("Nothing was removed.")


def _tell(session: Session, report: actions.EditReport, as_json: bool, happened: str) -> None:
    """Print what an edit did: the turns as they are now, then the passages that changed."""
    if as_json:
        print_object(asdict(report))
    else:
        for row in report.turns:
            print_text(f"{row.speaker or 'unnamed'} ({row.role}) [{row.start} {row.end}]")
        for edited in report.edited:
            print_text(f"passage {edited.passage}  edited: “{edited.before}” is now “{edited.after}”")
        for passage in report.lost:
            print_text(f"passage {passage.id}  has no place: “{passage.quote}” ({passage.speaker})")
    session.say(happened)
    if report.restored:
        session.say(f"{format_count(len(report.restored), 'passage')} without a place found one again.")
    if report.not_evidence:
        ids = " ".join(map(str, report.not_evidence))
        session.warn(f"these passages are words of a speaker who is no participant now: {ids}")
    if report.lost:
        session.say("Place one by hand: needsseg adjust PASSAGE START END. List them: needsseg passages --lost")
