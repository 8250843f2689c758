"""Assigned texts out: CSV, JSON lines or Parquet, a row a text, written beside and renamed."""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from needsseg.accounts.assigned_parts import rows_of
from needsseg.accounts.zones import EPOCH
from needsseg.errors import NeedssegError, UsageError

ENDINGS = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}
OUT = ("row", "id", "account_id", "date", "label", "confidence", "first", "second", "reason", "excerpt", "evidence")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def format_of(path: Path) -> str:
    """The format that a file's ending names; UsageError where it names none."""
    found = ENDINGS.get(path.suffix.casefold())
    if found is None:
        raise UsageError(f"{path.name}: its ending names no format.", f"Endings: {', '.join(ENDINGS)}.")
    return found


@contextmanager
def written(assigned: Path, path: Path) -> Iterator[None]:
    """Writes the texts in ``assigned`` beside ``path``, and puts them there when the block ends well; else nothing is left.

    CSV cells that a spreadsheet would compute begin with ', ids of accounts excepted. Parquet holds the columns of
    ``assigned_parts``; the others a date for the day, and ids of passages. NeedssegError where it cannot be written.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        try:
            _write(assigned, partial, format_of(path))
        except OSError as error:
            raise NeedssegError(
                f"{path}: cannot be written: {error}.", "Free space or choose another folder."
            ) from error
        yield
        try:
            partial.replace(path)
        except OSError as error:
            raise NeedssegError(f"{path}: cannot be written: {error}.", "Choose another file.") from error
    finally:
        partial.unlink(missing_ok=True)


def _write(assigned: Path, partial: Path, format_: str) -> None:
    if format_ == "parquet":
        shutil.copyfile(assigned, partial)
        return
    with partial.open("w", encoding="utf-8", newline="") as stream:
        if format_ == "jsonl":
            stream.writelines(json.dumps(_shown(row), ensure_ascii=False) + "\n" for row in rows_of(assigned))
            return
        # CRLF quotes a lone CR in a cell; readers of CSV take it as they take LF.
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerow(OUT)
        for row in rows_of(assigned):
            writer.writerow([_cell(name, value) for name, value in _shown(row).items()])


def _shown(row: dict[str, object]) -> dict[str, object]:
    day = row["day"]
    when: date | None = EPOCH + timedelta(days=day) if isinstance(day, int) else None
    return {name: (when.isoformat() if when else None) if name == "date" else row[name] for name in OUT}


def _cell(name: str, value: object) -> str:
    if value is None:
        return ""
    if name == "evidence" and isinstance(value, list):
        return " ".join(str(passage) for passage in value)
    said = str(value)
    return f"'{said}" if name != "account_id" and said.startswith(_FORMULA_STARTS) else said
