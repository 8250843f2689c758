"""Coding: the cursor in the transcript, what is selected with it, with the mouse and by a search."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from needsseg.actions.transcripts import interviews
from needsseg.tui.app import NeedssegApp
from needsseg.tui.widgets.transcript_view import MARGIN, TranscriptView
from tests.fixtures.app.code_screen import INES, opened, statuses
from tests.fixtures.app.small_study import LARGE, SMALL, flat, play, seen, small_study, typed


def words_of(app: NeedssegApp, span: tuple[int, int] | None) -> str:
    """The words of a span of the first interview."""
    assert span is not None
    return interviews.show(app.study, INES).text[slice(*span)]


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_the_cursor_goes_by_words_and_lines_and_makes_a_passage_current(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        text, view = interviews.show(app.study, INES).text, screen.view
        await pilot.press("g")
        view.put_cursor(screen.interview.transcript.turns[0].start)  # type: ignore[union-attr]
        await pilot.press("right")
        at = view.cursor
        await pilot.press("right", "right")
        assert len(text[at : view.cursor].split()) == 2
        await pilot.press("left", "left", "left", "left")
        assert view.cursor <= at, "there is no word before the first"
        at = view.cursor
        await pilot.press("end")
        assert view.cursor > at
        await pilot.press("home")
        at = view.cursor
        await pilot.press("down")
        assert view.cursor > at
        await pilot.press("up")
        assert view.cursor == at
        for _ in range(12):
            await pilot.press("pagedown")
            assert view.is_visible(view.cursor)
        await pilot.press("pageup", "pageup")
        assert view.is_visible(view.cursor)
        second = screen.interview.passages[1]
        view.put_cursor(second.start - 2)
        await pilot.press("right")
        assert view.cursor == second.start
        assert screen.interview.current == second.id

    play(small_study(tmp_path), scenes, size)


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_selecting_by_word_sentence_and_turn(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        first = max(screen.interview.passages, key=lambda p: len(p.quote))
        turn = next(t for t in screen.interview.transcript.turns if t.start <= first.start < t.end)  # type: ignore[union-attr]
        screen.steps.go_to(first.id)
        await pilot.press("w")
        assert words_of(app, screen.interview.selected) == first.quote.split()[0].strip(",.")
        await pilot.press("j", "j")
        assert len(words_of(app, screen.interview.selected).split()) == 3
        await pilot.press("k")
        assert len(words_of(app, screen.interview.selected).split()) == 2
        await pilot.press("s")
        assert words_of(app, screen.interview.selected) == first.quote, "s grows it to the whole sentence"
        await pilot.press("left_curly_bracket")
        assert words_of(app, screen.interview.selected) == first.quote, "its end cannot go before its start"
        await pilot.press("right_curly_bracket", "right_square_bracket")
        assert first.quote not in words_of(app, screen.interview.selected)
        await pilot.press("t")
        assert screen.interview.selected == (turn.start, turn.end)
        await pilot.press("escape", "shift+right", "shift+right", "shift+left")
        assert len(words_of(app, screen.interview.selected).split()) == 1
        await pilot.press("shift+down", "shift+down")
        longer = words_of(app, screen.interview.selected)
        assert longer.startswith(first.quote)
        await pilot.press("shift+up")
        assert len(words_of(app, screen.interview.selected)) < len(longer)
        screen.steps.go_to(first.id)
        await pilot.press("escape", "v", "right", "right")
        assert screen.interview.selected == (first.start, first.end), (
            "within a sentence the cursor selects no more than it"
        )
        for _ in range(30):
            await pilot.press("down")
        assert screen.interview.selected is not None
        assert screen.interview.selected[1] <= turn.end, "a selection stays within its turn"
        assert statuses(app) == ["suggested"] * 5

    play(small_study(tmp_path), scenes, size)


def test_clicks_select_a_word_a_sentence_a_turn(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        await pilot.press("g")
        row = next(n for n in range(12) if screen.view._lines[n].kind == "text")
        sizes = []
        for times in (2, 3, 4):
            await pilot.click(TranscriptView, offset=(MARGIN + 2, row), times=times)
            await pilot.pause()
            assert screen.interview.selected is not None
            sizes.append(screen.interview.selected[1] - screen.interview.selected[0])
            await pilot.press("escape")
            await pilot.pause()
        assert sizes == sorted(sizes)
        assert sizes[0] < sizes[1]

    play(small_study(tmp_path), scenes, LARGE)


def test_marking_and_choosing_with_the_mouse(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        await pilot.press("g")
        row = next(n for n in range(12) if "text" in str(screen.view._lines[n].kind))
        await pilot.mouse_down(TranscriptView, offset=(MARGIN + 1, row))
        await pilot.hover(TranscriptView, offset=(MARGIN + 12, row))
        await pilot.mouse_up(TranscriptView, offset=(MARGIN + 12, row))
        await pilot.pause()
        assert screen.marking.is_open
        await pilot.press("enter")
        made = screen.interview.passage
        assert made is not None
        text = interviews.show(app.study, INES).text
        assert text[made.start : made.end] == made.quote
        assert not text[made.start - 1].isalnum() and not text[made.end].isalnum(), "whole words"
        await pilot.press("G", "g")
        await pilot.press("j")
        await pilot.click(TranscriptView, offset=(MARGIN + 2, row))
        await pilot.pause()
        assert screen.interview.current == made.id

    play(small_study(tmp_path), scenes, LARGE)


def test_finding_words_then_n_goes_through_them_until_esc(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        await pilot.press("g", "slash")
        await typed(pilot, "The")
        hits = len(screen.view.hits)
        assert hits > 5
        assert f"find “The” 1/{hits}" in seen(app)
        await pilot.press("n", "n", "N")
        assert f"2/{hits}" in seen(app)
        await pilot.press("N", "N")
        assert f"{hits}/{hits}" in seen(app), "round the end"
        await pilot.press("escape")
        assert not screen.find.is_open
        await pilot.press("slash")
        await pilot.pause()
        await pilot.press("end", "ctrl+u")
        await typed(pilot, "zebra crossing")
        assert "does not occur in this transcript" in flat(seen(app))

    play(small_study(tmp_path), scenes)
