"""Files on disk: atomic writing, hashes, private temporary folders, and free space."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from needsseg.errors import NeedssegError
from needsseg.operating_system import is_running, lock, open_folder, remove_folder
from needsseg.renaming import is_in_use, journals, name_beside, number_of, rename_all, settle

PRIVATE = 0o600
_TEMPORARY = ".needsseg-tmp"
_PARTIAL = re.compile(r"\..+\.(\d+)\.(?:partial|earlier)(?:[-.][a-z]+)?")
"""The names of partial files, with the process id of their writer, and of libraries' files beside them."""


@contextmanager
def whole_file(path: Path, *, private: bool = False, sync: bool = False) -> Iterator[Path]:
    """Give the path of a partial file beside ``path`` to write to, and rename it to ``path`` when the block ends well.

    After an error the partial file is removed and ``path`` is as it was, byte for byte. ``private`` makes the file readable
    by its owner only, from before anything is written to it; ``sync`` waits until the content is on the disk. OSError
    where the file cannot be made or renamed, or where ``path`` is a folder.
    """
    with whole_files([path], private=private, sync=sync) as (partial,):
        yield partial


@contextmanager
def whole_files(
    paths: Sequence[Path],
    *,
    private: bool = False,
    sync: bool = False,
    then: Callable[[], object] | None = None,
) -> Iterator[tuple[Path, ...]]:
    """Give a partial file for each of ``paths``, and rename all of them when the block ends well: all or none.

    Where one of them cannot be renamed, those before it are put back as they were; so are all where ``then`` fails, which
    is called when they are in place. Renames interrupted by a kill are undone before the next file is written to the
    folder, and by ``remove_leftovers``. Options and errors as ``whole_file``.
    """
    partials = tuple(name_beside(path, "partial") for path in paths)
    for folder in {path.parent for path in paths}:
        settle(folder)
    try:
        for partial in partials:
            partial.unlink(missing_ok=True)  # left by a killed program with the same process id
            if private:
                os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE))
        yield partials
        for partial in partials:
            if private:
                partial.chmod(PRIVATE)  # the writer may have replaced the file
            if sync:
                _wait_for_disk(partial)
        rename_all(list(zip(partials, paths, strict=True)), then, sync=sync)
    finally:
        for partial in partials:
            partial.unlink(missing_ok=True)


def write_file(path: Path, content: str | bytes, *, private: bool = False, sync: bool = False) -> None:
    """Write a file whole or not at all: bytes as they are, text as UTF-8 with its line ends as they are.

    Options and errors as ``whole_file``; UnicodeEncodeError where the text holds halves of surrogate pairs.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    with whole_file(path, private=private, sync=sync) as partial:
        partial.write_bytes(data)


def private_text(path: Path) -> IO[str]:
    """Create a text file that only its owner can read, and open it for writing; FileExistsError where there is one."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    return os.fdopen(descriptor, "w", encoding="utf-8", newline="")


@contextmanager
def write_errors(path: Path, hint: str = "Free space or choose another folder.") -> Iterator[None]:
    """Turn an OSError of the block into a NeedssegError that says that ``path`` cannot be written, why, and ``hint``."""
    try:
        yield
    except OSError as error:
        raise NeedssegError(f"{path}: cannot be written: {error}.", hint) from error


def check_folder(path: Path) -> None:
    """Raise NeedssegError where the folder that ``path`` would lie in does not exist."""
    if not path.parent.is_dir():
        raise NeedssegError(f"{path.parent}: no such folder.", "Create it or choose another.")


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes in hex, reading it piece by piece; OSError where it cannot be read."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sha256(content: str | bytes) -> str:
    """Return the SHA-256 of bytes, or of a text as UTF-8, in hex; UnicodeEncodeError for halves of surrogate pairs."""
    return hashlib.sha256(content.encode("utf-8") if isinstance(content, str) else content).hexdigest()


@contextmanager
def private_folder(beside: Path | None, name: str) -> Iterator[Path]:
    """Give a new folder that only this user may read, and remove it with all that is in it when the block ends.

    It lies in the folder ``beside`` as ``.<name>-…``, or in the system's temporary folder where ``beside`` is None. What
    killed programs left in ``beside`` is removed first. OSError where the folder cannot be made.
    """
    if beside is not None:
        remove_leftovers(beside)
    folder, handle = _locked_folder(beside, name)
    try:
        yield folder
    finally:
        # What cannot be removed now is removed at the next start; it must not hide the block's own error.
        remove_folder(folder, handle)


def remove_leftovers(beside: Path) -> None:
    """Remove what killed programs left in ``beside``: private folders, and partial files; what is in use stays.

    Interrupted renames are undone first, so that no table stays beside another one's manifest.
    """
    with suppress(OSError):
        settle(beside)
    unsettled = {number_of(journal) for journal in journals(beside)}
    for path in leftovers(beside):
        if not path.is_dir():
            partial = _PARTIAL.fullmatch(path.name)
            if partial is not None and partial[1] not in unsettled and not is_leftover_in_use(path):
                with suppress(OSError):
                    path.unlink()  # another program may have removed it already
            continue
        try:
            handle = open_folder(path)
        except OSError:
            continue  # removed meanwhile, or another user's
        try:
            lock(handle)
        except OSError:
            os.close(handle)  # in use, or the disk has no locks, and nothing is removed
            continue
        remove_folder(path, handle)


def leftovers(beside: Path) -> list[Path]:
    """Return the private folders, partial files and journals of renames in ``beside``, those in use among them."""
    try:
        with os.scandir(beside) as entries:
            names = [entry.name for entry in entries]
    except OSError:
        return []  # a folder that is missing or cannot be listed holds nothing that could be removed
    folders_and_partials = [
        beside / name for name in sorted(names) if name.endswith(_TEMPORARY) or _PARTIAL.fullmatch(name)
    ]
    return [*journals(beside), *folders_and_partials]


def is_leftover_in_use(path: Path) -> bool:
    """Whether a running program uses a private folder or a journal (locked) or a partial file (its number is in the name)."""
    if number_of(path):
        return is_in_use(path)
    if (partial := _PARTIAL.fullmatch(path.name)) is not None:
        return is_running(int(partial[1]))
    try:
        handle = open_folder(path)
    except OSError:
        return True
    try:
        lock(handle)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False


def free_bytes(folder: Path) -> int:
    """Return how many bytes this user may still write to the disk that holds ``folder``; OSError where there is none."""
    return shutil.disk_usage(folder).free


def _wait_for_disk(path: Path) -> None:
    with path.open("r+b") as stream:  # Windows waits only for what may be written
        os.fsync(stream.fileno())


def _locked_folder(beside: Path | None, name: str) -> tuple[Path, int]:
    """Create a folder, and return it with an open, locked handle, by which other programs see that it is in use.

    Another program may remove it as a leftover before it is locked; then another one is created.
    """
    while True:
        folder = Path(tempfile.mkdtemp(prefix=f".{name}-", suffix=_TEMPORARY, dir=beside))
        try:
            handle = open_folder(folder)
        except (FileNotFoundError, NotADirectoryError):
            continue
        try:
            lock(handle)
        except BlockingIOError:
            os.close(handle)
            continue
        except OSError:
            return folder, handle  # the disk knows no locks, so nobody can lock it to remove it either
        if folder.is_dir():
            return folder, handle
        os.close(handle)
