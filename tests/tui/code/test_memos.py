"""The sheet of a memo: every key, at both sizes."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import TextArea

from needsseg.actions.coding import codebook, memos
from needsseg.actions.study import history
from needsseg.errors import NotFoundError
from needsseg.study.coding.memos import MemoKind
from needsseg.tui.app import NeedssegApp
from needsseg.tui.code.sheets.memo import MemoSheet
from tests.fixtures.app.small_study import LARGE, SMALL, flat, play, seen, settled, small_study

SIZES = pytest.mark.parametrize("size", [SMALL, LARGE])
INES = "ines-carvalho"
answers: list[object] = []


async def noted(app: NeedssegApp, pilot: Pilot[int], kind: MemoKind, of: int | str) -> MemoSheet:
    answers.clear()
    sheet = MemoSheet(app.study, kind, of, f"Memo on {of}")
    app.push_screen(sheet, answers.append)
    await settled(app, pilot)
    return sheet


@SIZES
@pytest.mark.parametrize(("kind", "of"), [("passage", 1), ("interview", INES), ("code", "hand-over")])
def test_a_memo_is_saved_by_leaving_and_shows_those_of_others(
    tmp_path: Path, size: tuple[int, int], kind: MemoKind, of: int | str
) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        app.study.actor = "[Ben]"
        memos.write(app.study, kind, of, "Ben's [words]")
        app.study.actor = "tester"
        await noted(app, pilot, kind, of)
        assert "[Ben]" in seen(app) and "Ben's [words]" in seen(app)
        await pilot.press("o", "n", "e", "enter", "left_square_bracket", "escape")
        await pilot.pause()
        assert answers == ["wrote the memo"]
        held = memos.own(app.study, kind, of)
        assert held is not None
        assert held.words == "one\n["
        before = history.listing(app.study)
        await noted(app, pilot, kind, of)
        assert app.screen.query_one(TextArea).text == "one\n["
        await pilot.press("x", "backspace", "escape")
        await pilot.pause()
        assert answers == [None], "nothing was changed in the end"
        assert history.listing(app.study) == before
        await noted(app, pilot, kind, of)
        app.screen.query_one(TextArea).text = " "
        await pilot.pause()
        await pilot.press("escape")
        await pilot.pause()
        assert answers == ["removed the memo"]
        assert [memo.written_by for memo in memos.listing(app.study, kind, of)] == ["[Ben]"]
        history.undo(app.study)
        assert memos.own(app.study, kind, of) == held

    play(small_study(tmp_path), scenes, size)


@SIZES
def test_changes_are_dropped_only_when_asked_twice(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        sheet = await noted(app, pilot, "passage", 1)
        assert "esc saves and closes" in flat(seen(app))
        await pilot.press("a", "b", "shift+left", "ctrl+x")
        await pilot.pause()
        assert app.screen is sheet
        assert sheet.area.text == "a", "what is selected is cut"
        await pilot.press("ctrl+x")
        await pilot.pause()
        assert "changed: ctrl+x again drops the changes, esc saves them" in flat(seen(app))
        await pilot.press("c")
        await pilot.pause()
        assert "ctrl+x again" not in flat(seen(app)).replace("ctrl+x twice", "")
        await pilot.press("ctrl+x", "ctrl+x")
        await pilot.pause()
        assert answers == [None]
        assert memos.listing(app.study) == []
        await noted(app, pilot, "passage", 1)
        await pilot.press("ctrl+x")
        await pilot.pause()
        assert answers == [None], "unchanged, once is enough"

    play(small_study(tmp_path), scenes, size)


def test_a_memo_that_cannot_be_saved_stays_with_its_words(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        sheet = await noted(app, pilot, "code", "hand-over")
        await pilot.press("h", "i")
        codebook.delete(app.study, "hand-over")
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen is sheet
        assert "! There is no code “hand-over”." in flat(seen(app))
        assert sheet.area.text == "hi"
        with pytest.raises(NotFoundError):
            MemoSheet(app.study, "code", "hand-over", "")

    play(small_study(tmp_path), scenes)


def test_words_shown_otherwise_are_stored_as_they_were(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        memos.write(app.study, "passage", 1, "tab\tand \x1b[31m")
        await noted(app, pilot, "passage", 1)
        await pilot.press("escape")
        await pilot.pause()
        assert answers == [None]
        assert memos.listing(app.study)[0].words == "tab\tand [31m", "control characters are none of anybody's words"

    play(small_study(tmp_path), scenes)
