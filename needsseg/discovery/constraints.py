"""What people decided about passages is kept exactly: contradictions are named, labels follow the decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needsseg.discovery.vector_shaping import steady
from needsseg.errors import DiscoveryError
from needsseg.records import UNASSIGNED, Decisions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray


def check(decisions: Decisions, count: int) -> None:
    """Raises DiscoveryError naming a decision about a passage that is not there, or two that contradict each other."""
    pairs = [*decisions.together, *decisions.apart]
    for index in [*decisions.assigned, *(index for pair in pairs for index in pair)]:
        if not 0 <= index < count:
            raise DiscoveryError(f"A decision names passage {index}, but there are {count}.", "Nothing was changed.")
    group = _groups(decisions, count)
    places: dict[int, tuple[int, str | None]] = {}
    for index, name in decisions.assigned.items():
        other, place = places.setdefault(group[index], (index, name))
        if place != name:
            raise _contradiction(other, index, f"are kept together, but placed in {_said(place)} and {_said(name)}")
    for first, second in decisions.apart:
        if first == second:
            raise DiscoveryError(f"Passage {first} is kept apart from itself.", "Name two passages.")
        if group[first] == group[second]:
            raise _contradiction(first, second, "are kept both together and apart")
        here, there = places.get(group[first]), places.get(group[second])
        if here and there and here[1] == there[1] and here[1] is not None:
            raise _contradiction(first, second, f"are kept apart, but both placed in {_said(here[1])}")


def answers(decisions: Decisions, count: int) -> dict[int, str | None]:
    """Where each passage was placed, itself or through one it is kept together with."""
    group = _groups(decisions, count)
    places = {group[index]: name for index, name in decisions.assigned.items()}
    together = {index for pair in decisions.together for index in pair}
    return {index: places[group[index]] for index in {*decisions.assigned, *together} if group[index] in places}


def _groups(decisions: Decisions, count: int) -> list[int]:
    """For each passage, the first of those it is kept together with, itself included."""
    leader = list(range(count))

    def find(index: int) -> int:
        while leader[index] != index:
            leader[index] = leader[leader[index]]
            index = leader[index]
        return index

    for first, second in decisions.together:
        low, high = sorted((find(first), find(second)))
        leader[high] = low
    return [find(index) for index in range(count)]


def _said(name: str | None) -> str:
    return "no segment" if name is None else f"“{name}”"


def _contradiction(first: int, second: int, how: str) -> DiscoveryError:
    return DiscoveryError(f"Passages {first} and {second} {how}.", "Take one of the decisions back.")


def follow(
    labels: NDArray[np.int64],
    cosines: NDArray[np.float64],
    decisions: Decisions,
    known: Mapping[str, int] | None = None,
    ranks: Sequence[int] | None = None,
) -> tuple[NDArray[np.int64], dict[int, str]]:
    """Labels that obey every decision, and the names that decisions gave to labels.

    ``cosines`` (n, number of labels) tells how near each passage is to each cluster. What is kept together moves as one:
    to where one of it was placed, else to where most of it is. What is kept apart goes to the nearest cluster that holds
    nothing it is kept apart from, else to none; what lies in none is apart from everything. ``known`` tells the labels
    that names have already; ``ranks`` orders passages whatever their indices, since who moves depends on who comes first.
    """
    labels = labels.copy()
    ranks = range(len(labels)) if ranks is None else ranks
    names, places = _places(labels, decisions, cosines.shape[1], known or {})
    group = _groups(decisions, len(labels))
    touched = {index for pair in (*decisions.together, *decisions.apart) for index in pair} | set(decisions.assigned)
    members: dict[int, list[int]] = {}
    for index in sorted(touched, key=lambda index: (ranks[index], index)):
        members.setdefault(group[index], []).append(index)
    placed = {group[index]: places[name] for index, name in decisions.assigned.items()}
    for leader, mine in members.items():
        if leader not in placed:
            found = [int(labels[index]) for index in mine]
            labels[mine] = max(sorted(set(found)), key=lambda label: (label >= 0, found.count(label)))
        else:
            labels[mine] = placed[leader]
    rivals: dict[int, set[int]] = {}
    for first, second in decisions.apart:
        rivals.setdefault(group[first], set()).add(group[second])
        rivals.setdefault(group[second], set()).add(group[first])

    def turn(leader: int) -> tuple[list[int], list[int]]:
        return [ranks[index] for index in members[leader]], sorted(ranks[rival] for rival in rivals[leader])

    for leader in sorted(set(rivals) - set(placed), key=turn):
        taken = {int(labels[rival]) for rival in rivals[leader]} - {UNASSIGNED}
        if int(labels[leader]) in taken:
            order = steady(-cosines[members[leader]].mean(axis=0)).argsort(kind="stable")
            labels[members[leader]] = next((int(label) for label in order if int(label) not in taken), UNASSIGNED)
    return labels, names


def _places(
    labels: NDArray[np.int64], decisions: Decisions, fresh: int, known: Mapping[str, int]
) -> tuple[dict[int, str], dict[str | None, int]]:
    """Which label each name stands for: the known one, else the cluster that holds most of what was placed under it."""
    names = {label: name for name, label in known.items()}
    places: dict[str | None, int] = {None: UNASSIGNED}
    places.update(known)
    for name in sorted({name for name in decisions.assigned.values() if name is not None} - set(known)):
        mine = [int(labels[index]) for index, placed in decisions.assigned.items() if placed == name]
        free = [label for label in mine if label >= 0 and label not in names]
        label = max(sorted(set(free)), key=free.count) if free else fresh
        fresh += label == fresh
        names[label], places[name] = name, label
    return names, places
