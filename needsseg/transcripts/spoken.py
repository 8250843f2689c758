"""The result of the format readers: pieces of speech in order, before they become one text with offsets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

PAUSE_MS = 2000
TURN_WORDS = 120
LONGEST_TURN_WORDS = 300
NUMBERED = "\x1e"
"""Precedes a paragraph that a word processor numbers; a control character, so it never becomes speech."""

HEADED = "\x1d"
"""Precedes a paragraph that a word processor styles as a heading."""

_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")
_CONTROL = dict.fromkeys([*range(0x09), *range(0x0E, 0x20), *range(0x7F, 0x85), *range(0x86, 0xA0), 0xFEFF])


@dataclass(frozen=True, slots=True)
class Spoken:
    """Words of one speaker ("" where unknown); a line feed in ``words`` separates paragraphs.

    ``line`` is the number of the source line (paragraph, row) where it begins, from 1; 0 where unknown.
    """

    speaker: str
    words: str
    start_ms: int | None = None
    end_ms: int | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Mark:
    """A count of words by kind: ``words`` of the words in ``source[line]`` (from 0) are of ``kind``.

    ``text`` is these words where they are only a part of the line, as a cell of a row, and are shown without the rest.
    """

    line: int
    kind: str
    words: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """The content of one file or interview as a format reader returns it.

    ``source`` are the pieces of the file's text (lines, paragraphs, cells), ``marks`` the kinds of their words; a word
    without a mark is unread. ``unit`` is the name of a piece in messages; ``numbers`` are the pieces' numbers where they
    are not 1, 2, 3 … (rows of one of several interviews). ``title`` is the interview's title, where the file has one;
    ``attributes`` are a table's data about its speakers.
    """

    spoken: tuple[Spoken, ...]
    warnings: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    source: tuple[str, ...] = ()
    unit: str = "line"
    title: str = ""
    attributes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    suspicions: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()


def marked(line: int, kind: str, text: str) -> Mark:
    """Return a mark for all words of ``text``, which is in the source line ``line`` (from 0)."""
    return Mark(line, kind, len(text.split()), text)


def one_line(text: str) -> str:
    """Return text without control characters and with every run of white space as one space."""
    # Printable text contains no control characters; checking that is faster than removing them.
    return " ".join((text if text.isprintable() else text.translate(_CONTROL)).split())


def tidy(text: str) -> str:
    """Return text with white space collapsed inside each paragraph and single line feeds between paragraphs."""
    return "\n".join(line for line in map(one_line, text.split("\n")) if line)


def merged(pieces: Iterable[Spoken], *, by_paragraph: bool = False) -> tuple[Spoken, ...]:
    """Join consecutive pieces of one named speaker; pieces without a speaker stay as they are."""
    groups: list[list[Spoken]] = []
    for piece in pieces:
        if not tidy(piece.words):
            continue
        if groups and piece.speaker and piece.speaker == groups[-1][0].speaker:
            groups[-1].append(piece)
        else:
            groups.append([piece])
    # Joining each group once avoids copying a long turn for every piece.
    return tuple(_joined(group, "\n" if by_paragraph else " ") for group in groups)


def flowing(pieces: Sequence[Spoken]) -> tuple[Spoken, ...]:
    """Join pieces without speakers into turns that end with a sentence.

    A turn ends at a sentence end that a pause of at least 2 s follows, or at the first sentence end after 120 words;
    text without sentence marks is cut at 300 words. Words and their order never change.
    """
    out: list[Spoken] = []
    pending: list[Spoken] = []
    count = 0
    for index, piece in enumerate(pieces):
        pending.append(piece)
        count += len(piece.words.split())
        following = pieces[index + 1] if index + 1 < len(pieces) else None
        if following is None or _ends_turn(piece, following, count):
            out.append(_run(pending))
            pending, count = [], 0
    return tuple(piece for piece in out if tidy(piece.words))


def _ends_turn(piece: Spoken, following: Spoken, count: int) -> bool:
    paused = (
        piece.end_ms is not None and following.start_ms is not None and following.start_ms - piece.end_ms >= PAUSE_MS
    )
    if _SENTENCE_END.search(piece.words.rstrip()):
        return paused or count >= TURN_WORDS
    return count >= LONGEST_TURN_WORDS or (paused and count >= TURN_WORDS)


def _run(pieces: Sequence[Spoken]) -> Spoken:
    words = " ".join(piece.words for piece in pieces)
    ends = [piece.end_ms for piece in pieces if piece.end_ms is not None]
    return replace(pieces[0], words=words, end_ms=max(ends, default=None))


def _joined(pieces: Sequence[Spoken], glue: str) -> Spoken:
    if len(pieces) == 1:
        return pieces[0]
    ends = [piece.end_ms for piece in pieces if piece.end_ms is not None]
    return replace(pieces[0], words=glue.join(piece.words for piece in pieces), end_ms=max(ends, default=None))


def table_row(cells: Sequence[str]) -> str:
    """Return a row of a document's table as one line: ``cell: cell``, or ``[time] speaker: words`` for three."""
    distinct = [cell for index, cell in enumerate(cells) if cell and (index == 0 or cell != cells[index - 1])]
    if len(distinct) == 3 and re.match(r"^[\[(]?[\d:.,]+[\])]?$", distinct[0]):
        return f"[{distinct[0].strip('[]()')}] {distinct[1].rstrip(':')}: {distinct[2]}"
    return f"{distinct[0].rstrip(':')}: {distinct[1]}" if len(distinct) == 2 else " ".join(distinct)
