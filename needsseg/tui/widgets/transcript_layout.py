"""A transcript cut into lines for a width: pure, so that offsets on the screen can be tested without one."""

from __future__ import annotations

import itertools
import re
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, overload

from rich.cells import cell_len, chop_cells, split_graphemes

from needsseg.records import Passage, Transcript
from needsseg.text import safe

LANES = 3
_WORD = re.compile(r"\S+\s*|\s+")
# Characters that are one cell wide for certain, and two cells, whatever stands beside them: most of what is said in any
# language that is written without marks above and below. Of the white space, only the space.
_ONE_CELL = " -~\u00a1-\u00ac\u00ae-\u02ff\u0391-\u03a1\u03a3-\u03c9\u0400-\u0482\u048a-\u052f\u05d0-\u05ea\u0621-\u064a‐–—‘’“”…"
_TWO_CELLS = "\u3001-\u3029\u3041-\u3096\u30a0-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff60"
_NARROW = re.compile(f"[{_ONE_CELL}]*")
_PLAIN = re.compile(f"[{_ONE_CELL}{_TWO_CELLS}]*")
_WIDE = re.compile(f"[{_TWO_CELLS}]")
_WINDOW_LINES = 24
"""Lines' worth of characters that are looked at together in a long paragraph of characters of any width."""


class Line(NamedTuple):
    """One line on the screen: ``text[start:end]`` of a turn, the head of a turn, or the gap after one."""

    kind: Literal["head", "text", "gap"]
    turn: int
    start: int
    end: int


_KINDS: tuple[Literal["head", "text", "gap"], ...] = ("head", "text", "gap")


class Lines(Sequence[Line]):
    """The lines of a transcript in order, held as columns of numbers.

    Of a long transcript there are a hundred thousand: as many objects would make Python's collector pause under a key.
    """

    def __init__(self) -> None:
        self._kinds, self._turns, self._starts, self._ends = bytearray(), array("q"), array("q"), array("q")

    def add(self, kind: int, turn: int, spans: Sequence[tuple[int, int]]) -> None:
        """Add lines of one kind and turn."""
        self._kinds += bytes([kind]) * len(spans)
        self._turns.extend([turn] * len(spans))
        self._starts.extend([start for start, _ in spans])
        self._ends.extend([end for _, end in spans])

    def __len__(self) -> int:
        return len(self._kinds)

    @overload
    def __getitem__(self, at: int) -> Line: ...
    @overload
    def __getitem__(self, at: slice) -> list[Line]: ...
    def __getitem__(self, at: int | slice) -> Line | list[Line]:
        if isinstance(at, slice):
            return [self[number] for number in range(*at.indices(len(self)))]
        return Line(_KINDS[self._kinds[at]], self._turns[at], self._starts[at], self._ends[at])


@dataclass(frozen=True, slots=True)
class Mark:
    """A passage as it lies on lines ``first`` to ``last``, in one lane of the margin; ``crowded`` where lanes ran out."""

    passage: Passage
    lane: int
    first: int
    last: int
    crowded: bool = False


def wrap(text: str, start: int, end: int, width: int) -> Iterator[tuple[int, int]]:
    """Spans of the lines of ``text[start:end]``, none wider than ``width`` cells but for blanks at its end."""
    at = start
    for paragraph in text[start:end].split("\n"):
        yield from _wrap_paragraph(paragraph, at, max(width, 2))
        at += len(paragraph) + 1


def _wrap_paragraph(text: str, at: int, width: int) -> Iterator[tuple[int, int]]:
    if _NARROW.fullmatch(text):
        yield from _wrap_narrow(text, at, width)
        return
    window, begin = _WINDOW_LINES * width, 0
    while len(text) - begin > window:
        # How a line ends depends on what follows it only to the end of the next word, so that all but the last line of a
        # window, which may cut a word or a character of several code points, are those of the whole paragraph.
        *whole, last = _wrap_window(text[begin : begin + window], at + begin, width)
        if not whole:
            break  # a line that long is one of blanks, or of marks that have no width
        yield from whole
        begin = last[0] - at
    yield from _wrap_window(text[begin:], at + begin, width)


def _wrap_window(text: str, at: int, width: int) -> Iterator[tuple[int, int]]:
    if _PLAIN.fullmatch(text):
        yield from _wrap_plain(text, at, width)
        return
    if cell_len(text) <= width:
        yield at, at + len(text)
        return
    begin = used = position = 0
    for word in _WORD.findall(text):
        bare = cell_len(word.rstrip())
        if used and used + bare > width:
            yield at + begin, at + position
            begin, used = position, 0
        if bare > width:
            *full, rest = chop_cells(word.rstrip(), width)
            for piece in full:
                yield at + begin, at + position + len(piece)
                position += len(piece)
                begin = position
            tail = word[len(word.rstrip()) :]
            used, position = cell_len(rest + tail), position + len(rest + tail)
            continue
        used, position = used + cell_len(word), position + len(word)
    yield at + begin, at + position


def _wrap_narrow(text: str, at: int, width: int) -> Iterator[tuple[int, int]]:
    """As ``_wrap_paragraph``, where every character is one cell wide: looks at the ends of lines alone."""
    begin = 0
    while (end := begin + width) < len(text):
        end = _line_end(text, begin, end)
        if end == len(text):
            break
        yield at + begin, at + end
        begin = end
    yield at + begin, at + len(text)


def _wrap_plain(text: str, at: int, width: int) -> Iterator[tuple[int, int]]:
    """As ``_wrap_paragraph``, where every character is one or two cells wide: finds where each line is full."""
    begin = 0
    while (end := _full(text, begin, width)) < len(text):
        end = _line_end(text, begin, end)
        if end == len(text):
            break
        yield at + begin, at + end
        begin = end
    yield at + begin, at + len(text)


def _line_end(text: str, begin: int, full: int) -> int:
    """Where a line ends that is full at a place: after the last word that fits, blanks staying at its end."""
    if text[full] != " ":
        return text.rfind(" ", begin, full) + 1 or full
    while full < len(text) and text[full] == " ":
        full += 1
    return full


def _full(text: str, begin: int, width: int) -> int:
    """The end of the longest stretch of characters, of one or two cells, that is no wider than ``width`` cells."""
    end, left = begin, width
    while left > 0 and end < len(text):
        # As many characters as fit if all that are left are wide; what is left shrinks by at least a half each time.
        piece = text[end : end + max(left // 2, 1)]
        cells = len(piece) + len(_WIDE.findall(piece))
        if cells > left:
            break
        end, left = end + len(piece), left - cells
    return end


def lay_out(transcript: Transcript, width: int, text: str = "") -> Lines:
    """All lines of a transcript: each turn has a head, its words and a gap. ``text`` is its text as shown, if at hand."""
    text = text or safe(transcript.text)
    made = Lines()
    for number, turn in enumerate(transcript.turns):
        made.add(0, number, [(turn.start, turn.start)])
        made.add(1, number, list(wrap(text, turn.start, turn.end, width)))
        made.add(2, number, [(turn.end, turn.end)])
    return made


def line_at(laid: Sequence[Line], offset: int) -> int:
    """The number of the text line on which a code point stands; the last line before it where it is in no turn."""
    found = bisect_right(laid, offset, key=lambda line: line.start) - 1
    while found > 0 and laid[found].kind != "text":
        found -= 1
    return max(found, 0)


def marks(laid: Sequence[Line], passages: Sequence[Passage]) -> list[Mark]:
    """Passages with their lines and lanes; overlapping ones lie in different lanes while there are lanes."""
    free = [-1] * LANES
    made = []
    for passage in sorted(passages, key=lambda p: (p.start, p.end, p.id)):
        first, last = line_at(laid, passage.start), line_at(laid, max(passage.start, passage.end - 1))
        lane = next((number for number, busy_to in enumerate(free) if busy_to < first), None)
        crowded, lane = lane is None, LANES - 1 if lane is None else lane
        free[lane] = max(free[lane], last)
        made.append(Mark(passage, lane, first, last, crowded))
    return made


def text_line(laid: Sequence[Line], number: int, by: int) -> int:
    """The number of the text line ``by`` text lines on from line ``number``, staying within the text."""
    at, left = number, abs(by)
    while left:
        following = at + (1 if by > 0 else -1)
        while 0 <= following < len(laid) and laid[following].kind != "text":
            following += 1 if by > 0 else -1
        if not 0 <= following < len(laid):
            break
        at, left = following, left - 1
    return at


def offset_at_cell(text: str, line: Line, cell: int) -> int:
    """The code point drawn at a cell of a line; its last one where the line is shorter."""
    found, used = line.start, 0
    for start, _, width in split_graphemes(text[line.start : line.end])[0]:
        found = line.start + start
        used += width
        if used > cell:
            break
    return found


def grapheme_end(text: str, offset: int, limit: int) -> int:
    """Where the character that is drawn at a place ends: an emoji or a letter with its marks is several code points."""
    drawn = split_graphemes(text[offset:limit])[0]
    return offset + drawn[0][1] if drawn else limit


def pieces(line: Line, edges: Sequence[int]) -> list[tuple[int, int]]:
    """A line cut at the edges that lie within it."""
    cuts = [line.start, *sorted({edge for edge in edges if line.start < edge < line.end}), line.end]
    return [(a, b) for a, b in itertools.pairwise(cuts) if a < b]
