"""A study whose file was moved, deleted, replaced or overwritten while it is open: noticed, and nothing is lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from needsseg.actions.coding import codebook, passages
from needsseg.actions.study import studies
from needsseg.actions.transcripts import importing
from needsseg.errors import StudyError
from needsseg.study.connection import Study
from tests.fixtures.samples import SHORT_TALK
from tests.fixtures.studies.study_files import count_passages, crashed_copy
from tests.fixtures.wording.matching import refuses


@pytest.mark.parametrize("what", ["moved", "deleted", "replaced"])
def test_nothing_is_acknowledged_where_the_file_was_moved_deleted_or_replaced(
    talk: Study, tmp_path: Path, what: str
) -> None:
    passages.mark(talk, "anna", 47, 60)
    copy = studies.backup(talk, tmp_path / "copy.db")
    if what == "deleted":
        talk.path.unlink()
    else:
        talk.path.rename(tmp_path / "moved.db")
    if what == "replaced":
        shutil.copy(copy, talk.path)
    assert what in talk.place_fault()
    with refuses(StudyError, "study.db", what, "nothing was changed"):
        passages.mark(talk, "anna", 61, 70)
    assert len(passages.listing(talk)) == 1
    saved = studies.backup(talk, tmp_path / "saved.db")
    talk.close()
    assert count_passages(saved) == 1


@pytest.mark.parametrize("colleague", [True, False], ids=["a colleague wrote too", "alone"])
def test_a_backup_copied_over_an_open_study_is_noticed_and_nothing_acknowledged_is_lost(
    talk: Study, tmp_path: Path, colleague: bool
) -> None:
    copy = studies.backup(talk, tmp_path / "copy.db")
    passages.mark(talk, "anna", 47, 60)
    assert talk.fold_log() and talk.place_fault() == ""
    if colleague:
        with studies.open_study(talk.path) as theirs:
            passages.mark(theirs, "anna", 80, 90)
    os.utime(talk.path)
    assert talk.place_fault() == "", "its time alone says nothing"
    shutil.copyfile(copy, talk.path)
    with refuses(StudyError, "study.db", "replaced", "nothing was changed"):
        passages.mark(talk, "anna", 61, 70)
    with refuses(StudyError, "study.db", "replaced"):
        studies.remember_place(talk, "app", {"mode": "code"})
    saved = studies.backup(talk, tmp_path / "saved.db")
    talk.close()
    assert talk.path.read_bytes() == copy.read_bytes(), "its log is not mixed into the file that was copied there"
    assert count_passages(saved) == 1 + colleague
    with studies.open_study(saved) as study:
        assert studies.check(study) == []


def test_a_copy_of_all_that_the_file_held_changes_nothing(talk: Study, tmp_path: Path) -> None:
    copy = studies.backup(talk, tmp_path / "copy.db")
    passages.mark(talk, "anna", 47, 60)
    shutil.copyfile(copy, talk.path)
    passages.mark(talk, "anna", 61, 70)
    path = talk.path
    talk.close()
    with studies.open_study(path) as study:
        assert len(passages.listing(study)) == 2 and studies.check(study) == []


def test_a_copy_from_before_studies_were_marked_is_noticed_and_a_new_mark_is_no_other_file(
    talk: Study, tmp_path: Path
) -> None:
    copy = studies.backup(talk, tmp_path / "copy.db")
    with closing(sqlite3.connect(copy)) as held, held:
        held.execute("DELETE FROM places")
    with closing(sqlite3.connect(copy)) as held:
        held.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with studies.open_study(copy) as older:  # which gives it a mark
        passages.mark(older, "anna", 47, 60)
        assert older.fold_log() and older.place_fault() == ""
        passages.mark(older, "anna", 61, 70)
        assert older.fold_log() and older.place_fault() == ""
    with closing(sqlite3.connect(copy)) as held, held:
        held.execute("DELETE FROM places")
    with closing(sqlite3.connect(copy)) as held:
        held.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert talk.fold_log() and talk.place_fault() == ""
    shutil.copyfile(copy, talk.path)
    assert "replaced" in talk.place_fault()


def test_an_erasing_by_somebody_else_is_no_other_file(talk: Study, tmp_path: Path) -> None:
    (tmp_path / "bea.txt").write_text(SHORT_TALK.replace("Anna", "Bea"), encoding="utf-8")
    importing.import_transcripts(talk, [tmp_path / "bea.txt"])
    for number in range(5):
        codebook.create(talk, f"code {number}")
    assert talk.fold_log() and talk.place_fault() == ""
    with studies.open_study(talk.path) as theirs:
        importing.forget_interview(theirs, "bea")
        assert theirs.fold_log()
    assert talk.place_fault() == ""
    passages.mark(talk, "anna", 47, 60)
    assert talk.fold_log() and talk.place_fault() == ""


def test_another_study_copied_over_an_open_one_is_noticed(talk: Study, tmp_path: Path) -> None:
    with studies.init(tmp_path / "other.db") as other:
        for number in range(9):
            codebook.create(other, f"code {number}")
    assert talk.fold_log() and talk.place_fault() == ""
    shutil.copyfile(tmp_path / "other.db", talk.path)
    assert "replaced" in talk.place_fault()


def test_what_cannot_be_saved_whole_after_the_file_was_overwritten_is_said(talk: Study, tmp_path: Path) -> None:
    passages.mark(talk, "anna", 47, 60)
    assert talk.fold_log()
    talk.execute("PRAGMA cache_size = 1")  # so that nearly nothing of it is held
    talk.execute("PRAGMA shrink_memory")
    with talk.path.open("r+b") as file:
        file.write(os.urandom(talk.path.stat().st_size))
    saved = tmp_path / "saved.db"
    with refuses(StudyError, "study.db", "replaced", "cannot be saved whole", "rescue"):
        studies.backup(talk, saved)
    assert not saved.exists()
    talk.close()


def test_what_sqlite_itself_writes_is_never_taken_for_another_files_content(talk: Study) -> None:
    def write(study: Study, whose: str) -> None:
        study.execute("PRAGMA wal_autocheckpoint = 3")
        for number in range(40):
            studies.remember_place(study, f"{whose} {number % 5}", {"words": whose * 900})
            assert study.place_fault() == ""

    def colleague() -> None:
        with studies.open_study(talk.path) as study:
            write(study, "theirs")

    with ThreadPoolExecutor(1) as pool:
        theirs = pool.submit(colleague)
        write(talk, "own")
        theirs.result()
    assert talk.fold_log() and talk.place_fault() == ""
    talk.vacuum()
    assert talk.place_fault() == ""


def test_after_a_crash_an_overwritten_file_is_noticed_too(talk: Study, tmp_path: Path) -> None:
    copy = studies.backup(talk, tmp_path / "copy.db")
    passages.mark(talk, "anna", 47, 60)
    with studies.open_study(crashed_copy(talk, tmp_path / "crashed")) as study:
        assert study.place_fault() == ""
        shutil.copyfile(copy, study.path)
        assert "replaced" in study.place_fault()
