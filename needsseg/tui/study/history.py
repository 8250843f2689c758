"""The history of actions with their authors, newest first, with undo and redo."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from needsseg.actions.study import history
from needsseg.text import format_count
from needsseg.tui.keys.hints import key_hints
from needsseg.tui.screen_base import shows_errors
from needsseg.tui.study import undoing
from needsseg.tui.study_app import study_app
from needsseg.tui.words import one_line, plain

if TYPE_CHECKING:
    from needsseg.actions.study import HistoryEntry, Study

WORDS = {"done": "", "undone": "undone", "superseded": "cancelled"}
MOST = 500
KEYS = (
    "{history.undo} undoes the entry under the cursor · {history.redo} redoes · {history.person} one person's "
    "only · {history.close} closes"
)


class HistoryScreen(ModalScreen[None]):
    """The history. ``u`` undoes the action under the cursor: the user's own at once, others' after a question."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,h,q", "dismiss", "close", id="history.close"),
        Binding("u", "undo", "undo the entry under the cursor", id="history.undo"),
        Binding("ctrl+r", "redo", "redo", id="history.redo"),
        Binding("p", "person", "only one person's actions", id="history.person"),
        Binding("j", "move(1)", "down", id="history.down"),
        Binding("k", "move(-1)", "up", id="history.up"),
    ]
    DEFAULT_CSS = """
    HistoryScreen { align: center middle; background: $background 40%;
      & > Vertical { width: 100; max-width: 96%; height: 90%; background: $surface; border: round $accent; padding: 0 1; }
      & OptionList, & OptionList:focus { height: 1fr; border: none; background: $surface; }
      & Static { height: auto; color: $text-muted; }
    }
    """

    def __init__(self, study: Study) -> None:
        super().__init__()
        self._study = study
        self._person: str | None = None
        self._entries: list[HistoryEntry] = []

    def compose(self) -> ComposeResult:
        """Yield the list and its keys."""
        with Vertical() as box:
            box.border_title = "History"
            yield OptionList(id="entries")
            yield Static(key_hints(KEYS), markup=False)

    def on_mount(self) -> None:
        """Show the newest entries first."""
        self._reload()
        self.query_one(OptionList).focus()

    def _reload(self, at: int | None = None) -> None:
        """Read the history again; the cursor goes to the entry ``at`` if it is listed, else to the newest."""
        shown = self.query_one(OptionList)
        shown.clear_options()
        self._entries = history.listing(self._study, MOST, self._person)
        shown.add_options(_row(entry) for entry in self._entries)
        if not self._entries:
            words = "No actions yet." if self._person is None else f"No actions by {self._person} yet."
            shown.add_option(Option(plain(words), disabled=True))
        numbers = [entry.id for entry in self._entries]
        shown.highlighted = None if not numbers else numbers.index(at) if at in numbers else 0
        self.query_one(Vertical).border_title = plain(
            "History" if self._person is None else f"History of {self._person}"
        )

    @property
    def _current_entry(self) -> HistoryEntry | None:
        at = self.query_one(OptionList).highlighted
        return self._entries[at] if at is not None and at < len(self._entries) else None

    def action_move(self, by: int) -> None:
        """Move the cursor over the entries."""
        shown = self.query_one(OptionList)
        shown.action_cursor_down() if by > 0 else shown.action_cursor_up()

    def action_undo(self) -> None:
        """Undo the action under the cursor; ask first if it is a merge or someone else's."""
        entry = self._current_entry
        if entry is not None:
            undoing.undo_entry(self.app, self._study, self._show_undone, study_app(self).show_error, entry)

    def _show_undone(self, entry: HistoryEntry) -> None:
        """Show the entry undone; move to the user's previous action, so that the same key undoes that next."""
        before = history.next_undo(self._study)
        self._reload(entry.id if before is None or before.id > entry.id else before.id)

    @shows_errors
    def action_redo(self) -> None:
        """Redo the action under the cursor if it is undone, else the one undone last."""
        entry = self._current_entry
        entry_id = entry.id if entry is not None and entry.state == "undone" else None
        self._reload(history.redo(self._study, entry_id).id)

    def action_person(self) -> None:
        """Ask whose actions to show: one person's or everybody's."""
        from needsseg.tui.widgets.prompt import Choice, Prompt

        own = self._study.actor
        names = sorted(history.people(self._study), key=lambda name: (name != own, name))
        choices = [
            Choice("", "everybody"),
            *(Choice(name, one_line(name, 60), "you" if name == own else "") for name in names),
        ]
        self.app.push_screen(Prompt("Show whose actions?", choices=choices, free=False), self._show_person)

    def _show_person(self, name: str | None) -> None:
        if name is not None:
            self._person = name or None
            self._reload()


def _row(entry: HistoryEntry) -> Option:
    is_undone = entry.state != "done"
    at = entry.at.replace("T", " ").rstrip("Z")
    words = one_line(entry.summary or entry.action)
    more = f"  {format_count(entry.rows, 'row')} · {entry.actor}" + (f" · {WORDS[entry.state]}" if is_undone else "")
    return Option(
        Content.assemble(plain(f"{at}  ", "dim"), plain(words, "strike dim" if is_undone else ""), plain(more, "dim"))
    )
