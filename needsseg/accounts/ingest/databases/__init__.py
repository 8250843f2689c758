"""Databases as sources: a table, a view or a query of a file, a server or a warehouse, copied to a private file as text first.

Cells are copied in the database's own notation, with times in UTC. Databases are opened read-only where they can be. A
password is used only to connect and is not stored.
"""

from __future__ import annotations

from pathlib import Path

from needsseg.accounts.ingest.databases import postgresql, warehouses
from needsseg.accounts.ingest.databases.addresses import address, is_address
from needsseg.accounts.ingest.databases.files import copy_from_file, database_kind, tables_of_file
from needsseg.accounts.ingest.databases.selections import Selection
from needsseg.accounts.ingest.file_rows import Layout
from needsseg.accounts.ingest.workbooks import is_workbook, sheets
from needsseg.errors import Advice, Option, TableError

__all__ = ["Selection", "copy_from_file", "copy_from_server", "database_kind", "tables"]


def tables(source: str) -> list[str]:
    """Return the tables and views of a database file, a server or a warehouse, or the sheets of a workbook, by name."""
    if is_address(source):
        server = address(source)
        return warehouses.tables(server) if server.is_adbc else postgresql.tables(server)
    path = Path(source).expanduser()
    if is_workbook(path):
        return sheets(path)
    kind = database_kind(path)
    if not kind:
        raise TableError(
            f"{path.name}: is not a SQLite or DuckDB file or a workbook.",
            Advice("Import it as a file, without a table", Option.TABLE, "."),
        )
    return tables_of_file(path, kind)


def copy_from_server(source: str, selection: Selection, target: Path, rows: int | None = None) -> tuple[str, Layout]:
    """Copy a table or a query of a server or warehouse to ``target`` as CSV; return its name without password, and layout."""
    server = address(source)
    copy = warehouses.copy_rows if server.is_adbc else postgresql.copy_rows
    return copy(server, selection, target, rows)
