"""memo, memos, job, jobs: what a researcher writes beside passages, interviews and codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import get_args

import click

from needsseg.actions.coding import PARTS, Memo, MemoKind, PassageStatement, passages, statements
from needsseg.actions.coding import memos as actions
from needsseg.cli.narration import Session
from needsseg.cli.output import print_array, print_object, print_table, print_text
from needsseg.cli.parameters import PASSAGE, json_option, opened
from needsseg.errors import UsageError
from needsseg.records import JobParts

_PART_HELP = {
    "situation": "When does it happen?",
    "motivation": "What do they want to do?",
    "outcome": "What can they do then?",
    "pain": "What gets in the way?",
    "workaround": "What do they do instead today?",
}


@click.command()
@click.argument("kind", type=click.Choice(get_args(MemoKind)))
@click.argument("key", metavar="KEY")
@click.argument("text", metavar="[TEXT]", required=False)
@click.option("--remove", is_flag=True, help="Remove your memo.")
@json_option
@click.pass_obj
def memo(session: Session, kind: MemoKind, key: str, text: str | None, remove: bool, as_json: bool) -> None:
    """Write your memo on a passage (by id), an interview (by key) or a code (by name).

    It replaces the memo you wrote before. Without TEXT, all memos are printed, each with its author.
    """
    if text is not None and (remove or not text.strip()):
        raise UsageError("A memo is written or removed.", "Give a text, or --remove alone.")
    with opened(session) as study:
        if text is not None or remove:
            had = actions.own(study, kind, key) is not None
            actions.write(study, kind, key, text or "")
        rows = actions.listing(study, kind, key)
    if as_json:
        print_array(map(asdict, rows))
    if text is not None:
        session.say(f"Wrote the memo on {kind} {key}.")
    elif remove:
        session.say(f"Removed your memo on {kind} {key}." if had else f"You have no memo on {kind} {key}.")
    elif not rows:
        session.say(f"There is no memo on {kind} {key}.")
    elif not as_json:
        _print_memos(rows)


def _print_memos(rows: Sequence[Memo]) -> None:
    for number, row in enumerate(rows):
        if number:
            print_text("")
        print_text(f"{row.written_by}, {row.written_at}:")
        for line in row.words.split("\n"):
            print_text(line)


@click.command()
@click.option("--kind", type=click.Choice(get_args(MemoKind)), help="Only memos of this kind.")
@json_option
@click.pass_obj
def memos(session: Session, kind: MemoKind | None, as_json: bool) -> None:
    """List the memos on passages, interviews and codes, with their authors."""
    with opened(session) as study:
        rows = actions.listing(study, kind)
    if as_json:
        print_array(map(asdict, rows))
        return
    print_table(
        ("on", "which", "by", "words"), [(row.kind, row.of, row.written_by, row.words) for row in rows], wrap=("words",)
    )
    if not rows:
        session.say("There are no such memos. Write one: needsseg memo passage ID TEXT")


@click.command()
@click.argument("number", metavar="PASSAGE", type=PASSAGE)
@click.option("--situation", help=_PART_HELP["situation"])
@click.option("--motivation", help=_PART_HELP["motivation"])
@click.option("--outcome", help=_PART_HELP["outcome"])
@click.option("--pain", help=_PART_HELP["pain"])
@click.option("--workaround", help=_PART_HELP["workaround"])
@click.option("--prefill", is_flag=True, help="Fill parts that are not given from the passage's own sentences.")
@click.option("--remove", is_flag=True, help="Remove your statement.")
@json_option
@click.pass_obj
def job(session: Session, /, number: int, prefill: bool, remove: bool, as_json: bool, **options: str | None) -> None:
    """Write a passage's job statement, part by part. Parts not named stay as you wrote them.

    Without parts, it prints what was written and what the passage's own sentences suggest.
    """
    words_by_part = {part: words for part, words in options.items() if words is not None}
    if remove and (words_by_part or prefill):
        raise UsageError("A statement is written or removed.", "Name parts, or --remove alone.")
    with opened(session) as study:
        quote, offered = passages.one(study, number).quote, statements.prefilled(study, number)
        own = statements.own(study, number)
        if words_by_part or prefill or remove:
            parts = JobParts() if remove else replace(own or JobParts(), **words_by_part)
            if prefill:
                open_parts = {part for part in PARTS if part not in words_by_part and not getattr(parts, part)}
                parts = replace(parts, **{part: getattr(offered, part) for part in open_parts})
            statements.write(study, number, parts)
        rows = statements.listing(study, [number])
    if as_json:
        print_object(
            {"passage": number, "quote": quote, "statements": [_shape(row) for row in rows], "prefill": asdict(offered)}
        )
    elif not (words_by_part or prefill or remove):
        _print_job(quote, rows, offered)
    if remove:
        session.say(f"Removed your statement of passage {number}." if own else "You wrote no statement of it.")
    elif words_by_part or prefill:
        session.say(f"Wrote the job statement of passage {number}: needsseg job {number} shows it.")


def _shape(row: PassageStatement) -> dict[str, object]:
    return {
        "passage": row.passage,
        "interview": row.interview,
        **asdict(row.parts),
        "written_by": row.written_by,
        "written_at": row.written_at,
    }


def _print_job(quote: str, rows: Sequence[PassageStatement], offered: JobParts) -> None:
    print_text(f"“{quote}”")
    for row in rows:
        print_text(f"\nby {row.written_by}, {row.written_at}:")
        _print_parts(row.parts)
    if not rows:
        print_text("\nNobody wrote its job statement. In its own sentences (--prefill takes them):")
        _print_parts(offered)


def _print_parts(parts: JobParts) -> None:
    for part, words in asdict(parts).items():
        print_text(f"  {part + ':':<12}{words or '–'}")


@click.command()
@json_option
@click.pass_obj
def jobs(session: Session, as_json: bool) -> None:
    """List the job statements of passages, by interview and place."""
    with opened(session) as study:
        rows = statements.listing(study)
    if as_json:
        print_array(map(_shape, rows))
        return
    print_table(
        ("passage", "interview", "by", *PARTS),
        [(r.passage, r.interview, r.written_by, *asdict(r.parts).values()) for r in rows],
        wrap=PARTS,
    )
    if not rows:
        session.say("There are no job statements of passages yet: needsseg job PASSAGE --prefill")
