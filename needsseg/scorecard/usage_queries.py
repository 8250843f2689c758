"""Queries over usage events that the scorecard needs, on any engine: weekly use, use of features, and who uses them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from needsseg.accounts.engines.engine import Engine
from needsseg.accounts.engines.event_rows import local_days, surviving
from needsseg.accounts.tiers.behaviour import WINDOW
from needsseg.accounts.tiers.event_meanings import EventRules, meanings_of
from needsseg.scorecard.facts import RUN_OF_WEEKS

if TYPE_CHECKING:
    import narwhals as nw

LONG_WINDOW = 90
MOST_LOOKED_UP = 1_000
"""Up to so many accounts are asked for by name, so that the events of others, which are sorted by account, are not read."""
FEATURE_COUNTS = ("accounts", "accounts_long", "events", "events_previous", "users")


@dataclass(frozen=True, slots=True)
class Events:
    """The usage events before epoch day ``as_of`` of zone ``tz``; ``merged`` maps ids of merged records to survivors."""

    file: Path
    as_of: int
    rules: EventRules
    tz: str
    merged: Mapping[str, str]

    def frame(self, engine: Engine, only: Collection[str] | None = None) -> nw.LazyFrame[Any]:
        """Return account_id, user_id, event, feature, day and uses of the events before the date, of all or ``only`` some."""
        import narwhals as nw

        frame = local_days(engine, engine.scan(self.file), self.tz)
        if only is not None:
            ids = {*only, *(old for old, id_ in self.merged.items() if id_ in only)}
            frame = frame.filter(nw.col("account_id").is_in(sorted(ids)))
        frame = surviving(engine, frame, self.merged)
        return frame.filter(nw.col("day") < self.as_of).select(
            "account_id", "user_id", "event", "feature", "day", "uses"
        )


@dataclass(frozen=True, slots=True)
class FeatureUse:
    """The use of one feature in one segment: accounts in the last 30 and 90 days, events of the last 30 days and of the 30
    before, and distinct users in the last 30 days (summed over accounts)."""

    accounts: int = 0
    accounts_long: int = 0
    events: int = 0
    events_previous: int = 0
    users: int = 0


def weekly_use(engine: Engine, events: Events, starts: Mapping[str, int]) -> dict[str, int]:
    """Return by account the day of its first core action in the first of RUN_OF_WEEKS weeks in a row with one.

    Weeks are counted from the account's own start in ``starts`` (epoch days); accounts without one are left out, and so is
    a run whose last week is not over.
    """
    import narwhals as nw

    if not starts:
        return {}
    frame = events.frame(engine)
    names = [str(name) for (name,) in engine.rows(frame.group_by("event").agg(rows=nw.len()).select("event"))]
    core = meanings_of(names, events.rules).core
    pairs = sorted((account, str(start)) for account, start in starts.items())
    beginnings = engine.table(("started_id", "started"), pairs).with_columns(nw.col("started").cast(nw.Int64))
    days = frame.filter(nw.col("event").is_in(list(core))).join(
        beginnings, left_on="account_id", right_on="started_id", how="inner"
    )
    since = nw.col("day") - nw.col("started")
    weeks = days.filter(since >= 0).select("account_id", "day", "started", week=(since // 7).cast(nw.Int64))
    first_days = weeks.group_by("account_id", "started", "week").agg(nw.col("day").min())
    later = nw.col("week").shift(-(RUN_OF_WEEKS - 1)).over("account_id", order_by="week")
    runs = first_days.with_columns(last=later).filter(
        (nw.col("last") == nw.col("week") + RUN_OF_WEEKS - 1)
        & (nw.col("started") + 7 * (nw.col("last") + 1) <= events.as_of)
    )
    first_weekly_days = runs.group_by("account_id").agg(nw.col("day").min())
    return {
        str(account): int(day) for account, day in sorted(engine.rows(first_weekly_days.select("account_id", "day")))
    }


def feature_use(engine: Engine, events: Events, segments: Mapping[str, str]) -> dict[str, dict[str, FeatureUse]]:
    """Return the use of each feature by segment, of the accounts in ``segments`` (segment by account id)."""
    import narwhals as nw

    if not segments:
        return {}
    day = nw.col("day")
    recent, before = day >= events.as_of - WINDOW, day < events.as_of - WINDOW
    # Few accounts are looked up, many are grouped with all others and joined.
    only = segments if len(segments) <= MOST_LOOKED_UP else None
    frame = events.frame(engine, only).filter((day >= events.as_of - LONG_WINDOW) & ~nw.col("feature").is_null())
    flags = frame.select(
        "account_id",
        "feature",
        now=nw.when(recent).then(nw.col("uses")).otherwise(0),
        previous=nw.when(before & (day >= events.as_of - 2 * WINDOW)).then(nw.col("uses")).otherwise(0),
        who=nw.when(recent).then(nw.col("user_id")),
    )
    grouped = flags.group_by("account_id", "feature").agg(
        events=nw.col("now").sum().cast(nw.Int64),
        events_previous=nw.col("previous").sum().cast(nw.Int64),
        users=nw.col("who").n_unique().cast(nw.Int64),
        # ``n_unique`` counts NULL as a value on every engine.
        without=(nw.col("who").is_null().cast(nw.Int64)).max().cast(nw.Int64),
    )
    members = engine.table(("member_id", "segment"), sorted(segments.items()))
    by_segment = grouped.join(members, left_on="account_id", right_on="member_id", how="inner").select(
        "segment",
        "feature",
        "events",
        "events_previous",
        accounts=nw.when(nw.col("events") > 0).then(1).otherwise(0),
        one=nw.lit(1),
        users=nw.col("users") - nw.col("without"),
    )
    totals = by_segment.group_by("segment", "feature").agg(
        nw.col("accounts").sum().cast(nw.Int64),
        nw.col("one").sum().cast(nw.Int64).alias("accounts_long"),
        *(nw.col(name).sum().cast(nw.Int64) for name in FEATURE_COUNTS[2:]),
    )
    use: dict[str, dict[str, FeatureUse]] = {}
    for segment, feature, *counts in sorted(engine.rows(totals.select("segment", "feature", *FEATURE_COUNTS))):
        use.setdefault(str(feature), {})[str(segment)] = FeatureUse(*(int(count) for count in counts))
    return use


def users_of(engine: Engine, events: Events, feature: str, days: int) -> frozenset[str]:
    """Return the ids of the accounts that used a feature in the last ``days`` days."""
    import narwhals as nw

    frame = events.frame(engine).filter((nw.col("day") >= events.as_of - days) & (nw.col("feature") == feature))
    return frozenset(str(account) for (account,) in engine.rows(frame.group_by("account_id").agg(rows=nw.len()).select(
        "account_id")))  # fmt: skip
