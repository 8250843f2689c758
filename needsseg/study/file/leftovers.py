"""Temporary files that killed programs left in a study's folders and where they wrote, and copies of erased words."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from needsseg.files import is_leftover_in_use, leftovers, private_folder, remove_leftovers
from needsseg.study.file import backups
from needsseg.study.file.private import backups_folder, make_private, temporary_folder, writing_folder

if TYPE_CHECKING:
    from needsseg.study.connection import Study

_FOLDER = "folder"


@contextmanager
def writing_to(study: Study, path: Path) -> Iterator[None]:
    """Note for the length of the block that a file is written to ``path``, so that the next start cleans up after a kill.

    Nothing is noted where the private place cannot be written, or where the folder is the study's own.
    """
    folder = path.absolute().parent
    if study.unwritable or folder.resolve() == study.path.absolute().parent.resolve():
        yield
        return
    for folder_noted in _noted(study):
        remove_leftovers(folder_noted)
    with ExitStack() as stack:
        try:
            note = stack.enter_context(private_folder(make_private(writing_folder(study.path)), "writing"))
            (note / _FOLDER).write_bytes(os.fsencode(folder))
        except OSError:
            pass  # what is written then is cleaned up by the next file that is written to that folder
        yield


def listing(study: Study) -> list[str]:
    """Return the temporary files and folders in a study's folders that no running program uses, in words."""
    return [
        f"leftover of a program that was killed: {path}" for path in _leftovers(study) if not is_leftover_in_use(path)
    ]


def remove(study: Study) -> list[str]:
    """Remove what killed programs left; return what is still there, and why."""
    clean(study)
    return [
        f"{path} is in use by another program; it is removed when that ends"
        if is_leftover_in_use(path)
        else f"{path} cannot be removed"
        for path in _leftovers(study)
    ]


def clean(study: Study) -> None:
    """Remove what killed programs left, and undo renames that were interrupted, also where they wrote files."""
    for folder in _folders(study):
        remove_leftovers(folder)


def _folders(study: Study) -> list[Path]:
    """The folders in which leftovers may lie; that of the notes comes last, since it names others."""
    path = study.path
    own = [path.parent, study.stack, temporary_folder(path), backups_folder(path)]
    return [*own, *_noted(study), writing_folder(path)]


def _noted(study: Study) -> list[Path]:
    """The folders to which killed programs wrote files."""
    folders = []
    for note in leftovers(writing_folder(study.path)):
        if note.is_dir() and not is_leftover_in_use(note):
            try:
                folders.append(Path(os.fsdecode((note / _FOLDER).read_bytes())))
            except OSError:
                continue  # killed before it was written, and so before the file was
    return sorted({folder for folder in folders if folder.is_absolute()})


def _leftovers(study: Study) -> list[Path]:
    return [path for folder in _folders(study) for path in leftovers(folder)]


def erase_copies(study: Study) -> list[str]:
    """Remove automatic backups, files kept aside, kept results and leftovers; return in words what could not be removed."""
    shutil.rmtree(study.results, ignore_errors=True)
    kept = [f"{study.results} cannot be removed; delete it"] if study.results.exists() else []
    return [*backups.erase(study.path), *kept, *remove(study)]
