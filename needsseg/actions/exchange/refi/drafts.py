"""Convert the contents of a REFI-QDA file to a study's form: transcripts, job statements, times, one-line names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from needsseg.actions.exchange.refi.names import KEY, NAMELESS, ROLES, STATEMENT
from needsseg.actions.exchange.refi.times import NAME as TIMES
from needsseg.actions.exchange.refi.times import is_times_note, with_times
from needsseg.actions.exchange.refi.turns import FoundTurns, read_turns, timed
from needsseg.records import WORD_KINDS, JobParts, Role, Transcript, Turn
from needsseg.study.coding import codebook
from needsseg.study.connection import now, plain_text
from needsseg.text import format_stamp, plain_line

if TYPE_CHECKING:
    from needsseg.exchange import refi

_PARTS = tuple(field.name for field in fields(JobParts))


@dataclass(frozen=True, slots=True)
class Draft:
    """A source and its transcript with the same text; ``doubt`` says why a transcript was kept as one turn.

    ``times_lost`` says that the file has times of turns, but for another text.
    """

    source: refi.Source
    transcript: Transcript
    doubt: str
    times_lost: bool = False


def draft_of(source: refi.Source, project: refi.Project) -> Draft:
    """Find a source's turns without changing its text: by its variables, by the transcript reader, or as one turn."""
    names = {variable.guid: variable.name for variable in project.variables}
    values = {names.get(value.variable, ""): value.text for value in source.values}
    reading = turns_of(source.text, roles_in(values), source.name)
    turns = reading.turns or (Turn("", "participant", 0, len(source.text)),)
    times_notes = [
        note
        for note in project.notes
        if (note.guid in source.notes or note.name == f"{TIMES}{values.get(KEY)}") and is_times_note(note)
    ]
    turns, times_fit = with_times(timed(turns, source.times), source.text, times_notes[:1])
    counted = reading.words_by_kind or words_in_turns(source.text, turns)
    return Draft(
        source, Transcript(source.text, turns, "refi-qda", (), counted, reading.left_out), reading.doubt, not times_fit
    )


def words_in_turns(text: str, turns: Sequence[Turn]) -> dict[str, int]:
    """Count the words of a text by kind: those of its turns, and the labels between them."""
    counted = dict.fromkeys(WORD_KINDS, 0)
    after = 0
    for turn in turns:
        counted["label"] += len(text[after : turn.start].split())
        counted["speech"] += len(text[turn.start : turn.end].split())
        after = turn.end
    counted["label"] += len(text[after:].split())
    return counted


def roles_in(values: Mapping[str, str]) -> dict[str, Role]:
    """The roles of a source's speakers by printed label, as this program writes them into its variables."""
    return {
        "" if label == NAMELESS else label: role
        for role, name in ROLES
        for label in values.get(name, "").split("\n")
        if label
    }


def turns_of(text: str, roles: Mapping[str, Role], name: str = "") -> FoundTurns:
    """Find the turns of a text by the given labels, else by the transcript reader; ``doubt`` says why there are none.

    A line break at the end of the text belongs to no turn.
    """
    from needsseg.exchange import refi

    turns = refi.labelled_turns(text.rstrip("\n"), roles) if roles else None
    return FoundTurns(turns) if turns else read_turns(text, roles, name)


def statement_in(note: refi.Note) -> JobParts | None:
    """The job statement that a note holds; None for any other note."""
    return parts_of(note.text) if note.name.startswith(STATEMENT) else None


def parts_of(words: str) -> JobParts | None:
    """Parse the parts of a job statement, one per line; None if the words are not a job statement."""
    lines = [line.partition(": ") for line in words.strip().split("\n")]
    names = [name for name, _, _ in lines]
    if not set(names) <= set(_PARTS) or len(set(names)) != len(names):
        return None
    return JobParts(**{name: " ".join(plain_text(words).split()) for name, _, words in lines})


def moment(text: str) -> str:
    """Parse a time as studies store it; the current time if the file has none that can be read."""
    try:
        time = datetime.fromisoformat(text)
        return format_stamp(time if time.tzinfo else time.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return now()


def on_one_line(text: str) -> str:
    """The name on one line, without control characters and direction overrides."""
    return plain_line(text)


def unused(name: str, used_names: Mapping[str, str]) -> str:
    number, unused = 2, name
    while codebook.same(unused) in used_names:
        unused, number = f"{name} ({number})", number + 1
    return unused
