"""The segments screen as the objects that it is composed of may use it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from needsseg.tui.context import ScreenContext

if TYPE_CHECKING:
    from textual.timer import Timer

    from needsseg.errors import Advice
    from needsseg.tui.child import Outcome


class SegmentsContext(ScreenContext, Protocol):
    """The screen as its objects use it: it shows messages, opens dialogs, runs slow work, and goes to passages."""

    reviewer: str
    """The reviewer's name as last given; empty until then."""

    @property
    def is_current(self) -> bool:
        """Whether the screen is on top."""

    @property
    def is_attached(self) -> bool:
        """Whether the screen is still part of the app."""

    def tell_also(self, more: str) -> None:
        """Add words to the message that is shown."""

    def show_report(self, title: str, lines: Sequence[str | Advice]) -> None:
        """Show lines over the screen."""

    def refresh_study(self) -> None:
        """Read the study again and show it."""

    def refresh_if_changed(self) -> None:
        """Read the study again if it has changed."""

    def run_verb(self, title: str, then: Callable[[Outcome], None], arguments: Sequence[str]) -> None:
        """Run a long command in a child process; ``then`` gets its outcome unless it was cancelled."""

    def run_worker(self, work: Awaitable[None], *, group: str, exclusive: bool = False) -> object:
        """Run work in the background."""

    def set_timer(self, delay: float, callback: Callable[[], None]) -> Timer:
        """Call back after so many seconds."""
