"""The languages that a study's interviews are in, the words and the model that go with them, and a warning without the model."""

from __future__ import annotations

import platform
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from needsseg.embedding import MULTILINGUAL, Model, has_multilingual, locate, model_for
from needsseg.languages.detection import LANGUAGES, SAMPLE, interview_language
from needsseg.settings import load
from needsseg.study.transcripts import interviews
from needsseg.text import format_list

if TYPE_CHECKING:
    from needsseg.coding.linguistic_cues import CueGroup
    from needsseg.study.connection import Study

ENGLISH_SHARE = 0.9
"""A study is English where at least this share of its turns is; the share is our own choice."""
INSTALL = "pip install 'needsseg[multilingual]'"


def turns_by_language(study: Study) -> dict[str, int]:
    """The number of turns in each language ("" for one without words of its own), the most frequent first."""
    counts: dict[str, int] = {}
    for beginning, turns in interviews.beginnings(study, SAMPLE):
        language = interview_language(beginning)
        counts[language] = counts.get(language, 0) + turns
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def study_language(study: Study) -> str:
    """The language of most turns; English before the first interview."""
    return next(iter(turns_by_language(study)), "en")


def study_model(study: Study) -> Model:
    """The model that the settings name, or else the one for the study's languages, where it is installed."""
    return locate(model_name(study))


def model_name(study: Study) -> str:
    """The name of the study's model: that of the settings, or else the one for its languages."""
    return load(study.path).model or model_for(_languages_to_read(turns_by_language(study)))


def study_cues(study: Study) -> tuple[CueGroup, ...]:
    """The cues of all languages of a study, with the sentences of the one that has most turns."""
    # Imported here, since a study's overview needs no cues.
    from needsseg.coding.linguistic_cues import cues_for, joined_cues

    settings = load(study.path)
    return joined_cues([cues_for(settings, language) for language in turns_by_language(study) or ("en",)])


def _languages_to_read(turns: dict[str, int]) -> Sequence[str]:
    """All languages of a study, or English alone where nearly all of it is."""
    return ["en"] if turns.get("en", 0) >= ENGLISH_SHARE * sum(turns.values()) else list(turns)


def language_warning(study: Study) -> str:
    """What is missing for interviews in other languages, and how to get it; empty where nothing is."""
    if load(study.path).model or has_multilingual():
        return ""
    turns = turns_by_language(study)
    if _languages_to_read(turns) == ["en"]:
        return ""
    names = [LANGUAGES.get(language, "another language") for language in turns]
    subject = "The interviews are in " + format_list(names)
    return f"{subject}, and the sentence model reads English: suggestions and candidates will be poor. {_remedy()}"


def _remedy() -> str:
    if sys.platform == "linux" and platform.machine() == "x86_64":
        return f"A model for other languages: {INSTALL}"
    return (
        f"The model {MULTILINGUAL} runs on Linux with an x86-64 processor alone; elsewhere set model to the folder of a "
        "multilingual sentence-transformers model."
    )
