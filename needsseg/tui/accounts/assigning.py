"""Assign the texts of a file to segments: preview the columns, ask for the target precision, run with pause and cancel."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import ProgressBar, Static

from needsseg.actions.accounts.source_reports import MappingProposal
from needsseg.actions.segments import assigning
from needsseg.errors import Fix
from needsseg.text import format_count, format_time_left
from needsseg.tui.accounts.mapping import Chosen, MappingScreen
from needsseg.tui.child import Outcome, Step
from needsseg.tui.keys.hints import key_hints, with_keys
from needsseg.tui.report import PARTLY
from needsseg.tui.screen_base import shows_errors
from needsseg.tui.widgets.progress import ProgressScreen, failure
from needsseg.tui.widgets.prompt import Choice, Prompt
from needsseg.tui.words import plain

if TYPE_CHECKING:
    from needsseg.tui.accounts.context import AccountsContext

FIELDS = {"text": "--text", "account_id": "--account", "date": "--at", "id": "--id"}
WORKING, WAITING = (
    "{assigning.pause} pauses · {progress.cancel} stops; finished parts are kept",
    "paused · {assigning.pause} resumes · {progress.cancel} stops; finished parts are kept",
)
PRECISION_CHOICES = (
    Choice("0.9", "0.9", "9 of 10 labels right; most texts get no label"),
    Choice("0.95", "0.95", "fewer labels, more certain"),
    Choice("0.8", "0.8", "more labels, 1 of 5 wrong"),
    Choice("0.7", "0.7", "many labels, 3 of 10 wrong"),
)


class AssignProgress(ProgressScreen):
    """The progress of a run over a file of texts, with the time left; p pauses it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("p", "pause", "pause, or resume", id="assigning.pause")]

    def __init__(self, title: str, command: Sequence[str]) -> None:
        # The child process waits while this file exists; it knows nothing of screens.
        self._private = TemporaryDirectory(prefix="needsseg-")
        self._pause = Path(self._private.name, "pause")
        self._began: tuple[float, int] | None = None
        super().__init__(title, [*command, "--pause-file", str(self._pause)])

    def compose(self) -> ComposeResult:
        """Yield title, step, bar and keys."""
        with Vertical():
            yield Static(plain(self._title, "bold"))
            yield Static("starting", id="doing", markup=False)
            yield ProgressBar(show_eta=False)
            yield Static(key_hints(WORKING), id="keys", markup=False)

    def _show(self, step: Step) -> None:
        super()._show(step)
        if step.doing != "assigning texts" or self._pause.exists():
            self._began = None  # time spent waiting would distort the speed
            return
        now = time.monotonic()
        began, texts_before = self._began = self._began or (now, step.done)
        if step.done > texts_before:
            seconds_left = (now - began) * (step.total - step.done) / (step.done - texts_before)
            progress = f"assigning texts · {step.done:,} of {step.total:,} · {format_time_left(seconds_left)}"
            self.query_one("#doing", Static).update(plain(progress))

    def action_pause(self) -> None:
        """Pause the child after the current texts, or resume it."""
        if self._pause.exists():
            self._pause.unlink()
        else:
            self._pause.touch()
        self.query_one("#keys", Static).update(key_hints(WAITING if self._pause.exists() else WORKING))

    def on_unmount(self) -> None:
        """Remove the temporary folder."""
        self._private.cleanup()


@dataclass(frozen=True, slots=True)
class AssignRequest:
    """A request to assign texts: the file, its columns and date formats as chosen, and the target precision."""

    file: Path
    chosen: Chosen
    precision: str = ""

    def arguments(self, fresh: bool) -> list[str]:
        """Return the command line's arguments for the request."""
        columns = [part for field, option in FIELDS.items() for part in (option, self.chosen.columns.get(field, ""))]
        dates = [
            part
            for field, form in self.chosen.dates.items()
            for part in ("--dates", f"{self.chosen.columns.get(field, field)}={form}")
        ]
        # An absolute path is never taken for an option.
        return [
            "assign", *columns, *dates, "--precision", self.precision, *["--fresh"] * fresh, "--json",
            str(self.file.absolute()),
        ]  # fmt: skip


def report_lines(result: dict[str, Any]) -> list[str]:
    """Return the report of an assigned file, a line each, from what ``assign --json`` printed."""
    texts = result["texts"]
    rows = [
        f"promised on the study's own passages: {result['expected_precision']:.0%} of labels right, "
        f"{result['expected_coverage']:.0%} of texts labelled"
    ]
    if result["claimed_precision"] is not None:
        rows.append(f"claimed of these labels: {result['claimed_precision']:.0%} right")
    rows += [f"{count:>9,}  {name} ({count / texts:.1%})" for name, count in result["segments"].items()]
    rows += [f"{count:>9,}  no label: {reason} ({count / texts:.1%})" for reason, count in result["abstained"].items()]
    rows += [f"{result['duplicates']:,} texts are repeats of others"] if result["duplicates"] else []
    rows += [f"{result['resumed']:,} texts were done in an earlier run"] if result["resumed"] else []
    rows += [f"refused: {format_count(count, 'row')}: {reason}" for reason, count in result["refused"].items()]
    rows += [f"All refused rows are in {result['rejects_file']}"] if result["refused"] else []
    return rows + [str(warning) for warning in result["warnings"]]


class TextAssigning:
    """Ask for a file of texts, its columns, the target precision; then assign."""

    def __init__(self, context: AccountsContext) -> None:
        self.context = context

    def ask_file(self) -> None:
        """Ask for a file of texts."""
        self.context.push(
            Prompt(
                "Assign the texts of which file?",
                path=True,
                about="CSV, JSON lines or Parquet with a column of texts: answers, tickets, reviews, call notes.",
            ),
            self._look,
        )

    @shows_errors
    def _look(self, path: str | None) -> None:
        if path:
            file = Path(path).expanduser()
            self._show_columns(AssignRequest(file, Chosen()), assigning.preview(self.context.study, file))

    def _show_columns(self, request: AssignRequest, proposal: MappingProposal, wrong: str = "") -> None:
        def propose(columns: dict[str, str], dates: dict[str, str]) -> MappingProposal:
            return assigning.preview(
                self.context.study, request.file, dict.fromkeys(proposal.fields, "") | columns, dates
            )

        chosen = request.chosen if request.chosen.columns else None
        self.context.push(
            MappingScreen(request.file.name, proposal, propose, chosen, wrong),
            partial(self._ask_precision, request.file, proposal),
        )

    def _ask_precision(self, file: Path, proposal: MappingProposal, chosen: Chosen | None) -> None:
        if chosen is None:
            return
        about = "A higher target gives fewer labels. A text that fits no segment, or two equally, gets none."
        self.context.push(
            Prompt("Target precision?", choices=PRECISION_CHOICES, free=False, about=about),
            lambda precision: self._assign(AssignRequest(file, chosen, precision), proposal) if precision else None,
        )

    def _assign(self, request: AssignRequest, proposal: MappingProposal, fresh: bool = False) -> None:
        command = self.context.study_app.command(*request.arguments(fresh))
        self.context.push(
            AssignProgress(f"Assigning {request.file.name}", command), partial(self._ended, request, proposal)
        )

    @shows_errors
    def _ended(self, request: AssignRequest, proposal: MappingProposal, outcome: Outcome | None) -> None:
        if outcome is None:
            self.context.done(
                with_keys("Cancelled, nothing changed; press {accounts.assign} with the same file to resume"),
                undo=False,
            )
        elif Fix.ASSIGN_AFRESH in failure(outcome).hint.fixes:
            self.context.push(
                Prompt(
                    "Start again?",
                    choices=[Choice("fresh", "start again", "the finished parts are discarded")],
                    about=outcome.error,
                    free=False,
                ),
                lambda answer: self._assign(request, proposal, fresh=True) if answer else None,
            )
        elif outcome.code not in (0, PARTLY):
            self._show_columns(request, proposal, self.context.worded(failure(outcome)))
        else:
            result = outcome.result if isinstance(outcome.result, dict) else {}
            title = f"labelled {result['labelled']:,} of {format_count(result['texts'], 'text')} in {result['file']}"
            if result["unchanged"]:
                self.context.done(f"{result['file']} was assigned before in the same way; nothing changed", undo=False)
            else:
                self.context.done(title)
            self.context.show_report(title, report_lines(result))
