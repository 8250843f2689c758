"""What only a person can say of a file is asked once; records have a place on the account's page."""

from __future__ import annotations

from pathlib import Path

from textual.pilot import Pilot

from needsseg.actions.accounts import account_sources, accounts
from needsseg.tui.accounts.mapping import MappingScreen
from needsseg.tui.accounts.page import AccountPageSheet
from needsseg.tui.app import NeedssegApp
from tests.fixtures.app.accounts_screen import everything, opened, prepared
from tests.fixtures.app.small_study import LARGE, flat, play, seen, settled, small_study, typed


def test_a_file_without_a_header_is_asked_about_once(tmp_path: Path) -> None:
    path = small_study(tmp_path)
    (tmp_path / "bare.csv").write_text("a1,Acme,2026-01-02\na2,Beta,2026-02-03\n")

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot)
        await pilot.press("i")
        await typed(pilot, str(tmp_path / "bare.csv"))
        text = flat(seen(app))
        assert "What is in the first row?" in text and "row 1 looks like data" in text
        await typed(pilot, "data")
        assert "What is in bare.csv?" in flat(seen(app))
        await typed(pilot, "accounts")
        assert isinstance(app.screen, MappingScreen)
        await pilot.press("equals_sign")
        await typed(pilot, "account_id=column 1")
        await typed(pilot, "name=column 2")
        assert "1 a1 · Acme" in flat(seen(app))
        await pilot.press("escape", "r")
        await settled(app, pilot)
        source = accounts.sources(app.study)["accounts"]
        assert (source.row_count, source.mapping["name"]) == (2, "column 2")

    play(path, scenes, LARGE)


def test_tenures_are_asked_about_and_become_accounts_and_subscriptions(tmp_path: Path) -> None:
    path = small_study(tmp_path)
    (tmp_path / "customers.csv").write_text(
        "customerID,tenure,Contract,MonthlyCharges,Churn\nc1,3,Month-to-month,20,No\nc2,14,One year,30,Yes\n"
    )

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot)
        await pilot.press("i")
        await typed(pilot, str(tmp_path / "customers.csv"))
        assert "Until which day do tenures count?" in flat(seen(app))
        await typed(pilot, "2026-06-30")
        assert "In which unit are tenures?" in flat(seen(app))
        await typed(pilot, "months")
        assert isinstance(app.screen, MappingScreen)
        assert "2026-03-30" in flat(seen(app))
        await pilot.press("r")
        await settled(app, pilot)
        sources = accounts.sources(app.study)
        assert (sources["accounts"].row_count, sources["subscriptions"].row_count) == (2, 2)
        assert "1 customer left" in flat(seen(app))

    play(path, scenes, LARGE)


def test_the_page_has_a_section_for_tickets_and_scores(tmp_path: Path) -> None:
    path = prepared(tmp_path)

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        tickets = tmp_path / "tickets.csv"
        rows = [
            f"t{n},{row.account_id},2025-01-02,Sync [b]fails\n" for n, row in enumerate(accounts.listing(app.study))
        ]
        tickets.write_text("ticket_id,account_id,created_at,subject\n" + "".join(rows))
        account_sources.import_source(app.study, tickets)
        screen = await opened(app, pilot)
        await pilot.press("enter")
        await settled(app, pilot)
        assert isinstance(app.screen, AccountPageSheet) and screen is not app.screen
        text = everything(app.screen)
        assert "Users, cancellations, tickets and scores" in text
        assert "1 ticket" in text and "2025-01-02 · Sync [b]fails" in text

    play(path, scenes, LARGE)
