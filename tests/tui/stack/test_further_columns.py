"""The stack divides accounts by further columns of their file."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from needsseg.actions.accounts import account_sources, accounts
from needsseg.actions.study import studies
from needsseg.tui.app import NeedssegApp
from tests.fixtures.app.small_study import LARGE, SMALL, flat, play, seen, settled
from tests.fixtures.app.stack_screen import opened, prepared

SIZES_OF_SCREEN = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])


@SIZES_OF_SCREEN
def test_accounts_are_divided_by_a_further_column(tmp_path: Path, size: tuple[int, int]) -> None:
    path = prepared(tmp_path)
    with studies.open_study(path) as study:
        ids = [account.account_id for account in accounts.listing(study)]
        rows = "".join(f"{key},{'North/1' if place else 'South'},x\n" for place, key in enumerate(ids))
        (tmp_path / "crm.csv").write_text(f"account_id,Team: sales,size\n{rows}", encoding="utf-8")
        account_sources.import_source(study, tmp_path / "crm.csv", "accounts")

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        await pilot.press("B")
        await settled(app, pilot)
        assert "Divide accounts by which further column?" in flat(seen(app))
        assert "Team: sales" in flat(seen(app)) and "column:size" in flat(seen(app))
        await pilot.press("escape")
        await settled(app, pilot)
        assert screen.rollup is not None and screen.rollup.by == "size"
        await pilot.press("B", "enter")
        await settled(app, pilot)
        assert screen.rollup.by == "Team: sales"
        assert "Accounts: need by Team: sales" in flat(seen(app)) and "North/1" in flat(seen(app))
        assert dict(zip(screen.rollup.columns, [c.accounts for c in screen.rollup.totals.values()], strict=True)) == {
            "North/1": len(ids) - 1, "South": 1,
        }  # fmt: skip
        await pilot.press("x", "enter")
        await settled(app, pilot)
        assert (tmp_path / "rollup-needs_segment-by-Team_sales-2026-06-29.csv").exists()
        await pilot.press("b")
        await settled(app, pilot)
        assert screen.rollup.by == "size"

    play(path, scenes, size)


@SIZES_OF_SCREEN
def test_a_study_without_further_columns_says_so(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot)
        await pilot.press("B")
        await settled(app, pilot)
        assert "the accounts have no further columns" in flat(seen(app))

    play(prepared(tmp_path), scenes, size)
