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
from needsseg.accounts.kinds.deliveries import Merged, move_cells, own_cells, replaced_words, start_pairs
from needsseg.accounts.own.columns import OwnColumn
from needsseg.text import format_count, plural

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

UNKNOWN = "no account has this id; the file has further columns alone, which come to accounts that are there"


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
    merged = Merged()
    rejected: list[Reject] = []
    for file in files:
        con.execute(
            "CREATE OR REPLACE TABLE given AS SELECT kept.file, kept.row, given, target, first_value(row) OVER "
            "(PARTITION BY coalesce(target, kept.account_id) ORDER BY row) AS first_row "
            "FROM kept LEFT JOIN targets ON kept.account_id = targets.id WHERE file = ?",
            [file],
        )
        rejected += [
            Reject(row, column, id_, UNKNOWN if unknown else f"row {first} {IN_FILE}", parts[file].name)
            for row, id_, unknown, first in con.execute(
                "SELECT row, given, target IS NULL, first_row FROM given WHERE target IS NULL OR row <> first_row ORDER BY row"
            ).fetchall()
        ]
        con.execute(
            "DELETE FROM kept USING given WHERE kept.file = given.file AND kept.row = given.row "
            "AND (target IS NULL OR given.row <> first_row)"
        )
        start_pairs(con)
        con.execute(
            "INSERT INTO pairs SELECT given.file, given.row, kept.file, kept.row FROM given JOIN kept "
            "ON kept.account_id = given.target AND kept.file = ? WHERE given.row = first_row",
            [EARLIER],
        )
        move_cells(con, own_cells(own), merged)
    return Enriched(merged.changed, merged.repeats, tuple(rejected), tuple(_notes(merged, rejected)))


def _notes(merged: Merged, rejected: Sequence[Reject]) -> list[str]:
    notes = replaced_words(merged.replaced)
    unknown = sum(reject.reason == UNKNOWN for reject in rejected)
    if unknown:
        notes.append(
            f"{format_count(unknown, 'row')} {plural(unknown, 'has', 'have')} an id that no account has, and "
            f"{plural(unknown, 'was', 'were')} refused; {format_count(merged.changed, 'account')} got values."
        )
    return notes
