"""A report that is read and closed: what an import did, what an export wrote."""

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
    """Some lines, under a title."""

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

    def __init__(self, title: str, said: Sequence[str | Advice]) -> None:
        super().__init__()
        self._title, self._said = title, said

    def compose(self) -> ComposeResult:
        """Title, lines, key."""
        with Vertical() as box:
            # In the frame, so that a report of many lines says at once how one leaves it.
            box.border_subtitle = plain(with_keys("{report.down} {report.up} scroll · {report.close} closes"))
            with VerticalScroll():
                yield Static(plain(self._title, "bold"))
                yield Static(lines([plain(worded(line, self.app)) for line in self._said]))

    def on_mount(self) -> None:
        """The lines scroll."""
        self.query_one(VerticalScroll).focus()

    def action_scroll(self, by: int) -> None:
        """Scrolls two lines."""
        self.query_one(VerticalScroll).scroll_relative(y=by * 2, animate=False)


def import_report(outcome: Outcome) -> tuple[str, list[str | Advice], bool]:
    """An import in a sentence, the lines that say more (refused files by name), and whether nothing was imported."""
    result = outcome.result if isinstance(outcome.result, dict) else {}
    added = _listed(result, "added")
    refused, changed, warnings = (_listed(result, key) for key in ("refused", "changed", "warnings"))
    unchanged = _listed(result, "unchanged")
    if not result:
        failed = outcome.code not in (0, PARTLY)
        all_said: list[str | Advice] = [
            outcome.error,
            outcome.hint,
            *(line for line in outcome.said if line != outcome.error),
        ]
        return ("nothing was imported" if failed else "imported"), [line for line in all_said if line], failed
    said: list[str | Advice] = [f"Refused  {_pair(entry)}" for entry in refused]
    said += [f"Passed over  {_pair(entry)}" for entry in _listed(result, "passed_over")]
    said += [
        f"Changed  {_pair(entry)}: the file differs from the one imported; the study keeps what it has, "
        f"{key_of('interviews.reimport')} reads it again"
        for entry in changed
    ]
    said += [f"There already  {_pair(entry)}" for entry in unchanged]
    said += [f"Note  {_pair(entry)}" for entry in warnings]
    title = f"imported {format_count(len(added), 'interview')}"
    if refused:
        title += f", refused {format_count(len(refused), 'file')}"
    return title, said, not added


def added_keys(outcome: Outcome) -> list[str]:
    """The keys of the interviews that an import added."""
    return [str(key) for key in _listed(outcome.result, "added")] if isinstance(outcome.result, dict) else []


def _listed(result: dict[str, object], key: str) -> list[object]:
    found = result.get(key, [])
    return list(found) if isinstance(found, list) else []


def _pair(entry: object) -> str:
    """A file's name and what is said about it, in whichever way the program wrote the two."""
    if isinstance(entry, dict):
        return ": ".join(str(value) for value in entry.values())
    return ": ".join(str(part) for part in entry) if isinstance(entry, list) else str(entry)
