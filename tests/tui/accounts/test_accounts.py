"""Accounts: the date, four tiers, filters, mapping, matches, export, and the quotes behind a label."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from textual.pilot import Pilot

from needsseg.actions.accounts import account_sources, accounts
from needsseg.actions.study import history, studies
from needsseg.errors import UsageError
from needsseg.study.connection import Study
from needsseg.tui.accounts import profiles
from needsseg.tui.accounts.filters import Filters
from needsseg.tui.accounts.mapping import MappingScreen
from needsseg.tui.accounts.matches import MatchesScreen
from needsseg.tui.accounts.page import AccountPageSheet
from needsseg.tui.accounts.screen import AccountsScreen
from needsseg.tui.app import NeedssegApp
from tests.fixtures.app.small_study import (
    LARGE,
    SMALL,
    built_once,
    flat,
    play,
    seen,
    settled,
    small_study,
    typed,
    with_accounts,
    with_segments,
)


@built_once
def prepared(folder: Path) -> Path:
    path = small_study(folder)
    with studies.open_study(path) as study:
        with_segments(study)
        with_accounts(study, folder)
    return path


async def opened(app: NeedssegApp, pilot: Pilot[int]) -> AccountsScreen:
    await pilot.press("f4")
    await settled(app, pilot)
    assert isinstance(app.screen, AccountsScreen)
    return app.screen


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
        assert app.current_mode == "code" and app.wanted is None
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


def everything(sheet: AccountPageSheet) -> str:
    """All rows of the sheet as text."""
    rows = (sheet.listed.get_option_at_index(row).prompt for row in range(sheet.listed.option_count))
    return "\n".join(str(row) for row in rows)


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
        assert "· by amount" in flat(seen(app)) and "Account Pays Lifecycle" in flat(seen(app))
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


def test_the_mapping_is_shown_and_changed_before_a_file_is_read(tmp_path: Path) -> None:
    path = small_study(tmp_path)
    (tmp_path / "crm.csv").write_text(
        "Id,Name,Staff [n],Industry\nx1,One,12,Health\nx2,Two,many,Health\n", encoding="utf-8"
    )

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot)
        await pilot.press("i")
        await pilot.pause()
        await typed(pilot, str(tmp_path / "crm.csv"))
        assert isinstance(app.screen, MappingScreen)
        text = flat(seen(app))
        assert "crm.csv is read as accounts, guessed from its columns" in text
        assert "not read: Staff [n]" in text
        assert "2 x1 · One · Health" in text
        await pilot.press("equals_sign")
        await typed(pilot, "employees")
        assert "Write it as field=column." in seen(app)
        await typed(pilot, "=nowhere")
        assert "There is no column “nowhere”." in seen(app)
        await pilot.press("ctrl+u")
        await typed(pilot, "employees=Staff [n]")
        assert "employees ← Staff [n] (yours)" in flat(seen(app))
        assert "3 x2 · Two · many · Health" in flat(seen(app))
        await pilot.press("escape", "j", "x")
        assert "name ← –" in flat(seen(app))
        await pilot.press("enter")
        await typed(pilot, "Name")
        assert "name ← Name" in flat(seen(app))
        await pilot.press("r")
        await settled(app, pilot)
        assert accounts.sources(app.study)["accounts"].mapping["employees"] == "Staff [n]"
        assert history.listing(app.study)[0].summary == "read 2 accounts from crm.csv"

    play(path, scenes, LARGE)


def test_dates_that_can_be_read_two_ways_are_asked_for_and_rows_are_added(tmp_path: Path) -> None:
    path = small_study(tmp_path)
    header = "event_id,account_id,event,timestamp\n"
    (tmp_path / "one.csv").write_text(header + "e1,a,login,1/2/2026\ne2,a,login,3/2/2026\ne3,a,login,soon\n")
    (tmp_path / "two.csv").write_text(header + "e2,a,login,3/2/2026\ne4,a,login,4/2/2026\n")
    late = "".join(f"x{n},a,login,2026-01-01\n" for n in range(10_050)) + "y,a,login,1/2/2026\n"
    (tmp_path / "late.csv").write_text(header + late)

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot)
        await pilot.press("i")
        await typed(pilot, str(tmp_path / "one.csv"))
        assert "? can be read with the day or the month first: d sets the format" in flat(seen(app))
        await pilot.press("r")
        assert "timestamp can be read with the day or the month first: press d on its line" in flat(seen(app))
        await pilot.press("d")
        assert "This field has no dates; these have: timestamp" in flat(seen(app))
        await pilot.press(*"jjjjjjj", "d")
        assert "How are the dates in timestamp written?" in flat(seen(app))
        await typed(pilot, "day-first")
        assert "2026-02-01T00:00:00Z" in seen(app)
        await pilot.press("r")
        await settled(app, pilot)
        text = flat(seen(app))
        assert "of 3 rows: 2 read, 1 row refused" in text
        assert "rejects-events.csv" in text.replace(" ", "")
        await pilot.press("escape", "i")
        await typed(pilot, str(tmp_path / "two.csv"))
        assert "in place of 2 events from one.csv" in flat(seen(app))
        await pilot.press("a")
        assert "added to 2 events from one.csv" in flat(seen(app))
        await pilot.press("r")
        await settled(app, pilot)
        assert "of 2 rows: 1 read, 1 repeats left out" in flat(seen(app))
        assert accounts.sources(app.study)["events"].row_count == 3
        await pilot.press("escape")
        history.undo(app.study)
        history.undo(app.study)
        await pilot.press("i")
        await typed(pilot, str(tmp_path / "late.csv"))
        await pilot.press("r")
        await settled(app, pilot)
        assert isinstance(app.screen, MappingScreen)
        assert "column 'timestamp' mixes dates written with the year first" in flat(seen(app))

    play(path, scenes, LARGE)


def test_a_table_of_a_database_is_chosen(tmp_path: Path) -> None:
    import sqlite3

    path = small_study(tmp_path)
    con = sqlite3.connect(tmp_path / "crm.sqlite")
    con.executescript(
        "CREATE TABLE accounts (id, name); INSERT INTO accounts VALUES (7, 'One'); CREATE TABLE other (x)"
    )
    con.close()

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot)
        await pilot.press("i")
        await typed(pilot, str(tmp_path / "crm.sqlite"))
        assert "Which table of crm.sqlite?" in flat(seen(app))
        await typed(pilot, "acc")
        assert "crm.sqlite: accounts is read as accounts" in flat(seen(app))
        await pilot.press("r")
        await settled(app, pilot)
        assert accounts.sources(app.study)["accounts"].file_name == "crm.sqlite: accounts"

    play(path, scenes)


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


def test_a_file_of_participants_and_one_of_nothing(tmp_path: Path) -> None:
    path = small_study(tmp_path)
    (tmp_path / "who.csv").write_text("participant,plan\nInes Carvalho,Team\nNobody [x],Team\n", encoding="utf-8")

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await pilot.press("f4")
        await settled(app, pilot)
        await pilot.press("i")
        await pilot.pause()
        await typed(pilot, str(tmp_path / "who.csv"))
        assert "What is in who.csv?" in flat(seen(app))
        await typed(pilot, "participants")
        assert "row 3: Nobody [x]" in flat(seen(app))
        await pilot.press("escape")
        await pilot.pause()
        assert {p.key: p.attributes for p in accounts.participants(app.study)}["ines-carvalho"] == {"plan": "Team"}
        await pilot.press("i")
        await pilot.pause()
        await typed(pilot, str(tmp_path / "gone.csv"))
        assert "gone.csv" in flat(seen(app))
        assert app.screen.query("#status").first().has_class("-wrong")
        await pilot.press("m")
        assert "There are no accounts yet." in flat(seen(app))

    play(path, scenes, LARGE)


def test_matches_are_confirmed_rejected_and_left_again(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        def account_of(participant: str) -> tuple[str | None, str]:
            found = next(m for m in accounts.matches(app.study) if m.participant == participant)
            return found.account_id, found.method

        await opened(app, pilot)
        await pilot.press("m")
        await pilot.pause()
        assert isinstance(app.screen, MatchesScreen)
        text = flat(seen(app))
        assert "! Marek Nowotny · Pulsara Medical → ?" in text
        assert "could be Pulsara Medical (a2), Pulsara Medical (a3)" in text
        assert "→ Lindenhof [Care] (a1)" in text
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("down", "down", "enter")
        await pilot.pause()
        assert account_of("marek-nowotny") == ("a3", "by_hand")
        for participant, row in (("ines-carvalho", "Ines"),):
            lines = seen(app).splitlines()
            assert any(row in line for line in lines), participant
        await pilot.press("g")
        while app.screen._current_match is None or app.screen._current_match.participant != "ines-carvalho":  # type: ignore[attr-defined]
            await pilot.press("j")
        await pilot.press("x")
        assert account_of("ines-carvalho") == (None, "by_hand")
        while app.screen._current_match.participant != "ines-carvalho":  # type: ignore[attr-defined]
            await pilot.press("j")
        await pilot.press("d")
        assert account_of("ines-carvalho") == ("a1", "email_domain")
        while app.screen._current_match.participant != "ines-carvalho":  # type: ignore[attr-defined]
            await pilot.press("j")
        await pilot.press("a")
        assert account_of("ines-carvalho") == ("a1", "by_hand")
        await pilot.press("escape")
        await settled(app, pilot)
        await pilot.press("u")
        assert account_of("ines-carvalho") == ("a1", "email_domain")

    play(prepared(tmp_path), scenes, LARGE)


def test_export_writes_the_table_and_its_manifest(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot)
        await pilot.press("x")
        await pilot.pause()
        await typed(pilot, "jsonl")
        await pilot.press("enter")
        await settled(app, pilot)
        file = tmp_path / "accounts_2026_06_29.jsonl"
        assert [json.loads(line)["account_id"] for line in file.read_text().splitlines()] == ["a1", "a2", "a3"]
        assert (tmp_path / "accounts_2026_06_29.jsonl.manifest.json").is_file()
        assert "wrote 3 accounts to" in flat(seen(app))
        await pilot.press("x")
        await pilot.pause()
        await typed(pilot, "csv")
        await pilot.press("ctrl+u")
        await typed(pilot, "/no/such/folder/a.csv")
        await settled(app, pilot)
        assert "/no/such/folder: no such folder." in flat(seen(app))

    play(prepared(tmp_path), scenes, LARGE)
