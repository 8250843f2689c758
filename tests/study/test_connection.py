"""A study is one private file: opened, checked, migrated, backed up, and never half-written."""

import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from needsseg.actions.coding import passages
from needsseg.actions.study import studies
from needsseg.actions.transcripts import importing
from needsseg.errors import StudyError
from needsseg.study import history
from needsseg.study.connection import Study
from needsseg.study.file import waiting
from needsseg.study.journal import install_journal
from tests.fixtures.wording.common import NOTHING_CHANGED
from tests.fixtures.wording.matching import refuses, says
from tests.fixtures.wording.study import (
    DISK_FULL,
    EXISTS,
    IS_NO_FILE,
    LOCKED,
    NETWORK_DRIVE,
    NEWER,
    NO_STUDY_AT,
    NOT_A_STUDY,
    NOT_NEEDSSEGS,
    NOT_THE_TEXT,
)


def test_a_study_is_readable_by_its_owner_alone(study: Study) -> None:
    with study.action("touch"):
        study.insert("codes", {"name": "a"})
    for file in study.path.parent.glob("study.db*"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_a_second_init_leaves_the_study_alone(study: Study) -> None:
    before = study.path.read_bytes()
    with refuses(StudyError, EXISTS):
        studies.init(study.path)
    assert study.path.read_bytes() == before


def test_no_study_there(tmp_path: Path) -> None:
    with refuses(StudyError, NO_STUDY_AT, "nothing.db", "needsseg init"):
        studies.open_study(tmp_path / "nothing.db")


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    file = tmp_path / "notes.db"
    file.write_text("these are notes, not a study", encoding="utf-8")
    with refuses(StudyError, NOT_A_STUDY):
        studies.open_study(file)
    assert file.read_text(encoding="utf-8") == "these are notes, not a study"


def test_a_database_of_another_program(tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    other = sqlite3.connect(file)
    other.execute("CREATE TABLE songs (title TEXT)")
    other.close()
    before = file.read_bytes()
    with refuses(StudyError, NOT_NEEDSSEGS):
        studies.open_study(file)
    assert file.read_bytes() == before


def test_a_study_of_a_newer_version_is_not_touched(study: Study) -> None:
    study.conn.execute("PRAGMA user_version = 99")
    study.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    study.close()
    with refuses(StudyError, NEWER, "upgrade"):
        studies.open_study(study.path)


def test_a_damaged_study_is_named(talk: Study) -> None:
    talk.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    talk.close()
    content = bytearray(talk.path.read_bytes())
    content[4096 * 3 : 4096 * 30] = b"\xff" * (4096 * 27)
    talk.path.write_bytes(content)
    with pytest.raises(StudyError, match="damaged|malformed"), studies.open_study(talk.path) as opened:
        found = studies.check(opened)
        raise StudyError("; ".join(found))


def test_a_locked_study_says_so_and_loses_nothing(talk: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "BUSY_SECONDS", 0.05)
    with studies.open_study(talk.path) as second:
        with talk.writing(), refuses(StudyError, LOCKED):
            passages.mark(second, "anna", 55, 70)
        assert passages.listing(second) == []


@pytest.mark.slow
def test_a_full_disk_changes_nothing(talk: Study, tmp_path: Path) -> None:
    pages = talk.conn.execute("PRAGMA page_count").fetchone()[0]
    talk.conn.execute(f"PRAGMA max_page_count = {pages}")
    long = tmp_path / "long.txt"
    long.write_text("Interviewer: So?\n\nBea: " + "words and more words. " * 20_000, encoding="utf-8")
    with refuses(StudyError, "disk", DISK_FULL, NOTHING_CHANGED):
        importing.import_transcripts(talk, [long])
    talk.conn.execute("PRAGMA max_page_count = 1073741823")
    assert [row.key for row in _interviews(talk)] == ["anna"]
    assert studies.check(talk) == []


def _interviews(study: Study) -> list:  # type: ignore[type-arg]
    from needsseg.actions.transcripts import interviews

    return interviews.listing(study)


def test_an_interrupted_action_leaves_no_trace(talk: Study) -> None:
    entries = history.entries(talk)
    with pytest.raises(KeyboardInterrupt), talk.action("half"):
        talk.insert("codes", {"name": "half done"})
        raise KeyboardInterrupt
    assert passages.codebook(talk) == []
    assert history.entries(talk) == entries


@pytest.mark.slow
def test_many_processes_open_a_new_study_at_once(tmp_path: Path) -> None:
    path = tmp_path / "shared.db"
    path.touch(mode=0o600)
    code = (
        "import sys; from pathlib import Path; from needsseg.actions.study.studies import open_study, overview; "
        "print(overview(open_study(Path(sys.argv[1]))).interviews)"
    )
    opened = [subprocess.Popen([sys.executable, "-c", code, path], stdout=subprocess.PIPE, text=True) for _ in range(8)]
    assert [(process.communicate()[0].strip(), process.returncode) for process in opened] == [("0", 0)] * 8


@pytest.mark.slow
def test_a_second_look_from_within_takes_no_lock_away(talk: Study) -> None:
    """Opening and closing the study again in one process, then using it from another, leaves the log in place."""
    passages.mark(talk, "anna", 47, 60)
    studies.open_study(talk.path).close()
    code = (
        "import sys; from pathlib import Path; from needsseg.actions.study.studies import open_study; "
        "open_study(Path(sys.argv[1])).close()"
    )
    subprocess.run([sys.executable, "-c", code, talk.path], check=True)
    assert talk.path.with_name("study.db-wal").exists(), "another program folded the log away under an open study"
    passages.mark(talk, "anna", 62, 70)
    seen = "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('SELECT count(*) FROM passages').fetchone()[0])"
    done = subprocess.run([sys.executable, "-c", seen, talk.path], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "2"


def test_a_folder_is_no_study(tmp_path: Path) -> None:
    with refuses(StudyError, IS_NO_FILE):
        studies.open_study(tmp_path)


def test_a_backup_is_whole_private_and_never_overwrites(talk: Study, tmp_path: Path) -> None:
    copy = studies.backup(talk, tmp_path / "copy.db")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with studies.open_study(copy) as opened:
        assert [row.key for row in _interviews(opened)] == ["anna"]
        assert studies.check(opened) == []
    with refuses(StudyError, EXISTS):
        studies.backup(talk, copy)


def test_check_finds_a_quote_that_was_tampered_with(talk: Study) -> None:
    passages.mark(talk, "anna", 55, 70)
    talk.conn.execute("DROP TRIGGER passages_quote_update")
    talk.conn.execute("UPDATE passages SET quote = 'never said'")
    talk.conn.commit()
    (problem,) = studies.check(talk)
    assert says(problem, "passages 1", "quote", NOT_THE_TEXT)


@pytest.mark.parametrize(
    ("mounts", "expected"),
    [("dev / ext4 rw 0 0\nserver:/x {0} nfs4 rw 0 0\n", f"{NETWORK_DRIVE} (nfs4)"), ("dev / ext4 rw 0 0\n", "")],
)
def test_a_network_drive_is_warned_of(
    study: Study, mounts: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = mounts.format(study.path.parent)
    real = Path.read_text
    monkeypatch.setattr(Path, "read_text", lambda self, **kw: text if str(self) == "/proc/mounts" else real(self, **kw))
    monkeypatch.setattr(Path, "exists", lambda _self: True)
    warnings = " ".join(study.warnings())
    assert expected in warnings if expected else warnings == ""


def test_the_journal_covers_every_column_of_every_table(study: Study) -> None:
    """A table rebuilt by ``transform()`` loses its triggers; installing them again brings the journal back."""
    study.db.table("codes").transform(rename={"color": "colour"})
    assert not [t for t in study.db.triggers if t.name == "journal_codes_insert"]
    install_journal(study.db)
    with study.action("code"):
        study.insert("codes", {"name": "a", "colour": "red"})
    history.undo(study)
    history.redo(study)
    assert [tuple(row) for row in study.rows("SELECT name, colour FROM codes")] == [("a", "red")]


def test_rows_are_read_once_until_something_changes(study: Study) -> None:
    sent: list[str] = []
    asked = "SELECT name FROM codes ORDER BY name"
    study.conn.set_trace_callback(sent.append)
    with study.reading_once():
        assert study.rows(asked) == study.rows(asked) == []
        assert study.rows("SELECT ? AS n", [1])[0]["n"] != study.rows("SELECT ? AS n", [2])[0]["n"]
        with study.reading_once():
            study.rows(asked).append(study.rows("SELECT 1")[0])
        assert study.rows(asked) == [], "what one reader does to its rows is not seen by another"
        assert sent.count(asked) == 1
        with study.action("touch"):
            study.insert("codes", {"name": "a"})
            assert [row["name"] for row in study.rows(asked)] == ["a"]
        assert [row["name"] for row in study.rows(asked)] == ["a"]
        with pytest.raises(ZeroDivisionError), study.action("touch"):
            study.insert("codes", {"name": "b"})
            assert len(study.rows(asked)) == 2
            raise ZeroDivisionError
        assert [row["name"] for row in study.rows(asked)] == ["a"], "what was not written is not remembered"
    before = sent.count(asked)
    assert study.rows(asked) and study.rows(asked) and sent.count(asked) == before + 2


def test_the_history_has_another_version_after_each_change(study: Study) -> None:
    versions = [history.version(study)]
    assert history.version(study) == versions[0]
    for name in "ab":
        with study.action("touch"):
            study.insert("codes", {"name": name})
        versions.append(history.version(study))
    history.undo(study)
    versions.append(history.version(study))
    history.redo(study)
    versions.append(history.version(study))
    assert len(set(versions[:4])) == 4
    with studies.open_study(study.path) as other, other.action("touch"):
        other.insert("codes", {"name": "c"})
    assert history.version(study) not in versions
