"""A study with a survey."""

from __future__ import annotations

from pathlib import Path

import pytest

from needsseg.actions.study import studies
from tests.fixtures.app.small_study import built_once, small_study
from tests.fixtures.app.survey_study import with_survey


@built_once
def surveyed(folder: Path) -> Path:
    """The small study with a survey."""
    made = small_study(folder)
    with studies.open_study(made) as study:
        with_survey(study)
    return made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return surveyed(tmp_path)
