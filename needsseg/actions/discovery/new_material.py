"""Find the interviews that were imported after a person last decided on a segment."""

from __future__ import annotations

from collections.abc import Callable

from needsseg.study.coding import passages
from needsseg.study.connection import Study
from needsseg.study.segments import runs
from needsseg.study.segments.segments import SegmentRow
from needsseg.study.transcripts import interviews

NewInterviews = Callable[[SegmentRow], frozenset[str]]


def new_interviews(study: Study) -> NewInterviews:
    """Return a function from a segment to the interviews imported after it was confirmed.

    For a segment that is not confirmed: after the run before the newest. Times are stored to the second; an interview of
    the same second is new unless the decision rested on it.
    """
    imported = interviews.imported_at(study)
    newest = runs.listing(study)[:2]
    before = newest[-1] if newest else None
    earlier_interviews = (
        {p.interview for p in passages.listing(study, ids=runs.labels(study, before.id))} if before else set()
    )

    def new_to(row: SegmentRow) -> frozenset[str]:
        if row.status == "confirmed" and row.confirmed_at:
            evidence = row.evidence or {}
            decided_on = {p["interview"] for p in evidence.get("passages", [])} | set(evidence.get("interviews", []))
            return _after(imported, row.confirmed_at, decided_on)
        return _after(imported, before.started_at, earlier_interviews) if before else frozenset()

    return new_to


def _after(imported: dict[str, str], moment: str, excluded: set[str]) -> frozenset[str]:
    return frozenset(key for key, imported_at in imported.items() if imported_at >= moment and key not in excluded)
