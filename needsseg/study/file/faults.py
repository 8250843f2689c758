"""Faults of a study's file in words a person can act on: SQLite's errors, and content that is not valid."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from needsseg.errors import Advice, Fix, Option, StudyError
from needsseg.files import free_bytes
from needsseg.study.file.copies import newest_sound

JSON_COLUMNS = (
    ("interviews", "warnings", "array"),
    ("interviews", "reading", "object"),
    ("participants", "attributes", "object"),
    ("passages", "reasons", "array"),
    ("runs", "parameters", "object"),
    ("runs", "versions", "object"),
    ("runs", "warnings", "array"),
    ("segments", "keywords", "array"),
    ("segments", "suggested_names", "array"),
    ("segments", "warnings", "array"),
    ("segments", "evidence", "object"),
    ("sources", "mapping", "object"),
    ("firmness", "content", "object"),
    ("import_choices", "choices", "object"),
    ("export_columns", "columns", "array"),
    ("places", "place", "object"),
    ("turns_read_around", "before", "array"),
    ("turns_read_around", "after", "array"),
)
"""Columns that hold JSON, and of which type; a column that a study does not have is passed over."""


class NoRoomError(StudyError):
    """A study whose disk is full or read-only: it can still be read. ``reason`` says which, in words."""

    def __init__(self, message: str, hint: str | Advice, reason: str) -> None:
        super().__init__(message, hint)
        self.reason = reason


class DamagedError(StudyError):
    """A study whose file is damaged; ``rescuable`` says whether a part of it may be readable."""

    def __init__(self, message: str, hint: str | Advice, *, rescuable: bool = True) -> None:
        super().__init__(message, hint)
        self.rescuable = rescuable


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """SQLite's errors as words a person can act on."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if study_error := _as_study_error(path, error):
            raise study_error from error
        raise


def is_lock(error: sqlite3.Error) -> bool:
    """Whether somebody else's lock is the reason."""
    return "locked" in str(error) or "busy" in str(error)


def _as_study_error(path: Path, error: sqlite3.DatabaseError) -> StudyError | None:
    text = str(error)
    if is_lock(error):
        return StudyError(f"{path} is locked by another program.", "Close it there, or try again.")
    if "full" in text or (isinstance(error, sqlite3.OperationalError) and "disk I/O" in text and _is_full(path)):
        message = f"The disk that holds {path} is full; nothing was changed."
        return NoRoomError(message, "Free some space; what is there can be read meanwhile.", "its disk is full")
    if "readonly" in text or "unable to open" in text:
        reason = "its disk is full" if _is_full(path) else "its disk is read-only, or you may not write there"
        return NoRoomError(f"{path} cannot be written: {text}.", "Check its folder and permissions.", reason)
    if "not a database" in text:
        return DamagedError(
            f"{path} is not a study (not an SQLite file).",
            _with_backup(path, Advice("Name a study", Option.STUDY, ", or make one: ", Fix.INIT)),
            rescuable=False,
        )
    if "malformed" in text:
        return DamagedError(f"{path} is damaged: {text}.", damage_hint(path))
    if isinstance(error, sqlite3.OperationalError) and text.startswith("no such"):
        return DamagedError(f"{path} is not a study as needsseg makes it: {text}.", damage_hint(path))
    if isinstance(error, sqlite3.OperationalError) and "syntax" not in text:
        return StudyError(f"{path} cannot be used: {text}.", "Close it everywhere and open it again.")
    return None


def _is_full(path: Path) -> bool:
    try:
        return free_bytes(path.parent) < 256 * 1024
    except OSError:
        return False


def damage_hint(path: Path) -> Advice:
    """Return what to do about a damaged file: restore the newest sound backup, or save what is readable."""
    return _with_backup(path, Advice("Save what is readable: ", Fix.RESCUE.of(study=path, new="NEW.db")))


def _with_backup(path: Path, hint: Advice) -> Advice:
    backup = newest_sound(path)
    if backup is None:
        return hint
    at = backup.made_at.strftime("%Y-%m-%d %H:%M UTC")
    return Advice(
        f"Restore the newest sound backup, of {at}: ", Fix.RESTORE.of(study=path, backup=backup.path), ". ", hint
    )


def content_faults(conn: sqlite3.Connection) -> list[str]:
    """Return the places at which a column that holds JSON holds none, in words."""
    faults = []
    for table, column, kind in JSON_COLUMNS:
        columns = [row[1] for row in conn.execute(f'PRAGMA table_info("{table}")')]
        if column not in columns:
            continue
        rows = conn.execute(
            f'SELECT "{columns[0]}", "{column}", json_valid("{column}") FROM "{table}" WHERE "{column}" IS NOT NULL '
            f'AND NOT CASE WHEN json_valid("{column}") THEN json_type("{column}") = ? ELSE 0 END ORDER BY 1',
            [kind],
        )
        for number, value, valid in rows:
            if value or column != "evidence":  # which has none where it is empty
                problem = f"is JSON, but not an {kind}" if valid else "is not valid JSON"
                faults.append(f"{table} row {number}: {column} {problem}: {str(value)[:40]!r}")
    return faults
