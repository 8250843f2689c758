"""Positions in a transcript: the next passage, word, sentence or hit, without the screen."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from needsseg.records import Passage, Transcript, Turn

Span = tuple[int, int]
Unit = Literal["word", "sentence", "turn"]
Sentences = Callable[[Transcript, int, int], list[Span]]

# In scripts without spaces each character counts as a word, since people select by characters there.
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LONG_TURN = 50_000
"""The length of a turn, in characters, beyond which only the text near a position is searched, so that keys stay fast."""
_NEAR = 8_000
_CHUNK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\s\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")


def turn_at(transcript: Transcript, offset: int) -> Turn | None:
    """Return the turn that contains a code point; None between turns."""
    at = bisect_right(transcript.turns, offset, key=lambda turn: turn.start) - 1
    turn = transcript.turns[at] if at >= 0 else None
    return turn if turn is not None and turn.start <= offset < turn.end else None


def turn_number(transcript: Transcript, offset: int) -> int:
    """Return the number of the turn that contains or precedes a code point; 0 before the first."""
    return max(bisect_right(transcript.turns, offset, key=lambda turn: turn.start) - 1, 0)


def word_begin(transcript: Transcript, offset: int) -> int:
    """Return where the word at an offset begins, with punctuation before it; the offset itself in scripts without spaces."""
    turn = turn_at(transcript, offset)
    return offset if turn is None else _chunk_begin(transcript.text, turn, offset)


def words(text: str, start: int, end: int) -> list[Span]:
    """Return the spans of the words of ``text[start:end]``, without surrounding punctuation."""
    return list(_words(text, start, end))


def _words(text: str, start: int, end: int) -> Iterator[Span]:
    for match in _CHUNK.finditer(text, start, end):
        first, last = match.span()
        while first < last and _is_punctuation(text[first]):
            first += 1
        while last > first and _is_punctuation(text[last - 1]):
            last -= 1
        if first < last:
            yield first, last


def _is_punctuation(char: str) -> bool:
    return unicodedata.category(char).startswith("P")


def spans(
    transcript: Transcript, turn: Turn, unit: Unit, sentences: Sentences, around: Span | None = None
) -> list[Span]:
    """Return the words or sentences of a turn, or the turn itself, as spans in order; none if it holds no words.

    In a long turn only those near ``around``, if given: at least one beyond each of its ends, if there is one.
    """
    low, high = turn.start, turn.end
    if around is not None and turn.end - turn.start > _LONG_TURN:
        low, high = _near(transcript.text, turn, around)
    if unit == "word":
        return words(transcript.text, low, high)
    if unit == "turn" and (low, high) != (turn.start, turn.end):
        turn_text = transcript.words(turn)
        turn_span = (
            turn.start + len(turn_text) - len(turn_text.lstrip()),
            turn.end - len(turn_text) + len(turn_text.rstrip()),
        )
        return [turn_span] if turn_span[0] < turn_span[1] else []
    sentence_spans = sentences(transcript, low, high)
    if unit == "turn":
        return [(sentence_spans[0][0], sentence_spans[-1][1])] if sentence_spans else sentence_spans
    # A sentence cut by the stretch's ends is dropped, unless it is the one at ``around``.
    if around is not None and low > turn.start and len(sentence_spans) > 1 and sentence_spans[1][0] <= around[0]:
        sentence_spans = sentence_spans[1:]
    if around is not None and high < turn.end and len(sentence_spans) > 1 and sentence_spans[-2][1] >= around[1]:
        sentence_spans = sentence_spans[:-1]
    return sentence_spans


def _near(text: str, turn: Turn, around: Span) -> Span:
    """Return a stretch of a long turn with some thousand characters on both sides of ``around``, between words if possible."""
    low, high = max(turn.start, around[0] - _NEAR), min(turn.end, around[1] + _NEAR)
    if low > turn.start:
        low = next((at + 1 for at in range(low, min(low + _NEAR // 2, around[0])) if text[at].isspace()), low)
    if high < turn.end:
        high = next((at for at in range(high, max(high - _NEAR // 2, around[1]), -1) if text[at].isspace()), high)
    return low, high


@dataclass(frozen=True, slots=True)
class Selection:
    """A selected stretch of one turn, from ``anchor`` to ``head``, whichever comes first.

    ``adjusts`` is the passage whose edges are being moved, None if the selection may become a new passage.
    """

    anchor: Span
    head: Span
    unit: Unit
    adjusts: int | None = None

    @property
    def span(self) -> Span:
        """The selected span."""
        return min(self.anchor[0], self.head[0]), max(self.anchor[1], self.head[1])

    def extended(self, units: Sequence[Span], by: int) -> Selection:
        """Return the selection with its head one of ``units`` on (``by`` 1) or back (-1)."""
        if by > 0:
            head = next((unit for unit in units if unit[1] > self.head[1]), self.head)
        else:
            head = next((unit for unit in reversed(units) if unit[0] < self.head[0]), self.head)
        return Selection(self.anchor, head, self.unit, self.adjusts)

    def in_units(self, units: Sequence[Span], unit: Unit) -> Selection:
        """Return the selection extended to whole ``units``."""
        start, end = self.span
        touched = [each for each in units if each[0] < end and start < each[1]] or [(start, end)]
        first, last = touched[0], touched[-1]
        return (
            Selection(last, first, unit, self.adjusts)
            if self.head < self.anchor
            else Selection(first, last, unit, self.adjusts)
        )

    def as_span(self, span: Span) -> Selection:
        """Return the selection as another span, its head last."""
        return Selection(span, span, self.unit, self.adjusts)


def unit_at(units: Sequence[Span], offset: int) -> Span | None:
    """Return the first of ``units`` that ends after an offset, else the last one; None without units."""
    return next((unit for unit in units if unit[1] > offset), units[-1] if units else None)


def word_after(transcript: Transcript, offset: int, by: int) -> int | None:
    """Return where the next (or previous) word begins from an offset, in any turn; None at the end of the text."""
    at = bisect_right(transcript.turns, offset, key=lambda turn: turn.start) - 1
    while at < len(transcript.turns):
        if at >= 0:
            turn = transcript.turns[at]
            begin = (
                _begin_after(transcript.text, turn, offset) if by > 0 else _begin_before(transcript.text, turn, offset)
            )
            if begin is not None:
                return begin
        elif by < 0:
            return None
        at += by
    return None


def _begin_after(text: str, turn: Turn, offset: int) -> int | None:
    """Return where the first word of a turn begins after an offset."""
    start = _chunk_begin(text, turn, offset) if turn.start < offset < turn.end else turn.start
    return next((begin for begin, _ in _words(text, start, turn.end) if begin > offset), None)


def _begin_before(text: str, turn: Turn, offset: int) -> int | None:
    """Return where the last word of a turn begins before an offset, searching ever longer stretches before it."""
    end, length = min(offset, turn.end), 64
    while end > turn.start:
        start = _chunk_begin(text, turn, max(turn.start, end - length))
        last_begin = None
        for begin, _ in _words(text, start, turn.end):
            if begin >= end or begin >= offset:
                break
            last_begin = begin
        if last_begin is not None or start == turn.start:
            return last_begin
        end, length = start, 4 * length
    return None


def _chunk_begin(text: str, turn: Turn, offset: int) -> int:
    """Return where the run of characters at an offset begins, so that no word is cut."""
    at = offset
    if not turn.start < at < turn.end or text[at].isspace() or _UNSPACED.match(text[at]):
        return at
    while at > turn.start and not text[at - 1].isspace() and not _UNSPACED.match(text[at - 1]):
        at -= 1
    return at


def step(passages: Sequence[Passage], current: int | None, by: int, offset: int = 0) -> int | None:
    """Return the id of the passage ``by`` places on, within the list; counted from ``offset`` if none is current."""
    ids = [passage.id for passage in passages]
    if not ids:
        return None
    if current not in ids:
        before = bisect_left([passage.start for passage in passages], offset)
        return ids[min(before, len(ids) - 1)] if by > 0 else ids[max(before - 1, 0)]
    return ids[min(max(ids.index(current) + by, 0), len(ids) - 1)]


def undecided(passages: Sequence[Passage], current: int | None, by: int = 1, offset: int = 0) -> int | None:
    """Return the id of the next (or previous) undecided passage from the current one or ``offset``, wrapping round."""
    ids = [passage.id for passage in passages]
    before = bisect_left([passage.start for passage in passages], offset)
    at = ids.index(current) if current in ids else before - 1 if by > 0 else before
    for number in range(1, len(ids) + 1):
        passage = passages[(at + by * number) % len(ids)]
        if passage.status == "suggested" and passage.id != current:
            return passage.id
    return None


def nearest(passages: Sequence[Passage], offset: int) -> int | None:
    """Return the id of the first passage that ends after ``offset``, else the last one."""
    return next((p.id for p in passages if p.end > offset), passages[-1].id if passages else None)


def innermost(passages: Sequence[Passage], offset: int) -> int | None:
    """Return the id of the shortest passage at an offset; None without one."""
    containing = [p for p in passages if p.start <= offset < p.end]
    return min(containing, key=lambda p: (p.end - p.start, p.id)).id if containing else None


def overlapping(passages: Sequence[Passage], current: Passage) -> list[Passage]:
    """Return the passages that share words with the current one, including itself."""
    return [p for p in passages if p.start < current.end and current.start < p.end]


def moved_edge(span: Span, edge: str, by: int, units: Sequence[Span]) -> Span | None:
    """Return ``span`` with its start or end one of a turn's ``units`` on or back; None if there is none."""
    if edge == "start":
        starts = [start for start, _ in units]
        options = (
            [s for s in starts if s < span[0]][-1:] if by < 0 else [s for s in starts if span[0] < s < span[1]][:1]
        )
        return (options[0], span[1]) if options else None
    ends = [end for _, end in units]
    options = [e for e in ends if span[0] < e < span[1]][-1:] if by < 0 else [e for e in ends if e > span[1]][:1]
    return (span[0], options[0]) if options else None


def turn_near(transcript: Transcript, offset: int) -> Turn | None:
    """Return the turn at an offset, or the first one after it that holds words."""
    at = max(bisect_right(transcript.turns, offset, key=lambda turn: turn.start) - 1, 0)
    return next((t for t in transcript.turns[at:] if t.end > offset and transcript.words(t).strip()), None)


def within_turn(transcript: Transcript, span: Span) -> Span | None:
    """Return a dragged span as whole words of the turn in which it begins; None if it holds none."""
    turn = turn_at(transcript, span[0])
    if turn is None:
        return None
    start, end = span[0], min(span[1], turn.end)
    text = transcript.text
    while start > turn.start and not text[start - 1].isspace() and not text[start].isspace():
        start -= 1
    while end < turn.end and not text[end].isspace() and not text[end - 1].isspace():
        end += 1
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None


def occurrences(transcript: Transcript, words: str) -> list[Span]:
    """Return where ``words`` occur, in any case, with any white space between them."""
    pattern = r"\s+".join(re.escape(word) for word in words.split())
    return [match.span() for match in re.finditer(pattern, transcript.text, re.IGNORECASE)] if pattern else []
