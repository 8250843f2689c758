"""The study's decisions as discovery takes them: which passages are placed where, and which pairs hold."""

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
"""How much counts as decided: all members of kept segments; only what a person placed or confirmed, with exemplars as
anchors of the rest; or only what a person placed passage by passage."""


@dataclass(frozen=True, slots=True)
class Placed:
    """What bears on some passages: decisions by index, the needs in view and the codes; what could not be obeyed.

    ``segments`` tells the segment or candidate behind each name in the decisions and behind each need, ``needs`` the need
    in view behind its name. ``kept`` are all segments with members that people keep, also those of whose members none is
    among the passages. ``codes`` are those of each passage, None where none is used.
    """

    decisions: Decisions
    segments: dict[str, int]
    kept: frozenset[int]
    unused: tuple[tuple[Pair, str], ...]
    needs: dict[str, Need] = field(default_factory=dict)
    codes: tuple[frozenset[str], ...] | None = None

    @property
    def in_view(self) -> list[tuple[str, str]]:
        """The needs in view as discovery takes them: name and description."""
        return [(need.name, need.description) for need in self.needs.values()]


def placed(study: Study, chosen: Sequence[Passage], depth: Depth = "kept", without: Collection[int] = ()) -> Placed:
    """The decisions that bear on ``chosen``. A pair that contradicts where its passages were put does not hold.

    Where passages in ``without`` were put is left out, and pairs they are in: as if nobody had said anything of them.
    """
    index = {passage.id: number for number, passage in enumerate(chosen)}
    in_view = {need.name: need for need in needs.listing(study)}
    called = {need.segment: name for name, need in reversed(in_view.items()) if need.segment is not None}
    everywhere = {p: segment for p, segment in _where(study, depth).items() if p not in without}
    where = {passage: segment for passage, segment in everywhere.items() if passage in index}
    pairs, unused = pairs_that_hold(study)
    held = [pair for pair in pairs if pair.first not in without and pair.second not in without]
    together = _linked([pair for pair in held if pair.kind == "together"], index)
    apart = [
        (index[p.first], index[p.second]) for p in held if p.kind == "apart" and p.first in index and p.second in index
    ]
    apart += _declined(study, index, where, together)
    names = {s: called.get(s) or private_name(s) for s in sorted({s for s in where.values() if s is not None})}
    kept = {row.id for row in segments.listing(study) if row.status in segments.KEPT}
    return Placed(
        Decisions(
            {index[passage]: None if segment is None else names[segment] for passage, segment in where.items()},
            tuple(together),
            tuple(apart),
        ),
        {name: segment for segment, name in names.items()}
        | {name: need.segment for name, need in in_view.items() if need.segment is not None},
        frozenset(segment for segment in everywhere.values() if segment in kept),
        tuple(unused),
        in_view,
        _codes(study, chosen),
    )


def private_name(segment: int) -> str:
    """What a segment is called inside a run, where its id outlives its name; no need in view can be called so."""
    return f"\0segment {segment}"


def _codes(study: Study, chosen: Sequence[Passage]) -> tuple[frozenset[str], ...] | None:
    """The codes of each passage; None where there are none, or the settings leave them out."""
    if not any(passage.codes for passage in chosen) or not load(study.path).use_codes:
        return None
    return tuple(frozenset(passage.codes) for passage in chosen)


def _where(study: Study, depth: Depth) -> dict[int, int | None]:
    """Where decisions of a depth put passages: the id of a segment or candidate, or None for off-topic."""
    members = segments.members(study)
    found: dict[int, int | None] = {}
    for row in segments.listing(study):
        mine = members.get(row.id, [])
        firm = [member for member in mine if member.placed_by == "hand"]
        if row.status in segments.KEPT and (depth == "kept" or (depth == "anchored" and row.status != "named")):
            firm = mine
        elif row.status in segments.KEPT and depth == "anchored":
            firm += [member for member in mine if member.exemplar is not None and member.placed_by != "hand"]
        found |= {member.passage: row.id for member in firm}
    return found | {row.passage: None for row in decisions.off_topic(study)}


def pairs_that_hold(study: Study) -> tuple[list[Pair], list[tuple[Pair, str]]]:
    """Pairs that agree with where passages were put, and those that do not, each with why: the place counts."""
    places = decisions.decided_places(study)
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
