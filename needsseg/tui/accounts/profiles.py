"""The profiles of one date, computed of the study as it is."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from needsseg.actions.accounts import Revenue, accounts
from needsseg.actions.accounts.revenue import revenue_as_of
from needsseg.actions.discovery.evidence import listing
from needsseg.errors import NeedssegError, UsageError
from needsseg.records import AccountMatch

if TYPE_CHECKING:
    from collections.abc import Callable

    from needsseg.actions.accounts import AccountProfile
    from needsseg.actions.study import Study
    from needsseg.errors import Advice

MANY = 10_000
FAILED = ("", "  {accounts.open:6} tries again", "  {accounts.as_of:6} changes the as-of date")


@dataclass(frozen=True, slots=True)
class Computed:
    """Profiles, how many of them have a need, amounts and matches as of a date; ``made_of`` is the state of the study."""

    as_of: date | None
    profiles: tuple[AccountProfile, ...]
    amounts: Revenue
    matches: tuple[AccountMatch, ...]
    made_of: object = None
    error: NeedssegError | None = None
    labelled: int = 0
    segments: tuple[tuple[int, str], ...] = ()
    """The id and name of each segment, which choose its symbol."""

    def failed(self, worded: Callable[[Advice], str]) -> str:
        """Return why there are no profiles and what to do, with fixes as ``worded`` puts them; empty where there are."""
        if self.error is None:
            return ""
        return "\n".join(["Profiles could not be computed.", "", self.error.message, worded(self.error.hint), *FAILED])


def compute(study: Study, as_of: date | None) -> Computed:
    """Reads and computes; the date is the day after the newest event where none is given."""
    day = as_of or accounts.day_after_events(study)
    found = tuple(accounts.profiles(study, day)) if day else ()
    if len(found) >= MANY:
        # Profiles hold no cycles, so that they need not be looked through later either.
        gc.freeze()
    amounts = revenue_as_of(study, day) if day else Revenue()
    labelled = sum(bool(profile.needs_segment) for profile in found)
    named = tuple((row.id, row.name) for row in listing(study))
    return Computed(day, found, amounts, tuple(accounts.matches(study)), labelled=labelled, segments=named)


def day_of(words: str) -> date:
    """The day that was typed."""
    try:
        return date.fromisoformat(words.strip())
    except ValueError as error:
        raise UsageError(f"“{words}” is not a date.", "Write it as YYYY-MM-DD, for example 2026-07-01.") from error
