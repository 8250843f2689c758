"""The memo sheet: one's own memo to write, with those of others above it to read."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static, TextArea

from needsseg.actions.coding import DraftKind, MemoKind, memos
from needsseg.actions.study import Study
from needsseg.errors import NeedssegError
from needsseg.text import safe
from needsseg.tui.fixes import worded
from needsseg.tui.keys.hints import key_hints, key_of, with_keys
from needsseg.tui.study.drafting import WORDS, Drafting
from needsseg.tui.words import lines, plain

DRAFTS: dict[MemoKind, DraftKind] = {"passage": "passage memo", "interview": "interview memo", "code": "code memo"}
KEYS = "{memo.leave} saves and closes · {memo.drop} twice drops the changes (cuts a selection)"


class MemoSheet(ModalScreen[str | None]):
    """The user's memo on a passage, interview or code; closes with a message, or None if nothing was changed.

    Raises NotFoundError if the study does not hold that.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "save and close", id="memo.leave", priority=True),
        Binding("ctrl+x", "drop", "drop the changes", id="memo.drop", priority=True),
    ]
    DEFAULT_CSS = """
    MemoSheet { align: center middle; background: $background 40%;
      & > Vertical { width: 104; max-width: 98%; height: 80%; background: $surface; border: round $accent; padding: 0 1; }
      & #title { height: auto; max-height: 3; text-style: bold; }
      & #others { height: auto; max-height: 40%; color: $text-muted; }
      & #others Static { height: auto; }
      & TextArea, & TextArea:focus { height: 1fr; min-height: 3; border: none; padding: 0; background: $boost; }
      & .line { height: auto; color: $text-muted; }
      & #memo-state { color: $text; text-style: bold; }
    }
    """

    def __init__(self, study: Study, kind: MemoKind, subject: int | str, title: str) -> None:
        super().__init__()
        self.study, self._kind, self._of, self._title = study, kind, subject, title
        existing_memos = memos.listing(study, kind, subject)
        self._others = [memo for memo in existing_memos if memo.written_by != study.actor]
        self._own = next((memo.words for memo in existing_memos if memo.written_by == study.actor), "")
        self._warned = False
        self.draft = Drafting(study, DRAFTS[kind], subject, title)
        self._begun = self.draft.initial_words(_editable(self._own))

    def compose(self) -> ComposeResult:
        """Yield the title, others' memos, one's own words, the last message, and the keys."""
        with Vertical():
            yield Static(plain(self._title), id="title")
            if self._others:
                with VerticalScroll(id="others"):
                    for memo in self._others:
                        heading = plain(f"{memo.written_by}, {memo.written_at.replace('T', ' ').rstrip('Z')}:", "bold")
                        yield Static(lines([heading, plain(memo.words)]))
            yield TextArea(_editable(self._begun), id="words", placeholder="Your memo. An empty one is removed.")
            yield Static(id="memo-state", classes="line", markup=False)
            yield Static(key_hints(KEYS), classes="line", markup=False)

    def on_mount(self) -> None:
        """Focus the memo, the cursor at its end."""
        self.area.focus()
        self.area.move_cursor(self.area.document.end)
        if self.changed:
            self._tell(
                f"a draft of {self.draft.stored_at}, not saved yet: {key_of('memo.leave')} saves it, "
                f"{key_of('memo.drop')} twice drops it"
            )

    def on_unmount(self) -> None:
        """Close the draft; if the app quits, unsaved words are kept in it."""
        self.draft.close()

    @property
    def area(self) -> TextArea:
        """The input of the memo's words."""
        return self.query_one("#words", TextArea)

    @property
    def changed(self) -> bool:
        """Whether the words differ from the stored ones."""
        return self.area.text.strip() != _editable(self._own).strip()

    def _tell(self, happened: str) -> None:
        self.query_one("#memo-state", Static).update(plain(happened))

    def on_text_area_changed(self) -> None:
        """Note the draft, and clear the message about earlier words."""
        if self.area.text == _editable(self._begun):
            return  # unchanged since the sheet was opened
        self._begun = self.area.text
        self.draft.note(self, {WORDS: self.area.text})
        self._warned = False
        self._tell("")

    def action_leave(self) -> None:
        """Save the changes and close; words that cannot be saved stay here to be copied."""
        if not self.changed:
            self._close(None)
            return
        words = self.area.text
        try:
            memos.write(self.study, self._kind, self._of, words)
        except NeedssegError as error:
            self._tell(f"! {worded(error, self.app)}")
            return
        self._close("wrote the memo" if words.strip() else "removed the memo")

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
            self._tell(with_keys("changed: {memo.drop} again drops the changes, {memo.leave} saves them"))


def _editable(words: str) -> str:
    """Return words safe to edit: tabs stay, other control characters, which would affect the terminal, are replaced."""
    return safe(words, tabs=True)
