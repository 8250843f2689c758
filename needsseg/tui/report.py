"""A report to read and close, for example what an import did or an export wrote."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from needsseg.errors import Advice
from needsseg.text import format_count
from needsseg.tui.child import Outcome
from needsseg.tui.fixes import worded
from needsseg.tui.keys.hints import key_of, with_keys
from needsseg.tui.words import lines, plain

PARTLY = 3


class ReportScreen(ModalScreen[None]):
    """Lines under a title."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "dismiss", "close", id="report.close"),
        Binding("j", "scroll(1)", "down", id="report.down"),
        Binding("k", "scroll(-1)", "up", id="report.up"),
    ]
    DEFAULT_CSS = """
    ReportScreen { align: center middle; background: $background 40%;
      & > Vertical { width: 90; max-width: 96%; height: auto; max-height: 90%; background: $surface; border: round $accent;
        padding: 0 1; }
      & VerticalScroll { height: auto; max-height: 100%; }
      & Static { height: auto; }
    }
    """

    def __init__(self, title: str, report_lines: Sequence[str | Advice]) -> None:
        super().__init__()
        self._title, self._report_lines = title, report_lines

    def compose(self) -> ComposeResult:
        """Yield the title and the lines; the frame names the keys."""
        with Vertical() as box:
            # The keys are in the frame, so that they are visible however long the report is.
            box.border_subtitle = plain(with_keys("{report.down} {report.up} scroll · {report.close} closes"))
            with VerticalScroll():
                yield Static(plain(self._title, "bold"))
                yield Static(lines([plain(worded(line, self.app)) for line in self._report_lines]))

    def on_mount(self) -> None:
        """Focus the lines, so that keys scroll them."""
        self.query_one(VerticalScroll).focus()

    def action_scroll(self, by: int) -> None:
        """Scroll two lines."""
        self.query_one(VerticalScroll).scroll_relative(y=by * 2, animate=False)


def import_report(outcome: Outcome) -> tuple[str, list[str | Advice], bool]:
    """Return an import in a sentence, lines with details (refused files by name), and whether nothing was imported."""
    result = outcome.result if isinstance(outcome.result, dict) else {}
    added = _listed(result, "added")
    refused, changed, warnings = (_listed(result, key) for key in ("refused", "changed", "warnings"))
    unchanged = _listed(result, "unchanged")
    if not result:
        has_failed = outcome.code not in (0, PARTLY)
        messages: list[str | Advice] = [
            outcome.error,
            outcome.hint,
            *(line for line in outcome.notes if line != outcome.error),
        ]
        return ("nothing was imported" if has_failed else "imported"), [line for line in messages if line], has_failed
    report_lines: list[str | Advice] = [f"Refused  {_pair(entry)}" for entry in refused]
    report_lines += [f"Passed over  {_pair(entry)}" for entry in _listed(result, "passed_over")]
    report_lines += [
        f"Changed  {_pair(entry)}: the file differs from the one imported; the study keeps what it has, "
        f"{key_of('interviews.reimport')} re-imports it"
        for entry in changed
    ]
    report_lines += [f"Already imported  {_pair(entry)}" for entry in unchanged]
    report_lines += [f"Note  {_pair(entry)}" for entry in warnings]
    title = f"imported {format_count(len(added), 'interview')}"
    if refused:
        title += f", refused {format_count(len(refused), 'file')}"
    return title, report_lines, not added


def added_keys(outcome: Outcome) -> list[str]:
    """Return the keys of the interviews that an import added."""
    return [str(key) for key in _listed(outcome.result, "added")] if isinstance(outcome.result, dict) else []


def _listed(result: dict[str, object], key: str) -> list[object]:
    entries = result.get(key, [])
    return list(entries) if isinstance(entries, list) else []


def _pair(entry: object) -> str:
    """Return a file's name and the message about it, whether the command printed them as an object or a list."""
    if isinstance(entry, dict):
        return ": ".join(str(value) for value in entry.values())
    return ": ".join(str(part) for part in entry) if isinstance(entry, list) else str(entry)
