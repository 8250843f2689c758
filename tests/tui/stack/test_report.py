"""The report in the app: the words of the wiki text, without its markup, at both sizes; and written to a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from needsseg.actions.exchange.report import readout_text
from needsseg.actions.study import studies
from needsseg.exchange.report.content import Head, Quote, Report, Section, Text
from needsseg.exchange.report.markdown import markdown
from needsseg.exchange.report.table import Table
from needsseg.tui.app import NeedssegApp
from needsseg.tui.stack.readout import ReadoutSheet
from needsseg.tui.stack.report import WholeReport, parts
from tests.fixtures.app.small_study import (
    LARGE,
    SMALL,
    TEXTS,
    built_once,
    flat,
    play,
    seen,
    settled,
    small_study,
    typed,
    with_accounts,
    with_segments,
)


@built_once
def prepared(folder: Path) -> Path:
    """The small study with segments and accounts."""
    path = small_study(folder)
    with studies.open_study(path) as study:
        with_segments(study)
        with_accounts(study, folder)
    return path


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
def test_the_report_is_read_part_by_part_and_written(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await pilot.press("f5")
        await settled(app, pilot)
        await pilot.press("p")
        await settled(app, pilot)
        assert isinstance(app.screen, WholeReport)
        assert "What customers need, and who they are" in flat(seen(app))
        await pilot.press("n", "n")
        await pilot.pause()
        assert "Coordinator" in (text := flat(seen(app))) and "\\" not in text and "<a id" not in text
        await pilot.press("space", "N", "G", "g", "j", "k", "e")
        await pilot.press("ctrl+u")
        await typed(pilot, str(tmp_path / "out.html"))
        await settled(app, pilot)
        assert "wrote the report to" in flat(seen(app)) and (tmp_path / "out.html").is_file()

    play(prepared(tmp_path), scenes, size)


def test_without_accounts_it_is_shown_too_and_a_file_that_is_none_is_left(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await pilot.press("f5")
        await settled(app, pilot)
        await pilot.press("p")
        await settled(app, pilot)
        assert isinstance(app.screen, WholeReport)
        await pilot.press("space")
        await pilot.pause()
        assert "No account data is imported" in flat(seen(app))
        await pilot.press("e", "ctrl+u")
        await typed(pilot, str(tmp_path / "mine.md"))
        await settled(app, pilot)
        assert "exists and contains no report" in flat(seen(app))

    (tmp_path / "mine.md").write_text("mine", encoding="utf-8")
    play(small_study(tmp_path), scenes, LARGE)
    assert (tmp_path / "mine.md").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
def test_the_readout_is_written_in_the_app_and_a_fault_in_it_is_named(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await pilot.press("f5")
        await settled(app, pilot)
        await pilot.press("p")
        await settled(app, pilot)
        await pilot.press("w")
        await pilot.pause()
        sheet = app.screen
        assert isinstance(sheet, ReadoutSheet)
        sheet.area.load_text("## Headline\nOne place for all\n## Colour\n")
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen is sheet and "Line 3: the readout has no part “Colour”" in flat(seen(app))
        sheet.area.load_text("## Headline\nOne place for all\n")
        await pilot.press("escape")
        await settled(app, pilot)
        assert isinstance(app.screen, WholeReport) and "One place for all" in flat(seen(app))
        assert readout_text.load(app.study).headline == "One place for all"

    play(prepared(tmp_path), scenes, size)


@pytest.mark.parametrize("words", TEXTS)
def test_words_come_back_as_they_were_said(words: str) -> None:
    blocks = (
        Head(words, "h"),
        Text(words),
        Quote(words, words, words, "q"),
        Table(words, ("a", "b"), ((words, words),)),
    )
    shown = "\n".join(part.plain for part in parts(markdown(Report(words, {}, (Section("s", "S", blocks),)))))
    said = " ".join("".join(c if c.isprintable() or c == "\u200d" else " " for c in words).split())
    assert shown.count(said) >= 8
