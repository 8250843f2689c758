"""Shape vectors before clustering: remove the common direction, set outliers aside, and smooth by neighbours.

Rows are unit vectors, float32 or float64, shape (n, d). Nothing here is random.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from needsseg.embedding.vectors import unit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from needsseg.embedding.vectors import Matrix


COMMON = 0.7
BLOCK = 1024
DIGITS, SINGLE_DIGITS = 9, 4
LONER_NEIGHBOURS, LONER_DEVIATIONS, LONER_SHARE = 10, 1.5, 0.25


def steady(values: Matrix) -> Matrix:
    """Round values to the reproducible digits: beyond them, they depend on the number of threads."""
    import numpy as np

    rounded: Matrix = np.round(values, SINGLE_DIGITS if values.dtype == np.float32 else DIGITS)
    return rounded


def centred(rows: Matrix) -> Matrix:
    """Remove most of the common direction of all rows, which does not distinguish them; return unit rows."""
    return unit(rows - COMMON * rows.mean(axis=0))


def principal(rows: Matrix, dimensions: int) -> Matrix:
    """Return the rows in the plane of most variance, (n, dimensions or fewer); the signs of its axes are arbitrary."""
    import numpy as np
    from scipy.linalg import eigh

    shifted = rows - rows.mean(axis=0)
    # The smaller of the two products gives the same plane.
    wide = len(rows) < rows.shape[1]
    product = shifted @ shifted.T if wide else shifted.T @ shifted
    last = len(product) - 1
    sizes, axes = eigh(product, subset_by_index=(max(0, last - dimensions + 1), last))
    plane: Matrix = axes * np.sqrt(np.clip(sizes, 0.0, None)) if wide else shifted @ axes
    return plane


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The nearest other rows of each row, nearest first: their indices and cosines, both (n, k)."""

    indices: NDArray[np.int64]
    cosines: Matrix


def nearest(rows: Matrix, count: int, among: Matrix | None = None) -> Neighbours:
    """Return the ``count`` nearest others by cosine of each unit row, with ties in row order.

    Others are all rows, or the first ones where ``among`` holds those. Block by block, so that memory grows with the rows
    and not with their square.
    """
    import numpy as np

    among = rows if among is None else among
    count = min(count, len(among) - 1)
    indices = np.empty((len(rows), count), dtype=np.int64)
    cosines = np.empty((len(rows), count), dtype=rows.dtype)
    for start in range(0, len(rows), BLOCK):
        block = steady(rows[start : start + BLOCK] @ among.T)
        own_positions = np.arange(min(len(block), max(0, len(among) - start)))
        block[own_positions, start + own_positions] = -2.0
        nearest_columns = np.sort(np.argpartition(-block, count - 1, axis=1)[:, :count], axis=1)
        nearest_cosines = np.take_along_axis(block, nearest_columns, axis=1)
        order = np.argsort(-nearest_cosines, axis=1, kind="stable")
        indices[start : start + BLOCK] = np.take_along_axis(nearest_columns, order, axis=1)
        cosines[start : start + BLOCK] = np.take_along_axis(nearest_cosines, order, axis=1)
    return Neighbours(indices, cosines)


def loners(neighbours: Neighbours) -> NDArray[np.bool_]:
    """Return the outliers: rows with a mean cosine to their nearest far below the median (by MAD), at most a quarter."""
    import numpy as np

    density = neighbours.cosines[:, :LONER_NEIGHBOURS].mean(axis=1)
    median = np.median(density)
    cut = median - LONER_DEVIATIONS * np.median(np.abs(density - median))
    is_alone: NDArray[np.bool_] = density < min(cut, np.quantile(density, LONER_SHARE))
    return is_alone


def smoothed(rows: Matrix, neighbours: Neighbours, count: int, self_weight: float) -> Matrix:
    """Move each row once towards the cosine-weighted mean of its ``count`` nearest; return unit rows."""
    import numpy as np

    pulled = self_weight * rows
    for rank in range(min(count, neighbours.indices.shape[1])):
        weights = np.clip(neighbours.cosines[:, rank], 0.0, None)
        pulled += weights[:, None] * rows[neighbours.indices[:, rank]]
    return unit(pulled)


def distances(rows: Matrix) -> Matrix:
    """Euclidean distances between unit rows, (n, n), exactly symmetric and 0 on the diagonal."""
    import numpy as np

    square: Matrix = rows @ rows.T
    square = steady(np.sqrt(np.clip(2.0 - (square + square.T), 0.0, None)))
    np.fill_diagonal(square, 0.0)
    return square
