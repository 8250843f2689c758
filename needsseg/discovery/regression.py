"""Logistic regression on weighted examples, as supervised discovery uses it."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from needsseg.embedding.vectors import Matrix

DIGITS = 6
"""Decimals of chances, so that results do not depend on the platform's last bits."""


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Training examples: rows of features (n, d), their labels and weights."""

    rows: Matrix
    labels: NDArray[np.int64]
    weights: Matrix


def fit_regression(features: Matrix, training: Examples, freedom: float) -> tuple[NDArray[np.int64], Matrix]:
    """Fit a logistic regression; return the classes, and each row's chances (n, classes). Classes have equal weight."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    classes, class_indices = np.unique(training.labels, return_inverse=True)
    if len(classes) == 1:
        return classes, np.ones((len(features), 1))
    weights = training.weights
    balanced_weights = weights * (weights.sum() / len(classes) / np.bincount(class_indices, weights))[class_indices]
    with warnings.catch_warnings():
        # Many classes with one or two examples each are expected here.
        warnings.filterwarnings("ignore", message="The number of unique classes", category=UserWarning)
        model = LogisticRegression(C=freedom, max_iter=300).fit(
            training.rows, training.labels, sample_weight=balanced_weights
        )
    return classes, model.predict_proba(features)


def margin(chances: Matrix) -> Matrix:
    """Return the difference between the two best chances of each row, (n,)."""
    import numpy as np

    if chances.shape[1] == 1:
        return np.zeros(len(chances))
    two_best = np.partition(chances, -2, axis=1)
    return np.round(two_best[:, -1] - two_best[:, -2], DIGITS)
