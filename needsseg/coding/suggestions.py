"""Suggestions: the passages in which participants speak of a job, by probes and cues, with the reasons."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from needsseg.coding.cues import CueGroup, CueHit, find_cues, load_cues
from needsseg.coding.probes import BESIDE, Probe, load_probes
from needsseg.coding.sentences import Span
from needsseg.coding.windows import windows
from needsseg.embedding import encode, locate, text_sha256
from needsseg.records import Suggestion, Transcript
from needsseg.settings import Settings

if TYPE_CHECKING:
    from needsseg.embedding import Vectors

# The score is a logistic of these, set by reading what came out on real interviews (docs/decisions.md); nothing is
# trained here, so that a first import is judged by rules a reader can check.
PROBE_WEIGHT, CUE_WEIGHT, MIDDLE = 7.0, 0.55, 2.3
BESIDE_SHARE = 0.6
MERE_SITUATION = 0.75


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of participant speech with the cues found in it."""

    span: Span
    text: str
    cues: tuple[CueHit, ...]

    @property
    def cue_sum(self) -> float:
        """The weights of the cues found, added."""
        return sum(hit.weight for hit in self.cues)

    @property
    def worth_embedding(self) -> bool:
        """Whether its cues speak for a job at all: more than a mere "when", which anybody says of anything."""
        return self.cue_sum > MERE_SITUATION


def weigh(transcript: Transcript, cues: tuple[CueGroup, ...]) -> list[Window]:
    """All windows of a transcript with their cues; no model is needed."""
    text = transcript.text
    return [
        Window(span, text[slice(*span)], tuple(find_cues(text[slice(*span)], cues))) for span in windows(transcript)
    ]


def score(likeness: float, cue_sum: float) -> float:
    """In [0, 1]: likeness to the probes (cosine, less that to what is beside) and cues, through a logistic."""
    return 1.0 / (1.0 + math.exp(MIDDLE - PROBE_WEIGHT * likeness - CUE_WEIGHT * cue_sum))


def judge(
    candidates: Sequence[Window], vectors: Mapping[str, Vectors], probes: Sequence[Probe], threshold: float
) -> list[Suggestion]:
    """Suggestions among windows whose vectors (by text_sha256, like those of the probes) are given, in text order."""
    if not candidates:
        return []
    import numpy as np

    spoken = np.stack([vectors[text_sha256(window.text)] for window in candidates])
    asked = np.stack([vectors[text_sha256(probe.text)] for probe in probes])
    cosines = spoken @ asked.T
    wanted = np.array([probe.kind != BESIDE for probe in probes])
    found: list[Suggestion] = []
    for window, row in zip(candidates, cosines, strict=True):
        best = int(np.argmax(np.where(wanted, row, -2.0)))
        beside = max(0.0, float(np.max(row[~wanted], initial=0.0)))
        # The mean of the three best is steadier than the best alone.
        near = float(np.sort(row[wanted])[-3:].mean())
        value = score(near - BESIDE_SHARE * max(0.0, beside - near), window.cue_sum)
        if value >= threshold:
            found.append(Suggestion(*window.span, round(value, 4), _reasons(window, probes[best], float(row[best]))))
    return found


def _reasons(window: Window, probe: Probe, likeness: float) -> tuple[str, ...]:
    reasons = [f"{hit.kind}: “{hit.words}”" for hit in window.cues if hit.weight > 0]
    return (*reasons, f"like the {probe.kind} probe “{probe.text}” ({likeness:.2f})")


def suggest(
    transcript: Transcript,
    *,
    settings: Settings | None = None,
    probes: Sequence[Probe] | None = None,
    threshold: float | None = None,
) -> list[Suggestion]:
    """Where participants of one transcript speak of a job; interviewer speech is never suggested.

    Scores are in [0, 1]; ``threshold`` (settings' by default) is the least one returned. Loads the sentence model.
    """
    settings = settings or Settings()
    probes = load_probes() if probes is None else probes
    threshold = settings.suggest_threshold if threshold is None else threshold
    candidates = [window for window in weigh(transcript, load_cues()) if window.worth_embedding]
    if not candidates:
        return []
    texts = [window.text for window in candidates] + [probe.text for probe in probes]
    return judge(candidates, encode(texts, locate(settings.model)), probes, threshold)
