"""Reading accounts: the mapping of a file, dates that can be read two ways, databases, matches with participants."""

from __future__ import annotations

from pathlib import Path

from textual.pilot import Pilot

from needsseg.actions.accounts import accounts
from needsseg.actions.study import history
from needsseg.tui.accounts.mapping import MappingScreen
from needsseg.tui.accounts.matches import MatchesScreen
from needsseg.tui.app import NeedssegApp
from tests.fixtures.app.accounts_screen import opened, prepared
from tests.fixtures.app.small_study import (
    LARGE,
    flat,
    play,
    seen,
    settled,
    small_study,
    typed,
)


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
        assert "further columns: 1 text (Staff [n])" in text
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
