"""Accounts: profiles, the page of an account, what goes wrong, the quotes behind a label, export."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from textual.pilot import Pilot

from needsseg.actions.accounts import account_page, accounts
from needsseg.actions.study import studies
from needsseg.errors import NeedssegError, UsageError
from needsseg.study.connection import Study
from needsseg.tui.accounts import profiles
from needsseg.tui.accounts.filters import Filters
from needsseg.tui.accounts.page import AccountPageSheet
from needsseg.tui.accounts.screen import AccountsScreen
from needsseg.tui.app import NeedssegApp
from tests.fixtures.app.accounts_screen import everything, opened, prepared
from tests.fixtures.app.small_study import (
    LARGE,
    SMALL,
    flat,
    play,
    seen,
    settled,
    typed,
)


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_profiles_as_of_the_day_after_the_newest_event(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        text = flat(seen(app))
        assert "as of 2026-06-29 · labelled 1/3" in text
        assert screen.account is not None
        assert (screen.account.name, screen.account.needs_segment) == ("Lindenhof [Care]", "Coordinator")
        assert "Lindenhof [Care]" in text
        assert "Coordinator, unconfirmed" in screen.account.sentence
        assert "unconfirmed" in text
        await pilot.press("j", "J", "K", "k", "G", "g")
        assert "account 1/3" in seen(app)

    play(prepared(tmp_path), scenes, size)


def test_the_quotes_behind_a_label_open_in_context(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot)
        await pilot.press("n")
        await pilot.pause()
        assert "5 quotes behind Lindenhof [Care]" in flat(seen(app))
        await pilot.press("down", "enter")
        await settled(app, pilot)
        assert app.current_mode == "code"
        assert "passage 2/5" in seen(app)
        await pilot.press("escape")
        await settled(app, pilot)
        assert app.current_mode == "accounts"
        await pilot.press("j", "n")
        assert "this account has no interviews" in seen(app)

    play(prepared(tmp_path), scenes)


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_an_account_opens_with_all_there_is_about_it(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot)
        await pilot.press("enter")
        await settled(app, pilot)
        sheet = app.screen
        assert isinstance(sheet, AccountPageSheet) and sheet.page is not None
        text = flat(seen(app))
        assert "Lindenhof [Care], as of 2026-06-29" in text
        assert sheet.page.profile.sentence[:40] in text
        every = everything(sheet)
        assert "12 weeks from 2026-04-06 to 2026-06-28, oldest first" in every
        assert f"first 0 · last {sheet.page.series.events[-1]} · most" in every  # type: ignore[union-attr]
        assert "→ Coordinator · interview · confidence 1.00 · not confirmed by a person" in every
        assert "matched by e-mail domain" in every
        assert "what it pays is not known" in every
        assert "rule " in every or "nothing: no rule fired" in every
        await pilot.press("enter")
        assert "this line has none" in flat(seen(app))
        await pilot.press("n", "p", "g", "n", "n", "n")
        quote = sheet.page.quotes[0]
        while sheet._places[sheet.at or 0] is None or sheet._places[sheet.at or 0].passage != quote.passage.id:  # type: ignore[union-attr]
            await pilot.press("j")
        assert quote.passage.quote[:30] in flat(seen(app))
        await pilot.press("enter")
        await settled(app, pilot)
        assert app.current_mode == "code" and app.requested_place is None
        assert "passage 1/5" in seen(app)
        await pilot.press("escape")
        await settled(app, pilot)
        await pilot.press("o")
        await settled(app, pilot)
        await pilot.press("escape")
        assert isinstance(app.screen, AccountsScreen)

    play(prepared(tmp_path), scenes, size)


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize(
    "fault", [ZeroDivisionError("of nothing [x]"), UsageError("'x' is not a valid engine.", "Engines: …")]
)
def test_what_goes_wrong_in_computing_is_shown_and_can_be_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], fault: Exception
) -> None:
    path, right, wrong = prepared(tmp_path), profiles.compute, [fault, fault, fault]

    def compute(study: Study, as_of: date | None) -> profiles.Computed:
        if wrong:
            raise wrong.pop()
        return right(study, as_of)

    monkeypatch.setattr(profiles, "compute", compute)

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        text = flat(seen(app))
        assert "Profiles could not be computed." in text and "enter tries again" in text
        assert str(fault).split("[")[0] in text and "computing profiles" not in text
        assert isinstance(fault, UsageError) or "Internal error: ZeroDivisionError: of nothing [x]" in text
        await pilot.press("enter")
        await settled(app, pilot)
        await pilot.press("f5")
        await settled(app, pilot)
        assert "Profiles could not be computed." in flat(seen(app))
        await pilot.press("enter")
        await settled(app, pilot)
        await pilot.press("t")
        await typed(pilot, "2026-06-29" if app.as_of is None else "")
        await settled(app, pilot)
        assert "row 1/3" in flat(seen(app))
        await pilot.press("f4")
        await settled(app, pilot)
        assert len(screen.profiles) == 3 and "Profiles could not" not in flat(seen(app))
        await pilot.press("j")
        assert "account 2/3" in flat(seen(app))

    play(path, scenes, size)


def test_an_account_that_cannot_be_read_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def account_page(*_: object, **__: object) -> None:
        raise RuntimeError("no page")

    monkeypatch.setattr("needsseg.actions.accounts.account_page.account_page", account_page)

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot)
        await pilot.press("enter")
        await settled(app, pilot)
        assert "Internal error: RuntimeError: no page" in flat(seen(app))
        await pilot.press("escape")
        app.push_screen(AccountPageSheet(app.study, "a1", date(2026, 6, 29)))
        await settled(app, pilot)
        assert "It could not be read. enter tries again" in flat(seen(app)) and "reading …" not in flat(seen(app))

    play(prepared(tmp_path), scenes)


@pytest.mark.parametrize("fails", [False, True])
def test_all_but_triggers_is_shown_while_they_are_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    may_end, look = Event(), account_page.with_triggers

    def with_triggers(study: Study, page: account_page.AccountPage, *more: Any) -> account_page.AccountPage:
        assert may_end.wait(30)
        if fails:
            raise NeedssegError("The usage cannot be read.")
        return look(study, page, *more)

    monkeypatch.setattr(account_page, "with_triggers", with_triggers)

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot)
        await pilot.press("enter")
        sheet = app.screen
        assert isinstance(sheet, AccountPageSheet)
        while sheet.page is None:
            await pilot.pause(0.02)
        await pilot.press("j", "n")
        assert "Terms" in everything(sheet) and "looking …" in everything(sheet)
        assert "what all accounts use is counted once" in flat(seen(app))
        may_end.set()
        await settled(app, pilot)
        every, text = everything(sheet), flat(seen(app))
        assert "looking" not in every and "counted once" not in text
        assert ("they could not be read" in every, "The usage cannot be read." in text) == (fails, fails)

    play(prepared(tmp_path), scenes)


def test_labels_that_disagree_are_said_to(tmp_path: Path) -> None:
    """Two participants of one account, each with a need of their own."""
    path = prepared(tmp_path)
    with studies.open_study(path) as study:
        accounts.link(study, "marek-nowotny", "a1")

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        screen.narrow(Filters(words="Lindenhof"))
        await settled(app, pilot)
        assert screen.account is not None and screen.account.contested
        await pilot.press("enter")
        await settled(app, pilot)
        assert isinstance(app.screen, AccountPageSheet)
        every = everything(app.screen)
        assert "They disagree (Builder [draft], Coordinator): it has no label until somebody decides." in every

    play(path, scenes)


def test_export_writes_the_table_and_its_manifest(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot)
        await pilot.press("x")
        await pilot.pause()
        await typed(pilot, "jsonl")
        await pilot.press("enter", "enter")
        await settled(app, pilot)
        file = tmp_path / "accounts_2026_06_29.jsonl"
        assert [json.loads(line)["account_id"] for line in file.read_text().splitlines()] == ["a1", "a2", "a3"]
        assert (tmp_path / "accounts_2026_06_29.jsonl.manifest.json").is_file()
        assert "wrote 3 accounts to" in flat(seen(app))
        await pilot.press("x")
        await pilot.pause()
        await typed(pilot, "csv")
        await pilot.press("enter", "ctrl+u")
        await typed(pilot, "/no/such/folder/a.csv")
        await settled(app, pilot)
        assert "/no/such/folder: no such folder." in flat(seen(app))

    play(prepared(tmp_path), scenes, LARGE)
