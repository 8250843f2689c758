"""A change on the coding screen reads again what it changed, once: the statements it takes are counted."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from needsseg.actions.coding import passages
from needsseg.study.file.changes import FIGURES
from needsseg.tui.app import NeedssegApp
from needsseg.tui.code.open_interview import OpenInterview
from needsseg.tui.code.screen import CodeScreen
from tests.fixtures.app.small_study import play, settled, small_study

MOST = {
    "j": (4, 0, "the notes on the passage"),
    "a": (16, 1, "the decision, the passages, the notes on the next one"),
    "c h i enter": (25, 1, "the codebook, the code, the passages, the codes under digits, the notes"),
    "c escape": (2, 0, "the codebook"),
    "v enter": (18, 1, "the passage, the passages, the notes on it"),
    "m h i escape": (19, 1, "the memo and its draft, the passages, the notes"),
}
"""Keys, the most statements they take, how often the passages are read, and what the statements are for."""


@pytest.mark.parametrize("keys", MOST)
def test_a_change_reads_what_it_changed_once(tmp_path: Path, keys: str, monkeypatch: pytest.MonkeyPatch) -> None:
    statements: list[str] = []
    read: list[str] = []
    whole, part = CodeScreen.reload, OpenInterview.read_passages
    monkeypatch.setattr(CodeScreen, "reload", lambda screen: (read.append("interview"), whole(screen)))
    monkeypatch.setattr(OpenInterview, "read_passages", lambda *args: (read.append("passages"), part(*args)))

    def note(sql: str) -> None:
        # A trigger's steps are traced as the statement that set it off, and the app asks for the version by the clock. Before
        # each commit it takes the figures by which it tells others' changes from its own.
        if (
            not sql.startswith("--")
            and "data_version" not in sql
            and FIGURES["deliveries"] not in sql
            and statements[-1:] != [sql]
        ):
            statements.append(sql)

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        app.open_passage("ines-carvalho", None, "interviews")
        await settled(app, pilot)
        passages.code(
            app.study, [passages.listing(app.study)[-1].id], "hi"
        )  # before its first change the study is copied
        screen = app.screen
        assert isinstance(screen, CodeScreen)
        screen.refresh_study()
        read.clear()
        app.study.conn.set_trace_callback(note)
        for key in keys.split():
            await pilot.press(key)
        await settled(app, pilot)
        app.study.conn.set_trace_callback(None)
        assert app.screen is screen

    play(small_study(tmp_path), scenes)
    most, times, why = MOST[keys]
    assert read == ["passages"] * times
    assert 0 < len(statements) <= most, f"{len(statements)} for {why}:\n" + "\n".join(sql[:120] for sql in statements)
