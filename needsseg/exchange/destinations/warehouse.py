"""Databases for warehouses: SQLite or DuckDB with one typed table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from needsseg.exchange.columns import DUCKDB_TYPES, SQLITE_TYPES, STANDARD, ExportColumn
from needsseg.exchange.destinations.destination import Contents, Destination
from needsseg.exchange.tables import Cell, identifier, json_lines, typed_rows

TABLE = "labelled_accounts"


def fill_sqlite(
    rows: Sequence[Mapping[str, Cell]], partial: Path, described: Sequence[ExportColumn] = STANDARD
) -> None:
    """Write a SQLite file with one strict table, with key account_id; OSError where it cannot be written."""
    import sqlite3

    columns = ", ".join(
        f"{identifier(each.name)} {SQLITE_TYPES[each.type]}{' PRIMARY KEY' if each.key == 'account_id' else ''}"
        for each in described
    )
    marks = ", ".join("?" * len(described))
    connection = sqlite3.connect(partial)
    try:
        connection.execute("PRAGMA journal_mode = OFF")  # no journal file is needed, as a failed file is discarded
        with connection:
            connection.execute(f"CREATE TABLE {TABLE} ({columns}) STRICT")
            connection.executemany(
                f"INSERT INTO {TABLE} VALUES ({marks})", ([row[each.name] for each in described] for row in rows)
            )
    except sqlite3.Error as error:
        raise OSError(str(error)) from error
    finally:
        connection.close()


def fill_duckdb(
    rows: Sequence[Mapping[str, Cell]], partial: Path, described: Sequence[ExportColumn] = STANDARD
) -> None:
    """Write a DuckDB file with one typed table, with key account_id; OSError where it cannot be written."""
    import duckdb

    source = partial.with_name(f"{partial.name}.jsonl")
    log = partial.with_name(f"{partial.name}.wal")
    columns = ", ".join(
        f"{identifier(each.name)} {DUCKDB_TYPES[each.type]}{' PRIMARY KEY' if each.key == 'account_id' else ''}"
        for each in described
    )
    try:
        source.write_bytes(json_lines(rows).encode("utf-8"))
        with duckdb.connect(str(partial)) as con:
            con.execute(f"CREATE TABLE {TABLE} ({columns})")
            con.execute(f"INSERT INTO {TABLE} SELECT * FROM {typed_rows(source, described)}")
    except duckdb.Error as error:
        raise OSError(str(error).splitlines()[0]) from error
    finally:
        source.unlink(missing_ok=True)
        log.unlink(missing_ok=True)


SQLITE = Destination(
    name="sqlite",
    ending="sqlite",
    file=lambda rows, asked: Contents(lambda partial: fill_sqlite(rows, partial, asked.columns), {"table": TABLE}),
)
DUCKDB = Destination(
    name="duckdb",
    ending="duckdb",
    file=lambda rows, asked: Contents(lambda partial: fill_duckdb(rows, partial, asked.columns), {"table": TABLE}),
)
