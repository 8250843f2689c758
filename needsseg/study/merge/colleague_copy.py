"""A colleague's study, read through a private copy: their file and its folder stay as they are."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from needsseg.errors import StudyError, UsageError
from needsseg.files import private_folder
from needsseg.study import opening
from needsseg.study.file.faults import translated
from needsseg.study.file.private import SIDES, make_private, temporary_folder
from needsseg.study.merge.checked_texts import check_texts
from needsseg.study.migrations.numbered import APPLICATION_ID, LATEST

if TYPE_CHECKING:
    from needsseg.study.connection import Study


@contextmanager
def colleague_copy(study: Study, path: Path) -> Iterator[Study]:
    """Open a temporary copy of the study at ``path``, migrated to this program's version.

    Its texts are cleaned as typed text is. The copy is beside ``study``, readable by its owner alone, since
    interviews are personal data. Raise StudyError for a file that is not a sound study, UsageError for ``study``
    itself.
    """
    resolved = path.resolve()
    _check_file(study, path, resolved)
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(private_folder(make_private(temporary_folder(study.path)), "merging"))
        except OSError as error:
            raise StudyError(
                f"{study.path.parent} cannot hold a copy of {path}: {error.strerror}.", "Check its permissions."
            ) from error
        copy = folder / "theirs.db"
        try:
            _copy(resolved, copy)
            _check_kind(copy)
            theirs = opening.open_study(copy, study.actor)
        except OSError as error:
            raise StudyError(f"{path} cannot be copied: {error.strerror}.", "Check it, and the free space.") from error
        except StudyError as error:
            raise StudyError(error.message.replace(str(copy), str(path)), error.hint) from error
        with theirs:
            _check_sound(theirs, path)
            check_texts(theirs)
            try:
                yield theirs
            except sqlite3.IntegrityError as error:
                raise StudyError(
                    f"{path} contains data that needsseg does not write ({error}); nothing was merged.",
                    "Ask your colleague for another copy, or for a backup.",
                ) from error


def _check_file(study: Study, path: Path, resolved: Path) -> None:
    """Look at the file without opening it: closing a file that is this study's own would drop SQLite's locks."""
    try:
        status = resolved.stat()
    except FileNotFoundError as error:
        raise StudyError(f"There is no study at {path}.", "Name the file your colleague sent you.") from error
    except OSError as error:
        raise StudyError(f"{path} cannot be opened: {error.strerror}.", "Check the path.") from error
    if not stat.S_ISREG(status.st_mode):
        raise StudyError(f"{path} is not a file.", "Name the file your colleague sent you.")
    own = [study.path.with_name(study.path.name + side) for side in SIDES]
    if any(file.exists() and resolved.samefile(file) for file in own):
        raise UsageError(f"{path} is this study itself.", "Name your colleague's study.")


def _copy(source_path: Path, copy: Path) -> None:
    """Copy a study as it stands now, its log included, without making a file beside it.

    Where someone has it open, SQLite reads it; it would leave a log behind where nobody has, so that files are copied then.
    """
    log, shared = (source_path.with_name(source_path.name + side) for side in SIDES[1:3])
    if not shared.exists():
        for file, side in (
            (source_path, ""),
            (log, "-wal"),
            (source_path.with_name(source_path.name + "-journal"), "-journal"),
        ):
            if file.exists():
                shutil.copyfile(file, copy.with_name(copy.name + side))
        if not shared.exists():
            return
        for side in SIDES:  # opened meanwhile: what was copied may be torn
            copy.with_name(copy.name + side).unlink(missing_ok=True)
    with (
        translated(source_path),
        closing(sqlite3.connect(f"{source_path.as_uri()}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)


def _check_kind(copy: Path) -> None:
    """Raise StudyError for a file that is not a study, before it is migrated."""
    with translated(copy), closing(sqlite3.connect(copy)) as conn:
        application = int(conn.execute("PRAGMA application_id").fetchone()[0])
        version = int(conn.execute("PRAGMA user_version").fetchone()[0])
    if application != APPLICATION_ID:
        raise StudyError(f"{copy} is not a needsseg study.", "Name the file your colleague sent you.")
    if version > LATEST:
        raise StudyError(
            f"{copy} was written by a newer needsseg (version {version} of the file; this program knows {LATEST}).",
            "Upgrade needsseg; the file was not touched.",
        )


def _check_sound(theirs: Study, path: Path) -> None:
    try:
        faults = opening.check(theirs)
    except StudyError as error:
        raise StudyError(error.message.replace(str(theirs.path), str(path)), error.hint) from error
    if faults:
        raise StudyError(f"{path} is damaged ({faults[0]}); nothing was merged.", "Ask your colleague for a backup.")
