"""Learning from people: what they placed, and the needs they state, pull the rest along.

Where passages form separate groups, a logistic regression on each row beside its neighbours' mean and its nearness to the
clusters found is taught by the answers, and by each cluster's clearest rows as a witness who counts less the more answers
contradict it. What was found has the better chances where nobody has spoken, and everywhere while answers bear it out: to
confirm one candidate is no reason for the others to change.

Where they form none, clusters are only ways to divide the passages: then the regression has each row beside its neighbours'
mean, the answers, and the stated needs as examples. A cluster speaks for itself while nobody has spoken of it and no two
places were named, as needs or in answers: a single need is that of its nearest cluster.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from needsseg.discovery.cluster import SKETCH
from needsseg.discovery.refine import aside_below, centroids, fit
from needsseg.discovery.vector_shaping import COMMON, nearest, smoothed, steady
from needsseg.embedding.vectors import unit
from needsseg.records import UNASSIGNED

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from needsseg.discovery.cluster import Clustering
    from needsseg.embedding.vectors import Labels, Matrix

NEIGHBOURS, SELF_WEIGHT = 10, 1.0
NEARNESS, SHARPNESS, FITTING = 0.5, 8.0, 0.25
WITNESSES, WITNESS_WEIGHT, CONTRADICTION = 10, 1.0, 0.5
USUAL_ODDS, ADDED, SILENT_ODDS = 4.0, 4, 4.5
"""The odds of two answers in a cluster agreeing beyond which what was found is favoured; answers added for the estimate, half
of them against; and by how much at least a cluster is favoured that nobody has spoken of."""
LOOSE, FREE = 1.0, 10.0
"""How little the regression is held back (scikit-learn's C): with clusters to lean on, and without."""
STATED_WEIGHT = 2.0
TRUSTED, TRUSTED_BESIDE_NEEDS, PRIOR, LEAST_AGREEMENT = 0.8, 0.5, 4, 0.6
"""How often answers in one separate cluster agree before any came, also where needs are stated, as how many answers; and how
often they have to."""
FOLDS = 20
SILENT = ""
"""What a cluster is called that no name stands for."""
DIGITS = 6


@dataclass(frozen=True, slots=True)
class Taught:
    """What was learnt: a label per row (-1 is unassigned), how firmly it is held in [0, 1], and the label of each name.

    Labels that no name stands for are clusters nobody has spoken of yet, by their own number.
    """

    labels: Labels
    strengths: Matrix
    names: dict[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """What there is to learn from: the clusters found, the passages as unit rows, whether they form separate groups, and
    for each need in view, by its name, unit rows of what was said of it (k, d).
    """

    found: Clustering
    rows: Matrix
    separate: bool
    needs: Mapping[str, Matrix]

    def taught(self, answers: Mapping[int, str | None]) -> Taught:
        """Labels of all rows from ``answers`` (row → name, None is off-topic); rows in answers keep theirs exactly."""
        return _taught(self, answers, self.leans(answers))

    def leans(self, answers: Mapping[int, str | None]) -> bool:
        """Whether clusters are leaned on: where groups are separate, and answers in one cluster mostly agree.

        How often two of them agree is estimated from all clusters as Agresti and Coull (1998) do, with a prior that trusts
        separate groups, less where needs are stated: what stands apart need not be what people care about.
        """
        if not self.separate or not answers:
            return self.separate
        heard: dict[int, Counter[str | None]] = {}
        for row, name in answers.items():
            heard.setdefault(int(self.found.labels[row]), Counter())[name] += 1
        told = [names for cluster, names in heard.items() if cluster != UNASSIGNED]
        agreed = sum(max(names.values()) - 1 for names in told)
        asked = sum(names.total() - 1 for names in told)
        trusted = TRUSTED_BESIDE_NEEDS if self.needs else TRUSTED
        return (agreed + trusted * PRIOR) / (asked + PRIOR) >= LEAST_AGREEMENT

    def left_out(self, answers: Mapping[int, str | None]) -> dict[int, str | None]:
        """What each answered row would have been given, had its answer not been told (cross-validation, 20 folds at most).

        None is off-topic, ``SILENT`` a cluster that nobody has spoken of.
        """
        order = sorted(answers)
        guessed: dict[int, str | None] = {}
        for fold in range(min(FOLDS, len(order))):
            mine = order[fold::FOLDS]
            told = self.taught({row: name for row, name in answers.items() if row not in mine})
            name_of: dict[int, str | None] = {label: name for name, label in told.names.items()} | {UNASSIGNED: None}
            guessed |= {row: name_of.get(int(told.labels[row]), SILENT) for row in mine}
        return guessed


@dataclass(frozen=True, slots=True, eq=False)
class _Examples:
    """Rows of features to learn from, their labels and weights."""

    rows: Matrix
    labels: NDArray[np.int64]
    weights: Matrix


def _taught(lesson: Lesson, answers: Mapping[int, str | None], leans: bool) -> Taught:
    import numpy as np

    found = lesson.found
    count = int(found.labels.max(initial=-1)) + 1
    said = {name for name in answers.values() if name is not None} | set(lesson.needs)
    names = {name: count + at for at, name in enumerate(sorted(said))}
    given = {row: UNASSIGNED if name is None else names[name] for row, name in sorted(answers.items())}
    stated = {names[name]: rows for name, rows in sorted(lesson.needs.items())}
    answered = heard = _heard(found, given)
    # One place alone, with nothing to tell it from, would take everything: then clusters speak beside it.
    needs_speak = len(said) > 1 and bool(stated)
    if stated and (lesson.separate or not needs_speak):
        heard = _claimed(lesson, stated, heard)
    features, examples = _features(lesson, stated, leans)
    speaking = _speaking(lesson, heard if needs_speak else answered, leans, needs_speak)
    taught = _examples(lesson, given, heard, speaking, features, examples)
    if not len(taught.labels):
        return Taught(np.full(len(found.labels), UNASSIGNED), np.zeros(len(found.labels)), names)
    classes, chances = _regressed(features, taught, LOOSE if leans else FREE)
    chances = np.round(_borne_out(lesson, heard, speaking, leans, classes, chances), DIGITS)
    learnt = classes[chances.argmax(axis=1)].astype(np.int64)
    held = _margin(chances)
    if stated and UNASSIGNED not in given.values():
        learnt[_fit_no_need(lesson.rows, stated) & ~_silent(lesson, heard, learnt)] = UNASSIGNED
    learnt[list(given)], held[list(given)] = list(given.values()), 1.0
    return Taught(learnt, held, names)


def _regressed(features: Matrix, taught: _Examples, freedom: float) -> tuple[NDArray[np.int64], Matrix]:
    """The classes, and each row's chances of them; every class counts alike, however many examples it has so far."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    classes, which = np.unique(taught.labels, return_inverse=True)
    if len(classes) == 1:
        return classes, np.ones((len(features), 1))
    weights = taught.weights
    even = weights * (weights.sum() / len(classes) / np.bincount(which, weights))[which]
    with warnings.catch_warnings():
        # Many names with an answer or two each are what people give, and no mistake.
        warnings.filterwarnings("ignore", message="The number of unique classes", category=UserWarning)
        model = LogisticRegression(C=freedom, max_iter=300).fit(taught.rows, taught.labels, sample_weight=even)
    return classes, model.predict_proba(features)


def _margin(chances: Matrix) -> Matrix:
    import numpy as np

    if chances.shape[1] == 1:
        return np.zeros(len(chances))
    best = np.partition(chances, -2, axis=1)
    return np.round(best[:, -1] - best[:, -2], DIGITS)


def _features(lesson: Lesson, stated: Mapping[int, Matrix], leans: bool) -> tuple[Matrix, dict[int, Matrix]]:
    """Features of the rows, and of what was stated of each need.

    Each row beside its neighbours' mean; where clusters are leaned on, then how near it is to each cluster, and (last) how
    well it fits any.
    """
    import numpy as np

    # Of very many rows the features take hundreds of megabytes: these are not kept.
    row_features = _row_features if len(lesson.rows) <= SKETCH else _row_features.__wrapped__
    if leans:
        rows = lesson.found.rows
        shaped = {label: unit(own - COMMON * lesson.rows.mean(axis=0)) for label, own in stated.items()}
        return row_features(lesson, leans), {
            label: np.hstack([own, _neighbourhood(own, rows), _clustered(lesson.found, own)])
            for label, own in shaped.items()
        }
    return row_features(lesson, leans), {
        label: np.hstack([own, _neighbourhood(own, lesson.rows)]) for label, own in stated.items()
    }


@lru_cache(maxsize=2)
def _row_features(lesson: Lesson, leans: bool) -> Matrix:
    """Features of the rows: no answer changes them, so they are kept while answers are left out in turn."""
    import numpy as np

    if leans:
        rows = lesson.found.rows
        drawn = smoothed(rows, nearest(rows, NEIGHBOURS, rows[:SKETCH]), NEIGHBOURS, SELF_WEIGHT)
        return np.hstack([rows, drawn, _clustered(lesson.found, rows)])
    rows = lesson.rows
    around = nearest(rows, NEIGHBOURS, rows[:SKETCH]).indices
    return np.hstack([rows, unit(rows[around].mean(axis=1)) if around.shape[1] else rows])


def _neighbourhood(stated: Matrix, rows: Matrix) -> Matrix:
    """The mean direction of the rows nearest to each of what was stated, (k, d)."""
    import numpy as np

    order = np.argsort(-steady(stated @ rows[:SKETCH].T), axis=1, kind="stable")[:, :NEIGHBOURS]
    return unit(rows[order].mean(axis=1))


def _clustered(found: Clustering, rows: Matrix) -> Matrix:
    """How near rows are to each cluster, and (last) how well they fit any; zeros where nothing was found."""
    import numpy as np

    if int(found.labels.max(initial=-1)) < 0:
        return np.zeros((len(rows), 1))
    middles = centroids(found.rows, found.labels)
    nearness = rows @ middles.T
    usual = fit(found.rows @ middles.T)
    soft = np.exp(SHARPNESS * (nearness - nearness.max(axis=1, keepdims=True)))
    fitting = (fit(nearness) - usual.mean()) / max(float(usual.std()), 1e-9)
    return np.hstack([NEARNESS * soft / soft.sum(axis=1, keepdims=True), FITTING * fitting[:, None]])


def _heard(found: Clustering, given: Mapping[int, int]) -> dict[int, Counter[int]]:
    """What was answered in each cluster found, unassigned rows among them; clusters nobody has spoken of are not there."""
    heard: dict[int, Counter[int]] = {}
    for row, label in given.items():
        heard.setdefault(int(found.labels[row]), Counter())[label] += 1
    return heard


def _claimed(lesson: Lesson, stated: Mapping[int, Matrix], heard: dict[int, Counter[int]]) -> dict[int, Counter[int]]:
    """What was heard, and a need in view for each cluster nobody spoke of: where it is the need's nearest cluster, and more
    than half of its rows lie nearer to this need than to any other.
    """
    import numpy as np

    labels = list(stated)
    nearness = _nearness(lesson.rows, stated)
    nearest_need = nearness.argmax(axis=1)
    count = int(lesson.found.labels.max(initial=-1)) + 1
    members = [lesson.found.labels == cluster for cluster in range(count)]
    middles = (
        steady(np.stack([nearness[mine].mean(axis=0) for mine in members])) if count else np.zeros((0, len(labels)))
    )
    claimed = dict(heard)
    for need, label in enumerate(labels if count else ()):
        cluster = int(middles[:, need].argmax())
        if cluster not in claimed and (nearest_need[members[cluster]] == need).mean() > 0.5:
            claimed[cluster] = Counter({label: 1})
    return claimed


def _nearness(rows: Matrix, stated: Mapping[int, Matrix]) -> Matrix:
    """The cosine of each row to the nearest of what was stated of each need, (n, needs)."""
    import numpy as np

    return steady(np.stack([(rows @ own.T).max(axis=1) for own in stated.values()], axis=1))


def _fit_no_need(rows: Matrix, stated: Mapping[int, Matrix]) -> NDArray[np.bool_]:
    """Which rows lie far from all needs in view; used until a person has shown what fits none."""
    nearness = _nearness(rows, stated).max(axis=1)
    far: NDArray[np.bool_] = nearness < aside_below(nearness)
    return far


def _silent(lesson: Lesson, heard: Mapping[int, Counter[int]], learnt: Labels) -> NDArray[np.bool_]:
    """Which rows were left in a cluster that stands apart and that nobody has spoken of."""
    import numpy as np

    count = int(lesson.found.labels.max(initial=-1)) + 1
    silent: NDArray[np.bool_] = np.isin(learnt, [c for c in range(count) if c not in heard])
    return silent


def _said(cluster: int, heard: Mapping[int, Counter[int]]) -> tuple[int, int, int]:
    """What most answers call a cluster, by how many of them, out of how many; its own number while there are none."""
    if cluster not in heard:
        return cluster, 0, 0
    said, agreeing = max(heard[cluster].items(), key=lambda item: (item[1], -item[0]))
    return said, agreeing, heard[cluster].total()


def _speaking(lesson: Lesson, heard: Mapping[int, Counter[int]], leans: bool, needs_speak: bool) -> list[int]:
    """The clusters that bear witness: all that are leaned on; else those nobody has spoken of.

    Beside several places that people named they do so only where groups are separate: else they are no more than what the
    needs leave over.
    """
    clusters = range(UNASSIGNED, int(lesson.found.labels.max(initial=-1)) + 1)
    if leans:
        return list(clusters)
    if needs_speak:
        return [cluster for cluster in clusters if lesson.separate and cluster != UNASSIGNED and cluster not in heard]
    return [cluster for cluster in clusters if cluster not in heard]


def _examples(
    lesson: Lesson,
    given: Mapping[int, int],
    heard: Mapping[int, Counter[int]],
    speaking: Sequence[int],
    features: Matrix,
    stated: Mapping[int, Matrix],
) -> _Examples:
    """What to learn from: the answers, what was stated of needs, and the clearest rows of clusters that bear witness."""
    import numpy as np

    found = lesson.found
    rows, labels, weights = list(given), list(given.values()), [1.0] * len(given)
    # Beside a whole cluster, its edges too, the clearest rows of the others would draw their borders too narrow.
    witnesses = max([WITNESSES, *(said.total() for said in heard.values())])
    fitting = _clustered(found, found.rows)[:, -1]
    for cluster in speaking:
        said, agreeing, total = _said(cluster, heard)
        trust = (agreeing - CONTRADICTION * (total - agreeing)) / total if total else 1.0
        mine = [int(row) for row in np.flatnonzero(found.labels == cluster) if int(row) not in given]
        if not mine or trust <= 0 or (cluster == UNASSIGNED and said != UNASSIGNED):
            continue
        clear = fitting if cluster == UNASSIGNED else -found.strengths
        mine = sorted(mine, key=lambda row: (clear[row], row))[:witnesses]
        rows += mine
        labels += [said] * len(mine)
        weights += [WITNESS_WEIGHT * trust / len(mine)] * len(mine)
    examples = [features[rows]] if rows else []
    for label, own in stated.items():
        examples.append(own)
        labels += [label] * len(own)
        weights += [STATED_WEIGHT / len(own)] * len(own)
    together = np.vstack(examples) if examples else features[:0]
    return _Examples(together, np.array(labels, dtype=np.int64), np.array(weights))


def _borne_out(
    lesson: Lesson,
    heard: Mapping[int, Counter[int]],
    speaking: Sequence[int],
    leans: bool,
    classes: NDArray[np.int64],
    chances: Matrix,
) -> Matrix:
    """Chances with what was found as their prior, as far as answers bear it out.

    How often two answers in a cluster agree is estimated as Agresti and Coull (1998) do, over all clusters and for each;
    the lower counts. The first answer in a cluster can only agree with itself, so it is none.
    """
    import numpy as np

    found = lesson.found
    told = {cluster: _said(cluster, heard) for cluster in speaking}
    agreed, asked = (sum(max(0, answers[at] - 1) for answers in told.values()) for at in (1, 2))
    overall = (agreed + ADDED / 2) / (asked + ADDED)
    silent_odds = SILENT_ODDS if leans else SILENT_ODDS**2  # a freer regression is surer of itself
    weighed = chances.copy()
    for cluster, (said, agreeing, total) in told.items():
        if said not in classes or (cluster == UNASSIGNED and said != UNASSIGNED):
            continue
        own = (max(0, agreeing - 1) + ADDED * overall) / (max(0, total - 1) + ADDED)
        share = min(overall, own)
        least = silent_odds if cluster != UNASSIGNED and not total else 1.0
        weighed[found.labels == cluster, np.searchsorted(classes, said)] *= max(share / (1 - share) / USUAL_ODDS, least)
    weighed /= weighed.sum(axis=1, keepdims=True)
    return weighed
