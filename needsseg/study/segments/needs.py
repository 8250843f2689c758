"""Needs in view, and people's answers: which need or candidate a passage was said to belong to.

An answer names and confirms nothing: its passage is in the candidate by hand, and the next run continues the candidate.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from unicodedata import normalize

from needsseg.errors import Advice, Fix, NotFoundError, UsageError
from needsseg.study.connection import now, plain_text
from needsseg.text import is_one_line

if TYPE_CHECKING:
    from needsseg.study.connection import Study

_IDS = "(SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class Need:
    """One need in view; ``segment`` is the candidate or segment that represents it, None while there is none."""

    id: int
    name: str
    description: str
    segment: int | None
    stated_by: str
    stated_at: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A person's answer to which need in view, or else which candidate or segment, a passage belongs."""

    passage: int
    need: int | None
    segment: int | None
    answered_by: str
    answered_at: str


def listing(study: Study) -> list[Need]:
    """The needs in view, in their order.

    A segment set aside represents none. A need without one is represented by the segment that people gave the same name.
    """
    segment_by_name = {
        _same(row[1]): row[0]
        for row in study.rows("SELECT id, name FROM segments WHERE status IN ('named', 'confirmed') ORDER BY id")
    }
    rows = study.rows(
        "SELECT n.*, s.status FROM needs n LEFT JOIN segments s ON s.id = n.segment_id ORDER BY n.position, n.id"
    )
    used_segments = {row["segment_id"] for row in rows if row["status"] in ("named", "confirmed")}
    needs_in_view = []
    for row in rows:
        segment = row["segment_id"] if row["status"] in ("candidate", "named", "confirmed") else None
        same_named = segment_by_name.get(_same(row["name"]))
        if segment is None and same_named is not None and same_named not in used_segments:
            segment = same_named
        needs_in_view.append(
            Need(row["id"], row["name"], row["description"], segment, row["stated_by"], row["stated_at"])
        )
    return needs_in_view


def one(study: Study, need: int) -> Need:
    """One need by id; raises NotFoundError."""
    match = next((row for row in listing(study) if row.id == need), None)
    if match is None:
        raise NotFoundError(f"There is no need in view with the id {need}.", Advice("List them with: ", Fix.NEEDS))
    return match


def called(study: Study, name: str) -> Need | None:
    """The need of a name, in any case; None where there is none."""
    return next((row for row in listing(study) if _same(row.name) == _same(plain_text(name))), None)


def add(study: Study, name: str, description: str = "", segment: int | None = None) -> int:
    """State a need (inside an action), after those that are there; its id. Raise UsageError for a name that will not do."""
    name = _checked(study, name)
    place = study.rows("SELECT coalesce(max(position), 0) + 1 FROM needs")[0][0]
    return study.insert(
        "needs",
        {
            "name": name,
            "description": plain_text(description),
            "position": place,
            "segment_id": segment,
            "stated_by": study.actor,
            "stated_at": now(),
        },
    )


def edit(study: Study, need: int, name: str, description: str) -> None:
    """Reword a need (inside an action); a candidate that represents it gets the same name."""
    current = one(study, need)
    name = _checked(study, name, need)
    study.execute("UPDATE needs SET name = ?, description = ? WHERE id = ?", [name, plain_text(description), need])
    study.execute(
        "UPDATE segments SET name = ? WHERE id = ? AND status = 'candidate' AND name <> ?",
        [name, current.segment, name],
    )


def drop(study: Study, need: int) -> None:
    """Take a need out of view (inside an action).

    A candidate that stood for it stays, as a candidate like any other, and with it what was answered.
    """
    current = one(study, need)
    if current.segment is not None:
        study.execute("UPDATE answers SET need_id = NULL, segment_id = ? WHERE need_id = ?", [current.segment, need])
    study.execute("DELETE FROM needs WHERE id = ?", [need])
    candidate = study.row("SELECT 1 FROM segments WHERE id = ? AND status = 'candidate'", [current.segment])
    if candidate is not None:
        name = candidate_names(study, 1)[0]
        study.execute("UPDATE segments SET name = ? WHERE id = ?", [name, current.segment])


def move(study: Study, need: int, place: int) -> None:
    """Put a need at a place, 1 being the first (inside an action)."""
    order = [row.id for row in listing(study) if row.id != one(study, need).id]
    order.insert(max(place, 1) - 1, need)
    for position, each in enumerate(order, start=1):
        study.execute("UPDATE needs SET position = ? WHERE id = ? AND position <> ?", [position, each, position])


def stand_for(study: Study, need: int, segment: int | None) -> None:
    """Set the candidate or segment that represents a need (inside an action); earlier answers stay where they put passages."""
    if segment is not None:
        # What stood for the need before may be set aside: an answer says where its passage lies, not where others will.
        study.execute(
            "UPDATE answers SET need_id = NULL, segment_id = (SELECT segment_id FROM segment_passages m "
            "WHERE m.passage_id = answers.passage_id) WHERE need_id = ? AND EXISTS (SELECT 1 FROM segment_passages m "
            "WHERE m.passage_id = answers.passage_id AND m.segment_id <> ?)",
            [need, segment],
        )
    study.execute("UPDATE needs SET segment_id = ? WHERE id = ? AND segment_id IS NOT ?", [segment, need, segment])


def follow(study: Study, before: int, after: int | None, ids: Sequence[int] | None = None) -> None:
    """Move needs and answers of one segment to another after a merge or split (inside an action), or only those of ``ids``."""
    if ids is None:
        study.execute("UPDATE needs SET segment_id = ? WHERE segment_id = ?", [after, before])
        study.execute("UPDATE answers SET segment_id = ? WHERE segment_id = ?", [after, before])
        return
    study.execute(
        f"UPDATE answers SET need_id = NULL, segment_id = ? WHERE passage_id IN {_IDS}", [after, json.dumps(list(ids))]
    )


def answers(study: Study) -> list[Answer]:
    """All answers, as they were given."""
    return [
        Answer(*row)
        for row in study.rows(
            "SELECT passage_id, need_id, segment_id, answered_by, answered_at FROM answers ORDER BY id"
        )
    ]


def note_answer(study: Study, passage: int, segment: int) -> None:
    """Note that a person put a passage in a segment, or in the need that it represents (inside an action)."""
    need = next((row.id for row in listing(study) if row.segment == segment), None)
    where = [need, None if need is not None else segment]
    current = study.row("SELECT need_id, segment_id FROM answers WHERE passage_id = ?", [passage])
    if current is not None and list(current) == where:
        return
    forget_answers(study, [passage])
    study.insert(
        "answers",
        {
            # Ids rise with time, also after an answer was taken back: they tell which came first.
            "passage_id": passage,
            "need_id": where[0],
            "segment_id": where[1],
            "answered_by": study.actor,
            "answered_at": now(),
        },
    )


def forget_answers(study: Study, ids: Sequence[int]) -> None:
    """Take answers about passages back, since something else was decided about them (inside an action)."""
    study.execute(f"DELETE FROM answers WHERE passage_id IN {_IDS}", [json.dumps(list(ids))])


def release(study: Study, segment: int) -> None:
    """Make a named segment a candidate again (inside an action)."""
    study.execute("UPDATE segments SET status = 'candidate' WHERE id = ? AND status = 'named'", [segment])


def actions_done(study: Study) -> set[str]:
    """The kinds of action that the history knows of, also those taken back."""
    return {row[0] for row in study.rows("SELECT DISTINCT action FROM history")}


def candidate_names(study: Study, count: int) -> list[str]:
    """Names that candidates without one get: "Candidate 1" and so on, those left out that are in use or were merged away."""
    used_names = {_same(row[0]) for row in study.rows("SELECT name FROM segments")}
    names: list[str] = []
    number = 1
    while len(names) < count:
        if _same(f"Candidate {number}") not in used_names:
            names.append(f"Candidate {number}")
        number += 1
    return names


def _checked(study: Study, name: str, need: int | None = None) -> str:
    """A name that a need can be found by: one line, not empty, no mere number, and no other need's in any case."""
    if not is_one_line(name.replace("\0", "").strip()):
        raise UsageError("The name of a need is one line of text.", "Put the rest into its description.")
    name = plain_text(name)
    if not name:
        raise UsageError("A need needs a name.", "Give it one, such as Coordinator.")
    if name.isdecimal():
        raise UsageError(f"“{name}” is a number, which stands for a segment's id.", "Choose a name with letters.")
    existing = called(study, name)
    if existing is not None and existing.id != need:
        raise UsageError(f"The need “{existing.name}” is in view already.", "Choose another name, or edit that one.")
    return name


def _same(name: str) -> str:
    return normalize("NFC", name).casefold()
