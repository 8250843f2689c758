"""The sheet of the codebook: every key, at both sizes, and names of any script."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from needsseg.actions.coding import codebook, memos, passages
from needsseg.symbols import code_symbol
from needsseg.tui.app import NeedssegApp
from needsseg.tui.code.sheets.codebook import CodebookSheet
from needsseg.tui.widgets.prompt import Prompt
from tests.fixtures.app.small_study import LARGE, SMALL, TEXTS, flat, play, seen, settled, small_study, typed

SIZES = pytest.mark.parametrize("size", [SMALL, LARGE])
answers: list[object] = []


async def booked(app: NeedssegApp, pilot: Pilot[int]) -> CodebookSheet:
    """The codebook's sheet over the first screen; what it answers is appended to ``answers``."""
    answers.clear()
    sheet = CodebookSheet(app.study)
    app.push_screen(sheet, answers.append)
    await settled(app, pilot)
    assert app.screen is sheet
    return sheet


def shape(app: NeedssegApp) -> list[tuple[int, str]]:
    return [(branch.depth, branch.code.name) for branch in codebook.tree(app.study)]


def here(sheet: CodebookSheet) -> str:
    assert sheet.code is not None
    return sheet.code.name


async def chosen(pilot: Pilot[int], words: str) -> None:
    """Narrows the choices to words and takes the first."""
    assert isinstance(pilot.app.screen, Prompt)
    line = pilot.app.screen.query_one(Input)
    line.value = words
    await pilot.pause()
    await pilot.press("enter")
    await pilot.pause()


@SIZES
def test_codes_are_made_below_each_other_renamed_and_described(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        sheet = await booked(app, pilot)
        assert "n new · N new below it" in flat(seen(app))
        await pilot.press("n")
        await pilot.pause()
        await typed(pilot, "time")
        assert here(sheet) == "time", "the cursor goes to the new one"
        await pilot.press("N")
        await pilot.pause()
        assert "It is created under “time”." in flat(seen(app))
        await typed(pilot, "late")
        assert shape(app) == [(0, "hand-over"), (0, "time"), (1, "late")]
        assert here(sheet) == "late"
        await pilot.press("r")
        await pilot.pause()
        await typed(pilot, "r")
        assert here(sheet) == "later"
        await pilot.press("n")
        await pilot.pause()
        await typed(pilot, "LATER")
        assert "! There is a code “later” already." in flat(seen(app))
        assert here(sheet) == "later", "the sheet stays as it was"
        await pilot.press("e")
        await pilot.pause()
        await typed(pilot, "after the hour [agreed]")
        assert "after the hour [agreed]" in flat(seen(app))
        assert "u undoes" in seen(app)
        await pilot.press("u")
        assert codebook.one(app.study, "later").description == ""
        await pilot.press("ctrl+r")
        assert codebook.one(app.study, "later").description == "after the hour [agreed]"
        await pilot.press("u", "u", "u", "u")
        assert shape(app) == [(0, "hand-over")]
        await pilot.press("n", "escape")
        await pilot.pause()
        assert app.screen is sheet
        assert shape(app) == [(0, "hand-over")]

    play(small_study(tmp_path), scenes, size)


@SIZES
def test_colours_and_pins_are_shown_in_words_and_digits(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        codebook.create(app.study, "late")
        sheet = await booked(app, pilot)
        await pilot.press("c")
        await pilot.pause()
        await pilot.press("down", "enter")
        await settled(app, pilot)
        assert codebook.one(app.study, "hand-over").color == "red"
        mark = code_symbol(passages.code_ids(app.study)["hand-over"])
        assert f"{mark} hand-over 1 passage · red" in flat(seen(app))
        await pilot.press("c")
        await pilot.pause()
        await typed(pilot, "#12aBcD")
        assert "#12abcd" in seen(app)
        await pilot.press("c")
        await pilot.pause()
        await typed(pilot, "purple")
        assert "! “purple” is not a valid colour for a code." in flat(seen(app))
        await pilot.press("c")
        await pilot.pause()
        await typed(pilot, "none")
        assert mark in seen(app) and "#12abcd" not in seen(app)
        for digit in range(1, 10):
            await pilot.press(str(digit))
            await pilot.pause()
            assert codebook.one(app.study, "hand-over").pin == digit
        assert "9 " in flat(seen(app))
        await pilot.press("j", "9")
        await pilot.pause()
        assert here(sheet) == "late"
        assert codebook.one(app.study, "hand-over").pin is None
        await pilot.press("0")
        assert codebook.one(app.study, "late").pin is None
        await pilot.press("u")
        assert codebook.one(app.study, "late").pin == 9

    play(small_study(tmp_path), scenes, size)


@SIZES
def test_codes_are_moved_merged_and_deleted(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        for name in ("late", "time"):
            codebook.create(app.study, name)
        codebook.create(app.study, "far", "late")
        sheet = await booked(app, pilot)
        await pilot.press("j", "m")
        await pilot.pause()
        assert "far" not in flat(seen(app)).split("Move “late” under which code?")[1], "no code goes under one below it"
        await chosen(pilot, "time")
        assert shape(app) == [(0, "hand-over"), (0, "time"), (1, "late"), (2, "far")]
        assert here(sheet) == "late"
        await pilot.press("m")
        await pilot.pause()
        await chosen(pilot, "(the top)")
        assert (0, "late") in shape(app)
        await pilot.press("g", "M")
        await pilot.pause()
        assert "its 1 passage, memos and subcodes move" in flat(seen(app))
        await chosen(pilot, "far")
        assert shape(app) == [(0, "late"), (1, "far"), (0, "time")]
        assert here(sheet) == "far"
        assert [p.codes for p in passages.listing(app.study, code="far")] == [("far",)]
        await pilot.press("x")
        await pilot.pause()
        assert "It is removed from 1 passage, whose decisions are kept. u restores all of it." in flat(seen(app))
        await pilot.press("down", "enter")
        await pilot.pause()
        assert (1, "far") in shape(app), "kept"
        await pilot.press("x")
        await pilot.pause()
        await pilot.press("enter")
        await settled(app, pilot)
        assert shape(app) == [(0, "late"), (0, "time")]
        await pilot.press("u", "u")
        assert shape(app) == [(0, "hand-over"), (0, "late"), (1, "far"), (0, "time")]
        await pilot.press("m", "escape", "M", "escape", "x", "escape")
        await pilot.pause()
        assert app.screen is sheet

    play(small_study(tmp_path), scenes, size)


@SIZES
def test_the_filter_narrows_and_esc_ends_it_first(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        codebook.create(app.study, "time")
        codebook.create(app.study, "late", "time")
        codebook.describe(app.study, "late", "after the HOUR")
        sheet = await booked(app, pilot)
        await pilot.press("slash")
        await pilot.pause()
        await typed(pilot, "hour")
        assert "time › late" in flat(seen(app))
        assert "1 of 3 codes contain “hour”: esc shows all" in flat(seen(app))
        await pilot.press("slash")
        await pilot.pause()
        await typed(pilot, " nowhere")
        assert "No code contains these words: esc shows all." in flat(seen(app))
        for key in ("r", "c", "e", "w", "m", "x", "1", "0", "N"):
            await pilot.press(key)
            await pilot.pause()
            assert app.screen is sheet
            assert "move to a code first" in flat(seen(app))
        await pilot.press("escape")
        assert app.screen is sheet
        assert "3 codes" in flat(seen(app))
        await pilot.press("escape")
        await pilot.pause()
        assert answers == [None]

    play(small_study(tmp_path), scenes, size)


@SIZES
def test_enter_answers_with_the_name_of_the_code(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        codebook.create(app.study, "[x] 👩‍👩‍👧 עברית")
        sheet = await booked(app, pilot)
        await pilot.press("G", "k", "j", "enter")
        await pilot.pause()
        assert app.screen is not sheet
        assert answers == [codebook.tree(app.study)[-1].code.name]

    play(small_study(tmp_path), scenes, size)


def test_an_empty_codebook_says_what_to_do(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        codebook.delete(app.study, "hand-over")
        sheet = await booked(app, pilot)
        assert "No codes yet: n makes one" in flat(seen(app))
        await pilot.press("enter", "x", "M", "r", "5")
        assert app.screen is sheet
        await pilot.press("n")
        await pilot.pause()
        await typed(pilot, "one")
        await pilot.press("M")
        await pilot.pause()
        assert "there is no other code to merge it into" in flat(seen(app))

    play(small_study(tmp_path), scenes)


@pytest.mark.parametrize("size", [SMALL, LARGE, (60, 20)])
def test_names_of_any_script_stand_as_they_are(tmp_path: Path, size: tuple[int, int]) -> None:
    names = [
        "[bold red]x[/] [ y",
        "👩‍👩‍👧 ❤️ 🇩🇪",
        "עברית ו-العربية",
        "日本語のコード",
        "$error @click=app.quit",
    ]

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        app.study.actor = "[Ben]"
        for name in names:
            codebook.create(app.study, name)
            codebook.describe(app.study, name, f"about {name}")
            memos.write(app.study, "code", name, "\n".join(TEXTS))
        app.study.actor = "tester"
        sheet = await booked(app, pilot)
        for name in names:
            assert name.replace(" ", "") in flat(seen(app)).replace(" ", "")
        for key in (
            "w",
            "escape",
            "r",
            "escape",
            "c",
            "escape",
            "e",
            "escape",
            "m",
            "escape",
            "M",
            "escape",
            "x",
            "escape",
        ):
            await pilot.press(key)
            await pilot.pause()
            drawn = "".join(part.text for strip in app.screen._compositor.render_strips() for part in strip)
            assert "\x1b" not in drawn and "\x07" not in drawn and "\u202e" not in drawn
        assert app.screen is sheet

    play(small_study(tmp_path), scenes, size)


@SIZES
def test_a_memo_from_the_codebook(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        sheet = await booked(app, pilot)
        await pilot.press("w")
        await pilot.pause()
        assert "Memo on the code “hand-over”" in flat(seen(app))
        await pilot.press("h", "m", "escape")
        await settled(app, pilot)
        assert app.screen is sheet
        assert "1 passage · memo" in flat(seen(app))
        assert "wrote the memo · u undoes" in flat(seen(app))
        await pilot.press("u")
        await pilot.pause()
        assert memos.listing(app.study) == []

    play(small_study(tmp_path), scenes, size)
