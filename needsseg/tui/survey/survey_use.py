"""The commands that use the survey: try it out, measure its accuracy, export it, route responses."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from needsseg.actions.survey import TO_BE_WORDED, segment_of
from needsseg.actions.survey import survey as surveys
from needsseg.actions.survey.accuracy import accuracy as load_accuracy
from needsseg.errors import NeedssegError
from needsseg.text import format_count
from needsseg.tui.keys.hints import key_of, with_keys
from needsseg.tui.loading import read_in_background, result_or_error
from needsseg.tui.report import PARTLY
from needsseg.tui.screen_base import shows_errors
from needsseg.tui.survey import words
from needsseg.tui.survey.trial import TrialSheet
from needsseg.tui.widgets.progress import failure
from needsseg.tui.widgets.prompt import Choice, Prompt

if TYPE_CHECKING:
    from needsseg.actions.survey import Survey
    from needsseg.tui.child import Outcome
    from needsseg.tui.survey.context import SurveyContext
    from needsseg.tui.survey.draft import SurveyDraft

KINDS = (
    Choice("formbricks", "Formbricks", "a survey to create by its management API (.json)"),
    Choice("typeform", "Typeform", "a form to create by its create API (.json)"),
    Choice("markdown", "Markdown", "a sheet for people (.md)"),
    Choice("spec", "scoring spec", "all a product team needs to score answers without this program (.json)"),
)


class SurveyUse:
    """Use the survey without changing it."""

    def __init__(self, context: SurveyContext, draft: SurveyDraft) -> None:
        self.context, self._draft = context, draft
        self.pasted = ""
        """The answers last tried out."""
        self.measuring = False
        """Whether the accuracy is being measured."""

    def try_out(self) -> None:
        """Show which segments pasted answers would be routed to."""
        shown = self._draft.required_survey()
        if shown is not None:
            self.context.push(TrialSheet(self.context.study, shown, self.pasted), self._keep_answers)

    def _keep_answers(self, text: str | None) -> None:
        if text is not None:
            self.pasted = text

    def accuracy(self) -> None:
        """Measure the accuracy of the saved survey in the background."""
        shown = self._saved_survey("is measured", "so that the measured words are known")
        if shown is not None and not self.measuring:
            self.measuring = True
            self.context.tell("measuring the accuracy …")
            self.context.run_worker(self._measure(shown), group="accuracy")

    async def _measure(self, shown: Survey) -> None:
        result = await result_or_error(
            read_in_background(self.context.study.path, lambda study: load_accuracy(study, shown))
        )
        self.measuring = False
        if isinstance(result, NeedssegError):
            self.context.tell(self.context.worded(result), wrong=True)
            return
        if not self.context.is_current:
            # A report must not cover what was opened meanwhile.
            self.context.tell(result.sentence)
            return
        self.context.tell("nothing was changed in the study")
        self.context.show_report("How accurately the survey routes people", words.accuracy_lines(result, shown))

    def export(self) -> None:
        """Ask for a format, then for a file."""
        shown = self._worded_survey(self._saved_survey("exports"), "exported")
        if shown is not None:
            about = "Version and keys go into the file, so that responses come back with them."
            self.context.push(
                Prompt("Write the survey in which format?", choices=KINDS, about=about, free=False),
                partial(self._ask_file, shown),
            )

    def _ask_file(self, shown: Survey, kind: str | None) -> None:
        if kind is None:
            return
        ending = "md" if kind == "markdown" else "json"
        value = str(self.context.study.path.parent / f"survey-{shown.version}-{kind}.{ending}")
        self.context.push(
            Prompt("Write it into which file?", value=value, path=True), partial(self._export, shown, kind)
        )

    @shows_errors
    def _export(self, shown: Survey, kind: str, path: str | None) -> None:
        if path:
            file = Path(path).expanduser()
            self.context.tell(f"wrote {shown.version} to {surveys.export(self.context.study, shown, file, kind)}")

    def _saved_survey(self, use: str, reason: str = "so that responses can name it") -> Survey | None:
        """Return the saved survey; None with a message while edits are unsaved."""
        shown = self._draft.required_survey()
        if shown is None or not self._draft.edits.unsaved:
            return shown
        self.context.tell(f"{key_of('survey.save')} saves the edits first: only a saved version {use}, {reason}")
        return None

    def _worded_survey(self, shown: Survey | None, use: str) -> Survey | None:
        """Return the survey if all its options have words; else show which have none."""
        if shown is None or not shown.to_be_worded:
            return shown
        rows = [
            f"“{question.words}”: option {option.key} (segment {segment_of(shown, option)})"
            for question, option in shown.to_be_worded
        ]
        title = f"It cannot be {use}: {format_count(len(rows), 'option')} {TO_BE_WORDED}"
        self.context.tell(title, wrong=True)
        more = [
            "",
            with_keys(
                "{survey.reword} on the option writes it, one plain clause; its quotes hint at what participants mean."
            ),
            with_keys("{survey.save} then saves it."),
        ]
        self.context.show_report(title, [*rows, *more])
        return None

    def route(self) -> None:
        """Ask for a file of responses."""
        if self._worded_survey(self._saved_survey("routes"), "routed") is not None:
            about = with_keys(
                "CSV or JSON lines with an account a response. Labels get source survey; {study.undo} undoes them."
            )
            self.context.push(Prompt("Route which file of responses?", about=about, path=True), self._route)

    def _route(self, path: str | None) -> None:
        if path:
            about = "Leave it empty to detect it by name, such as account_id. Respondent and date are detected, too."
            self.context.push(
                Prompt("Which column names the account?", about=about, empty=True),
                partial(self._run_route, Path(path).expanduser()),
            )

    def _run_route(self, file: Path, column: str | None) -> None:
        if column is not None:
            arguments = ["survey", "route", str(file), "--json", *(["--account", column] if column else [])]
            self.context.run_verb(f"Routing {file.name}", self._show_routed, arguments)

    @shows_errors
    def _show_routed(self, outcome: Outcome) -> None:
        if outcome.code not in (0, PARTLY) or not isinstance(outcome.result, dict):
            raise failure(outcome)
        title, rows = words.routed(outcome.result)
        self.context.done(title)
        self.context.show_report(title, rows)
