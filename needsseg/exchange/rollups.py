"""Write a roll-up as a table for other programs: one line per cell."""

from __future__ import annotations

import io
from datetime import date

from needsseg.accounts.tiers.rollups import Cell, Rollup
from needsseg.tables import TableWriter

FIGURES = ("accounts", "share_of_row", "share_of_total", "priced", "amount", "arr", "amount_share", "small")
SURE = ("labelled", "confirmed", "confidence")
MONEY = ("currency", "period", "amounts_by_currency")
REASONS = "cancellation_reasons"
MARK = ",".join(FIGURES)


def rollup_csv(rollup: Rollup, as_of: date) -> str:
    """Return a line for each row and column, then for each row, each column and the total.

    The first columns are the date and the two dimensions, where an empty cell means all, as in SQL. The figures are those
    of ``Cell``, empty where unknown; the confidence of labels is in the lines of whole rows. The last columns are the
    currency and period of ``amount``, empty where unknown, and sums by currency where there are several. Lines of whole rows end
    with the reasons for cancellations and their counts, where these were imported. Where accounts are divided by their users (or
    tickets …), and count in each value that these have, a last column called so has their number.
    """
    out = io.StringIO(newline="")
    writer = TableWriter(out, neutralise=True)
    of_records = [rollup.records] if rollup.records else []
    writer.header(["as_of", rollup.rows_of, rollup.by, *FIGURES, *SURE, *MONEY, REASONS, *of_records])

    def line(
        row: str,
        column: str,
        cell: Cell,
        confidences: tuple[float | None, ...] = (None,) * len(SURE),
        reasons: str = "",
    ) -> None:
        figures = [getattr(cell, name) for name in FIGURES[:-1]]
        writer.row([as_of, row, column, *figures, "yes" if cell.small else "no", *confidences,
                    *_money(cell, rollup), reasons or None, *([cell.records or 0] if of_records else [])])  # fmt: skip

    for row in rollup.rows:
        for column in rollup.columns:
            line(row.name, column, row.cells[column])
    for row in rollup.rows:
        reasons = "; ".join(f"{reason} {count}" for reason, count in (row.reasons or {}).items())
        line(row.name, "", row.total, (row.labelled, row.confirmed, row.confidence), reasons)
    for column in rollup.columns:
        line("", column, rollup.totals[column])
    line("", "", rollup.total)
    return out.getvalue()


def _money(cell: Cell, rollup: Rollup) -> tuple[str | None, ...]:
    amounts = rollup.amounts
    several = "; ".join(f"{code or 'unknown'} {amount:.2f}" for code, amount in cell.by_currency.items())
    return amounts.currency or None, amounts.interval or None, several if amounts.by_currency and several else None
