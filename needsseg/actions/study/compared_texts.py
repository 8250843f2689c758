"""Whether the texts that a study compares by meaning are still those for which vectors were computed."""

from __future__ import annotations

from dataclasses import dataclass

from needsseg.settings import load
from needsseg.study.coding import passages
from needsseg.study.connection import Study
from needsseg.study.file import marks
from needsseg.study.transcripts import interviews

PASSAGES_STEP = 50
"""So many passages marked by hand are worth loading the model for; fewer are embedded when it is loaded next."""


@dataclass(frozen=True, slots=True)
class SpeechState:
    """What decides on the speech of a study: the hash of each interview, by key, and how often words were erased."""

    texts: dict[str, str]
    erasings: int

    @classmethod
    def of(cls, study: Study) -> SpeechState:
        """Return the current state."""
        return cls(interviews.text_sha256(study), marks.erasings(study))


@dataclass(frozen=True, slots=True)
class TextsState:
    """A state that differs once many texts may lack vectors: other interviews or settings, an erasing, many passages."""

    speech: SpeechState
    passages: int
    model: str
    backend: str

    @classmethod
    def of(cls, study: Study) -> TextsState:
        """Return the current state; UsageError where the settings are not valid."""
        settings = load(study.path)
        steps = passages.count(study) // PASSAGES_STEP
        return cls(SpeechState.of(study), steps, settings.model, settings.backend)
