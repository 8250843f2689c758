"""The app notices that its file was moved or replaced, saves a copy, lists and restores backups, and mends what is damaged."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from textual.pilot import Pilot

from needsseg import tui
from needsseg.actions.coding import passages
from needsseg.actions.study import studies
from needsseg.actions.transcripts import interviews
from needsseg.cli.narration import Session
from needsseg.cli.study.study import open_app
from needsseg.errors import StudyError
from needsseg.study.file.faults import DamagedError
from needsseg.study.file.private import backups_folder
from needsseg.tui.app import NeedssegApp
from needsseg.tui.study import commands, damaged_study
from needsseg.tui.widgets.prompt import Prompt
from tests.fixtures.app.small_study import LARGE, SMALL, flat, play, seen, settled, small_study


def test_a_moved_study_is_noticed_and_a_copy_is_saved(tmp_path: Path) -> None:
    path = small_study(tmp_path)

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        path.rename(tmp_path / "elsewhere.db")
        app.poll()
        await settled(app, pilot)
        assert "was moved or deleted" in flat(seen(app))
        await pilot.press("enter")
        await settled(app, pilot)
        app.poll()
        await settled(app, pilot)
        assert "Save a copy" not in flat(seen(app)), "it is asked once"
        with studies.open_study(path.with_name(f"{path.stem}.saved.db")) as copy:
            assert len(interviews.listing(copy)) == 3

    play(path, scenes)


def test_a_backup_copied_over_the_open_study_is_noticed_before_a_decision_and_a_copy_is_saved(tmp_path: Path) -> None:
    path = small_study(tmp_path)
    with studies.open_study(path) as study:
        copy = studies.backup(study, tmp_path / "copy.db")

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        accepted = passages.listing(app.study, "ines-carvalho")[0].id
        passages.decide(app.study, [accepted], "accepted")
        assert app.study.fold_log() and app.study.place_fault() == ""
        shutil.copyfile(copy, path)
        with pytest.raises(StudyError, match="replaced by the content of another file"):
            passages.decide(app.study, [accepted], "rejected")
        app.poll()
        await settled(app, pilot)
        assert "was replaced by the content of another file" in flat(seen(app))
        await pilot.press("enter")
        await settled(app, pilot)
        with studies.open_study(path.with_name(f"{path.stem}.saved.db")) as saved:
            assert [row.status for row in passages.listing(saved) if row.id == accepted] == ["accepted"]
            assert studies.check(saved) == []

    play(path, scenes)
    assert path.read_bytes() == copy.read_bytes()


@pytest.mark.slow
def test_backups_are_listed_checked_and_restored_in_the_app_after_asking(tmp_path: Path) -> None:
    path = small_study(tmp_path)
    with studies.open_study(path) as study:
        studies.backup(study, tmp_path / "copy.db")
    damaged = backups_folder(path) / "2026-01-01T00-00-00.000000Z-automatic.db"
    damaged.write_bytes(b"no database" * 500)

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        passages.decide(app.study, [passages.listing(app.study)[0].id], "rejected")
        before = len(passages.listing(app.study, status="suggested"))
        commands.backups(app)
        await settled(app, pilot)
        shown = flat(seen(app))
        assert "made by you" in shown and "automatic, before a change" in shown and "UTC" in shown and "MB" in shown
        assert shown.count("not sound") == 1
        await pilot.press("G", "enter")
        await settled(app, pilot)
        assert "cannot be restored" in flat(seen(app)) and not isinstance(app.screen, Prompt)
        await pilot.press("g", "enter")
        await settled(app, pilot)
        assert isinstance(app.screen, Prompt) and "Replace the study with the backup of" in flat(seen(app))
        await pilot.press("down", "enter")
        await settled(app, pilot)
        assert len(passages.listing(app.study, status="suggested")) == before, "it was left as it is"
        await pilot.press("enter", "enter")
        await settled(app, pilot)
        assert len(passages.listing(app.study, status="suggested")) == before + 1
        assert "kept as" in flat(seen(app)) and "kept aside by a restore" in flat(seen(app))
        await pilot.press("escape")
        app.poll()
        await settled(app, pilot)
        assert app.study.place_fault() == ""
        passages.decide(app.study, [passages.listing(app.study)[0].id], "accepted")

    play(path, scenes, LARGE)


def _damaged(path: Path) -> None:
    """Spoils the first page of one table."""
    with closing(sqlite3.connect(path)) as conn:
        size = conn.execute("PRAGMA page_size").fetchone()[0]
        page = conn.execute("SELECT rootpage FROM sqlite_master WHERE name = 'turns'").fetchone()[0]
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)


@pytest.mark.parametrize(("keys", "answer"), [("enter", "restore"), ("down enter", "rescue"), ("escape", "leave")])
def test_what_can_be_done_about_a_damaged_study_is_asked(tmp_path: Path, keys: str, answer: str) -> None:
    path = small_study(tmp_path)
    with studies.open_study(path) as study:
        passages.decide(study, [passages.listing(study)[0].id], "rejected")
    _damaged(path)
    with pytest.raises(DamagedError) as told:
        studies.open_study(path)

    async def scene() -> None:
        app = damaged_study.DamagedStudyApp(path, told.value)
        async with app.run_test(size=SMALL) as pilot:
            await pilot.pause()
            shown = flat(seen(app))
            assert "is damaged" in shown and "newest sound backup" in shown and "study.rescued.db" in shown
            await pilot.press(*keys.split())
            await pilot.pause()
        assert app.return_value == answer

    asyncio.run(scene())


def test_the_app_opens_what_was_restored_or_rescued_and_says_where_the_damaged_file_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = small_study(tmp_path)
    with studies.open_study(path) as study:
        passages.decide(study, [passages.listing(study)[0].id], "rejected")
    _damaged(path)
    opened: list[Path] = []

    def run(study: Path) -> int:
        opened.append(study)
        return 0

    monkeypatch.setattr(tui, "run", run)
    session = Session()
    session.path = str(path)
    monkeypatch.setattr(damaged_study, "ask", lambda *_: damaged_study.LEAVE)
    with pytest.raises(DamagedError):
        open_app(session)
    monkeypatch.setattr(damaged_study, "ask", lambda *_: damaged_study.RESCUE)
    open_app(session)
    assert opened == [path.with_name("study.rescued.db")]
    monkeypatch.setattr(damaged_study, "ask", lambda *_: damaged_study.RESTORE)
    open_app(session)
    assert opened[1:] == [path] and "The damaged file is kept as" in capsys.readouterr().err
    with studies.open_study(path) as study:
        assert studies.check(study) == []


def test_a_file_that_is_no_study_and_has_no_backup_is_only_named(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    path.write_text("no database at all, but words " * 40, encoding="utf-8")
    with pytest.raises(DamagedError) as told:
        studies.open_study(path)
    assert damaged_study.choices(path, told.value) == [] and damaged_study.ask(path, told.value) == damaged_study.LEAVE
