"""Assign new texts to segments on a Spark cluster: the same assigner over partitions, with the model sent to executors.

``mapInArrow`` transfers the texts, which needs PyArrow on both sides; pandas is unused, but PySpark requires it.
Executors run Python with needsseg installed (``needsseg[spark-assign]``, and ``needsseg[onnx]`` for that back end), the
one that PYSPARK_PYTHON names; the model need not be there, and a Python worker loads it once.

With ONNX Runtime a text's vector is independent of its batch, so results equal those of one machine exactly. With
PyTorch vectors differ in the seventh decimal by batch, which hardly ever changes a label.
"""

from __future__ import annotations

import os
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from needsseg.accounts.engines.spark import _installed, scanned
from needsseg.embedding import MULTILINGUAL, Encoder, Model, open_encoder
from needsseg.errors import Advice, NeedssegError, Option, UsageError
from needsseg.operating_system import computer_name
from needsseg.settings import BACKENDS

if TYPE_CHECKING:
    from needsseg.segments.assigning import Assigner, Assignment

COLUMNS = "row bigint, label string, confidence double, first string, second string, reason string, evidence array<int>"
_sent: dict[str, tempfile.TemporaryDirectory[str]] = {}
_opened: dict[str, Encoder] = {}


def assigned_on_spark(
    session: Any, texts: Any, assigner: Assigner, model: Model, backend: str = "torch", *, row: str = "row",
    text: str = "text",
) -> Any:  # fmt: skip
    """Return a Spark frame of one assignment per text, unordered: row, label, confidence, first, second, reason, evidence.

    ``texts`` is a frame of ``session``, or a Parquet file that all executors see, with the columns ``row`` (a whole
    number) and ``text``; rows without a text are left out. Nothing runs before the frame is read. UsageError for a Spark
    Connect session, which cannot be sent a model, for a missing column, and where PyArrow or pandas is not installed.
    """
    for module in ("pyarrow", "pandas"):
        _installed(module, "spark-assign")
    if model.name == MULTILINGUAL:
        raise UsageError(
            "The multilingual model does not run on Spark.",
            "Assign on this machine, or set model to the folder of a multilingual sentence-transformers model.",
        )
    if backend not in BACKENDS:
        raise UsageError(f"'{backend}' is not a valid back end.", f"Back ends: {', '.join(BACKENDS)}.")
    if not hasattr(session, "_jsparkSession"):
        raise UsageError(
            "Texts are assigned on a Spark session with a master, and this one is Spark Connect's.",
            Advice(
                "Name the master of a cluster",
                Option.ENGINE.of(engine="spark:spark://HOST:7077"),
                ", or assign on this machine.",
            ),
        )
    frame = scanned(session, texts) if isinstance(texts, Path) else texts
    for column in (row, text):
        if column not in frame.columns:
            raise UsageError(f"The texts have no column '{column}'.", f"Columns: {', '.join(frame.columns)}.")
    name = _send(session, model, backend)
    text_frame = frame.selectExpr(f"cast(`{row}` as bigint) as row", f"cast(`{text}` as string) as text")
    return text_frame.mapInArrow(_on_executors(assigner, model, backend, name), COLUMNS)


def _send(session: Any, model: Model, backend: str) -> str:
    """Send the model's folder to all executors, once per application; return its name there."""
    folder = model.path
    if backend == "int8":
        from needsseg.embedding.int8 import exported

        folder = exported(model)
    name = f"needsseg-{backend}-{model.sha256[:16]}"
    context = session.sparkContext
    if context.master.startswith("local") and "PYSPARK_PYTHON" not in os.environ:
        context.pythonExec = sys.executable  # local executors use the running Python
    sent_key = f"{context.applicationId} {name}"
    if sent_key not in _sent:
        # Executors that start later fetch it from here too, so it stays until this program ends.
        _sent[sent_key] = tempfile.TemporaryDirectory(prefix="needsseg-")
        archive = Path(_sent[sent_key].name) / f"{name}.zip"
        with zipfile.ZipFile(archive, "w") as packed:
            for file in sorted(folder.rglob("*")):
                if file.is_file():
                    packed.write(file, file.relative_to(folder))
        context.addArchive(f"{archive}#{name}")
    return name


def _on_executors(
    assigner: Assigner, model: Model, backend: str, name: str
) -> Callable[[Iterator[Any]], Iterator[Any]]:
    """Return the function that assigns the batches of a partition; it closes over only what workers need."""
    model_name, sha256 = model.name, model.sha256

    def assigned(batches: Iterator[Any]) -> Iterator[Any]:
        import pyarrow
        from pyspark import SparkFiles

        encoder = _encoder(Model(model_name, Path(SparkFiles.get(name)), sha256), backend)
        for batch in batches:
            rows, verdicts = _verdicts(batch.column(0).to_pylist(), batch.column(1).to_pylist(), assigner, encoder)
            yield pyarrow.RecordBatch.from_arrays(
                [
                    pyarrow.array(rows, pyarrow.int64()),
                    pyarrow.array([verdict.label for verdict in verdicts], pyarrow.string()),
                    pyarrow.array([verdict.confidence for verdict in verdicts], pyarrow.float64()),
                    pyarrow.array([verdict.first for verdict in verdicts], pyarrow.string()),
                    pyarrow.array([verdict.second for verdict in verdicts], pyarrow.string()),
                    pyarrow.array([verdict.reason for verdict in verdicts], pyarrow.string()),
                    pyarrow.array([list(verdict.evidence) for verdict in verdicts], pyarrow.list_(pyarrow.int32())),
                ],
                names=["row", "label", "confidence", "first", "second", "reason", "evidence"],
            )

    return assigned


def _verdicts(
    rows: Sequence[int], texts: Sequence[str | None], assigner: Assigner, encoder: Encoder
) -> tuple[list[int], list[Assignment]]:
    numbered_texts = [(row, text) for row, text in zip(rows, texts, strict=True) if text and text.strip()]
    if not numbered_texts:
        return [], []
    return [row for row, _ in numbered_texts], assigner.assign(
        encoder.encode([text for _, text in numbered_texts]).astype("float64")
    )


def _encoder(model: Model, backend: str) -> Encoder:
    """Return the encoder, loaded once per Python worker, which Spark reuses between tasks."""
    key = f"{backend} {model.path}"
    if key not in _opened:
        if not model.path.is_dir():
            raise NeedssegError(f"The model was not sent to the executor on {computer_name()}.", "Start it again.")
        if backend == "int8":
            from needsseg.embedding.int8 import open_int8

            _opened[key] = open_int8(model, model.path)
        else:
            _opened[key] = open_encoder(model, backend)
    return _opened[key]
