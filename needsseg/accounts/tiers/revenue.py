"""What accounts pay as of a date, from the terms that run on it; yearly only where the column's name says so."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from needsseg.accounts.tiers.lifecycle import GRACE_DAYS, Subscription, active_terms, plan_rank

_YEARLY = {"mrr": 12.0, "arr": 1.0}


@dataclass(frozen=True, slots=True)
class Revenue:
    """What each account pays, in the unit of the column ``column``; an account that is not here is not known to pay nothing.

    ``yearly`` makes a year of an amount, and is None where the column's name does not tell a month's from a year's.
    """

    amounts: dict[str, float] = field(default_factory=dict)
    column: str = ""
    yearly: float | None = None

    def arr(self, amount: float | None) -> float | None:
        """An amount by the year; None where it is not known, or not known of what time."""
        return None if amount is None or self.yearly is None else amount * self.yearly


def revenue(
    terms: Iterable[Subscription],
    as_of: int,
    column: str = "",
    merged: Mapping[str, str] | None = None,
    grace: int = GRACE_DAYS,
) -> Revenue:
    """What every account pays as of epoch day ``as_of``; ``column`` is what the file calls the amounts.

    Terms that began before D count while they run, or within the grace gap: those the lifecycle takes for active.
    """
    by_account: dict[str, list[Subscription]] = defaultdict(list)
    for term in terms:
        if term.start_day < as_of:
            by_account[(merged or {}).get(term.account_id, term.account_id)].append(term)
    running = {account: running_amount(active_terms(begun, as_of, grace)) for account, begun in by_account.items()}
    known = {account: amount for account, amount in sorted(running.items()) if amount is not None}
    return Revenue(known, column, yearly_factor(column))


def running_amount(active: Sequence[Subscription]) -> float | None:
    """What terms that run at one time come to; None where the amount of one that counts is missing.

    Terms of one plan, or of plans that vendors name in one order, are one contract: an upgrade states all seats while the
    old term may stay open, so the newest alone counts. So are two whose names tell nothing. A name that tells nothing
    beside one that does is a second product, and is added.
    """
    newest: dict[bool, Subscription] = {}
    for term in active:
        ranked = plan_rank(term.plan) is not None
        newest_term = newest.get(ranked)
        if newest_term is None or _later(term) > _later(newest_term):
            newest[ranked] = term
    amounts = [term.amount for term in newest.values()]
    if not amounts or None in amounts:
        return None
    return sum(amount for amount in amounts if amount is not None)


def _later(term: Subscription) -> tuple[int, int, float]:
    return term.start_day, term.seats or 0, term.amount or 0.0


def yearly_factor(column: str) -> float | None:
    """1 for a column with the word ARR in its name, 12 for MRR, None otherwise."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", column).casefold()
    words = re.findall(r"[a-z]+", spaced)
    return next((factor for word, factor in _YEARLY.items() if word in words), None)
