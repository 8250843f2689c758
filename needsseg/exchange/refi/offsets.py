"""Detect how a file counts positions in a text, and map positions when words are replaced."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product


@dataclass(frozen=True, slots=True)
class Convention:
    """One convention of counting; ``score`` is the share of edges of selections that it puts between words."""

    utf16: bool = False
    line_end: int = 1
    mark: bool = False
    inclusive: bool = False
    score: float = 1.0
    edges: int = 0

    @property
    def in_words(self) -> str:
        """The convention in words."""
        return ", ".join(
            (
                "UTF-16 units" if self.utf16 else "code points",
                f"a line end counts {self.line_end}",
                f"a byte order mark {'counts' if self.mark else 'does not count'}",
                f"the end is {'inclusive' if self.inclusive else 'exclusive'}",
            )
        )


Spans = Sequence[tuple[int, int]]


def places(text: str, spans: Spans, convention: Convention) -> list[tuple[int, int] | None]:
    """Return spans in half-open code points of a text with LF line ends; None if outside the text or inside a character."""
    place_of = placer(text, convention)
    return [place_of(start, end) for start, end in spans]


def placer(text: str, convention: Convention) -> Callable[[int, int], tuple[int, int] | None]:
    """Convert one span of the file's convention to code points, as ``places`` does."""
    shift = 1 if convention.mark else 0
    position_of = _finder(text, convention)

    def place(start: int, end: int) -> tuple[int, int] | None:
        first, last = position_of(start - shift), position_of(end - shift + (1 if convention.inclusive else 0))
        return (first, last) if first is not None and last is not None and first <= last else None

    return place


def _finder(text: str, convention: Convention) -> Callable[[int], int | None]:
    """Convert a position of the file's convention to code points; None outside the text and inside a character of two units."""
    double = ("\n" if convention.line_end == 2 else "") + ("\U00010000-\U0010ffff" if convention.utf16 else "")
    # The position of each in the file's convention, where each one before it has added one.
    wide_positions = (
        [match.start() + before for before, match in enumerate(re.finditer(f"[{double}]", text))] if double else []
    )

    def at(position: int) -> int | None:
        before = bisect_left(wide_positions, position)
        inside = before > 0 and position == wide_positions[before - 1] + 1
        return None if inside or not 0 <= position - before <= len(text) else position - before

    return at


def detected(texts: Iterable[tuple[str, Spans]]) -> Convention:
    """Return the convention with most edges of selections between words; the standard's own unless it clearly fails.

    Tried are code points and UTF-16 units, line ends as 1 and 2, a byte order mark counted or not, the end in or out.
    An edge lies between words where exactly the inner side is no blank and the outer side does not go on with the word; a
    selection may take in its own line break. Another convention is taken where it sets at least half of the edges right
    that the standard puts inside words, and at least two of them and a twentieth of all.
    """
    texts_with_spans = [(text, spans) for text, spans in texts if spans]
    standard = scored(texts_with_spans, Convention())
    best = standard
    for inclusive, mark, line_end, utf16 in product((False, True), (False, True), (1, 2), (False, True)):
        convention = scored(texts_with_spans, Convention(utf16, line_end, mark, inclusive))
        if convention.score > best.score:
            best = convention
    gained = round((best.score - standard.score) * standard.edges)
    missed = round((1 - standard.score) * standard.edges)
    clear = gained >= 2 and gained * 2 >= missed and gained * 20 >= standard.edges
    return best if clear else standard


def scored(texts: Iterable[tuple[str, Spans]], convention: Convention) -> Convention:
    """Return a convention with the share of edges that it puts between words; 1 without edges."""
    texts_with_spans = [(text, spans) for text, spans in texts if spans]
    edges = 2 * sum(len(spans) for _, spans in texts_with_spans)
    good = sum(fitting(text, span) for text, spans in texts_with_spans for span in places(text, spans, convention))
    return replace(convention, score=round(good / edges, 4) if edges else 1.0, edges=edges)


def fitting(text: str, span: tuple[int, int] | None) -> int:
    """Return how many of the two edges of a span are between words."""
    if span is None or span[0] == span[1]:
        return 0
    start, end = span
    begins = not text[start].isspace() and (start == 0 or not (_in_word(text[start - 1]) and _in_word(text[start])))
    last = len(text[start:end].rstrip("\n")) + start
    # A selection of whole lines includes their line breaks, so that it ends at the next line.
    takes_break_in = start < last < end
    inside = end < len(text) and _in_word(text[end - 1]) and _in_word(text[end])
    ends = takes_break_in or not (text[end - 1].isspace() or inside)
    return int(begins) + int(ends)


def _in_word(char: str) -> bool:
    return char.isalnum() or char in "_'’"


@dataclass(frozen=True, slots=True)
class Shifted:
    """A text with pieces replaced, and the mapping of positions between the old and the new text."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    moved: tuple[tuple[int, int], ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return a span of the old text in the new one; an edge inside a replaced piece includes the whole piece."""
        return self._at(start, 0), self._at(end, 1)

    def _at(self, place: int, side: int) -> int:
        index = bisect_right(self.starts, place) - 1
        if index < 0:
            return place
        if place < self.ends[index]:
            # The start of a piece is an edge before it, for both sides.
            return self.moved[index][0 if side == 0 or place == self.starts[index] else 1]
        return place - self.ends[index] + self.moved[index][1]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return a span of the new text in the old one; an edge inside a replacement includes the whole piece."""
        return self._before(start, 0), self._before(end, 1)

    def _before(self, place: int, side: int) -> int:
        index = bisect_right(self.moved, place, key=lambda span: span[0]) - 1
        if index < 0:
            return place
        start, end = self.moved[index]
        if place < end:
            return self.starts[index] if side == 0 or place == start else self.ends[index]
        return place - end + self.ends[index]


def shifted(text: str, pieces: Iterable[tuple[int, int, str]]) -> Shifted:
    """Replace pieces ``(start, end, by)`` of a text; ValueError where they overlap."""
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    new_places: list[tuple[int, int]] = []
    old = new = 0
    for start, end, by in sorted(pieces):
        if start < old or end <= start or end > len(text):
            raise ValueError(f"The piece [{start}, {end}) overlaps another or lies outside the text.")
        parts += [text[old:start], by]
        new += start - old
        new_places.append((new, new + len(by)))
        new += len(by)
        starts.append(start)
        ends.append(end)
        old = end
    parts.append(text[old:])
    return Shifted("".join(parts), tuple(starts), tuple(ends), tuple(new_places))
