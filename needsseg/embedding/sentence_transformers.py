"""sentence-transformers: a model loaded with PyTorch, and texts embedded with it in one canonical order.

Nothing is fetched: Hugging Face's libraries are told to stay offline.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from needsseg.embedding.catalogue import BUNDLED, Model, check_bundled, text_sha256
from needsseg.embedding.encoder import Encoder
from needsseg.progress import Progress, silent

if TYPE_CHECKING:
    from needsseg.embedding.vectors import Vectors

BATCH = 32
_loaded: dict[tuple[str, str], object] = {}
_OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "TRANSFORMERS_VERBOSITY": "error",
}


def encode(
    texts: Sequence[str],
    model: Model,
    known_vectors: Mapping[str, Vectors] | None = None,
    progress: Progress = silent,
) -> dict[str, Vectors]:
    """Unit vectors of the distinct ``texts`` that ``known_vectors`` (by text_sha256) lacks, by text_sha256; float32, shape (d,).

    Distinct texts are encoded in one canonical order (length, then text), so that the same texts give the same bits
    in whatever order they come.
    """
    text_by_hash = {text_sha256(text): text for text in texts}
    missing = sorted(
        (len(text), text, key)
        for key, text in text_by_hash.items()
        if known_vectors is None or key not in known_vectors
    )
    if not missing:
        return {}
    progress("loading the sentence model", 0, len(missing))
    loaded = _load(model)
    import numpy as np

    vector_by_hash: dict[str, Vectors] = {}
    for start in range(0, len(missing), BATCH * 4):
        part = missing[start : start + BATCH * 4]
        vectors = loaded.encode(
            [text for _, text, _ in part],
            batch_size=BATCH,
            normalize_embeddings=True,
            show_progress_bar=False,
            convert_to_numpy=True,
        )
        for (_, _, key), vector in zip(part, np.asarray(vectors, dtype=np.float32), strict=True):
            vector_by_hash[key] = vector
        progress("embedding", min(start + BATCH * 4, len(missing)), len(missing))
    return vector_by_hash


def open_sentence_transformers(model: Model) -> Encoder:
    """Load the model with PyTorch, on a GPU if there is one."""
    loaded = _load(model, _device())

    def vectors(texts: Sequence[str]) -> Vectors:
        rows: Vectors = loaded.encode(
            list(texts), batch_size=len(texts), normalize_embeddings=True, show_progress_bar=False
        )
        return rows

    return Encoder(model.sha256, len(vectors(["a"])[0]), vectors)


def _device() -> str:
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _load(model: Model, device: str = "cpu"):  # type: ignore[no-untyped-def]  # as below
    if (model.sha256, device) not in _loaded:
        _loaded[model.sha256, device] = loaded_from(model, device)
    return _loaded[model.sha256, device]


def loaded_from(model: Model, device: str, **options: object):  # type: ignore[no-untyped-def]
    """Load a SentenceTransformer; NeedssegError where the bundled model was changed."""
    for name, value in _OFFLINE.items():
        os.environ.setdefault(name, value)
    # Hashing releases the interpreter lock, so it runs in parallel with the import, which touches no model file.
    with ThreadPoolExecutor(max_workers=1) as executor:
        checked = executor.submit(check_bundled, model) if model.name == BUNDLED else None
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        if checked is not None:
            checked.result()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    return SentenceTransformer(str(model.path), device=device, **options)
