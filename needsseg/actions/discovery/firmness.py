"""What the study says of its groups: whether its passages form any, and how firmly each segment stands. Only reads.

Whatever door shows it, it is read here, so that all say the same; ``sensitivity`` computes it.
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
"""One line for each figure that stands in a verdict or beside a segment."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the newest run's passages form groups that stand apart, in words and as figures.

    ``separate`` and ``p`` are None where that is not known; ``next_step`` is empty where nothing but the usual is due;
    ``caution`` says that what was found is no finding, empty where it may be one. ``has_run`` is whether anything was
    looked for at all, ``short`` sentence and next step for a line or two above a screen.
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
        """All that is to be said, a sentence or two each."""
        return tuple(line for line in (self.sentence, self.caution, self.next_step) if line)


@dataclass(frozen=True, slots=True)
class Firm:
    """A segment's firmness, the names of those it leans on, and what its test says against it; empty where nothing."""

    figures: Firmness
    leans_on: tuple[str, ...]
    against: str


def verdict(study: Study) -> Verdict:
    """What is said of the newest run's passages."""
    run = runs.latest(study)
    if run is None:
        return Verdict(None, None, separation_words(None, None), has_run=False)
    found = [row for row in segments.listing(study) if row.status != "set_aside"]
    # A person who names or makes a segment says what it is; only what the program found is judged by its words.
    proposed = [row.keywords for row in found if row.status == "candidate"]
    caution = no_finding(proposed) if len(proposed) == len(found) else ""
    figures = run.separate, run.separation_p, len(runs.labels(study, run.id))
    said, short = separation_words(*figures), separation_in_short(*figures)
    return Verdict(*figures[:2], said, next_step(run.separate), caution, short=short)


def figures(study: Study) -> dict[int, Firm]:
    """How firmly each segment stands, by its id; none where it is not tested under the decisions as they are now."""
    run = runs.latest(study)
    content = stored.load(study, stored.made_of(study, run)) if run is not None else None
    if content is None:
        return {}
    return named_figures(study, {int(segment): as_figures(row) for segment, row in content["figures"].items()})


def named_figures(study: Study, found: Mapping[int, Firmness]) -> dict[int, Firm]:
    """Figures, whose participants are marked by their rows, with keys and names."""
    who, called = {voice.mark: voice for voice in stored.voices(study)}, participant_names(study)
    made = {}
    for segment, firm in found.items():
        leaning = [who[mark] for mark in firm.leans_on if mark in who]
        names = tuple(called.voice(voice.interview, voice.speaker) for voice in leaning)
        keyed = replace(firm, leans_on=tuple(voice.key for voice in leaning))
        made[segment] = Firm(keyed, names, leaning_words(keyed, names))
    return made


def as_figures(row: Mapping[str, Any]) -> Firmness:
    """Figures as they were stored."""
    return Firmness(**{**row, "leans_on": tuple(row["leans_on"])})
