"""A new run beside what people decided: kept segments keep their passages, and only what is new is proposed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SMALLEST, MOSTLY = 3, 0.5


@dataclass(frozen=True, slots=True)
class Kept:
    """What a run's clusters come to beside kept segments.

    ``proposed`` maps a cluster's label to the passages it may claim; ``echoes`` maps one that mostly repeats a kept
    segment to that segment; ``resembling`` counts, per kept segment, the passages new to it in such clusters.
    """

    proposed: dict[int, tuple[int, ...]]
    echoes: dict[int, int]
    resembling: dict[int, int]


def keep_decided(clusters: Sequence[Sequence[int]], kept: Mapping[int, int]) -> Kept:
    """Compares clusters (passage ids per label) with ``kept`` (passage id → segment id that a person keeps)."""
    proposed: dict[int, tuple[int, ...]] = {}
    echoes: dict[int, int] = {}
    resembling: dict[int, int] = {}
    for label, passages in enumerate(clusters):
        free = tuple(passage for passage in passages if passage not in kept)
        claimed = [kept[passage] for passage in passages if passage in kept]
        if len(claimed) > MOSTLY * len(passages):
            segment = max(sorted(set(claimed)), key=claimed.count)
            echoes[label] = segment
            resembling[segment] = resembling.get(segment, 0) + len(free)
        elif len(free) >= SMALLEST:
            proposed[label] = free
    return Kept(proposed, echoes, resembling)
