"""The history of actions, by person; undo and redo, of one's own unless somebody else's is requested by name."""

from __future__ import annotations

from needsseg.actions.coding.blind import seen_coder
from needsseg.study import history
from needsseg.study.connection import Study
from needsseg.study.history import HistoryEntry

MERGE = "merge study"
"""The action that brings a colleague's whole work: taken back only when asked."""


def listing(study: Study, limit: int | None = None, by: str | None = None) -> list[HistoryEntry]:
    """Return the actions, newest first; of everybody, or of the person ``by``. A blind coder sees their own only."""
    coder = seen_coder(study)
    if coder is not None and by not in (None, coder):
        return []
    return history.entries(study, limit, coder or by)


def entry(study: Study, number: int) -> HistoryEntry:
    """One action; raises NotFoundError where there is none of that number."""
    return history.entry(study, number)


def people(study: Study) -> list[str]:
    """Everybody who did something, by name; a blind coder sees themselves alone."""
    coder = seen_coder(study)
    return [who for who in history.people(study) if coder in (None, who)]


def is_own(study: Study, number: int) -> bool:
    """Whether an action is of the person whom the study is open for."""
    return history.is_own(study, number)


def newest_own(study: Study) -> HistoryEntry | None:
    """Return the newest action of the person at the keyboard, also if it was undone."""
    return history.newest_own(study)


def version(study: Study) -> tuple[int, ...]:
    """Return figures that differ after any action, undo or redo, and after any other program's write."""
    return history.version(study)


def next_undo(study: Study, *, anyones: bool = False) -> HistoryEntry | None:
    """Return the action that ``undo`` would take back."""
    return history.next_undo(study, anyones=anyones)


def next_redo(study: Study, *, anyones: bool = False) -> HistoryEntry | None:
    """Return the action that ``redo`` would do again."""
    return history.next_redo(study, anyones=anyones)


def question_before(study: Study, action: HistoryEntry) -> str:
    """Return the question to ask before an action is undone, naming whose and what; "" where none is needed."""
    own = history.is_own(study, action.id)
    if own and action.action != MERGE:
        return ""
    owner = "your" if own else f"{action.actor}'s"
    kind = "merge" if action.action == MERGE else "action"
    return f"Undo {owner} {kind}: {history.quoted_summary(study, action)}?"


def undo(study: Study, number: int | None = None, *, anyones: bool = False) -> HistoryEntry:
    """Take back one's own newest action that stands, or the one named; with ``anyones`` also somebody else's.

    Raise UsageError where later actions depend on it, naming them; NotFoundError where there is nothing.
    """
    return history.undo(study, number, anyones=anyones)


def redo(study: Study, number: int | None = None, *, anyones: bool = False) -> HistoryEntry:
    """Do again what was taken back last, by or of the person whom the study is open for, or the action named."""
    return history.redo(study, number, anyones=anyones)
