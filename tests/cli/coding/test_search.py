"""needsseg search: by words, by meaning, narrowed, and a code on every hit."""

from __future__ import annotations

import io
import json

import pytest

from tests.fixtures.cli_calls import Caller
from tests.fixtures.wording.coding import (
    ALL_WORDS_NOT_TOGETHER,
    MORE_HITS,
    NO_REQUEST,
    NO_TURN,
    NOTHING_FOUND_ON_THIS,
    NOTHING_TO_SEARCH,
)
from tests.fixtures.wording.common import NO_SUCH
from tests.fixtures.wording.matching import says

pytest_plugins = ["tests.fixtures.cli_calls"]
ONLY_ASKED = "upstairs"
"""A word that only interviewers say in the four interviews."""


def test_search_prints_exact_places_and_who_said_it(needsseg: Caller) -> None:
    rows = needsseg.done("search", "whiteboard", "--json").json
    assert rows
    for row in rows:
        text = needsseg.done("show", row["interview"], "--json").json["text"]
        assert text[row["start"] : row["end"]] == row["words"]
        assert row["role"] == "participant" and row["speaker"] and row["score"] is None and row["passages"] == []


@pytest.mark.parametrize("words", ['"', "a AND", "NEAR(", "*", "-x y", "col:umn", "[", "^", "“"])
def test_any_signs_are_plain_words(needsseg: Caller, words: str) -> None:
    assert isinstance(needsseg.done("search", "--json", "--speech", "all", "--", words).json, list)


def test_a_phrase_in_one_argument(needsseg: Caller) -> None:
    assert needsseg.done("search", '"the whiteboard"', "--json").json
    assert needsseg.done("search", '"whiteboard the"', "--json").json == []


def test_what_only_interviewers_say_is_told(needsseg: Caller) -> None:
    spoken = needsseg.done("search", ONLY_ASKED, "--speech", "all", "--json").json
    assert {row["role"] for row in spoken} == {"interviewer"}
    called = needsseg.done("search", ONLY_ASKED)
    assert called.out == ""
    assert says(called.err, ALL_WORDS_NOT_TOGETHER, len(spoken), "--speech all")
    assert says(needsseg.done("search", "xyzzy").err, NO_TURN)


def test_more_than_the_limit_is_told(needsseg: Caller) -> None:
    called = needsseg.done("search", "the", "--limit", "3", "--json")
    assert len(called.json) == 3
    assert says(called.err, MORE_HITS, 3)


def test_code_on_every_hit_and_back_with_undo(needsseg: Caller) -> None:
    hits = needsseg.done("search", "whiteboard", "--json").json
    called = needsseg.done("search", "whiteboard", "--code", "board [x]")
    assert says(called.err, "board [x]", f"{len(hits)} of {len(hits)}", "needsseg undo")
    rows = needsseg.done("passages", "--code", "board [x]", "--json").json
    assert {(row["interview"], row["start"], row["end"]) for row in rows} == {
        (hit["interview"], hit["start"], hit["end"]) for hit in hits
    }
    assert len(needsseg.done("search", "whiteboard", "--with-code", "board [x]", "--json").json) == len(hits)
    one = {hit["interview"] for hit in hits}.pop()
    within = needsseg.done("search", "whiteboard", "--with-code", "board [x]", "--interview", one, "--json").json
    assert {hit["interview"] for hit in within} == {one} and all(hit["passages"] for hit in within)
    needsseg.done("undo")
    assert needsseg.done("passages", "--json").json == []


@pytest.mark.parametrize(
    ("args", "code", "told"),
    [
        ((), 2, ("words", "--like")),
        (("x", "--like", "1"), 2, ("words", "--like")),
        ((" ",), 2, (NOTHING_TO_SEARCH,)),
        (("x", "--like-what"), 2, ("No such option",)),
        (("--like", "9"), 1, (NO_SUCH, "passage 9")),
        (("x", "--interview", "nobody"), 1, (NO_SUCH, "interview", "nobody")),
        (("x", "--with-code", "none"), 1, (NO_SUCH, "code", "none")),
        (("x", "--where", "plan"), 2, ("plan", "participants")),
        (("x", "--where", "plan=Team"), 1, ("participant", "attribute", "plan")),
        (("x", "--limit", "0"), 2, (0, "range")),
    ],
)
def test_what_makes_no_sense_is_said(
    needsseg: Caller, args: tuple[str, ...], code: int, told: tuple[object, ...]
) -> None:
    called = needsseg("search", *args)
    assert called.code == code
    assert says(called.err, *told)


@pytest.mark.slow
def test_by_meaning_more_of_the_same_and_a_listener(needsseg: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    found = needsseg.done("search", "--meaning", "nurse is ill, who takes her patients?", "--json").json
    assert found and all(hit["score"] >= 0.3 for hit in found)
    assert says(needsseg.done("search", "--meaning", "quantum chromodynamics").err, NOTHING_FOUND_ON_THIS)
    number = needsseg.done("mark", found[0]["interview"], found[0]["start"], found[0]["end"]).out.strip()
    alike = needsseg.done("search", "--like", number, "--json").json
    assert alike and (found[0]["start"], found[0]["end"]) not in {(hit["start"], hit["end"]) for hit in alike}
    requests = [
        {"asked": "nurse is ill, who takes her patients?", "speech": "participants"},
        {"asked": int(number), "speech": "participants"},
        {"asked": [found[0]["interview"], found[0]["start"], found[0]["end"]], "speech": "participants"},
        {"asked": 999, "speech": "participants"},
        {"asked": [], "speech": "nobody"},
    ]
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(json.dumps(request) + "\n" for request in requests)))
    answers = [json.loads(line) for line in needsseg.done("search", "--listen").out.splitlines()]
    assert answers[:3] == [{"ready": True}] * 3
    unknown, meaningless = [answer["error"] for answer in answers[3:]]
    assert says(unknown, NO_SUCH, "passage 999") and says(meaningless, NO_REQUEST)
