"""Studies that are damaged or not as needsseg makes them: named at opening, rescued as far as they can be read."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from needsseg.actions.coding import passages
from needsseg.actions.study import studies
from needsseg.actions.transcripts import interviews
from needsseg.errors import StudyError
from needsseg.study.connection import Study
from needsseg.study.file import faults, restore, schema
from needsseg.study.file.private import side
from tests.fixtures.studies.study_files import write_notes
from tests.fixtures.wording.matching import refuses


def test_rescue_saves_what_is_readable(talk: Study, tmp_path: Path) -> None:
    passages.mark(talk, "anna", 47, 60)
    talk.close()
    whole = studies.rescue(talk.path, tmp_path / "whole.db")
    assert whole.unreadable == () and whole.dropped == {} and whole.rows["passages"] == 1
    with studies.open_study(whole.path) as study:
        assert studies.check(study) == [] and passages.listing(study)[0].quote
        passages.mark(study, "anna", 61, 70)
    with closing(sqlite3.connect(talk.path)) as conn:
        page = conn.execute("SELECT rootpage FROM sqlite_master WHERE name = 'turns'").fetchone()[0]
    content = bytearray(talk.path.read_bytes())
    content[4096 * (page - 1) : 4096 * page] = b"\xff" * 4096
    talk.path.write_bytes(content)
    done = studies.rescue(talk.path, tmp_path / "saved.db")
    assert done.unreadable == ("turns",) and done.rows["passages"] == 1 and done.rows["interviews"] == 1
    with studies.open_study(done.path) as study:
        assert [row.key for row in interviews.listing(study)] == ["anna"]
    assert talk.path.read_bytes() == bytes(content)
    with refuses(StudyError, "saved.db", "exists already"):
        studies.rescue(talk.path, tmp_path / "saved.db")
    write_notes(talk.path)
    with refuses(StudyError, "list of its tables", "needsseg backups"):
        studies.rescue(talk.path, tmp_path / "none.db")
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize("statement", ["CREATE VIEW mine AS SELECT 1", "DROP TABLE memos"])
def test_a_study_that_is_not_as_needsseg_makes_it_is_named_at_opening(talk: Study, statement: str) -> None:
    talk.close()
    with closing(sqlite3.connect(talk.path)) as conn:
        conn.execute(statement)
    with refuses(StudyError, "study.db", statement.split()[2], "rescue"):
        studies.open_study(talk.path)


def test_a_trigger_that_is_not_ours_is_named_and_not_rescued(talk: Study, tmp_path: Path) -> None:
    talk.close()
    with closing(sqlite3.connect(talk.path)) as conn:
        conn.execute("CREATE TRIGGER odd AFTER INSERT ON codes BEGIN DELETE FROM interviews; END")
    with refuses(StudyError, "study.db", "trigger", "odd"):
        studies.open_study(talk.path)
    with studies.open_study(studies.rescue(talk.path, tmp_path / "new.db").path) as study:
        assert len(interviews.listing(study)) == 1


def test_the_quick_look_knows_every_table_and_trigger_of_a_new_study(study: Study) -> None:
    assert schema.quick_faults(study.conn) == schema.shape_faults(study.conn) == []
    study.conn.execute("ALTER TABLE memos RENAME TO notes")
    assert any("memos" in told for told in schema.shape_faults(study.conn))


def json_columns(study: Study) -> list[tuple[str, str, str]]:
    return [
        (t, c, k)
        for t, c, k in faults.JSON_COLUMNS
        if study.db.table(t).exists() and c in study.db.table(t).columns_dict
    ]


def test_every_column_that_is_read_as_json_is_checked(talk: Study) -> None:
    """Each name in the list is one of a study; a value that is no JSON, or JSON of another type, is named with its place."""
    assert len(json_columns(talk)) == len(faults.JSON_COLUMNS)
    for broken in ("{not json", json.dumps("a text")):
        talk.conn.execute("UPDATE participants SET attributes = ? WHERE id = 1", [broken])
        (told,) = faults.content_faults(talk.conn)
        assert "participants row 1" in told and "attributes" in told


def test_a_log_is_looked_at_only_where_nobody_has_the_study_open(talk: Study) -> None:
    passages.mark(talk, "anna", 47, 60)
    assert side(talk.path, "-wal").stat().st_size
    restore.check_log(talk.path)
    passages.mark(talk, "anna", 61, 70)
    child = "import sys; from pathlib import Path; from needsseg.study.file import restore; restore.check_log(Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", child, talk.path], check=True)
    assert studies.check(talk) == []
