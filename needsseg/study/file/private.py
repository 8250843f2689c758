"""The private folder beside a study: automatic backups, files kept aside, and temporary files."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

FOLDER_RIGHTS = 0o700
SIDES = ("", "-wal", "-shm", "-journal")
"""What SQLite appends to a study's name for the files that belong to it."""

OPEN_HERE: Counter[tuple[int, int]] = Counter()
"""How many connections this process has to a file, by its device and number.

On POSIX, closing a file drops every lock that the process holds on it: such a file is never opened by other means.
"""


def identity(path: Path) -> tuple[int, int]:
    """Return what identifies a file wherever it is moved: device and inode number; OSError where there is none."""
    status = path.stat()
    return status.st_dev, status.st_ino


def private_place(study: Path) -> Path:
    """Return the private folder of the study at ``study``, whether it is there or not."""
    return study.with_name(f".{study.name}.needsseg")


def backups_folder(study: Path) -> Path:
    """Return the folder of automatic backups, whether it is there or not."""
    return private_place(study) / "backups"


def temporary_folder(study: Path) -> Path:
    """Return the folder of temporary things, whether it is there or not."""
    return private_place(study) / "tmp"


def writing_folder(study: Path) -> Path:
    """Return the folder of notes on where files are being written, whether it is there or not."""
    return private_place(study) / "writing"


def make_private(folder: Path) -> Path:
    """Make a folder of the private place, readable by its owner alone, and return it; OSError where it cannot be made."""
    for each in (folder.parent, folder):
        each.mkdir(mode=FOLDER_RIGHTS, exist_ok=True)
        if each.stat().st_mode & 0o077:
            each.chmod(FOLDER_RIGHTS)
    return folder


def side(study: Path, ending: str) -> Path:
    """Return the file beside a study that has its name with ``ending`` behind it."""
    return study.with_name(study.name + ending)


def remove_copy(copy: Path) -> None:
    """Remove a copy of a study with its log and its account data; OSError where it cannot be removed."""
    for ending in SIDES:
        side(copy, ending).unlink(missing_ok=True)
    if (stack := side(copy, ".stack")).is_dir():
        shutil.rmtree(stack)
