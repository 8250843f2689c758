"""Test whether passages form groups, against noise with the same mean and covariance.

A parametric bootstrap: rows of noise are clustered by the same method, on the branch that the passages took, with the same
speakers on the same rows. The passages are separate where their clusters stand apart more clearly than those of every draw.
The method finds clusters in anything; only the comparison says whether there is something to find.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from needsseg.discovery.cluster import cluster_and_branch, cluster_on_branch
from needsseg.discovery.speaker_effects import SpeakerIndex
from needsseg.embedding.vectors import unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from needsseg.embedding.vectors import Matrix

FEWEST_TO_TELL, TESTED_ON = 20, 300
DRAWS, ENOUGH_AS_CLEAR = 39, 5
FITTING_ROUNDS, FITTING_DRAWS = 4, 4
SEED = 20
SMALLEST_SPREAD = 1e-9


@dataclass(frozen=True, slots=True)
class Separation:
    """Whether passages form separate groups, and the p-value: how often noise has such groups, in (0, 1]."""

    separate: bool
    p: float


def verdict(rows: Matrix, speakers: Sequence[str] | None) -> Separation | None:
    """Return the verdict on unit ``rows`` (n, d), sorted by the caller; None for fewer than twenty.

    Drawing ends early once it is clear that noise does as well: p is then that of a sequential Monte Carlo test (Besag and
    Clifford 1991). Beyond ``TESTED_ON`` rows the first so many are tested. The last few verdicts are cached, since
    every answer asks for that on the same passages again.
    """
    import numpy as np

    if len(rows) < FEWEST_TO_TELL:
        return None
    rows = np.ascontiguousarray(rows[:TESTED_ON], dtype=np.float64)
    speaker_names = None if speakers is None else tuple(speakers[:TESTED_ON])
    return _tested(rows.tobytes(), rows.shape, speaker_names)


@lru_cache(maxsize=16)
def _tested(row_bytes: bytes, shape: tuple[int, ...], speakers: tuple[str, ...] | None) -> Separation:
    import numpy as np

    rows: Matrix = np.frombuffer(row_bytes).reshape(shape)
    speaker_index = SpeakerIndex(speakers) if speakers else None
    passage_themes, branch = cluster_and_branch(rows, speaker_index)
    noise = Noise(rows, None if branch == "none" else speaker_index)
    generator = np.random.default_rng(SEED)
    as_clear = 0
    for draws in range(1, DRAWS + 1):
        as_clear += (
            cluster_on_branch(noise.draw(generator), speaker_index, branch).apartness >= passage_themes.apartness
        )
        if as_clear == ENOUGH_AS_CLEAR:
            return Separation(False, round(as_clear / draws, 4))
    return Separation(as_clear == 0, round((as_clear + 1) / (DRAWS + 1), 4))


class Noise:
    """Draws of unit rows that are normal but for their length, with the mean and covariance of ``rows`` (n, d).

    With ``voices``, speakers' means are one such draw and the deviations from them another: people who each have their own
    words are no groups. Before scaling, every draw has exactly the same covariance: a random rotation (Langsrud 2005), as
    likely for normal data as the data themselves, so that a test against such draws errs as often as it says, however few
    the rows. Scaling to length one shrinks wide directions more than narrow ones; mean and spreads are therefore fitted
    until those of the scaled draws are those of the rows.
    """

    def __init__(self, rows: Matrix, speaker_index: SpeakerIndex | None = None) -> None:
        import numpy as np

        self.speaker_index = speaker_index or SpeakerIndex([""] * len(rows))
        self.of = self.speaker_index.of
        means = self.speaker_index.means(rows)
        self.middle = rows.mean(axis=0)
        self.between = _Rotated(means - means.mean(axis=0), np.zeros(len(means), dtype=np.int64))
        self.within = _Rotated(rows - means[self.of], self.of)
        self._fit()

    def draw(self, generator: np.random.Generator) -> Matrix:
        """Return one draw, (n, d)."""
        return unit(self.middle + self.between.draw(generator)[self.of] + self.within.draw(generator))

    def _fit(self) -> None:
        import numpy as np

        generator = np.random.default_rng(SEED + 1)
        middle = self.middle
        for _ in range(FITTING_ROUNDS):
            draws = [self.draw(generator) for _ in range(FITTING_DRAWS)]
            means = [self.speaker_index.means(draw) for draw in draws]
            self.within.fit([draw - mean[self.of] for draw, mean in zip(draws, means, strict=True)])
            self.between.fit([mean - mean.mean(axis=0) for mean in means])
            self.middle = self.middle + middle - np.mean([draw.mean(axis=0) for draw in draws], axis=0)


class _Rotated:
    """Random rotations of ``rows`` (n, d) that have the mean 0 within each group, as the rows have themselves."""

    def __init__(self, rows: Matrix, group: NDArray[np.int64]) -> None:
        import numpy as np

        self.group, self.sizes = group, np.bincount(group)
        spreads, axes = np.linalg.svd(rows, full_matrices=False)[1:]
        nonzero = spreads > SMALLEST_SPREAD * max(float(spreads[0]), SMALLEST_SPREAD)
        nonzero[len(rows) - len(self.sizes) :] = False
        self.target_spreads, self.axes = spreads[nonzero], axes[nonzero]
        self.spreads = self.target_spreads

    def draw(self, generator: np.random.Generator) -> Matrix:
        """Return one rotation, (n, d)."""
        import numpy as np

        random = generator.standard_normal((len(self.group), len(self.spreads)))
        group_sums = np.zeros((len(self.sizes), len(self.spreads)))
        np.add.at(group_sums, self.group, random)
        rotated = np.linalg.qr(random - (group_sums / self.sizes[:, None])[self.group])[0]
        rotation: Matrix = (rotated * self.spreads) @ self.axes
        return rotation

    def fit(self, draws: list[Matrix]) -> None:
        """Adjust spreads so that the resulting draws have those of the rows."""
        import numpy as np

        observed = np.mean([((draw @ self.axes.T) ** 2).sum(axis=0) for draw in draws], axis=0)
        self.spreads = self.spreads * self.target_spreads / np.sqrt(np.maximum(observed, SMALLEST_SPREAD**2))
