"""The stack's row under the cursor says why its accounts cancelled."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from needsseg.actions.accounts import account_sources
from needsseg.actions.study import studies
from needsseg.tui.app import NeedssegApp
from tests.fixtures.app.small_study import LARGE, SMALL, flat, play, seen
from tests.fixtures.app.stack_screen import opened, prepared


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
def test_the_row_under_the_cursor_says_why_its_accounts_cancelled(tmp_path: Path, size: tuple[int, int]) -> None:
    path = prepared(tmp_path)
    with studies.open_study(path) as study:
        (tmp_path / "churn.csv").write_text(
            "account_id,churn_date,reason_code\na1,2026-05-01,price\na2,2026-03-31,bugs\na2,2026-04-01,price\n"
            "a3,2026-05-02,\na3,2026-12-31,later\n",
            encoding="utf-8",
        )
        account_sources.import_source(study, tmp_path / "churn.csv")

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        assert screen.rollup is not None
        for row in screen.rollup.rows:
            reasons = row.reasons or {}
            words = ", ".join(f"{reason} {count}" for reason, count in reasons.items())
            assert f"{sum(reasons.values())} cancellation" in flat(seen(app)) and words in flat(seen(app))
            await pilot.press("j")
        assert "4 cancellations: price 2, bugs 1, no reason 1" in flat(seen(app))

    play(path, scenes, size)
