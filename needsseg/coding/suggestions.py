"""Suggest passages in which participants speak of a job to be done, by probes and cues, with reasons."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from needsseg.coding.linguistic_cues import CueGroup, CueHit, cues_for, empty_weight, find_cues, speech_of
from needsseg.coding.probes import BESIDE, Probe, probes_for
from needsseg.coding.sentences import Span, count_words
from needsseg.coding.windows import turn_at, windows
from needsseg.embedding import encode, locate, model_for, text_sha256
from needsseg.languages.detection import interview_language
from needsseg.records import Suggestion, Transcript
from needsseg.settings import Settings

if TYPE_CHECKING:
    from needsseg.embedding import Vectors
    from needsseg.embedding.vectors import Matrix


# The score, which decides on suggestions, is a logistic of these, set by reading the results on real interviews
# (docs/explanation/design-decisions.md); nothing is trained, so that a first import follows rules that can be checked.
PROBE_WEIGHT, CUE_WEIGHT, LENGTH_WEIGHT, MIDDLE = 6.0, 0.6, 1.0, 2.7
BESIDE_SHARE = 0.6
TOLD = 40
"""Number of words from which a window is long enough to describe a whole job; more do not raise the score."""
LIKE = 0.45
"""Cosine from which a probe is given as a reason."""
LIKELY = 0.28
"""An optimistic similarity to the probes: windows that would not reach the threshold with it get no vector."""


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of participant speech with its cues.

    ``source`` identifies the transcript, ``answer`` is the number of words of the whole turn (0 where unknown), ``empty``
    a negative weight where it has no content, else 0.
    """

    span: Span
    text: str
    cues: tuple[CueHit, ...]
    source: str = ""
    answer: int = 0
    empty: float = 0.0

    @property
    def cue_sum(self) -> float:
        """The sum of the weights of its cues, and of the weight for having no content."""
        return sum(hit.weight for hit in self.cues) + self.empty

    @property
    def words(self) -> int:
        """The number of its words."""
        return count_words(self.text)

    def within_reach(self, threshold: float) -> bool:
        """Return whether it may reach ``threshold``; if its cues and length rule that out, it needs no vector."""
        return threshold <= 0 or score(LIKELY, self.cue_sum, self.words) >= threshold


def weigh(transcript: Transcript, cues: tuple[CueGroup, ...]) -> list[Window]:
    """Return all windows of a transcript with their cues; no model is needed."""
    source = source_of(transcript)
    return [window_at(transcript, span, cues, source) for span in windows(transcript, speech_of(cues))]


def source_of(transcript: Transcript) -> str:
    """Return an identifier of a transcript for its windows."""
    return text_sha256(transcript.text)[:16]


def window_at(transcript: Transcript, span: Span, cues: tuple[CueGroup, ...], source: str) -> Window:
    """Return a stretch of a transcript as a window, with its cues and the length of the turn in which it begins."""
    text = transcript.text[slice(*span)]
    turn = turn_at(transcript, span[0])
    answer = count_words(transcript.text[turn.start : turn.end]) if turn else 0
    return Window(span, text, tuple(find_cues(text, cues)), source, answer, empty_weight(text, cues))


def score(likeness: float, cue_sum: float, words: int) -> float:
    """Return a score in [0, 1]: a logistic of the similarity to the probes (cosine, net of off-topic ones), cues and length."""
    length_bonus = LENGTH_WEIGHT * min(words, TOLD) / TOLD
    return 1.0 / (1.0 + math.exp(MIDDLE - PROBE_WEIGHT * likeness - CUE_WEIGHT * cue_sum - length_bonus))


# Weights on log odds for ranking windows before any decision, few and round: length (of the window and of the whole
# answer), similarity to the interview's centre, distance from off-topic probes, cues. Checked on the sets in
# benchmarks/results.md; the middle and slope only scale it to a chance.
ANSWER_WEIGHT, CENTRE_WEIGHT, BESIDE_WEIGHT, HINT_WEIGHT = 0.25, 1.5, 1.0, 0.2
_TYPICAL, _SLOPE, _LEVEL = 5.0, 0.8, -0.5


def untrained(windows: Sequence[Window], rows: Matrix, beside: Matrix, centre: Matrix | None = None) -> Matrix:
    """Return the chance (n,) of being accepted, as estimated without any decision.

    ``rows`` (n, d) are the windows' unit vectors, ``beside`` (n,) their cosines with the nearest off-topic probe,
    ``centre`` (d,) the mean vector of the interview (by default of the rows).
    """
    import numpy as np

    middle = rows.mean(axis=0) if centre is None else centre
    central = rows @ middle / max(float(np.linalg.norm(middle)), 1e-9)
    words = np.array([max(1, window.words) for window in windows], dtype=np.float64)
    answers = np.maximum(words, [window.answer for window in windows])
    hints = np.array([HINT_WEIGHT * (window.cue_sum - window.empty) for window in windows])
    empty = np.array([window.empty for window in windows])
    length_term = np.log(words) + ANSWER_WEIGHT * np.log(answers)
    worth = length_term + CENTRE_WEIGHT * central - BESIDE_WEIGHT * beside + hints
    return np.asarray(1.0 / (1.0 + np.exp(-(_LEVEL + _SLOPE * (worth - _TYPICAL) + empty))), dtype=np.float64)


def judge(
    candidates: Sequence[Window], vectors: Mapping[str, Vectors], probes: Sequence[Probe], threshold: float
) -> list[Suggestion]:
    """Return the suggestions among windows, in text order; ``vectors`` are by text_sha256, for windows and probes."""
    if not candidates:
        return []
    import numpy as np

    spoken = np.stack([vectors[text_sha256(window.text)] for window in candidates])
    probe_rows = np.stack([vectors[text_sha256(probe.text)] for probe in probes])
    cosines = spoken @ probe_rows.T
    is_job_probe = np.array([probe.kind != BESIDE for probe in probes])
    # The mean of the three best is more robust than the best alone.
    likeness_to_jobs = np.sort(cosines[:, is_job_probe], axis=1)[:, -3:].mean(axis=1)
    likeness_to_beside = np.max(cosines[:, ~is_job_probe], axis=1, initial=0.0)
    likeness = likeness_to_jobs - BESIDE_SHARE * np.maximum(0.0, likeness_to_beside - likeness_to_jobs)
    best_probes = np.argmax(np.where(is_job_probe, cosines, -2.0), axis=1)
    suggestions: list[Suggestion] = []
    for position, window in enumerate(candidates):
        value = score(float(likeness[position]), window.cue_sum, window.words)
        if value >= threshold:
            reasons = reasons_of(window, probes[best_probes[position]], float(cosines[position, best_probes[position]]))
            suggestions.append(Suggestion(*window.span, round(value, 4), reasons))
    return suggestions


def reasons_of(window: Window, probe: Probe, likeness: float) -> tuple[str, ...]:
    """Return the reasons: the cues, and the nearest probe where the similarity (cosine) is high."""
    reasons = [f"{hit.kind}: “{hit.words}”" for hit in window.cues if hit.weight > 0]
    if likeness >= LIKE:
        reasons.append(f"like the {probe.kind} probe “{probe.text}” ({likeness:.2f})")
    return tuple(reasons)


def suggest(
    transcript: Transcript,
    *,
    settings: Settings | None = None,
    probes: Sequence[Probe] | None = None,
    threshold: float | None = None,
) -> list[Suggestion]:
    """Suggest where participants of a transcript speak of a job; interviewer speech is never suggested.

    Scores are in [0, 1]; ``threshold`` (by default of the settings) is the lowest one returned, so that 0 gives every
    window of participant speech. The words are those of the transcript's language. Loads the sentence model.
    """
    settings = settings or Settings()
    language = interview_language(transcript.text)
    probes = probes_for(settings, language) if probes is None else probes
    threshold = settings.suggest_threshold if threshold is None else threshold
    candidates = [
        window for window in weigh(transcript, cues_for(settings, language)) if window.within_reach(threshold)
    ]
    if not candidates:
        return []
    texts = [window.text for window in candidates] + [probe.text for probe in probes]
    return judge(
        candidates,
        encode(texts, locate(settings.model or model_for([language])), backend=settings.backend),
        probes,
        threshold,
    )
