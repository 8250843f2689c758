"""Embed texts, using the study's cache of vectors."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from needsseg.actions.study.languages import model_name, study_model
from needsseg.embedding import encode, exact_backend, locate, text_sha256, vectors_key, vectors_keys
from needsseg.progress import Progress, silent
from needsseg.settings import load
from needsseg.study.file import marks
from needsseg.study.segments import vectors

if TYPE_CHECKING:
    from needsseg.embedding import Vectors
    from needsseg.study.connection import Study

_AT_ONCE = 2_000
"""How many vectors are read at once: some 20 ms."""


def embedded(study: Study, texts: Sequence[str], progress: Progress = silent) -> dict[str, Vectors]:
    """Return unit vectors of all texts by text_sha256, float32 (d,); embed and cache those that are missing."""
    settings = load(study.path)
    model = study_model(study)
    erasings = marks.erasings(study)
    stored = vectors.load(study, vectors_keys(model.sha256), map(text_sha256, texts))
    fresh = encode(texts, model, stored, progress, settings.backend)
    vectors.store(study, vectors_key(model, exact_backend(model, settings.backend)), fresh, erasings)
    return stored | fresh


def load_cached(study: Study, texts: Sequence[str]) -> dict[str, Vectors]:
    """Load the vectors that are cached for the study's model; loads no model."""
    return vectors.load(study, vectors_keys(model_sha256(study)), map(text_sha256, texts))


def cached_rows(study: Study, texts: Sequence[str], progress: Progress = silent) -> tuple[Vectors | None, int]:
    """Load the cached vectors of texts as rows, float32 (n, d), None if some are missing, and how many distinct ones are.

    They are read part by part: no part takes so long that another thread waits for it.
    """
    import numpy as np

    keys = vectors_keys(model_sha256(study))
    places: dict[str, list[int]] = {}
    for place, text in enumerate(texts):
        places.setdefault(text_sha256(text), []).append(place)
    hashes, rows, missing = list(places), np.zeros((0, 0), np.float32), 0
    for begin in range(0, len(hashes), _AT_ONCE):
        progress("reading vectors", begin, len(hashes))
        part = hashes[begin : begin + _AT_ONCE]
        stored = vectors.load(study, keys, part)
        missing += len(part) - len(stored)
        if not rows.size and stored:
            rows = np.zeros((len(texts), len(next(iter(stored.values())))), np.float32)
        for sha256, vector in stored.items():
            rows[places[sha256]] = vector
    return (None if missing else rows), missing


def model_sha256(study: Study) -> str:
    """The hash that identifies the vectors of the study's model."""
    return _sha256_of(model_name(study))


@lru_cache(maxsize=8)
def _sha256_of(name: str) -> str:
    # Cached for the program's lifetime, since hashing reads all of a model's weights.
    return locate(name).sha256
