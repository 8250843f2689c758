"""Tests and effects of numbers and waiting times, against scipy and by brute force."""

from __future__ import annotations

import random
from statistics import median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu, rankdata

from needsseg.scorecard import scores

NUMBERS = st.lists(st.integers(0, 20), min_size=6, max_size=40)


def members(size: int, total: int) -> np.ndarray:
    return np.arange(total) < size


@given(NUMBERS)
def test_ranks_share_ties(values: list[int]) -> None:
    assert scores.ranks(np.array(values, float)).tolist() == rankdata(values).tolist()


def test_p_of_large_groups_is_mann_whitneys() -> None:
    rng = np.random.default_rng(1)
    own, other = rng.normal(0.3, 1, 80), rng.normal(0, 1, 120)
    p = scores.score_p(scores.ranks(np.concatenate([own, other])), members(80, 200))
    assert p == pytest.approx(mannwhitneyu(own, other, use_continuity=False, method="asymptotic").pvalue, rel=1e-6)


def test_p_of_small_groups_is_that_of_all_arrangements() -> None:
    own, other = [9.0, 8.0, 10.0, 7.5, 11.0], [1.0, 2.0, 3.0, 8.2, 4.0, 5.0, 6.0]
    p = scores.score_p(scores.ranks(np.array(own + other)), members(5, 12))
    assert p == pytest.approx(mannwhitneyu(own, other, method="exact").pvalue, abs=0.003)


def test_all_alike_differ_by_chance_alone() -> None:
    assert scores.score_p(scores.ranks(np.ones(60)), members(20, 60)) == 1.0


def test_small_groups_among_many_are_drawn_without_repeats() -> None:
    drawn = scores._draws(np.random.default_rng(0), 500, 5_000, 40)
    assert drawn.shape == (500, 40)
    assert all(len(set(row)) == 40 for row in drawn.tolist())


@given(NUMBERS, NUMBERS)
def test_the_shift_is_the_median_of_pairwise_differences(own: list[int], other: list[int]) -> None:
    effect = scores.shift(own, other)
    assert effect.value == median(a - b for a in own for b in other)
    assert effect.low is not None
    assert effect.high is not None
    assert effect.low <= effect.value <= effect.high
    turned = scores.shift(other, own)
    assert turned.value == -effect.value


def test_the_shift_covers_what_is_true() -> None:
    rng = np.random.default_rng(5)
    covered = 0
    for _ in range(200):
        effect = scores.shift(rng.lognormal(0, 1, 25) + 0.5, rng.lognormal(0, 1, 40))
        covered += effect.low <= 0.5 <= effect.high  # type: ignore[operator]
    assert 182 <= covered <= 199


def test_a_sketch_of_many_values_gives_nearly_the_same() -> None:
    rng = np.random.default_rng(2)
    own, other = rng.normal(1, 3, 3_000), rng.normal(0, 3, 5_000)
    effect = scores.shift(own, other)
    assert effect.value == pytest.approx(own.mean() - other.mean(), abs=0.05)
    assert effect.high - effect.low == pytest.approx(2 * 1.96 * 3 * (1 / 3_000 + 1 / 5_000) ** 0.5, rel=0.15)  # type: ignore[operator]


def test_the_median_has_its_interval() -> None:
    assert scores.median_interval(range(1, 22)) == (11, 7, 15)
    assert scores.median_interval([3.0]) == (3.0, 3.0, 3.0)


def test_sooner_is_a_ratio_above_one() -> None:
    rng = random.Random(3)
    own = [rng.expovariate(1 / 5) for _ in range(60)]
    other = [rng.expovariate(1 / 15) for _ in range(90)]
    days = np.minimum(np.array(own + other).round(), 30)
    reached = np.array(own + other) < 30
    effect = scores.rate_ratio(days, reached, members(60, 150))
    assert effect.value == pytest.approx(2.6, abs=0.7)
    assert effect.low is not None
    assert effect.low > 1.5
    turned = scores.rate_ratio(days, reached, ~members(60, 150))
    assert turned.value == pytest.approx(1 / effect.value)  # type: ignore[operator]
    assert scores.rate_ratio(days, np.zeros(150, bool), members(60, 150)).value is None


def test_a_ratio_of_sums_is_theirs() -> None:
    effect = scores.ratio_of_sums([120.0, 0.0, 300.0], [100.0, 100.0, 200.0])
    assert effect.value == pytest.approx(1.05)
    assert effect.low is not None
    assert effect.low < 1 < effect.high  # type: ignore[operator]
    assert scores.ratio_of_sums([], []).value is None
