"""The vectors of the texts that tests embed, recorded once from the bundled model, so that ordinary tests load no model.

``tests/data/vectors.npz`` holds them: ``keys`` (32 bytes each, the SHA-256 of a text) and ``rows`` (float32, unit length,
as ``needsseg.embedding.encode`` gave them). A test that asks for another text fails and says so; ``make vectors`` runs the
suite with the real model and writes the file anew. Tests about the model itself are marked ``model`` and load it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from needsseg.embedding import BUNDLED_SHA256, Model, text_sha256

RECORDED = Path(__file__).parent / "data" / "vectors.npz"
Rows = npt.NDArray[np.float32]


@cache
def recorded() -> dict[str, Rows]:
    """The recorded vectors by ``text_sha256``; none where nothing was recorded yet."""
    if not RECORDED.exists():
        return {}
    with np.load(RECORDED) as held:
        return dict(zip((row.tobytes().hex() for row in held["keys"]), held["rows"], strict=True))


def write(vectors: Mapping[str, Rows]) -> None:
    """Writes the file anew, ordered by key, so that the same vectors give the same bytes."""
    keys = sorted(vectors)
    digests = np.array([list(bytes.fromhex(key)) for key in keys], dtype=np.uint8)
    np.savez(RECORDED, keys=digests, rows=np.stack([vectors[key] for key in keys]).astype(np.float32))


class RecordedModel:
    """Stands in for the loaded sentence model: gives a text's recorded vector, and fails for a text that has none."""

    def encode(self, texts: Sequence[str], **_options: object) -> Rows:
        known = recorded()
        missing = [text for text in texts if text_sha256(text) not in known]
        if missing:
            raise AssertionError(
                f"{len(missing)} texts have no recorded vector, the first of them {missing[0]!r}: "
                "run `make vectors`, or mark the test `model` if it is about the model."
            )
        return np.stack([known[text_sha256(text)] for text in texts])


class RecordingModel:
    """The real model, which keeps every vector that it gave."""

    asked: dict[str, Rows] = {}  # noqa: RUF012 - one record for the whole run

    def __init__(self, loaded: Any) -> None:
        self.loaded = loaded

    def encode(self, texts: Sequence[str], **options: object) -> Rows:
        rows: Rows = self.loaded.encode(texts, **options)
        self.asked |= {text_sha256(text): row for text, row in zip(texts, rows, strict=True)}
        return rows


def stand_in(load: Any, recording: bool) -> Any:
    """``needsseg.embedding._load`` for tests: recorded vectors of the bundled model; another model is really loaded."""

    def loaded(model: Model, device: str = "cpu") -> Any:
        if model.sha256 != BUNDLED_SHA256["model.safetensors"]:
            return load(model, device)
        return RecordingModel(load(model, device)) if recording else RecordedModel()

    return loaded
