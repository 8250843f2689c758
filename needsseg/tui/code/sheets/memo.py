"""The memo sheet: one's own memo to write, with those of others above it to read."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static, TextArea

from needsseg.actions.coding import DraftKind, MemoKind, memos
from needsseg.actions.study import Study
from needsseg.tui.keys.hints import key_hints
from needsseg.tui.study.drafting import Drafting
from needsseg.tui.text_sheet import TextSheet, editable
from needsseg.tui.words import lines, plain

DRAFTS: dict[MemoKind, DraftKind] = {"passage": "passage memo", "interview": "interview memo", "code": "code memo"}
KEYS = "{memo.leave} saves and closes · {memo.drop} twice drops the changes (cuts a selection)"


class MemoSheet(TextSheet):
    """The user's memo on a passage, interview or code; NotFoundError if the study does not hold that."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "save and close", id="memo.leave", priority=True),
        Binding("ctrl+x", "drop", "drop the changes", id="memo.drop", priority=True),
    ]
    DEFAULT_CSS = """
    MemoSheet {
      & #title { height: auto; max-height: 3; text-style: bold; }
      & #others { height: auto; max-height: 40%; color: $text-muted; }
      & #others Static { height: auto; }
    }
    """
    prefix = "memo"

    def __init__(self, study: Study, kind: MemoKind, subject: int | str, title: str) -> None:
        existing_memos = memos.listing(study, kind, subject)
        own = next((memo.words for memo in existing_memos if memo.written_by == study.actor), "")
        super().__init__(study, own, Drafting(study, DRAFTS[kind], subject, title))
        self._kind, self._of, self._title = kind, subject, title
        self._others = [memo for memo in existing_memos if memo.written_by != study.actor]

    def compose(self) -> ComposeResult:
        """Yield the title, others' memos, one's own words, the last message, and the keys."""
        with Vertical():
            yield Static(plain(self._title), id="title")
            if self._others:
                with VerticalScroll(id="others"):
                    for memo in self._others:
                        heading = plain(f"{memo.written_by}, {memo.written_at.replace('T', ' ').rstrip('Z')}:", "bold")
                        yield Static(lines([heading, plain(memo.words)]))
            yield TextArea(editable(self.begun), id="words", placeholder="Your memo. An empty one is removed.")
            yield Static(id="text-state", classes="line", markup=False)
            yield Static(key_hints(KEYS), classes="line", markup=False)

    def on_mount(self) -> None:
        """Focus the memo, the cursor at its end."""
        self.area.focus()
        self.area.move_cursor(self.area.document.end)
        self.tell_of_draft()

    def save(self, words: str) -> str | None:
        """Write the memo, or remove it if it is empty."""
        memos.write(self.study, self._kind, self._of, words)
        return "wrote the memo" if words.strip() else "removed the memo"
