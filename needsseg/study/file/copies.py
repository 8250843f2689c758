"""The copies of a study, and whether each can be restored."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from needsseg.study.file.private import backups_folder, private_place
from needsseg.study.migrations.numbered import APPLICATION_ID, LATEST

AUTOMATIC = "automatic"
BEFORE_RESTORE = "before-restore"
DAMAGED = "damaged"
MIGRATION = "before-migration"
OWN = "own"
STAMP = "%Y-%m-%dT%H-%M-%S.%fZ"
_NAME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{6}Z)-([a-z-]+)\.db")
OWN_LIST = "own-backups.json"


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy of a study: where it is, when it was made (UTC), why, and its bytes.

    ``kind`` is ``automatic`` (before changes), ``before-migration``, ``before-restore`` and ``damaged`` (what a restore
    replaced), or ``own`` (asked for with ``backup``).
    """

    path: Path
    made_at: datetime
    kind: str
    size: int


def listing(path: Path) -> list[Backup]:
    """Return the copies that are known of the study at ``path``, newest first: automatic, kept aside, and own ones."""
    copies = list(automatic_copies(path))
    for file in path.parent.glob(f"{_escaped(path.name)}.{MIGRATION}-*"):
        copies += _stated(file, MIGRATION)
    for file in _own_paths(path):
        copies += _stated(file, OWN)
    return sorted(copies, key=lambda copy: (copy.made_at, copy.path.name), reverse=True)


def newest_sound(path: Path) -> Backup | None:
    """Return the newest copy of the study at ``path`` that can be restored, or None."""
    return next((copy for copy in listing(path) if copy.kind != DAMAGED and not fault_of(copy.path)), None)


def fault_of(copy: Path) -> str:
    """Return why a file cannot be restored, or an empty text: whether it is a study, of a known version, and sound."""
    try:
        with closing(open_fixed(copy)) as conn:
            application = int(conn.execute("PRAGMA application_id").fetchone()[0])
            version = int(conn.execute("PRAGMA user_version").fetchone()[0])
            if application != APPLICATION_ID:
                return "it is not a needsseg study"
            if version > LATEST:
                return f"a newer needsseg wrote it (version {version}; this program knows {LATEST})"
            if (result := conn.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
                return f"it is damaged ({' '.join(str(result).split())})"
            if (row := conn.execute("PRAGMA foreign_key_check").fetchone()) is not None:
                return f"it is damaged (row {row[1]} of {row[0]} refers to a missing {row[2]})"
    except sqlite3.DatabaseError as error:
        return f"it is damaged ({error})" if "malformed" in str(error) else f"it cannot be read ({error})"
    return ""


def open_fixed(copy: Path) -> sqlite3.Connection:
    """Open a file that nobody writes, for reading only, without making or reading any file beside it."""
    return sqlite3.connect(f"file:{quote(str(copy.resolve()))}?mode=ro&immutable=1", uri=True)


def own_backups(path: Path) -> list[Path]:
    """Return the copies that people asked for and that are still where they were written."""
    return [file for file in _own_paths(path) if file.exists()]


def automatic_copies(path: Path) -> Iterator[Backup]:
    folder = backups_folder(path)
    for file in sorted(folder.iterdir(), reverse=True) if folder.is_dir() else []:
        if (name := _NAME.fullmatch(file.name)) and file.is_file():
            made_at = datetime.strptime(name[1], STAMP).replace(tzinfo=UTC)
            yield Backup(file, made_at, name[2], file.stat().st_size)


def _stated(file: Path, kind: str) -> Iterator[Backup]:
    try:
        status = file.stat()
    except OSError:
        return  # removed or moved since
    yield Backup(file, datetime.fromtimestamp(int(status.st_mtime), UTC), kind, status.st_size)


def _escaped(name: str) -> str:
    return re.sub(r"([*?\[])", r"[\1]", name)


def _own_paths(path: Path) -> list[Path]:
    file = private_place(path) / OWN_LIST
    try:
        paths = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []  # never written, or damaged: copies elsewhere are then unknown
    return [Path(each) for each in paths if isinstance(each, str)] if isinstance(paths, list) else []
