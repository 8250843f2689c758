"""The hand and the eye: no key is lost or lands elsewhere, and nothing is decided that was not seen and meant."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
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
from needsseg.actions.transcripts import interviews
from needsseg.study.connection import Study
from needsseg.symbols import glyphs
from needsseg.tui.app import NeedssegApp
from needsseg.tui.bookmark import Bookmark
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
from needsseg.tui.segments.screen import SegmentsScreen
from needsseg.tui.study.history import HistoryScreen
from needsseg.tui.widgets.bars import KeyBar
from needsseg.tui.widgets.progress import ProgressScreen
from needsseg.tui.widgets.prompt import Prompt
from tests.fixtures.app.small_study import (
    LARGE,
    SMALL,
    flat,
    participant_sentences,
    play,
    seen,
    settled,
    small_study,
    with_segments,
)
from tests.fixtures.app.waiting import idle, until

INES, MAREK = "ines-carvalho", "marek-nowotny"
NAMED = {" ": "space", ":": "colon", "?": "question_mark"}


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


async def burst(app: NeedssegApp, keys: Sequence[str], gap: float = 0.0) -> None:
    """Presses keys as a terminal sends them: without waiting for what comes of any, ``gap`` seconds apart."""
    for key in keys:
        app.post_message(events.Key(NAMED.get(key, key), key if len(key) == 1 else None))
        if gap:
            await asyncio.sleep(gap)
    await idle(app)
    await until(app, lambda: app.keys.pressed_at is None)


async def opened(app: NeedssegApp, pilot: Pilot[int], key: str = INES) -> CodeScreen:
    app.open_passage(key, None, "interviews")
    await settled(app, pilot)
    assert isinstance(app.screen, CodeScreen)
    return app.screen


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


def unmarked(study: Study, screen: CodeScreen) -> tuple[int, int]:
    """A participant's sentence far from every passage."""
    transcript = interviews.show(study, screen.interview.key)
    return next(
        span
        for span in reversed(participant_sentences(study, screen.interview.key, 40))
        if all(p.end < span[0] - 300 or p.start > span[1] + 300 for p in screen.interview.passages)
        and transcript.text[span[0]]
    )


def test_a_code_goes_on_the_words_that_a_search_opened_and_not_on_the_next_passage(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        span, before = unmarked(app.study, screen), codes(app.study)
        app.open_place(Bookmark(INES, None, span), "interviews")
        await settled(app, pilot)
        assert screen.interview.passage is None and screen.interview.selected == span
        await burst(app, ["c", *"found it", "enter"])
        made = [p for p in passages.listing(app.study, INES) if "found it" in p.codes]
        assert [(p.start, p.end) for p in made] == [span]
        await pilot.press("u")
        assert codes(app.study) == before
        first = screen.interview.passages[0]
        app.open_place(Bookmark(INES, None, (first.start - 5, first.end)), "interviews")
        await settled(app, pilot)
        assert screen.interview.current == first.id and first.start <= screen.view.cursor < first.end

    play(small_study(tmp_path), scenes)


def test_beside_passages_and_with_a_selection_no_passage_is_changed(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        span = unmarked(app.study, screen)
        screen.view.move_cursor(span[0])
        await settled(app, pilot)
        assert screen.interview.current is None and "is before the cursor" in flat(seen(app))
        began = entries(app.study)
        for key in ("a", "x", "d", "C", "i", "q", "1", "r", "e", "m", "J", "L", "left_curly_bracket"):
            await pilot.press(key)
            assert app.screen is screen, key
        assert entries(app.study) == began
        assert "no passage under the cursor" in flat(seen(app))
        await burst(app, ["c", *"left", "escape"])
        assert app.screen is screen and not screen.marking.is_open and entries(app.study) == began
        await burst(app, ["c", *"taken", "enter"])
        assert screen.interview.passage is not None and screen.interview.passage.codes == ("taken",)
        assert screen.interview.passage.start <= span[0] < screen.interview.passage.end, (
            "beside passages c codes the sentence at the cursor"
        )
        await pilot.press("u")
        began = entries(app.study)
        assert screen.interview.current is None
        after = next((p for p in screen.interview.passages if p.start > span[0]), screen.interview.passages[-1])
        await pilot.press("j")
        assert screen.interview.current == after.id and screen.view.cursor == after.start
        await pilot.press("v")
        for key in ("x", "d", "C", "m", "J", "L", "e"):
            await pilot.press(key)
            assert app.screen is screen and "a selection is open" in flat(seen(app)), key
        assert entries(app.study) == began
        selected = screen.interview.selected
        await pilot.press("a")
        assert (
            screen.interview.passage is not None
            and (screen.interview.passage.start, screen.interview.passage.end) == selected
        )

    play(small_study(tmp_path), scenes)


def test_what_has_scrolled_away_or_was_never_seen_is_not_decided(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        far = next(p for p in screen.interview.passages if not screen.view.is_visible(p.start))
        before = screen.interview.passages[screen.interview.passages.index(far) - 1]
        screen.steps.go_to(before.id)
        await settled(app, pilot)
        while screen.view.is_visible(far.start):  # the next one is to be off the screen
            screen.view.scroll_relative(y=-1, animate=False, immediate=True)
        began = entries(app.study)
        await burst(app, ["j", "x"])
        assert entries(app.study) == began and screen.interview.current == far.id
        assert "nothing was done" in flat(seen(app))
        await pilot.press("x")
        assert passages.one(app.study, far.id).status == "rejected"
        screen.view.put_cursor(screen.interview.transcript.turns[0].start)  # type: ignore[union-attr]
        screen.view.scroll_end(animate=False, immediate=True)
        await settled(app, pilot)
        began = entries(app.study)
        for key in ("D", "S", "plus", "T"):
            screen.view.scroll_end(animate=False, immediate=True)
            await settled(app, pilot)
            await pilot.press(key)
            assert app.screen is screen and "press again" in flat(seen(app)), key
        assert entries(app.study) == began

    play(small_study(tmp_path), scenes)


def test_while_suggestions_are_ranked_it_says_so_and_nothing_is_decided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from needsseg.actions.coding import suggesting

    real, go_on = suggesting.queue, threading.Event()

    def slow(*args: object, **more: object) -> object:
        go_on.wait(20)
        return real(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(suggesting, "queue", slow)

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        began = entries(app.study)
        app.post_message(events.Key("Q", "Q"))
        await asyncio.sleep(0.1)
        assert "ranking the suggestions …" in flat(seen(app)), "a tenth of a second later it can be read"
        for key in ("x", "a", "c", "1", "u", "O"):
            app.post_message(events.Key(key, key))
            await asyncio.sleep(0.02)
        assert "nothing was done; press again" in flat(seen(app))
        assert app.screen is screen
        go_on.set()
        await settled(app, pilot)
        assert screen.queue.is_open and entries(app.study) == began
        await burst(app, ["Q", "Q", "x"])
        await settled(app, pilot)
        assert entries(app.study) == began
        here = screen.interview.passage
        assert here is not None
        await pilot.press("x")
        assert passages.one(app.study, here.id).status == "rejected"
        go_on.clear()
        await pilot.press("Q")
        app.post_message(events.Key("Q", "Q"))
        await asyncio.sleep(0.05)
        app.post_message(events.Key("escape", None))
        await asyncio.sleep(0.05)
        go_on.set()
        await settled(app, pilot)
        assert not screen.queue.is_open and not screen.targets.busy, "esc stops waiting"

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


def test_evidence_that_was_not_shown_is_not_decided_on(tmp_path: Path) -> None:
    path = small_study(tmp_path)
    with studies.open_study(path) as study:
        one, two = with_segments(study)
        members = {segment: [p.id for p, _ in evidence.evidence(study, segment).passages] for segment in (one, two)}

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        app.switch_mode("segments")
        await settled(app, pilot)
        assert isinstance(app.screen, SegmentsScreen)
        began = entries(app.study)
        await burst(app, ["j", "n", "a", "x"])
        await settled(app, pilot)
        assert entries(app.study) == began, "the quotes of the segment before were still there"
        now = {segment: [p.id for p, _ in evidence.evidence(app.study, segment).passages] for segment in (one, two)}
        assert now == members
        assert "press again" in flat(seen(app))
        await pilot.press("x")
        assert entries(app.study) == began + 1

    play(path, scenes, SMALL)


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
