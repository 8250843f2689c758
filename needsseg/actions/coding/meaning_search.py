"""Search by meaning: stretches of speech with cached vectors, kept in memory between searches."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from needsseg.actions.coding.embedding import cached_rows, embedded, load_cached, model_sha256
from needsseg.actions.coding.search_scope import Scope, Speech
from needsseg.coding.windows import turn_windows
from needsseg.languages.detection import interview_language
from needsseg.languages.speech import load_speech
from needsseg.progress import Progress, silent
from needsseg.study.transcripts import interviews, searching
from needsseg.study.transcripts.searching import Utterance

if TYPE_CHECKING:
    from needsseg.embedding.vectors import Vectors
    from needsseg.study.connection import Study


FLOOR = 0.3
"""Least cosine at which words count as similar. Under the bundled model, the best hits in the sample study for 22 queries
about subjects nobody mentions have between 0.20 and 0.34, half of them below 0.29; for 12 queries about subjects that are
mentioned, between 0.33 and 0.58."""

State = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Stretches:
    """Stretches of speech by interview and position, and the state of the study they were read from."""

    state: State
    rows: tuple[Utterance, ...]
    interviews: tuple[str, ...]

    def around(self, interview: str, start: int, end: int) -> list[int]:
        """Indices of the rows that overlap a span of an interview."""
        first, last = bisect_left(self.interviews, interview), bisect_right(self.interviews, interview)
        return [at for at in range(first, last) if self.rows[at].start < end and start < self.rows[at].end]


_read: dict[tuple[Path, Speech], Stretches] = {}
_stacked: dict[tuple[Path, Speech], tuple[State, str, Vectors]] = {}


def stretches(study: Study, speech: Speech, progress: Progress = silent) -> Stretches:
    """Load the stretches that a search by meaning compares: windows of participants' or everybody's speech, or passages.

    Windows of participants are the same as those weighed as suggestions, so that vectors are shared.
    """
    voices = searching.voices(study)
    state = (
        tuple(interviews.text_sha256(study).items()),
        tuple((voice.id, voice.label, voice.role) for voice in voices),
    )
    if speech == "passages":
        rows = searching.utterances(study, "passages")
        keys = {voice.id: voice.interview for voice in voices}
        rows.sort(key=lambda row: (keys[row.voice], row.start, row.end, row.id))
        return Stretches((state, tuple(rows)), tuple(rows), tuple(keys[row.voice] for row in rows))
    current = _read.get((study.path, speech))
    if current is None or current.state != state:
        ids = {(voice.interview, voice.label): voice.id for voice in voices}
        rows, places = [], []
        keys_in_order = interviews.keys(study)
        for number, key in enumerate(keys_in_order):
            progress("reading what was said", number, len(keys_in_order))
            transcript = interviews.transcript(study, key)
            words = load_speech(interview_language(transcript.text))
            for turn in transcript.turns:
                if speech != "all" and turn.role != "participant":
                    continue
                voice = ids[key, turn.speaker]
                for start, end in turn_windows(transcript.text, turn, words):
                    rows.append(Utterance(len(rows), voice, start, end, transcript.text[start:end]))
                    places.append(key)
        current = _read[study.path, speech] = Stretches(state, tuple(rows), tuple(places))
    return current


def lacking(study: Study, texts: Sequence[str]) -> int:
    """Count distinct texts without a vector of the model in the settings; if 0, no model has to be loaded."""
    return len(set(texts)) - len(load_cached(study, texts))


def without_vectors(study: Study, speech: Speech, progress: Progress = silent) -> int:
    """Count the stretches that a search by meaning has to embed first; where there are none, it finds them in memory."""
    current = stretches(study, speech, progress)
    model = model_sha256(study)
    stacked = _stacked.get((study.path, speech))
    if stacked is None or stacked[:2] != (current.state, model):
        rows, missing = cached_rows(study, [row.words for row in current.rows], progress)
        if missing:
            return missing
        if rows is not None:
            _stacked[study.path, speech] = (current.state, model, rows)
    return 0


def matrix(study: Study, speech: Speech, searched: Stretches, progress: Progress = silent) -> Vectors:
    """Return unit vectors of all stretches, float32 (n, d); embed and cache those that are missing."""
    model = model_sha256(study)
    stacked = _stacked.get((study.path, speech))
    if stacked is None or stacked[:2] != (searched.state, model):
        texts = [row.words for row in searched.rows]
        rows, missing = cached_rows(study, texts, progress)
        if missing:
            embedded(study, texts, progress)
            rows, _ = cached_rows(study, texts, progress)
        if rows is None:
            raise RuntimeError("vectors that were just stored are missing")
        stacked = (searched.state, model, rows)
        _stacked[study.path, speech] = stacked
    return stacked[2]


def nearest(study: Study, scope: Scope, searched: Stretches, rows: Vectors, vector: Vectors) -> list[tuple[int, float]]:
    """Rank the stretches in a scope by cosine to a unit vector, as (index, cosine), down to ``FLOOR``."""
    import numpy as np

    inside = np.fromiter((row.voice in scope.voices for row in searched.rows), bool, len(searched.rows))
    if scope.near is not None:
        near = np.zeros(len(searched.rows), bool)
        if scope.speech == "passages":
            ids = set(scope.near)
            near = np.fromiter((row.id in ids for row in searched.rows), bool, len(searched.rows))
        else:
            for key, start, end in coded(study, scope.near):
                near[searched.around(key, start, end)] = True
        inside &= near
    scores = np.round((rows @ vector).astype(np.float64), 4)
    similar = np.flatnonzero(inside & (scores >= FLOOR))
    order = similar[np.lexsort((similar, -scores[similar]))]
    return list(zip(order.tolist(), scores[order].tolist(), strict=True))


def coded(study: Study, ids: Sequence[int]) -> list[tuple[str, int, int]]:
    """The spans of passages as (interview, start, end)."""
    keys = {voice.id: voice.interview for voice in searching.voices(study)}
    return [(keys[row.voice], row.start, row.end) for row in searching.utterances(study, "passages", ids)]
