"""Discovery on labelled draws, side by side: ours, HDBSCAN on the raw vectors, k-means with k by silhouette.

Run with ``python -m benchmarks.discovery FILE`` on JSON lines of ``family, texts, y, spk`` (-1 in ``y`` is off-topic).
Scores, median over draws: adjusted Rand index over all points (-1 as a class of its own); recall of off-topic points; share
labelled; share of draws with the true number of themes; adjusted Rand index between labels and speakers.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import hdbscan
import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score

from needsseg.discovery import discover
from needsseg.embedding import encode, locate, text_sha256

Labels = NDArray[np.int64]
Method = Callable[[Sequence[str], Sequence[str], NDArray[np.float64]], Labels]


def ours(texts: Sequence[str], speakers: Sequence[str], rows: NDArray[np.float64]) -> Labels:
    """needsseg."""
    return np.array(discover(texts, speakers, vectors=rows).labels)


def raw_hdbscan(_texts: Sequence[str], _speakers: Sequence[str], rows: NDArray[np.float64]) -> Labels:
    """HDBSCAN as it comes, smallest cluster 10."""
    labels: Labels = hdbscan.HDBSCAN(min_cluster_size=10).fit_predict(rows)
    return labels


def k_means(_texts: Sequence[str], _speakers: Sequence[str], rows: NDArray[np.float64]) -> Labels:
    """k-means, k from 2 to 8 by silhouette."""
    tried = [KMeans(k, n_init=5, random_state=0).fit_predict(rows) for k in range(2, 9)]
    best: Labels = max(tried, key=lambda labels: silhouette_score(rows, labels, metric="cosine"))
    return best


def scores(truth: Labels, speakers: Sequence[str], labels: Labels) -> tuple[float, ...]:
    """The five scores of the module's docstring for one draw."""
    off = truth == -1
    return (
        adjusted_rand_score(truth, labels),
        float((labels[off] == -1).mean()),
        float((labels != -1).mean()),
        float(len(set(labels[labels >= 0])) == len(set(truth[~off]))),
        adjusted_rand_score(speakers, labels),
    )


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    draws = [json.loads(line) for line in parser.parse_args().file.read_text(encoding="utf-8").splitlines()]
    vectors = encode(sorted({text for draw in draws for text in draw["texts"]}), locate())
    methods: dict[str, Method] = {"needsseg": ours, "HDBSCAN, raw": raw_hdbscan, "k-means, silhouette": k_means}
    found: dict[tuple[str, str], list[tuple[float, ...]]] = defaultdict(list)
    for draw in draws:
        rows = np.stack([vectors[text_sha256(text)] for text in draw["texts"]]).astype(np.float64)
        speakers = [str(speaker) for speaker in draw["spk"]]
        for name, method in methods.items():
            labels = method(draw["texts"], speakers, rows)
            found[draw["family"], name].append(scores(np.array(draw["y"]), speakers, labels))
    print(
        "| draws | method | ARI | off-topic recall | labelled | exact k | ARI with speaker |\n|---|---|---|---|---|---|---|"
    )
    for (family, name), rows_of in found.items():
        table = np.array(rows_of)
        middle = np.median(table, axis=0)
        cells = [
            f"{middle[0]:.2f}",
            f"{middle[1]:.2f}",
            f"{middle[2]:.2f}",
            f"{table[:, 3].mean():.0%}",
            f"{middle[4]:.2f}",
        ]
        print(f"| {family} ({len(table)}) | {name} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
