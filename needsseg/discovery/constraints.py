"""Apply people's decisions about passages exactly: report contradictions, make labels follow decisions."""

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
    """Raise DiscoveryError for a decision about a passage that does not exist, or two that contradict each other."""
    pairs = [*decisions.together, *decisions.apart]
    for index in [*decisions.assigned, *(index for pair in pairs for index in pair)]:
        if not 0 <= index < count:
            raise DiscoveryError(f"A decision names passage {index}, but there are {count}.", "Nothing was changed.")
    leaders = _groups(decisions, count)
    places: dict[int, tuple[int, str | None]] = {}
    for index, name in decisions.assigned.items():
        other, place = places.setdefault(leaders[index], (index, name))
        if place != name:
            raise _contradiction(
                other, index, f"are kept together, but placed in {_quoted_place(place)} and {_quoted_place(name)}"
            )
    for first, second in decisions.apart:
        if first == second:
            raise DiscoveryError(f"Passage {first} is kept apart from itself.", "Name two passages.")
        if leaders[first] == leaders[second]:
            raise _contradiction(first, second, "are kept both together and apart")
        first_place, second_place = places.get(leaders[first]), places.get(leaders[second])
        if first_place and second_place and first_place[1] == second_place[1] and first_place[1] is not None:
            raise _contradiction(first, second, f"are kept apart, but both placed in {_quoted_place(first_place[1])}")


def answers(decisions: Decisions, count: int) -> dict[int, str | None]:
    """Return the name of each passage, given directly or by a must-link."""
    leaders = _groups(decisions, count)
    places = {leaders[index]: name for index, name in decisions.assigned.items()}
    together = {index for pair in decisions.together for index in pair}
    return {index: places[leaders[index]] for index in {*decisions.assigned, *together} if leaders[index] in places}


def _groups(decisions: Decisions, count: int) -> list[int]:
    """Return for each passage the first of its must-link group."""
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


def _quoted_place(name: str | None) -> str:
    return "no segment" if name is None else f"“{name}”"


def _contradiction(first: int, second: int, problem: str) -> DiscoveryError:
    return DiscoveryError(f"Passages {first} and {second} {problem}.", "Undo one of the decisions.")


def follow(
    labels: NDArray[np.int64],
    cosines: NDArray[np.float64],
    decisions: Decisions,
    known_labels: Mapping[str, int] | None = None,
    ranks: Sequence[int] | None = None,
) -> tuple[NDArray[np.int64], dict[int, str]]:
    """Return labels that follow every decision, and the names of labels from decisions.

    ``cosines`` (n, number of labels) are the similarities of passages to clusters. Passages kept together move as one group:
    to the segment one of them was placed in, else to the label most of them have. Passages kept apart go to the nearest
    cluster without any of those they are kept apart from, else to none. ``known_labels`` are the labels that names already
    have; ``ranks`` orders passages independently of their indices, since earlier ones are placed first.
    """
    labels = labels.copy()
    ranks = range(len(labels)) if ranks is None else ranks
    names, label_by_name = _labels_by_name(labels, decisions, cosines.shape[1], known_labels or {})
    leaders = _groups(decisions, len(labels))
    touched = {index for pair in (*decisions.together, *decisions.apart) for index in pair} | set(decisions.assigned)
    members: dict[int, list[int]] = {}
    for index in sorted(touched, key=lambda index: (ranks[index], index)):
        members.setdefault(leaders[index], []).append(index)
    placed = {leaders[index]: label_by_name[name] for index, name in decisions.assigned.items()}
    for leader, indices in members.items():
        if leader not in placed:
            member_labels = [int(labels[index]) for index in indices]
            labels[indices] = max(
                sorted(set(member_labels)), key=lambda label: (label >= 0, member_labels.count(label))
            )
        else:
            labels[indices] = placed[leader]
    rivals: dict[int, set[int]] = {}
    for first, second in decisions.apart:
        rivals.setdefault(leaders[first], set()).add(leaders[second])
        rivals.setdefault(leaders[second], set()).add(leaders[first])

    def sort_key(leader: int) -> tuple[list[int], list[int]]:
        return [ranks[index] for index in members[leader]], sorted(ranks[rival] for rival in rivals[leader])

    for leader in sorted(set(rivals) - set(placed), key=sort_key):
        taken_labels = {int(labels[rival]) for rival in rivals[leader]} - {UNASSIGNED}
        if int(labels[leader]) in taken_labels:
            nearest_first = steady(-cosines[members[leader]].mean(axis=0)).argsort(kind="stable")
            labels[members[leader]] = next(
                (int(label) for label in nearest_first if int(label) not in taken_labels), UNASSIGNED
            )
    return labels, names


def _labels_by_name(
    labels: NDArray[np.int64], decisions: Decisions, next_label: int, known_labels: Mapping[str, int]
) -> tuple[dict[int, str], dict[str | None, int]]:
    """Return the label of each name: the known one, else the cluster with most of the passages with that name."""
    names = {label: name for name, label in known_labels.items()}
    label_by_name: dict[str | None, int] = {None: UNASSIGNED}
    label_by_name.update(known_labels)
    for name in sorted({name for name in decisions.assigned.values() if name is not None} - set(known_labels)):
        member_labels = [int(labels[index]) for index, placed in decisions.assigned.items() if placed == name]
        free_labels = [label for label in member_labels if label >= 0 and label not in names]
        label = max(sorted(set(free_labels)), key=free_labels.count) if free_labels else next_label
        next_label += label == next_label
        names[label], label_by_name[name] = name, label
    return names, label_by_name
