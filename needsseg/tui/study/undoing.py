"""Undo from any screen: the user's own actions at once; a merge or someone else's action after a question."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from needsseg.actions.study import history
from needsseg.errors import NeedssegError
from needsseg.tui.keys.hints import with_keys

if TYPE_CHECKING:
    from textual.app import App

    from needsseg.actions.study import HistoryEntry, Study

Done = Callable[["HistoryEntry"], None]
Refused = Callable[[NeedssegError], None]


def undo_entry(app: App[Any], study: Study, done: Done, refused: Refused, chosen: HistoryEntry | None = None) -> None:
    """Undo the user's last action, or the chosen one; call ``done`` with the entry or ``refused`` with the error.

    For a merge or someone else's action, ask first, naming its author and what it did; cancelling changes nothing.
    """
    try:
        entry = chosen or history.next_undo(study)
        question = history.question_before(study, entry) if entry is not None and entry.state == "done" else ""
        if entry is None or not question:
            done(history.undo(study, None if entry is None else entry.id, anyones=chosen is not None))
            return
    except NeedssegError as error:
        refused(error)
        return
    from needsseg.tui.widgets.prompt import Choice, Prompt

    choices = [
        Choice("undo", "undo it", with_keys("{study.redo} redoes it")),
        Choice("leave", "leave it", "changes nothing"),
    ]
    prompt = Prompt(question, choices=choices, free=False)
    app.push_screen(prompt, partial(_answered, study, entry.id, done, refused))


def _answered(study: Study, entry: int, done: Done, refused: Refused, answer: str | None) -> None:
    if answer != "undo":
        return
    try:
        undone = history.undo(study, entry, anyones=True)
    except NeedssegError as error:
        refused(error)
        return
    done(undone)


def describe_entry(study: Study, entry: HistoryEntry) -> str:
    """Return what an action did, with its author if it is not the user's own."""
    summary = entry.summary or entry.action
    return summary if history.is_own(study, entry.id) else f"{summary} (by {entry.actor})"
