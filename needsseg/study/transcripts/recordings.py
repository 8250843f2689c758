"""Which recording each interview is tied to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from needsseg.study.transcripts import interviews

if TYPE_CHECKING:
    from needsseg.study.connection import Study


@dataclass(frozen=True, slots=True)
class RecordingRow:
    """The tie of an interview: ``path`` is from the study's folder unless it is absolute; ``offset_ms`` may be negative."""

    interview: str
    path: str
    offset_ms: int


@dataclass(frozen=True, slots=True)
class TimedTurns:
    """How many turns an interview has, and how many of them have a time."""

    interview: str
    file_name: str
    turns: int
    timed: int


def load(study: Study) -> dict[str, RecordingRow]:
    """Return the tie of each interview that has one, by the interview's key."""
    rows = study.rows(
        "SELECT i.key, r.path, r.offset_ms FROM recordings r JOIN interviews i ON i.id = r.interview_id ORDER BY i.key"
    )
    return {row[0]: RecordingRow(*row) for row in rows}


def store(study: Study, row: RecordingRow) -> None:
    """Store the tie of an interview in place of an earlier one (inside an action); NotFoundError for an unknown key."""
    interview = interviews.required_id(study, row.interview)
    values = [row.path, row.offset_ms, interview]
    if not study.execute("UPDATE recordings SET path = ?, offset_ms = ? WHERE interview_id = ?", values).rowcount:
        study.insert("recordings", {"interview_id": interview, "path": row.path, "offset_ms": row.offset_ms})


def remove(study: Study, key: str) -> None:
    """Remove the tie of an interview (inside an action); NotFoundError for an unknown key."""
    study.execute("DELETE FROM recordings WHERE interview_id = ?", [interviews.required_id(study, key)])


def timed_turns(study: Study) -> list[TimedTurns]:
    """Return of each interview how many of its turns have a time, by key."""
    rows = study.rows(
        "SELECT i.key, i.file_name, count(t.id), count(t.start_ms) FROM interviews i "
        "LEFT JOIN turns t ON t.interview_id = i.id GROUP BY i.id ORDER BY i.key"
    )
    return [TimedTurns(*row) for row in rows]
