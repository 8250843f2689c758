"""What differs between operating systems: locks, folders as files, processes. Nothing else calls ``fcntl`` or ``msvcrt``.

On Linux and macOS locks are those of ``flock``; on Windows, which has none, one byte far behind a file's end is locked. Where
a system has neither, ``lock`` raises OSError, as it does on a disk that knows no locks, and nothing is taken for unused.
"""

from __future__ import annotations

import errno
import os
import shutil
import struct
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any

fcntl: Any
try:
    import fcntl
except ImportError:  # Windows
    fcntl = None
msvcrt: Any
try:
    import msvcrt
except ImportError:  # everything else
    msvcrt = None

KEEPS_OPEN_FILES = fcntl is not None
"""Whether a file can be renamed and deleted while it is open."""
NO_FOLLOW: int = getattr(os, "O_NOFOLLOW", 0)
_FOLDER_LOCK = ".lock"
"""The file in a folder that is locked instead of the folder, where folders cannot be opened."""
_FAR_BYTE = 0x7FFF0000
"""Windows keeps others from reading a byte that is locked: this one lies behind the end of every file that is locked here."""
LOW_PRIORITY_FLAGS: int = getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)
"""The flags with which Windows starts a process of low priority; 0 elsewhere, where ``lower_priority`` does that."""
_LESS_NICE = 10
"""By how much a process of low priority is nicer than this one: it gets about a tenth of a processor that others want."""
_STILL_RUNNING, _ACCESS_DENIED, _SYNCHRONIZE = 258, 5, 0x00100000
"""WAIT_TIMEOUT, ERROR_ACCESS_DENIED and SYNCHRONIZE of the Windows API."""


def lock(handle: int) -> None:
    """Lock an open file, or a folder of ``open_folder``, until it is closed.

    BlockingIOError where another program has locked it; OSError where the disk or the system knows no locks.
    """
    if fcntl is not None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    else:
        _lock_on_windows(handle, _FAR_BYTE)


def lock_byte(handle: int, byte: int) -> None:
    """Lock one byte of a file as SQLite does, until it is closed. Errors as ``lock``."""
    if fcntl is not None:
        fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, byte)
    else:
        _lock_on_windows(handle, byte)


def share_bytes(handle: int, first: int, size: int) -> None:
    """Take a reading lock on bytes of a file that is not this process's own (Linux); elsewhere do nothing."""
    if (setlk := getattr(fcntl, "F_OFD_SETLK", None)) is not None:
        request = struct.pack("hhqqi4x", fcntl.F_RDLCK, os.SEEK_SET, first, size, 0)
        with suppress(OSError):  # a disk that knows no locks
            fcntl.fcntl(handle, setlk, request)


def _lock_on_windows(handle: int, byte: int) -> None:
    if msvcrt is None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))
    place = os.lseek(handle, 0, os.SEEK_CUR)
    os.lseek(handle, byte, os.SEEK_SET)
    try:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EDEADLK):
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN)) from error
        raise
    finally:
        os.lseek(handle, place, os.SEEK_SET)


def open_folder(folder: Path) -> int:
    """Return a handle of a folder that can be locked, not following a link; OSError where there is no such folder."""
    if fcntl is not None:
        return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    if folder.is_symlink() or not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    return os.open(folder / _FOLDER_LOCK, os.O_CREAT | os.O_RDWR, 0o600)


def remove_folder(folder: Path, handle: int) -> None:
    """Remove a folder that is locked by ``handle`` with all that is in it, and close the handle.

    What cannot be removed now stays.
    """
    if not KEEPS_OPEN_FILES:  # the file that is locked lies in the folder
        os.close(handle)
    shutil.rmtree(folder, ignore_errors=True)
    if KEEPS_OPEN_FILES:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk; do nothing where folders cannot be opened."""
    if fcntl is None:
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):  # some disks have no such thing for folders
            os.fsync(handle)
    finally:
        os.close(handle)


def read_at(handle: int, size: int, place: int) -> bytes:
    """Return up to ``size`` bytes of an open file from ``place`` on."""
    if hasattr(os, "pread"):
        return os.pread(handle, size, place)
    os.lseek(handle, place, os.SEEK_SET)
    return os.read(handle, size)


def is_running(number: int) -> bool:
    """Whether a process of this number runs, or whether that cannot be told."""
    if os.name == "nt":
        return _is_running_on_windows(number)
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True  # another user's
    return True


def _is_running_on_windows(number: int) -> bool:
    """As ``is_running``, by the Windows API: there, ``os.kill`` would interrupt the process."""
    import ctypes

    kernel: Any = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined,unused-ignore]
    handle = kernel.OpenProcess(_SYNCHRONIZE, False, number)
    if not handle:
        return bool(kernel.GetLastError() == _ACCESS_DENIED)
    try:
        return bool(kernel.WaitForSingleObject(handle, 0) == _STILL_RUNNING)
    finally:
        kernel.CloseHandle(handle)


def lower_priority(number: int) -> None:
    """Let other processes go before the one of this number, started by this one just now; nothing where it has ended.

    On Windows, where a process is started so with ``LOW_PRIORITY_FLAGS``, nothing is done.
    """
    if hasattr(os, "setpriority"):
        with suppress(ProcessLookupError):
            os.setpriority(os.PRIO_PROCESS, number, min(19, os.getpriority(os.PRIO_PROCESS, number) + _LESS_NICE))


def processor_count() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def computer_name() -> str:
    """Return the name of this computer in its network; empty where it has none."""
    import platform

    return platform.node()


def start_detached(arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start a program that goes on by itself, without input, and whose output nobody sees; OSError where it cannot be started.

    ``poll`` of what is returned says whether it has ended. A thread waits for that, so that it leaves no zombie.
    """
    flags = getattr(subprocess, "DETACHED_PROCESS", 0) | getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
    process = subprocess.Popen(  # noqa: S603  # a list of arguments, never a line for a shell
        list(arguments),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=os.name != "nt",
        creationflags=flags,
    )
    Thread(target=process.wait, daemon=True).start()
    return process
