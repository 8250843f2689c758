"""Supervised discovery: label all passages from people's answers and stated needs.

Where passages form separate groups, a logistic regression on each row, its neighbours' mean and its nearness to the
clusters is trained on the answers and on each cluster's clearest rows (witnesses), whose weight falls as answers
contradict the cluster. The clusters are favoured as a prior where there are no answers, and everywhere while answers agree
with them, so that confirming one candidate does not change the others.

Where there are no separate groups, clusters are only one possible partition: the regression then uses each row, its
neighbours' mean, the answers, and the stated needs as examples. Clusters without answers are used as examples while fewer
than two names were given, as needs or in answers; a single need is assigned to its nearest cluster.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from needsseg.discovery.cluster import SKETCH
from needsseg.discovery.refine import aside_below, centroids, fit
from needsseg.discovery.regression import DIGITS, Examples, fit_regression, margin
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
"""The odds that two answers in a cluster agree above which the cluster is favoured; pseudo-answers for the estimate, half of
them disagreeing; and the smallest factor for a cluster without answers."""
LOOSE, FREE = 1.0, 10.0
"""Inverse regularisation (scikit-learn's C): with clusters, and without."""
STATED_WEIGHT = 2.0
TRUSTED, TRUSTED_BESIDE_NEEDS, PRIOR, LEAST_AGREEMENT = 0.8, 0.5, 4, 0.6
"""The prior rate of agreement of answers in a separate cluster, without and with stated needs; its weight in answers; and
the required rate."""
FOLDS = 20
SILENT = ""
"""The name of a cluster without a name."""


@dataclass(frozen=True, slots=True)
class Supervised:
    """The result: a label per row (-1 is unassigned), its strength in [0, 1], and the label of each name.

    Labels without a name are clusters without answers, by their own number.
    """

    labels: Labels
    strengths: Matrix
    names: dict[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class LearningInputs:
    """The training data: the clustering, the passages as unit rows, whether they form separate groups, and
    for each need in view, by its name, unit rows of its texts (k, d).
    """

    clustering: Clustering
    rows: Matrix
    separate: bool
    needs: Mapping[str, Matrix]

    def learn(self, answers: Mapping[int, str | None]) -> Supervised:
        """Label all rows from ``answers`` (row → name, None is off-topic); rows in answers keep theirs exactly."""
        return _learn(self, answers, self.leans_on_clusters(answers))

    def leans_on_clusters(self, answers: Mapping[int, str | None]) -> bool:
        """Return whether clusters are used: groups are separate, and answers in one cluster mostly agree.

        How often two of them agree is estimated from all clusters as Agresti and Coull (1998) do, with a prior that trusts
        separate groups, less where needs are stated, as separate groups need not be what people care about.
        """
        if not self.separate or not answers:
            return self.separate
        names_by_cluster: dict[int, Counter[str | None]] = {}
        for row, name in answers.items():
            names_by_cluster.setdefault(int(self.clustering.labels[row]), Counter())[name] += 1
        cluster_answers = [names for cluster, names in names_by_cluster.items() if cluster != UNASSIGNED]
        agreeing = sum(max(names.values()) - 1 for names in cluster_answers)
        compared = sum(names.total() - 1 for names in cluster_answers)
        prior_rate = TRUSTED_BESIDE_NEEDS if self.needs else TRUSTED
        return (agreeing + prior_rate * PRIOR) / (compared + PRIOR) >= LEAST_AGREEMENT

    def left_out(self, answers: Mapping[int, str | None]) -> dict[int, str | None]:
        """Return the name predicted for each answered row without its answer (cross-validation, at most 20 folds).

        None is off-topic, ``SILENT`` a cluster without any answer.
        """
        order = sorted(answers)
        predicted: dict[int, str | None] = {}
        for fold in range(min(FOLDS, len(order))):
            held_out = order[fold::FOLDS]
            supervised = self.learn({row: name for row, name in answers.items() if row not in held_out})
            name_of: dict[int, str | None] = {label: name for name, label in supervised.names.items()} | {
                UNASSIGNED: None
            }
            predicted |= {row: name_of.get(int(supervised.labels[row]), SILENT) for row in held_out}
        return predicted


def _learn(inputs: LearningInputs, answers: Mapping[int, str | None], uses_clusters: bool) -> Supervised:
    import numpy as np

    clustering = inputs.clustering
    count = int(clustering.labels.max(initial=-1)) + 1
    all_names = {name for name in answers.values() if name is not None} | set(inputs.needs)
    label_by_name = {name: count + position for position, name in enumerate(sorted(all_names))}
    label_by_row = {row: UNASSIGNED if name is None else label_by_name[name] for row, name in sorted(answers.items())}
    need_rows = {label_by_name[name]: rows for name, rows in sorted(inputs.needs.items())}
    person_answers = answers_by_cluster = _answers_by_cluster(clustering, label_by_row)
    # A single name without alternatives would get every row, so clusters are examples beside it.
    needs_lead = len(all_names) > 1 and bool(need_rows)
    if need_rows and (inputs.separate or not needs_lead):
        answers_by_cluster = _with_claims_of_needs(inputs, need_rows, answers_by_cluster)
    row_features, need_features = _features(inputs, need_rows, uses_clusters)
    witnesses = _witness_clusters(
        inputs, answers_by_cluster if needs_lead else person_answers, uses_clusters, needs_lead
    )
    training = _examples(inputs, label_by_row, answers_by_cluster, witnesses, row_features, need_features)
    if not len(training.labels):
        return Supervised(np.full(len(clustering.labels), UNASSIGNED), np.zeros(len(clustering.labels)), label_by_name)
    classes, chances = fit_regression(row_features, training, LOOSE if uses_clusters else FREE)
    chances = np.round(
        _apply_cluster_prior(inputs, answers_by_cluster, witnesses, uses_clusters, classes, chances), DIGITS
    )
    labels = classes[chances.argmax(axis=1)].astype(np.int64)
    strengths = margin(chances)
    if need_rows and UNASSIGNED not in label_by_row.values():
        labels[_fits_no_need(inputs.rows, need_rows) & ~_in_silent_cluster(inputs, answers_by_cluster, labels)] = (
            UNASSIGNED
        )
    labels[list(label_by_row)], strengths[list(label_by_row)] = list(label_by_row.values()), 1.0
    return Supervised(labels, strengths, label_by_name)


def _features(
    inputs: LearningInputs, need_rows: Mapping[int, Matrix], uses_clusters: bool
) -> tuple[Matrix, dict[int, Matrix]]:
    """Return the features of the rows, and of the texts of each need.

    These are each row and its neighbours' mean; where clusters are used, also its nearness to each cluster, and (last) how
    well it fits any.
    """
    import numpy as np

    # Features of very many rows take hundreds of megabytes, so they are not cached.
    row_features = _row_features if len(inputs.rows) <= SKETCH else _row_features.__wrapped__
    if uses_clusters:
        rows = inputs.clustering.rows
        shaped = {label: unit(vectors - COMMON * inputs.rows.mean(axis=0)) for label, vectors in need_rows.items()}
        return row_features(inputs, uses_clusters), {
            label: np.hstack(
                [
                    vectors,
                    _neighbourhood(vectors, rows),
                    _cluster_features(inputs.clustering, vectors),
                ]
            )
            for label, vectors in shaped.items()
        }
    return row_features(inputs, uses_clusters), {
        label: np.hstack([vectors, _neighbourhood(vectors, inputs.rows)]) for label, vectors in need_rows.items()
    }


@lru_cache(maxsize=2)
def _row_features(inputs: LearningInputs, uses_clusters: bool) -> Matrix:
    """Features of the rows, cached because answers do not change them."""
    import numpy as np

    if uses_clusters:
        rows = inputs.clustering.rows
        smoothed_rows = smoothed(rows, nearest(rows, NEIGHBOURS, rows[:SKETCH]), NEIGHBOURS, SELF_WEIGHT)
        return np.hstack([rows, smoothed_rows, _cluster_features(inputs.clustering, rows)])
    rows = inputs.rows
    neighbours = nearest(rows, NEIGHBOURS, rows[:SKETCH]).indices
    return np.hstack([rows, unit(rows[neighbours].mean(axis=1)) if neighbours.shape[1] else rows])


def _neighbourhood(need_rows: Matrix, rows: Matrix) -> Matrix:
    """The mean direction of the rows nearest to each text of a need, (k, d)."""
    import numpy as np

    order = np.argsort(-steady(need_rows @ rows[:SKETCH].T), axis=1, kind="stable")[:, :NEIGHBOURS]
    return unit(rows[order].mean(axis=1))


def _cluster_features(clustering: Clustering, rows: Matrix) -> Matrix:
    """Return rows' nearness to each cluster, and (last) how well they fit any; zeros without clusters."""
    import numpy as np

    if int(clustering.labels.max(initial=-1)) < 0:
        return np.zeros((len(rows), 1))
    centres = centroids(clustering.rows, clustering.labels)
    nearness = rows @ centres.T
    typical_fit = fit(clustering.rows @ centres.T)
    soft = np.exp(SHARPNESS * (nearness - nearness.max(axis=1, keepdims=True)))
    fitting = (fit(nearness) - typical_fit.mean()) / max(float(typical_fit.std()), 1e-9)
    return np.hstack([NEARNESS * soft / soft.sum(axis=1, keepdims=True), FITTING * fitting[:, None]])


def _answers_by_cluster(clustering: Clustering, label_by_row: Mapping[int, int]) -> dict[int, Counter[int]]:
    """Counts of answers per cluster, unassigned rows included; clusters without answers are missing."""
    answers: dict[int, Counter[int]] = {}
    for row, label in label_by_row.items():
        answers.setdefault(int(clustering.labels[row]), Counter())[label] += 1
    return answers


def _with_claims_of_needs(
    inputs: LearningInputs, need_rows: Mapping[int, Matrix], answers_by_cluster: dict[int, Counter[int]]
) -> dict[int, Counter[int]]:
    """The answers by cluster, and for clusters without any, a need in view as their answer.

    A need claims its nearest cluster if more than half of the cluster's rows lie nearer to it than to any other need.
    """
    import numpy as np

    labels = list(need_rows)
    nearness = _nearness(inputs.rows, need_rows)
    nearest_need = nearness.argmax(axis=1)
    count = int(inputs.clustering.labels.max(initial=-1)) + 1
    members = [inputs.clustering.labels == cluster for cluster in range(count)]
    means = [nearness[rows].mean(axis=0) for rows in members]
    mean_nearness = steady(np.stack(means)) if count else np.zeros((0, len(labels)))
    with_claims = dict(answers_by_cluster)
    for need, label in enumerate(labels if count else ()):
        cluster = int(mean_nearness[:, need].argmax())
        if cluster not in with_claims and (nearest_need[members[cluster]] == need).mean() > 0.5:
            with_claims[cluster] = Counter({label: 1})
    return with_claims


def _nearness(rows: Matrix, need_rows: Mapping[int, Matrix]) -> Matrix:
    """The cosine of each row to the nearest text of each need, (n, needs)."""
    import numpy as np

    return steady(np.stack([(rows @ vectors.T).max(axis=1) for vectors in need_rows.values()], axis=1))


def _fits_no_need(rows: Matrix, need_rows: Mapping[int, Matrix]) -> NDArray[np.bool_]:
    """Return which rows are far from all needs in view; used until a person has marked a passage as off-topic."""
    nearness = _nearness(rows, need_rows).max(axis=1)
    is_far: NDArray[np.bool_] = nearness < aside_below(nearness)
    return is_far


def _in_silent_cluster(
    inputs: LearningInputs, answers: Mapping[int, Counter[int]], labels: Labels
) -> NDArray[np.bool_]:
    """Return which rows are in a cluster without any answer."""
    import numpy as np

    count = int(inputs.clustering.labels.max(initial=-1)) + 1
    is_silent: NDArray[np.bool_] = np.isin(labels, [cluster for cluster in range(count) if cluster not in answers])
    return is_silent


def _majority_label(cluster: int, answers: Mapping[int, Counter[int]]) -> tuple[int, int, int]:
    """The most frequent answer in a cluster, its count, and the number of answers; without answers, the cluster's own number."""
    if cluster not in answers:
        return cluster, 0, 0
    label, agreeing = max(answers[cluster].items(), key=lambda item: (item[1], -item[0]))
    return label, agreeing, answers[cluster].total()


def _witness_clusters(
    inputs: LearningInputs, answers: Mapping[int, Counter[int]], uses_clusters: bool, needs_lead: bool
) -> list[int]:
    """The clusters whose clearest rows serve as examples: all where clusters are used, else those without answers.

    Where needs lead, clusters serve as examples only if groups are separate; else they are what the needs leave over.
    """
    clusters = range(UNASSIGNED, int(inputs.clustering.labels.max(initial=-1)) + 1)
    if uses_clusters:
        return list(clusters)
    if needs_lead:
        return [cluster for cluster in clusters if inputs.separate and cluster != UNASSIGNED and cluster not in answers]
    return [cluster for cluster in clusters if cluster not in answers]


def _examples(
    inputs: LearningInputs,
    label_by_row: Mapping[int, int],
    answers_by_cluster: Mapping[int, Counter[int]],
    witness_clusters: Sequence[int],
    features: Matrix,
    need_rows: Mapping[int, Matrix],
) -> Examples:
    """Training examples: the answers, the texts of needs, and the clearest rows of the witness clusters."""
    import numpy as np

    clustering = inputs.clustering
    rows, labels, weights = list(label_by_row), list(label_by_row.values()), [1.0] * len(label_by_row)
    # Beside a cluster with many answers, a few clearest rows of the others would give them too narrow borders.
    witness_count = max([WITNESSES, *(majority.total() for majority in answers_by_cluster.values())])
    fitting = _cluster_features(clustering, clustering.rows)[:, -1]
    for cluster in witness_clusters:
        majority, agreeing, total = _majority_label(cluster, answers_by_cluster)
        trust = (agreeing - CONTRADICTION * (total - agreeing)) / total if total else 1.0
        cluster_rows = [
            int(row) for row in np.flatnonzero(clustering.labels == cluster) if int(row) not in label_by_row
        ]
        if not cluster_rows or trust <= 0 or (cluster == UNASSIGNED and majority != UNASSIGNED):
            continue
        clearness = fitting if cluster == UNASSIGNED else -clustering.strengths
        cluster_rows = sorted(cluster_rows, key=lambda row: (clearness[row], row))[:witness_count]
        rows += cluster_rows
        labels += [majority] * len(cluster_rows)
        weights += [WITNESS_WEIGHT * trust / len(cluster_rows)] * len(cluster_rows)
    examples = [features[rows]] if rows else []
    for label, need_vectors in need_rows.items():
        examples.append(need_vectors)
        labels += [label] * len(need_vectors)
        weights += [STATED_WEIGHT / len(need_vectors)] * len(need_vectors)
    all_examples = np.vstack(examples) if examples else features[:0]
    return Examples(all_examples, np.array(labels, dtype=np.int64), np.array(weights))


def _apply_cluster_prior(
    inputs: LearningInputs,
    answers_by_cluster: Mapping[int, Counter[int]],
    witnesses: Sequence[int],
    uses_clusters: bool,
    classes: NDArray[np.int64],
    chances: Matrix,
) -> Matrix:
    """Chances with the clusters as a prior, weighted by how far answers agree with the clusters.

    How often two answers in a cluster agree is estimated as Agresti and Coull (1998) do, over all clusters and for each;
    the lower counts. The first answer in a cluster can only agree with itself, so it does not count.
    """
    import numpy as np

    clustering = inputs.clustering
    majorities = {cluster: _majority_label(cluster, answers_by_cluster) for cluster in witnesses}
    agreeing_pairs, compared = (
        sum(max(0, majority[position] - 1) for majority in majorities.values()) for position in (1, 2)
    )
    overall = (agreeing_pairs + ADDED / 2) / (compared + ADDED)
    silent_odds = SILENT_ODDS if uses_clusters else SILENT_ODDS**2  # a less regularised regression is more confident
    weighted = chances.copy()
    for cluster, (label, agreeing, total) in majorities.items():
        if label not in classes or (cluster == UNASSIGNED and label != UNASSIGNED):
            continue
        cluster_share = (max(0, agreeing - 1) + ADDED * overall) / (max(0, total - 1) + ADDED)
        share = min(overall, cluster_share)
        least_factor = silent_odds if cluster != UNASSIGNED and not total else 1.0
        weighted[clustering.labels == cluster, np.searchsorted(classes, label)] *= max(
            share / (1 - share) / USUAL_ODDS, least_factor
        )
    weighted /= weighted.sum(axis=1, keepdims=True)
    return weighted
