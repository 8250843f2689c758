"""Survival of accounts: Kaplan–Meier curves with log-log intervals, and the log-rank test by permutation."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from needsseg.progress import Progress, silent

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

Z95 = 1.959963984540054
AT_ONCE = 2_000_000
SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a curve from ``day`` on: the share that stays, and the numbers followed and leaving on that day.

    ``low`` and ``high`` are None where the log-log interval is undefined: before the first has left, and where none stays.
    """

    day: int
    at_risk: int
    events: int
    censored: int
    survival: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Curve:
    """One segment's curve from day 0 on; ``median`` is the first day on which at most half stay, or None."""

    segment: str
    accounts: int
    events: int
    steps: tuple[Step, ...]
    median: int | None
    median_low: int | None
    median_high: int | None

    def at(self, day: int) -> Step:
        """Return the step in effect on ``day``."""
        return max((step for step in self.steps if step.day <= day), key=lambda step: step.day)

    def followed(self, day: int) -> int:
        """Return the number of accounts that are still followed on ``day`` and have not left before."""
        return next((step.at_risk for step in self.steps if step.day >= day), 0)


@dataclass(frozen=True, slots=True)
class LogRank:
    """Whether curves differ: the classical statistic, and permutation p without and within strata.

    ``least`` is the smallest possible p of any arrangement of the labels within the strata.
    """

    statistic: float
    degrees: int
    p: float
    p_within: float
    least: float
    permutations: int


def kaplan_meier(days: Sequence[int], left: Sequence[bool]) -> tuple[Step, ...]:
    """Return the product-limit estimate (Kaplan and Meier 1958) at day 0 and every day with an event or censoring.

    ``days`` count from the start of the follow-up. Variance after Greenwood, 95% intervals on the log(-log) scale after
    Kalbfleisch and Prentice (1980), which stay within 0 and 1.
    """
    steps = [Step(0, len(days), 0, 0, 1.0, None, None)]
    survival, greenwood, at_risk = 1.0, 0.0, len(days)
    accounts_by_day = Counter(days)
    events_by_day = Counter(day for day, has_left in zip(days, left, strict=True) if has_left)
    for day in sorted(accounts_by_day):
        events = events_by_day[day]
        censored = accounts_by_day[day] - events
        if events:
            survival *= 1 - events / at_risk
            greenwood += events / (at_risk * (at_risk - events)) if at_risk > events else math.inf
        if day == 0:
            steps.clear()
        steps.append(Step(day, at_risk, events, censored, survival, *_log_log(survival, greenwood)))
        at_risk -= accounts_by_day[day]
    return tuple(steps)


def _log_log(survival: float, greenwood: float) -> tuple[float | None, float | None]:
    if not 0 < survival < 1:
        return None, None
    spread = Z95 * math.sqrt(greenwood) / abs(math.log(survival))
    return survival ** math.exp(spread), survival ** math.exp(-spread)


def curve(segment: str, days: Sequence[int], left: Sequence[bool]) -> Curve:
    """One segment's curve with its median and the median's interval (Brookmeyer and Crowley 1982, log-log)."""
    steps = kaplan_meier(days, left)
    median = next((step.day for step in steps if step.survival <= 0.5), None)
    # Where none stays there is no interval, but both of its ends are then below one half.
    low = next((step.day for step in steps if step.low is not None and step.low <= 0.5), median)
    high = next((step.day for step in steps if step.high is not None and step.high <= 0.5), None)
    return Curve(segment, len(days), sum(left), steps, median, low, high)


def logrank(
    days: Sequence[int],
    left: Sequence[bool],
    groups: Sequence[str],
    strata: Sequence[str],
    permutations: int,
    seed: int,
    progress: Progress = silent,
) -> LogRank:
    """Test whether groups leave at the same rate; the result depends on the order of rows, so callers sort them.

    The permuted statistic is the quadratic form of the log-rank scores (Peto and Peto 1972) in their covariance under
    permutation; with ``strata`` scores, risk sets and permutations stay within each (a stratified log-rank test).
    """
    import numpy as np

    names = sorted(set(groups))
    label = np.array([names.index(group) for group in groups])
    day, has_left = np.array(days, dtype=np.int64), np.array(left, dtype=bool)
    statistic = _classical(day, has_left, label, len(names))
    blocks = [np.array([row for row, name in enumerate(strata) if name == stratum]) for stratum in sorted(set(strata))]
    everyone = [np.arange(len(label))]
    p_overall = _permuted(day, has_left, label, everyone, permutations, seed, progress, "comparing the curves")
    p_in_strata = (
        p_overall
        if len(blocks) == 1
        else _permuted(
            day, has_left, label, blocks, permutations, seed, progress, "comparing them within firmographics"
        )
    )
    return LogRank(statistic, len(names) - 1, p_overall, p_in_strata, smallest_p(label, blocks), permutations)


def smallest_p(label: Integers, blocks: Sequence[Integers]) -> float:
    """Return one over the number of arrangements of the labels within the blocks."""
    import numpy as np

    log_ways = 0.0
    for block in blocks:
        counts = np.unique(label[block], return_counts=True)[1]
        log_ways += math.lgamma(len(block) + 1) - sum(math.lgamma(count + 1) for count in counts)
    return math.exp(-log_ways)


def _classical(day: Integers, has_left: Any, label: Integers, groups: int) -> float:
    """The k-sample log-rank chi-square with its hypergeometric variance (Mantel 1966)."""
    import numpy as np

    excess, covariance = np.zeros(groups), np.zeros((groups, groups))
    for event_day in np.unique(day[has_left]):
        at_risk = np.bincount(label[day >= event_day], minlength=groups).astype(float)
        events = np.bincount(label[(day == event_day) & has_left], minlength=groups)
        n, d = at_risk.sum(), events.sum()
        share = at_risk / n
        excess += events - d * share
        if n > 1:
            covariance += d * (n - d) / (n - 1) * (np.diag(share) - np.outer(share, share))
    return float(excess @ np.linalg.pinv(covariance) @ excess)


def scores(day: Integers, has_left: Any) -> Floats:
    """Return each account's log-rank score: 1 if it left, minus its cumulative hazard (Nelson–Aalen); they sum to 0."""
    import numpy as np

    event_days, place = np.unique(day, return_inverse=True)
    events = np.bincount(place, weights=has_left.astype(float), minlength=len(event_days))
    at_risk = len(day) - np.concatenate(([0], np.cumsum(np.bincount(place))[:-1]))
    hazard = np.cumsum(events / at_risk)
    score_of_account: Floats = has_left.astype(float) - hazard[place]
    return score_of_account


def _permuted(
    day: Integers,
    has_left: Any,
    label: Integers,
    blocks: Sequence[Integers],
    permutations: int,
    seed: int,
    progress: Progress,
    task: str,
) -> float:
    """Return the share of arrangements within blocks at least as extreme as the observed one, which is included."""
    import numpy as np

    groups = int(label.max()) + 1
    parts, covariance = [], np.zeros((groups, groups))
    for block in blocks:
        score = scores(day[block], has_left[block])
        counts = np.bincount(label[block], minlength=groups).astype(float)
        size = len(block)
        if size > 1:
            spread = float(score @ score) / (size - 1)
            covariance += spread * (np.diag(counts) - np.outer(counts, counts) / size)
        parts.append((label[block], score))
    inverse = np.linalg.pinv(covariance, hermitian=True)

    def extremeness(sums: Floats) -> Floats:
        statistics: Floats = np.einsum("bi,ij,bj->b", sums, inverse, sums)
        return statistics

    observed = extremeness(
        sum((_sums(stratum[None, :], score, groups) for stratum, score in parts), np.zeros((1, groups)))
    )[0]
    rng = np.random.default_rng(seed)
    as_extreme, permutations_done = 0, 0
    while permutations_done < permutations:
        batch = min(permutations - permutations_done, max(1, AT_ONCE // len(label)))
        sums = np.zeros((batch, groups))
        for stratum, score in parts:
            sums += _sums(rng.permuted(np.tile(stratum, (batch, 1)), axis=1), score, groups)
        as_extreme += int((extremeness(sums) >= observed - SLACK * max(1.0, observed)).sum())
        permutations_done += batch
        progress(task, permutations_done, permutations)
    return (as_extreme + 1) / (permutations + 1)


def _sums(labels: Integers, score: Floats, groups: int) -> Floats:
    """Return the sum of scores in each group, for each row of labels."""
    import numpy as np

    return np.stack([(labels == group) @ score for group in range(groups)], axis=1)
