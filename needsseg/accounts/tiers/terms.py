"""The terms of an account that count on a date: concurrent ones are added, replaced ones left out.

What replaces what is decided by data where it can be: a term with an id of its own is added; a newer row of the same id, or
a term that names another in ``replaces``, replaces it. For terms without ids that overlap a person decides: ADD, or
REPLACE, where the newest running term of ranked plans, and of plans without a rank, stands for the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from needsseg.accounts.tiers.lifecycle import GRACE_DAYS, SeatCounter, Subscription, active_terms, plan_rank

ADD, REPLACE = "add", "replace"


def counted_terms(
    begun: Sequence[Subscription], as_of: int, grace: int = GRACE_DAYS, overlap: str = REPLACE
) -> list[Subscription]:
    """Return, of one account's terms that began before D, those that run on D and no other replaces.

    Their seats and amounts may be added. ``overlap`` is ADD or REPLACE and decides on terms without ids.
    """
    if len(begun) == 1:
        (only,) = begun
        return [only] if only.end_day is None or only.end_day >= as_of - grace else []
    current = _without_replaced(begun)
    if overlap == REPLACE and not any(term.id for term in current):
        return newest_of_plans(active_terms(current, as_of, grace))
    active = _running_or_in_grace(current, as_of, grace)
    named = [term for term in active if term.id]
    unnamed = [term for term in active if not term.id]
    return named + (unnamed if overlap == ADD else newest_of_plans(unnamed))


def _running_or_in_grace(begun: Sequence[Subscription], as_of: int, grace: int) -> list[Subscription]:
    """Return the terms that run on D, and those that ended within the grace period and were not followed by another.

    Concurrent terms end one by one: without this, what an account pays would dip on the day of each renewal.
    """
    running = [term for term in begun if term.end_day is None or term.end_day >= as_of]
    ended = [
        term
        for term in begun
        if term.end_day is not None
        and as_of - grace <= term.end_day < as_of
        and not any(
            other.start_day > max(term.start_day, term.end_day - grace) and (other.end_day or as_of) > term.end_day
            for other in begun
        )
    ]
    return running + ended


def seat_counter(terms: Sequence[Subscription], overlap: str = REPLACE) -> SeatCounter | None:
    """Return how the seats of an account's concurrent terms are added; None where the newest term states all seats."""
    return None if overlap == REPLACE and not [term for term in terms if term.id] else _added_seats(overlap)


@cache
def _added_seats(overlap: str) -> SeatCounter:
    def added(begun: Sequence[Subscription], day: int, grace: int) -> int | None:
        seats = [term.seats for term in counted_terms(begun, day, grace, overlap) if term.seats is not None]
        return sum(seats) if seats else None

    return added


def _without_replaced(begun: Sequence[Subscription]) -> list[Subscription]:
    """Return the terms without those that a newer row of the same id, or a term that names them, replaces.

    An earlier term replaces no later one, and of two that name each other the later one stays.
    """
    if not any(term.id for term in begun):
        return list(begun)
    newest: dict[str, Subscription] = {}
    for term in begun:
        if term.id and (term.id not in newest or later(term) > later(newest[term.id])):
            newest[term.id] = term
    replaced = set()
    for term in begun:
        other = newest.get(term.replaces) if term.replaces != term.id else None
        if other is None or term.start_day < other.start_day or (term.id and newest[term.id] is not term):
            continue
        if other.replaces != term.id or later(term) > later(other):
            replaced.add(other.id)
    return [term for term in begun if not term.id or (newest[term.id] is term and term.id not in replaced)]


def newest_of_plans(active: Iterable[Subscription]) -> list[Subscription]:
    """Return the newest term of the plans with ranked names, and the newest of the others.

    Terms of one plan, or of plans with ranked names, are one contract, of which only the newest counts, as an upgrade
    states all seats while the old term may stay open. The same holds for two plans with unranked names. An unranked plan
    beside a ranked one is a second product.
    """
    newest: dict[bool, Subscription] = {}
    for term in active:
        ranked = plan_rank(term.plan) is not None
        if ranked not in newest or later(term) > later(newest[ranked]):
            newest[ranked] = term
    return list(newest.values())


def undecided_overlaps(terms: Iterable[Subscription]) -> set[str]:
    """Return the accounts with terms without ids that run at the same time, for which a person must decide."""
    by_account: dict[str, list[Subscription]] = {}
    for term in terms:
        if not term.id and not term.trial:
            by_account.setdefault(term.account_id, []).append(term)
    overlapping = set()
    for account, own in by_account.items():
        until: int | None = -1
        for term in sorted(own, key=lambda term: term.start_day):
            if until is None or (until != -1 and term.start_day <= until):
                overlapping.add(account)
            until = None if until is None or term.end_day is None else max(until, term.end_day)
    return overlapping


def later(term: Subscription) -> tuple[int, int, float]:
    """Return a key by which the newest of several terms is the largest: its start, then its seats and amount."""
    return term.start_day, term.seats or 0, term.amount or 0.0
