"""A study's rows as an exchange with other programs needs them, and rows that others made, under their names and times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from needsseg.study import codebook
from needsseg.study.connection import plain_text

if TYPE_CHECKING:
    from needsseg.study.connection import Study


@dataclass(frozen=True, slots=True)
class CodeHeld:
    """One code with the row of the one above it."""

    id: int
    name: str
    parent: int | None
    description: str
    color: str


@dataclass(frozen=True, slots=True)
class Mark:
    """One passage that has its place and somebody stands for; ``by`` and ``at`` are empty where nobody decided on it itself."""

    id: int
    interview: str
    start: int
    end: int
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class CodeMark:
    """One code on one passage."""

    id: int
    passage: int
    code: int
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class Voice:
    """One speaker of an interview and the participant that they are."""

    interview: str
    label: str
    participant: str | None


def seed(study: Study) -> str:
    """What tells this study from others, the same for all its copies: when and with which text it began."""
    first = study.row("SELECT imported_at, text_sha256 FROM interviews ORDER BY id LIMIT 1")
    return "no interviews" if first is None else f"{first[0]} {first[1]}"


def interview_ids(study: Study) -> dict[str, int]:
    """The row of each interview, by key."""
    return {row[0]: row[1] for row in study.rows("SELECT key, id FROM interviews ORDER BY key")}


def participant_ids(study: Study) -> dict[str, int]:
    """The row of each participant, by key."""
    return {row[0]: row[1] for row in study.rows("SELECT key, id FROM participants ORDER BY key")}


def codes(study: Study) -> list[CodeHeld]:
    """All codes by name."""
    rows = study.rows("SELECT id, name, parent_id, description, color FROM codes ORDER BY name")
    return [CodeHeld(*row) for row in rows]


def marks(study: Study) -> list[Mark]:
    """The passages that have their place and were accepted, or lie in a segment that a person named or confirmed."""
    return [
        Mark(*row)
        for row in study.rows(
            "SELECT p.id, i.key, p.start, p.\"end\", coalesce(p.decided_by, ''), coalesce(p.decided_at, '') FROM passages p "
            "JOIN interviews i ON i.id = p.interview_id WHERE p.anchored = 1 AND (p.status = 'accepted' OR p.id IN "
            "(SELECT m.passage_id FROM segment_passages m JOIN segments s ON s.id = m.segment_id "
            "WHERE s.status IN ('named', 'confirmed'))) "
            'ORDER BY i.key, p.start, p."end", p.id'
        )
    ]


def code_marks(study: Study) -> list[CodeMark]:
    """All codes on passages, in the order in which they were put there."""
    rows = study.rows("SELECT id, passage_id, code_id, coded_by, coded_at FROM passage_codes ORDER BY id")
    return [CodeMark(*row) for row in rows]


def voices(study: Study) -> list[Voice]:
    """All speakers, by interview."""
    return [
        Voice(*row)
        for row in study.rows(
            "SELECT i.key, s.label, p.key FROM speakers s JOIN interviews i ON i.id = s.interview_id "
            "LEFT JOIN participants p ON p.id = s.participant_id AND s.role = 'participant' ORDER BY i.key, s.id"
        )
    ]


def put_code(study: Study, name: str, parent: str | None, description: str, color: str) -> tuple[str, bool, bool]:
    """Takes a code over (inside an action): its name here, whether it is new, and whether what is said of it differs.

    A code that is called so already gets what it lacks, and keeps what it has.
    """
    name = codebook.clean_name(name)
    description = plain_text(description)
    above = None if parent is None else codebook.id_of(study, parent)
    held = next(
        (
            row
            for row in study.rows("SELECT * FROM codes ORDER BY id")
            if codebook.same(row["name"]) == codebook.same(name)
        ),
        None,
    )
    if held is None:
        study.insert("codes", {"name": name, "parent_id": above, "description": description, "color": color})
        return name, True, False
    for column, value in (("description", description), ("color", color)):
        if value and not held[column]:
            study.execute(f"UPDATE codes SET {column} = ? WHERE id = ?", [value, held["id"]])
    differs = bool(description and held["description"] not in ("", description)) or (
        above is not None and held["parent_id"] != above
    )
    return str(held["name"]), False, differs


def put_mark(study: Study, interview: str, start: int, end: int, by: str, at: str) -> tuple[int | None, bool]:
    """Takes an accepted passage over (inside an action): its id and whether it is new.

    One at that place is accepted where it was undecided. None where the place is not in one participant's turn, or
    somebody rejected it here.
    """
    same = study.row(
        "SELECT p.id, p.status FROM passages p JOIN interviews i ON i.id = p.interview_id "
        "WHERE i.key = ? AND p.start = ? AND p.\"end\" = ? AND p.anchored = 1 ORDER BY p.status = 'accepted' DESC, p.id",
        [interview, start, end],
    )
    if same is not None:
        if same["status"] == "rejected":
            return None, False
        study.execute(
            "UPDATE passages SET status = 'accepted', decided_by = ?, decided_at = ? WHERE id = ? AND status = 'suggested'",
            [by, at, same["id"]],
        )
        return int(same["id"]), False
    turn = study.row(
        "SELECT t.interview_id, t.speaker_id, i.text FROM turns t JOIN speakers s ON s.id = t.speaker_id "
        "JOIN interviews i ON i.id = t.interview_id "
        "WHERE i.key = ? AND t.start <= ? AND t.\"end\" >= ? AND s.role = 'participant'",
        [interview, start, end],
    )
    if turn is None:
        return None, False
    row = {
        "interview_id": turn["interview_id"], "speaker_id": turn["speaker_id"], "start": start, "end": end,
        "quote": turn["text"][start:end], "status": "accepted", "origin": "hand", "decided_by": by, "decided_at": at,
    }  # fmt: skip
    return study.insert("passages", row), True


def put_code_mark(study: Study, passage: int, code: str, by: str, at: str) -> bool:
    """Takes a code on a passage over (inside an action): whether it is new."""
    made = study.execute(
        "INSERT INTO passage_codes (passage_id, code_id, coded_by, coded_at) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (passage_id, code_id, coded_by) DO NOTHING",
        [passage, codebook.id_of(study, code), by, at],
    )
    return made.rowcount == 1
