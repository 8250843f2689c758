"""Words erased for good: from the tables, the history, the file's free pages, its log and its automatic backups."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from needsseg.errors import Advice, Fix, StudyError
from needsseg.study.coding import drafts
from needsseg.study.file import leftovers, marks

if TYPE_CHECKING:
    from needsseg.study.connection import Study

UNFINISHED = "erasing"
"""Where the study notes, among the places of screens, that words left the tables and may still be elsewhere."""


def erase(study: Study, remove: Callable[[], object]) -> list[str | Advice]:
    """Remove rows by ``remove`` and wipe the history and all that was cached in the same transaction, then the rest.

    If it is killed, it continues when the study is opened next (``finish``). Nothing done before can be undone
    afterwards. Returns in words where the words still are: in the log, where another program reads the study just then and
    for some more seconds, and in copies that cannot be removed.
    """
    with study.writing():
        study.execute("INSERT OR REPLACE INTO places (screen, place) VALUES (?, '{}')", [UNFINISHED])
        remove()
        for table in ("history_rows", "history", "vectors", "firmness", "name_marks"):
            study.execute(f"DELETE FROM {table}")
        marks.note_erased(study)
        drafts.forget(study)
        # Full-text indexes keep words of deleted rows until they are rebuilt.
        for index in ("turns_fts", "passages_fts"):
            study.execute(f"INSERT INTO {index} ({index}) VALUES ('rebuild')")
    return _erase_elsewhere(study)


def finish(study: Study) -> list[str | Advice] | None:
    """Go on with an erasing that was cut short; what it could not reach, or None where there is nothing to finish."""
    if study.row("SELECT 1 FROM places WHERE screen = ?", [UNFINISHED]) is None:
        return None
    return _erase_elsewhere(study)


def _erase_elsewhere(study: Study) -> list[str | Advice]:
    # The log keeps pages until it is folded in.
    try:
        study.vacuum()
    except StudyError as error:
        return [
            Advice(
                f"{study.path} holds them in free pages until it is rewritten, which failed "
                f"({error.message.rstrip('.')}): make room for a copy of it, then check the file: ",
                Fix.CHECK.of(study=study.path),
            )
        ]
    log_note: list[str | Advice] = (
        []
        if study.fold_log()
        else [
            Advice(
                f"{study.path}-wal holds them as long as another program reads the study: close it there, then run ",
                Fix.CHECK.of(study=study.path),
            )
        ]
    )
    remaining = [*log_note, *leftovers.erase_copies(study)]
    if not remaining:
        with study.cache_writing():
            study.execute("DELETE FROM places WHERE screen = ?", [UNFINISHED])
    return remaining
