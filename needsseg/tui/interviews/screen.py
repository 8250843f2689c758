"""The interviews screen: imported interviews, how far each is coded, and its speakers."""

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
from needsseg.tui.screen_base import StudyScreen, Version, shows_errors
from needsseg.tui.words import lines, plain, row

if TYPE_CHECKING:
    from needsseg.actions.transcripts import InterviewRow
    from needsseg.tui.bookmark import Bookmark

COLUMNS = (
    ("Interview", 22), ("Format", 9), ("Words", 6), ("?", 3), ("✓", 3), ("·", 3), ("Coded", 7), ("Participants", 30),
)  # fmt: skip
WIDTHS = tuple(width for _, width in COLUMNS)
MOST_EXTRA_TITLE, MOST_EXTRA_FORMAT = 20, 4
"""The most cells that the title and the format get in addition if there is room."""
NUMBER_COLUMNS = ("Words", "?", "✓", "·", "Coded")
"""The columns of numbers, which are aligned to the right."""
EMPTY = """No interviews yet.

  {interviews.import:3} imports a file or a folder of transcripts, after a preview
  {study.keys:3} shows all keys
"""


class InterviewsScreen(StudyScreen):
    """The table of interviews, with the speakers of the interview under the cursor."""

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
        Binding(
            "t",
            "recording",
            "recording",
            id="interviews.recording",
            show=False,
            tooltip="tie the interview to its recording",
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
        self._filter_words = ""
        self._speakers_content = plain("")
        self._widths = WIDTHS
        self._shown = Version()
        self._imports = InterviewImports(self)
        self._roles = SpeakerRoles(self)

    def compose_body(self) -> ComposeResult:
        """Yield the empty state, the table and the speakers."""
        yield Static(with_keys(EMPTY), classes="empty", markup=False)
        table: DataTable[object] = DataTable(cursor_type="row", zebra_stripes=True, id="interviews", classes="pane")
        table.border_title = "Interviews"
        yield table
        speakers = Static(id="speakers", classes="pane", markup=False)
        speakers.border_title = "Speakers"
        yield speakers

    def on_mount(self) -> None:
        """Add the column and focus the table."""
        table = self._table
        self._add_column()
        table.focus()

    def _add_column(self) -> None:
        """Add the only column, as wide as there is room for."""
        spare = max(self.app.size.width - 2 - sum(WIDTHS) - 2 * len(WIDTHS), 0)
        title, layout = min(spare, MOST_EXTRA_TITLE), min(max(spare - MOST_EXTRA_TITLE, 0), MOST_EXTRA_FORMAT)
        self._widths = (WIDTHS[0] + title, WIDTHS[1] + layout, *WIDTHS[2:])
        labels = [label for label, _ in COLUMNS]
        self._table.add_column(self._line(labels), width=sum(self._widths) + 2 * len(WIDTHS) - 2)

    def _line(self, values: Sequence[str]) -> Text:
        """Return a row of the table, its numbers aligned to the right."""
        aligned = [
            value.rjust(width) if label in NUMBER_COLUMNS else value
            for value, (label, _), width in zip(values, COLUMNS, self._widths, strict=True)
        ]
        return row(aligned, self._widths)

    def on_resize(self) -> None:
        """Use the available room for long titles."""
        if self._table.columns:
            self._table.clear(columns=True)
            self._add_column()
            self._fill()

    @property
    def _table(self) -> DataTable[object]:
        return cast("DataTable[object]", self.query_one("#interviews", DataTable))

    @property
    def _current_row(self) -> InterviewRow | None:
        at = self._table.cursor_row
        return self._rows[at] if 0 <= at < len(self._rows) else None

    def is_up_to_date(self) -> bool:
        """Return whether the table shows the study's current state."""
        return self._shown == Version.of(self.study)

    def suspended(self) -> None:
        """Remember the place, which is written to the study but changes nothing that is shown."""
        is_up_to_date = self.is_up_to_date()
        super().suspended()
        if is_up_to_date:
            self._shown = Version.of(self.study)

    def reload(self) -> None:
        """Fill the table; the cursor stays on its interview."""
        version, self._shown = Version.of(self.study), Version()
        previous_key = (
            self._current_row.key if self._current_row else str(studies.place(self.study, self.MODE).get("key", ""))
        )
        all_rows, before = interviews.listing(self.study), self._table.cursor_row
        needle = self._filter_words.casefold()
        self._rows = [
            interview
            for interview in all_rows
            if needle in f"{interview.title} {interview.file_name} {' '.join(interview.participants)}".casefold()
        ]
        table = self._table
        at = next((number for number, interview in enumerate(self._rows) if interview.key == previous_key), before)
        self._fill(at)
        empty = self.query_one(".empty", Static)
        empty.display = not self._rows
        empty.update(
            plain(
                with_keys(EMPTY)
                if not all_rows
                else f"Nothing matches “{self._filter_words}”. {key_of('interviews.unfilter')} shows all."
            )
        )
        table.display = bool(self._rows)
        self.query_one("#speakers").display = bool(self._rows)
        self._show_speakers()
        self._shown = version

    def _fill(self, at: int | None = None) -> None:
        """Show the rows, with the cursor on row ``at``, or where it was."""
        table = self._table
        at = table.cursor_row if at is None else at
        table.clear()
        for interview in self._rows:
            total = interview.suggested + interview.accepted + interview.rejected
            title = interview.title + (" !" if interview.warnings else "")
            counts = [str(count) for count in (interview.suggested, interview.accepted, interview.rejected)]
            coded = f"{total - interview.suggested}/{total}"
            participants = ", ".join(interview.participants)
            table.add_row(self._line([title, interview.format, f"{interview.words:,}", *counts, coded, participants]))
        table.move_cursor(row=min(at, len(self._rows) - 1))

    def state(self) -> str:
        """Return how much of the study is coded, the position and the filter."""
        counts = studies.overview(self.study)
        total = counts.suggested + counts.accepted + counts.rejected
        position = f"interview {self._table.cursor_row + 1}/{len(self._rows)}" if self._rows else "no interview"
        filter_note = f" · filter “{self._filter_words}”" if self._filter_words else ""
        return f"saved · coded {total - counts.suggested}/{total} · {position}{filter_note}"

    @on(DataTable.RowHighlighted)
    @shows_errors
    def _moved(self) -> None:
        self._show_speakers()
        self.tell()

    def _show_speakers(self) -> None:
        interview = self._current_row
        if interview is None:
            return
        speaker_lines = [
            Content.assemble(
                plain(f"{speaker.label or 'unnamed speaker'}", "bold"),
                plain(f"  {speaker.role} · {format_count(speaker.words, 'word')}"),
            )
            for speaker in interviews.speakers(self.study, interview.key)
        ]
        warning_lines = [plain(f"! {warning}", "$text-warning") for warning in interview.warnings]
        content = lines(
            [
                plain(
                    f"{interview.file_name} · {key_of('interviews.roles')} changes roles · "
                    f"{key_of('interviews.review')} reviews all",
                    "dim",
                ),
                *speaker_lines,
                *warning_lines,
            ]
        )
        if content != self._speakers_content:
            self._speakers_content = content
            self.query_one("#speakers", Static).update(content)

    def action_move(self, by: int) -> None:
        """Move the cursor up or down."""
        self._table.move_cursor(row=self._table.cursor_row + by)

    def action_edge(self, row: int) -> None:
        """Go to the first or last row."""
        self._table.move_cursor(row=row if row >= 0 else len(self._rows) - 1)

    def action_open(self) -> None:
        """Open the interview in Code."""
        if self._current_row:
            self.leave()
            self.study_app.open_passage(self._current_row.key, None, "interviews")

    @on(DataTable.RowSelected)
    def _chosen(self) -> None:
        self.action_open()

    def leave(self) -> None:
        """Remember the row."""
        if self._current_row:
            self.study_app.remember(self.MODE, {"key": self._current_row.key})

    def action_import_files(self) -> None:
        """Ask for a path, and preview the import from there."""
        self._imports.ask()

    def action_search(self) -> None:
        """Search the study."""
        from needsseg.tui.search.screen import SearchSheet

        self.app.push_screen(SearchSheet(self.study), self.go)

    @shows_errors
    def action_participants(self) -> None:
        """Show the participants with their attributes."""
        from needsseg.tui.interviews.participants import ParticipantsSheet

        self.app.push_screen(ParticipantsSheet(self.study), self.go)

    @shows_errors
    def action_pseudonyms(self) -> None:
        """Show the identifying details found in the transcripts, to be confirmed."""
        from needsseg.tui.interviews.pseudonyms import PseudonymsSheet

        self.app.push_screen(PseudonymsSheet(self.study), self.go)

    @shows_errors
    def action_coverage(self) -> None:
        """Show what was read and coded, and whether new codes still appear."""
        from needsseg.tui.code.sheets.coverage import CoverageSheet

        self.app.push_screen(CoverageSheet(self.study), self.go)

    @shows_errors
    def action_agreement(self) -> None:
        """Show how far coders agree."""
        from needsseg.tui.code.sheets.agreement import AgreementSheet

        self.app.push_screen(AgreementSheet(self.study, self._current_row.key if self._current_row else ""), self.go)

    def action_merge(self) -> None:
        """Merge a colleague's study."""
        from needsseg.tui.interviews.merging import merge_study

        merge_study(self)

    def go(self, place: Bookmark | None) -> None:
        """Go to the place that a dialog returned; without one, refresh the screen if the study has changed."""
        if place is None:
            self.on_screen_resume()
        else:
            self.leave()
            self.study_app.open_place(place, "interviews")

    def action_review(self) -> None:
        """Review the speakers' roles in all interviews."""
        self.review(None)

    def review(self, keys: list[str] | None, title: str = "", notes: Sequence[str | Advice] = ()) -> None:
        """Review the speakers' roles in these interviews, or in all if ``keys`` is None."""
        from needsseg.tui.interviews.batch import BatchSheet

        self.app.push_screen(BatchSheet(self.study, keys, title, [worded(note, self.app) for note in notes]), self.go)

    def action_reimport(self) -> None:
        """Ask for an edited transcript of the interview under the cursor, and replace its text."""
        self._imports.ask_again(self._current_row)

    def action_recording(self) -> None:
        """Ask for the recording of the interview under the cursor."""
        from needsseg.tui.interviews.recordings import ask_recording

        ask_recording(self, self._current_row)

    def action_suggest(self) -> None:
        """Suggest passages in all interviews."""
        self._imports.suggest()

    def action_roles(self) -> None:
        """Ask for a speaker and their role."""
        if self._current_row:
            self._roles.ask(self._current_row)

    @shows_errors
    def action_remove(self) -> None:
        """Remove the interview with its passages."""
        from needsseg.actions.transcripts import importing

        if self._current_row:
            title = self._current_row.title
            importing.remove_interview(self.study, self._current_row.key)
            self.done(f"removed “{title}” with its passages")

    def action_filter(self) -> None:
        """Ask for the words that filter the interviews."""
        from needsseg.tui.widgets.prompt import Prompt

        self.app.push_screen(Prompt("Filter interviews by words", value=self._filter_words, empty=True), self._narrow)

    def _narrow(self, words: str | None) -> None:
        if words is not None:
            self._filter_words = words
            self.refresh_study()

    def action_unfilter(self) -> None:
        """Show all interviews again."""
        self._narrow("")
