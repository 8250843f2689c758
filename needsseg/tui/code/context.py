"""The Code screen as its parts may use it, beyond what every screen offers."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from needsseg.tui.context import ScreenContext

if TYPE_CHECKING:
    from textual import Logger
    from textual.worker import Worker

    from needsseg.tui.bookmark import Bookmark
    from needsseg.tui.child import Outcome


class CodeContext(ScreenContext, Protocol):
    """The Code screen as seen by its parts."""

    @property
    def log(self) -> Logger:
        """The log for faults that do not stop the work."""

    @property
    def is_attached(self) -> bool:
        """Whether the screen still belongs to a running app."""

    @property
    def is_current(self) -> bool:
        """Whether the screen is visible."""

    @property
    def is_on_top(self) -> bool:
        """Whether nothing is open over the screen."""

    def show_passage(self, *, reveal: bool = False) -> None:
        """Draw the passages and the panel of the current one."""

    def saved(self, happened: str, *, undo: bool = True) -> None:
        """After a change of passages alone: read them again, and show what happened as ``done`` does."""

    def refresh_study(self) -> None:
        """Read the study again and show it."""

    def show_place(self, place: Bookmark) -> None:
        """Show a place of the study on this screen."""

    def leave(self) -> None:
        """Remember the place, to reopen there."""

    def run_verb(self, title: str, then: Callable[[Outcome], None], arguments: Sequence[str]) -> None:
        """Run a long command as a child; ``then`` gets its outcome unless it was cancelled."""

    def run_worker(self, work: Coroutine[Any, Any, None], *, group: str) -> Worker[None]:
        """Run a coroutine in the background."""
