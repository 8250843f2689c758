"""Intervals of shares."""

from __future__ import annotations

import math
from statistics import NormalDist


def normal_quantile(confidence: float) -> float:
    """Return the standard normal quantile of a two-sided interval: 1.96 for 0.95."""
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def wilson(count: int, total: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the ends of the score interval of a share (Wilson 1927); from 0 to 1 for a total of 0."""
    if not total:
        return 0.0, 1.0
    z = normal_quantile(confidence)
    share, spread = count / total, z * z / total
    middle = share + spread / 2
    half = z * math.sqrt(share * (1 - share) / total + spread / (4 * total))
    # At 0 and at all the interval ends there exactly, which rounding would miss.
    low = 0.0 if count == 0 else max(0.0, (middle - half) / (1 + spread))
    high = 1.0 if count == total else min(1.0, (middle + half) / (1 + spread))
    return low, high
