"""Signs that carry what a document knows of its paragraphs through lines of text: table rows, words that are no speech."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from needsseg.transcripts.documents.meet import MEET_TIME
from needsseg.transcripts.spoken import HEADED, NUMBERED

CELL = "\x1f"
"""Stands before each cell of a table's row; a control character, so it never becomes speech."""

_ASIDE = "\x1c"
_SIGNS = dict.fromkeys(map(ord, (CELL, _ASIDE, HEADED, NUMBERED)))


@dataclass(frozen=True, slots=True)
class Aside:
    """Words that a document holds beside the talk (a footer, a comment), and their kind, one of WORD_KINDS."""

    kind: str
    text: str


def aside(kind: str, text: str) -> str:
    """A piece of a document that is no speech, as a line that ``apart`` tells from the paragraphs."""
    return f"{_ASIDE}{kind}{_ASIDE}{text}"


def apart(pieces: Sequence[str]) -> tuple[list[str], list[Aside]]:
    """The paragraphs of a document, and what stands beside the talk."""
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
    """A heading's paragraph with its sign; Meet's clock times are headings too and stay as they are."""
    return text if not text.strip() or MEET_TIME.match(text) else HEADED + text


def row(cells: Sequence[str]) -> str:
    """A row of a table as one piece; ``cells_of`` gives its cells back."""
    return "".join(CELL + without_signs(cell).strip() for cell in cells)


def cells_of(piece: str) -> list[str] | None:
    """The cells of a piece that is a table's row, else None."""
    return piece.split(CELL)[1:] if piece.startswith(CELL) else None


def plain(piece: str) -> str:
    """The words of a piece as a person sees them: no signs, the cells of a row with spaces between."""
    return without_signs(piece.replace(CELL, " "))


def without_signs(text: str) -> str:
    """Text without the control characters that have a meaning here; formats other than XML may hold them."""
    return text.translate(_SIGNS)
