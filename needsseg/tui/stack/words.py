"""A roll-up in words: its cells, what is known and what is not, and its bars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from needsseg.text import format_count
from needsseg.tui.accounts.filters import worded
from needsseg.tui.stack.keys import WORDS
from needsseg.tui.widgets.chart import bars, fitted

if TYPE_CHECKING:
    from needsseg.actions.accounts import Cell, Rollup, Row
    from needsseg.tui.widgets.symbols import Sign

WIDEST, NAME = 18, 22


def money_word(made: Rollup) -> str:
    """What amounts may be called."""
    return "ARR" if made.amounts.yearly is not None else f"“{made.amounts.column}”" if made.amounts.column else "money"


def money(cell: Cell, made: Rollup) -> float | None:
    """What accounts pay, by the year where that is known."""
    return cell.arr if made.amounts.yearly is not None else cell.amount


def figure(cell: Cell, made: Rollup, view: str) -> str:
    """One cell of the table."""
    if not cell.accounts:
        return "–"
    few = "*" if cell.small else " "
    if view == "accounts":
        return f"{cell.accounts:,}{few}"
    if view == "shares":
        return f"{cell.share_of_row:.0%}{few}"
    amount = money(cell, made)
    return f"?{few}" if amount is None else f"{amount:,.0f}{few}"


def table(made: Rollup, view: str, signs: Mapping[str, Sign]) -> tuple[list[str], list[list[str]]]:
    """The header and the rows, the last being all of it; segments have their symbols."""
    sure = made.rows_of == "needs_segment"
    header = [WORDS[made.rows_of], *(worded(made.by, name) for name in made.columns), "all", "of all"]
    header += ["confirmed", "sure"] if sure else []
    body = [_row(row, made, view, sure, signs) for row in made.rows]
    whole = [figure(made.totals[name], made, view) for name in made.columns]
    body.append(["all", *whole, figure(made.total, made, view), _of_all(made.total, view), *[""] * (2 * sure)])
    return header, body


def row_name(made: Rollup, name: str, signs: Mapping[str, Sign]) -> str:
    """What a row is called, a segment after its symbol."""
    sign = signs.get(name) if made.rows_of == "needs_segment" else None
    return f"{sign[0]} {name}" if sign else worded(made.rows_of, name)


def _row(row: Row, made: Rollup, view: str, sure: bool, signs: Mapping[str, Sign]) -> list[str]:
    cells = [figure(row.cells[name], made, view) for name in made.columns]
    said = [row_name(made, row.name, signs), *cells, figure(row.total, made, view), _of_all(row.total, view)]
    if sure:
        said += [
            f"{row.confirmed} of {row.labelled}" if row.labelled else "–",
            "–" if row.confidence is None else f"{row.confidence:.2f}",
        ]
    return said


def _of_all(cell: Cell, view: str) -> str:
    share = cell.amount_share if view == "money" else cell.share_of_total
    return "–" if share is None else f"{share:.0%}"


def widths(header: list[str], body: list[list[str]]) -> list[int]:
    """How wide each column has to be, within reason."""
    wanted = [max(len(line[at]) for line in [header, *body]) for at in range(len(header))]
    return [min(wanted[0], NAME), *(min(max(each, 4), WIDEST) for each in wanted[1:])]


def line(values: list[str], wide: list[int]) -> str:
    """A row of the table: names to the left, figures to the right."""
    first, *rest = (
        fitted(value, width) if len(value) > width else value for value, width in zip(values, wide, strict=True)
    )
    return " ".join(
        [fitted(first, wide[0]), *(value.rjust(width) for value, width in zip(rest, wide[1:], strict=True))]
    )


def caution(made: Rollup, view: str) -> str:
    """How far labels and amounts reach, and what says little."""
    labelled = sum(row.labelled for row in made.rows)
    confirmed = sum(row.confirmed for row in made.rows)
    said = [f"Labels cover {labelled:,} of {format_count(made.total.accounts, 'account')}, {confirmed:,} confirmed."]
    if not made.amounts.amounts:
        said.append("No amounts of running subscriptions are known.")
    elif view != "money":
        said.append(f"Amounts are known of {made.total.priced:,}.")
    else:
        known = f"known of {made.total.priced:,}; the others are not counted as paying nothing"
        unclear = "" if made.amounts.yearly is not None else "; of a month or of a year is not told, so it is not ARR"
        said.append(f"Money is {money_word(made)}, {known}{unclear}.")
    if any(cell.small for row in made.rows for cell in row.cells.values()):
        said.append("* fewer than five accounts: a share of so few says little.")
    return " ".join(said)


def bars_of_rows(made: Rollup, view: str, width: int, signs: Mapping[str, Sign]) -> list[str]:
    """A bar a row: all of it, and its share of all accounts."""
    told = [(row, _told(row.total, row.total.share_of_total, made, view)) for row in made.rows]
    return bars([(row_name(made, row.name, signs), *each) for row, each in told], width, NAME)


def bars_of_columns(made: Rollup, at: int, view: str, width: int) -> list[str]:
    """A bar a column: the cells of one row and their shares of it, or of all where ``at`` is behind the last."""
    cells = made.rows[at].cells if at < len(made.rows) else made.totals
    told = [(name, _told(cells[name], cells[name].share_of_row, made, view)) for name in made.columns]
    return bars([(worded(made.by, name), *each) for name, each in told], width)


def _told(cell: Cell, share: float, made: Rollup, view: str) -> tuple[float | None, str]:
    if view == "money":
        amount = money(cell, made)
        return amount, "?" if amount is None and cell.accounts else f"{amount or 0:,.0f}"
    return float(cell.accounts), f"{cell.accounts:,}  {share:>4.0%}"


def title(made: Rollup, view: str) -> str:
    """What the table shows."""
    what = {"accounts": "Accounts", "shares": "Shares of a row's accounts", "money": f"Money ({money_word(made)})"}[
        view
    ]
    return f"{what}: {WORDS[made.rows_of]} by {WORDS[made.by]}"
