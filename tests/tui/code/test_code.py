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
from tests.fixtures.app.code_screen import INES, opened, statuses
from tests.fixtures.app.small_study import LARGE, SMALL, flat, play, seen, settled, small_study, typed


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
