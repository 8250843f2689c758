"""The accounts screen as the objects that it is composed of may use it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from needsseg.tui.accounts.profile_loader import ProfilesContext

if TYPE_CHECKING:
    from needsseg.actions.accounts import AccountProfile
    from needsseg.errors import Advice
    from needsseg.records import AccountMatch
    from needsseg.tui.child import Outcome


class AccountsContext(ProfilesContext, Protocol):
    """The screen as its objects know it: the account under the cursor, reports, commands in a child."""

    @property
    def account(self) -> AccountProfile | None:
        """The account under the cursor."""

    @property
    def matched(self) -> Sequence[AccountMatch]:
        """The matches of participants with accounts that the profiles were computed from."""

    def names(self) -> Mapping[str, str]:
        """Return names by account id."""

    def show_report(self, title: str, lines: Sequence[str | Advice]) -> None:
        """Show lines over the screen."""

    def run_verb(self, title: str, then: Callable[[Outcome], None], arguments: Sequence[str]) -> None:
        """Run a long command in a child process; ``then`` gets its outcome unless it was cancelled."""
