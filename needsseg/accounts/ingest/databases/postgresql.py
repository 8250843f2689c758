"""Tables, views and queries of a PostgreSQL server, copied to a file as they stream in.

The session is read-only, its times are in UTC, and a password is used only to connect.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from needsseg.accounts.ingest.databases.addresses import Address
from needsseg.accounts.ingest.databases.selections import Selection, dotted
from needsseg.accounts.ingest.file_rows import Layout
from needsseg.errors import NeedssegError

CONNECT_TIMEOUT = 10  # seconds
# Tables, views, materialised views, foreign and partitioned tables; the information schema leaves materialised views out.
_TABLES = (
    "SELECT n.nspname, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p') AND NOT c.relispartition "
    "AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_t%' "
    "AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') "
    "AND pg_catalog.has_table_privilege(c.oid, 'SELECT') ORDER BY n.nspname <> 'public', 1, 2"
)


def tables(server: Address) -> list[str]:
    """Return the tables and views that the user may read, by name."""
    with _connected(server) as con:
        return _tables(con)


def copy_rows(server: Address, selection: Selection, target: Path, rows: int | None = None) -> tuple[str, Layout]:
    """Copy a table or a query to ``target`` as CSV; return its name without password, and its layout."""
    with _connected(server) as con:
        import psycopg

        try:
            chosen = selection.of_tables(server.shown, lambda: _tables(con))
            query = f"SELECT * FROM {chosen.relation()}{'' if rows is None else f' LIMIT {rows}'}"
            described = con.execute(f"SELECT * FROM {chosen.relation()} LIMIT 0").description or ()
            header = tuple(column.name for column in described)
            copying = f"COPY ({query}) TO STDOUT WITH (FORMAT csv, HEADER, ENCODING 'UTF8')"
            opened = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(opened, "wb") as stream, con.cursor() as cursor, cursor.copy(copying) as copy:
                for block in copy:
                    stream.write(block)
        except psycopg.Error as error:
            raise _refused(server, error) from error
    return f"{server.shown}: {chosen.name}", Layout("csv", header)


def _tables(con: Any) -> list[str]:
    rows: Sequence[Sequence[str]] = con.execute(_TABLES).fetchall()
    return [dotted(schema, name, "public") for schema, name in rows]


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
