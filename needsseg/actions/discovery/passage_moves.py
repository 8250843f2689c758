"""Collect the study's decisions in the form discovery takes: placements of passages, and pairs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from needsseg.records import Decisions, Passage
from needsseg.settings import load
from needsseg.study.connection import Study
from needsseg.study.segments import constraints as decisions
from needsseg.study.segments import needs, segments
from needsseg.study.segments.constraints import Pair, chains
from needsseg.study.segments.needs import Need

Depth = Literal["kept", "anchored", "explicit"]
"""What counts as decided. "kept": all members of kept segments; "anchored": what a person placed or confirmed, and the
exemplars of other kept segments; "explicit": only what a person placed passage by passage."""


@dataclass(frozen=True, slots=True)
class AppliedDecisions:
    """The decisions on some passages by index, the needs in view and the codes, and pairs that contradict them.

    ``segments`` maps each name in the decisions and each need's name to a segment or candidate, ``needs`` a name to the
    need in view. ``kept_segments`` are all segments with members that people keep, also those without a member among the
    passages. ``unused`` lists pairs that are ignored, with the reason. ``codes`` are the codes of each passage, None if
    codes are not used.
    """

    decisions: Decisions
    segments: dict[str, int]
    kept_segments: frozenset[int]
    unused: tuple[tuple[Pair, str], ...]
    needs: dict[str, Need] = field(default_factory=dict)
    codes: tuple[frozenset[str], ...] | None = None

    @property
    def in_view(self) -> list[tuple[str, str]]:
        """The needs in view as discovery takes them: name and description."""
        return [(need.name, need.description) for need in self.needs.values()]


def applied_decisions(
    study: Study, chosen: Sequence[Passage], depth: Depth = "kept", without: Collection[int] = ()
) -> AppliedDecisions:
    """Collect the decisions that apply to ``chosen``; a pair that contradicts the placement of its passages is ignored.

    Ignores placements and pairs of the passages in ``without``, as if nobody had decided on them.
    """
    index = {passage.id: number for number, passage in enumerate(chosen)}
    in_view = {need.name: need for need in needs.listing(study)}
    need_names = {need.segment: name for name, need in reversed(in_view.items()) if need.segment is not None}
    everywhere = {p: segment for p, segment in _placement(study, depth).items() if p not in without}
    segment_of = {passage: segment for passage, segment in everywhere.items() if passage in index}
    pairs, unused = applied_pairs(study)
    used_pairs = [pair for pair in pairs if pair.first not in without and pair.second not in without]
    together = _together_pairs([pair for pair in used_pairs if pair.kind == "together"], index)
    apart = [
        (index[p.first], index[p.second])
        for p in used_pairs
        if p.kind == "apart" and p.first in index and p.second in index
    ]
    apart += _declined_pairs(study, index, segment_of, together)
    names = {s: need_names.get(s) or private_name(s) for s in sorted({s for s in segment_of.values() if s is not None})}
    kept_segments = {row.id for row in segments.listing(study) if row.status in segments.KEPT}
    return AppliedDecisions(
        Decisions(
            {index[passage]: None if segment is None else names[segment] for passage, segment in segment_of.items()},
            tuple(together),
            tuple(apart),
        ),
        {name: segment for segment, name in names.items()}
        | {name: need.segment for name, need in in_view.items() if need.segment is not None},
        frozenset(segment for segment in everywhere.values() if segment in kept_segments),
        tuple(unused),
        in_view,
        _codes(study, chosen),
    )


def private_name(segment: int) -> str:
    """The name of a segment inside a run, built from its id; no need in view can have this name."""
    return f"\0segment {segment}"


def _codes(study: Study, chosen: Sequence[Passage]) -> tuple[frozenset[str], ...] | None:
    """The codes of each passage; None if there are none, or the settings exclude them."""
    if not any(passage.codes for passage in chosen) or not load(study.path).use_codes:
        return None
    return tuple(frozenset(passage.codes) for passage in chosen)


def _placement(study: Study, depth: Depth) -> dict[int, int | None]:
    """The segment or candidate (id) in which decisions of a depth place each passage; None for off-topic."""
    members = segments.members(study)
    placement: dict[int, int | None] = {}
    for row in segments.listing(study):
        own = members.get(row.id, [])
        decided = [member for member in own if member.placed_by == "hand"]
        if row.status in segments.KEPT and (depth == "kept" or (depth == "anchored" and row.status != "named")):
            decided = own
        elif row.status in segments.KEPT and depth == "anchored":
            decided += [member for member in own if member.exemplar is not None and member.placed_by != "hand"]
        placement |= {member.passage: row.id for member in decided}
    return placement | {row.passage: None for row in decisions.off_topic(study)}


def applied_pairs(study: Study) -> tuple[list[Pair], list[tuple[Pair, str]]]:
    """Split pairs into those that agree with the placement of passages and those that do not, with the reason."""
    places = decisions.decided_places(study)
    applied: list[Pair] = []
    unused: list[tuple[Pair, str]] = []
    for pair in sorted(decisions.pairs(study), key=lambda pair: pair.kind != "together"):
        trial = [(p.first, p.second) for p in (*applied, pair) if p.kind == "together"]
        reason = _contradiction(pair, chains(trial), places)
        if reason:
            unused.append((pair, reason))
        else:
            applied.append(pair)
    return applied, unused


def _contradiction(pair: Pair, group: Mapping[int, int], places: Mapping[int, tuple[int | None, str]]) -> str:
    """The reason that a pair contradicts the placement of its passages and those kept together with them, or ""."""
    if pair.kind == "together":
        distinct_places = {
            places[p][0]: places[p] for p, leader in group.items() if leader == group[pair.first] and p in places
        }
        if len(distinct_places) > 1:
            return "are kept together, but were put in " + " and ".join(
                sorted("no segment" if segment is None else f"“{name}”" for segment, name in distinct_places.values())
            )
        return ""
    first, second = (_place(passage, group, places) for passage in (pair.first, pair.second))
    if first is not None and second is not None and first == second and first[0] is not None:
        return f"are kept apart, but both were put in “{first[1]}”"
    return ""


def _place(
    passage: int, group: Mapping[int, int], places: Mapping[int, tuple[int | None, str]]
) -> tuple[int | None, str] | None:
    linked = [p for p, leader in group.items() if leader == group.get(passage)] if passage in group else [passage]
    return next((places[p] for p in linked if p in places), None)


def _together_pairs(pairs: Sequence[Pair], index: Mapping[int, int]) -> list[tuple[int, int]]:
    """Index pairs that link the given passages, also those linked through other passages."""
    chained: dict[int, list[int]] = {}
    for passage, leader in sorted(chains((pair.first, pair.second) for pair in pairs).items()):
        if passage in index:
            chained.setdefault(leader, []).append(index[passage])
    return [(indices[0], other) for indices in chained.values() for other in indices[1:]]


def _declined_pairs(
    study: Study, index: Mapping[int, int], segment_of: Mapping[int, int | None], together: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Index pairs that keep a passage apart from a member of the segment it was declined for, unless it was placed."""
    group = chains(together)
    placed_groups = {group.get(index[p], index[p]) for p in segment_of}
    apart = []
    for passage, segment in decisions.declined(study):
        member = next((p for p, at in sorted(segment_of.items()) if at == segment), None)
        if passage not in index or member is None:
            continue
        if group.get(index[passage], index[passage]) not in placed_groups:
            apart.append((index[passage], index[member]))
    return apart
