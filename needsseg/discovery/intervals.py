"""Intervals of shares."""

from __future__ import annotations


def wilson(count: int, of: int) -> tuple[float, float]:
    """Return the ends of the 95 % interval of a share (Wilson 1927); from 0 to 1 where nothing was counted."""
    if not of:
        return 0.0, 1.0
    from scipy.stats import binomtest

    low, high = binomtest(count, of).proportion_ci(confidence_level=0.95, method="wilson")
    return float(low), float(high)
