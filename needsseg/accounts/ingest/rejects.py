"""Refused rows of a source, and the file that lists them."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from needsseg.errors import TableError
from needsseg.files import whole_file
from needsseg.tables import TableWriter, restorable, restored

COLUMNS = ("file", "row", "column", "value", "reason")


@dataclass(frozen=True, slots=True)
class Reject:
    """A refused row: its number in the file (the header is row 1), the column, the original cell, the reason, the file."""

    row: int
    column: str
    value: str
    reason: str
    file: str = ""


def rejects_file(folder: Path, kind: str) -> Path:
    """Return the path of the list of rows that the last import of ``kind`` refused."""
    return folder / f"rejects-{kind}.csv"


def write_rejects(rejected: Iterable[Reject], path: Path) -> None:
    """Write the refused rows as CSV, readable by its owner only, replacing the previous list.

    Cells that a spreadsheet would compute get a leading ', which ``read_rejects`` removes.
    """
    with whole_file(path, private=True) as partial, partial.open("w", encoding="utf-8", newline="") as stream:
        writer = TableWriter(stream, line_end="\r\n")
        writer.header(COLUMNS)
        writer.rows(
            (restorable(r.file), r.row, restorable(r.column), restorable(r.value), restorable(r.reason))
            for r in rejected
        )


def read_rejects(path: Path) -> list[Reject]:
    """Read the rows that ``write_rejects`` listed; none where there is no such file. TableError for another file."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        rows = csv.reader(stream)
        if next(rows, None) != list(COLUMNS):
            raise TableError(f"{path} is not a list of refused rows.", "Import the source again.")
        return [
            Reject(int(row), restored(column), restored(value), restored(reason), restored(file))
            for file, row, column, value, reason in rows
        ]
