"""Billing intervals: how often an amount is paid, in words such as month, 2 weeks or one-off."""

from __future__ import annotations

import re

INTERVALS = ("month", "quarter", "year", "one-off", "week")
"""What a person can choose for a source that does not say."""
_A_YEAR = {"day": 365.0, "week": 52.0, "month": 12.0, "quarter": 4.0, "year": 1.0}
_NAMES = {"mrr": "month", "monthly": "month", "arr": "year", "acv": "year", "annual": "year", "annually": "year",
          "yearly": "year", "quarterly": "quarter", "weekly": "week"}  # fmt: skip


def per_year(interval: str) -> float | None:
    """Return how often an interval is paid in a year, 0 for one-off, None for an unknown one; a year has 52 weeks."""
    if interval == "one-off":
        return 0.0
    number, _, unit = interval.rpartition(" ")
    times = _A_YEAR.get(unit.removesuffix("s"))
    return None if times is None else times / int(number or 1)


def interval_of_name(column: str) -> str:
    """Return the interval that an amount column's name gives: month for MRR, year for ARR; "" for another name."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", column).casefold()
    return next((_NAMES[word] for word in re.findall(r"[a-z]+", spaced) if word in _NAMES), "")


def interval_words(interval: str) -> str:
    """Return an interval as it stands behind an amount: ``a year``, ``every 2 weeks``, ``once``; "" for an unknown one."""
    if not interval:
        return ""
    if interval == "one-off":
        return "once"
    return f"every {interval}" if " " in interval else f"a {interval}"
