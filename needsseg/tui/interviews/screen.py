"""The interviews: what was imported, how far each is coded, who speaks in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import DataTable, Static

from needsseg.actions.study import studies
from needsseg.actions.transcripts import interviews
from needsseg.errors import Advice
from needsseg.text import format_count
from needsseg.tui.fixes import worded
from needsseg.tui.interviews.imports import InterviewImports
from needsseg.tui.interviews.roles import SpeakerRoles
from needsseg.tui.keys.hints import key_of, with_keys
from needsseg.tui.screen_base import StudyScreen, shows_errors
from needsseg.tui.words import lines, plain, row

if TYPE_CHECKING:
    from needsseg.actions.transcripts import InterviewRow
    from needsseg.tui.bookmark import Bookmark

COLUMNS = (
    ("Interview", 22), ("Format", 9), ("Words", 6), ("?", 3), ("✓", 3), ("·", 3), ("Coded", 7), ("Participants", 30),
)  # fmt: skip
WIDTHS = tuple(width for _, width in COLUMNS)
GROWS, GROWN = 20, 4
"""How many cells the title and the format get at most where there is room."""
FIGURES = ("Words", "?", "✓", "·", "Coded")
"""The columns of figures, which stand to the right."""
EMPTY = """No interviews yet.

  {interviews.import:3} imports a file, or a folder of transcripts, and shows what it reads first
  {study.keys:3} shows all keys
"""


class InterviewsScreen(StudyScreen):
    """The table of interviews and the speakers of the one under the cursor."""

    MODE = "interviews"
    HELP = "? suggested   ✓ accepted   · rejected   Coded: passages decided, of all that are marked"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("i", "import_files", "import", id="interviews.import"),
        Binding("s", "suggest", "suggest", id="interviews.suggest", tooltip="suggest passages in all interviews"),
        Binding("enter", "open", "open", id="interviews.open", tooltip="open in Code"),
        Binding(
            "v", "review", "review", id="interviews.review", tooltip="review the speakers' roles in all interviews"
        ),
        Binding("r", "roles", "roles", id="interviews.roles", tooltip="set a speaker's role"),
        Binding(
            "R",
            "reimport",
            "re-import",
            id="interviews.reimport",
            show=False,
            tooltip="replace the interview's text with an edited transcript",
        ),
        Binding("f", "search", "search", id="interviews.search", tooltip="search the study by words or meaning"),
        Binding("p", "participants", "participants", id="interviews.participants", show=False),
        Binding("P", "pseudonyms", "pseudonyms", id="interviews.pseudonyms", show=False),
        Binding("c", "coverage", "progress", id="interviews.coverage", tooltip="coverage and saturation"),
        Binding("A", "agreement", "agreement of coders", id="interviews.agreement", show=False),
        Binding("M", "merge", "merge a colleague's study", id="interviews.merge", show=False),
        Binding("slash", "filter", "filter", id="interviews.filter", show=False),
        Binding(
            "d",
            "remove",
            "remove",
            id="interviews.remove",
            show=False,
            tooltip="remove the interview ({study.undo} restores it)",
        ),
        Binding("j", "move(1)", "down", id="interviews.down", show=False),
        Binding("k", "move(-1)", "up", id="interviews.up", show=False),
        Binding("g", "edge(0)", "top", id="interviews.top", show=False),
        Binding("G", "edge(-1)", "bottom", id="interviews.bottom", show=False),
        Binding("escape", "unfilter", "show all", id="interviews.unfilter", show=False),
    ]
    DEFAULT_CSS = """
    InterviewsScreen {
      & DataTable { height: 1fr; }
      & #speakers { height: auto; max-height: 9; padding: 0 1; }
      &.-narrow DataTable, &.-narrow DataTable:focus { border: none; }
      &.-narrow #speakers { max-height: 7; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[InterviewRow] = []
        self._wanted = ""
        self._told = plain("")
        self._widths = WIDTHS
        self._imports = InterviewImports(self)
        self._roles = SpeakerRoles(self)

    def compose_body(self) -> ComposeResult:
        """Table, empty state, speakers."""
        yield Static(with_keys(EMPTY), classes="empty", markup=False)
        table: DataTable[object] = DataTable(cursor_type="row", zebra_stripes=True, id="interviews", classes="pane")
        table.border_title = "Interviews"
        yield table
        speakers = Static(id="speakers", classes="pane", markup=False)
        speakers.border_title = "Speakers"
        yield speakers

    def on_mount(self) -> None:
        """Columns, and the row that was left."""
        table = self._table
        self._add_column()
        table.focus()

    def _add_column(self) -> None:
        """Add the one column, as wide as there is room for."""
        spare = max(self.app.size.width - 2 - sum(WIDTHS) - 2 * len(WIDTHS), 0)
        title, layout = min(spare, GROWS), min(max(spare - GROWS, 0), GROWN)
        self._widths = (WIDTHS[0] + title, WIDTHS[1] + layout, *WIDTHS[2:])
        labels = [label for label, _ in COLUMNS]
        self._table.add_column(self._line(labels), width=sum(self._widths) + 2 * len(WIDTHS) - 2)

    def _line(self, values: Sequence[str]) -> Text:
        """A line of the table, figures to the right."""
        placed = [
            value.rjust(width) if label in FIGURES else value
            for value, (label, _), width in zip(values, COLUMNS, self._widths, strict=True)
        ]
        return row(placed, self._widths)

    def on_resize(self) -> None:
        """Use the room there is for long titles."""
        if self._table.columns:
            self._table.clear(columns=True)
            self._add_column()
            self._fill()

    @property
    def _table(self) -> DataTable[object]:
        return cast("DataTable[object]", self.query_one("#interviews", DataTable))

    @property
    def _here(self) -> InterviewRow | None:
        at = self._table.cursor_row
        return self._rows[at] if 0 <= at < len(self._rows) else None

    def reload(self) -> None:
        """Fills the table, the cursor staying on its interview."""
        kept = self._here.key if self._here else str(studies.place(self.study, self.MODE).get("key", ""))
        everything, before = interviews.listing(self.study), self._table.cursor_row
        needle = self._wanted.casefold()
        self._rows = [
            r for r in everything if needle in f"{r.title} {r.file_name} {' '.join(r.participants)}".casefold()
        ]
        table = self._table
        at = next((number for number, held in enumerate(self._rows) if held.key == kept), before)
        self._fill(at)
        empty = self.query_one(".empty", Static)
        empty.display = not self._rows
        empty.update(
            plain(
                with_keys(EMPTY)
                if not everything
                else f"Nothing matches “{self._wanted}”. {key_of('interviews.unfilter')} shows all."
            )
        )
        table.display = bool(self._rows)
        self.query_one("#speakers").display = bool(self._rows)
        self._show_speakers()

    def _fill(self, at: int | None = None) -> None:
        """Show the rows, the cursor on one of them, else where it was."""
        table = self._table
        at = table.cursor_row if at is None else at
        table.clear()
        for held in self._rows:
            total = held.suggested + held.accepted + held.rejected
            title = held.title + (" !" if held.warnings else "")
            counts = [str(count) for count in (held.suggested, held.accepted, held.rejected)]
            coded = f"{total - held.suggested}/{total}"
            participants = ", ".join(held.participants)
            table.add_row(self._line([title, held.format, f"{held.words:,}", *counts, coded, participants]))
        table.move_cursor(row=min(at, len(self._rows) - 1))

    def state(self) -> str:
        """How much of the study is coded."""
        seen = studies.overview(self.study)
        total = seen.suggested + seen.accepted + seen.rejected
        at = f"interview {self._table.cursor_row + 1}/{len(self._rows)}" if self._rows else "no interview"
        narrowed = f" · filter “{self._wanted}”" if self._wanted else ""
        return f"saved · coded {total - seen.suggested}/{total} · {at}{narrowed}"

    @on(DataTable.RowHighlighted)
    @shows_errors
    def _moved(self) -> None:
        self._show_speakers()
        self.tell()

    def _show_speakers(self) -> None:
        here = self._here
        if here is None:
            return
        said = [
            Content.assemble(
                plain(f"{speaker.label or 'unnamed speaker'}", "bold"),
                plain(f"  {speaker.role} · {format_count(speaker.words, 'word')}"),
            )
            for speaker in interviews.speakers(self.study, here.key)
        ]
        warned = [plain(f"! {warning}", "$text-warning") for warning in here.warnings]
        told = lines(
            [
                plain(
                    f"{here.file_name} · {key_of('interviews.roles')} changes roles · "
                    f"{key_of('interviews.review')} reviews all",
                    "dim",
                ),
                *said,
                *warned,
            ]
        )
        if told != self._told:
            self._told = told
            self.query_one("#speakers", Static).update(told)

    def action_move(self, by: int) -> None:
        """Goes up or down."""
        self._table.move_cursor(row=self._table.cursor_row + by)

    def action_edge(self, row: int) -> None:
        """Goes to the top or bottom."""
        self._table.move_cursor(row=row if row >= 0 else len(self._rows) - 1)

    def action_open(self) -> None:
        """Opens the interview in Code."""
        if self._here:
            self.leave()
            self.study_app.open_passage(self._here.key, None, "interviews")

    @on(DataTable.RowSelected)
    def _chosen(self) -> None:
        self.action_open()

    def leave(self) -> None:
        """Remembers the row."""
        if self._here:
            self.study_app.remember(self.MODE, {"key": self._here.key})

    def action_import_files(self) -> None:
        """Asks for a path, and shows what would be imported from there."""
        self._imports.ask()

    def action_search(self) -> None:
        """Searches the study."""
        from needsseg.tui.search.screen import SearchSheet

        self.app.push_screen(SearchSheet(self.study), self.go)

    @shows_errors
    def action_participants(self) -> None:
        """Shows who took part, with what is known of them."""
        from needsseg.tui.interviews.participants import ParticipantsSheet

        self.app.push_screen(ParticipantsSheet(self.study), self.go)

    @shows_errors
    def action_pseudonyms(self) -> None:
        """Shows what tells who people are, to be confirmed."""
        from needsseg.tui.interviews.pseudonyms import PseudonymsSheet

        self.app.push_screen(PseudonymsSheet(self.study), self.go)

    @shows_errors
    def action_coverage(self) -> None:
        """Shows what was read and coded, and whether new codes still come."""
        from needsseg.tui.code.sheets.coverage import CoverageSheet

        self.app.push_screen(CoverageSheet(self.study), self.go)

    @shows_errors
    def action_agreement(self) -> None:
        """Shows how far coders agree."""
        from needsseg.tui.code.sheets.agreement import AgreementSheet

        self.app.push_screen(AgreementSheet(self.study, self._here.key if self._here else ""), self.go)

    def action_merge(self) -> None:
        """Merges a colleague's study."""
        from needsseg.tui.interviews.merging import merge_study

        merge_study(self)

    def go(self, place: Bookmark | None) -> None:
        """Goes to the place that a dialog gave, or shows the study as the dialog left it."""
        if place is None:
            self.refresh_study()
        else:
            self.leave()
            self.study_app.open_place(place, "interviews")

    def action_review(self) -> None:
        """Looks over who speaks in what role, in all interviews."""
        self.review(None)

    def review(self, keys: list[str] | None, title: str = "", notes: Sequence[str | Advice] = ()) -> None:
        """Looks over who speaks in what role in these interviews, in all where ``keys`` is None."""
        from needsseg.tui.interviews.batch import BatchSheet

        self.app.push_screen(BatchSheet(self.study, keys, title, [worded(note, self.app) for note in notes]), self.go)

    def action_reimport(self) -> None:
        """Asks for the edited transcript of the interview under the cursor, and puts it in place of its text."""
        self._imports.ask_again(self._here)

    def action_suggest(self) -> None:
        """Lets the program suggest passages."""
        self._imports.suggest()

    def action_roles(self) -> None:
        """Asks which speaker is what."""
        if self._here:
            self._roles.ask(self._here)

    @shows_errors
    def action_remove(self) -> None:
        """Removes the interview with its passages."""
        from needsseg.actions.transcripts import importing

        if self._here:
            title = self._here.title
            importing.remove_interview(self.study, self._here.key)
            self.done(f"removed “{title}” with its passages")

    def action_filter(self) -> None:
        """Asks which interviews to show."""
        from needsseg.tui.widgets.prompt import Prompt

        self.app.push_screen(Prompt("Filter interviews by words", value=self._wanted, empty=True), self._narrow)

    def _narrow(self, words: str | None) -> None:
        if words is not None:
            self._wanted = words
            self.refresh_study()

    def action_unfilter(self) -> None:
        """Shows all interviews again."""
        self._narrow("")
