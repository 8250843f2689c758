"""Forgotten words are erased everywhere beside the study, and what remains to be done is said."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from needsseg.actions.coding import passages
from needsseg.actions.study import studies
from needsseg.actions.transcripts import importing, interviews
from needsseg.errors import StudyError
from needsseg.study import connection
from needsseg.study.connection import Study
from needsseg.study.file import erasing
from needsseg.study.file.private import private_place, side
from tests.fixtures.studies.study_files import automatic_backups, ended_process, mark_passage
from tests.fixtures.wording.matching import says


def files_with(word: bytes, folder: Path) -> list[str]:
    return [str(file) for file in folder.rglob("*") if file.is_file() and word in file.read_bytes()]


def test_forgotten_words_are_erased_from_every_place_beside_the_study(talk: Study, tmp_path: Path) -> None:
    talk.close()
    mark_passage(talk.path, 47, 116)
    mark_passage(talk.path, 47, 60)
    shutil.copy(talk.path, side(talk.path, ".before-migration-3"))
    merging = private_place(talk.path) / "tmp" / ".merging-x.needsseg-tmp"
    merging.mkdir(parents=True)
    shutil.copy(talk.path, merging / "theirs.db")
    (talk.path.parent / f".report.md.{ended_process()}.partial").write_text(
        "When a nurse calls in sick", encoding="utf-8"
    )
    with studies.open_study(talk.path) as study:
        study.results.mkdir(parents=True)
        (study.results / "kept.json").write_text("When a nurse calls in sick", encoding="utf-8")
        own = studies.backup(study, tmp_path / "elsewhere.db")
        erased = importing.forget_interview(study, "anna")
        assert erased == importing.Erased((), (own,))
    own.unlink()
    (tmp_path / "anna.txt").unlink()
    assert not study.results.exists()
    assert files_with(b"nurse", talk.path.parent) == []


def test_erasing_that_was_cut_short_is_finished_at_the_next_start_and_told(
    talk: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    with studies.open_study(talk.path) as study:
        passages.mark(study, "anna", 47, 60)
    assert automatic_backups(talk.path)
    monkeypatch.setattr(erasing, "_erase_elsewhere", lambda _: [])  # as if the program had ended there
    with studies.open_study(talk.path) as study:
        importing.forget_interview(study, "anna")
    monkeypatch.undo()
    assert automatic_backups(talk.path)
    with studies.open_study(talk.path) as study:
        (told,) = study.notices
        assert says(told, "erasing", "finished")
    assert not automatic_backups(talk.path)
    with studies.open_study(talk.path) as study:
        assert study.notices == []


def test_words_that_another_open_transaction_keeps_are_told(talk: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "FOLD_SECONDS", 0.05)
    with closing(sqlite3.connect(talk.path, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM interviews").fetchone()
        erased = importing.forget_interview(talk, "anna")
        assert len(erased.remaining) == 1 and says(erased.remaining[0], "study.db-wal", "needsseg --study", "check")
    talk.close()
    (talk.path.parent / "anna.txt").unlink()
    assert files_with(b"nurse", talk.path.parent) == []


def test_where_the_disk_is_full_erasing_says_what_is_left_to_do(
    talk: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_study: Study) -> None:
        raise StudyError("study.db: no room is left on the disk.", "")

    with monkeypatch.context() as broken:
        broken.setattr(Study, "vacuum", full)
        erased = importing.forget_interview(talk, "anna")
    assert says(erased.remaining[0], "no room is left on the disk", "free pages", f"needsseg --study {talk.path} check")
    path = talk.path
    talk.close()
    with studies.open_study(path) as study:
        assert studies.check(study) == [] and interviews.keys(study) == []
        assert study.notices == [studies.ERASED_ON]
