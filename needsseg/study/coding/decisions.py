"""Who decided on passages and who put codes on them, with the time of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from needsseg.study.connection import Study


@dataclass(frozen=True, slots=True)
class Decision:
    """A standing decision on a passage: its status, or a code (then ``code`` is its name), by whom and when (ISO, UTC)."""

    passage: int
    interview: str
    what: str
    code: str
    by: str
    at: str


def decisions(study: Study) -> list[Decision]:
    """All standing decisions on passages, by passage; the status first, then codes as they were put on."""
    rows = study.rows(
        "SELECT p.id, i.key, p.status, '', coalesce(p.decided_by, ''), coalesce(p.decided_at, ''), 0 AS step, 0 AS number "
        "FROM passages p JOIN interviews i ON i.id = p.interview_id WHERE p.status <> 'suggested' "
        "UNION ALL SELECT p.id, i.key, 'coded', c.name, pc.coded_by, pc.coded_at, 1, pc.id FROM passage_codes pc "
        "JOIN passages p ON p.id = pc.passage_id JOIN interviews i ON i.id = p.interview_id JOIN codes c ON c.id = pc.code_id "
        "ORDER BY 1, step, number"
    )
    return [Decision(*row[:6]) for row in rows]
