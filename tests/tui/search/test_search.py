"""The search sheet: every key, at both sizes, and texts that break terminals shown as they are."""

from __future__ import annotations

import asyncio
import shutil
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input, Static

from needsseg.actions.coding import passages, searching
from needsseg.actions.study import history, studies
from needsseg.progress import Progress
from needsseg.study.connection import Study
from needsseg.tui import child, gathering, search_process
from needsseg.tui.app import NeedssegApp
from needsseg.tui.bookmark import Bookmark
from needsseg.tui.search.screen import SearchSheet
from needsseg.tui.widgets.progress import ProgressScreen
from needsseg.tui.widgets.prompt import Prompt
from tests.fixtures.app.small_study import LARGE, SMALL, flat, play, seen, small_study
from tests.fixtures.app.waiting import until

ABOUT = "somebody is ill and her work must be taken over"
DEAF = "import sys, time\nsys.stdin.readline()\ntime.sleep(60)"
REFUSING = (
    "import json, sys\n"
    "for line in sys.stdin:\n    print(json.dumps({'error': 'No [model] here.', 'hint': 'Set one.'}), flush=True)"
)


async def opened(
    app: NeedssegApp, pilot: Pilot[int], *args: object, **kwargs: object
) -> tuple[SearchSheet, list[object]]:
    """The sheet over the first screen, and what it will give."""
    given: list[object] = []
    sheet = SearchSheet(app.study, *args, **kwargs)  # type: ignore[arg-type]
    app.push_screen(sheet, given.append)
    await pilot.pause()
    return sheet, given


async def asked(pilot: Pilot[int], words: str) -> None:
    """Types words into the line of the sheet, and enter."""
    line = pilot.app.screen.query_one("#words", Input)
    line.value = words
    await pilot.press("enter")
    await pilot.pause()


@pytest.fixture(scope="module")
def read_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small study, read by meaning with the real model."""
    path = small_study(tmp_path_factory.mktemp("read"))
    with studies.open_study(path) as study:
        searching.make_ready(study, ABOUT)
    return path


@pytest.fixture
def by_meaning(read_study: Path, tmp_path: Path) -> Path:
    shutil.copy(read_study, tmp_path / "study.db")
    return tmp_path / "study.db"


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_words_are_found_shown_and_opened_in_context(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        sheet, given = await opened(app, pilot)
        assert sheet.line.has_focus
        assert "Type words and press enter." in flat(seen(app))
        await pilot.press(*"whiteboard", "enter")
        await pilot.pause()
        assert sheet.listed.has_focus and sheet.hits
        assert "‹whiteboard›" in flat(seen(app)) and f"{len(sheet.hits)} hit" in flat(seen(app))
        assert "esc back" in seen(app), "the line of keys fits"
        await pilot.press("tab")
        assert sheet.line.has_focus
        await pilot.press("down")
        assert sheet.listed.has_focus
        await pilot.press("j", "k", "G", "g", "slash")
        assert sheet.line.has_focus
        await pilot.press("tab", "enter")
        await pilot.pause()
        first = sheet.hits[0]
        assert given == [Bookmark(first.interview, None, (first.start, first.end))]

    play(small_study(tmp_path), scenes, size)


def test_esc_goes_from_the_list_to_the_words_and_then_away(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        sheet, given = await opened(app, pilot, query="whiteboard")
        assert sheet.listed.has_focus
        await pilot.press("escape")
        assert sheet.line.has_focus and app.screen is sheet
        await asked(pilot, "xyzzy")
        assert sheet.line.has_focus
        assert "No sentence has all these words." in flat(seen(app))
        await pilot.press("escape")
        await pilot.pause()
        assert given == [None]

    play(small_study(tmp_path), scenes)


def test_codes_go_on_one_or_on_all_and_are_taken_back(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        sheet, _ = await opened(app, pilot, query="whiteboard")
        before = passages.listing(app.study)
        await pilot.press("c")
        assert isinstance(app.screen, Prompt)
        await pilot.press(*"one", "enter")
        await pilot.pause()
        assert [p.quote for p in passages.listing(app.study, code="one")] == [sheet.hits[0].words]
        assert "✓ one" in seen(app) or "# one" in seen(app)
        await pilot.press("C")
        await pilot.pause()
        assert f"It applies to {len(sheet.hits)} hit" in flat(seen(app))
        await pilot.press(*"all", "enter")
        await pilot.pause()
        assert len(passages.listing(app.study, code="all")) == len(sheet.hits)
        assert f"coded {len(sheet.hits)} hits “all” · u undoes" in flat(seen(app))
        await pilot.press("u", "u")
        await pilot.pause()
        assert passages.listing(app.study) == before
        await pilot.press("ctrl+r")
        assert len(passages.listing(app.study, code="one")) == 1

    play(small_study(tmp_path), scenes)


def test_interviewers_words_get_no_code(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        before = history.listing(app.study)
        sheet, _ = await opened(app, pilot, interview="strange")
        await pilot.press("f6")
        await pilot.press(*"all speech", "enter")
        await pilot.pause()
        await asked(pilot, "what did you do")
        assert [hit.role for hit in sheet.hits] == ["interviewer"]
        await pilot.press("c")
        assert "only participants' words can be coded" in flat(seen(app))
        assert history.listing(app.study) == before

    play(small_study(tmp_path), scenes)


def test_narrowing_by_code_and_back(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        sheet, _ = await opened(app, pilot, code="hand-over")
        assert sheet.listed.has_focus and len(sheet.hits) == 1, "without words, the passages that carry the code"
        assert "code hand-over" in seen(app)
        await pilot.press("f6")
        await pilot.press(*"no limit", "enter")
        await pilot.pause()
        assert sheet.hits == [] and "all interviews" in seen(app)
        await asked(pilot, "the")
        everywhere = {hit.interview for hit in sheet.hits}
        await pilot.press("f")
        await pilot.press(*"interview: ines", "enter")
        await pilot.pause()
        assert {hit.interview for hit in sheet.hits} == {"ines-carvalho"} < everywhere

    play(small_study(tmp_path), scenes)


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_strange_texts_are_shown_as_they_are(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot, interview="strange")
        for words, shown in [
            ("end of it", "[laughs] we were [/‹end›] ‹of› ‹it›."),
            ("markup neither", "[bold red]not ‹markup›[/] and [link=x]‹neither›[/link]."),
            ("unclosed", "[[nested]] [ ‹unclosed›."),
            ("primary", "$text-error $‹primary› @click=app.quit."),
            ("flags", "👩‍👩‍👧"),
            ("テキスト", "日本語の‹テキスト›がここにあります。"),
            ("beside english", "עברית ו-العربية ‹beside› ‹English›."),
            ("tabs bells", "‹tabs› and [31mescapes[0m and ‹bells›."),
        ]:
            app.screen.query_one("#words", Input).focus()
            await asked(pilot, words)
            assert shown.replace(" ", "") in flat(seen(app)).replace(" ", ""), words

    play(small_study(tmp_path), scenes, size)


@pytest.mark.slow
@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_by_meaning_and_more_like_it(by_meaning: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        sheet, _ = await opened(app, pilot)
        await pilot.press("f5")
        assert "by meaning" in seen(app)
        await asked(pilot, ABOUT)
        assert sheet.hits and sheet.hits[0].score is not None
        assert f"{sheet.hits[0].score:.2f}" in seen(app)
        first = sheet.hits[0]
        await pilot.press("m")
        await pilot.pause()
        assert sheet.hits and first.words not in [hit.words for hit in sheet.hits]
        assert "similar to these words" in seen(app)
        await pilot.press("t")
        await pilot.pause()
        assert sheet.hits[0] == first
        await pilot.press("t")
        await pilot.pause()
        assert sheet.hits == [] and "by words" in seen(app)

    play(by_meaning, scenes, size)


@pytest.mark.slow
def test_more_like_a_passage_opens_with_the_list(by_meaning: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        passage = next(p for p in passages.listing(app.study) if p.quote == "A sofa and a cat.")
        sheet, _ = await opened(app, pilot, like=passage.id)
        assert sheet.hits and sheet.listed.has_focus
        assert f"similar to passage {passage.id}" in seen(app)

    play(by_meaning, scenes)


@pytest.mark.slow
def test_the_reader_is_one_child_that_ends_with_the_loop(by_meaning: Path) -> None:
    command = child.command(by_meaning, "search", "--listen")
    held: list[asyncio.subprocess.Process | None] = []

    async def run() -> None:
        reader = search_process.SearchProcess(command)
        request = {"asked": ABOUT, "speech": "participants"}
        for _ in range(2):
            outcome = await reader.ask(request, lambda _: None)
            assert (outcome.code, outcome.result) == (0, {"ready": True})
            held.append(reader._child)
        refused = await reader.ask({"asked": 999, "speech": "participants"}, lambda _: None)
        assert refused.error == "There is no passage 999."

    asyncio.run(run())
    assert held[0] is held[1] and held[0] is not None
    assert held[0].returncode is not None


class SlowSearch:
    """Takes the place of a search: it never ends by itself, but reports each step, at which it may be stopped."""

    def __init__(self) -> None:
        self.begun, self.ended = threading.Event(), threading.Event()

    def __call__(self, _study: Study, *_: object, progress: Progress, **__: object) -> list[searching.Hit]:
        self.begun.set()
        try:
            for step in range(100_000):
                progress("reading what was said", step % 10, 10)
                time.sleep(0.002)
        finally:
            self.ended.set()
        raise AssertionError("nobody stopped it")


async def _come(condition: Callable[[], object]) -> None:
    """Waits for a condition, but not for what goes on beside the screen."""
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.002)


def test_keys_act_while_a_search_goes_on_and_esc_stops_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = SlowSearch()

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        sheet, _ = await opened(app, pilot)
        await asked(pilot, "the")
        before, scope = list(sheet.hits), str(sheet.query_one("#scope", Static).content)
        assert len(before) > 2
        monkeypatch.setattr(searching, "search", slow)
        monkeypatch.setattr(gathering, "SHOWN_AFTER", 0.05)
        sheet.line.value = "whiteboard"
        app.post_message(events.Key("f5", None))  # by meaning: everything about the search changes
        await _come(slow.begun.is_set)
        assert str(sheet.query_one("#scope", Static).content) != scope

        def state() -> str:
            return str(sheet.query_one("#sheet-state", Static).content)

        await _come(lambda: "reading what was said" in state() and "of 10" in state())
        app.post_message(events.Key("j", "j"))
        await _come(lambda: sheet.listed.highlighted == 1)
        app.post_message(events.Key("c", "c"))
        await _come(lambda: "still searching; esc stops" in state())
        assert app.screen is sheet and not slow.ended.is_set()
        app.post_message(events.Key("escape", None))
        await _come(slow.ended.is_set)
        await pilot.pause()
        assert "stopped; these are the previous results" in state() and "still searching" not in state()
        assert list(sheet.hits) == before and sheet.listed.highlighted == 1
        assert (str(sheet.query_one("#scope", Static).content), sheet.meaning) == (scope, False)
        await pilot.press("c")
        assert isinstance(app.screen, Prompt), "its keys act again"

    monkeypatch.setattr(searching, "unready", lambda *_: 0)
    play(small_study(tmp_path), scenes)


def test_a_search_ends_with_its_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = SlowSearch()
    monkeypatch.setattr(searching, "search", slow)

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        app.push_screen(SearchSheet(app.study, "whiteboard"))
        await _come(slow.begun.is_set)
        app.pop_screen()
        await _come(slow.ended.is_set)

    play(small_study(tmp_path), scenes)


def test_an_undo_while_a_search_goes_on_begins_it_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    searched, began, wait = searching.search, list[str](), threading.Event()

    def search(study: Study, words: str, *args: Any, **kwargs: Any) -> list[searching.Hit]:
        began.append(words)
        while len(began) == 2 and not wait.is_set():
            kwargs["progress"]("reading", 0, 1)
            time.sleep(0.002)
        return searched(study, words, *args, **kwargs)

    monkeypatch.setattr(searching, "search", search)

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        sheet, _ = await opened(app, pilot)
        await asked(pilot, "the")
        searching.code_hits(app.study, sheet.hits[:1], "late")
        sheet.line.value = "whiteboard"
        sheet.line.focus()
        app.post_message(events.Key("enter", None))
        await _come(lambda: len(began) == 2)
        app.post_message(events.Key("u", "u"))
        await _come(lambda: len(began) == 3)
        await pilot.pause()
        assert began == ["the", "whiteboard", "whiteboard"]
        assert sheet.hits and all("whiteboard" in hit.words for hit in sheet.hits)
        assert history.listing(app.study)[0].state == "undone"
        await pilot.press("c")
        assert isinstance(app.screen, Prompt)

    play(small_study(tmp_path), scenes)


def _commanded(script: str) -> Callable[..., list[str]]:
    return lambda *_: [sys.executable, "-c", script]


def test_reading_by_meaning_can_be_cancelled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NeedssegApp, "command", _commanded(DEAF))

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        sheet, _ = await opened(app, pilot)
        await pilot.press("f5")
        await asked(pilot, ABOUT)
        assert isinstance(app.screen, ProgressScreen)
        await pilot.pause()
        await pilot.press("escape")
        await until(app, lambda: app.screen is sheet)
        assert "cancelled; these are the previous results" in flat(seen(app))

    play(small_study(tmp_path), scenes)


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (REFUSING, "No [model] here. Set one."),
        ("raise RuntimeError('broken inside')", "RuntimeError: broken inside"),
        ("print('no answer', flush=True)\nimport time; time.sleep(60)", "It ended without an answer."),
    ],
)
def test_a_reader_that_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, told: str) -> None:
    monkeypatch.setattr(NeedssegApp, "command", _commanded(script))

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        sheet, _ = await opened(app, pilot)
        await pilot.press("f5")
        await asked(pilot, ABOUT)
        await until(app, lambda: app.screen is sheet)
        assert told in flat(seen(app))

    play(small_study(tmp_path), scenes)
