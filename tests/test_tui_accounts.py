"""Accounts: the date, four tiers, filters, mapping, matches, export, and the quotes behind a label."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from textual.pilot import Pilot
from tui_desk import LARGE, SMALL, flat, play, seen, settled, small_study, typed, with_accounts, with_segments

from needsseg.actions import accounts, history, studies
from needsseg.tui.app import NeedssegApp
from needsseg.tui.screens.accounts import AccountsScreen
from needsseg.tui.screens.mapping import MappingScreen
from needsseg.tui.screens.matches import MatchesScreen


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
        await pilot.press("enter")
        await pilot.pause()
        assert "5 quotes behind Lindenhof [Care]" in flat(seen(app))
        await pilot.press("down", "enter")
        await settled(app, pilot)
        assert app.current_mode == "code"
        assert "passage 2/5" in seen(app)
        await pilot.press("escape")
        await settled(app, pilot)
        assert app.current_mode == "accounts"
        await pilot.press("j", "enter")
        assert "no interview stands behind this account" in seen(app)

    play(prepared(tmp_path), scenes)


def test_date_words_and_stage_narrow_the_table(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        await pilot.press("slash")
        await typed(pilot, "pulsara")
        assert len(screen.profiles) == 2
        assert "filter “pulsara”" in seen(app)
        await pilot.press("escape")
        assert len(screen.profiles) == 3
        stage = screen.profiles[-1].lifecycle_stage
        await pilot.press("f")
        await pilot.pause()
        await typed(pilot, stage.replace("_", " "))
        assert {p.lifecycle_stage for p in screen.profiles} == {stage}
        await pilot.press("escape", "t")
        await pilot.pause()
        await pilot.press("ctrl+u")
        await typed(pilot, "2026-06-31")
        assert "is no date" in seen(app)
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
        await typed(pilot, "employees")
        assert "Write it as field=column." in seen(app)
        await typed(pilot, "employees=nowhere")
        assert "There is no column “nowhere”." in seen(app)
        await pilot.press("ctrl+u")
        await typed(pilot, "employees=Staff [n]")
        assert "employees ← Staff [n] (yours)" in flat(seen(app))
        await pilot.press("ctrl+u", "enter")
        await settled(app, pilot)
        assert accounts.sources(app.study)["accounts"].mapping["employees"] == "Staff [n]"
        assert history.listing(app.study)[0].summary == "read 2 accounts from crm.csv"

    play(path, scenes, LARGE)


def test_without_events_the_date_is_asked_for(tmp_path: Path) -> None:
    path = small_study(tmp_path)
    (tmp_path / "crm.csv").write_text("Id,Name\nx1,One\n", encoding="utf-8")
    with studies.open_study(path) as study:
        accounts.import_source(study, tmp_path / "crm.csv")

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
        while app.screen._here is None or app.screen._here.participant != "ines-carvalho":  # type: ignore[attr-defined]
            await pilot.press("j")
        await pilot.press("x")
        assert account_of("ines-carvalho") == (None, "by_hand")
        while app.screen._here.participant != "ines-carvalho":  # type: ignore[attr-defined]
            await pilot.press("j")
        await pilot.press("d")
        assert account_of("ines-carvalho") == ("a1", "email_domain")
        while app.screen._here.participant != "ines-carvalho":  # type: ignore[attr-defined]
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
        file = tmp_path / "accounts-2026-06-29.jsonl"
        assert [json.loads(line)["account_id"] for line in file.read_text().splitlines()] == ["a1", "a2", "a3"]
        assert (tmp_path / "accounts-2026-06-29.jsonl.manifest.json").is_file()
        assert "wrote 3 accounts to" in flat(seen(app))
        await pilot.press("x")
        await pilot.pause()
        await typed(pilot, "csv")
        await pilot.press("ctrl+u")
        await typed(pilot, "/no/such/folder/a.csv")
        await settled(app, pilot)
        assert "/no/such/folder: no such folder." in flat(seen(app))

    play(prepared(tmp_path), scenes, LARGE)
