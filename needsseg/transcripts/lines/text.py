"""Plain text with labels on the line of the words, or in any of the line layouts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from needsseg.transcripts.choices import NO_CHOICES, ReadingChoices
from needsseg.transcripts.documents.meet import dialogue_lines, from_meet
from needsseg.transcripts.lines.reading import read_lines
from needsseg.transcripts.spoken import Reading, marked

REV_LINE = re.compile(r"^\S[^:]{0,62}?(?: \((?:\d{1,2}:)?\d{1,2}:\d{2}\):\s*|:(?:\s{4,}|\t+)\S.*)$")


def read_text(lines: Sequence[str], choices: ReadingChoices = NO_CHOICES) -> Reading:
    """Read turns of a plain text file with labels on the line of the words: ``Name: words`` and similar."""
    return _without_notes(lines, choices, "text", markdown=False)


def read_markdown(lines: Sequence[str], choices: ReadingChoices = NO_CHOICES) -> Reading:
    """Read turns of Markdown: labels in bold or in quotes; emphasis inside the words stays as written."""
    return _without_notes(lines, choices, "text", markdown=True)


def read_any(lines: Sequence[str], choices: ReadingChoices = NO_CHOICES) -> Reading:
    """Read turns of lines or paragraphs in whichever layout fits best."""
    return _without_notes(lines, choices, "", markdown=True)


def reader_of(layout: str) -> Callable[[Sequence[str], ReadingChoices], Reading]:
    """Return the reader of one of LINE_LAYOUTS."""

    def read(lines: Sequence[str], choices: ReadingChoices = NO_CHOICES) -> Reading:
        return _without_notes(lines, choices, layout, markdown=True)

    return read


def _without_notes(lines: Sequence[str], choices: ReadingChoices, layout: str, *, markdown: bool) -> Reading:
    """Read lines; in a document of Google Meet only the dialogue, with an AI's notes around it marked as notes."""
    if not from_meet(lines):
        return read_lines(lines, choices, layout, markdown)
    talk = dialogue_lines(lines)
    reading = read_lines(talk, choices, layout, markdown)
    notes = [
        marked(index, "note", line) for index, line in enumerate(lines) if line.strip() and not talk[index].strip()
    ]
    return Reading(
        reading.spoken,
        reading.warnings,
        (*reading.marks, *notes),
        tuple(lines),
        title=reading.title,
        suspicions=reading.suspicions,
    )
