"""Several files renamed together: all or none, also where the program is killed between two renames.

Before the first rename a journal is written beside the files. Where it is left behind, whoever uses the folder next takes
the renames back, or keeps them where all were done.
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
    """A rename: the names of the file, of what is renamed to it, and of what was there; device number and size tell it."""

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
        kept: list[Path | None] = []
        for _, path in pairs:
            kept.append(_keep_earlier(path))
            if (earlier := kept[-1]) is not None:
                undo.callback(earlier.unlink, missing_ok=True)
        with _journal(pairs, kept, sync=sync) as journal:
            undo.callback(journal.unlink, missing_ok=True)
            for (partial, path), earlier in zip(pairs, kept, strict=True):
                undo.callback(_put_back, path, earlier)
                partial.replace(path)
            if then is not None:
                then()
            undo.pop_all()
            journal.unlink()
    for earlier in kept:
        if earlier is not None:
            earlier.unlink(missing_ok=True)


def settle(folder: Path) -> None:
    """Take back the renames in ``folder`` that a killed program did not finish, or keep them where all were done.

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
    """Whether a running program holds a journal's lock, or whether that cannot be told."""
    with _locked(journal) as free:
        return not free


def number_of(journal: Path) -> str:
    """Return the number of the program that wrote a journal, as its name has it; empty where it is no journal."""
    name = _JOURNAL.fullmatch(journal.name)
    return "" if name is None else name[1]


def name_beside(path: Path, what: str) -> Path:
    """Return the hidden name beside ``path`` of this program's ``what`` (partial, earlier, renames) of it."""
    return path.with_name(f".{path.name}.{os.getpid()}.{what}")


@contextmanager
def _journal(pairs: Sequence[tuple[Path, Path]], kept: Sequence[Path | None], *, sync: bool) -> Iterator[Path]:
    """The journal of some renames, locked while the block lasts; it gets its name when it is complete and locked."""
    folder = pairs[0][1].parent
    entries = []
    for (partial, path), earlier in zip(pairs, kept, strict=True):
        found = partial.lstat()
        names = [None if each is None else os.path.relpath(each, folder) for each in (path, partial, earlier)]
        entries.append(dict(zip(_Entry.__slots__, (*names, found.st_ino, found.st_size), strict=True)))
    journal = name_beside(pairs[0][1], "renames")
    unnamed = name_beside(pairs[0][1], "partial-renames")
    with ExitStack() as closing:
        handle = os.open(unnamed, os.O_CREAT | os.O_TRUNC | os.O_RDWR, 0o600)
        closing.callback(os.close, handle)
        try:
            with suppress(OSError):  # a disk that knows no locks: nobody can lock it to settle it either
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
        entries = []  # not written by this program: there is nothing to take back
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
        found = path.lstat()
    except FileNotFoundError:
        return False
    return (found.st_ino, found.st_size) == (entry.inode, entry.size)


@contextmanager
def _locked(journal: Path) -> Iterator[bool]:
    """Whether a journal's lock was free; it is held while the block lasts.

    Where a file that is open cannot be renamed, journals are not locked: they are free once their program has ended.
    """
    if not KEEPS_OPEN_FILES:
        yield not is_running(int(number_of(journal)))
        return
    try:
        handle = os.open(journal, os.O_RDONLY | NO_FOLLOW)
    except OSError:
        yield False  # it is gone by now, or another user's
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
    """A second name for the file that is to be replaced, or a copy where the disk knows none; None without a file."""
    if not os.path.lexists(path):
        return None
    kept = name_beside(path, "earlier")
    kept.unlink(missing_ok=True)
    try:
        os.link(path, kept, follow_symlinks=False)
    except OSError:
        try:
            shutil.copy2(path, kept, follow_symlinks=False)
        except BaseException:
            kept.unlink(missing_ok=True)
            raise
    return kept


def _put_back(path: Path, kept: Path | None) -> None:
    if kept is None:
        path.unlink(missing_ok=True)
        return
    kept.replace(path)
    kept.unlink(missing_ok=True)  # both names of one file: nothing had been replaced, and renaming did nothing
