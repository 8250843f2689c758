"""What a survey is used for: tried out, measured, exported, and sorting the people who answered it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from needsseg.actions.survey import TO_BE_WORDED, segment_of
from needsseg.actions.survey import survey as surveys
from needsseg.actions.survey.accuracy import accuracy as load_accuracy
from needsseg.errors import NeedssegError
from needsseg.text import format_count
from needsseg.tui.loading import aside, attempted
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
    """Each reads the survey and leaves it as it is."""

    def __init__(self, context: SurveyContext, draft: SurveyDraft) -> None:
        self.context, self._draft = context, draft
        self.pasted = ""
        """The answers that were tried out last."""
        self.measuring = False
        """Whether the accuracy is being measured."""

    def try_out(self) -> None:
        """Show where pasted answers would go."""
        shown = self._draft.required_survey()
        if shown is not None:
            self.context.push(TrialSheet(self.context.study, shown, self.pasted), self._tried)

    def _tried(self, text: str | None) -> None:
        if text is not None:
            self.pasted = text

    def accuracy(self) -> None:
        """Measure beside the screen how well the saved survey sorts people, as far as that is known."""
        shown = self._saved("is measured", "so that it is known which words were measured")
        if shown is not None and not self.measuring:
            self.measuring = True
            self.context.tell("measuring the accuracy …")
            self.context.run_worker(self._measure(shown), group="accuracy")

    async def _measure(self, shown: Survey) -> None:
        found = await attempted(aside(self.context.study.path, lambda study: load_accuracy(study, shown)))
        self.measuring = False
        if isinstance(found, NeedssegError):
            self.context.tell(self.context.worded(found), wrong=True)
            return
        if not self.context.is_current:
            # Something else was opened meanwhile, which a report must not cover.
            self.context.tell(found.sentence)
            return
        self.context.tell("nothing was changed by this")
        self.context.show_report("How well the survey sorts people", words.accuracy_lines(found, shown))

    def export(self) -> None:
        """Ask for what, then where to."""
        shown = self._worded(self._saved("exports"), "exported")
        if shown is not None:
            about = "Version and keys go into the file, so that responses come back with them."
            self.context.push(
                Prompt("Write the survey for what?", choices=KINDS, about=about, free=False),
                partial(self._where, shown),
            )

    def _where(self, shown: Survey, kind: str | None) -> None:
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

    def _saved(self, wants: str, why: str = "so that responses can name it") -> Survey | None:
        """The survey as saved; says so where edits are not."""
        shown = self._draft.required_survey()
        if shown is None or not self._draft.edits.unsaved:
            return shown
        self.context.tell(f"W saves the edits first: only a saved version {wants}, {why}")
        return None

    def _worded(self, shown: Survey | None, what: str) -> Survey | None:
        """The survey where all its options have words; shows which have none."""
        if shown is None or not shown.to_be_worded:
            return shown
        rows = [
            f"“{question.words}”: option {option.key} (segment {segment_of(shown, option)})"
            for question, option in shown.to_be_worded
        ]
        title = f"It cannot be {what}: {format_count(len(rows), 'option')} {TO_BE_WORDED}"
        self.context.tell(title, wrong=True)
        more = [
            "",
            "e on the option writes it, one plain clause; its quotes hint at what participants mean.",
            "W then saves it.",
        ]
        self.context.show_report(title, [*rows, *more])
        return None

    def route(self) -> None:
        """Ask for a file of responses."""
        if self._worded(self._saved("routes"), "routed") is not None:
            about = "CSV or JSON lines with an account a response. Labels get source survey; u undoes them."
            self.context.push(Prompt("Route which file of responses?", about=about, path=True), self._route)

    def _route(self, path: str | None) -> None:
        if path:
            about = "Nothing: found by its name, such as account_id. Who answered and when are found so too."
            self.context.push(
                Prompt("Which column names the account?", about=about, empty=True),
                partial(self._run_route, Path(path).expanduser()),
            )

    def _run_route(self, file: Path, column: str | None) -> None:
        if column is not None:
            arguments = ["survey", "route", str(file), "--json", *(["--account", column] if column else [])]
            self.context.run_verb(f"Routing {file.name}", self._routed, arguments)

    @shows_errors
    def _routed(self, outcome: Outcome) -> None:
        if outcome.code not in (0, PARTLY) or not isinstance(outcome.result, dict):
            raise failure(outcome)
        title, said = words.routed(outcome.result)
        self.context.done(title)
        self.context.show_report(title, said)
