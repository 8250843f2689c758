"""What speaks for each candidate and against it: its edge, its rival, the words between them, who carries it.

Rows are unit vectors, float64, shape (n, d). Nothing here is random.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from needsseg.discovery.evidence.keywords import common_words, is_stop
from needsseg.embedding.vectors import unit_vector
from needsseg.errors import DiscoveryError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from needsseg.embedding.vectors import Matrix


EDGE, WORDS = 5, 6
PRIOR_WORDS, PRIOR_SHARE = 100.0, 0.1
LEAST_LEANING, FEWEST_SAID = 1.0, 2
FEWEST_TO_HALVE = 4
MOST_ROUNDS = 100
NEGLIGIBLE = 1e-9
_WORD = re.compile(r"\b[^\W\d_]{3,}\b")


@dataclass(frozen=True, slots=True)
class Standing:
    """How one candidate stands: members at its ``edge`` (indices), the label nearest to it, and what sets them apart.

    ``rival_nearness`` is the cosine of the two centroids; alone, ``rival`` is None, the nearness 0 and the edge empty.
    """

    edge: tuple[int, ...]
    rival: int | None
    rival_nearness: float
    apart: tuple[str, ...]
    rival_apart: tuple[str, ...]
    evenness: float


def standings(
    texts: Sequence[str], speakers: Sequence[str] | None, rows: Matrix, labels: Sequence[int]
) -> dict[int, Standing]:
    """The standing of every label from 0, from unit ``rows`` (n, d); -1 is unassigned.

    The edge is by the simplified silhouette of Hruschka, de Castro and Campello (2004), smallest first; the words by
    weighted log-odds with a Dirichlet prior (Monroe, Colaresi and Quinn 2008); evenness is Pielou's (1966).
    """
    import numpy as np

    marks = np.asarray(labels, dtype=np.int64)
    if not len(texts) == len(rows) == len(marks) or (speakers is not None and len(speakers) != len(texts)):
        raise DiscoveryError("Texts, speakers, vectors and labels differ in number.", "Give one of each per passage.")
    names = [int(label) for label in np.unique(marks) if label >= 0]
    if not names:
        return {}
    members = {label: np.flatnonzero(marks == label) for label in names}
    centroids = np.stack([_direction(rows[members[label]]) for label in names])
    nearness = np.clip(centroids @ centroids.T, -1.0, 1.0)
    np.fill_diagonal(nearness, -np.inf)
    said = _Said.of(texts, speakers)
    found = {}
    for place, label in enumerate(names):
        mine = members[label]
        evenness = _evenness([speakers[int(i)] for i in mine]) if speakers is not None else 0.0
        if len(names) == 1:
            found[label] = Standing((), None, 0.0, (), (), evenness)
            continue
        nearest = int(nearness[place].argmax())
        rival = names[nearest]
        found[label] = Standing(
            edge=_edge(texts, rows, mine, centroids, place),
            rival=rival,
            rival_nearness=float(nearness[place, nearest]),
            apart=said.apart(mine, members[rival]),
            rival_apart=said.apart(members[rival], mine),
            evenness=evenness,
        )
    return found


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The label nearest to another one, and its members (indices) nearest to that one: those at the border."""

    label: int
    border: tuple[int, ...]


def neighbour(rows: Matrix, labels: Sequence[int], label: int, most: int = EDGE) -> Neighbour | None:
    """The neighbour of a label, by the cosine of the middles of unit ``rows`` (n, d); None where there is no other label."""
    import numpy as np

    marks = np.asarray(labels, dtype=np.int64)
    others = [int(other) for other in np.unique(marks) if other >= 0 and other != label]
    if not others or not (marks == label).any():
        return None
    middle = _direction(rows[marks == label])
    near = max(others, key=lambda other: (round(float(_direction(rows[marks == other]) @ middle), 9), -other))
    theirs = np.flatnonzero(marks == near)
    order = sorted((int(i) for i in theirs), key=lambda i: (-round(float(rows[i] @ middle), 9), i))
    return Neighbour(near, tuple(order[:most]))


def evenness_word(value: float, speakers: int) -> str:
    """What an evenness in [0, 1] over that many participants means."""
    if speakers < 2:
        return "one participant only" if speakers == 1 else "participants unknown"
    if value >= 0.9:
        return f"spread evenly over {speakers} participants"
    return f"uneven over {speakers} participants" if value >= 0.7 else f"carried by few of {speakers} participants"


def halves(rows: Matrix, members: Sequence[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The two halves into which ``members`` (indices into unit ``rows``) fall best, the larger first, neither empty.

    Spherical 2-means (Dhillon and Modha 2001) started from the first principal direction, so the same every time;
    raises DiscoveryError below four members.
    """
    import numpy as np

    chosen = np.array(sorted(set(members)), dtype=np.int64)
    if len(chosen) < FEWEST_TO_HALVE:
        raise DiscoveryError(
            f"A candidate of {len(chosen)} passages cannot be split.", f"It takes at least {FEWEST_TO_HALVE}."
        )
    mine = rows[chosen]
    centred = mine - mine.mean(axis=0)
    along = np.round(centred @ np.linalg.svd(centred, full_matrices=False)[2][0], 9)
    second = along > 0
    if second.all() or not second.any():  # nothing tells them apart: half and half
        second = np.arange(len(chosen)) >= (len(chosen) + 1) // 2
    for _ in range(MOST_ROUNDS):
        leaning = mine @ (_direction(mine[second]) - _direction(mine[~second]))
        # A member that leans to neither stays where it is.
        moved = np.where(np.abs(leaning) < 1e-12, second, leaning > 0)
        if moved.all() or not moved.any() or (moved == second).all():
            break
        second = moved
    parts = [tuple(int(i) for i in chosen[side]) for side in (~second, second)]
    larger, smaller = sorted(parts, key=lambda part: (-len(part), part))
    return larger, smaller


def _direction(rows: Matrix) -> NDArray[np.float64]:
    return unit_vector(rows.mean(axis=0))


def _edge(
    texts: Sequence[str], rows: Matrix, mine: NDArray[np.int64], centroids: Matrix, place: int
) -> tuple[int, ...]:
    """Members by rising simplified silhouette, ``EDGE`` at most; equals by their words."""
    import numpy as np

    away = 1.0 - rows[mine] @ centroids.T
    own = away[:, place].copy()
    away[:, place] = np.inf
    other = away.min(axis=1)
    scale = np.maximum(own, other)
    widths = np.round((other - own) / np.where(scale > 0, scale, 1.0), 9)
    order = sorted(range(len(mine)), key=lambda i: (widths[i], texts[int(mine[i])], i))
    return tuple(int(mine[i]) for i in order[:EDGE])


def _evenness(names: Sequence[str]) -> float:
    """Pielou's evenness of passages per speaker: entropy over its most; 0 for one speaker."""
    import numpy as np

    _, counts = np.unique(np.asarray(names), return_counts=True)
    if len(counts) < 2:
        return 0.0
    shares = counts / counts.sum()
    return float(np.clip(-(shares * np.log(shares)).sum() / np.log(len(counts)), 0.0, 1.0))


@dataclass(frozen=True, slots=True)
class _Said:
    """How often each word was said in each passage, sparse (n, words), and by whom; no words where all are stop words."""

    words: tuple[str, ...]
    counts: Any
    speakers: NDArray[np.str_] | None

    @classmethod
    def of(cls, texts: Sequence[str], speakers: Sequence[str] | None) -> _Said:
        import numpy as np
        from sklearn.feature_extraction.text import CountVectorizer

        stop = common_words()
        counter = CountVectorizer(
            analyzer=lambda text: [word for word in _WORD.findall(text.lower()) if not is_stop(word, stop)]
        )
        names = None if speakers is None else np.asarray(speakers)
        try:
            counts = counter.fit_transform(texts)
        except ValueError:  # nothing but stop words
            return cls((), None, names)
        return cls(tuple(str(word) for word in counter.get_feature_names_out()), counts, names)

    def apart(self, mine: NDArray[np.int64], others: NDArray[np.int64]) -> tuple[str, ...]:
        """The words said in ``mine`` rather than in ``others``, by falling z-score of their log-odds.

        The prior is how often all passages say a word, worth ``PRIOR_WORDS`` words at most, so that rare ones need more.
        """
        import numpy as np

        if not self.words:
            return ()
        everywhere = self._sum(np.arange(self.counts.shape[0]))
        prior = min(PRIOR_WORDS / everywhere.sum(), PRIOR_SHARE) * everywhere
        odds, spread = np.zeros(len(self.words)), np.zeros(len(self.words))
        for sign, chosen in ((1.0, mine), (-1.0, others)):
            said = self._sum(chosen) + prior
            rest = np.maximum(said.sum() - said, NEGLIGIBLE)
            odds += sign * (np.log(said) - np.log(rest))
            spread += 1.0 / said
        leaning = np.round(odds / np.sqrt(spread), 9)
        leaning[~self._shared(mine)] = -np.inf
        order = np.lexsort((np.asarray(self.words), -leaning))[:WORDS]
        return tuple(self.words[i] for i in order if leaning[i] >= LEAST_LEANING)

    def _sum(self, chosen: NDArray[np.int64]) -> NDArray[np.float64]:
        import numpy as np

        return np.asarray(self.counts[chosen].sum(axis=0), dtype=np.float64).ravel()

    def _shared(self, mine: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which words are no single passage's and, where several people speak, no single person's, as names often are."""
        import numpy as np

        said = self.counts[mine].tocsc()
        shared: NDArray[np.bool_] = np.diff(said.indptr) >= FEWEST_SAID
        if self.speakers is not None and len(set(self.speakers[mine])) > 1:
            people = self.speakers[mine][said.indices]
            for word in np.flatnonzero(shared):
                shared[word] = len(set(people[said.indptr[word] : said.indptr[word + 1]])) > 1
        return shared
