"""The table of accounts: many lines, filters, order, the date and the stage."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from needsseg.actions.accounts import account_sources
from needsseg.actions.study import studies
from needsseg.tui.accounts.filters import Filters
from needsseg.tui.accounts.page import AccountPageSheet
from needsseg.tui.app import NeedssegApp
from tests.fixtures.app.accounts_screen import everything, opened, prepared
from tests.fixtures.app.small_study import (
    LARGE,
    SMALL,
    flat,
    play,
    seen,
    settled,
    small_study,
    typed,
)


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_a_list_of_many_accounts_makes_only_the_lines_in_sight(tmp_path: Path, size: tuple[int, int]) -> None:
    path = small_study(tmp_path)
    rows = "".join(f"a{n:05},[b]Works {n:05}[/],{n % 900}\n" for n in range(20_000))
    (tmp_path / "many.csv").write_text("account_id,name,employees\n" + rows, encoding="utf-8")
    with studies.open_study(path) as study:
        account_sources.import_source(study, tmp_path / "many.csv")
        studies.remember_place(study, "accounts", {"as_of": "2026-07-01", "sort": "name"})

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        assert "account 1/20,000" in flat(seen(app)) and "[b]Works 00000[/]" in flat(seen(app))
        await pilot.press("G")
        assert "account 20,000/20,000" in flat(seen(app)) and "[b]Works 19999[/]" in flat(seen(app))
        await pilot.press("k", "pageup", "home", "j", "down", "pagedown", "up", "end")
        assert screen.account is not None and screen.account.account_id == "a19999"
        await pilot.press("s")
        await typed(pilot, "name")
        await settled(app, pilot)
        assert screen.account.account_id == "a19999" and "account 1/20,000" in flat(seen(app))
        await pilot.press("slash")
        await typed(pilot, "works 0777")
        await settled(app, pilot)
        assert "account 1/10" in flat(seen(app)) and screen.account.account_id == "a07779"
        await pilot.press("j")
        kept = screen.account.account_id
        await pilot.press("escape")
        await settled(app, pilot)
        assert screen.account.account_id == kept and "[b]Works 07778[/]" in flat(seen(app))
        await pilot.click("#accounts", offset=(3, 1))
        at = screen.profiles.index(screen.account)
        assert "Account" in flat(seen(app)).split("study.db")[1][:20]
        await pilot.click("#accounts", offset=(3, 2))
        assert screen.profiles.index(screen.account) == at + 1
        await pilot.click("#accounts", offset=(3, 2))
        await settled(app, pilot)
        assert isinstance(app.screen, AccountPageSheet)

    play(path, scenes, size)


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_any_tiers_narrow_together_and_one_key_clears(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        await pilot.press("f")
        await settled(app, pilot)
        assert "size: mid market 2 accounts" in flat(seen(app))
        await typed(pilot, "industry devices")
        await settled(app, pilot)
        assert {p.firmographic.industry for p in screen.profiles} == {"Devices"}
        assert "filter industry Devices (esc clears)" in flat(seen(app))
        await pilot.press("f")
        await settled(app, pilot)
        assert "✓ industry: Devices 2 accounts · off" in flat(seen(app))
        await typed(pilot, "size mid")
        await settled(app, pilot)
        assert [p.account_id for p in screen.profiles] == ["a3"]
        await pilot.press("f")
        await settled(app, pilot)
        await typed(pilot, "size enterprise")
        await settled(app, pilot)
        assert len(screen.profiles) == 2
        assert "filter industry Devices, size mid market or enterprise" in flat(seen(app))
        await pilot.press("f")
        await settled(app, pilot)
        await typed(pilot, "industry devices")
        await settled(app, pilot)
        assert "filter size mid market or enterprise" in flat(seen(app))
        await pilot.press("f5")
        await settled(app, pilot)
        await pilot.press("f4")
        await settled(app, pilot)
        assert "filter size mid market or enterprise" in flat(seen(app))
        await pilot.press("escape")
        await settled(app, pilot)
        assert len(screen.profiles) == 3 and "filter" not in flat(seen(app)).split("saved")[1].split("undo")[0]

    play(prepared(tmp_path), scenes, size)


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_accounts_are_sorted_and_turned_round(tmp_path: Path, size: tuple[int, int]) -> None:
    path = prepared(tmp_path)
    (tmp_path / "terms.csv").write_text(
        "account_id,plan,mrr,start_date\na2,Team,900,2026-01-01\na3,Team,100,2026-01-01\n", encoding="utf-8"
    )
    with studies.open_study(path) as study:
        account_sources.import_source(study, tmp_path / "terms.csv")

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)

        async def by(words: str) -> list[str]:
            await pilot.press("s")
            await typed(pilot, words)
            await settled(app, pilot)
            return [p.account_id for p in screen.profiles]

        assert await by("amount") == ["a2", "a3", "a1"]
        assert "· by amount" in flat(seen(app)) and "Account Pays/year Lifecycle" in flat(seen(app))
        assert await by("amount") == ["a3", "a2", "a1"]
        assert "by amount, reversed" in flat(seen(app))
        assert await by("size") == ["a1", "a3", "a2"]
        assert await by("name") == ["a1", "a2", "a3"]
        assert (await by("confidence"))[0] == "a1"
        for word in ("behaviour", "lifecycle", "need"):
            assert sorted(await by(word)) == ["a1", "a2", "a3"]
        screen.narrow(Filters(words="lindenhof"))
        await settled(app, pilot)
        await pilot.press("enter")
        await settled(app, pilot)
        assert "what it pays is not known" in everything(app.screen)  # type: ignore[arg-type]

    play(path, scenes, size)


def test_date_words_and_stage_narrow_the_table(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        await pilot.press("slash")
        await typed(pilot, "pulsara")
        await settled(app, pilot)
        assert len(screen.profiles) == 2
        assert "filter “pulsara”" in seen(app)
        await pilot.press("escape")
        await settled(app, pilot)
        assert len(screen.profiles) == 3
        stage = screen.profiles[-1].lifecycle_stage
        await pilot.press("f")
        await settled(app, pilot)
        await pilot.pause()
        await typed(pilot, f"lifecycle: {stage.replace('_', ' ')}")
        await settled(app, pilot)
        assert {p.lifecycle_stage for p in screen.profiles} == {stage}
        await pilot.press("escape", "t")
        await pilot.pause()
        await pilot.press("ctrl+u")
        await typed(pilot, "2026-06-31")
        await settled(app, pilot)
        assert "is not a date" in seen(app)
        await pilot.press("t")
        await pilot.pause()
        await pilot.press("ctrl+u")
        await typed(pilot, "2026-06-10")
        await settled(app, pilot)
        assert "as of 2026-06-10" in seen(app)
        assert str(screen.profiles[0].as_of_date) == "2026-06-10"

    play(prepared(tmp_path), scenes)


def test_without_events_the_date_is_asked_for(tmp_path: Path) -> None:
    path = small_study(tmp_path)
    (tmp_path / "crm.csv").write_text("Id,Name\nx1,One\n", encoding="utf-8")
    with studies.open_study(path) as study:
        account_sources.import_source(study, tmp_path / "crm.csv")

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await pilot.press("f4")
        await settled(app, pilot)
        assert "Profiles as of which day?" in flat(seen(app))
        await typed(pilot, "2026-07-01")
        await settled(app, pilot)
        assert "as of 2026-07-01 · labelled 0/1" in flat(seen(app))

    play(path, scenes)
