"""The preview of an import of accounts: which column is which field, how dates are written, the first rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from needsseg.actions.accounts import FORMATS
from needsseg.actions.accounts.own_columns import OwnGiven
from needsseg.actions.accounts.source_reports import MappingProposal
from needsseg.errors import NeedssegError
from needsseg.text import format_count
from needsseg.tui.fixes import worded
from needsseg.tui.keys.hints import key_hints, key_of
from needsseg.tui.widgets.prompt import Choice, Prompt
from needsseg.tui.words import lines, one_line, plain

NONE = ""  # the choice of no column
ABOUT = {
    "iso": "2026-03-31 or 20260331; other values are refused",
    "day-first": "31/3/2026, and dates with the year first",
    "month-first": "3/31/2026, and dates with the year first",
    "seconds": "since 1970, and dates with the year first",
    "milliseconds": "since 1970, and dates with the year first",
}
Propose = Callable[[dict[str, str], dict[str, str], OwnGiven], MappingProposal]
LEAVE_OUT = "leave out"
# What a further column can be, with how its dates are written where it holds dates.
COLUMN_CHOICES = {
    "text": "as it is written", "number": "1200, 1,200.50 or -3", "flag": "yes or no, true or false, 1 or 0",
    "date": "as its cells tell", "date, day first": "31/3/2026", "date, month first": "3/31/2026", "guess": "as all cells tell",
    LEAVE_OUT: "it is not kept",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chosen:
    """The choices made: the column of each field, the format of dates, and whether rows are added or replaced.

    ``types`` and ``dropped`` are those of further columns of accounts.
    """

    columns: dict[str, str] = field(default_factory=dict)
    dates: dict[str, str] = field(default_factory=dict)
    add: bool = False
    types: dict[str, str] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()

    @property
    def own(self) -> OwnGiven:
        """The choices about further columns."""
        return OwnGiven(self.types, self.dropped)


KEYS = (
    "{mapping.read} reads · enter column · {mapping.dates} dates · {mapping.leave_out} leaves out · "
    "{mapping.type} types · {mapping.cancel} cancels"
)
ADDS = " · {mapping.add} adds"
FURTHER = " · {mapping.columns} further columns"


class MappingScreen(ModalScreen[Chosen | None]):
    """Closes with the choices for reading the file, or None to leave it unread.

    ``propose`` reads the beginning of the file again with other columns and dates; ``wrong`` is an earlier import's error.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "cancel", id="mapping.cancel"),
        Binding("r", "read", "read the file", id="mapping.read"),
        Binding("d", "dates", "how dates are written", id="mapping.dates"),
        Binding("x", "leave_out", "ignore this field", id="mapping.leave_out"),
        Binding("equals_sign", "type", "type field=column", id="mapping.type"),
        Binding("a", "add", "add or replace", id="mapping.add"),
        Binding("c", "columns", "further columns and their types", id="mapping.columns"),
        Binding("j", "step(1)", "down", id="mapping.down"),
        Binding("k", "step(-1)", "up", id="mapping.up"),
    ]
    DEFAULT_CSS = """
    MappingScreen { align: center middle; background: $background 40%;
      & > Vertical { width: 110; max-width: 98%; height: auto; max-height: 98%; background: $surface; border: round $accent;
        padding: 0 1; }
      & OptionList, & OptionList:focus { height: auto; max-height: 8; border: none; padding: 0; background: $surface; }
      & Static { height: auto; }
      & #about { max-height: 2; }
      & #rest { color: $text-muted; max-height: 2; }
      & #preview { color: $text-muted; max-height: 6; }
      & Input, & Input:focus { border: none; height: 1; padding: 0; background: $boost; }
      & #wrong { color: $text-error; text-style: bold; max-height: 4; }
    }
    """

    def __init__(
        self,
        file: str,
        proposal: MappingProposal,
        propose: Propose | None = None,
        chosen: Chosen | None = None,
        wrong: str = "",
    ) -> None:
        super().__init__()
        self._file, self._proposal, self._propose = file, proposal, propose
        self._guessed = dict(proposal.columns)
        self._wrong = wrong
        earlier = chosen or Chosen()
        self.columns = dict(earlier.columns or proposal.columns)
        self.dates = dict(earlier.dates)
        self.adds = proposal.enriches if chosen is None else chosen.add
        self.types, self.dropped = dict(earlier.types), earlier.dropped

    def compose(self) -> ComposeResult:
        """Yield the fields with their columns, the first rows, an input line, and the keys."""
        with Vertical():
            yield Static(id="about", markup=False)
            yield OptionList(id="fields", markup=False)
            yield Static(id="rest", markup=False)
            yield Static(id="preview", markup=False)
            yield Static(id="wrong", markup=False)
            yield Input(placeholder="field=column, and enter", id="change", compact=True)
            further = FURTHER if self._proposal.own or self._proposal.dropped else ""
            yield Static(key_hints(KEYS + (ADDS if self._proposal.held else "") + further), markup=False)

    def on_mount(self) -> None:
        """Show the proposed columns."""
        self.query_one(Input).display = False
        self._show(self._wrong)
        shown = self.query_one(OptionList)
        shown.highlighted = next(
            (n for n, name in enumerate(self._proposal.fields) if name in self._proposal.needed), 0
        )
        shown.focus()

    @property
    def field(self) -> str:
        """The field under the cursor."""
        return self._proposal.fields[self.query_one(OptionList).highlighted or 0]

    def _show(self, wrong: str = "") -> None:
        proposal = self._proposal
        origin = "as saved last time" if proposal.saved else "guessed from its columns"
        replaces = f" · {'added to' if self.adds else 'in place of'} {proposal.held}" if proposal.held else ""
        self.query_one("#about", Static).update(
            plain(f"{self._file} is read as {proposal.rows_in_words}, {origin}{replaces}", "bold")
        )
        shown = self.query_one(OptionList)
        at = shown.highlighted or 0
        shown.clear_options()
        shown.add_options(Option(self._line(name)) for name in proposal.fields)
        shown.highlighted = at
        used = {part for column in self.columns.values() for part in (column, *column.split("|"))}
        used |= {column.header for column in proposal.own}
        unused = [column for column in proposal.header if column not in used]
        notes = [f"further columns: {self._kept()}"] if proposal.own else []
        notes += [f"not read: {', '.join(unused)}"] if unused else []
        notes += (
            [f"{format_count(len(proposal.refused), 'file')} cannot be read: {proposal.refused[0][0]} …"]
            if proposal.refused
            else []
        )
        notes += [one_line(str(note), 200) for note in proposal.notes[:1]]
        self._tell("#rest", "\n".join(notes))
        self._tell("#wrong", wrong)
        self._preview()

    def _kept(self) -> str:
        """Return how many further columns are kept of each type, and their first names."""
        sizes = Counter(column.type for column in self._proposal.own)
        counted = ", ".join(f"{number} {type_}" for type_, number in sizes.most_common())
        return f"{counted} ({one_line(', '.join(column.name for column in self._proposal.own), 80)})"

    def _line(self, name: str) -> Content:
        column = self.columns.get(name, "")
        needed = name in self._proposal.needed and not column
        marks = "  (yours)" if column and self._guessed.get(name) != column else ""
        marks += "  needed: enter chooses its column" if needed else ""
        if date := next((d for d in self._proposal.dates if d.field == name and column), None):
            form = self.dates.get(name) or date.format
            marks += f"  dates: {form}" if form else f"  ? {date.why}: {key_of('mapping.dates')} sets the format"
        return Content.assemble(
            plain(f"{name:>16}  ←  "),
            plain(column or "–", "bold" if column else "dim"),
            plain(marks, "" if needed else "dim"),
        )

    def _preview(self) -> None:
        rows = []
        for row in self._proposal.rows:
            values = f"refused, {row.refused}" if row.refused else " · ".join(row.values.values())
            rows.append(plain(one_line(f"{row.row}  {values}", 160)))
        shown = self.query_one("#preview", Static)
        shown.update(lines([plain("row, as it would be read"), *rows]) if rows else plain(""))
        shown.display = bool(rows)

    def _tell(self, selector: str, text: str) -> None:
        line = self.query_one(selector, Static)
        line.update(plain(text))
        line.display = bool(text)

    def _changed(self) -> None:
        """Read the beginning of the file again, and show what does not fit."""
        wrong = ""
        if self._propose is not None:
            try:
                self._proposal = self._propose(self.columns, self.dates, OwnGiven(self.types, self.dropped))
            except NeedssegError as error:
                wrong = worded(error, self.app)
        self._show(wrong)

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        name = self.field
        choices = [Choice(column, column) for column in self._proposal.header]
        self.app.push_screen(
            Prompt(f"Which column is {name}?", choices=choices, free=False), lambda column: self._take(name, column)
        )

    def _take(self, name: str, column: str | None) -> None:
        if column is not None:
            self.columns[name] = column
            self._changed()

    def action_dates(self) -> None:
        """Ask how the dates of the field under the cursor are written."""
        name = self.field
        if name not in self._proposal.date_fields or name not in self.columns:
            self._show("This field has no dates; these have: " + ", ".join(self._proposal.date_fields))
            return
        date = next((d for d in self._proposal.dates if d.field == name), None)
        examples = ", ".join(f"“{cell}”" for _, cell in date.examples) if date else ""
        choices = [Choice(form, form, ABOUT[form]) for form in FORMATS]
        self.app.push_screen(
            Prompt(f"How are the dates in {self.columns[name]} written?", choices=choices, free=False, about=examples),
            lambda form: self._date(name, form),
        )

    def _date(self, name: str, form: str | None) -> None:
        if form is not None:
            self.dates[name] = form
            self._changed()

    def action_leave_out(self) -> None:
        """Read no column as the field under the cursor."""
        if self.columns.pop(self.field, None) is not None:
            self.dates.pop(self.field, None)
            self._changed()

    def action_columns(self) -> None:
        """Ask for a further column, and of which type it is."""
        choices = [
            Choice(column.name, f"{column.name}: {column.type}", f"{column.why}; {one_line(column.example, 40)}")
            for column in self._proposal.own
        ]
        choices += [Choice(name, f"{name}: left out", "choose a type to keep it") for name in self._proposal.dropped]
        if choices:
            self.app.push_screen(Prompt("Which further column?", choices=choices, free=False), self._ask_type)
        else:
            self._show("These files have no further columns that are kept.")

    def _ask_type(self, name: str | None) -> None:
        if name is not None:
            choices = [Choice(key, key, about) for key, about in COLUMN_CHOICES.items()]
            self.app.push_screen(
                Prompt(f"What does {name} hold?", choices=choices, free=False), lambda chosen: self._type(name, chosen)
            )

    def _type(self, name: str, chosen: str | None) -> None:
        if chosen is None:
            return
        self.dropped = tuple(each for each in self.dropped if each != name)
        self.types.pop(name, None)
        self.dates.pop(name, None)
        if chosen == LEAVE_OUT:
            self.dropped = (*self.dropped, name)
        else:
            self.types[name], _, order = chosen.partition(", ")
            if order:
                self.dates[name] = order.replace(" ", "-")
        self._changed()

    def action_add(self) -> None:
        """Switch between adding rows and replacing the earlier ones."""
        if self._proposal.held:
            self.adds = not self.adds
            self._show()
        else:
            self._show(f"There are no {self._proposal.rows_in_words} to add these to yet.")

    def action_type(self) -> None:
        """Ask for a line field=column."""
        line = self.query_one(Input)
        line.display = True
        line.focus()

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        name, equals, column = (part.strip() for part in event.value.partition("="))
        if not event.value.strip():
            self.action_leave()
        elif not (name and equals and column):
            self._show("Write it as field=column.")
        elif name not in self._proposal.fields:
            self._show(f"There is no field “{name}”; there are {', '.join(self._proposal.fields)}.")
        elif column not in self._proposal.header:
            self._show(f"There is no column “{column}”.")
        else:
            event.input.value = ""
            self.columns[name] = column
            self._changed()

    def action_step(self, by: int) -> None:
        """Go up or down."""
        shown = self.query_one(OptionList)
        shown.action_cursor_down() if by > 0 else shown.action_cursor_up()

    def action_read(self) -> None:
        """Close with the choices, if no needed column or date format is missing."""
        missing = [name for name in self._proposal.needed if name not in self.columns]
        unclear_dates = [
            d for d in self._proposal.dates if not d.format and d.field in self.columns and d.field not in self.dates
        ]
        if missing:
            self._show(f"{', '.join(missing)} needs a column: press enter on its line to choose one.")
        elif unclear_dates:
            self._show(
                f"{unclear_dates[0].column} {unclear_dates[0].why}: press {key_of('mapping.dates')} on its line to "
                "set the format."
            )
        else:
            self.dismiss(Chosen(self.columns, self.dates, self.adds, self.types, self.dropped))

    def action_leave(self) -> None:
        """Leave the line being edited; with none, close without reading the file."""
        line = self.query_one(Input)
        if line.has_focus:
            line.value, line.display = "", False
            self.query_one(OptionList).focus()
        else:
            self.dismiss(None)
