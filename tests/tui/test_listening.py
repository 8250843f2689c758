"""L plays a quote's recording on every screen with quotes, waits for nothing, and shows nothing of the player's output."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path

import pytest
from textual.pilot import Pilot

from needsseg.actions.accounts import accounts
from needsseg.actions.study import history, studies
from needsseg.actions.transcripts import interviews, recordings
from needsseg.study.connection import Study
from needsseg.tui import listening
from needsseg.tui.accounts.page import AccountPageSheet
from needsseg.tui.app import NeedssegApp
from needsseg.tui.code.screen import CodeScreen
from needsseg.tui.search.screen import SearchSheet
from needsseg.tui.segments.card import CardScreen
from needsseg.tui.segments.question import QuestionScreen
from tests.fixtures.app.full_study import INES, full_study
from tests.fixtures.app.review_study import reviewing
from tests.fixtures.app.small_study import flat, play, seen, settled, small_study, typed
from tests.fixtures.app.waiting import until
from tests.fixtures.recordings import stand_in, started_with, tone
from tests.fixtures.wording.transcripts import ENDED_AT_ONCE, NOT_TIED


@pytest.fixture
def player(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    program = stand_in(tmp_path / "my player")
    monkeypatch.setenv("NEEDSSEG_PLAYER", f'"{program}" {{start}} {{file}}')
    monkeypatch.setattr(listening, "LOOK_AFTER_SECONDS", 0.3)
    return program


async def pressed(app: NeedssegApp, pilot: Pilot[int], player: Path, key: str = "L") -> list[str]:
    """Press the key, and return the player's arguments."""
    await pilot.press(key)
    arguments = await asyncio.to_thread(started_with, player)
    assert "gabble" not in seen(app)
    return arguments


def tie_all(study: Study, folder: Path) -> Path:
    file = tone(folder / "{start} talk.wav", 1)
    for row in recordings.listing(study):
        recordings.tie(study, row.interview, file)
    return file


def test_a_passage_in_code_a_hit_and_a_selection_are_played(tmp_path: Path, player: Path) -> None:
    path = full_study(tmp_path)
    with studies.open_study(path) as study:
        file = tie_all(study, tmp_path)

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        began = history.newest_own(app.study)
        app.open_passage(INES, None, "")
        await settled(app, pilot)
        screen = app.screen
        assert isinstance(screen, CodeScreen)
        await pilot.press("j")
        passage = screen.interview.passage
        assert passage is not None and screen.interview.transcript is not None
        turn = next(t for t in screen.interview.transcript.turns if t.start <= passage.start < t.end)
        assert turn.start_ms is not None
        assert await pressed(app, pilot, player) == [f"{turn.start_ms / 1000:g}", str(file)]
        assert "my player plays {start} talk.wav from" in flat(seen(app))
        await pilot.press("v")
        assert len(await pressed(app, pilot, player)) == 2
        await pilot.press("escape")
        app.push_screen(SearchSheet(app.study, "I", interview=INES))
        await settled(app, pilot)
        assert isinstance(app.screen, SearchSheet) and app.screen.hit is not None
        app.screen.listed.focus()
        assert (await pressed(app, pilot, player))[1] == str(file)
        assert "my player plays" in flat(seen(app))
        assert history.newest_own(app.study) == began, "nothing in the study changes"

    play(path, scenes, (120, 40))


def test_a_quote_of_a_segment_and_one_of_its_card_are_played(demo_study: Study, player: Path, tmp_path: Path) -> None:
    file = tie_all(demo_study, tmp_path)
    timed = {row.interview for row in recordings.listing(demo_study) if row.timed == row.turns}

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await reviewing(app, pilot)
        while screen.quotes.quote is None or screen.quotes.quote.interview not in timed:
            await pilot.press("n")
        assert (await pressed(app, pilot, player))[1] == str(file)
        assert "plays {start} talk.wav" in flat(seen(app))
        await pilot.press("C")
        await settled(app, pilot)
        card = app.screen
        assert isinstance(card, CardScreen)
        await pilot.press("L")
        assert "move to a quote first" in flat(seen(app))
        for _ in range(12):
            await pilot.press("j")
            quote = card._current_row.quote
            if quote is not None and quote.interview in timed:
                break
        assert (await pressed(app, pilot, player))[1] == str(file)

    play(demo_study.path, scenes, (120, 40))


def test_what_is_missing_and_a_player_that_fails_are_said(
    tmp_path: Path, player: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = full_study(tmp_path)

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        app.open_passage(INES, None, "")
        await settled(app, pilot)
        await pilot.press("j", "L")
        assert NOT_TIED in flat(seen(app)) and "t on Interviews" in flat(seen(app))
        recordings.tie(app.study, INES, tone(tmp_path / "a.wav", 1))
        monkeypatch.setenv("NEEDSSEG_PLAYER", f'"{stand_in(tmp_path / "broken", code=5)}" {{file}}')
        await pilot.press("L")
        await until(app, lambda: f"{ENDED_AT_ONCE} 5" in flat(seen(app)))
        monkeypatch.setenv("NEEDSSEG_PLAYER", "mpv")
        await pilot.press("L")
        assert "does not name a program" in flat(seen(app))

    play(path, scenes, (120, 40))


def test_an_interview_is_tied_and_untied_on_its_screen(tmp_path: Path) -> None:
    path = small_study(tmp_path)
    folder = tmp_path / "rec"
    folder.mkdir()
    file = tone(folder / "a.wav", 1)

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        first = recordings.listing(app.study)[0].interview
        (folder / f"{first}.mp3").write_bytes(b"x")
        await pilot.press("t")
        await typed(pilot, str(file))
        await settled(app, pilot)
        assert recordings.listing(app.study)[0].path == "rec/a.wav" and "u undoes" in flat(seen(app))
        await pilot.press("t")
        await pilot.pause()
        assert "tied to rec/a.wav" in flat(seen(app))
        app.screen.query_one("Input").value = ""  # type: ignore[attr-defined]
        await pilot.press("enter")
        await settled(app, pilot)
        assert recordings.listing(app.study)[0].path == ""
        await pilot.press("t")
        await typed(pilot, str(folder))
        await settled(app, pilot)
        assert recordings.listing(app.study)[0].path == f"rec/{first}.mp3"
        assert "a.wav: no interview is called so" in flat(seen(app))
        await pilot.press("escape", "u")
        await settled(app, pilot)
        assert recordings.listing(app.study)[0].path == ""

    play(path, scenes, (120, 40))


def test_the_passage_asked_about_and_a_quote_of_an_account_are_played(
    demo_study: Study, player: Path, tmp_path: Path
) -> None:
    file = tie_all(demo_study, tmp_path)
    timed = {row.interview for row in recordings.listing(demo_study) if row.timed == row.turns}
    voices = {match.participant: match.account_id for match in accounts.matches(demo_study) if match.account_id}
    account = next(
        voices[row.participant] for row in interviews.speakers(demo_study)
        if row.interview in timed and row.participant in voices
    )  # fmt: skip

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await reviewing(app, pilot)
        page = AccountPageSheet(app.study, account, date(2026, 6, 29))
        app.push_screen(page)
        await until(app, lambda: page.page is not None)
        await pilot.press("L")
        assert "no quote here" in flat(seen(app))
        quoted = [row for row, place in enumerate(page._places) if place is not None and place.passage is not None]
        page.listed.highlighted = quoted[0]
        await pilot.pause()
        assert (await pressed(app, pilot, player))[1] == str(file)
        assert "plays {start} talk.wav" in flat(seen(app))
        await until(app, lambda: not page._reading)
        page.dismiss(None)
        queue = QuestionScreen(app.study, "tester")
        app.push_screen(queue)
        await until(app, lambda: queue._current is not None)
        while queue._current is None or queue._current.passage.interview not in timed:
            await pilot.press("s")
            await until(app, lambda: queue._current is not None)
        assert (await pressed(app, pilot, player))[1] == str(file)
        assert "my player plays {start} talk.wav" in flat(seen(app)) and queue._answered == 0

    play(demo_study.path, scenes, (120, 40))
