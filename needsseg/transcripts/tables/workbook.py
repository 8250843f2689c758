"""Read workbooks (.xlsx) as sheets of text cells."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from needsseg.errors import TranscriptError

LARGEST_CELLS = 2_000_000
LARGEST_BYTES = 300_000_000
_DENSEST = 200
"""The largest compression ratio of a workbook of more than 20 MB."""
_SMALL_BYTES = 20_000_000
_SAVE_AGAIN = "Open it in a spreadsheet and save it again as .xlsx or CSV."


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name and its rows of text cells, with the spreadsheet's row numbers."""

    name: str
    records: tuple[tuple[int, list[str]], ...]


def sheets_of(path: Path) -> tuple[Sheet, ...]:
    """Return the non-empty sheets of a workbook, with the values that the spreadsheet last computed.

    Raises TranscriptError, with the file's name, where it is damaged, has more than two million cells, or unpacks to
    more than 300 MB or 200 times its size.
    """
    from openpyxl import load_workbook  # type: ignore[import-untyped]

    _refuse_bomb(path)
    try:
        book = load_workbook(path, read_only=True, data_only=True)
        try:
            sheets = [Sheet(str(sheet.title), tuple(_records(sheet, path))) for sheet in book.worksheets]
        finally:
            book.close()
    except TranscriptError:
        raise
    except Exception as error:
        # openpyxl passes on any exception of its parsers, each of which means that the file is damaged.
        reason = f"{type(error).__name__}: {error}"[:200]
        raise TranscriptError(f"{path}: this workbook (.xlsx) cannot be read: {reason}.", _SAVE_AGAIN) from error
    filled_sheets = tuple(sheet for sheet in sheets if sheet.records)
    if not filled_sheets:
        raise TranscriptError(f"{path}: this workbook (.xlsx) holds no cells with text.", "Check the file.")
    return filled_sheets


def _refuse_bomb(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            size = sum(member.file_size for member in members)
            packed = sum(member.compress_size for member in members) or 1
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise TranscriptError(f"{path}: this workbook (.xlsx) is damaged: {error}.", _SAVE_AGAIN) from error
    if size > LARGEST_BYTES or (size > _SMALL_BYTES and size > _DENSEST * packed):
        raise TranscriptError(
            f"{path}: this workbook (.xlsx) unpacks to {size / 1e6:,.0f} MB, which is too large.",
            "Leave out sheets without speech, or save the sheet as CSV.",
        )


def _records(sheet: Any, path: Path) -> Iterator[tuple[int, list[str]]]:
    # A sheet may declare the maximum width; only existing cells count.
    sheet.reset_dimensions()
    cells = 0
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        cells += len(row) + 1
        if cells > LARGEST_CELLS:
            raise TranscriptError(
                f"{path}: sheet “{sheet.title}” of this workbook (.xlsx) holds more than {LARGEST_CELLS:,} cells, "
                f"reached in row {number:,}.",
                "Leave out data other than speech, or save the sheet as CSV.",
            )
        record = [_text(value) for value in row]
        while record and not record[-1].strip():
            record.pop()
        if record:
            yield number, record


def _text(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return "" if value is None else str(value)
    if isinstance(value, timedelta):
        return f"{value.total_seconds():.3f}s"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, time | date):
        return value.isoformat()
    return str(value)[:32_767].replace("_x000D_", "")
