"""Tier 3: the behavioural segments of an account by rules on its signals."""

from __future__ import annotations

from needsseg.accounts.tiers.behaviour import Behaviour

SEGMENTS = ("inactive", "at_risk", "mobile_only", "technical", "power", "multi_workflow", "team_adopting", "light")
"""In order of precedence: the first that applies is the segment."""

# Thresholds per 30 days. Our own choice.
POWER_ACTIVE_DAYS = 20
MANY_INVITATIONS = 3


def behavioral_flags(row: Behaviour) -> tuple[str, ...]:
    """Return all segments that apply, in the order of SEGMENTS.

    inactive: no event. at_risk: logins or events fell by more than 30%. mobile_only: every event, and at least 5.
    technical: at least half of the events came through the API. power: 20 active days. multi_workflow: high breadth.
    team_adopting: 3 invitations. light: none of the previous five.
    """
    if row.events == 0:
        return ("inactive",)
    ways = {
        "mobile_only": row.mobile_only,
        "technical": 2 * row.api_events >= row.events,
        "power": row.active_days >= POWER_ACTIVE_DAYS,
        "multi_workflow": row.high_breadth,
        "team_adopting": row.invitations >= MANY_INVITATIONS,
    }
    applies = {"at_risk": "falling" in (row.login_trend, row.usage_trend), **ways, "light": not any(ways.values())}
    return tuple(name for name in SEGMENTS if applies.get(name))


def behavioral_segment(row: Behaviour) -> str:
    """Return the first segment that applies; at_risk precedes the kinds of use because it calls for action.

    An account without any event is only inactive; its decline is part of the lifecycle.
    """
    return behavioral_flags(row)[0]
