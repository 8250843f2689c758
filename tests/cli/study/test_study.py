"""Studies from the command line: made, missing, foreign, newer, locked, copied, checked; help and exit codes."""

from __future__ import annotations

import json
import os
import pty
import resource
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from needsseg.cli.program import run
from tests.fixtures.cli_calls import Caller
from tests.fixtures.samples import SAMPLE
from tests.fixtures.wording.common import NO_SUCH
from tests.fixtures.wording.interfaces import INTERNAL_ERROR, INTERRUPTED, NAMES_NO_FILE, NO_TERMINAL
from tests.fixtures.wording.matching import says
from tests.fixtures.wording.study import (
    EXISTS,
    LOCKED,
    NEWER,
    NO_STUDY_AT,
    NOT_A_STUDY,
    NOT_NEEDSSEGS,
    NOT_SOUND,
    NOT_THE_TEXT,
    NOTHING_TO_UNDO,
    SOUND,
    UNDONE,
)

pytest_plugins = ["tests.fixtures.cli_calls"]
PROGRAM = [sys.executable, "-m", "needsseg.cli"]


def test_init_makes_a_private_study_and_says_what_comes_next(empty: Caller) -> None:
    assert empty.study.stat().st_mode & 0o077 == 0
    status = empty.done("status", "--json").json
    assert status["next_step"] == "needsseg import FOLDER"
    assert status["passages"] == {"suggested": 0, "accepted": 0, "rejected": 0}
    assert says(empty.done("status").out, "next: needsseg import FOLDER")


def test_init_leaves_a_study_that_is_there_alone(empty: Caller) -> None:
    before = empty.study.read_bytes()
    again = empty("init")
    assert (again.code, again.out) == (1, "")
    assert says(again.err, "error:", empty.study, EXISTS)
    assert empty.study.read_bytes() == before


def test_a_missing_study_is_named_and_not_made(empty: Caller, tmp_path: Path) -> None:
    missing = tmp_path / "nowhere.db"
    called = empty("interviews", study=missing)
    assert called.code == 1
    error, hint = called.err.splitlines()
    assert says(error, "error:", NO_STUDY_AT, missing) and says(hint, "hint:", "needsseg init", "--study")
    assert not missing.exists()


def test_a_text_file_is_no_study(empty: Caller, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("These are notes, and no study at all.")
    called = empty("status", study=file)
    assert called.code == 1
    assert says(called.err, file, NOT_A_STUDY)


def test_another_programs_sqlite_file_is_no_study_and_stays_as_it_is(empty: Caller, tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    with sqlite3.connect(file) as conn:
        conn.execute("CREATE TABLE bookmarks (url TEXT)")
    before = file.read_bytes()
    called = empty("status", study=file)
    assert called.code == 1
    assert says(called.err, file, NOT_NEEDSSEGS)
    assert file.read_bytes() == before


def test_a_study_of_a_newer_program_is_not_touched(needsseg: Caller) -> None:
    conn = sqlite3.connect(needsseg.study)
    conn.execute("PRAGMA user_version = 99")
    conn.close()
    called = needsseg("interviews")
    assert called.code == 1
    assert says(called.err, NEWER, "version 99")
    assert says(called.err, "hint:", "upgrade")


def test_a_locked_study_is_said_to_be_locked(needsseg: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("needsseg.study.file.waiting.BUSY_SECONDS", 0.05)
    other = sqlite3.connect(needsseg.study, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    called = needsseg("role", "gus-petrakis", "Gus Petrakis", "other")
    other.execute("ROLLBACK")
    other.close()
    assert called.code == 1
    assert says(called.err, "error:", needsseg.study, LOCKED, "hint:")


def test_a_damaged_study_is_told_by_check(needsseg: Caller) -> None:
    conn = sqlite3.connect(needsseg.study)
    conn.execute("UPDATE turns SET words = 'never said' WHERE id = 1")
    conn.commit()
    conn.close()
    called = needsseg("check", "--json")
    assert called.code == 1
    (problem,) = called.json
    assert says(problem, "turns 1", "words", NOT_THE_TEXT)
    assert says(called.err, NOT_SOUND)


def test_a_sound_study_passes_the_check(needsseg: Caller) -> None:
    called = needsseg.done("check", "--json")
    assert called.json == []
    assert says(called.err, SOUND)


def test_backup_copies_the_whole_study_once(needsseg: Caller, tmp_path: Path) -> None:
    needsseg.done("backup", tmp_path / "copy.db")
    rows = needsseg.done("interviews", "--json").json
    assert needsseg("interviews", "--json", study=tmp_path / "copy.db").json == rows
    again = needsseg("backup", tmp_path / "copy.db")
    assert again.code == 1
    assert says(again.err, EXISTS)


def test_the_study_comes_from_the_option_before_or_after_then_the_environment(
    needsseg: Caller, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NEEDSSEG_STUDY", str(needsseg.study))
    assert run(["status"]) == 0
    assert run(["status", "--study", "elsewhere.db"]) == 1
    assert says(capsys.readouterr().err, NO_STUDY_AT, "elsewhere.db")
    assert run(["--study", "elsewhere.db", "status", "--study", str(needsseg.study)]) == 0
    monkeypatch.delenv("NEEDSSEG_STUDY")
    assert run(["status"]) == 1
    assert says(capsys.readouterr().err, NO_STUDY_AT, "needsseg.db")


def test_history_undo_and_redo(needsseg: Caller) -> None:
    (imported,) = needsseg.done("history", "--json").json
    assert says(imported["summary"], "imported", "4 interviews")
    assert says(needsseg.done("undo").err, UNDONE, imported["summary"])
    assert needsseg.done("interviews", "--json").json == []
    nothing = needsseg("undo")
    assert nothing.code == 1 and says(nothing.err, "error:", NOTHING_TO_UNDO)
    needsseg.done("redo")
    assert len(needsseg.done("interviews", "--json").json) == 4
    (entry,) = needsseg.done("history", "--json", "--limit", 1).json
    assert entry.keys() == {"id", "action", "summary", "actor", "at", "state", "rows", "program"}
    assert entry["state"] == "done"


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["interveiws"], (NO_SUCH, "command", "interveiws", "hint:", "interviews")),
        (["xyzzy"], (NO_SUCH, "command", "xyzzy", "hint:", "needsseg --help")),
        (["discover", "--sed", "1"], ("No such option", "--sed")),
        (["segment"], ("Missing command", "hint:", "needsseg segment --help")),
        (["show"], ("Missing argument", "KEY")),
        (["--progress", "loud", "status"], ("loud", "auto", "json", "none")),
        (["--study", "", "status"], ("--study", NAMES_NO_FILE)),
    ],
)
def test_wrong_usage_exits_2_with_one_error_and_one_hint(
    args: list[str], words: tuple[object, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(args) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: ")
    assert says(err, *words)
    assert "Traceback" not in err


@pytest.mark.parametrize("args", [["nope"], ["discover", "--bogus"], ["segment"], ["interviews"]])
def test_with_json_progress_errors_are_json_lines(args: list[str], empty: Caller, tmp_path: Path) -> None:
    called = empty("--progress", "json", *args, study=tmp_path / "nowhere.db")
    (line,) = called.err.splitlines()
    advised = {"advice"} if args == ["interviews"] else set()  # in whose hint a command stands
    assert json.loads(line).keys() == {"error", "hint"} | advised
    assert called.out == ""


def test_a_traceback_is_shown_with_debug_only(empty: Caller, tmp_path: Path) -> None:
    missing = tmp_path / "nowhere.db"
    assert "Traceback" not in empty("status", study=missing).err
    assert "Traceback" in empty("--debug", "status", study=missing).err
    assert "Traceback" in empty("status", "--debug", study=missing).err


def test_a_fault_of_the_program_is_told_without_traceback(needsseg: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("by nought")

    monkeypatch.setattr("needsseg.actions.transcripts.interviews.listing", broken)
    called = needsseg("interviews")
    assert called.code == 1
    error, hint = called.err.splitlines()
    assert says(error, "error:", INTERNAL_ERROR, "ZeroDivisionError: by nought") and says(hint, "hint:", "report")
    assert "Traceback" not in called.err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_interrupted_import_exits_130_and_changes_nothing(
    empty: Caller, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    from needsseg import transcripts

    read, seen = transcripts.read_all, []

    def interrupted_at_the_third(*args: object) -> object:
        seen.append(args)
        if len(seen) == 3:
            os.kill(os.getpid(), number)
        return read(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(transcripts, "read_all", interrupted_at_the_third)
    # A shell starts what it puts in the background with SIGINT ignored, and everything below inherits that.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        called = empty("import", SAMPLE / "transcripts")
    finally:
        signal.signal(signal.SIGINT, before)
    assert called.code == 130
    error, hint = called.err.splitlines()
    assert says(error, "error:", INTERRUPTED) and says(hint, "hint:", "study")
    assert empty.done("interviews", "--json").json == []
    assert empty.done("history", "--json").json == []


def test_a_reader_that_stops_early_is_no_error(needsseg: Caller) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*PROGRAM, "--study", str(needsseg.study), "show", "gus-petrakis"],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_full_disk_below_stdout_is_an_error(needsseg: Caller, tmp_path: Path) -> None:
    largest, devices = 1 << 30, [Path(name) for name in ("/dev/full",) if Path(name).exists()]

    def limit_file_size() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))

    for path, told in [
        (tmp_path / "out.txt", "File too large"),
        *((full, "No space left on device") for full in devices),
    ]:
        with path.open("wb", buffering=0) as full:
            if path not in devices:
                full.seek(largest)  # not a byte fits behind this, and the file itself takes no room
            done = subprocess.run(
                [*PROGRAM, "--study", str(needsseg.study), "interviews"],
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                preexec_fn=limit_file_size,
            )
        assert (done.returncode, done.stderr) == (1, f"error: {told}.\n")


def test_without_a_command_and_without_a_terminal_help_is_printed(tmp_path: Path) -> None:
    done = subprocess.run(PROGRAM, cwd=tmp_path, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 0
    assert done.stdout.startswith("Usage: needsseg [OPTIONS] [COMMAND]")
    assert list(tmp_path.iterdir()) == []


def test_without_a_command_in_a_terminal_a_missing_study_is_named_and_not_made(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    environ = {name: value for name, value in os.environ.items() if name != "NEEDSSEG_STUDY"}
    done = subprocess.run(
        PROGRAM, cwd=tmp_path, stdin=theirs, stdout=theirs, stderr=subprocess.PIPE, text=True, env=environ
    )
    os.close(theirs)
    os.close(ours)
    assert done.returncode == 1
    assert says(done.stderr, NO_STUDY_AT, "needsseg.db", "hint:", "needsseg init")
    assert list(tmp_path.iterdir()) == []


def test_the_app_asks_for_a_terminal(needsseg: Caller) -> None:
    called = needsseg("app")
    assert called.code == 2 and says(called.err.splitlines()[0], "error:", NO_TERMINAL)


def test_version_and_both_spellings_of_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("needsseg 0.")
    assert run(["-h"]) == run(["segment", "merge", "--help"]) == 0
    assert says(capsys.readouterr().out, "Exit codes: 0")
