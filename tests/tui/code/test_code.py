"""Coding: every key does what the help says, and everything it does can be taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from needsseg.actions.coding import passages
from needsseg.actions.study import studies
from needsseg.actions.transcripts import interviews
from needsseg.tui.app import NeedssegApp
from needsseg.tui.code.screen import CodeScreen
from needsseg.tui.widgets.transcript_view import MARGIN, TranscriptView
from tests.fixtures.app.small_study import LARGE, SMALL, flat, play, seen, settled, small_study, typed

INES = "ines-carvalho"


async def opened(app: NeedssegApp, pilot: Pilot[int], key: str = INES) -> CodeScreen:
    """The coding screen on one interview."""
    app.open_passage(key, None, "interviews")
    await settled(app, pilot)
    assert isinstance(app.screen, CodeScreen)
    return app.screen


def statuses(app: NeedssegApp, key: str = INES) -> list[str]:
    return [p.status for p in passages.listing(app.study, key)]


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_accepting_and_rejecting_save_at_once_and_go_on_and_are_undone(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        ids = [p.id for p in screen.interview.passages]
        await pilot.press("a")
        assert statuses(app)[0] == "accepted"
        assert screen.interview.current == ids[1]
        await pilot.press("x")
        assert statuses(app)[:2] == ["accepted", "rejected"]
        await pilot.press("space")
        assert screen.interview.current == ids[3]
        assert "coded 2/5" in seen(app)
        await pilot.press("u")
        assert statuses(app)[:2] == ["accepted", "suggested"]
        assert screen.interview.current == ids[1], "undo leads back to the passage it concerned"
        assert "Undid: rejected" in flat(seen(app))
        await pilot.press("ctrl+r")
        assert statuses(app)[1] == "rejected"
        await pilot.press("u", "u")
        assert statuses(app) == ["suggested"] * 5
        await pilot.press("u", "u", "u", "u")
        assert "Traceback" not in seen(app)

    play(small_study(tmp_path), scenes, size)


def test_moving_between_passages_and_ends(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        ids = [p.id for p in screen.interview.passages]
        await pilot.press("j", "j", "k")
        assert screen.interview.current == ids[1]
        await pilot.press("G")
        assert screen.interview.current == ids[-1]
        await pilot.press("j")
        assert screen.interview.current == ids[-1]
        await pilot.press("g")
        assert screen.interview.current == ids[0]
        assert screen.view.scroll_offset.y == 0
        passages.decide(app.study, [ids[1]], "accepted")
        await pilot.press("n")
        screen.refresh_study()
        screen.steps.go_to(ids[0])
        await pilot.press("n")
        assert screen.interview.current == ids[2], "n leaves out what is decided"
        await pilot.press("N")
        assert screen.interview.current == ids[0]

    play(small_study(tmp_path), scenes)


def test_codes_typed_last_digits_recent_and_taken_off(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)

        def codes() -> tuple[str, ...]:
            assert screen.interview.passage is not None
            return screen.interview.passage.codes

        await pilot.press("c")
        await pilot.pause()
        assert "hand-over" in seen(app), "the codebook is offered"
        await typed(pilot, "who is next")
        assert codes() == ("who is next",)
        assert statuses(app)[0] == "accepted"
        assert "#" in seen(app)
        await pilot.press("j", "q")
        assert codes() == ("who is next",)
        await pilot.press("1")
        assert codes() == ("hand-over", "who is next"), "1 keeps the code it had when the screen was opened"
        await pilot.press("9")
        assert "no code is assigned to 9" in seen(app)
        await pilot.press("j", "r", "down", "enter")
        await pilot.pause()
        assert codes() == ("who is next",)
        await pilot.press("C")
        assert codes() == ()
        await pilot.press("u")
        assert codes() == ("who is next",)
        await pilot.press("c")
        await pilot.pause()
        await pilot.press("h", "a", "n", "tab", "enter")
        await pilot.pause()
        assert "hand-over" in codes(), "tab completes to the code offered"
        await pilot.press("c", "escape")
        await pilot.pause()
        assert isinstance(app.screen, CodeScreen)

    play(small_study(tmp_path), scenes)


def test_edges_move_by_a_sentence_and_accept(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        before = screen.interview.passages[0]
        await pilot.press("right_curly_bracket")
        longer = passages.one(app.study, before.id)
        assert longer.start == before.start
        assert longer.end > before.end
        assert longer.status == "accepted"
        assert longer.quote == interviews.show(app.study, INES).text[longer.start : longer.end]
        await pilot.press("right_square_bracket")
        shorter = passages.one(app.study, before.id)
        assert shorter.start > before.start
        await pilot.press("left_square_bracket", "left_curly_bracket")
        again = passages.one(app.study, before.id)
        assert (again.start, again.end) == (before.start, before.end)
        await pilot.press("left_curly_bracket")
        assert "cannot go further" in seen(app)
        for _ in range(4):
            await pilot.press("u")
        assert passages.one(app.study, before.id) == before

    play(small_study(tmp_path), scenes)


def test_marking_by_hand_with_keys(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        await pilot.press("enter")
        assert "nothing is selected" in seen(app)
        screen.steps.go_to(max(screen.interview.passages, key=lambda p: p.end).id)
        await pilot.press("v")
        assert screen.marking.is_open
        one = screen.interview.selected
        await pilot.press("j", "j", "k")
        assert screen.interview.selected is not None
        assert one is not None
        assert screen.interview.selected[1] > one[1]
        span = screen.interview.selected
        await pilot.press("enter")
        made = screen.interview.passage
        assert made is not None
        assert (made.start, made.end, made.status, made.origin) == (*span, "accepted", "hand")
        assert not screen.marking.is_open
        await pilot.press("d")
        assert made.id not in [p.id for p in passages.listing(app.study, INES)]
        await pilot.press("u")
        assert made.id in [p.id for p in passages.listing(app.study, INES)]
        await pilot.press("v", "escape")
        assert not screen.marking.is_open
        assert isinstance(app.screen, CodeScreen), "esc drops the selection first"

    play(small_study(tmp_path), scenes)


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


def test_edges_are_moved_by_words_and_saved_once(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        before = max(screen.interview.passages, key=lambda p: len(p.quote))
        screen.steps.go_to(before.id)
        await pilot.press("e", "right_square_bracket", "right_square_bracket", "left_curly_bracket")
        assert "enter saves" in flat(seen(app))
        await pilot.press("c")
        await pilot.pause()
        await typed(pilot, "too early")
        assert "press enter to save the edges first" in flat(seen(app))
        await pilot.press("enter")
        after = passages.one(app.study, before.id)
        assert after.quote in before.quote
        assert 2 <= len(before.quote.split()) - len(after.quote.split()) <= 3
        await pilot.press("u")
        assert passages.one(app.study, before.id) == before, "one step of undo"
        await pilot.press("e", "escape")
        assert not screen.marking.is_open

    play(small_study(tmp_path), scenes)


def test_a_selection_is_coded_at_once_in_its_own_words_or_others(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        await pilot.press("g", "w", "j", "i")
        made = screen.interview.passage
        assert made is not None
        assert made.codes == (made.quote,)
        assert made.origin == "hand"
        await pilot.press("u")
        assert made.id not in [p.id for p in passages.listing(app.study, INES)], "mark and code are one step"
        screen.steps.go_to(screen.interview.passages[1].id)
        await pilot.press("w", "1")
        assert screen.interview.passage is not None
        assert screen.interview.passage.codes == ("hand-over",)
        await pilot.press("u", "t", "i")
        await pilot.pause()
        assert "shorten their words" in flat(seen(app)), "many words are offered to be cut"
        await pilot.press("ctrl+u", "end", "ctrl+u")
        await typed(pilot, "cut short")
        assert screen.interview.passage.codes == ("cut short",)

    play(small_study(tmp_path), scenes)


def test_pinned_codes_keep_their_digit(tmp_path: Path) -> None:
    path = small_study(tmp_path)
    with studies.open_study(path) as study, study.action("pin"):
        study.execute("UPDATE codes SET pin = 4 WHERE name = 'hand-over'")

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        assert "4 hand-over" in flat(seen(app))
        await pilot.press("1")
        assert "no code is assigned to 1" in flat(seen(app))
        await pilot.press("4")
        assert screen.interview.passage is not None
        assert screen.interview.passage.codes == ("hand-over",)

    play(path, scenes, LARGE)


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


def test_overlaps_are_seen_and_gone_through(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        first = screen.interview.passages[0]
        other = passages.mark(app.study, INES, first.start + 4, first.end)
        screen.refresh_study()
        await pilot.press("o")
        assert screen.interview.current == other
        assert "overlaps 1 more" in flat(seen(app))
        await pilot.press("o")
        assert screen.interview.current == first.id
        await pilot.press("G", "o")
        assert "nothing overlaps" in seen(app)

    play(small_study(tmp_path), scenes)


def test_going_to_other_interviews_and_back(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        await pilot.press("greater_than_sign")
        assert screen.interview.key == "marek-nowotny"
        await pilot.press("less_than_sign")
        assert screen.interview.key == INES
        await pilot.press("less_than_sign")
        assert "no further interview" in seen(app)
        await pilot.press("escape")
        await settled(app, pilot)
        assert app.current_mode == "interviews"

    play(small_study(tmp_path), scenes)


def test_all_decided_names_the_next_key(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot)
        await pilot.press("a", "a", "x", "x", "a")
        assert "coded 5/5" in seen(app)
        assert "> opens the next interview" in flat(seen(app))

    play(small_study(tmp_path), scenes)


def test_the_place_is_kept_over_a_restart(tmp_path: Path) -> None:
    path, kept = small_study(tmp_path), []

    async def leaving(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot, "marek-nowotny")
        await pilot.press("j", "j", "j")
        kept.append(screen.interview.current)
        await pilot.press("ctrl+q")

    async def coming_back(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await settled(app, pilot)
        assert isinstance(app.screen, CodeScreen)
        assert (app.screen.interview.key, app.screen.interview.current) == ("marek-nowotny", kept[0])

    play(path, leaving)
    play(path, coming_back)
