"""What a REFI-QDA file says, as a study holds it: transcripts, job statements, times, names on one line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from needsseg.actions.refi import NAMELESS, ROLES, STATEMENT
from needsseg.errors import TranscriptError
from needsseg.files import private_folder
from needsseg.records import JobParts, Role, Transcript, Turn
from needsseg.study import codebook
from needsseg.study.connection import now, plain_text
from needsseg.text import format_stamp

if TYPE_CHECKING:
    from needsseg.exchange import refi

_PARTS = tuple(field.name for field in fields(JobParts))


@dataclass(frozen=True, slots=True)
class Draft:
    """A source with its transcript, whose text is the source's, and why that is one turn where it is."""

    source: refi.Source
    transcript: Transcript
    doubt: str


def transcript_of(source: refi.Source, project: refi.Project) -> tuple[Transcript, str]:
    """The turns of a source, without changing its text: as its variables say, as a transcript is read, or one turn."""
    from needsseg.exchange import refi

    names = {variable.guid: variable.name for variable in project.variables}
    said = {names.get(value.variable, ""): value.text for value in source.values}
    roles: dict[str, Role] = {
        "" if label == NAMELESS else label: role
        for role, name in ROLES
        for label in said.get(name, "").split("\n")
        if label
    }
    found = refi.labelled_turns(source.text, roles) if roles else None
    transcript = Transcript(source.text, found, "refi-qda") if found else _as_transcript(source.text)
    whole = Transcript(source.text, (Turn("", "participant", 0, len(source.text)),), "refi-qda")
    if transcript is None:
        return whole, ""
    spans = [(turn.start, turn.end) for turn in transcript.turns if turn.role == "participant"]
    outside = sum(
        not any(start <= each.start and each.end <= end for start, end in spans) for each in source.selections
    )
    if outside and not found:
        return whole, f"selections that reach beyond one participant's turn: {outside}; so the text is kept as one turn"
    return transcript, ""


def _as_transcript(text: str) -> Transcript | None:
    """A text read as transcripts are, where that leaves every character as it is and somebody is named."""
    from needsseg import transcripts

    with private_folder(None, "source") as folder:
        file = folder / "source.txt"
        file.write_bytes(text.encode("utf-8"))
        try:
            read = transcripts.read(file)
        except TranscriptError:
            return None
    named = any(turn.speaker and turn.role == "participant" for turn in read.turns)
    return replace(read, format="refi-qda", warnings=()) if read.text == text and named else None


def statement_in(note: refi.Note) -> JobParts | None:
    """A job statement written as a note; None for any other note."""
    lines = [line.partition(": ") for line in note.text.split("\n")]
    names = [name for name, _, _ in lines]
    if note.name != STATEMENT or not set(names) <= set(_PARTS) or len(set(names)) != len(names):
        return None
    return JobParts(**{name: " ".join(plain_text(words).split()) for name, _, words in lines})


def moment(text: str) -> str:
    """A time as studies store it; now, where the file says none that can be read."""
    try:
        found = datetime.fromisoformat(text)
        return format_stamp(found if found.tzinfo else found.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return now()


def on_one_line(text: str) -> str:
    """A name on one line, without control characters."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", plain_text(text)).split())


def unused(name: str, taken: Mapping[str, str]) -> str:
    number, unused = 2, name
    while codebook.same(unused) in taken:
        unused, number = f"{name} ({number})", number + 1
    return unused
