"""Drafts of unsaved text: stored in the study shortly after each change, and offered when the text is opened again."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from needsseg.actions.coding import drafts
from needsseg.actions.study import history
from needsseg.errors import NeedssegError

if TYPE_CHECKING:
    from textual.screen import Screen
    from textual.timer import Timer

    from needsseg.actions.coding import DraftKind
    from needsseg.actions.study import Study

STORE_SECONDS = 0.5
"""Text is stored at most this long after it was typed, even while typing continues."""
WORDS = "words"
"""The name of the only part of a draft of one part."""
OPEN: list[Drafting] = []
"""The drafts of open texts, to be stored when the terminal is closed."""


class Drafting:
    """The draft of one open text; ``stored_words`` is the text stored before, by part, or None."""

    def __init__(self, study: Study, kind: DraftKind, target: int | str, about: str) -> None:
        self._study, self._kind, self._target, self._about = study, kind, target, about
        stored_draft = drafts.load(study, kind, target)
        self.stored_words: Mapping[str, str] | None = None if stored_draft is None else stored_draft.words
        self.stored_at = "" if stored_draft is None else stored_draft.written_at[:16].replace("T", " ")
        self._unstored: dict[str, str] | None = None
        self._timer: Timer | None = None
        self._has_warned = False
        self._closed = False
        self._initial: str | None = None

    @property
    def words(self) -> str | None:
        """The stored text of a draft of one part."""
        return None if self.stored_words is None else self.stored_words.get(WORDS)

    def note(self, screen: Screen[Any], words: Mapping[str, str]) -> None:
        """Note the current text, to be stored shortly."""
        if self._closed:
            return  # The change was reported after the text was saved or dropped.
        if self not in OPEN:
            OPEN.append(self)
        self._unstored = dict(words)
        if self._timer is None:
            self._timer = screen.set_timer(STORE_SECONDS, lambda: self._store_or_warn(screen))

    def _store_or_warn(self, screen: Screen[Any]) -> None:
        try:
            self.store()
        except NeedssegError as error:
            if not self._has_warned:
                self._has_warned = True
                screen.notify(f"No draft of this is kept: {error.message}", severity="warning", markup=False)

    def store(self) -> None:
        """Store the noted text if it is not stored yet; raise NeedssegError if the study cannot be written."""
        self._stop()
        words, self._unstored = self._unstored, None
        if words is not None:
            drafts.store(self._study, self._kind, self._target, self._about, words)

    def close(self) -> None:
        """Stop storing, because the text is no longer on the screen; the stored draft stays."""
        self._stop()
        self._unstored, self._closed = None, True
        if self in OPEN:
            OPEN.remove(self)

    def drop(self) -> None:
        """Delete the draft, because the text was saved or given up."""
        self._stop()
        self._unstored, self._closed = None, True
        if self in OPEN:
            OPEN.remove(self)
        drafts.drop(self._study, self._kind, self._target)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = None

    def until_saved(self, save: Callable[[str | None], object], *, stored: bool = True) -> Callable[[str | None], None]:
        """Return ``save`` followed by dropping the draft, if nothing had to be saved or, with ``stored``, an action was done."""

        def save_and_drop(answer: str | None) -> None:
            before = history.newest_own(self._study)
            save(answer)
            if answer is None or not stored or history.newest_own(self._study) != before or answer == self._initial:
                self.drop()

        return save_and_drop

    def initial_words(self, stored: str) -> str:
        """Return the text to begin with: the draft if there is one, else the ``stored`` text."""
        self._initial = stored
        if self.words is not None and self.words.strip() == stored.strip():
            self.stored_words = None  # The same text has been saved elsewhere.
        return stored if self.words is None else self.words


def store_all() -> None:
    """Store every open draft when the terminal is closed; a draft that cannot be stored does not stop the others."""
    for each in OPEN:
        try:
            each.store()
        except NeedssegError:
            continue


def on_hangup(store: Callable[[], None]) -> None:
    """Call ``store`` when the terminal is closed or the connection is lost, then end with the hang-up signal.

    Nothing is drawn then, because there is no screen. On systems without this signal, and outside the main thread, which alone
    receives signals, nothing is done.
    """
    hangup = getattr(signal, "SIGHUP", None)
    if hangup is None or threading.current_thread() is not threading.main_thread():
        return

    def handle_hangup() -> None:
        try:
            store()
        finally:
            signal.signal(hangup, signal.SIG_DFL)
            os.kill(os.getpid(), hangup)

    asyncio.get_running_loop().add_signal_handler(hangup, handle_hangup)
