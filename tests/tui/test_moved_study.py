"""The app notices that its file was moved before anything is acknowledged, and offers to save a copy."""

from __future__ import annotations

from pathlib import Path

from textual.pilot import Pilot

from needsseg.actions.study import studies
from needsseg.actions.transcripts import interviews
from needsseg.tui.app import NeedssegApp
from tests.fixtures.tui_desk import flat, play, seen, settled, small_study


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
