"""A writer for CSV and similar tables: dialect, line ends, and neutralised formula cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Protocol

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Beginnings of cells that a spreadsheet computes (OWASP, CSV injection), including full-width signs."""


class Stream(Protocol):
    """Where text goes: an open file, or text in memory."""

    def write(self, text: str, /) -> object:
        """Take the next piece of text."""
        ...


class TableWriter:
    """Writes rows to a stream as they come; open files with ``newline=""``, so that line ends stay as they are.

    Cells are text, numbers or dates; None is an empty cell. ``line_end`` is LF or CRLF; a cell that holds either or a lone
    CR is always quoted. ``neutralise`` puts ' before text that a spreadsheet would compute, except numbers and the columns
    with the indices ``ids``, which other programs use as identifiers.
    """

    def __init__(
        self,
        stream: Stream,
        *,
        delimiter: str = ",",
        line_end: str = "\n",
        quote_all: bool = False,
        neutralise: bool = False,
        ids: Collection[int] = (),
    ) -> None:
        self._neutralise, self._ids = neutralise, frozenset(ids)
        # The csv module quotes a lone CR only if its line end is CRLF; with ``quote_all`` this does not matter.
        target = stream if quote_all or line_end == "\r\n" else _LineFeeds(stream)
        self._writer = csv.writer(
            target,
            delimiter=delimiter,
            quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL,
            lineterminator=line_end if target is stream else "\r\n",
        )

    def header(self, names: Sequence[str]) -> None:
        """Write the names of the columns."""
        self.row(names)

    def row(self, cells: Sequence[object]) -> None:
        """Write one row."""
        self._writer.writerow(self._safe(cells) if self._neutralise else cells)

    def rows(self, rows: Iterable[Sequence[object]]) -> None:
        """Write many rows."""
        self._writer.writerows(map(self._safe, rows) if self._neutralise else rows)

    def _safe(self, cells: Sequence[object]) -> list[object]:
        return [
            neutralised(cell) if isinstance(cell, str) and place not in self._ids else cell
            for place, cell in enumerate(cells)
        ]


class _LineFeeds:
    """Passes rows that end in CRLF on with LF."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def write(self, text: str, /) -> object:
        return self._stream.write(text.removesuffix("\r\n") + "\n")


def table_text(header: Sequence[str], rows: Iterable[Sequence[object]], **options: Any) -> str:
    """Return a table as text; ``options`` as for ``TableWriter``."""
    out = io.StringIO(newline="")
    writer = TableWriter(out, **options)
    writer.header(header)
    writer.rows(rows)
    return out.getvalue()


def neutralised(cell: str) -> str:
    """Return a cell with a leading ' where a spreadsheet would compute it, so that it is shown unchanged."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def restorable(cell: str) -> str:
    """Return a neutralised cell that ``restored`` can reverse: cells with ' before a formula also get another '."""
    return f"'{cell}" if cell.lstrip("'").startswith(FORMULA_STARTS) else cell


def restored(cell: str) -> str:
    """Return the original cell of one from ``restorable``."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(FORMULA_STARTS) else cell
