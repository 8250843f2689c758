"""A cluster puts texts where one machine puts them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from needsseg.accounts.assign.spark import assigned_on_spark
from needsseg.accounts.engines.spark import open_spark
from needsseg.embedding import locate, open_encoder
from needsseg.errors import UsageError
from needsseg.segments.assigning import Assigner, learn
from needsseg.settings import shipped
from tests.fixtures.requirements import needs
from tests.fixtures.wording.matching import refuses

pytest_plugins = ["tests.fixtures.accounts.spark"]

pytestmark = pytest.mark.model


OWNING = (
    "Nobody knew who had it.", "We asked three times who owns the task.", "It fell between two people again.",
    "I assign it and nobody picks it up.", "Whose job was that? No one could say.", "Handoffs get lost between teams.",
)  # fmt: skip
REPORTING = (
    "The board wants one page.", "I copy numbers into slides every month.", "My boss asks for a status report each Friday.",
    "Making the report takes me a whole day.", "The dashboard never matches the spreadsheet.", "They want charts of progress.",
)  # fmt: skip


def _texts() -> list[str]:
    said = sorted(shipped("interviews").rglob("*.vtt"))[0].read_text(encoding="utf-8").splitlines()
    lines = [line for line in said if len(line.split()) > 4][:60]
    return [
        *OWNING[:2],
        *lines,
        "Who is meant to do this?",
        "Another report for the board.",
        *lines[:10],
        "x",
        "y " * 4000,
    ]


@pytest.fixture(scope="module")
def assigner() -> Assigner:
    """Two segments of six passages each."""
    rows = open_encoder(locate()).encode([*OWNING, *REPORTING]).astype("float64")
    return learn(rows, ["owning"] * 6 + ["reporting"] * 6, precision=0.6)


@pytest.fixture(autouse=True, scope="module")
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    before = os.environ.get("XDG_CACHE_HOME")
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))
    yield
    if before is None:
        del os.environ["XDG_CACHE_HOME"]
    else:
        os.environ["XDG_CACHE_HOME"] = before


@pytest.mark.slow
@pytest.mark.parametrize(
    ("master", "backend"),
    [("local[2]", "onnx"), ("local-cluster[2,1,1024]", "int8")],
    ids=["local", "separate executors"],
)
def test_spark_gives_the_labels_of_one_machine(
    assigner: Assigner, spark_home: Path, master: str, backend: str, tmp_path: Path
) -> None:
    needs("pyarrow", "pandas", *(["onnx"] if backend == "int8" else []))
    texts = _texts()
    alone = assigner.assign(open_encoder(locate(), backend).encode(texts).astype("float64"))
    assert {one.label for one in alone} >= {"owning", "reporting"}
    with open_spark(f"spark:{master}") as session:
        rows = [*enumerate(texts), (9998, None), (9999, " \n ")]
        frame = session.createDataFrame(rows, "row int, said string").repartition(3)
        found = assigned_on_spark(session, frame, assigner, locate(), backend, text="said").collect()
        again = assigned_on_spark(session, frame.limit(0), assigner, locate(), backend, text="said").collect()
        parquet = tmp_path / "o'brien [1].parquet"
        frame.coalesce(1).write.parquet(str(parquet))
        read = assigned_on_spark(session, parquet, assigner, locate(), backend, text="said").count()
    assert again == []
    assert read == len(found) == len(texts)
    for row in found:
        one = alone[row.row]
        assert (row.label, row["first"], row.second, row.reason) == (one.label, one.first, one.second, one.reason)
        assert tuple(row.evidence) == one.evidence
        assert row.confidence == one.confidence


def test_what_cannot_be_assigned_on_is_said(assigner: Assigner) -> None:
    needs("pyspark", "pyarrow", "pandas")
    with refuses(UsageError, "gpt", "onnx", "torch", "int8"):
        assigned_on_spark(object(), Path("x"), assigner, locate(), "gpt")
    with refuses(UsageError, "Spark Connect", "--engine spark:spark://"):
        assigned_on_spark(object(), Path("x"), assigner, locate())


def test_without_pyarrow_it_is_said_what_to_install(assigner: Assigner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with refuses(UsageError, "pyarrow", "pip install 'needsseg[spark-assign]'"):
        assigned_on_spark(object(), Path("x"), assigner, locate())


@pytest.mark.slow
def test_a_missing_column_is_named(assigner: Assigner, spark_home: Path) -> None:
    needs("pyarrow", "pandas")
    with open_spark("spark:local[1]") as session:
        frame = session.createDataFrame([(1, "a")], "row int, said string")
        with refuses(UsageError, "'text'", "row, said"):
            assigned_on_spark(session, frame, assigner, locate())
