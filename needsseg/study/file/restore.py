"""Putting a backup in a study's place: verified first, the present file kept aside, its write-ahead log taken care of."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from needsseg.errors import Advice, Fix, Option, StudyError
from needsseg.files import private_folder
from needsseg.operating_system import lock_byte
from needsseg.study.file import backups, copies
from needsseg.study.file.private import OPEN_HERE, SIDES, identity, make_private, side, temporary_folder
from needsseg.study.migrations.numbered import APPLICATION_ID

_CONNECTED_BYTE = 128
"""The byte of the ``-shm`` file on which every connection to a study holds a lock (SQLite's WAL_DMS)."""


@dataclass(frozen=True, slots=True)
class Restored:
    """The result of a restore: ``previous`` is the kept copy of the replaced file (None where there was none)."""

    source: Path
    previous: Path | None
    was_damaged: bool


def restore(path: Path, source: Path) -> Restored:
    """Put the study at ``source`` in the place of the one at ``path``; raise StudyError where it is not sound.

    A sound study is rewritten in one transaction, so that programs that have it open see the restored state. A damaged one
    is moved aside with its log and replaced. ``source`` may be ``path`` itself: then only its log is set aside, which
    belongs to another file where somebody copied a backup over a study by hand.
    """
    if not source.is_file():
        raise StudyError(f"There is no backup at {source}.", Advice("List them with: ", Fix.BACKUPS))
    if path.exists() and source.samefile(path):
        return _set_log_aside(path)
    try:
        with private_folder(make_private(temporary_folder(path)), "restoring") as folder:
            copy = folder / "restored.db"
            copy_with_log(source, copy)
            if fault := copies.fault_of(copy):
                raise StudyError(f"{source} cannot be restored: {fault}. Nothing was changed.", _other(path, source))
            previous, damaged = _replace(path, copy)
            _restore_stack(source, path)
    except OSError as error:
        raise StudyError(
            f"{path} cannot be restored: {error.strerror}.", "Check the free space and the rights."
        ) from error
    return Restored(source, previous, damaged)


def copy_with_log(source: Path, copy: Path) -> None:
    """Copy a study that may have a log to a file without one; OSError, or StudyError where SQLite cannot read it."""
    for ending in ("", "-wal", "-journal"):
        if side(source, ending).exists():
            shutil.copyfile(side(source, ending), side(copy, ending))
    copy.chmod(0o600)
    if not side(copy, "-wal").exists() and not side(copy, "-journal").exists():
        return
    try:
        with closing(sqlite3.connect(copy)) as conn:
            conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            conn.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.DatabaseError as error:
        raise StudyError(
            f"{source} cannot be read: {error}.", Advice("Choose another backup: ", Fix.BACKUPS)
        ) from error


def read_into(path: Path, conn: sqlite3.Connection) -> None:
    """Copy the study at ``path`` into the database of ``conn``, without writing a file beside it.

    Where it has a log, file and log are copied to the system's folder for temporary files, privately, for that long.
    sqlite3.DatabaseError where it cannot be read, StudyError where there is no room for the copy.
    """
    log = side(path, "-wal")
    if not log.exists() or log.stat().st_size == 0:
        with closing(copies.open_fixed(path)) as source:
            source.backup(conn)
        return
    try:
        with private_folder(None, "reading") as folder:
            copy = folder / "copy.db"
            copy_with_log(path, copy)
            with closing(copies.open_fixed(copy)) as source:
                source.backup(conn)
    except OSError as error:
        raise StudyError(f"{path} cannot be read: {error.strerror}.", "Copy it to a disk with free space.") from error


def check_log(path: Path) -> None:
    """Raise StudyError where the write-ahead log beside a study belongs to another file; cheap where there is no log.

    This happens if somebody copies a backup over a study whose program was killed: SQLite would mix both. It is detected
    by opening private copies: the file alone is sound, and with the log it is not.
    """
    log = side(path, "-wal")
    if not log.exists() or log.stat().st_size == 0:
        return
    with _unused(path) as unused:
        if not unused:
            return
        try:
            with private_folder(None, "looking") as folder:
                alone, both = folder / "alone.db", folder / "both.db"
                shutil.copyfile(path, alone)
                shutil.copyfile(path, both)
                shutil.copyfile(log, side(both, "-wal"))
                stale = bool(_fault_with_log(both)) and not copies.fault_of(alone)
        except OSError:
            return  # nothing can be copied here: opening the file reports the fault
    if stale:
        raise StudyError(
            f"{path} was replaced by another file, but the write-ahead log {log.name} beside it is of the earlier one; "
            "together they are damaged. Nothing was changed.",
            Advice("Keep the file as it is now and set the log aside: ", Fix.RESTORE.of(study=path, backup=path)),
        )


def _fault_with_log(copy: Path) -> str:
    try:
        with closing(sqlite3.connect(copy)) as conn:
            result = str(conn.execute("PRAGMA integrity_check(1)").fetchone()[0])
            return "" if result == "ok" and not conn.execute("PRAGMA foreign_key_check").fetchone() else result
    except sqlite3.DatabaseError as error:
        return str(error)


@contextmanager
def _unused(path: Path) -> Iterator[bool]:
    """Whether no program has the study open; nobody can open it meanwhile."""
    if OPEN_HERE[identity(path)]:
        yield False
        return
    shared = side(path, "-shm")
    if not shared.exists():
        yield True
        return
    try:
        handle = os.open(shared, os.O_RDWR)
    except OSError:
        yield False
        return
    try:
        lock_byte(handle, _CONNECTED_BYTE)
    except OSError:
        os.close(handle)
        yield False
        return
    try:
        yield True
    finally:
        os.close(handle)


def _set_log_aside(path: Path) -> Restored:
    """Take the file as it stands, without the log beside it, which is kept."""
    log = side(path, "-wal")
    with _unused(path) as unused:
        if not unused:
            raise StudyError(f"{path} is open in another program.", "Close it there, and try again.")
    if fault := copies.fault_of(path):
        raise StudyError(f"{path} cannot be used without its log: {fault}.", _other(path, path))
    if not log.exists() or log.stat().st_size == 0:
        raise StudyError(f"{path} has no log to set aside.", Advice("Name a backup to restore: ", Fix.BACKUPS))
    previous = backups.new_name(path, copies.DAMAGED)
    # The file with the log is what was there before; a copy of both is kept, so that nothing is lost.
    shutil.copyfile(path, previous)
    previous.chmod(0o600)
    shutil.copyfile(log, side(previous, "-wal"))
    side(previous, "-wal").chmod(0o600)
    log.unlink()
    side(path, "-shm").unlink(missing_ok=True)
    return Restored(path, previous, was_damaged=True)


def _replace(path: Path, copy: Path) -> tuple[Path | None, bool]:
    if not path.exists():
        for ending in SIDES[1:]:  # of the deleted file: SQLite would apply them to the restored one
            if side(path, ending).exists():
                side(path, ending).replace(side(backups.new_name(path, copies.DAMAGED), ending))
        copy.replace(path)
        return None, False
    if (previous := _rewrite(path, copy)) is not None:
        return previous, False
    with _unused(path) as unused:
        if not unused:
            raise StudyError(f"{path} is damaged, and open in another program.", "Close it there, and try again.")
    previous = backups.new_name(path, copies.DAMAGED)
    previous.hardlink_to(path)
    if side(path, "-wal").exists():
        side(path, "-wal").replace(side(previous, "-wal"))
    for ending in ("-shm", "-journal"):
        side(path, ending).unlink(missing_ok=True)
    copy.replace(path)
    return previous, True


def _rewrite(path: Path, copy: Path) -> Path | None:
    """Rewrite a sound study in one transaction and return where its earlier state is kept; None where it is not sound."""
    try:
        check_log(path)
    except StudyError:
        return None
    try:
        with closing(sqlite3.connect(path, timeout=5)) as conn:
            if int(conn.execute("PRAGMA application_id").fetchone()[0]) != APPLICATION_ID and _holds_anything(conn):
                raise StudyError(
                    f"{path} is an SQLite file, but not a needsseg study.", Advice("Name the study", Option.STUDY, ".")
                )
            if conn.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                return None
            previous = backups.copy_aside(conn, path, copies.BEFORE_RESTORE)
            with closing(copies.open_fixed(copy)) as source:
                source.backup(conn)
            conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return previous
    except sqlite3.DatabaseError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise StudyError(f"{path} is locked by another program.", "Close it there, and try again.") from error
        return None


def _holds_anything(conn: sqlite3.Connection) -> bool:
    return bool(conn.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])


def _restore_stack(source: Path, path: Path) -> None:
    """Bring account data back that came with a backup and is not there: its files are named by their content."""
    source_stack, stack = side(source, ".stack"), side(path, ".stack")
    if not source_stack.is_dir():
        return
    stack.mkdir(mode=0o700, exist_ok=True)
    for file in sorted(each for each in source_stack.rglob("*") if each.is_file()):
        place = stack / file.relative_to(source_stack)
        if not place.exists():
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.copyfile(file, place)
            place.chmod(0o600)


def _other(path: Path, but: Path) -> str | Advice:
    backup = copies.newest_sound(path)
    if backup is None or backup.path.resolve() == but.resolve():
        return Advice("List the backups with: ", Fix.BACKUPS)
    return f"The newest sound backup is {backup.path}"
