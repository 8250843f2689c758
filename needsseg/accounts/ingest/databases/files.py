"""Tables, views and queries of SQLite and DuckDB files, copied to a private file as text; the files are opened read-only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from needsseg.accounts.ingest.databases.selections import Selection, dotted
from needsseg.accounts.ingest.file_rows import Layout
from needsseg.errors import TableError
from needsseg.files import private_text
from needsseg.tables import TableWriter

FETCH_ROWS = 10_000


def database_kind(path: Path) -> str:
    """``sqlite`` or ``duckdb`` by the file's first bytes, else nothing."""
    with path.open("rb") as stream:
        head = stream.read(16)
    if head == b"SQLite format 3\x00":
        return "sqlite"
    return "duckdb" if head[8:12] == b"DUCK" else ""


_DUCKDB_TABLES = "SELECT table_schema, table_name FROM information_schema.tables ORDER BY table_schema <> 'main', 1, 2"
_SQLITE_TABLES = (
    "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND substr(name, 1, 7) <> 'sqlite_' ORDER BY 1"
)


def copy_from_file(
    path: Path, kind: str, selection: Selection, target: Path, rows: int | None = None
) -> tuple[str, Layout]:
    """Copy a table or a query of a SQLite or DuckDB file to ``target`` as CSV; return its name and layout.

    Without either the only table is taken; UsageError where there are several, TableError where there is none of that
    name or the file cannot be read.
    """
    chosen = replace(selection, has_schemas=kind == "duckdb").of_tables(path.name, lambda: tables_of_file(path, kind))
    limit = "" if rows is None else f" LIMIT {rows}"
    copy = _from_duckdb if kind == "duckdb" else _from_sqlite
    return f"{path.name}: {chosen.name}", copy(path, chosen, limit, target)


def tables_of_file(path: Path, kind: str) -> list[str]:
    """Return the tables and views of a file of one of the kinds that ``database_kind`` gives, by name."""
    import sqlite3

    import duckdb

    try:
        if kind == "duckdb":
            with _duckdb(path) as con:
                return [dotted(schema, name, "main") for schema, name in con.execute(_DUCKDB_TABLES).fetchall()]
        lite = _sqlite(path)
        try:
            return [str(row[0]) for row in lite.execute(_SQLITE_TABLES)]
        finally:
            lite.close()
    except (duckdb.Error, sqlite3.Error) as error:
        raise _unreadable(path, error) from error


def _duckdb(path: Path) -> Any:
    import duckdb

    # A view in an untrusted file may refer to other files or addresses: nothing outside this file is opened.
    shut: dict[str, Any] = {
        "enable_external_access": "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    con = duckdb.connect(str(path), read_only=True, config=shut)
    con.execute("SET TimeZone = 'UTC'")
    return con


def _from_duckdb(path: Path, chosen: Selection, limit: str, target: Path) -> Layout:
    import duckdb

    try:
        with _duckdb(path) as con:
            described = con.execute(f"SELECT * FROM {chosen.relation()} LIMIT 0").description or ()
            header = tuple(str(column[0]) for column in described)
            result = con.execute(f"SELECT COLUMNS(*)::VARCHAR FROM {chosen.relation()}{limit}")
            return _written(header, iter(lambda: result.fetchmany(FETCH_ROWS), []), target)
    except duckdb.Error as error:
        raise _unreadable(path, error, chosen.query) from error


def _sqlite(path: Path) -> Any:
    import sqlite3

    con = sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro", uri=True)
    con.text_factory = lambda raw: raw.decode("utf-8", errors="replace")
    return con


def _from_sqlite(path: Path, chosen: Selection, limit: str, target: Path) -> Layout:
    import sqlite3

    try:
        con = _sqlite(path)
        try:
            cursor = con.execute(f"SELECT * FROM {chosen.relation()}{limit}")
            header = tuple(str(column[0]) for column in cursor.description)
            return _written(header, iter(lambda: cursor.fetchmany(FETCH_ROWS), []), target)
        finally:
            con.close()
    except sqlite3.Error as error:
        raise _unreadable(path, error, chosen.query) from error


def _unreadable(path: Path, error: Exception, query: str = "") -> TableError:
    first = str(error).splitlines()[0]
    if query:
        return TableError(f"{path.name}: the query cannot be answered: {first}.", "Correct the query and try again.")
    return TableError(
        f"{path.name}: cannot be read: {first}.", "It may be damaged, cut off, or open for writing in another program."
    )


def _written(header: Sequence[str], blocks: Iterable[Sequence[Sequence[Any]]], target: Path) -> Layout:
    with private_text(target) as stream:
        writer = TableWriter(stream, quote_all=True)
        writer.header(header)
        for block in blocks:
            writer.rows([_cell(value) for value in row] for row in block)
    return Layout("csv", tuple(header))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else str(value)
