"""Noticing that a study's file was written by anything but SQLite, as where somebody copies a backup over it.

SQLite writes to the file of a study that is open only when it folds its write-ahead log in, and notes that in the ``-shm``
file first. A change of the file without such a note is somebody else's.
"""

from __future__ import annotations

import fcntl
import os
import struct
import sys
import threading
import time
import zlib
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from needsseg.study.private import OPEN_HERE, side

COMPARED_BYTES = 8 * 1024 * 1024
"""Up to this size the content is compared where only the time of the last change differs; it takes 5 ms at most."""
_TRIES, _PAUSE = 5, 0.002
_WAL_HEAD, _FRAME_HEAD = 32, 24
_SHARED_FIRST, _SHARED_SIZE = 0x40000002, 510
"""The bytes of its file on which SQLite takes locks to read (its source's SHARED_FIRST and SHARED_SIZE)."""

_guard = threading.Lock()
_handles: dict[tuple[int, int], tuple[int, int]] = {}
"""The file and the ``-shm`` file of each study that this process has open.

On POSIX, closing a file drops every lock that the process holds on it, those of SQLite too: they stay open until no
connection is left.
"""


@dataclass(frozen=True, slots=True)
class _Log:
    """SQLite's WAL-index: the log's salt, its frames in the file, those about to be, and the study's pages.

    Commits alone change the number of pages: it tells nothing about the file.
    """

    salt: bytes
    folded: int
    folding: int
    pages: int = field(compare=False)


class FileWatch:
    """Looks whether the file at ``path``, whose device and number are ``identity``, was written by SQLite alone.

    To be made while a connection to it is open and has read; ``closed`` is to be called when that is closed.
    """

    def __init__(self, path: Path, identity: tuple[int, int]) -> None:
        self._wal = side(path, "-wal")
        self._checksum: int | None = None
        self._overwritten = False
        with _guard:
            if identity not in _handles:
                _handles[identity] = _opened(path)
            self._file, self._shared = _handles[identity]
        self._stamp, self._log = self._stamp_now(), self._log_now()

    def is_overwritten(self) -> bool:
        """Whether something else wrote to the file since it was opened; False while that cannot be told."""
        if self._overwritten:
            return True
        for _ in range(_TRIES):
            log, stamp = self._log_now(), self._stamp_now()
            if log == self._log_now() and log.folded == log.folding:
                break
            time.sleep(_PAUSE)  # SQLite folds the log in just now
        else:
            return False
        if stamp == self._stamp:
            self._log = log
            if self._checksum is None:
                self._checksum = self._checksum_now()
        elif log != self._log and self._holds_folded(log):
            self._stamp, self._log, self._checksum = stamp, log, self._checksum_now()
        elif self._checksum is not None and self._checksum_now() == self._checksum:
            self._stamp = stamp  # the time was changed, the content was not
        else:  # unless SQLite went on folding meanwhile, so that the next look tells
            self._overwritten = self._log_now() == log
        return self._overwritten

    def keep_log(self) -> None:
        """Keep SQLite from folding its log into what is another file by now, as it does when the last connection closes.

        A lock that is not this process's own does that (Linux); elsewhere nothing is done.
        """
        if (setlk := getattr(fcntl, "F_OFD_SETLK", None)) is not None:
            lock = struct.pack("hhqqi4x", fcntl.F_RDLCK, os.SEEK_SET, _SHARED_FIRST, _SHARED_SIZE, 0)
            with suppress(OSError):  # a disk that knows no locks
                fcntl.fcntl(self._file, setlk, lock)

    def _stamp_now(self) -> tuple[int, int]:
        found = os.fstat(self._file)
        return found.st_size, found.st_mtime_ns

    def needs_folding(self) -> bool:
        """Whether it cannot be told how much of the log is in the file: after a crash, until it is folded in."""
        log = self._log_now()
        return log.folded != log.folding

    def _log_now(self) -> _Log:
        head = os.pread(self._shared, 132, 0).ljust(132, b"\0")
        pages, folded, folding = (int.from_bytes(head[at : at + 4], sys.byteorder) for at in (20, 96, 128))
        return _Log(head[32:40], folded, folding, pages)

    def _holds_folded(self, log: _Log) -> bool:
        """Whether the pages of the log that were folded in are in the file; True where the log has begun anew since."""
        try:
            handle = os.open(self._wal, os.O_RDONLY)  # SQLite takes no locks on it that closing it could drop
        except OSError:
            return True
        try:
            head = os.pread(handle, _WAL_HEAD, 0)
            if head[16:24] != log.salt:
                return True
            size = int.from_bytes(head[8:12], "big")
            frames = [_WAL_HEAD + (_FRAME_HEAD + size) * number for number in range(log.folded)]
            newest = {int.from_bytes(os.pread(handle, 4, at), "big"): at for at in frames}
            return all(
                os.pread(handle, size, at + _FRAME_HEAD) == os.pread(self._file, size, (page - 1) * size)
                for page, at in newest.items()
                if 0 < page <= log.pages
            )
        finally:
            os.close(handle)

    def _checksum_now(self) -> int | None:
        """The checksum of the content; None where the file is large."""
        if os.fstat(self._file).st_size > COMPARED_BYTES:
            return None
        checksum, at = 0, 0
        while piece := os.pread(self._file, 1 << 20, at):
            checksum, at = zlib.crc32(piece, checksum), at + len(piece)
        return checksum


def watched(path: Path, identity: tuple[int, int]) -> FileWatch | None:
    """Return a watch of a study that is open, or None where its files cannot be read a second time."""
    try:
        return FileWatch(path, identity)
    except OSError:
        return None


def closed(identity: tuple[int, int]) -> None:
    """Note that a connection to a study was closed; with the last one, its files are."""
    with _guard:
        OPEN_HERE.subtract([identity])
        if OPEN_HERE[identity] <= 0:
            for handle in _handles.pop(identity, ()):
                os.close(handle)


def _opened(path: Path) -> tuple[int, int]:
    shared = os.open(side(path, "-shm"), os.O_RDONLY)
    return os.open(path, os.O_RDONLY), shared
