"""Soft constraints from codes: two passages under one code probably belong together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needsseg.embedding.vectors import unit

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from needsseg.embedding.vectors import Matrix

PULL = 0.5
"""How far a coded passage moves towards the mean of its code. Of the weights .25 to 2, this grouped uncoded passages best
with the codes of a third of the participants."""


def pull_by_codes(rows: Matrix, codes: Sequence[Collection[str]]) -> Matrix:
    """Return unit ``rows`` (n, d) with each coded row moved towards the mean direction of its codes."""
    import numpy as np

    # Float sums depend on their order, but labels must not depend on the order of the passages.
    order = np.lexsort(rows.T[::-1])
    ranks = np.empty(len(rows), dtype=np.int64)
    ranks[order] = np.arange(len(rows))
    indices_by_code: dict[str, list[int]] = {}
    for index, row_codes in enumerate(codes):
        for code in row_codes:
            indices_by_code.setdefault(code, []).append(index)
    centroids = {
        code: unit(rows[sorted(indices, key=lambda i: int(ranks[i]))].mean(axis=0, keepdims=True))[0]
        for code, indices in indices_by_code.items()
        if len(indices) > 1
    }
    pulled = rows.copy()
    for index, row_codes in enumerate(codes):
        shared_centroids = [centroids[code] for code in sorted(row_codes) if code in centroids]
        if shared_centroids:
            pulled[index] = unit(rows[[index]] + PULL * np.mean(shared_centroids, axis=0))[0]
    return pulled
