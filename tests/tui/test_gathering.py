"""What sheets show is read beside the screen: keys act meanwhile, a closed sheet ends it, and collections leave it out."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot

from needsseg.actions.coding import coverage, passages
from needsseg.actions.transcripts import InterviewRow, interviews
from needsseg.errors import NeedssegError
from needsseg.progress import Progress
from needsseg.study.connection import Study
from needsseg.tui import gathering, loading
from needsseg.tui.app import NeedssegApp
from needsseg.tui.code.sheets.coverage import CoverageSheet
from tests.fixtures.app.small_study import flat, play, seen, small_study


async def _come(condition: Callable[[], object]) -> None:
    """Waits for a condition, but not for what goes on beside the screen."""
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.002)


def test_a_sheet_that_is_slow_to_read_says_how_far_it_is_and_can_be_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, ended = threading.Event(), threading.Event()

    def slow(_study: Study, *, progress: Progress) -> coverage.Coverage:
        begun.set()
        try:
            for step in range(100_000):
                progress("reading the interviews", step % 100, 100)
                time.sleep(0.002)
        finally:
            ended.set()
        raise AssertionError("nobody stopped it")

    monkeypatch.setattr(coverage, "coverage", slow)
    monkeypatch.setattr(gathering, "SHOWN_AFTER", 0.05)

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        below = app.screen
        app.post_message(events.Key("c", "c"))
        await _come(begun.is_set)
        await _come(lambda: "reading the interviews" in seen(app) and "of 100 …" in seen(app))
        assert not ended.is_set()
        app.post_message(events.Key("escape", None))
        await _come(lambda: app.screen is below)
        await _come(ended.is_set)

    play(small_study(tmp_path), scenes)


def test_an_error_of_reading_is_shown_on_the_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_study: Study, *, progress: Progress) -> coverage.Coverage:
        raise NeedssegError("No [interview] can be read.", "Mend it.")

    monkeypatch.setattr(coverage, "coverage", refused)

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await pilot.press("c")
        await pilot.pause()
        assert isinstance(app.screen, CoverageSheet)
        assert "! No [interview] can be read. Mend it." in flat(seen(app))

    play(small_study(tmp_path), scenes)


def test_what_is_kept_is_left_out_of_collections_and_small_work_is_not() -> None:
    frozen, thresholds = gc.get_freeze_count(), gc.get_threshold()
    loading.sparing_gc(lambda: [[] for _ in range(100)])
    assert gc.get_freeze_count() <= frozen
    kept = loading.sparing_gc(lambda: [[number] for number in range(4 * loading.MANY)])
    assert len(kept) == 4 * loading.MANY and gc.get_freeze_count() >= frozen + len(kept)
    assert gc.isenabled() and gc.get_threshold() >= thresholds


def test_interviews_are_read_again_only_after_a_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read, listing = list[int](), interviews.listing

    def counted(study: Study) -> list[InterviewRow]:
        read.append(1)
        return listing(study)

    monkeypatch.setattr(interviews, "listing", counted)

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await pilot.press("f1")
        read.clear()
        await pilot.press("j", "c")
        await pilot.pause()
        await pilot.press("escape")
        await pilot.pause()
        assert not read, "nothing was changed"
        undecided = passages.listing(app.study, status="suggested")[0]
        await pilot.press("c")
        passages.decide(app.study, [undecided.id], "accepted")
        await pilot.press("escape")
        await pilot.pause()
        assert read

    play(small_study(tmp_path), scenes)
