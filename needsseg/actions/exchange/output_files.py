"""Files that a person names for what is computed: refused before the long work, replaced only where they are the like."""

from __future__ import annotations

from pathlib import Path

from needsseg.errors import Advice, NeedssegError, Option, UsageError
from needsseg.files import check_folder, write_file
from needsseg.study.connection import Study
from needsseg.study.file import leftovers

_OVERWRITE = Advice("Name another file, or replace this one", Option.OVERWRITE, ".")


def check(study: Study, path: Path, mark: str, what: str, *, overwrite: bool = False) -> None:
    """Raises UsageError or NeedssegError where ``what`` is not to be written to ``path``.

    A file that is there is replaced where ``mark`` stands in its first 2,000 characters, else only with ``overwrite``; the
    study and its account data never are.
    """
    if study.owns(path):
        raise UsageError(f"{path} belongs to the study itself.", "Name another file.")
    check_folder(path)
    if path.exists() and not overwrite and not _holds(path, mark):
        raise NeedssegError(f"{path} exists and holds no {what}.", _OVERWRITE)


def _holds(path: Path, mark: str) -> bool:
    try:
        with path.open(encoding="utf-8") as stream:
            return mark in stream.read(2000)
    except (OSError, UnicodeDecodeError):
        return False


def write(study: Study, path: Path, text: str, *, private: bool = False) -> None:
    """Writes a text, whole or not at all, ``private`` for its owner alone; NeedssegError where that cannot be done."""
    try:
        with leftovers.writing_to(study, path):
            write_file(path, text, private=private)
    except OSError as error:
        raise NeedssegError(f"{path} cannot be written: {error.strerror}.", "Choose another folder.") from error
