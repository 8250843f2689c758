"""Is the verdict on separate groups right? On labelled draws, and on noise, with speakers and without.

usage: python -m benchmarks.separation DRAWS.jsonl VECTORS.npz [--max N] [--families a,b]
Noise: rows from a normal distribution with a draw's mean and covariance, scaled to length one; with speakers also rows
that differ by their speakers' own means and are noise beside. Prints a line a family.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np

from needsseg.discovery import discover
from needsseg.embedding.vectors import unit


def noise(rows: np.ndarray, drawing: np.random.Generator) -> np.ndarray:
    """As many rows from a normal distribution with the mean and covariance of ``rows``."""
    middle = rows.mean(axis=0)
    return drawing.normal(size=(len(rows), len(rows))) @ (rows - middle) / len(rows) ** 0.5 + middle


def noise_by_speaker(rows: np.ndarray, speakers: list[str], drawing: np.random.Generator) -> np.ndarray:
    """Each speaker's mean, and noise with the covariance of what is left."""
    means = np.zeros_like(rows)
    for speaker in set(speakers):
        mine = [i for i, one in enumerate(speakers) if one == speaker]
        means[mine] = rows[mine].mean(axis=0)
    return means + noise(rows - means, drawing)


def main() -> None:
    """Prints the share called separate of each family's draws and of noise made like them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("draws", type=Path)
    parser.add_argument("vectors", type=Path)
    parser.add_argument("--max", type=int, default=10)
    parser.add_argument("--families", default="")
    given = parser.parse_args()
    kept = np.load(given.vectors)
    vectors = dict(zip(kept["t"].tolist(), kept["x"], strict=True))
    seen: Counter[str] = Counter()
    verdicts: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for line in given.draws.read_text(encoding="utf-8").splitlines():
        draw = json.loads(line)
        family = draw["family"]
        if (given.families and family not in given.families.split(",")) or seen[family] >= given.max:
            continue
        seen[family] += 1
        texts, speakers = draw["texts"], draw.get("spk")
        speakers = speakers if speakers and speakers[0] is not None else None
        rows = unit(np.stack([vectors[text] for text in texts]).astype(float))
        drawing = np.random.default_rng(seen[family])
        cases = {"draws": (rows, None), "noise": (unit(noise(rows, drawing)), None)}
        if speakers:
            cases |= {
                "draws, speakers": (rows, speakers),
                "noise, speakers": (unit(noise(rows, drawing)), speakers),
                "speakers' noise": (unit(noise_by_speaker(rows, speakers, drawing)), speakers),
            }
        for case, (own, who) in cases.items():
            found = discover([f"{case} {i}" for i in range(len(own))], who, vectors=own)
            verdicts[family][case].append(bool(found.separate))
        print(family, {case: got[-1] for case, got in verdicts[family].items()}, flush=True)
    for family, cases_seen in sorted(verdicts.items()):
        shares = ", ".join(f"{case} {np.mean(got):.2f}" for case, got in cases_seen.items())
        print(f"{family:22s} n={seen[family]:2d} called separate: {shares}")


if __name__ == "__main__":
    main()
