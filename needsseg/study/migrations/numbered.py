"""Numbered, append-only migrations of a study; the number of the last one is the file's ``user_version``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from needsseg.study.journal import install_journal

if TYPE_CHECKING:
    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations

APPLICATION_ID = 0x6E736567  # "nseg"
LATEST = 16


SCRIPTS = (
    "m001_schema", "m002_decisions", "m003_coding", "m004_workbench", "m005_labels", "m006_deliveries", "m007_import_choices",
    "m008_turn_edits", "m009_needs", "m010_drafts", "m011_export_columns", "m012_source_kinds", "m013_readout",
    "m014_recordings", "m015_versions_and_name_marks", "m016_indexes",
)  # fmt: skip
"""The migrations, oldest first, each a script of that name beside this file."""
_INDEXED = {"turns": "words", "passages": "quote"}


def migrations() -> Migrations:
    """All migrations, oldest first."""
    from sqlite_utils.migrations import Migrations

    numbered = Migrations("needsseg")
    for name in SCRIPTS:
        numbered()(_migration(name))
    return numbered


def _migration(name: str) -> Callable[[Database], None]:
    def migrate(db: Database) -> None:
        _run(db, f"{name}.sql")
        for table, column in _INDEXED.items() if name == "m001_schema" else ():
            db.table(table).enable_fts([column], create_triggers=True, tokenize="unicode61 remove_diacritics 2")

    migrate.__name__ = name
    return migrate


def apply_pending(db: Database) -> list[str]:
    """Apply what is pending inside the caller's BEGIN IMMEDIATE transaction; return the names of the migrations."""
    numbered = migrations()
    pending = [migration.name for migration in numbered.pending(db)]
    numbered.apply(db)
    if pending:
        install_journal(db)
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute(f"PRAGMA user_version = {LATEST}")
    return pending


def _run(db: Database, script: str) -> None:
    from importlib.resources import files

    for statement in _statements(files("needsseg.study.migrations").joinpath(script).read_text(encoding="utf-8")):
        db.execute(statement)


def _statements(script: str) -> list[str]:
    """The statements of a script, a trigger's body kept whole; ``executescript`` would commit the transaction."""
    import sqlite3

    statements, buffer = [], ""
    for line in script.splitlines(keepends=True):
        buffer += line
        if sqlite3.complete_statement(buffer):
            statements.append(buffer)
            buffer = ""
    return statements
