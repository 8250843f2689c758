"""Taking back what was done, from any screen: one's own at once; somebody else's, or a merge, when asked."""

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


def take_back(app: App[Any], study: Study, done: Done, refused: Refused, chosen: HistoryEntry | None = None) -> None:
    """Takes back one's own newest action, or the one chosen, whosever it is; ``done`` or ``refused`` tell of it.

    What is not one's own, and a merge, are asked about first, with whose they are and what they did; whoever leaves the
    question has changed nothing.
    """
    try:
        found = chosen or history.next_undo(study)
        question = history.question_before(study, found) if found is not None and found.state == "done" else ""
        if found is None or not question:
            done(history.undo(study, None if found is None else found.id, anyones=chosen is not None))
            return
    except NeedssegError as error:
        refused(error)
        return
    from needsseg.tui.widgets.prompt import Choice, Prompt

    choices = [
        Choice("undo", "undo it", with_keys("{study.redo} redoes it")),
        Choice("leave", "leave it", "changes nothing"),
    ]
    asked = Prompt(question, choices=choices, free=False)
    app.push_screen(asked, partial(_answered, study, found.id, done, refused))


def _answered(study: Study, entry: int, done: Done, refused: Refused, answer: str | None) -> None:
    if answer != "undo":
        return
    try:
        undone = history.undo(study, entry, anyones=True)
    except NeedssegError as error:
        refused(error)
        return
    done(undone)


def named(study: Study, entry: HistoryEntry) -> str:
    """What an action did, and whose it is where it is not one's own."""
    what = entry.summary or entry.action
    return what if history.is_own(study, entry.id) else f"{what} (by {entry.actor})"
