"""Review from the command line, on the sample study: questions, answers, pairs, off-topic, evidence, comparisons."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.fixtures.cli_calls import Caller
from tests.fixtures.wording.common import NO_SUCH
from tests.fixtures.wording.discovery import NO_RUNS
from tests.fixtures.wording.matching import says
from tests.fixtures.wording.segments import (
    NO_PAIRS,
    NO_SEGMENT_CALLED,
    NOT_PROPOSED,
    NOTHING_LEFT_OVER,
    OFF_TOPIC,
    PAIR_OF_ITSELF,
    SPLIT_OFF,
    WENT_TO,
)

pytest_plugins = ["tests.fixtures.cli_calls"]


@pytest.fixture
def demo(
    demo_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Caller:
    """The walked sample study."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NEEDSSEG_STUDY", raising=False)
    shutil.copytree(demo_folder, tmp_path / "demo")
    return Caller(tmp_path / "demo" / "needsseg.db", capsys)


def test_a_question_is_answered_and_the_answer_undone(demo: Caller) -> None:
    asked = demo.done("question", "--json").json
    number = asked["passage"]["id"]
    people = demo.done("question")
    assert str(number) in people.out and asked["why"] in people.out
    assert says(people.err, f"needsseg answer {number} NEED|SEGMENT|off-topic", "--new-need NAME")
    assert demo.done("question", "--skip", number, "--json").json["passage"]["id"] != number
    target = asked["choices"][0]["segment"]
    assert demo.done("answer", number, target, "--json").json == {"passage": number, "segment": target, "need": None}
    assert demo.done("answer", number, "off-topic", "--by", "Ada", "--json").json["segment"] is None
    assert [row["actor"] for row in demo.done("history", "--limit", "2", "--json").json] == ["Ada", "tester"]
    assert number not in {row["id"] for row in demo.done("segment", "show", target, "--json").json["passages"]}
    demo.done("undo")
    demo.done("undo")
    assert demo.done("question", "--json").json == asked


def test_evidence_on_the_command_line(demo: Caller) -> None:
    shown = demo.done("segment", "show", "Builder", "--json").json
    people = demo.done("segment", "show", "Builder").out
    assert shown["rival"]["name"] in people and shown["sentence"] in people
    assert {"edge"} <= set(people.split()) and shown["backing"]["as_of"] == "2026-07-01"
    demo.done("segment", "statement", "Builder", " When parts depend on parts, I want to see it. ")
    assert (
        demo.done("segment", "show", "Builder", "--json").json["statement"]
        == "When parts depend on parts, I want to see it."
    )
    halves = demo.done("segment", "split", "Builder", "--propose", "--json").json
    assert len(halves["larger"]) + len(halves["smaller"]) == shown["size"]
    made = demo.done(
        "segment", "split", "Builder", *(p["id"] for p in halves["smaller"]), "--name", "Half", "--json"
    ).json
    told = demo.done("segment", "lineage", made["segment"], "--json").json
    assert says(told[0]["what"], SPLIT_OFF, "Builder", f"{len(halves['smaller'])} passages")
    assert says(demo.done("segment", "lineage", "Builder").out, WENT_TO, "Half")


def test_pairs_and_off_topic(demo: Caller) -> None:
    left = [row["id"] for row in demo.done("leftover", "--json").json]
    demo.done("pair", "together", left[0], left[1])
    demo.done("pair", "apart", left[0], left[2])
    listed = demo.done("pairs", "--json").json
    assert [(row["kind"], row["unused"]) for row in listed] == [("together", ""), ("apart", "")]
    assert says(demo.done("off-topic", *left[3:5], left[3]).err.splitlines()[-1], OFF_TOPIC, "2 of 2")
    assert [row["id"] for row in demo.done("leftover", "--json").json if row["off_topic"]] == sorted(left[3:5])
    assert demo.done("off-topic", left[3], "--undo", "--json").json == {"changed": 1}
    demo.done("pair", "remove", left[1], left[0])
    assert len(demo.done("pairs", "--json").json) == 1
    assert "apart" in demo.done("pairs").out


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["answer", "99999", "Builder"], 1, (NO_SUCH, "passage", 99999)),
        (["answer", "1", "Nobody"], 2, (NO_SEGMENT_CALLED, "Nobody")),
        (["pair", "together", "1", "1"], 2, ("passage 1", PAIR_OF_ITSELF)),
        (["pair", "remove", "1", "2"], 1, (1, 2, "hint:", "needsseg pairs")),
        (["pair", "apart", "1", "99999"], 1, (NO_SUCH, "passage", 99999)),
        (["off-topic", "99999"], 1, (NO_SUCH, "passage", 99999)),
        (["segment", "admit", "1"], 1, ("passage 1", NOT_PROPOSED)),
        (["segment", "decline", "1"], 1, ("passage 1", NOT_PROPOSED)),
        (["segment", "split", "Builder"], 2, ("passages", "--propose")),
        (["segment", "split", "Builder", "1", "--propose"], 2, ("passages", "--propose")),
        (["segment", "statement", "Nobody", "x"], 2, (NO_SEGMENT_CALLED, "Nobody")),
        (["compare", "1", "99"], 1, (NO_SUCH, "run 99", "hint:", "needsseg runs")),
        (["compare", "1"], 2, ("Missing argument", "RUN")),
    ],
)
def test_what_makes_no_sense_is_said_and_changes_nothing(
    demo: Caller, args: list[str], code: int, words: tuple[object, ...]
) -> None:
    before = demo.done("history", "--json").out
    called = demo(*args)
    assert (called.code, called.out) == (code, "")
    assert says(called.err, *words)
    assert demo.done("history", "--json").out == before


def test_a_question_before_the_first_run(needsseg: Caller) -> None:
    for command in ("question", "map", "sensitivity"):
        called = needsseg(command)
        assert (called.code, called.out) == (1, "")
        assert says(called.err, NO_RUNS, "hint:", "discover")
    assert needsseg.done("leftover", "--json").json == needsseg.done("pairs", "--json").json == []
    assert says(needsseg.done("leftover").err, NOTHING_LEFT_OVER) and says(needsseg.done("pairs").err, NO_PAIRS)


def test_runs_side_by_side_and_the_map(demo: Caller) -> None:
    report = demo.done("discover", "--json").json
    assert report["found_again"] >= 1 and isinstance(report["proposed_to"], dict)
    compared = demo.done("compare", 1, 2, "--json").json
    assert compared["common"] == report["passages"] and len(compared["sentences"]) >= len(compared["fates"])
    assert "agreement" in demo.done("compare", 1, 2).out
    points = demo.done("map", "--json").json
    assert len(points) == report["passages"]
    assert str(points[0]["passage"]) in demo.done("map").out
