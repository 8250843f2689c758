"""How much answers teach beside needs in view: coded studies, their themes' names stated as needs.

usage: python -m benchmarks.needs DRAWS.jsonl VECTORS.npz [--max N]
A draw a line: ``family, themes, texts, y, spk`` (``themes[y]`` is the name; -1 is other talk). VECTORS has texts ``t`` and
vectors ``x``, the themes' names among them. The program asks, five at a time, and the truth answers; beside it logistic
regression (C = 10, balanced) learns from random answers, mean of three drawings. Prints means of the ARI on passages that
nobody answered.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import adjusted_rand_score

from needsseg.discovery import Decisions, discover
from needsseg.embedding import text_sha256
from needsseg.embedding.vectors import unit

AT, STEP = (15, 30, 60), 5


def left(truth: np.ndarray, labels: np.ndarray, answered: list[int]) -> float:
    """The ARI on what is not answered."""
    return float(adjusted_rand_score(np.delete(truth, answered), np.delete(labels, answered)))


def asked(draw: dict[str, Any], rows: np.ndarray, known: dict[str, np.ndarray], stated: bool) -> dict[str, float]:
    """ARI by number of answers to the program's own questions, with the needs in view or without."""
    truth, themes = np.array(draw["y"]), draw["themes"]
    speakers = draw.get("spk")
    needs = [(name, "") for name in themes] if stated else []
    answers: dict[int, str | None] = {}
    seen = {}
    while True:
        found = discover(
            draw["texts"],
            speakers,
            vectors=rows,
            decisions=Decisions(assigned=dict(answers)),
            needs=needs,
            known_vectors=known,
            resamples=0,
        )
        if len(answers) in (0, *AT):
            seen[str(len(answers))] = left(truth, np.array(found.labels), list(answers))
        if len(answers) >= min(max(AT), len(truth) // 2):
            return seen
        answers |= {i: themes[truth[i]] if truth[i] >= 0 else None for i in found.questions(STEP)}


def regression(draw: dict[str, Any], rows: np.ndarray) -> dict[str, float]:
    """ARI of the regression by number of random answers."""
    truth = np.array(draw["y"])
    seen = {}
    for count in (count for count in AT if count <= len(truth) // 2):
        scores = []
        for seed in range(3):
            picked = np.random.default_rng(seed).permutation(len(truth))[:count]
            if len(set(truth[picked])) > 1:
                model = LogisticRegression(C=10, class_weight="balanced", max_iter=500).fit(rows[picked], truth[picked])
                scores.append(left(truth, model.predict(rows), list(picked)))
        seen[str(count)] = float(np.mean(scores))
    return seen


def main() -> None:
    """Prints a table: families and their mean, by method and number of answers."""
    parser = argparse.ArgumentParser()
    parser.add_argument("draws", type=Path)
    parser.add_argument("vectors", type=Path)
    parser.add_argument("--max", type=int, default=10)
    given = parser.parse_args()
    kept = np.load(given.vectors)
    vectors = dict(zip(kept["t"].tolist(), kept["x"], strict=True))
    seen: Counter[str] = Counter()
    scores: dict[tuple[str, str], list[dict[str, float]]] = defaultdict(list)
    for line in given.draws.read_text(encoding="utf-8").splitlines():
        draw = json.loads(line)
        seen[draw["family"]] += 1
        if seen[draw["family"]] > given.max:
            continue
        rows = unit(np.stack([vectors[text] for text in draw["texts"]]).astype(float))
        known = {text_sha256(name): vectors[name] for name in draw["themes"]}
        scores[draw["family"], "needsseg, needs in view"].append(asked(draw, rows, known, True))
        scores[draw["family"], "needsseg"].append(asked(draw, rows, known, False))
        scores[draw["family"], "regression, random answers"].append(regression(draw, rows))
    counts = ["0", *(str(count) for count in AT)]
    print(f"| draws | method | {' | '.join(counts)} |\n|{' --- |' * (len(counts) + 2)}")
    for (family, method), runs in scores.items():
        cells = []
        for count in counts:
            values = [run[count] for run in runs if count in run]
            cells.append(f"{np.mean(values):.3f}" if values else "–")
        print(f"| {family} ({min(seen[family], given.max)}) | {method} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
