"""A sheet with one text to write: a draft is kept while it is typed, and words that cannot be saved stay to be mended."""

from __future__ import annotations

from textual.screen import ModalScreen
from textual.widgets import Static, TextArea

from needsseg.actions.study import Study
from needsseg.errors import NeedssegError
from needsseg.text import safe
from needsseg.tui.fixes import worded
from needsseg.tui.keys.hints import key_of, with_keys
from needsseg.tui.study.drafting import WORDS, Drafting
from needsseg.tui.words import plain


class TextSheet(ModalScreen[str | None]):
    """One text of the study; closes with a message, or None if nothing was changed.

    A sheet composes ``TextArea(id="words")`` and ``Static(id="text-state")``, binds ``leave`` and ``drop`` under ids that begin
    with ``prefix``, and says in ``save`` what becomes of the text.
    """

    DEFAULT_CSS = """
    TextSheet { align: center middle; background: $background 40%;
      & > Vertical { width: 104; max-width: 98%; height: 80%; background: $surface; border: round $accent; padding: 0 1; }
      & TextArea, & TextArea:focus { height: 1fr; min-height: 3; border: none; padding: 0; background: $boost; }
      & .line { height: auto; color: $text-muted; }
      & #text-state { color: $text; text-style: bold; }
    }
    """
    prefix = ""

    def __init__(self, study: Study, stored: str, draft: Drafting) -> None:
        super().__init__()
        self.study, self.draft = study, draft
        self._stored = editable(stored)
        self._warned = False
        self.begun = draft.initial_words(self._stored)

    def save(self, words: str) -> str | None:
        """Save the text and return what happened, None for nothing; NeedssegError where it cannot be saved."""
        raise NotImplementedError

    @property
    def area(self) -> TextArea:
        """The input of the text."""
        return self.query_one("#words", TextArea)

    @property
    def changed(self) -> bool:
        """Whether the text differs from the stored one."""
        return self.area.text.strip() != self._stored.strip()

    def tell_of_draft(self) -> None:
        """Say that the text is a draft that was not saved, where it is one."""
        if self.changed:
            saves, drops = (key_of(f"{self.prefix}.{name}") for name in ("leave", "drop"))
            self.tell(f"a draft of {self.draft.stored_at}, not saved yet: {saves} saves it, {drops} twice drops it")

    def tell(self, happened: str) -> None:
        """Show a message below the text."""
        self.query_one("#text-state", Static).update(plain(happened))

    def on_unmount(self) -> None:
        """Close the draft; if the app quits, unsaved words are kept in it."""
        self.draft.close()

    def on_text_area_changed(self) -> None:
        """Note the draft, and clear the message about earlier words."""
        if self.area.text == editable(self.begun):
            return  # unchanged since the sheet was opened
        self.begun = self.area.text
        self.draft.note(self, {WORDS: self.area.text})
        self._warned = False
        self.tell("")

    def action_leave(self) -> None:
        """Save the changes and close; words that cannot be saved stay here, with what is wrong."""
        if not self.changed:
            self.close(None)
            return
        try:
            happened = self.save(self.area.text)
        except NeedssegError as error:
            self.tell(f"! {worded(error, self.app)}")
            return
        self.close(happened)

    def close(self, happened: str | None) -> None:
        """Close, and delete the draft of what was saved or dropped."""
        self.draft.drop()
        self.dismiss(happened)

    def action_drop(self) -> None:
        """Cut the selected text; without a selection, drop the changes when pressed twice."""
        if self.area.has_focus and self.area.selected_text:
            self.area.action_cut()
        elif self._warned or not self.changed:
            self.close(None)
        else:
            self._warned = True
            saves, drops = f"{{{self.prefix}.leave}}", f"{{{self.prefix}.drop}}"
            self.tell(with_keys(f"changed: {drops} again drops the changes, {saves} saves them"))


def editable(words: str) -> str:
    """Return words safe to edit: tabs stay, other control characters, which would affect the terminal, are replaced."""
    return safe(words, tabs=True)
