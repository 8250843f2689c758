"""ONNX Runtime: the bundled model from its shipped graph and its package's weights, in fp32, without PyTorch.

The graph (made by ``make_graph``) holds no weights; they are read from the checked ``model.safetensors``. Each text runs
alone on one thread, several texts at a time: its vector is the same to the bit in whatever company it comes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from needsseg.embedding.catalogue import Model, check_bundled
from needsseg.embedding.vectors import unit
from needsseg.errors import NeedssegError
from needsseg.operating_system import processor_count

if TYPE_CHECKING:
    from needsseg.embedding.vectors import Vectors

GRAPH = Path(__file__).with_name("all-MiniLM-L6-v2.onnx")
MOST_TOKENS = 256
# The weights' file has them; a text's vector is the mean of its tokens, which needs none of them.
UNUSED = {"embeddings.position_ids", "pooler.dense.bias", "pooler.dense.weight"}


def bundled_rows(model: Model) -> Callable[[Sequence[str]], Vectors]:
    """Load the bundled model; returns what embeds texts: unit rows, float32 (n, 384).

    NeedssegError where a file of the model was changed.
    """
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    check_bundled(model)
    tokenizer = Tokenizer.from_file(str(model.path / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MOST_TOKENS)
    weights = load_file(model.path / "model.safetensors")
    used = {name: weight for name, weight in weights.items() if name not in UNUSED}
    return each_alone(session(GRAPH.read_bytes(), used), tokenizer)


def session(graph: bytes | str, weights: Mapping[str, Vectors] | None = None) -> Any:
    """Open a graph, by its content or its file, on one thread, with weights from outside where it has none."""
    runtime = runtime_module()
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    if weights is not None:
        values = [runtime.OrtValue.ortvalue_from_numpy(weight) for weight in weights.values()]
        options.add_external_initializers(list(weights), values)
    return runtime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def each_alone(opened: Any, tokenizer: Any) -> Callable[[Sequence[str]], Vectors]:
    """What embeds texts with an open session, one text a run: unit rows, float32 (n, d)."""
    import numpy as np

    workers = ThreadPoolExecutor(max_workers=_threads(), thread_name_prefix="needsseg-onnx")

    def row(ids: list[int]) -> Vectors:
        vector: Vectors = opened.run(None, {"input_ids": np.array([ids], dtype=np.int64)})[0][0]
        return vector

    def rows(texts: Sequence[str]) -> Vectors:
        tokens = [encoding.ids for encoding in tokenizer.encode_batch_fast(list(texts))]
        return np.asarray(unit(np.stack(list(workers.map(row, tokens)))), dtype=np.float32)

    return rows


def _threads() -> int:
    """Return the number of processors for this program, or OMP_NUM_THREADS, which Spark sets for its workers."""
    thread_setting = os.environ.get("OMP_NUM_THREADS", "")
    if thread_setting.isdecimal() and int(thread_setting):
        return int(thread_setting)
    return processor_count()


@lru_cache(maxsize=1)
def runtime_module() -> Any:
    """Import ONNX Runtime with its telemetry, and the identifier for it, disabled; NeedssegError where that fails."""
    # The two names are of different releases; both are read once, at import.
    os.environ["ORT_DISABLE_TELEMETRY"] = os.environ["ORT_TELEMETRY_DISABLED"] = "1"
    try:
        import onnxruntime
    except ImportError as error:
        raise NeedssegError(
            f"ONNX Runtime cannot be loaded: {error}", "Reinstall the package onnxruntime, or set backend to torch."
        ) from error

    onnxruntime.disable_telemetry_events()
    return onnxruntime
