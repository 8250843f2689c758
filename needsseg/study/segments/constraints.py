"""Decisions about passages beyond their segment: off-topic, kept together, kept apart; and the proposals of runs.

A passage's place in a segment is a decision too; it lies with the segments.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from needsseg.errors import Advice, Fix, NotFoundError, UsageError
from needsseg.study.coding import passages
from needsseg.study.connection import now
from needsseg.study.segments import needs

if TYPE_CHECKING:
    from needsseg.study.connection import Study

PairKind = Literal["together", "apart"]
_IDS = "(SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class OffTopic:
    """A passage that a person said belongs to no need."""

    passage: int
    decided_by: str
    decided_at: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two passages, the lower id first, that a person keeps together or apart."""

    first: int
    second: int
    kind: PairKind
    decided_by: str
    decided_at: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A passage that a run puts to a kept segment."""

    passage: int
    segment: int
    run: int
    strength: float


def off_topic(study: Study) -> list[OffTopic]:
    """Passages of no need, as they were decided."""
    return [
        OffTopic(*row) for row in study.rows("SELECT passage_id, decided_by, decided_at FROM off_topic ORDER BY id")
    ]


def set_off_topic(study: Study, ids: Sequence[int]) -> list[int]:
    """Say that passages belong to no need (inside an action): they leave their segments; those that were not so before.

    Raise UsageError while one is evidence of a confirmed segment.
    """
    passages.required(study, ids)
    passages.refuse_confirmed(study, ids)
    already = {row.passage for row in off_topic(study)}
    new_ids = [passage for passage in dict.fromkeys(ids) if passage not in already]
    new_ids_json = json.dumps(new_ids)
    study.execute(f"DELETE FROM segment_passages WHERE passage_id IN {_IDS}", [new_ids_json])
    study.execute(f"DELETE FROM proposed_passages WHERE passage_id IN {_IDS}", [new_ids_json])
    needs.forget_answers(study, new_ids)
    study.insert_all(
        "off_topic", [{"passage_id": passage, "decided_by": study.actor, "decided_at": now()} for passage in new_ids]
    )
    return new_ids


def clear_off_topic(study: Study, ids: Sequence[int]) -> int:
    """Leave passages open again (inside an action); return how many were off-topic."""
    return study.execute(f"DELETE FROM off_topic WHERE passage_id IN {_IDS}", [json.dumps(list(ids))]).rowcount


def pairs(study: Study) -> list[Pair]:
    """All pairs, as they were decided."""
    return [
        Pair(*row)
        for row in study.rows("SELECT first_id, second_id, kind, decided_by, decided_at FROM passage_pairs ORDER BY id")
    ]


def chains(pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Return for each passage of pairs kept together the lowest id of all passages connected with it."""
    leader: dict[int, int] = {}

    def find(passage: int) -> int:
        while leader.setdefault(passage, passage) != passage:
            leader[passage] = leader[leader[passage]]
            passage = leader[passage]
        return passage

    for first, second in pairs:
        low, high = sorted((find(first), find(second)))
        leader[high] = low
    return {passage: find(passage) for passage in leader}


def set_pair(study: Study, first: int, second: int, kind: PairKind) -> bool:
    """Keep two passages together or apart (inside an action); False when they are kept so already.

    Raise UsageError naming the decision that this one would contradict.
    """
    if first == second:
        raise UsageError(f"Passage {first} cannot be paired with itself.", "Name two passages.")
    passages.required(study, (first, second))
    low, high = sorted((first, second))
    existing = pairs(study)
    same = next((pair for pair in existing if (pair.first, pair.second) == (low, high)), None)
    if same is not None and same.kind == kind:
        return False
    if same is not None:
        raise _contradiction(low, high, f"are kept {same.kind}", (low, high))
    _refuse_contradiction(study, existing, low, high, kind)
    study.insert(
        "passage_pairs",
        {"first_id": low, "second_id": high, "kind": kind, "decided_by": study.actor, "decided_at": now()},
    )
    return True


def _refuse_contradiction(study: Study, existing: Sequence[Pair], low: int, high: int, kind: PairKind) -> None:
    joined = [(pair.first, pair.second) for pair in existing if pair.kind == "together"]
    if kind == "together":
        joined.append((low, high))
    group = chains(joined)
    places = decided_places(study)
    if kind == "apart":
        if low in group and group[low] == group.get(high):
            raise UsageError(
                f"Passages {low} and {high} are kept together, over others they are both kept together with.",
                Advice("Take one of those pairs back first. They are listed by: ", Fix.PAIRS),
            )
        first, second = places.get(low), places.get(high)
        if first is not None and second is not None and first == second and first[0] is not None:
            raise UsageError(
                f"Passages {low} and {high} both lie in “{first[1]}”, which is kept.",
                "Move one of them out first, or split the segment.",
            )
        return
    for pair in existing:
        if pair.kind == "apart" and pair.first in group and group[pair.first] == group.get(pair.second):
            raise _contradiction(pair.first, pair.second, "are kept apart", (pair.first, pair.second))
    joined_passages = [passage for passage, leader in group.items() if leader == group[low]]
    placed = sorted(passage for passage in joined_passages if passage in places)
    for passage in placed[1:]:
        first_place, second_place = places[placed[0]], places[passage]
        if first_place[0] != second_place[0]:
            raise UsageError(
                f"Passages {placed[0]} and {passage} would be kept together, but one lies in {_place_in_words(first_place)} "
                f"and the other in {_place_in_words(second_place)}.",
                "Move one of them first.",
            )


def _place_in_words(place: tuple[int | None, str]) -> str:
    return "no segment, as off-topic" if place[0] is None else f"“{place[1]}”"


def _contradiction(first: int, second: int, state: str, pair: tuple[int, int]) -> UsageError:
    return UsageError(
        f"Passages {first} and {second} {state}.",
        Advice("Take that back first: ", Fix.REMOVE_PAIR.of(first=pair[0], second=pair[1])),
    )


def decided_places(study: Study) -> dict[int, tuple[int | None, str]]:
    """Return where people's decisions put each passage: a segment's id and name, or (None, "") for off-topic.

    All members of a kept segment count, and what a person put in a candidate.
    """
    placed: dict[int, tuple[int | None, str]] = {
        row[0]: (row[1], row[2])
        for row in study.rows(
            "SELECT m.passage_id, s.id, s.name FROM segment_passages m JOIN segments s ON s.id = m.segment_id "
            "WHERE s.status IN ('named', 'confirmed', 'set_aside') OR s.status = 'candidate' AND m.placed_by = 'hand'"
        )
    }
    return placed | {row.passage: (None, "") for row in off_topic(study)}


def remove_pair(study: Study, first: int, second: int) -> None:
    """Take a pair back (inside an action); raises NotFoundError when the two are kept neither together nor apart."""
    low, high = sorted((first, second))
    removed = study.execute("DELETE FROM passage_pairs WHERE first_id = ? AND second_id = ?", [low, high]).rowcount
    if not removed:
        raise NotFoundError(f"Passages {low} and {high} are not a pair.", Advice("List the pairs with: ", Fix.PAIRS))


def proposals(study: Study, segment: int | None = None) -> list[Proposal]:
    """Return the undecided proposals of runs for kept segments, strongest first within a segment."""
    return [
        Proposal(*row)
        for row in study.rows(
            "SELECT passage_id, segment_id, run_id, strength FROM proposed_passages WHERE ? IS NULL OR segment_id = ? "
            "ORDER BY segment_id, strength DESC, passage_id",
            [segment, segment],
        )
    ]


def replace_proposals(study: Study, run: int, proposed: Mapping[int, Sequence[tuple[int, float]]]) -> None:
    """Put a run's proposals, (passage, strength) by segment, in place of all that stood (inside an action).

    What a person declined for a segment is left out.
    """
    refused = set(declined(study))
    study.execute("DELETE FROM proposed_passages")
    study.insert_all(
        "proposed_passages",
        [
            {"passage_id": passage, "segment_id": segment, "run_id": run, "strength": strength}
            for segment, rows in sorted(proposed.items())
            for passage, strength in rows
            if (passage, segment) not in refused
        ],
    )


def proposed_to(study: Study, ids: Sequence[int]) -> dict[int, int]:
    """The segment that each passage is proposed to; raises NotFoundError naming one that is proposed to none."""
    passages.required(study, ids)
    standing = {proposal.passage: proposal.segment for proposal in proposals(study)}
    for passage in ids:
        if passage not in standing:
            raise NotFoundError(
                f"Passage {passage} is proposed to no segment.",
                Advice("Discover again, or move it: ", Fix.MOVE_PASSAGE),
            )
    return {passage: standing[passage] for passage in ids}


def decline(study: Study, ids: Sequence[int]) -> None:
    """Take proposals back for good: a passage is not proposed to that segment again (inside an action)."""
    refused = proposed_to(study, ids)
    study.execute(f"DELETE FROM proposed_passages WHERE passage_id IN {_IDS}", [json.dumps(list(refused))])
    study.insert_all(
        "declined_passages",
        [
            {"passage_id": passage, "segment_id": segment, "declined_by": study.actor, "declined_at": now()}
            for passage, segment in refused.items()
        ],
    )


def declined(study: Study) -> list[tuple[int, int]]:
    """(passage, segment) for each proposal that a person declined."""
    return [(row[0], row[1]) for row in study.rows("SELECT passage_id, segment_id FROM declined_passages ORDER BY id")]
