"""Load the evidence for and against a candidate or segment; it is computed when read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from needsseg.actions.coding.blind import seen_members, unseen_candidates, veiled
from needsseg.actions.coding.cached_vectors import cached
from needsseg.actions.discovery.firmness import Firm, figures
from needsseg.actions.discovery.new_material import new_interviews
from needsseg.actions.study.languages import study_cues
from needsseg.actions.transcripts.participant_names import ParticipantNames, participant_names
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
    """One candidate or segment as shown in lists; exemplars are from different participants where possible.

    ``participants`` counts those with two passages or more. ``statement`` is the job statement a person wrote, ``need``
    the card's sentence. ``proposed`` counts passages that a run proposes for it, ``new`` its passages that are newer than
    the last decision on it, ``added`` those that joined or left it since it was confirmed, ``decided`` those that a person
    accepted or placed; ``confirmed_undecided`` says that it was confirmed without any such. ``stability`` in [0, 1] is the
    similarity when passages are resampled, ``firmness`` says so in words; both come from the one test under the current
    decisions and are None and empty until it is run. ``firm`` holds all its figures.
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
    """The number of participants with one passage only, who do not count as ``participants`` yet."""

    @property
    def people(self) -> str:
        """The number of participants, and of those with one passage only, in words."""
        count = format_count(self.participants, "participant")
        return f"{count} and {self.with_one_passage} with one passage" if self.with_one_passage else count


@dataclass(frozen=True, slots=True)
class Evidence:
    """The evidence for and against a segment.

    Passages with strengths, and the number per participant (``voices``); the passages at the ``edge`` and the nearest
    ``rival`` (None while vectors are missing); a draft job statement, ``stated`` by one person in one answer; passages
    ``proposed`` by a run; ids of ``new`` passages; the sentences before and after exemplars that begin or end in
    mid-thought (``contexts``); and participants' names.
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
    """List confirmed segments, then named ones, candidates, and those set aside; for a blind coder as they see them."""
    members, original_members, interviews_new_to = (
        seen_members(study),
        segments.passages_of_run(study),
        new_interviews(study),
    )
    ids = [member.passage for own in members.values() for member in own]
    passages_by_id = {passage.id: passage for passage in veiled(study, passages.listing(study, ids=ids))}
    unseen = unseen_candidates(study, members)
    proposed = Counter(proposal.segment for proposal in constraints.proposals(study))
    needs_segments = {need.segment for need in needs.listing(study)}
    names, cues = participant_names(study), study_cues(study)
    firm, run = figures(study), runs.latest(study)
    separate = run.separate if run else None
    rows = [
        with_firmness(
            summary(
                row,
                members.get(row.id, []),
                passages_by_id,
                original_members.get(row.id),
                interviews_new_to(row),
                proposed[row.id],
                names,
                cues,
            ),
            firm.get(row.id),
            separate,
        )
        for row in segments.listing(study)
        if row.id not in unseen
    ]
    return [replace(row, in_view=row.id in needs_segments) for row in rows]


def with_firmness(row: SegmentSummary, firm: Firm | None, separate: bool | None) -> SegmentSummary:
    """Add the figures of a segment's stability test, if tested; the test's warning comes before the others."""
    if firm is None:
        return row
    return replace(
        row,
        stability=firm.figures.likeness,
        firmness=firmness_words(firm.figures, separate),
        firm=firm,
        warnings=(*filter(None, [firm.against]), *row.warnings),
    )


def evidence(study: Study, segment: int, *, unveiled: bool = False) -> Evidence:
    """Load the evidence of one segment; its passages are exemplars first, then by strength.

    A blind coder gets it without others' work, unless ``unveiled`` is set.
    """
    row = segments.one(study, segment)
    members = segments.members(study) if unveiled else seen_members(study)
    own_members = members.get(segment, [])
    proposals = constraints.proposals(study, segment)
    rows = [other for other in segments.listing(study) if other.status != "set_aside" or other.id == segment]
    placed = {member.passage: other.id for other in rows for member in members.get(other.id, [])}
    shown = passages.listing(study, ids=[*placed, *(proposal.passage for proposal in proposals)])
    passages_by_id = {p.id: p for p in (shown if unveiled else veiled(study, shown))}
    fresh = new_interviews(study)(row)
    own = [passages_by_id[member.passage] for member in own_members]
    names = participant_names(study)
    parts, sentence = stated_parts(own, names.of)
    standing, missing = _standing(study, passages_by_id, placed, segment)
    speaker_count = len({(passage.interview, passage.speaker) for passage in own})
    run = runs.latest(study)
    original = segments.passages_of_run(study).get(segment)
    in_short = summary(row, own_members, passages_by_id, original, fresh, len(proposals), names, study_cues(study))
    in_short = replace(in_short, in_view=segment in {need.segment for need in needs.listing(study)})
    transcripts = {
        key: interviews.transcript(study, key) for key in {passage.interview for passage in in_short.exemplars}
    }
    return Evidence(
        with_firmness(in_short, figures(study).get(segment), run.separate if run else None),
        tuple((passages_by_id[member.passage], member.strength) for member in own_members),
        passages_by_participant(own, names.of),
        edge=standing[0] if standing else None,
        rival=nearest_rival(standing[1], {row.id: row.name for row in rows}) if standing else None,
        evenness=standing[1].evenness if standing else None,
        evenness_word=evenness_word(standing[1].evenness, speaker_count) if standing else "",
        stated=parts,
        sentence=sentence,
        proposed=tuple((passages_by_id[proposal.passage], proposal.strength) for proposal in proposals),
        new=frozenset(
            p.id for p in (*own, *(passages_by_id[proposal.passage] for proposal in proposals)) if p.interview in fresh
        ),
        without_vectors=missing,
        names=names,
        contexts=passage_contexts(in_short.exemplars, transcripts),
    )


def _standing(
    study: Study, passages_by_id: dict[int, Passage], placed: dict[int, int], segment: int
) -> tuple[tuple[tuple[Passage, ...], Standing] | None, int]:
    """The edge and the standing of one segment among all, or None and the number of passages without a vector."""
    ids = sorted(placed)
    if segment not in placed.values():
        return None, 0
    shown = [passages_by_id[passage] for passage in ids]
    vectors = cached(study, [passage.quote for passage in shown])
    if vectors.rows is None:
        return None, vectors.missing
    return segment_standing(segment, shown, [placed[passage] for passage in ids], vectors.rows), 0


def summary(
    row: SegmentRow,
    members: Sequence[Member],
    passages_by_id: dict[int, Passage],
    original: set[int] | None,
    fresh: frozenset[str],
    proposed: int,
    names: ParticipantNames,
    cues: Sequence[CueGroup],
) -> SegmentSummary:
    """Summarise a segment, without its firmness.

    ``original`` holds the passages with which its run created it, ``fresh`` the interviews that are new to it.
    """
    own = [passages_by_id[member.passage] for member in members]
    counts = passages_by_participant(own, names.of)
    with_one = sum(count == 1 for _, count in counts)
    added = len(segments.changed_since_confirmed(row, members))
    placed_by_hand = {member.passage for member in members if member.placed_by == "hand"}
    return SegmentSummary(
        row.id,
        row.name,
        row.description,
        row.status,
        len(own),
        len(counts) - with_one,
        exemplar_passages(own, names.of, cues),
        row.keywords,
        None,
        row.suggested_names,
        (
            *change_warnings(own, row.run, original, added),
            *weakness_warnings(own, placed_by_hand, names.of, confirmed_undecided=row.confirmed_undecided),
        ),
        row.confirmed_by,
        row.confirmed_at,
        row.statement,
        proposed,
        sum(passage.interview in fresh for passage in own),
        added,
        row.need,
        row.confirmed_undecided,
        sum(passage.status == "accepted" or passage.id in placed_by_hand for passage in own),
        with_one_passage=with_one,
    )
