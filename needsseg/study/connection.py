"""An open study: what is read from its file, and written to it by one action at a time."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from needsseg.errors import Advice, Fix, StudyError
from needsseg.study.file import file_watch, waiting
from needsseg.study.file.changes import OthersChanges
from needsseg.study.file.faults import is_lock, translated
from needsseg.study.file.file_watch import FileWatch
from needsseg.study.file.private import OPEN_HERE, identity, private_place
from needsseg.study.file.waiting import patiently
from needsseg.study.file.watched_places import filesystem, synchronised
from needsseg.text import format_stamp, without_controls
from needsseg.version import __version__

if TYPE_CHECKING:
    from sqlite_utils import Database

FOLD_SECONDS = 3.0
"""How long erasing waits for programs that read the study."""
OVERWRITTEN = "replaced by the content of another file"
"""The fault of a file with the same name and number that something other than SQLite wrote to."""


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
        self.entered_by = ""
        """Who is at the keyboard while decisions are made under another name; else empty."""
        self.notices: list[str | Advice] = []
        """Notices of what opening it changed, shown once."""
        self.unwritable = ""
        """Why the study can only be read (it is a copy in memory then), or an empty text."""
        self.before_first_change: Callable[[Study], None] | None = None
        """Called once, before the first change: it may copy the study as it was."""
        self._rows_read: dict[tuple[str, tuple[Any, ...]], list[sqlite3.Row]] | None = None
        """The rows of each query within ``reading_once``; None outside."""
        self.identity = identity(path)
        self.watch: FileWatch | None = None
        """Notices what SQLite did not write to the file; None before it is opened whole, and for a copy in memory."""
        self._closed = False
        OPEN_HERE[self.identity] += 1

    @cached_property
    def db(self) -> Database:
        """The study as a sqlite-utils database, for writing tables."""
        from sqlite_utils import Database

        return Database(self.conn, execute_plugins=False)

    @property
    def stack(self) -> Path:
        """The folder beside the study in which account data lies as Parquet."""
        return self.path.with_name(self.path.name + ".stack")

    @property
    def results(self) -> Path:
        """The folder of kept results, which may be thrown away; copies of a study leave it out."""
        return self.stack / ".results"

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """All rows of a query."""
        cached_rows, query = self._rows_read, (sql, tuple(values))
        if cached_rows is not None and query in cached_rows:
            return list(cached_rows[query])
        with self._translated():
            rows = self.conn.execute(sql, values).fetchall()
        if cached_rows is not None:
            cached_rows[query] = list(rows)
        return rows

    @contextmanager
    def reading_once(self) -> Iterator[None]:
        """Send each query to the file once, however many readers ask for the same rows while a screen is filled.

        A change in between forgets what was read. What other programs write meanwhile is seen afterwards.
        """
        if self._rows_read is not None:
            yield
            return
        self._rows_read = {}
        try:
            yield
        finally:
            self._rows_read = None

    def row(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Row | None:
        """The first row of a query, or None."""
        rows = self.rows(sql, values)
        return rows[0] if rows else None

    def execute(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Run one statement inside the transaction that is open."""
        with self._translated():
            return self.conn.execute(sql, values)

    def insert(self, table: str, row: dict[str, Any]) -> int:
        """Insert one row and return its id."""
        with translated(self.path):
            return int(self.db.table(table).insert(row).last_pk or 0)

    def insert_all(self, table: str, rows: Sequence[dict[str, Any]]) -> None:
        """Insert many rows, each with values for the same columns."""
        if not rows:
            return
        columns = list(rows[0])
        names, places = ", ".join(f'"{name}"' for name in columns), ", ".join("?" * len(columns))
        with translated(self.path):
            self.conn.executemany(
                f'INSERT INTO "{table}" ({names}) VALUES ({places})', ([row[name] for name in columns] for row in rows)
            )

    @property
    def person(self) -> str:
        """The name of the person at the keyboard, whose actions undo takes back."""
        return self.entered_by or self.actor

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One BEGIN IMMEDIATE transaction: all of it or nothing, also when interrupted or when the disk is full.

        StudyError where the study can only be read, or is not where it was opened; nothing is acknowledged then.
        """
        if self.unwritable:
            raise StudyError(
                f"{self.path} can only be read ({self.unwritable}); nothing was changed.",
                Advice("Copy it to a folder that you may write to, with: ", Fix.BACK_UP),
            )
        self._check_place()
        if (copy := self.before_first_change) is not None:
            self.before_first_change = None
            copy(self)
        with self._transaction():
            yield

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with translated(self.path):
            self.conn.execute("BEGIN IMMEDIATE")  # waits as long as the connection's timeout says
            rows_read, self._rows_read = self._rows_read, None  # a change makes untrue what was read before it
            others = self.__dict__.get("_others_changes")
            try:
                if others is not None:
                    others.count()
                yield
                self._check_place()
                if others is not None:
                    others.committing()
                self.conn.execute("COMMIT")
            except BaseException:
                self.conn.rollback()
                raise
            finally:
                self._rows_read = None if rows_read is None else {}

    def place_fault(self) -> str:
        """Return whether the study's file was moved, deleted or replaced since it was opened; empty where it was not.

        Where another file was copied over it, its name and its number are the same, and the content is not.
        """
        if self.unwritable:
            return ""
        try:
            now = identity(self.path)
        except OSError:
            return "moved or deleted"
        if now != self.identity:
            return "replaced by another file"
        return OVERWRITTEN if self.watch is not None and self.watch.is_overwritten() else ""

    def _check_place(self) -> None:
        if fault := self.place_fault():
            raise StudyError(
                f"{self.path} was {fault} since it was opened; nothing was changed.",
                Advice("Put it back, or save a copy of what is open: ", Fix.BACK_UP),
            )

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """SQLite's errors in words; where the file was overwritten, that is what they come from."""
        with translated(self.path):
            try:
                yield
            except sqlite3.DatabaseError as error:
                if not is_lock(error):
                    self._check_place()
                raise

    @contextmanager
    def action(self, name: str, summary: str = "") -> Iterator[Action]:
        """One undoable action: a transaction and a history entry. An action that changes no row leaves no entry.

        A trigger on ``history`` gives up what the same person could have done again.
        """
        with self.writing():
            row = {"action": name, "summary": summary, "actor": self.actor, "at": now(), "state": "done"}
            row["program"] = __version__
            if self.entered_by and self.entered_by != self.actor:
                row["entered_by"] = self.entered_by
            entry = self.conn.execute(
                f"INSERT INTO history ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values())
            ).lastrowid
            action = Action(int(entry or 0), summary)
            self.conn.execute("INSERT INTO history_now VALUES (?)", [action.id])
            yield action
            self.conn.execute("DELETE FROM history_now")
            changed = self.conn.execute("SELECT 1 FROM history_rows WHERE history_id = ? LIMIT 1", [action.id])
            if changed.fetchone() is None:
                self.conn.rollback()
                self.conn.execute("BEGIN")
            elif action.summary != summary:
                self.conn.execute("UPDATE history SET summary = ? WHERE id = ?", [action.summary, action.id])

    @contextmanager
    def cache_writing(self) -> Iterator[None]:
        """A transaction for what can be computed again: not forced to the disk, not in the history.

        Where the study can only be read, what is written lasts as long as it is open.
        """
        self.conn.execute("PRAGMA synchronous = NORMAL")
        try:
            with self._transaction():
                yield
        finally:
            self.conn.execute("PRAGMA synchronous = FULL")

    def vacuum(self) -> None:
        """Rewrite the whole file, so that nothing is left in it of what was deleted."""
        with translated(self.path):
            patiently(lambda: self.conn.execute("VACUUM"))

    def fold_log(self) -> bool:
        """Fold the write-ahead log into the file and empty it; return whether no reader prevented it."""
        deadline = time.monotonic() + min(FOLD_SECONDS, waiting.BUSY_SECONDS)
        before = self.rows("PRAGMA busy_timeout")[0][0]
        self.execute("PRAGMA busy_timeout = 100")
        try:
            while self.rows("PRAGMA wal_checkpoint(TRUNCATE)")[0][0]:
                if time.monotonic() > deadline:
                    return False
                time.sleep(0.02)
            return True
        finally:
            self.execute(f"PRAGMA busy_timeout = {before}")

    def owns(self, path: Path) -> bool:
        """Whether a file is the study's own: the database, its log and copies beside it, or its account data.

        Such a file is never opened as input nor written as output: closing it would drop SQLite's locks.
        """
        own, resolved = self.path.resolve(), path.resolve()
        folders = (self.stack.resolve(), private_place(self.path).resolve())
        beside = resolved.parent == own.parent and resolved.name.startswith(own.name)
        return beside or any(folder == resolved or folder in resolved.parents for folder in folders)

    @cached_property
    def _others_changes(self) -> OthersChanges:
        return OthersChanges(self.conn)

    @property
    def others_changes(self) -> int:
        """A number that changes when another connection has written anything but vectors, counted from the first call."""
        with self._translated():
            return self._others_changes.count()

    @property
    def own_changes(self) -> int:
        """Rows that this connection has written since it was opened."""
        return self.conn.total_changes

    def warnings(self) -> list[str | Advice]:
        """Return warnings about where the study's file is and how it was opened."""
        warnings: list[str | Advice] = list(self.notices)
        if self.unwritable:
            warnings.append(f"{self.path} can only be read ({self.unwritable}): nothing can be changed.")
        if kind := filesystem(self.path):
            warnings.append(f"{self.path} is on a network drive ({kind}); a study is safe on a local disk only.")
        if service := synchronised(self.path):
            warnings.append(
                Advice(
                    f"{self.path} is in a folder that {service} synchronises; it may copy the study while it is written, and "
                    "mix two states. Keep the study elsewhere, and copy it there with: ",
                    Fix.BACK_UP,
                )
            )
        return warnings

    def close(self) -> None:
        """Close the file; the write-ahead log is folded in by SQLite, unless the file is another one by now."""
        if self._closed:
            return
        if self.watch is not None and self.watch.is_overwritten():
            self.watch.keep_log()
        self._closed, self.watch = True, None
        self.conn.close()
        file_watch.closed(self.identity)

    def __enter__(self) -> Study:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def now() -> str:
    """The time now, UTC, to the second, as stored."""
    return format_stamp(datetime.now(UTC))


def plain_text(text: str) -> str:
    """Trimmed, with LF line ends, without the characters no text has: control characters and halves of surrogate pairs."""
    return without_controls(text).strip()


def counts(study: Study) -> dict[str, int]:
    """Count interviews, participants, accounts, and passages and segments by status."""
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
