"""Test on held-out accounts whether segments improve a forecast of leaving that uses firmographics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from needsseg.progress import Progress, silent

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

FOLDS = 5
PENALTY = 1.0
MOST_STEPS = 50
LONGEST_STEP = 5.0
CLOSE = 1e-7
SLACK = 1e-12
RARE = 5
RESAMPLES = 2000


@dataclass(frozen=True, slots=True)
class Increment:
    """Brier score (lower is better) and AUC (higher is better) on held-out accounts, without and with segments.

    A gain is above 0 where segments help; its p is by permutation of labels within firmographic strata. The
    interval of the Brier gain is a 95% bootstrap over accounts.
    """

    accounts: int
    events: int
    days: int
    folds: int
    repeats: int
    permutations: int
    brier_firmographic: float
    brier_with_segments: float
    brier_gain: float
    brier_low: float
    brier_high: float
    brier_p: float
    auc_firmographic: float
    auc_with_segments: float
    auc_gain: float
    auc_p: float


@dataclass(frozen=True, slots=True)
class _Cells:
    """Identical accounts share a row of ``design``: ``base`` is each account's firmographic cell."""

    design: Floats
    base: Integers
    segments: int

    def rows(self, label: Integers) -> Integers:
        return self.base * self.segments + label


def increment(
    days: int,
    left: Sequence[bool],
    groups: Sequence[str],
    firmographics: Sequence[Sequence[str]],
    strata: Sequence[str],
    permutations: int,
    repeats: int,
    seed: int,
    progress: Progress = silent,
) -> Increment:
    """Compare ridge logistic regressions on firmographics without and with segments, in repeated stratified 5-fold CV.

    ``left`` is whether each account left within ``days``. The folds are the same for every permutation, so that the
    observed and the permuted gains are comparable. Values of a firmographic field of fewer than 5 accounts are merged.
    """
    import numpy as np

    has_left = np.array(left, dtype=np.int64)
    names = sorted(set(groups))
    label = np.array([names.index(group) for group in groups])
    fields = [_frequent(values) for values in zip(*firmographics, strict=True)]
    base, full = _cells(fields, 1), _cells(fields, len(names))
    folds = [_folds(has_left, np.random.default_rng([seed, 1, repeat])) for repeat in range(repeats)]
    without, auc_without = _forecast(base.design, base.base, has_left, folds)
    loss, auc = _forecast(full.design, full.rows(label), has_left, folds)
    gain, auc_gain = float((without - loss).mean()), auc - auc_without
    blocks = [np.array([row for row, name in enumerate(strata) if name == stratum]) for stratum in sorted(set(strata))]
    rng = np.random.default_rng([seed, 2])
    as_good, auc_as_good = 1, 1
    for permutations_done in range(permutations):
        mixed = label.copy()
        for block in blocks:
            mixed[block] = rng.permutation(label[block])
        permuted_errors, permuted_auc = _forecast(full.design, full.rows(mixed), has_left, folds)
        as_good += float((without - permuted_errors).mean()) >= gain - SLACK
        auc_as_good += permuted_auc - auc_without >= auc_gain - SLACK
        progress("forecasting with permuted labels", permutations_done + 1, permutations)
    resamples = np.random.default_rng([seed, 3]).integers(0, len(has_left), size=(RESAMPLES, len(has_left)))
    low, high = np.quantile((without - loss)[resamples].mean(1), [0.025, 0.975])
    return Increment(
        len(has_left), int(has_left.sum()), days, FOLDS, repeats, permutations,
        float(without.mean()), float(loss.mean()), gain, float(low), float(high), as_good / (permutations + 1),
        auc_without, auc, auc_gain, auc_as_good / (permutations + 1),
    )  # fmt: skip


def _frequent(values: Sequence[str]) -> list[str]:
    return [value if values.count(value) >= RARE else "" for value in values]


def _cells(fields: Sequence[Sequence[str]], segments: int) -> _Cells:
    """Return the design: one row for every existing combination of firmographics and every segment."""
    import numpy as np

    accounts = list(zip(*fields, strict=True))
    distinct_rows = sorted(set(accounts))
    columns = [np.ones((len(distinct_rows), 1))]
    for number in range(len(fields)):
        values = sorted({cell[number] for cell in distinct_rows})
        columns.append(np.array([[float(cell[number] == value) for value in values] for cell in distinct_rows]))
    firmographic = np.hstack(columns)
    design = np.repeat(firmographic, segments, axis=0)
    if segments > 1:
        design = np.hstack([design, np.tile(np.eye(segments), (len(distinct_rows), 1))])
    return _Cells(design, np.array([distinct_rows.index(account) for account in accounts]), segments)


def _folds(has_left: Integers, rng: np.random.Generator) -> Integers:
    """Return the fold of each account, stratified by whether it left."""
    import numpy as np

    order = np.concatenate([rng.permutation(np.flatnonzero(has_left == side)) for side in (1, 0)])
    fold = np.empty(len(has_left), dtype=np.int64)
    fold[order] = np.arange(len(has_left)) % FOLDS
    return fold


def _forecast(design: Floats, row: Integers, has_left: Integers, folds: Sequence[Integers]) -> tuple[Floats, float]:
    """Return each account's mean squared error while held out, and the mean AUC of the folds."""
    import numpy as np

    loss, aucs = np.zeros(len(has_left)), []
    for fold in folds:
        for number in range(FOLDS):
            out = fold == number
            count = np.bincount(row[~out], minlength=len(design))
            events = np.bincount(row[~out], weights=has_left[~out], minlength=len(design))
            has_accounts = count > 0
            weight = ridge_logistic(
                design[has_accounts], count[has_accounts].astype(float), events[has_accounts].astype(float)
            )
            chance = _logistic(design[row[out]] @ weight)
            loss[out] += (chance - has_left[out]) ** 2
            aucs.append(_auc(chance, has_left[out]))
    return loss / len(folds), float(np.mean(aucs))


def _logistic(value: Floats) -> Floats:
    import numpy as np

    # Clipping in two steps, as np.clip is slow on few rows.
    probabilities: Floats = 1 / (1 + np.exp(-np.minimum(np.maximum(value, -500), 500)))
    return probabilities


def ridge_logistic(design: Floats, count: Floats, events: Floats) -> Floats:
    """Return the weights that maximise the penalised binomial likelihood of ``events`` of ``count`` per row (Newton).

    The first column is the unpenalised intercept, as in scikit-learn's LogisticRegression with C = 1.
    """
    import numpy as np

    cost = np.full(design.shape[1], PENALTY)
    cost[0] = 0.0
    ridge = np.diag(cost)
    weight = np.zeros(design.shape[1])
    for _ in range(MOST_STEPS):
        chance = _logistic(design @ weight)
        slope = design.T @ (events - count * chance) - cost * weight
        bend = (design * (count * chance * (1 - chance))[:, None]).T @ design + ridge
        step = np.minimum(np.maximum(np.linalg.solve(bend, slope), -LONGEST_STEP), LONGEST_STEP)
        weight = weight + step
        if np.abs(step).max() < CLOSE:
            break
    return weight


def _auc(chance: Floats, has_left: Integers) -> float:
    """Return the AUC: how often an account that left has a higher chance than one that stayed, with ties as half."""
    import numpy as np

    events = int(has_left.sum())
    stayed = len(has_left) - events
    # Average ranks, as scipy's rankdata but faster.
    _, place, tied = np.unique(chance, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(tied) - (tied - 1) / 2)[place]
    return float((ranks[has_left == 1].sum() - events * (events + 1) / 2) / (events * stayed))
