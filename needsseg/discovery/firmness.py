"""How firmly segments stand under the decisions as they are: one computation, which every door reads.

What people placed is held where they put it in every variation of the study, and is not counted: a decision comes back by
itself and says nothing of the passages.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from needsseg.discovery.compare import compare

if TYPE_CHECKING:
    from needsseg.discovery.compare import Comparison, Fate
    from needsseg.records import Decisions

RESAMPLES, MOST_DRAWN = 20, 400
"""How often passages are drawn again, and how many are drawn at most."""
MOST_LEFT_OUT = 40
"""How many participants are left out in turn at most: those with the most passages."""

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Firmness:
    """What variations of the study do to one segment.

    ``likeness`` in [0, 1] is the mean Jaccard likeness over resamples, None where none of its passages is ``counted`` (all
    ``placed`` by people, or none in the run). ``comes_back`` says whether it does with nothing varied; ``leans_on`` are
    the keys of the participants without any one of whom it dissolves.
    """

    likeness: float | None
    counted: int
    placed: int
    comes_back: bool
    leans_on: tuple[str, ...] = ()


class Variation(Protocol):
    """One variation: what was done, who was left out (empty where nobody was), and the comparison that came of it."""

    @property
    def kind(self) -> str:
        """``again``, ``participant``, ``resample`` or ``suggestions``."""

    @property
    def who(self) -> str:
        """The key of the participant left out."""

    @property
    def comparison(self) -> Comparison:
        """The segments as they stand beside what came of the variation."""


def held_fixed(decisions: Decisions) -> frozenset[int]:
    """The texts that people placed, and those kept together with one of them; indices as in ``decisions``."""
    groups: dict[int, set[int]] = {}
    for first, second in decisions.together:
        joined = groups.get(first, {first}) | groups.get(second, {second})
        groups |= dict.fromkeys(joined, joined)
    placed = set(decisions.assigned)
    return frozenset(placed.union(*(group for group in groups.values() if group & placed)))


def compare_counted(base: Mapping[int, int], labels: Mapping[int, int], fixed: Collection[int]) -> Comparison:
    """Compares two labellings by what is not ``fixed``; -1 is unassigned."""
    return compare(
        {key: label for key, label in base.items() if key not in fixed},
        {key: label for key, label in labels.items() if key not in fixed},
    )


def firmness(base: Mapping[int, int], fixed: Collection[int], varied: Sequence[Variation]) -> dict[int, Firmness]:
    """The firmness of each segment that ``base`` names (passage to segment, -1 for none), from the variations."""
    sizes: dict[int, list[int]] = {segment: [0, 0] for segment in sorted(set(base.values())) if segment >= 0}
    for passage, segment in base.items():
        if segment >= 0:
            sizes[segment][passage in fixed] += 1
    fates = [(one, {fate.label: fate for fate in one.comparison.fates}) for one in varied]
    found = {}
    for segment, (counted, placed) in sizes.items():
        mine = [(one, by_label[segment]) for one, by_label in fates if segment in by_label]
        alike = [fate.likeness for one, fate in mine if one.kind == "resample" and _is_in(fate)]
        found[segment] = Firmness(
            round(sum(alike) / len(alike), 4) if alike else None,
            counted,
            placed,
            not any(one.kind == "again" and fate.word == "dissolves" for one, fate in mine),
            tuple(one.who for one, fate in mine if one.kind == "participant" and fate.word == "dissolves"),
        )
    return found


def drawn_again(passages: Sequence[Key], seed: int) -> tuple[Key, ...]:
    """A bootstrap sample of at most ``MOST_DRAWN`` passages, each at most once, in their order; the same for a seed."""
    import numpy as np

    count = min(len(passages), MOST_DRAWN)
    drawn = np.random.default_rng(seed).integers(0, len(passages), count)
    return tuple(passages[index] for index in sorted({int(i) for i in drawn}))


def _is_in(fate: Fate) -> bool:
    """Whether any of its passages was among those drawn."""
    return fate.kept + fate.left > 0
