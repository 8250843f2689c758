"""The shape of a file, which groups similar files so that a choice for one applies to the others."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from needsseg.transcripts.choices import NO_CHOICES
from needsseg.transcripts.contents import Contents, contents_of
from needsseg.transcripts.detection import format_of
from needsseg.transcripts.formats import TABLE_FORMATS
from needsseg.transcripts.json.rows import json_lines, json_whole
from needsseg.transcripts.lines.label_patterns import LabelPattern, label_patterns_in
from needsseg.transcripts.tables.rows import delimited, rows_of

_ROWS = {"csv": delimited, "jsonl": json_lines, "json": json_whole}
_MOST_COLUMNS = 40


@dataclass(frozen=True, slots=True)
class FileShape:
    """The kind of a file, and the options that a person may choose in reading it.

    ``key`` is equal for files with the same suffix, detected layout, and columns or label pattern.
    """

    key: str
    layout: str
    label_patterns: tuple[LabelPattern, ...] = ()
    columns: tuple[str, ...] = ()


def shape_of(path: str | Path) -> FileShape:
    """Return the shape of a file, regardless of choices. Raises TranscriptError where it cannot be opened or is binary."""
    path = Path(path)
    contents = contents_of(path)
    suffix = path.suffix.casefold()
    layout = format_of(contents, suffix)
    if layout in TABLE_FORMATS:
        columns = _columns(contents, layout, path)
        return FileShape(f"{suffix} {layout}: {', '.join(columns)}", layout, (), columns)
    patterns = label_patterns_in(contents.lines)
    looks = f": {patterns[0].looks}" if patterns else ""
    return FileShape(f"{suffix} {layout}{looks}", layout, patterns)


def _columns(contents: Contents, layout: str, path: Path) -> tuple[str, ...]:
    """Return the names of the columns of a table, or of a workbook's first sheet."""
    if layout == "xlsx":
        records = contents.sheets[0].records if contents.sheets else []
        return rows_of(records, ",", str(path), NO_CHOICES).names[:_MOST_COLUMNS]
    return _ROWS[layout](contents.lines, str(path), NO_CHOICES).names[:_MOST_COLUMNS]
