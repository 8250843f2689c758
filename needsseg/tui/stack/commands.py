"""The commands of the stack screen: survival curves, the report, exports, a backlog's scores, triggers, patterns."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Protocol

from needsseg.actions.accounts import rollups
from needsseg.actions.playbook import rules
from needsseg.tui.accounts.filters import Filters
from needsseg.tui.accounts.profile_loader import ProfilesContext
from needsseg.tui.accounts.profiles import day_of
from needsseg.tui.keys.hints import with_keys
from needsseg.tui.report import ReportScreen
from needsseg.tui.screen_base import shows_errors
from needsseg.tui.stack.curves import CurvesScreen, Retention, followed
from needsseg.tui.stack.patterns import PatternsSheet
from needsseg.tui.stack.readout import ReadoutSheet
from needsseg.tui.stack.report import ReportChoice, WholeReport
from needsseg.tui.stack.rice import RiceSheet
from needsseg.tui.stack.scorecard import By, ScorecardSheet, UsersOf
from needsseg.tui.stack.triggers import TriggersSheet
from needsseg.tui.widgets.progress import failure
from needsseg.tui.widgets.prompt import Choice, Prompt

if TYPE_CHECKING:
    from needsseg.actions.accounts import Rollup
    from needsseg.tui.accounts.profile_loader import ProfileLoader
    from needsseg.tui.bookmark import Bookmark
    from needsseg.tui.child import Outcome

YEAR = 365
TIER_WORDS = {"lifecycle": "lifecycle stages", "behavioral": "behavioural segments", "trigger": "triggers"}


@dataclass(frozen=True, slots=True)
class CurveQuestion:
    """The choices for the curves: whose segments, which outcome, from which day; without a day each account has its own."""

    by: str
    outcome: str
    since: str = ""


CURVE_CHOICES = (
    Choice("needs churned", "needs segments: who leaves"),
    Choice("behavioral churned", "behavioural segments: who leaves"),
    Choice("needs at-risk", "needs segments: who is at risk at the end"),
)


class StackContext(ProfilesContext, Protocol):
    """The screen as its commands use it: the roll-up that is shown, and commands in a child process."""

    @property
    def rollup(self) -> Rollup | None:
        """The roll-up that is shown."""

    def run_verb(self, title: str, then: Callable[[Outcome], None], arguments: Sequence[str]) -> None:
        """Run a long command in a child process; ``then`` gets its outcome unless it was cancelled."""


class StackCommands:
    """Curves, report, export, scores, triggers, patterns."""

    def __init__(self, context: StackContext, loader: ProfileLoader) -> None:
        self.context, self._loader = context, loader
        self.backlog = ""
        """The path of the last scored backlog, as typed."""
        self._curve_question: CurveQuestion | None = None

    def show_accounts(self, filters: Filters) -> None:
        """Show accounts on their screen."""
        self.context.study_app.requested_accounts = filters
        self.context.study_app.action_go("accounts")

    def _has_date(self) -> bool:
        if self._loader.as_of is None:
            self.context.tell(
                "profiles are being computed; try again in a moment"
                if self._loader.computing
                else with_keys("{go.accounts} goes to the accounts: {accounts.import} imports some")
            )
        return self._loader.as_of is not None

    def curves(self) -> None:
        """Ask whose segments, then from which day."""
        if self._has_date():
            about = with_keys(
                "Accounts are followed by their subscriptions. This may take a while; {progress.cancel} cancels it."
            )
            self.context.push(
                Prompt("Follow accounts by which segments?", choices=CURVE_CHOICES, about=about, free=False),
                self._ask_since,
            )

    def _ask_since(self, answer: str | None) -> None:
        if answer is None or self._loader.as_of is None:
            return
        by, outcome = answer.split()
        earlier = (
            self._curve_question.since if self._curve_question is not None and self._curve_question.by == by else ""
        )
        last = self._loader.as_of.toordinal() - YEAR
        value = earlier or str(type(self._loader.as_of).fromordinal(last))
        about = "YYYY-MM-DD, after the last interview and before the as-of date."
        about += " Leave it empty to follow each from the day after its last interview." if by == "needs" else ""
        self.context.push(
            Prompt("Follow them from which day?", value=value, about=about, empty=by == "needs"),
            lambda words: self._follow(CurveQuestion(by, outcome, words)) if words is not None else None,
        )

    @shows_errors
    def _follow(self, question: CurveQuestion, curves: str = "") -> None:
        question = CurveQuestion(question.by, question.outcome, str(day_of(question.since)) if question.since else "")
        self._curve_question = question
        arguments = [
            "validate",
            "--as-of",
            str(self._loader.as_of),
            "--by",
            question.by,
            "--outcome",
            question.outcome,
            "--json",
        ]
        arguments += ["--since", question.since] if question.since else []
        arguments += ["--curves", curves] if curves else []
        self.context.run_verb(
            "Who stays, and whether segments add anything", partial(self._show_curves, curves), arguments
        )

    @shows_errors
    def _show_curves(self, curves: str, outcome: Outcome) -> None:
        if outcome.code or not isinstance(outcome.result, dict):
            raise failure(outcome)
        retention: Retention = followed(outcome.result, self._loader.signs)
        self.context.tell(f"wrote the curves to {curves}" if curves else "nothing was changed in the study")
        self.context.push(CurvesScreen(retention, f"written to {curves}" if curves else ""), self._write_curves)

    def _write_curves(self, confirmed: bool | None) -> None:
        if not confirmed or self._curve_question is None:
            return
        question = self._curve_question
        value = str(self.context.study.path.parent / f"curves-{question.by}-{self._loader.as_of}.svg")
        about = "An .svg is a picture, a .csv the figures. The curves are computed again with the same result."
        self.context.push(
            Prompt("Write the curves into which file?", value=value, about=about, path=True),
            lambda path: self._follow(question, str(Path(path).expanduser())) if path else None,
        )

    def report(self) -> None:
        """Show the report; retention is followed from the day last chosen for the curves."""
        folder = TemporaryDirectory(prefix="needsseg-report-")
        self.context.run_verb(
            "Gathering the report", partial(self._reported, folder), self._report_of(Path(folder.name) / "report.md")
        )

    def _report_of(self, path: Path) -> list[str]:
        since = (
            self._curve_question.since
            if self._curve_question is not None and self._curve_question.by == "needs"
            else ""
        )
        dated = ["--as-of", str(self._loader.as_of)] if self._loader.as_of is not None else []
        return ["report", str(path), *dated, *(["--since", since] if since else [])]

    @shows_errors
    def _reported(self, folder: TemporaryDirectory[str], outcome: Outcome) -> None:
        with folder:
            if outcome.code:
                raise failure(outcome)
            text = (Path(folder.name) / "report.md").read_text(encoding="utf-8")
        self.context.tell("nothing was changed in the study")
        self.context.push(WholeReport(text), self._after_reading)

    def _after_reading(self, choice: ReportChoice | None) -> None:
        if choice == "readout":
            self.context.push(ReadoutSheet(self.context.study), self._wrote_readout)
        elif choice == "write":
            value = str(
                self.context.study.path.parent / f"report-{self._loader.as_of or self.context.study.path.stem}.html"
            )
            about = (
                "An .html is one page that works offline, a .docx opens in Word, a .pptx has slides, an .md is for wikis. "
                "Names are pseudonyms."
            )
            self.context.push(
                Prompt("Write the report into which file?", value=value, about=about, path=True), self._run_report
            )

    @shows_errors
    def _wrote_readout(self, happened: str | None) -> None:
        if happened:
            self.context.tell(happened)
        self.report()

    def _run_report(self, path: str | None) -> None:
        if path:
            target = Path(path).expanduser()
            self.context.run_verb("Writing the report", partial(self._wrote_report, target), self._report_of(target))

    @shows_errors
    def _wrote_report(self, target: Path, outcome: Outcome) -> None:
        if outcome.code:
            raise failure(outcome)
        self.context.tell(f"wrote the report to {target}")

    def export(self) -> None:
        """Ask for a file to write the roll-up to."""
        rollup = self.context.rollup
        if rollup is None:
            if self._has_date():
                self.context.tell("there is no roll-up to write yet")
            return
        by = re.sub(r"[^\w.-]+", "_", rollup.by)  # a further column may be called anything
        value = str(self.context.study.path.parent / f"rollup-{rollup.rows_of}-by-{by}-{self._loader.as_of}.csv")
        about = "A line a cell; an empty row or column means all of them. An earlier roll-up of that name is replaced."
        self.context.push(
            Prompt("Write the roll-up into which CSV file?", value=value, about=about, path=True),
            partial(self._export, rollup),
        )

    @shows_errors
    def _export(self, rollup: Rollup, path: str | None) -> None:
        if path and self._loader.as_of is not None:
            written = rollups.write_rollup(self.context.study, rollup, self._loader.as_of, Path(path).expanduser())
            self.context.tell(f"wrote the roll-up to {written}")

    def ask_column(self, then: Callable[[str | None], None]) -> None:
        """Ask for a further column of the accounts; ``then`` gets its name, or None."""
        columns = rollups.further_columns(self.context.study)
        if not columns:
            self.context.tell("the accounts have no further columns: an import keeps those that are no field")
            return
        choices = [Choice(name, name, type_) for name, type_ in columns]
        self.context.push(Prompt("Divide accounts by which further column?", choices=choices, free=False), then)

    def rice(self) -> None:
        """Ask for a backlog."""
        if self._has_date():
            about = "CSV with feature, impact, confidence, effort, and segments (or columns such as reach:Builder)."
            self.context.push(Prompt("Score which backlog?", value=self.backlog, about=about, path=True), self._score)

    def _score(self, path: str | None) -> None:
        if path and self._loader.as_of is not None:
            self.backlog = path
            self.context.push(
                RiceSheet(self.context.study, Path(path).expanduser(), self._loader.as_of), lambda _: None
            )

    @shows_errors
    def definitions(self) -> None:
        """Show when each stage, segment and trigger holds, with the numbers in force."""
        rows: list[str] = []
        tier = ""
        for row in rules.definitions(self.context.study):
            if row.tier != tier:
                tier = row.tier
                rows += [
                    *([""] if rows else []),
                    f"{TIER_WORDS.get(tier, tier).upper()}{f', numbers of {row.file}' if row.file else ''}",
                ]
            rows.append(f"  {row.name.replace('_', ' ')}: {row.definition}")
        self.context.push(ReportScreen("Definitions", rows), lambda _: None)

    def triggers(self) -> None:
        """List triggered accounts."""
        if self._loader.as_of is not None and self._has_date():
            self.context.push(TriggersSheet(self.context.study, self._loader.as_of), self._go)
        else:
            self._has_date()

    def _go(self, place: Bookmark | None) -> None:
        if place is None:
            self.context.refresh_study()
        else:
            self.context.navigate(place, "stack")

    def patterns(self) -> None:
        """Look for patterns of use."""
        if self._has_date():
            self.context.run_verb(
                "Looking for patterns of use",
                self._show_patterns,
                ["patterns", "--as-of", str(self._loader.as_of), "--json"],
            )

    @shows_errors
    def _show_patterns(self, outcome: Outcome) -> None:
        if outcome.code or not isinstance(outcome.result, dict):
            raise failure(outcome)
        self.context.tell("nothing was changed in the study")
        self.context.push(
            PatternsSheet(self.context.study, outcome.result),
            lambda chosen: self.show_accounts(chosen) if chosen is not None else None,
        )

    def scorecard(self, by: tuple[str, ...] = ("needs",)) -> None:
        """Compare segments."""
        if self._has_date():
            self.context.run_verb(
                "Comparing segments",
                self._show_scorecard,
                ["scorecard", *self._divided(by), "--json"],
            )

    def _divided(self, by: tuple[str, ...]) -> list[str]:
        return ["--as-of", str(self._loader.as_of), *(part for name in by for part in ("--by", name))]

    @shows_errors
    def _show_scorecard(self, outcome: Outcome) -> None:
        if outcome.code or not isinstance(outcome.result, dict):
            raise failure(outcome)
        self.context.tell("nothing was changed in the study")
        by = tuple(outcome.result["by"])
        self.context.push(
            ScorecardSheet(self.context.study, outcome.result), lambda chosen: self._after_scorecard(by, chosen)
        )

    def _after_scorecard(self, by: tuple[str, ...], chosen: Filters | By | UsersOf | None) -> None:
        if isinstance(chosen, Filters):
            self.show_accounts(chosen)
        elif isinstance(chosen, By):
            self.scorecard(chosen.names)
        elif chosen is not None:
            self.context.run_verb(
                f"Finding the accounts that use {chosen.feature}",
                partial(self._show_users, chosen),
                ["usage", *self._divided(by), "--feature", chosen.feature, "--json"],
            )

    @shows_errors
    def _show_users(self, wanted: UsersOf, outcome: Outcome) -> None:
        if outcome.code or not isinstance(outcome.result, dict):
            raise failure(outcome)
        cell = outcome.result.get(wanted.segment, {})
        ids = cell.get("using" if wanted.using else "not_using", [])
        verb = "using" if wanted.using else "not using"
        self.show_accounts(Filters(only=frozenset(ids), only_named=f"{wanted.segment} {verb} {wanted.feature}"))
