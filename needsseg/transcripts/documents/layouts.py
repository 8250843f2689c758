"""Layouts of documents from a word processor: plain paragraphs, tables, Teams' and Google Meet's transcripts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from needsseg.transcripts.choices import NO_CHOICES, ReadingChoices
from needsseg.transcripts.documents.marks import apart, cells_of, plain
from needsseg.transcripts.documents.meet import (
    MEET_TIME,
    dialogue_lines,
    from_meet,
    kinds_outside_dialogue,
    left_out_warning,
)
from needsseg.transcripts.documents.tables import read_tables, row_as_line, rows_of_facts
from needsseg.transcripts.documents.teams import header_of, read_below_headers
from needsseg.transcripts.lines.text import read_any
from needsseg.transcripts.spoken import HEADED, Mark, Reading, marked

_LONGEST_HEADING = 8
ParagraphsReader = Callable[[Sequence[str], ReadingChoices], Reading]


def word_format(pieces: Sequence[str]) -> str:
    """Return the name of the Word layout that the paragraphs have."""
    paragraphs, _ = apart(pieces)
    if header_of(paragraphs) is not None:
        return "teams-docx"
    if any(MEET_TIME.match(text) for text in paragraphs) or from_meet(paragraphs):
        return "meet-docx"
    return "docx"


def read_pdf(pieces: Sequence[str], choices: ReadingChoices = NO_CHOICES) -> Reading:
    """Read the lines of a PDF in whichever Word layout they have; a paragraph may continue on the next line."""
    paragraphs, _ = apart(pieces)
    if word_format(pieces) == "teams-docx":
        reading = read_below_headers(paragraphs, choices, wrapped=True)
    elif word_format(pieces) == "meet-docx":
        return read_meet_word(pieces, choices)
    else:
        reading = _by_lines(paragraphs, choices, wrapped=True)
    return replace(_with_asides(reading, pieces), unit="line")


def read_word(pieces: Sequence[str], choices: ReadingChoices = NO_CHOICES) -> Reading:
    """Read a table of speech, or paragraphs ``Name: words``; a paragraph without a label continues the turn before."""
    paragraphs, _ = apart(pieces)
    return _with_asides(read_tables(paragraphs, choices) or _by_lines(paragraphs, choices), pieces)


def read_teams_word(pieces: Sequence[str], choices: ReadingChoices = NO_CHOICES) -> Reading:
    """Read turns below headers with name and time; notices of the transcription service are dropped."""
    paragraphs, _ = apart(pieces)
    return _with_asides(read_below_headers(paragraphs, choices), pieces)


def read_meet_word(pieces: Sequence[str], choices: ReadingChoices = NO_CHOICES) -> Reading:
    """Read Google Meet's document: the text above the first ``HH:MM:SS`` (an AI's summary, attendees) is not speech."""
    paragraphs, _ = apart(pieces)
    talk_lines = dialogue_lines(paragraphs)
    reading = _by_lines(talk_lines, choices)
    if reading.source:
        kind_by_line = kinds_outside_dialogue(paragraphs, talk_lines)
        marks = [
            marked(line_number, kind, plain(paragraphs[line_number])) for line_number, kind in kind_by_line.items()
        ]
        reading = replace(reading, source=tuple(map(plain, paragraphs)), marks=(*reading.marks, *marks))
    reading = replace(reading, warnings=left_out_warning(paragraphs, talk_lines) + reading.warnings)
    return _with_asides(reading, pieces)


_READERS: dict[str, ParagraphsReader] = {
    "teams-docx": read_teams_word,
    "meet-docx": read_meet_word,
    "docx": read_word,
}


def read_document(pieces: Sequence[str], choices: ReadingChoices = NO_CHOICES) -> Reading:
    """Read a document in whichever Word layout it has: Teams' and Meet's transcripts are also saved as .odt or .pdf."""
    return _READERS[word_format(pieces)](pieces, choices)


def _by_lines(paragraphs: Sequence[str], choices: ReadingChoices, wrapped: bool = False) -> Reading:
    """Read paragraphs as lines, a blank line after each unless they are ``wrapped``; marks refer to paragraphs."""
    paragraphs = _without_idle_headings(paragraphs)
    lines: list[str] = []
    origin: list[int] = []
    metadata_rows = rows_of_facts(paragraphs)
    for number, paragraph in enumerate(paragraphs):
        cells = cells_of(paragraph)
        text = paragraph if cells is None else row_as_line(cells)
        sign = HEADED if text.startswith(HEADED) else ""
        parts = text.removeprefix(sign).replace("\v", "\n").split("\n")
        end = [] if wrapped or number in metadata_rows else [""]
        lines += [*(sign + part if part.strip() else "" for part in parts), *end]
        origin += [number] * (len(parts) + len(end))
    reading = read_any(lines, choices)
    spoken = tuple(replace(piece, line=origin[piece.line - 1] + 1 if piece.line else 0) for piece in reading.spoken)
    if not reading.source:
        return replace(reading, spoken=spoken, unit="paragraph")
    marks = tuple(Mark(origin[mark.line], mark.kind, mark.words) for mark in reading.marks)
    return replace(reading, spoken=spoken, marks=marks, source=tuple(map(plain, paragraphs)), unit="paragraph")


def _without_idle_headings(paragraphs: Sequence[str]) -> Sequence[str]:
    """Return the paragraphs, without heading signs where most words are styled as headings and the style means nothing."""
    headings = [piece for piece in paragraphs if piece.startswith(HEADED)]
    headed = sum(len(piece.split()) for piece in headings)
    unstyled = sum(len(piece.split()) for piece in paragraphs) - headed
    if headed <= unstyled or headed <= _LONGEST_HEADING * len(headings):
        return paragraphs
    return [piece.removeprefix(HEADED) for piece in paragraphs]


def _with_asides(reading: Reading, pieces: Sequence[str]) -> Reading:
    """Return the reading with the document's asides appended to its source and marks, after the paragraphs."""
    _, asides = apart(pieces)
    if not reading.source or not asides:
        return reading
    first = len(reading.source)
    marks = [marked(first + position, aside.kind, aside.text) for position, aside in enumerate(asides)]
    source = (*reading.source, *(aside.text for aside in asides))
    return replace(reading, source=source, marks=(*reading.marks, *marks))
