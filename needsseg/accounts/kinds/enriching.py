"""Files of account ids and further columns alone: they add their columns to accounts of an earlier import."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from needsseg.accounts.ingest.gathering import Part
from needsseg.accounts.ingest.mapping import Mapping, alternatives
from needsseg.accounts.ingest.merged_records import EARLIER
from needsseg.accounts.ingest.rejects import Reject
from needsseg.accounts.ingest.repeats import IN_FILE
from needsseg.accounts.own.columns import OwnColumn
from needsseg.text import format_count, plural

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

UNKNOWN = "no account has this id; the file has further columns alone, which come to accounts that are there"
NAMED = 5  # columns that a note names


@dataclass(frozen=True, slots=True)
class Enriched:
    """How files of further columns were added: rows that changed an account, rows that changed nothing, refused ones, notes."""

    rows: int = 0
    repeats: int = 0
    rejected: tuple[Reject, ...] = ()
    notes: tuple[str, ...] = ()


def enriching_files(parts: Sequence[Part], mapping: Mapping) -> list[int]:
    """Return the numbers of files that have an account id, and nothing else that is a field of accounts."""
    others = [column for name, column in mapping.columns.items() if name != "account_id"]
    return [
        number
        for number, part in enumerate(parts)
        if part.layout and not any(alternatives(column, part.layout.header) for column in others)
    ]


def enrich(con: DuckDBPyConnection, parts: Sequence[Part], mapping: Mapping, own: Sequence[OwnColumn]) -> Enriched:
    """Move the cells of ``enriching_files`` in ``kept`` to the accounts of the earlier import, file by file.

    A cell with a value takes the place of the earlier one, an empty cell leaves it. Rows of unknown ids are refused, as are
    ids that come again within a file.
    """
    files = enriching_files(parts, mapping) if mapping.kind == "accounts" else []
    if not files:
        return Enriched()
    column = mapping.columns["account_id"]
    con.execute(
        "CREATE TABLE targets AS SELECT account_id AS id, account_id AS target FROM kept WHERE file = $1 UNION "
        "SELECT unnest(string_split(merged_ids, ' ')), account_id FROM kept WHERE file = $1 AND merged_ids <> ''",
        [EARLIER],
    )
    rows = repeats = 0
    rejected: list[Reject] = []
    replaced = dict.fromkeys((each.name for each in own), 0)
    for file in files:
        con.execute(
            "CREATE OR REPLACE TABLE given AS SELECT kept.*, target, first_value(row) OVER "
            "(PARTITION BY coalesce(target, kept.account_id) ORDER BY row) AS first_row "
            "FROM kept LEFT JOIN targets ON kept.account_id = targets.id WHERE file = ?",
            [file],
        )
        con.execute("DELETE FROM kept WHERE file = ?", [file])
        rejected += [
            Reject(row, column, id_, UNKNOWN if unknown else f"row {first} {IN_FILE}", parts[file].name)
            for row, id_, unknown, first in con.execute(
                "SELECT row, given, target IS NULL, first_row FROM given WHERE target IS NULL OR row <> first_row ORDER BY row"
            ).fetchall()
        ]
        con.execute("DELETE FROM given WHERE target IS NULL OR row <> first_row")
        changed, unchanged = _move(con, own, replaced)
        rows, repeats = rows + changed, repeats + unchanged
    return Enriched(rows, repeats, tuple(rejected), tuple(_notes(rows, rejected, replaced)))


def _move(con: DuckDBPyConnection, own: Sequence[OwnColumn], replaced: dict[str, int]) -> tuple[int, int]:
    """Set the cells of ``given`` in ``kept``; return the numbers of rows that changed something and that did not.

    Cells that had another value are added to ``replaced``, by column.
    """
    joined = "FROM given JOIN kept ON kept.account_id = given.target AND kept.file = ?"
    differs = [f"(given.{c.stored} IS NOT NULL AND given.{c.stored} IS DISTINCT FROM kept.{c.stored})" for c in own]
    (total,) = con.execute("SELECT count(*) FROM given").fetchone() or (0,)
    if not own:
        return 0, int(total)
    conflicts = [
        f"count(*) FILTER (WHERE {one} AND kept.{c.stored} IS NOT NULL)" for one, c in zip(differs, own, strict=True)
    ]
    changed, *counts = con.execute(
        f"SELECT count(*) FILTER (WHERE {' OR '.join(differs)}), {', '.join(conflicts)} {joined}", [EARLIER]
    ).fetchone() or (0,)
    for column, count in zip(own, counts, strict=True):
        replaced[column.name] += int(count)
    cells = ", ".join(f"{c.stored} = coalesce(given.{c.stored}, kept.{c.stored})" for c in own)
    con.execute(f"UPDATE kept SET {cells} FROM given WHERE kept.account_id = given.target AND kept.file = ?", [EARLIER])
    return int(changed), int(total) - int(changed)


def _notes(rows: int, rejected: Sequence[Reject], replaced: dict[str, int]) -> list[str]:
    notes = []
    cells = {name: count for name, count in replaced.items() if count}
    if cells:
        named = ", ".join(f"{name} {count:,}" for name, count in list(cells.items())[:NAMED])
        more = f" and {len(cells) - NAMED} more columns" if len(cells) > NAMED else ""
        total = sum(cells.values())
        notes.append(
            f"{format_count(total, 'value')} {plural(total, 'differs', 'differ')} from the earlier one and took its place "
            f"({named}{more})."
        )
    unknown = sum(reject.reason == UNKNOWN for reject in rejected)
    if unknown:
        notes.append(
            f"{format_count(unknown, 'row')} {plural(unknown, 'has', 'have')} an id that no account has, and "
            f"{plural(unknown, 'was', 'were')} refused; {format_count(rows, 'account')} got values."
        )
    return notes
