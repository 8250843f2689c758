"""The interval of a share against the formula it comes from."""

from __future__ import annotations

from math import sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from needsseg.discovery.intervals import wilson

Z95 = 1.959963984540054


@settings(deadline=None)  # the first call imports scipy
@given(st.integers(1, 2_000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_interval_is_wilsons(shares: tuple[int, int]) -> None:
    count, of = shares
    share, square = count / of, Z95**2
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = Z95 * sqrt(share * (1 - share) / of + square / (4 * of * of)) / (1 + square / of)
    low, high = wilson(count, of)
    assert (low, high) == pytest.approx((middle - half, middle + half), abs=1e-9)
    assert 0 <= low <= high <= 1


def test_nothing_counted_tells_nothing() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


def test_the_ends_of_none_and_of_all() -> None:
    assert wilson(0, 10)[0] == 0 and wilson(10, 10)[1] == 1
