"""The bundled model in ONNX Runtime: the vectors of PyTorch, whatever the company, without PyTorch."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from needsseg.actions.coding.embedding import embedded, load_cached
from needsseg.embedding import (
    BUNDLED,
    Encoder,
    Model,
    backend_of,
    encode,
    encoding,
    locate,
    open_encoder,
    text_sha256,
    vectors_key,
    vectors_keys,
)
from needsseg.embedding.make_graph import graph
from needsseg.embedding.onnx import GRAPH, runtime_module
from needsseg.errors import NeedssegError
from needsseg.study.connection import Study
from needsseg.study.segments import vectors
from tests.fixtures import strange_texts
from tests.fixtures.wording.matching import refuses

pytestmark = pytest.mark.model

TEXTS = [
    "Nobody knew who had it.", "The board wants one page.", "If this slips, all of that moves.", "ok", "Wer übernimmt das?",
    "会社の報告書", "word " * 300, "z" * 5000, *(text for text in strange_texts.TEXTS.values() if text.strip()),
]  # fmt: skip


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    """The bundled model with ONNX Runtime."""
    return open_encoder(locate())


def test_its_vectors_are_those_of_pytorch(encoder: Encoder) -> None:
    torch_encoder = open_encoder(locate(), "torch")
    assert np.abs(encoder.encode(TEXTS) - torch_encoder.encode(TEXTS)).max() < 1e-5
    assert encoder.key != torch_encoder.key
    assert {encoder.key, torch_encoder.key} == set(vectors_keys(locate().sha256))


@settings(max_examples=15)
@given(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=6))
def test_a_texts_vector_is_the_same_to_the_bit_in_any_company(texts: list[str]) -> None:
    alone = {text: encode([text], locate())[text_sha256(text)] for text in texts}
    together = encode(texts, locate())
    assert all(np.array_equal(together[text_sha256(text)], row) for text, row in alone.items())


def test_torch_is_not_loaded_and_nothing_is_sent_or_kept(tmp_path: Path) -> None:
    code = (
        "import socket, sys\n"
        "socket.socket.connect = lambda *_: sys.exit('a connection was tried')\n"
        "from needsseg.embedding import encode, locate\n"
        "encode(['a'], locate())\n"
        "assert not {'torch', 'transformers', 'sentence_transformers', 'onnx'} & set(sys.modules)\n"
    )
    home = os.environ | {"XDG_CACHE_HOME": str(tmp_path), "HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], check=True, env=home)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_graph_is_what_the_installed_model_gives() -> None:
    import onnx

    made, shipped = (onnx.load_from_string(content).graph for content in (graph(), GRAPH.read_bytes()))
    # Names of steps in between change with torch's version; what is computed, from which weights, does not.
    assert [node.op_type for node in made.node] == [node.op_type for node in shipped.node]
    assert {weight.name for weight in made.initializer} == {weight.name for weight in shipped.initializer}


def test_the_graph_holds_no_weights_and_no_path() -> None:
    graph = GRAPH.read_bytes()
    assert len(graph) < 300_000
    assert str(Path.home()).encode() not in graph and b".py" not in graph


def test_a_runtime_that_cannot_be_loaded_is_said_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    runtime_module.cache_clear()
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with refuses(NeedssegError, "ONNX Runtime", "backend", "torch"):
        runtime_module()
    runtime_module.cache_clear()


@pytest.mark.parametrize(("setting", "runs_in"), [("onnx", "onnx"), ("torch", "torch"), ("int8", "onnx")])
def test_what_is_not_assigned_is_embedded_in_full_precision_as_the_setting_says(
    setting: str, runs_in: str, study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[str] = []
    load = encoding.load

    def watched(model: Model, backend: str, device: str = "cpu") -> object:
        loaded.append(backend)
        return load(model, backend, device)

    monkeypatch.setattr(encoding, "load", watched)
    monkeypatch.setenv("NEEDSSEG_BACKEND", setting)
    kept = embedded(study, TEXTS[:2])
    assert loaded == [runs_in]
    assert vectors.load(study, [vectors_key(locate(), runs_in)], kept).keys() == kept.keys()


def test_another_model_runs_in_torch(tmp_path: Path) -> None:
    other = Model(str(tmp_path), tmp_path, "0" * 64)
    assert [backend_of(other, "onnx"), backend_of(other, "int8")] == ["torch", "int8"]
    assert backend_of(locate(BUNDLED), "onnx") == "onnx"


def test_a_study_takes_vectors_of_either_back_end_and_keeps_them_apart(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEEDSSEG_BACKEND", "torch")
    first = embedded(study, TEXTS[:2])
    monkeypatch.delenv("NEEDSSEG_BACKEND")
    onnx_key, torch_key = vectors_keys(locate().sha256)
    assert vectors.load(study, [onnx_key], first) == {}
    both = embedded(study, TEXTS[:3])
    assert all(np.array_equal(both[key], row) for key, row in first.items())
    assert set(vectors.load(study, [torch_key], both)) == set(first)
    assert set(vectors.load(study, [onnx_key], both)) == set(both) - set(first)
    assert set(load_cached(study, TEXTS[:3])) == set(both)
