"""Embedding many texts: plain ``SentenceTransformer.encode`` beside needsseg's three back ends, and what int8 does to labels.

``python -m benchmarks.encoding [TEXTS]`` embeds real texts, a fifth of which come twice, in no order: texts of the labelled
draws and sentences of the sample interviews. Every figure is of a fresh process, without loading the model; all take
turns, and medians are told. Then labelled draws, one of each family, are put to their themes with vectors of either back end.
"""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

from benchmarks.labelled import SHIPPED, table
from benchmarks.sizes import peak_memory
from needsseg.embedding import Encoder, locate, open_encoder
from needsseg.segments.assigning import Assignment, learn
from needsseg.settings import shipped
from needsseg.transcripts import read

ROOT = Path(__file__).resolve().parents[1]
TEXTS = 5_000
TWICE = 0.2
ROUNDS = 3
METHODS = ("plain", "torch", "onnx", "int8")
NAMES = {
    "plain": "`SentenceTransformer.encode`", "torch": "needsseg, torch", "onnx": "needsseg, onnx", "int8": "needsseg, int8",
}  # fmt: skip


def draws() -> list[dict[str, list[str]]]:
    """The labelled draws as they lie in the file."""
    lines = gzip.decompress(SHIPPED.read_bytes()).decode("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def texts(count: int = TEXTS, seed: int = 0) -> list[str]:
    """``count`` real texts in no order, TWICE of them copies of others."""
    found = {text for draw in draws() for text in draw["texts"]}
    for file in sorted((shipped("interviews") / "transcripts").iterdir()):
        transcript = read(file)
        for turn in transcript.turns:
            found |= {part for part in re.split(r"(?<=[.!?])\s+", transcript.words(turn)) if part.strip()}
    rng = np.random.default_rng(seed)
    distinct = rng.permutation(sorted(found))[: int(count * (1 - TWICE))].tolist()
    again = rng.choice(distinct, count - len(distinct)).tolist()
    return [str(text) for text in rng.permutation(distinct + again)]


def one(method: str, given: Path) -> None:
    """Embed the texts in this process and print seconds, processor seconds and peak memory as JSON."""
    wanted = json.loads(given.read_text(encoding="utf-8"))
    if method == "plain":
        from sentence_transformers import SentenceTransformer

        encode = SentenceTransformer(str(locate().path)).encode
    else:
        encode = open_encoder(locate(), method).encode
    encode(wanted[:1])
    began, worked = time.perf_counter(), time.process_time()
    rows = encode(wanted)
    took, worked = time.perf_counter() - began, time.process_time() - worked
    assert len(rows) == len(wanted)
    print(json.dumps({"took": took, "processor": worked, "memory": peak_memory()}))


def speeds(count: int) -> list[list[str]]:
    """A line per method: texts a second, against plain, by the processor's clock too, and peak memory."""
    runs: dict[str, list[dict[str, float]]] = {method: [] for method in METHODS}
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder) / "texts.json"
        given.write_text(json.dumps(texts(count)), encoding="utf-8")
        open_encoder(locate(), "int8")  # exported beforehand, as it is on any run but the first
        for _ in range(ROUNDS):
            for method in METHODS:
                made = subprocess.run(
                    [sys.executable, "-m", "benchmarks.encoding", "--one", method, str(given)],
                    cwd=ROOT, check=True, capture_output=True, text=True,
                )  # fmt: skip
                runs[method].append(json.loads(made.stdout.splitlines()[-1]))
                print(method, runs[method][-1], file=sys.stderr)
    middle = {method: {key: median(run[key] for run in mine) for key in mine[0]} for method, mine in runs.items()}
    plain = middle["plain"]
    return [
        [NAMES[method], f"{count / mine['took']:.0f}", f"{plain['took'] / mine['took']:.2f}",
         f"{count / mine['processor']:.0f}", f"{plain['processor'] / mine['processor']:.2f}", f"{mine['memory']:.0f} MB"]
        for method, mine in middle.items()
    ]  # fmt: skip


def agreement() -> list[list[str]]:
    """How labels from int8 vectors agree with those from fp32, where the segments were learnt from either."""
    by_family = {draw["family"]: draw for draw in reversed(draws())}  # the first of each
    encoders = {backend: open_encoder(locate(), backend) for backend in ("onnx", "int8")}
    same: dict[str, list[NDArray[np.float64]]] = {}
    for draw in by_family.values():
        truth = np.array(draw["y"])
        drawn = np.random.default_rng(draw["seed"]).permutation(len(truth)) < len(truth) // 2
        rows = {backend: _rows(encoder, draw["texts"]) for backend, encoder in encoders.items()}
        alike = (rows["onnx"] * rows["int8"]).sum(axis=1)
        known, themes = drawn & (truth >= 0), [str(theme) for theme in truth[~drawn]]
        taught = {back: learn(mine[known], [str(theme) for theme in truth[known]]) for back, mine in rows.items()}
        plain = taught["onnx"].assign(rows["onnx"][~drawn])
        for name, teacher, back in (
            ("both fp32", "onnx", "onnx"), ("learnt from fp32, texts in int8", "onnx", "int8"), ("both int8", "int8", "int8"),
        ):  # fmt: skip
            found = taught[teacher].assign(rows[back][~drawn])
            same.setdefault(name, []).append(_compared(plain, found, themes, alike[~drawn]))
    return [
        [name, *(f"{value:.3f}" for value in np.nanmean(np.concatenate(parts), axis=0))] for name, parts in same.items()
    ]


def _rows(encoder: Encoder, given: Sequence[str]) -> NDArray[np.float64]:
    return encoder.encode(given).astype(np.float64)


def _compared(
    plain: Sequence[Assignment], found: Sequence[Assignment], truth: Sequence[str], alike: NDArray[np.float64]
) -> NDArray[np.float64]:
    """A line per text: same label or both none; the same best segment; labelled; right where labelled; likeness."""
    return np.array([
        [a.label == b.label, a.first == b.first, b.label is not None, np.nan if b.label is None else b.label == y, near]
        for a, b, y, near in zip(plain, found, truth, alike, strict=True)
    ], dtype=np.float64)  # fmt: skip


def main() -> None:
    """Print both tables."""
    if sys.argv[1:2] == ["--one"]:
        one(sys.argv[2], Path(sys.argv[3]))
        return
    count = int(sys.argv[1]) if len(sys.argv) > 1 else TEXTS
    print(table(
        ["method", "texts a second", "of plain", "texts a processor second", "of plain", "peak memory"], speeds(count)
    ), flush=True)  # fmt: skip
    print(table(
        ["vectors", "same label", "same best segment", "labelled", "right of those", "cosine with fp32"], agreement()
    ))  # fmt: skip


if __name__ == "__main__":
    main()
