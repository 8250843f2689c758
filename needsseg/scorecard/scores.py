"""Numbers and waiting times of two groups: tests by permutation of scores, and effects with intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import TYPE_CHECKING

from needsseg.discovery.intervals import normal_quantile
from needsseg.scorecard.proportions import Effect
from needsseg.validation.survival import scores as log_rank_scores

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Integers = NDArray[np.int64]

PERMUTATIONS = 19_999
LARGE_GROUP = 50
WORTH_REFINING = 0.1
SKETCH = 600
"""Beyond this many values a group is represented by that many evenly spaced quantiles, for pairwise differences alone."""
AT_ONCE = 4_000_000
FEW_PLACES = 1_000
SLACK = 1e-9


def score_p(score: Floats, is_member: Flags) -> float:
    """Return the two-sided p of the sum of members' scores when membership is permuted.

    By the normal approximation to the permutation distribution; where that is below WORTH_REFINING and a group has fewer
    than LARGE_GROUP accounts, by PERMUTATIONS random permutations with a fixed seed.
    """
    import numpy as np

    count, size = len(score), int(is_member.sum())
    centred = score - score.mean()
    variance = float(centred @ centred) * size * (count - size) / (count * (count - 1)) if count > 1 else 0.0
    if variance <= SLACK:
        return 1.0
    observed = abs(float(centred[is_member].sum()))
    p = 2 * NormalDist().cdf(-observed / math.sqrt(variance))
    if p > WORTH_REFINING or min(size, count - size) >= LARGE_GROUP:
        return p
    rng = np.random.default_rng(0)
    # The sum over the smaller group says as much as that over the larger one, since both add up to zero.
    draw_size, as_extreme, done = min(size, count - size), 0, 0
    while done < PERMUTATIONS:
        batch = min(PERMUTATIONS - done, max(1, AT_ONCE // count))
        places = _draws(rng, batch, count, draw_size)
        as_extreme += int((np.abs(centred[places].sum(1)) >= observed * (1 - SLACK)).sum())
        done += batch
    return (as_extreme + 1) / (PERMUTATIONS + 1)


def _draws(rng: np.random.Generator, batch: int, count: int, draw_size: int) -> Integers:
    """Return ``batch`` random subsets of ``drawn`` of ``count`` places, one a row."""
    import numpy as np

    if count <= FEW_PLACES:
        subsets: Integers = rng.permuted(np.tile(np.arange(count), (batch, 1)), axis=1)[:, :draw_size]
        return subsets
    # Subsets of many places seldom repeat one; those that do are drawn again.
    places = rng.integers(0, count, (batch, draw_size))
    while True:
        ordered = np.sort(places, axis=1)
        repeats = (ordered[:, 1:] == ordered[:, :-1]).any(1)
        if not repeats.any():
            return places
        places[repeats] = rng.integers(0, count, (int(repeats.sum()), draw_size))


def ranks(values: Floats) -> Floats:
    """Return the ranks of values from 1, ties sharing their mean rank."""
    import numpy as np

    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    mean_rank: Floats = (last - (counts - 1) / 2)[place]
    return mean_rank


def shift(values: Sequence[float], others: Sequence[float], confidence: float = 0.95) -> Effect:
    """Return by how much values exceed others: the median of all pairwise differences, with its interval.

    Hodges and Lehmann (1963); the interval inverts the rank-sum test in its normal approximation with its correction for
    ties (Lehmann 1975).
    """
    import numpy as np

    own, other = _sketch(values), _sketch(others)
    pairs = np.sort((own[:, None] - other[None, :]).ravel())
    n, m = len(values), len(others)
    _, counts = np.unique(np.concatenate([np.asarray(values, float), np.asarray(others, float)]), return_counts=True)
    tied = float((counts.astype(float) ** 3 - counts).sum()) / ((n + m) * (n + m - 1))
    spread = math.sqrt(max(0.0, n * m / 12 * (n + m + 1 - tied)))
    # Positions are shares of all pairs, so that they hold for sketches as well.
    reach = normal_quantile(confidence) * spread / (n * m)
    last = len(pairs) - 1
    low, high = (min(last, max(0, place)) for place in (
        math.floor((0.5 - reach) * len(pairs)) - 1, math.ceil((0.5 + reach) * len(pairs))))  # fmt: skip
    return Effect(float(np.median(pairs)), float(pairs[low]), float(pairs[high]))


def _sketch(values: Sequence[float]) -> Floats:
    import numpy as np

    ordered: Floats = np.sort(np.asarray(values, dtype=np.float64))
    if len(ordered) <= SKETCH:
        return ordered
    quantiles: Floats = ordered[((np.arange(SKETCH) + 0.5) * len(ordered) / SKETCH).astype(np.int64)]
    return quantiles


def median_interval(values: Sequence[float], confidence: float = 0.95) -> tuple[float, float, float]:
    """Return the median and its interval by order statistics, with normal positions (Conover 1999)."""
    ordered = sorted(values)
    n = len(ordered)
    half = normal_quantile(confidence) * math.sqrt(n) / 2
    low, high = max(0, math.floor(n / 2 - half)), min(n - 1, math.ceil(n / 2 + half) - 1)
    middle = (ordered[(n - 1) // 2] + ordered[n // 2]) / 2
    return middle, ordered[low], ordered[max(low, high)]


def waiting_scores(days: Floats, reached: Flags) -> Floats:
    """Return each account's log-rank score (Peto and Peto 1972): high where it was reached early."""
    return log_rank_scores(days.astype("int64"), reached)


def rate_ratio(days: Floats, reached: Flags, is_member: Flags, confidence: float = 0.95) -> Effect:
    """Return how much sooner members reach it: the ratio of rates, above 1 where members are sooner, with its interval.

    Peto's one-step estimate exp((O - E) / V), with the hypergeometric variance (Yusuf et al. 1985). All are None where
    nobody reached it or the variance is 0.
    """
    import numpy as np

    observed_less_expected, variance = 0.0, 0.0
    order = np.sort(days)
    members = np.sort(days[is_member])
    for day in np.unique(days[reached]):
        at_risk = len(order) - int(np.searchsorted(order, day))
        at_risk_members = len(members) - int(np.searchsorted(members, day))
        events = int(((days == day) & reached).sum())
        own = int(((days == day) & reached & is_member).sum())
        share = at_risk_members / at_risk
        observed_less_expected += own - events * share
        if at_risk > 1:
            variance += events * share * (1 - share) * (at_risk - events) / (at_risk - 1)
    if variance <= SLACK:
        return Effect(None, None, None)
    middle, half = observed_less_expected / variance, normal_quantile(confidence) / math.sqrt(variance)
    return Effect(math.exp(middle), math.exp(middle - half), math.exp(middle + half))


def ratio_of_sums(now: Sequence[float], then: Sequence[float], confidence: float = 0.95) -> Effect:
    """Return the ratio of two totals over the same accounts, with its interval by linearisation (Cochran 1977)."""
    total_then, total_now, n = sum(then), sum(now), len(then)
    if total_then <= 0:
        return Effect(None, None, None)
    value = total_now / total_then
    if n < 2:
        return Effect(value, None, None)
    residuals = sum((later - value * earlier) ** 2 for later, earlier in zip(now, then, strict=True))
    half = normal_quantile(confidence) * math.sqrt(n / (n - 1) * residuals) / total_then
    return Effect(value, max(0.0, value - half), value + half)
