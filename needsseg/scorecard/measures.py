"""The figures of the scorecard: what each reads of an account, and the words for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from needsseg.accounts.tiers.behaviour import Behaviour
from needsseg.scorecard.facts import AccountFacts, Waiting

Kind = Literal["share", "number", "days"]
Part = Literal["value", "use"]
PER_SEAT_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of an account: a share (of accounts for which it holds), a number (its median) or days until it comes.

    ``read`` returns a bool, a number or a Waiting, and None where it is unknown or does not apply. ``title`` heads it;
    ``verb`` completes "Builder accounts …" in findings, with {value} for the figure and its unit. ``unit`` is what numbers
    count, one and several; "" for money.
    """

    key: str
    kind: Kind
    title: str
    verb: str
    read: Callable[[AccountFacts], bool | float | Waiting | None]
    part: Part = "value"
    unit: tuple[str, str] = ("", "")

    def values(self, accounts: Sequence[AccountFacts]) -> list[bool | float | Waiting]:
        """Return what is known of these accounts, in their order."""
        return [value for value in map(self.read, accounts) if value is not None]


def _per_seat(facts: AccountFacts) -> float | None:
    return None if facts.pays is None or not facts.seats else round(facts.pays / facts.seats, PER_SEAT_DIGITS)


def _mean_score(facts: AccountFacts) -> float | None:
    return round(sum(facts.scores) / len(facts.scores), 4) if facts.scores else None


def _of_use(read: Callable[[Behaviour], bool | float | None]) -> Callable[[AccountFacts], bool | float | None]:
    """Return a reader of accounts that have not left."""
    return lambda facts: None if facts.use is None else read(facts.use)


def _of_active(read: Callable[[Behaviour], bool | float | None]) -> Callable[[AccountFacts], bool | float | None]:
    """Return a reader of accounts with an event in the window."""
    return lambda facts: None if facts.use is None or not facts.use.events else read(facts.use)


VALUE: tuple[Measure, ...] = (
    Measure("pays", "number", "pays", "pay {value}", lambda facts: facts.pays),
    Measure("pays_per_seat", "number", "pays for a seat", "pay {value} for a seat", _per_seat),
    Measure("seats", "number", "seats", "have {value}", lambda facts: facts.seats, unit=("seat", "seats")),
    Measure("left", "share", "left", "left", lambda facts: None if facts.follow_up is None else facts.follow_up.left),
    Measure(
        "expanded", "share", "expanded", "expanded",
        lambda facts: None if facts.follow_up is None else facts.follow_up.expanded,
    ),
    Measure("at_risk", "share", "at risk", "are at risk", lambda facts: facts.at_risk),
    Measure("icp", "share", "in the ICP", "are in the ICP", lambda facts: facts.icp),
    Measure("set_up", "days", "days to set-up", "take {value} to set-up", lambda facts: facts.set_up),
    Measure(
        "first_action", "days", "days to the first meaningful action", "take {value} to their first meaningful action",
        lambda facts: facts.first_action,
    ),
    Measure("weekly_use", "days", "days to weekly use", "take {value} to weekly use", lambda facts: facts.weekly_use),
)  # fmt: skip
"""Of customers; all amounts are a year's, or in the unit that the scorecard names."""

RECORDS: tuple[Measure, ...] = (
    Measure("tickets", "number", "tickets", "open {value}", lambda facts: facts.tickets, unit=("ticket", "tickets")),
    Measure("score", "number", "score", "give {value}", _mean_score, unit=("point of 10", "points of 10")),
)  # fmt: skip
"""Of tickets and of scores from 0 to 10, over the time looked back over, where they were imported."""


SIGNALS: tuple[Measure, ...] = (
    Measure("active", "share", "active", "were active", _of_use(lambda row: row.events > 0), "use"),
    Measure("weekly", "share", "in use every week", "used it every week", _of_use(lambda row: row.core_weeks == 4), "use"),
    Measure("inviting", "share", "invite people", "invited people", _of_use(lambda row: row.invitations > 0), "use"),
    Measure(
        "falling", "share", "use falling", "use it 30% less than the month before",
        _of_use(lambda row: None if row.usage_trend == "unknown" else row.usage_trend == "falling"), "use",
    ),
    Measure(
        "rising", "share", "use rising", "use it 40% more than the month before",
        _of_use(lambda row: None if row.usage_trend == "unknown" else row.usage_trend == "rising"), "use",
    ),
    Measure(
        "mostly_api", "share", "mostly through the API", "use it mostly through the API",
        _of_active(lambda row: 2 * row.api_events >= row.events), "use",
    ),
    Measure("mobile_only", "share", "on mobile only", "use it on mobile only", _of_active(lambda row: row.mobile_only), "use"),
    Measure("active_days", "number", "active days", "have {value}", _of_active(lambda row: row.active_days), "use",
            ("active day", "active days")),
    Measure("logins", "number", "logins", "have {value}", _of_active(lambda row: row.logins), "use", ("login", "logins")),
    Measure("active_users", "number", "active users", "have {value}", _of_active(lambda row: row.active_users), "use",
            ("active user", "active users")),
    Measure("feature_breadth", "number", "features used", "use {value}", _of_active(lambda row: row.feature_breadth),
            "use", ("feature", "features")),
    Measure(
        "events_per_user", "number", "events per active user", "have {value}",
        _of_active(lambda row: None if not row.active_users else row.events / row.active_users), "use",
        ("event for each active user", "events for each active user"),
    ),
)  # fmt: skip
"""Of the 30 days before the date, of accounts that have not left; numbers are of those active in that time."""


def value_measures(accounts: Sequence[AccountFacts]) -> tuple[Measure, ...]:
    """Return VALUE, and of RECORDS those that something is known of for one of the accounts."""
    return (*VALUE, *(measure for measure in RECORDS if measure.values(accounts)))


def recorded(rows: Sequence[Behaviour]) -> tuple[Measure, ...]:
    """Return the signals that the usage data can give: what no account has ever shown may never have been recorded."""
    sources = {
        "inviting": any(row.invitations for row in rows),
        "mostly_api": any(row.api_events for row in rows),
        "mobile_only": any(row.mobile_events for row in rows),
        "logins": any(row.logins for row in rows),
        "active_users": any(row.active_users for row in rows),
        "events_per_user": any(row.active_users for row in rows),
        "feature_breadth": any(row.feature_breadth for row in rows),
    }
    return tuple(measure for measure in SIGNALS if sources.get(measure.key, True)) if rows else ()
