"""What is said by meaning: stretches of speech as cached vectors, held in memory between searches."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from needsseg.actions.coding.embedding import embedded, model_sha256
from needsseg.actions.coding.embedding import held as cached
from needsseg.actions.coding.search_scope import Scope, Speech
from needsseg.coding.windows import windows
from needsseg.embedding import text_sha256
from needsseg.progress import Progress, silent
from needsseg.study.transcripts import interviews, searching
from needsseg.study.transcripts.searching import Utterance

if TYPE_CHECKING:
    from needsseg.embedding.vectors import Vectors
    from needsseg.study.connection import Study


FLOOR = 0.3
"""Cosine from which words count as similar. Under the bundled model, the best answers of the sample study to 22 questions
about what nobody there speaks of lie between 0.20 and 0.34, half of them below 0.29; to 12 questions about what is spoken
of, between 0.33 and 0.58."""

State = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Stretches:
    """Stretches of speech in order of interview and place, and the state of the study they were read from."""

    state: State
    rows: tuple[Utterance, ...]
    interviews: tuple[str, ...]

    def around(self, interview: str, start: int, end: int) -> list[int]:
        """Numbers of the rows that share words with a span of an interview."""
        first, last = bisect_left(self.interviews, interview), bisect_right(self.interviews, interview)
        return [at for at in range(first, last) if self.rows[at].start < end and start < self.rows[at].end]


_read: dict[tuple[Path, Speech], Stretches] = {}
_stacked: dict[tuple[Path, Speech], tuple[State, str, Vectors]] = {}


def stretches(study: Study, speech: Speech) -> Stretches:
    """What a search by meaning reads: windows of participants' speech, of everybody's, or passages.

    Windows of participants are those that are weighed as suggestions, so that their vectors are shared.
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
    held = _read.get((study.path, speech))
    if held is None or held.state != state:
        ids = {(voice.interview, voice.label): voice.id for voice in voices}
        rows, places = [], []
        for key in interviews.keys(study):
            transcript = interviews.transcript(study, key)
            for turn in transcript.turns:
                counted = replace(turn, role="participant") if speech == "all" else turn
                for start, end in windows(replace(transcript, turns=(counted,))):
                    rows.append(Utterance(len(rows), ids[key, turn.speaker], start, end, transcript.text[start:end]))
                    places.append(key)
        held = _read[study.path, speech] = Stretches(state, tuple(rows), tuple(places))
    return held


def lacking(study: Study, texts: Sequence[str]) -> int:
    """How many distinct texts have no vector yet under the model that is set: none means that no model will be loaded."""
    return len(set(texts)) - len(cached(study, texts))


def without_vectors(study: Study, speech: Speech) -> int:
    """How many stretches a search by meaning has to embed first."""
    held = stretches(study, speech)
    model = model_sha256(study)
    stacked = _stacked.get((study.path, speech))
    return 0 if stacked and stacked[:2] == (held.state, model) else lacking(study, [row.words for row in held.rows])


def matrix(study: Study, speech: Speech, held: Stretches, progress: Progress = silent) -> Vectors:
    """Unit vectors of all stretches, float32 (n, d); what was not cached is embedded and cached first."""
    import numpy as np

    model = model_sha256(study)
    stacked = _stacked.get((study.path, speech))
    if stacked is None or stacked[:2] != (held.state, model):
        found = embedded(study, [row.words for row in held.rows], progress)
        stacked = (held.state, model, np.stack([found[text_sha256(row.words)] for row in held.rows]))
        _stacked[study.path, speech] = stacked
    return stacked[2]


def nearest(study: Study, scope: Scope, held: Stretches, rows: Vectors, vector: Vectors) -> list[tuple[int, float]]:
    """Numbers of the stretches in a scope that are most similar to a unit vector, with their cosine, from ``FLOOR`` on."""
    import numpy as np

    inside = np.fromiter((row.voice in scope.voices for row in held.rows), bool, len(held.rows))
    if scope.near is not None:
        near = np.zeros(len(held.rows), bool)
        if scope.speech == "passages":
            wanted = set(scope.near)
            near = np.fromiter((row.id in wanted for row in held.rows), bool, len(held.rows))
        else:
            for key, start, end in coded(study, scope.near):
                near[held.around(key, start, end)] = True
        inside &= near
    scores = np.round((rows @ vector).astype(np.float64), 4)
    order = np.lexsort((np.arange(len(scores)), -scores))
    return [(int(at), float(scores[at])) for at in order if inside[at] and scores[at] >= FLOOR]


def coded(study: Study, ids: Sequence[int]) -> list[tuple[str, int, int]]:
    """Where passages of some ids lie: interview, start, end."""
    keys = {voice.id: voice.interview for voice in searching.voices(study)}
    return [(keys[row.voice], row.start, row.end) for row in searching.utterances(study, "passages", ids)]
