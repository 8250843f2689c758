"""Tier 4: the lifecycle stage of an account, from subscriptions and usage before a date, by rules in a file.

Several flags may apply; the stage is the first of them in the rules' order. Days are epoch days, the date D is not included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from needsseg.accounts.tiers.behaviour import WINDOW, Behaviour
from needsseg.accounts.tiers.event_meanings import Meanings
from needsseg.many_records import records
from needsseg.text import format_count

GRACE_DAYS = 7

# Words in plan names in vendors' usual order; used where prices are missing.
_PLAN_ORDER = (
    ("free", "trial"), ("starter", "basic", "lite", "essentials"), ("team", "standard", "plus"),
    ("pro", "professional", "growth"), ("business", "premium", "advanced"), ("enterprise", "ultimate", "scale"),
)  # fmt: skip


FIVE = ("churned", "at_risk", "expanded", "engaged", "activated")
"""The five stages, in the order in which they are looked for unless the file says otherwise."""
OTHERS = ("new", "no_data", "not_activated", "insufficient_history")
"""What lies outside the five, looked for after them."""
STAGES = (*FIVE, *OTHERS)


@dataclass(frozen=True, slots=True)
class LifecycleRules:
    """When an account is at which stage; ``order`` has the five stages, the first that holds is the account's.

    Days are complete days before the date. ``drop_percent`` is whole percent of the events of the 30 days before the last 30.
    The defaults are those of the shipped file.
    """

    order: tuple[str, ...] = FIVE
    grace_days: int = GRACE_DAYS
    drop_percent: int = 30
    fewest_events: int = 10
    silent_after_events: int = 3
    expanded_days: int = 90
    engaged_weeks: int = 4
    new_days: int = 60

    @property
    def stages(self) -> tuple[str, ...]:
        """Return every stage in the order in which they are looked for."""
        return _all_stages(self.order)

    @property
    def definitions(self) -> dict[str, str]:
        """Return each stage and when it holds, in plain words with these numbers."""
        definitions = {
            "churned": f"the last subscription ended, and none began within {self.grace_days} days",
            "at_risk": f"more than {self.drop_percent}% fewer events in the last 30 days than in the 30 days before, of which "
            f"there were at least {self.fewest_events}; or none in the last 30 days, after at least "
            f"{self.silent_after_events} ever before",
            "expanded": f"seats added, a higher plan or a second product in the last {self.expanded_days} days, and still so; "
            "a trial that turned paid does not count",
            "engaged": f"a core action in each of the last {self.engaged_weeks} weeks",
            "activated": "setup and the first meaningful action are done",
            "new": f"signed up at most {self.new_days} days before",
            "no_data": "no usage was imported, or neither an event nor a subscription is known",
            "not_activated": "setup or the first meaningful action is not done yet",
            "insufficient_history": f"fewer than {self.fewest_events} events in the 30 days before the last 30, and not silent",
        }
        return {stage: definitions[stage] for stage in self.stages}


SHIPPED_RULES = LifecycleRules()


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
    """Stage, every flag that applies in the rules' order, evidence per flag, and days until the next renewal.

    ``seats`` are those of the terms that run on D, None where unknown.
    """

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
    rules: LifecycleRules = SHIPPED_RULES,
    seats: SeatCounter | None = None,
) -> Lifecycle:
    """Return stage and flags of one account as of epoch day ``as_of``.

    ``row`` is None where the account has no event before D, ``meanings`` None where there is no events file at all:
    then there are no flags on activation and usage. Terms that start on or after D are ignored. ``seats`` counts those
    of concurrent terms; without it, the newest term states all seats.
    """
    return Lifecycle(*_stage(row, subscriptions, created_day, seats, as_of, meanings, rules))


def lifecycles(
    rows: Iterable[Behaviour | None],
    terms: Iterable[Sequence[Subscription]],
    created_days: Iterable[int | None],
    seats: Iterable[SeatCounter | None],
    as_of: int,
    meanings: Meanings | None,
    rules: LifecycleRules = SHIPPED_RULES,
) -> list[Lifecycle]:
    """Return what ``lifecycle`` does for each of many accounts."""
    accounts = zip(rows, terms, created_days, seats, strict=True)
    stages = [_stage(row, own, created, counter, as_of, meanings, rules) for row, own, created, counter in accounts]
    return records(Lifecycle, list(zip(*stages, strict=True))) if stages else []


def _stage(
    row: Behaviour | None,
    subscriptions: Sequence[Subscription],
    created_day: int | None,
    seats: SeatCounter | None,
    as_of: int,
    meanings: Meanings | None,
    rules: LifecycleRules,
) -> tuple[str, tuple[str, ...], dict[str, str], int | None, str, int | None]:
    """Return the fields of ``Lifecycle``."""
    begun = [term for term in subscriptions if term.start_day < as_of] if subscriptions else []
    lifecycle_flags: dict[str, str] = {}
    if not begun:
        pass
    elif churned := _churned(begun, as_of, rules.grace_days):
        lifecycle_flags["churned"] = churned
    # One term has the seats and the plan that it had.
    elif len(begun) > 1 and (expanded := _expanded(begun, as_of, rules, seats or stated_seats)):
        lifecycle_flags["expanded"] = expanded
    if row is not None and meanings is not None:
        lifecycle_flags |= _usage_flags(row, meanings, rules)
    signup = _signup(row, begun, created_day)
    if signup is not None and as_of - rules.new_days <= signup < as_of:
        lifecycle_flags["new"] = f"signed up {as_of - signup} days before"
    if row is None and (meanings is None or not begun):
        lifecycle_flags["no_data"] = "no usage before the date" if meanings is not None else "no usage file"
    elif row is None:
        lifecycle_flags["not_activated"] = "a subscription, but no event before the date"
        lifecycle_flags["insufficient_history"] = "0 events in the 30 days before the last 30"
    flags = _in_order(rules.order, tuple(lifecycle_flags))
    active = active_terms(begun, as_of, rules.grace_days) if begun else []
    newest = _newest(active)
    renewals = [
        term.renewal_day - as_of for term in active if term.renewal_day is not None and term.renewal_day >= as_of
    ]
    return (
        flags[0] if flags else "no_data",
        flags,
        {flag: lifecycle_flags[flag] for flag in flags},
        min(renewals, default=None),
        newest.plan if newest else "",
        _seats_of(begun, newest, as_of, rules.grace_days, seats),
    )


@lru_cache(maxsize=1024)
def _in_order(order: tuple[str, ...], flags: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(stage for stage in _all_stages(order) if stage in flags)


@lru_cache(maxsize=16)
def _all_stages(order: tuple[str, ...]) -> tuple[str, ...]:
    return (*order, *OTHERS)


def _newest(active: Sequence[Subscription]) -> Subscription | None:
    if len(active) < 2:
        return active[0] if active else None
    return max(active, key=lambda term: (term.start_day, term.seats or 0))


def _seats_of(
    begun: Sequence[Subscription], newest: Subscription | None, as_of: int, grace: int, seats: SeatCounter | None
) -> int | None:
    # The seats of one term are its own, however those of several are counted.
    if seats is not None and len(begun) > 1:
        return seats(begun, as_of, grace)
    return newest.seats if newest else None


def _usage_flags(row: Behaviour, meanings: Meanings, rules: LifecycleRules) -> dict[str, str]:
    flags: dict[str, str] = {}
    before = max(row.events_before, row.events_previous)
    if row.events == 0 and before >= rules.silent_after_events:
        # Without this, an account would be the less at risk the longer it is silent.
        flags["at_risk"] = f"{format_count(before, 'event')} before, then none in {WINDOW} days"
    elif row.events_previous < rules.fewest_events:
        flags["insufficient_history"] = f"{row.events_previous} events in the 30 days before the last 30"
    elif 100 * row.events < (100 - rules.drop_percent) * row.events_previous:
        flags["at_risk"] = f"{row.events_previous} events, then {row.events}: more than {rules.drop_percent}% fewer"
    if row.core_weeks >= rules.engaged_weeks:
        flags["engaged"] = f"a core action in each of the last {rules.engaged_weeks} weeks"
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
    end = begun[0].end_day if len(begun) == 1 else _last_period(begun, grace).end
    if end is None or as_of - end <= grace:
        return ""
    return f"the subscription ended {as_of - end} days before and was not renewed"


def _last_period(terms: Sequence[Subscription], grace: int) -> Period:
    if len(terms) == 1:
        return Period(terms[0].start_day, terms[0].end_day)
    return merge_periods(((term.start_day, term.end_day) for term in terms), grace)[-1]


def active_terms(begun: Sequence[Subscription], as_of: int, grace: int = GRACE_DAYS) -> list[Subscription]:
    """Return, of terms that began before D, those that run on D, or else the last to end within the grace period."""
    running = [term for term in begun if term.end_day is None or term.end_day >= as_of]
    if running:
        return running
    if len(begun) == 1:
        return [term for term in begun if as_of - (term.end_day or 0) <= grace]
    ends = [term.end_day for term in begun if term.end_day is not None and as_of - term.end_day <= grace]
    return [term for term in begun if ends and term.end_day == max(ends)]


SeatCounter = Callable[[Sequence[Subscription], int, int], int | None]
"""(terms that began before a day, the day, days of grace) → the seats of those that run on it, None where unknown."""


def stated_seats(begun: Sequence[Subscription], day: int, grace: int) -> int | None:
    """Return the largest number of seats of the running terms, where an upgrade states all seats; None if unknown."""
    return max((term.seats for term in active_terms(begun, day, grace) if term.seats is not None), default=None)


def _expanded(begun: Sequence[Subscription], as_of: int, rules: LifecycleRules, seats: SeatCounter) -> str:
    """Describe how the paid terms on D exceed those before the last ``expanded_days``: seats, a plan, or a product more.

    An account that has paid for less time than that is compared with its first paid day, so that a trial turning paid is none.
    """
    grace, paid = rules.grace_days, [term for term in begun if _is_paid(term)]
    now = active_terms(paid, as_of, grace) if len(paid) > 1 else []
    if not now:
        return ""
    period = _last_period(paid, grace)
    since = max(as_of - rules.expanded_days, period.start + 1)
    then = _terms_on(paid, since, grace)
    seats_then, seats_now = (seats(_begun(paid, day), day, grace) for day in (since, as_of))
    if seats_then is not None and seats_now is not None and seats_now > seats_then:
        return f"seats {seats_then} → {seats_now}, {as_of - _last_rise(paid, since, as_of, grace, seats)} days before"
    for term in now:
        if then and term.plan.casefold() not in {before.plan.casefold() for before in then}:
            risen = [_higher(term, before) for before in then]
            days_before = f"{as_of - term.start_day} days before"
            if all(risen):
                return f"plan {then[0].plan} → {term.plan}, {days_before}"
            if None in risen and any(before in now for before in then):
                return f"a second product beside {then[0].plan}: {term.plan}, {days_before}"
    return ""


def _is_paid(term: Subscription) -> bool:
    """Return whether a term is neither a trial nor free, by its plan's name or amount."""
    return plan_rank(term.plan) != 0 and term.amount != 0 and not term.trial


def _terms_on(paid: Sequence[Subscription], day: int, grace: int) -> list[Subscription]:
    return active_terms(_begun(paid, day), day, grace)


def _begun(terms: Sequence[Subscription], day: int) -> list[Subscription]:
    return [term for term in terms if term.start_day < day]


def _last_rise(paid: Sequence[Subscription], since: int, as_of: int, grace: int, seats: SeatCounter) -> int:
    """Return the last day from ``since`` on which a term that began raised the seats."""
    starts = sorted({term.start_day for term in paid if since <= term.start_day < as_of}, reverse=True)
    for day in starts:
        before, after = (seats(_begun(paid, each), each, grace) for each in (day, day + 1))
        if after is not None and after > (before or 0):
            return day
    return since


def _higher(now: Subscription, then: Subscription) -> bool | None:
    """Return whether one plan is above another, by name, else by price; None where both are inconclusive."""
    rank_now, rank_then = plan_rank(now.plan), plan_rank(then.plan)
    if rank_now is not None and rank_then is not None:
        return rank_now > rank_then
    if now.amount is not None and then.amount is not None:
        return now.amount > then.amount
    return None


@lru_cache(maxsize=4096)
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
