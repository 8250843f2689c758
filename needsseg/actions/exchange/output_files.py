"""Check output paths before long work, and write results to them whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from zipfile import BadZipFile, ZipFile, is_zipfile

from needsseg.errors import Advice, NeedssegError, Option, UsageError
from needsseg.files import check_folder, write_file
from needsseg.study.connection import Study
from needsseg.study.file import leftovers

_BEGINNING = 2000
_OVERWRITE = Advice("Name another file, or replace this one", Option.OVERWRITE, ".")


def check(study: Study, path: Path, mark: str, kind: str, *, overwrite: bool = False) -> None:
    """Raise UsageError or NeedssegError where a result of a kind ("report") must not be written to ``path``.

    An existing file may be replaced if its first 2,000 characters, or the properties of a document, contain ``mark``, else
    only with ``overwrite``; the study and its account data never.
    """
    if study.owns(path):
        raise UsageError(f"{path} belongs to the study itself.", "Name another file.")
    check_folder(path)
    if path.exists() and not overwrite and not _contains(path, mark):
        raise NeedssegError(f"{path} exists and contains no {kind}.", _OVERWRITE)


def _contains(path: Path, mark: str) -> bool:
    """Whether a text begins with the mark, or the properties of a document hold it."""
    try:
        if is_zipfile(path):
            with ZipFile(path) as package:
                return mark.encode() in package.read("docProps/core.xml")[:_BEGINNING]
        with path.open(encoding="utf-8") as stream:
            return mark in stream.read(_BEGINNING)
    except (OSError, UnicodeDecodeError, BadZipFile, KeyError):
        return False


def ending(path: Path, known: Sequence[str], kind: str) -> str:
    """Return the suffix by which a result of a kind ("quotes") is written, such as ``.csv``; UsageError where it is not known."""
    suffix = path.suffix.lower()
    if suffix not in known:
        named = f"“{path.suffix}” is not an ending" if suffix else "it has no ending"
        raise UsageError(
            f"{path}: {named} in which {kind} can be written.",
            f"The endings are {', '.join(known[:-1])} and {known[-1]}.",
        )
    return suffix


def write(study: Study, path: Path, content: str | bytes, *, private: bool = False) -> None:
    """Write content whole or not at all, readable by its owner alone if ``private``; NeedssegError if that fails."""
    try:
        with leftovers.writing_to(study, path):
            write_file(path, content, private=private)
    except OSError as error:
        raise NeedssegError(f"{path} cannot be written: {error.strerror}.", "Choose another folder.") from error
