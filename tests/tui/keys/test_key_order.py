"""The hand: no key is lost or lands elsewhere, and each keeps what it stands for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input
from textual.widgets._toast import Toast

from needsseg.actions.coding import codebook, passages
from needsseg.actions.discovery import evidence, needs, review
from needsseg.actions.discovery.questions import Choice, Question
from needsseg.actions.study import history, studies
from needsseg.study.connection import Study
from needsseg.symbols import glyphs
from needsseg.tui.app import NeedssegApp
from needsseg.tui.code.screen import CodeScreen
from needsseg.tui.code.sheets.memo import MemoSheet
from needsseg.tui.interviews.batch import BatchSheet
from needsseg.tui.interviews.pseudonyms import PseudonymsSheet
from needsseg.tui.keys.choice_keys import assign_keys, choice_key
from needsseg.tui.keys.help import KeysScreen
from needsseg.tui.search.screen import SearchSheet
from needsseg.tui.segments.card import CardScreen
from needsseg.tui.segments.needs import NeedsScreen
from needsseg.tui.segments.pairs import PairsScreen
from needsseg.tui.study.history import HistoryScreen
from needsseg.tui.widgets.bars import KeyBar
from needsseg.tui.widgets.progress import ProgressScreen
from needsseg.tui.widgets.prompt import Prompt
from tests.fixtures.app.code_screen import opened
from tests.fixtures.app.key_bursts import burst
from tests.fixtures.app.small_study import (
    LARGE,
    flat,
    play,
    seen,
    settled,
    small_study,
    with_segments,
)
from tests.fixtures.app.waiting import idle, until

INES, MAREK = "ines-carvalho", "marek-nowotny"


@contextmanager
def load() -> Iterator[None]:
    """Something else that keeps the process busy."""
    stop = threading.Event()

    def spin() -> None:
        while not stop.is_set():
            sum(range(1_000))

    thread = threading.Thread(target=spin, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def codes(study: Study, key: str = INES) -> list[tuple[str, ...]]:
    return [passage.codes for passage in passages.listing(study, key)]


def entries(study: Study) -> int:
    return len(history.listing(study))


def test_what_is_typed_ahead_reaches_the_dialog_that_it_opens(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot)
        with load():
            for at, (gap, name) in enumerate([(0.0, "data quality"), (0.02, "pain: mess"), (0.08, "list"), (0.3, "x")]):
                await burst(app, ["c", *name, "enter", "j"], gap)
                assert codes(app.study)[at] == (name,)
        await burst(app, ["b", "n", *"made in the book", "enter", "escape", "slash", *"stand", "enter"])
        await settled(app, pilot)
        assert isinstance(app.screen, CodeScreen) and app.screen.find.is_open
        assert "made in the book" in passages.code_ids(app.study)

    play(small_study(tmp_path), scenes)


def test_keys_go_with_another_screen_that_they_open(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await burst(app, ["enter", "j", "c", *"seen first", "enter", "f1", "f", *"work", "escape"])
        await settled(app, pilot)
        assert app.current_mode == "interviews" and ("seen first",) in codes(app.study)
        assert not isinstance(app.screen, SearchSheet)

    play(small_study(tmp_path), scenes)


def test_keys_wait_for_a_dialog_that_is_being_prepared_and_quitting_does_not(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        before = codes(app.study), entries(app.study)
        app.keys.hold()
        for key in ("x", "a", "q"):
            app.post_message(events.Key(key, key))
        await settled(app, pilot)
        assert (codes(app.study), entries(app.study)) == before
        asked = Prompt("Which?")
        app.push_screen(asked)
        app.keys.release()
        await settled(app, pilot)
        assert app.screen is asked and asked.query_one(Input).value == "xaq"
        await pilot.press("escape")
        assert app.screen is screen
        app.keys.hold()
        await pilot.press("ctrl+q")
        assert app.return_code == 0

    play(small_study(tmp_path), scenes)


def test_after_an_interview_is_removed_the_cursor_stays_at_its_place(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await pilot.press("j", "d")
        assert "interview 2/2" in flat(seen(app))
        await pilot.press("u", "G", "d")
        assert "interview 2/2" in flat(seen(app))

    play(small_study(tmp_path), scenes)


def test_digits_keep_their_codes_whatever_becomes_of_them(tmp_path: Path) -> None:
    path = small_study(tmp_path)
    with studies.open_study(path) as study:
        first = passages.listing(study, MAREK)[0]
        for number in range(8):
            passages.code(study, [first.id], f"code {number}")

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        began = screen.codes.read()
        assert sorted(began) == list(range(1, 10))
        await burst(app, ["c", *"a tenth", "enter"])
        assert screen.codes.read() == began, "a tenth code takes no other's digit"
        codebook.rename(app.study, began[9], "renamed")
        assert screen.codes.read() == {**began, 9: "renamed"}
        codebook.delete(app.study, began[3])
        left = {digit: code for digit, code in began.items() if digit not in (3, 9)}
        assert screen.codes.read() == {**left, 9: "renamed"}
        await pilot.press("3")
        assert "the code under 3 is no longer in the codebook" in flat(seen(app))
        history.undo(app.study)
        assert screen.codes.read() == {**began, 9: "renamed"}

    play(path, scenes)


def test_signs_stay_with_their_segments() -> None:
    before = glyphs([3, 1, 2])
    after = glyphs([9, 2, 3], before)
    assert {segment: after[segment] for segment in before} == before
    assert after[9] not in before.values()
    many = glyphs(range(1, 35))
    with_new = glyphs([*range(2, 35), 99], many)
    assert {segment: with_new[segment] for segment in range(2, 35)} == {s: many[s] for s in range(2, 35)}
    assert with_new[99] == many[1], "only where none is left a sign is given again, and one of a segment that is gone"


def _question(study: Study, *choices: Choice) -> Question:
    passage = passages.listing(study, MAREK)[0]
    return Question(passage, "", (*choices, Choice(None, "none of these", None)), 1, None)


def test_option_keys_stay_with_their_needs_and_segments(tmp_path: Path) -> None:
    with studies.open_study(small_study(tmp_path)) as study:
        keys: dict[tuple[str, int], str] = {}

        def shown(*choices: Choice) -> list[str]:
            assign_keys(keys, asked := _question(study, *choices))
            return [choice_key(keys, choice) for choice in asked.choices]

        one, two, three = (Choice(n, f"segment {n}", None, key) for n, key in ((1, "1"), (2, "2"), (3, "1")))
        assert shown(one, two) == ["1", "2", "0"]
        assert shown(Choice(2, "two", None, "1", need=7), one) == ["2", "1", "0"], "as a need in view it is the same"
        assert shown(three, Choice(2, "two", None, "2")) == ["3", "2", "0"], (
            "no other one gets the key of one that is gone"
        )
        assert shown(Choice(4, "two", None, "1", need=7), two) == ["2", "4", "0"], "and no key stands for two"


def test_a_question_mark_shows_keys_in_every_dialog_and_f1_where_one_types(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        here = screen.interview.passages[0].id
        for dialog in (
            Prompt("What?"),
            MemoSheet(app.study, "passage", here, "Memo"),
            HistoryScreen(app.study),
            NeedsScreen(app.study),
            SearchSheet(app.study),
            ProgressScreen("Sleeping", ["sleep", "60"]),
        ):
            app.push_screen(dialog)
            await pilot.pause()
            for key in ("question_mark", "f1"):
                await pilot.press(key)
                assert isinstance(app.screen, KeysScreen) and app.screen.of is dialog, (dialog, key)
                await pilot.press("escape")
            if isinstance(dialog, Prompt):
                await burst(app, "why?")
                assert dialog.query_one(Input).value == "why?", "within words it is one of them"
            if isinstance(dialog, ProgressScreen):
                await pilot.press("x")
                assert "x was ignored: esc cancels" in flat(seen(app))
            await pilot.press("escape")
            await settled(app, pilot)
            assert app.screen is screen
        app.notify("A message that is shown.")
        await settled(app, pilot)
        bar, toasts = screen.query_one(KeyBar).region, [toast.region for toast in screen.query(Toast)]
        assert toasts and all(region.area and not region.overlaps(bar) for region in toasts)

    play(small_study(tmp_path), scenes)


EARLY = {
    "PairsScreen": (PairsScreen, ["x"]),
    "NeedsScreen": (NeedsScreen, ["J", "x"]),
    "PseudonymsSheet": (PseudonymsSheet, ["x"]),
    "CardScreen": (lambda study: CardScreen(study, evidence.listing(study)[0].id), ["x"]),
    "BatchSheet": (BatchSheet, ["o", "P"]),
    "SearchSheet": (lambda study: SearchSheet(study, "know"), ["c", "C"]),
}
"""Sheets, and the keys that decide over the row under the cursor."""


@pytest.mark.slow
def test_a_key_decides_over_no_row_that_came_after_it(tmp_path: Path) -> None:
    path = small_study(tmp_path)
    with studies.open_study(path) as study:
        one, _ = with_segments(study)
        review.together(study, *[p.id for p, _ in evidence.evidence(study, one).passages][:2])
        needs.add(study, "Proof")
        needs.add(study, "Pace")

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        for name, (make, keys) in EARLY.items():
            for key in keys:
                pressed = events.Key(key, key)  # now, before there is anything to see
                app.push_screen(make(app.study))
                await settled(app, pilot)
                sheet, began = app.screen, entries(app.study)
                if isinstance(sheet, CardScreen):
                    sheet.listed.highlighted = 1  # the first row is the need, which is typed
                app.post_message(pressed)
                await idle(app)
                await until(app, lambda: app.keys.pressed_at is None)
                assert entries(app.study) == began and app.screen is sheet, (name, key)
                assert "press again" in flat(seen(app)), (name, key)
                await pilot.press(key)
                await settled(app, pilot)
                assert entries(app.study) == began + 1 or app.screen is not sheet, (name, key)
                while len(app.screen_stack) > 1:
                    app.pop_screen()
                await settled(app, pilot)

    play(path, scenes, LARGE)
