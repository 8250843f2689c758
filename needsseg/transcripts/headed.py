"""Turns below a header line ``Name   0:04``: Otter's text and Markdown, and the text of Teams' Word files."""

from __future__ import annotations

import re
from collections.abc import Sequence

from needsseg.transcripts.choices import NO_CHOICES, ReadingChoices
from needsseg.transcripts.cues import milliseconds
from needsseg.transcripts.markdown import HEADING
from needsseg.transcripts.spoken import Reading, Spoken, merged, unread_warning

HEADER = re.compile(r"^\s*(?P<name>\S(?:.{0,61}\S)?)(?:\s{2,}|\t)(?:(\d{1,2}):)?(\d{1,3}):(\d{2})\s*$")
OTTER_FOOTER = re.compile(r"^\s*Transcribed by (?:<?https?://)?otter\.ai/?>?\s*$", re.IGNORECASE)
TEAMS_NOTICE = re.compile(r"^\s*(?:.{1,80}?\s+)?(?:started|stopped) (?:the )?transcription\.?\s*$", re.IGNORECASE)


def read_otter(lines: Sequence[str], choices: ReadingChoices = NO_CHOICES) -> Reading:
    """Otter's export: header, words, blank line; the footer is dropped, ``Unknown Speaker`` stays a speaker."""
    return read_headed(["" if OTTER_FOOTER.match(line) or HEADING.match(line) else line for line in lines])


def read_headed(lines: Sequence[str]) -> Reading:
    """Turns below ``Name   0:04`` lines; what stands above the first header is no speech."""
    pieces: list[Spoken] = []
    unread: list[tuple[int, str]] = []
    apart = False
    for number, line in enumerate(lines, 1):
        if not line.strip():
            apart = True
            continue
        if match := HEADER.match(line):
            pieces.append(Spoken(match["name"], "", milliseconds(match[2], match[3], match[4], None)))
        elif not pieces:
            unread.append((number, line))
        else:
            last = pieces[-1]
            glue = "\n" if apart and last.words else " "
            pieces[-1] = Spoken(last.speaker, f"{last.words}{glue}{line.strip()}", last.start_ms)
        apart = False
    return Reading(merged(pieces, by_paragraph=True), unread_warning(unread))
