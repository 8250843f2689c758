"""assign and assignments from the command line, and each thing that can be wrong with them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fixtures.cli_calls import Caller
from tests.fixtures.wording.matching import says
from tests.fixtures.wording.segments import (
    AS_NOW,
    ASSIGNED_BEFORE,
    CHANGED_SINCE,
    FILE_CHANGED,
    NO_CONFIRMED_SEGMENT,
    NO_TEXT,
    PROMISED,
)

pytest_plugins = ["tests.fixtures.cli_calls"]
TEXTS = "id,body,account_id,date\n1,I walk from desk to desk and ask who has what,a1,2026-03-01\n2,,a1,2026-03-01\n"


@pytest.fixture
def confirmed(needsseg: Caller) -> Caller:
    """Two confirmed segments of two people."""
    for name, who in (("Minder", "ines-carvalho"), ("Planner", "marek-nowotny")):
        needsseg.done("segment", "make", name, *needsseg.mark_some(who, 4))
        needsseg.done("segment", "confirm", name)
    return needsseg


def test_a_file_is_assigned_listed_written_and_undone(confirmed: Caller, tmp_path: Path) -> None:
    file, out = tmp_path / "t.csv", tmp_path / "out.jsonl"
    file.write_text(TEXTS, encoding="utf-8")
    done = confirmed("assign", file, "--out", out, "--precision", "0.6", "--json")
    assert done.code == 3, "one row was refused"
    assert says(done.err, "refused:", 1, "t.csv", NO_TEXT)
    assert says(done.err, PROMISED)
    report = done.json
    assert (report["texts"], report["labelled"] + sum(report["abstained"].values())) == (1, 1)
    (row,) = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert (row["row"], row["id"], row["account_id"], row["date"]) == (2, "1", "a1", "2026-03-01")
    assert row["first"] in ("Minder", "Planner") and len(row["evidence"]) == 3
    again = confirmed("assign", file, "--precision", "0.6")
    assert says(again.err, ASSIGNED_BEFORE)
    (listed,) = confirmed.done("assignments", "--json").json
    assert (listed["file"], listed["texts"], listed["stale"]) == ("t.csv", 1, False)
    assert says(confirmed.done("assignments").out, AS_NOW)
    confirmed.done("segment", "reopen", "Planner")
    assert says(confirmed.done("assignments").out, CHANGED_SINCE)
    confirmed.done("undo")
    confirmed.done("undo")
    assert confirmed.done("assignments", "--json").json == []


@pytest.mark.parametrize(
    ("options", "code", "told"),
    [
        (("--text", "words"), 1, ("t.csv", "column", "words")),
        (("--out", "o.xls"), 2, ("o.xls", "format")),
        (("--precision", "1"), 2, ("1.0 is not in the range 0.5<=x<1",)),
        (("--off-topic", "0"), 2, ("0.0 is not in the range 0<x<1",)),
        (("--dates", "date"), 2, ("--dates", "date", "column=format")),
        (("--backend", "abacus"), 2, ("abacus", "onnx", "torch", "int8")),
    ],
)
def test_what_is_asked_wrongly_is_said_and_nothing_is_stored(
    confirmed: Caller, tmp_path: Path, options: tuple[str, ...], code: int, told: tuple[object, ...]
) -> None:
    file = tmp_path / "t.csv"
    file.write_text(TEXTS, encoding="utf-8")
    done = confirmed("assign", file, *options)
    assert done.code == code and says(done.err, *told)
    assert confirmed.done("assignments", "--json").json == []


def test_without_a_confirmed_segment_the_next_step_is_named(needsseg: Caller, tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text(TEXTS, encoding="utf-8")
    done = needsseg("assign", file)
    assert done.code == 2 and says(done.err, NO_CONFIRMED_SEGMENT) and says(done.err, "needsseg segment confirm")


def test_a_paused_run_that_is_ended_leaves_the_study_and_goes_on_later(confirmed: Caller, tmp_path: Path) -> None:
    file, pause = tmp_path / "t.csv", tmp_path / "pause"
    file.write_text(TEXTS, encoding="utf-8")
    pause.touch()
    command = [sys.executable, "-m", "needsseg.cli", "--study", str(confirmed.study), "--progress", "json"]
    child = subprocess.Popen(
        [*command, "assign", str(file), "--pause-file", str(pause)], stderr=subprocess.PIPE, text=True, env=os.environ
    )
    assert child.stderr is not None
    for line in child.stderr:
        if '"paused"' in line:
            break
    child.send_signal(signal.SIGTERM)
    assert child.wait(60) == 130
    child.stderr.close()
    assert confirmed.done("assignments", "--json").json == []
    assert list(Path(f"{confirmed.study}.stack").glob("assign-*/state.json"))
    file.write_text(TEXTS + "3,one more,,\n", encoding="utf-8")
    done = confirmed("assign", file)
    assert done.code == 2 and says(done.err, FILE_CHANGED) and f"needsseg assign {file} --fresh" in done.err
    assert confirmed("assign", file, "--fresh", "--json").json["texts"] == 2
