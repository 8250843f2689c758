"""Intervals of shares."""

from __future__ import annotations


def wilson(count: int, total: int) -> tuple[float, float]:
    """Return the ends of the 95 % interval of a share (Wilson 1927); from 0 to 1 for a total of 0."""
    if not total:
        return 0.0, 1.0
    from scipy.stats import binomtest

    low, high = binomtest(count, total).proportion_ci(confidence_level=0.95, method="wilson")
    return float(low), float(high)
