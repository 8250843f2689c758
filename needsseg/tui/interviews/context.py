"""The interviews screen as its parts use it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from needsseg.tui.context import ScreenContext

if TYPE_CHECKING:
    from needsseg.errors import Advice
    from needsseg.tui.bookmark import Bookmark
    from needsseg.tui.child import Outcome


class InterviewsContext(ScreenContext, Protocol):
    """The interviews screen: it shows messages, opens dialogs, runs slow commands, and goes to passages."""

    def run_verb(self, title: str, then: Callable[[Outcome], None], arguments: Sequence[str]) -> None:
        """Run a long command in a child process; ``then`` gets its outcome unless it was cancelled."""

    def review(self, keys: list[str] | None, title: str = "", notes: Sequence[str | Advice] = ()) -> None:
        """Review the speakers' roles in these interviews, or in all if ``keys`` is None."""

    def go(self, place: Bookmark | None) -> None:
        """Go to the place that a dialog returned; without one, refresh the screen."""
