"""What screens and dialogs may ask of the app, without knowing which screens it has."""

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
    from needsseg.tui.bookmark import Bookmark
    from needsseg.tui.keys.key_order import KeyOrder

Answer = TypeVar("Answer")
Severity = Literal["information", "warning", "error"]


class StudyApp(Protocol):
    """The app over one study: what its screens share, and the ways between them."""

    study: Study
    keys: KeyOrder
    reviewer: str
    """Who decides, as they said last; empty before anybody did."""
    as_of: date | None
    """The date of accounts and stack."""
    computed: Computed | None
    computing_of: object
    wanted: Bookmark | None
    """The place that another screen asked the Code screen to show."""
    wanted_accounts: Filters | None
    """The accounts that the stack asked the accounts screen to show."""
    came_from: str
    signs: Signs
    """The symbol of each segment, the same on all screens; kept as long as the program runs."""

    @property
    def screen_stack(self) -> list[Screen[Any]]:
        """The screen of the mode that is shown, and the dialogs over it."""

    def command(self, *arguments: str) -> list[str]:
        """The command line of a long verb."""

    def show_error(self, error: NeedssegError) -> None:
        """Show what is wrong and what to do."""

    def remember(self, screen: str, where: dict[str, object]) -> None:
        """Remember where a screen was left."""

    def remember_mode(self, mode: str) -> bool:
        """Remember the screen that is shown; whether it is another one than before."""

    def action_go(self, mode: str) -> None:
        """Go to one of the screens."""

    def open(self, name: str) -> None:
        """Open a dialog that every screen offers, by its name."""

    def open_passage(self, interview: str, passage: int | None, came_from: str) -> None:
        """Show a passage in its context; esc leads back."""

    def open_place(self, place: Bookmark, came_from: str) -> None:
        """Show a place in the Code screen; esc leads back."""

    def go_back(self) -> None:
        """Go from a passage back to where it was opened."""

    def run_worker(self, work: Awaitable[None], *, group: str, exclusive: bool = False) -> object:
        """Run work that outlives the screen that asked for it."""

    def push_screen(self, screen: Screen[Answer], callback: Callable[[Answer | None], None] | None = None) -> object:
        """Open a dialog; ``callback`` gets its answer, None where it was left."""

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
