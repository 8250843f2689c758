"""Clustering passages into candidate needs with HDBSCAN, three to five where the data allow it.

Six thoughts, in this order: what stands alone is set aside; the rest is drawn towards its neighbours; HDBSCAN's trees at a
few resolutions give the choices of three to five clusters (``tree``); each choice is settled around its centroids and
what fits none set aside (``settle``); the one that stands apart most clearly is taken; and where people differ by their
own words rather than by theme, that is taken out and the thoughts are had again (``speakers``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from needsseg.discovery.condensed_tree import choices, condensed, single_linkage
from needsseg.discovery.refine import centroids, refined, silhouettes, variance_ratio
from needsseg.discovery.speaker_effects import (
    SpeakerIndex,
    association,
    speaker_share,
    with_context,
    within_themes,
    without_offsets,
    without_speakers,
)
from needsseg.discovery.vector_shaping import centred, distances, loners, nearest, principal, smoothed, steady

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from needsseg.discovery.vector_shaping import Neighbours
    from needsseg.embedding.vectors import Labels, Matrix


FEWEST, MOST, MOST_LOOKED_FOR = 3, 5, 8
CLEARLY = 0.4
"""By how much another number of clusters must be better separated to be preferred to three to five."""
SMOOTHING = ((8, 1.0), (12, 1.0), (15, 2.0))
MOST_NEIGHBOURS = max(neighbours for neighbours, _ in SMOOTHING)
SIZE_SHARES = (12, 18)
MIN_SAMPLES = (2, 6)
CACHED_RESULTS = 2
"""The number of cached results: for the current passages, subsets of them, and earlier versions."""
JUDGED_ON, JUDGED_DIMENSIONS = (12, 1.0), 12
FEWEST_ROWS = 3
SKETCH = 1_200
APART_DIGITS = 9
VOICE_SHARE, OWN_WORDS_SHARE, CONTEXT_SHARE = 0.08, 0.1, 0.01
OFFSET_ROUNDS = 2
FOLLOWING_FROM = {"nested": 0.4, "taken out": 0.65}
"""The association of labels with speakers from which labels count as following speakers, by speaker branch."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """Parameters of one resolution: neighbours and own weight in smoothing, smallest cluster's share, HDBSCAN's min_samples."""

    neighbours: int
    self_weight: float
    size_share: int
    min_samples: int


RESOLUTIONS = tuple(
    Resolution(neighbours, weight, share, samples)
    for neighbours, weight in SMOOTHING
    for share in SIZE_SHARES
    for samples in MIN_SAMPLES
)


@dataclass(frozen=True, slots=True)
class Themes:
    """Labels (-1 is unassigned), their separation score, the rows they were found in, and the resolution."""

    labels: Labels
    apartness: float
    rows: Matrix
    resolution: Resolution | None


@dataclass(frozen=True, slots=True)
class Clustering:
    """Labels (-1 is unassigned), strengths in [0, 1], the shaped rows, and the treatment of speakers.

    ``speaker_branch`` is "none", "context", "taken out", or "nested" where the labels follow the speakers.
    """

    labels: Labels
    strengths: Matrix
    rows: Matrix
    speaker_branch: str
    resolution: Resolution | None


def cluster(rows: Matrix, speakers: Sequence[str] | None) -> Clustering:
    """Cluster unit ``rows`` (n ≥ 5, d), which the caller has sorted, since ties are broken by order.

    Beyond ``SKETCH`` rows only the first ``SKETCH`` are clustered, and the others are assigned to centroids. Smaller
    inputs are cached by rows and speakers, since between two questions only answers change; their arrays are read-only.
    """
    if len(rows) > SKETCH:
        return _cluster(rows, speakers)
    digest = sha256(f"{rows.shape} {rows.dtype} {speakers}".encode())
    digest.update(rows.tobytes())
    key = digest.digest()
    clustering = _cache.get(key)
    if clustering is None:
        clustering = _cache[key] = _cluster(rows, speakers)
        for array in (clustering.labels, clustering.strengths, clustering.rows):
            array.flags.writeable = False
        for oldest in list(_cache)[:-CACHED_RESULTS]:
            _cache.pop(oldest, None)
    return clustering


_cache: dict[bytes, Clustering] = {}


def _cluster(rows: Matrix, speakers: Sequence[str] | None) -> Clustering:
    import numpy as np

    speaker_index = SpeakerIndex(speakers) if speakers else None
    if len(rows) <= SKETCH:
        best_themes, branch = cluster_and_branch(rows, speaker_index)
    else:
        sketch_speakers = SpeakerIndex(speakers[:SKETCH]) if speakers else None
        best_themes, branch = cluster_and_branch(rows[:SKETCH].astype(np.float64), sketch_speakers)
        best_themes = _extend_sketch(rows, speaker_index, best_themes, branch)
    if speaker_index is not None and branch in FOLLOWING_FROM:
        follows = association(best_themes.labels, speaker_index) > FOLLOWING_FROM[branch]
        branch = "nested" if follows else "none" if branch == "nested" else branch
    return Clustering(
        best_themes.labels,
        strengths(best_themes.rows, best_themes.labels),
        best_themes.rows,
        branch,
        best_themes.resolution,
    )


def strengths(rows: Matrix, labels: Labels) -> Matrix:
    """Return each row's strength in [0, 1]: its silhouette, 0 for unassigned rows."""
    import numpy as np

    return np.clip(steady(silhouettes(rows, labels)), 0.0, 1.0)


def cluster_and_branch(rows: Matrix, speaker_index: SpeakerIndex | None) -> tuple[Themes, str]:
    """Return the themes, and the treatment of speakers.

    Where speakers still differ within the themes found, it is by their company's and product's words, which make clusters
    of interviewees: that is taken out. Where all difference between them lies in the themes, it stays, for it cannot be
    told from them. Where they differ a little, as people of different needs do in free speech, what else a participant
    said is context for a short passage.
    """
    plain_themes = themes(rows)
    share = speaker_share(rows, speaker_index) if speaker_index else 0.0
    if speaker_index is None or share <= CONTEXT_SHARE:
        return plain_themes, "none"
    if speaker_share(within_themes(rows, plain_themes.labels), speaker_index) > OWN_WORDS_SHARE:
        return _without_speaker_words(rows, speaker_index, plain_themes), "taken out"
    if share <= VOICE_SHARE:
        return themes(with_context(rows, speaker_index)), "context"
    return plain_themes, "nested"


def cluster_on_branch(rows: Matrix, speaker_index: SpeakerIndex | None, branch: str) -> Themes:
    """Return the themes of ``rows`` with speakers treated by ``branch`` (see ``Clustering.speaker_branch``)."""
    if speaker_index is not None and branch == "taken out":
        return _without_speaker_words(rows, speaker_index, themes(rows))
    if speaker_index is not None and branch == "context":
        return themes(with_context(rows, speaker_index))
    return themes(rows)


def _without_speaker_words(rows: Matrix, speaker_index: SpeakerIndex, plain_themes: Themes) -> Themes:
    starting_points = (plain_themes, themes(without_speakers(rows, speaker_index)))
    return max(
        (_without_speaker_offsets(rows, speaker_index, start) for start in starting_points),
        key=lambda candidate: candidate.apartness,
    )


def _without_speaker_offsets(rows: Matrix, speaker_index: SpeakerIndex, start: Themes) -> Themes:
    """Estimate speakers' offsets and themes alternately, each with the other removed."""
    labels, shifted_rows = start.labels, rows
    for _ in range(OFFSET_ROUNDS):
        shifted_rows = centred(without_offsets(rows, speaker_index, labels))
        labels = refined(shifted_rows, labels)
    return Themes(labels, apartness(_judging_rows(shifted_rows), labels), shifted_rows, start.resolution)


def _extend_sketch(rows: Matrix, speaker_index: SpeakerIndex | None, sketch: Themes, branch: str) -> Themes:
    """Extend the themes of the first rows to all rows."""
    import numpy as np

    if int(sketch.labels.max(initial=-1)) < 0:
        return replace(sketch, labels=np.full(len(rows), -1), rows=centred(rows))
    if speaker_index is not None and branch in ("taken out", "context"):
        shaped = centred(
            without_speakers(rows, speaker_index) if branch == "taken out" else with_context(rows, speaker_index)
        )
    else:
        shaped = centred(rows)
    labels = (shaped @ centroids(shaped[: len(sketch.labels)], sketch.labels).T).argmax(axis=1)
    labels[: len(sketch.labels)] = np.where(sketch.labels >= 0, sketch.labels, labels[: len(sketch.labels)])
    labels = refined(shaped, labels)
    if speaker_index is not None and branch == "taken out":
        return _without_speaker_offsets(rows, speaker_index, replace(sketch, labels=labels))
    return replace(sketch, labels=labels, rows=shaped)


@dataclass(frozen=True, slots=True)
class _JudgingRows:
    """The data for scoring choices: smoothed rows, and the rows in the plane of most variance."""

    blurred: Matrix
    plane: Matrix


def _judging_rows(rows: Matrix, neighbours: Neighbours | None = None) -> _JudgingRows:
    neighbours = neighbours or nearest(rows[:SKETCH], MOST_NEIGHBOURS)
    return _JudgingRows(smoothed(rows[:SKETCH], neighbours, *JUDGED_ON), principal(rows[:SKETCH], JUDGED_DIMENSIONS))


def apartness(judged: _JudgingRows, labels: Labels) -> float:
    """Return the separation score of labels: the sum of the logarithms of variance ratio and mean silhouette.

    The first alone favours few clusters, the second many.
    """
    import numpy as np

    labels = labels[: len(judged.plane)]
    assigned_silhouettes = silhouettes(judged.blurred, labels)[labels >= 0]
    if not len(assigned_silhouettes):
        return -np.inf
    ratio = variance_ratio(judged.plane, labels)
    return round(float(np.log(max(ratio, 1e-9)) + np.log(max(float(assigned_silhouettes.mean()), 1e-9))), APART_DIGITS)


def themes(rows: Matrix, resolutions: Sequence[Resolution] = RESOLUTIONS) -> Themes:
    """Return the best separated clusters, ignoring speakers."""
    import numpy as np

    rows = centred(rows)
    if len(rows) < FEWEST_ROWS:
        return _no_themes(rows)
    neighbours = nearest(rows, MOST_NEIGHBOURS)
    clustered_rows = np.flatnonzero(~loners(neighbours))
    judged = _judging_rows(rows, neighbours)
    best: dict[int, Themes] = {}
    seen_members: set[tuple[tuple[int, ...], ...]] = set()
    seen_labels: set[bytes] = set()
    for members, resolution in _possible_clusterings(rows[clustered_rows], resolutions):
        if members in seen_members:
            continue
        seen_members.add(members)
        labels = np.full(len(rows), -1, dtype=np.int64)
        for label, positions in enumerate(members):
            labels[clustered_rows[list(positions)]] = label
        labels = refined(rows, labels)
        if labels.tobytes() in seen_labels:
            continue
        seen_labels.add(labels.tobytes())
        candidate = Themes(labels, apartness(judged, labels), rows, resolution)
        if len(members) not in best or candidate.apartness > best[len(members)].apartness:
            best[len(members)] = candidate
    if not best:
        return _no_themes(rows)
    preferred = {count: candidate.apartness for count, candidate in best.items() if FEWEST <= count <= MOST}
    scores = {
        count: candidate.apartness + (CLEARLY if count in preferred else 0.0) for count, candidate in best.items()
    }
    return best[max(scores, key=lambda count: (scores[count], -count))]


def _no_themes(rows: Matrix) -> Themes:
    import numpy as np

    return Themes(np.full(len(rows), -1, dtype=np.int64), -np.inf, rows, None)


def _possible_clusterings(
    rows: Matrix, resolutions: Sequence[Resolution]
) -> Iterator[tuple[tuple[tuple[int, ...], ...], Resolution]]:
    """Yield the most stable choice of each number of clusters at each resolution, as the rows of each cluster."""
    neighbours = nearest(rows, MOST_NEIGHBOURS)
    distances_by_smoothing: dict[tuple[int, float], Matrix] = {}
    linkages: dict[tuple[tuple[int, float], int], Matrix] = {}
    for resolution in resolutions:
        smoothing = (resolution.neighbours, resolution.self_weight)
        if smoothing not in distances_by_smoothing:
            distances_by_smoothing[smoothing] = distances(smoothed(rows, neighbours, *smoothing))
        samples = min(resolution.min_samples, len(rows) - 1)
        if (smoothing, samples) not in linkages:
            linkages[smoothing, samples] = single_linkage(distances_by_smoothing[smoothing], samples)
        least = max(3, round(len(rows) / resolution.size_share))
        for choice in choices(condensed(linkages[smoothing, samples], least), MOST_LOOKED_FOR).values():
            yield choice.rows, resolution
