"""Turns below a header line ``Name   0:04``: Otter's text and Markdown, and the text of Teams' Word files."""

from __future__ import annotations

import re
from collections.abc import Sequence

from needsseg.transcripts.around import OTTER_FOOTER, TEAMS_NOTICE
from needsseg.transcripts.choices import NO_CHOICES, ReadingChoices
from needsseg.transcripts.lines import read_lines
from needsseg.transcripts.spoken import Reading

HEADER = re.compile(r"^\s*(?P<name>\S(?:.{0,61}\S)?)(?:\s{2,}|\t)(?:(\d{1,2}):)?(\d{1,3}):(\d{2})\s*$")


def read_headed(lines: Sequence[str], choices: ReadingChoices = NO_CHOICES) -> Reading:
    """Turns below ``Name   0:04`` lines."""
    return read_lines(lines, choices, "otter")


__all__ = ["HEADER", "OTTER_FOOTER", "TEAMS_NOTICE", "read_headed"]
