"""A roll-up as a table that other programs read: a line a cell."""

from __future__ import annotations

import io
from datetime import date

from needsseg.accounts.tiers.rollups import Cell, Rollup
from needsseg.tables import TableWriter

FIGURES = ("accounts", "share_of_row", "share_of_total", "priced", "amount", "arr", "amount_share", "small")
SURE = ("labelled", "confirmed", "confidence")
MARK = ",".join(FIGURES)


def rollup_csv(rollup: Rollup, as_of: date) -> str:
    """A line for each row and column, then for each row, for each column and for all of it.

    The first columns are the date and what the roll-up is of and by; there an empty cell means all of them, as in SQL. The
    figures are those of ``Cell``, empty where they are not known; how sure labels are stands in the lines of whole rows.
    """
    out = io.StringIO(newline="")
    writer = TableWriter(out, neutralise=True)
    writer.header(["as_of", rollup.rows_of, rollup.by, *FIGURES, *SURE])

    def line(row: str, column: str, cell: Cell, confidences: tuple[float | None, ...] = (None,) * len(SURE)) -> None:
        figures = [getattr(cell, name) for name in FIGURES[:-1]]
        writer.row([as_of, row, column, *figures, "yes" if cell.small else "no", *confidences])

    for row in rollup.rows:
        for column in rollup.columns:
            line(row.name, column, row.cells[column])
    for row in rollup.rows:
        line(row.name, "", row.total, (row.labelled, row.confirmed, row.confidence))
    for column in rollup.columns:
        line("", column, rollup.totals[column])
    line("", "", rollup.total)
    return out.getvalue()
