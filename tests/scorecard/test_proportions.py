"""Intervals and tests of shares, against published examples and scipy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, fisher_exact

from needsseg.discovery.intervals import wilson
from needsseg.scorecard.proportions import difference, fisher_p, ratio

COUNTS = st.integers(1, 60).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total)))


@given(COUNTS, st.sampled_from([0.8, 0.95, 0.999]))
def test_the_interval_of_a_share_is_wilsons(counts: tuple[int, int], confidence: float) -> None:
    hits, total = counts
    expected = binomtest(hits, total).proportion_ci(confidence_level=confidence, method="wilson")
    assert wilson(hits, total, confidence) == pytest.approx((expected.low, expected.high), abs=1e-9)


@pytest.mark.parametrize(
    ("hits", "total", "other_hits", "other_total", "low", "high"),
    [(56, 70, 48, 80, 0.0524, 0.3339), (9, 10, 3, 10, 0.1705, 0.8090), (10, 10, 0, 20, 0.6791, 1.0)],
)
def test_the_difference_is_newcombes(
    hits: int, total: int, other_hits: int, other_total: int, low: float, high: float
) -> None:
    """Table II of Newcombe (1998), Statistics in Medicine 17, method 10."""
    effect = difference(hits, total, other_hits, other_total)
    assert (effect.low, effect.high) == pytest.approx((low, high), abs=1e-4)


@given(COUNTS, COUNTS)
def test_difference_and_ratio_agree_on_which_is_more(own: tuple[int, int], other: tuple[int, int]) -> None:
    gap, times = difference(*own, *other), ratio(*own, *other)
    assert gap.value is not None
    assert gap.low is not None
    assert gap.high is not None
    assert gap.low - 1e-12 <= gap.value <= gap.high + 1e-12
    swapped = difference(*other, *own)
    assert swapped.value == pytest.approx(-gap.value)
    assert swapped.low == pytest.approx(-gap.high)
    if times.value is None:
        assert other[0] == 0
        return
    assert times.low is not None
    assert times.low <= times.value + 1e-9
    assert times.high is None or times.value <= times.high + 1e-9
    # A ratio that is clearly above 1 has a difference clearly above 0: both rest on the same two score intervals.
    if times.low > 1 + 1e-9:
        assert gap.low > -1e-9


def test_a_ratio_to_a_rare_share_has_a_lower_end() -> None:
    effect = ratio(12, 34, 6, 71)
    assert effect.value == pytest.approx(4.176, abs=0.001)
    assert effect.low == pytest.approx(1.739, abs=0.001)
    assert effect.high == pytest.approx(9.764, abs=0.001)


@given(COUNTS, COUNTS)
def test_p_is_fishers(own: tuple[int, int], other: tuple[int, int]) -> None:
    table = [[own[0], own[1] - own[0]], [other[0], other[1] - other[0]]]
    assert fisher_p(*own, *other) == pytest.approx(fisher_exact(table)[1], rel=1e-6)


def test_many_accounts_are_no_matter() -> None:
    assert fisher_p(50_000, 100_000, 50_100, 100_000) == pytest.approx(0.658, abs=0.01)
