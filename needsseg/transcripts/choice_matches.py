"""Count the lines of a file that match a label pattern or a label that a person chose."""

from __future__ import annotations

import re
from pathlib import Path

from needsseg.transcripts.choices import ReadingChoices
from needsseg.transcripts.contents import contents_of
from needsseg.transcripts.lines.chosen_pattern import chosen_pattern
from needsseg.transcripts.lines.undress import undressed


def matching_lines(path: Path, pattern: str) -> int:
    """How many lines of a file a label pattern matches; raises as ``compiled`` and ``contents_of`` do."""
    compiled_pattern = chosen_pattern(ReadingChoices(label_pattern=pattern))
    if compiled_pattern is None:
        return 0
    file_lines = contents_of(path).lines
    lines, _ = undressed(file_lines)
    return sum(
        compiled_pattern.match(line.strip()) is not None
        or (line != file_line and compiled_pattern.match(file_line.strip()) is not None)
        for file_line, line in zip(file_lines, lines, strict=True)
    )


def lines_beginning(path: Path, label: re.Pattern[str]) -> int:
    """How many lines of a file begin with a label; raises as ``contents_of`` does."""
    return sum(label.match(line) is not None for line in contents_of(path).lines)
