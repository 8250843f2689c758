"""Stability: how surely each candidate comes back when the passages are drawn again (bootstrap, Hennig 2007)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needsseg.discovery.cluster import Resolution, themes

if TYPE_CHECKING:
    from needsseg.embedding.vectors import Labels, Matrix

RESAMPLES, MOST_DRAWN = 20, 400


def stabilities(
    rows: Matrix, labels: Labels, resolution: Resolution | None, seed: int, resamples: int = RESAMPLES
) -> list[float]:
    """For each label from 0, the mean Jaccard likeness to the most alike cluster of each resample, in [0, 1].

    Rows (n, d) are drawn with replacement, at most ``MOST_DRAWN``; those drawn twice count once; each resample is clustered
    at the resolution that was chosen. Only the drawing depends on ``seed``.
    """
    import numpy as np

    count = int(labels.max(initial=-1)) + 1
    if resolution is None or not count or not resamples:
        return [0.0] * count
    drawing = np.random.default_rng(seed)
    alike = np.zeros((resamples, count))
    for resample in range(resamples):
        drawn = np.unique(drawing.integers(0, len(rows), min(len(rows), MOST_DRAWN)))
        if len(drawn) < 3:
            continue
        found = themes(rows[drawn].astype(np.float64), (resolution,)).labels
        for label in range(count):
            mine = labels[drawn] == label
            others = [found == other for other in range(int(found.max(initial=-1)) + 1)]
            alike[resample, label] = max(((mine & o).sum() / max(1, (mine | o).sum()) for o in others), default=0.0)
    return [round(float(mean), 4) for mean in alike.mean(axis=0)]
