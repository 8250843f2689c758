"""recording and listen: ties by command, and a player that is started with what it needs and no more."""

from __future__ import annotations

import shlex
import sys
import time
from pathlib import Path

import pytest

from needsseg.operating_system import start_detached
from tests.fixtures.cli_calls import Caller
from tests.fixtures.recordings import HOSTILE_NAMES, stand_in, started_with, tone
from tests.fixtures.wording.transcripts import ENDED_AT_ONCE, NO_TIME_HERE, NOT_THERE, NOT_TIED

pytest_plugins = ["tests.fixtures.cli_calls"]
INES, GUS = "ines-carvalho", "gus-petrakis"


@pytest.fixture
def player(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for a player, as the setting names it."""
    program = stand_in(tmp_path / "my player")
    monkeypatch.setenv("NEEDSSEG_PLAYER", f'"{program}" --from={{start}} {{file}}')
    return program


def passage_of(needsseg: Caller, interview: str) -> dict[str, int]:
    """A passage marked within a turn, and the start of that turn in milliseconds."""
    shown = needsseg.done("show", interview, "--json").json
    turn = next(t for t in shown["turns"] if t["role"] == "participant" and t["end"] - t["start"] > 90)
    called = needsseg.done("mark", interview, turn["start"] + 20, turn["end"] - 20)
    return {"id": int(called.out), "start_ms": turn["start_ms"] or 0}


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_passage_is_played_from_its_turn_whatever_the_file_is_called(
    needsseg: Caller, player: Path, tmp_path: Path, name: str
) -> None:
    file = tone(tmp_path / name, 1)
    needsseg.done("recording", "tie", INES, "--", file)
    passage = passage_of(needsseg, INES)
    called = needsseg.done("listen", passage["id"])
    assert started_with(player) == [f"--from={passage['start_ms'] / 1000:g}", str(file)]
    assert called.out == "" and "gabble" not in called.err and "the start of the turn" in called.err
    assert not (tmp_path / "owned").exists() and not Path("owned").exists()


def test_json_says_what_is_started_and_a_dry_run_starts_nothing(needsseg: Caller, player: Path, tmp_path: Path) -> None:
    file = tone(tmp_path / "a.wav", 1)
    needsseg.done("recording", "tie", INES, file, "--offset", "-1.5")
    passage = passage_of(needsseg, INES)
    start = (passage["start_ms"] - 1500) / 1000
    told = needsseg.done("listen", passage["id"], "--dry-run", "--json").json
    assert told == {
        "interview": INES,
        "file": str(file),
        "start": start,
        "basis": "turn",
        "command": [str(player), f"--from={start:g}", str(file)],
        "starts_at_time": True,
    }
    lines = needsseg.done("listen", passage["id"], "--dry-run").out.splitlines()
    assert lines == told["command"]
    time.sleep(0.2)
    assert not Path(f"{player}.args").exists()
    needsseg.done("listen", "--interview", INES, "--at", "0")
    assert started_with(player)[1] == str(file)


def test_a_player_that_fails_is_named_and_one_that_goes_on_is_not_waited_for(
    needsseg: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needsseg.done("recording", "tie", INES, tone(tmp_path / "a.wav", 1))
    passage = passage_of(needsseg, INES)["id"]
    monkeypatch.setenv("NEEDSSEG_PLAYER", f"{shlex.quote(str(stand_in(tmp_path / 'broken', code=4)))} {{file}}")
    called = needsseg("listen", passage)
    assert called.code == 1 and f"{ENDED_AT_ONCE} 4" in called.err and "gabble" not in called.err
    slow = tmp_path / "slow.py"
    slow.write_text("import time\ntime.sleep(15)\n", encoding="utf-8")
    monkeypatch.setenv("NEEDSSEG_PLAYER", f'"{sys.executable}" "{slow}" {{file}}')
    began = time.monotonic()
    assert "at its beginning: go to" in needsseg.done("listen", passage).err
    assert time.monotonic() - began < 10


def test_a_started_program_has_a_session_of_its_own_and_leaves_no_zombie() -> None:
    process = start_detached(
        [sys.executable, "-c", "import os, sys; sys.exit(0 if os.getsid(0) == os.getpid() else 7)"]
    )
    until = time.monotonic() + 20
    while process.returncode is None and time.monotonic() < until:
        time.sleep(0.02)
    assert process.returncode == 0, "reaped without anybody asking"


def test_the_list_names_what_is_missing(needsseg: Caller, tmp_path: Path) -> None:
    assert "tied to a recording yet" in needsseg.done("recording").err
    file = tone(tmp_path / "talk.wav", 1)
    told = needsseg.done("recording", "tie", INES, file, "--offset", "12.25", "--json").json
    assert told["interview"] == INES and told["offset"] == 12.25
    file.unlink()
    listed = {row["interview"]: row for row in needsseg.done("recording", "--json").json}
    assert listed[INES]["missing"] and listed[INES]["timed"] == listed[INES]["turns"] > 0
    assert (listed[GUS]["path"], listed[GUS]["missing"], listed[GUS]["offset"]) == (None, False, 0)
    called = needsseg.done("recording")
    assert "(not there)" in called.out and "1 recording not there" in called.err
    passage = passage_of(needsseg, INES)["id"]
    assert NOT_THERE in needsseg("listen", passage).err
    needsseg.done("recording", "untie", INES)
    assert NOT_TIED in needsseg("recording", "untie", INES).err
    assert "recording tie ines-carvalho FILE" in needsseg("listen", passage).err
    needsseg.done("undo")
    assert needsseg.done("recording", "--json").json[1]["path"]


def test_a_folder_is_tied_and_the_rest_named(needsseg: Caller, tmp_path: Path) -> None:
    folder = tmp_path / "rec"
    folder.mkdir()
    for name in ("Ines-Carvalho.wav", "gus-petrakis.mp3", "gus-petrakis.mp4", "nobody.ogg"):
        (folder / name).write_bytes(b"x")
    called = needsseg.done("recording", "tie", "--folder", folder, "--json")
    assert called.json["tied"] == {INES: "Ines-Carvalho.wav"} and called.json["unmatched"] == ["nobody.ogg"]
    for words in ("several files fit", "no interview is called so", "no file is called", "Tied 1 interview"):
        assert words in called.err
    assert "1 were tied already" in needsseg.done("recording", "tie", "--folder", folder).err


@pytest.mark.parametrize(
    ("call", "what"),
    [
        (("recording", "tie", INES), "Name an interview and its recording"),
        (("recording", "tie", INES, "a.wav", "--folder", "."), "--folder goes with no KEY"),
        (("recording", "tie", INES, "a.wav", "--offset", "nan"), "'nan' is not a number of seconds"),
        (("recording", "tie", INES, "a.wav", "--offset", "1:30"), "'1:30' is not a number of seconds"),
        (("recording", "tie", INES, "a.wav"), "there is no such file"),
        (("recording", "--json", "untie", INES), "--json goes with the list"),
        (("listen",), "Name one passage"),
        (("listen", "1", "--interview", INES, "--at", "3"), "Name one passage"),
        (("listen", "--interview", INES), "Name one passage"),
        (("listen", "99999"), "There is no passage 99999"),
    ],
)
def test_wrong_calls_are_refused_in_words(needsseg: Caller, call: tuple[str, ...], what: str) -> None:
    called = needsseg(*call)
    assert called.code in (1, 2) and what in called.err and "Traceback" not in called.err


def test_a_transcript_without_times_says_how_to_get_them(needsseg: Caller, tmp_path: Path) -> None:
    timeless = next(row["interview"] for row in needsseg.done("recording", "--json").json if not row["timed"])
    assert "has no times" in needsseg.done("recording", "tie", timeless, tone(tmp_path / "a.wav", 1)).err
    assert "has no times" not in needsseg.done("recording", "tie", INES, tmp_path / "a.wav").err
    called = needsseg("listen", passage_of(needsseg, timeless)["id"])
    assert NO_TIME_HERE in called.err and "SRT" in called.err
