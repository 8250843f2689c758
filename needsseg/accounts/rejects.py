"""Rows that were left out of a source: which, why, and the file that lists them."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from needsseg.errors import TableError

COLUMNS = ("file", "row", "column", "value", "reason")


@dataclass(frozen=True, slots=True)
class Reject:
    """A row left out: its number in the file (the header is row 1), the column, the cell as it stands, why, and the file."""

    row: int
    column: str
    value: str
    reason: str
    file: str = ""


def rejects_file(folder: Path, kind: str) -> Path:
    """Where the rows that the last import of ``kind`` refused are listed."""
    return folder / f"rejects-{kind}.csv"


def write_rejects(rejected: Iterable[Reject], path: Path) -> None:
    """Write the refused rows as CSV, readable by its owner only, in place of those of the import before."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(
            os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8", newline=""
        ) as stream:
            writer = csv.writer(stream)
            writer.writerow(COLUMNS)
            writer.writerows((r.file, r.row, r.column, r.value, r.reason) for r in rejected)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def read_rejects(path: Path) -> list[Reject]:
    """The refused rows that ``write_rejects`` listed; none where there is no such file. TableError for another file."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        rows = csv.reader(stream)
        if next(rows, None) != list(COLUMNS):
            raise TableError(f"{path}: is no list of refused rows.", "Import the source again.")
        return [Reject(int(row), column, value, reason, file) for file, row, column, value, reason in rows]
