"""Vectors in int8: nearly those of the model, the same in any company, and nothing is told to anybody."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from needsseg.embedding import locate, open_encoder
from needsseg.embedding.int8 import exported, open_int8
from needsseg.errors import NeedssegError, UsageError
from tests.fixtures.requirements import needs
from tests.fixtures.wording.common import UNREADABLE
from tests.fixtures.wording.discovery import NOT_EXPORTED, NOT_INSTALLED
from tests.fixtures.wording.matching import refuses

pytestmark = pytest.mark.model

TEXTS = [
    "Nobody knew who had it.", "The board wants one page.", "If this slips, all of that moves.", "ok",
    "Wer übernimmt das? Niemand, wie immer.", "word " * 300, "Nobody knew who had it.", "z" * 5000,
]  # fmt: skip


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder of its own, so that the model is exported here."""
    needs("onnx")
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def folder(cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The exported model."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    return exported(locate())


def test_int8_vectors_are_close_to_the_models_own(folder: Path) -> None:
    encoder, plain = open_encoder(locate(), "int8"), open_encoder(locate(), "torch")
    rows = encoder.encode(TEXTS)
    assert (rows.shape, rows.dtype) == ((8, 384), np.float32)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert (rows * plain.encode(TEXTS)).sum(axis=1).min() > 0.95
    assert encoder.key != plain.key
    assert encoder.key.startswith(locate().sha256)


def test_a_texts_vector_is_the_same_to_the_bit_in_any_company(folder: Path) -> None:
    encoder = open_int8(locate(), folder)
    together = encoder.encode(TEXTS)
    assert all(np.array_equal(encoder.encode([text])[0], row) for text, row in zip(TEXTS, together, strict=True))


def test_the_model_is_exported_once_into_a_private_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("needsseg.embedding.int8._export", lambda *_: pytest.fail("exported again"))
    assert exported(locate()) == folder
    assert sorted(file.name for file in folder.iterdir()) == ["meta.json", "model.onnx", "tokenizer.json"]
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [left.name for left in folder.parent.iterdir()] == [folder.name]


def test_nothing_is_kept_or_sent_about_its_use_and_torch_is_not_loaded(folder: Path, cache: Path) -> None:
    code = (
        "import socket, sys\n"
        "socket.socket.connect = lambda *_: sys.exit('a connection was tried')\n"
        "from needsseg.embedding import locate, open_encoder\n"
        "open_encoder(locate(), 'int8').encode(['a'])\n"
        "assert 'torch' not in sys.modules and 'transformers' not in sys.modules\n"
    )
    environment = os.environ | {"XDG_CACHE_HOME": str(cache), "HOME": str(cache)}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    assert [left.name for left in cache.iterdir()] == ["needsseg"]


def test_a_killed_or_failed_export_leaves_nothing(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("needsseg.embedding.int8._trace", lambda *_: (_ for _ in ()).throw(RuntimeError("no such op")))
    with refuses(NeedssegError, NOT_EXPORTED, "no such op", "backend", "onnx"):
        open_encoder(locate(), "int8")
    assert list((tmp_path / "needsseg" / "onnx").iterdir()) == []


def test_a_damaged_export_says_what_to_delete(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"nothing")
    with refuses(NeedssegError, "exported model", UNREADABLE, "delete"):
        open_int8(locate(), tmp_path)


def test_without_the_extra_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with refuses(UsageError, "onnx", NOT_INSTALLED, "needsseg[int8]"):
        open_encoder(locate(), "int8")
