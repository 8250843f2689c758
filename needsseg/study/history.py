"""History: every action's rows before and after, written by triggers, so that any action can be undone and redone.

Rows are kept as lists of SQL literals made by SQLite's ``quote()``: unlike JSON numbers they bring a REAL back to
the last bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from needsseg.errors import NotFoundError

if TYPE_CHECKING:
    from sqlite_utils import Database

    from needsseg.study.connection import Study

JOURNALLED = (
    "interviews",
    "participants",
    "speakers",
    "turns",
    "removed_speech",
    "passages",
    "seconded",
    "codes",
    "passage_codes",
    "memos",
    "job_statements",
    "pseudonyms",
    "runs",
    "run_passages",
    "segments",
    "segment_passages",
    "off_topic",
    "passage_pairs",
    "proposed_passages",
    "declined_passages",
    "needs",
    "answers",
    "card_quotes",
    "account_links",
    "sources",
    "assignments",
    "surveys",
    "survey_answers",
    "import_choices",
)


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One action as history keeps it."""

    id: int
    action: str
    summary: str
    actor: str
    at: str
    state: Literal["done", "undone", "superseded"]
    rows: int


def install_journal(db: Database) -> None:
    """(Re)creates the triggers that write ``history_rows``; ``table.transform()`` drops them, so migrations end here."""
    there = set(db.table_names())
    for table in JOURNALLED:
        if table not in there:  # a later migration makes it, and installs the journal again
            continue
        columns = [column.name for column in db.table(table).columns]
        names = ", ".join(f'"{column}"' for column in columns)
        old, new = (_literals(columns, side) for side in ("OLD", "NEW"))
        for event, row, before, after in (
            ("INSERT", "NEW", "NULL", new),
            ("UPDATE", "NEW", old, new),
            ("DELETE", "OLD", old, "NULL"),
        ):
            name = f"journal_{table}_{event.lower()}"
            changed = f" AND ({old}) IS NOT ({new})" if event == "UPDATE" else ""
            db.execute(f"DROP TRIGGER IF EXISTS {name}")
            db.execute(
                f"CREATE TRIGGER {name} AFTER {event} ON {table} WHEN EXISTS (SELECT 1 FROM history_now){changed} BEGIN "
                "INSERT INTO history_rows (history_id, table_name, row_id, columns, before, after) "
                f"SELECT history_id, '{table}', {row}.id, '{names}', {before}, {after} FROM history_now; END"
            )


def _literals(columns: list[str], side: str) -> str:
    return " || ', ' || ".join(f'quote({side}."{column}")' for column in columns)


def entries(study: Study, limit: int | None = None) -> list[HistoryEntry]:
    """What was done, newest first."""
    rows = study.rows(
        "SELECT h.*, (SELECT count(*) FROM history_rows r WHERE r.history_id = h.id) AS rows FROM history h "
        "ORDER BY id DESC LIMIT ?",
        [-1 if limit is None else limit],
    )
    return [HistoryEntry(**dict(row)) for row in rows]


def undo(study: Study) -> HistoryEntry:
    """Takes back the newest action that stands; raises NotFoundError when there is none."""
    with study.writing():
        entry = _pick(study, "SELECT max(id) FROM history WHERE state = 'done'")
        if entry is None:
            raise NotFoundError("Nothing to undo.")
        _replay(study, entry, forward=False)
        study.execute("UPDATE history SET state = 'undone' WHERE id = ?", [entry])
    return _entry(study, entry)


def redo(study: Study) -> HistoryEntry:
    """Does again the action undone last; raises NotFoundError when there is none."""
    with study.writing():
        entry = _pick(study, "SELECT min(id) FROM history WHERE state = 'undone'")
        if entry is None:
            raise NotFoundError("Nothing to redo.")
        _replay(study, entry, forward=True)
        study.execute("UPDATE history SET state = 'done' WHERE id = ?", [entry])
    return _entry(study, entry)


def forget(study: Study) -> list[str]:
    """Wipes the whole history and what was cached, and rewrites the file, so that what was removed is gone.

    Nothing done before can be undone afterwards. Returns in words where the words still are: in the log, where another program
    reads the study just then and goes on for some seconds.
    """
    with study.writing():
        for table in ("history_rows", "history", "vectors", "firmness"):
            study.execute(f"DELETE FROM {table}")
    # Full-text indexes keep words of deleted rows until they are merged; the log keeps pages until it is folded in.
    with study.writing():
        for index in ("turns_fts", "passages_fts"):
            study.execute(f"INSERT INTO {index} ({index}) VALUES ('rebuild')")
    study.vacuum()
    if study.fold_log():
        return []
    return [
        f"{study.path}-wal holds them as long as another program reads the study: close it there, then run "
        f"needsseg --study {study.path} check"
    ]


def _pick(study: Study, sql: str) -> int | None:
    found = study.rows(sql)[0][0]
    return None if found is None else int(found)


def _entry(study: Study, entry: int) -> HistoryEntry:
    return next(e for e in entries(study) if e.id == entry)


def _replay(study: Study, entry: int, *, forward: bool) -> None:
    """Brings the rows of one entry to their state after it (forward) or before it."""
    # A parent may come back after its child; the commit checks that all is whole again.
    study.execute("PRAGMA defer_foreign_keys = ON")
    order = "ASC" if forward else "DESC"
    rows = study.rows(
        f"SELECT table_name, row_id, columns, before, after FROM history_rows WHERE history_id = ? ORDER BY id {order}",
        [entry],
    )
    for table, row_id, columns, before, after in rows:
        was, becomes = (before, after) if forward else (after, before)
        if table not in JOURNALLED:
            raise NotFoundError(f"History entry {entry} names the unknown table '{table}'.", "Restore a backup.")
        if becomes is None:
            study.execute(f"DELETE FROM {table} WHERE id = ?", [row_id])
        elif was is None:
            study.execute(f"INSERT INTO {table} ({columns}) VALUES ({becomes})")
        else:
            study.execute(f"UPDATE {table} SET ({columns}) = ({becomes}) WHERE id = ?", [row_id])
    around = study.row("SELECT interview_id, before, after FROM turns_read_around WHERE history_id = ?", [entry])
    if around is not None:
        replace_turns_read(study, around["interview_id"], around["after" if forward else "before"])


def replace_turns_read(study: Study, interview: int, read: str) -> None:
    """Writes which turns of an interview were read (inside a transaction): JSON, pairs of coder and number.

    History follows no reading, but an action that renumbers turns must not make others look read, nor may its undo: what
    was read between the two is forgotten.
    """
    study.execute("DELETE FROM turns_read WHERE interview_id = ?", [interview])
    study.execute(
        "INSERT INTO turns_read (interview_id, coder, seq) "
        "SELECT ?, json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?)",
        [interview, read],
    )
