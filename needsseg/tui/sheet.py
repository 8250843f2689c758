"""A sheet over a screen: a titled list, with a message and its keys below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from needsseg.actions.study import history
from needsseg.errors import NeedssegError
from needsseg.tui.fixes import worded
from needsseg.tui.gathering import Gathering
from needsseg.tui.keys.hints import key_hints, key_of, with_keys
from needsseg.tui.study import undoing
from needsseg.tui.study_app import study_app
from needsseg.tui.words import plain

if TYPE_CHECKING:
    from needsseg.actions.study import HistoryEntry, Study
    from needsseg.progress import Progress
    from needsseg.tui.study_app import StudyApp

Answer = TypeVar("Answer")
T = TypeVar("T")


class Sheet(ModalScreen[Answer | None], Generic[Answer]):
    """A list with a line or block a row. Subclasses fill it in ``reload`` and bind their own keys; undo works as elsewhere.

    ``TITLE`` is its title, ``KEYS`` its line of keys, ``EMPTY`` the text while there are no rows.
    """

    TITLE: ClassVar[str] = ""
    KEYS: ClassVar[str] = "{sheet.close} closes"
    EMPTY: ClassVar[str] = "Nothing here yet."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "close", id="sheet.close"),
        Binding("j", "step(1)", "down", id="sheet.down"),
        Binding("k", "step(-1)", "up", id="sheet.up"),
        Binding("g", "edge(False)", "top", id="sheet.top"),
        Binding("G", "edge(True)", "bottom", id="sheet.bottom"),
        Binding("u", "undo", "undo", id="sheet.undo"),
        Binding("ctrl+r", "redo", "redo", id="sheet.redo"),
    ]
    DEFAULT_CSS = """
    Sheet { align: center middle; background: $background 40%;
      & > Vertical { width: 104; max-width: 98%; height: 92%; background: $surface; border: round $accent; padding: 0 1; }
      & OptionList, & OptionList:focus { height: 1fr; border: none; background: $surface; padding: 0; }
      & .line { height: auto; color: $text-muted; }
      & #sheet-state { color: $text; text-style: bold; }
    }
    """

    def __init__(self, study: Study) -> None:
        super().__init__()
        self.study = study
        self._happened = ""
        self._wrong = False
        self._visible_since: list[tuple[str, float]] = []
        """The text of each row, and since when it has been visible, on the monotonic clock."""
        self._is_own_change = False
        self.gathering: Gathering[Any] = Gathering(self, self.tell)

    @property
    def study_app(self) -> StudyApp:
        """The app, with the data that the screens share."""
        return study_app(self)

    def compose(self) -> ComposeResult:
        """Yield the head, the list, the message, and the keys."""
        with Vertical() as box:
            box.border_title = self.TITLE
            yield from self.compose_head()
            yield OptionList(id="rows", markup=False)
            yield Static(id="sheet-state", classes="line", markup=False)
            yield Static(key_hints(self.KEYS), classes="line", markup=False)

    def compose_head(self) -> ComposeResult:
        """Yield the widgets above the list."""
        yield from ()

    def on_mount(self) -> None:
        """Read the study and focus the list."""
        self.refresh_sheet()
        self.focus_rows()

    def focus_rows(self) -> None:
        """Focus the list."""
        self.listed.focus()

    @property
    def listed(self) -> OptionList:
        """The list."""
        return self.query_one("#rows", OptionList)

    @property
    def at(self) -> int | None:
        """The number of the row under the cursor; None if there is none."""
        highlighted = self.listed.highlighted
        return None if highlighted is None or self.listed.get_option_at_index(highlighted).disabled else highlighted

    def reload(self) -> None:
        """Read what the sheet shows, and pass it to ``fill``; what takes more than a moment is read with ``gather``."""

    def gather(
        self,
        read: Callable[[Study, Progress], T],
        show: Callable[[T], None],
        failed: Callable[[], None] | None = None,
    ) -> None:
        """Read beside the screen, so that keys stay live, then pass what was read to ``show``; or show the error.

        After an error ``failed`` is called.
        """
        is_own_change = self._is_own_change

        def show_result(result: T | NeedssegError) -> None:
            if isinstance(result, NeedssegError):
                self._happened, self._wrong = worded(result, self.app), True
                if failed is not None:
                    failed()
            else:
                self._is_own_change = is_own_change
                try:
                    show(result)
                finally:
                    self._is_own_change = False
            self.tell()

        self.gathering.begin(self.study.path, read, show_result)

    def state(self) -> str:
        """Return the state of the list, for the line below it."""
        return ""

    def fill(self, rows: Sequence[Content]) -> None:
        """Show rows; the cursor stays where it was."""
        self._note_shown(rows)
        shown, at = self.listed, self.listed.highlighted or 0
        shown.clear_options()
        shown.add_options(Option(row) for row in rows)
        if not rows:
            shown.add_option(Option(plain(with_keys(self.EMPTY)), disabled=True))
        shown.highlighted = min(at, len(rows) - 1) if rows else None

    def _note_shown(self, rows: Sequence[Content]) -> None:
        """Note since when rows are visible; unchanged rows, and rows the user has just changed, keep their time."""
        now, before = monotonic(), dict(self._visible_since)
        same = self._is_own_change and len(rows) == len(self._visible_since)
        self._visible_since = [
            (text, before.get(text, self._visible_since[at][1] if same else now))
            for at, text in enumerate(row.plain for row in rows)
        ]

    def unseen(self, *, any_row: bool = False) -> bool:
        """Return whether the row under the cursor (or any row) appeared after the key was pressed; if so, show a message."""
        row = self.listed.highlighted
        visible_since = [
            time
            for _, time in (
                self._visible_since if any_row else self._visible_since[row : row + 1] if row is not None else []
            )
        ]
        unseen = any(map(self.study_app.keys.pressed_before, visible_since))
        if unseen:
            self.tell(
                "this was not yet on screen when you pressed the key; nothing was changed, press again", wrong=True
            )
        return unseen

    def refresh_sheet(self) -> None:
        """Read the study again, and show the state or the error."""
        try:
            self.reload()
        except NeedssegError as error:
            self._happened, self._wrong = worded(error, self.app), True
        self.tell()

    def tell(self, happened: str | None = None, *, wrong: bool = False) -> None:
        """Show the state and a message."""
        if happened is not None:
            self._happened, self._wrong = happened, wrong
        message = f"! {self._happened}" if self._wrong else self._happened
        text = " · ".join(filter(None, [self.gathering.words, message, self.state()]))
        for line in self.query("#sheet-state").results(Static):
            line.update(plain(text))

    def done(self, happened: str, *, undo: bool = True) -> None:
        """Show the sheet after a change, what happened, and how to undo it."""
        self._happened, self._wrong = f"{happened} · {key_of('sheet.undo')} undoes" if undo else happened, False
        self._is_own_change = True
        try:
            self.refresh_sheet()
        finally:
            self._is_own_change = False

    def attempt(self, happened: str, change: Callable[[], object], *, undo: bool = True) -> bool:
        """Make a change and show what happened, or show the error; return whether it succeeded."""
        before = history.newest_own(self.study)
        try:
            change()
        except NeedssegError as error:
            self.tell(worded(error, self.app), wrong=True)
            return False
        # If nothing had to change there is no new entry, and undo would undo an earlier action.
        self.done(happened, undo=undo and history.newest_own(self.study) != before)
        return True

    def decide(self, happened: str, change: Callable[[], object], *, undo: bool = True) -> bool:
        """Make a change to the row under the cursor, unless that row appeared after the key was pressed."""
        return not self.unseen() and self.attempt(happened, change, undo=undo)

    def action_undo(self) -> None:
        """Undo the user's last action."""

        def done(entry: HistoryEntry) -> None:
            self.done(
                f"Undid: {undoing.describe_entry(self.study, entry)}. {key_of('sheet.redo')} redoes it", undo=False
            )

        undoing.undo_entry(self.app, self.study, done, self._refuse)

    def action_redo(self) -> None:
        """Redo the action that was undone."""
        try:
            entry = history.redo(self.study)
        except NeedssegError as error:
            self._refuse(error)
            return
        self.done(f"Redid: {undoing.describe_entry(self.study, entry)}")

    def _refuse(self, error: NeedssegError) -> None:
        self.tell(error.message, wrong=True)

    def action_step(self, by: int) -> None:
        """Move the cursor up or down."""
        self.listed.action_cursor_down() if by > 0 else self.listed.action_cursor_up()

    def action_edge(self, last: bool) -> None:
        """Go to the first or last row."""
        self.listed.action_last() if last else self.listed.action_first()

    def action_leave(self) -> None:
        """Close the sheet without an answer."""
        self.dismiss(None)
