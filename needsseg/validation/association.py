"""The association of segments with leaving: Fisher's exact test, and bias-corrected Cramér's V."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

ENUMERATED = 500_000
TIES = 1e-7


@dataclass(frozen=True, slots=True)
class Association:
    """A table of segments by accounts that left and stayed within ``days``, with test and effect size.

    ``v`` is corrected (Bergsma 2013) with a 95% interval, ``v_raw`` is not, and ``v_raw_by_chance`` is the
    mean of the raw one where segments make no difference. All are None where nobody, or everybody, left, and the corrected
    ones also where there are too few accounts.
    """

    days: int
    segments: tuple[str, ...]
    left: tuple[int, ...]
    stayed: tuple[int, ...]
    p: float
    exact: bool
    v: float | None
    v_low: float | None
    v_high: float | None
    v_raw: float | None
    v_raw_by_chance: float | None


def association(
    days: int, segments: Sequence[str], left: Sequence[int], stayed: Sequence[int], resamples: int, seed: int
) -> Association:
    """Fisher's exact test after Freeman and Halton (1951) of a segments × 2 table, and its effect with a bootstrap interval.

    The test lists all tables with these margins where they are at most 500,000, else samples ``resamples`` of them. The
    interval is that of the percentiles of ``resamples`` tables sampled with the observed shares.
    """
    import numpy as np

    table = np.array([left, stayed], dtype=np.int64).T
    p, exact = fisher(table, resamples, seed)
    shares = table / table.sum()
    resampled = np.random.default_rng(seed).multinomial(table.sum(), shares.ravel() / shares.sum(), size=resamples)
    again = cramers_v(resampled.reshape(-1, *table.shape), corrected=True)
    chance = cramers_v(_by_chance(table, resamples, seed), corrected=False)
    return Association(
        days,
        tuple(segments),
        tuple(left),
        tuple(stayed),
        p,
        exact,
        _mean(cramers_v(table[None], corrected=True)),
        _quantile(again, 0.025),
        _quantile(again, 0.975),
        _mean(cramers_v(table[None], corrected=False)),
        _mean(chance),
    )


def _mean(values: Floats) -> float | None:
    """Return the mean of the values that are not NaN; None without any."""
    import numpy as np

    defined = values[~np.isnan(values)]
    return float(defined.mean()) if len(defined) else None


def _quantile(values: Floats, share: float) -> float | None:
    import numpy as np

    defined = values[~np.isnan(values)]
    return float(np.quantile(defined, share)) if len(defined) else None


def cramers_v(tables: Integers, *, corrected: bool) -> Floats:
    """Return Cramér's V of each table (tables × rows × columns); NaN with fewer than two non-empty rows or columns.

    Corrected after Bergsma (2013), "A bias-correction for Cramér's V and Tschuprow's T": the expected
    value by chance is subtracted from phi squared, with a minimum of 0.
    """
    import numpy as np

    count = tables.sum((1, 2)).astype(float)
    by_row, by_column = tables.sum(2), tables.sum(1)
    rows, columns = (by_row > 0).sum(1), (by_column > 0).sum(1)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = by_row[:, :, None] * by_column[:, None, :] / count[:, None, None]
        phi = np.where(expected > 0, (tables - expected) ** 2 / expected, 0.0).sum((1, 2)) / count
        if corrected:
            phi = np.maximum(0.0, phi - (rows - 1) * (columns - 1) / (count - 1))
            rows = rows - (rows - 1) ** 2 / (count - 1)
            columns = columns - (columns - 1) ** 2 / (count - 1)
        least = np.minimum(rows, columns) - 1
        effects: Floats = np.where(least > 0, np.minimum(1.0, np.sqrt(phi / least)), np.nan)
    return effects


def fisher(table: Integers, draws: int, seed: int) -> tuple[float, bool]:
    """Return the p of a rows × 2 table given its margins (the chance of tables no likelier than it), and whether it is exact."""
    import numpy as np

    table = table[table.sum(1) > 0]
    sizes, events = [int(size) for size in table.sum(1)], int(table[:, 0].sum())
    ways = _log_choices(max(sizes, default=0))
    observed = sum(ways(size, table[row : row + 1, 0])[0] for row, size in enumerate(sizes))
    if math.prod(size + 1 for size in sizes[:-1]) <= ENUMERATED:
        weights = _all_weights(sizes, events, ways)
        likely = np.exp(weights - weights.max())
        # Equally likely tables may differ by rounding.
        return min(1.0, float(likely[weights <= observed + TIES].sum() / likely.sum())), True
    random_tables = _by_chance(table, draws, seed)[:, :, 0]
    weights = sum((ways(size, random_tables[:, row]) for row, size in enumerate(sizes)), np.zeros(len(random_tables)))
    return (int((weights <= observed + TIES).sum()) + 1) / (draws + 1), False


def _log_choices(most: int) -> Callable[[int, Integers], Floats]:
    """Return a function of a size up to ``most`` and a count: the logarithm of the binomial coefficient."""
    import numpy as np

    factorial: Floats = np.array([math.lgamma(n + 1) for n in range(most + 1)])

    def ways(size: int, chosen: Integers) -> Floats:
        logarithms: Floats = factorial[size] - factorial[chosen] - factorial[size - chosen]
        return logarithms

    return ways


def _all_weights(sizes: Sequence[int], events: int, ways: Callable[[int, Integers], Floats]) -> Floats:
    """Return the logarithm of the number of arrangements for each table with these margins."""
    import numpy as np

    used, weights = np.zeros(1, dtype=np.int64), np.zeros(1)
    for size in sizes[:-1]:
        first_events = np.arange(size + 1)
        used = (used[:, None] + first_events).ravel()
        weights = (weights[:, None] + ways(size, first_events)).ravel()
        used, weights = used[used <= events], weights[used <= events]
    remaining = events - used
    fits = remaining <= sizes[-1]
    total_weights: Floats = weights[fits] + ways(sizes[-1], remaining[fits])
    return total_weights


def _by_chance(table: Integers, draws: int, seed: int) -> Integers:
    """Return random tables with the same margins, as under independence of the labels."""
    import numpy as np

    sizes, events = table.sum(1), int(table[:, 0].sum())
    left_counts = np.random.default_rng(seed).multivariate_hypergeometric(sizes, events, size=draws)
    return np.stack([left_counts, sizes - left_counts], axis=2)
