"""What a REFI-QDA file says, as a study holds it: transcripts, job statements, times, names on one line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from needsseg.actions.refi import NAMELESS, ROLES, STATEMENT
from needsseg.actions.refi_turns import read_turns, timed
from needsseg.records import JobParts, Role, Transcript, Turn
from needsseg.study import codebook
from needsseg.study.connection import now, plain_text
from needsseg.text import format_stamp

if TYPE_CHECKING:
    from needsseg.exchange import refi

_PARTS = tuple(field.name for field in fields(JobParts))


@dataclass(frozen=True, slots=True)
class Draft:
    """A source with its transcript, whose text is the source's, and why that is one turn where it should not be."""

    source: refi.Source
    transcript: Transcript
    doubt: str


def draft_of(source: refi.Source, project: refi.Project) -> Draft:
    """A source with its turns, without changing its text: as its variables say, as a file is read, or one turn."""
    names = {variable.guid: variable.name for variable in project.variables}
    said = {names.get(value.variable, ""): value.text for value in source.values}
    turns, doubt = turns_of(source.text, roles_in(said), source.name)
    if turns is None:
        turns = (Turn("", "participant", 0, len(source.text)),)
    return Draft(source, Transcript(source.text, timed(turns, source.times), "refi-qda"), doubt)


def roles_in(said: Mapping[str, str]) -> dict[str, Role]:
    """The roles of those who speak in a source, by printed label, as this program writes them into its variables."""
    return {
        "" if label == NAMELESS else label: role
        for role, name in ROLES
        for label in said.get(name, "").split("\n")
        if label
    }


def turns_of(text: str, roles: Mapping[str, Role], name: str = "") -> tuple[tuple[Turn, ...] | None, str]:
    """The turns of a text: by the labels that are known, else as the transcript reader finds them; and a doubt.

    A line break at the end of the text belongs to no turn.
    """
    from needsseg.exchange import refi

    found = refi.labelled_turns(text.rstrip("\n"), roles) if roles else None
    return (found, "") if found else read_turns(text, roles, name)


def statement_in(note: refi.Note) -> JobParts | None:
    """A job statement written as a note; None for any other note."""
    return parts_of(note.text) if note.name.startswith(STATEMENT) else None


def parts_of(words: str) -> JobParts | None:
    """The parts of a job statement, one a line; None where the words are none."""
    lines = [line.partition(": ") for line in words.strip().split("\n")]
    names = [name for name, _, _ in lines]
    if not set(names) <= set(_PARTS) or len(set(names)) != len(names):
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
