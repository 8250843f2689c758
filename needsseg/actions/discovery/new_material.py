"""What is new since a person last decided: material of interviews that came after the decision."""

from __future__ import annotations

from collections.abc import Callable

from needsseg.study.coding import passages
from needsseg.study.connection import Study
from needsseg.study.segments import runs
from needsseg.study.segments.segments import SegmentRow
from needsseg.study.transcripts import interviews

NewInterviews = Callable[[SegmentRow], frozenset[str]]


def new_interviews(study: Study) -> NewInterviews:
    """For each segment, the interviews imported after it was confirmed; after the run before the newest where it is not.

    Times are stored to the second, so an interview of that very second is new unless the decision knew it.
    """
    imported = interviews.imported_at(study)
    newest = runs.listing(study)[:2]
    before = newest[-1] if newest else None
    heard = {p.interview for p in passages.listing(study, ids=runs.labels(study, before.id))} if before else set()

    def of(row: SegmentRow) -> frozenset[str]:
        if row.status == "confirmed" and row.confirmed_at:
            proof = row.evidence or {}
            known = {p["interview"] for p in proof.get("passages", [])} | set(proof.get("interviews", []))
            return _after(imported, row.confirmed_at, known)
        return _after(imported, before.started_at, heard) if before else frozenset()

    return of


def _after(imported: dict[str, str], moment: str, known: set[str]) -> frozenset[str]:
    return frozenset(key for key, at in imported.items() if at >= moment and key not in known)
