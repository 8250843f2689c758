"""Needs in view and answers from the command line, on the sample study."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.fixtures.cli_calls import Caller
from tests.fixtures.wording.matching import says

pytest_plugins = ["tests.fixtures.cli_calls"]


@pytest.fixture
def demo(
    demo_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Caller:
    """The walked sample study."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(demo_folder, tmp_path / "demo")
    return Caller(tmp_path / "demo" / "needsseg.db", capsys)


def test_needs_are_listed_stated_reworded_moved_and_dropped(demo: Caller) -> None:
    assert demo.done("needs", "--json").json == []
    assert says(demo.done("needs").err, "needsseg needs add")
    made = demo.done("needs", "add", "Hand-overs", "Knows who has what.", "--json").json
    assert (made[0]["name"], made[0]["description"], made[0]["segment"]) == ("Hand-overs", "Knows who has what.", None)
    assert says(demo.done("needs").err, "1 need is in view", "2 to 7 are advised")
    demo.done("needs", "add", "Proof [x]")
    demo.done("needs", "move", "proof [x]", "1")
    demo.done("needs", "edit", "Proof [x]", "--name", "Proof", "--description", "Shows it is done.")
    listed = demo.done("needs", "--json").json
    assert [(row["name"], row["description"]) for row in listed] == [
        ("Proof", "Shows it is done."),
        ("Hand-overs", "Knows who has what."),
    ]
    people = demo.done("needs").out
    assert "Proof" in people and "Knows who has what." in people
    demo.done("needs", "drop", "Proof")
    assert [row["name"] for row in demo.done("needs", "--json").json] == ["Hand-overs"]
    demo.done("undo")
    assert [row["name"] for row in demo.done("needs", "--json").json] == ["Proof", "Hand-overs"]


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (("needs", "drop", "Nobody"), ("“Nobody”", "In view are: none")),
        (("needs", "edit", "Nobody"), ("There is nothing to change", "--description")),
        (("needs", "take", "archetypes", "Nobody"), ("“Nobody” is not one of the archetypes",)),
        (("needs", "tree"), ("No code is on a passage", "needsseg code")),
        (("discover", "--by", "codes"), ("No code is on a passage", "needsseg code")),
        (("answer", "1"), ("Say where the passage belongs", "--new-need")),
        (("answer", "1", "off-topic", "--new-need", "X"), ("Say where the passage belongs",)),
        (("answer", "1", "Nobody"), ("“Nobody”",)),
    ],
)
def test_what_is_wrong_is_said(demo: Caller, words: tuple[str, ...], parts: tuple[str, ...]) -> None:
    result = demo(*words)
    assert result.code in (1, 2) and says(result.err, *parts)


def test_needs_are_taken_from_archetypes_segments_and_codes(demo: Caller) -> None:
    offered = demo.done("needs", "take", "archetypes", "--list", "--json").json
    assert offered and not any(offer["taken"] for offer in offered)
    assert demo.done("needs", "take", "segments", "--json").json[0]["status"] in ("named", "confirmed")
    demo.done("code", "late", "1")
    demo.done("code", "shows", "2")
    grown = demo.done("needs", "tree", "--json").json
    assert grown == demo.done("discover", "--by", "codes", "--json").json
    assert sorted(grown["codes"]) == ["late", "shows"] and len(grown["branches"]) == 2
    people = demo.done("needs", "tree")
    assert "late" in people.out and "participant" in people.out and says(people.err, "needsseg needs take codes")
    assert demo.done("needs", "take", "codes", "late", "shows", "--as", "Both", "--json").json[0]["name"] == "Both"


def test_answers_name_a_need_and_the_guess_is_told_on_request(demo: Caller) -> None:
    demo.done("needs", "add", "Proof", "Shows it is done.")
    asked = demo.done("question", "--json").json
    number = asked["passage"]["id"]
    assert asked["guess"] is None and asked["lies_in"] is None
    assert {choice["nearness"] for choice in asked["choices"]} == {None}
    assert (asked["choices"][0]["name"], asked["choices"][0]["key"]) == ("Proof", "1")
    plain = demo.done("question")
    assert "The program would say" not in plain.out and "Shows it is done." in plain.out and "Proof" in plain.out
    guessed = demo.done("question", "--guess", "--json").json
    assert guessed["guess"]["name"] and any(choice["nearness"] for choice in guessed["choices"])
    assert "The program would say" in demo.done("question", "--guess").out
    told = demo.done("answer", number, "proof", "--json").json
    assert told["passage"] == number and told["need"] == "Proof"
    listed = {row["id"]: row for row in demo.done("segments", "--json").json}
    assert (listed[told["segment"]]["status"], listed[told["segment"]]["in_view"]) == ("candidate", True)
    assert "Proof (need in view)" in demo.done("segments").out
    second = demo.done("question", "--json").json["passage"]["id"]
    made = demo.done("answer", second, "--new-need", "Calm [x]", "--description", "Less noise.", "--json").json
    assert made["need"] == "Calm [x]" and made["segment"]
    assert [row["name"] for row in demo.done("needs", "--json").json] == ["Proof", "Calm [x]"]
    taught = demo.done("needs", "learned", "--json").json
    assert taught["answers"] == 2 and taught["right"] is None and taught["sentences"]
    demo.done("undo")
    assert [row["name"] for row in demo.done("needs", "--json").json] == ["Proof"]
