"""The app embeds in the background what later commands compare: when it may, beside nothing else, never beyond its own end."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from needsseg.actions.coding import passages
from needsseg.actions.study import history, studies
from needsseg.actions.study.compared_texts import PASSAGES_STEP
from needsseg.actions.transcripts import importing, interviews
from needsseg.embedding import text_sha256
from needsseg.study.connection import Study
from needsseg.tui import background, child
from needsseg.tui.app import NeedssegApp
from needsseg.tui.screen_base import StudyScreen
from needsseg.tui.widgets.bars import StatusBar
from needsseg.tui.widgets.progress import ProgressScreen
from tests.fixtures.app.small_study import LARGE, SMALL, flat, play, seen, small_study
from tests.fixtures.app.waiting import until
from tests.fixtures.samples import ROOT

EMBEDDING = """
import json, os, sys, time
folder = {folder!r}
number = len(os.listdir(folder))
open(os.path.join(folder, f"{{number}} {{sys.argv[-1]}} {{os.getpid()}} {{os.nice(0)}}"), "w").close()
print(json.dumps({{"doing": "embedding", "done": 320, "total": 1900}}), file=sys.stderr, flush=True)
time.sleep({seconds})
"""
FAILING = """
import json, sys
print(json.dumps({"error": "The bundled model is broken.", "hint": "Reinstall the package."}), file=sys.stderr)
sys.exit(1)
"""
REAL = """
import sys, time
sys.path.insert(0, {root!r})
from needsseg.embedding import encoding
from tests.fixtures.vectors import MadeUpModel
class Slow(MadeUpModel):
    def _rows(self, texts):
        time.sleep({seconds})
        return super()._rows(texts)
encoding.load = Slow().load
from needsseg.cli import main
main()
"""
Started = Callable[[], list[str]]


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small study, and an app that embeds in the background at once."""
    monkeypatch.delenv("NEEDSSEG_EMBED_IN_BACKGROUND")
    monkeypatch.setattr(background, "DELAY_SECONDS", 0.0)
    return small_study(tmp_path)


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Started:
    """Replaces every command by one that sleeps; returns which were started, with number, process and niceness."""
    return _replaced(tmp_path, monkeypatch, 60)


@pytest.fixture
def ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Started:
    """As ``started``, with commands that end at once."""
    return _replaced(tmp_path, monkeypatch, 0)


def _replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: float) -> Started:
    folder = tmp_path / "started"
    folder.mkdir()
    script = EMBEDDING.format(folder=str(folder), seconds=seconds)
    monkeypatch.setattr(NeedssegApp, "command", lambda _app, *words: [sys.executable, "-c", script, *words])
    return lambda: sorted(file.name for file in folder.iterdir())


def real_command(app: NeedssegApp, *arguments: str, seconds: float = 0) -> list[str]:
    """In place of ``NeedssegApp.command``: the same program with a model that makes up its vectors."""
    return [
        sys.executable,
        "-c",
        REAL.format(root=str(ROOT), seconds=seconds),
        *child.command(app.study.path, *arguments)[3:],
    ]


def is_gone(entry: str) -> bool:
    """Whether the process of an entry has ended."""
    try:
        os.kill(int(entry.split()[-2]), 0)
    except ProcessLookupError:
        return True
    return False


def lacking(study: Study) -> int:
    """The number of passages without a vector."""
    embedded = {row[0] for row in study.rows("SELECT text_sha256 FROM vectors")}
    return sum(text_sha256(passage.quote) not in embedded for passage in passages.listing(study))


def participant_turns(study: Study, key: str) -> list[tuple[int, int]]:
    """The spans of a participant's turns."""
    return [(turn.start, turn.end) for turn in interviews.show(study, key).turns if turn.role == "participant"]


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_it_embeds_everything_without_a_trace_on_the_screen_or_in_the_history(
    path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    """The one test with the command itself."""
    monkeypatch.setattr(NeedssegApp, "command", real_command)
    read: list[object] = []

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        entries, screen = history.listing(app.study), app.screen
        assert isinstance(screen, StudyScreen)
        monkeypatch.setattr(type(screen), "reload", lambda shown: read.append(shown))
        status = screen.query_one(StatusBar)
        told: set[str] = set()
        app.background.look()
        monkeypatch.setattr(
            app.background, "_on_change", lambda: (told.add(app.background.words), app._show_background())
        )
        height = status.size.height
        await until(app, lambda: not app.background.is_running)
        app.poll()
        assert lacking(app.study) == 0
        assert any(words.startswith("preparing search ") for words in told)
        assert read == [], "no screen is read again"
        assert history.listing(app.study) == entries
        assert status.size.height == height
        assert "preparing" not in flat(seen(app))
        app.poll()
        assert not app.background.is_running, "there is nothing new"

    play(path, scenes, size)


def test_it_tells_how_far_it_is_beside_what_the_status_line_says(path: Path, started: Started) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        app.poll()
        words = "preparing search 320 of 1,900"
        await until(app, lambda: words in flat(seen(app)))
        assert f"interview 1/3 · {words}" in flat(seen(app))
        await pilot.press("down")
        assert f"interview 2/3 · {words}" in flat(seen(app))
        await pilot.press("f2")
        await until(app, lambda: "passage 1/" in flat(seen(app)))
        assert words in flat(seen(app)), "on every screen"
        status = app.screen.query_one(StatusBar)
        screen = app.screen
        assert isinstance(screen, StudyScreen) and status.size.height == 1
        screen.tell("this fits beside the state alone")
        await pilot.pause()
        assert "this fits" in flat(seen(app)) and words not in flat(seen(app)), "what was done comes first"
        assert status.size.height == 1

    play(path, scenes)


def test_it_has_a_low_priority_and_ends_with_the_app(path: Path, started: Started) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        app.poll()
        await until(app, started)
        await pilot.press("ctrl+q")

    play(path, scenes)
    (entry,) = started()
    assert "embed" in entry
    assert int(entry.split()[-1]) == min(19, os.nice(0) + 10)
    assert is_gone(entry)


def test_it_ends_before_another_command_starts_and_goes_on_after_it(path: Path, started: Started) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        app.poll()
        await until(app, started)
        await pilot.press("s")
        assert isinstance(app.screen, ProgressScreen)
        await until(app, lambda: len(started()) == 2)
        first, second = started()
        assert is_gone(first)
        assert second.split()[1:2] == ["suggest"]
        app.poll()
        assert not app.background.is_running, "it waits while the command runs"
        await pilot.press("escape")
        await until(app, lambda: not isinstance(app.screen, ProgressScreen))
        app.poll()
        await until(app, lambda: len(started()) == 3)
        assert started()[2].split()[1] == "embed"

    play(path, scenes)


@pytest.mark.parametrize("why", ["off in the environment", "off in the file", "read-only", "no interview"])
def test_it_is_not_started_where_it_must_not_be(
    path: Path, started: Started, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    if why == "off in the environment":
        monkeypatch.setenv("NEEDSSEG_EMBED_IN_BACKGROUND", "false")
    elif why == "off in the file":
        (path.parent / "needsseg.toml").write_text("embed_in_background = false\n", encoding="utf-8")
    elif why == "no interview":
        path.unlink()
        shutil.rmtree(path.parent / f"{path.name}.stack", ignore_errors=True)
        studies.init(path).close()

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        if why == "read-only":
            app.study.unwritable = "its disk is read-only"
        app.poll()
        assert not app.background.is_running
        assert started() == []
        app.study.unwritable = ""

    play(path, scenes)


def test_it_starts_again_when_there_are_new_texts_and_only_then(path: Path, ended: Started) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        async def look(number: int) -> None:
            app.poll()
            await until(app, lambda: not app.background.is_running)
            assert len(ended()) == number

        await look(1)
        await look(1)
        passages.decide(app.study, [passages.listing(app.study)[0].id], "accepted")
        await look(1)
        with studies.open_study(path) as other:
            importing.import_transcripts(other, [ROOT / "interviews" / "transcripts" / "priyanka-rao.md"])
        await look(2)
        importing.forget_interview(app.study, "priyanka-rao")
        await look(3)
        start = next(start for start, end in participant_turns(app.study, "marek-nowotny") if end - start > 100)
        for number in range(PASSAGES_STEP):
            passages.mark(app.study, "marek-nowotny", start, start + 20 + number)
        await look(4)

    play(path, scenes)


@pytest.mark.parametrize("broken", ["a model", "the program", "the settings"])
def test_an_error_is_shown_once_with_what_to_do(path: Path, monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    command = [sys.executable, "-c", FAILING] if broken == "a model" else ["/no/such/program"]
    monkeypatch.setattr(NeedssegApp, "command", lambda *_: command)
    shown: list[str] = []
    expected = {
        "a model": "The bundled model is broken.\nReinstall the package.",
        "the program": "It could not be started: No such file or directory.",
        "the settings": "unknown setting 'colour'",
    }[broken]

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        monkeypatch.setattr(app, "notify", lambda message, **_: shown.append(message))
        if broken == "the settings":
            (path.parent / "needsseg.toml").write_text("colour = 'red'\n", encoding="utf-8")
        for _ in range(3):
            app.poll()
            await until(app, lambda: not app.background.is_running)
            passages.decide(app.study, [passages.listing(app.study)[0].id], "accepted")
        (message,) = shown
        assert expected in message
        assert "embed_in_background = false in needsseg.toml" in message
        assert "preparing" not in flat(seen(app))

    play(path, scenes)


def test_two_apps_embed_at_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither is told of an error, nor reads its screen again."""
    monkeypatch.setattr(NeedssegApp, "command", real_command)

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        read: list[object] = []
        monkeypatch.setattr(type(app.screen), "reload", lambda shown: read.append(shown))
        app.poll()
        arguments = real_command(app, "embed")
        other = subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True)
        await until(app, lambda: not app.background.is_running)
        _, messages = other.communicate(timeout=60)
        assert other.returncode == 0, messages
        app.poll()
        assert not app._notifications and not read
        assert lacking(app.study) == 0

    play(path, scenes)


def test_it_ends_when_the_app_was_killed(path: Path) -> None:
    """Nobody reads its progress then."""
    with studies.open_study(path) as study:
        app = NeedssegApp(study)
        arguments = real_command(app, "embed", seconds=0.2)
    process = subprocess.Popen(arguments, stderr=subprocess.PIPE)
    assert process.stderr is not None
    assert b"doing" in process.stderr.readline()
    process.stderr.close()
    began = time.monotonic()
    assert process.wait(60) is not None
    with studies.open_study(path) as study:
        assert len(study.rows("SELECT 1 FROM vectors")) < 100, f"it went on for {time.monotonic() - began:.0f} s"
        assert studies.check(study) == []
