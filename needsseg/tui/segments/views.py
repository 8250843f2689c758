"""What a reviewer looks at besides the quotes: all the evidence, map, questions, people, lineage, runs, sensitivity."""

from __future__ import annotations

from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

from needsseg.actions.discovery import comparing, evidence, firmness
from needsseg.actions.segments import lineage, segments
from needsseg.text import format_count
from needsseg.tui.report import ReportScreen
from needsseg.tui.screen_base import shows_errors
from needsseg.tui.segments.desk import SegmentDesk
from needsseg.tui.widgets import evidence_words
from needsseg.tui.widgets.prompt import Choice, Prompt

if TYPE_CHECKING:
    from needsseg.tui.child import Outcome

KINDS = {
    "participant": "One participant left out at a time",
    "again": "Clustered again",
    "suggestions": "With other passages",
}


class ReviewReading(SegmentDesk):
    """Each of these shows something and changes nothing, but for the answers to questions."""

    def action_details(self) -> None:
        """Shows all the evidence but the quotes."""
        here = self.needed()
        if here is not None and self.shown is None:
            self.tell("the evidence is being read: press again once it is there")
        if here is not None and self.shown is not None:
            said = [*firmness.verdict(self.study).lines, ""]
            said += evidence_words.details(self.shown, self.backing.get(here.id), self.companies)
            said += ["", "What the figures mean:", *(f"  {line}" for line in firmness.FIGURES_EXPLAINED)]
            self.app.push_screen(ReportScreen(here.name, said))

    @shows_errors
    def action_lineage(self) -> None:
        """Shows what came of which candidate, who did it and when."""
        here = self.needed()
        if here is None:
            return
        events = lineage.lineage(self.study, here.id)
        said = [
            f"{event.at[:16].replace('T', ' '):<16}  {event.actor or '':<10}  {event.what}".rstrip() for event in events
        ]
        self.app.push_screen(ReportScreen(f"How “{here.name}” came to be", said or ["Nothing is known of it."]))

    def action_questions(self) -> None:
        """Asks what helps most, passage by passage."""
        from needsseg.tui.segments.question import QuestionScreen

        if not segments.runs(self.study):
            self.tell("questions come once candidates were discovered: D")
            return

        def ended(answered: int | None) -> None:
            if answered:
                self.done(f"answered {format_count(answered, 'question')}", steps=answered)
            else:
                self.tell("no question was answered")

        self.app.push_screen(QuestionScreen(self.study, self.desk.reviewer, self.question_keys), ended)

    def action_needs(self) -> None:
        """Shows the needs in view, to be stated, reworded, ordered and dropped."""
        from needsseg.tui.segments.needs import NeedsScreen

        self.app.push_screen(NeedsScreen(self.study), lambda _: self.refresh_study())

    @shows_errors
    def action_participants(self) -> None:
        """Shows every participant's primary need."""
        from needsseg.tui.segments.people import PeopleScreen

        self.app.push_screen(PeopleScreen(self.study), self._person)

    @shows_errors
    def action_pairs(self) -> None:
        """Shows which passages are kept together or apart."""
        from needsseg.tui.segments.pairs import PairsScreen

        self.app.push_screen(PairsScreen(self.study), lambda _: self.refresh_study())

    def _person(self, interview: str | None) -> None:
        if interview is not None:
            self.desk.open_passage(interview, None, "segments")

    def action_compare(self) -> None:
        """Asks which two runs to compare; the two newest unless others are chosen."""
        runs = self._runs()
        if len(runs) < 2:
            self.tell("there is one run only: D discovers again" if runs else "there are no runs yet: D discovers")
            return
        self.app.push_screen(
            Prompt("Compare which run?", about="enter takes the newest", choices=runs, free=False),
            partial(self._with_which, runs),
        )

    def _runs(self) -> list[Choice]:
        return [
            Choice(
                str(run.id), f"run {run.id}", f"{run.started_at[:16].replace('T', ' ')}, in {run.input_status} passages"
            )
            for run in segments.runs(self.study)
        ]

    def _with_which(self, runs: list[Choice], newer: str | None) -> None:
        if newer is None:
            return
        rest = [run for run in runs if run.value != newer]
        before = [run for run in rest if int(run.value) < int(newer)]
        self.app.push_screen(
            Prompt(
                f"Compare run {newer} with which?",
                about="enter takes the one before it",
                choices=[*before, *(run for run in rest if run not in before)],
                free=False,
            ),
            partial(self._compared, int(newer)),
        )

    @shows_errors
    def _compared(self, newer: int, other: str | None) -> None:
        if other is None:
            return
        first, second = sorted((newer, int(other)))
        found = comparing.compare_runs(self.study, first, second)
        of = found.comparison
        said = [
            f"Agreement {of.agreement:.2f} (1 is the same, 0 is chance) over {format_count(of.common, 'passage')} in both.",
            f"{format_count(of.only_first, 'passage')} in run {first} only, {of.only_second} in run {second} only.",
            "",
            *found.sentences,
        ]
        self.app.push_screen(ReportScreen(f"From run {first} to run {second}", said))

    def action_sensitivity(self) -> None:
        """Varies the study a little, again and again, and shows what becomes of each segment."""
        if not segments.runs(self.study):
            self.tell("nothing to vary before candidates are discovered: D")
            return
        self.run_verb("How much hangs on whom", self._varied, ["sensitivity", "--json"])

    @shows_errors
    def _varied(self, outcome: Outcome) -> None:
        from needsseg.tui.widgets.progress import failure

        if outcome.code or not isinstance(outcome.result, dict):
            raise failure(outcome)
        self.reload()
        rows = [row for row in outcome.result.get("rows", []) if isinstance(row, dict)]
        said = [*firmness.verdict(self.study).lines] if rows else []
        names = outcome.result.get("base", {})
        firm = [row for row in outcome.result.get("segments", []) if isinstance(row, dict)]
        said += ["", "Each segment"] if firm else []
        for row in firm:
            against = f"; {row['against']}" if row.get("against") else ""
            said.append(f"  {names.get(str(row.get('segment')), '')}: {row.get('firmness', '')}{against}")
        for kind, group in groupby(
            (row for row in rows if row.get("kind") != "resample"), key=lambda row: row.get("kind")
        ):
            said += ["", KINDS.get(str(kind), str(kind)), *(f"  {row.get('sentence', '')}" for row in group)]
        drawn = outcome.result.get("resampled", [])
        said += ["", "With passages drawn again", *(f"  {sentence}" for sentence in drawn)] if drawn else []
        said += ["", "What the figures mean", *(f"  {line}" for line in firmness.FIGURES_EXPLAINED)] if rows else []
        self.tell("nothing was changed by this")
        self.app.push_screen(ReportScreen("What the segments hang on", said or ["There was nothing to vary."]))

    @shows_errors
    def action_discover(self) -> None:
        """Discovers candidates anew; what people touched stays."""
        self.run_verb("Discovering candidates", self._discovered, ["discover", "--json"])

    @shows_errors
    def _discovered(self, outcome: Outcome) -> None:
        from needsseg.tui.widgets.progress import failure

        if outcome.code:
            raise failure(outcome)
        run = next(iter(segments.runs(self.study)), None)
        rows = evidence.listing(self.study)
        found = sum(row.status == "candidate" for row in rows)
        result = outcome.result if isinstance(outcome.result, dict) else {}
        also = f", {format_count(result['found_again'], 'kept one')} again" if result.get("found_again") else ""
        proposed = sum(row.proposed for row in rows)
        put = f", {format_count(proposed, 'passage')} proposed to kept ones" if proposed else ""
        self.done(f"found {format_count(found, 'candidate')}{also}{put}")
        if run is not None and (run.warnings or run.separate is False):
            said = [*firmness.verdict(self.study).lines, *run.warnings]
            self.app.push_screen(ReportScreen(f"Found {format_count(found, 'candidate')}{also}{put}", said))
