"""Databases for warehouses: SQLite or DuckDB with one typed table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from needsseg.exchange.destinations.destination import Contents, Destination
from needsseg.exchange.tables import NOT_TEXT, Cell, json_lines, quoted
from needsseg.records import PROFILE_COLUMNS

TABLE = "labelled_accounts"


def fill_sqlite(rows: Sequence[Mapping[str, Cell]], partial: Path) -> None:
    """Write a SQLite file with one strict table, with key account_id; OSError where it cannot be written."""
    import sqlite3

    kinds = {"needs_segment_confidence": "REAL"}
    columns = ", ".join(
        f'"{name}" {kinds.get(name, "TEXT")}{" PRIMARY KEY" if name == "account_id" else ""}'
        for name in PROFILE_COLUMNS
    )
    marks = ", ".join("?" * len(PROFILE_COLUMNS))
    connection = sqlite3.connect(partial)
    try:
        connection.execute("PRAGMA journal_mode = OFF")  # no journal file is needed, as a failed file is discarded
        with connection:
            connection.execute(f"CREATE TABLE {TABLE} ({columns}) STRICT")
            connection.executemany(
                f"INSERT INTO {TABLE} VALUES ({marks})", ([row[name] for name in PROFILE_COLUMNS] for row in rows)
            )
    except sqlite3.Error as error:
        raise OSError(str(error)) from error
    finally:
        connection.close()


def fill_duckdb(rows: Sequence[Mapping[str, Cell]], partial: Path) -> None:
    """Write a DuckDB file with one typed table, with key account_id; OSError where it cannot be written."""
    import duckdb

    source = partial.with_name(f"{partial.name}.jsonl")
    log = partial.with_name(f"{partial.name}.wal")
    types = {name: NOT_TEXT.get(name, "VARCHAR") for name in PROFILE_COLUMNS}
    columns = ", ".join(
        f"{name} {kind}{' PRIMARY KEY' if name == 'account_id' else ''}" for name, kind in types.items()
    )
    read_as = "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in types.items()) + "}"
    try:
        source.write_bytes(json_lines(rows).encode("utf-8"))
        with duckdb.connect(str(partial)) as con:
            con.execute(f"CREATE TABLE {TABLE} ({columns})")
            con.execute(
                f"INSERT INTO {TABLE} SELECT * FROM "
                f"read_json({quoted(source)}, format = 'newline_delimited', columns = {read_as})"
            )
    except duckdb.Error as error:
        raise OSError(str(error).splitlines()[0]) from error
    finally:
        source.unlink(missing_ok=True)
        log.unlink(missing_ok=True)


SQLITE = Destination(
    name="sqlite",
    ending="sqlite",
    file=lambda rows, _: Contents(lambda partial: fill_sqlite(rows, partial), {"table": TABLE}),
)
DUCKDB = Destination(
    name="duckdb",
    ending="duckdb",
    file=lambda rows, _: Contents(lambda partial: fill_duckdb(rows, partial), {"table": TABLE}),
)
