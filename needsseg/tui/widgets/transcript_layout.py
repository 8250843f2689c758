"""Cut a transcript into lines of a width; without the screen, so that offsets can be tested."""

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
# Characters that are certainly one cell wide, or two cells, whatever is beside them: most of the text in languages written
# without combining marks. Of white space, only the space.
_ONE_CELL = " -~\u00a1-\u00ac\u00ae-\u02ff\u0391-\u03a1\u03a3-\u03c9\u0400-\u0482\u048a-\u052f\u05d0-\u05ea\u0621-\u064a‐–—‘’“”…"
_TWO_CELLS = "\u3001-\u3029\u3041-\u3096\u30a0-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff60"
_NARROW = re.compile(f"[{_ONE_CELL}]*")
_PLAIN = re.compile(f"[{_ONE_CELL}{_TWO_CELLS}]*")
_WIDE = re.compile(f"[{_TWO_CELLS}]")
_WINDOW_LINES = 24
"""How many lines' worth of characters of a long paragraph are wrapped together, if they may have any width."""


class Line(NamedTuple):
    """One line on the screen: ``text[start:end]`` of a turn, the head of a turn, or the gap after one."""

    kind: Literal["head", "text", "gap"]
    turn: int
    start: int
    end: int


_KINDS: tuple[Literal["head", "text", "gap"], ...] = ("head", "text", "gap")


class Lines(Sequence[Line]):
    """The lines of a transcript in order, stored as columns of numbers.

    A long transcript has a hundred thousand: as many objects would make Python's garbage collector pause during a key.
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
    """A passage on lines ``first`` to ``last``, in one lane of the margin; ``crowded`` if it shares the lane."""

    passage: Passage
    lane: int
    first: int
    last: int
    crowded: bool = False


def wrap(text: str, start: int, end: int, width: int) -> Iterator[tuple[int, int]]:
    """Yield the spans of the lines of ``text[start:end]``, none wider than ``width`` cells except for trailing blanks."""
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
        # A line's end depends only on the text up to the end of the next word. So all lines of a window except the last, which
        # may cut a word or a character of several code points, are those of the whole paragraph.
        *whole, last = _wrap_window(text[begin : begin + window], at + begin, width)
        if not whole:
            break  # such a long line consists of blanks, or of marks without width
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
    """Yield lines as ``_wrap_paragraph`` does, if every character is one cell wide: only line ends are examined."""
    begin = 0
    while (end := begin + width) < len(text):
        end = _line_end(text, begin, end)
        if end == len(text):
            break
        yield at + begin, at + end
        begin = end
    yield at + begin, at + len(text)


def _wrap_plain(text: str, at: int, width: int) -> Iterator[tuple[int, int]]:
    """Yield lines as ``_wrap_paragraph`` does, if every character is one or two cells wide."""
    begin = 0
    while (end := _full(text, begin, width)) < len(text):
        end = _line_end(text, begin, end)
        if end == len(text):
            break
        yield at + begin, at + end
        begin = end
    yield at + begin, at + len(text)


def _line_end(text: str, begin: int, full: int) -> int:
    """Return where a line ends that is full at ``full``: after the last word that fits, with its trailing blanks."""
    if text[full] != " ":
        return text.rfind(" ", begin, full) + 1 or full
    while full < len(text) and text[full] == " ":
        full += 1
    return full


def _full(text: str, begin: int, width: int) -> int:
    """Return the end of the longest stretch from ``begin`` of at most ``width`` cells; characters have one or two."""
    end, cells_left = begin, width
    while cells_left > 0 and end < len(text):
        # As many characters as fit if all are wide; the remaining width at least halves each time.
        piece = text[end : end + max(cells_left // 2, 1)]
        cells = len(piece) + len(_WIDE.findall(piece))
        if cells > cells_left:
            break
        end, cells_left = end + len(piece), cells_left - cells
    return end


def lay_out(transcript: Transcript, width: int, text: str = "") -> Lines:
    """Return all lines of a transcript: a head, the words and a gap for each turn. ``text`` is its text as shown, if known."""
    text = text or safe(transcript.text)
    laid_lines = Lines()
    for number, turn in enumerate(transcript.turns):
        laid_lines.add(0, number, [(turn.start, turn.start)])
        laid_lines.add(1, number, list(wrap(text, turn.start, turn.end, width)))
        laid_lines.add(2, number, [(turn.end, turn.end)])
    return laid_lines


def line_at(laid: Sequence[Line], offset: int) -> int:
    """Return the number of the text line with a code point; between turns, the last text line before it."""
    number = bisect_right(laid, offset, key=lambda line: line.start) - 1
    while number > 0 and laid[number].kind != "text":
        number -= 1
    return max(number, 0)


def marks(laid: Sequence[Line], passages: Sequence[Passage]) -> list[Mark]:
    """Return passages with their lines and lanes; overlapping ones have different lanes while there are free ones."""
    free = [-1] * LANES
    placed_marks = []
    for passage in sorted(passages, key=lambda p: (p.start, p.end, p.id)):
        first, last = line_at(laid, passage.start), line_at(laid, max(passage.start, passage.end - 1))
        lane = next((number for number, busy_to in enumerate(free) if busy_to < first), None)
        crowded, lane = lane is None, LANES - 1 if lane is None else lane
        free[lane] = max(free[lane], last)
        placed_marks.append(Mark(passage, lane, first, last, crowded))
    return placed_marks


def text_line(laid: Sequence[Line], number: int, by: int) -> int:
    """Return the number of the text line ``by`` text lines on from line ``number``, within the text."""
    at, steps_left = number, abs(by)
    while steps_left:
        following = at + (1 if by > 0 else -1)
        while 0 <= following < len(laid) and laid[following].kind != "text":
            following += 1 if by > 0 else -1
        if not 0 <= following < len(laid):
            break
        at, steps_left = following, steps_left - 1
    return at


def offset_at_cell(text: str, line: Line, cell: int) -> int:
    """Return the code point at a cell of a line; the last one if the line is shorter."""
    offset, used = line.start, 0
    for start, _, width in split_graphemes(text[line.start : line.end])[0]:
        offset = line.start + start
        used += width
        if used > cell:
            break
    return offset


def grapheme_end(text: str, offset: int, limit: int) -> int:
    """Return where the character at ``offset`` ends: an emoji or a letter with marks has several code points."""
    graphemes = split_graphemes(text[offset:limit])[0]
    return offset + graphemes[0][1] if graphemes else limit


def pieces(line: Line, edges: Sequence[int]) -> list[tuple[int, int]]:
    """Return a line cut at the edges within it, as spans."""
    cuts = [line.start, *sorted({edge for edge in edges if line.start < edge < line.end}), line.end]
    return [(a, b) for a, b in itertools.pairwise(cuts) if a < b]
