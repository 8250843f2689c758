"""Discovery: from passages to candidate needs, the same every time and in any order of the passages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from needsseg.discovery import decided
from needsseg.discovery.cluster import FEWEST, MOST, Clustering, cluster
from needsseg.discovery.keywords import keywords
from needsseg.discovery.shape import unit
from needsseg.embedding import encode, locate, text_sha256
from needsseg.errors import DiscoveryError
from needsseg.records import Candidate, Decisions

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from needsseg.discovery.shape import Matrix

FEWEST_PASSAGES = 5
EXEMPLARS = 5


@dataclass(frozen=True, slots=True)
class Discovery:
    """What one run found: a label per text (-1 is unassigned), strengths in [0, 1], candidates, and warnings."""

    labels: tuple[int, ...]
    strengths: tuple[float, ...]
    candidates: tuple[Candidate, ...]
    warnings: tuple[str, ...]
    parameters: dict[str, object] = field(default_factory=dict)
    decided: frozenset[int] = frozenset()
    ranks: tuple[int, ...] = ()

    def questions(self, count: int) -> list[int]:
        """Indices of the texts whose decision would help most: undecided ones nearest to the border of two candidates."""
        open_ones = [index for index in range(len(self.labels)) if index not in self.decided]
        return sorted(open_ones, key=lambda i: (self.labels[i] < 0, self.strengths[i], self.ranks[i]))[:count]


def discover(
    texts: Sequence[str],
    speakers: Sequence[str] | None = None,
    *,
    vectors: object | None = None,
    decisions: Decisions | None = None,
    seed: int = 0,
) -> Discovery:
    """Clusters ``texts`` (five at least) into candidate needs; ``vectors`` (n, d) saves embedding them.

    ``seed`` is stored by callers with the run; the method itself draws nothing at random. Raises DiscoveryError for
    too few texts, vectors that do not fit, and decisions that contradict each other.
    """
    import numpy as np

    decisions = decisions or Decisions()
    _check(texts, speakers)
    decided.check(decisions, len(texts))
    rows = _rows(texts, vectors)
    # Ties are broken by order, so the order is made the texts' own.
    order = sorted(range(len(texts)), key=lambda i: (texts[i], speakers[i] if speakers else "", rows[i].tobytes()))
    found = cluster(rows[order], [speakers[i] for i in order] if speakers else None)
    labels, strengths = np.empty(len(texts), dtype=np.int64), np.empty(len(texts))
    labels[order], strengths[order] = found.labels, found.strengths
    labels = _alike_where_identical(texts, labels)
    labels, names = decided.follow(labels, _nearness(rows, labels, len(found.stability)), decisions)
    strengths[list(decisions.assigned)] = 1.0
    labels, names, stability = _largest_first(labels, names, found, [texts[i] for i in range(len(texts))])
    candidates = _candidates(texts, speakers, rows, labels, strengths, names, stability)
    return Discovery(
        tuple(int(label) for label in labels),
        tuple(round(float(strength), 6) for strength in strengths),
        candidates,
        tuple(_warnings(texts, speakers, candidates)),
        {"seed": seed, **found.parameters},
        frozenset(decisions.assigned),
        tuple(rank for _, rank in sorted(zip(order, range(len(order)), strict=True))),
    )


def _check(texts: Sequence[str], speakers: Sequence[str] | None) -> None:
    if len(texts) < FEWEST_PASSAGES:
        raise DiscoveryError(
            f"There are {len(texts)} passages; candidates need at least {FEWEST_PASSAGES}.",
            "Import more interviews, or accept more passages.",
        )
    if speakers is not None and len(speakers) != len(texts):
        raise DiscoveryError(f"There are {len(texts)} passages but {len(speakers)} speakers.")
    blank = [index for index, text in enumerate(texts) if not text.strip()]
    if blank:
        raise DiscoveryError(f"Passage {blank[0]} is empty.", "Leave empty passages out.")


def _rows(texts: Sequence[str], vectors: object | None) -> Matrix:
    import numpy as np

    if vectors is None:
        known = encode(texts, locate())
        vectors = [known[text_sha256(text)] for text in texts]
    rows = np.asarray(vectors, dtype=np.float64)
    if rows.ndim != 2 or len(rows) != len(texts):
        raise DiscoveryError(f"Vectors have the shape {rows.shape}; {len(texts)} rows of one length are needed.")
    broken = np.flatnonzero(~np.isfinite(rows).all(axis=1))
    if len(broken):
        raise DiscoveryError(f"The vector of passage {broken[0]} is not finite.", "Embed it again.")
    return unit(rows)


def _alike_where_identical(texts: Sequence[str], labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Gives passages that are the same word for word the label that most of them have."""
    import numpy as np

    same: dict[str, Counter[int]] = {}
    for text, label in zip(texts, labels, strict=True):
        same.setdefault(text, Counter())[int(label)] += 1
    chosen = {text: max(counted.items(), key=lambda item: (item[1], -item[0]))[0] for text, counted in same.items()}
    return np.array([chosen[text] for text in texts], dtype=np.int64)


def _nearness(rows: Matrix, labels: NDArray[np.int64], count: int) -> Matrix:
    import numpy as np

    if count == 0:
        return np.zeros((len(rows), 0))
    # A cluster may have lost all its rows to their twins elsewhere.
    centroids = unit(np.stack([rows[labels == label].sum(axis=0) for label in range(count)]))
    nearness: Matrix = rows @ centroids.T
    return nearness


def _largest_first(
    labels: NDArray[np.int64], names: dict[int, str], found: Clustering, texts: Sequence[str]
) -> tuple[NDArray[np.int64], dict[int, str], list[float]]:
    """Renumbers labels by falling size, then by first text, so that numbers do not depend on the method's own."""
    import numpy as np

    sizes = Counter(int(label) for label in labels if label >= 0)
    said = {label: sorted(t for t, mine in zip(texts, labels, strict=True) if mine == label) for label in sizes}
    order = sorted(sizes, key=lambda label: (-sizes[label], said[label]))
    number = {old: new for new, old in enumerate(order)} | {-1: -1}
    renumbered = np.array([number[int(label)] for label in labels], dtype=np.int64)
    # A cluster that only decisions made was not found by the method, so it has no stability of its own.
    stability = [found.stability[old] if old < len(found.stability) else 0.0 for old in order]
    return renumbered, {number[old]: name for old, name in names.items()}, stability


def _candidates(
    texts: Sequence[str],
    speakers: Sequence[str] | None,
    rows: Matrix,
    labels: NDArray[np.int64],
    strengths: NDArray[np.float64],
    names: dict[int, str],
    stability: Sequence[float],
) -> tuple[Candidate, ...]:
    import numpy as np

    words = keywords(texts, [int(label) for label in labels])
    found = []
    for label in range(len(stability)):
        members = [int(index) for index in np.flatnonzero(labels == label)]
        voices = Counter(speakers[index] for index in members) if speakers else Counter()
        centroid = unit(rows[members].mean(axis=0, keepdims=True))[0]
        # A passage shows a candidate best when it lies near its middle and far from the others.
        clear = {i: float(rows[i] @ centroid) * float(strengths[i]) for i in members}
        near = sorted(
            members,
            key=lambda i: (-round(clear[i], 9), texts[i], speakers[i] if speakers else "", i),
        )
        found.append(
            Candidate(
                label,
                len(members),
                len(voices),
                tuple(members),
                tuple(_different_voices(near, speakers)),
                words[label],
                round(stability[label], 4),
                names.get(label),
                tuple(_candidate_warnings(voices, len(members))),
            )
        )
    return tuple(found)


def _different_voices(near: Sequence[int], speakers: Sequence[str] | None) -> list[int]:
    """The nearest members, one per speaker first, then the next of each."""
    if speakers is None:
        return list(near[:EXEMPLARS])
    heard: Counter[str] = Counter()
    turns = []
    for rank, index in enumerate(near):
        turns.append((heard[speakers[index]], rank, index))
        heard[speakers[index]] += 1
    return [index for _, _, index in sorted(turns)[:EXEMPLARS]]


def _candidate_warnings(voices: Counter[str], size: int) -> list[str]:
    if not voices:
        return []
    warnings = []
    if len(voices) < 3:
        warnings.append(f"rests on {len(voices)} participant{'s' if len(voices) > 1 else ''} only")
    loudest, count = max(voices.items(), key=lambda item: (item[1], item[0]))
    if count * 2 > size:
        warnings.append(f"{loudest} supplies {count} of its {size} passages")
    return warnings


def _warnings(texts: Sequence[str], speakers: Sequence[str] | None, candidates: Sequence[Candidate]) -> list[str]:
    warnings = []
    if len(candidates) < FEWEST:
        warnings.append(f"The passages yield {len(candidates)} candidates; three to five were looked for.")
    if len(candidates) > MOST:
        warnings.append(f"There are {len(candidates)} candidates, more than a team can act on.")
    if speakers is not None and len(set(speakers)) == 1:
        warnings.append("All passages come from one participant; these are themes of one person, not segments.")
    if len(set(texts)) < len(texts):
        warnings.append(f"{len(texts) - len(set(texts))} passages repeat another word for word.")
    left = len(texts) - sum(candidate.size for candidate in candidates)
    if left * 2 > len(texts):
        warnings.append(f"{left} of {len(texts)} passages fit no candidate.")
    return warnings
