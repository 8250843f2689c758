"""Job statements of single passages: what each researcher makes of one, part by part."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from typing import TYPE_CHECKING

from needsseg.records import JobParts
from needsseg.study.coding import passages
from needsseg.study.connection import now, plain_text

if TYPE_CHECKING:
    from needsseg.study.connection import Study

PARTS = tuple(field.name for field in fields(JobParts))


@dataclass(frozen=True, slots=True)
class PassageStatement:
    """One researcher's job statement of one passage."""

    passage: int
    interview: str
    parts: JobParts
    written_by: str
    written_at: str


def write(study: Study, passage: int, parts: JobParts) -> None:
    """Write the statement the study's user makes of a passage (inside an action); one without words is removed."""
    passages.one(study, passage)
    cleaned = [" ".join(plain_text(words).split()) for words in astuple(parts)]
    if not any(cleaned):
        study.execute("DELETE FROM job_statements WHERE passage_id = ? AND written_by = ?", [passage, study.actor])
        return
    columns, new = ", ".join(PARTS), ", ".join(f"excluded.{part}" for part in PARTS)
    study.execute(
        f"INSERT INTO job_statements (passage_id, {columns}, written_by, written_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
        f"ON CONFLICT (passage_id, written_by) DO UPDATE SET ({columns}, written_at) = ({new}, excluded.written_at) "
        f"WHERE ({columns}) IS NOT ({new})",
        [passage, *cleaned, study.actor, now()],
    )


def listing(study: Study, ids: Sequence[int] | None = None) -> list[PassageStatement]:
    """Statements by the place of their passages, of all or some of them."""
    rows = study.rows(
        f"SELECT j.passage_id, i.key, j.written_by, j.written_at, {', '.join(f'j.{part}' for part in PARTS)} "
        "FROM job_statements j JOIN passages p ON p.id = j.passage_id JOIN interviews i ON i.id = p.interview_id "
        'WHERE ?1 IS NULL OR p.id IN (SELECT value FROM json_each(?1)) ORDER BY i.key, p.start, p."end", p.id, j.id',
        [None if ids is None else json.dumps(list(ids))],
    )
    return [PassageStatement(row[0], row[1], JobParts(*row[4:]), row[2], row[3]) for row in rows]
