"""Backups made by themselves, restoring, rescuing, erasing everywhere, and a study that was moved or cannot be written."""

import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from needsseg.actions.coding import codebook, passages
from needsseg.actions.study import studies
from needsseg.actions.transcripts import importing, interviews
from needsseg.cli.fixes import worded
from needsseg.errors import Fix, StudyError, UsageError
from needsseg.study import connection, opening
from needsseg.study.connection import Study
from needsseg.study.file import backups, copies, erasing, faults, leftovers, restore, schema, watched_places
from needsseg.study.file.copies import AUTOMATIC, Backup
from needsseg.study.file.private import private_place, side, writing_folder
from tests.fixtures.samples import SHORT_TALK
from tests.fixtures.wording import refuses, says


def _mark(path: Path, start: int, end: int) -> int:
    with studies.open_study(path) as study:
        return passages.mark(study, "anna", start, end)


def _marks(path: Path) -> int:
    with studies.open_study(path) as study:
        return len(passages.listing(study))


def _crashed(study: Study, into: Path) -> Path:
    """A copy of an open study with its log, as a program that was killed leaves it."""
    into.mkdir()
    for ending in ("", "-wal"):
        shutil.copy(side(study.path, ending), into / f"study.db{ending}")
    study.close()
    return into / "study.db"


def _automatic(path: Path) -> list[Backup]:
    return [copy for copy in studies.backups(path) if copy.kind == AUTOMATIC]


def test_a_backup_is_made_before_the_first_change_of_a_sitting_and_none_where_one_only_reads(talk: Study) -> None:
    talk.close()
    with studies.open_study(talk.path) as study:
        passages.listing(study)
        assert studies.backups(talk.path) == [] and not private_place(talk.path).exists()
        passages.mark(study, "anna", 47, 60)
        passages.mark(study, "anna", 61, 70)
    (copy,) = _automatic(talk.path)
    assert _marks(copy.path) == 0
    assert stat.S_IMODE(copy.path.stat().st_mode) == 0o600
    assert (
        stat.S_IMODE(private_place(talk.path).stat().st_mode) == stat.S_IMODE(copy.path.parent.stat().st_mode) == 0o700
    )
    with studies.open_study(talk.path) as study, pytest.raises(KeyError), study.action("nothing"):
        raise KeyError
    assert [_marks(each.path) for each in _automatic(talk.path)] == [2, 0]
    with studies.open_study(talk.path) as study, pytest.raises(KeyError), study.action("nothing"):
        raise KeyError
    assert len(_automatic(talk.path)) == 2, "nothing was changed since"


def test_settings_decide_how_many_are_kept(talk: Study) -> None:
    talk.close()
    settings = talk.path.with_name("needsseg.toml")
    settings.write_text("backups = 0\n", encoding="utf-8")
    _mark(talk.path, 47, 50)
    assert _automatic(talk.path) == []
    settings.write_text("backups = 2\nbackup_days = 0\n", encoding="utf-8")
    for start in (51, 55, 60, 65):
        _mark(talk.path, start, start + 3)
    assert [_marks(each.path) for each in _automatic(talk.path)] == [4, 3]
    settings.write_text("backups = -1\n", encoding="utf-8")
    with refuses(UsageError, "backups", "-1"):
        studies.open_study(talk.path)


def test_the_newest_and_one_a_day_are_kept() -> None:
    now = datetime(2026, 3, 20, 12, tzinfo=UTC)
    made = [now - timedelta(hours=5 * number) for number in range(100)]
    copies = [Backup(Path(f"{number}.db"), at, AUTOMATIC, 1) for number, at in enumerate(made)]
    dropped = {copy.path for copy in backups.outdated(copies, 10, 14, now)}
    kept = [copy for copy in copies if copy.path not in dropped]
    assert kept[:10] == copies[:10]
    days = [copy.made_at.date() for copy in kept[10:]]
    assert len(days) == len(set(days)) and max(now - copy.made_at for copy in kept) < timedelta(days=14)
    assert {copy.made_at.date() for copy in kept} >= {(now - timedelta(days=back)).date() for back in range(14)}
    assert backups.outdated([Backup(Path("x.db"), now - timedelta(days=99), "before-restore", 1)], 0, 0, now) == []


def test_a_backup_takes_account_data_along_and_restoring_brings_it_back(talk: Study, tmp_path: Path) -> None:
    talk.stack.mkdir()
    (talk.stack / "accounts-1.parquet").write_bytes(b"rows")
    copy = studies.backup(talk, tmp_path / "copy.db")
    assert (tmp_path / "copy.db.stack" / "accounts-1.parquet").read_bytes() == b"rows"
    talk.close()
    shutil.rmtree(talk.stack)
    _mark(talk.path, 47, 60)
    done = studies.restore(talk.path, copy)
    assert (talk.stack / "accounts-1.parquet").read_bytes() == b"rows"
    assert _marks(talk.path) == 0 and not done.was_damaged
    assert done.previous is not None and _marks(done.previous) == 1
    studies.restore(talk.path, Path(done.previous.name))
    assert _marks(talk.path) == 1


def test_a_failed_backup_leaves_nothing_behind(talk: Study, tmp_path: Path) -> None:
    (tmp_path / "there.db.stack").mkdir()
    before = sorted(path.name for path in tmp_path.iterdir())
    for target in (tmp_path / "missing" / "copy.db", tmp_path / "there.db"):
        with refuses(StudyError, target.name):
            studies.backup(talk, target)
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_program_that_has_the_study_open_sees_the_restored_state(talk: Study, tmp_path: Path) -> None:
    copy = studies.backup(talk, tmp_path / "copy.db")
    passages.mark(talk, "anna", 47, 60)
    studies.restore(talk.path, copy)
    assert passages.listing(talk) == [] and talk.place_fault() == ""
    passages.mark(talk, "anna", 61, 70)
    assert studies.check(talk) == []


def _text(path: Path) -> None:
    path.write_text("these are notes", encoding="utf-8")


def _songs(path: Path) -> None:
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("CREATE TABLE songs (title TEXT)")


def _newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("PRAGMA user_version = 99")


def _holes(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 30] = b"\xff" * (4096 * 27)
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [(_text, "cannot be read"), (_songs, "not a needsseg study"), (_newer, "99"), (_holes, "damaged")],
)
def test_what_is_no_sound_study_is_not_restored(talk: Study, tmp_path: Path, spoil: object, says: str) -> None:
    copy = tmp_path / "copy.db"
    if spoil not in (_text, _songs):
        studies.backup(talk, copy)
    spoil(copy)  # type: ignore[operator]
    before = talk.path.read_bytes()
    with refuses(StudyError, "copy.db", "cannot be restored", says):
        studies.restore(talk.path, copy)
    with refuses(StudyError, "no backup at", "needsseg backups"):
        studies.restore(talk.path, tmp_path / "nowhere.db")
    assert talk.path.read_bytes() == before


def test_a_database_of_another_program_is_not_overwritten(talk: Study, tmp_path: Path) -> None:
    _songs(tmp_path / "other.db")
    before = (tmp_path / "other.db").read_bytes()
    with refuses(StudyError, "other.db", "not a needsseg study"):
        studies.restore(tmp_path / "other.db", talk.path)
    assert (tmp_path / "other.db").read_bytes() == before


def test_a_damaged_study_is_recognised_at_opening_and_the_newest_backup_offered_and_restored(
    talk: Study, tmp_path: Path
) -> None:
    talk.close()
    _mark(talk.path, 47, 60)
    _mark(talk.path, 61, 70)
    newest = _automatic(talk.path)[0].path
    _holes(talk.path)
    with pytest.raises(StudyError) as told:
        studies.open_study(talk.path)
    assert "damaged" in told.value.message
    assert told.value.hint.fixes == (Fix.RESTORE, Fix.RESCUE) and f"restore {newest}" in worded(told.value.hint)
    done = studies.restore(talk.path, newest)
    assert done.was_damaged and _marks(talk.path) == 1
    assert done.previous is not None and copies.fault_of(done.previous)
    assert studies.backups(talk.path)[0].kind == "damaged"


def test_a_backup_copied_over_a_study_after_a_crash_is_recognised_and_mended(talk: Study, tmp_path: Path) -> None:
    copy = studies.backup(talk, tmp_path / "copy.db")
    long = tmp_path / "bea.txt"
    long.write_text("Interviewer: So?\n\nBea: " + "words and more words. " * 3_000, encoding="utf-8")
    importing.import_transcripts(talk, [long])
    assert talk.fold_log()
    passages.mark(talk, "anna", 47, 60)
    path = _crashed(talk, tmp_path / "crashed")
    whole = tmp_path / "whole"
    shutil.copytree(path.parent, whole)
    assert _marks(whole / "study.db") == 1, "a log that belongs to its file is folded in"
    shutil.copy(copy, path)
    before = {file.name: file.read_bytes() for file in path.parent.iterdir()}
    with refuses(StudyError, "study.db-wal", "replaced", f"restore {path}"):
        studies.open_study(path)
    assert {file.name: file.read_bytes() for file in path.parent.iterdir()} == before
    done = studies.restore(path, path)
    assert _marks(path) == 0
    assert done.previous is not None and side(done.previous, "-wal").read_bytes() == before["study.db-wal"]


def test_restoring_over_a_crashed_study_takes_care_of_its_log(talk: Study, tmp_path: Path) -> None:
    copy = studies.backup(talk, tmp_path / "copy.db")
    passages.mark(talk, "anna", 47, 60)
    path = _crashed(talk, tmp_path / "crashed")
    done = studies.restore(path, copy)
    assert _marks(path) == 0 and done.previous is not None and _marks(done.previous) == 1
    path.unlink()
    studies.restore(path, copy)
    assert _marks(path) == 0


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
    _text(talk.path)
    with refuses(StudyError, "list of its tables", "needsseg backups"):
        studies.rescue(talk.path, tmp_path / "none.db")
    assert not (tmp_path / "none.db").exists()


def _files_with(word: bytes, folder: Path) -> list[str]:
    return [str(file) for file in folder.rglob("*") if file.is_file() and word in file.read_bytes()]


def test_forgotten_words_are_erased_from_every_place_beside_the_study(talk: Study, tmp_path: Path) -> None:
    talk.close()
    _mark(talk.path, 47, 116)
    _mark(talk.path, 47, 60)
    shutil.copy(talk.path, side(talk.path, ".before-migration-3"))
    merging = private_place(talk.path) / "tmp" / ".merging-x.needsseg-tmp"
    merging.mkdir(parents=True)
    shutil.copy(talk.path, merging / "theirs.db")
    (talk.path.parent / f".report.md.{_ended()}.partial").write_text("When a nurse calls in sick", encoding="utf-8")
    with studies.open_study(talk.path) as study:
        own = studies.backup(study, tmp_path / "elsewhere.db")
        erased = importing.forget_interview(study, "anna")
        assert erased == importing.Erased((), (own,))
    own.unlink()
    (tmp_path / "anna.txt").unlink()
    assert _files_with(b"nurse", talk.path.parent) == []


def _ended() -> int:
    """The number of a process that has ended."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def test_erasing_that_was_cut_short_is_finished_at_the_next_start_and_told(
    talk: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    with studies.open_study(talk.path) as study:
        passages.mark(study, "anna", 47, 60)
    assert _automatic(talk.path)
    monkeypatch.setattr(erasing, "_erase_elsewhere", lambda _: [])  # as if the program had ended there
    with studies.open_study(talk.path) as study:
        importing.forget_interview(study, "anna")
    monkeypatch.undo()
    assert _automatic(talk.path)
    with studies.open_study(talk.path) as study:
        (told,) = study.notices
        assert says(told, "erasing", "finished")
    assert not _automatic(talk.path)
    with studies.open_study(talk.path) as study:
        assert study.notices == []


def test_words_that_another_open_transaction_keeps_are_told(talk: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "FOLD_SECONDS", 0.05)
    with closing(sqlite3.connect(talk.path, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM interviews").fetchone()
        erased = importing.forget_interview(talk, "anna")
        assert len(erased.remaining) == 1 and says(erased.remaining[0], "study.db-wal", "needsseg --study", "check")
    talk.close()
    (talk.path.parent / "anna.txt").unlink()
    assert _files_with(b"nurse", talk.path.parent) == []


def test_what_an_engine_spilled_is_listed_and_removed_at_the_next_start(talk: Study) -> None:
    left = talk.stack / ".spill-killed.needsseg-tmp"
    left.mkdir(parents=True)
    (left / "memory").write_bytes(b"personal")
    assert [str(left) in told for told in studies.check(talk)] == [True]
    studies.open_study(talk.path).close()
    assert not left.exists() and studies.check(talk) == []


def test_check_lists_leftovers_until_the_next_start(talk: Study) -> None:
    left = talk.path.parent / f".out.csv.{_ended()}.partial"
    left.write_text("half", encoding="utf-8")
    used = talk.path.parent / f".out.csv.{os.getpid()}.partial"
    used.write_text("half", encoding="utf-8")
    (told,) = studies.check(talk)
    assert str(left) in told
    with studies.open_study(talk.path) as study:
        assert studies.check(study) == []
    assert not left.exists() and used.exists()
    used.unlink()


def test_check_lists_where_a_killed_program_wrote_files_and_the_next_start_cleans_up(
    talk: Study, tmp_path: Path
) -> None:
    out = tmp_path / "exports" / "out.csv"
    out.parent.mkdir()
    with leftovers.writing_to(talk, out):
        (note,) = writing_folder(talk.path).iterdir()
        shutil.copytree(note, note.with_name(".writing-killed.needsseg-tmp"))
    left = out.parent / f".out.csv.{_ended()}.partial"
    left.write_text("personal")
    assert [str(left) in told for told in studies.check(talk)].count(True) == 1
    with studies.open_study(talk.path) as study:
        assert studies.check(study) == []
    assert list(out.parent.iterdir()) == []
    with leftovers.writing_to(talk, out), studies.open_study(talk.path) as study:
        assert studies.check(study) == [], "somebody who writes just now left nothing"


@pytest.mark.parametrize("what", ["moved", "deleted", "replaced"])
def test_nothing_is_acknowledged_where_the_file_was_moved_deleted_or_replaced(
    talk: Study, tmp_path: Path, what: str
) -> None:
    passages.mark(talk, "anna", 47, 60)
    copy = studies.backup(talk, tmp_path / "copy.db")
    if what == "deleted":
        talk.path.unlink()
    else:
        talk.path.rename(tmp_path / "moved.db")
    if what == "replaced":
        shutil.copy(copy, talk.path)
    assert what in talk.place_fault()
    with refuses(StudyError, "study.db", what, "nothing was changed"):
        passages.mark(talk, "anna", 61, 70)
    assert len(passages.listing(talk)) == 1
    saved = studies.backup(talk, tmp_path / "saved.db")
    talk.close()
    assert _marks(saved) == 1


@pytest.mark.parametrize("colleague", [True, False], ids=["a colleague wrote too", "alone"])
def test_a_backup_copied_over_an_open_study_is_noticed_and_nothing_acknowledged_is_lost(
    talk: Study, tmp_path: Path, colleague: bool
) -> None:
    copy = studies.backup(talk, tmp_path / "copy.db")
    passages.mark(talk, "anna", 47, 60)
    assert talk.fold_log() and talk.place_fault() == ""
    if colleague:
        with studies.open_study(talk.path) as theirs:
            passages.mark(theirs, "anna", 80, 90)
    os.utime(talk.path)
    assert talk.place_fault() == "", "its time alone says nothing"
    shutil.copyfile(copy, talk.path)
    with refuses(StudyError, "study.db", "replaced", "nothing was changed"):
        passages.mark(talk, "anna", 61, 70)
    with refuses(StudyError, "study.db", "replaced"):
        studies.remember_place(talk, "app", {"mode": "code"})
    saved = studies.backup(talk, tmp_path / "saved.db")
    talk.close()
    assert talk.path.read_bytes() == copy.read_bytes(), "its log is not mixed into the file that was copied there"
    assert _marks(saved) == 1 + colleague
    with studies.open_study(saved) as study:
        assert studies.check(study) == []


def test_a_copy_of_all_that_the_file_held_changes_nothing(talk: Study, tmp_path: Path) -> None:
    copy = studies.backup(talk, tmp_path / "copy.db")
    passages.mark(talk, "anna", 47, 60)
    shutil.copyfile(copy, talk.path)
    passages.mark(talk, "anna", 61, 70)
    path = talk.path
    talk.close()
    with studies.open_study(path) as study:
        assert len(passages.listing(study)) == 2 and studies.check(study) == []


def test_a_copy_from_before_studies_were_marked_is_noticed_and_a_new_mark_is_no_other_file(
    talk: Study, tmp_path: Path
) -> None:
    copy = studies.backup(talk, tmp_path / "copy.db")
    with closing(sqlite3.connect(copy)) as held, held:
        held.execute("DELETE FROM places")
    with closing(sqlite3.connect(copy)) as held:
        held.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with studies.open_study(copy) as older:  # which gives it a mark
        passages.mark(older, "anna", 47, 60)
        assert older.fold_log() and older.place_fault() == ""
        passages.mark(older, "anna", 61, 70)
        assert older.fold_log() and older.place_fault() == ""
    with closing(sqlite3.connect(copy)) as held, held:
        held.execute("DELETE FROM places")
    with closing(sqlite3.connect(copy)) as held:
        held.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert talk.fold_log() and talk.place_fault() == ""
    shutil.copyfile(copy, talk.path)
    assert "replaced" in talk.place_fault()


def test_an_erasing_by_somebody_else_is_no_other_file(talk: Study, tmp_path: Path) -> None:
    (tmp_path / "bea.txt").write_text(SHORT_TALK.replace("Anna", "Bea"), encoding="utf-8")
    importing.import_transcripts(talk, [tmp_path / "bea.txt"])
    for number in range(5):
        codebook.create(talk, f"code {number}")
    assert talk.fold_log() and talk.place_fault() == ""
    with studies.open_study(talk.path) as theirs:
        importing.forget_interview(theirs, "bea")
        assert theirs.fold_log()
    assert talk.place_fault() == ""
    passages.mark(talk, "anna", 47, 60)
    assert talk.fold_log() and talk.place_fault() == ""


def test_where_the_disk_is_full_erasing_says_what_is_left_to_do(
    talk: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_study: Study) -> None:
        raise StudyError("study.db: no room is left on the disk.", "")

    with monkeypatch.context() as broken:
        broken.setattr(Study, "vacuum", full)
        erased = importing.forget_interview(talk, "anna")
    assert says(erased.remaining[0], "no room is left on the disk", "free pages", f"needsseg --study {talk.path} check")
    path = talk.path
    talk.close()
    with studies.open_study(path) as study:
        assert studies.check(study) == [] and interviews.keys(study) == []
        assert study.notices == [studies.ERASED_ON]


def test_another_study_copied_over_an_open_one_is_noticed(talk: Study, tmp_path: Path) -> None:
    with studies.init(tmp_path / "other.db") as other:
        for number in range(9):
            codebook.create(other, f"code {number}")
    assert talk.fold_log() and talk.place_fault() == ""
    shutil.copyfile(tmp_path / "other.db", talk.path)
    assert "replaced" in talk.place_fault()


def test_what_cannot_be_saved_whole_after_the_file_was_overwritten_is_said(talk: Study, tmp_path: Path) -> None:
    passages.mark(talk, "anna", 47, 60)
    assert talk.fold_log()
    talk.execute("PRAGMA cache_size = 1")  # so that nearly nothing of it is held
    talk.execute("PRAGMA shrink_memory")
    with talk.path.open("r+b") as file:
        file.write(os.urandom(talk.path.stat().st_size))
    saved = tmp_path / "saved.db"
    with refuses(StudyError, "study.db", "replaced", "cannot be saved whole", "rescue"):
        studies.backup(talk, saved)
    assert not saved.exists()
    talk.close()


def test_what_sqlite_itself_writes_is_never_taken_for_another_files_content(talk: Study) -> None:
    def write(study: Study, whose: str) -> None:
        study.execute("PRAGMA wal_autocheckpoint = 3")
        for number in range(40):
            studies.remember_place(study, f"{whose} {number % 5}", {"words": whose * 900})
            assert study.place_fault() == ""

    def colleague() -> None:
        with studies.open_study(talk.path) as study:
            write(study, "theirs")

    with ThreadPoolExecutor(1) as pool:
        theirs = pool.submit(colleague)
        write(talk, "own")
        theirs.result()
    assert talk.fold_log() and talk.place_fault() == ""
    talk.vacuum()
    assert talk.place_fault() == ""


def test_after_a_crash_an_overwritten_file_is_noticed_too(talk: Study, tmp_path: Path) -> None:
    copy = studies.backup(talk, tmp_path / "copy.db")
    passages.mark(talk, "anna", 47, 60)
    with studies.open_study(_crashed(talk, tmp_path / "crashed")) as study:
        assert study.place_fault() == ""
        shutil.copyfile(copy, study.path)
        assert "replaced" in study.place_fault()


def test_a_study_that_cannot_be_written_can_be_read(
    talk: Study, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    passages.mark(talk, "anna", 47, 60)
    path = _crashed(talk, tmp_path / "medium")
    real = os.access
    monkeypatch.setattr(os, "access", lambda file, mode: mode != os.W_OK and real(file, mode))
    before = {file.name: file.read_bytes() for file in path.parent.iterdir()}
    with studies.open_study(path) as study:
        assert len(passages.listing(study)) == 1 and study.place_fault() == ""
        studies.remember_place(study, "app", {"mode": "code"})
        with refuses(StudyError, "study.db", "only be read", "nothing was changed"):
            passages.mark(study, "anna", 61, 70)
        assert any("only be read" in str(told) for told in studies.warnings(study))
        assert studies.check(study) == []
    assert {file.name: file.read_bytes() for file in path.parent.iterdir()} == before


@pytest.mark.parametrize("text", ["disk I/O error", "unable to open database file", "database or disk is full"])
def test_a_study_on_a_full_disk_can_be_read(talk: Study, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    def full(_conn: sqlite3.Connection) -> None:
        raise sqlite3.OperationalError(text)

    talk.close()
    monkeypatch.setattr(faults, "_is_full", lambda _path: True)
    monkeypatch.setattr(opening, "_to_wal", full)
    with closing(sqlite3.connect(talk.path)) as conn:
        conn.execute("PRAGMA journal_mode = DELETE")
    with studies.open_study(talk.path) as study:
        assert [row.key for row in interviews.listing(study)] == ["anna"]
        with refuses(StudyError, "disk is full", "nothing was changed"):
            passages.mark(study, "anna", 47, 60)


def test_a_failing_automatic_backup_stops_no_change_and_is_told(talk: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> Path:
        raise OSError(28, "No space left on device")

    talk.close()
    monkeypatch.setattr(backups, "new_name", refuse)
    with studies.open_study(talk.path) as study:
        passages.mark(study, "anna", 47, 60)
        assert any("No automatic backup" in str(told) and "No space" in str(told) for told in study.notices)
    assert _marks(talk.path) == 1


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


def _held(study: Study) -> list[tuple[str, str, str]]:
    return [
        (t, c, k)
        for t, c, k in faults.JSON_COLUMNS
        if study.db.table(t).exists() and c in study.db.table(t).columns_dict
    ]


def test_every_column_that_is_read_as_json_is_checked(talk: Study) -> None:
    """Each name in the list is one of a study; a value that is no JSON, or JSON of another type, is named with its place."""
    assert len(_held(talk)) == len(faults.JSON_COLUMNS)
    for broken in ("{not json", json.dumps("a text")):
        talk.conn.execute("UPDATE participants SET attributes = ? WHERE id = 1", [broken])
        (told,) = faults.content_faults(talk.conn)
        assert "participants row 1" in told and "attributes" in told


@pytest.mark.parametrize(
    ("folder", "service"),
    [
        ("OneDrive - Example Ltd", "OneDrive"),
        ("Dropbox (Team)", "Dropbox"),
        ("Mobile Documents", "iCloud"),
        ("Dropboxes", ""),
        ("plain", ""),
    ],
)
def test_synchronised_folders_are_warned_of(tmp_path: Path, folder: str, service: str) -> None:
    path = tmp_path / folder / "deep" / "study.db"
    with studies.init(path) as study:
        assert watched_places.synchronised(path) == service
        assert any(service in str(told) for told in studies.warnings(study)) if service else not studies.warnings(study)


def test_a_log_is_looked_at_only_where_nobody_has_the_study_open(talk: Study) -> None:
    passages.mark(talk, "anna", 47, 60)
    assert side(talk.path, "-wal").stat().st_size
    restore.check_log(talk.path)
    passages.mark(talk, "anna", 61, 70)
    child = "import sys; from pathlib import Path; from needsseg.study.file import restore; restore.check_log(Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", child, talk.path], check=True)
    assert studies.check(talk) == []
