"""What an import of subscriptions leaves open is asked at once, and can be changed later."""

from __future__ import annotations

from pathlib import Path

from textual.pilot import Pilot

from needsseg.actions.accounts import accounts
from needsseg.tui.app import NeedssegApp
from tests.fixtures.app.accounts_screen import opened
from tests.fixtures.app.small_study import LARGE, flat, play, seen, settled, small_study, typed


def test_overlapping_terms_and_the_interval_are_asked_after_the_import(tmp_path: Path) -> None:
    path = small_study(tmp_path)
    (tmp_path / "terms.csv").write_text(
        "account_id,plan,amount,currency,start_date\na,Team,1000,EUR,2025-01-01\na,Team,500,EUR,2025-02-01\n"
    )

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot)
        await pilot.press("i")
        await typed(pilot, str(tmp_path / "terms.csv"))
        await pilot.press("r")
        await settled(app, pilot)
        text = flat(seen(app))
        assert "Terms of one account that overlap and have no ids" in text
        assert "€1,500" in text and "€500" in text and "$ changes it later" in text
        await typed(pilot, "replace")
        assert "How often are amounts paid that do not say?" in flat(seen(app))
        await typed(pilot, "month")
        await settled(app, pilot)
        source = accounts.sources(app.study)["subscriptions"]
        assert source.amounts == {"terms": "replace", "interval": "month"}
        assert "read 2 subscriptions from terms.csv" in flat(seen(app))
        await pilot.press("escape", "dollar_sign")
        assert "replace each other" in flat(seen(app))
        await typed(pilot, "currency")
        await typed(pilot, "USD")
        amounts = accounts.sources(app.study)["subscriptions"].amounts
        assert amounts is not None and amounts["currency"] == "USD"

    play(path, scenes, LARGE)
