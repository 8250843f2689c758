"""Files of texts that were assigned to confirmed segments; the texts are Parquet files beside the study."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from needsseg.study.connection import now

if TYPE_CHECKING:
    from needsseg.study.connection import Study


@dataclass(frozen=True, slots=True)
class NewAssignment:
    """A file of texts as it was assigned: by which state of the segments (``version``), model and back end."""

    file: str
    sha256: str
    parquet: str
    version: str
    model_sha256: str
    backend: str
    threshold: float
    expected_precision: float
    expected_coverage: float
    texts: int
    labelled: int
    confidence: float | None


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """One assignment as stored, with who made it and when."""

    id: int
    assignment: NewAssignment
    assigned_by: str
    assigned_at: str


def listing(study: Study) -> list[AssignmentRow]:
    """The assignments that stand, oldest first."""
    names = tuple(NewAssignment.__dataclass_fields__)
    return [
        AssignmentRow(
            row["id"], NewAssignment(**{name: row[name] for name in names}), row["assigned_by"], row["assigned_at"]
        )
        for row in study.rows("SELECT * FROM assignments ORDER BY id")
    ]


def replace(study: Study, assignment: NewAssignment) -> int:
    """Store an assignment in place of earlier ones of the same content (inside an action); return its id."""
    study.execute("DELETE FROM assignments WHERE sha256 = ?", [assignment.sha256])
    return study.insert("assignments", {**asdict(assignment), "assigned_by": study.actor, "assigned_at": now()})
