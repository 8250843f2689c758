"""Shaping vectors before clustering: who speaks is taken out, what stands alone is set aside, neighbours are drawn near.

Rows are unit vectors, float32 or float64, shape (n, d). Nothing here is random.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

CENTRING, CENTRING_SHRINK = 0.7, 5.0
CONTEXT = 0.3
VOICE_SHARE, CONTEXT_SHARE = 0.08, 0.01
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


def loners(rows: Matrix) -> NDArray[np.bool_]:
    """Which rows stand alone: their mean cosine to their nearest is far below the usual (median and MAD), a quarter at most."""
    import numpy as np

    nearest = min(LONER_NEIGHBOURS, len(rows) - 1)
    cosines = rows @ rows.T
    np.fill_diagonal(cosines, -2.0)
    density = np.sort(cosines, axis=1)[:, -nearest:].mean(axis=1)
    middle = np.median(density)
    cut = middle - LONER_DEVIATIONS * np.median(np.abs(density - middle))
    alone: NDArray[np.bool_] = density < min(cut, np.quantile(density, LONER_SHARE))
    return alone


def smoothed(rows: Matrix, neighbours: int, self_weight: float) -> Matrix:
    """Each row drawn to the cosine-weighted mean of its nearest ones, once; unit rows again."""
    import numpy as np

    count = min(neighbours, len(rows) - 1)
    cosines = rows @ rows.T
    np.fill_diagonal(cosines, -2.0)
    nearest = np.argsort(-cosines, axis=1, kind="stable")[:, :count]
    weights = np.clip(np.take_along_axis(cosines, nearest, axis=1), 0.0, None)
    drawn = self_weight * rows + np.einsum("nk,nkd->nd", weights, rows[nearest])
    return unit(drawn)
