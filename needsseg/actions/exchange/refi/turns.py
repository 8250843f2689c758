"""Locate the turns that the transcript reader finds in the unchanged text of a source."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from needsseg.errors import TranscriptError
from needsseg.records import LeftOut, Role, Transcript, Turn

if TYPE_CHECKING:
    from needsseg.exchange import refi

_NO_WORDS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ufeff]+")
_SIGN = re.compile(r"[^\s\x00-\x1f\x7f-\x9f\ufeff]")
_NEAR = 40
"""Most signs between the end of a turn and the label of the next, and between that label and its words."""
_GAP = 200
"""Most signs between two words of one turn: a time, a page number, a note."""
_FARTHEST = 100_000
"""Most signs between two turns, such as a summary that nobody said."""
_CUES = frozenset({"zoom-vtt", "teams-vtt", "vtt", "srt", "timed-text", "lrc", "tsv"})
_FEWEST_COVERED = 0.5


@dataclass(frozen=True, slots=True)
class FoundTurns:
    """The turns of a text, or None; ``doubt`` says why there are none although a transcript was recognised.

    ``words_by_kind`` and ``left_out`` are the reader's counts of its words, empty if the reader did not find the turns.
    """

    turns: tuple[Turn, ...] | None
    doubt: str = ""
    words_by_kind: Mapping[str, int] = field(default_factory=dict)
    left_out: tuple[LeftOut, ...] = ()


def read_turns(text: str, roles: Mapping[str, Role], name: str = "") -> FoundTurns:
    """Read a text as a transcript and locate its turns in it.

    There are no turns if no speaker is named and the text is not a list of subtitles. ``roles`` are roles that somebody
    set, by printed label; ``name`` is the source's, whose suffix may name the layout.
    """
    from needsseg.transcripts.reading import read_text_lines

    suffix = name[name.rfind(".") :].casefold() if re.search(r"\.(?:md|vtt|srt|txt)$", name, re.IGNORECASE) else ".txt"
    try:
        read = read_text_lines(text.split("\n"), suffix)
    except TranscriptError as error:
        return FoundTurns(None, f"it is kept as one turn: {error.message}")
    if not read.turns or not (any(turn.speaker for turn in read.turns) or read.format in _CUES):
        return FoundTurns(None)
    turns = _placed(text, read)
    if turns is None:
        return FoundTurns(None, "its turns cannot be placed in its text, so it is kept as one turn")
    covered = sum(len(_NO_WORDS.sub("", text[turn.start : turn.end])) for turn in turns)
    if covered < _FEWEST_COVERED * len(_NO_WORDS.sub("", text)):
        return FoundTurns(None, "most of its words would be in no turn, so it is kept as one turn")
    cast = tuple(replace(turn, role=roles.get(turn.speaker, turn.role)) for turn in turns)
    return FoundTurns(cast, "", read.words_by_kind, read.left_out)


def _placed(text: str, read: Transcript) -> list[Turn] | None:
    squeezed = _NO_WORDS.sub("", text)
    at = array("L", (match.start() for match in _SIGN.finditer(text)))
    turns: list[Turn] = []
    cursor = 0
    for turn in read.turns:
        runs = _runs(text, squeezed, at, read.words(turn), _NO_WORDS.sub("", turn.speaker), cursor)
        if runs is None:
            return None
        for index, (first, last) in enumerate(runs):
            start, end = at[first], at[last - 1] + 1
            begins, ends = index == 0, index == len(runs) - 1
            turns.append(
                Turn(
                    turn.speaker,
                    turn.role,
                    start,
                    end,
                    turn.start_ms if begins else None,
                    turn.end_ms if ends else None,
                )
            )
            cursor = last
    return turns


def _runs(
    text: str, squeezed: str, at: Sequence[int], words: str, label: str, cursor: int
) -> list[tuple[int, int]] | None:
    """Locate the words of a turn from ``cursor`` on: one range, or several if the text has other things in between."""
    signs = _NO_WORDS.sub("", words)
    first = _whole_words(text, squeezed, at, signs, cursor)
    printed = squeezed.find(label, cursor, cursor + _NEAR + len(label)) if label else -1
    if printed >= 0 and first is not None:
        # The same words may also occur before the label.
        after_label = _whole_words(text, squeezed, at, signs, printed + len(label))
        if after_label is not None and after_label - printed - len(label) <= _NEAR:
            first = after_label
    if first is not None and (first - cursor <= _GAP + len(label) or len(signs) > _NEAR):
        return [(first, first + len(signs))]
    runs: list[tuple[int, int]] = []
    place = cursor if printed < 0 else printed + len(label)
    for word in filter(None, (_NO_WORDS.sub("", word) for word in words.split())):
        position = squeezed.find(word, place, place + _GAP + len(word))
        if position < 0:
            return [(first, first + len(signs))] if first is not None else None
        if runs and position == place:
            runs[-1] = (runs[-1][0], position + len(word))
        else:
            runs.append((position, position + len(word)))
        place = position + len(word)
    return runs


def _whole_words(text: str, squeezed: str, at: Sequence[int], words: str, cursor: int) -> int | None:
    """Find signs from ``cursor`` on where they neither begin nor end inside a word; None if they do not occur."""
    until = cursor + _FARTHEST + len(words)
    position = squeezed.find(words, cursor, until)
    while position >= 0:
        start, end = at[position], at[position + len(words) - 1] + 1
        begins = start == 0 or not (text[start - 1].isalnum() and text[start].isalnum())
        ends = end == len(text) or not (text[end - 1].isalnum() and text[end].isalnum())
        if begins and ends:
            return position
        position = squeezed.find(words, position + 1, until)
    return None


def timed(turns: Sequence[Turn], times: Sequence[tuple[int, int]]) -> tuple[Turn, ...]:
    """Add times to turns from a recording's sync points, each a (position in the text, milliseconds).

    A turn begins at the last point between the previous turn and its first word, and ends at the first point between its
    last word and the next turn. Times that the text itself gives are kept.
    """
    timed_turns: list[Turn] = []
    places = [place for place, _ in times]
    for index, turn in enumerate(turns):
        before = turns[index - 1].end if index else -1
        after = turns[index + 1].start if index + 1 < len(turns) else None
        last = bisect_right(places, turn.start) - 1
        first = bisect_left(places, turn.end)
        start, end = turn.start_ms, turn.end_ms
        if start is None and last >= 0 and places[last] > before:
            start = times[last][1]
        if end is None and first < len(times) and (after is None or places[first] < after):
            end = times[first][1]
        if start is not None and end is not None and end < start:
            end = None
        timed_turns.append(replace(turn, start_ms=start, end_ms=end))
    return tuple(timed_turns)


def moved_to(source: refi.Source, text: str) -> tuple[refi.Selection, ...]:
    """Move the selections of a source to a text that differs only in white space."""
    old, new = ([match.start() for match in re.finditer(r"\S", each)] for each in (source.text, text))
    selections = []
    for selection in source.selections:
        first, after = bisect_left(old, selection.start), bisect_left(old, selection.end)
        if first < after:
            selections.append(replace(selection, start=new[first], end=new[after - 1] + 1))
    return tuple(selections)
