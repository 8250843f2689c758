"""New texts onto segments: what is promised beside what comes out, on the labelled draws.

``python -m benchmarks.assigning [DRAWS]`` takes each draw's themes from one half as segments and puts the other half to
them, its off-topic texts among it. Coverage at a claimed precision of .9 stands beside the nearest centroid with the
best threshold there is, which is read off the answers and so cannot be had in practice.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.labelled import SHIPPED, Draw, groups, middle, read, table
from needsseg.segments.assigning import PRECISION, learn

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One draw: precision claimed by the study alone and by the confidences of the labels given, and found; coverages.

    ``at_claim`` is where labels are given down to a mean confidence of .9, ``centroid`` the best a centroid could do.
    """

    promised: float
    claimed: float
    found: float
    coverage: float
    at_claim: float
    found_at_claim: float
    centroid: float
    off_topic: float


def outcome(draw: Draw, leftovers: bool = False) -> Outcome | None:
    """Segments from a random half; None where nothing of the other half was labelled."""
    drawn = np.random.default_rng(draw.seed).permutation(len(draw.texts)) < len(draw.texts) // 2
    known, new = drawn & (draw.truth >= 0), ~drawn
    names = [str(theme) for theme in draw.truth[known]]
    who = None if draw.speakers is None else [name for name, mine in zip(draw.speakers, known, strict=True) if mine]
    others = draw.rows[drawn & (draw.truth < 0)] if leftovers else None
    assigner = learn(draw.rows[known], names, who, others)
    verdicts = assigner.assign(draw.rows[new])
    truth = [str(theme) for theme in draw.truth[new]]
    labelled = np.array([verdict.label is not None for verdict in verdicts])
    right = np.array([verdict.first == theme for verdict, theme in zip(verdicts, truth, strict=True)])
    chances = np.array([verdict.confidence for verdict in verdicts])
    if not labelled.any():
        return None
    order = np.argsort(-chances, kind="stable")
    at_claim = _down_to(np.cumsum(chances[order]) / np.arange(1, len(order) + 1))
    centroid, near = _centroid(draw, known, new)
    return Outcome(
        assigner.expected().precision, float(chances[labelled].mean()), float(right[labelled].mean()),
        float(labelled.mean()), at_claim / len(order), float(right[order[: max(1, at_claim)]].mean()),
        _down_to(np.cumsum(near[centroid]) / np.arange(1, len(centroid) + 1)) / len(centroid),
        float((draw.truth[new] < 0).mean()),
    )  # fmt: skip


def _down_to(precision: NDArray[np.float64]) -> int:
    enough = np.nonzero(precision >= PRECISION)[0]
    return int(enough[-1]) + 1 if len(enough) else 0


def _centroid(draw: Draw, known: Flags, new: Flags) -> tuple[NDArray[np.int64], Flags]:
    """The new texts from the nearest to a centroid to the farthest, and whether the nearest centroid is theirs."""
    themes = np.unique(draw.truth[known])
    means = np.stack([draw.rows[known & (draw.truth == theme)].mean(axis=0) for theme in themes])
    near = draw.rows[new] @ (means / np.linalg.norm(means, axis=1, keepdims=True)).T
    return np.argsort(-near.max(axis=1), kind="stable"), themes[near.argmax(axis=1)] == draw.truth[new]


def rows(draws: Sequence[Draw]) -> list[list[str]]:
    """A line of medians per group of draws, without and with the other half's off-topic texts known beforehand."""
    lines = []
    for name, chosen in groups(draws).items():
        for leftovers in (False, True):
            made = [outcome(draw, leftovers) for draw in chosen]
            seen = [one for one in made if one is not None]
            lines.append([
                f"{name}{', leftovers known' if leftovers else ''}", str(len(made)), str(len(made) - len(seen)),
                *(f"{middle(values):.3f}" for values in (
                    [one.claimed for one in seen], [one.found for one in seen],
                    [abs(one.claimed - one.found) for one in seen], [abs(one.promised - one.found) for one in seen],
                )),
                *(f"{middle(values):.2f}" for values in (
                    [one.coverage for one in seen], [one.at_claim for one in seen],
                    [one.found_at_claim for one in seen], [one.centroid for one in seen],
                )),
            ])  # fmt: skip
    return lines


def main() -> None:
    """Print the table."""
    draws = read(Path(sys.argv[1]) if len(sys.argv) > 1 else SHIPPED)
    print(table(
        ["draws", "n", "no label", "claimed", "found", "claimed is off by", "promised is off by", "coverage",
         "coverage at claimed .9", "found there", "centroid's best at .9"], rows(draws),
    ))  # fmt: skip


if __name__ == "__main__":
    main()
