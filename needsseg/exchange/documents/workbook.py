"""Write tables as an Excel workbook in which every text is text: no cell is computed when the file is opened or edited."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from needsseg.errors import TableError
from needsseg.exchange.word import Cell, word_text
from needsseg.tables import FORMULA_STARTS

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet  # type: ignore[import-untyped]

LONGEST_CELL = 32_767
"""Characters that a cell of a workbook holds (Microsoft, Excel specifications and limits)."""
_WIDEST, _NARROWEST = 60, 8
_LINE_HEIGHT, _HIGHEST = 15, 409
"""In points; programs do not all fit the height of a row to wrapped text."""


@dataclass(frozen=True, slots=True)
class SheetTable:
    """One sheet: its name, the header, and rows of text, numbers and None."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def workbook(sheets: Sequence[SheetTable]) -> bytes:
    """Return sheets as an .xlsx file with fixed headers, filters and wrapped text.

    TableError names sheet, row and column of a text that is longer than a cell of a workbook may be.
    """
    from openpyxl import Workbook  # type: ignore[import-untyped]

    book = Workbook()
    book.remove(book.active)
    for table in sheets:
        _fill(book.create_sheet(table.name), table)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _fill(sheet: Worksheet, table: SheetTable) -> None:
    from openpyxl.styles import Alignment, Font  # type: ignore[import-untyped]
    from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]

    # Styles are made once and copied: openpyxl takes a multiple of the time to set them for each cell.
    plain = sheet.cell(1, 1)
    plain.alignment = Alignment(vertical="top", wrap_text=True)
    plain_style = copy(plain._style)
    plain.font = Font(bold=True)
    head_style = copy(plain._style)
    for number, row in enumerate((table.header, *table.rows), start=1):
        for place, value in enumerate(row, start=1):
            cell = sheet.cell(number, place)
            cell._style = copy(head_style if number == 1 else plain_style)
            if isinstance(value, str):
                text = word_text(value)
                _check_length(table, number, place, text)
                cell.value = text
                # What begins like a formula stays text, also when somebody edits the cell.
                cell.data_type = "s"
                if text.startswith(FORMULA_STARTS):
                    cell.quotePrefix = True
            elif value is not None:
                cell.value = value
    lines = (table.header, *table.rows)
    widths = [
        min(max(max(len(part) for row in lines for part in _parts(row[place])) + 2, _NARROWEST), _WIDEST)
        for place in range(len(table.header))
    ]
    for place, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    for number, row in enumerate(lines, start=1):
        high = max(
            sum(-(-len(part) // width) or 1 for part in _parts(cell)) for cell, width in zip(row, widths, strict=True)
        )
        if high > 1:
            sheet.row_dimensions[number].height = min(high * _LINE_HEIGHT, _HIGHEST)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.header))}{len(table.rows) + 1}"


def _parts(cell: Cell) -> list[str]:
    """The lines of a cell's text."""
    return str("" if cell is None else cell).split("\n")


def _check_length(table: SheetTable, number: int, place: int, text: str) -> None:
    if len(text) > LONGEST_CELL:
        raise TableError(
            f"Sheet “{table.name}”, row {number}, column “{table.header[place - 1]}”: the text has {len(text):,} characters; "
            f"a cell of a workbook holds {LONGEST_CELL:,}.",
            "Write a .csv file instead, or shorten the passage.",
        )
