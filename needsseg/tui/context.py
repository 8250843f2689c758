"""The screen as the objects that it is composed of use it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from textual.screen import Screen

    from needsseg.actions.study import Study
    from needsseg.errors import Advice, NeedssegError
    from needsseg.tui.bookmark import Bookmark

Answer = TypeVar("Answer")


class ScreenContext(Protocol):
    """A screen as its parts use it: the study, the status line, dialogs, and the way to other screens."""

    @property
    def study(self) -> Study:
        """The study that is open."""

    def tell(self, happened: str | None = None, *, wrong: bool = False) -> None:
        """Show the state and a message, which stays until the next one."""

    def done(self, happened: str, *, undo: bool = True, steps: int = 1) -> None:
        """Show the study after a change, what happened, and how to undo its ``steps``."""

    def show_error(self, error: NeedssegError) -> None:
        """Show an error with its hint."""

    def worded(self, words: str | Advice | NeedssegError) -> str:
        """Return words, or an error with its hint, with every fix as its keys."""

    def push(self, screen: Screen[Answer], callback: Callable[[Answer | None], None]) -> None:
        """Open a dialog over the screen; ``callback`` gets its answer, or None if it was cancelled."""

    def pressed_before(self, shown: float | None) -> bool:
        """Return whether the current key was pressed before the time ``shown``; None if it was never shown."""

    def navigate(self, place: Bookmark, opened_from: str | None = None) -> None:
        """Show a place in the Code screen; esc leads back to ``opened_from``, or as before if it is None."""


class HasContext(Protocol):
    """A part of a screen."""

    @property
    def context(self) -> ScreenContext:
        """The screen that it is a part of."""
