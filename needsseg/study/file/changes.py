"""What other programs changed in a study that is open, but for vectors: a cache that nothing on a screen shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

FIGURES = {
    "history": "max(position)",
    "turns_read": "count(*)",
    "deliveries": "count(*) || ' ' || max(at) || ' ' || sum(status = 'started')",
    "drafts": "count(*) || ' ' || max(id) || ' ' || max(written_at) || ' ' || sum(length(words))",
    "places": "group_concat(screen || place)",
    "firmness": "count(*) || ' ' || max(made_at)",
    "name_marks": "count(*)",
}
"""For each table that an action's history does not cover, and for the history, figures that differ after a change of it.

Every action, undo and redo takes the next position in the history; erasing is noted among the places. They are read before
each commit: none of them takes longer in a long study.
"""
TOGETHER = ("history_rows", "history_now", "turns_read_around", "delivered")
"""The tables that change in one transaction with one of these."""
UNSEEN = ("vectors",)
"""The tables whose changes are not counted."""


class OthersChanges:
    """Counts the changes that other connections made to a file, in steps: several at once count as one.

    Its own connection's changes are told apart by ``committing``, called within each of its transactions.
    """

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn
        self._count = 0
        self._version = self._version_now()
        self._figures = self._figures_now()

    def count(self) -> int:
        """Look for changes, and return a number that differs after some were found."""
        version = self._version_now()
        if version != self._version:
            # Read in this order: what is written between the two is found now, or the next time.
            self._version, figures = version, self._figures_now()
            if figures != self._figures:
                self._count, self._figures = self._count + 1, figures
        return self._count

    def committing(self) -> None:
        """Take the state before the commit of this connection's own transaction, which keeps others out, for known."""
        self._figures = self._figures_now()

    def _version_now(self) -> int:
        return int(self._conn.execute("PRAGMA data_version").fetchone()[0])

    def _figures_now(self) -> tuple[object, ...]:
        figures = ", ".join(f"(SELECT {figure} FROM {table})" for table, figure in FIGURES.items())
        return tuple(self._conn.execute(f"SELECT {figures}").fetchone())
