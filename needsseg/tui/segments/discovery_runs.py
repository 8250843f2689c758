"""What a reviewer does with runs of discovery: start one, compare two, vary the study to see what holds."""

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
    """Discover, compare, vary; ``reload`` reads what the screen shows without a message of its own."""

    def __init__(self, context: SegmentsContext, reload: Callable[[], None]) -> None:
        self.context, self._reload = context, reload

    def compare(self) -> None:
        """Asks which two runs to compare; the two newest unless others are chosen."""
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
            partial(self._with_which, runs),
        )

    def _runs(self) -> list[Choice]:
        return [
            Choice(
                str(run.id), f"run {run.id}", f"{run.started_at[:16].replace('T', ' ')}, in {run.input_status} passages"
            )
            for run in segments.runs(self.context.study)
        ]

    def _with_which(self, runs: list[Choice], newer: str | None) -> None:
        if newer is None:
            return
        rest = [run for run in runs if run.value != newer]
        before = [run for run in rest if int(run.value) < int(newer)]
        self.context.push(
            Prompt(
                f"Compare run {newer} with which?",
                about="enter chooses the previous run",
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
        found = compare_runs(self.context.study, first, second)
        of = found.comparison
        said = [
            f"Agreement {of.agreement:.2f} (1 is the same, 0 is chance) over {format_count(of.common, 'passage')} "
            "in both.",
            f"{format_count(of.only_first, 'passage')} in run {first} only, {of.only_second} in run {second} only.",
            "",
            *found.sentences,
        ]
        self.context.show_report(f"From run {first} to run {second}", said)

    def sensitivity(self) -> None:
        """Varies the study a little, again and again, and shows what becomes of each segment."""
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
        said = [*firmness.verdict(self.context.study).lines] if rows else []
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
        said += ["", "With passages resampled", *(f"  {sentence}" for sentence in drawn)] if drawn else []
        said += ["", "What the figures mean", *(f"  {line}" for line in firmness.FIGURES_EXPLAINED)] if rows else []
        self.context.tell("nothing was changed by this")
        self.context.show_report("How stable the segments are", said or ["There was nothing to test."])

    @shows_errors
    def discover(self) -> None:
        """Discovers candidates anew; what people touched stays."""
        self.context.run_verb("Discovering candidates", self._discovered, ["discover", "--json"])

    @shows_errors
    def _discovered(self, outcome: Outcome) -> None:
        if outcome.code:
            raise failure(outcome)
        run = next(iter(segments.runs(self.context.study)), None)
        rows = listing(self.context.study)
        found = sum(row.status == "candidate" for row in rows)
        result = outcome.result if isinstance(outcome.result, dict) else {}
        also = f", {format_count(result['found_again'], 'kept one')} again" if result.get("found_again") else ""
        proposed = sum(row.proposed for row in rows)
        put = f", {format_count(proposed, 'passage')} proposed to kept ones" if proposed else ""
        self.context.done(f"found {format_count(found, 'candidate')}{also}{put}")
        if run is not None and (run.warnings or run.separate is False):
            said = [*firmness.verdict(self.context.study).lines, *run.warnings]
            self.context.show_report(f"Found {format_count(found, 'candidate')}{also}{put}", said)
