"""Tier 3: the behavioural segments of an account by rules on its signals."""

from __future__ import annotations

from needsseg.accounts.tiers.behaviour import WINDOW, Behaviour
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
    """Return all segments that apply, in the order of SEGMENTS; ``behavioral_evidence`` says why."""
    return tuple(behavioral_evidence(row))


def behavioral_evidence(row: Behaviour) -> dict[str, str]:
    """Return all segments that apply, in the order of SEGMENTS, each with its evidence.

    DEFINITIONS has them in words. What the source of the events cannot give never applies.
    """
    if row.events == 0:
        return {"inactive": "no event in 30 days"}
    falling = [
        f"{before:,} {name}, then {now:,}"
        for name, before, now, direction in (
            ("logins", row.logins_previous, row.logins, row.login_trend),
            ("events", row.events_previous, row.events, row.usage_trend),
        )
        if direction == "falling"
    ]
    ways = {
        "mobile_only": f"all {row.events:,} events on mobile devices" if row.mobile_only else "",
        "technical": _technical(row),
        "power": _power(row),
        "multi_workflow": f"{row.feature_breadth} of {row.features_in_use} features" if row.high_breadth else "",
        "team_adopting": (
            f"{format_count(row.invitations, 'invitation')}"
            if row.invitations >= MANY_INVITATIONS and "invite" not in row.lacks
            else ""
        ),
    }
    evidence = {"at_risk": "; ".join(falling)} if falling else {}
    # ``ways`` has the kinds of use in the order of SEGMENTS.
    evidence |= {name: words for name, words in ways.items() if words}
    if len(evidence) == bool(falling):
        evidence["light"] = "events, but no other kind of use"
    return evidence


def _technical(row: Behaviour) -> str:
    share = row.api_share
    return f"{row.api_events:,} of {row.events:,} events through the API" if share is not None and share >= 0.5 else ""


def _power(row: Behaviour) -> str:
    """Return the evidence of daily use by people, or of daily use by the account where events have no user ids."""
    if "day" in row.lacks:
        return ""
    if row.active_users == 0:
        return (
            f"{row.active_days} active days; the events have no user ids"
            if row.active_days >= POWER_ACTIVE_DAYS
            else ""
        )
    daily_habit = row.user_days >= POWER_DAYS_PER_USER * row.active_users
    fills_seats = row.seats is None or 100 * row.user_days >= POWER_SEATS_PERCENT * WINDOW * row.seats
    return row.daily_in_words if daily_habit and fills_seats else ""


def behavioral_segment(row: Behaviour) -> str:
    """Return the first segment that applies; at_risk precedes the kinds of use because it calls for action.

    An account without any event is only inactive; its decline is part of the lifecycle.
    """
    return behavioral_flags(row)[0]
