"""Account for the words of a table: the kind of the words in each cell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from needsseg.transcripts.spoken import Mark, Reading, tidy
from needsseg.transcripts.tables.columns import Columns
from needsseg.transcripts.tables.rows import HEADER, Row, Rows


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a table's source (a row, a title): its number, its text, and its parts as (kind, text)."""

    number: int
    text: str
    parts: tuple[tuple[str, str], ...] = ()


def row_pieces(rows: Sequence[Row], columns: Columns, only_words: bool, but: str = "") -> list[Piece]:
    """Return one piece per row: words are speech, speakers and interviews labels, times times, other cells metadata.

    ``only_words`` leaves out all but the words; ``but`` is a column that is counted elsewhere.
    """
    spoken = set(columns.spoken)
    kinds = {
        columns.speaker: "label",
        columns.role: "label",
        columns.key: "label",
        columns.start: "time",
        columns.end: "time",
        **dict.fromkeys(spoken, "speech"),
    }
    pieces: list[Piece] = []
    for row in rows:
        cells = [
            (kinds.get(column, "metadata"), cell)
            for column, cell in row.cells.items()
            if cell.strip() and column != but and (column in spoken or not only_words)
        ]
        pieces.append(Piece(row.number, " ".join(cell for _, cell in cells), tuple(cells)))
    return pieces


def extra_pieces(table: Rows, columns: Columns, silent_rows: Sequence[Row], nameless: Sequence[Row]) -> list[Piece]:
    """Return the pieces outside the rows that were read: titles, the header, rows without words; nameless rows are unread."""
    pieces: list[Piece] = []
    for index, (number, text, kind) in enumerate(table.extra):
        row_number = number or len(table.rows) + index + 1
        counted_text = _without(text, columns.answers) if kind in {HEADER, "heading"} else text
        if kind == HEADER:
            pieces.append(Piece(row_number, counted_text, _header_parts(counted_text, columns)))
        else:
            pieces.append(Piece(row_number, counted_text, ((kind, counted_text),) if kind else ()))
    pieces += row_pieces(silent_rows, columns, table.only_words)
    for piece in row_pieces(nameless, columns, table.only_words):
        pieces.append(replace(piece, parts=tuple(part for part in piece.parts if part[0] != "speech")))
    return pieces


def _header_parts(text: str, columns: Columns) -> tuple[tuple[str, str], ...]:
    """Split a header: names of known columns are labels, other names are headings."""
    known_columns = (*columns.spoken, columns.speaker, columns.role, columns.start, columns.end, columns.key)
    names = [name for name in known_columns if name and name not in columns.answers]
    labels = " ".join(names)
    other_text = text
    for name in sorted(names, key=len, reverse=True):
        other_text = re.sub(rf"(?<!\S){re.escape(name)}(?!\S)", " ", other_text, count=1)
    if len(other_text.split()) + len(labels.split()) != len(text.split()):
        # A column name that is not in the header verbatim.
        other_text = " ".join(text.split()[len(labels.split()) :])
    return (("label", labels), ("heading", " ".join(other_text.split())))


def _without(text: str, questions: Sequence[str]) -> str:
    """Return a header without the questions of a survey, which are speech and counted there."""
    for question in sorted(questions, key=len, reverse=True):
        text = text.replace(question, " ", 1)
    return text


def with_pieces(reading: Reading, pieces: Sequence[Piece]) -> Reading:
    """Return the reading with these pieces added to its source; their numbers are kept where it consists of rows."""
    if not pieces:
        return reading
    numbered = bool(reading.numbers) or not reading.source
    start = len(reading.source)
    source = [*reading.source, *(piece.text for piece in pieces)]
    marks = [*reading.marks]
    for index, piece in enumerate(pieces, start):
        for kind, text in piece.parts:
            words = len(text.split())
            word_count = len(tidy(text).split()) if kind == "speech" else words
            marks.append(Mark(index, kind, word_count, text))
            if word_count < words:
                # Control characters between spaces are not words.
                marks.append(Mark(index, "markup", words - word_count))
    numbers = (*reading.numbers, *(piece.number for piece in pieces)) if numbered else ()
    return replace(reading, source=tuple(source), marks=tuple(marks), numbers=numbers)
