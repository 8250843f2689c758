"""Undo in a long history reads what may depend on an action, and finds the same as if it read everything."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from needsseg.actions.coding import codebook, memos, passages
from needsseg.actions.study import history, studies
from needsseg.study import history_dependencies
from needsseg.study.connection import Study
from needsseg.study.history_dependencies import in_the_way
from needsseg.study.journal import JOURNALLED
from needsseg.study.migrations.numbered import apply_pending
from tests.fixtures.studies.random_actions import walked_study


def _dependencies(study: Study) -> dict[tuple[int, bool], list[int]]:
    entries = [entry for entry in history.listing(study) if entry.state != "superseded"]
    return {
        (entry.id, entry.state == "undone"): in_the_way(study, entry.id, JOURNALLED, forward=entry.state == "undone")
        for entry in entries
    }


def test_what_is_sought_in_a_long_history_is_what_reading_all_of_it_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with studies.open_study(walked_study(tmp_path)) as study:
        whole = _dependencies(study)
        monkeypatch.setattr(history_dependencies, "MOST_READ_WHOLE", 0)
        monkeypatch.setattr(history_dependencies, "MOST_SOUGHT", 10**9)
        assert _dependencies(study) == whole
        assert any(whole.values()), "some actions depend on others"


def _rows_read(study: Study, monkeypatch: pytest.MonkeyPatch, entry: int) -> int:
    count, read = 0, Study.rows

    def rows(self: Study, *query: object) -> list[sqlite3.Row]:
        nonlocal count
        found = read(self, *query)  # type: ignore[arg-type]
        count += len(found)
        return found

    with monkeypatch.context() as counting:
        counting.setattr(Study, "rows", rows)
        history.undo(study, entry)
    history.redo(study, entry)
    return count


def test_undo_reads_no_more_in_a_longer_history(talk: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_dependencies, "MOST_READ_WHOLE", 10)
    passage = passages.mark(talk, "anna", 47, 60)
    memos.write(talk, "passage", passage, "first")
    old = history.listing(talk, 1)[0].id
    counts = []
    for begin in (0, 40, 80):
        for number in range(begin, begin + 40):
            codebook.create(talk, f"code {number}")
        counts.append(_rows_read(talk, monkeypatch, old))
    assert counts[1] == counts[2]


def _unindexed(conn: sqlite3.Connection) -> Iterator[str]:
    tables = [row[0] for row in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for table in tables:
        indexes = [row[1] for row in conn.execute(f'PRAGMA index_list("{table}")')]
        first = {conn.execute(f'PRAGMA index_info("{index}")').fetchone()[2] for index in indexes}
        # A table without row ids is itself the index of its key.
        first |= {row[1] for row in conn.execute(f'PRAGMA table_info("{table}")') if row[5] == 1}
        yield from (
            f"{table}.{row[3]}" for row in conn.execute(f'PRAGMA foreign_key_list("{table}")') if row[3] not in first
        )


def test_what_refers_to_a_row_is_found_by_an_index() -> None:
    with closing(sqlite3.connect(":memory:")) as conn:
        apply_pending(Database(conn, execute_plugins=False))
        assert list(_unindexed(conn)) == []


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT h.id FROM history h WHERE h.state = 'undone' AND h.undone_by = 'Ada' ORDER BY h.position DESC LIMIT 1",
        "SELECT h.id FROM history h WHERE h.state = 'done' AND h.actor = 'Ada' ORDER BY h.position DESC LIMIT 1",
        "UPDATE history SET undone_by = '' WHERE state = 'undone' AND undone_by = 'Ada'",
        "SELECT max(position) FROM history",
        "SELECT 1 FROM history WHERE position > 5 LIMIT 1",
    ],
)
def test_the_newest_action_is_found_by_an_index(talk: Study, sql: str) -> None:
    plan = " ".join(row["detail"] for row in talk.rows(f"EXPLAIN QUERY PLAN {sql}"))
    assert "history_by_position" in plan or "history_undone" in plan, plan
    assert "TEMP B-TREE" not in plan, plan
