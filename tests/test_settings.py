"""Settings: a file beside the study, the environment over it, and a word for every mistake."""

from pathlib import Path

import pytest

from needsseg.errors import UsageError
from needsseg.settings import Settings, load, prompt_file, shipped
from tests.fixtures.wording.common import NO_SUCH_FOLDER, NOT_BETWEEN_0_AND_1
from tests.fixtures.wording.matching import refuses
from tests.fixtures.wording.study import NO_INT, UNKNOWN_SETTING


def _toml(folder: Path, text: str) -> Path:
    (folder / "needsseg.toml").write_text(text, encoding="utf-8-sig")
    return folder / "study.db"


def test_the_environment_stands_over_the_file(tmp_path: Path) -> None:
    study = _toml(tmp_path, "seed = 3\ncoder = 'Maya'\n")
    assert load(study, {}) == Settings(seed=3, coder="Maya")
    assert load(study, {"NEEDSSEG_SEED": "4"}).seed == 4
    assert load(tmp_path / "elsewhere" / "study.db", {}) == Settings()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("colour = 'red'", (UNKNOWN_SETTING, "colour", "model, seed")),
        ("seed = 'x'", ("seed = 'x'", NO_INT)),
        ("seed = inf", ("seed = inf", NO_INT)),
        ("suggest_threshold = nan", ("suggest_threshold", NOT_BETWEEN_0_AND_1)),
        ("suggest_threshold = 50", ("suggest_threshold", NOT_BETWEEN_0_AND_1)),
        ("prompts = 'nowhere'", (NO_SUCH_FOLDER, "nowhere")),
        ("seed = ", ("TOML",)),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, message: tuple[object, ...]) -> None:
    with refuses(UsageError, *message, hint=False):
        load(_toml(tmp_path, text), {})


def test_own_words_come_before_the_shipped_ones(tmp_path: Path) -> None:
    own = tmp_path / "words"
    own.mkdir()
    (own / "probes.toml").write_text("motivation = ['I want it done.']", encoding="utf-8")
    settings = load(_toml(tmp_path, "prompts = 'words'"), {})
    assert prompt_file("probes.toml", settings) == own / "probes.toml"
    assert prompt_file("cues.toml", settings) == shipped("prompts") / "cues.toml"
