"""Compare two labellings of mostly the same passages: how far they agree, and how each label changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Word = Literal["stays", "changes", "dissolves"]

STAYS, CHANGES = 0.75, 0.5


@dataclass(frozen=True, slots=True)
class Fate:
    """How one label of the first labelling changed: its most similar label in the second, with the Jaccard similarity.

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
    """Two labellings side by side; ``fresh`` are labels of the second that match no label of the first."""

    agreement: float
    common: int
    only_first: int
    only_second: int
    fates: tuple[Fate, ...]
    fresh: tuple[int, ...]


def compare(first: Mapping[int, int], second: Mapping[int, int]) -> Comparison:
    """Compare two labellings, each from passage id to label; -1 is unassigned and gets no fate.

    ``agreement`` is the adjusted Rand index over the passages both know, unassigned as a class; 0 where they share none.
    """
    common = sorted(first.keys() & second.keys())
    first_groups = _groups((key, first[key]) for key in common)
    second_groups = _groups((key, second[key]) for key in common)
    sizes = _groups(first.items())
    fates = tuple(
        _fate(label, len(sizes[label]), first_groups.get(label, set()), second_groups) for label in sorted(sizes)
    )
    matched = {fate.best for fate in fates}
    return Comparison(
        agreement=adjusted_rand([first[key] for key in common], [second[key] for key in common]),
        common=len(common),
        only_first=len(first) - len(common),
        only_second=len(second) - len(common),
        fates=fates,
        fresh=tuple(label for label in sorted(set(second.values())) if label >= 0 and label not in matched),
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
    # Both are multiplied by the number of pairs, so that the only division comes last.
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


def _fate(label: int, size: int, members: set[int], second_groups: Mapping[int, set[int]]) -> Fate:
    best, likeness = None, 0.0
    for other in sorted(second_groups):
        overlap = len(members & second_groups[other]) / len(members | second_groups[other])
        if overlap > likeness:
            best, likeness = other, overlap
    kept = len(members & second_groups[best]) if best is not None else 0
    joined = len(second_groups[best]) - kept if best is not None else 0
    word: Word = "stays" if likeness >= STAYS else "changes" if likeness >= CHANGES else "dissolves"
    return Fate(label, size, best, likeness, kept, len(members) - kept, joined, word)
