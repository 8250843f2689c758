"""The columns of an export: which it has, and in which order."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from needsseg.actions.exchange.export_columns import OfferedColumn, columns_text, offered_columns
from needsseg.actions.study import Study
from needsseg.text import format_count
from needsseg.tui.sheet import Sheet
from needsseg.tui.words import one_line, plain

WIDEST_NAME = 28


class ExportColumnsSheet(Sheet[str]):
    """Closes with the columns as an export takes them (see ``chosen_columns``), "" where they are left as they were."""

    KEYS = (
        "{columns.take} goes on · {columns.mark} in or out · {columns.down} {columns.up} move · "
        "{columns.standard} the standard ones · {sheet.close} cancels"
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "go on to the file", id="columns.take", priority=True),
        Binding("space", "mark", "put the column in or leave it out", id="columns.mark"),
        Binding("J", "move(1)", "move the column down", id="columns.down"),
        Binding("K", "move(-1)", "move the column up", id="columns.up"),
        Binding("s", "standard", "the standard columns alone", id="columns.standard"),
    ]

    def __init__(self, study: Study, target: str) -> None:
        super().__init__(study)
        self._target = target
        self._offered: dict[str, OfferedColumn] = {}
        self._before: list[str] = []
        self.chosen: list[str] = []
        """The names of the columns of the export, in order."""

    def on_mount(self) -> None:
        """Show the columns of the next export first, then what else there is."""
        offered = offered_columns(self.study, self._target)
        self._offered = {column.name: column for column in offered}
        self._before = [column.name for column in offered if column.is_chosen]
        self.chosen = list(self._before)
        super().on_mount()
        self.query_one("Vertical").border_title = plain(f"Columns of {self._target} exports")

    @property
    def names(self) -> list[str]:
        """The names in the order of the rows: the chosen ones first."""
        return [*self.chosen, *(name for name in self._offered if name not in self.chosen)]

    def reload(self) -> None:
        """Show a row for each column."""
        width = min(max(map(len, self._offered), default=0), WIDEST_NAME)
        self.fill([self._row(name, width) for name in self.names])

    def _row(self, name: str, width: int) -> Content:
        is_in = name in self.chosen
        return Content.assemble(
            plain("[x] " if is_in else "[ ] "),
            plain(one_line(name, WIDEST_NAME).ljust(width), "bold" if is_in else ""),
            plain(f"  {one_line(self._offered[name].meaning, 90)}", "dim"),
        )

    def state(self) -> str:
        """Return how many columns the export has."""
        return f"{format_count(len(self.chosen), 'column')} beside account_id and as_of_date"

    def action_mark(self) -> None:
        """Put the column under the cursor in at the end, or leave it out."""
        if self.at is None:
            return
        at, name = self.at, self.names[self.at]
        if name in self.chosen:
            self.chosen.remove(name)
        else:
            self.chosen.append(name)
        self._show(f"“{name}” is {'in' if name in self.chosen else 'left out'}", min(at + 1, len(self._offered) - 1))

    def action_move(self, by: int) -> None:
        """Move the column under the cursor among the chosen ones."""
        if self.at is None:
            return
        name, to = self.names[self.at], self.at + by
        if name not in self.chosen:
            self.tell("only columns of the export have an order")
        elif 0 <= to < len(self.chosen):
            self.chosen.remove(name)
            self.chosen.insert(to, name)
            self._show(f"moved “{name}”", to)
        else:
            self.tell(f"“{name}” is {'first' if by < 0 else 'last'} already")

    def action_standard(self) -> None:
        """Choose the standard columns alone."""
        self.chosen = [column.name for column in offered_columns(self.study, "") if column.is_chosen]
        self._show("the standard columns are in", 0)

    def _show(self, happened: str, row: int) -> None:
        self.done(happened, undo=False)
        self.listed.highlighted = row

    def action_take(self) -> None:
        """Close with the columns."""
        self.dismiss("" if self.chosen == self._before else columns_text(self.chosen))
