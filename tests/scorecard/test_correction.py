"""The correction for the number compared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from needsseg.scorecard.correction import FALSE_SHARE, chosen_confidence, corrected

CHANCES = st.lists(st.floats(0, 1), min_size=1, max_size=40)


@given(CHANCES)
def test_it_is_benjamini_and_hochbergs(p: list[float]) -> None:
    assert corrected(p) == pytest.approx(false_discovery_control(p).tolist())


@given(CHANCES)
def test_the_same_comparison_twice_changes_nothing(p: list[float]) -> None:
    """Where there are two segments each difference stands twice, once from either side."""
    assert corrected(p * 2)[: len(p)] == pytest.approx(corrected(p))


def test_intervals_are_wider_the_fewer_are_chosen_of_many() -> None:
    assert chosen_confidence(5, 5) == 1 - FALSE_SHARE
    assert chosen_confidence(1, 100) == 1 - FALSE_SHARE / 100
    assert chosen_confidence(0, 0) == 1 - FALSE_SHARE
    assert corrected([]) == []
