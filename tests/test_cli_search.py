"""needsseg search: by words, by meaning, narrowed, and a code on every hit."""

from __future__ import annotations

import io
import json

import pytest
from cli_calls import Caller

pytest_plugins = ["cli_calls"]
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
    assert f"No participant says all these words together; others do, {len(spoken)} times: --speech all" in called.err
    assert "No turn holds all these words." in needsseg.done("search", "xyzzy").err


def test_more_than_the_limit_is_told(needsseg: Caller) -> None:
    called = needsseg.done("search", "the", "--limit", "3", "--json")
    assert len(called.json) == 3
    assert "There are more: these are the best 3." in called.err


def test_code_on_every_hit_and_back_with_undo(needsseg: Caller) -> None:
    hits = needsseg.done("search", "whiteboard", "--json").json
    called = needsseg.done("search", "whiteboard", "--code", "board [x]")
    assert f"Put “board [x]” on {len(hits)} of {len(hits)} passages. needsseg undo takes it back." in called.err
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
        ((), 2, "Name words to search for, or a passage with --like; one of the two."),
        (("x", "--like", "1"), 2, "Name words to search for, or a passage with --like"),
        ((" ",), 2, "There is nothing to search for."),
        (("x", "--like-what"), 2, "No such option"),
        (("--like", "9"), 1, "There is no passage 9."),
        (("x", "--interview", "nobody"), 1, "There is no interview 'nobody'."),
        (("x", "--with-code", "none"), 1, "There is no code “none”."),
        (("x", "--where", "plan"), 2, "“plan” says nothing about participants."),
        (("x", "--where", "plan=Team"), 1, "No participant has the attribute “plan”."),
        (("x", "--limit", "0"), 2, "0 is not in the range"),
    ],
)
def test_what_makes_no_sense_is_said(needsseg: Caller, args: tuple[str, ...], code: int, told: str) -> None:
    called = needsseg("search", *args)
    assert called.code == code
    assert told in called.err


@pytest.mark.slow
def test_by_meaning_more_of_the_same_and_a_listener(needsseg: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    found = needsseg.done("search", "--meaning", "nurse is ill, who takes her patients?", "--json").json
    assert found and all(hit["score"] >= 0.3 for hit in found)
    assert "Nothing speaks of this." in needsseg.done("search", "--meaning", "quantum chromodynamics").err
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
    assert [answer["error"] for answer in answers[3:]] == ["There is no passage 999.", "This is no request."]
