"""The survey in the app: what is shown, drafting, trying, exporting and routing; each at both sizes."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import TextArea

from needsseg.actions.accounts import accounts
from needsseg.actions.discovery import evidence
from needsseg.actions.segments import segments
from needsseg.actions.study import history
from needsseg.actions.survey import answers as answers_actions
from needsseg.study.connection import Study
from needsseg.survey.formats import as_toml
from needsseg.tui.app import NeedssegApp
from needsseg.tui.keys.help import bindings
from needsseg.tui.report import ReportScreen
from needsseg.tui.survey.screen import SurveyScreen
from needsseg.tui.survey.trial import TrialSheet
from tests.fixtures.app.small_study import LARGE, SMALL, flat, play, seen, settled, small_study, typed
from tests.fixtures.app.survey_screen import anew, opened, quiet
from tests.fixtures.app.survey_study import ONE, confirmed, hand_survey, worded
from tests.fixtures.app.waiting import until

SIZES = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
UNKNOWN = '{"id": "r9", "last_week": "never heard of"}'


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
        assert "r1 → default flow: contradictory" in flat(seen(app)) and "supports Builder [draft]" in flat(seen(app))
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


def test_the_sample_study_from_draft_to_labels(unasked_study: Study, tmp_path: Path) -> None:
    """Real interviews, the real model, the real program as the child."""
    for row in evidence.listing(unasked_study):
        if row.status == "named":
            segments.confirm(unasked_study, row.id, "tester", undecided=True)
    account = next(each.account_id for each in accounts.matches(unasked_study) if each.account_id)
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

    play(unasked_study.path, scenes, LARGE)
