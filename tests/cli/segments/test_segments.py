"""Segments from the command line: made, named, merged, split, moved, confirmed; participants and their needs."""

from __future__ import annotations

import pytest

from tests.fixtures.cli_calls import Caller
from tests.fixtures.wording.common import INTO_ITSELF, NEEDS_NAME, NO_SUCH
from tests.fixtures.wording.discovery import NO_PASSAGES
from tests.fixtures.wording.matching import mentions, says
from tests.fixtures.wording.segments import CONFIRMED, FEW_PARTICIPANTS, NO_SEGMENT_CALLED, NOT_IN_IT, NOTHING_LEFT

pytest_plugins = ["tests.fixtures.cli_calls"]


@pytest.fixture
def two(needsseg: Caller) -> Caller:
    """Segments 1 “Minder” (three passages of two people) and 2 “Teller” (two of a third)."""
    gus, ines, marek = (needsseg.mark_some(key, 2) for key in ("gus-petrakis", "ines-carvalho", "marek-nowotny"))
    assert needsseg.done("segment", "make", "Minder", *gus, ines[0]).out == "1\n"
    assert needsseg.done("segment", "make", "Teller", *marek).out == "2\n"
    return needsseg


def test_segments_as_json_have_the_promised_keys(two: Caller) -> None:
    rows = two.done("segments", "--json").json
    assert [(row["id"], row["name"], row["status"], row["size"], row["participants"]) for row in rows] == [
        (1, "Minder", "named", 3, 1),
        (2, "Teller", "named", 2, 1),
    ]
    assert set(rows[0]) == {
        *("id", "name", "status", "size", "participants", "exemplars", "keywords", "stability", "suggested_names"),
        *("warnings", "description", "confirmed_by", "confirmed_at"),
        *("statement", "proposed", "new", "added", "need", "confirmed_undecided", "firmness", "leans_on", "in_view"),
        "with_one_passage",
    }
    assert any(mentions(warning, FEW_PARTICIPANTS, "2 participants") for warning in rows[0]["warnings"])


def test_evidence_names_every_quote_and_who_said_it(two: Caller) -> None:
    shown = two.done("segment", "show", "Minder", "--json").json
    assert [(voice["participant"], voice["passages"]) for voice in shown["voices"]] == [
        ("Gus Petrakis", 2),
        ("Ines Carvalho", 1),
    ]
    people = two.done("segment", "show", "minder").out
    for passage in shown["passages"]:
        assert " ".join(passage["quote"].split()) in people


def test_a_segment_is_renamed_described_confirmed_and_reopened(two: Caller) -> None:
    two.done("segment", "rename", "2", "Reporter")
    two.done("segment", "describe", "Reporter", "Says it upwards.")
    two.done("segment", "confirm", "Reporter", "--by", "Ada", "--undecided-too")
    confirmed = two.done("segments", "--json").json[0]
    assert (confirmed["name"], confirmed["description"], confirmed["confirmed_by"]) == (
        "Reporter",
        "Says it upwards.",
        "Ada",
    )
    refused = two("segment", "move", "Reporter", "1")
    assert refused.code == 2
    assert says(refused.err, "Reporter", CONFIRMED, "hint:", "needsseg segment reopen 2")
    two.done("segment", "reopen", "Reporter")
    two.done("segment", "aside", "Reporter")
    assert two.done("segments", "--json").json[1]["status"] == "set_aside"


def test_segments_are_split_moved_and_merged_and_all_is_undone(two: Caller) -> None:
    before = two.done("segments", "--json").json
    assert two.done("segment", "split", "Minder", "1", "--name", "Part").out == "3\n"
    two.done("segment", "move", "Part", "2")
    two.done("segment", "move", "none", "2")
    two.done("segment", "merge", "Teller", "Part", "Minder")
    (one,) = two.done("segments", "--json").json
    assert (one["name"], one["size"]) == ("Teller", 4)
    for _ in range(4):
        two.done("undo")
    assert two.done("segments", "--json").json == before


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["show", "Nobody"], 2, (NO_SEGMENT_CALLED, "Nobody", "hint:", "1 “Minder”, 2 “Teller”")),
        (["show", "77"], 1, (NO_SUCH, "segment 77")),
        (["rename", "1", " "], 2, ("segment", NEEDS_NAME)),
        (["rename", "1", "Teller"], 2, ("segment 2", "Teller", "already")),
        (["merge", "1", "Minder"], 2, ("segment 1", INTO_ITSELF)),
        (["split", "1", "5"], 2, (NOT_IN_IT,)),
        (["split", "1", "1", "2", "3"], 2, (NOTHING_LEFT, "segment 1")),
        (["move", "1", "77"], 1, (NO_SUCH, "passage 77")),
        (["make", "New", "77"], 1, ("error:",)),
        (["make", " ", "1"], 2, ("segment", NEEDS_NAME)),
        (["make", "New"], 2, ("Missing argument", "PASSAGE...")),
        (["shwo", "1"], 2, ("No such command", "shwo")),
    ],
)
def test_what_makes_no_sense_is_said_and_changes_nothing(
    two: Caller, args: list[str], code: int, words: tuple[object, ...]
) -> None:
    before = two.done("segments", "--json").out, len(two.done("history", "--json").json)
    called = two("segment", *args)
    assert (called.code, called.out) == (code, "")
    assert says(called.err, *words)
    assert (two.done("segments", "--json").out, len(two.done("history", "--json").json)) == before


def test_participants_have_a_primary_need_with_its_reason(two: Caller) -> None:
    two.done("segment", "move", "Minder", *two.mark_some("gus-petrakis", 5))
    rows = {row["key"]: row for row in two.done("participants", "--json").json}
    assert (rows["gus-petrakis"]["primary_need"], rows["gus-petrakis"]["share"]) == ("Minder", 1.0)
    assert rows["gus-petrakis"]["counts"] == {"Minder": 5}
    assert rows["gus-petrakis"]["why"]
    assert rows["priyanka-rao"]["primary_need"] is None
    assert rows["gus-petrakis"]["account"] is None
    assert "Minder" in two.done("participants").out


def test_discovering_without_passages_says_to_suggest_some(needsseg: Caller) -> None:
    called = needsseg("discover")
    assert called.code == 1
    error, hint = called.err.splitlines()
    assert says(error, "error:", NO_PASSAGES) and says(hint, "hint:", "needsseg suggest")
    assert needsseg("discover", "--seed", "-1").code == 2
