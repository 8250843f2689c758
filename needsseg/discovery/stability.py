"""Stability: how reliably each candidate recurs when the passages are resampled (bootstrap, Hennig 2007)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needsseg.discovery.cluster import Resolution, themes

if TYPE_CHECKING:
    from needsseg.embedding.vectors import Labels, Matrix

RESAMPLES, MOST_DRAWN = 20, 400


def stabilities(
    rows: Matrix, labels: Labels, resolution: Resolution | None, seed: int, resamples: int = RESAMPLES
) -> list[float]:
    """Return for each label from 0 the mean Jaccard similarity to the most similar cluster of each resample, in [0, 1].

    Rows (n, d) are drawn with replacement, at most ``MOST_DRAWN``; those drawn twice count once; each resample is clustered
    at the resolution that was chosen. Only the drawing depends on ``seed``.
    """
    import numpy as np

    count = int(labels.max(initial=-1)) + 1
    if resolution is None or not count or not resamples:
        return [0.0] * count
    generator = np.random.default_rng(seed)
    similarities = np.zeros((resamples, count))
    for resample in range(resamples):
        sample = np.unique(generator.integers(0, len(rows), min(len(rows), MOST_DRAWN)))
        if len(sample) < 3:
            continue
        resampled_labels = themes(rows[sample].astype(np.float64), (resolution,)).labels
        for label in range(count):
            members = labels[sample] == label
            clusters = [resampled_labels == other for other in range(int(resampled_labels.max(initial=-1)) + 1)]
            similarities[resample, label] = max(
                ((members & cluster).sum() / max(1, (members | cluster).sum()) for cluster in clusters), default=0.0
            )
    return [round(float(mean), 4) for mean in similarities.mean(axis=0)]
