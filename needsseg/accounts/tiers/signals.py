"""Tier 3: the behavioural segments of an account by rules on its signals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from needsseg.accounts.tiers.behaviour import WINDOW, Behaviour, trend
from needsseg.text import format_count
from needsseg.thresholds import (
    FEWEST_EVENTS_FOR_SHARE,
    FEWEST_EVENTS_FOR_TREND,
    MANY_FEATURES,
    MANY_INVITATIONS,
    POWER_ACTIVE_DAYS,
    POWER_DAYS_PER_USER,
    POWER_SEATS_PERCENT,
)

SEGMENTS = ("inactive", "at_risk", "mobile_only", "technical", "power", "multi_workflow", "team_adopting", "light")
"""In order of precedence: the first that applies is the segment."""

DEFINITIONS = {
    "inactive": "no event in the last 30 days",
    "at_risk": f"logins or events fell by more than 30% from the 30 days before, of which there were at least "
    f"{FEWEST_EVENTS_FOR_TREND}",
    "mobile_only": f"every event on mobile devices, and at least {FEWEST_EVENTS_FOR_SHARE} events",
    "technical": f"at least half of the events through the API, and at least {FEWEST_EVENTS_FOR_SHARE} events",
    "power": f"daily active users, the mean over {WINDOW} days, are at least {POWER_DAYS_PER_USER}/{WINDOW} of the users of these"
    f" days and {POWER_SEATS_PERCENT}% of the seats where they are known; without user ids, {POWER_ACTIVE_DAYS} active days",
    "multi_workflow": f"at least {MANY_FEATURES} features, and more than half of those that any account uses",
    "team_adopting": f"at least {MANY_INVITATIONS} invitations",
    "light": "events, but none of the kinds of use above",
}
"""When each segment holds, over the 30 days before the date; what the source of the events cannot give never holds."""


def behavioral_flags(row: Behaviour) -> tuple[str, ...]:
    """Return all segments that apply, in the order of SEGMENTS; ``behavioral_evidence`` says why.

    DEFINITIONS has them in words. What the source of the events cannot give never applies.
    """
    events = row.events
    if events == 0:
        return ("inactive",)
    lacks = row.lacks
    has_shares = events >= FEWEST_EVENTS_FOR_SHARE and "source" not in lacks
    return _flags_in_order(
        trend(events, row.events_previous) == "falling" or trend(row.logins, row.logins_previous) == "falling",
        has_shares and row.mobile_events == events,
        has_shares and row.api_events / events >= 0.5,
        "day" not in lacks and _is_power(row),
        row.high_breadth,
        row.invitations >= MANY_INVITATIONS and "invite" not in lacks,
    )


@lru_cache(maxsize=64)
def _flags_in_order(is_falling: bool, *kinds_of_use: bool) -> tuple[str, ...]:
    """Return the names of what applies, of SEGMENTS without the first and the last."""
    named = zip(SEGMENTS[1:-1], (is_falling, *kinds_of_use), strict=True)
    flags = tuple(name for name, applies in named if applies)
    return flags if any(kinds_of_use) else (*flags, SEGMENTS[-1])


def _is_power(row: Behaviour) -> bool:
    """Return whether people use the product daily, or the account does where events have no user ids."""
    users = row.active_users
    if users == 0:
        return row.active_days >= POWER_ACTIVE_DAYS
    if row.user_days < POWER_DAYS_PER_USER * users:
        return False
    return row.seats is None or 100 * row.user_days >= POWER_SEATS_PERCENT * WINDOW * row.seats


def behavioral_evidence(row: Behaviour, flags: Sequence[str] | None = None) -> dict[str, str]:
    """Return all segments that apply, in the order of SEGMENTS, each with its evidence; ``flags`` where they are known."""
    return {flag: _EVIDENCE[flag](row) for flag in (behavioral_flags(row) if flags is None else flags)}


def _falling(row: Behaviour) -> str:
    falling = [
        f"{before:,} {name}, then {now:,}"
        for name, before, now, direction in (
            ("logins", row.logins_previous, row.logins, row.login_trend),
            ("events", row.events_previous, row.events, row.usage_trend),
        )
        if direction == "falling"
    ]
    return "; ".join(falling)


def _daily_use(row: Behaviour) -> str:
    if row.active_users == 0:
        return f"{row.active_days} active days; the events have no user ids"
    return row.daily_in_words


_EVIDENCE: dict[str, Callable[[Behaviour], str]] = {
    "inactive": lambda row: "no event in 30 days",
    "at_risk": _falling,
    "mobile_only": lambda row: f"all {row.events:,} events on mobile devices",
    "technical": lambda row: f"{row.api_events:,} of {row.events:,} events through the API",
    "power": _daily_use,
    "multi_workflow": lambda row: f"{row.feature_breadth} of {row.features_in_use} features",
    "team_adopting": lambda row: format_count(row.invitations, "invitation"),
    "light": lambda row: "events, but no other kind of use",
}


WORDED_ALIKE = frozenset(("inactive", "light"))
"""The segments whose evidence is the same text for every account."""


def behavioral_segment(row: Behaviour) -> str:
    """Return the first segment that applies; at_risk precedes the kinds of use because it calls for action.

    An account without any event is only inactive; its decline is part of the lifecycle.
    """
    return behavioral_flags(row)[0]
