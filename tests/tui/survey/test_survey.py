"""The survey in the app: drafting, editing, trying, versions, what is kept, exporting and routing; each at both sizes."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.pilot import Pilot
from textual.widgets import TextArea

from needsseg.actions.accounts import accounts
from needsseg.actions.discovery import evidence
from needsseg.actions.segments import segments
from needsseg.actions.study import history, studies
from needsseg.actions.survey import answers as answers_actions
from needsseg.actions.survey import survey as surveys
from needsseg.errors import UsageError
from needsseg.study.connection import Study
from needsseg.survey.formats import as_toml
from needsseg.survey.scoring_table import Survey
from needsseg.tui.app import NeedssegApp
from needsseg.tui.keys.help import bindings
from needsseg.tui.report import ReportScreen
from needsseg.tui.survey import editing
from needsseg.tui.survey.likelihoods import LikelihoodSheet
from needsseg.tui.survey.screen import SurveyScreen
from needsseg.tui.survey.trial import TrialSheet
from needsseg.tui.survey.words import chance, option_header, option_line
from tests.fixtures.app import waiting
from tests.fixtures.app.small_study import LARGE, SMALL, built_once, flat, play, seen, settled, small_study, typed
from tests.fixtures.app.survey_study import ONE, QUESTIONS, TWO, confirmed, hand_survey, with_survey, worded
from tests.fixtures.app.waiting import until

SIZES = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
UNKNOWN = '{"id": "r9", "last_week": "never heard of"}'


@built_once
def surveyed(folder: Path) -> Path:
    """The small study with a survey."""
    made = small_study(folder)
    with studies.open_study(made) as study:
        with_survey(study)
    return made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return surveyed(tmp_path)


async def opened(app: NeedssegApp, pilot: Pilot[int]) -> SurveyScreen:
    await pilot.press("f6")
    await settled(app, pilot)
    assert isinstance(app.screen, SurveyScreen)
    return app.screen


async def anew(pilot: Pilot[int], words: str) -> None:
    """Replaces what stands in the line that is asked for."""
    await pilot.press("ctrl+u")
    await typed(pilot, words)


def asked(screen: SurveyScreen) -> int:
    """How many questions the survey on the screen asks."""
    return len(screen.draft.edits.shown.chosen) if screen.draft.edits.shown is not None else 0


async def quiet(app: NeedssegApp) -> None:
    """Waits for workers, but for children that never end."""
    await waiting.settled(app, but="child")


def versions(study: Study) -> list[str]:
    """The numbers of the saved versions, the newest first."""
    return [row.version.partition("-")[0].removeprefix("v") for row in surveys.versions(study)]


@SIZES
def test_without_a_survey_it_says_what_to_do(tmp_path: Path, size: tuple[int, int]) -> None:
    made = small_study(tmp_path)

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        assert "No survey yet, and no segment is confirmed yet." in flat(seen(app))
        await pilot.press("D")
        assert "a survey needs at least two confirmed segments" in flat(seen(app)) and app.screen is screen
        confirmed(app.study)
        screen.refresh_study()
        await pilot.pause()
        assert "No survey yet. D drafts one from the 2 confirmed segments." in flat(seen(app))
        for key in [*"eloOWTAxijkgGV", "space", "enter", "tab", "escape"]:
            screen.tell("")
            await pilot.press(key)
            assert app.screen is screen
            assert ("D drafts one" if key != "V" else "no version is saved yet") in flat(screen_status(app)), key

    play(made, scenes, size)


def screen_status(app: NeedssegApp) -> str:
    """The line of state."""
    return "\n".join(seen(app).splitlines()[-3:])


@SIZES
def test_questions_options_and_quotes_are_shown_with_figures(path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        text = flat(seen(app))
        assert "Survey v1-" in text and ": 5 questions, " in text and "bits about Coordinator, Builder [draft]" in text
        shown = screen.draft.edits.shown
        assert shown is not None and not screen.draft.edits.unsaved
        assert f"1 {shown.questions[0].gain:.2f} bits" in text
        assert "Builder [draft]" in text and ".80*" in text and ".10*" not in text
        assert "question 1/6" in text and "5 of 6 asked" in text
        await pilot.press("enter", "j")
        assert "option 2/3" in flat(seen(app)) and "When a task [x] slips 1 days" in flat(seen(app))
        await pilot.press("j")
        assert "this option has no quotes behind it" in flat(seen(app))
        await pilot.press("enter")
        assert "it has no quotes to go to" in flat(seen(app))
        await pilot.press("k", "enter")
        assert "quote 1/2" in flat(seen(app))
        await pilot.press("enter")
        await settled(app, pilot)
        assert app.current_mode == "code" and "Marek Nowotny" in flat(seen(app))
        await pilot.press("escape")
        await settled(app, pilot)
        assert app.screen is screen
        await pilot.press("escape", "escape", "G")
        assert "question 6/6" in flat(seen(app))
        await pilot.press("g")
        assert "question 1/6" in flat(seen(app)) and "[b]comes" in flat(seen(app))

    play(path, scenes, size)


@SIZES
def test_words_and_likelihoods_are_edited_kept_and_saved(path: Path, size: tuple[int, int]) -> None:
    async def first(app: NeedssegApp, pilot: Pilot[int]) -> None:
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
            screen.draft.edits.shown.questions[0].likelihoods[TWO]
            == hand_survey(app.study).questions[0].likelihoods[TWO]
        )
        assert ".55" in seen(app) and versions(app.study) == ["1"]
        await pilot.press("f3")
        await settled(app, pilot)
        await pilot.press("f6")
        await settled(app, pilot)
        assert "not saved: W saves" in flat(seen(app)) and "The phone rings" in flat(seen(app))
        await pilot.press("ctrl+q")

    async def second(app: NeedssegApp, pilot: Pilot[int]) -> None:
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
        assert "not saved: W saves" in flat(seen(app)) and "[curse]" in flat(seen(app)), (
            "what was saved is there as edits"
        )
        await pilot.press("ctrl+r")
        assert versions(app.study) == ["2", "1"] and "saved · v2-" in flat(seen(app))

    play(path, first, size)
    play(path, second, size)


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
def test_a_dry_run_shows_where_each_response_goes_and_why(path: Path, size: tuple[int, int], tables: Any) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot)
        before = tables(app.study)
        await pilot.press("T")
        sheet = app.screen
        assert isinstance(sheet, TrialSheet) and "Paste answers" in flat(seen(app))
        await pilot.press("ctrl+t")
        await settled(app, pilot)
        text = flat(seen(app))
        assert "example-1 → Coordinator" in text and "3 responses: 2 routed, 1 to the default flow" in text
        await pilot.press("ctrl+t")
        assert "clear the text first" in flat(seen(app))
        sheet.area.text = (
            '{"id": "r1", "last_week": "coordinator", "most_often": "builder_draft", "most_time": "builder_draft"}'
        )
        await settled(app, pilot)
        assert "r1 → default flow: contradictory" in flat(seen(app)) and "speaks for Builder [draft]" in flat(seen(app))
        sheet.area.text = "id,last_week,most_often\nr2,coordinator,coordinator\n"
        await settled(app, pilot)
        assert "r2 → default flow: too few answers" in flat(seen(app))
        sheet.area.text = "id,last_week,most_often,first_thing\nr2,coordinator,coordinator,coordinator\n"
        await settled(app, pilot)
        assert "r2 → Coordinator" in flat(seen(app))
        sheet.area.text = UNKNOWN
        await settled(app, pilot)
        assert "row 1 → refused" in flat(seen(app)) and "never heard of" in flat(seen(app)).split("refused")[1]
        assert "1 response: 0 routed, 0 to the default flow, 1 refused" in flat(seen(app))
        sheet.area.text = "{broken"
        await settled(app, pilot)
        assert "! " in flat(seen(app)) and isinstance(app.screen, TrialSheet)
        await pilot.press("escape", "T")
        assert isinstance(app.screen, TrialSheet) and app.screen.query_one(TextArea).text == "{broken"
        await pilot.press("escape")
        assert isinstance(app.screen, SurveyScreen) and tables(app.study) == before

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


@SIZES
def test_it_warns_where_segments_changed_since(path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        row = next(row for row in evidence.listing(app.study) if row.name == ONE)
        segments.reopen(app.study, row.id)
        await opened(app, pilot)
        lines = [line for line in seen(app).splitlines() if line.strip().startswith("!")]
        assert lines and ONE in " ".join(lines)

    play(path, scenes, size)


@SIZES
def test_it_is_exported_and_a_file_that_cannot_be_written_is_told(path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot)
        for number, (kind, ending) in enumerate(
            (("formbricks", "json"), ("typeform", "json"), ("markdown", "md"), ("spec", "json"))
        ):
            await pilot.press("x", *["down"] * number, "enter")
            await pilot.pause()
            await pilot.press("enter")
            await pilot.pause()
            (written,) = path.parent.glob(f"survey-v1-*-{kind}.{ending}")
            assert written.stat().st_size and "wrote v1-" in flat(seen(app))
        (spec,) = path.parent.glob("survey-v1-*-spec.json")
        assert len(json.loads(spec.read_text(encoding="utf-8"))["questions"]) == 5
        await pilot.press("x", "enter")
        await pilot.pause()
        await anew(pilot, str(path.parent / "none" / "of" / "this.json"))
        await pilot.pause()
        assert app.screen.query_one("#status").has_class("-wrong")

    play(path, scenes, size)


def test_every_key_of_the_survey_does_something(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a survey there; without one, the test of the other screens presses them all."""
    monkeypatch.setattr(NeedssegApp, "command", lambda *_: [sys.executable, "-c", "import time; time.sleep(60)"])
    first = {"k": "j", "g": "G", "escape": "tab", "ctrl+r": "space u", "up": "j"}

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        of_screen = [
            (keys, b) for keys, b in bindings(screen) if not b.action.startswith(("go(", "quit", "command_palette"))
        ]
        own = [key for key, binding in screen._bindings if binding in [b for _, b in of_screen]]
        assert len(own) > 20
        for key in own:
            while len(app.screen_stack) > 1:
                app.pop_screen()
            screen.draft.edits.take_up(None)
            screen._list("#questions").focus()
            screen.action_edge(False)
            screen.tell("")
            await settled(app, pilot)
            await pilot.press(*first.get(key, "").split())
            before = seen(app), len(app.screen_stack), app.focused
            await pilot.press(key)
            await quiet(app)
            assert (seen(app), len(app.screen_stack), app.focused) != before, key
            if key == "u":
                history.redo(app.study)
                screen.refresh_study()
                await pilot.pause()

    play(path, scenes)


@SIZES
def test_a_draft_that_fails_and_one_that_comes(
    path: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The child is another program here; below it is the real one."""
    fails = (
        'import sys; print(\'{"error": "Nothing fills an option.", "hint": "Edit."}\', file=sys.stderr); sys.exit(1)'
    )
    draft = path.with_name("draft.toml")

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        draft.write_text(as_toml(replace(hand_survey(app.study), default_flow="start")), encoding="utf-8")
        monkeypatch.setattr(NeedssegApp, "command", lambda *_: [sys.executable, "-c", fails])
        await pilot.press("D")
        await settled(app, pilot)
        assert "Nothing fills an option. Edit." in flat(seen(app)) and not screen.draft.edits.unsaved
        copies = "import shutil, sys; shutil.copyfile(*sys.argv[1:])"
        monkeypatch.setattr(
            NeedssegApp, "command", lambda _, *words: [sys.executable, "-c", copies, str(draft), words[-1]]
        )
        await pilot.press("D")
        await settled(app, pilot)
        assert "drafted 6 questions, not saved yet · u undoes" in flat(seen(app))
        assert screen.draft.edits.shown is not None and screen.draft.edits.shown.default_flow == "start"
        await pilot.press("u")
        assert not screen.draft.edits.unsaved and "Undid the edit" in flat(seen(app))

    play(path, scenes, size)


def test_the_sample_study_from_draft_to_labels(demo_study: Study, tmp_path: Path) -> None:
    """Real interviews, the real model, the real program as the child."""
    for row in evidence.listing(demo_study):
        if row.status == "named":
            segments.confirm(demo_study, row.id, "tester", undecided=True)
    account = next(each.account_id for each in accounts.matches(demo_study) if each.account_id)
    answers = tmp_path / "answers.csv"

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        await pilot.press("D")
        await until(app, lambda: app.screen is screen)
        shown = screen.draft.edits.shown
        assert shown is not None and 5 == len(shown.chosen) <= len(shown.questions), flat(seen(app))
        assert "drafted" in flat(seen(app))
        await pilot.press("enter", "enter")
        assert screen._quotes and "quote 1/" in flat(seen(app))
        assert shown.to_be_worded and "to be worded" in flat(seen(app))
        await pilot.press("W", "x")
        await settled(app, pilot)
        assert "It cannot be exported" in flat(seen(app))
        await pilot.press("escape", "A")
        await quiet(app)
        assert "not known" in flat(seen(app)) and "to be worded" in flat(seen(app))
        await pilot.press("escape")
        screen.draft.edited(worded(shown), "worded")
        await pilot.press("W", "A")
        await until(app, lambda: isinstance(app.screen, ReportScreen))
        await settled(app, pilot)
        # Its lines stand between those of the screen below, so that a sentence is read in the pieces of its lines.
        assert "if customers answered as" in flat(seen(app)) and "they spoke: " in flat(seen(app))
        assert "labels are right" in flat(seen(app)) and "interval" in flat(seen(app))
        await pilot.press("escape", "T", "ctrl+t")
        await settled(app, pilot)
        assert "3 routed" in flat(seen(app))
        await pilot.press("escape")
        best = [q.options[0].key for q in shown.asked]
        answers.write_text(f"account_id,{','.join(shown.chosen)}\n{account},{','.join(best)}\n,{','.join(best)}\n")
        await pilot.press("i")
        await typed(pilot, str(answers))
        await pilot.press("enter")
        await until(app, lambda: isinstance(app.screen, ReportScreen))
        await settled(app, pilot)
        assert "1 response of 1 account: 1 labelled by survey v2-" in flat(seen(app))
        assert "refused row 3" in flat(seen(app))
        assert [label.account_id for label in answers_actions.labels(app.study)] == [account]
        await pilot.press("escape", "u")
        assert answers_actions.labels(app.study) == [] and "Undid: routed 1 response" in flat(seen(app))

    play(demo_study.path, scenes, LARGE)


SHARES = st.lists(st.integers(1, 50), min_size=3, max_size=3).map(lambda parts: tuple(p / sum(parts) for p in parts))


@given(SHARES, st.floats(editing.LEAST, editing.MOST), st.integers(0, 2))
def test_other_options_keep_their_shares_of_what_is_left(shares: tuple[float, ...], value: float, at: int) -> None:
    from needsseg.survey.scoring_table import Option, Question

    options = tuple(Option(f"o{n}", f"words {n}") for n in range(3))
    asked = Question("q", "What?", options, {ONE: shares, TWO: (0.3, 0.3, 0.4)})
    before = Survey("", (ONE, TWO), {ONE: 0.5, TWO: 0.5}, (asked,), ("q",))
    after = editing.with_likelihoods(before, "q", f"o{at}", {ONE: value}).questions[0].likelihoods
    assert after[ONE][at] == pytest.approx(value) and sum(after[ONE]) == pytest.approx(1)
    assert after[TWO] == (0.3, 0.3, 0.4)
    one, two = (n for n in range(3) if n != at)
    assert after[ONE][one] * shares[two] == pytest.approx(after[ONE][two] * shares[one])
    assert all(0 < each < 1 for each in after[ONE])


@pytest.mark.parametrize("words", ["nan", "inf", "", "-", "1.0", "-0.2", "100%", "0.0001"])
def test_what_is_no_likelihood_is_refused(words: str) -> None:
    from needsseg.survey.scoring_table import Option, Question

    options = (Option("a", "A"), Option("b", "B"))
    asked = Question("q", "What?", options, {ONE: (0.5, 0.5), TWO: (0.4, 0.6)})
    made = Survey("", (ONE, TWO), {ONE: 0.5, TWO: 0.5}, (asked,), ("q",))
    with pytest.raises(UsageError, match="not a likelihood|not a number"):
        editing.with_likelihoods(made, "q", "a", {ONE: editing.likelihood(words)})
    assert editing.likelihood(" 0,25 ") == editing.likelihood("25%") == 0.25


@pytest.mark.parametrize("number", [2, 3, 5])
@pytest.mark.parametrize("across", [73, 77])
def test_figures_stand_under_their_segments(number: int, across: int) -> None:
    from needsseg.survey.scoring_table import Option, Question

    names = tuple(f"Segment {'日本' * n} {n}" for n in range(number))
    asked = Question("q", "What?", (Option("a", "日" * 80), Option("b", "B")), dict.fromkeys(names, (0.25, 0.75)))
    lines = [option_header(names, across), *(option_line(asked, at, names, across) for at in (0, 1))]
    assert len({line.cell_length for line in lines}) == 1 and lines[0].cell_length <= across


def test_chances_are_short_and_never_none_or_all() -> None:
    assert [chance(v) for v in (0.0, 0.0004, 0.004, 0.05, 0.5, 0.994, 0.996, 1.0)] == [
        "<.001", "<.001", ".004", ".05", ".50", ".99", ".996", ">.999",
    ]  # fmt: skip
