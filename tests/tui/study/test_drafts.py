"""What is being typed outlives the terminal: kept as a draft, offered on return, erased with what it speaks of."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from needsseg.actions.coding import drafts, memos, passages, statements
from needsseg.actions.study import history, merging, studies
from needsseg.actions.transcripts import importing
from needsseg.study.connection import Study
from needsseg.tui.app import NeedssegApp
from needsseg.tui.code.sheets.codebook import CodebookSheet
from needsseg.tui.code.sheets.job import JobSheet
from needsseg.tui.code.sheets.memo import MemoSheet
from needsseg.tui.study import drafting
from tests.fixtures.app.small_study import flat, play, seen, small_study, with_segments
from tests.fixtures.samples import ROOT

Scene = Callable[[NeedssegApp, Pilot[int]], Awaitable[None]]
TYPED = "half a thought [x] 🙂"


def _first(study: Study) -> int:
    return passages.listing(study, "ines-carvalho")[0].id


def _closed_terminal(app: NeedssegApp) -> None:
    """What happens to the study when the terminal goes; the process ends with it."""
    drafting.store_all()
    drafting.OPEN.clear()


def test_a_memo_is_there_again_and_saved_or_dropped(tmp_path: Path) -> None:
    path = small_study(tmp_path)

    async def write(app: NeedssegApp, pilot: Pilot[int]) -> None:
        app.push_screen(MemoSheet(app.study, "passage", _first(app.study), "Memo"))
        await pilot.pause()
        app.screen.query_one(TextArea).insert(TYPED)
        await pilot.pause()
        _closed_terminal(app)

    async def come_back(app: NeedssegApp, pilot: Pilot[int]) -> None:
        assert [draft.words for draft in drafts.listing(app.study)] == [{"words": TYPED}]
        assert memos.own(app.study, "passage", _first(app.study)) is None, "a draft is no memo"
        app.push_screen(MemoSheet(app.study, "passage", _first(app.study), "Memo"))
        await pilot.pause()
        assert app.screen.query_one(TextArea).text == TYPED and "a draft of" in flat(seen(app))
        await pilot.press("escape")
        await pilot.pause()
        held = memos.own(app.study, "passage", _first(app.study))
        assert held is not None and held.words == TYPED and drafts.listing(app.study) == []
        app.push_screen(MemoSheet(app.study, "passage", _first(app.study), "Memo"))
        await pilot.pause()
        app.screen.query_one(TextArea).insert(" and more")
        await pilot.pause()
        drafting.store_all()
        assert len(drafts.listing(app.study)) == 1
        await pilot.press("ctrl+x", "ctrl+x")
        await pilot.pause()
        assert drafts.listing(app.study) == [] and not drafting.OPEN

    play(path, write)
    play(path, come_back)


def test_a_job_statement_and_a_description_are_there_again(tmp_path: Path) -> None:
    path = small_study(tmp_path)

    async def write(app: NeedssegApp, pilot: Pilot[int]) -> None:
        before = history.listing(app.study)
        app.push_screen(JobSheet(app.study, _first(app.study)))
        await pilot.pause()
        app.screen.query_one("#pain", Input).value = TYPED
        await pilot.pause()
        _closed_terminal(app)
        app.pop_screen()
        app.push_screen(CodebookSheet(app.study))
        await pilot.pause()
        await pilot.press("e")
        await pilot.pause()
        app.screen.query_one(Input).value = "what it"
        await pilot.pause()
        await pilot.press("ctrl+q")
        assert history.listing(app.study) == before, "history follows no draft"

    async def come_back(app: NeedssegApp, pilot: Pilot[int]) -> None:
        app.push_screen(JobSheet(app.study, _first(app.study)))
        await pilot.pause()
        assert app.screen.query_one("#pain", Input).value == TYPED and "a draft of" in flat(seen(app))
        await pilot.press("enter")
        await pilot.pause()
        own = statements.own(app.study, _first(app.study))
        assert own is not None and own.pain == TYPED
        app.push_screen(CodebookSheet(app.study))
        await pilot.pause()
        await pilot.press("e")
        await pilot.pause()
        assert app.screen.query_one(Input).value == "what it" and "A draft of" in flat(seen(app))
        await pilot.press("enter")
        await pilot.pause()
        assert passages.codebook(app.study)[0].description == "what it"
        assert drafts.listing(app.study) == []

    play(path, write)
    play(path, come_back)


def test_a_draft_is_kept_while_one_goes_on_typing_and_dropped_with_esc(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafting, "STORE_SECONDS", 0.02)

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        app.push_screen(CodebookSheet(app.study))
        await pilot.pause()
        await pilot.press("e", "s", "o")
        for _ in range(50):
            await pilot.pause(0.02)
            if drafts.listing(app.study):
                break
        assert drafts.listing(app.study)[0].words == {"words": "so"}
        await pilot.press("escape")
        await pilot.pause()
        assert drafts.listing(app.study) == []

    play(small_study(tmp_path), scenes)


def _drafted(study: Study) -> None:
    drafts.store(study, "passage memo", _first(study), "memo", {"words": "of ines"})
    drafts.store(study, "interview memo", "marek-nowotny", "memo", {"words": "of marek"})
    drafts.store(study, "segment statement", with_segments(study)[0], "statement", {"words": "of several"})


def test_forgetting_an_interview_erases_its_drafts_and_those_of_several(tmp_path: Path) -> None:
    with studies.open_study(small_study(tmp_path)) as study:
        _drafted(study)
        importing.remove_interview(study, "ines-carvalho")
        assert len(drafts.listing(study)) == 3, "what can be undone takes no draft along"
        history.undo(study)
        importing.forget_interview(study, "ines-carvalho")
        assert [draft.words["words"] for draft in drafts.listing(study)] == ["of marek"]
        assert b"of ines" not in study.path.read_bytes()


def test_drafts_are_private_to_their_writer_and_no_merge_takes_them(tmp_path: Path) -> None:
    path = small_study(tmp_path)
    (tmp_path / "other").mkdir()
    with studies.open_study(path) as study:
        _drafted(study)
        theirs = studies.backup(study, tmp_path / "other" / "theirs.db")
        for draft in drafts.listing(study):
            drafts.drop_id(study, draft.id)
        merging.merge(study, theirs)
        assert drafts.listing(study) == []
        drafts.store(study, "code memo", "hand-over", "memo", {"words": "mine"})
        study.actor = "berta"
        assert drafts.listing(study) == [] and drafts.load(study, "code memo", "hand-over") is None


def test_a_lost_terminal_keeps_the_words_and_a_suspended_one_goes_on(tmp_path: Path) -> None:
    """In a pseudo-terminal: resized, suspended and continued, then closed as when a connection is lost."""
    import fcntl
    import pty
    import struct
    import termios

    path = small_study(tmp_path)
    with studies.open_study(path) as study:
        studies.remember_place(study, "app", {"mode": "code"})
    leader, follower = pty.openpty()
    fcntl.ioctl(leader, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    begin = (
        "import os, fcntl, termios; os.setsid(); fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
        "from needsseg.cli import main; main()"
    )
    environment = {**os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT)}
    app = subprocess.Popen(
        [sys.executable, "-c", begin, "--study", str(path), "app"],
        stdin=follower, stdout=follower, stderr=follower, env=environment,
    )  # fmt: skip
    os.close(follower)
    os.set_blocking(leader, False)
    screen = _Screen(leader)
    try:
        screen.until("saved")
        os.write(leader, b"M")
        screen.until("Memo on")
        os.write(leader, b"first ")
        fcntl.ioctl(leader, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        app.send_signal(signal.SIGWINCH)
        _until(lambda: _kept(path) == "first ", screen)
        os.kill(app.pid, signal.SIGTSTP)
        _until(lambda: Path(f"/proc/{app.pid}/stat").read_text().split(")")[1].split()[0] == "T", screen)
        os.kill(app.pid, signal.SIGCONT)
        os.write(leader, b"second")
        _until(lambda: _kept(path) == "first second", screen)
        os.write(leader, b" last")
        screen.until("last")
    finally:
        os.close(leader)
        try:
            code = app.wait(20)
        finally:
            app.kill()
    assert code == -signal.SIGHUP
    assert _kept(path) == "first second last"
    with studies.open_study(path) as study:
        assert studies.check(study) == []


class _Screen:
    """What a pseudo-terminal was sent."""

    def __init__(self, leader: int) -> None:
        self._leader, self._sent = leader, b""

    def read(self) -> bytes:
        try:
            self._sent += os.read(self._leader, 1 << 16)
        except BlockingIOError:
            time.sleep(0.02)
        return self._sent

    def until(self, words: str) -> None:
        _until(lambda: words.encode() in self._sent, self)


def _until(holds: Callable[[], bool], screen: _Screen) -> None:
    end = time.monotonic() + 60
    while not holds():
        screen.read()
        assert time.monotonic() < end, screen.read()[-2000:]


def _kept(path: Path) -> str:
    with studies.open_study(path) as study:
        return next((draft.words["words"] for draft in drafts.listing(study)), "")
