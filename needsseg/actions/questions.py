"""The question queue: the passage whose decision would help most, why, and where it could go."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from needsseg.actions.cached import required_rows
from needsseg.actions.evidence import voice
from needsseg.actions.placements import Depth, placed
from needsseg.actions.previews import nearest_segments
from needsseg.discovery import Discovery
from needsseg.discovery import discover as discover_candidates
from needsseg.errors import DiscoveryError, NotFoundError
from needsseg.records import Passage
from needsseg.study import passages, runs, segments
from needsseg.study.connection import Study
from needsseg.text import format_count

if TYPE_CHECKING:
    from needsseg.actions.placements import Placed
    from needsseg.discovery.shape import Matrix
    from needsseg.study.runs import Run

ALIKE, CLOSE = 0.5, 0.05


@dataclass(frozen=True, slots=True)
class Choice:
    """A segment that a passage could be put in, with its nearness; ``segment`` None says it fits no need."""

    segment: int | None
    name: str
    nearness: float


@dataclass(frozen=True, slots=True)
class Question:
    """The passage to decide next and why, its choices (nearest first, off-topic last), and how many are undecided.

    ``lies_in`` is the segment that a run put it in, where one did.
    """

    passage: Passage
    why: str
    choices: tuple[Choice, ...]
    left: int
    lies_in: int | None


@dataclass(frozen=True, slots=True)
class Again:
    """The newest run's passages clustered again under today's decisions."""

    run: Run
    chosen: tuple[Passage, ...]
    rows: Matrix
    given: Placed
    found: Discovery


def discovered_again(study: Study, depth: Depth) -> Again:
    """Clusters the newest run's passages again from cached vectors; writes nothing.

    Raises NotFoundError before the first run, DiscoveryError where vectors are missing or too few passages are left.
    """
    run = newest_run(study)
    seen = passages.listing(study, ids=runs.labels(study, run.id), anchored=True)
    chosen = tuple(passage for passage in seen if passage.status != "rejected")
    if not chosen:
        raise DiscoveryError(f"No passage of run {run.id} is left.", "Discover again: needsseg discover")
    rows = required_rows(study, [passage.quote for passage in chosen])
    given = placed(study, chosen, depth)
    return Again(run, chosen, rows, given, clustered(chosen, rows, given, run.seed))


def newest_run(study: Study) -> Run:
    """The newest run; raises NotFoundError before the first."""
    run = runs.latest(study)
    if run is None:
        raise NotFoundError("There are no runs yet.", "Discover first (D among the segments; needsseg discover).")
    return run


def clustered(chosen: Sequence[Passage], rows: Matrix, given: Placed, seed: int) -> Discovery:
    """Discovery of passages with their unit rows and decisions."""
    texts, speakers = [passage.quote for passage in chosen], [voice(passage) for passage in chosen]
    return discover_candidates(texts, speakers, vectors=rows, decisions=given.decisions, seed=seed, resamples=0)


def next_question(study: Study, skip: Collection[int] = ()) -> Question | None:
    """The undecided passage whose decision would help most; None when all are decided. ``skip`` leaves some for later.

    Decided is what a person placed, paired off as off-topic, or confirmed; that a run's cluster was named decides its
    exemplars only.
    """
    again = discovered_again(study, "anchored")
    asked = again.found.questions(len(again.chosen))
    index = next((i for i in asked if again.chosen[i].id not in skip), None)
    if index is None:
        return None
    passage = again.chosen[index]
    choices = tuple(Choice(*near) for near in nearest_segments(study, [passage]).get(passage.id, []))
    mine = (
        segment for segment, held in segments.members(study).items() for member in held if member.passage == passage.id
    )
    lies_in = next(mine, None)
    why = _why(again, index, asked, choices, lies_in)
    return Question(passage, why, (*choices, Choice(None, "no need", 0.0)), len(asked), lies_in)


def _why(again: Again, index: int, asked: Sequence[int], choices: Sequence[Choice], lies_in: int | None) -> str:
    """In plain words, what makes this passage worth deciding."""
    alike = sum(float(again.rows[index] @ again.rows[other]) >= ALIKE for other in asked if other != index)
    said = []
    own = next((choice.name for choice in choices if choice.segment == lies_in), None)
    if again.found.labels[index] < 0:
        said.append("may fit no need")
    elif len(choices) > 1 and choices[0].nearness - choices[1].nearness < CLOSE:
        said.append(f"lies between “{choices[0].name}” and “{choices[1].name}”")
    elif own is not None and choices[0].segment != lies_in:
        said.append(f"lies in “{own}”, but is nearer to “{choices[0].name}”")
    if alike:
        said.append(f"stands for {format_count(alike, 'undecided passage')} like it")
    if not said:
        said.append(f"is one of the least certain, with strength {again.found.strengths[index]:.2f}")
    return "; ".join(said)
