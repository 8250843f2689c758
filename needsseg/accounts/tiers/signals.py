"""Tier 3 in words: which behavioural segments hold of an account's signals, by rules and not by clustering."""

from __future__ import annotations

from needsseg.accounts.tiers.behaviour import Behaviour

SEGMENTS = ("inactive", "at_risk", "mobile_only", "technical", "power", "multi_workflow", "team_adopting", "light")
"""In the order in which the first that holds is the segment."""

# Ours: thresholds per 30 days.
POWER_ACTIVE_DAYS = 20
MANY_INVITATIONS = 3


def behavioral_flags(row: Behaviour) -> tuple[str, ...]:
    """All segments that hold, in the order of SEGMENTS.

    inactive: no event. at_risk: logins or events fell by more than 30%. mobile_only: every event, and at least 5.
    technical: at least half of the events came through the API. power: 20 active days. multi_workflow: high breadth.
    team_adopting: 3 invitations. light: none of those that say how the product is used.
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
    is_held = {"at_risk": "falling" in (row.login_trend, row.usage_trend), **ways, "light": not any(ways.values())}
    return tuple(name for name in SEGMENTS if is_held.get(name))


def behavioral_segment(row: Behaviour) -> str:
    """The first that holds. at_risk stands before the ways of using the product because it asks for somebody to act.

    An account without any event is inactive and nothing else: its fall is the lifecycle's to tell.
    """
    return behavioral_flags(row)[0]
