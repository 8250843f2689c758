"""Calibration: the probability that a label is right, learnt from the study's own passages.

Every passage is scored as if its participant had never been interviewed. What a text about none of the segments looks
like is learnt from passages scored as if their own segment were unknown, and from passages that lie in no segment.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from needsseg.segments.discriminant import fit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from needsseg.embedding.vectors import Matrix
    from needsseg.segments.discriminant import Codes

    Flags = NDArray[np.bool_]

# scikit-learn's C: without any regularisation, a few passages could turn the probability into a step.
STRENGTH = 3.0
FOLDS = 10


@dataclass(frozen=True, slots=True)
class Expected:
    """The share of texts labelled at chances of at least ``threshold``, and the share of right labels among them."""

    threshold: float
    coverage: float
    precision: float


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """The chance that the best segment is right: logistic in its fit and its lead over the second.

    ``usual_fit`` and ``usual_lead`` are the medians of the passages whose segment was found. ``chances`` and
    ``weights`` are those of the passages it was learnt from, each scored without its participant.
    """

    intercept: float
    slopes: tuple[float, float]
    usual_fit: float
    usual_lead: float
    chances: Matrix
    weights: Matrix

    def chance(self, fits: Matrix, leads: Matrix) -> Matrix:
        """Return the chance in [0, 1], for arrays of the best score and its lead over the second."""
        import numpy as np

        logit = self.intercept + self.slopes[0] * fits + self.slopes[1] * leads
        return np.asarray(1 / (1 + np.exp(-np.clip(logit, -40, 40))), dtype=np.float64)

    def lacks_lead(self, fits: Matrix, leads: Matrix) -> Flags:
        """Return whether a text's deficit to right labels is in its lead rather than in its fit."""
        import numpy as np

        away, close = self.usual_fit - fits, self.usual_lead - leads
        return np.asarray(self.slopes[1] * close > self.slopes[0] * away, dtype=np.bool_)

    def expected(self, threshold: float) -> Expected:
        """Return the expected result of labelling from ``threshold`` up, given the assumed share of off-topic texts."""
        labelled = self.chances >= threshold
        weight = float(self.weights[labelled].sum())
        right = float((self.weights * self.chances)[labelled].sum())
        return Expected(threshold, weight / float(self.weights.sum()), right / weight if weight else 1.0)

    def threshold(self, precision: float) -> float:
        """Return the lowest chance at which ``precision`` of the labels are expected to be right; above 1 without one."""
        import numpy as np

        order = np.argsort(-self.chances, kind="stable")
        precision_so_far = np.cumsum((self.weights * self.chances)[order]) / np.cumsum(self.weights[order])
        sufficient = np.nonzero(precision_so_far >= precision)[0]
        return float(self.chances[order][sufficient[-1]]) if len(sufficient) else 1.01


def best(scores: Matrix) -> tuple[Codes, Codes, Matrix, Matrix]:
    """Return from scores (n, k) the best segment, the second (the same where there is one), the best score, and its lead."""
    import numpy as np

    order = np.argsort(-scores, axis=1, kind="stable")
    rows = np.arange(len(scores))
    first, second = order[:, 0], order[:, min(1, scores.shape[1] - 1)]
    top, next_best = scores[rows, first], scores[rows, second]
    return first, second, top, np.where(np.isfinite(next_best), top - next_best, 0.0)


def calibrate(
    rows: Matrix, codes: Codes, groups: Codes, others: Matrix, segments: int, off_topic: float
) -> Calibration:
    """Learn from members (n, d) with segment and participant, and from passages in no segment (m, d).

    ``off_topic`` is the share of texts about none of the segments that is to be expected. Needs two segments, or others.
    """
    import numpy as np

    scored: list[tuple[Matrix, Matrix, Flags]] = []
    for group in np.unique(groups):
        held_out = groups == group
        if not held_out.all():
            first, _, fits, leads = best(fit(rows[~held_out], codes[~held_out], segments).scores(rows[held_out]))
            scored.append((fits, leads, first == codes[held_out]))
    inside = sum(len(part[0]) for part in scored)
    for code in np.unique(codes) if segments > 1 else ():
        # Only the segment is held out here, as its participants' other words are also in off-topic texts.
        held_out = codes == code
        _, _, fits, leads = best(fit(rows[~held_out], codes[~held_out], segments).scores(rows[held_out]))
        scored.append((fits, leads, np.zeros(len(fits), dtype=bool)))
    strangers = sum(len(part[0]) for part in scored) - inside
    if len(others):
        _, _, fits, leads = best(fit(rows, codes, segments).scores(others))
        scored.append((fits, leads, np.zeros(len(fits), dtype=bool)))
    all_fits, all_leads, right = (np.concatenate([part[column] for part in scored]) for column in range(3))
    return _learnt(all_fits, all_leads, right.astype(bool), (inside, strangers, len(others)), off_topic)


def _learnt(fits: Matrix, leads: Matrix, right: Flags, sizes: tuple[int, int, int], off_topic: float) -> Calibration:
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    kinds = 2 if sizes[1] and sizes[2] else 1
    shares = (1 - off_topic, off_topic / kinds, off_topic / kinds)
    weights = np.concatenate([np.full(size, share / max(1, size)) for size, share in zip(sizes, shares, strict=True)])
    weights *= len(weights) / weights.sum()
    if not right.any():  # no passage was predicted right, so no label is ever given
        return Calibration(-40.0, (0.0, 0.0), 0.0, 0.0, np.zeros(len(fits)), weights)
    features = np.column_stack([fits, leads])
    means, deviations = features.mean(axis=0), features.std(axis=0) + 1e-9
    regression = LogisticRegression(C=STRENGTH).fit((features - means) / deviations, right, sample_weight=weights)
    slopes = np.maximum(regression.coef_[0], 0.0) / deviations  # a better fit never makes a label less likely
    intercept = float(regression.intercept_[0] - slopes @ means)
    usual = float(np.median(fits[right])), float(np.median(leads[right]))
    uncalibrated = Calibration(intercept, (float(slopes[0]), float(slopes[1])), *usual, np.empty(0), weights)
    return replace(uncalibrated, chances=uncalibrated.chance(fits, leads))
