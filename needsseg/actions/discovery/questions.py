"""Choose the next question: the passage whose decision would help most, the reason, and where it could go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from needsseg.actions.coding.blind import veiled
from needsseg.actions.coding.cached_vectors import required_rows
from needsseg.actions.discovery.passage_moves import Depth, applied_decisions
from needsseg.actions.discovery.previews import nearest_segments
from needsseg.discovery import Discovery, Separation, need_texts
from needsseg.discovery import discover as discover_candidates
from needsseg.discovery.evidence.segment_evidence import speaker_key
from needsseg.embedding import text_sha256, vectors_keys
from needsseg.errors import Advice, DiscoveryError, Fix, NotFoundError
from needsseg.records import Passage
from needsseg.study.coding import passages
from needsseg.study.connection import Study
from needsseg.study.segments import needs, runs, segments, vectors
from needsseg.text import format_count

if TYPE_CHECKING:
    from needsseg.actions.discovery.passage_moves import AppliedDecisions
    from needsseg.embedding.vectors import Matrix
    from needsseg.study.segments.runs import Run
    from needsseg.study.segments.segments import SegmentRow

ALIKE, DOUBTFUL = 0.5, 0.3
KEYS = "123456789abcdef"
"""The keys that choose a need or candidate; ``NONE_KEY`` chooses none of these."""
NONE_KEY = "0"


@dataclass(frozen=True, slots=True)
class Choice:
    """A need, candidate or segment that a passage could be put in; all are None for "none of these".

    ``key`` chooses it and does not depend on the passage. ``about`` describes it in a sentence; ``nearness`` is the
    cosine to its centroid, None if it has no passages yet.
    """

    segment: int | None
    name: str
    nearness: float | None
    key: str = ""
    need: int | None = None
    about: str = ""


@dataclass(frozen=True, slots=True)
class Guess:
    """Where the program would put the passage, with a strength in [0, 1]; ``name`` is "none of these" if nowhere."""

    segment: int | None
    need: int | None
    name: str
    strength: float


@dataclass(frozen=True, slots=True)
class Question:
    """The passage to decide next, the reason, its choices (in a fixed order, "none of these" last), and how many are left.

    ``undecided`` counts the undecided passages. ``guess`` is the program's, shown on request; ``lies_in`` is the segment
    in which a run placed the passage, if any.
    """

    passage: Passage
    reason: str
    choices: tuple[Choice, ...]
    undecided: int
    lies_in: int | None
    guess: Guess | None = None


@dataclass(frozen=True, slots=True)
class Reclustering:
    """The newest run's passages clustered again under the current decisions."""

    run: Run
    chosen: tuple[Passage, ...]
    rows: Matrix
    applied: AppliedDecisions
    discovery: Discovery


def recluster(study: Study, depth: Depth, without: Collection[int] = ()) -> Reclustering:
    """Cluster the newest run's passages again from cached vectors, ignoring decisions on ``without``; stores nothing.

    Raises NotFoundError before the first run, DiscoveryError if vectors are missing or too few passages are left.
    """
    run = newest_run(study)
    visible = passages.listing(study, ids=runs.labels(study, run.id), anchored=True)
    chosen = tuple(veiled(study, [passage for passage in visible if passage.status != "rejected"]))
    if not chosen:
        raise DiscoveryError(f"No passage of run {run.id} is left.", Advice("Discover again: ", Fix.DISCOVER))
    rows = required_rows(study, [passage.quote for passage in chosen])
    applied = applied_decisions(study, chosen, depth, without)
    return Reclustering(run, chosen, rows, applied, cluster_passages(study, run, chosen, rows, applied))


def newest_run(study: Study) -> Run:
    """The newest run; raises NotFoundError before the first."""
    run = runs.latest(study)
    if run is None:
        raise NotFoundError("There are no runs yet.", Advice("Discover first: ", Fix.DISCOVER))
    return run


def cluster_passages(
    study: Study, run: Run, chosen: Sequence[Passage], rows: Matrix, applied: AppliedDecisions
) -> Discovery:
    """Cluster passages of a run with their unit rows, decisions and the run's separation; loads no model.

    A need in view that was stated after the run has no vectors yet; until the next run only its answers are used.
    """
    texts, speakers = [passage.quote for passage in chosen], [speaker_key(passage) for passage in chosen]
    keys = {need: [text_sha256(text) for text in need_texts(*need)] for need in applied.in_view}
    known_vectors = vectors.load(
        study, vectors_keys(run.model_sha256), [key for hashes in keys.values() for key in hashes]
    )
    return discover_candidates(
        texts,
        speakers,
        vectors=rows,
        decisions=applied.decisions,
        needs=[need for need, hashes in keys.items() if all(key in known_vectors for key in hashes)],
        codes=applied.codes,
        known_vectors=known_vectors,
        separation=None
        if run.separate is None or run.separation_p is None
        else Separation(run.separate, run.separation_p),
        seed=run.seed,
        resamples=0,
    )


def next_question(study: Study, skip: Collection[int] = ()) -> Question | None:
    """The undecided passage whose decision would help most, without those in ``skip``; None if all are decided.

    A passage is decided if a person placed it, declared it off-topic, or confirmed its segment; naming a run's cluster
    decides its exemplars only.
    """
    again = recluster(study, "anchored")
    ranked = again.discovery.questions(len(again.chosen))
    index = next((i for i in ranked if again.chosen[i].id not in skip), None)
    if index is None:
        return None
    passage = again.chosen[index]
    nearness_by_segment = {
        segment: nearness for segment, _, nearness in nearest_segments(study, [passage]).get(passage.id, [])
    }
    choices = tuple(replace(choice, nearness=nearness_by_segment.get(choice.segment or 0)) for choice in targets(study))
    segments_of = (
        segment
        for segment, members in segments.members(study).items()
        for member in members
        if member.passage == passage.id
    )
    none = Choice(None, "none of these", None, NONE_KEY)
    reason, guess = _reason(again, index, ranked), _guess(study, again, index, choices)
    return Question(passage, reason, (*choices, none), len(ranked), next(segments_of, None), guess)


def targets(study: Study) -> list[Choice]:
    """List where a passage can be put: needs in view, then named segments, then candidates, each with its key."""
    in_view = needs.listing(study)
    rows = {row.id: row for row in segments.listing(study) if row.status != "set_aside"}
    choices = [
        Choice(
            need.segment,
            need.name,
            None,
            "",
            need.id,
            _description(study, rows.get(need.segment or 0), need.description),
        )
        for need in in_view
    ]
    in_use = {need.segment for need in in_view}
    others = sorted(
        (row for row in rows.values() if row.id not in in_use), key=lambda row: (row.status == "candidate", row.id)
    )
    choices += [Choice(row.id, row.name, None, "", None, _description(study, row)) for row in others]
    keys = [*KEYS, *[""] * len(choices)]
    return [replace(choice, key=key) for choice, key in zip(choices, keys, strict=False)]


def _description(study: Study, row: SegmentRow | None, description: str = "") -> str:
    """Describe a need or candidate: by its card's sentence, else its description, else a quote."""
    sentence = "" if row is None else segments.need_sentence(study, row.id) or row.description
    if sentence or description:
        return sentence or description
    best = segments.members(study).get(row.id, [])[:1] if row is not None else []
    return "".join(f"“{passage.quote}”" for passage in passages.listing(study, ids=[m.passage for m in best]))


def _guess(study: Study, again: Reclustering, index: int, choices: Sequence[Choice]) -> Guess:
    """The choice that the program would make; for an unnamed cluster, the segment that has most of its passages."""
    label, strength = again.discovery.labels[index], round(again.discovery.strengths[index], 4)
    choice = names_of(study, again, choices).get(label)
    if choice is None:
        return Guess(None, None, "none of these" if label < 0 else "something else", strength)
    return Guess(choice.segment, choice.need, choice.name, strength)


def names_of(study: Study, again: Reclustering, choices: Sequence[Choice]) -> dict[int, Choice]:
    """The choice that each label stands for: by the name a decision gave it, else by the segment of most passages."""
    by_need = {choice.name: choice for choice in choices if choice.need is not None}
    by_segment = {choice.segment: choice for choice in choices if choice.segment is not None}
    segment_of = {member.passage: segment for segment, members in segments.members(study).items() for member in members}
    choice_by_label: dict[int, Choice] = {}
    for candidate in again.discovery.candidates:
        choice = by_need.get(candidate.name or "") or by_segment.get(
            again.applied.segments.get(candidate.name or "", 0)
        )
        if choice is None:
            inside = Counter(segment_of.get(again.chosen[i].id) for i in candidate.members)
            most, count = max(inside.items(), key=lambda item: (item[1], item[0] is not None, -(item[0] or 0)))
            choice = by_segment.get(most or 0) if 2 * count > len(candidate.members) else None
        if choice is not None:
            choice_by_label[candidate.label] = choice
    return choice_by_label


def _reason(again: Reclustering, index: int, undecided: Sequence[int]) -> str:
    """The reason that this passage is worth deciding, without giving the program's guess away."""
    if not again.discovery.decided:
        return "comes first: nothing is decided yet"
    alike = sum(float(again.rows[index] @ again.rows[other]) >= ALIKE for other in undecided if other != index)
    if alike:
        return f"stands for {format_count(alike, 'undecided passage')} like it"
    if again.discovery.labels[index] < 0 or again.discovery.strengths[index] < DOUBTFUL:
        return "fits no need clearly, or several"
    return "is unlike what was decided so far"
