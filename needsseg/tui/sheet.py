"""A sheet over a screen: a titled list with what happened and its keys below it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

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
from needsseg.tui.keys.hints import key_hints, key_of, with_keys
from needsseg.tui.study import undoing
from needsseg.tui.study_app import study_app
from needsseg.tui.words import plain

if TYPE_CHECKING:
    from needsseg.actions.study import HistoryEntry, Study
    from needsseg.tui.study_app import StudyApp

Answer = TypeVar("Answer")


class Sheet(ModalScreen[Answer | None], Generic[Answer]):
    """One line or block a row. A sheet fills ``rows`` in ``reload`` and binds its own keys; undo works on it as elsewhere.

    ``TITLE`` heads it, ``KEYS`` is its line of keys, ``EMPTY`` says what to do while there is nothing.
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
        self._since: list[tuple[str, float]] = []
        """What each row shows, and since when it has been there to be seen, on the monotonic clock."""
        self._own = False

    @property
    def study_app(self) -> StudyApp:
        """The app, with what the screens share."""
        return study_app(self)

    def compose(self) -> ComposeResult:
        """What heads the list, the list, what happened, and the keys."""
        with Vertical() as box:
            box.border_title = self.TITLE
            yield from self.compose_head()
            yield OptionList(id="rows", markup=False)
            yield Static(id="sheet-state", classes="line", markup=False)
            yield Static(key_hints(self.KEYS), classes="line", markup=False)

    def compose_head(self) -> ComposeResult:
        """What stands above the list."""
        yield from ()

    def on_mount(self) -> None:
        """Reads the study and puts the cursor on the list."""
        self.refresh_sheet()
        self.listed.focus()

    @property
    def listed(self) -> OptionList:
        """The list."""
        return self.query_one("#rows", OptionList)

    @property
    def at(self) -> int | None:
        """The number of the row under the cursor; None while there is none."""
        here = self.listed.highlighted
        return None if here is None or self.listed.get_option_at_index(here).disabled else here

    def reload(self) -> None:
        """Reads what the sheet shows, and gives it to ``fill``."""

    def state(self) -> str:
        """What the line under the list says of it."""
        return ""

    def fill(self, rows: Sequence[Content]) -> None:
        """Shows rows, the cursor staying where it was."""
        self._note_shown(rows)
        shown, at = self.listed, self.listed.highlighted or 0
        shown.clear_options()
        shown.add_options(Option(row) for row in rows)
        if not rows:
            shown.add_option(Option(plain(with_keys(self.EMPTY)), disabled=True))
        shown.highlighted = min(at, len(rows) - 1) if rows else None

    def _note_shown(self, rows: Sequence[Content]) -> None:
        """Rows that were there have been for longer; so has one that only tells of one's own change to it."""
        now, before = monotonic(), dict(self._since)
        same = self._own and len(rows) == len(self._since)
        self._since = [
            (text, before.get(text, self._since[at][1] if same else now))
            for at, text in enumerate(row.plain for row in rows)
        ]

    def unseen(self, *, any_row: bool = False) -> bool:
        """Whether what is under the cursor (or any row) was not on the screen yet as the key was pressed, which is said."""
        at = self.listed.highlighted
        shown = [since for _, since in (self._since if any_row else self._since[at : at + 1] if at is not None else [])]
        unseen = any(map(self.study_app.keys.pressed_before, shown))
        if unseen:
            self.tell(
                "this was not yet on screen when you pressed the key; nothing was changed, press again", wrong=True
            )
        return unseen

    def refresh_sheet(self) -> None:
        """Reads the study anew and tells the state; what is wrong with it is told too."""
        try:
            self.reload()
        except NeedssegError as error:
            self._happened, self._wrong = worded(error, self.app), True
        self.tell()

    def tell(self, happened: str | None = None, *, wrong: bool = False) -> None:
        """Shows the state, and what happened."""
        if happened is not None:
            self._happened, self._wrong = happened, wrong
        said = " · ".join(filter(None, [f"! {self._happened}" if self._wrong else self._happened, self.state()]))
        for line in self.query("#sheet-state").results(Static):
            line.update(plain(said))

    def done(self, happened: str, *, undo: bool = True) -> None:
        """After a change: shows the sheet as it is now, what happened, and how to take it back."""
        self._happened, self._wrong = f"{happened} · {key_of('sheet.undo')} undoes" if undo else happened, False
        self._own = True
        try:
            self.refresh_sheet()
        finally:
            self._own = False

    def attempt(self, happened: str, change: Callable[[], object], *, undo: bool = True) -> bool:
        """Makes a change and tells of it, or shows why it was refused; whether it was made."""
        before = history.newest_own(self.study)
        try:
            change()
        except NeedssegError as error:
            self.tell(worded(error, self.app), wrong=True)
            return False
        # Where all was so already there is no entry, and undo would take back what was done before.
        self.done(happened, undo=undo and history.newest_own(self.study) != before)
        return True

    def decide(self, happened: str, change: Callable[[], object], *, undo: bool = True) -> bool:
        """The same for a key that decides over the row under the cursor: never one that was not there to be seen."""
        return not self.unseen() and self.attempt(happened, change, undo=undo)

    def action_undo(self) -> None:
        """Takes back what one did last oneself."""

        def done(entry: HistoryEntry) -> None:
            self.done(f"Undid: {undoing.named(self.study, entry)}. {key_of('sheet.redo')} redoes it", undo=False)

        undoing.take_back(self.app, self.study, done, self._refuse)

    def action_redo(self) -> None:
        """Does again what was taken back."""
        try:
            entry = history.redo(self.study)
        except NeedssegError as error:
            self._refuse(error)
            return
        self.done(f"Redid: {undoing.named(self.study, entry)}")

    def _refuse(self, error: NeedssegError) -> None:
        self.tell(error.message, wrong=True)

    def action_step(self, by: int) -> None:
        """Goes up or down."""
        self.listed.action_cursor_down() if by > 0 else self.listed.action_cursor_up()

    def action_edge(self, last: bool) -> None:
        """Goes to the first or last row."""
        self.listed.action_last() if last else self.listed.action_first()

    def action_leave(self) -> None:
        """Closes the sheet without an answer."""
        self.dismiss(None)
