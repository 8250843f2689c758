"""Clustering passages into candidate needs with HDBSCAN, three to five where the data allow it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from needsseg.discovery.shape import distances, loners, nearest, smoothed, unit, with_speakers_weighed
from needsseg.discovery.tree import Choice, choices

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

FEWEST, MOST = 3, 5
SMOOTHING = ((8, 1.0), (12, 1.0), (15, 2.0))
MOST_NEIGHBOURS = max(neighbours for neighbours, _ in SMOOTHING)
SIZE_SHARES = (12, 18)
MIN_SAMPLES = (2, 6)
REASSIGNMENTS = 2
MOST_SQUARED = 5_000
JUDGED_ON = (12, 1.0)


@dataclass(frozen=True, slots=True)
class Clustering:
    """Labels (-1 is unassigned), strengths in [0, 1], and the stability of each label's cluster in [0, 1]."""

    labels: NDArray[np.int64]
    strengths: NDArray[np.float64]
    stability: tuple[float, ...]
    parameters: dict[str, object]


@dataclass(frozen=True, slots=True)
class _Settled:
    """One choice after reassignment: its rank, its labels, and the settings it came from."""

    rank: tuple[bool, float, float, int]
    labels: NDArray[np.int64]
    parameters: dict[str, object]


def cluster(rows: Matrix, speakers: Sequence[str] | None) -> Clustering:
    """Clusters unit ``rows`` (n ≥ 5, d); rows must stand in a canonical order, since ties are broken by it.

    HDBSCAN's trees at a few resolutions give the choices of three to five clusters; each is settled by reassigning rows
    to centroids, and the choice whose clusters lie furthest apart is taken.
    """
    import numpy as np

    shaped, voices = with_speakers_weighed(rows, speakers) if speakers else (rows, "none")
    around = nearest(shaped, MOST_NEIGHBOURS)
    alone = loners(around)
    kept = np.flatnonzero(~alone)
    blurred = smoothed(shaped, around, *JUDGED_ON)
    settled: list[_Settled] = []
    for number, (choice, parameters) in enumerate(_possible(shaped[kept])):
        labels = np.full(len(rows), -1, dtype=np.int64)
        for label, members in enumerate(choice.rows):
            labels[kept[list(members)]] = label
        labels = _reassigned(shaped, labels, alone)
        apart = round(float(silhouettes(blurred, labels)[labels >= 0].mean()), 9)
        rank = (len(choice.rows) >= FEWEST, apart, choice.stability, -number)
        settled.append(_Settled(rank, labels, parameters))
    if not settled:
        return Clustering(np.full(len(rows), -1, dtype=np.int64), np.zeros(len(rows)), (), {"speakers": voices})
    best = max(settled, key=lambda one: one.rank)
    strengths = np.clip(silhouettes(shaped, best.labels), 0.0, 1.0)
    return Clustering(best.labels, strengths, _stability(best, settled), {**best.parameters, "speakers": voices})


def silhouettes(rows: Matrix, labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """How much nearer each row lies to its own centroid than to the next, in [-1, 1]; 0 for unassigned rows.

    The simplified silhouette of Hruschka, de Castro and Campello (2004), on cosine distances.
    """
    import numpy as np

    found = np.zeros(len(rows))
    mine = np.flatnonzero(labels >= 0)
    count = int(labels.max(initial=-1)) + 1
    if count < 2:
        return found
    centroids = unit(np.stack([rows[labels == label].mean(axis=0) for label in range(count)]))
    away = 1.0 - rows[mine] @ centroids.T
    at = (np.arange(len(mine)), labels[mine])
    own = away[at].copy()
    away[at] = np.inf
    rival = away.min(axis=1)
    found[mine] = (rival - own) / np.maximum(np.maximum(rival, own), 1e-12)
    return found


def _stability(best: _Settled, settled: Sequence[_Settled]) -> tuple[float, ...]:
    """How alike each cluster comes out under the other settings: its mean best Jaccard likeness, in [0, 1].

    For each setting of HDBSCAN and smoothing, the choice that lies furthest apart speaks.
    """
    per_setting: dict[str, _Settled] = {}
    for one in settled:
        key = repr(one.parameters)
        if key not in per_setting or one.rank > per_setting[key].rank:
            per_setting[key] = one
    others = [one for one in per_setting.values() if one.parameters != best.parameters]
    if not others:
        return tuple(0.0 for _ in range(int(best.labels.max()) + 1))
    found = []
    for label in range(int(best.labels.max()) + 1):
        mine = best.labels == label
        alike = [max(_jaccard(mine, o.labels == other) for other in range(int(o.labels.max()) + 1)) for o in others]
        found.append(sum(alike) / len(alike))
    return tuple(found)


def _jaccard(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> float:
    return float((first & second).sum() / max(1, (first | second).sum()))


def _possible(rows: Matrix) -> Iterator[tuple[Choice, dict[str, object]]]:
    """The most stable choice of each number of clusters, over a few smoothings and HDBSCAN settings."""
    import hdbscan

    around = nearest(rows, MOST_NEIGHBOURS)
    for neighbours, self_weight in SMOOTHING:
        drawn = smoothed(rows, around, neighbours, self_weight)
        # One product of matrices serves four fits; beyond some thousands of rows the square would not fit.
        small = len(drawn) <= MOST_SQUARED
        given = distances(drawn) if small else drawn
        for share in SIZE_SHARES:
            smallest = max(3, round(len(rows) / share))
            for samples in MIN_SAMPLES:
                fitted = hdbscan.HDBSCAN(
                    min_cluster_size=smallest,
                    min_samples=min(samples, len(rows) - 1),
                    core_dist_n_jobs=1,
                    approx_min_span_tree=False,
                    metric="precomputed" if small else "euclidean",
                ).fit(given)
                settings: dict[str, object] = {
                    "neighbours": neighbours,
                    "self_weight": self_weight,
                    "min_cluster_size": smallest,
                    "min_samples": samples,
                }
                for choice in choices(fitted.condensed_tree_.to_numpy(), MOST).values():
                    yield choice, settings


def _reassigned(rows: Matrix, labels: NDArray[np.int64], alone: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Gives every row that does not stand alone to its nearest centroid, twice; loners stay unassigned."""
    import numpy as np

    count = int(labels.max()) + 1
    for _ in range(REASSIGNMENTS):
        centroids = unit(np.stack([rows[labels == label].mean(axis=0) for label in range(count)]))
        moved = np.where(alone, -1, (rows @ centroids.T).argmax(axis=1))
        if any(not (moved == label).any() for label in range(count)):
            break
        labels = moved
    return labels
