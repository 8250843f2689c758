"""Codes are decisions: who put one code on two passages said that they belong together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needsseg.embedding.vectors import unit

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from needsseg.embedding.vectors import Matrix

PULL = 0.5
"""How far a coded passage is drawn towards the others of its code: of .25 to 2, with the codes of a third of the participants
given, the weight at which passages without codes were grouped best."""


def drawn_together(rows: Matrix, codes: Sequence[Collection[str]]) -> Matrix:
    """Unit ``rows`` (n, d), each drawn towards the mean direction of those that carry its codes; others stay."""
    import numpy as np

    # Sums in another order differ in their last bits, and labels must not depend on the order of the passages.
    order = np.lexsort(rows.T[::-1])
    rank = np.empty(len(rows), dtype=np.int64)
    rank[order] = np.arange(len(rows))
    bearing: dict[str, list[int]] = {}
    for index, mine in enumerate(codes):
        for code in mine:
            bearing.setdefault(code, []).append(index)
    middles = {
        code: unit(rows[sorted(indices, key=lambda i: int(rank[i]))].mean(axis=0, keepdims=True))[0]
        for code, indices in bearing.items()
        if len(indices) > 1
    }
    drawn = rows.copy()
    for index, mine in enumerate(codes):
        shared = [middles[code] for code in sorted(mine) if code in middles]
        if shared:
            drawn[index] = unit(rows[[index]] + PULL * np.mean(shared, axis=0))[0]
    return drawn
