"""Shares of two groups: intervals of each, of their difference and of their ratio, and Fisher's exact test."""

from __future__ import annotations

import math
from dataclasses import dataclass

from needsseg.discovery.intervals import wilson
from needsseg.validation.association import fisher


@dataclass(frozen=True, slots=True)
class Effect:
    """An effect with its interval; ``low`` and ``high`` are None where the interval is unbounded on that side."""

    value: float | None
    low: float | None
    high: float | None


def difference(hits: int, total: int, other_hits: int, other_total: int, confidence: float = 0.95) -> Effect:
    """Return the difference of two shares with the hybrid score interval (Newcombe 1998, method 10)."""
    share, other = hits / total, other_hits / other_total
    (low, high), (other_low, other_high) = (
        wilson(hits, total, confidence),
        wilson(other_hits, other_total, confidence),
    )
    value = share - other
    return Effect(
        value, value - math.hypot(share - low, other_high - other), value + math.hypot(high - share, other - other_low)
    )


def ratio(hits: int, total: int, other_hits: int, other_total: int, confidence: float = 0.95) -> Effect:
    """Return the ratio of two shares with an interval from their score intervals (MOVER-R, Donner and Zou 2012).

    All are None where the other share is 0; the upper end is None where the other share may be 0 for all that is known.
    """
    if other_hits == 0:
        return Effect(None, None, None)
    share, other = hits / total, other_hits / other_total
    (low, high), (other_low, other_high) = (
        wilson(hits, total, confidence),
        wilson(other_hits, other_total, confidence),
    )

    product = share * other
    low_part, high_part = low * (2 * share - low), high * (2 * share - high)
    low_divisor, high_divisor = other_high * (2 * other - other_high), other_low * (2 * other - other_low)
    # The lower end as a quotient without cancellation, which also holds where its divisor is 0 or below.
    lower = low_part / (product + math.sqrt(max(0.0, product**2 - low_part * low_divisor))) if low_part > 0 else 0.0
    if high_divisor <= 0:
        return Effect(share / other, lower, None)
    upper = (product + math.sqrt(max(0.0, product**2 - high_part * high_divisor))) / high_divisor
    return Effect(share / other, lower, upper)


def fisher_p(hits: int, total: int, other_hits: int, other_total: int) -> float:
    """Return the two-sided p of Fisher's exact test of two shares."""
    import numpy as np

    rows = sorted(((hits, total - hits), (other_hits, other_total - other_hits)), key=sum)
    # Two rows are enumerated by the smaller one; only above half a million accounts in it tables are sampled.
    return fisher(np.array(rows, dtype=np.int64), 9999, 0)[0]
