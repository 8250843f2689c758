"""The team's own columns in the app: their types before an import, an account's page, and the filters of the list."""

from __future__ import annotations

from pathlib import Path

from textual.pilot import Pilot

from needsseg.actions.accounts import account_sources, accounts
from needsseg.actions.accounts.account_filters import AccountIndex
from needsseg.actions.accounts.own_columns import own_columns
from needsseg.actions.study import studies
from needsseg.tui.accounts.export_columns import ExportColumnsSheet
from needsseg.tui.accounts.filters import Filters, filters_from
from needsseg.tui.accounts.page import AccountPageSheet
from needsseg.tui.app import NeedssegApp
from tests.fixtures.app.accounts_screen import everything, opened, prepared
from tests.fixtures.app.small_study import LARGE, flat, play, seen, settled, small_study, typed


def owned(folder: Path) -> Path:
    """The small study, its accounts with two columns of their own."""
    path = prepared(folder)
    with studies.open_study(path) as study:
        ids = [account.account_id for account in accounts.listing(study)]
        names = {account.account_id: account.name for account in accounts.listing(study)}
        file = folder / "crm.csv"
        rows = [f'{id_},"{names[id_]}",{("North", "South")[n % 2]},{10 * n}' for n, id_ in enumerate(ids)]
        file.write_text("\n".join(["Id,Name,Sales team,Score", *rows]) + "\n", encoding="utf-8")
        account_sources.import_source(study, file, "accounts")
    return path


def test_types_are_chosen_before_the_file_is_read(tmp_path: Path) -> None:
    path = small_study(tmp_path)
    file = tmp_path / "crm.csv"
    file.write_text("Id,Name,Due,Score,Notes\nx1,One,1/2/2026,3,a\nx2,Two,3/4/2026,4,b\n", encoding="utf-8")

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot)
        await pilot.press("i")
        await pilot.pause()
        await typed(pilot, str(file))
        assert "further columns: 2 text, 1 number (Due, Score, Notes)" in flat(seen(app))
        for column, type_ in (("Due", "date, day first"), ("Score", "text"), ("Notes", "leave out")):
            await pilot.press("c")
            await typed(pilot, column)
            assert f"What does {column} hold?" in flat(seen(app))
            await typed(pilot, type_)
        assert "further columns: 1 date, 1 text (Due, Score)" in flat(seen(app))
        await pilot.press("r")
        await settled(app, pilot)
        kept = {column.name: (column.type, column.dates) for column in own_columns(app.study)}
        assert kept == {"Due": ("date", "day-first"), "Score": ("text", "")}

    play(path, scenes, LARGE)


def test_a_file_of_further_columns_alone_is_added(tmp_path: Path) -> None:
    file = tmp_path / "health.csv"
    file.write_text("account_id,Health\na1,green\nzz,red\n", encoding="utf-8")

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot)
        await pilot.press("i")
        await pilot.pause()
        await typed(pilot, str(file))
        assert "added to 4 accounts from crm.csv" in flat(seen(app)) or "added to 3 accounts" in flat(seen(app))
        await pilot.press("r")
        await settled(app, pilot)
        assert {column.name for column in own_columns(app.study)} == {"Sales team", "Score", "Health"}
        assert "no account has this id" in flat(seen(app))

    play(owned(tmp_path), scenes, LARGE)


def test_a_page_and_the_filters_show_them(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        await pilot.press("f")
        await settled(app, pilot)
        await typed(pilot, "Sales team …")
        await settled(app, pilot)
        assert "Sales team: North" in flat(seen(app))
        await typed(pilot, "North")
        await settled(app, pilot)
        assert screen.filters.chosen == {"column:Sales team": ("North",)}
        assert len(screen.profiles) == 2
        assert "filter Sales team North" in flat(seen(app))
        await pilot.press("enter")
        await settled(app, pilot)
        assert isinstance(app.screen, AccountPageSheet)
        text = everything(app.screen)
        assert "Further columns" in text
        assert "Sales team  North" in text

    play(owned(tmp_path), scenes, LARGE)


def test_a_filter_on_a_column_is_remembered() -> None:
    filters = Filters(chosen={"column:Sales team": ("North",)})
    assert filters_from(filters.to_remember()) == filters
    assert filters.own_facets == ("column:Sales team",)
    assert list(filters.rows(AccountIndex(()))) == []


def test_an_export_has_the_columns_that_are_chosen_and_keeps_them(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot)
        await pilot.press("x")
        await pilot.pause()
        await typed(pilot, "csv")
        sheet = app.screen
        assert isinstance(sheet, ExportColumnsSheet)
        assert "9 columns beside account_id and as_of_date" in flat(seen(app))
        for _ in range(9):
            await pilot.press("g", "space")
        await pilot.press("J")
        assert "only columns of the export have an order" in flat(seen(app))
        for name in ("Sales team", "arr", "Score"):
            sheet.listed.highlighted = sheet.names.index(name)
            await pilot.press("space")
        sheet.listed.highlighted = 2
        await pilot.press("K", "K", "K")
        assert "“Score” is first already" in flat(seen(app))
        assert sheet.chosen == ["Score", "Sales team", "arr"]
        await pilot.press("enter")
        await pilot.pause()
        assert "Columns: account_id, as_of_date, Score, Sales team, arr, arr_currency." in flat(seen(app))
        await pilot.press("enter")
        await settled(app, pilot)
        written = (tmp_path / "accounts_2026_06_29.csv").read_text(encoding="utf-8").splitlines()
        assert written[0] == "account_id,as_of_date,Score,Sales team,arr,arr_currency"
        assert written[1].startswith("a1,2026-06-29,0,North,")
        await pilot.press("x")
        await pilot.pause()
        await typed(pilot, "csv")
        assert isinstance(app.screen, ExportColumnsSheet)
        assert app.screen.chosen == ["Score", "Sales team", "arr"]
        await pilot.press("s", "enter", "enter")
        await settled(app, pilot)
        written = (tmp_path / "accounts_2026_06_29.csv").read_text(encoding="utf-8").splitlines()
        assert written[0].startswith("account_id,as_of_date,firmographic_tier,needs_segment,")

    play(owned(tmp_path), scenes, LARGE)
