"""search."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, get_args

import click

from needsseg.actions.coding import searching
from needsseg.actions.coding.search_scope import Filter, Speech
from needsseg.actions.coding.searching import Origin
from needsseg.cli.fixes import worded
from needsseg.cli.narration import Session
from needsseg.cli.output import print_array, print_line, print_table
from needsseg.cli.parameters import PASSAGE, json_option, opened
from needsseg.errors import NeedssegError, UsageError
from needsseg.text import format_count

if TYPE_CHECKING:
    from needsseg.actions.coding.searching import CodedHits, Hit


@click.command()
@click.argument("words", metavar="[WORDS]...", nargs=-1)
@click.option("--meaning", is_flag=True, help="Search by meaning, not by the exact words.")
@click.option(
    "--like", "origin", metavar="PASSAGE", type=PASSAGE, help="Search for passages similar to this one, by meaning."
)
@click.option("--interview", metavar="KEY", help="Search only this interview.")
@click.option("--with-code", "within", metavar="NAME", help="Search only passages with this code, or one below it.")
@click.option(
    "--where",
    "conditions",
    multiple=True,
    metavar="ATTRIBUTE=VALUE",
    help="Search only participants with this attribute; ~ matches a part of the value. May be repeated.",
)
@click.option(
    "--speech",
    type=click.Choice(get_args(Speech)),
    default="participants",
    show_default=True,
    help="What to search: participants' words, all words, or marked passages.",
)
@click.option(
    "--limit", type=click.IntRange(1), default=50, show_default=True, help="Show at most this many, best first."
)
@click.option("--code", metavar="NAME", help="Apply this code to every hit in a participant's words.")
@click.option("--listen", is_flag=True, hidden=True, help="Make searches on stdin ready, one JSON line each.")
@json_option
@click.pass_obj
def search(
    session: Session,
    words: tuple[str, ...],
    meaning: bool,
    origin: int | None,
    interview: str | None,
    within: str | None,
    conditions: tuple[str, ...],
    speech: Speech,
    limit: int,
    code: str | None,
    listen: bool,
    as_json: bool,
) -> None:
    """Search for sentences with all WORDS or, with --meaning, for what is said about them; best matches first.

    Words in double quotes within one argument are a phrase. The first search by meaning reads all interviews, once.
    """
    if listen:
        _listen(session)
        return
    query = " ".join(words)
    if bool(words) == (origin is not None):
        raise UsageError("Name words to search for, or a passage with --like; one of the two.")
    narrowed = Filter(interview, within, conditions, speech)
    with opened(session) as study, session.progressing() as progress:
        if origin is not None:
            hits = searching.like(study, origin, narrowed, limit=limit + 1, progress=progress)
        else:
            hits = searching.search(study, query, narrowed, meaning=meaning, limit=limit + 1, progress=progress)
        more, hits = len(hits) > limit, hits[:limit]
        coded = searching.code_hits(study, hits, code) if code is not None else None
        others = 0
        if not hits and not meaning and origin is None and speech == "participants":
            others = len(searching.search(study, query, Filter(interview, within, conditions, "all"), limit=None))
    if as_json:
        print_array(map(_shape, hits))
    else:
        print_table(
            ("interview", "start", "end", "speaker", "score", "passages", "words"),
            [(hit.interview, hit.start, hit.end, hit.speaker, hit.score, hit.passages, hit.words) for hit in hits],
            wrap=("words",),
        )
    if not hits:
        session.say(_nothing(by_meaning=meaning or origin is not None, others=others))
    if more:
        session.say(f"There are more: these are the best {limit}. --limit shows further ones.")
    if coded is not None and code is not None:
        session.say(_coded_in_words(coded, code))


def _shape(hit: Hit) -> dict[str, object]:
    """A hit as JSON: keys here are a contract."""
    return {
        "interview": hit.interview,
        "start": hit.start,
        "end": hit.end,
        "words": hit.words,
        "speaker": hit.speaker,
        "role": hit.role,
        "score": hit.score,
        "passages": hit.passages,
    }


def _nothing(*, by_meaning: bool, others: int) -> str:
    if by_meaning:
        return "Nothing was found on this."
    if others:
        return f"No participant says all these words together; others do, {others} times: --speech all"
    return "No turn holds all these words."


def _coded_in_words(coded: CodedHits, code: str) -> str:
    skipped_note = f"; {coded.skipped} not in participants' words, left out" if coded.skipped else ""
    return (
        f"Put “{code.strip()}” on {coded.coded} of {format_count(len(coded.passages), 'passage')}{skipped_note}. "
        "needsseg undo reverses it."
    )


def _listen(session: Session) -> None:
    """Embed what each line of stdin asks for, so that another process answers it from the study at once.

    A line is an object with ``asked`` (words, a passage's id, or a span as interview, start, end) and ``speech``; each is
    answered by one line: ``ready``, or ``error`` and ``hint``. It ends with its input. The model stays loaded meanwhile;
    the study is open only while a line is answered.
    """
    with session.progressing() as progress:
        for line in sys.stdin:
            answer: dict[str, object] = {"ready": True}
            try:
                request, speech = _request(line)
                with opened(session) as study:
                    searching.make_ready(study, request, speech, progress)
            except NeedssegError as error:
                answer = {"error": error.message, "hint": worded(error.hint), "advice": error.hint.as_json()}
            print_line(answer)
            sys.stdout.flush()


def _request(line: str) -> tuple[str | Origin, Speech]:
    match json.loads(line):
        case {"asked": str() | int() as asked, "speech": ("participants" | "all" | "passages") as speech}:
            return asked, speech
        case {
            "asked": [str() as key, int() as start, int() as end],
            "speech": ("participants" | "all" | "passages") as speech,
        }:
            return (key, start, end), speech
        case _:
            raise UsageError("This is not a valid request.", "A request has the keys asked and speech.")
