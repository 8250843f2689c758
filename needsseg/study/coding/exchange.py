"""A study's rows as an exchange with other programs needs them, and rows that others made, under their names and times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from needsseg.records import PassageStatus, Role
from needsseg.study.coding import codebook
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
    """One passage with a place that somebody decided on or coded; ``by`` and ``at`` are empty without a decision."""

    id: int
    interview: str
    start: int
    end: int
    by: str
    at: str
    status: PassageStatus = "accepted"


@dataclass(frozen=True, slots=True)
class CodeMark:
    """One code on one passage."""

    id: int
    passage: int
    code: int
    by: str
    at: str


Where = Literal["turn", "across", "outside"]


@dataclass(frozen=True, slots=True)
class Placed:
    """An imported passage with its speaker, and whether it is within a turn, across several or outside all."""

    id: int
    speaker: str
    role: Role
    where: Where


@dataclass(frozen=True, slots=True)
class PassageHeld:
    """One passage that stands at a place already."""

    id: int
    status: PassageStatus
    by: str


@dataclass(frozen=True, slots=True)
class Voice:
    """One speaker of an interview and the participant that they are."""

    interview: str
    label: str
    participant: str | None


def seed(study: Study) -> str:
    """Return a text that identifies this study and all its copies: when and with which file it began.

    Not with which text: turns that are mended change it, and what was exported before must be known again.
    """
    first = study.row("SELECT imported_at, file_sha256 FROM interviews ORDER BY id LIMIT 1")
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
    """The passages that have their place and were accepted or coded, or lie in a segment that a person named or confirmed."""
    return [
        Mark(*row)
        for row in study.rows(
            "SELECT p.id, i.key, p.start, p.\"end\", coalesce(p.decided_by, ''), coalesce(p.decided_at, ''), p.status "
            "FROM passages p JOIN interviews i ON i.id = p.interview_id WHERE p.anchored = 1 AND p.status <> 'rejected' "
            "AND (p.status = 'accepted' OR p.id IN (SELECT passage_id FROM passage_codes) OR p.id IN "
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
    """Take a code over (inside an action): its name here, whether it is new, and whether what is said of it differs.

    A code that is called so already gets what it lacks, and keeps what it has.
    """
    name = codebook.clean_name(name)
    description = plain_text(description)
    above = None if parent is None else codebook.id_of(study, parent)
    existing = next(
        (
            row
            for row in study.rows("SELECT * FROM codes ORDER BY id")
            if codebook.same(row["name"]) == codebook.same(name)
        ),
        None,
    )
    if existing is None:
        study.insert("codes", {"name": name, "parent_id": above, "description": description, "color": color})
        return name, True, False
    for column, value in (("description", description), ("color", color)):
        if value and not existing[column]:
            study.execute(f"UPDATE codes SET {column} = ? WHERE id = ?", [value, existing["id"]])
    differs = bool(description and existing["description"] not in ("", description)) or (
        above is not None and existing["parent_id"] != above
    )
    return str(existing["name"]), False, differs


def passages_at(study: Study, interview: str, start: int, end: int) -> list[PassageHeld]:
    """The passages at one place of an interview, accepted ones first."""
    rows = study.rows(
        "SELECT p.id, p.status, coalesce(p.decided_by, '') FROM passages p JOIN interviews i ON i.id = p.interview_id "
        "WHERE i.key = ? AND p.start = ? AND p.\"end\" = ? AND p.anchored = 1 ORDER BY p.status <> 'accepted', p.id",
        [interview, start, end],
    )
    return [PassageHeld(*row) for row in rows]


def put_mark(
    study: Study, interview: str, start: int, end: int, by: str, at: str, accepted: bool = True
) -> Placed | None:
    """Take a new passage over (inside an action): accepted, or one that nobody decided on.

    It is of the speaker in whose turn it lies; one that reaches over several turns is of the first participant in it, one
    outside all turns of who spoke before. None where the interview has no turns.
    """
    interview_row = study.row("SELECT id, text FROM interviews WHERE key = ?", [interview])
    turns = study.rows(
        'SELECT t.speaker_id, s.label, s.role, t.start, t."end" FROM turns t JOIN speakers s ON s.id = t.speaker_id '
        "JOIN interviews i ON i.id = t.interview_id WHERE i.key = ? ORDER BY t.seq",
        [interview],
    )
    if interview_row is None or not turns:
        return None
    within = [turn for turn in turns if turn["start"] <= start and end <= turn["end"]]
    overlapping = within or [turn for turn in turns if turn["start"] < end and start < turn["end"]]
    earlier = [turn for turn in turns if turn["start"] <= start]
    near = overlapping or earlier[-1:] or turns[:1]
    turn = next((each for each in near if each["role"] == "participant"), near[0])
    row = {
        "interview_id": interview_row["id"], "speaker_id": turn["speaker_id"], "start": start, "end": end,
        "quote": interview_row["text"][start:end], "status": "accepted" if accepted else "suggested",
        "origin": "hand" if accepted else "program", "decided_by": by if accepted else None,
        "decided_at": at if accepted else None,
    }  # fmt: skip
    where: Where = "turn" if within else "across" if overlapping else "outside"
    return Placed(study.insert("passages", row), turn["label"], turn["role"], where)


def accept(study: Study, passage: int, by: str, at: str) -> None:
    """Accept a passage that nobody decided on (inside an action)."""
    study.execute(
        "UPDATE passages SET status = 'accepted', decided_by = ?, decided_at = ? WHERE id = ? AND status = 'suggested'",
        [by, at, passage],
    )


def coded_by(study: Study, passages: Sequence[int], code: str, by: str) -> bool:
    """Whether one of some passages carries a code of one coder."""
    code_id = codebook.id_of(study, code)
    return any(
        study.row(
            "SELECT 1 FROM passage_codes WHERE passage_id = ? AND code_id = ? AND coded_by = ?", [each, code_id, by]
        )
        for each in passages
    )


def put_code_mark(study: Study, passage: int, code: str, by: str, at: str) -> bool:
    """Take a code on a passage over (inside an action): whether it is new."""
    inserted = study.execute(
        "INSERT INTO passage_codes (passage_id, code_id, coded_by, coded_at) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (passage_id, code_id, coded_by) DO NOTHING",
        [passage, codebook.id_of(study, code), by, at],
    )
    return inserted.rowcount == 1
