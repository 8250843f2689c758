"""The path that needs the sentence model: suggest and discover on real interviews, and what discovery refuses."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest

from tests.fixtures.cli_calls import Caller
from tests.fixtures.wording.discovery import ONE_PERSON
from tests.fixtures.wording.matching import says
from tests.fixtures.wording.study import THERE_ALREADY

pytest_plugins = ["tests.fixtures.cli_calls"]


@pytest.mark.slow
def test_from_interviews_to_candidates_and_again_the_same(needsseg: Caller) -> None:
    suggested = needsseg.done("--progress", "json", "suggest", "--json")
    assert all(json.loads(line) for line in suggested.err.splitlines())
    rows = needsseg.done("passages", "--status", "suggested", "--json").json
    assert len(rows) == suggested.json["suggested"] >= 20
    assert all(0.5 <= row["score"] <= 1 and row["reasons"] for row in rows)
    needsseg.done("decide", "--all-suggested", "--accept", "--min-score", "0.55")
    found = needsseg.done("discover", "--seed", "3", "--json")
    assert found.json["input_status"] == "accepted"
    segments = needsseg.done("segments", "--json").json
    assert [row["id"] for row in segments] == found.json["proposed"]
    assert all(row["exemplars"] for row in segments)
    needsseg.done("segment", "rename", segments[0]["id"], "Kept")
    again = needsseg.done("discover", "--seed", "3")
    assert "Kept" in [row["name"] for row in needsseg.done("segments", "--json").json]
    newest, first = needsseg.done("runs", "--json").json
    assert (newest["seed"], newest["input_sha256"]) == (3, first["input_sha256"])
    assert says(again.err, "Run 2")


@pytest.mark.slow
def test_too_few_passages_are_refused_and_one_person_is_warned_about(needsseg: Caller) -> None:
    needsseg.mark_some("gus-petrakis", 3)
    few = needsseg("discover")
    assert (few.code, few.out) == (1, "")
    assert few.err.startswith("error: ")
    assert "5" in few.err or "five" in few.err
    needsseg.mark_some("gus-petrakis", 20)
    alone = needsseg.done("discover")
    assert says(alone.err, "warning:", ONE_PERSON)


@pytest.mark.slow
def test_a_terminated_suggest_leaves_the_study_as_it_was(needsseg: Caller) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "needsseg.cli", "--study", str(needsseg.study), "--progress", "json", "suggest"],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    ) as running:
        assert running.stderr is not None
        assert json.loads(running.stderr.readline())["doing"] == "loading the sentence model"
        running.send_signal(signal.SIGTERM)
        last = running.stderr.read().splitlines()[-1]
    assert running.returncode == 130
    assert json.loads(last)["error"] == "Interrupted."
    assert needsseg.done("passages", "--json").json == []
    assert len(needsseg.done("history", "--json").json) == 1


def test_a_demo_leaves_a_study_that_is_there_alone(needsseg: Caller) -> None:
    folder = needsseg.study.parent / "demo"
    folder.mkdir()
    needsseg.study.replace(folder / "needsseg.db")
    before = (folder / "needsseg.db").read_bytes()
    called = needsseg("demo", "--dir", folder, "--no-tui")
    assert (called.code, called.out) == (1, "")
    assert says(called.err, folder / "needsseg.db", THERE_ALREADY)
    assert (folder / "needsseg.db").read_bytes() == before
