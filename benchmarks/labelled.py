"""Labelled draws: texts of known themes, some off-topic, with their vectors; and how scores of many draws are summed up."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from needsseg.embedding import encode, locate, text_sha256

Labels = NDArray[np.int64]
Matrix = NDArray[np.float64]

SHIPPED = Path(__file__).with_name("draws") / "open.jsonl.gz"


@dataclass(frozen=True, slots=True, eq=False)
class Draw:
    """One draw: its themes in ``truth`` (-1 is off-topic), unit vectors in ``rows``, and speakers where it has any."""

    family: str
    seed: int
    texts: list[str]
    truth: Labels
    speakers: list[str] | None
    rows: Matrix

    @property
    def themes(self) -> int:
        """The number of themes, off-topic not among them."""
        return len(set(self.truth[self.truth >= 0].tolist()))


def read(file: Path = SHIPPED) -> list[Draw]:
    """Draws from JSON lines of ``family, seed, texts, y, spk``, gzipped or not, embedded with the bundled model."""
    data = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    return as_draws([json.loads(line) for line in data.decode("utf-8").splitlines()])


def as_draws(found: Sequence[dict[str, Any]]) -> list[Draw]:
    """Draws from their JSON, embedded with the bundled model."""
    vectors = encode(sorted({text for draw in found for text in draw["texts"]}), locate())
    return [
        Draw(
            draw["family"],
            int(draw["seed"]),
            draw["texts"],
            np.array(draw["y"], dtype=np.int64),
            None if draw["spk"][0] is None else [str(speaker) for speaker in draw["spk"]],
            np.stack([vectors[text_sha256(text)] for text in draw["texts"]]).astype(np.float64),
        )
        for draw in found
    ]


def clean(draws: Iterable[Draw]) -> list[Draw]:
    """Draws of the families whose texts carry no speaker's vocabulary."""
    return [draw for draw in draws if "_spk" not in draw.family]


def hard(draws: Iterable[Draw]) -> list[Draw]:
    """Draws of the families where every text carries its speaker's vocabulary."""
    return [draw for draw in draws if draw.family.endswith("_spkH")]


def by_family(draws: Iterable[Draw]) -> dict[str, list[Draw]]:
    """Draws by family, in the order the families come."""
    found: dict[str, list[Draw]] = {}
    for draw in draws:
        found.setdefault(draw.family, []).append(draw)
    return found


def groups(draws: Sequence[Draw]) -> dict[str, list[Draw]]:
    """The two groups, clean and hard, where there are such draws."""
    return {name: chosen for name, chosen in (("clean", clean(draws)), ("hard", hard(draws))) if chosen}


def middle(values: Iterable[float], quantile: float = 0.5) -> float:
    """The median (or another quantile) of what is a number; not a number where nothing is."""
    known = [value for value in values if not np.isnan(value)]
    return float(np.quantile(known, quantile)) if known else float("nan")


def number(value: float) -> str:
    """Two digits, or a dash where there is nothing to say."""
    return "–" if np.isnan(value) else f"{value:.2f}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
