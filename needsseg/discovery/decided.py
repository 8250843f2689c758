"""What people decided about passages is kept exactly: contradictions are named, labels follow the decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needsseg.errors import DiscoveryError
from needsseg.records import UNASSIGNED, Decisions

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def check(decisions: Decisions, count: int) -> None:
    """Raises DiscoveryError naming a decision about a passage that is not there, or two that contradict each other."""
    pairs = [*decisions.together, *decisions.apart]
    for index in [*decisions.assigned, *(index for pair in pairs for index in pair)]:
        if not 0 <= index < count:
            raise DiscoveryError(f"A decision names passage {index}, but there are {count}.", "Nothing was changed.")
    leader = list(range(count))

    def find(index: int) -> int:
        while leader[index] != index:
            index = leader[index]
        return index

    for first, second in decisions.together:
        leader[find(first)] = find(second)
    places: dict[int, tuple[int, str | None]] = {}
    for index, name in decisions.assigned.items():
        other, place = places.setdefault(find(index), (index, name))
        if place != name:
            raise _contradiction(other, index, f"are kept together, but placed in {_said(place)} and {_said(name)}")
    for first, second in decisions.apart:
        if find(first) == find(second):
            raise _contradiction(first, second, "are kept both together and apart")
        here, there = places.get(find(first)), places.get(find(second))
        if here and there and here[1] == there[1] and here[1] is not None:
            raise _contradiction(first, second, f"are kept apart, but both placed in {_said(here[1])}")


def _said(name: str | None) -> str:
    return "no segment" if name is None else f"“{name}”"


def _contradiction(first: int, second: int, how: str) -> DiscoveryError:
    return DiscoveryError(f"Passages {first} and {second} {how}.", "Take one of the decisions back.")


def follow(
    labels: NDArray[np.int64], cosines: NDArray[np.float64], decisions: Decisions
) -> tuple[NDArray[np.int64], dict[int, str]]:
    """Labels that obey every decision, and the names that decisions gave to labels.

    ``cosines`` (n, number of labels) tells how near each passage is to each cluster, for those that must leave theirs.
    """
    labels = labels.copy()
    names: dict[int, str] = {}
    places: dict[str | None, int] = {None: UNASSIGNED}
    fresh = cosines.shape[1]
    for name in sorted({name for name in decisions.assigned.values() if name is not None}):
        mine = [int(labels[index]) for index, placed in decisions.assigned.items() if placed == name]
        free = [label for label in mine if label >= 0 and label not in names]
        label = max(sorted(set(free)), key=free.count) if free else fresh
        fresh += label == fresh
        names[label], places[name] = name, label
    for index, place in decisions.assigned.items():
        labels[index] = places[place]
    fixed = set(decisions.assigned)
    for _ in range(len(decisions.together)):
        changed = False
        for first, second in decisions.together:
            if labels[first] != labels[second]:
                keep, move = (first, second) if first in fixed or labels[first] >= 0 else (second, first)
                keep, move = (move, keep) if move in fixed else (keep, move)
                labels[move] = labels[keep]
                fixed.add(move)
                changed = True
        if not changed:
            break
    for first, second in decisions.apart:
        if labels[first] == labels[second] >= 0:
            move = first if second in fixed else second
            order = [int(label) for label in (-cosines[move]).argsort(kind="stable")]
            labels[move] = next((label for label in order if label != labels[move]), UNASSIGNED)
            fixed.add(move)
    return labels, names
