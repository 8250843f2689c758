"""Compose the text of a transcript and its turns from spoken pieces."""

from __future__ import annotations

from collections.abc import Iterable

from needsseg.records import Turn
from needsseg.text import plain_line
from needsseg.transcripts.spoken import Spoken, one_line, tidy


def compose(spoken: Iterable[Spoken]) -> tuple[str, tuple[Turn, ...]]:
    """Return the text and its turns: ``Speaker: words`` per turn, a blank line between turns, every role ``other``.

    ``text[turn.start:turn.end]`` is the words without the label; offsets are code points. A piece without words is
    left out; a piece without a speaker has no label. Unicode is not normalised, so quotes match the file exactly.
    """
    parts: list[str] = []
    turns: list[Turn] = []
    offset = 0
    for piece in spoken:
        words = tidy(piece.words)
        if not words:
            continue
        speaker = plain_line(one_line(piece.speaker))
        lead = ("\n\n" if parts else "") + (f"{speaker}: " if speaker else "")
        start = offset + len(lead)
        offset = start + len(words)
        parts.append(lead + words)
        turns.append(Turn(speaker, "other", start, offset, piece.start_ms, piece.end_ms))
    return "".join(parts), tuple(turns)
