"""Mending turns on the coding screen: keys split, join, give and take out, at the cursor, for a selection or a range."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from needsseg.actions.coding import passages
from needsseg.actions.transcripts import interviews, transcript_edits
from needsseg.tui.app import NeedssegApp
from needsseg.tui.code import navigation
from needsseg.tui.code.screen import CodeScreen
from needsseg.tui.interviews.reimported import MendedSheet
from tests.fixtures.app.small_study import LARGE, SMALL, flat, play, seen, settled, small_study, typed

MAREK = "marek-nowotny"


async def _opened(app: NeedssegApp, pilot: Pilot[int]) -> CodeScreen:
    app.open_passage(MAREK, None, "interviews")
    await settled(app, pilot)
    assert isinstance(app.screen, CodeScreen)
    return app.screen


def _said(app: NeedssegApp) -> list[tuple[str, str]]:
    transcript = interviews.show(app.study, MAREK)
    return [(turn.speaker, transcript.words(turn)) for turn in transcript.turns]


def _long_turn(screen: CodeScreen, *, after: int = 0) -> int:
    """The number of a participant's turn of many words, in which no passage lies beyond its first sentence."""
    assert screen.interview.transcript is not None
    return next(
        number
        for number, turn in enumerate(screen.interview.transcript.turns)
        if number > after and turn.role == "participant" and turn.end - turn.start > 300
    )


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_a_turn_is_split_at_the_cursor_joined_and_undone(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await _opened(app, pilot)
        before = _said(app)
        number = _long_turn(screen)
        words = before[number][1]
        turn = screen.interview.transcript.turns[number]  # type: ignore[union-attr]
        screen.view.move_cursor(turn.start + words.rindex(" ") + 3)
        await pilot.press("S")
        await settled(app, pilot)
        after = _said(app)
        assert after[number : number + 2] == [
            (before[number][0], words[: words.rindex(" ")]),
            (before[number][0], words[words.rindex(" ") + 1 :]),
        ]
        assert "split the turn · u undoes" in flat(seen(app))
        assert screen.view.cursor == screen.interview.transcript.turns[number + 1].start  # type: ignore[union-attr]
        assert screen.view.is_visible(screen.view.cursor), "one goes on where one was"
        await pilot.press("u")
        await settled(app, pilot)
        assert _said(app) == before and screen.view.is_visible(screen.view.cursor)
        await pilot.press("ctrl+r")
        await settled(app, pilot)
        assert _said(app) == after
        screen.view.move_cursor(screen.interview.transcript.turns[number].start)  # type: ignore[union-attr]
        await pilot.press("plus")
        await settled(app, pilot)
        assert _said(app) == before

    play(small_study(tmp_path), scenes, size)


def test_a_selection_is_given_to_a_known_speaker_or_a_new_one(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await _opened(app, pilot)
        number = _long_turn(screen)
        who, words = _said(app)[number]
        assert screen.interview.transcript is not None
        turn = screen.interview.transcript.turns[number]
        last = navigation.words(screen.interview.transcript.text, turn.start, turn.end)[-1]
        screen.view.move_cursor(last[0])
        await pilot.press("w", "T")
        await pilot.pause()
        assert "Who said" in seen(app) and "interviewer" in seen(app), "who is known is offered with their role"
        await typed(pilot, "Anna")
        assert "What is Anna?" in seen(app)
        await pilot.press("enter")
        await settled(app, pilot)
        given = [said for said in _said(app)[number : number + 3] if said[0] == "Anna"]
        assert [said for _, said in given] == [words[last[0] - turn.start : last[1] - turn.start]]
        rows = {row.label: row.role for row in interviews.speakers(app.study, MAREK)}
        assert rows["Anna"] == "participant" and not screen.marking.is_open
        await pilot.press("T")
        await pilot.pause()
        await typed(pilot, who.upper())
        await settled(app, pilot)
        assert who.upper() not in {row.label for row in interviews.speakers(app.study, MAREK)}
        assert all(said != "Anna" for said, _ in _said(app))
        await pilot.press("T", "escape")
        assert isinstance(app.screen, CodeScreen)

    play(small_study(tmp_path), scenes)


def test_a_range_of_turns_is_taken_out_and_its_passages_are_listed(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await _opened(app, pilot)
        before = _said(app)
        assert screen.interview.transcript is not None
        passage = screen.interview.passages[1]
        number = navigation.turn_number(screen.interview.transcript, passage.start)
        screen.view.move_cursor(passage.start)
        await pilot.press("R")
        screen.view.move_cursor(screen.interview.transcript.turns[number + 2].start)
        await pilot.pause()
        assert screen.mending.has_range
        await pilot.press("D")
        await settled(app, pilot)
        assert isinstance(app.screen, MendedSheet) and "Passages that the change divided or shortened" in seen(app)
        assert _said(app) == before[:number] + before[number + 3 :]
        assert not passages.one(app.study, passage.id).anchored
        assert len(transcript_edits.removed_speech(app.study)) == 3
        await pilot.press("u", "escape")
        await settled(app, pilot)
        assert _said(app) == before and passages.one(app.study, passage.id).anchored and not screen.mending.has_range

    play(small_study(tmp_path), scenes)


def test_what_cannot_be_is_told(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await _opened(app, pilot)
        before = _said(app)
        assert screen.interview.transcript is not None
        screen.view.move_cursor(screen.interview.transcript.turns[0].start)
        await pilot.press("S")
        assert "no words on one side" in flat(seen(app))
        screen.view.move_cursor(screen.interview.transcript.turns[-1].start)
        await pilot.press("plus")
        assert "No turn follows the last one" in flat(seen(app))
        assert _said(app) == before

    play(small_study(tmp_path), scenes)


def test_the_queue_ends_when_its_places_have_moved(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await _opened(app, pilot)
        await pilot.press("Q")
        await settled(app, pilot)
        assert screen.queue.is_open
        await pilot.press("plus")
        await settled(app, pilot)
        assert not screen.queue.is_open

    play(small_study(tmp_path), scenes)
