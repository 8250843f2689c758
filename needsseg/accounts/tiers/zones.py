"""Reporting time zones as arithmetic on seconds, so that every engine computes the same calendar day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from needsseg.errors import UsageError
from needsseg.text import EPOCH

FIRST_YEAR, LAST_YEAR = 2000, 2050


def epoch_day(day: date) -> int:
    """Return the days since 1970-01-01."""
    return (day - EPOCH).days


def zone(name: str) -> ZoneInfo:
    """Return the IANA time zone ``name``; UsageError where there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise UsageError(f"'{name}' is not a time zone.", "Use an IANA name such as UTC or Europe/Berlin.") from error


@lru_cache(maxsize=16)
def offsets(name: str) -> tuple[tuple[int, int], ...]:
    """Return (first UTC second, offset in seconds) in order, 2000–2050; the first offset applies from the beginning."""
    time_zone = zone(name)

    def offset(second: int) -> int:
        shift = datetime.fromtimestamp(second, UTC).astimezone(time_zone).utcoffset()
        return int(shift.total_seconds()) if shift else 0

    start = int(datetime(FIRST_YEAR, 1, 1, tzinfo=UTC).timestamp())
    end = int(datetime(LAST_YEAR, 1, 1, tzinfo=UTC).timestamp())
    changes = [(0, offset(start))]
    for midnight in range(start, end, 86_400):
        before, after = changes[-1][1], offset(midnight + 86_400)
        if before == after:
            continue
        low, high = midnight, midnight + 86_400
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if offset(middle) == before else (low, middle)
        changes.append((high, after))
    return tuple(changes)
