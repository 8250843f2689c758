"""Control characters that mark table rows, headings and asides (words that are not speech) in a document's pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from needsseg.transcripts.documents.meet import MEET_TIME
from needsseg.transcripts.spoken import HEADED, NUMBERED

CELL = "\x1f"
"""Precedes each cell of a table row; a control character, so it never becomes speech."""

_ASIDE = "\x1c"
_SIGNS = dict.fromkeys(map(ord, (CELL, _ASIDE, HEADED, NUMBERED)))


@dataclass(frozen=True, slots=True)
class Aside:
    """Words of a document outside the dialogue (a footer, a comment), and their kind, one of WORD_KINDS."""

    kind: str
    text: str


def aside(kind: str, text: str) -> str:
    """Encode an aside as a piece, which ``apart`` separates from the paragraphs again."""
    return f"{_ASIDE}{kind}{_ASIDE}{text}"


def apart(pieces: Sequence[str]) -> tuple[list[str], list[Aside]]:
    """Return the paragraphs of a document and its asides, separately."""
    paragraphs: list[str] = []
    asides: list[Aside] = []
    for piece in pieces:
        if piece.startswith(_ASIDE):
            _, kind, text = piece.split(_ASIDE, 2)
            asides.append(Aside(kind, text))
        else:
            paragraphs.append(piece)
    return paragraphs, asides


def headed(text: str) -> str:
    """Return a heading with HEADED before it; Meet's clock times, also headings, are left as they are."""
    return text if not text.strip() or MEET_TIME.match(text) else HEADED + text


def row(cells: Sequence[str]) -> str:
    """Encode a table row as one piece; ``cells_of`` decodes it."""
    return "".join(CELL + without_signs(cell).strip() for cell in cells)


def cells_of(piece: str) -> list[str] | None:
    """Return the cells of a piece that is a table row, else None."""
    return piece.split(CELL)[1:] if piece.startswith(CELL) else None


def plain(piece: str) -> str:
    """Return the words of a piece without signs, the cells of a row separated by spaces."""
    return without_signs(piece.replace(CELL, " "))


def without_signs(text: str) -> str:
    """Return text without the control characters used as signs, which formats other than XML may contain."""
    return text.translate(_SIGNS)
