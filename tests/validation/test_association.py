"""Association of segments and leaving, and the forecasting model: as scipy, scikit-learn and published figures have them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.validation.association import association, cramers_v, fisher
from needsseg.validation.increment import ridge_logistic


@given(st.lists(st.integers(0, 12), min_size=4, max_size=4))
def test_fishers_test_of_four_cells_is_that_of_scipy(cells: list[int]) -> None:
    from scipy.stats import fisher_exact

    table = np.array(cells).reshape(2, 2)
    if 0 in table.sum(0) or 0 in table.sum(1):
        return
    p, exact = fisher(table, 100, 0)
    assert exact and p == pytest.approx(float(fisher_exact(table)[1]))


@pytest.mark.slow
def test_freeman_and_haltons_test_agrees_with_scipys_permutations() -> None:
    from scipy.stats import PermutationMethod, fisher_exact

    table = np.array([[3, 7], [8, 2], [5, 5], [1, 9]])
    p, exact = fisher(table, 100, 0)
    method = PermutationMethod(n_resamples=9999, rng=np.random.default_rng(1))
    assert exact and p == pytest.approx(float(fisher_exact(table, method=method).pvalue), abs=0.005)
    large = np.tile(table, (3, 1)) * 9
    assert fisher(large, 999, 0) == (1 / 1000, False)


def test_the_corrected_v_is_bergsmas() -> None:
    from scipy.stats import chi2_contingency

    table = np.array([[[3, 7], [8, 2], [5, 5], [1, 9]]])
    chi2 = float(cramers_v(table, corrected=False)[0]) ** 2 * 40
    assert chi2 == pytest.approx(float(chi2_contingency(table[0], correction=False).statistic))
    # n = 40; rows 4, columns 2: phi squared less 3/39, over the corrected number of columns less 1.
    by_hand = np.sqrt((chi2 / 40 - 3 / 39) / (2 - 1 / 39 - 1))
    assert float(cramers_v(table, corrected=True)[0]) == pytest.approx(float(by_hand))


def test_without_any_effect_the_raw_v_of_18_interviews_averages_39_hundredths() -> None:
    rng = np.random.default_rng(18)
    labels = np.repeat([0, 1, 2, 3], [5, 5, 4, 4])
    tables = []
    for _ in range(2000):
        gone = rng.permutation(np.repeat([1, 0], [7, 11]))
        tables.append([[int((gone[labels == s] == side).sum()) for side in (1, 0)] for s in range(4)])
    raw = cramers_v(np.array(tables), corrected=False)
    corrected = cramers_v(np.array(tables), corrected=True)
    assert float(raw.mean()) == pytest.approx(0.39, abs=0.01)
    # Not quite 0 on average, for what falls below 0 is cut off; more than half are 0.
    assert float(np.median(corrected)) == 0 and float(corrected.mean()) < 0.16
    told = association(300, list("abcd"), [2, 2, 2, 1], [3, 3, 2, 3], 4999, 0)
    assert told.v == 0 and told.v_raw_by_chance == pytest.approx(0.39, abs=0.01)


def test_nothing_is_said_of_v_where_nobody_left() -> None:
    found = association(300, ["a", "b"], [0, 0], [9, 9], 99, 0)
    assert (found.v, found.v_low, found.v_raw, found.p) == (None, None, None, 1.0)
    two = association(300, ["a", "b"], [1, 0], [0, 1], 99, 0)
    assert (two.v, two.v_low, two.v_raw, two.p) == (None, None, 1.0, 1.0)


def test_the_forecasting_model_is_the_one_of_scikit_learn() -> None:
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(2)
    design = np.hstack([np.ones((200, 1)), np.eye(3)[rng.integers(0, 3, 200)], np.eye(4)[rng.integers(0, 4, 200)]])
    gone = (rng.random(200) < 0.3 + 0.2 * design[:, 2]).astype(int)
    theirs = LogisticRegression(C=1.0, tol=1e-10, max_iter=1000).fit(design[:, 1:], gone)
    ours = ridge_logistic(design, np.ones(200), gone.astype(float))
    assert ours[0] == pytest.approx(float(theirs.intercept_[0]), abs=1e-4)
    assert ours[1:] == pytest.approx(theirs.coef_[0], abs=1e-4)
    rows, place = np.unique(design, axis=0, return_inverse=True)
    joined = ridge_logistic(rows, np.bincount(place).astype(float), np.bincount(place, weights=gone))
    assert joined == pytest.approx(ours)
