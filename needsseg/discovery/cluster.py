"""Clustering passages into candidate needs with HDBSCAN, three to five where the data allow it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from needsseg.discovery.shape import loners, smoothed, unit, with_speakers_weighed
from needsseg.discovery.tree import Choice, choices

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

FEWEST, MOST = 3, 5
SMOOTHING = ((8, 1.0), (12, 1.0), (15, 2.0))
SIZE_SHARES = (12, 18)
MIN_SAMPLES = (2, 6)
REASSIGNMENTS = 2
JUDGED_ON = (12, 1.0)


@dataclass(frozen=True, slots=True)
class Clustering:
    """Labels (-1 is unassigned), strengths in [0, 1], and the stability of each label's cluster in [0, 1]."""

    labels: NDArray[np.int64]
    strengths: NDArray[np.float64]
    stability: tuple[float, ...]
    parameters: dict[str, object]


def cluster(rows: Matrix, speakers: Sequence[str] | None) -> Clustering:
    """Clusters unit ``rows`` (n ≥ 5, d); rows must stand in a canonical order, since ties are broken by it.

    HDBSCAN's trees at a few resolutions give the choices of three to five clusters; each is settled by reassigning rows
    to centroids, and the choice whose clusters lie furthest apart is taken.
    """
    import numpy as np

    shaped, voices = with_speakers_weighed(rows, speakers) if speakers else (rows, "none")
    alone = loners(shaped)
    kept = np.flatnonzero(~alone)
    blurred = smoothed(shaped, *JUDGED_ON)
    best: Clustering | None = None
    best_rank = (False, -2.0, 0.0)
    for choice, parameters in _possible(shaped[kept]):
        labels = np.full(len(rows), -1, dtype=np.int64)
        for label, members in enumerate(choice.rows):
            labels[kept[list(members)]] = label
        labels, strengths = _reassigned(shaped, labels, alone)
        rank = (len(choice.rows) >= FEWEST, round(separation(blurred, labels), 9), choice.stability)
        if best is None or rank > best_rank:
            best_rank = rank
            best = Clustering(labels, strengths, choice.persistence, {**parameters, "speakers": voices})
    if best is None:
        return Clustering(np.full(len(rows), -1, dtype=np.int64), np.zeros(len(rows)), (), {"speakers": voices})
    return best


def separation(rows: Matrix, labels: NDArray[np.int64]) -> float:
    """How much nearer rows lie to their own centroid than to the next, in [-1, 1]: the simplified silhouette.

    Hruschka, de Castro and Campello (2004); unassigned rows do not count.
    """
    import numpy as np

    mine = labels >= 0
    count = int(labels.max()) + 1
    if count < 2:
        return -1.0
    centroids = unit(np.stack([rows[labels == label].mean(axis=0) for label in range(count)]))
    distances = 1.0 - rows[mine] @ centroids.T
    at = (np.arange(int(mine.sum())), labels[mine])
    own = distances[at].copy()
    distances[at] = np.inf
    rival = distances.min(axis=1)
    return float(((rival - own) / np.maximum(np.maximum(rival, own), 1e-12)).mean())


def _possible(rows: Matrix) -> Iterator[tuple[Choice, dict[str, object]]]:
    """The most stable choice of each number of clusters, over a few smoothings and HDBSCAN settings."""
    import hdbscan

    for neighbours, self_weight in SMOOTHING:
        drawn = smoothed(rows, neighbours, self_weight)
        for share in SIZE_SHARES:
            smallest = max(3, round(len(rows) / share))
            for samples in MIN_SAMPLES:
                fitted = hdbscan.HDBSCAN(
                    min_cluster_size=smallest,
                    min_samples=min(samples, len(rows) - 1),
                    core_dist_n_jobs=1,
                    approx_min_span_tree=False,
                ).fit(drawn)
                settings: dict[str, object] = {
                    "neighbours": neighbours,
                    "self_weight": self_weight,
                    "min_cluster_size": smallest,
                    "min_samples": samples,
                }
                for choice in choices(fitted.condensed_tree_.to_numpy(), MOST).values():
                    yield choice, settings


def _reassigned(
    rows: Matrix, labels: NDArray[np.int64], alone: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Gives every row that does not stand alone to its nearest centroid, twice; loners stay unassigned."""
    import numpy as np

    count = int(labels.max()) + 1
    for _ in range(REASSIGNMENTS):
        centroids = unit(np.stack([rows[labels == label].mean(axis=0) for label in range(count)]))
        cosines = rows @ centroids.T
        moved = np.where(alone, -1, cosines.argmax(axis=1))
        if any(not (moved == label).any() for label in range(count)):
            break
        labels = moved
    own = np.sort(np.clip(cosines, 0.0, None), axis=1)
    first, second = own[:, -1], own[:, -2] if count > 1 else np.zeros(len(rows))
    strengths = np.where(labels >= 0, (first - second) / np.where(first > 0, first + second, 1.0), 0.0)
    return labels, np.clip(strengths, 0.0, 1.0)
