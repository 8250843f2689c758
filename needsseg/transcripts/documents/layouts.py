"""Layouts of documents from a word processor: plain paragraphs, tables, Teams' and Google Meet's transcripts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from needsseg.transcripts.choices import NO_CHOICES, ReadingChoices
from needsseg.transcripts.documents.marks import apart, cells_of, plain
from needsseg.transcripts.documents.meet import (
    MEET_TIME,
    from_meet,
    kinds_around_the_talk,
    left_out_warning,
    only_the_talk,
)
from needsseg.transcripts.documents.tables import read_tables, row_as_line, rows_of_facts
from needsseg.transcripts.documents.teams import header_of, read_below_headers
from needsseg.transcripts.lines.text import read_any
from needsseg.transcripts.spoken import HEADED, Mark, Reading, marked

_LONGEST_HEADING = 8
ParagraphsReader = Callable[[Sequence[str], ReadingChoices], Reading]


def word_format(pieces: Sequence[str]) -> str:
    """Which of the Word layouts the paragraphs have."""
    paragraphs, _ = apart(pieces)
    if header_of(paragraphs) is not None:
        return "teams-docx"
    if any(MEET_TIME.match(text) for text in paragraphs) or from_meet(paragraphs):
        return "meet-docx"
    return "docx"


def read_pdf(pieces: Sequence[str], choices: ReadingChoices = NO_CHOICES) -> Reading:
    """The lines of a PDF in whichever of the Word layouts they have; a line goes on in the one below."""
    paragraphs, _ = apart(pieces)
    if word_format(pieces) == "teams-docx":
        reading = read_below_headers(paragraphs, choices, wrapped=True)
    elif word_format(pieces) == "meet-docx":
        return read_meet_word(pieces, choices)
    else:
        reading = _by_lines(paragraphs, choices, wrapped=True)
    return replace(_with_asides(reading, pieces), unit="line")


def read_word(pieces: Sequence[str], choices: ReadingChoices = NO_CHOICES) -> Reading:
    """A table of speech, or paragraphs ``Name: words``; a paragraph without a label goes on with the speaker before."""
    paragraphs, _ = apart(pieces)
    return _with_asides(read_tables(paragraphs, choices) or _by_lines(paragraphs, choices), pieces)


def read_teams_word(pieces: Sequence[str], choices: ReadingChoices = NO_CHOICES) -> Reading:
    """Turns below a header with name and time; notices of transcription are dropped."""
    paragraphs, _ = apart(pieces)
    return _with_asides(read_below_headers(paragraphs, choices), pieces)


def read_meet_word(pieces: Sequence[str], choices: ReadingChoices = NO_CHOICES) -> Reading:
    """Google Meet: what stands above the first ``HH:MM:SS`` (an AI's summary, attendees) is no speech."""
    paragraphs, _ = apart(pieces)
    talk_lines = only_the_talk(paragraphs)
    reading = _by_lines(talk_lines, choices)
    if reading.source:
        kind_by_line = kinds_around_the_talk(paragraphs, talk_lines)
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
    """A document in whichever of the Word layouts it has: programs save Teams' and Meet's talks as .odt or .pdf too."""
    return _READERS[word_format(pieces)](pieces, choices)


def _by_lines(paragraphs: Sequence[str], choices: ReadingChoices, wrapped: bool = False) -> Reading:
    """Paragraphs read as lines, a blank line after each unless they are ``wrapped``; the account tells of paragraphs."""
    paragraphs = _without_idle_headings(paragraphs)
    lines: list[str] = []
    origin: list[int] = []
    facts = rows_of_facts(paragraphs)
    for number, paragraph in enumerate(paragraphs):
        cells = cells_of(paragraph)
        text = paragraph if cells is None else row_as_line(cells)
        sign = HEADED if text.startswith(HEADED) else ""
        parts = text.removeprefix(sign).replace("\v", "\n").split("\n")
        end = [] if wrapped or number in facts else [""]
        lines += [*(sign + part if part.strip() else "" for part in parts), *end]
        origin += [number] * (len(parts) + len(end))
    reading = read_any(lines, choices)
    spoken = tuple(replace(piece, line=origin[piece.line - 1] + 1 if piece.line else 0) for piece in reading.spoken)
    if not reading.source:
        return replace(reading, spoken=spoken, unit="paragraph")
    marks = tuple(Mark(origin[mark.line], mark.kind, mark.words) for mark in reading.marks)
    return replace(reading, spoken=spoken, marks=marks, source=tuple(map(plain, paragraphs)), unit="paragraph")


def _without_idle_headings(paragraphs: Sequence[str]) -> Sequence[str]:
    """Paragraphs as they are, unless most words are styled as headings, and run: then the style means nothing."""
    headings = [piece for piece in paragraphs if piece.startswith(HEADED)]
    headed = sum(len(piece.split()) for piece in headings)
    unstyled = sum(len(piece.split()) for piece in paragraphs) - headed
    if headed <= unstyled or headed <= _LONGEST_HEADING * len(headings):
        return paragraphs
    return [piece.removeprefix(HEADED) for piece in paragraphs]


def _with_asides(reading: Reading, pieces: Sequence[str]) -> Reading:
    """A reading whose account tells of what stands beside the talk too; such words come after the paragraphs."""
    _, asides = apart(pieces)
    if not reading.source or not asides:
        return reading
    first = len(reading.source)
    marks = [marked(first + position, aside.kind, aside.text) for position, aside in enumerate(asides)]
    source = (*reading.source, *(aside.text for aside in asides))
    return replace(reading, source=source, marks=(*reading.marks, *marks))
