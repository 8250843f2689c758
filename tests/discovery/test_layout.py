"""The map: always within its frame, never flipped, the same in any order of the rows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from needsseg.discovery.evidence.passage_map import plane

SEEDS = st.integers(0, 10_000)


def _rows(seed: int, n: int = 25, d: int = 12) -> np.ndarray:  # type: ignore[type-arg]
    rows = np.random.default_rng(seed).normal(size=(n, d)) * np.linspace(3, 0.2, d)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@settings(max_examples=25, deadline=None)
@given(SEEDS, st.integers(2, 40), st.integers(1, 20))
def test_each_axis_fills_its_frame(seed: int, n: int, d: int) -> None:
    places = plane(np.random.default_rng(seed).normal(size=(n, d)))
    assert places.shape == (n, 2)
    assert places.min() >= 0.0 and places.max() <= 1.0
    for column in places.T:
        assert (column.min(), column.max()) == (0.0, 1.0) or (column == 0.5).all()


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_the_order_of_the_rows_does_not_matter(seed: int) -> None:
    rows = _rows(seed)
    order = np.random.default_rng(seed).permutation(len(rows))
    assert (plane(rows[order]) == plane(rows)[order]).all()


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_the_map_never_flips(seed: int) -> None:
    """Moving all rows alike, or by less than anyone sees, leaves every passage on its side."""
    rows = _rows(seed)
    shaken = rows + np.random.default_rng(seed + 1).normal(size=rows.shape) * 1e-9
    assert np.abs(plane(shaken) - plane(rows)).max() < 1e-3
    assert np.abs(plane(rows + 0.25) - plane(rows)).max() < 1e-6


def test_two_heaps_lie_apart_along_the_first_axis() -> None:
    rng = np.random.default_rng(4)
    rows = np.concatenate([rng.normal(size=(20, 8)) * 0.1, rng.normal(size=(20, 8)) * 0.1 + np.eye(8)[0] * 3])
    places = plane(rows)
    assert places[:20, 0].max() < places[20:, 0].min(), "the heavier loading is the positive side"


@pytest.mark.parametrize("n", [0, 1, 5])
def test_what_does_not_differ_lies_in_the_middle(n: int) -> None:
    assert plane(np.full((n, 6), 0.4)).tolist() == [[0.5, 0.5]] * n


def test_one_dimension_has_no_second_axis() -> None:
    assert plane(np.array([[0.0], [1.0], [4.0]])).tolist() == [[0.0, 0.5], [0.25, 0.5], [1.0, 0.5]]
