"""Embed in advance all that suggestions, the queue, discovery and search by meaning compare, so that none of them has to wait.

It is done in small pieces, each stored for itself: it can be ended at any moment, and what was done is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from needsseg.actions.coding import meaning_search
from needsseg.actions.study.compared_texts import SpeechState
from needsseg.actions.study.languages import study_language, study_model, turns_by_language
from needsseg.coding import cues_for, probes_for
from needsseg.coding.linguistic_cues import speech_of
from needsseg.coding.windows import windows
from needsseg.discovery import load_personas, need_texts
from needsseg.embedding import encode, exact_backend, text_sha256, vectors_key, vectors_keys
from needsseg.errors import Advice, Fix, NeedssegError, StudyError
from needsseg.languages.detection import interview_language
from needsseg.languages.speech import load_speech
from needsseg.progress import Progress, silent
from needsseg.settings import Settings, load, prompt_file
from needsseg.study.coding import passages
from needsseg.study.connection import Study
from needsseg.study.segments import needs, vectors
from needsseg.study.transcripts import interviews, searching

if TYPE_CHECKING:
    from needsseg.embedding import Model

AT_ONCE = 32
"""The texts of a piece: the bundled model takes less than half a second for them on two processors."""


@dataclass(frozen=True, slots=True)
class EmbeddedAhead:
    """How many distinct texts the study compares, how many of them were embedded now, and the model's name."""

    texts: int
    embedded: int
    model: str


def embed_ahead(study: Study, progress: Progress = silent, *, everybody: bool = True) -> EmbeddedAhead:
    """Embed and cache all texts that are compared by meaning and have no vector; nothing else in the study changes.

    These are passages, participants' speech, the sentences by which suggestions and archetypes are recognised, the needs in
    view and, with ``everybody``, interviewers' speech too. Interviews imported meanwhile are embedded as well. NeedssegError
    before the first interview; StudyError where the study can only be read.
    """
    if study.unwritable:
        raise StudyError(
            f"{study.path} can only be read ({study.unwritable}); vectors could not be kept.",
            Advice("Copy it to a folder that you may write to, with: ", Fix.BACK_UP),
        )
    if not interviews.keys(study):
        raise NeedssegError("There are no interviews yet.", Advice("Import some: ", Fix.IMPORT))
    done = 0
    while True:
        state = SpeechState.of(study)
        model = study_model(study)
        texts = list(dict.fromkeys(_compared_texts(study, everybody=everybody)))
        done += _embed(study, model, texts, state, progress)
        if SpeechState.of(study) == state:
            return EmbeddedAhead(len(texts), done, model.name)


def _embed(study: Study, model: Model, texts: Sequence[str], state: SpeechState, progress: Progress) -> int:
    """Embed the texts without a vector, in order, while the study has ``state``; return how many."""
    backend = load(study.path).backend
    key = vectors_key(model, exact_backend(model, backend))
    lacking = _lacking(study, model, texts)
    done = 0
    if lacking:
        progress("loading the sentence model", 0, len(lacking))
    for start in range(0, len(lacking), AT_ONCE):
        if SpeechState.of(study) != state:
            break
        # Looked up again, since another program may embed the same texts.
        piece = _lacking(study, model, lacking[start : start + AT_ONCE])
        fresh = encode(piece, model, backend=backend)
        if not vectors.store(study, key, fresh, state.erasings):
            break
        done += len(fresh)
        progress("embedding", min(start + AT_ONCE, len(lacking)), len(lacking))
    return done


def _lacking(study: Study, model: Model, texts: Sequence[str]) -> list[str]:
    """Return the texts that have no vector of the model, in order."""
    hashes = [text_sha256(text) for text in texts]
    present = vectors.present(study, vectors_keys(model.sha256), hashes)
    return [text for text, key in zip(texts, hashes, strict=True) if key not in present]


def _compared_texts(study: Study, *, everybody: bool) -> Iterator[str]:
    """Yield the texts that are compared, some repeatedly; first those without which nothing can be compared."""
    settings = load(study.path)
    for language in turns_by_language(study):
        yield from (probe.text for probe in probes_for(settings, language))
    for persona in load_personas(prompt_file("personas.toml", settings, study_language(study))):
        yield from persona.says
    for need in needs.listing(study):
        yield from need_texts(need.name, need.description)
    yield from (passage.quote for passage in passages.listing(study))
    yield from _windows_by_own_words(study, settings)
    participants = {voice.id for voice in searching.voices(study) if voice.role == "participant"}
    stretches = meaning_search.stretches(study, "all" if everybody else "participants").rows
    yield from (row.words for row in stretches if row.voice in participants)
    yield from (row.words for row in stretches if row.voice not in participants)


def _windows_by_own_words(study: Study, settings: Settings) -> Iterator[str]:
    """Yield the windows of suggestions that are not those of a search: where the settings name words that end sentences."""
    for key in interviews.keys(study):
        transcript = interviews.transcript(study, key)
        language = interview_language(transcript.text)
        speech = speech_of(cues_for(settings, language))
        if speech is not load_speech(language):
            yield from (transcript.text[start:end] for start, end in windows(transcript, speech))
