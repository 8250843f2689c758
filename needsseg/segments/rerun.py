"""Combine a new run with kept segments: these are unchanged, and new passages become proposals or new candidates."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

SMALLEST = 3


@dataclass(frozen=True, slots=True)
class Beside:
    """A run's clusters, sorted into new candidates and proposals for kept segments.

    ``candidates`` maps a label to the passages of a new candidate; ``proposed`` maps a kept segment to passages that the
    run proposes for it; ``kept`` maps a label to the kept segment it stands for.
    """

    candidates: dict[int, tuple[int, ...]]
    proposed: dict[int, tuple[int, ...]]
    kept: dict[int, int]


def beside_kept(
    clusters: Mapping[int, Sequence[int]],
    kept_segments: Mapping[int, int],
    decided: Collection[int],
    declined: Collection[tuple[int, int]] = (),
    standing: Mapping[int, Collection[int]] | None = None,
) -> Beside:
    """Sort clusters (passage ids per label), where ``kept_segments`` maps labels to segments that a person keeps.

    Passages in ``decided`` were placed by a person and stay there; (passage, segment) in ``declined`` is not proposed
    again. A new candidate takes ``SMALLEST`` free passages at least; a label in ``standing``, which goes on a candidate that
    people answered for or stands for a need in view, takes any number, and the passages that they put there.
    """
    candidates: dict[int, tuple[int, ...]] = {}
    proposed: dict[int, tuple[int, ...]] = {}
    refused = set(declined)
    standing = standing or {}
    for label, passages in clusters.items():
        free = tuple(passage for passage in passages if passage not in decided)
        segment = kept_segments.get(label)
        if label in standing:
            if open_passages := tuple(p for p in passages if p not in decided or p in standing[label]):
                candidates[label] = open_passages
        elif segment is None:
            if len(free) >= SMALLEST:
                candidates[label] = free
        elif proposed_passages := tuple(passage for passage in free if (passage, segment) not in refused):
            proposed[segment] = proposed_passages
    return Beside(
        candidates, proposed, {label: segment for label, segment in kept_segments.items() if label in clusters}
    )
