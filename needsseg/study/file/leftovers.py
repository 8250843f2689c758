"""What killed programs left in a study's folders, and what erasing words leaves elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from needsseg.files import is_leftover_in_use, leftovers, remove_leftovers
from needsseg.study.file import backups
from needsseg.study.file.private import backups_folder, temporary_folder

if TYPE_CHECKING:
    from needsseg.study.connection import Study


def listing(study: Study) -> list[str]:
    """Return the temporary files and folders in a study's folders that no running program uses, in words."""
    return [
        f"leftover of a program that was killed: {path}" for path in _leftovers(study) if not is_leftover_in_use(path)
    ]


def remove(study: Study) -> list[str]:
    """Remove what killed programs left; return what is still there, and why."""
    for folder in _folders(study):
        remove_leftovers(folder)
    return [
        f"{path} is in use by another program; it is removed when that ends"
        if is_leftover_in_use(path)
        else f"{path} cannot be removed"
        for path in _leftovers(study)
    ]


def _folders(study: Study) -> list[Path]:
    return [study.path.parent, study.stack, temporary_folder(study.path), backups_folder(study.path)]


def _leftovers(study: Study) -> list[Path]:
    return [path for folder in _folders(study) for path in leftovers(folder)]


def erase_copies(study: Study) -> list[str]:
    """Remove automatic backups, files kept aside and leftovers; return in words what could not be removed."""
    return [*backups.erase(study.path), *remove(study)]
