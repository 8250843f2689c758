"""Timelines of accounts before a date, as triggers need them: first uses, logins, team size, terms."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from needsseg.accounts.engines.engine import Engine, open_engine
from needsseg.accounts.engines.event_facts import event_facts
from needsseg.accounts.tiers.behaviour import WINDOW, local_days, surviving
from needsseg.accounts.tiers.event_meanings import EventRules, meanings_of
from needsseg.accounts.tiers.lifecycle import GRACE_DAYS, Subscription, stated_seats
from needsseg.accounts.tiers.stack import Rules, StackFiles, load_rules, read_accounts, read_subscriptions
from needsseg.accounts.tiers.terms import seat_counter
from needsseg.accounts.tiers.zones import epoch_day, zone

if TYPE_CHECKING:
    import narwhals as nw

Steps = tuple[tuple[int, int | None], ...]
"""(first epoch day of the value, value) in order of time; unknown before the first."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """One account's days before D, as epoch days.

    ``signup`` is the day the CRM created the account, else the earliest sign of it; ``first_event`` its first event;
    ``logins`` the days with a login, sorted; ``first_use`` the first day of each feature. ``users`` counts, as of a day t,
    the distinct users of [t - 30, t), and ``seats`` are those of the terms that run as of t.
    """

    account_id: str
    signup: int | None = None
    first_event: int | None = None
    logins: tuple[int, ...] = ()
    first_use: dict[str, int] = field(default_factory=dict)
    users: Steps = ()
    seats: Steps = ()
    terms: tuple[Subscription, ...] = ()


@dataclass(frozen=True, slots=True)
class Timelines:
    """All timelines sorted by account id, and the first and last day of events before D, None without events.

    ``login_names`` are the event names that count as a login.
    """

    accounts: dict[str, Timeline]
    first_day: int | None = None
    last_day: int | None = None
    login_names: tuple[str, ...] = ()
    grace: int = GRACE_DAYS


def timelines(
    stack: StackFiles,
    as_of: date,
    tz: str = "UTC",
    backend: str = "duckdb",
    rules: Rules | None = None,
    only: Collection[str] | None = None,
) -> Timelines:
    """Return the timelines of all CRM accounts before ``as_of`` at 00:00 in ``tz``.

    With ``only``, those of these accounts alone; the first and last day and the names of logins are still those of all.

    Only events before that moment and terms that began before that day count; rows of merged CRM records count for the
    surviving account, and rows of unknown accounts are ignored. UsageError for an unknown zone or engine, TableError for a
    missing file.
    """
    zone(tz)
    rules = rules or load_rules()
    day = epoch_day(as_of)
    # Accounts and terms are few, so DuckDB reads them; only events need the chosen engine.
    contents = read_accounts(stack.accounts, only=only)
    ids = None if only is None else contents.all_ids
    begun: dict[str, list[Subscription]] = defaultdict(list)
    for term in read_subscriptions(stack.subscriptions, only=ids) if stack.subscriptions is not None else []:
        if term.start_day < day:
            begun[contents.merged.get(term.account_id, term.account_id)].append(term)
    usage = _Usage()
    if stack.events is not None:
        with open_engine(backend, stack.accounts.parent) as engine:
            usage = _usage(engine, stack.events, day, tz, rules.events, contents.merged, ids)
    timeline_by_account = {
        account.account_id: _timeline(
            account.account_id, contents.created[account.account_id], begun[account.account_id], usage, day, rules
        )
        for account in contents.accounts
    }
    return Timelines(timeline_by_account, *usage.span, usage.login_names, rules.grace)


def value_on(steps: Steps, day: int) -> int | None:
    """Return the value on a day; None before the first step."""
    place = bisect_right(steps, day, key=lambda step: step[0])
    return steps[place - 1][1] if place else None


@dataclass(frozen=True, slots=True)
class _Usage:
    """Usage by account id: first day, login days, first uses, changes in the number of active users.

    ``span`` is the first and the last day of any account's events.
    """

    first_days: dict[str, int] = field(default_factory=dict)
    logins: dict[str, list[int]] = field(default_factory=dict)
    first_use: dict[str, dict[str, int]] = field(default_factory=dict)
    changes: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    login_names: tuple[str, ...] = ()
    span: tuple[int | None, int | None] = (None, None)


def _usage(
    engine: Engine,
    events: Path,
    as_of: int,
    tz: str,
    rules: EventRules,
    merged: Mapping[str, str],
    only: Collection[str] | None,
) -> _Usage:
    import narwhals as nw

    day = nw.col("day")
    frame = local_days(engine, engine.scan(events), tz).filter(day < as_of)
    facts = event_facts(engine, events, frame, as_of, tz)
    login = meanings_of(facts.names, rules).login
    if only is not None:
        frame = engine.in_memory(frame.filter(nw.col("account_id").is_in(sorted(only))))
    frame = surviving(engine, frame, merged)
    days = frame.group_by("account_id").agg(first=day.min())
    first_days = {str(id_): int(first_day) for id_, first_day in engine.rows(days)}
    logins: dict[str, list[int]] = defaultdict(list)
    if login:
        logged = _distinct(frame.filter(nw.col("event").is_in(list(login))), "account_id", "day")
        for id_, login_day in engine.rows(logged):
            logins[str(id_)].append(int(login_day))
    first_use: dict[str, dict[str, int]] = defaultdict(dict)
    used = frame.filter(~nw.col("feature").is_null()).group_by("account_id", "feature").agg(nw.col("day").min())
    for id_, feature, used_day in engine.rows(used):
        first_use[str(id_)][str(feature)] = int(used_day)
    changes: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for id_, change_day, change in engine.rows(_user_changes(frame)):
        changes[str(id_)].append((int(change_day), int(change)))
    return _Usage(first_days, logins, first_use, changes, login, (facts.first_day, facts.last_day))


def _distinct(frame: nw.LazyFrame[Any], *columns: str) -> nw.LazyFrame[Any]:
    """Return the distinct rows, by grouping, since ``unique`` would number all rows on DuckDB."""
    import narwhals as nw

    return frame.group_by(*columns).agg(rows=nw.len()).select(*columns)


def _user_changes(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Return account_id, day, change: the change in the number of users active in [t - 30, t) at t = ``day``.

    A user is active from the day after an event until 30 days after the last of a run of events at most 30 days apart, so
    each run is one step up and one step down.
    """
    import narwhals as nw

    day, user_columns = nw.col("day"), ("account_id", "user_id")
    days = _distinct(frame.filter(~nw.col("user_id").is_null()), *user_columns, "day")
    with_next_day = days.with_columns(
        before=day.shift(1).over(*user_columns, order_by="day"), after=day.shift(-1).over(*user_columns, order_by="day")
    )
    begin = nw.col("before").is_null() | (day - nw.col("before") > WINDOW)
    ends = nw.col("after").is_null() | (nw.col("after") - day > WINDOW)
    up = with_next_day.filter(begin).select("account_id", day=day + 1, change=nw.lit(1).cast(nw.Int64))
    down = with_next_day.filter(ends).select("account_id", day=day + WINDOW + 1, change=nw.lit(-1).cast(nw.Int64))
    steps = nw.concat([up, down], how="vertical").group_by("account_id", "day").agg(nw.col("change").sum())
    return steps.select("account_id", "day", nw.col("change").cast(nw.Int64))


def _timeline(
    key: str, created: int | None, begun: Sequence[Subscription], usage: _Usage, as_of: int, rules: Rules
) -> Timeline:
    first = usage.first_days.get(key)
    signs = [term.start_day for term in begun] + ([] if first is None else [first])
    signup = created if created is not None else min(signs, default=None)
    return Timeline(
        key,
        signup if signup is not None and signup < as_of else None,
        first,
        tuple(sorted(usage.logins.get(key, ()))),
        usage.first_use.get(key, {}),
        _users(usage.changes.get(key, ()), as_of),
        _seats(begun, as_of, rules.grace, rules.overlap),
        tuple(begun),
    )


def _users(changes: Iterable[tuple[int, int]], as_of: int) -> Steps:
    ordered = sorted(change for change in changes if change[0] <= as_of)
    counts = accumulate(change for _, change in ordered)
    return tuple((day, count) for (day, change), count in zip(ordered, counts, strict=True) if change)


def _seats(begun: Sequence[Subscription], as_of: int, grace: int, overlap: str) -> Steps:
    """Return the steps of seats; those of overlapping terms are added as ``terms.counted_terms`` says."""
    seats_on = seat_counter(begun, overlap) or stated_seats
    turns = {term.start_day + 1 for term in begun}
    turns |= {day for term in begun if term.end_day is not None for day in (term.end_day + 1, term.end_day + grace + 1)}
    steps: list[tuple[int, int | None]] = []
    for turn in sorted(day for day in turns if day <= as_of):
        seats = seats_on([term for term in begun if term.start_day < turn], turn, grace)
        if not steps or steps[-1][1] != seats:
            steps.append((turn, seats))
    return tuple(steps)
