"""The shape of a study's file: the tables, triggers and views that it must have, and those that it must not have."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from functools import cache
from typing import TYPE_CHECKING

from needsseg.study.journal import JOURNALLED
from needsseg.study.migrations.numbered import apply_pending

if TYPE_CHECKING:
    from collections.abc import Mapping

_LISTED = "SELECT name, type FROM sqlite_master WHERE type IN ('table', 'trigger', 'view')"


@cache
def own_names() -> Mapping[str, str]:
    """Return the names of all tables, triggers and views of a study of this version, with their types."""
    from sqlite_utils import Database

    with closing(sqlite3.connect(":memory:")) as conn:
        apply_pending(Database(conn, execute_plugins=False))
        return dict(conn.execute(_LISTED).fetchall())


@cache
def _quick_names() -> tuple[frozenset[str], frozenset[str]]:
    """The names of tables and of triggers by the migrations' scripts: a migration takes too long for every opening."""
    from importlib.resources import files

    scripts = [file for file in files("needsseg.study.migrations").iterdir() if file.name.endswith(".sql")]
    text = "\n".join(script.read_text(encoding="utf-8") for script in scripts)
    renamed = dict(re.findall(r"(?m)^ALTER TABLE (\w+) RENAME TO (\w+)", text))
    dropped = {*re.findall(r"(?m)^DROP TABLE (\w+)", text), *renamed}
    tables = set(re.findall(r"(?m)^CREATE TABLE (\w+)", text)) - dropped | set(renamed.values())
    journal = {f"journal_{table}_{event}" for table in JOURNALLED for event in ("insert", "update", "delete")}
    indexed = {f"{table}_{event}" for table in ("turns", "passages") for event in ("ai", "ad", "au")}
    return frozenset(tables), frozenset({*re.findall(r"(?m)^CREATE TRIGGER (\w+)", text), *journal, *indexed})


def quick_faults(conn: sqlite3.Connection) -> list[str]:
    """Return tables that are missing, and triggers and views that are not needsseg's; in a millisecond or so."""
    tables, triggers = _quick_names()
    objects = conn.execute(_LISTED).fetchall()
    existing_tables = {name for name, kind in objects if kind == "table"}
    faults = [f"the table '{name}' is missing" for name in sorted(tables - existing_tables)]
    return faults + [
        f"the {kind} '{name}' is not needsseg's" for name, kind in objects if kind != "table" and name not in triggers
    ]


@cache
def _own_columns() -> Mapping[str, frozenset[str]]:
    from sqlite_utils import Database

    with closing(sqlite3.connect(":memory:")) as conn:
        apply_pending(Database(conn, execute_plugins=False))
        return {name: _columns(conn, name) for name, kind in own_names().items() if kind == "table"}


def _columns(conn: sqlite3.Connection, table: str) -> frozenset[str]:
    return frozenset(row[1] for row in conn.execute(f'PRAGMA table_info("{table}")'))


def shape_faults(conn: sqlite3.Connection) -> list[str]:
    """Return what a study's file lacks, and triggers and views that are not needsseg's own, in words.

    Further tables and indexes do no harm: nothing of needsseg reads them.
    """
    type_by_name = dict(conn.execute(_LISTED).fetchall())
    own = own_names()
    faults = [f"the {kind} '{name}' is missing" for name, kind in own.items() if type_by_name.get(name) != kind]
    faults += [
        f"the {kind} '{name}' is not needsseg's"
        for name, kind in type_by_name.items()
        if kind != "table" and own.get(name) != kind
    ]
    for table, columns in _own_columns().items():
        if table in type_by_name:
            faults += [
                f"the table '{table}' has no column '{name}'" for name in sorted(columns - _columns(conn, table))
            ]
    return faults
