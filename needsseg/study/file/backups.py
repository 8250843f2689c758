"""Copies of a study: those that people ask for, with their account data, and those made by themselves before changes."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from needsseg.errors import Advice, Fix, StudyError
from needsseg.files import whole_file, write_file
from needsseg.study.file.copies import (
    AUTOMATIC,
    MIGRATION,
    OWN,
    OWN_LIST,
    STAMP,
    Backup,
    automatic_copies,
    fault_of,
    listing,
    newest_sound,
    open_fixed,
    own_backups,
)
from needsseg.study.file.private import backups_folder, make_private, remove_copy, side

if TYPE_CHECKING:
    from needsseg.study.connection import Study

_STATE = (
    "SELECT (SELECT count(*) FROM interviews), count(*), coalesce(max(id), 0), "
    "coalesce(sum(CASE state WHEN 'done' THEN id END), 0), coalesce(max(at), '') FROM history"
)
_NOTHING = (0, 0, 0, 0, "")


def copy_study(study: Study, target: Path) -> Path:
    """Copy the whole study with its account data to ``target``, private, also while others write; return ``target``.

    Raise StudyError where something is there already, or where it cannot be written; nothing is left behind then.
    """
    stack = side(target, ".stack")
    if target.exists() or stack.exists():
        raise StudyError(f"{target if target.exists() else stack} exists already.", "Name another file.")
    with _written(target):
        try:
            if study.stack.is_dir():
                _copy_stack(study.stack, stack)
            if study.place_fault():
                _save(study, target)
            else:
                _write(study.conn, target, sync=True)
        except BaseException:
            shutil.rmtree(stack, ignore_errors=True)
            raise
    _remember_own(study.path, target)
    return target


def copy_before_migration(study: Study, version: int) -> None:
    """Copy an older study beside itself, once for each version."""
    target = side(study.path, f".{MIGRATION}-{version}")
    if not target.exists():
        with _written(target):
            _write(study.conn, target, sync=True)


def copy_aside(conn: sqlite3.Connection, path: Path, kind: str) -> Path:
    """Copy what ``conn`` has open to the folder of automatic backups of the study at ``path``; return where it is."""
    target = new_name(path, kind)
    with _written(target):
        _write(conn, target, sync=True)
    return target


def copy_before_changes(study: Study, recent: int, days: int) -> Path | None:
    """Copy the study as it was last left, before its first change; return the copy, or None where there is one already.

    The newest ``recent`` automatic backups stay, and the newest of each of the last ``days`` days; none is made where
    ``recent`` is 0. A study without an interview and without a history has nothing to lose. StudyError where it fails.
    """
    if recent <= 0:
        return None
    now = _state(study.conn)
    copies = [copy for copy in automatic_copies(study.path) if copy.kind == AUTOMATIC]
    if now == _NOTHING or (copies and now == _state_of(copies[0].path)):
        return None
    try:
        copy_path = copy_aside(study.conn, study.path, AUTOMATIC)
        for old in outdated([*automatic_copies(study.path)], recent, days, datetime.now(UTC)):
            remove_copy(old.path)
    except OSError as error:
        raise StudyError(f"{backups_folder(study.path)} cannot be written: {error.strerror}.") from error
    return copy_path


def outdated(copies: Sequence[Backup], recent: int, days: int, now: datetime) -> list[Backup]:
    """Return the automatic backups that are neither among the newest ``recent`` nor a day's newest of the last ``days``."""
    automatic = sorted((c for c in copies if c.kind == AUTOMATIC), key=lambda c: c.made_at, reverse=True)
    days_with_copy: set[object] = set()
    dropped = []
    for place, copy in enumerate(automatic):
        day = copy.made_at.date()
        daily = day not in days_with_copy and now - copy.made_at < timedelta(days=days)
        days_with_copy.add(day)
        if place >= recent and not daily:
            dropped.append(copy)
    return dropped


def erase(path: Path) -> list[str]:
    """Remove the automatic backups and the files kept aside of the study at ``path``; return what could not be removed."""
    failed = []
    for copy in [copy for copy in listing(path) if copy.kind != OWN]:
        try:
            remove_copy(copy.path)
        except OSError as error:
            failed.append(f"{copy.path} cannot be removed: {error.strerror}")
    # What is there under another name was a partial file of a killed program, or a log that was kept aside.
    for file in sorted(backups_folder(path).glob("*")) if backups_folder(path).is_dir() else []:
        try:
            shutil.rmtree(file) if file.is_dir() else file.unlink()
        except OSError as error:
            failed.append(f"{file} cannot be removed: {error.strerror}")
    return failed


def new_name(path: Path, kind: str) -> Path:
    """Return an unused name in the folder of automatic backups, which is made; OSError where it cannot be."""
    return make_private(backups_folder(path)) / f"{datetime.now(UTC).strftime(STAMP)}-{kind}.db"


def _write(conn: sqlite3.Connection, target: Path, *, sync: bool) -> None:
    with whole_file(target, private=True, sync=sync) as partial, closing(sqlite3.connect(partial)) as copy:
        # The copy has no readers yet: a journal would only be left behind, and the file is forced to the disk at its end.
        copy.execute("PRAGMA journal_mode = OFF")
        copy.execute("PRAGMA synchronous = OFF")
        conn.backup(copy)


def _save(study: Study, target: Path) -> None:
    """Copy what is open of a study whose file was moved or replaced; StudyError, and no copy, where that is not sound.

    Pages that SQLite had not read before the file was overwritten are lost.
    """
    try:
        _write(study.conn, target, sync=True)
        fault = fault_of(target)
    except sqlite3.DatabaseError as error:
        if "malformed" not in str(error) and "not a database" not in str(error):
            raise
        fault = str(error)
    if fault:
        target.unlink(missing_ok=True)
        backup = newest_sound(study.path)
        newest = "" if backup is None else f" The newest sound backup is {backup.path}."
        raise StudyError(
            f"{study.path} was replaced, and what is open of it cannot be saved whole: {fault}.",
            Advice("Save what is readable: ", Fix.RESCUE.of(study=study.path, new="NEW.db"), f".{newest}"),
        )


@contextmanager
def _written(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StudyError(f"{target} cannot be written: {error.strerror}.", "Name another place.") from error
    except sqlite3.DatabaseError as error:
        if "malformed" in str(error) or "not a database" in str(error):
            raise StudyError(f"The study is damaged and cannot be copied to {target}: {error}.") from error
        raise StudyError(f"{target} cannot be written: {error}.", "Free some space, or name another place.") from error


def _copy_stack(stack: Path, target: Path) -> None:
    """Copy account data: files are replaced whole and never changed, so that each copy is one state of its file."""
    target.mkdir(mode=0o700)
    for file in sorted(stack.rglob("*")):
        place = target / file.relative_to(stack)
        if any(part.startswith(".") for part in place.relative_to(target).parts):
            continue  # a partial file, or a private folder of somebody who reads just now
        if file.is_dir():
            place.mkdir(mode=0o700)
        else:
            shutil.copyfile(file, place)
            place.chmod(0o600)


def _state(conn: sqlite3.Connection) -> tuple[object, ...]:
    """Return figures that identify a state of the study: its history, which every irreplaceable change enters."""
    return tuple(conn.execute(_STATE).fetchone())


def _state_of(copy: Path) -> tuple[object, ...] | None:
    try:
        with closing(open_fixed(copy)) as conn:
            return _state(conn)
    except sqlite3.DatabaseError:
        return None  # an unreadable copy is the state of nothing, so that another one is made


def _remember_own(path: Path, target: Path) -> None:
    """Note where a copy went, so that erasing can name it; a study that lies where nothing can be written notes nothing."""
    paths = [str(each) for each in own_backups(path) if each.resolve() != target.resolve()]
    try:
        place = make_private(backups_folder(path)).parent
        write_file(place / OWN_LIST, json.dumps([*paths, str(target.resolve())], ensure_ascii=False), private=True)
    except OSError:
        return
