"""The sheets of agreement and progress, and merging from the app: every key, at both sizes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from textual.pilot import Pilot

from needsseg.actions.coding import blind, coverage, passages
from needsseg.actions.study import studies
from needsseg.actions.transcripts import interviews
from needsseg.study.connection import Study
from needsseg.tui.app import NeedssegApp
from needsseg.tui.bookmark import Bookmark
from needsseg.tui.code.sheets.agreement import AgreementSheet, meaning
from needsseg.tui.code.sheets.coverage import CoverageSheet
from needsseg.tui.interviews.merging import merge_study
from needsseg.tui.screen_base import StudyScreen
from tests.fixtures.app.small_study import (
    LARGE,
    SMALL,
    built_once,
    flat,
    participant_sentences,
    play,
    seen,
    settled,
    small_study,
    typed,
)

INES, MAREK = "ines-carvalho", "marek-nowotny"


def code_as(study: Study, name: str, key: str, spans: list[tuple[int, int]], code: str) -> None:
    before, study.actor = study.actor, name
    passages.code(study, [passages.mark(study, key, *span) for span in spans], code)
    study.actor = before


@built_once
def two_coders(folder: Path) -> Path:
    path = small_study(folder)
    with studies.open_study(path) as study:
        ines, marek = participant_sentences(study, INES, 5), participant_sentences(study, MAREK, 5)
        code_as(study, "Ada", INES, ines[:4], "late [draft]")
        code_as(study, "Ben", INES, ines[1:4], "late [draft]")
        code_as(study, "Ada", MAREK, marek[:2], "hand-over")
        code_as(study, "Ben", MAREK, marek[1:3], "hand-over")
    return path


async def opened(app: NeedssegApp, pilot: Pilot[int], sheet: AgreementSheet | CoverageSheet) -> list[Bookmark | None]:
    answers: list[Bookmark | None] = []
    await app.push_screen(sheet, answers.append)
    await pilot.pause()
    return answers


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_figures_units_and_the_places_where_coders_differ(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        sheet = AgreementSheet(app.study)
        answers = await opened(app, pilot, sheet)
        shown = flat(seen(app))
        assert "percent kappa alpha" in shown and "all codes" in shown and "late [draft]" in shown
        assert "by character" in shown and "of 3 interviews" in shown
        await pilot.press("s")
        assert "by sentence" in flat(seen(app))
        await pilot.press("s")
        assert "by passage" in flat(seen(app)) and "only what somebody marked counts" in flat(seen(app))
        await pilot.press("s", "enter")
        assert "move to a code" in flat(seen(app)) and not answers
        # The last row is Marek's: only his interview is then compared.
        await pilot.press("G", "i")
        await pilot.pause()
        assert "late [draft]" not in flat(seen(app)) and "i shows all" in flat(seen(app))
        assert sheet.state().endswith(MAREK)
        await pilot.press("i")
        assert "of 3 interviews" in flat(seen(app))
        await pilot.press("G", "k", "enter")
        await pilot.pause()
        assert answers and answers[0] is not None and answers[0].span is not None
        words = interviews.show(app.study, answers[0].interview).text[slice(*answers[0].span)]
        assert words.strip()

    play(two_coders(tmp_path), scenes, size)


def test_a_codes_figures_lead_to_its_first_difference(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        answers = await opened(app, pilot, AgreementSheet(app.study))
        await pilot.press("j", "j", "enter")
        await pilot.pause()
        assert answers and answers[0] is not None
        assert (answers[0].interview, answers[0].passage) == (INES, None)
        app.open_place(answers[0], "interviews")
        await settled(app, pilot)
        assert "Traceback" not in seen(app)

    play(two_coders(tmp_path), scenes)


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_one_coder_alone_and_a_blind_one_are_told_what_to_do(tmp_path: Path, size: tuple[int, int]) -> None:
    async def alone(app: NeedssegApp, pilot: Pilot[int]) -> None:
        answers = await opened(app, pilot, AgreementSheet(app.study))
        assert "needs two coders" in flat(seen(app)) and "NEEDSSEG_CODER" in flat(seen(app))
        await pilot.press("s", "i", "enter", "j", "k", "escape")
        await pilot.pause()
        assert answers == [None]

    async def blinded(app: NeedssegApp, pilot: Pilot[int]) -> None:
        app.study.actor = "Ada"
        blind.set_blind(app.study, True)
        await opened(app, pilot, AgreementSheet(app.study))
        shown = flat(seen(app))
        assert "Blind mode is on for Ada" in shown and "late" not in shown and "Ben" not in shown
        await pilot.press("s", "i")
        assert "Ben" not in seen(app)

    (tmp_path / "one").mkdir()
    play(small_study(tmp_path / "one"), alone, size)
    play(two_coders(tmp_path), blinded, size)


def test_what_an_alpha_means() -> None:
    told = [meaning(alpha) for alpha in (None, 0.9, 0.7, 0.3, -0.1)]
    assert len(set(told)) == 5 and told[1] == "reliable"


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_progress_and_saturation(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        coverage.mark_read(app.study, INES, range(10))
        answers = await opened(app, pilot, CoverageSheet(app.study))
        shown = seen(app)
        assert "all interviews" in shown and "Ines Carvalho" in shown and "decided" in shown
        for shape in "█░·":
            assert shape in shown, "shares differ in shape"
        assert "New codes by interview" in shown and "it takes 4 + 2 interviews" in flat(shown)
        await pilot.press("b")
        assert "base 5" in flat(seen(app)) and "it takes 5 + 2" in flat(seen(app))
        await pilot.press("b", "b")
        assert "base 3" in flat(seen(app))
        await pilot.press("r", "r")
        assert "run 1" in flat(seen(app))
        await pilot.press("t")
        assert "threshold 0%" in flat(seen(app))
        await pilot.press("j", "enter")
        await pilot.pause()
        assert answers == [Bookmark(sorted([INES, MAREK, "strange"])[1])]

    play(two_coders(tmp_path), scenes, size)


def test_progress_of_an_empty_study(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        answers = await opened(app, pilot, CoverageSheet(app.study))
        assert "press i on Interviews (F1) to import some" in flat(seen(app))
        await pilot.press("b", "r", "t", "enter", "j", "escape")
        await pilot.pause()
        assert answers == [None] and "Traceback" not in seen(app)

    studies.init(tmp_path / "study.db").close()
    play(tmp_path / "study.db", scenes)


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_merging_shows_what_it_would_do_and_does_it(tmp_path: Path, size: tuple[int, int]) -> None:
    (tmp_path / "ben").mkdir()
    theirs = two_coders(tmp_path / "ben")
    mine = small_study(tmp_path)

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        assert isinstance(app.screen, StudyScreen)
        before = passages.listing(app.study)

        async def asked() -> None:
            merge_study(app.screen)  # type: ignore[arg-type]
            await pilot.pause()
            await typed(pilot, str(theirs))
            await settled(app, pilot)

        await asked()
        shown = flat(seen(app))
        assert "Coded by Ada, Ben" in shown and "interviews in both, 0 new" in shown
        await pilot.press("down", "enter")
        await pilot.pause()
        assert passages.listing(app.study) == before, "leaving it changes nothing"
        await asked()
        await pilot.press("enter")
        await settled(app, pilot)
        assert "codes on passages added" in flat(seen(app))
        await pilot.press("escape")
        await pilot.pause()
        assert "merged study.db · u undoes" in flat(seen(app))
        assert {p.coder for p in passages.listing(app.study)} >= {"Ada"}
        await pilot.press("u")
        await pilot.pause()
        assert "Undo your merge" in flat(seen(app)), "a colleague's whole work is not taken back by one key"
        await pilot.press("enter")
        await pilot.pause()
        assert passages.listing(app.study) == before

    play(mine, scenes, size)


def test_a_file_that_is_no_study_is_told(tmp_path: Path) -> None:
    mine = small_study(tmp_path)
    shutil.copyfile(Path(__file__), tmp_path / "notes.db")

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        for name, words in (
            ("notes.db", "is not a study"),
            ("study.db", "is this study itself"),
            ("no.db", "no study at"),
        ):
            merge_study(app.screen)  # type: ignore[arg-type]
            await pilot.pause()
            await typed(pilot, str(tmp_path / name))
            await settled(app, pilot)
            assert words in flat(seen(app))
        merge_study(app.screen)  # type: ignore[arg-type]
        await pilot.pause()
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, StudyScreen)

    play(mine, scenes)
