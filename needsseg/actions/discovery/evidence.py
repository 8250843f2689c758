"""Load what speaks for a candidate or segment and against it; discovery computes it when it is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from needsseg.actions.coding.blind import seen_members, unseen_candidates, veiled
from needsseg.actions.coding.cached_vectors import cached
from needsseg.actions.discovery.firmness import Firm, figures
from needsseg.actions.discovery.new_material import new_interviews
from needsseg.actions.transcripts.participant_names import ParticipantNames, participant_names
from needsseg.coding.linguistic_cues import load_cues
from needsseg.discovery.evidence.segment_evidence import (
    Rival,
    StatedPart,
    change_warnings,
    exemplar_passages,
    nearest_rival,
    passage_contexts,
    passages_by_participant,
    segment_standing,
    stated_parts,
    weakness_warnings,
)
from needsseg.discovery.evidence.standing import evenness_word
from needsseg.discovery.verdict import firmness_words
from needsseg.records import Passage, PersonaName
from needsseg.settings import load, prompt_file
from needsseg.study.coding import passages
from needsseg.study.connection import Study
from needsseg.study.segments import constraints, needs, runs, segments
from needsseg.study.transcripts import interviews
from needsseg.text import format_count

if TYPE_CHECKING:
    from needsseg.coding.linguistic_cues import CueGroup
    from needsseg.discovery.evidence.standing import Standing
    from needsseg.study.segments.segments import Member, SegmentRow


@dataclass(frozen=True, slots=True)
class SegmentSummary:
    """One candidate or segment as lists show it; exemplars are passages from different participants where there are any.

    ``participants`` counts those with two passages or more. ``statement`` is the job statement a person wrote.
    ``proposed`` counts passages that a run puts to it, ``new`` its own
    that came since it was decided on, ``added`` those that joined it or left it since it was confirmed, ``decided`` those that
    a person accepted or placed. ``need`` is the card's sentence; ``confirmed_undecided`` says that it was confirmed on none.
    ``stability`` is how alike it comes back from resampled passages, in [0, 1], and ``firmness`` that in words: both of the
    one test under the decisions as they are, None and empty where that is not made yet. ``firm`` holds all its figures.
    """

    id: int
    name: str
    description: str
    status: str
    size: int
    participants: int
    exemplars: tuple[Passage, ...]
    keywords: tuple[str, ...]
    stability: float | None
    suggested_names: tuple[PersonaName, ...]
    warnings: tuple[str, ...]
    confirmed_by: str | None
    confirmed_at: str | None
    statement: str = ""
    proposed: int = 0
    new: int = 0
    added: int = 0
    need: str = ""
    confirmed_undecided: bool = False
    decided: int = 0
    firmness: str = ""
    firm: Firm | None = None
    in_view: bool = False
    """Whether it stands for a need in view."""
    with_one_passage: int = 0
    """How many said one passage only: they do not count as ``participants`` yet."""

    @property
    def people(self) -> str:
        """How many participants it has, and how many more said one passage only, in words."""
        count = format_count(self.participants, "participant")
        return f"{count} and {self.with_one_passage} with one passage" if self.with_one_passage else count


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that speaks for a segment and against it.

    Passages with strengths, and how many each participant gave; the passages at the ``edge`` and the nearest rival (None
    while vectors are missing); the draft of a job statement, all of it ``stated`` by one person in one answer; what a run
    proposes; what is ``new``; the sentences before and after exemplars that begin or end in the middle of a thought; and what
    everybody is called.
    """

    summary: SegmentSummary
    passages: tuple[tuple[Passage, float], ...]
    voices: tuple[tuple[str, int], ...]
    edge: tuple[Passage, ...] | None = None
    rival: Rival | None = None
    evenness: float | None = None
    evenness_word: str = ""
    stated: tuple[StatedPart, ...] = ()
    sentence: str = ""
    proposed: tuple[tuple[Passage, float], ...] = ()
    new: frozenset[int] = frozenset()
    without_vectors: int = 0
    contexts: dict[int, tuple[str, str]] = field(default_factory=dict)
    names: ParticipantNames = field(default_factory=lambda: ParticipantNames({}, {}))


def listing(study: Study) -> list[SegmentSummary]:
    """Confirmed segments first, then named ones, candidates, and those set aside; for a blind coder as they see them."""
    members, found, since = seen_members(study), segments.passages_of_run(study), new_interviews(study)
    ids = [member.passage for mine in members.values() for member in mine]
    held = {passage.id: passage for passage in veiled(study, passages.listing(study, ids=ids))}
    unseen = unseen_candidates(study, members)
    proposed = Counter(proposal.segment for proposal in constraints.proposals(study))
    standing = {need.segment for need in needs.listing(study)}
    names, cues = participant_names(study), _cues(study)
    firm, run = figures(study), runs.latest(study)
    separate = run.separate if run else None
    rows = [
        with_firmness(
            summary(row, members.get(row.id, []), held, found.get(row.id), since(row), proposed[row.id], names, cues),
            firm.get(row.id),
            separate,
        )
        for row in segments.listing(study)
        if row.id not in unseen
    ]
    return [replace(row, in_view=row.id in standing) for row in rows]


def with_firmness(row: SegmentSummary, firm: Firm | None, separate: bool | None) -> SegmentSummary:
    """A segment with what its test says, where it is tested; what the test says against it comes before other warnings."""
    if firm is None:
        return row
    return replace(
        row,
        stability=firm.figures.likeness,
        firmness=firmness_words(firm.figures, separate),
        firm=firm,
        warnings=(*filter(None, [firm.against]), *row.warnings),
    )


def evidence(study: Study, segment: int, *, whole: bool = False) -> Evidence:
    """All that speaks for one segment; its passages exemplars first, then by strength.

    A blind coder is shown it without others' work, unless ``whole`` says otherwise.
    """
    row = segments.one(study, segment)
    members = segments.members(study) if whole else seen_members(study)
    mine = members.get(segment, [])
    put = constraints.proposals(study, segment)
    rows = [other for other in segments.listing(study) if other.status != "set_aside" or other.id == segment]
    placed = {member.passage: other.id for other in rows for member in members.get(other.id, [])}
    shown = passages.listing(study, ids=[*placed, *(proposal.passage for proposal in put)])
    held = {p.id: p for p in (shown if whole else veiled(study, shown))}
    fresh = new_interviews(study)(row)
    here = [held[member.passage] for member in mine]
    names = participant_names(study)
    parts, sentence = stated_parts(here, names.of)
    standing, missing = _standing(study, held, placed, segment)
    spoken = len({(passage.interview, passage.speaker) for passage in here})
    run = runs.latest(study)
    said = summary(row, mine, held, segments.passages_of_run(study).get(segment), fresh, len(put), names, _cues(study))
    said = replace(said, in_view=segment in {need.segment for need in needs.listing(study)})
    transcripts = {key: interviews.transcript(study, key) for key in {passage.interview for passage in said.exemplars}}
    return Evidence(
        with_firmness(said, figures(study).get(segment), run.separate if run else None),
        tuple((held[member.passage], member.strength) for member in mine),
        passages_by_participant(here, names.of),
        edge=standing[0] if standing else None,
        rival=nearest_rival(standing[1], {row.id: row.name for row in rows}) if standing else None,
        evenness=standing[1].evenness if standing else None,
        evenness_word=evenness_word(standing[1].evenness, spoken) if standing else "",
        stated=parts,
        sentence=sentence,
        proposed=tuple((held[proposal.passage], proposal.strength) for proposal in put),
        new=frozenset(p.id for p in (*here, *(held[proposal.passage] for proposal in put)) if p.interview in fresh),
        without_vectors=missing,
        names=names,
        contexts=passage_contexts(said.exemplars, transcripts),
    )


def _standing(
    study: Study, held: dict[int, Passage], placed: dict[int, int], segment: int
) -> tuple[tuple[tuple[Passage, ...], Standing] | None, int]:
    """The edge and the standing of one segment among all, or None and how many passages have no vector."""
    ids = sorted(placed)
    if segment not in placed.values():
        return None, 0
    shown = [held[passage] for passage in ids]
    vectors = cached(study, [passage.quote for passage in shown])
    if vectors.rows is None:
        return None, vectors.missing
    return segment_standing(segment, shown, [placed[passage] for passage in ids], vectors.rows), 0


def summary(
    row: SegmentRow,
    mine: Sequence[Member],
    held: dict[int, Passage],
    found: set[int] | None,
    fresh: frozenset[str],
    proposed: int,
    names: ParticipantNames,
    cues: Sequence[CueGroup],
) -> SegmentSummary:
    """A segment in short, without its firmness.

    ``found`` are the passages its run found it with, ``fresh`` the interviews new to it.
    """
    here = [held[member.passage] for member in mine]
    counts = passages_by_participant(here, names.of)
    once = sum(count == 1 for _, count in counts)
    added = len(segments.changed_since_confirmed(row, mine))
    kept = {member.passage for member in mine if member.placed_by == "hand"}
    return SegmentSummary(
        row.id,
        row.name,
        row.description,
        row.status,
        len(here),
        len(counts) - once,
        exemplar_passages(here, names.of, cues),
        row.keywords,
        None,
        row.suggested_names,
        (
            *change_warnings(here, row.run, found, added),
            *weakness_warnings(here, kept, names.of, confirmed_undecided=row.confirmed_undecided),
        ),
        row.confirmed_by,
        row.confirmed_at,
        row.statement,
        proposed,
        sum(passage.interview in fresh for passage in here),
        added,
        row.need,
        row.confirmed_undecided,
        sum(passage.status == "accepted" or passage.id in kept for passage in here),
        with_one_passage=once,
    )


def _cues(study: Study) -> tuple[CueGroup, ...]:
    return load_cues(prompt_file("cues.toml", load(study.path)))
