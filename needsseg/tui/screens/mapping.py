"""Which column of a file is read as which field, shown before anything is read, and changed by ``field=column``."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from needsseg.actions.accounts import MappingProposal
from needsseg.tui.words import lines, plain


class MappingScreen(ModalScreen[dict[str, str] | None]):
    """Gives the mapping to read the file with, or None where it is not to be read."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "cancel", id="mapping.cancel")]
    DEFAULT_CSS = """
    MappingScreen { align: center middle; background: $background 40%;
      & > Vertical { width: 84; max-width: 96%; height: auto; max-height: 92%; background: $surface; border: round $primary;
        padding: 0 1; }
      & VerticalScroll { height: auto; max-height: 14; }
      & Static { height: auto; }
      & Input, & Input:focus { border: none; height: 1; padding: 0; background: $boost; }
      & #wrong { color: $text-error; text-style: bold; }
    }
    """

    def __init__(self, file: str, proposal: MappingProposal) -> None:
        super().__init__()
        self._file, self._proposal = file, proposal
        self.columns = dict(proposal.columns)

    def compose(self) -> ComposeResult:
        """The mapping, the columns left over, and a line to change it."""
        how = "as saved last time" if self._proposal.saved else "guessed from its columns"
        with Vertical():
            yield Static(plain(f"{self._file} is read as {self._proposal.kind}, {how}:", "bold"))
            with VerticalScroll(can_focus=False):
                yield Static(id="columns", markup=False)
            yield Static(id="wrong", markup=False)
            yield Input(placeholder="field=column changes one", id="change", compact=True)
            yield Static("enter on an empty line reads the file · esc leaves it", markup=False)

    def on_mount(self) -> None:
        """Shows the guess."""
        self._show("")
        self.query_one(Input).focus()

    def _show(self, wrong: str) -> None:
        rows = [
            Content.assemble(
                plain(f"{field:>18}  ←  "),
                plain(column, "bold"),
                plain("  (yours)" if self._changed(field) else "", "dim"),
            )
            for field, column in self.columns.items()
        ]
        used = {part for column in self.columns.values() for part in (column, *column.split("|"))}
        unused = [column for column in self._proposal.header if column not in used]
        rest = [plain(f"not read: {', '.join(unused)}", "dim")] if unused else []
        rest += [
            plain(f"{field} is needed: write {field}=column", "bold")
            for field in self._proposal.needed
            if field not in self.columns
        ]
        self.query_one("#columns", Static).update(lines([*rows, *rest]))
        told = self.query_one("#wrong", Static)
        told.update(plain(wrong))
        told.display = bool(wrong)

    def _changed(self, field: str) -> bool:
        return self._proposal.columns.get(field) != self.columns[field]

    @on(Input.Submitted)
    def _take(self, event: Input.Submitted) -> None:
        if not event.value.strip():
            self.dismiss(self.columns)
            return
        field, equals, column = (part.strip() for part in event.value.partition("="))
        if not (field and equals and column):
            self._show("Write it as field=column.")
        elif column not in self._proposal.header:
            self._show(f"There is no column “{column}”.")
        else:
            self.columns[field] = column
            self.query_one(Input).value = ""
            self._show("")
