"""Saving what is readable of a damaged study into a new one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from needsseg.errors import Advice, Fix, Option, StudyError
from needsseg.files import private_folder, whole_file
from needsseg.study.file.private import make_private, side, temporary_folder
from needsseg.study.migrations.numbered import APPLICATION_ID

_FIRST_STEP, _LAST_STEP = 1, 1 << 16
_NOT_COPIED = ("history_now", "vectors", "firmness", "name_marks")
"""Tables that a new study fills again: the mark of a running action, and computed caches."""


@dataclass(frozen=True, slots=True)
class Rescued:
    """The result of a rescue: rows by table, tables that were partly unreadable, and dropped rows without a parent."""

    path: Path
    rows: dict[str, int]
    unreadable: tuple[str, ...]
    dropped: dict[str, int]


def rescue(path: Path, target: Path) -> Rescued:
    """Write what can be read of the study at ``path`` to a new, sound study at ``target``; ``path`` is only read.

    Rows are read one by one where a page is damaged. A row whose parent is lost is dropped, and counted. StudyError where
    ``target`` is there already, or where not even the list of tables can be read.
    """
    if target.exists():
        raise StudyError(f"{target} exists already.", "Name another file.")
    if not path.is_file():
        raise StudyError(f"There is no study at {path}.", Advice("Name the damaged file", Option.STUDY, "."))
    try:
        with (
            private_folder(make_private(temporary_folder(path)), "rescue") as folder,
            whole_file(target, private=True) as new,
        ):
            copy = folder / "damaged.db"
            _copy(path, copy)
            with closing(_open(copy, path)) as damaged, closing(sqlite3.connect(new)) as saved:
                saved.execute("PRAGMA journal_mode = OFF")
                return _save(damaged, saved, target)
    except OSError as error:
        raise StudyError(f"{target} cannot be written: {error.strerror}.", "Name another place.") from error
    except sqlite3.DatabaseError as error:
        raise StudyError(f"{target} cannot be written: {error}.", "Free some space, or name another place.") from error


def _copy(path: Path, copy: Path) -> None:
    import shutil

    for ending in ("", "-wal"):
        if side(path, ending).exists():
            shutil.copyfile(side(path, ending), side(copy, ending))


def _open(copy: Path, path: Path) -> sqlite3.Connection:
    """The copy with its log where that can be read, else without."""
    for log in (side(copy, "-wal"), None):
        conn = sqlite3.connect(copy)
        try:
            conn.execute("PRAGMA cell_size_check = ON")
            if int(conn.execute("PRAGMA application_id").fetchone()[0]) == APPLICATION_ID:
                conn.execute("SELECT count(*) FROM sqlite_master").fetchone()
                return conn
        except sqlite3.DatabaseError:
            pass
        conn.close()
        if log is not None:
            log.unlink(missing_ok=True)
            side(copy, "-shm").unlink(missing_ok=True)
    raise StudyError(
        f"{path}: not even the list of its tables can be read.",
        Advice("Restore a backup; list them with: ", Fix.BACKUPS),
    )


def _save(damaged: sqlite3.Connection, saved: sqlite3.Connection, target: Path) -> Rescued:
    version = int(damaged.execute("PRAGMA user_version").fetchone()[0])
    tables = _schema(damaged, saved)
    rows: dict[str, int] = {}
    unreadable: list[str] = []
    for table in tables:
        saved_rows, whole = _copy_table(damaged, saved, table)
        rows[table] = saved_rows
        if not whole:
            unreadable.append(table)
    dropped = _drop_orphans(saved)
    _triggers(damaged, saved)
    for index in ("turns_fts", "passages_fts"):
        if index.removesuffix("_fts") in tables:
            saved.execute(f"INSERT INTO {index} ({index}) VALUES ('rebuild')")
    saved.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    saved.execute(f"PRAGMA user_version = {version}")
    saved.commit()
    for table, count in dropped.items():
        rows[table] -= count
    return Rescued(target, rows, tuple(unreadable), dropped)


def _schema(damaged: sqlite3.Connection, saved: sqlite3.Connection) -> list[str]:
    """Make the tables and indexes as the damaged file has them; the names of the tables whose rows are to be copied."""
    definitions = damaged.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
    ).fetchall()
    virtual = [name for kind, name, sql in definitions if kind == "table" and sql.upper().startswith("CREATE VIRTUAL")]
    shadows = tuple(f"{name}_" for name in virtual)
    tables = []
    for kind, name, sql in definitions:
        if kind in ("trigger", "view") or name.startswith(("sqlite_", *shadows)):
            continue
        saved.execute(sql)
        if kind == "table" and name not in virtual:
            tables.append(str(name))
    return tables


def _triggers(damaged: sqlite3.Connection, saved: sqlite3.Connection) -> None:
    """Make the triggers last: while rows are copied they would index, journal and refuse."""
    from needsseg.study.file.schema import own_names

    for name, sql in damaged.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY rowid"
    ).fetchall():
        if name in own_names():
            saved.execute(sql)


def _copy_table(damaged: sqlite3.Connection, saved: sqlite3.Connection, table: str) -> tuple[int, bool]:
    columns = [row[1] for row in saved.execute(f'PRAGMA table_info("{table}")')]
    if table in _NOT_COPIED:
        return 0, True
    marks = ", ".join("?" * len(columns))
    whole, count = True, 0
    for row in _readable(damaged, table, len(columns)):
        if row is None:
            whole = False
            continue
        try:
            count += saved.execute(f'INSERT OR IGNORE INTO "{table}" VALUES ({marks})', row).rowcount
        except sqlite3.DatabaseError:  # a value that the table's own checks refuse
            whole = False
    return count, whole


def _readable(damaged: sqlite3.Connection, table: str, width: int) -> Iterator[tuple[object, ...] | None]:
    """The rows of a table that can be read, with None for each gap.

    Behind a damaged page reading goes on with the next number that can be read, by steps that double; then from the end
    backwards, for rows that no such step came to.
    """
    keyed = _has_row_numbers(damaged, table)
    if not keyed:
        try:
            yield from damaged.execute(f'SELECT * FROM "{table}"')
        except sqlite3.DatabaseError:
            yield None
        return
    numbers_read: set[int] = set()
    has_gap = False
    for order, compared, sign in (("ASC", ">", 1), ("DESC", "<", -1)):
        at, step = (-(2**62) if sign > 0 else 2**62), _FIRST_STEP
        last: int | None = None
        while True:
            try:
                for number, *row in damaged.execute(
                    f'SELECT rowid, * FROM "{table}" WHERE rowid {compared} ? ORDER BY rowid {order}', [at]
                ):
                    at = last = number
                    step = _FIRST_STEP
                    if number not in numbers_read and len(row) == width:
                        numbers_read.add(number)
                        yield tuple(row)
                break
            except sqlite3.DatabaseError:
                has_gap = True
                yield None
                if step > _LAST_STEP:
                    break
                at = (0 if last is None else at) + sign * step
                step *= 2
        if not has_gap:
            return  # else rows may be left behind a gap, up to where a step came to


def _has_row_numbers(damaged: sqlite3.Connection, table: str) -> bool:
    try:
        damaged.execute(f'SELECT rowid FROM "{table}" LIMIT 0')
    except sqlite3.OperationalError as error:
        return "no such column" not in str(error)
    except sqlite3.DatabaseError:
        return True
    return True


def _drop_orphans(saved: sqlite3.Connection) -> dict[str, int]:
    """Drop rows whose parent was lost, until none is left."""
    dropped: dict[str, int] = {}
    while broken := {(row[0], row[1]) for row in saved.execute("PRAGMA foreign_key_check") if row[1] is not None}:
        for table, number in broken:
            saved.execute(f'DELETE FROM "{table}" WHERE rowid = ?', [number])
            dropped[table] = dropped.get(table, 0) + 1
    return dropped
