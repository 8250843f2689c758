"""Compare transcripts: the same words, or versions of one conversation."""

from __future__ import annotations

from collections.abc import Iterable

from needsseg.files import sha256
from needsseg.records import Transcript


def words_sha256(turns: Iterable[str]) -> str:
    """Hash the words of all turns, in order; equal for one conversation in different formats."""
    words = " ".join(word for turn in turns for word in turn.split())
    return sha256(words)


def much_alike(first: Transcript, second: Transcript) -> bool:
    """Whether two transcripts are versions of one conversation: they share a third of either's longer turns."""
    turns = [
        {
            " ".join(words.split())
            for turn in transcript.turns
            if turn.role != "interviewer" and len(words := transcript.words(turn)) > 20
        }
        for transcript in (first, second)
    ]
    return 3 * len(turns[0] & turns[1]) >= max(1, min(len(turns[0]), len(turns[1])))
