"""What the tests share: the repository's folders, small studies made of real transcripts, and a demo run once."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from needsseg.actions.study import history, studies
from needsseg.actions.transcripts import importing
from needsseg.embedding import encoding
from needsseg.study.connection import Study
from tests.fixtures import vectors
from tests.fixtures.samples import SHORT_TALK
from tests.fixtures.studies.built_studies import BuiltStudies

# How long an example takes says how busy the machine is, not whether the program is right.
# Every run tries other examples, so that half as many as Hypothesis takes by itself are as many after two runs.
settings.register_profile("any machine", deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", settings.get_profile("any machine"), max_examples=8)
settings.load_profile("any machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--record-vectors",
        action="store_true",
        help="embed texts that have no recorded vector with the real model, and add them to tests/data/vectors.npz",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Texts have their recorded vectors; the model is loaded for tests that are about it alone."""
    vectors.RecordedModel.recording = config.getoption("--record-vectors")
    encoding.load = vectors.stand_in(encoding.load)


def cache_folder(config: pytest.Config, name: str) -> Path:
    """A folder in pytest's cache; without the cache (``-p no:cacheprovider``), one of this run alone."""
    if (cache := getattr(config, "cache", None)) is not None:
        return Path(cache.mkdir(name))
    folder = (
        Path(tempfile.gettempdir()) / f"needsseg-tests-{os.environ.get('PYTEST_XDIST_TESTRUNUID', os.getpid())}" / name
    )
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def pytest_collection_finish() -> None:
    """Thousands of collected tests stay to the end: not looked at by each garbage collection, which takes a fifth of a run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 1_000)


def pytest_runtest_setup(item: pytest.Item) -> None:
    vectors.RecordedModel.real_for_all = item.get_closest_marker("model") is not None


def pytest_sessionfinish(session: pytest.Session) -> None:
    if vectors.RecordedModel.recording:
        folder = cache_folder(session.config, "vectors")
        vectors.keep_added(folder, getattr(session.config, "workerinput", {}).get("workerid", "alone"))
        if not hasattr(session.config, "workerinput"):
            vectors.merge_added(folder)


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine's owner reaches a test."""
    for name in [name for name in os.environ if name.startswith("NEEDSSEG_") and name != "NEEDSSEG_WRITE_PICTURES"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("USER", "tester")
    # Without the model everywhere names are the same and come quickly; what tests the model takes this back.
    monkeypatch.setenv("NEEDSSEG_NAME_MODEL", "false")
    # The app starts no process of its own; what tests that takes this back.
    monkeypatch.setenv("NEEDSSEG_EMBED_IN_BACKGROUND", "false")


@pytest.fixture(scope="session")
def built_studies(request: pytest.FixtureRequest) -> BuiltStudies:
    """Studies that are dear to build, by name: built once per version of the code, to be copied."""
    return BuiltStudies(cache_folder(request.config, "studies"))


@pytest.fixture
def study(tmp_path: Path) -> Iterator[Study]:
    """An empty study."""
    with studies.init(tmp_path / "study.db") as made:
        yield made


@pytest.fixture
def talk(study: Study, tmp_path: Path) -> Study:
    """A study with one short interview, key ``anna``."""
    file = tmp_path / "anna.txt"
    file.write_text(SHORT_TALK, encoding="utf-8")
    report = importing.import_transcripts(study, [file])
    assert report.added == ("anna",)
    return study


@pytest.fixture(scope="session")
def demo_folder(built_studies: BuiltStudies) -> Path:
    """The sample study walked through once; tests copy what they change."""
    return built_studies.get("demo", _walk_sample_study)


def _walk_sample_study(folder: Path) -> None:
    from needsseg.actions.study.demo import demo

    demo(folder)


@pytest.fixture(scope="session")
def unasked_folder(built_studies: BuiltStudies, demo_folder: Path) -> Path:
    """The sample study before its survey was saved and its answers routed."""

    def take_back(folder: Path) -> None:
        shutil.copytree(demo_folder, folder, dirs_exist_ok=True)
        with studies.open_study(folder / "needsseg.db") as opened:
            undone = [history.undo(opened, anyones=True).action for _ in range(2)]
        assert undone == ["route survey", "save survey"]
        for verdicts in (folder / "needsseg.db.stack").glob("survey-*.parquet"):
            verdicts.unlink()

    return built_studies.get("unasked", take_back)


@pytest.fixture
def unasked_study(unasked_folder: Path, tmp_path: Path) -> Iterator[Study]:
    """A copy of the sample study without survey answers."""
    copy = tmp_path / "demo"
    shutil.copytree(unasked_folder, copy)
    with studies.open_study(copy / "needsseg.db") as opened:
        yield opened


@pytest.fixture
def demo_study(demo_folder: Path, tmp_path: Path) -> Iterator[Study]:
    """A copy of the walked sample study."""
    copy = tmp_path / "demo"
    shutil.copytree(demo_folder, copy)
    with studies.open_study(copy / "needsseg.db") as opened:
        yield opened


@pytest.fixture
def tables() -> Callable[[Study], dict[str, list[tuple[object, ...]]]]:
    """Every row of every journalled table, for comparing a study with itself."""
    from needsseg.study.journal import JOURNALLED

    def dump(study: Study) -> dict[str, list[tuple[object, ...]]]:
        return {table: [tuple(row) for row in study.rows(f"SELECT * FROM {table} ORDER BY id")] for table in JOURNALLED}

    return dump


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> Iterator[None]:
    """As in the program, numpy reckons in one thread: several wait for each other where tests run side by side."""
    import numpy as np
    from threadpoolctl import threadpool_limits

    assert np.linalg is not None
    with threadpool_limits(1, user_api="blas"):
        yield
