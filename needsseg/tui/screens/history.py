"""What was done in the study, newest first, with undo and redo."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from needsseg.actions import history
from needsseg.text import format_count
from needsseg.tui.screens.base import told
from needsseg.tui.words import one_line, plain

if TYPE_CHECKING:
    from needsseg.actions.studies import Study

WORDS = {"done": "", "undone": "taken back", "superseded": "given up"}
MOST = 500


class HistoryScreen(ModalScreen[None]):
    """The history; ``u`` and ``ctrl+r`` walk back and forth in it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,h,q", "dismiss", "close", id="history.close"),
        Binding("u", "undo", "take back the newest that stands", id="history.undo"),
        Binding("ctrl+r", "redo", "do again", id="history.redo"),
        Binding("j", "move(1)", "down", id="history.down"),
        Binding("k", "move(-1)", "up", id="history.up"),
    ]
    DEFAULT_CSS = """
    HistoryScreen { align: center middle; background: $background 40%;
      & > Vertical { width: 100; max-width: 96%; height: 90%; background: $surface; border: round $primary; padding: 0 1; }
      & OptionList, & OptionList:focus { height: 1fr; border: none; background: $surface; }
      & Static { height: auto; color: $text-muted; }
    }
    """

    def __init__(self, study: Study) -> None:
        super().__init__()
        self._study = study

    def compose(self) -> ComposeResult:
        """The list and its keys."""
        with Vertical() as box:
            box.border_title = "History"
            yield OptionList(id="entries")
            yield Static("u takes back the newest that stands · ctrl+r does it again · esc closes", markup=False)

    def on_mount(self) -> None:
        """Shows the newest first."""
        self._reload()
        self.query_one(OptionList).highlighted = 0
        self.query_one(OptionList).focus()

    def _reload(self) -> None:
        shown = self.query_one(OptionList)
        shown.clear_options()
        for entry in history.listing(self._study, MOST):
            gone = entry.state != "done"
            at = entry.at.replace("T", " ").rstrip("Z")
            words = one_line(entry.summary or entry.action)
            more = f"  {format_count(entry.rows, 'row')} · {entry.actor}" + (f" · {WORDS[entry.state]}" if gone else "")
            shown.add_option(
                Option(
                    Content.assemble(
                        plain(f"{at}  ", "dim"), plain(words, "strike dim" if gone else ""), plain(more, "dim")
                    )
                )
            )
        if not shown.option_count:
            shown.add_option(Option(plain("Nothing was done yet."), disabled=True))

    def action_move(self, by: int) -> None:
        """Goes through the entries."""
        shown = self.query_one(OptionList)
        shown.action_cursor_down() if by > 0 else shown.action_cursor_up()

    @told
    def action_undo(self) -> None:
        """Takes back the newest action that stands."""
        history.undo(self._study)
        self._reload()

    @told
    def action_redo(self) -> None:
        """Does again what was taken back last."""
        history.redo(self._study)
        self._reload()
