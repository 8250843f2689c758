"""Tier 4: the lifecycle stage of an account, from subscriptions and usage before a date.

Several flags may apply; the stage is the first of them in STAGES. Days are epoch days, the date D is not included.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from needsseg.accounts.tiers.behaviour import WEEKS, Behaviour
from needsseg.accounts.tiers.event_meanings import Meanings
from needsseg.thresholds import AT_RISK_DROP_PERCENT, FEWEST_EVENTS_FOR_TREND, NEW_ACCOUNT_DAYS

STAGES = (
    "churned", "at_risk", "expanded", "engaged", "activated", "new", "no_data", "not_activated", "insufficient_history",
)  # fmt: skip
GRACE_DAYS = 7

# Words in plan names in vendors' usual order; used where prices are missing.
_PLAN_ORDER = (
    ("free", "trial"), ("starter", "basic", "lite", "essentials"), ("team", "standard", "plus"),
    ("pro", "professional", "growth"), ("business", "premium", "advanced"), ("enterprise", "ultimate", "scale"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Subscription:
    """One term: active on the days ``start_day <= day <= end_day``; ``end_day`` None means it has no end.

    ``id`` names the subscription, the same for an upgraded row of it; ``replaces`` is the id of the term that this one takes
    the place of. ``amount`` is in ``currency`` (an ISO code) per ``interval`` (month, quarter, year, one-off, week, or a
    number of them such as 2 weeks); each is "" where the source does not say. A ``trial`` pays nothing.
    """

    account_id: str
    plan: str
    seats: int | None
    amount: float | None
    start_day: int
    end_day: int | None = None
    renewal_day: int | None = None
    id: str = ""
    replaces: str = ""
    currency: str = ""
    interval: str = ""
    trial: bool = False


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """Stage, every flag that applies in the order of STAGES, evidence per flag, and days until the next renewal."""

    stage: str
    flags: tuple[str, ...]
    evidence: dict[str, str]
    days_to_renewal: int | None = None
    plan: str = ""
    seats: int | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """An unbroken stretch of paid days; ``end`` None means it goes on."""

    start: int
    end: int | None


def merge_periods(terms: Iterable[tuple[int, int | None]], grace: int = GRACE_DAYS) -> list[Period]:
    """Merge overlapping terms, and terms at most ``grace`` days apart, to periods, in order of time."""
    merged: list[Period] = []
    for start, end in sorted(terms, key=lambda term: (term[0], term[1] is None, term[1] or 0)):
        last = merged[-1] if merged else None
        if last is None or (last.end is not None and start - last.end > grace):
            merged.append(Period(start, end))
        elif last.end is not None and (end is None or end > last.end):
            merged[-1] = Period(last.start, end)
    return merged


def lifecycle(
    row: Behaviour | None,
    subscriptions: Sequence[Subscription],
    created_day: int | None,
    as_of: int,
    meanings: Meanings | None,
    grace: int = GRACE_DAYS,
) -> Lifecycle:
    """Return stage and flags of one account as of epoch day ``as_of``.

    ``row`` is None where the account has no event before D, ``meanings`` None where there is no events file at all:
    then there are no flags on activation and usage. Terms that start on or after D are ignored.
    """
    begun = [term for term in subscriptions if term.start_day < as_of]
    lifecycle_flags: dict[str, str] = {}
    if churned := _churned(begun, as_of, grace):
        lifecycle_flags["churned"] = churned
    elif expanded := _expanded(begun, as_of, grace):
        lifecycle_flags["expanded"] = expanded
    if row is not None and meanings is not None:
        lifecycle_flags |= _usage_flags(row, meanings)
    signup = _signup(row, begun, created_day)
    if signup is not None and as_of - NEW_ACCOUNT_DAYS <= signup < as_of:
        lifecycle_flags["new"] = f"signed up {as_of - signup} days before"
    if row is None and (meanings is None or not begun):
        lifecycle_flags["no_data"] = "no usage before the date" if meanings is not None else "no usage file"
    elif row is None:
        lifecycle_flags["not_activated"] = "a subscription, but no event before the date"
        lifecycle_flags["insufficient_history"] = "0 events in the 30 days before the last 30"
    flags = tuple(stage for stage in STAGES if stage in lifecycle_flags)
    active = active_terms(begun, as_of, grace)
    newest = max(active, key=lambda term: (term.start_day, term.seats or 0)) if active else None
    renewals = [
        term.renewal_day - as_of for term in active if term.renewal_day is not None and term.renewal_day >= as_of
    ]
    return Lifecycle(
        flags[0] if flags else "no_data",
        flags,
        {flag: lifecycle_flags[flag] for flag in flags},
        min(renewals, default=None),
        newest.plan if newest else "",
        newest.seats if newest else None,
    )


def _usage_flags(row: Behaviour, meanings: Meanings) -> dict[str, str]:
    flags: dict[str, str] = {}
    if row.events_previous < FEWEST_EVENTS_FOR_TREND:
        flags["insufficient_history"] = f"{row.events_previous} events in the 30 days before the last 30"
    elif 100 * row.events < (100 - AT_RISK_DROP_PERCENT) * row.events_previous:
        flags["at_risk"] = f"{row.events_previous} events, then {row.events}: more than {AT_RISK_DROP_PERCENT}% fewer"
    if row.core_weeks == WEEKS:
        flags["engaged"] = f"a core action in each of the last {WEEKS} weeks"
    # A file without any setup event is no evidence that setup is missing.
    set_up = row.first_setup_day is not None or not meanings.setup
    if set_up and row.first_action_day is not None:
        activation = "setup and first meaningful action" if meanings.setup else "first meaningful action"
        flags["activated"] = f"{activation} done"
    else:
        missing_steps = [] if set_up else ["setup"]
        missing_steps += [] if row.first_action_day is not None else ["first meaningful action"]
        flags["not_activated"] = f"not yet done: {', '.join(missing_steps)}"
    return flags


def _churned(begun: Sequence[Subscription], as_of: int, grace: int) -> str:
    periods = merge_periods(((term.start_day, term.end_day) for term in begun), grace)
    if not periods or periods[-1].end is None or as_of - periods[-1].end <= grace:
        return ""
    return f"the subscription ended {as_of - periods[-1].end} days before and was not renewed"


def active_terms(begun: Sequence[Subscription], as_of: int, grace: int = GRACE_DAYS) -> list[Subscription]:
    """Return, of terms that began before D, those that run on D, or else the last to end within the grace period."""
    running = [term for term in begun if term.end_day is None or term.end_day >= as_of]
    if running:
        return running
    ends = [term.end_day for term in begun if term.end_day is not None and as_of - term.end_day <= grace]
    return [term for term in begun if ends and term.end_day == max(ends)]


def _expanded(begun: Sequence[Subscription], as_of: int, grace: int) -> str:
    """Describe how the terms on D exceed the beginning of the period: more seats, a higher plan, a second product.

    Seats of overlapping terms are not added: an upgrade states all seats while the old term may stay open.
    """
    active = active_terms(begun, as_of, grace)
    if not active:
        return ""
    period = merge_periods(((term.start_day, term.end_day) for term in begun), grace)[-1]
    began = [term for term in begun if term.start_day == period.start]
    seats_then = max((term.seats for term in began if term.seats is not None), default=None)
    seats_now = max((term.seats for term in active if term.seats is not None), default=None)
    if seats_then is not None and seats_now is not None and seats_now > seats_then:
        return f"seats {seats_then} → {seats_now}"
    for now in active:
        if began and now.plan.casefold() not in {term.plan.casefold() for term in began}:
            risen = [_higher(now, then) for then in began]
            if all(risen):
                return f"plan {began[0].plan} → {now.plan}"
            if None in risen and any(term in active for term in began):
                return f"a second product beside {began[0].plan}: {now.plan}"
    return ""


def _higher(now: Subscription, then: Subscription) -> bool | None:
    """Return whether one plan is above another, by name, else by price; None where both are inconclusive."""
    rank_now, rank_then = plan_rank(now.plan), plan_rank(then.plan)
    if rank_now is not None and rank_then is not None:
        return rank_now > rank_then
    if now.amount is not None and then.amount is not None:
        return now.amount > then.amount
    return None


def plan_rank(plan: str) -> int | None:
    """Return the rank of a plan in vendors' usual order, None for an unknown name."""
    words = plan.casefold().replace("_", " ").replace("-", " ").split()
    return next((rank for rank, names in enumerate(_PLAN_ORDER) if any(name in words for name in names)), None)


def _signup(row: Behaviour | None, begun: Sequence[Subscription], created_day: int | None) -> int | None:
    """Return the day the CRM created the account, else the day of its first term or event."""
    if created_day is not None:
        return created_day
    signs = [term.start_day for term in begun]
    if row is not None and row.first_day is not None:
        signs.append(row.first_day)
    return min(signs, default=None)
