"""The commands that edit the survey: draft, reword, set likelihoods, choose and order questions, return to a version."""

from __future__ import annotations

import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from needsseg.actions.survey import choose as load_choose
from needsseg.actions.survey import from_toml, valid
from needsseg.actions.survey import survey as surveys
from needsseg.text import format_count
from needsseg.tui.keys.hints import with_keys
from needsseg.tui.screen_base import shows_errors
from needsseg.tui.study.drafting import Drafting
from needsseg.tui.survey import editing, words
from needsseg.tui.survey.likelihoods import LikelihoodSheet
from needsseg.tui.widgets.progress import failure
from needsseg.tui.widgets.prompt import Choice, Prompt

if TYPE_CHECKING:
    from needsseg.actions.survey import Survey
    from needsseg.tui.child import Outcome
    from needsseg.tui.survey.context import SurveyContext
    from needsseg.tui.survey.draft import SurveyDraft


class SurveyEdits:
    """Edit the draft, which stores each edit; only saving makes a version."""

    def __init__(self, context: SurveyContext, draft: SurveyDraft) -> None:
        self.context, self._draft = context, draft

    def draft_questions(self) -> None:
        """Draft questions in a child process, which writes them to a file."""
        if self.context.confirmed < 2:
            self.context.tell(
                with_keys(
                    "a survey needs at least two confirmed segments: {go.segments} goes to the segments, "
                    "{segments.confirm} confirms one"
                )
            )
            return
        folder = Path(mkdtemp(prefix="needsseg-survey-"))
        file = folder / "draft.toml"
        self.context.run_verb(
            "Drafting questions", partial(self._drafted, file), ["survey", "build", "--out", str(file)]
        )

    @shows_errors
    def _drafted(self, file: Path, outcome: Outcome) -> None:
        try:
            if outcome.code:
                raise failure(outcome)
            drafted = from_toml(file.read_text(encoding="utf-8"), file.name)
        finally:
            shutil.rmtree(file.parent, ignore_errors=True)
        base = self._draft.edits.saved.version if self._draft.edits.saved is not None else ""
        self._draft.edited(
            replace(drafted, version=base), f"drafted {format_count(len(drafted.questions), 'question')}"
        )

    def reword(self) -> None:
        """Ask for other words for the question or option under the cursor."""
        shown, question = self._draft.required_survey(), self.context.question
        if shown is None or question is None:
            return
        option = None if self.context.on_questions else self.context.option
        before = question.words if option is None else option.words
        prompt_text = "What is asked?" if option is None else "What does this option say?"
        about = "" if option is None else f"One plain neutral clause that answers “{question.words}”"
        key = None if option is None else option.key
        draft = Drafting(
            self.context.study, "survey words", f"{question.key}/{key or ''}", f"{prompt_text} ({question.key})"
        )
        self.context.push(
            Prompt(prompt_text, value=before, about=about, draft=draft),
            draft.until_saved(partial(self._reword, question.key, key), stored=False),
        )

    @shows_errors
    def _reword(self, question: str, option: str | None, words: str | None) -> None:
        shown = self._draft.edits.shown
        if words and shown is not None:
            survey = valid(editing.reworded(shown, question, option, words))
            self._draft.edited(
                survey, "other words for the question" if option is None else "other words for the option"
            )

    def likelihoods(self) -> None:
        """Ask how likely the option under the cursor is."""
        shown, question, option = self._draft.required_survey(), self.context.question, self.context.option
        if shown is None or question is None:
            return
        if self.context.on_questions or option is None:
            self.context.tell(
                with_keys(
                    "press {survey.open} to go to the options; {survey.likelihoods} works on the one under the cursor"
                )
            )
            return
        self.context.push(LikelihoodSheet(shown, question.key, option.key), self._set_likelihoods)

    @shows_errors
    def _set_likelihoods(self, survey: Survey | None) -> None:
        if survey is not None:
            self._draft.edited(valid(survey), "other likelihoods")

    @shows_errors
    def choose(self) -> None:
        """Include the question under the cursor, or exclude it."""
        shown, question = self._draft.required_survey(), self.context.question
        if shown is not None and question is not None:
            survey = editing.with_question_toggled(shown, question.key)
            happened = "included" if question.key in survey.chosen else "excluded"
            progress = (
                "" if len(survey.chosen) == editing.MOST_ASKED else f", {len(survey.chosen)} of {editing.MOST_ASKED}"
            )
            self._draft.edited(survey, f"{happened}{progress}")

    @shows_errors
    def reorder(self) -> None:
        """Order the asked questions by information gain."""
        shown = self._draft.required_survey()
        if shown is not None:
            self._edit_unless_equal(editing.ordered(shown), "ordered by gain", "they are in this order already")

    @shows_errors
    def pick(self) -> None:
        """Pick the five most informative questions."""
        shown = self._draft.required_survey()
        if shown is not None:
            self._edit_unless_equal(
                load_choose(shown),
                "picked the most informative questions",
                "these are the most informative questions already",
            )

    def _edit_unless_equal(self, survey: Survey, happened: str, already: str) -> None:
        if survey == self._draft.edits.shown:
            self.context.tell(already)
        else:
            self._draft.edited(survey, happened)

    @shows_errors
    def versions(self) -> None:
        """Offer saved versions to edit."""
        versions = surveys.versions(self.context.study)
        if not versions:
            self.context.tell(with_keys("no version is saved yet: {survey.save} saves one"))
            return
        choices = [Choice(row.version, row.version, words.version_about(row)) for row in versions]
        about = with_keys(
            "It becomes unsaved edits; {survey.save} saves them as the next version. Responses keep the version they answered."
        )
        self.context.push(Prompt("Return to which version?", choices=choices, about=about, free=False), self._return_to)

    @shows_errors
    def _return_to(self, version: str | None) -> None:
        if version is None:
            return
        older = surveys.current(self.context.study, version)
        base = self._draft.edits.saved.version if self._draft.edits.saved is not None else ""
        self._draft.edited(replace(older, version=base), f"returned to {version}")
