"""A table of a SQLite or DuckDB file or of a PostgreSQL server as rows of text, copied to a private file first.

Cells are copied in the database's own notation, with times in UTC. Databases are opened read-only. A password is used
only to connect and is not stored.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from needsseg.accounts.ingest.file_rows import Layout
from needsseg.accounts.ingest.workbooks import is_workbook, sheets
from needsseg.errors import Advice, NeedssegError, Option, TableError, UsageError
from needsseg.files import private_text
from needsseg.tables import TableWriter

SCHEMES = ("postgresql", "postgres")
ADDRESS_OPTIONS = ("sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout", "options", "target_session_attrs")
FETCH_ROWS = 10_000
CONNECT_TIMEOUT = 10  # seconds


@dataclass(frozen=True, slots=True)
class Address:
    """A PostgreSQL address: only ``shown``, which has no password, is stored and printed."""

    shown: str
    password: str
    connect: dict[str, str]


def is_address(source: str) -> bool:
    """Whether this names a PostgreSQL server."""
    return source.partition("://")[0] in SCHEMES and "://" in source


def address(source: str) -> Address:
    """Parse ``postgresql://user@host:port/database``; UsageError, which never repeats the address, where it is invalid."""
    try:
        split = urlsplit(source)
        parameters = {key: value for key, value in parse_qsl(split.query) if key in ADDRESS_OPTIONS}
        unknown = sorted({key for key, _ in parse_qsl(split.query)} - set(ADDRESS_OPTIONS))
        connect = {
            "host": split.hostname and unquote(split.hostname),
            "port": split.port and str(split.port),
            "user": split.username and unquote(split.username),
            "password": split.password and unquote(split.password),
            "dbname": unquote(split.path.strip("/")),
        }
    except ValueError as error:
        raise UsageError("The address of the server cannot be read.", ADDRESS_HINT) from error
    if unknown:
        raise UsageError(
            f"The address has options that are not known: {', '.join(unknown)}.",
            f"Known: {', '.join(ADDRESS_OPTIONS)}.",
        )
    user_part = f"{quote(connect['user'])}@" if connect["user"] else ""
    host_part = (connect["host"] or "") + (f":{connect['port']}" if connect["port"] else "")
    without_password = f"postgresql://{user_part}{host_part}/{quote(connect['dbname'] or '')}"
    return Address(
        without_password,
        connect["password"] or "",
        {key: value for key, value in (connect | parameters).items() if value},
    )


ADDRESS_HINT = "Write postgresql://user@host:port/database, and give the password in the variable PGPASSWORD."


def database_kind(path: Path) -> str:
    """``sqlite`` or ``duckdb`` by the file's first bytes, else nothing."""
    with path.open("rb") as stream:
        head = stream.read(16)
    if head == b"SQLite format 3\x00":
        return "sqlite"
    return "duckdb" if head[8:12] == b"DUCK" else ""


def tables(source: str) -> list[str]:
    """The tables and views of a database file or server, or the sheets of a workbook, by name."""
    if is_address(source):
        server = address(source)
        with _connected(server) as con:
            return [_dotted(name) for name in con.execute(_POSTGRES_TABLES).fetchall()]
    path = Path(source).expanduser()
    if is_workbook(path):
        return sheets(path)
    kind = database_kind(path)
    if not kind:
        raise TableError(
            f"{path.name}: is not a SQLite or DuckDB file or a workbook.",
            Advice("Import it as a file, without a table", Option.TABLE, "."),
        )
    return _tables(path, kind)


_POSTGRES_TABLES = (
    "SELECT table_schema, table_name FROM information_schema.tables "
    "WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY table_schema <> 'public', 1, 2"
)
_DUCKDB_TABLES = "SELECT table_schema, table_name FROM information_schema.tables ORDER BY table_schema <> 'main', 1, 2"
_SQLITE_TABLES = (
    "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND substr(name, 1, 7) <> 'sqlite_' ORDER BY 1"
)


def spool_table(path: Path, kind: str, table: str, target: Path, rows: int | None = None) -> tuple[str, Layout]:
    """Copy a table of a SQLite or DuckDB file to ``target`` as CSV; its name and layout.

    Without ``table`` the only one is taken; UsageError where there are several, TableError where there is none of that
    name or the file cannot be read.
    """
    table_name = _find_table(path.name, table, _tables(path, kind))
    limit = "" if rows is None else f" LIMIT {rows}"
    name = f"{path.name}: {table_name}"
    if kind == "duckdb":
        return name, _from_duckdb(path, table_name, limit, target)
    return name, _from_sqlite(path, table_name, limit, target)


def _tables(path: Path, kind: str) -> list[str]:
    import sqlite3

    import duckdb

    try:
        if kind == "duckdb":
            with _duckdb(path) as con:
                return [_dotted(row, "main") for row in con.execute(_DUCKDB_TABLES).fetchall()]
        lite = _sqlite(path)
        try:
            return [str(row[0]) for row in lite.execute(_SQLITE_TABLES)]
        finally:
            lite.close()
    except (duckdb.Error, sqlite3.Error) as error:
        raise _unreadable(path, error) from error


def _dotted(row: Sequence[Any], usual: str = "public") -> str:
    schema, name = (f'"{part}"' if "." in part else part for part in map(str, row))
    return name if schema == usual else f"{schema}.{name}"


def _find_table(database: str, table: str, table_names: Sequence[str]) -> str:
    listed = ", ".join(table_names[:20]) + (" …" if len(table_names) > 20 else "") or "none"
    if table:
        matching = [name for name in table_names if name == table] or [
            n for n in table_names if n.casefold() == table.casefold()
        ]
        matching = matching or [name for name in table_names if table in (f"public.{name}", f"main.{name}")]
        if not matching:
            raise TableError(f"{database}: has no table '{table}'.", f"Its tables are: {listed}.")
        return matching[0]
    if len(table_names) == 1:
        return table_names[0]
    raise UsageError(f"{database}: has several tables.", Advice("Name one", Option.TABLE, f": {listed}."))


def parts_of(table: str) -> list[str]:
    """Split ``schema.table`` into names; names with a dot are in double quotes."""
    return [quoted or unquoted for quoted, unquoted in re.findall(r'"([^"]+)"|([^."]+)', table)]


def _identifier(table: str) -> str:
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts_of(table))


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


def _from_duckdb(path: Path, table: str, limit: str, target: Path) -> Layout:
    import duckdb

    try:
        with _duckdb(path) as con:
            described = con.execute(f"SELECT * FROM {_identifier(table)} LIMIT 0").description or ()
            header = tuple(str(column[0]) for column in described)
            cells = ", ".join("CAST(" + _quoted(name) + " AS VARCHAR)" for name in header)
            result = con.execute(f"SELECT {cells} FROM {_identifier(table)}{limit}")
            return _written(header, iter(lambda: result.fetchmany(FETCH_ROWS), []), target)
    except duckdb.Error as error:
        raise _unreadable(path, error) from error


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _sqlite(path: Path) -> Any:
    import sqlite3

    con = sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro", uri=True)
    con.text_factory = lambda raw: raw.decode("utf-8", errors="replace")
    return con


def _from_sqlite(path: Path, table: str, limit: str, target: Path) -> Layout:
    import sqlite3

    try:
        con = _sqlite(path)
        try:
            cursor = con.execute(f"SELECT * FROM {_quoted(table)}{limit}")
            header = tuple(str(column[0]) for column in cursor.description)
            return _written(header, iter(lambda: cursor.fetchmany(FETCH_ROWS), []), target)
        finally:
            con.close()
    except sqlite3.Error as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> TableError:
    first = str(error).splitlines()[0]
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


def spool_postgres(source: str, table: str, target: Path, rows: int | None = None) -> tuple[str, Layout]:
    """Copy a table of a PostgreSQL server to ``target`` as CSV, as it streams in; its name without password, and layout."""
    server = address(source)
    with _connected(server) as con:
        import psycopg

        try:
            server_tables = [_dotted(name) for name in con.execute(_POSTGRES_TABLES).fetchall()]
            table_name = _find_table(server.shown, table, server_tables)
            query = f"SELECT * FROM {_identifier(table_name)}{'' if rows is None else f' LIMIT {rows}'}"
            described = con.execute(f"SELECT * FROM {_identifier(table_name)} LIMIT 0").description or ()
            header = tuple(column.name for column in described)
            copying = f"COPY ({query}) TO STDOUT WITH (FORMAT csv, HEADER, ENCODING 'UTF8')"
            opened = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(opened, "wb") as stream, con.cursor() as cursor, cursor.copy(copying) as copy:
                for block in copy:
                    stream.write(block)
        except psycopg.Error as error:
            raise _refused(server, error) from error
    return f"{server.shown}: {table_name}", Layout("csv", header)


def _connected(server: Address) -> Any:
    try:
        import psycopg
    except ImportError as error:
        raise NeedssegError(
            "PostgreSQL needs a part that is not installed.", 'Install it: pip install "needsseg[postgres]"'
        ) from error
    try:
        con = psycopg.connect(
            **({"connect_timeout": str(CONNECT_TIMEOUT)} | server.connect), application_name="needsseg"
        )
        con.read_only = True
        con.execute("SET TIME ZONE 'UTC'")
        con.execute("SET DateStyle = 'ISO, YMD'")
    except psycopg.Error as error:
        raise _refused(server, error) from error
    return con


def _refused(server: Address, error: Exception) -> NeedssegError:
    message = " ".join(str(error).split()) or type(error).__name__
    if server.password:
        message = message.replace(server.password, "…")
    return NeedssegError(
        f"{server.shown}: {message}",
        "Check that the server runs and the name, user and table are right; the password comes from the variable PGPASSWORD.",
    )
