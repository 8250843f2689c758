"""reimport, interviews, show, role, remove."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import get_args

import click

from needsseg.actions.transcripts import importing, reimporting
from needsseg.actions.transcripts import interviews as actions
from needsseg.cli import shapes
from needsseg.cli.narration import Session
from needsseg.cli.output import print_array, print_object, print_table, print_text
from needsseg.cli.parameters import json_option, opened
from needsseg.errors import UsageError
from needsseg.records import Role, Turn
from needsseg.text import format_clock, format_count


@click.command()
@click.argument("key")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--format", "format_", metavar="NAME", help="Read the file in this format instead of the detected one.")
@json_option
@click.pass_obj
def reimport(session: Session, key: str, file: Path, format_: str | None, as_json: bool) -> None:
    """Replace an interview's text with an edited transcript. Passages follow their words.

    A passage whose words cannot be placed with certainty is kept with its old words, and listed.
    """
    with opened(session) as study:
        report = reimporting.reimport(study, key, file, format_)
    if as_json:
        print_object(asdict(report))
    else:
        for edited in report.edited:
            print_text(f"{edited.passage}  edited: “{edited.before}” is now “{edited.after}”")
        for passage in report.lost:
            print_text(f"{passage.id}  has no place: “{passage.quote}” ({passage.speaker})")
    for warning in report.warnings:
        session.warn(f"{file.name}: {warning}")
    session.say(
        f"{format_count(report.kept, 'passage')} of {key} kept their very words, {len(report.edited)} were edited, "
        f"{len(report.lost)} have no place now."
    )
    if report.lost:
        session.say("Place one by hand: needsseg adjust PASSAGE START END. List them: needsseg passages --lost")


@click.command()
@json_option
@click.pass_obj
def interviews(session: Session, as_json: bool) -> None:
    """List the interviews with their passages by status."""
    with opened(session) as study:
        rows = actions.listing(study)
    if as_json:
        print_array(map(shapes.interview, rows))
        return
    header = ("key", "format", "turns", "words", "suggested", "accepted", "rejected", "participants")
    print_table(
        header,
        [(r.key, r.format, r.turns, r.words, r.suggested, r.accepted, r.rejected, r.participants) for r in rows],
        wrap=("participants",),
    )
    if not rows:
        session.say("There are no interviews yet. Import some: needsseg import FOLDER")


@click.command()
@click.argument("key")
@click.option("--tagged", is_flag=True, help="Print the text with its codes inline, under pseudonyms.")
@click.option("--original", is_flag=True, help="With --tagged: use real names, not pseudonyms.")
@json_option
@click.pass_obj
def show(session: Session, key: str, tagged: bool, original: bool, as_json: bool) -> None:
    """Show an interview: who spoke, when, and the offsets that mark and adjust use.

    With --tagged each accepted passage stands between [12: Work > Handover; Night] and [/12], 12 being its id.
    """
    if tagged:
        _show_tagged(session, key, original=original, as_json=as_json)
        return
    if original:
        raise UsageError("--original goes with --tagged.", "Without it, names are as in the study.")
    with opened(session) as study:
        transcript, title = actions.show(study, key), actions.title(study, key)
    if as_json:
        print_object(shapes.shown(key, title, transcript))
        return
    print_text(f"{title} ({key}, {transcript.format})")
    for turn in transcript.turns:
        print_text(f"\n{_heading(turn)}\n{transcript.words(turn)}")
    for warning in transcript.warnings:
        session.warn(warning)


def _show_tagged(session: Session, key: str, *, original: bool, as_json: bool) -> None:
    from needsseg.actions.coding.pseudonyms import left_warning
    from needsseg.actions.exchange.tagged import tagged_interview

    with opened(session) as study:
        shown = tagged_interview(study, key, original=original)
        warning = None if original else left_warning(study, shown)
    if as_json:
        tags = [asdict(tag) for tag in shown.tags]
        print_object(
            {
                "interview": shown.interview,
                "tagged": shown.tagged,
                "text": shown.text,
                "passages": tags,
                "lost": shown.lost,
            }
        )
    else:
        print_text(f"{shown.interview}\n\n{shown.tagged}")
        if not shown.tags:
            session.say("No passage of it is accepted yet. Accept some: needsseg decide")
    if shown.lost:
        session.warn(f"{format_count(shown.lost, 'passage')} without a place in the edited text left out")
    if warning:
        session.warn(warning)


def _heading(turn: Turn) -> str:
    clock = "" if turn.start_ms is None else f" {format_clock(turn.start_ms, full=True)}"
    return f"{turn.speaker or 'unnamed'} ({turn.role}){clock} [{turn.start} {turn.end}]"


@click.command()
@click.argument("key")
@click.argument("speaker")
@click.argument("role", type=click.Choice(get_args(Role)))
@click.option("--everywhere", is_flag=True, help="In every interview with a speaker of this name.")
@click.pass_obj
def role(session: Session, key: str, speaker: str, role: Role, everywhere: bool) -> None:
    """Set the role of SPEAKER in an interview; '' means the speaker without a name."""
    where = key
    with opened(session) as study:
        if everywhere:
            from needsseg.actions.transcripts import speakers

            speakers.require(study, key, speaker)
            changed = speakers.set_role_everywhere(study, speaker, role)
            where = format_count(len(changed), "interview") if len(changed) > 1 else changed[0]
        else:
            actions.set_role(study, key, speaker, role)
    session.say(f"{speaker or 'The unnamed speaker'} in {where} is {role}.")


@click.command()
@click.argument("key")
@click.option("--forget", is_flag=True, help="Erase its words from the study file, and the whole history with them.")
@click.pass_obj
def remove(session: Session, key: str, forget: bool) -> None:
    """Remove an interview and its passages from the study.

    needsseg undo restores it, since the history keeps its words; --forget erases them for good, as a participant may
    ask you to, and the automatic backups with them. Your own backups that hold them are listed, as are the readout, needs,
    segments, codes and their memos where they name a participant of it or repeat six words in a row. Files that another
    program has open are named, and the exit code is then 3. Delete exports and other copies yourself.
    """
    with opened(session) as study:
        if forget:
            erased = importing.forget_interview(study, key)
        else:
            importing.remove_interview(study, key)
    if forget:
        session.say(f"Erased {key}, the history up to now, and the automatic backups.")
        for file in erased.backups:
            advice = f"delete it, or erase them there: needsseg --study {file} remove {key} --forget"
            session.warn(f"your backup {file} holds its words; {advice}")
        for text in erased.repeated:
            session.warn(f"{text} still names somebody of it, or repeats their words: change it yourself")
        for where in erased.remaining:
            session.refuse(f"a copy of the words of {key}", where)
    else:
        session.say(f"Removed {key}. needsseg undo restores it; its words stay in the history until then.")
