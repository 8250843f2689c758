"""Two labellings of mostly the same passages compared: how far they agree, and what became of each label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Word = Literal["stays", "changes", "dissolves"]

STAYS, CHANGES = 0.75, 0.5


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one label of the first labelling: its likest in the second, and how like (Jaccard, in [0, 1]).

    ``size`` counts all its passages; ``kept``, ``left`` and ``joined`` only those that both labellings know.
    """

    label: int
    size: int
    best: int | None
    likeness: float
    kept: int
    left: int
    joined: int
    word: Word


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two labellings side by side; ``fresh`` are labels of the second that are nobody's best."""

    agreement: float
    common: int
    only_first: int
    only_second: int
    fates: tuple[Fate, ...]
    fresh: tuple[int, ...]


def compare(first: Mapping[int, int], second: Mapping[int, int]) -> Comparison:
    """Compares two labellings, each from passage id to label; -1 is unassigned and has no fate.

    ``agreement`` is the adjusted Rand index over the passages both know, unassigned as a class; 0 where they share none.
    """
    common = sorted(first.keys() & second.keys())
    mine = _groups((key, first[key]) for key in common)
    yours = _groups((key, second[key]) for key in common)
    sizes = _groups(first.items())
    fates = tuple(_fate(label, len(sizes[label]), mine.get(label, set()), yours) for label in sorted(sizes))
    taken = {fate.best for fate in fates}
    return Comparison(
        agreement=adjusted_rand([first[key] for key in common], [second[key] for key in common]),
        common=len(common),
        only_first=len(first) - len(common),
        only_second=len(second) - len(common),
        fates=fates,
        fresh=tuple(label for label in sorted(set(second.values())) if label >= 0 and label not in taken),
    )


def adjusted_rand(first: list[int], second: list[int]) -> float:
    """The adjusted Rand index of Hubert and Arabie (1985) of two equally long labellings; 0 for empty ones."""
    import numpy as np

    if not first:
        return 0.0
    rows, a = np.unique(np.asarray(first), return_inverse=True)
    columns, b = np.unique(np.asarray(second), return_inverse=True)
    table = np.zeros((len(rows), len(columns)), dtype=np.int64)
    np.add.at(table, (a, b), 1)
    together, in_first, in_second, pairs = (
        int((counts * (counts - 1) // 2).sum())
        for counts in (table, table.sum(axis=1), table.sum(axis=0), np.asarray(len(first)))
    )
    # Both times pairs, so that nothing is divided before the end.
    expected, most = in_first * in_second, (in_first + in_second) * pairs / 2
    if together == in_first == in_second:
        return 1.0
    return float((together * pairs - expected) / (most - expected))


def _groups(labelled: Iterable[tuple[int, int]]) -> dict[int, set[int]]:
    groups: dict[int, set[int]] = {}
    for key, label in labelled:
        if label >= 0:
            groups.setdefault(label, set()).add(key)
    return groups


def _fate(label: int, size: int, mine: set[int], yours: Mapping[int, set[int]]) -> Fate:
    best, likeness = None, 0.0
    for other in sorted(yours):
        like = len(mine & yours[other]) / len(mine | yours[other])
        if like > likeness:
            best, likeness = other, like
    kept = len(mine & yours[best]) if best is not None else 0
    joined = len(yours[best]) - kept if best is not None else 0
    word: Word = "stays" if likeness >= STAYS else "changes" if likeness >= CHANGES else "dissolves"
    return Fate(label, size, best, likeness, kept, len(mine) - kept, joined, word)
