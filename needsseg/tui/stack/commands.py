"""What is opened from the stack: curves of who stays, a backlog's scores, triggers, patterns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Protocol

from needsseg.actions.accounts import rollups
from needsseg.tui.accounts.filters import Filters
from needsseg.tui.accounts.profile_loader import ProfilesContext
from needsseg.tui.accounts.profiles import day_of
from needsseg.tui.keys.hints import with_keys
from needsseg.tui.screen_base import shows_errors
from needsseg.tui.stack.curves import CurvesScreen, Followed, followed
from needsseg.tui.stack.patterns import PatternsSheet
from needsseg.tui.stack.report import WholeReport
from needsseg.tui.stack.rice import RiceSheet
from needsseg.tui.stack.triggers import TriggersSheet
from needsseg.tui.widgets.progress import failure
from needsseg.tui.widgets.prompt import Choice, Prompt

if TYPE_CHECKING:
    from needsseg.actions.accounts import Rollup
    from needsseg.tui.accounts.profile_loader import ProfileLoader
    from needsseg.tui.bookmark import Bookmark
    from needsseg.tui.child import Outcome

YEAR = 365


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the curves: whose segments, which outcome, from which day; no day is each account's own."""

    by: str
    outcome: str
    since: str = ""


ASKED = (
    Choice("needs churned", "needs segments: who leaves"),
    Choice("behavioral churned", "behavioural segments: who leaves"),
    Choice("needs at-risk", "needs segments: who is at risk at the end"),
)


class StackContext(ProfilesContext, Protocol):
    """The screen as its commands know it: the roll-up that is shown, and commands in a child."""

    @property
    def made(self) -> Rollup | None:
        """The roll-up that is shown."""

    def run_verb(self, title: str, then: Callable[[Outcome], None], arguments: Sequence[str]) -> None:
        """Run a long command in a child process; ``then`` gets its outcome unless it was cancelled."""


class StackCommands:
    """Curves, report, export, scores, triggers, patterns."""

    def __init__(self, context: StackContext, loader: ProfileLoader) -> None:
        self.context, self._loader = context, loader
        self.backlog = ""
        """The backlog that was scored last, as it was typed."""
        self._asked: Question | None = None

    def show_accounts(self, filters: Filters) -> None:
        """Shows accounts on their screen."""
        self.context.study_app.wanted_accounts = filters
        self.context.study_app.action_go("accounts")

    def _dated(self) -> bool:
        if self._loader.as_of is None:
            self.context.tell(
                "profiles are being computed; try again in a moment"
                if self._loader.computing
                else with_keys("{go.accounts} goes to the accounts: {accounts.import} imports some")
            )
        return self._loader.as_of is not None

    def curves(self) -> None:
        """Asks whose segments, then from which day."""
        if self._dated():
            about = with_keys(
                "Accounts are followed by their subscriptions. A child computes; {progress.cancel} ends it."
            )
            self.context.push(
                Prompt("Follow accounts by which segments?", choices=ASKED, about=about, free=False), self._from_when
            )

    def _from_when(self, chosen: str | None) -> None:
        if chosen is None or self._loader.as_of is None:
            return
        by, outcome = chosen.split()
        before = self._asked.since if self._asked is not None and self._asked.by == by else ""
        last = self._loader.as_of.toordinal() - YEAR
        value = before or str(type(self._loader.as_of).fromordinal(last))
        about = "YYYY-MM-DD, after the last interview and before the as-of date."
        about += " Nothing: each from the day after its last interview." if by == "needs" else ""
        self.context.push(
            Prompt("Follow them from which day?", value=value, about=about, empty=by == "needs"),
            lambda words: self._follow(Question(by, outcome, words)) if words is not None else None,
        )

    @shows_errors
    def _follow(self, asked: Question, curves: str = "") -> None:
        asked = Question(asked.by, asked.outcome, str(day_of(asked.since)) if asked.since else "")
        self._asked = asked
        arguments = [
            "validate",
            "--as-of",
            str(self._loader.as_of),
            "--by",
            asked.by,
            "--outcome",
            asked.outcome,
            "--json",
        ]
        arguments += ["--since", asked.since] if asked.since else []
        arguments += ["--curves", curves] if curves else []
        self.context.run_verb(
            "Who stays, and whether segments add anything", partial(self._followed, curves), arguments
        )

    @shows_errors
    def _followed(self, curves: str, outcome: Outcome) -> None:
        if outcome.code or not isinstance(outcome.result, dict):
            raise failure(outcome)
        found: Followed = followed(outcome.result, self._loader.signs)
        self.context.tell(f"wrote the curves to {curves}" if curves else "nothing was changed by this")
        self.context.push(CurvesScreen(found, f"written to {curves}" if curves else ""), self._write_curves)

    def _write_curves(self, wanted: bool | None) -> None:
        if not wanted or self._asked is None:
            return
        asked = self._asked
        value = str(self.context.study.path.parent / f"curves-{asked.by}-{self._loader.as_of}.svg")
        about = "An .svg is a picture, a .csv the figures. They are computed again, and are the same."
        self.context.push(
            Prompt("Write the curves into which file?", value=value, about=about, path=True),
            lambda path: self._follow(asked, str(Path(path).expanduser())) if path else None,
        )

    def report(self) -> None:
        """Shows the report; who stays is followed from the day that was asked of the curves."""
        held = TemporaryDirectory(prefix="needsseg-report-")
        self.context.run_verb(
            "Gathering the report", partial(self._reported, held), self._report_of(Path(held.name) / "report.md")
        )

    def _report_of(self, path: Path) -> list[str]:
        since = self._asked.since if self._asked is not None and self._asked.by == "needs" else ""
        dated = ["--as-of", str(self._loader.as_of)] if self._loader.as_of is not None else []
        return ["report", str(path), *dated, *(["--since", since] if since else [])]

    @shows_errors
    def _reported(self, held: TemporaryDirectory[str], outcome: Outcome) -> None:
        with held:
            if outcome.code:
                raise failure(outcome)
            text = (Path(held.name) / "report.md").read_text(encoding="utf-8")
        self.context.tell("nothing was changed by this")
        self.context.push(WholeReport(text), self._write_report)

    def _write_report(self, wanted: bool | None) -> None:
        if wanted:
            value = str(
                self.context.study.path.parent / f"report-{self._loader.as_of or self.context.study.path.stem}.html"
            )
            about = (
                "An .html is one page with map and curves that works offline, an .md is for wikis. Names are "
                "pseudonyms."
            )
            self.context.push(
                Prompt("Write the report into which file?", value=value, about=about, path=True), self._written_to
            )

    def _written_to(self, path: str | None) -> None:
        if path:
            target = Path(path).expanduser()
            self.context.run_verb("Writing the report", partial(self._wrote_report, target), self._report_of(target))

    @shows_errors
    def _wrote_report(self, target: Path, outcome: Outcome) -> None:
        if outcome.code:
            raise failure(outcome)
        self.context.tell(f"wrote the report to {target}")

    def export(self) -> None:
        """Asks for a file to write the roll-up to."""
        made = self.context.made
        if made is None:
            if self._dated():
                self.context.tell("there is no roll-up to write yet")
            return
        value = str(self.context.study.path.parent / f"rollup-{made.rows_of}-by-{made.by}-{self._loader.as_of}.csv")
        about = "A line a cell; an empty row or column means all of them. An earlier roll-up of that name is replaced."
        self.context.push(
            Prompt("Write the roll-up into which CSV file?", value=value, about=about, path=True),
            partial(self._export, made),
        )

    @shows_errors
    def _export(self, made: Rollup, path: str | None) -> None:
        if path and self._loader.as_of is not None:
            written = rollups.write_rollup(self.context.study, made, self._loader.as_of, Path(path).expanduser())
            self.context.tell(f"wrote the roll-up to {written}")

    def rice(self) -> None:
        """Asks for a backlog."""
        if self._dated():
            about = "CSV with feature, impact, confidence, effort, and segments (or columns such as reach:Builder)."
            self.context.push(Prompt("Score which backlog?", value=self.backlog, about=about, path=True), self._score)

    def _score(self, path: str | None) -> None:
        if path and self._loader.as_of is not None:
            self.backlog = path
            self.context.push(
                RiceSheet(self.context.study, Path(path).expanduser(), self._loader.as_of), lambda _: None
            )

    def triggers(self) -> None:
        """Shows when accounts asked for something."""
        if self._loader.as_of is not None and self._dated():
            self.context.push(TriggersSheet(self.context.study, self._loader.as_of), self._go)
        else:
            self._dated()

    def _go(self, place: Bookmark | None) -> None:
        if place is None:
            self.context.refresh_study()
        else:
            self.context.navigate(place, "stack")

    def patterns(self) -> None:
        """Looks for patterns of use."""
        if self._dated():
            self.context.run_verb(
                "Looking for patterns of use",
                self._patterned,
                ["patterns", "--as-of", str(self._loader.as_of), "--json"],
            )

    @shows_errors
    def _patterned(self, outcome: Outcome) -> None:
        if outcome.code or not isinstance(outcome.result, dict):
            raise failure(outcome)
        self.context.tell("nothing was changed by this")
        self.context.push(
            PatternsSheet(self.context.study, outcome.result),
            lambda chosen: self.show_accounts(chosen) if chosen is not None else None,
        )
