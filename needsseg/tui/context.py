"""What the objects that a screen is composed of may ask of it."""

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
    """A screen as seen by its parts: the study, the line of state, dialogs, and the way to other screens."""

    @property
    def study(self) -> Study:
        """The study that is open."""

    def tell(self, happened: str | None = None, *, wrong: bool = False) -> None:
        """Show the state, and what happened until the next thing does."""

    def done(self, happened: str, *, undo: bool = True, steps: int = 1) -> None:
        """Show the study as it is after a change, what happened, and how to take its ``steps`` back."""

    def show_error(self, error: NeedssegError) -> None:
        """Show what is wrong and what to do."""

    def worded(self, words: str | Advice | NeedssegError) -> str:
        """Return words, or an error with its hint, with every fix as the keys that do it."""

    def push(self, screen: Screen[Answer], callback: Callable[[Answer | None], None]) -> None:
        """Open a dialog over the screen; ``callback`` gets its answer, None where it was left."""

    def pressed_before(self, shown: float | None) -> bool:
        """Return whether the key that is being handled was pressed before something was shown; None is never shown."""

    def navigate(self, place: Bookmark, came_from: str | None = None) -> None:
        """Show a place in the Code screen; esc leads back to ``came_from``, where None leaves the way back as it is."""


class HasContext(Protocol):
    """A part of a screen."""

    @property
    def context(self) -> ScreenContext:
        """The screen that it is a part of."""
