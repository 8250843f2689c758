"""Settling clusters: every row to its nearest centroid, what fits none set aside, and how clearly they stand apart.

Rows are unit vectors, shape (n, d); labels are from 0 without gaps, -1 is unassigned. Nothing here is random.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from needsseg.discovery.vector_shaping import steady
from needsseg.embedding.vectors import unit

if TYPE_CHECKING:
    from needsseg.embedding.vectors import Labels, Matrix


PASSES = 6
LEAST_ASIDE, MOST_ASIDE = 0.05, 0.148
"""At least and at most this share of the rows fits no candidate; more than that, a person is to say."""


def centroids(rows: Matrix, labels: Labels) -> Matrix:
    """The mean direction of each label's rows, (labels, d)."""
    import numpy as np

    members = labels[:, None] == np.arange(int(labels.max(initial=-1)) + 1)
    return unit(members.T.astype(rows.dtype) @ rows)


def fit(nearness: Matrix) -> Matrix:
    """How well each row fits its nearest centroid: its cosine, and by how much that exceeds the next; (n,)."""
    import numpy as np

    if nearness.shape[1] == 1:
        return steady(nearness[:, 0])
    best = np.partition(nearness, -2, axis=1)[:, -2:]
    return steady(2 * best[:, 1] - best[:, 0])


def aside_below(fitting: Matrix) -> float:
    """The fit below which a row belongs to no cluster.

    Minimum error thresholding (Kittler and Illingworth 1986): the cut at which two normal distributions, of those that
    fit and those that do not, describe the fits best; between ``LEAST_ASIDE`` and ``MOST_ASIDE`` of the rows are cut.
    """
    import numpy as np

    ranked = np.sort(fitting.astype(np.float64))
    count = len(ranked)
    first, last = max(2, int(LEAST_ASIDE * count)), int(MOST_ASIDE * count)
    if last < first:
        return float(ranked[0])
    cuts = np.arange(first, last + 1)
    sums, squares = np.cumsum(ranked), np.cumsum(ranked**2)
    below = squares[cuts - 1] / cuts - (sums[cuts - 1] / cuts) ** 2
    rest = count - cuts
    above = (squares[-1] - squares[cuts - 1]) / rest - ((sums[-1] - sums[cuts - 1]) / rest) ** 2
    share = cuts / count
    error = share * np.log(np.maximum(below, 1e-12)) + (1 - share) * np.log(np.maximum(above, 1e-12))
    error -= 2 * (share * np.log(share) + (1 - share) * np.log(1 - share))
    cut = int(cuts[np.argmin(steady(error))])
    return float(ranked[cut - 1] + ranked[cut]) / 2


def settled(rows: Matrix, labels: Labels) -> Labels:
    """Gives every row to its nearest centroid and sets aside what fits none, until nothing moves; no label dies out."""
    import numpy as np

    count = int(labels.max(initial=-1)) + 1
    for _ in range(PASSES if count else 0):
        nearness = rows @ centroids(rows, labels).T
        fitting = fit(nearness)
        moved = np.where(fitting < aside_below(fitting), -1, steady(nearness).argmax(axis=1))
        if len(np.unique(moved[moved >= 0])) < count or (moved == labels).all():
            break
        labels = moved
    return labels


def silhouettes(rows: Matrix, labels: Labels) -> Matrix:
    """How much nearer each row lies to its own centroid than to the next, in [-1, 1]; 0 for unassigned rows.

    The simplified silhouette of Hruschka, de Castro and Campello (2004), on cosine distances.
    """
    import numpy as np

    found = np.zeros(len(rows))
    mine = np.flatnonzero(labels >= 0)
    if int(labels.max(initial=-1)) < 1:
        return found
    away = 1.0 - rows[mine] @ centroids(rows, labels).T
    at = (np.arange(len(mine)), labels[mine])
    own = away[at].copy()
    away[at] = np.inf
    rival = away.min(axis=1)
    found[mine] = (rival - own) / np.maximum(np.maximum(rival, own), 1e-12)
    return found


def variance_ratio(plane: Matrix, labels: Labels) -> float:
    """Variance between labels over variance within, for their degrees of freedom (Caliński and Harabasz 1974)."""
    import numpy as np

    kept = labels >= 0
    count, labelled = int(labels.max(initial=-1)) + 1, int(kept.sum())
    if count < 2 or labelled <= count:
        return 0.0
    rows, mine = plane[kept], labels[kept]
    means = np.stack([rows[mine == label].mean(axis=0) for label in range(count)])
    within = float(((rows - means[mine]) ** 2).sum())
    total = float(((rows - rows.mean(axis=0)) ** 2).sum())
    return (total - within) / (count - 1) / max(within / (labelled - count), 1e-12)
