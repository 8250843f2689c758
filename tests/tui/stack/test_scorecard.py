"""The scorecard on the stack screen: computed, divided in another way, and from a cell to its accounts."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from needsseg.tui.accounts.screen import AccountsScreen
from needsseg.tui.app import NeedssegApp
from needsseg.tui.stack.scorecard import ScorecardSheet
from needsseg.tui.stack.screen import StackScreen
from tests.fixtures.app.scorecard_result import result
from tests.fixtures.app.small_study import LARGE, SMALL, flat, play, seen, settled
from tests.fixtures.app.stack_screen import opened, prepared

SIZES_OF_SCREEN = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])


@SIZES_OF_SCREEN
def test_a_few_accounts_are_said_to_be_too_few_and_divided_in_another_way(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot)
        await pilot.press("s")
        await settled(app, pilot)
        assert isinstance(app.screen, ScorecardSheet), flat(seen(app))
        assert "0 findings of 0 differences" in flat(seen(app))
        await pilot.press("b")
        await pilot.pause()
        for key in ("p", "l", "a", "n"):
            await pilot.press(key)
        await pilot.press("enter")
        await settled(app, pilot)
        assert isinstance(app.screen, ScorecardSheet)
        text = flat(seen(app))
        assert "by plan as of 2026-06-29" in text
        assert "too few (2)" in text or "too few (1)" in text
        await pilot.press("enter")
        await settled(app, pilot)
        assert isinstance(app.screen, AccountsScreen)
        assert len(app.screen.profiles) in (1, 2)

    play(prepared(tmp_path), scenes, size)


@SIZES_OF_SCREEN
def test_findings_stand_first_and_cells_lead_to_accounts(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        sheet = ScorecardSheet(app.study, result())
        app.push_screen(sheet, lambda chosen: screen.commands._after_scorecard(("needs",), chosen))
        await pilot.pause()
        text = flat(seen(app))
        assert "[Builder] accounts take 11 days to weekly use" in text
        assert "1 finding of 1 difference" in text
        assert "! first note" in text
        assert "ARR $9,000 of 2 · median $0 ($0–$1) of 14" in text
        await pilot.press("v")
        await pilot.pause()
        assert "[Builder] 50% (25%–75%) of 14 ▲ · Reporter 50% (25%–75%) of 14 ▲" in flat(seen(app))
        await pilot.press("enter")
        await pilot.pause()
        text = flat(seen(app))
        assert "[Builder]: use timeline" in text and "Reporter: do not" in text
        await pilot.press("escape")
        await pilot.press("v", "enter")
        await settled(app, pilot)
        assert isinstance(app.screen, AccountsScreen)
        assert {profile.account_id for profile in app.screen.profiles} == {"a1", "a2"}
        assert "needs “[Builder]”" in flat(seen(app))
        await pilot.press("f5")
        await settled(app, pilot)
        assert isinstance(app.screen, StackScreen)

    play(prepared(tmp_path), scenes, size)
