"""A run's candidates stored in place of the earlier ones that nobody touched."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from needsseg.study.segments import needs, segments
from needsseg.study.segments.segments import Member

if TYPE_CHECKING:
    from needsseg.records import PersonaName
    from needsseg.study.connection import Study


@dataclass(frozen=True, slots=True)
class NewCandidate:
    """A candidate of a run, about to be stored.

    ``segment`` is the candidate that it continues, which keeps its id; ``name`` that of the need in view it represents.
    """

    label: int
    members: tuple[Member, ...]
    keywords: tuple[str, ...]
    suggested_names: tuple[PersonaName, ...]
    warnings: tuple[str, ...] = field(default=())
    segment: int | None = None
    name: str = ""


def replace_candidates(study: Study, run: int, candidates: Sequence[NewCandidate]) -> list[int]:
    """Replace the candidates that nobody touched by those of a run (inside an action); return their ids.

    A candidate that a new one continues keeps its id and its name. One in which a person put passages stays with these if
    no new one continues it. One that a person described is continued by the new one that shares most passages with it.
    """
    written = _written(study)
    candidates = _continued(study, candidates, written)
    going_on = {candidate.segment for candidate in candidates if candidate.segment is not None}
    answered = {
        row[0]
        for row in study.rows(
            "SELECT DISTINCT m.segment_id FROM segment_passages m JOIN segments s ON s.id = m.segment_id "
            "WHERE s.status = 'candidate' AND m.placed_by = 'hand'"
        )
    }
    study.execute(
        "DELETE FROM segments WHERE status = 'candidate' AND id NOT IN (SELECT value FROM json_each(?))",
        [json.dumps(sorted(going_on | answered | written))],
    )
    study.execute(
        "DELETE FROM segment_passages WHERE placed_by = 'run' "
        "AND segment_id IN (SELECT id FROM segments WHERE status = 'candidate')"
    )
    names = iter(needs.candidate_names(study, len(candidates)))
    return [_store(study, run, candidate, names) for candidate in candidates]


def _written(study: Study) -> set[int]:
    """The candidates of which people wrote something, or on whose cards they pinned quotes."""
    rows = study.rows(
        "SELECT id FROM segments WHERE status = 'candidate' AND (description <> '' OR statement <> '' OR need <> '' "
        "OR unsaid <> '' OR id IN (SELECT segment_id FROM card_quotes))"
    )
    return {row[0] for row in rows}


def _continued(study: Study, candidates: Sequence[NewCandidate], written: set[int]) -> list[NewCandidate]:
    """Return the candidates; those that continue none continue a described one with which they share passages, most first."""
    before = segments.members(study)
    free = written - {candidate.segment for candidate in candidates}
    shared = [
        (len({m.passage for m in candidate.members} & {m.passage for m in before.get(segment, [])}), segment, at)
        for at, candidate in enumerate(candidates)
        if candidate.segment is None
        for segment in free
    ]
    continued = list(candidates)
    for count, segment, at in sorted(shared, key=lambda each: (-each[0], each[1], each[2])):
        if count and segment in free and continued[at].segment is None:
            continued[at] = replace(continued[at], segment=segment)
            free.discard(segment)
    return continued


def _store(study: Study, run: int, candidate: NewCandidate, names: Iterator[str]) -> int:
    values = {
        "run_id": run,
        "run_label": candidate.label,
        "keywords": json.dumps(list(candidate.keywords), ensure_ascii=False),
        "suggested_names": json.dumps(
            [[name.name, name.score, name.description] for name in candidate.suggested_names], ensure_ascii=False
        ),
        "warnings": json.dumps(list(candidate.warnings), ensure_ascii=False),
    }
    if candidate.segment is None:
        return segments.insert(
            study, {"name": candidate.name or next(names), "status": "candidate", **values}, candidate.members
        )
    columns = ", ".join(f"{column} = ?" for column in values)
    study.execute(f"UPDATE segments SET {columns} WHERE id = ?", [*values.values(), candidate.segment])
    if candidate.name:
        study.execute("UPDATE segments SET name = ? WHERE id = ?", [candidate.name, candidate.segment])
    members_by_hand = {member.passage for member in segments.members(study).get(candidate.segment, [])}
    segments.insert_members(
        study, candidate.segment, [m for m in candidate.members if m.passage not in members_by_hand]
    )
    for member in candidate.members:
        if member.passage in members_by_hand:
            study.execute(
                "UPDATE segment_passages SET exemplar = ? WHERE passage_id = ? AND exemplar IS NOT ?",
                [member.exemplar, member.passage, member.exemplar],
            )
    return candidate.segment
