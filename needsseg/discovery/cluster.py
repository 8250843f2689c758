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

from needsseg.discovery.condensed_tree import choices
from needsseg.discovery.refine import centroids, settled, silhouettes, variance_ratio
from needsseg.discovery.speaker_effects import (
    Voices,
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
"""How much more clearly another number of clusters must stand apart to be taken instead of three to five."""
SMOOTHING = ((8, 1.0), (12, 1.0), (15, 2.0))
MOST_NEIGHBOURS = max(neighbours for neighbours, _ in SMOOTHING)
SIZE_SHARES = (12, 18)
MIN_SAMPLES = (2, 6)
KEPT = 2
"""So many results are kept: of the passages at hand, and of them without some, or before a change."""
JUDGED_ON, JUDGED_DIMENSIONS = (12, 1.0), 12
FEWEST_ROWS = 3
SKETCH = 1_200
APART_DIGITS = 9
VOICE_SHARE, OWN_WORDS_SHARE, CONTEXT_SHARE = 0.08, 0.1, 0.01
OFFSET_ROUNDS = 2
BOUND_TO_FOLLOW = {"nested": 0.4, "taken out": 0.65}
"""From which association of labels with speakers on the labels are said to follow them, by what was done."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """One way to look: neighbours and own weight in smoothing, the share of a smallest cluster, HDBSCAN's min_samples."""

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
    """Labels (-1 is unassigned), how clearly they stand apart, the rows they were found in, and the way of looking."""

    labels: Labels
    apartness: float
    rows: Matrix
    resolution: Resolution | None


@dataclass(frozen=True, slots=True)
class Clustering:
    """Labels (-1 is unassigned), strengths in [0, 1], the rows as they were shaped, and what was done about speakers.

    ``voices`` is "none", "context", "taken out", or "nested" where the labels follow the speakers.
    """

    labels: Labels
    strengths: Matrix
    rows: Matrix
    voices: str
    resolution: Resolution | None


def cluster(rows: Matrix, speakers: Sequence[str] | None) -> Clustering:
    """Clusters unit ``rows`` (n ≥ 5, d), which stand in an order of their own, since ties are broken by it.

    Beyond ``SKETCH`` rows the first so many are clustered and the others go to the centroids found. Up to there the newest
    results are kept for the same rows and speakers, since between two questions only answers change; their arrays are
    read-only.
    """
    if len(rows) > SKETCH:
        return _cluster(rows, speakers)
    given = sha256(f"{rows.shape} {rows.dtype} {speakers}".encode())
    given.update(rows.tobytes())
    key = given.digest()
    found = _kept.get(key)
    if found is None:
        found = _kept[key] = _cluster(rows, speakers)
        for array in (found.labels, found.strengths, found.rows):
            array.flags.writeable = False
        for oldest in list(_kept)[:-KEPT]:
            _kept.pop(oldest, None)
    return found


_kept: dict[bytes, Clustering] = {}


def _cluster(rows: Matrix, speakers: Sequence[str] | None) -> Clustering:
    import numpy as np

    voices = Voices(speakers) if speakers else None
    if len(rows) <= SKETCH:
        found, done = branch_taken(rows, voices)
    else:
        first = Voices(speakers[:SKETCH]) if speakers else None
        found, done = branch_taken(rows[:SKETCH].astype(np.float64), first)
        found = _spread(rows, voices, found, done)
    if voices is not None and done in BOUND_TO_FOLLOW:
        follows = association(found.labels, voices) > BOUND_TO_FOLLOW[done]
        done = "nested" if follows else "none" if done == "nested" else done
    return Clustering(found.labels, strengths(found.rows, found.labels), found.rows, done, found.resolution)


def strengths(rows: Matrix, labels: Labels) -> Matrix:
    """How firmly each row belongs, in [0, 1]: its silhouette; 0 for unassigned rows."""
    import numpy as np

    return np.clip(steady(silhouettes(rows, labels)), 0.0, 1.0)


def branch_taken(rows: Matrix, voices: Voices | None) -> tuple[Themes, str]:
    """Themes, and what was done about speakers.

    Where speakers still differ within the themes found, it is by their company's and product's words, which make clusters
    of interviewees: that is taken out. Where all difference between them lies in the themes, it stays, for it cannot be
    told from them. Where they differ a little, as people of different needs do in free speech, what else a participant
    said is context for a short passage.
    """
    plain = themes(rows)
    share = speaker_share(rows, voices) if voices else 0.0
    if voices is None or share <= CONTEXT_SHARE:
        return plain, "none"
    if speaker_share(within_themes(rows, plain.labels), voices) > OWN_WORDS_SHARE:
        return _taken_out(rows, voices, plain), "taken out"
    if share <= VOICE_SHARE:
        return themes(with_context(rows, voices)), "context"
    return plain, "nested"


def clustered_alike(rows: Matrix, voices: Voices | None, branch: str) -> Themes:
    """Themes of ``rows`` with the speakers treated as ``branch`` (see ``Clustering.voices``) says."""
    if voices is not None and branch == "taken out":
        return _taken_out(rows, voices, themes(rows))
    if voices is not None and branch == "context":
        return themes(with_context(rows, voices))
    return themes(rows)


def _taken_out(rows: Matrix, voices: Voices, plain: Themes) -> Themes:
    starts = (plain, themes(without_speakers(rows, voices)))
    return max((_offsets_out(rows, voices, start) for start in starts), key=lambda one: one.apartness)


def _offsets_out(rows: Matrix, voices: Voices, start: Themes) -> Themes:
    """Speakers' offsets and themes estimated in turns, each with the other taken out."""
    labels, moved = start.labels, rows
    for _ in range(OFFSET_ROUNDS):
        moved = centred(without_offsets(rows, voices, labels))
        labels = settled(moved, labels)
    return Themes(labels, apartness(_ground(moved), labels), moved, start.resolution)


def _spread(rows: Matrix, voices: Voices | None, sketch: Themes, done: str) -> Themes:
    """The themes of the first rows for all rows."""
    import numpy as np

    if int(sketch.labels.max(initial=-1)) < 0:
        return replace(sketch, labels=np.full(len(rows), -1), rows=centred(rows))
    if voices is not None and done in ("taken out", "context"):
        shaped = centred(without_speakers(rows, voices) if done == "taken out" else with_context(rows, voices))
    else:
        shaped = centred(rows)
    labels = (shaped @ centroids(shaped[: len(sketch.labels)], sketch.labels).T).argmax(axis=1)
    labels[: len(sketch.labels)] = np.where(sketch.labels >= 0, sketch.labels, labels[: len(sketch.labels)])
    labels = settled(shaped, labels)
    if voices is not None and done == "taken out":
        return _offsets_out(rows, voices, replace(sketch, labels=labels))
    return replace(sketch, labels=labels, rows=shaped)


@dataclass(frozen=True, slots=True)
class _Ground:
    """What choices are judged on: smoothed rows, and the rows in the plane of most variance."""

    blurred: Matrix
    plane: Matrix


def _ground(rows: Matrix, around: Neighbours | None = None) -> _Ground:
    around = around or nearest(rows[:SKETCH], MOST_NEIGHBOURS)
    return _Ground(smoothed(rows[:SKETCH], around, *JUDGED_ON), principal(rows[:SKETCH], JUDGED_DIMENSIONS))


def apartness(ground: _Ground, labels: Labels) -> float:
    """How clearly labels stand apart: the logarithms of the variance ratio and of the mean silhouette, added.

    The one alone favours few clusters, the other many.
    """
    import numpy as np

    labels = labels[: len(ground.plane)]
    between = silhouettes(ground.blurred, labels)[labels >= 0]
    if not len(between):
        return -np.inf
    ratio = variance_ratio(ground.plane, labels)
    return round(float(np.log(max(ratio, 1e-9)) + np.log(max(float(between.mean()), 1e-9))), APART_DIGITS)


def themes(rows: Matrix, resolutions: Sequence[Resolution] = RESOLUTIONS) -> Themes:
    """The clusters that stand apart most clearly, whoever speaks."""
    import numpy as np

    rows = centred(rows)
    if len(rows) < FEWEST_ROWS:
        return _no_themes(rows)
    around = nearest(rows, MOST_NEIGHBOURS)
    kept = np.flatnonzero(~loners(around))
    ground = _ground(rows, around)
    best: dict[int, Themes] = {}
    seen: set[bytes] = set()
    for members, resolution in _possible(rows[kept], resolutions):
        labels = np.full(len(rows), -1, dtype=np.int64)
        for label, mine in enumerate(members):
            labels[kept[list(mine)]] = label
        labels = settled(rows, labels)
        if labels.tobytes() in seen:
            continue
        seen.add(labels.tobytes())
        found = Themes(labels, apartness(ground, labels), rows, resolution)
        if len(members) not in best or found.apartness > best[len(members)].apartness:
            best[len(members)] = found
    if not best:
        return _no_themes(rows)
    usual = {count: found.apartness for count, found in best.items() if FEWEST <= count <= MOST}
    ahead = {count: found.apartness + (CLEARLY if count in usual else 0.0) for count, found in best.items()}
    return best[max(ahead, key=lambda count: (ahead[count], -count))]


def _no_themes(rows: Matrix) -> Themes:
    import numpy as np

    return Themes(np.full(len(rows), -1, dtype=np.int64), -np.inf, rows, None)


def _possible(
    rows: Matrix, resolutions: Sequence[Resolution]
) -> Iterator[tuple[tuple[tuple[int, ...], ...], Resolution]]:
    """The most stable choice of each number of clusters at each resolution, as the rows of each cluster."""
    import hdbscan

    around = nearest(rows, MOST_NEIGHBOURS)
    apart: dict[tuple[int, float], Matrix] = {}
    for look in resolutions:
        blur = (look.neighbours, look.self_weight)
        if blur not in apart:
            apart[blur] = distances(smoothed(rows, around, *blur))
        fitted = hdbscan.HDBSCAN(
            min_cluster_size=max(3, round(len(rows) / look.size_share)),
            min_samples=min(look.min_samples, len(rows) - 1),
            metric="precomputed",
        ).fit(apart[blur])
        for choice in choices(fitted.condensed_tree_.to_numpy(), MOST_LOOKED_FOR).values():
            yield choice.rows, look
