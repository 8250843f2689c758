"""Tier 3 over time: accounts' activity in each of the weeks before a date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from needsseg.accounts.engines.engine import Engine
from needsseg.accounts.engines.event_rows import events_of, local_days, surviving
from needsseg.accounts.tiers.event_meanings import EventRules, meanings_of

WEEKS = 12


@dataclass(frozen=True, slots=True)
class Series:
    """One account's numbers in each week before D, the oldest first: events, and distinct users and features."""

    account_id: str
    events: tuple[int, ...]
    active_users: tuple[int, ...]
    logins: tuple[int, ...]
    features: tuple[int, ...]


def empty_series(account_id: str, weeks: int = WEEKS) -> Series:
    """Return the series of an account without any event in these weeks."""
    none = (0,) * weeks
    return Series(account_id, none, none, none, none)


def weekly(
    engine: Engine,
    events: Path,
    as_of: int,
    rules: EventRules,
    tz: str = "UTC",
    merged: Mapping[str, str] | None = None,
    account_id: str | None = None,
    weeks: int = WEEKS,
) -> dict[str, Series]:
    """Return weekly series by account (one, or all with an event in that time) from an events Parquet file.

    A week is seven days of zone ``tz``; the last ends with the day before epoch day ``as_of``.
    """
    import narwhals as nw

    day = nw.col("day")
    frame = local_days(engine, engine.scan(events), tz).filter(day < as_of)
    if account_id is not None:
        ids = {account_id, *(old for old, new in (merged or {}).items() if new == account_id)}
        frame = events_of(engine, events, frame, as_of, tz, ids)
    frame = surviving(engine, frame, merged or {}).filter(day >= as_of - 7 * weeks)
    ago = ((nw.lit(as_of - 1) - day) // 7).cast(nw.Int64)
    frame = frame.select("account_id", "event", "user_id", "feature", "uses", ago=ago)
    logins = meanings_of((str(name) for (name,) in engine.rows(frame.select("event").unique())), rules).login
    login = nw.when(nw.col("event").is_in(list(logins))).then(nw.col("uses")).otherwise(0).cast(nw.Int64)
    weekly_counts = (
        frame.with_columns(login=login)
        .group_by("account_id", "ago")
        .agg(events=nw.col("uses").sum().cast(nw.Int64), logins=nw.col("login").sum().cast(nw.Int64))
    )
    weeks_by_account: dict[str, dict[str, list[int]]] = {}

    def store(account: str, name: str, ago: int, number: int) -> None:
        columns = weeks_by_account.setdefault(
            account, {key: [0] * weeks for key in ("events", "active_users", "logins", "features")}
        )
        columns[name][weeks - 1 - ago] = number

    for account, ago_, events_, logins_ in engine.rows(weekly_counts.select("account_id", "ago", "events", "logins")):
        store(account, "events", ago_, events_)
        store(account, "logins", ago_, logins_)
    for column, name in (("user_id", "active_users"), ("feature", "features")):
        for account, ago_, number in engine.rows(_distinct(frame, column)):
            store(account, name, ago_, number)
    return {
        account: Series(account, **{name: tuple(values) for name, values in columns.items()})
        for account, columns in sorted(weeks_by_account.items())
    }


def _distinct(frame: Any, column: str) -> Any:
    """Return account_id, week and the number of distinct non-NULL values (``n_unique`` would count NULL)."""
    import narwhals as nw

    values = frame.filter(~nw.col(column).is_null()).select("account_id", "ago", column).unique()
    return (
        values.group_by("account_id", "ago").agg(number=nw.len().cast(nw.Int64)).select("account_id", "ago", "number")
    )


def features_in(engine: Engine, events: Path) -> frozenset[str]:
    """Return the names of all features in an events Parquet file."""
    import narwhals as nw

    features = engine.scan(events).filter(~nw.col("feature").is_null()).select("feature").unique()
    return frozenset(str(name) for (name,) in engine.rows(features))
