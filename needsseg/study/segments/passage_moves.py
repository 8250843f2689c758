"""Moves of passages: into a segment by hand, by a person's answer, or into a new segment of their own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from needsseg.errors import Advice, Fix, NotFoundError, UsageError
from needsseg.study.connection import now
from needsseg.study.segments import needs, segments

if TYPE_CHECKING:
    from needsseg.study.connection import Study


def move(study: Study, ids: Sequence[int], segment: int | None) -> None:
    """Put passages into a segment by hand, or into none (inside an action).

    A candidate that takes or loses passages stays one; passages put in it stay there in every later run.
    """
    if segment is not None:
        segments.one(study, segment)
    members = {member.passage for member in segments.members(study).get(segment, [])} if segment is not None else set()
    ids = [passage for passage in dict.fromkeys(ids) if passage not in members]
    if not ids:
        return
    if segment is not None:
        _refuse_rejected(study, ids)
    for touched_segment in sorted(_holding(study, ids) | ({segment} if segment is not None else set())):
        segments.refuse_confirmed(segments.one(study, touched_segment))
    _place_rows(study, ids, segment)
    if segment is not None and segments.one(study, segment).status == "candidate":
        for passage in ids:
            needs.note_answer(study, passage, segment)


def place(study: Study, ids: Sequence[int], segment: int) -> None:
    """Put passages into a segment because a person said that they belong there (inside an action).

    A candidate takes them and stays one; a confirmed segment takes them without being reopened; a passage that a run put
    there becomes the person's own. They leave other segments, of which a confirmed one must be reopened first.
    """
    row = segments.one(study, segment)
    _refuse_rejected(study, ids)
    members = {member.passage: member for member in segments.members(study).get(segment, [])}
    joining = [passage for passage in dict.fromkeys(ids) if passage not in members]
    for losing in sorted(_holding(study, joining)):
        loser = segments.one(study, losing)
        if loser.status == "confirmed":
            raise segments.refused_as_confirmed(loser)
    if row.status in ("named", "set_aside"):
        segments.open_for_change(study, segment)
    if row.status != "confirmed":
        study.execute(
            "UPDATE segment_passages SET placed_by = 'hand', strength = 1.0 WHERE placed_by = 'run' AND segment_id = ? "
            "AND passage_id IN (SELECT value FROM json_each(?))",
            [segment, json.dumps(list(ids))],
        )
    _place_rows(study, joining, segment)
    for passage in dict.fromkeys(ids):
        needs.note_answer(study, passage, segment)


def place_in_need(study: Study, ids: Sequence[int], need: int) -> int:
    """Put passages into the segment that stands for a need in view; where none does yet, into a candidate made for it; its
    id (inside an action)."""
    stated_need = needs.one(study, need)
    segment = stated_need.segment
    if segment is None:
        segment = segments.insert(study, {"name": stated_need.name, "status": "candidate"})
    needs.stand_for(study, need, segment)
    place(study, ids, segment)
    return segment


def _holding(study: Study, ids: Sequence[int]) -> set[int]:
    """The segments that hold any of the passages."""
    rows = study.rows(
        "SELECT segment_id FROM segment_passages WHERE passage_id IN (SELECT value FROM json_each(?))",
        [json.dumps(list(ids))],
    )
    return {row[0] for row in rows}


def _place_rows(study: Study, ids: Sequence[int], segment: int | None) -> None:
    """Rewrite where passages lie; a place given by hand ends what was decided or proposed against it.

    What is taken out of a segment that people keep is not proposed to it again.
    """
    ids_json = json.dumps(list(ids))
    if segment is None:
        study.execute(
            "INSERT OR IGNORE INTO declined_passages (passage_id, segment_id, declined_by, declined_at) "
            "SELECT m.passage_id, m.segment_id, ?, ? FROM segment_passages m JOIN segments s ON s.id = m.segment_id "
            "WHERE s.status <> 'candidate' AND m.passage_id IN (SELECT value FROM json_each(?)) ORDER BY m.passage_id",
            [study.actor, now(), ids_json],
        )
        study.execute(
            "DELETE FROM proposed_passages WHERE passage_id IN (SELECT value FROM json_each(?)) AND EXISTS ("
            "SELECT 1 FROM declined_passages d WHERE d.passage_id = proposed_passages.passage_id "
            "AND d.segment_id = proposed_passages.segment_id)",
            [ids_json],
        )
    study.execute("DELETE FROM segment_passages WHERE passage_id IN (SELECT value FROM json_each(?))", [ids_json])
    needs.forget_answers(study, ids)
    if segment is None:
        return
    for table in ("off_topic", "proposed_passages"):
        study.execute(f"DELETE FROM {table} WHERE passage_id IN (SELECT value FROM json_each(?))", [ids_json])
    study.execute(
        "DELETE FROM declined_passages WHERE segment_id = ? AND passage_id IN (SELECT value FROM json_each(?))",
        [segment, ids_json],
    )
    study.insert_all(
        "segment_passages",
        [{"segment_id": segment, "passage_id": p, "strength": 1.0, "exemplar": None, "placed_by": "hand"} for p in ids],
    )


def _refuse_rejected(study: Study, ids: Sequence[int]) -> None:
    rows = study.rows("SELECT id, status FROM passages WHERE id IN (SELECT value FROM json_each(?))", [json.dumps(ids)])
    statuses = {row[0]: row[1] for row in rows}
    for passage in ids:
        if passage not in statuses:
            raise NotFoundError(f"There is no passage {passage}.", Advice("List them with: ", Fix.PASSAGES))
        if statuses[passage] == "rejected":
            raise UsageError(f"Passage {passage} is rejected.", "Accept it first.")


def make(study: Study, name: str, ids: Sequence[int]) -> int:
    """Make a segment of the passages given (inside an action); return its id."""
    segment = segments.insert(study, {"name": segments.checked_name(study, name), "status": "named"})
    move(study, ids, segment)
    segments.rank_exemplars(study, segment)
    return segment
