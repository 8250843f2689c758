"""What was done, and taking it back."""

from __future__ import annotations

from needsseg.actions.blind import seen_coder
from needsseg.study import history
from needsseg.study.connection import Study
from needsseg.study.history import HistoryEntry

__all__ = ["HistoryEntry", "listing", "redo", "undo"]


def listing(study: Study, limit: int | None = None) -> list[HistoryEntry]:
    """What was done, newest first; by a blind coder themselves."""
    coder = seen_coder(study)
    if coder is None:
        return history.entries(study, limit)
    return [entry for entry in history.entries(study) if entry.actor == coder][:limit]


def undo(study: Study) -> HistoryEntry:
    """Takes back the newest action that stands."""
    return history.undo(study)


def redo(study: Study) -> HistoryEntry:
    """Does again the action undone last."""
    return history.redo(study)
