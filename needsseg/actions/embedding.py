"""Vectors of texts, from the study's cache where it has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from needsseg.embedding import Progress, encode, locate, silent, text_sha256
from needsseg.settings import load
from needsseg.study import vectors

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
