"""The vectors of the texts that tests embed, recorded once from the bundled model, so that ordinary tests load no model.

``tests/data/vectors.npz`` holds them: ``keys`` (32 bytes each, the SHA-256 of a text) and ``rows`` (float32, unit length,
as ``needsseg.embedding.encode`` gave them). A test that asks for another text fails and says so; ``make vectors`` runs the
suite, embeds what is missing and adds it. Tests about the model itself are marked ``model`` and load it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from needsseg.embedding import BUNDLED_SHA256, Model, text_sha256

RECORDED = Path(__file__).parent / "data" / "vectors.npz"
Rows = npt.NDArray[np.float32]


def read(file: Path) -> dict[str, Rows]:
    """The vectors in a file by ``text_sha256``."""
    with np.load(file) as held:
        return dict(zip((row.tobytes().hex() for row in held["keys"]), held["rows"], strict=True))


@cache
def recorded() -> dict[str, Rows]:
    """The recorded vectors; none where nothing was recorded yet."""
    return read(RECORDED) if RECORDED.exists() else {}


def write(vectors: Mapping[str, Rows], file: Path) -> None:
    """Writes a file of vectors, ordered by key, so that the same vectors give the same bytes."""
    keys = sorted(vectors)
    digests = np.array([list(bytes.fromhex(key)) for key in keys], dtype=np.uint8)
    np.savez(file, keys=digests, rows=np.stack([vectors[key] for key in keys]).astype(np.float32))


class RecordedModel:
    """Stands in for the loaded sentence model: gives recorded vectors, and the real model's where that is allowed."""

    real_for_all = False
    """Whether the test that runs is about the model itself."""
    recording = False
    """Whether texts without a recorded vector are embedded and their vectors added to the file."""
    added: ClassVar[dict[str, Rows]] = {}

    def __init__(self, load: Callable[[], Any]) -> None:
        self._load = load

    def encode(self, texts: Sequence[str], **options: object) -> Rows:
        if self.real_for_all:
            return self._real(texts, options)
        known = {**recorded(), **self.added}
        missing = [text for text in texts if text_sha256(text) not in known]
        if missing and not self.recording:
            raise AssertionError(
                f"{len(missing)} texts have no recorded vector, the first of them {missing[0]!r}: "
                "run `make vectors`, or mark the test `model` if it is about the model."
            )
        if missing:
            self.added.update(zip(map(text_sha256, missing), self._real(missing, options), strict=True))
            known |= self.added
        return np.stack([known[text_sha256(text)] for text in texts])

    def __getattr__(self, name: str) -> Any:
        return getattr(self._load(), name)

    def _real(self, texts: Sequence[str], options: Mapping[str, object]) -> Rows:
        rows: Rows = self._load().encode(list(texts), **options)
        return rows


def stand_in(load: Callable[..., Any]) -> Callable[..., Any]:
    """``needsseg.embedding._load`` for tests: recorded vectors of the bundled model; another model is really loaded."""

    def loaded(model: Model, device: str = "cpu") -> Any:
        bundled = model.sha256 == BUNDLED_SHA256["model.safetensors"] and not RecordedModel.real_for_all
        return RecordedModel(lambda: load(model, device)) if bundled else load(model, device)

    return loaded


def keep_added(folder: Path, worker: str) -> None:
    """Writes what one process of the run added to a file of its own in ``folder``."""
    if RecordedModel.added:
        write(RecordedModel.added, folder / f"{worker}.npz")


def merge_added(folder: Path) -> None:
    """Adds what all processes of the run added to the recorded vectors."""
    parts = sorted(folder.glob("*.npz"))
    if parts:
        write({**recorded(), **{key: row for part in parts for key, row in read(part).items()}}, RECORDED)
    for part in parts:
        part.unlink()
