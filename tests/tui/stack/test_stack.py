"""The stack: roll-ups and bars, who stays, a backlog's scores, triggers, patterns; each key at both sizes."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from needsseg.accounts.tiers.rollups import BY
from needsseg.actions.accounts import account_sources, rollups
from needsseg.actions.study import studies
from needsseg.tui.accounts.page import AccountPageSheet
from needsseg.tui.accounts.screen import AccountsScreen
from needsseg.tui.app import NeedssegApp
from needsseg.tui.keys.help import KeysScreen
from needsseg.tui.stack.curves import CurvesScreen
from needsseg.tui.stack.patterns import PatternsSheet
from needsseg.tui.stack.rice import RiceSheet
from needsseg.tui.stack.screen import StackScreen
from needsseg.tui.stack.triggers import TriggersSheet
from needsseg.tui.widgets.progress import ProgressScreen
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
from tests.fixtures.app.stack_screen import opened, prepared

SIZES_OF_SCREEN = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])


@SIZES_OF_SCREEN
def test_the_roll_up_its_rows_columns_and_views(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        text = flat(seen(app))
        assert "Accounts: need by size" in text
        assert "Labels cover 1 of 3 accounts, 0 confirmed. Amounts are known for 2." in text
        assert "* fewer than five accounts" in text
        assert screen.rollup is not None and screen.rollup == rollups.rollup(app.study, date(2026, 6, 29))
        assert "Coordinator 1 33%" in text and "Coordinator by size" in text
        assert "mid market 1 100%" in text
        await pilot.press("v")
        assert "Shares of a row's accounts: need by size" in flat(seen(app)) and "100%*" in seen(app)
        await pilot.press("v")
        assert "Money (ARR): need by size" in flat(seen(app)) and "10,800*" in seen(app)
        assert "known for 2; the others do not count as paying nothing." in flat(seen(app))
        await pilot.press("v", "G")
        assert "all by size" in flat(seen(app))
        seen_by = set()
        for _ in BY:
            await pilot.press("b")
            await settled(app, pilot)
            seen_by.add(flat(seen(app)).split("Accounts: need by ")[1].split()[0])
        assert seen_by == {"size", "industry", "plan", "lifecycle", "region", "behaviour", "revenue"}
        for word in ("behaviour", "lifecycle", "need"):
            await pilot.press("r")
            await settled(app, pilot)
            assert f"Accounts: {word} by" in flat(seen(app))
        await pilot.press("g", "J", "K", "j", "j", "k", "down", "up")
        assert "row 2/3" in flat(seen(app))

    play(prepared(tmp_path), scenes, size)


@SIZES_OF_SCREEN
def test_the_roll_up_is_written_to_a_file(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        await pilot.press("b", "x")
        await settled(app, pilot)
        assert "Write the roll-up into which CSV file?" in flat(seen(app))
        await pilot.press("ctrl+u")
        await typed(pilot, str(tmp_path / "rollup.txt"))
        assert "roll-ups are written as CSV" in flat(seen(app))
        await pilot.press("x", "ctrl+u")
        await typed(pilot, str(tmp_path / "terms.csv"))
        assert "exists and contains no roll-up" in flat(seen(app))
        await pilot.press("x")
        await pilot.press("enter")
        await pilot.pause()
        (written,) = tmp_path.glob("rollup-*.csv")
        assert written.name == f"rollup-needs_segment-by-{screen.rollup.by}-2026-06-29.csv"  # type: ignore[union-attr]
        assert "wrote the roll-up to" in flat(seen(app))
        assert written.read_text().startswith(f"as_of,needs_segment,{screen.rollup.by},accounts")  # type: ignore[union-attr]
        await pilot.press("x", "enter")
        await pilot.pause()
        assert "wrote the roll-up to" in flat(seen(app))

    play(prepared(tmp_path), scenes, size)


@SIZES_OF_SCREEN
def test_a_row_opens_its_accounts_and_the_date_is_shared(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        await pilot.press("t")
        await pilot.press("ctrl+u")
        await typed(pilot, "2026-06-10")
        await settled(app, pilot)
        assert screen.rollup is not None
        row = screen.rollup.rows[1]
        assert row.name == "unlabelled"
        await pilot.press("down", "enter")
        await settled(app, pilot)
        shown = app.screen
        assert isinstance(shown, AccountsScreen)
        assert {p.account_id for p in shown.profiles} == {one.account_id for one in row.accounts}
        assert "as of 2026-06-10" in flat(seen(app)) and "filter need none" in flat(seen(app))
        await pilot.press("f5")
        await settled(app, pilot)
        await pilot.press("G", "o")
        await settled(app, pilot)
        assert len(shown.profiles) == 3

    play(prepared(tmp_path), scenes, size)


@SIZES_OF_SCREEN
def test_without_accounts_it_says_where_they_come_from(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot)
        assert "F4 goes to the accounts: i imports" in flat(seen(app))
        for key in ("c", "R", "T", "P", "x"):
            await pilot.press(key)
            assert "F4 goes to the accounts: i imports some" in flat(seen(app))
        await pilot.press("enter", "v", "b", "r")
        assert isinstance(app.screen, StackScreen)
        await pilot.press("question_mark")
        assert "patterns of use among accounts" in flat(seen(app))

    play(small_study(tmp_path), scenes, size)


@pytest.mark.parametrize("size", [SMALL, LARGE, (121, 40)], ids=str)
def test_bars_stay_on_their_lines_beside_a_scroll_bar(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        screen.query_one("#charts").styles.max_height = 3
        await settled(app, pilot)
        assert screen.query_one("#charts").show_vertical_scrollbar
        for part in screen.query("#bars Static").results(Static):
            assert part.size.height == str(part.content).count("\n") + 1

    play(prepared(tmp_path), scenes, size)


def test_columns_and_definitions_say_what_they_hold(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot)
        assert "Lifecycle Pays/year Action" in flat(seen(app)) and "scorecardx export" in flat(seen(app))
        await pilot.press("d")
        await settled(app, pilot)
        text = flat(seen(app))
        assert "LIFECYCLE STAGES, numbers of" in text and "BEHAVIOURAL SEGMENTS" in text

    play(prepared(tmp_path), scenes, LARGE)


@SIZES_OF_SCREEN
def test_curves_are_computed_by_a_child_and_drawn(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot)
        await pilot.press("c")
        assert "Follow accounts by which segments?" in flat(seen(app))
        await pilot.press("enter")
        await pilot.press("ctrl+u")
        await typed(pilot, "soon")
        assert "“soon” is not a date" in flat(seen(app))
        await pilot.press("c", "enter", "ctrl+u")
        await typed(pilot, "2026-01-02")
        assert isinstance(app.screen, ProgressScreen)
        await settled(app, pilot)
        assert isinstance(app.screen, CurvesScreen)
        text = seen(app)
        assert "Cannot tell whether needs segments add anything" in flat(text)
        assert any(f"100% ┤{sign}" in text for sign in {filled for filled, _ in app.signs.values()})
        await pilot.press("j", "k", "G")
        assert "!" in flat(seen(app))
        await pilot.press("g", "e")
        await pilot.press("ctrl+u")
        await typed(pilot, str(tmp_path / "curves.csv"))
        await settled(app, pilot)
        assert (tmp_path / "curves.csv").is_file()
        assert "written to" in flat(seen(app))
        await pilot.press("escape", "c", "down", "enter", "ctrl+u")
        await typed(pilot, "2026-06-29")
        await settled(app, pilot)
        assert isinstance(app.screen, StackScreen)
        assert "there is no day on which leaving could be seen" in flat(seen(app))

    play(prepared(tmp_path), scenes, size)


def test_a_child_can_be_cancelled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setattr(NeedssegApp, "command", lambda *_: [sys.executable, "-c", "import time; time.sleep(60)"])

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot)
        for keys in (("c", "enter", "enter"), ("P",)):
            await pilot.press(*keys)
            await pilot.pause()
            assert isinstance(app.screen, ProgressScreen)
            await pilot.press("escape")
            await settled(app, pilot)
            assert "cancelled; nothing was changed" in flat(seen(app))

    play(prepared(tmp_path), scenes)


@pytest.mark.parametrize("cancels", [False, True])
def test_a_child_that_ends_below_its_keys_closes_once_and_loses_no_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cancels: bool
) -> None:
    import sys

    ended, result = (
        tmp_path / "ended",
        '{"patterns": [], "none": [], "active": 0, "as_of": "2026-06-29", "medians": {}}',
    )
    waits = (
        f"import pathlib, time\nwhile not pathlib.Path({str(ended)!r}).exists(): time.sleep(0.02)\nprint({result!r})"
    )
    monkeypatch.setattr(NeedssegApp, "command", lambda *_: [sys.executable, "-c", waits])

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot)
        await pilot.press("P")
        await pilot.pause()
        dialog = app.screen
        assert isinstance(dialog, ProgressScreen)
        await pilot.press("question_mark")
        ended.touch()
        while any(worker.name == "child" for worker in dialog.workers if worker.node is dialog):
            await pilot.pause(0.02)
        assert isinstance(app.screen, KeysScreen), "what is being read stays"
        if cancels:
            await dialog.action_cancel()
        await pilot.press("escape")
        await settled(app, pilot)
        assert isinstance(app.screen, PatternsSheet)

    play(prepared(tmp_path), scenes)


@SIZES_OF_SCREEN
def test_a_backlog_is_scored_both_ways(tmp_path: Path, size: tuple[int, int]) -> None:
    backlog = tmp_path / "backlog.csv"
    backlog.write_text(
        "feature,segments,impact,confidence,effort\n[bold]One view[/],Coordinator,2,80%,3\nLinks,Builder [draft],2,70%,5\n"
        "Bad,Coordinator,much,70%,5\n",
        encoding="utf-8",
    )

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot)
        await pilot.press("R")
        await typed(pilot, str(backlog))
        await settled(app, pilot)
        sheet = app.screen
        assert isinstance(sheet, RiceSheet) and sheet.report is not None
        text = flat(seen(app))
        assert "score = Σ reach × w^λ" in text and "feature reach plain rank weighted rank change" in text
        assert "[bold]One view[/] 1 0.53 1" in text
        assert "1 row refused, below" in text and "“much”" in text
        await pilot.press("enter")
        # What the box says: on a wide screen the one below shows through beside it.
        told = " ".join(str(static.content) for static in app.screen.query(Static))
        assert "plain, rank 1 (Coordinator 1) × 2 × 0.8 / 3 = 0.53" in flat(told)
        await pilot.press("escape", "l")
        await settled(app, pilot)
        assert "λ = 0.5" in flat(seen(app))
        await pilot.press("b")
        await settled(app, pilot)
        assert "by size" in flat(seen(app))
        await pilot.press("escape", "R")
        assert "backlog.csv" in flat(seen(app))
        await pilot.press("ctrl+u")
        await typed(pilot, str(tmp_path / "gone.csv"))
        await settled(app, pilot)
        assert "! " in flat(seen(app)) and "gone.csv" in flat(seen(app))

    play(prepared(tmp_path), scenes, size)


@SIZES_OF_SCREEN
def test_triggers_by_kind_and_weeks_open_the_account(tmp_path: Path, size: tuple[int, int]) -> None:
    path = prepared(tmp_path)
    (tmp_path / "seats.csv").write_text(
        "account_id,plan,mrr,seats,start_date,end_date\na1,Team,900,5,2026-01-01,2026-04-30\na1,Team,900,50,2026-05-01,\n",
        encoding="utf-8",
    )
    with studies.open_study(path) as study:
        account_sources.import_source(study, tmp_path / "seats.csv")

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot)
        await pilot.press("T")
        await settled(app, pilot)
        sheet = app.screen
        assert isinstance(sheet, TriggersSheet)
        assert [row.trigger.kind for row in sheet.shown] == ["team_growth"]
        assert "team growth Lindenhof [Care] · Coordinator" in flat(seen(app))
        await pilot.press("w")
        assert "No trigger fired in this time" in flat(seen(app)) and "4 weeks to 2026-06-29" in flat(seen(app))
        await pilot.press("w", "w", "f")
        await typed(pilot, "below weekly")
        assert not sheet.shown
        await pilot.press("f")
        await typed(pilot, "team")
        assert "1 trigger: 1 team growth · all to 2026-06-29" in flat(seen(app))
        await pilot.press("enter")
        await settled(app, pilot)
        page = app.screen
        assert isinstance(page, AccountPageSheet) and page.page is not None
        assert [row.trigger.kind for row in page.page.triggers] == ["team_growth"]
        while page._places[page.at or 0] is None:
            await pilot.press("j")
        await pilot.press("enter")
        await settled(app, pilot)
        assert app.current_mode == "code"
        await pilot.press("escape")
        await settled(app, pilot)
        assert isinstance(app.screen, StackScreen)

    play(path, scenes, size)


@SIZES_OF_SCREEN
def test_too_few_accounts_for_patterns_is_said(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot)
        await pilot.press("P")
        await settled(app, pilot)
        assert "too few to tell patterns from chance" in flat(seen(app))

    play(prepared(tmp_path), scenes, size)


def pattern(name: str, ids: list[str]) -> dict[str, Any]:
    return {
        "name": name, "accounts": ids, "medians": {"events": 40.0, "trend": 1.25},
        "differences": [["events", 2.1], ["trend", -0.6]], "segments": {"power": len(ids)},
    }  # fmt: skip


@SIZES_OF_SCREEN
def test_a_pattern_shows_its_accounts(tmp_path: Path, size: tuple[int, int]) -> None:
    found = {
        "active": 3, "patterns": [pattern("many [events]", ["a1", "a2"])], "none": ["a3"], "as_of": "2026-06-29",
        "medians": {"events": 12.0, "trend": 1.0}, "clouds": 3, "warnings": ["take these for a description"],
    }  # fmt: skip

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        app.push_screen(
            PatternsSheet(app.study, found), lambda chosen: screen.commands.show_accounts(chosen) if chosen else None
        )
        await pilot.pause()
        text = flat(seen(app))
        assert "many [events] 2 accounts" in text and "events +2.1, trend -0.6" in text and "events 40 (12)" in text
        assert "! take these for a description" in text
        await pilot.press("enter")
        await settled(app, pilot)
        assert isinstance(app.screen, AccountsScreen)
        assert {p.account_id for p in app.screen.profiles} == {"a1", "a2"}
        assert "pattern “many [events]”" in flat(seen(app))

    play(prepared(tmp_path), scenes, size)
