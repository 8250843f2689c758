"""Discovery on labelled draws, beside its peers: quality, answers, repetition, speakers, time and memory.

Run with ``python -m benchmarks.discovery [--only quality,answers,again,speakers,size] [--draws FILE]``; prints Markdown.
FILE holds JSON lines of ``family, seed, texts, y, spk`` (-1 in ``y`` is off-topic), gzipped or not; without it, the
draws shipped in ``draws/`` are read. Peers come with ``pip install needsseg[bench]``; those absent are left out.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.metrics import adjusted_rand_score

from benchmarks import behaviour, sizes
from benchmarks.labelled import SHIPPED, Draw, Labels, by_family, groups, middle, number, read, table
from benchmarks.peers import present

TITLES = {
    "quality": "Quality",
    "answers": "ARI on passages nobody answered, by number of answers",
    "again": "The same again",
    "speakers": "Speakers",
    "size": "Time and peak memory",
}
HEAD = ("draws", "method", "ARI", "off-topic recall", "labelled", "exact k", "ARI with speaker")


def scores(draw: Draw, labels: Labels) -> tuple[float, ...]:
    """ARI over all points (-1 a class of its own), off-topic recall, share labelled, whether k is right, ARI with speaker."""
    off = draw.truth == -1
    return (
        adjusted_rand_score(draw.truth, labels),
        float((labels[off] == -1).mean()) if off.any() else float("nan"),
        float((labels != -1).mean()),
        float(len(set(labels[labels >= 0].tolist())) == draw.themes),
        adjusted_rand_score(draw.speakers, labels) if draw.speakers else float("nan"),
    )


def quality(draws: Sequence[Draw]) -> str:
    """Every method on every draw, medians per group and family; the last line of each says what the truth would score."""
    peers = present()
    found = {(peer.name, id(draw)): scores(draw, peer.labels(draw)) for peer in peers for draw in draws}
    found |= {("(the truth)", id(draw)): scores(draw, draw.truth) for draw in draws}
    methods = dict.fromkeys(method for method, _ in found)
    rows = []
    for name, chosen in {**groups(draws), **by_family(draws)}.items():
        for method in methods:
            columns = np.array([found[method, id(draw)] for draw in chosen]).T
            cells = [number(middle(column)) for column in columns]
            cells[3] = f"{columns[3].mean():.0%}"
            rows.append([f"{name} ({len(chosen)})", method, *cells])
    return table(HEAD, rows)


def main() -> None:
    """Prints the tables that were asked for, all of them unless told otherwise."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(TITLES), help="tables to print, by comma: " + ", ".join(TITLES))
    parser.add_argument("--draws", type=Path, default=SHIPPED, metavar="FILE", help="other labelled draws")
    asked = parser.parse_args()
    wanted = asked.only.split(",")
    if unknown := set(wanted) - set(TITLES):
        parser.error(f"--only takes {', '.join(TITLES)}; not {', '.join(sorted(unknown))}")
    draws = read(asked.draws)
    tables = {
        "quality": quality,
        "answers": behaviour.answers,
        "again": behaviour.again,
        "speakers": behaviour.speakers,
        "size": sizes.tables,
    }
    for name in TITLES:
        if name in wanted:
            print(f"### {TITLES[name]}\n", flush=True)
            print(tables[name](draws) + "\n", flush=True)


if __name__ == "__main__":
    main()
