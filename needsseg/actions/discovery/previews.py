"""Preview changes: both halves of a split, both sides of a merge, and the passages in no segment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from needsseg.actions.coding.blind import own_off_topic, seen_members, veiled
from needsseg.actions.coding.cached_vectors import cached, required_rows
from needsseg.actions.discovery.evidence import SegmentSummary, listing
from needsseg.actions.transcripts.participant_names import ParticipantNames, participant_names
from needsseg.discovery.evidence.segment_evidence import speaker_key
from needsseg.discovery.evidence.standing import halves, standings
from needsseg.errors import UsageError
from needsseg.records import Passage
from needsseg.study.coding import passages
from needsseg.study.connection import Study
from needsseg.study.segments import runs, segments


@dataclass(frozen=True, slots=True)
class ProposedSplit:
    """The two halves into which a segment splits best, clearest passages first, and the words that distinguish them."""

    larger: tuple[Passage, ...]
    smaller: tuple[Passage, ...]
    larger_words: tuple[str, ...]
    smaller_words: tuple[str, ...]
    names: ParticipantNames = field(default_factory=lambda: ParticipantNames({}, {}))


@dataclass(frozen=True, slots=True)
class MergePreview:
    """Two segments, the words that distinguish them, and the cosine of their centroids (None without vectors)."""

    first: SegmentSummary
    second: SegmentSummary
    first_words: tuple[str, ...]
    second_words: tuple[str, ...]
    nearness: float | None
    names: ParticipantNames = field(default_factory=lambda: ParticipantNames({}, {}))


@dataclass(frozen=True, slots=True)
class LeftOver:
    """A passage of the newest run in no segment: the nearest segment and its cosine, or that it is off-topic."""

    passage: Passage
    nearest: int | None
    name: str
    nearness: float | None
    off_topic: bool
    participant: str
    """The displayed name of its speaker."""


def proposed_split(study: Study, segment: int) -> ProposedSplit:
    """Propose a split of a segment; changes nothing. Raises DiscoveryError below four passages."""
    segments.one(study, segment)
    members = _members(study, segment)
    rows = required_rows(study, [passage.quote for passage in members]) if members else None
    if rows is None:
        raise UsageError(f"Segment {segment} holds no passages.", "There is nothing to split.")
    parts = halves(rows, range(len(members)))
    labels = [0 if index in set(parts[0]) else 1 for index in range(len(members))]
    standing = standings([p.quote for p in members], [speaker_key(p) for p in members], rows, labels)[0]
    larger, smaller = (tuple(members[index] for index in sorted(part)) for part in parts)
    return ProposedSplit(larger, smaller, standing.apart, standing.rival_apart, participant_names(study))


def merge_preview(study: Study, first: int, second: int) -> MergePreview:
    """Preview a merge of two segments; changes nothing."""
    if first == second:
        raise UsageError(f"Segment {first} cannot be merged into itself.")
    for segment in (first, second):
        segments.one(study, segment)
    sides = {row.id: row for row in listing(study)}
    one, other, names = _members(study, first), _members(study, second), participant_names(study)
    vectors = cached(study, [passage.quote for passage in (*one, *other)])
    if vectors.rows is None or not one or not other:
        return MergePreview(sides[first], sides[second], (), (), None, names)
    labels = [0] * len(one) + [1] * len(other)
    both = [*one, *other]
    standing = standings([p.quote for p in both], [speaker_key(p) for p in both], vectors.rows, labels)[0]
    return MergePreview(
        sides[first], sides[second], standing.apart, standing.rival_apart, round(standing.rival_nearness, 4), names
    )


def left_over(study: Study) -> list[LeftOver]:
    """List the passages of the newest run in no segment, those nearest to one first, off-topic ones last."""
    run = runs.latest(study)
    if run is None:
        return []
    placed = {member.passage: row for row, member in _segment_members(study)}
    off_topic = own_off_topic(study)
    labels = runs.labels(study, run.id)
    visible = veiled(study, passages.listing(study, ids={*labels, *placed}))
    usable = {p.id: p for p in visible if p.status != "rejected"}
    loose = [passage for passage in labels if passage in usable and passage not in placed]
    near, names = nearest_segments(study, [usable[p] for p in loose]), participant_names(study)
    rows = []
    for passage in loose:
        segment, name, nearness = near[passage][0] if near.get(passage) else (None, "", None)
        rows.append(LeftOver(usable[passage], segment, name, nearness, passage in off_topic, names.of(usable[passage])))
    return sorted(rows, key=lambda row: (row.off_topic, -(row.nearness or 0.0), row.passage.id))


def nearest_segments(study: Study, chosen: Sequence[Passage]) -> dict[int, list[tuple[int, str, float]]]:
    """For each passage the segments as (id, name, cosine to the centroid), nearest first; empty without vectors.

    The centroid of a passage's own segment is computed without the passage.
    """
    import numpy as np

    rows = {row.id: row for row, _ in _segment_members(study) if row.status != "set_aside"}
    placed = {member.passage: row.id for row, member in _segment_members(study) if row.id in rows}
    ids = list(dict.fromkeys([*placed, *(passage.id for passage in chosen)]))
    passages_by_id = {p.id: p for p in passages.listing(study, ids=ids)}
    vectors = cached(study, [passages_by_id[passage].quote for passage in ids])
    if vectors.rows is None or not rows:
        return {}
    row_of = {passage: index for index, passage in enumerate(ids)}
    sums = {segment: np.zeros(vectors.rows.shape[1]) for segment in rows}
    for passage, segment in placed.items():
        sums[segment] += vectors.rows[row_of[passage]]
    near = {}
    for passage in (one.id for one in chosen):
        vector = vectors.rows[row_of[passage]]
        listed = []
        for segment, total in sums.items():
            centroid = total - vector if placed.get(passage) == segment else total
            length = float(np.linalg.norm(centroid))
            listed.append((segment, rows[segment].name, round(float(vector @ centroid) / length, 4) if length else 0.0))
        near[passage] = sorted(listed, key=lambda item: (-item[2], item[0]))
    return near


def _segment_members(study: Study) -> list[tuple[segments.SegmentRow, segments.Member]]:
    members = seen_members(study)
    return [(row, member) for row in segments.listing(study) for member in members.get(row.id, [])]


def _members(study: Study, segment: int) -> list[Passage]:
    """The passages of a segment, clearest first."""
    ids = [member.passage for member in seen_members(study).get(segment, [])]
    passages_by_id = {passage.id: passage for passage in veiled(study, passages.listing(study, ids=ids))}
    return [passages_by_id[passage] for passage in ids]
