"""The sheet of a job statement: every key, at both sizes."""

from __future__ import annotations

from dataclasses import astuple
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from needsseg.actions.coding import passages, statements
from needsseg.actions.study import history
from needsseg.actions.transcripts import interviews
from needsseg.errors import NotFoundError
from needsseg.records import JobParts
from needsseg.tui.app import NeedssegApp
from needsseg.tui.code.sheets.job import JobSheet
from tests.fixtures.app.small_study import LARGE, SMALL, flat, play, seen, settled, small_study

SIZES = pytest.mark.parametrize("size", [SMALL, LARGE])
INES = "ines-carvalho"
answers: list[object] = []


def told(app: NeedssegApp) -> int:
    """A new passage: a whole turn whose sentences tell two parts at least."""
    for turn in interviews.show(app.study, INES).turns:
        if turn.role == "participant" and turn.end - turn.start > 200:
            number = passages.mark(app.study, INES, turn.start, turn.end)
            parts = statements.prefilled(app.study, number)
            if sum(map(bool, astuple(parts))) > 1:
                return number
    raise AssertionError("no turn tells two parts")


async def asked(app: NeedssegApp, pilot: Pilot[int], passage: int) -> JobSheet:
    answers.clear()
    sheet = JobSheet(app.study, passage)
    app.push_screen(sheet, answers.append)
    await settled(app, pilot)
    return sheet


@SIZES
def test_a_job_statement_is_prefilled_and_saved_with_enter(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        number = told(app)
        offered = statements.prefilled(app.study, number)
        await asked(app, pilot, number)
        screen = flat(seen(app))
        assert passages.one(app.study, number).quote[:20] in screen
        assert "from the passage, not saved yet" in screen
        assert "Workaround: what do they do instead today?" in screen and "enter saves" in screen
        await pilot.press("enter")
        await pilot.pause()
        assert answers == [offered]
        assert statements.own(app.study, number) == offered
        sheet = await asked(app, pilot, number)
        assert "as you wrote it" in flat(seen(app)) and "not saved yet" not in flat(seen(app))
        sheet.query_one("#situation", Input).value = "when [it]"
        await pilot.press(
            "tab", "down", "down", "down", "end", *"by hand".replace(" ", "_"), "up", "shift+tab", "enter"
        )
        await pilot.pause()
        written = statements.own(app.study, number)
        assert written is not None
        assert written.situation == "when [it]"
        assert written.workaround == offered.workaround + "by_hand"
        assert answers == [written]
        history.undo(app.study)
        assert statements.own(app.study, number) == offered

    play(small_study(tmp_path), scenes, size)


@SIZES
def test_esc_leaves_at_once_unless_something_was_changed(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        number = told(app)
        await asked(app, pilot, number)
        await pilot.press("escape")
        await pilot.pause()
        assert answers == [None]
        sheet = await asked(app, pilot, number)
        await pilot.press("x", "escape")
        await pilot.pause()
        assert app.screen is sheet
        assert "changed: enter saves, esc again drops" in flat(seen(app))
        await pilot.press("y")
        await pilot.pause()
        assert "esc again" not in flat(seen(app)), "after a key it is asked anew"
        await pilot.press("escape", "escape")
        await pilot.pause()
        assert answers == [None]
        assert statements.listing(app.study) == []

    play(small_study(tmp_path), scenes, size)


@SIZES
def test_others_statements_are_shown_and_one_of_a_passage_that_is_gone_is_refused(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        number = passages.mark(app.study, "strange", *strange(app))
        app.study.actor = "[Ben]"
        statements.write(app.study, number, JobParts("when [x] 👩‍👩‍👧", pain="עברית"))
        app.study.actor = "tester"
        sheet = await asked(app, pilot, number)
        assert "[Ben]: situation “when [x] 👩‍👩‍👧” · pain “עברית”" in flat(seen(app))
        assert "[laughs] we were" in flat(seen(app))
        passages.unmark(app.study, number)
        await pilot.press("x", "enter")
        await pilot.pause()
        assert app.screen is sheet
        assert f"! There is no passage {number}." in flat(seen(app))
        with pytest.raises(NotFoundError):
            JobSheet(app.study, number)

    play(small_study(tmp_path), scenes, size)


def strange(app: NeedssegApp) -> tuple[int, int]:
    """The first strange sentence."""
    talk = interviews.show(app.study, "strange")
    turn = next(turn for turn in talk.turns if turn.role == "participant")
    return interviews.sentences(talk, turn.start, turn.end)[0]
