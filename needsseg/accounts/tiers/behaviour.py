"""Tier 3: an account's activity in the 30 days before a date, as integer counts.

Windows are half-open and count calendar days of the reporting time zone: for a date D, the current one is [D-30, D),
the previous one [D-60, D-30). Events on or after D never count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import repeat
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from needsseg.accounts.engines.engine import Engine
from needsseg.accounts.engines.event_facts import EventFacts, event_facts
from needsseg.accounts.engines.event_rows import events_of, local_days, surviving
from needsseg.accounts.engines.feature_masks import feature_masks, mask_reader
from needsseg.accounts.tiers.event_meanings import EventRules, Meanings, meanings_of
from needsseg.many_records import records
from needsseg.text import format_count
from needsseg.thresholds import FEWEST_EVENTS_FOR_SHARE, FEWEST_EVENTS_FOR_TREND, MANY_FEATURES

if TYPE_CHECKING:
    import narwhals as nw

WINDOW = 30
WEEKS = 4
# Up to this many features, counting each per account is faster than grouping by account and feature.
FEW_FEATURES = 24
# The fields of Behaviour, in their order.
COUNTS = (
    "events", "events_previous", "active_days", "active_users", "feature_breadth", "api_events", "mobile_events",
    "invitations", "logins", "logins_previous", "core_weeks", "events_before", "user_days",
)  # fmt: skip
DAYS = ("first_day", "last_day", "first_setup_day", "first_action_day")


# What a source of events may lack → its words, and the signals that are then unknown.
SIGNALS_OF = {
    "user": ("user ids", ("active_users", "daily_users", "dau_mau", "seat_share")),
    "feature": ("features", ("feature_breadth",)),
    "source": ("platform", ("api_share", "mobile_only")),
    "login": ("login events", ("logins", "login_trend")),
    "invite": ("invitation events", ("invitations",)),
    "day": ("single days (use is counted by week)", ("daily_users", "dau_mau", "seat_share")),
}


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One account's counts before D; ``*_previous`` are of the window before, ``first_*`` and ``last_day`` epoch days.

    ``core_weeks`` counts, of the weeks before D that the lifecycle asks for, those with a core action; ``events_before`` are
    all events before the window; ``user_days`` are the pairs of a user and a day of the window on which they were active.
    ``features`` are those ever used before D, ``features_in_use`` the number that any account used before D. ``lacks`` are
    the keys of SIGNALS_OF that no event of the source has. ``seats`` are those of the terms that run on D, where known.
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
    events_before: int = 0
    user_days: int = 0
    first_day: int | None = None
    last_day: int | None = None
    first_setup_day: int | None = None
    first_action_day: int | None = None
    features: tuple[str, ...] = field(default=())
    features_in_use: int = 0
    lacks: tuple[str, ...] = ()
    seats: int | None = None

    @property
    def mobile_only(self) -> bool | None:
        """Whether every event of the window came from a phone or tablet, and there were at least five; None if unknown."""
        if "source" in self.lacks:
            return None
        return self.events >= FEWEST_EVENTS_FOR_SHARE and self.mobile_events == self.events

    @property
    def high_breadth(self) -> bool:
        """Whether at least five features were used in the window, and more than half of those that any account uses."""
        return self.feature_breadth >= MANY_FEATURES and 2 * self.feature_breadth > self.features_in_use

    @property
    def api_share(self) -> float | None:
        """Share of the window's events that came through the API, in [0, 1]; None if unknown or of too few events."""
        if "source" in self.lacks or self.events < FEWEST_EVENTS_FOR_SHARE:
            return None
        return self.api_events / self.events

    @property
    def daily_users(self) -> float | None:
        """Daily active users: the mean over the days of the window; None without user ids."""
        if "user" in self.lacks or "day" in self.lacks or (self.events and not self.active_users):
            return None
        return self.user_days / WINDOW

    @property
    def dau_mau(self) -> float | None:
        """Daily active users as a share of the users of the window, in [0, 1]; None without any."""
        return self.user_days / (WINDOW * self.active_users) if self.active_users and "day" not in self.lacks else None

    @property
    def seat_share(self) -> float | None:
        """Daily active users as a share of the seats; above 1 where more people use the product. None where unknown."""
        daily = self.daily_users
        return daily / self.seats if daily is not None and self.seats else None

    @property
    def login_trend(self) -> str:
        """The trend of logins: falling, steady, rising, or unknown if the previous window has fewer than ten."""
        return trend(self.logins, self.logins_previous)

    @property
    def usage_trend(self) -> str:
        """The trend of all events."""
        return trend(self.events, self.events_previous)

    @property
    def unknown(self) -> tuple[str, ...]:
        """The signals that the source cannot give."""
        return _signals_without(self.lacks) if self.lacks else ()

    @property
    def in_words(self) -> str:
        """Return the signals in one line, and what the source cannot give."""
        users = f" by {format_count(self.active_users, 'user')}" if "user" not in self.lacks else ""
        days = f"{'at least ' if 'day' in self.lacks else ''}{format_count(self.active_days, 'day')}"
        parts = [f"{format_count(self.events, 'event')} on {days}{users}"]
        parts += [self.daily_in_words] if self.active_users and "day" not in self.lacks else []
        parts += [format_count(self.feature_breadth, "feature")] if "feature" not in self.lacks else []
        parts += [f"API {self.api_share:.0%}"] if self.api_share is not None else []
        parts += [format_count(self.invitations, "invitation")] if "invite" not in self.lacks else []
        parts += [f"logins {self.login_trend}"] if "login" not in self.lacks else []
        without = [words for key, (words, _) in SIGNALS_OF.items() if key in self.lacks]
        return " · ".join(parts) + (f" · the events have no {', '.join(without)}" if without else "")

    @property
    def daily_in_words(self) -> str:
        """Return the daily active users, their share of the window's users and of the seats."""
        shares = (
            [f"{self.dau_mau:.0%} of its {self.active_users:,} users in 30 days"] if self.dau_mau is not None else []
        )
        shares += (
            [f"{self.seat_share:.0%} of {format_count(self.seats or 0, 'seat')}"] if self.seat_share is not None else []
        )
        return f"{self.daily_users or 0:.1f} daily users" + (f" ({', '.join(shares)})" if shares else "")


@lru_cache(maxsize=256)
def _signals_without(lacks: tuple[str, ...]) -> tuple[str, ...]:
    """Return the signals that a source cannot give which lacks some keys of SIGNALS_OF."""
    return tuple(dict.fromkeys(name for key, (_, names) in SIGNALS_OF.items() if key in lacks for name in names))


@dataclass(frozen=True, slots=True)
class Usage:
    """Tier 3 of all accounts with an event before D, the meanings of event names, and what the source lacks."""

    rows: dict[str, Behaviour]
    meanings: Meanings
    lacks: tuple[str, ...] = ()


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
    weeks: int = WEEKS,
    only: Collection[str] | None = None,
) -> Usage:
    """Compute tier 3 of every account with an event before epoch day ``as_of`` in zone ``tz``, from an events Parquet file.

    ``merged`` maps ids of merged CRM records to the account that remains; ``weeks`` is how many are looked at for a core
    action, at most 8. One row per account is in memory, but no events. ``only`` are account ids, those of merged records
    among them: the counts of these alone, while meanings and features are those of the whole file.
    """
    import narwhals as nw

    frame = local_days(engine, engine.scan(events), tz).filter(nw.col("day") < as_of)
    facts = event_facts(engine, events, frame, as_of, tz)
    meanings, features = meanings_of(facts.names, rules), facts.features
    masks = feature_masks(features)
    lacks = _lacks(facts, meanings)
    if only is not None:
        frame = events_of(engine, events, frame, as_of, tz, only)
    frame = surviving(engine, frame, merged or {})
    counts = _ever(engine, frame, as_of, meanings, masks)
    for windowed in (_counts(frame, as_of, meanings, weeks), _distinct_in_window(frame, as_of), _users(frame, as_of)):
        counts = counts.join(windowed, on="account_id", how="left")
    filled_counts = [nw.col(name).fill_null(0) for name in COUNTS]
    usage_rows = engine.rows(counts.select("account_id", *filled_counts, *DAYS, *masks).sort("account_id"))
    used = _used(engine, frame) if features and not masks else {}
    features_of = mask_reader(masks)
    width = 1 + len(COUNTS) + len(DAYS)
    usage_rows.sort(key=itemgetter(0))
    columns = list(zip(*usage_rows, strict=True)) or [()] * (width + len(masks))
    ids, number = columns[0], len(usage_rows)
    own_features = (
        map(features_of, zip(*columns[width:], strict=True))
        if masks
        else map(tuple, map(sorted, map(used.get, ids, repeat(()))))
    )
    rows = records(
        Behaviour,
        [*columns[:width], own_features, repeat(len(features), number), repeat(lacks, number), repeat(None, number)],
    )
    return Usage(dict(zip(ids, rows, strict=True)), meanings, lacks)


def _lacks(facts: EventFacts, meanings: Meanings) -> tuple[str, ...]:
    """Return the keys of SIGNALS_OF of which the events say nothing at all."""
    given = {
        "user": facts.with_user, "feature": facts.features, "source": facts.with_source, "login": meanings.login,
        "invite": meanings.invite, "day": not facts.with_weeks,
    }  # fmt: skip
    return tuple(key for key in SIGNALS_OF if not given[key])


def _counts(frame: nw.LazyFrame[Any], as_of: int, meanings: Meanings, number_of_weeks: int) -> nw.LazyFrame[Any]:
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
    weeks = {
        f"week_{week}": core & (day >= as_of - 7 * (week + 1)) & (day < as_of - 7 * week)
        for week in range(number_of_weeks)
    }
    # A row may stand for several events; what is asked of weeks is only whether there is one.
    flags = {name: nw.when(holds).then(nw.col("uses")).otherwise(0) for name, holds in (counts | weeks).items()}
    windows = frame.filter(day >= as_of - 2 * WINDOW).select("account_id", **flags)
    counts_by_account = windows.group_by("account_id").agg(*(nw.col(name).sum().cast(nw.Int64) for name in flags))
    core_weeks: Any = sum(nw.when(nw.col(week) > 0).then(1).otherwise(0) for week in weeks)
    return counts_by_account.select("account_id", *counts, core_weeks=core_weeks)


def _distinct_in_window(frame: nw.LazyFrame[Any], as_of: int) -> nw.LazyFrame[Any]:
    """Return account_id and the numbers of distinct days and features in the window.

    ``n_unique`` counts NULL as a value on every engine, so one is subtracted where there is a NULL.
    """
    import narwhals as nw

    feature = nw.col("feature")
    none = nw.when(feature.is_null()).then(1).otherwise(0)
    window = frame.filter(nw.col("day") >= as_of - WINDOW).select("account_id", "day", "feature", no_feature=none)
    distinct_counts = window.group_by("account_id").agg(
        active_days=nw.col("day").n_unique().cast(nw.Int64),
        feature_breadth=feature.n_unique().cast(nw.Int64),
        no_feature=nw.col("no_feature").max().cast(nw.Int64),
    )
    return distinct_counts.select(
        "account_id", "active_days", feature_breadth=nw.col("feature_breadth") - nw.col("no_feature")
    )


def _users(frame: nw.LazyFrame[Any], as_of: int) -> nw.LazyFrame[Any]:
    """Return account_id, the number of distinct users in the window, and of pairs of a user and a day, by grouping thrice."""
    import narwhals as nw

    window = frame.filter((nw.col("day") >= as_of - WINDOW) & ~nw.col("user_id").is_null())
    user_days = window.group_by("account_id", "user_id", "day").agg(rows=nw.len())
    users = user_days.group_by("account_id", "user_id").agg(days=nw.len().cast(nw.Int64))
    return users.group_by("account_id").agg(
        active_users=nw.len().cast(nw.Int64), user_days=nw.col("days").sum().cast(nw.Int64)
    )


def _ever(
    engine: Engine, frame: nw.LazyFrame[Any], as_of: int, meanings: Meanings, masks: Mapping[str, Sequence[str]]
) -> nw.LazyFrame[Any]:
    """Return account_id, DAYS, events before the window, and all features ever used as sums of powers of two, in one pass."""
    import narwhals as nw

    day, event = nw.col("day"), nw.col("event")
    days = {
        "first_setup_day": nw.when(event.is_in(list(meanings.setup))).then(day),
        "first_action_day": nw.when(event.is_in(list(meanings.first_action))).then(day),
        "first_day": day,
        "last_day": day,
    }
    before = nw.when(day < as_of - WINDOW).then(nw.col("uses")).otherwise(0).cast(nw.Int64)
    frame = frame.select("account_id", "feature", **days, events_before=before)
    ends = [nw.col(name).max() if name == "last_day" else nw.col(name).min() for name in days]
    ends.append(nw.col("events_before").sum().cast(nw.Int64))
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
    flags = {f"uses_{place}": nw.col("feature") == feature for place, feature in enumerate(features)}
    # Whether any row holds is cheaper to keep up than a count of them.
    flagged = frame.with_columns(**flags).group_by("account_id").agg(*ends, *(nw.col(name).any() for name in flags))
    bits: Any = sum(nw.when(nw.col(name)).then(1 << place).otherwise(0) for place, name in enumerate(flags))
    return flagged.select("account_id", *DAYS, "events_before", **{mask: bits.cast(nw.Int64)})


def _used(engine: Engine, frame: nw.LazyFrame[Any]) -> dict[str, list[str]]:
    """Return the features of each account, where there are too many for masks."""
    import narwhals as nw

    used: dict[str, list[str]] = defaultdict(list)
    pairs = frame.filter(~nw.col("feature").is_null()).group_by("account_id", "feature").agg(rows=nw.len())
    for account_id, feature in engine.rows(pairs.select("account_id", "feature")):
        used[account_id].append(feature)
    return used
