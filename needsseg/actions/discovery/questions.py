"""The question queue: the passage whose decision would help most, why, and where it could go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from needsseg.actions.coding.blind import veiled
from needsseg.actions.coding.cached_vectors import required_rows
from needsseg.actions.discovery.passage_moves import Depth, placed
from needsseg.actions.discovery.previews import nearest_segments
from needsseg.discovery import Discovery, Separation, need_texts
from needsseg.discovery import discover as discover_candidates
from needsseg.discovery.evidence.segment_evidence import speaker_key
from needsseg.embedding import text_sha256
from needsseg.errors import Advice, DiscoveryError, Fix, NotFoundError
from needsseg.records import Passage
from needsseg.study.coding import passages
from needsseg.study.connection import Study
from needsseg.study.segments import needs, runs, segments, vectors
from needsseg.text import format_count

if TYPE_CHECKING:
    from needsseg.actions.discovery.passage_moves import Placed
    from needsseg.embedding.vectors import Matrix
    from needsseg.study.segments.runs import Run
    from needsseg.study.segments.segments import SegmentRow

ALIKE, DOUBTFUL = 0.5, 0.3
KEYS = "123456789abcdef"
"""What a need or candidate is chosen by; ``NONE_KEY`` says that it is none of these."""
NONE_KEY = "0"


@dataclass(frozen=True, slots=True)
class Choice:
    """A need, candidate or segment that a passage could be put in; all are None for "none of these".

    ``key`` chooses it: it does not depend on the passage. ``about`` says in a sentence what it is; ``nearness`` is the cosine
    to its middle, None where nothing lies in it yet.
    """

    segment: int | None
    name: str
    nearness: float | None
    key: str = ""
    need: int | None = None
    about: str = ""


@dataclass(frozen=True, slots=True)
class Guess:
    """Where the program would put the passage, and how firmly, in [0, 1]; ``name`` is "none of these" where nowhere."""

    segment: int | None
    need: int | None
    name: str
    strength: float


@dataclass(frozen=True, slots=True)
class Question:
    """The passage to decide next and why, its choices (always in one order, "none of these" last), how many are undecided.

    ``guess`` is the program's, for those who ask for it; ``lies_in`` the segment that a run put it in, where one did.
    """

    passage: Passage
    why: str
    choices: tuple[Choice, ...]
    left: int
    lies_in: int | None
    guess: Guess | None = None


@dataclass(frozen=True, slots=True)
class Again:
    """The newest run's passages clustered again under today's decisions."""

    run: Run
    chosen: tuple[Passage, ...]
    rows: Matrix
    given: Placed
    found: Discovery


def discovered_again(study: Study, depth: Depth, without: Collection[int] = ()) -> Again:
    """Clusters the newest run's passages again from cached vectors, as if nobody had decided on ``without``; writes nothing.

    Raises NotFoundError before the first run, DiscoveryError where vectors are missing or too few passages are left.
    """
    run = newest_run(study)
    seen = passages.listing(study, ids=runs.labels(study, run.id), anchored=True)
    chosen = tuple(veiled(study, [passage for passage in seen if passage.status != "rejected"]))
    if not chosen:
        raise DiscoveryError(f"No passage of run {run.id} is left.", Advice("Discover again: ", Fix.DISCOVER))
    rows = required_rows(study, [passage.quote for passage in chosen])
    given = placed(study, chosen, depth, without)
    return Again(run, chosen, rows, given, clustered(study, run, chosen, rows, given))


def newest_run(study: Study) -> Run:
    """The newest run; raises NotFoundError before the first."""
    run = runs.latest(study)
    if run is None:
        raise NotFoundError("There are no runs yet.", Advice("Discover first: ", Fix.DISCOVER))
    return run


def clustered(study: Study, run: Run, chosen: Sequence[Passage], rows: Matrix, given: Placed) -> Discovery:
    """Discovery of passages of a run with their unit rows and decisions, and with the run's verdict; loads no model.

    A need in view that came since the last run has no vectors yet: until the next one it teaches by its answers alone.
    """
    texts, speakers = [passage.quote for passage in chosen], [speaker_key(passage) for passage in chosen]
    keys = {need: [text_sha256(text) for text in need_texts(*need)] for need in given.in_view}
    known = vectors.load(study, run.model_sha256, [key for mine in keys.values() for key in mine])
    return discover_candidates(
        texts,
        speakers,
        vectors=rows,
        decisions=given.decisions,
        needs=[need for need, mine in keys.items() if all(key in known for key in mine)],
        codes=given.codes,
        known_vectors=known,
        separation=None
        if run.separate is None or run.separation_p is None
        else Separation(run.separate, run.separation_p),
        seed=run.seed,
        resamples=0,
    )


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
    near = {segment: nearness for segment, _, nearness in nearest_segments(study, [passage]).get(passage.id, [])}
    choices = tuple(replace(choice, nearness=near.get(choice.segment or 0)) for choice in targets(study))
    mine = (
        segment for segment, held in segments.members(study).items() for member in held if member.passage == passage.id
    )
    none = Choice(None, "none of these", None, NONE_KEY)
    why, guess = _why(again, index, asked), _guess(study, again, index, choices)
    return Question(passage, why, (*choices, none), len(asked), next(mine, None), guess)


def targets(study: Study) -> list[Choice]:
    """Where a passage can be put: the needs in view, then segments that people named, then candidates, each with its key."""
    in_view = needs.listing(study)
    rows = {row.id: row for row in segments.listing(study) if row.status != "set_aside"}
    found = [
        Choice(need.segment, need.name, None, "", need.id, _about(study, rows.get(need.segment or 0), need.description))
        for need in in_view
    ]
    taken = {need.segment for need in in_view}
    rest = sorted(
        (row for row in rows.values() if row.id not in taken), key=lambda row: (row.status == "candidate", row.id)
    )
    found += [Choice(row.id, row.name, None, "", None, _about(study, row)) for row in rest]
    keys = [*KEYS, *[""] * len(found)]
    return [replace(choice, key=key) for choice, key in zip(found, keys, strict=False)]


def _about(study: Study, row: SegmentRow | None, description: str = "") -> str:
    """What a need or candidate is, in a sentence: its card's, else its description, else what somebody said in it."""
    said = "" if row is None else segments.need_sentence(study, row.id) or row.description
    if said or description:
        return said or description
    best = segments.members(study).get(row.id, [])[:1] if row is not None else []
    return "".join(f"“{passage.quote}”" for passage in passages.listing(study, ids=[m.passage for m in best]))


def _guess(study: Study, again: Again, index: int, choices: Sequence[Choice]) -> Guess:
    """The choice that the program would take; for a cluster nobody has spoken of, the segment most of it lies in."""
    label, strength = again.found.labels[index], round(again.found.strengths[index], 4)
    called = names_of(study, again, choices).get(label)
    if called is None:
        return Guess(None, None, "none of these" if label < 0 else "something else", strength)
    return Guess(called.segment, called.need, called.name, strength)


def names_of(study: Study, again: Again, choices: Sequence[Choice]) -> dict[int, Choice]:
    """Which choice each label stands for: by name where a decision gave it one, else by where most of its passages lie."""
    by_need = {choice.name: choice for choice in choices if choice.need is not None}
    by_segment = {choice.segment: choice for choice in choices if choice.segment is not None}
    lies = {member.passage: segment for segment, held in segments.members(study).items() for member in held}
    found: dict[int, Choice] = {}
    for candidate in again.found.candidates:
        choice = by_need.get(candidate.name or "") or by_segment.get(again.given.segments.get(candidate.name or "", 0))
        if choice is None:
            inside = Counter(lies.get(again.chosen[i].id) for i in candidate.members)
            most, count = max(inside.items(), key=lambda item: (item[1], item[0] is not None, -(item[0] or 0)))
            choice = by_segment.get(most or 0) if 2 * count > len(candidate.members) else None
        if choice is not None:
            found[candidate.label] = choice
    return found


def _why(again: Again, index: int, asked: Sequence[int]) -> str:
    """In plain words, what makes this passage worth deciding; without what the program takes it for."""
    if not again.found.decided:
        return "comes first: nothing is decided yet"
    alike = sum(float(again.rows[index] @ again.rows[other]) >= ALIKE for other in asked if other != index)
    if alike:
        return f"stands for {format_count(alike, 'undecided passage')} like it"
    if again.found.labels[index] < 0 or again.found.strengths[index] < DOUBTFUL:
        return "fits no need clearly, or several"
    return "is unlike what was decided so far"
