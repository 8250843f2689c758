"""Learning from decisions: what people placed pulls the rest along, and which questions would teach most.

Semi-supervised: a logistic regression on each row beside its neighbours' mean and its nearness to the clusters found,
taught by the answers, and by each cluster's clearest rows as a witness who counts less the more answers contradict it.
What was found has the better chances where nobody has spoken, and everywhere while answers bear it out: to confirm one
candidate is no reason for the others to change.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from needsseg.discovery.cluster import SKETCH
from needsseg.discovery.settle import centroids, fit
from needsseg.discovery.shape import nearest, smoothed
from needsseg.records import UNASSIGNED

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from needsseg.discovery.cluster import Clustering, Labels
    from needsseg.discovery.shape import Matrix

NEIGHBOURS, SELF_WEIGHT = 10, 1.0
NEARNESS, SHARPNESS, FITTING = 0.5, 8.0, 0.25
WITNESSES, WITNESS_WEIGHT, CONTRADICTION = 10, 1.0, 0.5
USUAL_ODDS, ADDED, SILENT_ODDS = 4.0, 4, 4.5
"""The odds of two answers in a cluster agreeing beyond which what was found is favoured; answers added for the estimate, half
of them against; and by how much at least a cluster is favoured that nobody has spoken of."""
LEAST_DOUBT, DOUBT_POWER = 0.02, 2
MOST_WEIGHED = 50
DIGITS = 6


@dataclass(frozen=True, slots=True)
class Taught:
    """What was learnt: a label per row (-1 is unassigned), how firmly it is held in [0, 1], and the label of each name.

    Labels that no name stands for are clusters nobody has spoken of yet, by their own number.
    """

    labels: Labels
    strengths: Matrix
    names: dict[str, int]


def learn(found: Clustering, answers: Mapping[int, str | None]) -> Taught:
    """Labels of all rows from ``answers`` (row → name, None is off-topic); rows in answers keep theirs exactly."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    count = int(found.labels.max(initial=-1)) + 1
    names = {name: count + at for at, name in enumerate(sorted({n for n in answers.values() if n is not None}))}
    given = {row: UNASSIGNED if name is None else names[name] for row, name in sorted(answers.items())}
    features = _features(found)
    heard = _heard(found, given)
    rows, labels, weights = _lessons(found, given, heard, features[:, -1])
    classes, which = np.unique(labels, return_inverse=True)
    if len(classes) == 1:
        chances = np.ones((len(features), 1))
    else:
        # Every class counts alike, however many answers it has so far.
        even = weights * (weights.sum() / len(classes) / np.bincount(which, weights))[which]
        with warnings.catch_warnings():
            # Many names with an answer or two each are what people give, and no mistake.
            warnings.filterwarnings("ignore", message="The number of unique classes", category=UserWarning)
            model = LogisticRegression(C=1.0, max_iter=300).fit(features[rows], labels, sample_weight=even)
        chances = np.round(_borne_out(found, heard, classes, model.predict_proba(features)), DIGITS)
    learnt = classes[chances.argmax(axis=1)].astype(np.int64)
    held = _margin(chances)
    learnt[list(given)], held[list(given)] = list(given.values()), 1.0
    return Taught(learnt, held, names)


def _margin(chances: Matrix) -> Matrix:
    import numpy as np

    if chances.shape[1] == 1:
        return np.zeros(len(chances))
    best = np.partition(chances, -2, axis=1)
    return np.round(best[:, -1] - best[:, -2], DIGITS)


def _features(found: Clustering) -> Matrix:
    """Each row beside its neighbours' mean, how near it is to each cluster, and (last) how well it fits any."""
    import numpy as np

    drawn = smoothed(found.rows, nearest(found.rows, NEIGHBOURS, found.rows[:SKETCH]), NEIGHBOURS, SELF_WEIGHT)
    if int(found.labels.max(initial=-1)) < 0:
        return np.hstack([found.rows, drawn, np.zeros((len(drawn), 1))])
    nearness = found.rows @ centroids(found.rows, found.labels).T
    soft = np.exp(SHARPNESS * (nearness - nearness.max(axis=1, keepdims=True)))
    fitting = fit(nearness)
    fitting = (fitting - fitting.mean()) / max(float(fitting.std()), 1e-9)
    shares = NEARNESS * soft / soft.sum(axis=1, keepdims=True)
    return np.hstack([found.rows, drawn, shares, FITTING * fitting[:, None]])


def _heard(found: Clustering, given: Mapping[int, int]) -> dict[int, Counter[int]]:
    """What was answered in each cluster found, unassigned rows among them; clusters nobody has spoken of are not there."""
    heard: dict[int, Counter[int]] = {}
    for row, label in given.items():
        heard.setdefault(int(found.labels[row]), Counter())[label] += 1
    return heard


def _said(cluster: int, heard: Mapping[int, Counter[int]]) -> tuple[int, int, int]:
    """What most answers call a cluster, by how many of them, out of how many; its own number while there are none."""
    if cluster not in heard:
        return cluster, 0, 0
    said, agreeing = max(heard[cluster].items(), key=lambda item: (item[1], -item[0]))
    return said, agreeing, heard[cluster].total()


def _lessons(
    found: Clustering, given: Mapping[int, int], heard: Mapping[int, Counter[int]], fitting: Matrix
) -> tuple[list[int], NDArray[np.int64], Matrix]:
    """The rows to learn from, their labels and weights: the answers, and each cluster's clearest rows."""
    import numpy as np

    rows, labels, weights = list(given), list(given.values()), [1.0] * len(given)
    # Beside a whole cluster, its edges too, the clearest rows of the others would draw their borders too narrow.
    witnesses = max([WITNESSES, *(said.total() for said in heard.values())])
    for cluster in range(UNASSIGNED, int(found.labels.max(initial=-1)) + 1):
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
    return rows, np.array(labels, dtype=np.int64), np.array(weights)


def _borne_out(
    found: Clustering, heard: Mapping[int, Counter[int]], classes: NDArray[np.int64], chances: Matrix
) -> Matrix:
    """Chances with what was found as their prior, as far as answers bear it out.

    How often two answers in a cluster agree is estimated as Agresti and Coull (1998) do, over all clusters and for each;
    the lower counts. The first answer in a cluster can only agree with itself, so it is none.
    """
    import numpy as np

    told = {cluster: _said(cluster, heard) for cluster in range(UNASSIGNED, int(found.labels.max(initial=-1)) + 1)}
    agreed, asked = (sum(max(0, answers[at] - 1) for answers in told.values()) for at in (1, 2))
    overall = (agreed + ADDED / 2) / (asked + ADDED)
    weighed = chances.copy()
    for cluster, (said, agreeing, total) in told.items():
        if said not in classes or (cluster == UNASSIGNED and said != UNASSIGNED):
            continue
        own = (max(0, agreeing - 1) + ADDED * overall) / (max(0, total - 1) + ADDED)
        share = min(overall, own)
        least = SILENT_ODDS if cluster != UNASSIGNED and not total else 1.0
        weighed[found.labels == cluster, np.searchsorted(classes, said)] *= max(share / (1 - share) / USUAL_ODDS, least)
    weighed /= weighed.sum(axis=1, keepdims=True)
    return weighed


def questions(rows: Matrix, held: Sequence[float], answered: Sequence[int], count: int) -> list[int]:
    """The ``count`` rows to ask about next: together they stand nearest to the most doubtful passages not yet answered for.

    Greedy facility location: each row speaks for every other by their squared cosine, and a row is worth what it adds to
    what the answers and the questions before it speak for, weighted by doubt (1 - ``held``, squared). Beyond
    ``MOST_WEIGHED`` questions the order is that of doubt alone.
    """
    import numpy as np

    rows = rows[:SKETCH]
    asked = [row for row in answered if row < len(rows)]
    nearness = np.clip(np.round(rows @ rows.T, DIGITS), 0.0, None) ** 2
    doubt = np.clip(1.0 - np.asarray(held)[: len(rows)], LEAST_DOUBT, 1.0) ** DOUBT_POWER
    spoken_for = nearness[:, asked].max(axis=1) if asked else np.zeros(len(rows))
    chosen: list[int] = []
    while len(chosen) < min(count, MOST_WEIGHED, len(rows) - len(asked)):
        # Nearness is symmetric: one row per candidate is the same sum, read in the order it lies in memory.
        worth = np.round(np.maximum(nearness, spoken_for) @ doubt - spoken_for @ doubt, DIGITS)
        worth[[*asked, *chosen]] = -1.0
        best = int(worth.argmax())
        chosen.append(best)
        spoken_for = np.maximum(spoken_for, nearness[:, best])
    left = set(range(len(held))) - {*answered, *chosen}
    return chosen + sorted(left, key=lambda row: (held[row], row))[: count - len(chosen)]
