"""Faults in words: SQLite's errors, columns that hold no JSON, rows whose parent is gone, and actions that took a value."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from needsseg.actions.coding import passages
from needsseg.actions.study import studies
from needsseg.errors import StudyError
from needsseg.study import history_dependencies
from needsseg.study.connection import Study
from needsseg.study.file import copies, faults, rescue, waiting
from needsseg.study.file.faults import DamagedError, NoRoomError
from needsseg.study.file.private import SIDES, remove_copy, side
from needsseg.study.migrations.numbered import LATEST


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (sqlite3.OperationalError("database is locked"), StudyError, "locked by another program"),
        (sqlite3.OperationalError("database is busy"), StudyError, "locked by another program"),
        (sqlite3.OperationalError("database or disk is full"), NoRoomError, "is full"),
        (sqlite3.OperationalError("attempt to write a readonly database"), NoRoomError, "cannot be written"),
        (sqlite3.OperationalError("unable to open database file"), NoRoomError, "cannot be written"),
        (sqlite3.DatabaseError("file is not a database"), DamagedError, "not an SQLite file"),
        (sqlite3.DatabaseError("database disk image is malformed"), DamagedError, "is damaged"),
        (sqlite3.OperationalError("no such table: turns"), DamagedError, "not a study as needsseg makes it"),
        (sqlite3.OperationalError("disk I/O error"), StudyError, "cannot be used"),
        (sqlite3.OperationalError("interrupted"), StudyError, "cannot be used"),
        (sqlite3.OperationalError("near x: syntax error"), sqlite3.OperationalError, "syntax"),
        (sqlite3.IntegrityError("UNIQUE constraint failed: codes.name"), sqlite3.IntegrityError, "UNIQUE"),
        (sqlite3.DatabaseError("no such thing"), sqlite3.DatabaseError, "no such thing"),
    ],
)
def test_an_error_of_sqlite_is_told_in_words(
    tmp_path: Path, error: sqlite3.Error, kind: type[Exception], words: str
) -> None:
    with (
        pytest.raises(type(error) if kind is type(error) else StudyError) as told,
        faults.translated(tmp_path / "s.db"),
    ):
        raise error
    assert type(told.value) is kind and words in str(told.value)


@pytest.mark.parametrize(("free", "full"), [(0, True), (256 * 1024 - 1, True), (256 * 1024, False), (1 << 40, False)])
@pytest.mark.parametrize("text", ["disk I/O error", "attempt to write a readonly database"])
def test_a_disk_with_next_to_no_room_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, full: bool, text: str
) -> None:
    monkeypatch.setattr(faults, "free_bytes", lambda _: free)
    with pytest.raises(StudyError) as told, faults.translated(tmp_path / "s.db"):
        raise sqlite3.OperationalError(text)
    reason = getattr(told.value, "reason", "")
    assert ("its disk is full" in reason) is full


def test_a_disk_of_which_nothing_is_known_is_not_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Path) -> int:
        raise OSError

    monkeypatch.setattr(faults, "free_bytes", fail)
    with pytest.raises(NoRoomError) as told, faults.translated(tmp_path / "s.db"):
        raise sqlite3.OperationalError("attempt to write a readonly database")
    assert "full" not in told.value.reason


@pytest.mark.parametrize(("text", "rescuable"), [("file is not a database", False), ("malformed", True)])
def test_what_may_be_readable_is_told(tmp_path: Path, text: str, rescuable: bool) -> None:
    with pytest.raises(DamagedError) as told, faults.translated(tmp_path / "s.db"):
        raise sqlite3.DatabaseError(text)
    assert told.value.rescuable is rescuable


LONG = "x" * 60


@pytest.mark.parametrize(
    ("column", "value", "fault"),
    [
        ("warnings", "[]", ""),
        ("warnings", '["a"]', ""),
        ("warnings", "{}", "is JSON, but not an array: '{}'"),
        ("warnings", "", "is not valid JSON: ''"),
        ("warnings", LONG, f"is not valid JSON: '{LONG[:40]}'"),
        ("reading", "{}", ""),
        ("reading", "[]", "is JSON, but not an object: '[]'"),
    ],
)
def test_a_column_that_holds_no_json_is_named(talk: Study, column: str, value: str, fault: str) -> None:
    with talk.action("spoil"):
        talk.execute(f"UPDATE interviews SET {column} = ?", [value])
    expected = [f"interviews row 1: {column} {fault}"] if fault else []
    assert faults.content_faults(talk.conn) == expected
    assert studies.check(talk) == expected


@pytest.mark.parametrize(("value", "count"), [(None, 0), ("", 0), ("{}", 0), ("[]", 1), ("x", 1)])
def test_evidence_may_be_empty(study: Study, value: str | None, count: int) -> None:
    with study.action("segment"):
        study.insert("segments", {"name": "A", "status": "candidate", "evidence": value})
    assert len(faults.content_faults(study.conn)) == count


def test_a_copy_is_sound_or_named_by_its_fault(talk: Study, tmp_path: Path) -> None:
    copy = studies.backup(talk, tmp_path / "copy.db")
    assert copies.fault_of(copy) == ""
    for statement, fault in (
        ("PRAGMA foreign_keys = OFF; DELETE FROM interviews", "refers to a missing interviews"),
        (f"PRAGMA user_version = {LATEST + 1}", f"version {LATEST + 1}"),
        ("PRAGMA application_id = 1", "not a needsseg study"),
    ):
        with closing(sqlite3.connect(copy)) as conn:
            conn.executescript(statement)
        assert fault in copies.fault_of(copy)
    (tmp_path / "notes.db").write_text("notes " * 99, encoding="utf-8")
    assert "cannot be read" in copies.fault_of(tmp_path / "notes.db")


def test_a_lock_is_waited_for_and_other_errors_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    clock = iter([0.0, 1.0, 40.0, 40.5])
    monkeypatch.setattr(waiting.time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(waiting.time, "sleep", waited.append)

    def locked() -> None:
        raise sqlite3.OperationalError("database is locked")

    with pytest.raises(sqlite3.OperationalError, match="locked"):
        waiting.patiently(locked)
    assert waited == [0.02, 0.02], "up to the deadline, which is still waited for"
    monkeypatch.undo()
    answers = iter([sqlite3.OperationalError("database is busy"), 7])

    def busy_once() -> int:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert waiting.patiently(busy_once) == 7
    with pytest.raises(sqlite3.OperationalError, match="no such"):
        waiting.patiently(lambda: (_ for _ in ()).throw(sqlite3.OperationalError("no such table")))


@pytest.mark.parametrize(
    ("failure", "found"),
    [
        ("UNIQUE constraint failed: codes.name", ("codes", ["name"])),
        ("UNIQUE constraint failed: turns.interview_id, turns.seq", ("turns", ["interview_id", "seq"])),
        ("UNIQUE constraint failed: index 'segments_kept_name'", ("segments", ["name"])),
        ("UNIQUE constraint failed: index 'nowhere'", ("", [])),
        ("CHECK constraint failed: name <> ''", ("", [])),
        ("UNIQUE constraint failed: oddly", ("", [])),
    ],
)
def test_the_columns_that_only_one_row_may_have_are_known(
    study: Study, failure: str, found: tuple[str, list[str]]
) -> None:
    assert history_dependencies._unique_columns(study, failure) == found


def test_the_action_that_took_a_value_since_is_named(study: Study) -> None:
    for name in ("a", "b"):
        with study.action("make"):
            study.insert("codes", {"name": name})
    with study.action("delete") as entry:
        study.execute("DELETE FROM codes WHERE name = 'a'")
    with study.action("take") as taken:
        study.execute("UPDATE codes SET name = 'a' WHERE name = 'b'")
    failure = "UNIQUE constraint failed: codes.name"
    assert history_dependencies.last_with_value(study, entry.id, failure) == [taken.id]
    assert history_dependencies.last_with_value(study, taken.id, failure) == []
    assert history_dependencies.last_with_value(study, entry.id, "CHECK constraint failed") == []


@pytest.fixture
def rows() -> sqlite3.Connection:
    conn = sqlite3.connect(":memory:")
    conn.executescript(
        "CREATE TABLE parents (id INTEGER PRIMARY KEY);"
        "CREATE TABLE children (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parents (id));"
        "CREATE TABLE grandchildren (id INTEGER PRIMARY KEY, child INTEGER REFERENCES children (id));"
        "INSERT INTO parents VALUES (1); INSERT INTO children VALUES (1, 1), (2, 9), (3, NULL), (4, 9);"
        "INSERT INTO grandchildren VALUES (1, 1), (2, 2), (3, 3);"
    )
    return conn


def test_rows_whose_parent_is_gone_are_dropped_and_counted(rows: sqlite3.Connection) -> None:
    assert rescue._drop_orphans(rows) == {"children": 2, "grandchildren": 1}
    assert [row[0] for row in rows.execute("SELECT id FROM children ORDER BY id")] == [1, 3]
    assert [row[0] for row in rows.execute("SELECT id FROM grandchildren ORDER BY id")] == [1, 3]
    assert rescue._drop_orphans(rows) == {}


def read_rows(conn: sqlite3.Connection, table: str, width: int) -> list[tuple[object, ...] | None]:
    return list(rescue._readable(conn, table, width))


def test_every_row_of_a_sound_table_is_read_once() -> None:
    """Whatever its numbers: negative ones, the first, those far apart; and rows without numbers."""
    conn = sqlite3.connect(":memory:")
    conn.execute("CREATE TABLE numbered (id INTEGER PRIMARY KEY, word TEXT)")
    rows = [(-(2**40), "a"), (-1, "b"), (0, "c"), (1, "d"), (2**40, "e")]
    conn.executemany("INSERT INTO numbered VALUES (?, ?)", rows)
    assert read_rows(conn, "numbered", 2) == rows
    assert read_rows(conn, "numbered", 3) == [], "rows of another shape are none of this table"
    conn.execute("CREATE TABLE named (word TEXT PRIMARY KEY) WITHOUT ROWID")
    conn.executemany("INSERT INTO named VALUES (?)", [("x",), ("y",)])
    assert read_rows(conn, "named", 1) == [("x",), ("y",)]
    assert rescue._has_row_numbers(conn, "numbered") and not rescue._has_row_numbers(conn, "named")


class Gapped:
    """A connection to a table in which some numbers cannot be read."""

    def __init__(self, rows: list[int], gaps: set[int]) -> None:
        self.rows, self.gaps = rows, gaps

    def execute(self, sql: str, values: list[int] | None = None) -> Iterator[tuple[int, ...]]:
        if "LIMIT 0" in sql:
            return iter(())
        assert values is not None
        up = "> ?" in sql
        return self._walk([n for n in sorted(self.rows, reverse=not up) if (n > values[0] if up else n < values[0])])

    def _walk(self, numbers: list[int]) -> Iterator[tuple[int, ...]]:
        for number in numbers:
            if number in self.gaps:
                raise sqlite3.DatabaseError("database disk image is malformed")
            yield number, number


@pytest.mark.parametrize(
    ("rows", "gaps"),
    [
        (list(range(20)), {5}),
        (list(range(20)), {0}),
        (list(range(20)), {19}),
        (list(range(20)), {5, 6, 7, 12}),
        (list(range(0, 2000, 10)), {500, 510}),
    ],
)
def test_behind_a_gap_reading_goes_on(rows: list[int], gaps: set[int]) -> None:
    read = read_rows(Gapped(rows, gaps), "t", 1)  # type: ignore[arg-type]
    numbers = [row[0] for row in read if row is not None]
    assert len(numbers) == len(set(numbers)), "no row twice"
    assert None in read and not gaps & set(numbers)
    assert set(numbers) >= {n for n in rows if n < min(gaps) or n > max(gaps)}


def test_a_copy_goes_with_all_that_belongs_to_it(tmp_path: Path) -> None:
    copy, other = tmp_path / "copy.db", tmp_path / "copy.db2"
    for path in (copy, other, *(side(copy, ending) for ending in SIDES)):
        path.write_text("x", encoding="utf-8")
    side(copy, ".stack").mkdir()
    (side(copy, ".stack") / "a.parquet").write_text("x", encoding="utf-8")
    remove_copy(copy)
    assert list(tmp_path.iterdir()) == [other]
    remove_copy(copy)


def test_a_sound_study_is_rescued_whole(talk: Study, tmp_path: Path) -> None:
    passages.mark(talk, "anna", 47, 60)
    talk.close()
    rescued = rescue.rescue(talk.path, tmp_path / "new.db")
    assert (rescued.unreadable, rescued.dropped) == ((), {})
    with closing(sqlite3.connect(talk.path)) as conn:
        tables = [row[0] for row in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        own = {name for name in tables if "_fts" not in name and not name.startswith("sqlite_")}
        counts = {name: conn.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in own}
    assert set(rescued.rows) == own, "tables alone, and none of the index of words"
    assert rescued.rows == {
        name: 0 if name in ("history_now", "vectors", "firmness") else n for name, n in counts.items()
    }
    with studies.open_study(tmp_path / "new.db") as new:
        assert studies.check(new) == [] and [each.quote for each in passages.listing(new)] == ["When a nurse "]
        assert passages.listing(new, query="nurse")
