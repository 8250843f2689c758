"""Two apps on one study: each person's u takes back their own; others' work and merges only when asked."""

from __future__ import annotations

from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import OptionList

from needsseg.actions.coding import passages
from needsseg.actions.study import history, merging, studies
from needsseg.tui.app import NeedssegApp
from needsseg.tui.study.history import HistoryScreen
from needsseg.tui.widgets.prompt import Prompt
from tests.fixtures.app.small_study import flat, play, seen, small_study


def test_u_is_ones_own_and_the_history_asks_for_others(tmp_path: Path) -> None:
    path = small_study(tmp_path)

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        app.study.actor = "anna"
        first, second, third = (row.id for row in passages.listing(app.study, "ines-carvalho")[:3])
        passages.decide(app.study, [first], "rejected")
        passages.decide(app.study, [second], "rejected")
        with studies.open_study(path) as other:
            other.actor = "berta"
            passages.decide(other, [third], "rejected")
            passages.code(other, [second], "late")
        await pilot.press("u")
        await pilot.pause()
        assert "depends on it" in flat(seen(app)) or "depend on it" in flat(seen(app))
        with studies.open_study(path) as other:
            other.actor = "berta"
            history.undo(other)
        await pilot.press("u")
        await pilot.pause()
        assert [passages.one(app.study, one).status for one in (first, second, third)] == [
            "rejected", "suggested", "rejected",
        ]  # fmt: skip
        await pilot.press("h")
        await pilot.pause()
        listed = app.screen.query_one(OptionList)
        theirs = next(row for row in history.listing(app.study) if row.actor == "berta" and row.state == "done")
        listed.highlighted = [row.id for row in history.listing(app.study)].index(theirs.id)
        await pilot.press("u")
        await pilot.pause()
        assert isinstance(app.screen, Prompt) and "berta's action" in flat(seen(app))
        await pilot.press("escape")
        await pilot.pause()
        assert passages.one(app.study, third).status == "rejected"
        await pilot.press("u")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert passages.one(app.study, third).status == "suggested"
        await pilot.press("ctrl+r")
        await pilot.pause()
        assert passages.one(app.study, third).status == "rejected", "what one took back oneself is done again"
        await pilot.press("p")
        await pilot.pause()
        await pilot.press(*"berta", "enter")
        await pilot.pause()
        assert isinstance(app.screen, HistoryScreen)
        assert "History of berta" in seen(app) and "· anna" not in seen(app) and "· berta" in seen(app)

    play(path, scenes, (120, 40))


def test_a_merge_is_taken_back_when_asked(tmp_path: Path) -> None:
    path = small_study(tmp_path)

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        with studies.open_study(studies.backup(app.study, tmp_path / "theirs.db")) as other:
            other.actor = "berta"
            passages.code(other, [passages.listing(other)[0].id], "late")
        merging.merge(app.study, tmp_path / "theirs.db")
        await pilot.press("u")
        await pilot.pause()
        assert isinstance(app.screen, Prompt)
        assert "your merge" in flat(seen(app)) and "theirs.db" in flat(seen(app))
        assert history.listing(app.study)[0].state == "done"
        await pilot.press("enter")
        await pilot.pause()
        assert history.listing(app.study)[0].state == "undone" and "Undid" in flat(seen(app))

    play(path, scenes)
