"""Backups made before the first change of a sitting, how many are kept, and what they take along."""

from __future__ import annotations

import shutil
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from needsseg.actions.coding import passages
from needsseg.actions.study import studies
from needsseg.errors import StudyError, UsageError
from needsseg.study.connection import Study
from needsseg.study.file import backups
from needsseg.study.file.copies import AUTOMATIC, Backup
from needsseg.study.file.private import private_place
from tests.fixtures.studies.study_files import automatic_backups, count_passages, mark_passage
from tests.fixtures.wording.matching import refuses


def test_a_backup_is_made_before_the_first_change_of_a_sitting_and_none_where_one_only_reads(talk: Study) -> None:
    talk.close()
    with studies.open_study(talk.path) as study:
        passages.listing(study)
        assert studies.backups(talk.path) == [] and not private_place(talk.path).exists()
        passages.mark(study, "anna", 47, 60)
        passages.mark(study, "anna", 61, 70)
    (copy,) = automatic_backups(talk.path)
    assert count_passages(copy.path) == 0
    assert stat.S_IMODE(copy.path.stat().st_mode) == 0o600
    assert (
        stat.S_IMODE(private_place(talk.path).stat().st_mode) == stat.S_IMODE(copy.path.parent.stat().st_mode) == 0o700
    )
    with studies.open_study(talk.path) as study, pytest.raises(KeyError), study.action("nothing"):
        raise KeyError
    assert [count_passages(each.path) for each in automatic_backups(talk.path)] == [2, 0]
    with studies.open_study(talk.path) as study, pytest.raises(KeyError), study.action("nothing"):
        raise KeyError
    assert len(automatic_backups(talk.path)) == 2, "nothing was changed since"


def test_settings_decide_how_many_are_kept(talk: Study) -> None:
    talk.close()
    settings = talk.path.with_name("needsseg.toml")
    settings.write_text("backups = 0\n", encoding="utf-8")
    mark_passage(talk.path, 47, 50)
    assert automatic_backups(talk.path) == []
    settings.write_text("backups = 2\nbackup_days = 0\n", encoding="utf-8")
    for start in (51, 55, 60, 65):
        mark_passage(talk.path, start, start + 3)
    assert [count_passages(each.path) for each in automatic_backups(talk.path)] == [4, 3]
    settings.write_text("backups = -1\n", encoding="utf-8")
    with refuses(UsageError, "backups", "-1"):
        studies.open_study(talk.path)


def test_the_newest_and_one_a_day_are_kept() -> None:
    now = datetime(2026, 3, 20, 12, tzinfo=UTC)
    made = [now - timedelta(hours=5 * number) for number in range(100)]
    copies = [Backup(Path(f"{number}.db"), at, AUTOMATIC, 1) for number, at in enumerate(made)]
    dropped = {copy.path for copy in backups.outdated(copies, 10, 14, now)}
    kept = [copy for copy in copies if copy.path not in dropped]
    assert kept[:10] == copies[:10]
    days = [copy.made_at.date() for copy in kept[10:]]
    assert len(days) == len(set(days)) and max(now - copy.made_at for copy in kept) < timedelta(days=14)
    assert {copy.made_at.date() for copy in kept} >= {(now - timedelta(days=back)).date() for back in range(14)}
    assert backups.outdated([Backup(Path("x.db"), now - timedelta(days=99), "before-restore", 1)], 0, 0, now) == []


def test_a_backup_takes_account_data_along_and_restoring_brings_it_back(talk: Study, tmp_path: Path) -> None:
    talk.stack.mkdir()
    (talk.stack / "accounts-1.parquet").write_bytes(b"rows")
    copy = studies.backup(talk, tmp_path / "copy.db")
    assert (tmp_path / "copy.db.stack" / "accounts-1.parquet").read_bytes() == b"rows"
    talk.close()
    shutil.rmtree(talk.stack)
    mark_passage(talk.path, 47, 60)
    done = studies.restore(talk.path, copy)
    assert (talk.stack / "accounts-1.parquet").read_bytes() == b"rows"
    assert count_passages(talk.path) == 0 and not done.was_damaged
    assert done.previous is not None and count_passages(done.previous) == 1
    studies.restore(talk.path, Path(done.previous.name))
    assert count_passages(talk.path) == 1


def test_account_data_is_private_in_a_backup_and_after_restoring(talk: Study, tmp_path: Path) -> None:
    (talk.stack / "parts").mkdir(parents=True)
    (talk.stack / "parts" / "events-1.parquet").write_bytes(b"rows")
    (talk.stack / ".private").mkdir()
    (talk.stack / ".private" / "half.parquet").write_bytes(b"ha")
    (talk.stack / "zone.parquet").write_bytes(b"last")
    copy = studies.backup(talk, tmp_path / "copy.db")
    talk.close()
    shutil.rmtree(talk.stack)
    studies.restore(talk.path, copy)
    for stack in (tmp_path / "copy.db.stack", talk.stack):
        files = {path.relative_to(stack).as_posix(): stat.S_IMODE(path.stat().st_mode) for path in stack.rglob("*")}
        assert files == {"parts": 0o700, "parts/events-1.parquet": 0o600, "zone.parquet": 0o600}, "and nothing partial"
        assert stat.S_IMODE(stack.stat().st_mode) == 0o700


def test_a_failed_backup_leaves_nothing_behind(talk: Study, tmp_path: Path) -> None:
    (tmp_path / "there.db.stack").mkdir()
    before = sorted(path.name for path in tmp_path.iterdir())
    for target in (tmp_path / "missing" / "copy.db", tmp_path / "there.db"):
        with refuses(StudyError, target.name):
            studies.backup(talk, target)
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_program_that_has_the_study_open_sees_the_restored_state(talk: Study, tmp_path: Path) -> None:
    copy = studies.backup(talk, tmp_path / "copy.db")
    passages.mark(talk, "anna", 47, 60)
    studies.restore(talk.path, copy)
    assert passages.listing(talk) == [] and talk.place_fault() == ""
    passages.mark(talk, "anna", 61, 70)
    assert studies.check(talk) == []


def test_a_failing_automatic_backup_stops_no_change_and_is_told(talk: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> Path:
        raise OSError(28, "No space left on device")

    talk.close()
    monkeypatch.setattr(backups, "new_name", refuse)
    with studies.open_study(talk.path) as study:
        passages.mark(study, "anna", 47, 60)
        assert any("No automatic backup" in str(told) and "No space" in str(told) for told in study.notices)
    assert count_passages(talk.path) == 1
