"""Studies on disks that are full, that can only be read, or that a service synchronises."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from needsseg.actions.coding import passages
from needsseg.actions.study import studies
from needsseg.actions.transcripts import interviews
from needsseg.errors import StudyError
from needsseg.study import opening
from needsseg.study.connection import Study
from needsseg.study.file import faults, watched_places
from tests.fixtures.studies.study_files import crashed_copy
from tests.fixtures.wording.matching import refuses


def test_a_study_that_cannot_be_written_can_be_read(
    talk: Study, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    passages.mark(talk, "anna", 47, 60)
    path = crashed_copy(talk, tmp_path / "medium")
    real = os.access
    monkeypatch.setattr(os, "access", lambda file, mode: mode != os.W_OK and real(file, mode))
    before = {file.name: file.read_bytes() for file in path.parent.iterdir()}
    with studies.open_study(path) as study:
        assert len(passages.listing(study)) == 1 and study.place_fault() == ""
        studies.remember_place(study, "app", {"mode": "code"})
        with refuses(StudyError, "study.db", "only be read", "nothing was changed"):
            passages.mark(study, "anna", 61, 70)
        assert any("only be read" in str(told) for told in studies.warnings(study))
        assert studies.check(study) == []
    assert {file.name: file.read_bytes() for file in path.parent.iterdir()} == before


@pytest.mark.parametrize("text", ["disk I/O error", "unable to open database file", "database or disk is full"])
def test_a_study_on_a_full_disk_can_be_read(talk: Study, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    def full(_conn: sqlite3.Connection) -> None:
        raise sqlite3.OperationalError(text)

    talk.close()
    monkeypatch.setattr(faults, "_is_full", lambda _path: True)
    monkeypatch.setattr(opening, "_to_wal", full)
    with closing(sqlite3.connect(talk.path)) as conn:
        conn.execute("PRAGMA journal_mode = DELETE")
    with studies.open_study(talk.path) as study:
        assert [row.key for row in interviews.listing(study)] == ["anna"]
        with refuses(StudyError, "disk is full", "nothing was changed"):
            passages.mark(study, "anna", 47, 60)


@pytest.mark.parametrize(
    ("folder", "service"),
    [
        ("OneDrive - Example Ltd", "OneDrive"),
        ("Dropbox (Team)", "Dropbox"),
        ("Mobile Documents", "iCloud"),
        ("Dropboxes", ""),
        ("plain", ""),
    ],
)
def test_synchronised_folders_are_warned_of(tmp_path: Path, folder: str, service: str) -> None:
    path = tmp_path / folder / "deep" / "study.db"
    with studies.init(path) as study:
        assert watched_places.synchronised(path) == service
        assert any(service in str(told) for told in studies.warnings(study)) if service else not studies.warnings(study)
