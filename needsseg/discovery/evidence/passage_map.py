"""Map passages in two dimensions by principal components, reproducibly."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from needsseg.embedding.vectors import Matrix


MIDDLE = 0.5
DIGITS = 9
NEGLIGIBLE = 1e-9


def plane(rows: Matrix) -> Matrix:
    """Return the coordinates of ``rows`` (n, d) on a map, (n, 2) in [0, 1]: PCA, each axis stretched to its whole width.

    Neither the order of the rows nor the sign a library gives an axis changes the map; an axis along which nothing
    differs, as with one row or identical rows, is 0.5 throughout.
    """
    import numpy as np

    positions = np.full((len(rows), 2), MIDDLE)
    if len(rows) < 2 or rows.shape[1] == 0:
        return positions
    # In a fixed order, since float sums, and thus a sign, could depend on it.
    order = np.lexsort(rows.T[::-1])
    centred = rows[order] - rows[order].mean(axis=0)
    # The principal axes are those of the covariance, found in a hundredth of the time that the SVD of many rows takes.
    axes = np.linalg.eigh(centred.T @ centred)[1].T[::-1]
    for column, axis in enumerate(axes[:2]):
        projection = centred @ (_sign(axis) * axis)
        if np.linalg.norm(projection) > NEGLIGIBLE * max(1.0, float(np.abs(rows).max())):
            stretched = (projection - projection.min()) / (projection.max() - projection.min())
            positions[order, column] = np.round(stretched, DIGITS)
    return positions


def _sign(axis: NDArray[np.float64]) -> float:
    """Return the sign of an axis from its loadings: the heavier side is positive.

    The sum of cubes changes little when passages are added, unlike the sign of the largest loading where two are close.
    """
    cubes = float((axis**3).sum())
    if abs(cubes) > NEGLIGIBLE:
        return 1.0 if cubes > 0 else -1.0
    return 1.0 if axis[abs(axis) > 1e-6][0] > 0 else -1.0
