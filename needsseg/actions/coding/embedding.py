"""Vectors of texts, from the study's cache where it has them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from needsseg.embedding import encode, locate, text_sha256
from needsseg.progress import Progress, silent
from needsseg.settings import load
from needsseg.study.segments import vectors

if TYPE_CHECKING:
    from needsseg.embedding import Vectors
    from needsseg.study.connection import Study


def embedded(study: Study, texts: Sequence[str], progress: Progress = silent) -> dict[str, Vectors]:
    """Unit vectors of all texts by text_sha256, float32 (d,); what was not cached is embedded and cached."""
    model = locate(load(study.path).model)
    known = vectors.load(study, model.sha256, map(text_sha256, texts))
    fresh = encode(texts, model, known, progress)
    vectors.store(study, model.sha256, fresh)
    return known | fresh


def held(study: Study, texts: Sequence[str]) -> dict[str, Vectors]:
    """The vectors that are cached already, under the model that is set; no model is loaded."""
    return vectors.load(study, model_sha256(study), map(text_sha256, texts))


def model_sha256(study: Study) -> str:
    """What tells the vectors of the model that is set from those of every other."""
    return _sha256_of(load(study.path).model)


@lru_cache(maxsize=8)
def _sha256_of(name: str) -> str:
    # A model's weights are hashed once while the program runs: that reads all of them.
    return locate(name).sha256
