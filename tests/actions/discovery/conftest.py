"""The sample study as its first run left it, and as it is after another interview and a second run."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from needsseg.actions.coding import passages
from needsseg.actions.discovery import discovery, evidence
from needsseg.actions.segments import segments
from needsseg.actions.study import history, studies
from needsseg.actions.transcripts import importing
from needsseg.study.connection import Study
from tests.fixtures.samples import INTERVIEWS
from tests.fixtures.studies.built_studies import BuiltStudies
from tests.fixtures.studies.review_studies import NEWCOMER


@pytest.fixture(scope="session")
def found_folder(demo_folder: Path, built_studies: BuiltStudies) -> Path:
    """The sample study as the run left it: candidates that nobody touched."""

    def go_back(folder: Path) -> None:
        shutil.copytree(demo_folder, folder, dirs_exist_ok=True)
        with studies.open_study(folder / "needsseg.db") as study:
            _start_over(study)

    return built_studies.get("found", go_back)


@pytest.fixture
def found(found_folder: Path, tmp_path: Path) -> Iterator[Study]:
    """A copy of the sample study as the run left it."""
    copy = tmp_path / "found"
    shutil.copytree(found_folder, copy)
    with studies.open_study(copy / "needsseg.db") as opened:
        yield opened


@pytest.fixture(scope="session")
def grown_folder(found_folder: Path, built_studies: BuiltStudies) -> Path:
    """Candidates of seventeen interviews named, the largest confirmed; then the eighteenth came and a second run.

    What is embedded lies in the cache, so no model is loaded.
    """

    def grow(folder: Path) -> None:
        shutil.copytree(found_folder, folder, dirs_exist_ok=True)
        with studies.open_study(folder / "needsseg.db") as study:
            importing.remove_interview(study, NEWCOMER)
            discovery.discover(study)
            for number, row in enumerate(evidence.listing(study)):
                segments.rename(study, row.id, f"Need {number + 1}")
            segments.confirm(study, evidence.listing(study)[0].id, by="Maya", undecided=True)
            importing.import_transcripts(study, [next(INTERVIEWS.glob(f"{NEWCOMER}.*"))])
            passages.suggest(study, [NEWCOMER])
            discovery.discover(study)

    return built_studies.get("grown", grow)


@pytest.fixture
def grown(grown_folder: Path, tmp_path: Path) -> Iterator[Study]:
    """A copy of the study that has grown."""
    copy = tmp_path / "grown"
    shutil.copytree(grown_folder, copy)
    with studies.open_study(copy / "needsseg.db") as opened:
        yield opened


def _start_over(study: Study) -> None:
    """Back to the candidates as the run left them."""
    while next(entry for entry in history.listing(study) if entry.state == "done").action != "discover":
        history.undo(study, anyones=True)
