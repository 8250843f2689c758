"""What is done to a survey: drafted, edited, tried, measured, exported, used on responses."""

from __future__ import annotations

import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from needsseg.actions.survey import survey as surveys
from needsseg.errors import NeedssegError
from needsseg.text import format_count
from needsseg.tui.drafting import Drafting
from needsseg.tui.fixes import worded
from needsseg.tui.loading import aside
from needsseg.tui.screen_base import shows_errors
from needsseg.tui.stack.profiles import attempted
from needsseg.tui.survey import editing, words
from needsseg.tui.survey.desk import SurveyDesk
from needsseg.tui.widgets.prompt import Choice, Prompt

if TYPE_CHECKING:
    from needsseg.actions.survey.survey import Survey
    from needsseg.tui.child import Outcome

KINDS = (
    Choice("formbricks", "Formbricks", "a survey to create by its management API (.json)"),
    Choice("typeform", "Typeform", "a form to create by its create API (.json)"),
    Choice("markdown", "Markdown", "a sheet for people (.md)"),
    Choice("spec", "scoring spec", "all a product team needs to score answers without this program (.json)"),
)
PARTLY = 3


class SurveyVerbs(SurveyDesk):
    """The verbs; the screen shows what comes of them."""

    def __init__(self) -> None:
        super().__init__()
        self.pasted = ""
        self.measuring = False

    def action_draft(self) -> None:
        """Drafts questions in a child, which writes them to a file that is read then."""
        if self.confirmed < 2:
            self.tell("a survey tells two segments apart at least: F3 goes to them, c confirms one")
            return
        folder = Path(mkdtemp(prefix="needsseg-survey-"))
        file = folder / "draft.toml"
        self.run_verb("Drafting questions", partial(self._drafted, file), ["survey", "build", "--out", str(file)])

    @shows_errors
    def _drafted(self, file: Path, outcome: Outcome) -> None:
        from needsseg.tui.widgets.progress import failure

        try:
            if outcome.code:
                raise failure(outcome)
            drafted = surveys.from_toml(file.read_text(encoding="utf-8"), file.name)
        finally:
            shutil.rmtree(file.parent, ignore_errors=True)
        base = self.edits.saved.version if self.edits.saved is not None else ""
        self.edited(replace(drafted, version=base), f"drafted {format_count(len(drafted.questions), 'question')}")

    def action_reword(self) -> None:
        """Asks for other words for the question or option under the cursor."""
        shown, question = self.needed(), self.question
        if shown is None or question is None:
            return
        option = None if self.on_questions else self.option
        before = question.words if option is None else option.words
        what = "What is asked?" if option is None else "What does this option say?"
        about = "" if option is None else f"One plain neutral clause that answers “{question.words}”"
        key = None if option is None else option.key
        draft = Drafting(self.study, "survey words", f"{question.key}/{key or ''}", f"{what} ({question.key})")
        self.app.push_screen(
            Prompt(what, value=before, about=about, draft=draft),
            draft.until_saved(partial(self._reword, question.key, key), stored=False),
        )

    @shows_errors
    def _reword(self, question: str, option: str | None, said: str | None) -> None:
        shown = self.edits.shown
        if said and shown is not None:
            made = surveys.valid(editing.reworded(shown, question, option, said))
            self.edited(made, "other words for the question" if option is None else "other words for the option")

    def action_likelihoods(self) -> None:
        """Asks how likely the option under the cursor is."""
        from needsseg.tui.survey.likelihoods import LikelihoodSheet

        shown, question, option = self.needed(), self.question, self.option
        if shown is None or question is None:
            return
        if self.on_questions or option is None:
            self.tell("enter goes to the options; l is for the one under the cursor")
            return
        self.app.push_screen(LikelihoodSheet(shown, question.key, option.key), self._likelier)

    @shows_errors
    def _likelier(self, made: Survey | None) -> None:
        if made is not None:
            self.edited(surveys.valid(made), "other likelihoods")

    @shows_errors
    def action_choose(self) -> None:
        """Asks the question under the cursor, or no more."""
        shown, question = self.needed(), self.question
        if shown is not None and question is not None:
            made = editing.asked_or_not(shown, question.key)
            happened = "asks it" if question.key in made.chosen else "does not ask it any more"
            left = "" if len(made.chosen) == editing.MOST_ASKED else f", {len(made.chosen)} of {editing.MOST_ASKED}"
            self.edited(made, f"{happened}{left}")

    @shows_errors
    def action_reorder(self) -> None:
        """Orders what is asked by what each tells."""
        shown = self.needed()
        if shown is not None:
            self._unless_so(editing.ordered(shown), "ordered by gain", "they are in this order")

    @shows_errors
    def action_pick(self) -> None:
        """Picks five questions anew."""
        shown = self.needed()
        if shown is not None:
            self._unless_so(surveys.choose(shown), "picked those that tell most", "these are the ones that tell most")

    def _unless_so(self, made: Survey, happened: str, already: str) -> None:
        if made == self.edits.shown:
            self.tell(already)
        else:
            self.edited(made, happened)

    def action_try_out(self) -> None:
        """Shows where pasted answers would go."""
        from needsseg.tui.survey.trial import TrialSheet

        shown = self.needed()
        if shown is not None:
            self.app.push_screen(TrialSheet(self.study, shown, self.pasted), self._tried)

    def _tried(self, text: str | None) -> None:
        if text is not None:
            self.pasted = text

    def action_accuracy(self) -> None:
        """Measures beside the screen how well the saved survey sorts people, as far as that is known."""
        shown = self._saved("is measured", "so that it is known which words were measured")
        if shown is not None and not self.measuring:
            self.measuring = True
            self.tell("measuring the accuracy …")
            self.run_worker(self._measure(shown), group="accuracy")

    async def _measure(self, shown: Survey) -> None:
        from needsseg.tui.report import ReportScreen

        found = await attempted(aside(self.study.path, lambda study: surveys.accuracy(study, shown)))
        self.measuring = False
        if isinstance(found, NeedssegError):
            self.tell(worded(found, self.app), wrong=True)
            return
        if not self.is_current:
            # Something else was opened meanwhile, which a report must not cover.
            self.tell(found.sentence)
            return
        self.tell("nothing was changed by this")
        self.app.push_screen(ReportScreen("How well the survey sorts people", words.accuracy_lines(found, shown)))

    @shows_errors
    def action_versions(self) -> None:
        """Offers the versions to take up."""
        kept = surveys.versions(self.study)
        if not kept:
            self.tell("no version is saved yet: W saves one")
            return
        choices = [Choice(row.version, row.version, words.version_about(row)) for row in kept]
        about = "It is shown as edits; W saves it as the next version. Responses keep the version they came by."
        self.app.push_screen(Prompt("Take up which version?", choices=choices, about=about, free=False), self._take_up)

    @shows_errors
    def _take_up(self, version: str | None) -> None:
        if version is None:
            return
        older = surveys.current(self.study, version)
        base = self.edits.saved.version if self.edits.saved is not None else ""
        self.edited(replace(older, version=base), f"took up {version}")

    def action_export(self) -> None:
        """Asks for what, then where to."""
        shown = self._worded(self._saved("exports"), "exported")
        if shown is not None:
            about = "Version and keys go into the file, so that responses come back with them."
            self.app.push_screen(
                Prompt("Write the survey for what?", choices=KINDS, about=about, free=False),
                partial(self._where, shown),
            )

    def _where(self, shown: Survey, kind: str | None) -> None:
        if kind is None:
            return
        ending = "md" if kind == "markdown" else "json"
        value = str(self.study.path.parent / f"survey-{shown.version}-{kind}.{ending}")
        self.app.push_screen(
            Prompt("Write it into which file?", value=value, path=True), partial(self._export, shown, kind)
        )

    @shows_errors
    def _export(self, shown: Survey, kind: str, path: str | None) -> None:
        if path:
            file = Path(path).expanduser()
            self.tell(f"wrote {shown.version} to {surveys.export(self.study, shown, file, kind)}")

    def _saved(self, wants: str, why: str = "so that responses can name it") -> Survey | None:
        """The survey as saved; says so where edits are not."""
        shown = self.needed()
        if shown is None or not self.edits.unsaved:
            return shown
        self.tell(f"W saves the edits first: only a saved version {wants}, {why}")
        return None

    def _worded(self, shown: Survey | None, what: str) -> Survey | None:
        """The survey where all its options have words; shows which have none."""
        from needsseg.tui.report import ReportScreen

        if shown is None or not shown.to_be_worded:
            return shown
        rows = [
            f"“{question.words}”: option {option.key} (segment {surveys.segment_of(shown, option)})"
            for question, option in shown.to_be_worded
        ]
        title = f"It cannot be {what}: {format_count(len(rows), 'option')} {surveys.TO_BE_WORDED}"
        self.tell(title, wrong=True)
        more = [
            "",
            "e on the option writes it, one plain clause; its quotes hint at what participants mean.",
            "W then saves it.",
        ]
        self.app.push_screen(ReportScreen(title, [*rows, *more]))
        return None

    def action_route(self) -> None:
        """Asks for a file of responses."""
        if self._worded(self._saved("routes"), "routed") is not None:
            about = "CSV or JSON lines with an account a response. Labels get source survey; u takes them back."
            self.app.push_screen(Prompt("Route which file of responses?", about=about, path=True), self._route)

    def _route(self, path: str | None) -> None:
        if path:
            about = "Nothing: found by its name, such as account_id. Who answered and when are found so too."
            self.app.push_screen(
                Prompt("Which column names the account?", about=about, empty=True),
                partial(self._run_route, Path(path).expanduser()),
            )

    def _run_route(self, file: Path, column: str | None) -> None:
        if column is not None:
            arguments = ["survey", "route", str(file), "--json", *(["--account", column] if column else [])]
            self.run_verb(f"Routing {file.name}", self._routed, arguments)

    @shows_errors
    def _routed(self, outcome: Outcome) -> None:
        from needsseg.tui.report import ReportScreen
        from needsseg.tui.widgets.progress import failure

        if outcome.code not in (0, PARTLY) or not isinstance(outcome.result, dict):
            raise failure(outcome)
        title, said = words.routed(outcome.result)
        self.done(title)
        self.app.push_screen(ReportScreen(title, said))
