"""The app as screens and dialogs use it, without knowing which screens it has."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar, cast

if TYPE_CHECKING:
    from datetime import date

    from textual.screen import Screen

    from needsseg.actions.study import Study
    from needsseg.errors import NeedssegError
    from needsseg.symbols import Signs
    from needsseg.tui.accounts.filters import Filters
    from needsseg.tui.accounts.profiles import Computed
    from needsseg.tui.background import BackgroundEmbedding
    from needsseg.tui.bookmark import Bookmark
    from needsseg.tui.keys.key_order import KeyOrder

Answer = TypeVar("Answer")
Severity = Literal["information", "warning", "error"]


class StudyApp(Protocol):
    """The app over one study: what its screens share, and the ways between them."""

    study: Study
    background: BackgroundEmbedding
    keys: KeyOrder
    reviewer: str
    """The name of the last reviewer; empty before anybody has given one."""
    as_of: date | None
    """The as-of date of the accounts and stack screens."""
    computed: Computed | None
    computing_of: object
    requested_place: Bookmark | None
    """The place that another screen has asked the Code screen to show."""
    requested_accounts: Filters | None
    """The accounts that the stack screen has asked the accounts screen to show."""
    opened_from: str
    signs: Signs
    """The symbol of each segment, the same on all screens as long as the program runs."""

    @property
    def screen_stack(self) -> list[Screen[Any]]:
        """The screen of the current mode, and the dialogs over it."""

    def command(self, *arguments: str) -> list[str]:
        """Return the command line of a long command."""

    def show_error(self, error: NeedssegError) -> None:
        """Show an error with its hint."""

    def remember(self, screen: str, where: dict[str, object]) -> None:
        """Remember where a screen was left."""

    def remember_mode(self, mode: str) -> bool:
        """Remember the current screen; return whether it has changed."""

    def action_go(self, mode: str) -> None:
        """Go to another screen."""

    def open(self, name: str) -> None:
        """Open a dialog that every screen offers, by its name."""

    def open_passage(self, interview: str, passage: int | None, opened_from: str) -> None:
        """Show a passage in its transcript; esc leads back."""

    def open_place(self, place: Bookmark, opened_from: str) -> None:
        """Show a place in the Code screen; esc leads back."""

    def go_back(self) -> None:
        """Return from a passage to the screen that opened it."""

    def run_worker(self, work: Awaitable[None], *, group: str, exclusive: bool = False) -> object:
        """Run background work, which continues after the screen that started it is closed."""

    def push_screen(self, screen: Screen[Answer], callback: Callable[[Answer | None], None] | None = None) -> object:
        """Open a dialog; ``callback`` gets its answer, or None if it was cancelled."""

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: Severity = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Show a toast."""


def study_app(screen: Screen[Any]) -> StudyApp:
    """Return the app of a screen or dialog."""
    return cast("StudyApp", screen.app)
