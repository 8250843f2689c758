"""turn split, join, give, delete and deleted on real files: the file stays, the study changes, undo takes it back."""

from __future__ import annotations

import pytest

from tests.fixtures.cli_calls import Caller

pytest_plugins = ["tests.fixtures.cli_calls"]
KEY = "gus-petrakis"


def _turns(needsseg: Caller) -> list[tuple[str, str]]:
    shown = needsseg.done("show", KEY, "--json").json
    return [(turn["speaker"], shown["text"][turn["start"] : turn["end"]]) for turn in shown["turns"]]


def _long_turn(needsseg: Caller) -> tuple[int, int, int]:
    """A participant's turn with a sentence's end in it: its offsets, and where its second sentence begins."""
    shown = needsseg.done("show", KEY, "--json").json
    for turn in shown["turns"]:
        said = shown["text"][turn["start"] : turn["end"]]
        if turn["role"] == "participant" and ". " in said:
            return turn["start"], turn["end"], turn["start"] + said.index(". ") + 2
    raise AssertionError("no turn of several sentences")


def test_a_turn_is_split_and_joined(needsseg: Caller) -> None:
    before = _turns(needsseg)
    start, _, cut = _long_turn(needsseg)
    called = needsseg.done("turn", "split", KEY, cut, "--json")
    assert called.json.keys() == {
        "key", "summary", "turns", "kept", "edited", "lost", "restored", "not_evidence", "removed",
    }  # fmt: skip
    assert [turn["speaker"] for turn in called.json["turns"]] == ["Gus Petrakis"] * 2
    assert len(_turns(needsseg)) == len(before) + 1
    told = needsseg.done("turn", "join", KEY, start)
    assert told.out.startswith("Gus Petrakis (participant) [") and "Joined two turns" in told.err
    assert _turns(needsseg) == before


def test_a_turn_is_given_to_a_new_speaker_and_undone(needsseg: Caller) -> None:
    before = _turns(needsseg)
    start, end, cut = _long_turn(needsseg)
    told = needsseg.done("turn", "give", KEY, cut, end, "Ruth  Ames", "--role", "interviewer")
    assert "Ruth Ames, whose role here is interviewer" in told.err
    assert {row["label"]: row["role"] for row in needsseg.done("speakers", KEY, "--json").json}[
        "Ruth Ames"
    ] == "interviewer"
    needsseg.done("undo")
    assert _turns(needsseg) == before
    needsseg.done("turn", "give", KEY, start, end, "Theo Okafor")
    assert "Gave" not in needsseg.done("history", "--json").out.splitlines()[0]
    assert (
        sum(who == "Gus Petrakis" for who, _ in _turns(needsseg)) == sum(who == "Gus Petrakis" for who, _ in before) - 1
    )


def test_a_stretch_is_deleted_and_listed(needsseg: Caller) -> None:
    start, _, cut = _long_turn(needsseg)
    passage = needsseg.done("mark", KEY, start, cut - 1).out.strip()
    told = needsseg.done("turn", "delete", KEY, start, cut)
    assert f"passage {passage}  has no place" in told.out and "needsseg passages --lost" in told.err
    rows = needsseg.done("turn", "deleted", KEY, "--json").json
    assert [row.keys() for row in rows] == [
        {"interview", "seq", "speaker", "start_ms", "words", "removed_by", "removed_at"}
    ]
    assert rows[0]["words"] in needsseg.done("turn", "deleted").out.replace("\n", " ")
    needsseg.done("undo")
    assert needsseg.done("turn", "deleted", "--json").json == []
    assert "Nothing was removed" in needsseg.done("turn", "deleted").err


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("split", KEY, 0), 2),
        (("split", KEY, -1), 2),
        (("split", KEY, "x"), 2),
        (("join", KEY, 10**9), 2),
        (("give", KEY, 5, 5, "Ruth"), 2),
        (("give", KEY, 0, 100, "  "), 2),
        (("delete", KEY, 0, 10**9), 2),
        (("delete", "nobody", 0, 9), 1),
        (("deleted", "nobody"), 1),
    ],
)
def test_what_cannot_be_is_refused(needsseg: Caller, args: tuple[object, ...], code: int) -> None:
    before = needsseg.done("history", "--json").out
    called = needsseg("turn", *args)
    assert called.code == code and "error: " in called.err and "hint: " in called.err
    assert needsseg.done("history", "--json").out == before
