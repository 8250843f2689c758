"""Making and opening a study: one private SQLite file, checked, migrated, and cleaned of what killed programs left."""

from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path

from needsseg.errors import Advice, Fix, Option, StudyError
from needsseg.study.connection import Study
from needsseg.study.file import backups, faults, leftovers, restore, schema, waiting
from needsseg.study.file.faults import translated
from needsseg.study.file.file_watch import watched
from needsseg.study.file.marks import note_identity
from needsseg.study.file.private import OPEN_HERE, identity
from needsseg.study.file.waiting import patiently
from needsseg.study.migrations.numbered import APPLICATION_ID, LATEST, apply_pending

CHECKED_BYTES = 8 * 1024 * 1024
"""Up to this size a file is checked whole at every opening: 30 ms at most."""
CACHE_KIB = 2 * CHECKED_BYTES // 1024
"""How much of a file a connection keeps: all of one that is checked whole, so that it can be saved if it is overwritten."""


def create(path: Path, actor: str = "unknown") -> Study:
    """Make a new study, readable by its owner alone; raises StudyError when something is there already."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError as error:
        raise StudyError(
            f"{path} exists already.", Advice("Open it, or name another file", Option.STUDY, ".")
        ) from error
    except OSError as error:
        raise StudyError(
            f"{path} cannot be created: {error.strerror}.", Advice("Name another place", Option.STUDY, ".")
        ) from error
    return open_study(path, actor)


def open_study(path: Path, actor: str = "unknown") -> Study:
    """Open a study, migrating an older one (after a backup beside it); raises StudyError for anything else.

    What killed programs left in its folders is removed. A study that cannot be written, since its medium is read-only or
    full, is opened as a copy in memory and can be read.
    """
    if reason := _check_file(path):
        return _open_in_memory(path, actor, reason)
    if not OPEN_HERE[identity(path)]:
        restore.check_log(path)
    try:
        return _open(path, actor)
    except faults.NoRoomError as error:
        return _open_in_memory(path, actor, error.reason)


def _open(path: Path, actor: str) -> Study:
    with translated(path):
        conn = sqlite3.connect(path, timeout=waiting.BUSY_SECONDS, check_same_thread=False)
        conn.row_factory = sqlite3.Row
        study = None
        try:
            study = Study(path, conn, actor)
            conn.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
            version = patiently(lambda: _check_version(path, conn))
            for pragma in ("foreign_keys = ON", "synchronous = FULL", "secure_delete = ON"):
                conn.execute(f"PRAGMA {pragma}")
            if conn.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                _to_wal(conn)
            if version < LATEST:
                _migrate(study, version)
            leftovers.clean(study)
            note_identity(study)
            # The watch compares with what the file holds without its log, which a crash may have left beside it.
            patiently(lambda: conn.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone())
            study.watch = watched(path, study.identity)
        except BaseException:
            (study or conn).close()
            raise
        return study


def _open_in_memory(path: Path, actor: str, reason: str) -> Study:
    """Open a copy of a study in memory: everything can be read, and what is computed meanwhile is kept until the end."""
    with translated(path):
        conn = sqlite3.connect(":memory:", check_same_thread=False)
        conn.row_factory = sqlite3.Row
        study = Study(path, conn, actor)
        try:
            restore.read_into(path, conn)
            version = _check_version(path, conn)
            conn.execute("PRAGMA foreign_keys = ON")
            if version < LATEST:
                _apply(study)
        except BaseException:
            study.close()
            raise
        study.unwritable = reason
        return study


def _check_file(path: Path) -> str:
    """Return why the file can only be read, or an empty text; StudyError where there is none that can be read.

    It is not opened: on POSIX, closing a file drops every lock this process holds on it, and with them those of a connection
    that is open already; SQLite then lets others delete the log from under it.
    """
    try:
        status = path.stat()
    except FileNotFoundError as error:
        raise StudyError(
            f"There is no study at {path}.", Advice("Make one with: ", Fix.INIT, ", or name it", Option.STUDY, ".")
        ) from error
    except OSError as error:
        raise StudyError(f"{path} cannot be opened: {error.strerror}.", "Check the path.") from error
    if not stat.S_ISREG(status.st_mode):
        raise StudyError(f"{path} is not a file.", Advice("Name a study", Option.STUDY, ", or make one: ", Fix.INIT))
    if not os.access(path, os.R_OK):
        raise StudyError(f"{path} cannot be read by you.", "Check its permissions.")
    if not os.access(path, os.W_OK):
        return "you may not write the file, or its disk is read-only"
    return "" if os.access(path.parent, os.W_OK) else "you may not write in its folder, or its disk is read-only"


def _check_version(path: Path, conn: sqlite3.Connection) -> int:
    version = int(conn.execute("PRAGMA user_version").fetchone()[0])
    application = int(conn.execute("PRAGMA application_id").fetchone()[0])
    empty = conn.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
    if application != APPLICATION_ID and not empty:
        raise StudyError(
            f"{path} is an SQLite file, but not a needsseg study.", Advice("Name another file", Option.STUDY, ".")
        )
    if version > LATEST:
        raise StudyError(
            f"{path} was written by a newer needsseg (version {version} of the file; this program knows {LATEST}).",
            "Upgrade needsseg; the file was not touched.",
        )
    _check_whole(path, conn)
    if version == LATEST and (wrong := schema.quick_faults(conn)):
        raise faults.DamagedError(
            f"{path} is not a study as needsseg makes it: {wrong[0]}"
            + (f" (and {len(wrong) - 1} more)." if wrong[1:] else "."),
            Advice("Restore a backup, or save what it holds in a new study: ", Fix.RESCUE.of(study=path, new="NEW.db")),
        )
    return version


def _check_whole(path: Path, conn: sqlite3.Connection) -> None:
    """Raise StudyError for a damaged file: a small one is read whole, of a large one its length is compared."""
    pages, size = (int(conn.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("page_count", "page_size"))
    if pages * size <= CHECKED_BYTES and (result := conn.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
        raise sqlite3.DatabaseError(f"malformed: {' '.join(str(result).split())}")
    last = conn.execute("SELECT max(rootpage) FROM sqlite_master").fetchone()[0]
    if last is not None and last > pages:
        raise sqlite3.DatabaseError(f"malformed: the file ends after {pages} pages")


def _to_wal(conn: sqlite3.Connection) -> None:
    """Switch to write-ahead logging; SQLite does not wait here by itself when several processes open at once."""
    patiently(lambda: conn.execute("PRAGMA journal_mode = WAL"))


def _migrate(study: Study, version: int) -> None:
    if version > 0:
        backups.copy_before_migration(study, version)
    _apply(study)


def _apply(study: Study) -> None:
    patiently(lambda: study.conn.execute("BEGIN IMMEDIATE"))
    try:
        # Another process may have been first while this one waited.
        if int(study.conn.execute("PRAGMA user_version").fetchone()[0]) < LATEST:
            apply_pending(study.db)
        study.conn.execute("COMMIT")
    except BaseException:
        study.conn.rollback()
        raise


def check(study: Study) -> list[str]:
    """Return the faults of the file in words; empty when it is sound."""
    faults_in_words = [f"damaged: {row[0]}" for row in study.rows("PRAGMA quick_check") if row[0] != "ok"]
    faults_in_words += [
        f"row {row[1]} of {row[0]} refers to a missing {row[2]}" for row in study.rows("PRAGMA foreign_key_check")
    ]
    texts = {row[0]: row[1] for row in study.rows("SELECT id, text FROM interviews")}
    for table, column, placed in (("passages", "quote", "anchored = 1"), ("turns", "words", "1")):
        for row in study.rows(
            f'SELECT id, interview_id, start, "end", {column} FROM {table} WHERE {placed} ORDER BY id'
        ):
            if texts.get(row[1], "")[row[2] : row[3]] != row[4]:
                faults_in_words.append(f"{table} {row[0]}: the stored {column} differs from the transcript")
    if not faults_in_words:  # else what is missing or not ours may be what the damage comes from
        faults_in_words += [*faults.content_faults(study.conn), *schema.shape_faults(study.conn)]
    return faults_in_words
