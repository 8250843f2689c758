"""Noticing that another file was copied over a study that is open, as where somebody copies a backup over it.

SQLite folds its write-ahead log into the file and never takes it out again: the newest entry of the history that stands in
the file alone, without its log, only grows, until erasing starts it again, which is counted. A file with an older one, or
with another identity, is another file.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from needsseg.operating_system import read_at, share_bytes
from needsseg.study.file.private import OPEN_HERE

MAGIC = b"SQLite format 3\0"
MARKS = "file"
"""What the study notes of its file, among the places of screens, which are no part of the history."""
_RETRIES, _PAUSE = 12, 0.25
"""How often, and after how many seconds, it is looked again while SQLite may be folding the log in."""
_SHARED_FIRST, _SHARED_SIZE = 0x40000002, 510
"""The bytes of its file on which SQLite takes locks to read (its source's SHARED_FIRST and SHARED_SIZE)."""

_guard = threading.Lock()
_handles: dict[tuple[int, int], int] = {}
"""The file of each study that this process has open.

On POSIX, closing a file drops every lock that the process holds on it, those of SQLite too: it stays open until no
connection is left.
"""


class _Position(NamedTuple):
    """The state of a study's file without its log: how often words were erased from it, and the newest entry of its history."""

    identity: str
    erased: int
    newest: int

    def may_follow(self, earlier: _Position) -> bool:
        """Whether SQLite can have written the file from the state ``earlier`` to this one."""
        return self.identity == earlier.identity and self[1:] >= earlier[1:]


UNMARKED = _Position("", 0, 0)
"""The position of a file without an identity: it is still in the log alone, or the study is of an older version."""


class FileWatch:
    """Tells whether the file at ``path``, whose device and number are ``identity``, was written by SQLite alone.

    To be made while a connection to it is open and has read; ``closed`` is to be called when that is closed. A copy that
    holds at least what the file held is not noticed: the log is applied over it, and nothing is lost.
    """

    def __init__(self, path: Path, identity: tuple[int, int]) -> None:
        self._path = path
        self._overwritten = False
        with _guard:
            if identity not in _handles:
                _handles[identity] = os.open(path, os.O_RDONLY)
            self._file = _handles[identity]
        self._stamp = self._stamp_now()
        self._known_position = _position(path) or UNMARKED

    def is_overwritten(self) -> bool:
        """Whether something else wrote to the file since it was opened; False while that is not known."""
        if self._overwritten or self._stamp_now() == self._stamp:
            return self._overwritten
        for _ in range(_RETRIES):
            stamp = self._stamp_now()
            is_database = read_at(self._file, len(MAGIC), 0) == MAGIC
            now = _position(self._path) if is_database else UNMARKED
            if now is None:
                return False
            if is_database and (self._known_position == UNMARKED or now.may_follow(self._known_position)):
                self._stamp, self._known_position = stamp, now
                return False
            # While SQLite folds the log in, the file holds pages of two states, and its modification time changes.
            time.sleep(_PAUSE)
            if self._stamp_now() == stamp:
                self._overwritten = True
                break
        return self._overwritten

    def keep_log(self) -> None:
        """Keep SQLite from folding its log into what is another file by now, as it does when the last connection closes.

        A lock that is not this process's own does that (Linux); elsewhere nothing is done.
        """
        share_bytes(self._file, _SHARED_FIRST, _SHARED_SIZE)

    def _stamp_now(self) -> tuple[int, int]:
        status = os.fstat(self._file)
        return status.st_size, status.st_mtime_ns


def _position(path: Path) -> _Position | None:
    """The position of the file without its log; None where it cannot be read just now."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True)) as conn:
            marks = conn.execute("SELECT place FROM places WHERE screen = ?", [MARKS]).fetchone()
            newest = conn.execute("SELECT max(id) FROM history").fetchone()[0]
        if marks is None:
            return UNMARKED
        read = json.loads(marks[0])
        return _Position(str(read["identity"]), int(read["erased"]), newest or 0)
    except (sqlite3.Error, ValueError, KeyError):
        return None


def watched(path: Path, identity: tuple[int, int]) -> FileWatch | None:
    """Return a watch of a study that is open, or None where its file cannot be read a second time."""
    try:
        return FileWatch(path, identity)
    except OSError:
        return None


def closed(identity: tuple[int, int]) -> None:
    """Note that a connection to a study was closed; with the last one, its file is."""
    with _guard:
        OPEN_HERE.subtract([identity])
        if OPEN_HERE[identity] <= 0 and (handle := _handles.pop(identity, None)) is not None:
            os.close(handle)
