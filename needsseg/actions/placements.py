"""The study's decisions as discovery takes them: which passages are placed where, and which pairs hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from needsseg.records import Decisions, Passage
from needsseg.study import decisions, segments
from needsseg.study.connection import Study
from needsseg.study.decisions import Pair, chains

Depth = Literal["kept", "anchored", "explicit"]
"""How much counts as decided: all members of kept segments; only what a person placed or confirmed, with exemplars as
anchors of the rest; or only what a person placed passage by passage."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Decisions by index into the passages given; the kept segment behind each private name; what could not be obeyed.

    ``kept`` are all segments with members that people keep, also those of whose members none is among the passages.
    """

    decisions: Decisions
    segments: dict[str, int]
    kept: frozenset[int]
    unused: tuple[tuple[Pair, str], ...]


def placed(study: Study, chosen: Sequence[Passage], depth: Depth = "kept") -> Placed:
    """The decisions that bear on ``chosen``. A pair that contradicts where its passages were put does not hold."""
    index = {passage.id: number for number, passage in enumerate(chosen)}
    everywhere = _where(study, depth)
    where = {passage: segment for passage, segment in everywhere.items() if passage in index}
    held, unused = pairs_that_hold(study)
    together = _linked([pair for pair in held if pair.kind == "together"], index)
    apart = [
        (index[p.first], index[p.second]) for p in held if p.kind == "apart" and p.first in index and p.second in index
    ]
    apart += _declined(study, index, where, together)
    return Placed(
        Decisions(
            {index[passage]: None if segment is None else private_name(segment) for passage, segment in where.items()},
            tuple(together),
            tuple(apart),
        ),
        {private_name(segment): segment for segment in sorted({s for s in where.values() if s is not None})},
        frozenset(segment for segment in everywhere.values() if segment is not None),
        tuple(unused),
    )


def private_name(segment: int) -> str:
    """What a kept segment is called inside a run: its id outlives its name."""
    return f"segment {segment}"


def _where(study: Study, depth: Depth) -> dict[int, int | None]:
    """Where decisions of a depth put passages: a segment's id, or None for off-topic."""
    members = segments.members(study)
    found: dict[int, int | None] = {}
    for row in segments.listing(study):
        if row.status not in segments.KEPT:
            continue
        mine = members.get(row.id, [])
        if depth != "kept" and not (depth == "anchored" and row.status != "named"):
            firm = [member for member in mine if member.placed_by == "hand"]
            if depth == "anchored":
                firm += [member for member in mine if member.exemplar is not None and member.placed_by != "hand"]
            mine = firm
        found |= {member.passage: row.id for member in mine}
    return found | {row.passage: None for row in decisions.off_topic(study)}


def pairs_that_hold(study: Study) -> tuple[list[Pair], list[tuple[Pair, str]]]:
    """Pairs that agree with where passages were put, and those that do not, each with why: the place counts."""
    places = decisions.placements(study)
    held: list[Pair] = []
    unused: list[tuple[Pair, str]] = []
    for pair in sorted(decisions.pairs(study), key=lambda pair: pair.kind != "together"):
        trial = [(p.first, p.second) for p in (*held, pair) if p.kind == "together"]
        why = _against(pair, chains(trial), places)
        if why:
            unused.append((pair, why))
        else:
            held.append(pair)
    return held, unused


def _against(pair: Pair, group: Mapping[int, int], places: Mapping[int, tuple[int | None, str]]) -> str:
    """Why a pair cannot be obeyed beside where its passages, and those kept together with them, were put."""
    if pair.kind == "together":
        found = {places[p][0]: places[p] for p, leader in group.items() if leader == group[pair.first] and p in places}
        if len(found) > 1:
            return "are kept together, but were put in " + " and ".join(
                sorted("no segment" if segment is None else f"“{name}”" for segment, name in found.values())
            )
        return ""
    first, second = (_place(passage, group, places) for passage in (pair.first, pair.second))
    if first is not None and second is not None and first == second and first[0] is not None:
        return f"are kept apart, but both were put in “{first[1]}”"
    return ""


def _place(
    passage: int, group: Mapping[int, int], places: Mapping[int, tuple[int | None, str]]
) -> tuple[int | None, str] | None:
    mine = [p for p, leader in group.items() if leader == group.get(passage)] if passage in group else [passage]
    return next((places[p] for p in mine if p in places), None)


def _linked(held: Sequence[Pair], index: Mapping[int, int]) -> list[tuple[int, int]]:
    """Chains over the passages at hand, also where what links them is not among these."""
    chained: dict[int, list[int]] = {}
    for passage, leader in sorted(chains((pair.first, pair.second) for pair in held).items()):
        if passage in index:
            chained.setdefault(leader, []).append(index[passage])
    return [(mine[0], other) for mine in chained.values() for other in mine[1:]]


def _declined(
    study: Study, index: Mapping[int, int], where: Mapping[int, int | None], together: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """A passage declined for a segment is kept apart from it, by one of its members, where nothing else speaks against."""
    group = chains(together)
    placed_groups = {group.get(index[p], index[p]) for p in where}
    apart = []
    for passage, segment in decisions.declined(study):
        member = next((p for p, at in sorted(where.items()) if at == segment), None)
        if passage not in index or member is None:
            continue
        if group.get(index[passage], index[passage]) not in placed_groups:
            apart.append((index[passage], index[member]))
    return apart
