"""History: every action's rows before and after, written by triggers, so that any action can be undone and redone.

Rows are kept as lists of SQL literals made by SQLite's ``quote()``: unlike JSON numbers they bring a REAL back to
the last bit.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from needsseg.errors import Advice, Fix, NotFoundError, UsageError
from needsseg.study import history_dependencies
from needsseg.study.bookmarks import load as load_place
from needsseg.study.journal import JOURNALLED
from needsseg.text import format_count

if TYPE_CHECKING:
    from needsseg.study.connection import Study


MOST_NAMED = 5
"""At most this many of the actions that prevent an undo are named."""
_ENTRY = (
    "h.id, h.action, h.summary, h.actor, h.at, h.state, h.program, "
    "(SELECT count(*) FROM history_rows r WHERE r.history_id = h.id) AS rows"
)
_OWN = "(h.actor = ?1 OR h.entered_by = ?1)"
_DONE = {"undo": "undone", "redo": "redone"}
_ANYONES = {"undo": Fix.UNDO_ANYONES, "redo": Fix.REDO_ANYONES}
_HISTORY = Advice("See what was done, and by whom: ", Fix.HISTORY)


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One action as history keeps it; ``program`` is the version that did it, empty where that was not noted yet."""

    id: int
    action: str
    summary: str
    actor: str
    at: str
    state: Literal["done", "undone", "superseded"]
    rows: int
    program: str = ""


def entries(study: Study, limit: int | None = None, by: str | None = None) -> list[HistoryEntry]:
    """Return the actions, newest first; of one person, or of all."""
    rows = study.rows(
        f"SELECT {_ENTRY} FROM history h WHERE ?1 IS NULL OR h.actor = ?1 OR h.entered_by = ?1 ORDER BY h.id DESC LIMIT ?2",
        [by, -1 if limit is None else limit],
    )
    return [HistoryEntry(**dict(row)) for row in rows]


def entry(study: Study, number: int) -> HistoryEntry:
    """One action; raises NotFoundError where history has no such entry."""
    row = study.row(f"SELECT {_ENTRY} FROM history h WHERE h.id = ?", [number])
    if row is None:
        raise NotFoundError(f"There is no entry {number} in the history.", Advice("List them with: ", Fix.HISTORY))
    return HistoryEntry(**dict(row))


def people(study: Study) -> list[str]:
    """Everybody who did something, by name."""
    return [
        row[0]
        for row in study.rows("SELECT actor FROM history UNION SELECT entered_by FROM history ORDER BY 1")
        if row[0]
    ]


def version(study: Study) -> tuple[int, ...]:
    """Return figures that differ after any action, undo or redo, and after any other program's write but of vectors."""
    # Every action, undo and redo takes the next position; erasing takes entries away.
    row = study.row(
        "SELECT (SELECT count(*) FROM history), coalesce((SELECT max(id) FROM history), 0), "
        "coalesce((SELECT max(position) FROM history), 0)"
    )
    return (study.others_changes, *(row or ()))


def is_own(study: Study, number: int) -> bool:
    """Whether an action is of the person at the keyboard: under their name, or done by them under another."""
    return study.row(f"SELECT 1 FROM history h WHERE h.id = ?2 AND {_OWN}", [study.person, number]) is not None


def newest_own(study: Study) -> HistoryEntry | None:
    """Return the newest action of the person at the keyboard, also if it was undone."""
    number = _pick(study, f"SELECT h.id FROM history h WHERE {_OWN} ORDER BY h.id DESC LIMIT 1", study.person)
    return None if number is None else entry(study, number)


def next_undo(study: Study, *, anyones: bool = False) -> HistoryEntry | None:
    """Return the newest action that is not undone: the person's own, or anyone's."""
    return _newest(study, "undo", anyones)


def next_redo(study: Study, *, anyones: bool = False) -> HistoryEntry | None:
    """Return the action undone last: the person's own or one that they undid, or anyone's."""
    return _newest(study, "redo", anyones)


def _newest(study: Study, verb: Literal["undo", "redo"], anyones: bool) -> HistoryEntry | None:
    state = "done" if verb == "undo" else "undone"
    owner_condition = "?1 = ?1" if anyones else _OWN if verb == "undo" else f"({_OWN} OR h.undone_by = ?1)"
    number = _pick(
        study,
        f"SELECT h.id FROM history h WHERE h.state = '{state}' AND {owner_condition} ORDER BY h.position DESC LIMIT 1",
        study.person,
    )
    return None if number is None else entry(study, number)


def undo(study: Study, number: int | None = None, *, anyones: bool = False) -> HistoryEntry:
    """Undo the newest action of the person at the keyboard, or the one named.

    With ``anyones`` it may be somebody else's. Raise NotFoundError where there is none, UsageError where it is somebody
    else's or later actions depend on it: those are named, and nothing is changed.
    """
    return _turn(study, "undo", number, anyones)


def redo(study: Study, number: int | None = None, *, anyones: bool = False) -> HistoryEntry:
    """Redo what the person at the keyboard undid last, or the action named; else as ``undo``."""
    return _turn(study, "redo", number, anyones)


def _turn(study: Study, verb: Literal["undo", "redo"], number: int | None, anyones: bool) -> HistoryEntry:
    chosen: HistoryEntry | None = None
    try:
        with study.writing():
            chosen = _chosen(study, verb, number, anyones)
            others = history_dependencies.in_the_way(study, chosen.id, JOURNALLED, forward=verb == "redo")
            if others:
                raise _refusal(study, verb, chosen, others)
            _replay(study, chosen.id, forward=verb == "redo")
            study.execute(
                "UPDATE history SET state = ?, undone_by = ?, position = 1 + (SELECT max(position) FROM history) WHERE id = ?",
                ["undone" if verb == "undo" else "done", study.person if verb == "undo" else "", chosen.id],
            )
    except sqlite3.IntegrityError as error:
        # Two rows cannot have one name, and a quote is the text at its place: something else is there by now.
        if chosen is None:
            raise
        raise _refusal(
            study, verb, chosen, history_dependencies.last_with_value(study, chosen.id, str(error))
        ) from error
    return entry(study, chosen.id)


def _chosen(study: Study, verb: Literal["undo", "redo"], number: int | None, anyones: bool) -> HistoryEntry:
    """Return the action to undo or redo; raise NotFoundError or UsageError where there is none."""
    if number is None:
        chosen = _newest(study, verb, anyones)
        if chosen is not None:
            return chosen
        other = None if anyones else _newest(study, verb, True)
        if other is None:
            raise NotFoundError(f"Nothing to {verb}.")
        last = "newest action that is not undone" if verb == "undo" else "action that was undone last"
        raise NotFoundError(
            f"Nothing of yours to {verb}. The {last} is {described(study, other)}.",
            Advice("For it: ", _ANYONES[verb]),
        )
    chosen = entry(study, number)
    if chosen.state != ("done" if verb == "undo" else "undone"):
        words = {"done": "is not undone", "undone": "is undone already", "superseded": "was undone and given up"}
        raise UsageError(
            f"Entry {number} {words[chosen.state]}: {described(study, chosen)}.", f"There is nothing to {verb}."
        )
    is_allowed = is_own(study, number) or (
        verb == "redo" and study.row("SELECT 1 FROM history WHERE id = ? AND undone_by = ?", [number, study.person])
    )
    if not is_allowed and not anyones:
        raise UsageError(
            f"Entry {number} is not yours: {described(study, chosen)}.",
            Advice("To do so anyway: ", _ANYONES[verb].of(entry=number)),
        )
    return chosen


def quoted_summary(study: Study, action: HistoryEntry) -> str:
    """Return an action's summary in quotes; a blind coder is not told what others did."""
    hidden = not is_own(study, action.id) and load_place(study, f"blind:{study.actor}").get("on") is True
    return "an action that blind mode hides" if hidden else f"“{action.summary or action.action}”"


def described(study: Study, action: HistoryEntry) -> str:
    """An action with whose it is, for a sentence."""
    return f"{quoted_summary(study, action)} (by {action.actor}, entry {action.id})"


def _refusal(study: Study, verb: Literal["undo", "redo"], chosen: HistoryEntry, others: Sequence[int]) -> UsageError:
    """Return the error for an action that cannot be undone or redone, naming the actions that prevent it."""
    named = "; ".join(described(study, entry(study, other)) for other in others[:MOST_NAMED])
    more = f"; and {format_count(len(others) - MOST_NAMED, 'more')}" if len(others) > MOST_NAMED else ""
    if not others:
        reason = "what it changed has changed again since"
        return UsageError(
            f"Entry {chosen.id}, {described(study, chosen)}, cannot be {_DONE[verb]}: {reason}.", _HISTORY
        )
    if verb == "undo":
        rest = f"{format_count(len(others), 'later action')} {'depends' if len(others) == 1 else 'depend'} on it"
        hint = Advice(
            f"Undo {'that' if len(others) == 1 else 'those'} first: ",
            Fix.UNDO_ENTRY.of(entry=others[-1]),
            "; for others' work: ",
            Fix.UNDO_ANYONES.of(entry=others[-1]),
        )
    else:
        rest = f"{format_count(len(others), 'action')} changed what it depends on since"
        hint = _HISTORY
    return UsageError(f"{described(study, chosen)} cannot be {_DONE[verb]} alone: {rest}: {named}{more}.", hint)


def _pick(study: Study, sql: str, person: str) -> int | None:
    row = study.row(sql, [person])
    return None if row is None or row[0] is None else int(row[0])


def _replay(study: Study, number: int, *, forward: bool) -> None:
    """Bring the rows of one entry to their state after it (forward) or before it."""
    # A parent may come back after its child; the commit checks that all is whole again.
    study.execute("PRAGMA defer_foreign_keys = ON")
    order = "ASC" if forward else "DESC"
    rows = study.rows(
        f"SELECT table_name, row_id, columns, before, after FROM history_rows WHERE history_id = ? ORDER BY id {order}",
        [number],
    )
    for table, row_id, columns, before, after in rows:
        was, target = (before, after) if forward else (after, before)
        if table not in JOURNALLED:
            raise NotFoundError(f"History entry {number} names the unknown table '{table}'.", "Restore a backup.")
        if target is None:
            study.execute(f"DELETE FROM {table} WHERE id = ?", [row_id])
        elif was is None:
            study.execute(f"INSERT INTO {table} ({columns}) VALUES ({target})")
        else:
            study.execute(f"UPDATE {table} SET ({columns}) = ({target}) WHERE id = ?", [row_id])
    around = study.row("SELECT interview_id, before, after FROM turns_read_around WHERE history_id = ?", [number])
    if around is not None:
        replace_turns_read(study, around["interview_id"], around["after" if forward else "before"])


def replace_turns_read(study: Study, interview: int, read: str) -> None:
    """Write which turns of an interview were read (inside a transaction): JSON, pairs of coder and number.

    History follows no reading, but an action that renumbers turns must not make others look read, nor may its undo: what
    was read between the two is forgotten.
    """
    study.execute("DELETE FROM turns_read WHERE interview_id = ?", [interview])
    study.execute(
        "INSERT INTO turns_read (interview_id, coder, seq) "
        "SELECT ?, json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?)",
        [interview, read],
    )
