"""What accounts pay as of a date, from active terms; by the year only where the column's name gives the period."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from needsseg.accounts.tiers.lifecycle import GRACE_DAYS, Subscription, active_terms, plan_rank

_YEARLY = {"mrr": 12.0, "arr": 1.0}


@dataclass(frozen=True, slots=True)
class Revenue:
    """What each account pays, in the unit of the column ``column``; the revenue of missing accounts is unknown, not 0.

    ``yearly`` is the factor to a yearly amount, None where the column's name does not give the period.
    """

    amounts: dict[str, float] = field(default_factory=dict)
    column: str = ""
    yearly: float | None = None

    def arr(self, amount: float | None) -> float | None:
        """Return an amount per year; None where the amount or its period is unknown."""
        return None if amount is None or self.yearly is None else amount * self.yearly


def revenue(
    terms: Iterable[Subscription],
    as_of: int,
    column: str = "",
    merged: Mapping[str, str] | None = None,
    grace: int = GRACE_DAYS,
) -> Revenue:
    """Return what every account pays as of epoch day ``as_of``; ``column`` is the name of the file's amount column.

    Terms that began before D count while they are active, as in the lifecycle, including the grace period.
    """
    by_account: dict[str, list[Subscription]] = defaultdict(list)
    for term in terms:
        if term.start_day < as_of:
            by_account[(merged or {}).get(term.account_id, term.account_id)].append(term)
    running = {account: running_amount(active_terms(begun, as_of, grace)) for account, begun in by_account.items()}
    amounts = {account: amount for account, amount in sorted(running.items()) if amount is not None}
    return Revenue(amounts, column, yearly_factor(column))


def running_amount(active: Sequence[Subscription]) -> float | None:
    """Return the total of concurrent terms; None where an amount that counts is missing.

    Terms of one plan, or of plans with ranked names, are one contract, of which only the newest counts, as an upgrade
    states all seats while the old term may stay open. The same holds for two plans with unranked names. An unranked plan
    beside a ranked one is a second product, and is added.
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
    """Return 1 for a column with the word ARR in its name, 12 for MRR, else None."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", column).casefold()
    words = re.findall(r"[a-z]+", spaced)
    return next((factor for word, factor in _YEARLY.items() if word in words), None)
