"""Rows that come again in a later file: what the later row says counts, and what it leaves empty stays as it was.

A row is one that was there if it has the same id: of an account, of a user and its account, of a ticket, cancellation or
score, or of a subscription with the same start. Rows without ids are the same if they agree in all fields that both deliveries
have: a field that one of them has no value of at all tells nothing. A row of an earlier delivery is that of one row of a later
one at most, so that two equal subscriptions remain two.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from needsseg.accounts.ingest.columns import ACCOUNT_TEXT
from needsseg.accounts.ingest.merged_records import EARLIER
from needsseg.accounts.own.columns import OwnColumn
from needsseg.text import format_count, plural

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

NAMED = 5  # columns that a note names
_STATED = {"end_day": ("end_date", "status", "churned"), "trial": ("trial", "status", "plan")}
"""Cells of subscriptions that are as the later row has them, also where it has none: an end that is gone was taken back."""
_MOVING = ("end_day", "renewal_day")
"""Days of a subscription that later deliveries set or move on."""
_KEYS = {"subscriptions": ("term_id", "start_day")}
_FOUND = "kept.file = {0}.file AND kept.row = {0}.row"


@dataclass(slots=True)
class Merged:
    """How later rows were merged into earlier ones: how many changed something, how many did not, and replaced values by name."""

    changed: int = 0
    repeats: int = 0
    replaced: dict[str, int] = field(default_factory=dict)

    def add(self, other: Merged) -> None:
        """Add what another merge did."""
        self.changed, self.repeats = self.changed + other.changed, self.repeats + other.repeats
        for name, count in other.replaced.items():
            self.replaced[name] = self.replaced.get(name, 0) + count

    @property
    def notes(self) -> list[str]:
        """Return what a person should know."""
        adds = plural(self.changed, "adds to or changes a row that was", "add to or change rows that were")
        rows = [f"{format_count(self.changed, 'row')} {adds} there."]
        return (rows if self.changed else []) + replaced_words(self.replaced)


def replaced_words(replaced: Mapping[str, int]) -> list[str]:
    """Return a note on values that took the place of others, by column; none where none did."""
    counts = {name: count for name, count in replaced.items() if count}
    if not counts:
        return []
    named = ", ".join(f"{name} {count:,}" for name, count in list(counts.items())[:NAMED])
    more = f" and {len(counts) - NAMED} more columns" if len(counts) > NAMED else ""
    total = sum(counts.values())
    return [
        f"{format_count(total, 'value')} "
        f"{plural(total, 'differs from the earlier one and took its', 'differ from the earlier ones and took their')} place "
        f"({named}{more})."
    ]


def start_pairs(con: DuckDBPyConnection) -> None:
    """Create the empty table ``pairs``: a later row, and the earlier one of ``kept`` into which it is merged."""
    con.execute("CREATE OR REPLACE TABLE pairs (file INTEGER, row BIGINT, into_file INTEGER, into_row BIGINT)")


def move_cells(con: DuckDBPyConnection, cells: Mapping[str, str], merged: Merged, stated: Collection[str] = ()) -> None:
    """Set the cells of the later rows in the earlier ones of ``pairs``, remove the later ones, and count in ``merged``.

    ``cells`` are columns with the names by which they are counted. Those in ``stated`` also take the place of a value where
    they are empty.
    """
    later, earlier = "kept AS later", "kept AS earlier"
    joined = (
        f"FROM pairs JOIN {later} ON later.file = pairs.file AND later.row = pairs.row "
        f"JOIN {earlier} ON earlier.file = pairs.into_file AND earlier.row = pairs.into_row"
    )
    (total,) = con.execute("SELECT count(*) FROM pairs").fetchone() or (0,)
    if not total:
        return
    differs = {
        cell: f"(later.{cell} IS DISTINCT FROM earlier.{cell}"
        + ("" if cell in stated else f" AND {_has('later', cell)}")
        + ")"
        for cell in cells
    }
    if not cells:
        merged.repeats += int(total)
    else:
        conflicts = [f"count(*) FILTER (WHERE {differs[cell]} AND {_has('earlier', cell)})" for cell in cells]
        changed, *counts = con.execute(
            f"SELECT count(*) FILTER (WHERE {' OR '.join(differs.values())}), {', '.join(conflicts)} {joined}"
        ).fetchone() or (0,)
        merged.changed += int(changed)
        merged.repeats += int(total) - int(changed)
        for name, count in zip(cells.values(), counts, strict=True):
            merged.replaced[name] = merged.replaced.get(name, 0) + int(count)
    if cells and changed:
        newest = ", ".join(
            f"CASE WHEN {differs[cell]} THEN later.{cell} ELSE earlier.{cell} END AS {cell}" for cell in cells
        )
        con.execute(f"CREATE OR REPLACE TABLE newest AS SELECT into_file AS file, into_row AS row, {newest} {joined}")
        assigned = ", ".join(f"{cell} = newest.{cell}" for cell in cells)
        con.execute(f"UPDATE kept SET {assigned} FROM newest WHERE {_FOUND.format('newest')}")
    con.execute(f"DELETE FROM kept USING pairs WHERE {_FOUND.format('pairs')}")


def _has(row: str, cell: str) -> str:
    return f"nullif({row}.{cell}::VARCHAR, '') IS NOT NULL"


def own_cells(own: Sequence[OwnColumn]) -> dict[str, str]:
    """Return the stored columns of own columns, with the names that people know."""
    return {column.stored: column.name for column in own}


def merge_accounts(con: DuckDBPyConnection, own: Sequence[OwnColumn]) -> Merged:
    """Merge accounts of later files into those with the same id, those of an earlier import last.

    Accounts that are to be refused must be gone from ``kept``; each file has an id once.
    """
    merged = Merged()
    cells = {
        **{name: name for name in ACCOUNT_TEXT},
        "created_day": "created",
        "merged_ids": "merged_ids",
        **own_cells(own),
    }
    for file in [*_files_with_repeats(con, "account_id, file >= 0")[1:], None]:
        start_pairs(con)
        which = f"later.file > {EARLIER} AND earlier.file = {EARLIER}"
        if file is not None:
            which = f"later.file = {file} AND earlier.file > {EARLIER} AND earlier.file < {file}"
        con.execute(
            "INSERT INTO pairs SELECT later.file, later.row, earlier.file, earlier.row "
            f"FROM kept AS later JOIN kept AS earlier USING (account_id) WHERE {which}"
        )
        move_cells(con, cells, merged)
    merged.replaced.pop("merged_ids", None)
    return merged


def merge_users(con: DuckDBPyConnection, own: Sequence[OwnColumn]) -> Merged:
    """Give all rows of a user the newest role, day and own columns; rows that then add no device and no address are removed.

    An earlier e-mail address stays as that of a row that is ``former``, since tickets and usage may still name it.
    """
    merged = Merged()
    cells = {"role": "role", "created_day": "created", **own_cells(own)}
    for file in _files_with_repeats(con, "account_id, user_id")[1:]:
        start_pairs(con)
        con.execute(
            "INSERT INTO pairs SELECT later.file, later.row, min(earlier.file), arg_min(earlier.row, earlier.file) "
            "FROM kept AS later JOIN kept AS earlier USING (account_id, user_id) "
            f"WHERE later.file = {file} AND earlier.file < {file} "
            "AND later.device_id IN ('', earlier.device_id) AND later.email IN ('', earlier.email) GROUP BY 1, 2"
        )
        _count_user_changes(con, file, cells, merged)
        _unify_user(con, file, cells)
        con.execute(f"DELETE FROM kept USING pairs WHERE {_FOUND.format('pairs')}")
    return merged


def _count_user_changes(con: DuckDBPyConnection, file: int, cells: Mapping[str, str], merged: Merged) -> None:
    """Count in ``merged`` the values of a file's users that differ from what was known, and its rows in ``pairs``."""
    known = ", ".join(
        f"first({cell} ORDER BY file, row) FILTER (WHERE {_has('kept', cell)}) AS was_{cell}" for cell in cells
    )
    seen = (
        f"kept JOIN (SELECT account_id, user_id, {known} FROM kept WHERE file < {file} GROUP BY 1, 2) "
        f"USING (account_id, user_id) LEFT JOIN pairs ON {_FOUND.format('pairs')} WHERE kept.file = {file}"
    )
    differs = {cell: f"(kept.{cell} IS DISTINCT FROM was_{cell} AND {_has('kept', cell)})" for cell in cells}
    paired, changed, *counts = con.execute(
        f"SELECT count(pairs.row), count(pairs.row) FILTER (WHERE {' OR '.join(differs.values())}), "
        f"{', '.join(f'count(*) FILTER (WHERE {differs[cell]} AND was_{cell} IS NOT NULL)' for cell in cells)} FROM {seen}"
    ).fetchone() or (0, 0)
    merged.add(
        Merged(int(changed), int(paired) - int(changed), dict(zip(cells.values(), map(int, counts), strict=True)))
    )


def _unify_user(con: DuckDBPyConnection, file: int, cells: Mapping[str, str]) -> None:
    """Set the cells of all rows of the users in a file to what it says, else to what was known; mark former addresses."""
    newest = ", ".join(
        f"coalesce(first({cell} ORDER BY file DESC, row) FILTER (WHERE {_has('kept', cell)}), first({cell})) AS {cell}"
        for cell in (*cells, "email")
    )
    con.execute(
        f"CREATE OR REPLACE TABLE newest AS SELECT account_id, user_id, {newest} FROM kept WHERE file <= {file} "
        f"GROUP BY 1, 2 HAVING max(file) = {file} AND min(file) < {file}"
    )
    assigned = ", ".join(f"{cell} = newest.{cell}" for cell in cells)
    con.execute(
        f"UPDATE kept SET {assigned}, former = kept.email NOT IN ('', newest.email) FROM newest WHERE kept.file <= {file} "
        "AND kept.account_id = newest.account_id AND kept.user_id = newest.user_id"
    )


def merge_rows(
    con: DuckDBPyConnection, kind: str, own: Sequence[OwnColumn], states: Mapping[int, Collection[str]]
) -> Merged:
    """Merge subscriptions, cancellations, tickets or scores of later files into those that were there.

    ``states`` are the fields that the files have columns for, by number. Rows of one file are never merged with each other.
    """
    merged = Merged()
    key = _KEYS.get(kind, ("id",))
    day = "start_day" if kind == "subscriptions" else "date_day"
    described = [str(row[0]) for row in con.execute("DESCRIBE kept").fetchall()]
    fields = [name for name in described if name not in ("file", "row") and not name.startswith("own_")]
    stored = [column.stored for column in own]
    cells = {name: name.removesuffix("_day") for name in fields if name != "account_id"} | own_cells(own)
    has_id = f"{key[0]} <> ''"
    if kind == "subscriptions":
        by_id = _files_with_repeats(con, f"account_id, {key[0]}", has_id)
        files = sorted({*_files_with_repeats(con, f"account_id, {day}"), *by_id})
    else:
        _fold_by_id(con, cells, merged)
        files = _files_with_repeats(con, f"account_id, {day}", "true" if _some_lack_ids(con) else "id = ''")
    for file in files[1:]:
        start_pairs(con)
        _pair(con, file, (*fields, *stored))
        _pair(con, file, ("account_id", *key), has_id)
        _drop_superseded(con, file, ("account_id", *key), has_id)
        shared = _shared_fields(con, file, fields, states.get(file, ()))
        _pair(con, file, (*shared, *stored))
        _pair(con, file, shared)
        _pair(con, file, [name for name in shared if name not in _MOVING])
        merged.repeats += _drop_surplus(con, file, (*fields, *stored))
        if kind == "subscriptions":
            _fill_from_earlier_terms(con, file, stored)
        stated = [
            name for name, columns in _STATED.items() if name in cells and set(columns) & set(states.get(file, ()))
        ]
        move_cells(con, cells, merged, stated)
    return merged


def _fold_by_id(con: DuckDBPyConnection, cells: Mapping[str, str], merged: Merged) -> None:
    """Merge all rows with the same account and id into the first, at once: of many small files that takes far less time.

    Within a file an id must occur once.
    """
    same = "(PARTITION BY account_id, id ORDER BY file, row)"
    was = ", ".join(
        f"last_value(CASE WHEN {_has('kept', cell)} THEN {cell} END IGNORE NULLS) OVER "
        f"(PARTITION BY account_id, id ORDER BY file, row ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS was_{cell}"
        for cell in cells
    )
    con.execute(
        f"CREATE OR REPLACE TABLE again AS SELECT *, row_number() OVER {same} AS nth, {was} FROM kept WHERE id <> '' "
        "QUALIFY count(*) OVER (PARTITION BY account_id, id) > 1"
    )
    differs = {cell: f"({_has('again', cell)} AND {cell} IS DISTINCT FROM was_{cell})" for cell in cells}
    total, changed, *counts = con.execute(
        f"SELECT count(*), count(*) FILTER (WHERE {' OR '.join(differs.values())}), "
        f"{', '.join(f'count(*) FILTER (WHERE {differs[cell]} AND was_{cell} IS NOT NULL)' for cell in cells)} "
        "FROM again WHERE nth > 1"
    ).fetchone() or (0, 0)
    if not total:
        return
    merged.add(
        Merged(int(changed), int(total) - int(changed), dict(zip(cells.values(), map(int, counts), strict=True)))
    )
    newest = ", ".join(f"last({cell} ORDER BY nth) FILTER (WHERE {_has('again', cell)}) AS {cell}" for cell in cells)
    con.execute(
        "CREATE OR REPLACE TABLE newest AS SELECT first(file ORDER BY nth) AS file, first(row ORDER BY nth) AS row, "
        f"{newest} FROM again GROUP BY account_id, id"
    )
    assigned = ", ".join(f"{cell} = coalesce(newest.{cell}, kept.{cell})" for cell in cells)
    con.execute(f"UPDATE kept SET {assigned} FROM newest WHERE {_FOUND.format('newest')}")
    con.execute(f"DELETE FROM kept USING again WHERE {_FOUND.format('again')} AND nth > 1")


def _some_lack_ids(con: DuckDBPyConnection) -> bool:
    """Return whether some files have ids and others none at all."""
    row = con.execute(
        "SELECT count(DISTINCT has) FROM (SELECT bool_or(id <> '') AS has FROM kept GROUP BY file)"
    ).fetchone()
    return row is not None and row[0] > 1


def _files_with_repeats(con: DuckDBPyConnection, key: str, condition: str = "true") -> list[int]:
    """Return the numbers of the files with rows whose key another file has, too, in order."""
    rows = con.execute(
        "SELECT DISTINCT file FROM (SELECT file, min(file) OVER same AS least, max(file) OVER same AS most "
        f"FROM kept WHERE {condition} WINDOW same AS (PARTITION BY {key})) WHERE least <> most ORDER BY 1"
    ).fetchall()
    return [int(file) for (file,) in rows]


def _pair(con: DuckDBPyConnection, file: int, key: Sequence[str], condition: str = "true") -> None:
    """Pair each row of a file that has no pair yet with one earlier row with the same key that has none either."""
    columns = ", ".join(key)
    numbered = f"file, row, {columns}, row_number() OVER (PARTITION BY {columns} ORDER BY file, row) AS nth"
    same = " AND ".join(f"later.{name} IS NOT DISTINCT FROM earlier.{name}" for name in (*key, "nth"))
    taken = "kept.file = pairs.into_file AND kept.row = pairs.into_row"
    con.execute(
        "INSERT INTO pairs SELECT later.file, later.row, earlier.file, earlier.row FROM "
        f"(SELECT {numbered} FROM kept ANTI JOIN pairs USING (file, row) WHERE file = {file} AND {condition}) AS later "
        f"JOIN (SELECT {numbered} FROM kept ANTI JOIN pairs ON {taken} WHERE file < {file} AND {condition}) AS earlier "
        f"ON {same}"
    )


def _drop_superseded(con: DuckDBPyConnection, file: int, key: Sequence[str], has_id: str) -> None:
    """Remove earlier rows without a pair whose id and start the file has: its rows stand for them."""
    con.execute(
        f"DELETE FROM kept WHERE file < {file} AND {has_id} AND (file, row) NOT IN (SELECT (into_file, into_row) FROM pairs) "
        f"AND ({', '.join(key)}) IN (SELECT ({', '.join(key)}) FROM kept WHERE file = {file} AND {has_id})"
    )


def _shared_fields(con: DuckDBPyConnection, file: int, fields: Sequence[str], states: Collection[str]) -> list[str]:
    """Return the fields that both the file and the rows before it have values of; that it states, a field may be empty in it."""
    empty = {
        name: f"(nullif(kept.{name}::VARCHAR, '') IS NULL{' OR trial = 0' if name == 'trial' else ''})"
        for name in fields
    }
    counted = ", ".join(
        f"count(*) FILTER (WHERE file {which} {file} AND NOT {empty[name]})" for name in fields for which in ("<", "=")
    )
    row = con.execute(f"SELECT {counted} FROM kept").fetchone() or ()
    return [
        name
        for name, earlier, later in zip(fields, row[::2], row[1::2], strict=True)
        if earlier and (later or set(_STATED.get(name, ())) & set(states))
    ]


def _drop_surplus(con: DuckDBPyConnection, file: int, columns: Sequence[str]) -> int:
    """Remove rows of a file without a pair that an earlier row equals in every cell; return their number."""
    same = " AND ".join(f"earlier.{name} IS NOT DISTINCT FROM kept.{name}" for name in columns)
    (count,) = con.execute(
        f"DELETE FROM kept WHERE file = {file} AND (file, row) NOT IN (SELECT (file, row) FROM pairs) "
        f"AND EXISTS (SELECT 1 FROM kept AS earlier WHERE earlier.file < {file} AND {same})"
    ).fetchone() or (0,)
    return int(count)


def _fill_from_earlier_terms(con: DuckDBPyConnection, file: int, stored: Sequence[str]) -> None:
    """Fill empty own cells of a file's later terms with what earlier terms of the same subscription have."""
    if not stored:
        return
    known = ", ".join(
        f"last({name} ORDER BY start_day, file, row) FILTER (WHERE {name} IS NOT NULL) AS {name}" for name in stored
    )
    filled = ", ".join(f"{name} = coalesce(kept.{name}, known.{name})" for name in stored)
    con.execute(
        f"UPDATE kept SET {filled} FROM (SELECT account_id, term_id, {known} FROM kept WHERE file < {file} AND term_id <> '' "
        f"GROUP BY 1, 2) AS known WHERE kept.file = {file} AND kept.account_id = known.account_id "
        "AND kept.term_id = known.term_id"
    )
