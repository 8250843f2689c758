"""Timelines of accounts before a date, as triggers need them: first uses, logins, team size, terms."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from needsseg.accounts.engines.engine import Engine, open_engine
from needsseg.accounts.engines.event_facts import event_facts
from needsseg.accounts.engines.event_rows import events_of, local_days
from needsseg.accounts.tiers.behaviour import WINDOW
from needsseg.accounts.tiers.event_meanings import EventRules, meanings_of
from needsseg.accounts.tiers.lifecycle import GRACE_DAYS, Subscription, stated_seats
from needsseg.accounts.tiers.stack import Accounts, Rules, StackFiles, load_rules, read_accounts, read_subscriptions
from needsseg.accounts.tiers.terms import seat_counter
from needsseg.accounts.tiers.zones import epoch_day, zone
from needsseg.accounts.timeline_columns import UNKNOWN, Columns, Days, Steps, Timeline, columns_of, days_of

if TYPE_CHECKING:
    import narwhals as nw

    from needsseg.accounts.timeline_columns import Ints


@dataclass(frozen=True, slots=True)
class Timelines:
    """All timelines by account id, in its order, and the first and last day of events before D, None without events.

    ``login_names`` are the event names that count as a login. ``columns`` are the same timelines.
    """

    accounts: Mapping[str, Timeline]
    first_day: int | None = None
    last_day: int | None = None
    login_names: tuple[str, ...] = ()
    grace: int = GRACE_DAYS
    held: Columns | None = field(default=None, compare=False, repr=False)

    @property
    def columns(self) -> Columns:
        """Return all timelines as columns."""
        return columns_of(self.accounts.values()) if self.held is None else self.held


class TimelinesByAccount(Mapping[str, Timeline]):
    """The timelines of columns by account id; each is put together when it is asked for."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._places = {id_: place for place, id_ in enumerate(columns.ids)}

    def __getitem__(self, account_id: str) -> Timeline:
        return self._columns.timeline(self._places[account_id])

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


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
    place_of = {account.account_id: place for place, account in enumerate(contents.accounts)}
    usage = _no_usage()
    if stack.events is not None:
        with open_engine(backend, stack.accounts.parent) as engine:
            usage = _usage(engine, stack.events, day, tz, rules.events, contents.merged, ids, place_of)
    columns = _columns(contents, begun, usage, day, rules)
    return Timelines(TimelinesByAccount(columns), *usage.span, usage.login_names, rules.grace, columns)


def value_on(steps: Steps, day: int) -> int | None:
    """Return the value on a day; None before the first step."""
    place = bisect_right(steps, day, key=lambda step: step[0])
    return steps[place - 1][1] if place else None


@dataclass(frozen=True, slots=True)
class _Usage:
    """Usage as columns that begin with places of accounts: first day, login days, first uses, runs as ``_user_runs`` has them.

    First uses have a day and a place in ``features``, which are sorted. ``span`` is the first and the last day of all.
    """

    first_days: Sequence[Ints]
    logins: Sequence[Ints]
    features: tuple[str, ...]
    first_use: Sequence[Ints]
    runs: Sequence[Ints]
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
    place_of: Mapping[str, int],
) -> _Usage:
    import narwhals as nw

    day = nw.col("day")
    frame = local_days(engine, engine.scan(events), tz).filter(day < as_of)
    facts = event_facts(engine, events, frame, as_of, tz)
    login = meanings_of(facts.names, rules).login
    if only is not None:
        frame = events_of(engine, events, frame, as_of, tz, only)
    frame = _by_place(engine, frame, merged, place_of)
    logged = _distinct(frame.filter(nw.col("event").is_in(list(login))), "place", "day")
    used = frame.filter(~nw.col("feature").is_null()).group_by("place", "feature").agg(nw.col("day").min())
    features = facts.features
    codes = engine.table(("known_feature", "code"), [(name, str(code)) for code, name in enumerate(features)])
    coded = used.join(codes, left_on="feature", right_on="known_feature", how="inner")
    runs = _user_runs(frame, facts.first_day or 0)
    return _Usage(
        _ints(engine, frame.group_by("place").agg(nw.col("day").min())),
        _ints(engine, logged) if login else _none(2),
        features,
        _ints(engine, coded.select("place", "day", nw.col("code").cast(nw.Int64))),
        _ints(engine, runs),
        login,
        (facts.first_day, facts.last_day),
    )


def _by_place(
    engine: Engine, frame: nw.LazyFrame[Any], merged: Mapping[str, str], place_of: Mapping[str, int]
) -> nw.LazyFrame[Any]:
    """Return the events of known accounts with the account's place: numbers are grouped and passed on faster than texts."""
    import narwhals as nw

    places = dict(place_of) | {old: place_of[id_] for old, id_ in merged.items() if id_ in place_of}
    table = engine.table(("known_account", "place_text"), [(id_, str(place)) for id_, place in places.items()])
    numbered = table.select("known_account", place=nw.col("place_text").cast(nw.Int64))
    joined = frame.join(numbered, left_on="account_id", right_on="known_account", how="inner")
    return joined.select("place", "day", "event", "feature", "user_id")


def _ints(engine: Engine, frame: nw.LazyFrame[Any]) -> list[Ints]:
    """Return the columns of a result that has numbers alone, and no NULL."""
    import numpy as np

    return [np.asarray(column, dtype=np.int64) for column in engine.columns(frame)]


def _none(columns: int) -> list[Ints]:
    import numpy as np

    return [np.zeros(0, dtype=np.int64)] * columns


def _no_usage() -> _Usage:
    return _Usage(_none(2), _none(2), (), _none(3), _none(5))


def _distinct(frame: nw.LazyFrame[Any], *columns: str) -> nw.LazyFrame[Any]:
    """Return the distinct rows, by grouping, since ``unique`` would number all rows on DuckDB."""
    import narwhals as nw

    return frame.group_by(*columns).agg(rows=nw.len()).select(*columns)


def _user_runs(frame: nw.LazyFrame[Any], first_day: int) -> nw.LazyFrame[Any]:
    """Return places of accounts with the first and the last day of a part of a user's run, and whether it begins and ends there.

    A run is of events of a user that are at most 30 days apart. The user is active from the day after its first until 30 days
    after its last event, so each run is one step up and one step down. A part has the events of 31 days counted from
    ``first_day``, which are never further apart than that; only what begins or ends a run is returned.
    """
    import narwhals as nw

    day, user = nw.col("day"), ("place", "user_id")
    parts = (
        frame.filter(~nw.col("user_id").is_null())
        .with_columns(part=(day - first_day) // (WINDOW + 1))
        .group_by(*user, "part")
        .agg(first=day.min(), last=day.max())
    )
    first, last = nw.col("first"), nw.col("last")
    with_neighbours = parts.with_columns(
        before=last.shift(1).over(*user, order_by="part"), after=first.shift(-1).over(*user, order_by="part")
    )
    begins = nw.col("before").is_null() | (first - nw.col("before") > WINDOW)
    ends = nw.col("after").is_null() | (nw.col("after") - last > WINDOW)
    return with_neighbours.filter(begins | ends).select(
        "place", "first", "last", begun=nw.when(begins).then(1).otherwise(0), ended=nw.when(ends).then(1).otherwise(0)
    )


def _columns(
    contents: Accounts, begun: Mapping[str, Sequence[Subscription]], usage: _Usage, as_of: int, rules: Rules
) -> Columns:
    import numpy as np

    ids = tuple(contents.created)
    first_event = np.full(len(ids), UNKNOWN, dtype=np.int64)
    first_accounts, first_days = usage.first_days
    first_event[first_accounts] = first_days
    terms = tuple(tuple(begun.get(id_, ())) for id_ in ids)
    login_accounts, login_days = usage.logins
    used_accounts, used_days, codes = usage.first_use
    seats = [
        (place, day, UNKNOWN if number is None else number)
        for place, own in enumerate(terms)
        if own
        for day, number in _seats(own, as_of, rules.grace, rules.overlap)
    ]
    return Columns(
        ids,
        _signups(contents, terms, first_event, as_of),
        first_event,
        days_of((login_accounts, login_days, np.zeros_like(login_days))),
        usage.features,
        days_of((used_accounts, used_days, codes)),
        _users(usage.runs, as_of),
        days_of(np.array(seats, dtype=np.int64).reshape(-1, 3).T),
        terms,
    )


def _signups(contents: Accounts, terms: Sequence[Sequence[Subscription]], first_event: Ints, as_of: int) -> Ints:
    """Return the day the CRM created each account, else the earliest sign of it; UNKNOWN where that is not before D."""
    import numpy as np

    created = (UNKNOWN if day is None else day for day in contents.created.values())
    signups = np.fromiter(created, dtype=np.int64, count=len(terms))
    for place in np.flatnonzero(signups == UNKNOWN).tolist():
        signs = [term.start_day for term in terms[place]]
        signs += [int(first_event[place])] if first_event[place] != UNKNOWN else []
        signups[place] = min(signs, default=UNKNOWN)
    return np.where(signups < as_of, signups, UNKNOWN)


def _users(runs: Sequence[Ints], as_of: int) -> Days:
    """Return the steps of the number of active users, from the runs of ``_user_runs``."""
    import numpy as np

    accounts, first, last, begun, ended = runs
    changes = days_of((
        np.concatenate([accounts[begun > 0], accounts[ended > 0]]),
        np.concatenate([first[begun > 0] + 1, last[ended > 0] + WINDOW + 1]),
        np.concatenate([begun[begun > 0], -ended[ended > 0]]),
    ))  # fmt: skip
    if not len(changes.days):
        return changes
    firsts = np.flatnonzero(np.diff(changes.keys, prepend=-1))  # of rows of one account and day
    accounts, days = changes.accounts[firsts], changes.days[firsts]
    change = np.add.reduceat(changes.values, firsts)
    totals = np.cumsum(change)
    begins = np.searchsorted(accounts, accounts)  # the first row of each row's account
    counts = totals - np.where(begins > 0, totals[begins - 1], 0)
    steps = (change != 0) & (days <= as_of)
    return Days(accounts[steps], days[steps], counts[steps])


def _seats(begun: Sequence[Subscription], as_of: int, grace: int, overlap: str) -> Steps:
    """Return the steps of seats; those of overlapping terms are added as ``terms.counted_terms`` says."""
    if len(begun) == 1:
        return _seats_of_one(begun[0], as_of, grace)
    seats_on = seat_counter(begun, overlap) or stated_seats
    turns = {term.start_day + 1 for term in begun}
    turns |= {day for term in begun if term.end_day is not None for day in (term.end_day + 1, term.end_day + grace + 1)}
    steps: list[tuple[int, int | None]] = []
    for turn in sorted(day for day in turns if day <= as_of):
        seats = seats_on([term for term in begun if term.start_day < turn], turn, grace)
        if not steps or steps[-1][1] != seats:
            steps.append((turn, seats))
    return tuple(steps)


def _seats_of_one(term: Subscription, as_of: int, grace: int) -> Steps:
    """Return the steps of seats of the only term, as most accounts have it: they run until the days of grace are over."""
    steps: list[tuple[int, int | None]] = [(term.start_day + 1, term.seats)]
    if term.end_day is not None and term.seats is not None:
        steps.append((max(term.end_day + grace, term.start_day) + 1, None))
    return tuple(step for step in steps if step[0] <= as_of)
