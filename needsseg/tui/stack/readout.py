"""The readout sheet: the text that opens the report, as Markdown to write."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static, TextArea

from needsseg.actions.exchange.report import readout_text
from needsseg.actions.study import Study
from needsseg.tui.keys.hints import key_hints
from needsseg.tui.study.drafting import Drafting
from needsseg.tui.text_sheet import TextSheet, editable

KEYS = "{readout.leave} saves and closes · {readout.drop} twice drops the changes (cuts a selection)"


class ReadoutSheet(TextSheet):
    """The text of the readout to write; a text that cannot be read stays here, with its fault named."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "save and close", id="readout.leave", priority=True),
        Binding("ctrl+x", "drop", "drop the changes", id="readout.drop", priority=True),
    ]
    DEFAULT_CSS = """
    ReadoutSheet { & > Vertical { height: 96%; } }
    """
    prefix = "readout"

    def __init__(self, study: Study) -> None:
        super().__init__(study, readout_text.to_edit(study), Drafting(study, "readout", "", "the readout"))

    def compose(self) -> ComposeResult:
        """Yield the text, the last message, and the keys."""
        with Vertical() as box:
            box.border_title = "The readout: what people read first"
            yield TextArea(editable(self.begun), id="words")
            yield Static(id="text-state", classes="line", markup=False)
            yield Static(key_hints(KEYS), classes="line", markup=False)

    def on_mount(self) -> None:
        """Focus the text, the cursor below its first heading."""
        self.area.focus()
        first = next((row for row, line in enumerate(self.area.text.splitlines()) if line.startswith("## ")), 0)
        self.area.move_cursor((min(first + 4, self.area.document.line_count - 1), 0))
        self.tell_of_draft()

    def save(self, words: str) -> str | None:
        """Replace the readout's text."""
        parts = readout_text.replace(self.study, words)
        return f"wrote the readout: {', '.join(parts)}" if parts else None
