"""Times of turns as a note of a project, since the standard has times only for transcripts of recordings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from needsseg.files import sha256
from needsseg.records import Turn

if TYPE_CHECKING:
    from needsseg.exchange import refi

NAME = "Times of turns: "
"""The prefix of such a note's name; the interview's key follows, for programs that lose what a note is about."""
_HEAD = "Where each turn begins and ends in the text, and when, in milliseconds (- where unknown). Text: "
_LINE = re.compile(r"(?P<start>\d{1,9}) (?P<end>\d{1,9}) (?P<from>-?\d{1,12}|-) (?P<to>-?\d{1,12}|-)")


def times_note(text: str, turns: Iterable[tuple[int, int, int | None, int | None]]) -> str:
    """Format the note with the times of a text's turns (start, end, start_ms, end_ms); empty if no turn has a time.

    Its first line holds a digest of the text, since the positions are valid for this text only.
    """
    lines = [
        " ".join(str(value) if value is not None else "-" for value in turn)
        for turn in turns
        if turn[2] is not None or turn[3] is not None
    ]
    return "\n".join([_HEAD + _digest(text), *lines]) if lines else ""


def is_times_note(note: refi.Note) -> bool:
    """Whether a note holds times of turns, and nothing that a person wrote."""
    head, *lines = note.text.strip().split("\n")
    return note.name.startswith(NAME) and head.startswith(_HEAD) and all(_LINE.fullmatch(line) for line in lines)


def with_times(turns: Sequence[Turn], text: str, notes: Iterable[refi.Note]) -> tuple[tuple[Turn, ...], bool]:
    """Add the notes' times to turns; the second value is False if a note belongs to another text."""
    times_by_start: dict[int, tuple[int | None, int | None]] = {}
    for note in notes:
        head, *lines = note.text.strip().split("\n")
        if head.removeprefix(_HEAD) != _digest(text):
            return tuple(turns), False
        for match in filter(None, map(_LINE.fullmatch, lines)):
            first, last = (None if match[name] == "-" else int(match[name]) for name in ("from", "to"))
            times_by_start[int(match["start"])] = first, last
    timed = []
    for turn in turns:
        start, end = times_by_start.get(turn.start, (turn.start_ms, turn.end_ms))
        timed.append(replace(turn, start_ms=start, end_ms=end))
    return tuple(timed), True


def _digest(text: str) -> str:
    return sha256(text.rstrip())[:16]
