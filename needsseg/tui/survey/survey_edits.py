"""What is done to the survey before it is saved: drafted, reworded, weighed, chosen, ordered, taken from a version."""

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
from needsseg.tui.drafting import Drafting
from needsseg.tui.screen_base import shows_errors
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
    """Each changes the draft, which keeps it; only saving makes a version of it."""

    def __init__(self, context: SurveyContext, draft: SurveyDraft) -> None:
        self.context, self._draft = context, draft

    def draft_questions(self) -> None:
        """Draft questions in a child, which writes them to a file that is read then."""
        if self.context.confirmed < 2:
            self.context.tell("a survey tells two segments apart at least: F3 goes to them, c confirms one")
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
        what = "What is asked?" if option is None else "What does this option say?"
        about = "" if option is None else f"One plain neutral clause that answers “{question.words}”"
        key = None if option is None else option.key
        draft = Drafting(self.context.study, "survey words", f"{question.key}/{key or ''}", f"{what} ({question.key})")
        self.context.push(
            Prompt(what, value=before, about=about, draft=draft),
            draft.until_saved(partial(self._reword, question.key, key), stored=False),
        )

    @shows_errors
    def _reword(self, question: str, option: str | None, said: str | None) -> None:
        shown = self._draft.edits.shown
        if said and shown is not None:
            made = valid(editing.reworded(shown, question, option, said))
            self._draft.edited(made, "other words for the question" if option is None else "other words for the option")

    def likelihoods(self) -> None:
        """Ask how likely the option under the cursor is."""
        shown, question, option = self._draft.required_survey(), self.context.question, self.context.option
        if shown is None or question is None:
            return
        if self.context.on_questions or option is None:
            self.context.tell("enter goes to the options; l is for the one under the cursor")
            return
        self.context.push(LikelihoodSheet(shown, question.key, option.key), self._likelier)

    @shows_errors
    def _likelier(self, made: Survey | None) -> None:
        if made is not None:
            self._draft.edited(valid(made), "other likelihoods")

    @shows_errors
    def choose(self) -> None:
        """Ask the question under the cursor, or no more."""
        shown, question = self._draft.required_survey(), self.context.question
        if shown is not None and question is not None:
            made = editing.asked_or_not(shown, question.key)
            happened = "asks it" if question.key in made.chosen else "does not ask it any more"
            left = "" if len(made.chosen) == editing.MOST_ASKED else f", {len(made.chosen)} of {editing.MOST_ASKED}"
            self._draft.edited(made, f"{happened}{left}")

    @shows_errors
    def reorder(self) -> None:
        """Order what is asked by what each tells."""
        shown = self._draft.required_survey()
        if shown is not None:
            self._unless_so(editing.ordered(shown), "ordered by gain", "they are in this order")

    @shows_errors
    def pick(self) -> None:
        """Pick five questions anew."""
        shown = self._draft.required_survey()
        if shown is not None:
            self._unless_so(load_choose(shown), "picked those that tell most", "these are the ones that tell most")

    def _unless_so(self, made: Survey, happened: str, already: str) -> None:
        if made == self._draft.edits.shown:
            self.context.tell(already)
        else:
            self._draft.edited(made, happened)

    @shows_errors
    def versions(self) -> None:
        """Offer the versions to take up."""
        kept = surveys.versions(self.context.study)
        if not kept:
            self.context.tell("no version is saved yet: W saves one")
            return
        choices = [Choice(row.version, row.version, words.version_about(row)) for row in kept]
        about = "It is shown as edits; W saves it as the next version. Responses keep the version they came by."
        self.context.push(Prompt("Take up which version?", choices=choices, about=about, free=False), self._take_up)

    @shows_errors
    def _take_up(self, version: str | None) -> None:
        if version is None:
            return
        older = surveys.current(self.context.study, version)
        base = self._draft.edits.saved.version if self._draft.edits.saved is not None else ""
        self._draft.edited(replace(older, version=base), f"took up {version}")
