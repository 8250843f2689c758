"""How stable segments are under the current decisions.

Passages that people placed stay there in every variation of the study, so they are not counted: they always come back and
say nothing about stability.
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
"""The number of resamples, and the largest size of each."""
MOST_LEFT_OUT = 40
"""The largest number of participants left out in turn: those with the most passages."""

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Firmness:
    """How stable one segment is under variations of the study.

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
    """One variation: its kind, the participant left out (empty for none), and the resulting comparison."""

    @property
    def kind(self) -> str:
        """``again``, ``participant``, ``resample`` or ``suggestions``."""

    @property
    def who(self) -> str:
        """The key of the participant left out."""

    @property
    def comparison(self) -> Comparison:
        """The current segments compared with those of the variation."""


def held_fixed(decisions: Decisions) -> frozenset[int]:
    """The texts that people placed, and those kept together with one of them; indices as in ``decisions``."""
    groups: dict[int, set[int]] = {}
    for first, second in decisions.together:
        joined = groups.get(first, {first}) | groups.get(second, {second})
        groups |= dict.fromkeys(joined, joined)
    placed = set(decisions.assigned)
    return frozenset(placed.union(*(group for group in groups.values() if group & placed)))


def compare_counted(base: Mapping[int, int], labels: Mapping[int, int], fixed: Collection[int]) -> Comparison:
    """Compare two labellings over the passages that are not ``fixed``; -1 is unassigned."""
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
    fates = [(variation, {fate.label: fate for fate in variation.comparison.fates}) for variation in varied]
    firmness_by_segment = {}
    for segment, (counted, placed) in sizes.items():
        segment_fates = [(variation, by_label[segment]) for variation, by_label in fates if segment in by_label]
        likenesses = [
            fate.likeness for variation, fate in segment_fates if variation.kind == "resample" and _is_in(fate)
        ]
        firmness_by_segment[segment] = Firmness(
            round(sum(likenesses) / len(likenesses), 4) if likenesses else None,
            counted,
            placed,
            not any(variation.kind == "again" and fate.word == "dissolves" for variation, fate in segment_fates),
            tuple(
                variation.who
                for variation, fate in segment_fates
                if variation.kind == "participant" and fate.word == "dissolves"
            ),
        )
    return firmness_by_segment


def drawn_again(passages: Sequence[Key], seed: int) -> tuple[Key, ...]:
    """A bootstrap sample of at most ``MOST_DRAWN`` passages, each at most once, in their order; the same for a seed."""
    import numpy as np

    count = min(len(passages), MOST_DRAWN)
    indices = np.random.default_rng(seed).integers(0, len(passages), count)
    return tuple(passages[index] for index in sorted({int(i) for i in indices}))


def _is_in(fate: Fate) -> bool:
    """Whether any of its passages was among those drawn."""
    return fate.kept + fate.left > 0
