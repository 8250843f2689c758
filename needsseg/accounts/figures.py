"""The signals of tier 3 as listings show them, of many accounts at once."""

from __future__ import annotations

from collections.abc import Sequence

from needsseg.accounts.tiers.behaviour import WINDOW, Behaviour, trend
from needsseg.thresholds import FEWEST_EVENTS_FOR_SHARE

Figure = int | float | bool | str | None


def figures(row: Behaviour) -> dict[str, Figure]:
    """Return the signals of one account over the 30 days before D; None where one is unknown."""
    return {name: column[0] for name, column in figure_columns((row,)).items()}


def figure_columns(rows: Sequence[Behaviour]) -> dict[str, Sequence[Figure]]:
    """Return the signals of accounts by name, each in the order of ``rows``, as ``figures`` has those of one."""
    daily_users = _daily_users(rows)
    columns: dict[str, Sequence[Figure]] = {
        "events": [row.events for row in rows],
        "active_days": [row.active_days for row in rows],
        "active_users": [row.active_users for row in rows],
        "feature_breadth": [row.feature_breadth for row in rows],
        "api_share": [
            round(row.api_events / row.events, 4) if row.events >= FEWEST_EVENTS_FOR_SHARE else None for row in rows
        ],
        "mobile_only": [row.events >= FEWEST_EVENTS_FOR_SHARE and row.mobile_events == row.events for row in rows],
        "invitations": [row.invitations for row in rows],
        "logins": [row.logins for row in rows],
        "login_trend": [trend(row.logins, row.logins_previous) for row in rows],
        "usage_trend": [trend(row.events, row.events_previous) for row in rows],
        "daily_users": [None if daily is None else round(daily, 4) for daily in daily_users],
        "dau_mau": [
            round(row.user_days / (WINDOW * row.active_users), 4) if row.active_users else None for row in rows
        ],
        "seat_share": [
            round(daily / row.seats, 4) if daily is not None and row.seats else None
            for daily, row in zip(daily_users, rows, strict=True)
        ],
    }
    return _without_unknown(columns, rows)


def _daily_users(rows: Sequence[Behaviour]) -> list[float | None]:
    return [None if row.events and not row.active_users else row.user_days / WINDOW for row in rows]


def _without_unknown(columns: dict[str, Sequence[Figure]], rows: Sequence[Behaviour]) -> dict[str, Sequence[Figure]]:
    """Return the columns with None, or ``unknown`` for a trend, for each signal that the source of a row cannot give."""
    sources = {row.lacks: frozenset(row.unknown) for row in rows}
    for name in frozenset().union(*sources.values()) & columns.keys():
        missing: Figure = "unknown" if name == "login_trend" else None
        columns[name] = [
            missing if name in sources[row.lacks] else value for row, value in zip(rows, columns[name], strict=True)
        ]
    return columns
