"""Tier 3: what an account did in the 30 days before a date, as integers, and what kind of user that makes it.

Windows are half-open and count calendar days of the reporting time zone: for a date D, the current one is [D-30, D),
the previous one [D-60, D-30). Nothing on or after D counts anywhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from needsseg.accounts.engine import Engine
from needsseg.accounts.meanings import EventRules, Meanings, meanings_of
from needsseg.accounts.zones import offsets

if TYPE_CHECKING:
    import narwhals as nw

WINDOW = 30
WEEKS = 4
FEWEST_FOR_TREND = 10
FEWEST_FOR_MOBILE_ONLY = 5
# Ours: thresholds of the words in behavioral_segment, per 30 days.
POWER_ACTIVE_DAYS = 20
MANY_FEATURES = 5
MANY_INVITATIONS = 3


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One account's counts before D; ``*_previous`` are of the window before, ``first_*`` and ``last_day`` epoch days.

    ``core_weeks`` counts, of the four weeks before D, those with a core action; ``features`` are those ever used
    before D, ``features_in_use`` the number that any account used before D.
    """

    account_id: str
    events: int = 0
    events_previous: int = 0
    active_days: int = 0
    active_users: int = 0
    feature_breadth: int = 0
    api_events: int = 0
    mobile_events: int = 0
    invitations: int = 0
    logins: int = 0
    logins_previous: int = 0
    core_weeks: int = 0
    first_day: int | None = None
    last_day: int | None = None
    first_setup_day: int | None = None
    first_action_day: int | None = None
    features: tuple[str, ...] = field(default=())
    features_in_use: int = 0

    @property
    def mobile_only(self) -> bool:
        """Every event of the window came from a phone or tablet, and there were at least five."""
        return self.events >= FEWEST_FOR_MOBILE_ONLY and self.mobile_events == self.events

    @property
    def high_breadth(self) -> bool:
        """At least five features in the window, and more than half of those that any account uses."""
        return self.feature_breadth >= MANY_FEATURES and 2 * self.feature_breadth > self.features_in_use

    @property
    def api_share(self) -> float:
        """Share of the window's events that came through the API, in [0, 1]; 0 where there were none."""
        return self.api_events / self.events if self.events else 0.0

    @property
    def login_trend(self) -> str:
        """falling, steady, rising, or unknown where the window before has fewer than ten logins."""
        return trend(self.logins, self.logins_previous)

    @property
    def usage_trend(self) -> str:
        """The same for all events."""
        return trend(self.events, self.events_previous)

    @property
    def figures(self) -> dict[str, int | float | bool | str]:
        """The signals of tier 3 over the 30 days before D, as listings show them."""
        return {
            "events": self.events,
            "active_days": self.active_days,
            "active_users": self.active_users,
            "feature_breadth": self.feature_breadth,
            "api_share": round(self.api_share, 4),
            "mobile_only": self.mobile_only,
            "invitations": self.invitations,
            "logins": self.logins,
            "login_trend": self.login_trend,
            "usage_trend": self.usage_trend,
        }

    @property
    def in_words(self) -> str:
        """The same in a line."""
        return (
            f"{self.events:,} events on {self.active_days} days by {self.active_users} users · {self.feature_breadth} features · "
            f"API {self.api_share:.0%} · {self.invitations} invitations · logins {self.login_trend}"
        )


@dataclass(frozen=True, slots=True)
class Usage:
    """Tier 3 of all accounts with an event before D, and what their events' names were taken to mean."""

    rows: dict[str, Behaviour]
    meanings: Meanings


def trend(current: int, previous: int) -> str:
    """falling where more than 30% is lost (100→69, not 100→70), rising where more than 3/7 is gained; in integers."""
    if previous < FEWEST_FOR_TREND:
        return "unknown"
    if 10 * current < 7 * previous:
        return "falling"
    return "rising" if 7 * current > 10 * previous else "steady"


def behavioral_segment(row: Behaviour) -> str:
    """One word; the first that holds: inactive (no event), mobile_only, technical (at least half of the events through
    the API), power (20 active days), multi_workflow (high breadth), team_adopting (3 invitations), light (the rest).
    """
    if row.events == 0:
        return "inactive"
    if row.mobile_only:
        return "mobile_only"
    if 2 * row.api_events >= row.events:
        return "technical"
    if row.active_days >= POWER_ACTIVE_DAYS:
        return "power"
    if row.high_breadth:
        return "multi_workflow"
    return "team_adopting" if row.invitations >= MANY_INVITATIONS else "light"


def behaviour(
    engine: Engine,
    events: Path,
    as_of: int,
    rules: EventRules,
    tz: str = "UTC",
    merged: Mapping[str, str] | None = None,
) -> Usage:
    """Tier 3 of every account with an event before epoch day ``as_of`` in zone ``tz``, from an events Parquet file.

    ``merged`` maps ids of merged CRM records to the account that remains. One row an account is held in memory; events
    are not.
    """
    import narwhals as nw

    frame = _days(engine, engine.scan(events), tz)
    frame = _surviving(engine, frame, merged or {}).filter(nw.col("day") < as_of)
    names = [str(name) for (name,) in engine.rows(frame.select("event").unique())]
    meanings = meanings_of(names, rules)
    counted = _counts(engine, frame, as_of, meanings)
    current = frame.filter(nw.col("day") >= as_of - WINDOW)
    for column, name in (("day", "active_days"), ("user_id", "active_users"), ("feature", "feature_breadth")):
        for account_id, number in engine.rows(_distinct(current, column)):
            counted[account_id][name] = number
    used: dict[str, list[str]] = defaultdict(list)
    known = frame.filter(~nw.col("feature").is_null()).select("account_id", "feature").unique()
    for account_id, feature in engine.rows(known):
        used[account_id].append(feature)
    in_use = len({feature for features in used.values() for feature in features})
    rows = {
        account_id: Behaviour(account_id, **values, features=tuple(sorted(used[account_id])), features_in_use=in_use)
        for account_id, values in sorted(counted.items())
    }
    return Usage(rows, meanings)


def _days(engine: Engine, frame: nw.LazyFrame[Any], tz: str) -> nw.LazyFrame[Any]:
    """Replace UTC days by calendar days of ``tz``, with the zone's changes that fall within the events."""
    import narwhals as nw

    steps = offsets(tz)
    if len(steps) == 1 and steps[0][1] == 0:
        return frame
    ((first, last),) = engine.rows(frame.select(first=nw.col("second").min(), last=nw.col("second").max()))
    shift: Any = nw.lit(steps[0][1])
    for number, (start, seconds) in enumerate(steps):
        ends = steps[number + 1][0] if number + 1 < len(steps) else None
        if start > last or (ends is not None and ends <= first):
            continue
        shift = nw.when(nw.col("second") >= start).then(nw.lit(seconds)).otherwise(shift)
    return frame.with_columns(day=((nw.col("second") + shift) // 86_400).cast(nw.Int64))


def _surviving(engine: Engine, frame: nw.LazyFrame[Any], merged: Mapping[str, str]) -> nw.LazyFrame[Any]:
    import narwhals as nw

    if not merged:
        return frame
    ids = engine.table(("merged_id", "survivor"), sorted(merged.items()))
    joined = frame.join(ids, left_on="account_id", right_on="merged_id", how="left")
    survivor = nw.when(nw.col("survivor").is_null()).then(nw.col("account_id")).otherwise(nw.col("survivor"))
    return joined.with_columns(account_id=survivor)


def _distinct(frame: nw.LazyFrame[Any], column: str) -> nw.LazyFrame[Any]:
    """account_id and the number of distinct values that are not NULL (``n_unique`` would count NULL as one)."""
    import narwhals as nw

    pairs = frame.filter(~nw.col(column).is_null()).select("account_id", column).unique()
    return pairs.group_by("account_id").agg(number=nw.len().cast(nw.Int64))


def _counts(engine: Engine, frame: nw.LazyFrame[Any], as_of: int, meanings: Meanings) -> dict[str, dict[str, Any]]:
    import narwhals as nw

    day, event, source = nw.col("day"), nw.col("event"), nw.col("source")
    now = day >= as_of - WINDOW
    before = (day >= as_of - 2 * WINDOW) & ~now
    login = event.is_in(list(meanings.login))
    sums = {
        "events": now,
        "events_previous": before,
        "api_events": now & (source == "api"),
        "mobile_events": now & (source == "mobile"),
        "invitations": now & event.is_in(list(meanings.invite)),
        "logins": now & login,
        "logins_previous": before & login,
    }
    core = event.is_in(list(meanings.core))
    weeks = {f"week_{week}": core & (day >= as_of - 7 * (week + 1)) & (day < as_of - 7 * week) for week in range(WEEKS)}
    firsts = {
        "first_setup_day": event.is_in(list(meanings.setup)),
        "first_action_day": event.is_in(list(meanings.first_action)),
    }
    flags = {name: nw.when(holds).then(1).otherwise(0).cast(nw.Int64) for name, holds in (sums | weeks).items()}
    days = {name: nw.when(holds).then(day) for name, holds in firsts.items()}
    narrow = frame.select("account_id", day, **flags, **days)
    grouped = narrow.group_by("account_id").agg(
        *(nw.col(name).sum().cast(nw.Int64) for name in sums),
        *(nw.col(name).max() for name in weeks),
        *(nw.col(name).min() for name in firsts),
        first_day=day.min(),
        last_day=day.max(),
    )
    columns = [*sums, *weeks, *firsts, "first_day", "last_day"]
    counted: dict[str, dict[str, Any]] = {}
    for account_id, *values in engine.rows(grouped.select("account_id", *columns)):
        row = dict(zip(columns, values, strict=True))
        row["core_weeks"] = sum(row.pop(name) for name in weeks)
        counted[account_id] = row
    return counted
