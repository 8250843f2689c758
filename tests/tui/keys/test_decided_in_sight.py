"""The eye: nothing is decided that was not seen and meant."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot

from needsseg.actions.coding import passages
from needsseg.actions.discovery import evidence
from needsseg.actions.study import history, studies
from needsseg.actions.transcripts import interviews
from needsseg.study.connection import Study
from needsseg.tui.app import NeedssegApp
from needsseg.tui.bookmark import Bookmark
from needsseg.tui.code.screen import CodeScreen
from needsseg.tui.segments.screen import SegmentsScreen
from tests.fixtures.app.code_screen import opened
from tests.fixtures.app.key_bursts import burst
from tests.fixtures.app.small_study import (
    SMALL,
    flat,
    participant_sentences,
    play,
    seen,
    settled,
    small_study,
    with_segments,
)

INES = "ines-carvalho"


def codes(study: Study, key: str = INES) -> list[tuple[str, ...]]:
    return [passage.codes for passage in passages.listing(study, key)]


def entries(study: Study) -> int:
    return len(history.listing(study))


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
        for key in ("a", "x", "d", "C", "i", "q", "1", "r", "e", "m", "J", "F", "left_curly_bracket"):
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
        for key in ("x", "d", "C", "m", "J", "F", "e"):
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
