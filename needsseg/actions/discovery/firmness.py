"""Read whether the study's passages form groups, and how stable each segment is.

The app, the commands and the report all read it here, so that they agree; ``sensitivity`` computes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from needsseg.actions.transcripts.participant_names import participant_names
from needsseg.discovery.firmness import Firmness
from needsseg.discovery.verdict import (
    EXPLAINED,
    leaning_words,
    next_step,
    no_finding,
    separation_in_short,
    separation_words,
)
from needsseg.errors import NO_ADVICE, Advice
from needsseg.study.connection import Study
from needsseg.study.segments import firmness as stored
from needsseg.study.segments import runs, segments

FIGURES_EXPLAINED = EXPLAINED
"""One line for each figure in a verdict or beside a segment."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the newest run's passages form separate groups, in words and figures.

    ``separate`` and ``p`` are None if unknown; ``next_step`` is empty unless something special is advised; ``caution``
    warns that the candidates are not a finding, or is empty. ``has_run`` says whether there is a run at all; ``short`` is
    the sentence and next step in a line or two for the top of a screen.
    """

    separate: bool | None
    p: float | None
    sentence: str
    next_step: Advice = NO_ADVICE
    caution: str = ""
    has_run: bool = True
    short: Advice = NO_ADVICE

    @property
    def lines(self) -> tuple[str | Advice, ...]:
        """The verdict's texts that are not empty, a sentence or two each."""
        return tuple(line for line in (self.sentence, self.caution, self.next_step) if line)


@dataclass(frozen=True, slots=True)
class Firm:
    """A segment's firmness, the names of participants it depends on, and the test's warning, if any."""

    figures: Firmness
    leans_on: tuple[str, ...]
    against: str


def verdict(study: Study) -> Verdict:
    """The verdict on the newest run's passages."""
    run = runs.latest(study)
    if run is None:
        return Verdict(None, None, separation_words(None, None), has_run=False)
    rows = [row for row in segments.listing(study) if row.status != "set_aside"]
    # A person who names or creates a segment knows what it is; only candidates are judged by their keywords.
    proposed = [row.keywords for row in rows if row.status == "candidate"]
    caution = no_finding(proposed) if len(proposed) == len(rows) else ""
    figures = run.separate, run.separation_p, len(runs.labels(study, run.id))
    sentence, short = separation_words(*figures), separation_in_short(*figures)
    return Verdict(*figures[:2], sentence, next_step(run.separate), caution, short=short)


def figures(study: Study) -> dict[int, Firm]:
    """The firmness of each segment by id; empty if it was not tested under the current decisions."""
    run = runs.latest(study)
    content = stored.load(study, stored.made_of(study, run)) if run is not None else None
    if content is None:
        return {}
    return named_figures(study, {int(segment): as_figures(row) for segment, row in content["figures"].items()})


def named_figures(study: Study, figures_by_segment: Mapping[int, Firmness]) -> dict[int, Firm]:
    """Replace the marks of participants in figures by their keys, and add their names."""
    voices, names = {voice.mark: voice for voice in stored.voices(study)}, participant_names(study)
    named = {}
    for segment, firm in figures_by_segment.items():
        leaning = [voices[mark] for mark in firm.leans_on if mark in voices]
        leaning_names = tuple(names.voice(voice.interview, voice.speaker) for voice in leaning)
        keyed = replace(firm, leans_on=tuple(voice.key for voice in leaning))
        named[segment] = Firm(keyed, leaning_names, leaning_words(keyed, leaning_names))
    return named


def as_figures(row: Mapping[str, Any]) -> Firmness:
    """Convert stored figures."""
    return Firmness(**{**row, "leans_on": tuple(row["leans_on"])})
