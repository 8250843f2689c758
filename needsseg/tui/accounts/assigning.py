"""Texts from a file onto segments, from the accounts screen: the columns shown first, then progress, pause and cancel."""

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

from needsseg.actions.accounts.account_sources import MappingProposal
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
SURE = (
    Choice("0.9", "0.9", "9 of 10 labels right; most texts get no label"),
    Choice("0.95", "0.95", "fewer labels, more certain"),
    Choice("0.8", "0.8", "more labels, 1 of 5 wrong"),
    Choice("0.7", "0.7", "many labels, 3 of 10 wrong"),
)


class AssignProgress(ProgressScreen):
    """A run over a file of texts: how far, how long still, and p to pause it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("p", "pause", "pause, or resume", id="assigning.pause")]

    def __init__(self, title: str, command: Sequence[str]) -> None:
        # The child waits while this file is there; it knows nothing of screens.
        self._private = TemporaryDirectory(prefix="needsseg-")
        self._pause = Path(self._private.name, "pause")
        self._began: tuple[float, int] | None = None
        super().__init__(title, [*command, "--pause-file", str(self._pause)])

    def compose(self) -> ComposeResult:
        """Title, step, bar, keys."""
        with Vertical():
            yield Static(plain(self._title, "bold"))
            yield Static("starting", id="doing", markup=False)
            yield ProgressBar(show_eta=False)
            yield Static(key_hints(WORKING), id="keys", markup=False)

    def _show(self, step: Step) -> None:
        super()._show(step)
        if step.doing != "assigning texts" or self._pause.exists():
            self._began = None  # time that it stood still tells nothing of how fast it is
            return
        now = time.monotonic()
        began, before = self._began = self._began or (now, step.done)
        if step.done > before:
            left = (now - began) * (step.total - step.done) / (step.done - before)
            said = f"assigning texts · {step.done:,} of {step.total:,} · {format_time_left(left)}"
            self.query_one("#doing", Static).update(plain(said))

    def action_pause(self) -> None:
        """Has the child wait after the texts it is at, or go on."""
        if self._pause.exists():
            self._pause.unlink()
        else:
            self._pause.touch()
        self.query_one("#keys", Static).update(key_hints(WAITING if self._pause.exists() else WORKING))

    def on_unmount(self) -> None:
        """Nothing is left of it."""
        self._private.cleanup()


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person wants assigned: the file, its columns and dates as decided, and the share of labels to be right."""

    file: Path
    chosen: Chosen
    precision: str = ""

    def arguments(self, fresh: bool) -> list[str]:
        """The command line's arguments for it."""
        said = [part for field, option in FIELDS.items() for part in (option, self.chosen.columns.get(field, ""))]
        dates = [
            part
            for field, form in self.chosen.dates.items()
            for part in ("--dates", f"{self.chosen.columns.get(field, field)}={form}")
        ]
        # An absolute path is never taken for an option.
        return [
            "assign", *said, *dates, "--precision", self.precision, *["--fresh"] * fresh, "--json",
            str(self.file.absolute()),
        ]  # fmt: skip


def report_lines(found: dict[str, Any]) -> list[str]:
    """What came of a file, as lines that a person reads."""
    texts = found["texts"]
    said = [
        f"promised on the study's own passages: {found['expected_precision']:.0%} of labels right, "
        f"{found['expected_coverage']:.0%} of texts labelled"
    ]
    if found["claimed_precision"] is not None:
        said.append(f"claimed of these labels: {found['claimed_precision']:.0%} right")
    said += [f"{count:>9,}  {name} ({count / texts:.1%})" for name, count in found["segments"].items()]
    said += [f"{count:>9,}  no label: {why} ({count / texts:.1%})" for why, count in found["abstained"].items()]
    said += [f"{found['duplicates']:,} texts are repeats of others"] if found["duplicates"] else []
    said += [f"{found['resumed']:,} texts were done in an earlier run"] if found["resumed"] else []
    said += [f"refused: {format_count(count, 'row')}: {why}" for why, count in found["refused"].items()]
    said += [f"All refused rows are in {found['rejects_file']}"] if found["refused"] else []
    return said + [str(warning) for warning in found["warnings"]]


class TextAssigning:
    """Ask for a file of texts, its columns, the target precision; then assign."""

    def __init__(self, context: AccountsContext) -> None:
        self.context = context

    def ask_file(self) -> None:
        """Asks for a file of texts."""
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
            self._show_columns(Asked(file, Chosen()), assigning.preview(self.context.study, file))

    def _show_columns(self, asked: Asked, proposal: MappingProposal, wrong: str = "") -> None:
        def again(columns: dict[str, str], dates: dict[str, str]) -> MappingProposal:
            return assigning.preview(
                self.context.study, asked.file, dict.fromkeys(proposal.fields, "") | columns, dates
            )

        chosen = asked.chosen if asked.chosen.columns else None
        self.context.push(
            MappingScreen(asked.file.name, proposal, again, chosen, wrong),
            partial(self._how_sure, asked.file, proposal),
        )

    def _how_sure(self, file: Path, proposal: MappingProposal, chosen: Chosen | None) -> None:
        if chosen is None:
            return
        about = "A higher target gives fewer labels. A text that fits no segment, or two equally, gets none."
        self.context.push(
            Prompt("Target precision?", choices=SURE, free=False, about=about),
            lambda sure: self._assign(Asked(file, chosen, sure), proposal) if sure else None,
        )

    def _assign(self, asked: Asked, proposal: MappingProposal, fresh: bool = False) -> None:
        command = self.context.study_app.command(*asked.arguments(fresh))
        self.context.push(
            AssignProgress(f"Assigning {asked.file.name}", command), partial(self._ended, asked, proposal)
        )

    @shows_errors
    def _ended(self, asked: Asked, proposal: MappingProposal, outcome: Outcome | None) -> None:
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
                lambda anew: self._assign(asked, proposal, fresh=True) if anew else None,
            )
        elif outcome.code not in (0, PARTLY):
            self._show_columns(asked, proposal, self.context.worded(failure(outcome)))
        else:
            found = outcome.result if isinstance(outcome.result, dict) else {}
            title = f"labelled {found['labelled']:,} of {format_count(found['texts'], 'text')} in {found['file']}"
            if found["unchanged"]:
                self.context.done(f"{found['file']} was assigned before in the same way; nothing changed", undo=False)
            else:
                self.context.done(title)
            self.context.show_report(title, report_lines(found))
