"""Embed many texts with a loaded model: split long ones, batch by length, and embed each distinct text once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from needsseg.progress import Progress, silent

if TYPE_CHECKING:
    from needsseg.embedding.vectors import Vectors


# A batch has texts of similar length, up to this many characters in total, for little padding and good cache use.
BATCH_CHARACTERS = 8_000
MOST_IN_BATCH = 128
LONG = 2_000
PIECE = 1_000
MOST_PIECES = 8


@dataclass(frozen=True, slots=True, eq=False)
class Encoder:
    """A loaded sentence model for many texts; ``key`` tells its vectors from those of every other model and back end.

    Its vectors are those of ``encode`` but for rounding, where a text is at most 2,000 characters long.
    """

    key: str
    dimensions: int
    vectors: Callable[[Sequence[str]], Vectors]
    """Return unit rows of a batch of short texts of similar length."""
    batch_characters: int = BATCH_CHARACTERS

    def encode(self, texts: Sequence[str], progress: Progress = silent) -> Vectors:
        """Return unit rows of ``texts``, float32 (n, d), in order; repeated texts are embedded once.

        A text of more than 2,000 characters is cut at ends of sentences, else of words, into pieces of at most 1,000
        characters, and its row is the mean of theirs weighted by length; what comes after the eighth piece is not read.
        Of a text or piece the model itself reads the first 256 tokens (the bundled one), some 1,100 characters of English.
        ValueError for a text that is empty or blank.
        """
        import numpy as np

        places = {text: place for place, text in enumerate(dict.fromkeys(texts))}
        if any(not text.strip() for text in places):
            raise ValueError("an empty text has no vector")
        parts = sorted(
            (len(piece), piece, place) for text, place in places.items() for piece in (pieces(text) or (text,))
        )
        sums = np.zeros((len(places), self.dimensions), dtype=np.float32)
        encoded = 0
        for batch in _batches(parts, self.batch_characters):
            rows = self.vectors([piece for _, piece, _ in batch])
            weights = np.array([length for length, _, _ in batch], dtype=np.float32)
            np.add.at(sums, [place for _, _, place in batch], rows * weights[:, None])
            encoded += len(batch)
            progress("embedding", encoded, len(parts))
        norms = np.linalg.norm(sums, axis=1, keepdims=True)
        return np.asarray((sums / np.maximum(norms, 1e-12))[[places[text] for text in texts]], dtype=np.float32)


def pieces(text: str) -> tuple[str, ...]:
    """Split a long text into at most MOST_PIECES non-blank pieces of at most PIECE characters."""
    if len(text) <= LONG:
        return (text,)
    text_pieces: list[str] = []
    start = 0
    while start < len(text) and len(text_pieces) < MOST_PIECES:
        end = start + PIECE
        if end < len(text):
            end = start + _cut(text[start:end])
        if text[start:end].strip():
            text_pieces.append(text[start:end].strip())
        start = end
    return tuple(text_pieces)


def _cut(stretch: str) -> int:
    """Return the end of a piece: after the last sentence in its second half, else after the last word, else at its end."""
    ends = [match.end() for match in re.finditer(r"[.!?…][\"'”’)]*\s+|[。！？\n]\s*", stretch)]
    ends = [end for end in ends if end > len(stretch) // 2] or [match.end() for match in re.finditer(r"\s+", stretch)]
    return ends[-1] if ends else len(stretch)


def _batches(parts: Sequence[tuple[int, str, int]], characters: int) -> Iterator[Sequence[tuple[int, str, int]]]:
    """Yield batches of ``parts``, sorted by length, within ``characters`` including padding and MOST_IN_BATCH."""
    start = 0
    while start < len(parts):
        end = start + 1
        while end < len(parts) and end - start < MOST_IN_BATCH and (end + 1 - start) * parts[end][0] <= characters:
            end += 1
        yield parts[start:end]
        start = end
