"""sentence-transformers: any model, loaded with PyTorch.

Nothing is fetched: Hugging Face's libraries are told to stay offline.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from needsseg.embedding.catalogue import BUNDLED, Model, check_bundled

if TYPE_CHECKING:
    from needsseg.embedding.vectors import Vectors

BATCH = 32
_OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "TRANSFORMERS_VERBOSITY": "error",
}


def model_rows(model: Model, device: str) -> Callable[[Sequence[str]], Vectors]:
    """Load the model with PyTorch; returns what embeds texts of similar length: unit rows, float32 (n, d)."""
    loaded = loaded_from(model, device)

    def rows(texts: Sequence[str]) -> Vectors:
        import numpy as np

        vectors = loaded.encode(
            list(texts), batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True
        )
        return np.asarray(vectors, dtype=np.float32)

    return rows


def best_device() -> str:
    """A GPU if PyTorch finds one."""
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


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
