"""Refine clusters: assign every row to its nearest centroid, unassign rows that fit none, and measure separation.

Rows are unit vectors, shape (n, d); labels are from 0 without gaps, -1 is unassigned. Nothing here is random.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from needsseg.discovery.vector_shaping import steady
from needsseg.embedding.vectors import unit

if TYPE_CHECKING:
    from needsseg.embedding.vectors import Labels, Matrix


PASSES = 6
LEAST_ASIDE, MOST_ASIDE = 0.05, 0.148
"""The smallest and largest share of rows that are set aside; beyond that, a person decides."""


def centroids(rows: Matrix, labels: Labels) -> Matrix:
    """Return the mean direction of each label's rows, (labels, d)."""
    import numpy as np

    members = labels[:, None] == np.arange(int(labels.max(initial=-1)) + 1)
    return unit(members.T.astype(rows.dtype) @ rows)


def fit(nearness: Matrix) -> Matrix:
    """Return each row's fit to its nearest centroid: the cosine, plus its lead over the next; (n,)."""
    import numpy as np

    if nearness.shape[1] == 1:
        return steady(nearness[:, 0])
    best = np.partition(nearness, -2, axis=1)[:, -2:]
    return steady(2 * best[:, 1] - best[:, 0])


def aside_below(fitting: Matrix) -> float:
    """Return the fit below which a row belongs to no cluster.

    Minimum error thresholding (Kittler and Illingworth 1986): the cut at which two normal distributions, of those that
    fit and those that do not, describe the fits best; between ``LEAST_ASIDE`` and ``MOST_ASIDE`` of the rows are cut.
    """
    import numpy as np

    ranked = np.sort(fitting.astype(np.float64))
    count = len(ranked)
    first, last = max(2, int(LEAST_ASIDE * count)), int(MOST_ASIDE * count)
    if last < first:
        return float(ranked[0])
    counts_below, counts_above, shares_below, apart = _cuts(count, first, last)
    sums, squares = np.cumsum(ranked), np.cumsum(ranked**2)
    variance_below = squares[counts_below - 1] / counts_below - (sums[counts_below - 1] / counts_below) ** 2
    variance_above = (squares[-1] - squares[counts_below - 1]) / counts_above - (
        (sums[-1] - sums[counts_below - 1]) / counts_above
    ) ** 2
    error = shares_below * np.log(np.maximum(variance_below, 1e-12)) + (1 - shares_below) * np.log(
        np.maximum(variance_above, 1e-12)
    )
    error -= apart
    cut = int(counts_below[np.argmin(steady(error))])
    return float(ranked[cut - 1] + ranked[cut]) / 2


@lru_cache(maxsize=256)
def _cuts(count: int, first: int, last: int) -> tuple[Labels, Labels, Matrix, Matrix]:
    """What ``aside_below`` needs of the possible cuts alone: rows below and above, the share below, and twice the entropy."""
    import numpy as np

    below = np.arange(first, last + 1)
    share = below / count
    return below, count - below, share, 2 * (share * np.log(share) + (1 - share) * np.log(1 - share))


def refined(rows: Matrix, labels: Labels) -> Labels:
    """Assign every row to its nearest centroid and unassign rows that fit none, until stable; no label becomes empty."""
    import numpy as np

    count = int(labels.max(initial=-1)) + 1
    for _ in range(PASSES if count else 0):
        nearness = rows @ centroids(rows, labels).T
        fitting = fit(nearness)
        new_labels = np.where(fitting < aside_below(fitting), -1, steady(nearness).argmax(axis=1))
        if len(np.unique(new_labels[new_labels >= 0])) < count or (new_labels == labels).all():
            break
        labels = new_labels
    return labels


def silhouettes(rows: Matrix, labels: Labels) -> Matrix:
    """Return how much nearer each row is to its own centroid than to the next, in [-1, 1]; 0 for unassigned rows.

    The simplified silhouette of Hruschka, de Castro and Campello (2004), on cosine distances.
    """
    import numpy as np

    widths = np.zeros(len(rows))
    assigned = np.flatnonzero(labels >= 0)
    if int(labels.max(initial=-1)) < 1:
        return widths
    distances = 1.0 - rows[assigned] @ centroids(rows, labels).T
    own_cells = (np.arange(len(assigned)), labels[assigned])
    own_distances = distances[own_cells].copy()
    distances[own_cells] = np.inf
    next_distances = distances.min(axis=1)
    widths[assigned] = (next_distances - own_distances) / np.maximum(np.maximum(next_distances, own_distances), 1e-12)
    return widths


def variance_ratio(plane: Matrix, labels: Labels) -> float:
    """Return the variance between labels over the variance within, for their degrees of freedom (Caliński and Harabasz 1974)."""
    import numpy as np

    is_labelled = labels >= 0
    count, labelled = int(labels.max(initial=-1)) + 1, int(is_labelled.sum())
    if count < 2 or labelled <= count:
        return 0.0
    rows, row_labels = plane[is_labelled], labels[is_labelled]
    means = np.stack([rows[row_labels == label].mean(axis=0) for label in range(count)])
    within = float(((rows - means[row_labels]) ** 2).sum())
    total = float(((rows - rows.mean(axis=0)) ** 2).sum())
    return (total - within) / (count - 1) / max(within / (labelled - count), 1e-12)
