"""Numbered, append-only migrations of a study; the number of the last one is the file's ``user_version``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needsseg.study.journal import install_journal

if TYPE_CHECKING:
    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations

APPLICATION_ID = 0x6E736567  # "nseg"
LATEST = 12


def migrations() -> Migrations:
    """All migrations, oldest first."""
    from sqlite_utils.migrations import Migrations

    numbered = Migrations("needsseg")

    @numbered()
    def m001_schema(db: Database) -> None:
        _run(db, "m001_schema.sql")
        db.table("turns").enable_fts(["words"], create_triggers=True, tokenize="unicode61 remove_diacritics 2")
        db.table("passages").enable_fts(["quote"], create_triggers=True, tokenize="unicode61 remove_diacritics 2")

    @numbered()
    def m002_decisions(db: Database) -> None:
        _run(db, "m002_decisions.sql")

    @numbered()
    def m003_coding(db: Database) -> None:
        _run(db, "m003_coding.sql")

    @numbered()
    def m004_workbench(db: Database) -> None:
        _run(db, "m004_workbench.sql")

    @numbered()
    def m005_labels(db: Database) -> None:
        _run(db, "m005_labels.sql")

    @numbered()
    def m006_deliveries(db: Database) -> None:
        _run(db, "m006_deliveries.sql")

    @numbered()
    def m007_import_choices(db: Database) -> None:
        _run(db, "m007_import_choices.sql")

    @numbered()
    def m008_turn_edits(db: Database) -> None:
        _run(db, "m008_turn_edits.sql")

    @numbered()
    def m009_needs(db: Database) -> None:
        _run(db, "m009_needs.sql")

    @numbered()
    def m010_drafts(db: Database) -> None:
        _run(db, "m010_drafts.sql")

    @numbered()
    def m012_source_kinds(db: Database) -> None:
        _run(db, "m012_source_kinds.sql")

    return numbered


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
