"""Profiles as of one date, computed from the study."""

from __future__ import annotations

import gc
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from needsseg.actions.accounts import Revenue, accounts
from needsseg.actions.accounts.account_filters import AccountIndex
from needsseg.actions.accounts.revenue import revenue_as_of
from needsseg.actions.discovery.evidence import listing
from needsseg.errors import NeedssegError, UsageError
from needsseg.records import AccountMatch
from needsseg.tui.keys.hints import with_keys

if TYPE_CHECKING:
    from collections.abc import Callable

    from needsseg.actions.accounts import AccountProfile
    from needsseg.actions.study import Study
    from needsseg.errors import Advice

MANY = 10_000
MANY_THRESHOLDS = (10_000, 20, 50)
"""After how many new objects, and collections of the younger ones, garbage is collected: each pass stops the screen."""
FAILED = ("", "  {accounts.open:6} tries again", "  {accounts.as_of:6} changes the as-of date")


@dataclass(frozen=True, slots=True)
class Computed:
    """Profiles, how many have a need, amounts and matches as of a date; ``source_state`` identifies the study's state."""

    as_of: date | None
    profiles: tuple[AccountProfile, ...]
    amounts: Revenue
    matches: tuple[AccountMatch, ...]
    source_state: object = None
    error: NeedssegError | None = None
    labelled: int = 0
    segments: tuple[tuple[int, str], ...] = ()
    """The id and name of each segment, which choose its symbol."""
    index: AccountIndex = field(default_factory=lambda: AccountIndex(()), compare=False, repr=False)
    """The profiles as they are filtered, sorted and counted."""

    def failed(self, worded: Callable[[Advice], str]) -> str:
        """Return why computing failed and what to do, with fixes as ``worded`` puts them; empty without an error."""
        if self.error is None:
            return ""
        return "\n".join(
            [
                "Profiles could not be computed.",
                "",
                self.error.message,
                worded(self.error.hint),
                *map(with_keys, FAILED),
            ]
        )


def compute(study: Study, as_of: date | None) -> Computed:
    """Compute the profiles; without ``as_of`` the date is the day after the newest event."""
    day = as_of or accounts.day_after_events(study)
    profiles = tuple(accounts.profiles(study, day)) if day else ()
    amounts = revenue_as_of(study, day) if day else Revenue()
    index = AccountIndex(profiles, amounts)
    index.prepare()
    if len(profiles) >= MANY:
        # Profiles hold no reference cycles, so the garbage collector need not scan them; and it is to look rarely at the rest.
        gc.freeze()
        gc.set_threshold(*MANY_THRESHOLDS)
    labelled = sum(bool(profile.needs_segment) for profile in profiles)
    segments = tuple((row.id, row.name) for row in listing(study))
    matches = tuple(accounts.matches(study))
    return Computed(day, profiles, amounts, matches, labelled=labelled, segments=segments, index=index)


def day_of(words: str) -> date:
    """Return a typed day; raise UsageError if it is not a date."""
    try:
        return date.fromisoformat(words.strip())
    except ValueError as error:
        raise UsageError(f"“{words}” is not a date.", "Write it as YYYY-MM-DD, for example 2026-07-01.") from error
