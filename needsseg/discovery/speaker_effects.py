"""Speaker effects: measure how much passages differ by speaker, and remove or add that.

Rows are unit vectors, shape (n, d); speakers one name per row. Nothing here is random.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from needsseg.embedding.vectors import unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from needsseg.embedding.vectors import Matrix

CENTRING, CENTRING_SHRINK = 0.7, 5.0
OFFSET_SHRINK, ACROSS = 3.0, 0.25
CONTEXT = 0.3


class SpeakerIndex:
    """The rows of each speaker, for fast sums and means per speaker."""

    def __init__(self, speakers: Sequence[str]) -> None:
        import numpy as np

        self.names, inverse = np.unique(np.asarray(speakers), return_inverse=True)
        self.of: NDArray[np.int64] = inverse.astype(np.int64)
        self.sizes = np.bincount(self.of, minlength=len(self.names)).astype(float)

    def means(self, rows: Matrix) -> Matrix:
        """The mean row of each speaker, (speakers, d)."""
        import numpy as np

        order = np.argsort(self.of, kind="stable")
        starts = np.concatenate([[0], np.cumsum(self.sizes[:-1])]).astype(int)
        means: Matrix = np.add.reduceat(rows[order], starts, axis=0) / self.sizes[:, None]
        return means.astype(rows.dtype, copy=False)


def speaker_share(rows: Matrix, speaker_index: SpeakerIndex) -> float:
    """Return the share of the variance that is between speakers, unbiased (one-way ANOVA variance components)."""
    sizes, total, count = speaker_index.sizes, float(len(rows)), len(speaker_index.names)
    if count < 2 or total <= count:
        return 0.0
    means = speaker_index.means(rows)
    between = float((sizes * ((means - rows.mean(axis=0)) ** 2).sum(axis=1)).sum()) / (count - 1)
    within = float(((rows - means[speaker_index.of]) ** 2).sum()) / (total - count)
    typical = float(total - (sizes**2).sum() / total) / (count - 1)
    component = max(0.0, (between - within) / typical)
    return component / (component + within) if component + within > 0 else 0.0


def association(labels: NDArray[np.int64], speaker_index: SpeakerIndex) -> float:
    """Return the association of speaker and label, in [0, 1]: Cramér's V, bias-corrected (Bergsma 2013), over labelled rows."""
    import numpy as np

    labelled = labels >= 0
    rows, columns = (
        np.unique(labels[labelled], return_inverse=True)[1],
        np.unique(speaker_index.of[labelled], return_inverse=True)[1],
    )
    if not len(rows) or not rows.max() or not columns.max() or len(rows) < 3:
        return 0.0
    table = np.zeros((rows.max() + 1, columns.max() + 1))
    np.add.at(table, (rows, columns), 1.0)
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / len(rows)
    freedom = len(rows) - 1
    row_count, column_count = table.shape
    phi = max(
        0.0,
        float(((table - expected) ** 2 / expected).sum()) / len(rows) - (row_count - 1) * (column_count - 1) / freedom,
    )
    largest = min(row_count - (row_count - 1) ** 2 / freedom, column_count - (column_count - 1) ** 2 / freedom) - 1
    return min(1.0, (phi / largest) ** 0.5) if largest > 0 else 0.0


def within_themes(rows: Matrix, labels: NDArray[np.int64]) -> Matrix:
    """Return each row minus the mean of its label (-1 counts as a label)."""
    import numpy as np

    residuals = rows.copy()
    for label in np.unique(labels):
        members = labels == label
        residuals[members] -= rows[members].mean(axis=0)
    return residuals


def without_speakers(rows: Matrix, speaker_index: SpeakerIndex) -> Matrix:
    """Move each speaker's mean towards the common one, more for speakers with more rows; return unit rows.

    Everyone has their own company, product and favourite words; without this, clusters would be speakers.
    """
    weights = CENTRING * speaker_index.sizes / (speaker_index.sizes + CENTRING_SHRINK)
    shifts = weights[:, None] * (speaker_index.means(rows) - rows.mean(axis=0))
    return unit(rows - shifts.astype(rows.dtype)[speaker_index.of])


def without_offsets(rows: Matrix, speaker_index: SpeakerIndex, labels: NDArray[np.int64]) -> Matrix:
    """Remove from each row how its speaker differs from others on the same theme; return unit rows.

    A two-way additive model, theme + speaker, with the speakers' effects shrunk as random effects are. What a speaker says
    because of the theme stays, but for the share ``ACROSS``: labels are never quite the themes.
    """
    weights = speaker_index.sizes / (speaker_index.sizes + OFFSET_SHRINK)
    within = speaker_index.means(within_themes(rows, labels))
    across = speaker_index.means(rows) - rows.mean(axis=0)
    offsets = weights[:, None] * ((1 - ACROSS) * within + ACROSS * across)
    return unit(rows - offsets.astype(rows.dtype)[speaker_index.of])


def with_context(rows: Matrix, speaker_index: SpeakerIndex) -> Matrix:
    """Centre rows and add ``CONTEXT`` of the speaker's mean direction to each; return unit rows."""
    centred = rows - rows.mean(axis=0)
    directed = unit(centred)
    return unit(directed + (CONTEXT * unit(speaker_index.means(centred))).astype(rows.dtype)[speaker_index.of])
