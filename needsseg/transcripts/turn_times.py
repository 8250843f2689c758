"""When words were said in the recording: by the times of turns, never guessed within a turn."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from needsseg.records import Turn

Basis = Literal["quote", "turn", "earlier turn"]
"""What a time is the time of: of the words themselves, of the turn that they stand in, or of an earlier turn."""


@dataclass(frozen=True, slots=True)
class SpokenTime:
    """When words are heard, in milliseconds of the transcript's own clock.

    ``end_ms`` is None where neither the turn nor a later one says when the words are over.
    """

    start_ms: int
    end_ms: int | None
    basis: Basis


def spoken_time(transcript_turns: Sequence[Turn], start: int) -> SpokenTime | None:
    """Return when the words at the code point ``start`` are heard; None where no turn up to them has a time.

    That is the start of their turn, else of the last turn before it that has a time. They are over at the end of their turn,
    else when the next turn begins that has a later time.
    """
    at = max(bisect_right(transcript_turns, start, key=lambda turn: turn.start) - 1, 0)
    timed = next((number for number in range(at, -1, -1) if _start_of(transcript_turns, number) is not None), None)
    begins = None if timed is None else _start_of(transcript_turns, timed)
    if timed is None or begins is None:
        return None
    basis: Basis = "earlier turn"
    if timed == at:
        basis = "quote" if start <= transcript_turns[at].start else "turn"
    return SpokenTime(begins, _end_of(transcript_turns, at, begins), basis)


def _start_of(transcript_turns: Sequence[Turn], number: int) -> int | None:
    return transcript_turns[number].start_ms if number < len(transcript_turns) else None


def _end_of(transcript_turns: Sequence[Turn], at: int, begins: int) -> int | None:
    own = transcript_turns[at].end_ms
    if own is not None and own > begins:
        return own
    later = (turn.start_ms for turn in transcript_turns[at + 1 :])
    return next((start for start in later if start is not None and start > begins), None)
