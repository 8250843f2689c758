"""Edits of the survey: made, kept, taken back, saved as versions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from needsseg.actions.study import history, studies
from needsseg.actions.survey import survey as surveys
from needsseg.tui.app import NeedssegApp
from needsseg.tui.survey import editing
from needsseg.tui.survey.likelihoods import LikelihoodSheet
from tests.fixtures.app.small_study import LARGE, SMALL, flat, play, seen, settled
from tests.fixtures.app.survey_screen import anew, asked, opened, versions
from tests.fixtures.app.survey_study import ONE, QUESTIONS, TWO, hand_survey

SIZES = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])


async def edit_words_and_likelihoods(app: NeedssegApp, pilot: Pilot[int]) -> None:
    screen = await opened(app, pilot)
    await pilot.press("e")
    await anew(pilot, "What did you [curse] at last week?")
    assert "[curse]" in flat(seen(app))
    assert ", edited: 5 questions" in flat(seen(app)) and "not saved: W saves" in flat(seen(app))
    await pilot.press("l")
    assert "press enter to go to the options" in flat(seen(app))
    await pilot.press("enter", "e")
    await anew(pilot, "None of these")
    assert "have the same words" in flat(seen(app))
    await pilot.press("e")
    await anew(pilot, "The phone rings")
    assert (
        screen.draft.edits.shown is not None
        and screen.draft.edits.shown.questions[0].options[0].words == "The phone rings"
    )
    await pilot.press("l")
    assert isinstance(app.screen, LikelihoodSheet)
    for wrong, told in (
        ("1", "1 is not a likelihood"),
        ("0", "0 is not a likelihood"),
        ("lots", "“lots” is not a number"),
    ):
        await anew(pilot, wrong)
        assert told in flat(seen(app)) and isinstance(app.screen, LikelihoodSheet)
    await pilot.press("escape")
    assert "esc again drops it" in flat(seen(app))
    await anew(pilot, "55%")
    assert screen.draft.edits.shown.questions[0].likelihoods[ONE] == pytest.approx((0.55, 0.225, 0.225))
    assert (
        screen.draft.edits.shown.questions[0].likelihoods[TWO] == hand_survey(app.study).questions[0].likelihoods[TWO]
    )
    assert ".55" in seen(app) and versions(app.study) == ["1"]
    await pilot.press("f3")
    await settled(app, pilot)
    await pilot.press("f6")
    await settled(app, pilot)
    assert "not saved: W saves" in flat(seen(app)) and "The phone rings" in flat(seen(app))
    await pilot.press("ctrl+q")


async def save_kept_edits(app: NeedssegApp, pilot: Pilot[int]) -> None:
    """Edits outlive the app."""
    screen = await opened(app, pilot)
    assert "[curse]" in flat(seen(app)) and "not saved: W saves" in flat(seen(app))
    await pilot.press("x")
    assert "W saves the edits first" in flat(seen(app))
    await pilot.press("i")
    assert "W saves the edits first" in flat(seen(app)) and app.screen is screen
    await pilot.press("W")
    assert "▸ saved v2-" in flat(seen(app)) and versions(app.study) == ["2", "1"]
    assert surveys.current(app.study).questions[0].options[0].words == "The phone rings"
    await pilot.press("W")
    assert "nothing to save" in flat(seen(app)) and versions(app.study) == ["2", "1"]
    await pilot.press("u")
    assert versions(app.study) == ["1"] and "Undid" in flat(seen(app))
    assert "not saved: W saves" in flat(seen(app)) and "[curse]" in flat(seen(app)), "what was saved is there as edits"
    await pilot.press("ctrl+r")
    assert versions(app.study) == ["2", "1"] and "saved · v2-" in flat(seen(app))


@SIZES
def test_words_and_likelihoods_are_edited_kept_and_saved(path: Path, size: tuple[int, int]) -> None:
    play(path, edit_words_and_likelihoods, size)
    play(path, save_kept_edits, size)


@SIZES
def test_edits_are_taken_back_one_by_one_before_anything_in_the_study(path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        before, entries = screen.draft.edits.shown, len(history.listing(app.study))
        await pilot.press("space")
        assert "Only 4 questions asked of 5: space asks one more." in flat(seen(app))
        await pilot.press("space")
        assert asked(screen) == 5, "the cursor stays on the question wherever it goes"
        await pilot.press("u", "g", "space")
        assert asked(screen) == 3
        await pilot.press("u")
        assert "Undid the edit" in flat(seen(app)) and asked(screen) == 4
        await pilot.press("ctrl+r")
        assert "Redid the edit" in flat(seen(app)) and asked(screen) == 3
        await pilot.press("u", "u")
        assert screen.draft.edits.shown == before and not screen.draft.edits.unsaved
        assert len(history.listing(app.study)) == entries
        await pilot.press("u")
        assert "Undid:" in flat(seen(app)) and versions(app.study) == []
        assert "No survey yet" in flat(seen(app))

    play(path, scenes, size)


@SIZES
def test_at_most_five_questions_are_asked_and_they_are_ordered(path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        await pilot.press("G", "space")
        assert "Five questions are asked already." in flat(seen(app)) and not screen.draft.edits.unsaved
        await pilot.press("g", "space", "G", "space")
        shown = screen.draft.edits.shown
        assert shown is not None and shown.chosen[-1] == shown.questions[4].key and len(shown.chosen) == 5
        await pilot.press("O")
        picked = screen.draft.edits.shown
        assert picked is not None and set(picked.chosen) == {key for key, _, _ in QUESTIONS[:5]}
        await pilot.press("O")
        assert "these are the most informative questions" in flat(seen(app))
        await pilot.press("o")
        assert "they are in this order" in flat(seen(app))

    play(path, scenes, size)


@SIZES
def test_an_earlier_version_is_taken_up_as_edits(path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        await pilot.press("e")
        await anew(pilot, "Other words?")
        await pilot.press("W", "V")
        await pilot.pause()
        assert "v2-" in flat(seen(app)) and "5 of 6 questions asked" in flat(seen(app))
        await pilot.press("down", "enter")
        await pilot.pause()
        assert "returned to v1-" in flat(seen(app)) and screen.draft.edits.unsaved
        await pilot.press("W")
        assert versions(app.study) == ["3", "2", "1"]
        three, _, one = (surveys.current(app.study, row.version) for row in surveys.versions(app.study))
        assert replace(one, version="") == replace(three, version="")

    play(path, scenes, size)


@SIZES
def test_what_another_program_saved_does_not_displace_edits(path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        await pilot.press("e")
        await anew(pilot, "Mine?")
        with studies.open_study(path) as other:
            surveys.save(other, editing.reworded(surveys.current(other), "last_week", None, "Theirs?"))
        app.poll()
        await pilot.pause()
        text = flat(seen(app))
        assert "Mine?" in text and "These edits began from v1-" in text and "the study has v2-" in text
        await pilot.press("W")
        assert versions(app.study) == ["3", "2", "1"] and not screen.draft.edits.unsaved
        assert surveys.current(app.study).question("last_week").words == "Mine?"

    play(path, scenes, size)


def test_kept_edits_that_cannot_be_read_are_told_and_the_saved_survey_is_shown(path: Path) -> None:
    with studies.open_study(path) as study:
        studies.remember_place(study, "survey-edits", {"toml": "version = ["})

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        assert "the kept edits: not valid TOML" in flat(seen(app)) and not screen.draft.edits.unsaved
        assert "Survey v1-" in flat(seen(app)) and not screen.query_one(".empty").display

    play(path, scenes)
