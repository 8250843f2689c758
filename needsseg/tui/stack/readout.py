"""The readout sheet: the text that opens the report, as Markdown to write."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static, TextArea

from needsseg.actions.exchange.report import readout_text
from needsseg.actions.study import Study
from needsseg.errors import NeedssegError
from needsseg.text import safe
from needsseg.tui.fixes import worded
from needsseg.tui.keys.hints import key_hints, key_of, with_keys
from needsseg.tui.study.drafting import WORDS, Drafting
from needsseg.tui.words import plain

KEYS = "{readout.leave} saves and closes · {readout.drop} twice drops the changes (cuts a selection)"


class ReadoutSheet(ModalScreen[str | None]):
    """The text of the readout to write; closes with a message, or None if nothing was changed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "save and close", id="readout.leave", priority=True),
        Binding("ctrl+x", "drop", "drop the changes", id="readout.drop", priority=True),
    ]
    DEFAULT_CSS = """
    ReadoutSheet { align: center middle; background: $background 40%;
      & > Vertical { width: 104; max-width: 98%; height: 96%; background: $surface; border: round $accent; padding: 0 1; }
      & TextArea, & TextArea:focus { height: 1fr; min-height: 3; border: none; padding: 0; background: $boost; }
      & .line { height: auto; color: $text-muted; }
      & #readout-state { color: $text; text-style: bold; }
    }
    """

    def __init__(self, study: Study) -> None:
        super().__init__()
        self.study = study
        self._stored = _editable(readout_text.to_edit(study))
        self._warned = False
        self.draft = Drafting(study, "readout", "", "the readout")
        self._begun = self.draft.initial_words(self._stored)

    def compose(self) -> ComposeResult:
        """Yield the text, the last message, and the keys."""
        with Vertical() as box:
            box.border_title = "The readout: what people read first"
            yield TextArea(_editable(self._begun), id="words")
            yield Static(id="readout-state", classes="line", markup=False)
            yield Static(key_hints(KEYS), classes="line", markup=False)

    def on_mount(self) -> None:
        """Focus the text, the cursor below its first heading."""
        self.area.focus()
        first = next((row for row, line in enumerate(self.area.text.splitlines()) if line.startswith("## ")), 0)
        self.area.move_cursor((min(first + 4, self.area.document.line_count - 1), 0))
        if self.changed:
            self._tell(
                f"a draft of {self.draft.stored_at}, not saved yet: {key_of('readout.leave')} saves it, "
                f"{key_of('readout.drop')} twice drops it"
            )

    def on_unmount(self) -> None:
        """Close the draft; if the app quits, unsaved words are kept in it."""
        self.draft.close()

    @property
    def area(self) -> TextArea:
        """The input of the text."""
        return self.query_one("#words", TextArea)

    @property
    def changed(self) -> bool:
        """Whether the text differs from the stored one."""
        return self.area.text.strip() != self._stored.strip()

    def _tell(self, happened: str) -> None:
        self.query_one("#readout-state", Static).update(plain(happened))

    def on_text_area_changed(self) -> None:
        """Note the draft, and clear the message about earlier words."""
        if self.area.text == _editable(self._begun):
            return  # unchanged since the sheet was opened
        self._begun = self.area.text
        self.draft.note(self, {WORDS: self.area.text})
        self._warned = False
        self._tell("")

    def action_leave(self) -> None:
        """Save the changes and close; a text that cannot be read stays here, with its fault named."""
        if not self.changed:
            self._close(None)
            return
        try:
            parts = readout_text.replace(self.study, self.area.text)
        except NeedssegError as error:
            self._tell(f"! {worded(error, self.app)}")
            return
        self._close(f"wrote the readout: {', '.join(parts)}" if parts else None)

    def _close(self, happened: str | None) -> None:
        """Close, and delete the draft of what was saved or dropped."""
        self.draft.drop()
        self.dismiss(happened)

    def action_drop(self) -> None:
        """Cut the selected text; without a selection, drop the changes when pressed twice."""
        if self.area.has_focus and self.area.selected_text:
            self.area.action_cut()
        elif self._warned or not self.changed:
            self._close(None)
        else:
            self._warned = True
            self._tell(with_keys("changed: {readout.drop} again drops the changes, {readout.leave} saves them"))


def _editable(words: str) -> str:
    """Return words safe to edit: tabs stay, other control characters, which would affect the terminal, are replaced."""
    return safe(words, tabs=True)
