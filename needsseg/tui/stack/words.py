"""The words of a roll-up: its cells, its cautions, its bars and its title."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from needsseg.text import counted_words, format_count
from needsseg.tui.accounts.filters import worded
from needsseg.tui.stack.keys import WORDS
from needsseg.tui.widgets.chart import bars, fitted

if TYPE_CHECKING:
    from needsseg.actions.accounts import Cell, Rollup, Row
    from needsseg.symbols import Sign

WIDEST, NAME, MOST_REASONS = 18, 22, 3


def money_word(rollup: Rollup) -> str:
    """Return the name of the amounts."""
    currency = f" in {rollup.amounts.currency}" if rollup.amounts.currency else ""
    return (
        f"ARR{currency}"
        if rollup.amounts.yearly is not None
        else f"“{rollup.amounts.column}”"
        if rollup.amounts.column
        else "money"
    )


def money(cell: Cell, rollup: Rollup) -> float | None:
    """Return what a cell's accounts pay, by the year if that is known."""
    return cell.arr if rollup.amounts.yearly is not None else cell.amount


def figure(cell: Cell, rollup: Rollup, view: str) -> str:
    """Return one cell of the table."""
    if not cell.accounts:
        return "–"
    few = "*" if cell.small else " "
    if view == "accounts":
        records = f" ({cell.records:,})" if cell.records else ""
        return f"{cell.accounts:,}{records}{few}"
    if view == "shares":
        return f"{cell.share_of_row:.0%}{few}"
    return f"{rollup.amounts.sums(cell.by_currency) or '?'}{few}"


def table(rollup: Rollup, view: str, signs: Mapping[str, Sign]) -> tuple[list[str], list[list[str]]]:
    """Return the header and the rows, the last with the totals; segments have their symbols."""
    is_needs = rollup.rows_of == "needs_segment"
    header = [WORDS[rollup.rows_of], *(worded(rollup.by, name) for name in rollup.columns), "all", "of all"]
    header += ["confirmed", "sure"] if is_needs else []
    body = [_row(row, rollup, view, is_needs, signs) for row in rollup.rows]
    totals = [figure(rollup.totals[name], rollup, view) for name in rollup.columns]
    body.append(
        ["all", *totals, figure(rollup.total, rollup, view), _of_all(rollup.total, view), *[""] * (2 * is_needs)]
    )
    return header, body


def row_name(rollup: Rollup, name: str, signs: Mapping[str, Sign]) -> str:
    """Return a row's name, a segment's after its symbol."""
    sign = signs.get(name) if rollup.rows_of == "needs_segment" else None
    return f"{sign[0]} {name}" if sign else worded(rollup.rows_of, name)


def _row(row: Row, rollup: Rollup, view: str, is_needs: bool, signs: Mapping[str, Sign]) -> list[str]:
    cells = [figure(row.cells[name], rollup, view) for name in rollup.columns]
    values = [row_name(rollup, row.name, signs), *cells, figure(row.total, rollup, view), _of_all(row.total, view)]
    if is_needs:
        values += [
            f"{row.confirmed} of {row.labelled}" if row.labelled else "–",
            "–" if row.confidence is None else f"{row.confidence:.2f}",
        ]
    return values


def _of_all(cell: Cell, view: str) -> str:
    share = cell.amount_share if view == "money" else cell.share_of_total
    return "–" if share is None else f"{share:.0%}"


def widths(header: list[str], body: list[list[str]]) -> list[int]:
    """Return each column's width, within limits."""
    longest = [max(len(line[at]) for line in [header, *body]) for at in range(len(header))]
    return [min(longest[0], NAME), *(min(max(each, 4), WIDEST) for each in longest[1:])]


def line(values: list[str], widths: list[int]) -> str:
    """Return a row of the table: names to the left, figures to the right."""
    first, *rest = (
        fitted(value, width) if len(value) > width else value for value, width in zip(values, widths, strict=True)
    )
    return " ".join(
        [fitted(first, widths[0]), *(value.rjust(width) for value, width in zip(rest, widths[1:], strict=True))]
    )


def caution(rollup: Rollup, view: str) -> str:
    """Return the coverage of labels and amounts, and a caution about small cells."""
    labelled = sum(row.labelled for row in rollup.rows)
    confirmed = sum(row.confirmed for row in rollup.rows)
    sentences = [
        f"Labels cover {labelled:,} of {format_count(rollup.total.accounts, 'account')}, {confirmed:,} confirmed."
    ]
    if not rollup.amounts.is_known:
        sentences.append("No amounts of running subscriptions are known.")
    elif view != "money":
        sentences.append(f"Amounts are known for {rollup.total.priced:,}.")
    else:
        coverage = f"known for {rollup.total.priced:,}; the others do not count as paying nothing"
        unclear = "" if rollup.amounts.yearly is not None else "; per month or per year is unknown, so it is not ARR"
        sentences.append(f"Money is {money_word(rollup)}, {coverage}{unclear}.")
        sentences += rollup.amounts.notes
    if rollup.records:
        sentences.append(rollup.overlap_note)
    if any(cell.small for row in rollup.rows for cell in row.cells.values()):
        sentences.append("* fewer than five accounts: too few for a meaningful share.")
    return " ".join(sentences)


def bars_of_rows(rollup: Rollup, view: str, width: int, signs: Mapping[str, Sign]) -> list[str]:
    """Return a bar a row: its total, and its share of all accounts."""
    bars_by_row = [(row, _amount_words(row.total, row.total.share_of_total, rollup, view)) for row in rollup.rows]
    return bars([(row_name(rollup, row.name, signs), *each) for row, each in bars_by_row], width, NAME)


def bars_of_columns(rollup: Rollup, at: int, view: str, width: int) -> list[str]:
    """Return a bar a column: one row's cells with their shares of it, or the totals if ``at`` is past the last row."""
    cells = rollup.rows[at].cells if at < len(rollup.rows) else rollup.totals
    bars_by_column = [
        (name, _amount_words(cells[name], cells[name].share_of_row, rollup, view)) for name in rollup.columns
    ]
    return bars([(worded(rollup.by, name), *each) for name, each in bars_by_column], width)


def cancelled(rollup: Rollup, at: int) -> list[str]:
    """Return the cancellations of one row's accounts by reason, of all if ``at`` is past the last row; no line without any."""
    reasons = Counter[str]()
    for row in rollup.rows[at : at + 1] or rollup.rows:
        reasons.update(row.reasons or {})
    if not reasons:
        return []
    return [f"{format_count(reasons.total(), 'cancellation')}: {counted_words(reasons, MOST_REASONS)}"]


def _amount_words(cell: Cell, share: float, rollup: Rollup, view: str) -> tuple[float | None, str]:
    if view == "money":
        amount = money(cell, rollup)
        return amount, rollup.amounts.sums(cell.by_currency) or ("?" if cell.accounts else "0")
    return float(cell.accounts), f"{cell.accounts:,}  {share:>4.0%}"


def title(rollup: Rollup, view: str) -> str:
    """Return the table's title."""
    view_words = {
        "accounts": "Accounts",
        "shares": "Shares of a row's accounts",
        "money": f"Money ({money_word(rollup)})",
    }[view]
    return f"{view_words}: {WORDS[rollup.rows_of]} by {called(rollup.by)}"


def called(by: str) -> str:
    """Return what accounts are divided by, in words; the name itself of a further column."""
    return WORDS.get(by, by)
