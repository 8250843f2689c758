"""A sheet of an Excel workbook (.xlsx) as rows of text, copied to a private file first.

Dates are copied as ISO text, formulas as the value that the spreadsheet last computed, and cells with an error as empty
ones. Excel keeps 15 digits of a number: a longer one is copied with an exponent, by which it is refused as an id.
"""

from __future__ import annotations

import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from needsseg.errors import Advice, Option, TableError, UsageError
from needsseg.files import private_text
from needsseg.tables import TableWriter
from needsseg.text import format_count, plural

SAVE_AGAIN = "Open it in a spreadsheet and save it again as .xlsx or CSV."
MOST_RATIO = 200  # a workbook that unpacks to more than this many times its size is malicious, beyond RATIO_FROM
RATIO_FROM = 64 * 1024**2
MOST_UNPACKED = 4 * 1024**3
FIFTEEN_DIGITS = 10**15
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DAMAGE = (KeyError, ValueError, TypeError, AttributeError, IndexError, SyntaxError, OSError, EOFError, zlib.error,
           zipfile.BadZipFile, NotImplementedError, RuntimeError)  # fmt: skip
_MERGED = re.compile(rb'<mergeCell [^>]*ref="([A-Z]+\d+:[A-Z]+\d+)"')
_NOT_COMPUTED = re.compile(
    rb'<c (?:[^>]* )?r="([A-Z]+\d+)"[^>]*><f(?:/>|[^>]*/>|[^>]*>[^<]*</f>)(?:<v\s*/>|<v></v>)?</c>'
)


@dataclass(slots=True)
class _Oddities:
    """Cells of a sheet with an error, and formulas that were never computed: how many, and the first."""

    errors: int = 0
    first_error: str = ""
    not_computed: list[str] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)


def is_workbook(path: Path) -> bool:
    """Return whether a file is an Excel workbook in the format of .xlsx."""
    try:
        if not zipfile.is_zipfile(path):
            return False
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        return False


def refuse_old_workbook(path: Path, name: str) -> None:
    """Raise TableError for a workbook that is locked with a password or in the format before .xlsx."""
    with path.open("rb") as stream:
        if stream.read(8) != _COMPOUND_FILE:
            return
        rest = stream.read(16 * 1024**2)
    if "EncryptedPackage".encode("utf-16-le") in rest:
        raise TableError(f"{name}: the workbook is locked with a password.", "Save it without one.")
    raise TableError(f"{name}: is a document in the old Office format, such as .xls.", SAVE_AGAIN)


def sheets(path: Path, name: str = "") -> list[str]:
    """Return the sheets with cells: those that are shown, or all where none of them has any. TableError where damaged."""
    with _opened(path, name or path.name) as book:
        filled = [sheet for sheet in book.worksheets if _is_filled(sheet)]
        return [str(sheet.title) for sheet in _shown(filled) or filled]


def spool_sheet(
    path: Path, name: str, sheet: str, target: Path, rows: int | None = None
) -> tuple[str, tuple[str, ...]]:
    """Copy a sheet to ``target`` as CSV; return its name and notes on hidden sheets, merged cells, errors and formulas.

    Without ``sheet`` it is the only one with cells that is shown; UsageError where there are several, TableError where
    there is none, or the workbook is damaged.
    """
    with _opened(path, name) as book:
        filled = [each for each in book.worksheets if _is_filled(each)]
        chosen = _chosen(name, sheet, book.worksheets, filled)
        oddities = _scanned(path, chosen)
        raw = target.with_suffix(".raw")
        width = _copied(chosen, raw, oddities, rows)
        _padded(raw, target, width)
        hidden = [str(each.title) for each in filled if each not in _shown(filled) and each is not chosen]
        label = f"{name}: {chosen.title}"
        return label, tuple(_notes(label, hidden, oddities))


@contextmanager
def _opened(path: Path, name: str) -> Iterator[Any]:
    from openpyxl import load_workbook  # type: ignore[import-untyped]

    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        size, packed = (sum(sizes) for sizes in zip(*((m.file_size, m.compress_size) for m in members), strict=True))
        if size > MOST_UNPACKED or (size > RATIO_FROM and size > MOST_RATIO * max(packed, 1)):
            raise TableError(f"{name}: the workbook unpacks to {size / 1e6:,.0f} MB.", "Save the sheet as CSV.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # As a stream, since a workbook out of a zip file has no suffix by which openpyxl would know it.
            with path.open("rb") as stream:
                yield load_workbook(stream, read_only=True, data_only=True, keep_links=False)
    except _DAMAGE as error:
        raise TableError(
            f"{name}: the workbook is damaged: {' '.join(str(error).split())[:150]}.", SAVE_AGAIN
        ) from error


def _shown(worksheets: Sequence[Any]) -> list[Any]:
    return [sheet for sheet in worksheets if sheet.sheet_state == "visible"]


def _is_filled(sheet: Any) -> bool:
    sheet.reset_dimensions()
    return any(value not in (None, "") for row in sheet.iter_rows(values_only=True, max_row=200) for value in row)


def _chosen(name: str, sheet: str, worksheets: Sequence[Any], filled: Sequence[Any]) -> Any:
    candidates = _shown(filled) or list(filled)
    listed = ", ".join(str(each.title) for each in candidates) or "none"
    if sheet:
        same = [each for each in worksheets if str(each.title).casefold() == sheet.casefold()]
        if same:
            return next((each for each in same if str(each.title) == sheet), same[0])
        raise TableError(f"{name}: has no sheet '{sheet}'.", f"Its sheets are: {listed}.")
    if not candidates:
        raise TableError(f"{name}: no sheet of the workbook has cells.", "Export it again with a header and rows.")
    if len(candidates) > 1:
        raise UsageError(f"{name}: has several sheets.", Advice("Name one", Option.TABLE, f": {listed}."))
    return candidates[0]


def _scanned(path: Path, sheet: Any) -> _Oddities:
    """Return what the sheet's XML says that its cells do not: merged cells, and formulas without a value."""
    oddities = _Oddities()
    with zipfile.ZipFile(path) as archive, archive.open(sheet._worksheet_path.lstrip("/")) as stream:
        tail = b""
        while block := stream.read(1024 * 1024):
            text = tail + block
            # A cell or a merged range that the block's end cuts in two is looked for again with the next block.
            whole = max(text.rfind(b"<c "), text.rfind(b"<mergeCell "), 0) if len(block) == 1024 * 1024 else len(text)
            oddities.merged += [match[1].decode() for match in _MERGED.finditer(text, 0, whole)]
            oddities.not_computed += [match[1].decode() for match in _NOT_COMPUTED.finditer(text, 0, whole)]
            tail = text[whole:]
        oddities.merged += [match[1].decode() for match in _MERGED.finditer(tail)]
        oddities.not_computed += [match[1].decode() for match in _NOT_COMPUTED.finditer(tail)]
    return oddities


def _copied(sheet: Any, target: Path, oddities: _Oddities, most: int | None) -> int:
    """Write the sheet's rows, each as long as its cells; return the greatest number of cells."""
    from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]

    width = 1
    sheet.reset_dimensions()
    with private_text(target) as stream:
        writer = TableWriter(stream, quote_all=True)
        for number, row in enumerate(sheet.iter_rows(max_row=most), 1):
            cells: list[str] = []
            for place, cell in enumerate(row, 1):
                if cell.value is not None and cell.data_type == "e":
                    oddities.errors += 1
                    oddities.first_error = oddities.first_error or f"{cell.value} in {get_column_letter(place)}{number}"
                    cells.append("")
                else:
                    cells.append(_text(cell.value))
            while cells and not cells[-1]:
                cells.pop()
            width = max(width, len(cells))
            writer.row(cells)
    return width


def _padded(raw: Path, target: Path, width: int) -> None:
    """Give every row as many cells as the longest has, since a sheet has no short rows; leave out empty ones at the end."""
    import csv

    csv.field_size_limit(32 * 1024 * 1024)
    with raw.open(encoding="utf-8", newline="") as stream, private_text(target) as copy:
        writer = TableWriter(copy, quote_all=True)
        empty = 0
        for cells in csv.reader(stream):
            if not any(cells):
                empty += 1
                continue
            writer.rows([""] * width for _ in range(empty))
            empty = 0
            writer.row(cells + [""] * (width - len(cells)))
    raw.unlink()


def _text(value: Any) -> str:
    """Return a cell's value as text: dates as ISO, whole numbers without a point, truth as true or false."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, datetime):
        value = (value + timedelta(microseconds=500_000)).replace(microsecond=0)
        return str(value.date()) if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value).replace("_x000D_", "").strip()


def _number(value: float) -> str:
    if abs(value) >= FIFTEEN_DIGITS:
        return f"{value:.14E}"
    text = f"{value:.15g}"
    return format(Decimal(text), "f") if "e" in text else text


def _notes(label: str, hidden: Sequence[str], oddities: _Oddities) -> Iterator[str]:
    if hidden:
        is_are = plural(len(hidden), "is", "are")
        yield f"{label}: {format_count(len(hidden), 'hidden sheet')} ({', '.join(hidden)}) {is_are} not read."
    if merged := oddities.merged:
        yield (
            f"{label}: {format_count(len(merged), 'range')} of merged cells, such as {merged[0]}: only the first cell of "
            "each has the value, the others are empty."
        )
    if oddities.errors:
        cells = format_count(oddities.errors, "cell")
        yield f"{label}: {cells} with an error, such as {oddities.first_error}, count as empty."
    if formulas := oddities.not_computed:
        yield (
            f"{label}: {format_count(len(formulas), 'formula')} without a value, such as {formulas[0]}, count as empty: "
            "open the workbook in a spreadsheet and save it, so that they are computed."
        )
