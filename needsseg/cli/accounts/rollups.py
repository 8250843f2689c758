"""rollup."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from needsseg.cli.accounts.profiles import as_of_option, engine_option
from needsseg.cli.narration import Session
from needsseg.cli.output import print_object, print_table, print_text
from needsseg.cli.parameters import json_option, opened
from needsseg.cli.replay import print_once
from needsseg.text import counted_words, format_count

if TYPE_CHECKING:
    from needsseg.actions.accounts import Cell, Rollup, Row

ROWS = {"needs": "needs_segment", "behavior": "behavioral_segment", "lifecycle": "lifecycle_stage"}
MOST_REASONS = 3  # for cancellations, of each row; --json has all
BY = {name: name for name in ("size", "industry", "plan", "region", "revenue")} | ROWS


@click.command()
@as_of_option
@click.option(
    "--rows",
    metavar="NAME",
    default="needs",
    show_default=True,
    help=f"A row for each of these: {', '.join(BY)}, a further column of the accounts, or one of users, subscriptions, tickets, "
    "scores or cancellations (users.Department).",
)
@click.option(
    "--by",
    "--columns",
    "by",
    metavar="NAME",
    multiple=True,
    help="A column for each of these, of the same names. Default: size. Given again, they are crossed. A further column that "
    "is called as one of these is named with column: before it.",
)
@click.option("--who", is_flag=True, help="Also list the accounts with their labels and confidence.")
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE", help="Write it to a .csv file, one line per cell."
)
@click.option("--force", is_flag=True, help="Replace a file that holds no roll-up.")
@engine_option
@json_option
@click.pass_obj
def rollup(
    session: Session,
    as_of: date,
    rows: str,
    by: tuple[str, ...],
    who: bool,
    out: Path | None,
    force: bool,
    engine: str | None,
    as_json: bool,
) -> None:
    """Count accounts and money by two tiers, or by further columns.

    By a column of users (tickets …) an account counts in each value that its users have, beside it their number; in
    totals it counts once.

    A cell shows accounts, their share of the row, and what they pay; * marks fewer than five accounts. Where
    cancellations were imported, their reasons follow for each row.

    In the file that --out writes, an empty row or column means all of them.
    """
    from needsseg.actions.accounts import rollups as actions

    columns = by or ("size",)
    with opened(session) as study:

        def compute() -> Rollup:
            with session.progressing() as progress:
                return actions.rollup(study, as_of, _named(rows), [_named(name) for name in columns], progress, engine)

        if out is None:
            words = ("rollup", as_of, rows, columns, who, engine, as_json)
            print_once(session, study, words, lambda: _show(session, compute(), as_of, rows, who=who, as_json=as_json))
            return
        actions.check_target(study, out, overwrite=force)
        table = compute()
        actions.write_rollup(study, table, as_of, out, overwrite=force)
    _show(session, table, as_of, rows, who=who, as_json=as_json)
    session.say(f"Wrote the roll-up to {out}.")


def _show(session: Session, table: Rollup, as_of: date, rows: str, *, who: bool, as_json: bool) -> None:
    if as_json:
        print_object(_shape(table) | {"as_of": as_of.isoformat()})
    else:
        _print(table)
        if who:
            print_table(
                (rows, "account", "name", table.by, "pays", "label", "source", "confirmed by"),
                [
                    (row.name, one.account_id, one.name, one.column, one.pays or None, one.confidence, one.source or None,
                     one.confirmed_by or None)
                    for row in table.rows
                    for one in row.accounts
                ],
                wrap=("name",),
            )  # fmt: skip
    session.say(_coverage(table))
    if table.records:
        session.say(table.overlap_note)


def _named(name: str) -> str:
    return BY.get(name.casefold(), name)


def _print(table: Rollup) -> None:
    sure = table.rows_of == "needs_segment"
    header = (
        table.rows_of.replace("_", " "),
        *table.columns,
        "all",
        "of all",
        *(("confirmed", "mean confidence") if sure else ()),
    )
    body: list[tuple[Any, ...]] = [
        (
            row.name,
            *(_cell(row.cells[column], table) for column in table.columns),
            _cell(row.total, table, share=False),
            _shares(row.total),
            *((f"{row.confirmed} of {row.labelled}", row.confidence) if sure else ()),
        )
        for row in table.rows
    ]
    totals = (
        *(_cell(table.totals[column], table) for column in table.columns),
        _cell(table.total, table, share=False),
        "100%",
    )
    print_table(header, [*body, ("all", *totals, *((None, None) if sure else ()))])
    if any(row.reasons for row in table.rows):
        print_text("")
        print_table(
            (header[0], "cancellations", "reasons, the most frequent first"),
            [
                (row.name, sum(row.reasons.values()), counted_words(row.reasons, MOST_REASONS))
                for row in table.rows
                if row.reasons
            ],
            wrap=("reasons, the most frequent first",),
        )


def _cell(cell: Cell, table: Rollup, *, share: bool = True) -> str:
    if not cell.accounts:
        return "–"
    text = f"{cell.accounts}{'*' if cell.small else ''}"
    if share:
        text += f" {cell.share_of_row:.0%}"
    if cell.records:
        text += f" · {format_count(cell.records, table.records.removesuffix('s'))}"
    money = table.amounts.sums(cell.by_currency)
    return f"{text} · {money}" if money else text


def _shares(cell: Cell) -> str:
    text = f"{cell.share_of_total:.0%}"
    return text if cell.amount_share is None else f"{text} · {cell.amount_share:.0%} of money"


def _coverage(table: Rollup) -> str:
    if not table.amounts.is_known:
        return "No amounts of running subscriptions are known."
    coverage = (
        f"known for {table.total.priced} of {format_count(table.total.accounts, 'account')}; the others are not "
        "counted as 0"
    )
    total = table.amounts.words(table.total.by_currency)
    notes = "".join(f" {note}" for note in table.amounts.notes)
    if table.amounts.yearly is not None:
        return f"Money is ARR: {total} in all, {coverage}.{notes}"
    return (
        f"Money is the column “{table.amounts.column}”, {coverage}. Nothing says whether amounts are monthly or yearly, so it "
        f"is not called ARR; choose it with: needsseg accounts amounts --interval month.{notes}"
    )


def _row_shape(row: Row) -> dict[str, Any]:
    """Return what ``asdict`` does, which copies every value of every account."""
    fields = {name: getattr(row, name) for name in row.__dataclass_fields__}
    return fields | {
        "cells": {name: asdict(cell) for name, cell in row.cells.items()},
        "total": asdict(row.total),
        "accounts": [{name: getattr(one, name) for name in one.__dataclass_fields__} for one in row.accounts],
    }


def _shape(table: Rollup) -> dict[str, Any]:
    """The roll-up as JSON; keys are a contract."""
    return {
        "rows_of": table.rows_of,
        "records_of": table.records or None,
        "by": table.by,
        "columns": table.columns,
        "rows": [_row_shape(row) for row in table.rows],
        "totals": {name: asdict(cell) for name, cell in table.totals.items()},
        "total": asdict(table.total),
        "amount_column": table.amounts.column,
        "arr_known": table.amounts.yearly is not None,
        "currency": table.amounts.currency or None,
        "interval": table.amounts.interval or None,
        "currencies": table.amounts.currencies,
        "terms": table.amounts.overlap or None,
        "notes": (*table.amounts.notes, *([table.overlap_note] if table.records else [])),
        "coverage": _coverage(table),
    }
