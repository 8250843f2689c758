"""Restoring: over damaged, crashed and open studies, and what is refused."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from needsseg.actions.coding import passages
from needsseg.actions.study import studies
from needsseg.actions.transcripts import importing
from needsseg.cli.fixes import worded
from needsseg.errors import Fix, StudyError
from needsseg.study.connection import Study
from needsseg.study.file import copies
from needsseg.study.file.private import side
from tests.fixtures.studies.study_files import (
    automatic_backups,
    count_passages,
    crashed_copy,
    mark_passage,
    write_notes,
)
from tests.fixtures.wording.matching import refuses


def write_songs(path: Path) -> None:
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("CREATE TABLE songs (title TEXT)")


def write_newer_version(path: Path) -> None:
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("PRAGMA user_version = 99")


def write_holes(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 30] = b"\xff" * (4096 * 27)
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (write_notes, "cannot be read"),
        (write_songs, "not a needsseg study"),
        (write_newer_version, "99"),
        (write_holes, "damaged"),
    ],
)
def test_what_is_no_sound_study_is_not_restored(talk: Study, tmp_path: Path, spoil: object, says: str) -> None:
    copy = tmp_path / "copy.db"
    if spoil not in (write_notes, write_songs):
        studies.backup(talk, copy)
    spoil(copy)  # type: ignore[operator]
    before = talk.path.read_bytes()
    with refuses(StudyError, "copy.db", "cannot be restored", says):
        studies.restore(talk.path, copy)
    with refuses(StudyError, "no backup at", "needsseg backups"):
        studies.restore(talk.path, tmp_path / "nowhere.db")
    assert talk.path.read_bytes() == before


def test_a_database_of_another_program_is_not_overwritten(talk: Study, tmp_path: Path) -> None:
    write_songs(tmp_path / "other.db")
    before = (tmp_path / "other.db").read_bytes()
    with refuses(StudyError, "other.db", "not a needsseg study"):
        studies.restore(tmp_path / "other.db", talk.path)
    assert (tmp_path / "other.db").read_bytes() == before


def test_a_damaged_study_is_recognised_at_opening_and_the_newest_backup_offered_and_restored(
    talk: Study, tmp_path: Path
) -> None:
    talk.close()
    mark_passage(talk.path, 47, 60)
    mark_passage(talk.path, 61, 70)
    newest = automatic_backups(talk.path)[0].path
    write_holes(talk.path)
    with pytest.raises(StudyError) as told:
        studies.open_study(talk.path)
    assert "damaged" in told.value.message
    assert told.value.hint.fixes == (Fix.RESTORE, Fix.RESCUE) and f"restore {newest}" in worded(told.value.hint)
    done = studies.restore(talk.path, newest)
    assert done.was_damaged and count_passages(talk.path) == 1
    assert done.previous is not None and copies.fault_of(done.previous)
    assert studies.backups(talk.path)[0].kind == "damaged"


def test_a_backup_copied_over_a_study_after_a_crash_is_recognised_and_mended(talk: Study, tmp_path: Path) -> None:
    copy = studies.backup(talk, tmp_path / "copy.db")
    long = tmp_path / "bea.txt"
    long.write_text("Interviewer: So?\n\nBea: " + "words and more words. " * 3_000, encoding="utf-8")
    importing.import_transcripts(talk, [long])
    assert talk.fold_log()
    passages.mark(talk, "anna", 47, 60)
    path = crashed_copy(talk, tmp_path / "crashed")
    whole = tmp_path / "whole"
    shutil.copytree(path.parent, whole)
    assert count_passages(whole / "study.db") == 1, "a log that belongs to its file is folded in"
    shutil.copy(copy, path)
    before = {file.name: file.read_bytes() for file in path.parent.iterdir()}
    with refuses(StudyError, "study.db-wal", "replaced", f"restore {path}"):
        studies.open_study(path)
    assert {file.name: file.read_bytes() for file in path.parent.iterdir()} == before
    done = studies.restore(path, path)
    assert count_passages(path) == 0
    assert done.previous is not None and side(done.previous, "-wal").read_bytes() == before["study.db-wal"]


def test_restoring_over_a_crashed_study_takes_care_of_its_log(talk: Study, tmp_path: Path) -> None:
    copy = studies.backup(talk, tmp_path / "copy.db")
    passages.mark(talk, "anna", 47, 60)
    path = crashed_copy(talk, tmp_path / "crashed")
    done = studies.restore(path, copy)
    assert count_passages(path) == 0 and done.previous is not None and count_passages(done.previous) == 1
    path.unlink()
    studies.restore(path, copy)
    assert count_passages(path) == 0
