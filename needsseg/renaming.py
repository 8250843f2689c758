"""Rename several files together: all or none, even if the program is killed between two renames.

Before the first rename a journal is written beside the files. If it is left behind, the next program that uses the
folder undoes the renames, or keeps them if all were done.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from needsseg.operating_system import KEEPS_OPEN_FILES, NO_FOLLOW, is_running, lock, sync_folder

_JOURNAL = re.compile(r"\..+\.(\d+)\.renames")


@dataclass(frozen=True, slots=True)
class _Entry:
    """A rename: the names of the target, the new file and the earlier file, and inode and size of the new file."""

    path: str
    partial: str
    earlier: str | None
    inode: int
    size: int


def rename_all(
    pairs: Sequence[tuple[Path, Path]], then: Callable[[], object] | None = None, *, sync: bool = False
) -> None:
    """Rename each first path of ``pairs`` to its second: all, or none where one fails or ``then`` does, called at the end.

    ``sync`` forces the journal to the disk before anything is renamed. OSError where it fails, or where a folder is there.
    Killed after the last rename and before ``then`` has ended, all files stay in place.
    """
    for _, path in pairs:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if len(pairs) == 1 and then is None:
        partial, path = pairs[0]
        partial.replace(path)
        return
    with ExitStack() as undo:
        earlier_files: list[Path | None] = []
        for _, path in pairs:
            earlier_files.append(_keep_earlier(path))
            if (earlier := earlier_files[-1]) is not None:
                undo.callback(earlier.unlink, missing_ok=True)
        with _journal(pairs, earlier_files, sync=sync) as journal:
            undo.callback(journal.unlink, missing_ok=True)
            for (partial, path), earlier in zip(pairs, earlier_files, strict=True):
                undo.callback(_put_back, path, earlier)
                partial.replace(path)
            if then is not None:
                then()
            undo.pop_all()
            journal.unlink()
    for earlier in earlier_files:
        if earlier is not None:
            earlier.unlink(missing_ok=True)


def settle(folder: Path) -> None:
    """Undo the renames in ``folder`` that a killed program did not finish, or keep them where all were done.

    Files that somebody has replaced since stay as they are. OSError where something cannot be put back.
    """
    for journal in journals(folder):
        with _locked(journal) as free:
            if free and journal.exists():
                _settle(journal)


def journals(folder: Path) -> list[Path]:
    """Return the journals in ``folder``, those in use among them; none where it cannot be listed."""
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if _JOURNAL.fullmatch(entry.name))
    except OSError:
        return []
    return [folder / name for name in names]


def is_in_use(journal: Path) -> bool:
    """Return whether a running program holds a journal's lock, or whether this is unknown."""
    with _locked(journal) as free:
        return not free


def number_of(journal: Path) -> str:
    """Return the number of the program that wrote a journal, as its name has it; empty where it is no journal."""
    name = _JOURNAL.fullmatch(journal.name)
    return "" if name is None else name[1]


def name_beside(path: Path, suffix: str) -> Path:
    """Return the hidden name beside ``path`` of this program's ``suffix`` (partial, earlier, renames) of it."""
    return path.with_name(f".{path.name}.{os.getpid()}.{suffix}")


@contextmanager
def _journal(pairs: Sequence[tuple[Path, Path]], earlier_files: Sequence[Path | None], *, sync: bool) -> Iterator[Path]:
    """Write the journal of renames, locked during the block; it gets its name when it is complete and locked."""
    folder = pairs[0][1].parent
    entries = []
    for (partial, path), earlier in zip(pairs, earlier_files, strict=True):
        status = partial.lstat()
        names = [None if each is None else os.path.relpath(each, folder) for each in (path, partial, earlier)]
        entries.append(dict(zip(_Entry.__slots__, (*names, status.st_ino, status.st_size), strict=True)))
    journal = name_beside(pairs[0][1], "renames")
    unnamed = name_beside(pairs[0][1], "partial-renames")
    with ExitStack() as closing:
        handle = os.open(unnamed, os.O_CREAT | os.O_TRUNC | os.O_RDWR, 0o600)
        closing.callback(os.close, handle)
        try:
            with suppress(OSError):  # a disk without locks: nobody else can lock the journal either
                lock(handle)
            os.write(handle, json.dumps(entries).encode("utf-8"))
            if sync:
                os.fsync(handle)
            if not KEEPS_OPEN_FILES:
                closing.close()  # the number in its name tells that it is in use
            unnamed.replace(journal)
        except BaseException:
            unnamed.unlink(missing_ok=True)
            raise
        if sync:
            sync_folder(folder)
        yield journal


def _settle(journal: Path) -> None:
    folder = journal.parent
    try:
        entries = [_Entry(**each) for each in json.loads(journal.read_text(encoding="utf-8"))]
    except (ValueError, TypeError):
        entries = []  # not written by this program, so there is nothing to undo
    done = [_is_renamed(folder / entry.path, entry) for entry in entries]
    if not all(done):
        for entry, renamed in zip(entries, done, strict=True):
            if not renamed:
                continue
            if entry.earlier is None:
                (folder / entry.path).unlink()
            elif os.path.lexists(folder / entry.earlier):
                (folder / entry.earlier).replace(folder / entry.path)
    journal.unlink()
    for entry in entries:
        for name in (entry.partial, entry.earlier):
            if name is not None:
                (folder / name).unlink(missing_ok=True)


def _is_renamed(path: Path, entry: _Entry) -> bool:
    try:
        status = path.lstat()
    except FileNotFoundError:
        return False
    return (status.st_ino, status.st_size) == (entry.inode, entry.size)


@contextmanager
def _locked(journal: Path) -> Iterator[bool]:
    """Give whether a journal's lock was free; it is held during the block.

    Where a file that is open cannot be renamed, journals are not locked: they are free once their program has ended.
    """
    if not KEEPS_OPEN_FILES:
        yield not is_running(int(number_of(journal)))
        return
    try:
        handle = os.open(journal, os.O_RDONLY | NO_FOLLOW)
    except OSError:
        yield False  # removed meanwhile, or another user's
        return
    try:
        lock(handle)
    except OSError:
        os.close(handle)
        yield False
        return
    try:
        yield True
    finally:
        os.close(handle)


def _keep_earlier(path: Path) -> Path | None:
    """Create a hard link to the file that is to be replaced, or a copy where the disk has no links; None without a file."""
    if not os.path.lexists(path):
        return None
    copy = name_beside(path, "earlier")
    copy.unlink(missing_ok=True)
    try:
        os.link(path, copy, follow_symlinks=False)
    except OSError:
        try:
            shutil.copy2(path, copy, follow_symlinks=False)
        except BaseException:
            copy.unlink(missing_ok=True)
            raise
    return copy


def _put_back(path: Path, copy: Path | None) -> None:
    if copy is None:
        path.unlink(missing_ok=True)
        return
    copy.replace(path)
    copy.unlink(missing_ok=True)  # both names of one file: nothing had been replaced, and renaming did nothing
