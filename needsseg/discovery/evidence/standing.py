"""Evidence for and against each candidate: its edge, its rival, their distinctive words, its participants.

Rows are unit vectors, float64, shape (n, d). Nothing here is random.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from needsseg.discovery.evidence.keywords import is_stop, stop_words_of
from needsseg.embedding.vectors import unit_vector
from needsseg.errors import DiscoveryError
from needsseg.languages.detection import languages_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from needsseg.embedding.vectors import Matrix


EDGE, WORDS = 5, 6
PRIOR_WORDS, PRIOR_SHARE = 100.0, 0.1
LEAST_LEANING, FEWEST_PASSAGES_WITH_WORD = 1.0, 2
FEWEST_TO_HALVE = 4
MOST_ROUNDS = 100
NEGLIGIBLE = 1e-9
_WORD = re.compile(r"\b[^\W\d_]{3,}\b")


@dataclass(frozen=True, slots=True)
class Standing:
    """The standing of a candidate: members at its ``edge`` (indices), the nearest label, and their differences.

    ``rival_nearness`` is the cosine of the two centroids; alone, ``rival`` is None, the nearness 0 and the edge empty.
    """

    edge: tuple[int, ...]
    rival: int | None
    rival_nearness: float
    apart: tuple[str, ...]
    rival_apart: tuple[str, ...]
    evenness: float


def standings(
    texts: Sequence[str],
    speakers: Sequence[str] | None,
    rows: Matrix,
    labels: Sequence[int],
    only: int | None = None,
) -> dict[int, Standing]:
    """Return the standing of every label from 0, or of ``only`` one, from unit ``rows`` (n, d); -1 is unassigned.

    The edge is by the simplified silhouette of Hruschka, de Castro and Campello (2004), smallest first; the words by
    weighted log-odds with a Dirichlet prior (Monroe, Colaresi and Quinn 2008); evenness is Pielou's (1966).
    """
    import numpy as np

    label_array = np.asarray(labels, dtype=np.int64)
    if not len(texts) == len(rows) == len(label_array) or (speakers is not None and len(speakers) != len(texts)):
        raise DiscoveryError("Texts, speakers, vectors and labels differ in number.", "Give one of each per passage.")
    names = [int(label) for label in np.unique(label_array) if label >= 0]
    if not names:
        return {}
    members = {label: np.flatnonzero(label_array == label) for label in names}
    centroids = np.stack([_direction(rows[members[label]]) for label in names])
    nearness = np.clip(centroids @ centroids.T, -1.0, 1.0)
    np.fill_diagonal(nearness, -np.inf)
    word_counts = _word_counts(tuple(texts), None if speakers is None else tuple(speakers))
    standing_by_label = {}
    for position, label in enumerate(names):
        if only is not None and label != only:
            continue
        member_indices = members[label]
        evenness = _evenness([speakers[int(i)] for i in member_indices]) if speakers is not None else 0.0
        if len(names) == 1:
            standing_by_label[label] = Standing((), None, 0.0, (), (), evenness)
            continue
        nearest = int(nearness[position].argmax())
        rival = names[nearest]
        standing_by_label[label] = Standing(
            edge=_edge(texts, rows, member_indices, centroids, position),
            rival=rival,
            rival_nearness=float(nearness[position, nearest]),
            apart=word_counts.apart(member_indices, members[rival]),
            rival_apart=word_counts.apart(members[rival], member_indices),
            evenness=evenness,
        )
    return standing_by_label


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The nearest label to another one, and its members (indices) nearest to that one, at the border."""

    label: int
    border: tuple[int, ...]


def neighbour(rows: Matrix, labels: Sequence[int], label: int, most: int = EDGE) -> Neighbour | None:
    """Return the neighbour of a label, by the cosine of the centres of unit ``rows`` (n, d); None without other labels."""
    import numpy as np

    label_array = np.asarray(labels, dtype=np.int64)
    others = [int(other) for other in np.unique(label_array) if other >= 0 and other != label]
    if not others or not (label_array == label).any():
        return None
    middle = _direction(rows[label_array == label])
    nearest_label = max(
        others, key=lambda other: (round(float(_direction(rows[label_array == other]) @ middle), 9), -other)
    )
    neighbour_members = np.flatnonzero(label_array == nearest_label)
    order = sorted((int(i) for i in neighbour_members), key=lambda i: (-round(float(rows[i] @ middle), 9), i))
    return Neighbour(nearest_label, tuple(order[:most]))


def evenness_word(value: float, speakers: int) -> str:
    """Return an evenness in [0, 1] over that many participants, in words."""
    if speakers < 2:
        return "one participant only" if speakers == 1 else "participants unknown"
    if value >= 0.9:
        return f"spread evenly over {speakers} participants"
    return f"uneven over {speakers} participants" if value >= 0.7 else f"carried by few of {speakers} participants"


def halves(rows: Matrix, members: Sequence[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the best split of ``members`` (indices into unit ``rows``) in two halves, the larger first, neither empty.

    Spherical 2-means (Dhillon and Modha 2001) started from the first principal direction, so the same every time;
    raises DiscoveryError below four members.
    """
    import numpy as np

    chosen = np.array(sorted(set(members)), dtype=np.int64)
    if len(chosen) < FEWEST_TO_HALVE:
        raise DiscoveryError(
            f"A candidate of {len(chosen)} passages cannot be split.", f"It takes at least {FEWEST_TO_HALVE}."
        )
    member_rows = rows[chosen]
    centred = member_rows - member_rows.mean(axis=0)
    projection = np.round(centred @ np.linalg.svd(centred, full_matrices=False)[2][0], 9)
    in_second = projection > 0
    if in_second.all() or not in_second.any():  # indistinguishable, so split in half
        in_second = np.arange(len(chosen)) >= (len(chosen) + 1) // 2
    for _ in range(MOST_ROUNDS):
        leaning = member_rows @ (_direction(member_rows[in_second]) - _direction(member_rows[~in_second]))
        # A member equally near to both stays where it is.
        moved = np.where(np.abs(leaning) < 1e-12, in_second, leaning > 0)
        if moved.all() or not moved.any() or (moved == in_second).all():
            break
        in_second = moved
    parts = [tuple(int(i) for i in chosen[side]) for side in (~in_second, in_second)]
    larger, smaller = sorted(parts, key=lambda part: (-len(part), part))
    return larger, smaller


def _direction(rows: Matrix) -> NDArray[np.float64]:
    return unit_vector(rows.mean(axis=0))


def _edge(
    texts: Sequence[str], rows: Matrix, members: NDArray[np.int64], centroids: Matrix, position: int
) -> tuple[int, ...]:
    """Return at most ``EDGE`` members by rising simplified silhouette, with ties by their words."""
    import numpy as np

    distances = 1.0 - rows[members] @ centroids.T
    own_distances = distances[:, position].copy()
    distances[:, position] = np.inf
    next_distances = distances.min(axis=1)
    scale = np.maximum(own_distances, next_distances)
    widths = np.round((next_distances - own_distances) / np.where(scale > 0, scale, 1.0), 9)
    order = sorted(range(len(members)), key=lambda i: (widths[i], texts[int(members[i])], i))
    return tuple(int(members[i]) for i in order[:EDGE])


def _evenness(names: Sequence[str]) -> float:
    """Return Pielou's evenness of passages per speaker: entropy over its maximum; 0 for one speaker."""
    import numpy as np

    _, counts = np.unique(np.asarray(names), return_counts=True)
    if len(counts) < 2:
        return 0.0
    shares = counts / counts.sum()
    return float(np.clip(-(shares * np.log(shares)).sum() / np.log(len(counts)), 0.0, 1.0))


@dataclass(frozen=True, slots=True)
class _WordCounts:
    """How often each passage has each word: an entry for each word of a passage, and the speakers of passages.

    ``passages``, ``columns`` and ``counts`` have the same length: the number of the passage, that of the word, how often.
    SciPy's sparse matrices would do as well, but take longer to import than these sums take.
    """

    words: tuple[str, ...]
    passages: NDArray[np.int64]
    columns: NDArray[np.int64]
    counts: NDArray[np.int64]
    speakers: NDArray[np.int64] | None

    @classmethod
    def of(cls, texts: Sequence[str], speakers: Sequence[str] | None) -> _WordCounts:
        """Count the words of texts that are no stop words."""
        import numpy as np

        stop = stop_words_of(languages_of(texts, speakers))
        counted = [Counter(word for word in _WORD.findall(text.lower()) if not is_stop(word, stop)) for text in texts]
        words = tuple(sorted({word for counts in counted for word in counts}))
        place = {word: position for position, word in enumerate(words)}
        return cls(
            words,
            np.repeat(np.arange(len(texts)), [len(counts) for counts in counted]),
            np.array([place[word] for counts in counted for word in counts], dtype=np.int64),
            np.array([count for counts in counted for count in counts.values()], dtype=np.int64),
            None if speakers is None else np.unique(np.asarray(speakers), return_inverse=True)[1],
        )

    def apart(self, inside: NDArray[np.int64], outside: NDArray[np.int64]) -> tuple[str, ...]:
        """Return the words of ``inside`` rather than ``outside``, by falling z-score of their log-odds.

        The prior is a word's frequency in all passages, worth ``PRIOR_WORDS`` words at most, so that rare ones need more.
        """
        import numpy as np

        if not self.words:
            return ()
        everywhere = np.bincount(self.columns, self.counts, len(self.words))
        prior = min(PRIOR_WORDS / everywhere.sum(), PRIOR_SHARE) * everywhere
        odds, spread = np.zeros(len(self.words)), np.zeros(len(self.words))
        for sign, passages in ((1.0, inside), (-1.0, outside)):
            frequencies = self._sum(passages) + prior
            rest = np.maximum(frequencies.sum() - frequencies, NEGLIGIBLE)
            odds += sign * (np.log(frequencies) - np.log(rest))
            spread += 1.0 / frequencies
        leaning = np.round(odds / np.sqrt(spread), 9)
        leaning[~self._shared(inside)] = -np.inf
        order = np.lexsort((np.asarray(self.words), -leaning))[:WORDS]
        return tuple(self.words[i] for i in order if leaning[i] >= LEAST_LEANING)

    def _of(self, passages: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which entries are of these passages."""
        import numpy as np

        return np.isin(self.passages, passages)

    def _sum(self, passages: NDArray[np.int64]) -> NDArray[np.float64]:
        import numpy as np

        chosen = self._of(passages)
        return np.bincount(self.columns[chosen], self.counts[chosen], len(self.words)).astype(np.float64)

    def _shared(self, members: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which words occur in several passages and, if there are several speakers, of several, unlike most names."""
        import numpy as np

        chosen = self._of(members)
        columns = self.columns[chosen]
        is_shared: NDArray[np.bool_] = np.bincount(columns, minlength=len(self.words)) >= FEWEST_PASSAGES_WITH_WORD
        if self.speakers is not None and len(set(self.speakers[members])) > 1:
            people = np.unique(np.stack([columns, self.speakers[self.passages[chosen]]]), axis=1)
            is_shared &= np.bincount(people[0], minlength=len(self.words)) > 1
        return is_shared


@lru_cache(maxsize=1)
def _word_counts(texts: tuple[str, ...], speakers: tuple[str, ...] | None) -> _WordCounts:
    """Return the word counts of texts; kept, since one segment after the other is shown of the same passages."""
    return _WordCounts.of(texts, speakers)
