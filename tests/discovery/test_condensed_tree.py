"""The condensed tree is HDBSCAN's own, though its hierarchy is computed once for several of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.discovery.condensed_tree import condensed, single_linkage


@given(st.integers(8, 60), st.integers(1, 6), st.integers(0, 1000), st.booleans())
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_it_is_the_tree_of_hdbscan(count: int, samples: int, seed: int, ties: bool) -> None:
    import hdbscan

    rows = np.random.default_rng(seed).normal(size=(count, 3))
    rows = np.round(rows) if ties else rows
    distances = np.linalg.norm(rows[:, None] - rows[None], axis=2)
    linkage = single_linkage(distances, samples)
    for least in (3, 5):
        fitted = hdbscan.HDBSCAN(min_cluster_size=least, min_samples=samples, metric="precomputed").fit(distances)
        assert np.array_equal(condensed(linkage, least), fitted.condensed_tree_.to_numpy())
