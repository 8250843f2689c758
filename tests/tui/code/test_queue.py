"""The queue: one suggestion at a time over the whole study, decided in one key, taken back in one key."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from textual import events
from textual.pilot import Pilot

from needsseg.actions.coding import passages, suggesting
from needsseg.actions.study import studies
from needsseg.actions.study.embedding_ahead import embed_ahead
from needsseg.actions.transcripts import importing
from needsseg.progress import Progress
from needsseg.study.connection import Study
from needsseg.tui.app import NeedssegApp
from needsseg.tui.code import queue
from needsseg.tui.code.screen import CodeScreen
from tests.fixtures.app.small_study import LARGE, SMALL, flat, play, seen, settled
from tests.fixtures.samples import ROOT

TALKS = ("ines-carvalho.vtt", "marek-nowotny.docx", "ruth-zielinski.txt")
_MADE = TemporaryDirectory(prefix="needsseg-queue-")


@pytest.fixture(scope="module")
def suggested() -> bytes:
    """Three real interviews with the program's suggestions, every window read."""
    path = Path(_MADE.name) / "study.db"
    with studies.init(path) as study:
        importing.import_transcripts(study, [ROOT / "interviews" / "transcripts" / talk for talk in TALKS])
        passages.suggest(study)
        embed_ahead(study, everybody=False)
    return path.read_bytes()


@pytest.fixture
def path(suggested: bytes, tmp_path: Path) -> Path:
    copy = tmp_path / "study.db"
    copy.write_bytes(suggested)
    return copy


async def opened(app: NeedssegApp, pilot: Pilot[int]) -> CodeScreen:
    app.open_passage("ines-carvalho", None, "interviews")
    await settled(app, pilot)
    assert isinstance(app.screen, CodeScreen)
    await pilot.press("Q")
    await settled(app, pilot)
    return app.screen


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_the_queue_goes_over_the_whole_study_and_back(path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        shown = []
        for key in ("a", "x", "a", "space", "x", "a"):
            here = screen.interview.passage
            assert here is not None
            assert here.status == "suggested"
            assert screen.view.is_visible(here.start), "what is asked about can be seen"
            shown.append((here.interview, here.start))
            await pilot.press(key)
            await pilot.pause()
        assert len(set(shown)) == 6
        assert len({interview for interview, _ in shown}) > 1, "not one interview after another"
        decided = [p for p in passages.listing(app.study) if p.status != "suggested"]
        assert len(decided) == 5
        for back in reversed([at for at, key in zip(shown, "axa xa", strict=True) if key != " "]):
            await pilot.press("u")
            await pilot.pause()
            assert screen.interview.passage is not None
            assert (screen.interview.passage.interview, screen.interview.passage.start) == back, (
                "undo leads back to what it undid"
            )
        assert all(p.status == "suggested" for p in passages.listing(app.study))
        await pilot.press("Q")
        assert not screen.queue.is_open
        assert "closed the queue" in flat(seen(app))

    play(path, scenes, size)


def test_after_ten_decisions_it_learns_says_how_sure_it_is_and_reaches_other_speech(path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        assert "not learned yet" in flat(seen(app))
        assert "chance not known yet" in flat(seen(app))
        assert "asked" in flat(seen(app)), "the question stands beside the answer"
        for turn in range(15):
            await pilot.press("a" if turn % 3 else "x")
            await pilot.pause()
        assert "learned from 15" in flat(seen(app))
        assert "% likely" in flat(seen(app))
        unstored = 0
        for _ in range(60):
            if screen.interview.passage is not None and screen.interview.passage.id < 0:
                unstored += 1
                before = len(passages.listing(app.study))
                start = screen.interview.passage.start
                await pilot.press("d")
                assert "not decided yet" in flat(seen(app))
                await pilot.press("m")
                assert "decide on the passage first" in flat(seen(app))
                await pilot.press("a")
                await pilot.pause()
                assert len(passages.listing(app.study)) == before + 1
                await pilot.press("u")
                await pilot.pause()
                assert len(passages.listing(app.study)) == before
                assert screen.interview.passage.start == start
                await pilot.press("a")
                break
            await pilot.press("space")
            await pilot.pause()
        assert unstored, "speech that was not suggested comes up too"

    play(path, scenes, LARGE)


def test_the_queue_in_the_order_of_reading(path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        await pilot.press("O")
        await pilot.pause()
        assert "in reading order" in flat(seen(app))
        shown = []
        for key in ("a", "space", "x", "a"):
            assert screen.interview.passage is not None
            shown.append((screen.interview.passage.interview, screen.interview.passage.start))
            await pilot.press(key)
            await pilot.pause()
        assert shown == sorted(shown)
        await pilot.press("O")
        await pilot.pause()
        assert screen.queue.is_open
        assert "in reading order" not in flat(seen(app))

    play(path, scenes, LARGE)


def test_coding_in_the_queue_accepts_and_stays(path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        here = screen.interview.passage
        assert here is not None
        with_code = here.id
        await pilot.press("i")
        await pilot.pause()
        if not isinstance(app.screen, CodeScreen):
            await pilot.press("enter")
            await pilot.pause()
        assert passages.one(app.study, with_code).codes
        assert screen.interview.current == with_code
        await pilot.press("a")
        await pilot.pause()
        assert screen.interview.current != with_code
        await pilot.press("escape")
        assert not screen.queue.is_open
        assert isinstance(app.screen, CodeScreen)

    play(path, scenes, LARGE)


def test_with_nothing_suggested_the_queue_says_what_to_do(tmp_path: Path) -> None:
    with studies.init(tmp_path / "study.db") as study:
        importing.import_transcripts(study, [ROOT / "interviews" / "transcripts" / TALKS[0]])

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot)
        assert "F1 s suggests passages" in flat(seen(app))

    play(tmp_path / "study.db", scenes)


@pytest.mark.parametrize("key", ["escape", "u"])
def test_a_ranking_that_is_out_of_date_ends(path: Path, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    """Esc stops the one that is waited for, undo the one that learns from what was undone; neither goes on unseen."""
    begun, ended, ranked = threading.Event(), threading.Event(), suggesting.queue

    def slow(_study: Study, *_: object, progress: Progress, **__: object) -> suggesting.Queue:
        begun.set()
        try:
            for _ in range(100_000):
                progress("ranking the suggestions", 0, 1)
                time.sleep(0.002)
        finally:
            ended.set()
        raise AssertionError("nobody stopped it")

    async def come(event: threading.Event) -> None:
        deadline = time.monotonic() + 30
        while not event.is_set():
            assert time.monotonic() < deadline
            await asyncio.sleep(0.002)

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        assert screen.queue.is_open
        if key == "escape":
            await pilot.press("Q")
        monkeypatch.setattr(suggesting, "queue", slow)
        monkeypatch.setattr(queue, "BATCH", 1)
        begins = "x" if key == "u" else "Q"
        app.post_message(events.Key(begins, begins))
        await come(begun)
        app.post_message(events.Key(key, key if key == "u" else None))
        await come(ended)
        monkeypatch.setattr(suggesting, "queue", ranked)
        await pilot.pause()
        assert screen.queue.is_open == (key == "u")

    play(path, scenes)
