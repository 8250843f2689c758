"""Where the next passage, sentence or find lies: pure answers for the coding screen."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from needsseg.records import Passage, Transcript, Turn

Span = tuple[int, int]
Sentences = Callable[[Transcript, int, int], list[Span]]


def turn_at(transcript: Transcript, offset: int) -> Turn | None:
    """The turn in which a code point was said."""
    return next((turn for turn in transcript.turns if turn.start <= offset < turn.end), None)


def step(passages: Sequence[Passage], current: int | None, by: int) -> int | None:
    """The id of the passage ``by`` places on, staying within the list."""
    ids = [passage.id for passage in passages]
    if not ids:
        return None
    if current not in ids:
        return ids[0] if by > 0 else ids[-1]
    return ids[min(max(ids.index(current) + by, 0), len(ids) - 1)]


def undecided(passages: Sequence[Passage], current: int | None, by: int = 1) -> int | None:
    """The id of the next (or last) undecided passage after the current one, round the end; None when there is none."""
    ids = [passage.id for passage in passages]
    at = ids.index(current) if current in ids else -1 if by > 0 else 0
    for number in range(1, len(ids) + 1):
        passage = passages[(at + by * number) % len(ids)]
        if passage.status == "suggested" and passage.id != current:
            return passage.id
    return None


def nearest(passages: Sequence[Passage], offset: int) -> int | None:
    """The id of the first passage that ends after ``offset``, else the last one."""
    return next((p.id for p in passages if p.end > offset), passages[-1].id if passages else None)


def overlapping(passages: Sequence[Passage], current: Passage) -> list[Passage]:
    """The passages that share words with the current one, itself among them."""
    return [p for p in passages if p.start < current.end and current.start < p.end]


def moved_edge(transcript: Transcript, span: Span, edge: str, by: int, sentences: Sentences) -> Span | None:
    """``span`` with its start or end one sentence on or back within its turn; None where there is none."""
    turn = turn_at(transcript, span[0])
    if turn is None:
        return None
    found = sentences(transcript, turn.start, turn.end)
    if edge == "start":
        starts = [start for start, _ in found]
        options = (
            [s for s in starts if s < span[0]][-1:] if by < 0 else [s for s in starts if span[0] < s < span[1]][:1]
        )
        return (options[0], span[1]) if options else None
    ends = [end for _, end in found]
    options = [e for e in ends if span[0] < e < span[1]][-1:] if by < 0 else [e for e in ends if e > span[1]][:1]
    return (span[0], options[0]) if options else None


def sentence_near(transcript: Transcript, offset: int, sentences: Sentences) -> tuple[Turn, int] | None:
    """The turn and the number of the sentence at ``offset``, or the first one after it."""
    for turn in transcript.turns:
        if turn.end <= offset:
            continue
        for number, (_, end) in enumerate(sentences(transcript, turn.start, turn.end)):
            if end > offset:
                return turn, number
    return None


def within_turn(transcript: Transcript, span: Span) -> Span | None:
    """A dragged span as one that can be marked: whole words, of the turn in which it begins."""
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
    """Where ``words`` occur, whatever their case, with any white space between them."""
    pattern = r"\s+".join(re.escape(word) for word in words.split())
    return [match.span() for match in re.finditer(pattern, transcript.text, re.IGNORECASE)] if pattern else []
