"""Shaping vectors before clustering: who speaks is taken out, what stands alone is set aside, neighbours are drawn near.

Rows are unit vectors, float32 or float64, shape (n, d). Nothing here is random.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

CENTRING, CENTRING_SHRINK = 0.7, 5.0
CONTEXT = 0.3
VOICE_SHARE, CONTEXT_SHARE = 0.08, 0.01
BLOCK = 1024
LONER_NEIGHBOURS, LONER_DEVIATIONS, LONER_SHARE = 10, 1.5, 0.25


def unit(rows: Matrix) -> Matrix:
    """Rows scaled to length one; a row of zeros stays."""
    import numpy as np

    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: Matrix = rows / np.where(norms == 0, 1.0, norms)
    return scaled


def speaker_share(rows: Matrix, speakers: Sequence[str]) -> float:
    """How much of the variance between passages is between speakers, unbiased (one-way ANOVA variance components)."""
    import numpy as np

    names = np.asarray(speakers)
    groups = [rows[names == name] for name in sorted(set(speakers))]
    sizes = np.array([len(group) for group in groups], dtype=float)
    count, total = len(groups), sizes.sum()
    if count < 2 or total <= count:
        return 0.0
    means = np.stack([group.mean(axis=0) for group in groups])
    between = float((sizes * ((means - rows.mean(axis=0)) ** 2).sum(axis=1)).sum()) / (count - 1)
    within = sum(float(((group - group.mean(axis=0)) ** 2).sum()) for group in groups) / (total - count)
    typical = float(total - (sizes**2).sum() / total) / (count - 1)
    component = max(0.0, (between - within) / typical)
    return component / (component + within) if component + within > 0 else 0.0


def with_speakers_weighed(rows: Matrix, speakers: Sequence[str]) -> tuple[Matrix, str]:
    """Rows in which who speaks counts as it should, and what was done: "taken out", "context" or "none".

    Where speakers differ much, it is by their company's and product's words, which would make clusters of interviewees:
    their means are taken out. Where they differ a little, as people of different needs do in free speech, what else a
    participant said is context for a short passage, and some of it is added. In between nothing tells them apart.
    """
    share = speaker_share(rows, speakers)
    if share > VOICE_SHARE:
        return without_speakers(rows, speakers), "taken out"
    if share > CONTEXT_SHARE:
        return with_context(rows, speakers), "context"
    return rows, "none"


def with_context(rows: Matrix, speakers: Sequence[str]) -> Matrix:
    """Centred unit rows, each with ``CONTEXT`` of its speaker's mean direction added; unit rows again."""
    import numpy as np

    names = np.asarray(speakers)
    centred = rows - rows.mean(axis=0)
    directed = unit(centred)
    for name in sorted(set(speakers)):
        mine = names == name
        directed[mine] += CONTEXT * unit(centred[mine].mean(axis=0, keepdims=True))
    return unit(directed)


def without_speakers(rows: Matrix, speakers: Sequence[str]) -> Matrix:
    """Moves each speaker's mean towards the common one, the more the more they said; unit rows again.

    Everyone has their own company, product and favourite words; without this, clusters are the interviewees.
    """
    import numpy as np

    names = np.asarray(speakers)
    common = rows.mean(axis=0)
    moved = rows.copy()
    for name in sorted(set(speakers)):
        mine = names == name
        count = float(mine.sum())
        offset = rows[mine].mean(axis=0) - common
        moved[mine] -= CENTRING * count / (count + CENTRING_SHRINK) * offset
    return unit(moved)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The nearest other rows of each row, nearest first: their indices and cosines, both (n, k)."""

    indices: NDArray[np.int64]
    cosines: Matrix


def nearest(rows: Matrix, count: int) -> Neighbours:
    """The ``count`` nearest others by cosine of each unit row; equals in the order of the rows. Block by block, so that
    memory grows with the rows and not with their square."""
    import numpy as np

    count = min(count, len(rows) - 1)
    indices = np.empty((len(rows), count), dtype=np.int64)
    cosines = np.empty((len(rows), count))
    for start in range(0, len(rows), BLOCK):
        block = rows[start : start + BLOCK] @ rows.T
        here = np.arange(len(block))
        block[here, start + here] = -2.0
        found = np.sort(np.argpartition(-block, count - 1, axis=1)[:, :count], axis=1)
        near = np.take_along_axis(block, found, axis=1)
        order = np.argsort(-near, axis=1, kind="stable")
        indices[start : start + BLOCK] = np.take_along_axis(found, order, axis=1)
        cosines[start : start + BLOCK] = np.take_along_axis(near, order, axis=1)
    return Neighbours(indices, cosines)


def loners(near: Neighbours) -> NDArray[np.bool_]:
    """Which rows stand alone: the mean cosine to their nearest lies far below the usual (median and MAD), a quarter at most."""
    import numpy as np

    density = near.cosines[:, :LONER_NEIGHBOURS].mean(axis=1)
    middle = np.median(density)
    cut = middle - LONER_DEVIATIONS * np.median(np.abs(density - middle))
    alone: NDArray[np.bool_] = density < min(cut, np.quantile(density, LONER_SHARE))
    return alone


def smoothed(rows: Matrix, near: Neighbours, count: int, self_weight: float) -> Matrix:
    """Each row drawn to the cosine-weighted mean of its ``count`` nearest, once; unit rows again."""
    import numpy as np

    drawn = self_weight * rows
    for rank in range(min(count, near.indices.shape[1])):
        weights = np.clip(near.cosines[:, rank], 0.0, None)
        drawn += weights[:, None] * rows[near.indices[:, rank]]
    return unit(drawn)


def distances(rows: Matrix) -> Matrix:
    """Euclidean distances between unit rows, (n, n), exactly symmetric and 0 on the diagonal."""
    import numpy as np

    square: Matrix = rows @ rows.T
    square = np.sqrt(np.clip(2.0 - (square + square.T), 0.0, None))
    np.fill_diagonal(square, 0.0)
    return square
