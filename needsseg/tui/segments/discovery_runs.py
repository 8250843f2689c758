"""The commands on discovery runs: start one, compare two, test how stable the segments are."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

from needsseg.actions.discovery import firmness
from needsseg.actions.discovery.comparing import compare_runs
from needsseg.actions.discovery.evidence import listing
from needsseg.actions.segments import segments
from needsseg.text import format_count
from needsseg.tui.keys.hints import with_keys
from needsseg.tui.screen_base import shows_errors
from needsseg.tui.widgets.progress import failure
from needsseg.tui.widgets.prompt import Choice, Prompt

if TYPE_CHECKING:
    from needsseg.tui.child import Outcome
    from needsseg.tui.segments.context import SegmentsContext

KINDS = {
    "participant": "Leaving out one participant at a time",
    "again": "Clustered again",
    "suggestions": "With different passages",
}


class DiscoveryRuns:
    """Discover, compare, test stability; ``reload`` refreshes the screen without a message."""

    def __init__(self, context: SegmentsContext, reload: Callable[[], None]) -> None:
        self.context, self._reload = context, reload

    def compare(self) -> None:
        """Ask which two runs to compare; the default is the two newest."""
        runs = self._runs()
        if len(runs) < 2:
            self.context.tell(
                with_keys("there is only one run: {segments.discover} discovers again")
                if runs
                else with_keys("there are no runs yet: {segments.discover} discovers")
            )
            return
        self.context.push(
            Prompt("Compare which run?", about="enter chooses the newest", choices=runs, free=False),
            partial(self._ask_second, runs),
        )

    def _runs(self) -> list[Choice]:
        return [
            Choice(
                str(run.id), f"run {run.id}", f"{run.started_at[:16].replace('T', ' ')}, in {run.input_status} passages"
            )
            for run in segments.runs(self.context.study)
        ]

    def _ask_second(self, runs: list[Choice], newer: str | None) -> None:
        if newer is None:
            return
        rest = [run for run in runs if run.value != newer]
        older = [run for run in rest if int(run.value) < int(newer)]
        self.context.push(
            Prompt(
                f"Compare run {newer} with which?",
                about="enter chooses the previous run",
                choices=[*older, *(run for run in rest if run not in older)],
                free=False,
            ),
            partial(self._compared, int(newer)),
        )

    @shows_errors
    def _compared(self, newer: int, other: str | None) -> None:
        if other is None:
            return
        first, second = sorted((newer, int(other)))
        result = compare_runs(self.context.study, first, second)
        comparison = result.comparison
        rows = [
            f"Agreement {comparison.agreement:.2f} (1 is the same, 0 is chance) over "
            f"{format_count(comparison.common, 'passage')} in both.",
            f"{format_count(comparison.only_first, 'passage')} in run {first} only, "
            f"{comparison.only_second} in run {second} only.",
            "",
            *result.sentences,
        ]
        self.context.show_report(f"From run {first} to run {second}", rows)

    def sensitivity(self) -> None:
        """Test how stable each segment is under small changes of the study, and show the report."""
        if not segments.runs(self.context.study):
            self.context.tell(with_keys("nothing to test yet: {segments.discover} discovers candidates"))
            return
        self.context.run_verb("Sensitivity to single interviews", self._varied, ["sensitivity", "--json"])

    @shows_errors
    def _varied(self, outcome: Outcome) -> None:
        if outcome.code or not isinstance(outcome.result, dict):
            raise failure(outcome)
        self._reload()
        rows = [row for row in outcome.result.get("rows", []) if isinstance(row, dict)]
        report = [*firmness.verdict(self.context.study).lines] if rows else []
        names = outcome.result.get("base", {})
        segment_rows = [row for row in outcome.result.get("segments", []) if isinstance(row, dict)]
        report += ["", "Each segment"] if segment_rows else []
        for row in segment_rows:
            against = f"; {row['against']}" if row.get("against") else ""
            report.append(f"  {names.get(str(row.get('segment')), '')}: {row.get('firmness', '')}{against}")
        for kind, group in groupby(
            (row for row in rows if row.get("kind") != "resample"), key=lambda row: row.get("kind")
        ):
            report += ["", KINDS.get(str(kind), str(kind)), *(f"  {row.get('sentence', '')}" for row in group)]
        resampled = outcome.result.get("resampled", [])
        report += ["", "With passages resampled", *(f"  {sentence}" for sentence in resampled)] if resampled else []
        report += ["", "What the figures mean", *(f"  {line}" for line in firmness.FIGURES_EXPLAINED)] if rows else []
        self.context.tell("nothing was changed in the study")
        self.context.show_report("How stable the segments are", report or ["There is nothing to test."])

    @shows_errors
    def discover(self) -> None:
        """Discover candidates again; segments that people changed stay."""
        self.context.run_verb("Discovering candidates", self._discovered, ["discover", "--json"])

    @shows_errors
    def _discovered(self, outcome: Outcome) -> None:
        if outcome.code:
            raise failure(outcome)
        run = next(iter(segments.runs(self.context.study)), None)
        rows = listing(self.context.study)
        count = sum(row.status == "candidate" for row in rows)
        result = outcome.result if isinstance(outcome.result, dict) else {}
        found_again = f", {format_count(result['found_again'], 'kept one')} again" if result.get("found_again") else ""
        proposed = sum(row.proposed for row in rows)
        proposals = f", {format_count(proposed, 'passage')} proposed to kept ones" if proposed else ""
        self.context.done(f"found {format_count(count, 'candidate')}{found_again}{proposals}")
        if run is not None and (run.warnings or run.separate is False):
            report = [*firmness.verdict(self.context.study).lines, *run.warnings]
            self.context.show_report(f"Found {format_count(count, 'candidate')}{found_again}{proposals}", report)
