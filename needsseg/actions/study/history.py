"""What was done, by whom, and taking it back: one's own, unless somebody else's is asked for by name."""

from __future__ import annotations

from needsseg.actions.coding.blind import seen_coder
from needsseg.study import history
from needsseg.study.connection import Study
from needsseg.study.history import HistoryEntry

MERGE = "merge study"
"""The action that brings a colleague's whole work: taken back only when asked."""


def listing(study: Study, limit: int | None = None, by: str | None = None) -> list[HistoryEntry]:
    """What was done, newest first; of everybody, or under the name ``by`` or by whom that is. A blind coder sees their own."""
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
    """What the person whom the study is open for did last, whether it stands or not."""
    return history.newest_own(study)


def version(study: Study) -> tuple[int, ...]:
    """Return figures that differ after any action, undo or redo, and after any other program's write."""
    return history.version(study)


def next_undo(study: Study, *, anyones: bool = False) -> HistoryEntry | None:
    """What ``undo`` would take back."""
    return history.next_undo(study, anyones=anyones)


def next_redo(study: Study, *, anyones: bool = False) -> HistoryEntry | None:
    """What ``redo`` would do again."""
    return history.next_redo(study, anyones=anyones)


def question_before(study: Study, found: HistoryEntry) -> str:
    """What a person is asked before an action is taken back, naming whose and what; "" where there is nothing to ask."""
    own = history.is_own(study, found.id)
    if own and found.action != MERGE:
        return ""
    whose = "your" if own else f"{found.actor}'s"
    kind = "merge" if found.action == MERGE else "action"
    return f"Undo {whose} {kind}: {history.told(study, found)}?"


def undo(study: Study, number: int | None = None, *, anyones: bool = False) -> HistoryEntry:
    """Takes back one's own newest action that stands, or the one named; with ``anyones`` also somebody else's.

    Raises UsageError where later actions rest on it, naming them; NotFoundError where there is nothing.
    """
    return history.undo(study, number, anyones=anyones)


def redo(study: Study, number: int | None = None, *, anyones: bool = False) -> HistoryEntry:
    """Does again what was taken back last, by or of the person whom the study is open for, or the action named."""
    return history.redo(study, number, anyones=anyones)
