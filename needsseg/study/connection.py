"""Opening a study: one private SQLite file, checked, migrated, and written to by one action at a time."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from needsseg.errors import StudyError
from needsseg.files import remove_leftovers, whole_file
from needsseg.study.migrations import APPLICATION_ID, LATEST, apply_pending
from needsseg.text import format_stamp

if TYPE_CHECKING:
    from sqlite_utils import Database

BUSY_SECONDS = 5.0
NETWORK_FILESYSTEMS = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "afs", "davfs")


@dataclass(slots=True)
class Action:
    """The action that is being written; ``summary`` may be filled while it runs."""

    id: int
    summary: str


class Study:
    """One open study. Rooms never see it; actions load from it and store into it."""

    def __init__(self, path: Path, conn: sqlite3.Connection, actor: str) -> None:
        self.path = path
        self.conn = conn
        self.actor = actor
        self.notices: list[str] = []
        """What opening it changed, to be told once."""

    @cached_property
    def db(self) -> Database:
        """The study as a sqlite-utils database, for writing tables."""
        from sqlite_utils import Database

        return Database(self.conn, execute_plugins=False)

    @property
    def stack(self) -> Path:
        """The folder beside the study in which account data lies as Parquet."""
        return self.path.with_name(self.path.name + ".stack")

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """All rows of a query."""
        with translated(self.path):
            return self.conn.execute(sql, values).fetchall()

    def row(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Row | None:
        """The first row of a query, or None."""
        found = self.rows(sql, values)
        return found[0] if found else None

    def execute(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Runs one statement inside the transaction that is open."""
        with translated(self.path):
            return self.conn.execute(sql, values)

    def insert(self, table: str, row: dict[str, Any]) -> int:
        """Inserts one row and returns its id."""
        with translated(self.path):
            return int(self.db.table(table).insert(row).last_pk or 0)

    def insert_all(self, table: str, rows: Sequence[dict[str, Any]]) -> None:
        """Inserts many rows, each with values for the same columns."""
        if not rows:
            return
        columns = list(rows[0])
        names, places = ", ".join(f'"{name}"' for name in columns), ", ".join("?" * len(columns))
        with translated(self.path):
            self.conn.executemany(
                f'INSERT INTO "{table}" ({names}) VALUES ({places})', ([row[name] for name in columns] for row in rows)
            )

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One BEGIN IMMEDIATE transaction: all of it or nothing, also when interrupted or when the disk is full."""
        with translated(self.path):
            self.conn.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self.conn.rollback()
                raise
            try:
                self.conn.execute("COMMIT")
            except BaseException:
                self.conn.rollback()
                raise

    @contextmanager
    def action(self, name: str, summary: str = "") -> Iterator[Action]:
        """One undoable action: a transaction and a history entry. An action that changes no row leaves no entry."""
        with self.writing():
            self.conn.execute("UPDATE history SET state = 'superseded' WHERE state = 'undone'")
            entry = self.conn.execute(
                "INSERT INTO history (action, summary, actor, at, state) VALUES (?, ?, ?, ?, 'done')",
                [name, summary, self.actor, now()],
            ).lastrowid
            action = Action(int(entry or 0), summary)
            self.conn.execute("INSERT INTO history_now VALUES (?)", [action.id])
            yield action
            self.conn.execute("DELETE FROM history_now")
            changed = self.conn.execute("SELECT 1 FROM history_rows WHERE history_id = ? LIMIT 1", [action.id])
            if changed.fetchone() is None:
                self.conn.rollback()
                self.conn.execute("BEGIN")
            else:
                self.conn.execute("UPDATE history SET summary = ? WHERE id = ?", [action.summary, action.id])

    @contextmanager
    def cache_writing(self) -> Iterator[None]:
        """A transaction for what can be computed again: not forced to the disk, not in the history."""
        self.conn.execute("PRAGMA synchronous = NORMAL")
        try:
            with self.writing():
                yield
        finally:
            self.conn.execute("PRAGMA synchronous = FULL")

    def owns(self, path: Path) -> bool:
        """Whether a file is the study's own: the database, its log and copies beside it, or its account data.

        Such a file is never opened as input nor written as output: closing it would drop SQLite's locks.
        """
        own, asked = self.path.resolve(), path.resolve()
        return (asked.parent == own.parent and asked.name.startswith(own.name)) or self.stack.resolve() in asked.parents

    @property
    def data_version(self) -> int:
        """Changes when another connection has written."""
        return int(self.rows("PRAGMA data_version")[0][0])

    def warnings(self) -> list[str]:
        """What may hurt this study where it lies."""
        kind = _filesystem(self.path)
        if kind in NETWORK_FILESYSTEMS:
            return [
                *self.notices,
                f"{self.path} lies on a network drive ({kind}); a study is safe on a local disk only.",
            ]
        return list(self.notices)

    def close(self) -> None:
        """Closes the file; the write-ahead log is folded in by SQLite."""
        self.conn.close()

    def __enter__(self) -> Study:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def now() -> str:
    """The time now, UTC, to the second, as stored."""
    return format_stamp(datetime.now(UTC))


def plain_text(text: str) -> str:
    """Trimmed, without the characters no text has: NUL and halves of surrogate pairs."""
    return "".join(char for char in text if char != "\0" and not "\ud800" <= char <= "\udfff").strip()


def create(path: Path, actor: str = "unknown") -> Study:
    """Makes a new study, readable by its owner alone; raises StudyError when something is there already."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError as error:
        raise StudyError(f"{path} exists already.", "Open it, or name another file with --study.") from error
    except OSError as error:
        raise StudyError(f"{path} cannot be made: {error.strerror}.", "Name another place with --study.") from error
    return open_study(path, actor)


def open_study(path: Path, actor: str = "unknown") -> Study:
    """Opens a study, migrating an older one (after a backup beside it); raises StudyError for anything else.

    Private folders that a killed program left beside it are removed.
    """
    _check_there(path)
    with translated(path):
        conn = sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False)
        conn.row_factory = sqlite3.Row
        try:
            study = Study(path, conn, actor)
            version = _check_version(path, conn)
            for pragma in ("foreign_keys = ON", "synchronous = FULL", "secure_delete = ON"):
                conn.execute(f"PRAGMA {pragma}")
            if conn.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                _to_wal(conn)
            if version < LATEST:
                _migrate(study, version)
            for folder in (path.parent, study.stack):
                remove_leftovers(folder)
        except BaseException:
            conn.close()
            raise
        return study


def _check_there(path: Path) -> None:
    """Looks at the file without opening it: on POSIX, closing a file drops every lock this process holds on it, and with
    them those of a connection that is open already; SQLite then lets others delete the log from under it."""
    try:
        found = path.stat()
    except FileNotFoundError as error:
        raise StudyError(
            f"There is no study at {path}.", "Make one with: needsseg init, or name it with --study."
        ) from error
    except OSError as error:
        raise StudyError(f"{path} cannot be opened: {error.strerror}.", "Check the path.") from error
    if not stat.S_ISREG(found.st_mode):
        raise StudyError(f"{path} is no file.", "Name a study with --study, or make one: needsseg init.")
    if not os.access(path, os.R_OK | os.W_OK):
        raise StudyError(f"{path} cannot be read and written by you.", "Check its permissions.")


def _check_version(path: Path, conn: sqlite3.Connection) -> int:
    version = int(conn.execute("PRAGMA user_version").fetchone()[0])
    application = int(conn.execute("PRAGMA application_id").fetchone()[0])
    empty = conn.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
    if application != APPLICATION_ID and not empty:
        raise StudyError(f"{path} is an SQLite file, but not a needsseg study.", "Name another file with --study.")
    if version > LATEST:
        raise StudyError(
            f"{path} was written by a newer needsseg (version {version} of the file; this program knows {LATEST}).",
            "Upgrade needsseg; the file was not touched.",
        )
    return version


def _to_wal(conn: sqlite3.Connection) -> None:
    """Switches to write-ahead logging; SQLite does not wait here by itself when several processes open at once."""
    import time

    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            conn.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _migrate(study: Study, version: int) -> None:
    if version > 0:
        copy = study.path.with_name(f"{study.path.name}.before-migration-{version}")
        if not copy.exists():
            backup(study, copy)
    study.conn.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have been first while this one waited.
        if int(study.conn.execute("PRAGMA user_version").fetchone()[0]) < LATEST:
            apply_pending(study.db)
        study.conn.execute("COMMIT")
    except BaseException:
        study.conn.rollback()
        raise


def backup(study: Study, target: Path) -> Path:
    """A whole, private copy of the study at ``target``, also while others write; raises StudyError if it is there."""
    if target.exists():
        raise StudyError(f"{target} exists already.", "Name another file.")
    try:
        with whole_file(target, private=True) as partial, translated(partial):
            copy = sqlite3.connect(partial)
            try:
                study.conn.backup(copy)
            finally:
                copy.close()
    except OSError as error:
        raise StudyError(f"{target} cannot be written: {error.strerror}.", "Name another place.") from error
    return target


def check(study: Study) -> list[str]:
    """What is wrong with the file, in words; empty when it is sound."""
    found = [f"damaged: {row[0]}" for row in study.rows("PRAGMA quick_check") if row[0] != "ok"]
    found += [
        f"row {row[1]} of {row[0]} refers to a missing {row[2]}" for row in study.rows("PRAGMA foreign_key_check")
    ]
    texts = {row[0]: row[1] for row in study.rows("SELECT id, text FROM interviews")}
    for table, column, placed in (("passages", "quote", "anchored = 1"), ("turns", "words", "1")):
        for row in study.rows(
            f'SELECT id, interview_id, start, "end", {column} FROM {table} WHERE {placed} ORDER BY id'
        ):
            if texts.get(row[1], "")[row[2] : row[3]] != row[4]:
                found.append(f"{table} {row[0]}: the {column} is not the text at its place")
    return found


def counts(study: Study) -> dict[str, int]:
    """How many interviews, participants, passages and segments by status, and accounts the study holds."""
    passages = ", ".join(
        f"(SELECT count(*) FROM passages WHERE status = '{status}' AND anchored = 1) AS {status}"
        for status in ("suggested", "accepted", "rejected")
    )
    segments = ", ".join(
        f"(SELECT count(*) FROM segments WHERE status = '{status}') AS {name}"
        for status, name in (("candidate", "candidates"), ("named", "named"), ("confirmed", "confirmed"))
    )
    return dict(
        study.rows(
            "SELECT (SELECT count(*) FROM interviews) AS interviews, "
            "(SELECT count(DISTINCT participant_id) FROM speakers WHERE role = 'participant') AS participants, "
            f"{passages}, {segments}, "
            "coalesce((SELECT row_count FROM sources WHERE kind = 'accounts'), 0) AS accounts"
        )[0]
    )


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """SQLite's errors as words a person can act on."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        text = str(error)
        if "locked" in text or "busy" in text:
            raise StudyError(f"{path} is locked by another program.", "Close it there, or try again.") from error
        if "full" in text:
            raise StudyError(f"The disk that holds {path} is full; nothing was changed.", "Free some space.") from error
        if "readonly" in text or "unable to open" in text:
            raise StudyError(f"{path} cannot be written: {text}.", "Check its folder and permissions.") from error
        if "not a database" in text:
            raise StudyError(
                f"{path} is not a study (no SQLite file).", "Name a study with --study, or make one: needsseg init."
            ) from error
        if "malformed" in text:
            raise StudyError(f"{path} is damaged: {text}.", "Restore a backup.") from error
        if isinstance(error, sqlite3.OperationalError) and "syntax" not in text:
            raise StudyError(f"{path} cannot be used: {text}.", "Close it everywhere and open it again.") from error
        raise


def _filesystem(path: Path) -> str:
    """The kind of file system that holds ``path`` (Linux; empty elsewhere)."""
    mounts = Path("/proc/mounts")
    if not mounts.exists():
        return ""
    target, best, kind = str(path.resolve()), "", ""
    for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
        _, point, found, *_ = line.split()
        inside = target == point or target.startswith(point.rstrip("/") + "/")
        if inside and len(point) > len(best):
            best, kind = point, found
    return kind
