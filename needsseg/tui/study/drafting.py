"""A draft of what is being typed: kept in the study shortly after each change, and offered when one comes back."""

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

KEEP_SECONDS = 0.5
"""Words are kept at most so long after they were typed, however long one goes on typing."""
WORDS = "words"
"""The one part of a draft that has no others."""
OPEN: list[Drafting] = []
"""The drafts of what is being typed just now, to be kept when the terminal goes."""


class Drafting:
    """One text that is being written; ``found`` are the words that were kept before, by part, None where there are none."""

    def __init__(self, study: Study, kind: DraftKind, target: int | str, about: str) -> None:
        self._study, self._kind, self._target, self._about = study, kind, target, about
        kept = drafts.load(study, kind, target)
        self.found: Mapping[str, str] | None = None if kept is None else kept.words
        self.at = "" if kept is None else kept.written_at[:16].replace("T", " ")
        self._wanted: dict[str, str] | None = None
        self._timer: Timer | None = None
        self._told = False
        self._closed = False
        self._first: str | None = None

    @property
    def words(self) -> str | None:
        """The words that were kept, of a draft of one part."""
        return None if self.found is None else self.found.get(WORDS)

    def note(self, screen: Screen[Any], words: Mapping[str, str]) -> None:
        """Notes what stands there now, to be kept in a moment."""
        if self._closed:
            return  # a change that was told of after the words were saved or dropped
        if self not in OPEN:
            OPEN.append(self)
        self._wanted = dict(words)
        if self._timer is None:
            self._timer = screen.set_timer(KEEP_SECONDS, lambda: self._keep_or_tell(screen))

    def _keep_or_tell(self, screen: Screen[Any]) -> None:
        try:
            self.keep()
        except NeedssegError as error:
            if not self._told:
                self._told = True
                screen.notify(f"No draft of this is kept: {error.message}", severity="warning", markup=False)

    def keep(self) -> None:
        """Keeps what was noted, where it was not yet; raises NeedssegError where the study cannot be written."""
        self._stop()
        wanted, self._wanted = self._wanted, None
        if wanted is not None:
            drafts.store(self._study, self._kind, self._target, self._about, wanted)

    def close(self) -> None:
        """The text is no longer on the screen: what was kept stays, and nothing more is."""
        self._stop()
        self._wanted, self._closed = None, True
        if self in OPEN:
            OPEN.remove(self)

    def drop(self) -> None:
        """The words were saved or given up: there is no draft any more."""
        self._stop()
        self._wanted, self._closed = None, True
        if self in OPEN:
            OPEN.remove(self)
        drafts.drop(self._study, self._kind, self._target)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = None

    def until_saved(self, save: Callable[[str | None], object], *, stored: bool = True) -> Callable[[str | None], None]:
        """``save``, after which the draft goes: where nothing was to be saved, or (where ``stored``) an action was done."""

        def saving(answer: str | None) -> None:
            before = history.newest_own(self._study)
            save(answer)
            if answer is None or not stored or history.newest_own(self._study) != before or answer == self._first:
                self.drop()

        return saving

    def over(self, stored: str) -> str:
        """The words to begin with: the draft's where there is one, else what is stored."""
        self._first = stored
        if self.words is not None and self.words.strip() == stored.strip():
            self.found = None  # it was saved elsewhere meanwhile
        return stored if self.words is None else self.words


def keep_all() -> None:
    """Keeps every draft that is being typed: the terminal goes. What cannot be kept is no reason to lose the others."""
    for each in OPEN:
        try:
            each.keep()
        except NeedssegError:
            continue


def on_hangup(keep: Callable[[], None]) -> None:
    """Calls ``keep`` when the terminal is closed or the connection lost, and ends as a program does that hangs up.

    Nothing is drawn any more: there is no screen to draw on. Where the system knows no such signal, and outside the main
    thread, which alone hears signals, nothing is done.
    """
    hangup = getattr(signal, "SIGHUP", None)
    if hangup is None or threading.current_thread() is not threading.main_thread():
        return

    def hung_up() -> None:
        try:
            keep()
        finally:
            signal.signal(hangup, signal.SIG_DFL)
            os.kill(os.getpid(), hangup)

    asyncio.get_running_loop().add_signal_handler(hangup, hung_up)
