"""What is known of one account, as the scorecard counts it, on a date and over the time before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from needsseg.accounts.tiers.behaviour import Behaviour
from needsseg.accounts.tiers.lifecycle import Subscription, active_terms, plan_rank, stated_seats
from needsseg.accounts.tiers.terms import REPLACE, seat_counter
from needsseg.records import LabelSource
from needsseg.validation.follow_up import follow_up

FREE = 0
"""The rank of free plans and trials in vendors' usual order."""
RUN_OF_WEEKS = 4
"""Weekly use begins with the first of so many weeks in a row with a core action, as in the lifecycle's engaged."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many days after its start an account reached something; where ``reached`` is False, so long it had not."""

    days: int
    reached: bool


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One customer from a day on: whether it left, whether it expanded (None where unknown), what it paid then and now.

    ``then`` and ``now`` are None where an amount is unknown; an account without a subscription now pays 0.
    """

    left: bool
    expanded: bool | None
    then: float | None = None
    now: float | None = None


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """One account: its segment ("" where it has none), and what is known of it, None for what is not.

    ``pays`` is in the unit of the scorecard. ``follow_up`` is None for an account that was no customer on the first day.
    The three waits are None where they could not be seen from the beginning. ``use`` is None for an account without usage
    data or one that has left, whose use is no sign of anything. ``source`` and the two below are of its needs-based label.
    ``tickets``, ``scores`` (the newest of each person) and ``reasons`` of cancellations are of the time looked back over, None
    where none were imported.
    """

    account_id: str
    segment: str
    pays: float | None = None
    seats: int | None = None
    plan: str = ""
    stage: str = ""
    icp: bool | None = None
    at_risk: bool | None = None
    follow_up: FollowUp | None = None
    stay: Waiting | None = None
    set_up: Waiting | None = None
    first_action: Waiting | None = None
    weekly_use: Waiting | None = None
    use: Behaviour | None = None
    source: LabelSource | None = None
    confidence: float | None = None
    confirmed: bool = False
    tickets: int | None = None
    scores: tuple[int, ...] | None = None
    reasons: tuple[str, ...] | None = None


def followed(
    terms: Sequence[Subscription],
    since: int,
    as_of: int,
    grace: int,
    then: float | None = None,
    now: float | None = None,
    overlap: str = REPLACE,
) -> FollowUp | None:
    """Follow one account from epoch day ``since`` to ``as_of``; None where it was no customer on ``since``.

    It left where its subscription ended in between and was not renewed within ``grace`` days, as in ``validation``. It
    expanded where on ``as_of`` it has more seats or a higher plan than on ``since``; a trial or a free plan that turns paid
    is no expansion. ``then`` and ``now`` are what it pays on both days, None where unknown;
    ``overlap`` says what concurrent terms mean, as ``terms.counted_terms`` takes it.
    """
    course = follow_up(terms, since, as_of, as_of - since, grace)
    if course is None:
        return None
    begun_then = [term for term in terms if term.start_day <= since]
    begun_now = [term for term in terms if term.start_day < as_of]
    before, after = active_terms(begun_then, since, grace), active_terms(begun_now, as_of, grace)
    seats = seat_counter(terms, overlap) or stated_seats
    more_seats = _is_more(seats(begun_then, since, grace), seats(begun_now, as_of, grace))
    return FollowUp(course[1] is not None, _has_expanded(before, after, more_seats), then, now if after else 0.0)


def _is_more(before: int | None, after: int | None) -> bool | None:
    return None if before is None or after is None else after > before


def _has_expanded(
    before: Sequence[Subscription], after: Sequence[Subscription], more_seats: bool | None
) -> bool | None:
    ranks_before = [plan_rank(term.plan) for term in before]
    if before and all(rank == FREE for rank in ranks_before):
        return None
    if not after:
        return False
    known_before = [rank for rank in ranks_before if rank is not None]
    known_after = [rank for rank in (plan_rank(term.plan) for term in after) if rank is not None]
    higher = max(known_after) > max(known_before) if known_before and known_after else None
    if more_seats or higher:
        return True
    return None if more_seats is None and higher is None else False


def stay(terms: Sequence[Subscription], as_of: int, grace: int) -> Waiting | None:
    """Return the days from an account's first subscription to its end, or for how long it has stayed; None without one."""
    begun = [term.start_day for term in terms if term.start_day < as_of]
    start = min(begun, default=None)
    course = None if start is None else follow_up(terms, start, as_of, as_of - start, grace)
    if course is None or start is None or course[0] < start:
        return None
    until, left_on = course
    return Waiting((until if left_on is None else left_on) - start, left_on is not None)


def wait(start: int | None, day: int | None, as_of: int) -> Waiting | None:
    """Return the days from ``start`` until ``day``, or until the last day before ``as_of`` where it has not come; None
    without a start. What came before the start took 0 days."""
    if start is None or start >= as_of:
        return None
    return Waiting(as_of - 1 - start, False) if day is None or day >= as_of else Waiting(max(0, day - start), True)


def wait_for_weekly_use(start: int | None, day: int | None, as_of: int) -> Waiting | None:
    """The same for weekly use, which can only be seen once RUN_OF_WEEKS whole weeks of the account lie before ``as_of``."""
    if start is None or (as_of - start) // 7 < RUN_OF_WEEKS:
        return None
    if day is not None:
        return Waiting(day - start, True)
    return Waiting(7 * ((as_of - start) // 7 - RUN_OF_WEEKS + 1) - 1, False)
