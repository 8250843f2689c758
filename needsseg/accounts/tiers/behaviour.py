"""Tier 3: an account's activity in the 30 days before a date, as integer counts.

Windows are half-open and count calendar days of the reporting time zone: for a date D, the current one is [D-30, D),
the previous one [D-60, D-30). Events on or after D never count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from needsseg.accounts.engines.engine import Engine
from needsseg.accounts.tiers.event_meanings import EventRules, Meanings, meanings_of
from needsseg.accounts.tiers.zones import offsets
from needsseg.thresholds import FEWEST_EVENTS_FOR_TREND, FEWEST_EVENTS_MOBILE_ONLY, MANY_FEATURES

if TYPE_CHECKING:
    import narwhals as nw

WINDOW = 30
WEEKS = 4
# An account's features are transferred as a sum of distinct powers of two, which every engine adds exactly below 2^63.
BITS = 62
MOST_MASKED = 16 * BITS
# Up to this many features, counting each per account is faster than grouping by account and feature.
FEW_FEATURES = 24
# The fields of Behaviour, in their order.
COUNTS = (
    "events", "events_previous", "active_days", "active_users", "feature_breadth", "api_events", "mobile_events",
    "invitations", "logins", "logins_previous", "core_weeks",
)  # fmt: skip
DAYS = ("first_day", "last_day", "first_setup_day", "first_action_day")


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
        """Whether every event of the window came from a phone or tablet, and there were at least five."""
        return self.events >= FEWEST_EVENTS_MOBILE_ONLY and self.mobile_events == self.events

    @property
    def high_breadth(self) -> bool:
        """Whether at least five features were used in the window, and more than half of those that any account uses."""
        return self.feature_breadth >= MANY_FEATURES and 2 * self.feature_breadth > self.features_in_use

    @property
    def api_share(self) -> float:
        """Share of the window's events that came through the API, in [0, 1]; 0 where there were none."""
        return self.api_events / self.events if self.events else 0.0

    @property
    def login_trend(self) -> str:
        """The trend of logins: falling, steady, rising, or unknown if the previous window has fewer than ten."""
        return trend(self.logins, self.logins_previous)

    @property
    def usage_trend(self) -> str:
        """The trend of all events."""
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
        """Return the signals in one line."""
        return (
            f"{self.events:,} events on {self.active_days} days by {self.active_users} users · {self.feature_breadth} features · "
            f"API {self.api_share:.0%} · {self.invitations} invitations · logins {self.login_trend}"
        )


@dataclass(frozen=True, slots=True)
class Usage:
    """Tier 3 of all accounts with an event before D, and the meanings of event names."""

    rows: dict[str, Behaviour]
    meanings: Meanings


def trend(current: int, previous: int) -> str:
    """Return ``falling`` for a loss of more than 30% (100→69, not 100→70), ``rising`` for a gain of more than 3/7."""
    if previous < FEWEST_EVENTS_FOR_TREND:
        return "unknown"
    if 10 * current < 7 * previous:
        return "falling"
    return "rising" if 7 * current > 10 * previous else "steady"


def behaviour(
    engine: Engine,
    events: Path,
    as_of: int,
    rules: EventRules,
    tz: str = "UTC",
    merged: Mapping[str, str] | None = None,
) -> Usage:
    """Compute tier 3 of every account with an event before epoch day ``as_of`` in zone ``tz``, from an events Parquet file.

    ``merged`` maps ids of merged CRM records to the account that remains. One row per account is in memory, but no
    events.
    """
    import narwhals as nw

    frame = local_days(engine, engine.scan(events), tz)
    frame = surviving(engine, frame, merged or {}).filter(nw.col("day") < as_of)
    meanings = meanings_of(_names(engine, frame, "event"), rules)
    features = sorted(_names(engine, frame, "feature"))
    masks = _masks(features)
    counts = _ever(engine, frame, meanings, masks)
    for windowed in (_counts(frame, as_of, meanings), _distinct_in_window(frame, as_of)):
        counts = counts.join(windowed, on="account_id", how="left")
    filled_counts = [nw.col(name).fill_null(0) for name in COUNTS]
    usage_rows = engine.rows(counts.select("account_id", *filled_counts, *DAYS, *masks))
    used = _used(engine, frame) if features and not masks else {}
    in_words = _mask_reader(masks)
    width = 1 + len(COUNTS) + len(DAYS)
    rows = {}
    for row in sorted(usage_rows, key=itemgetter(0)):
        account_features = in_words(row[width:]) if masks else tuple(sorted(used.get(row[0], ())))
        values: tuple[Any, ...] = (*row[:width], account_features, len(features))
        rows[row[0]] = Behaviour(*values)
    return Usage(rows, meanings)


def local_days(engine: Engine, frame: nw.LazyFrame[Any], tz: str) -> nw.LazyFrame[Any]:
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


def surviving(engine: Engine, frame: nw.LazyFrame[Any], merged: Mapping[str, str]) -> nw.LazyFrame[Any]:
    """Replace the ids of merged CRM records by those of the surviving accounts (``merged``: merged id → survivor)."""
    import narwhals as nw

    if not merged:
        return frame
    ids = engine.table(("merged_id", "survivor"), sorted(merged.items()))
    with_survivors = frame.join(ids, left_on="account_id", right_on="merged_id", how="left")
    survivor = nw.when(nw.col("survivor").is_null()).then(nw.col("account_id")).otherwise(nw.col("survivor"))
    return with_survivors.with_columns(account_id=survivor)


def _names(engine: Engine, frame: nw.LazyFrame[Any], column: str) -> list[str]:
    """Return the distinct values of a column, by grouping, since ``unique`` would number all rows on DuckDB."""
    import narwhals as nw

    name_rows = engine.rows(frame.group_by(column).agg(rows=nw.len()).select(column))
    return [str(name) for (name,) in name_rows if name is not None]


def _counts(frame: nw.LazyFrame[Any], as_of: int, meanings: Meanings) -> nw.LazyFrame[Any]:
    """Return account_id and the counts of Behaviour from ``events`` to ``core_weeks``, except distinct counts."""
    import narwhals as nw

    day, event, source = nw.col("day"), nw.col("event"), nw.col("source")
    now, before = day >= as_of - WINDOW, day < as_of - WINDOW
    login, core = event.is_in(list(meanings.login)), event.is_in(list(meanings.core))
    counts = {
        "events": now,
        "events_previous": before,
        "api_events": now & (source == "api"),
        "mobile_events": now & (source == "mobile"),
        "invitations": now & event.is_in(list(meanings.invite)),
        "logins": now & login,
        "logins_previous": before & login,
    }
    weeks = {f"week_{week}": core & (day >= as_of - 7 * (week + 1)) & (day < as_of - 7 * week) for week in range(WEEKS)}
    flags = {name: nw.when(holds).then(1) for name, holds in (counts | weeks).items()}
    windows = frame.filter(day >= as_of - 2 * WINDOW).select("account_id", **flags)
    counts_by_account = windows.group_by("account_id").agg(*(nw.col(name).count().cast(nw.Int64) for name in flags))
    core_weeks: Any = sum(nw.when(nw.col(week) > 0).then(1).otherwise(0) for week in weeks)
    return counts_by_account.select("account_id", *counts, core_weeks=core_weeks)


def _distinct_in_window(frame: nw.LazyFrame[Any], as_of: int) -> nw.LazyFrame[Any]:
    """Return account_id and the numbers of distinct days, users and features in the window.

    ``n_unique`` counts NULL as a value on every engine, so one is subtracted where there is a NULL.
    """
    import narwhals as nw

    column_by_count = {"active_users": nw.col("user_id"), "feature_breadth": nw.col("feature")}
    nulls = {f"no_{name}": nw.when(column.is_null()).then(1).otherwise(0) for name, column in column_by_count.items()}
    window = frame.filter(nw.col("day") >= as_of - WINDOW).select("account_id", "day", "user_id", "feature", **nulls)
    distinct_counts = window.group_by("account_id").agg(
        active_days=nw.col("day").n_unique().cast(nw.Int64),
        **{name: column.n_unique().cast(nw.Int64) for name, column in column_by_count.items()},
        **{name: nw.col(name).max().cast(nw.Int64) for name in nulls},
    )
    return distinct_counts.select(
        "account_id", "active_days", **{name: nw.col(name) - nw.col(f"no_{name}") for name in column_by_count}
    )


def _ever(
    engine: Engine, frame: nw.LazyFrame[Any], meanings: Meanings, masks: Mapping[str, Sequence[str]]
) -> nw.LazyFrame[Any]:
    """Return account_id, DAYS, and all features ever used as sums of powers of two, in one pass over the events."""
    import narwhals as nw

    day, event = nw.col("day"), nw.col("event")
    days = {
        "first_setup_day": nw.when(event.is_in(list(meanings.setup))).then(day),
        "first_action_day": nw.when(event.is_in(list(meanings.first_action))).then(day),
        "first_day": day,
        "last_day": day,
    }
    frame = frame.select("account_id", "feature", **days)
    ends = [nw.col(name).max() if name == "last_day" else nw.col(name).min() for name in days]
    if len(masks) == 1 and len(next(iter(masks.values()))) <= FEW_FEATURES:
        return _counted_features(frame, ends, masks)
    by_feature = frame.group_by("account_id", "feature").agg(*ends)
    for name, features in masks.items():
        bits = [(feature, str(1 << place)) for place, feature in enumerate(features)]
        feature_bits = engine.table((f"of_{name}", name), bits).with_columns(nw.col(name).cast(nw.Int64))
        by_feature = by_feature.join(feature_bits, left_on="feature", right_on=f"of_{name}", how="left")
    return by_feature.group_by("account_id").agg(*ends, *(nw.col(name).sum().cast(nw.Int64) for name in masks))


def _counted_features(
    frame: nw.LazyFrame[Any], ends: Sequence[nw.Expr], masks: Mapping[str, Sequence[str]]
) -> nw.LazyFrame[Any]:
    import narwhals as nw

    ((mask, features),) = masks.items()
    flags = {f"uses_{place}": nw.when(nw.col("feature") == feature).then(1) for place, feature in enumerate(features)}
    flagged = frame.with_columns(**flags).group_by("account_id").agg(*ends, *(nw.col(name).count() for name in flags))
    bits: Any = sum(nw.when(nw.col(name) > 0).then(1 << place).otherwise(0) for place, name in enumerate(flags))
    return flagged.select("account_id", *DAYS, **{mask: bits.cast(nw.Int64)})


def _masks(features: Sequence[str]) -> dict[str, Sequence[str]]:
    """Return the mask columns and their features, BITS each; none where there are more than MOST_MASKED features."""
    starts = range(0, len(features), BITS) if len(features) <= MOST_MASKED else range(0)
    return {f"mask_{start}": features[start : start + BITS] for start in starts}


def _mask_reader(masks: Mapping[str, Sequence[str]]) -> Callable[[tuple[int, ...]], tuple[str, ...]]:
    """Return a cached function from an account's masks to the names of its features."""
    feature_places = [
        (column, place, name) for column, names in enumerate(masks.values()) for place, name in enumerate(names)
    ]

    @cache
    def shown(bits: tuple[int, ...]) -> tuple[str, ...]:
        return tuple(name for column, place, name in feature_places if bits[column] >> place & 1)

    return shown


def _used(engine: Engine, frame: nw.LazyFrame[Any]) -> dict[str, list[str]]:
    """Return the features of each account, where there are too many for masks."""
    import narwhals as nw

    used: dict[str, list[str]] = defaultdict(list)
    pairs = frame.filter(~nw.col("feature").is_null()).group_by("account_id", "feature").agg(rows=nw.len())
    for account_id, feature in engine.rows(pairs.select("account_id", "feature")):
        used[account_id].append(feature)
    return used
