"""The types of matrices and labels that rooms share, and vectors scaled to length one.

Importing this loads no NumPy: it is imported by the functions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]
    Vectors = NDArray[np.float32]
    Labels = NDArray[np.int64]
    Number = TypeVar("Number", np.float32, np.float64)


def unit(rows: NDArray[Number]) -> NDArray[Number]:
    """Return the rows of a matrix (n, d) scaled to length one; a row of zeros stays."""
    import numpy as np

    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    norms[norms == 0] = 1
    scaled: NDArray[Number] = rows / norms
    return scaled


def unit_vector(vector: NDArray[Number]) -> NDArray[Number]:
    """Return one vector (d,) scaled to length one; a vector of zeros stays."""
    import numpy as np

    scaled: NDArray[Number] = vector / (float(np.linalg.norm(vector)) or 1.0)
    return scaled
