"""Passages from the command line: marked, decided, moved, coded, listed; and quotes with brackets, unharmed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixtures.cli_calls import Caller
from tests.fixtures.wording.coding import ACCEPTED, LEFT_OPEN, NO_SPAN, OPEN_ALREADY, WHICH_PASSAGES
from tests.fixtures.wording.common import NO_SUCH
from tests.fixtures.wording.matching import says
from tests.fixtures.wording.transcripts import NO_INTERVIEWS

pytest_plugins = ["tests.fixtures.cli_calls"]
BRACKETS = "[laughs] we had [bold]nothing[/bold] [/end] to go on, 日本語 🙂, so I kept \\[all of it in my head"


@pytest.fixture
def bracketed(empty: Caller, tmp_path: Path) -> Caller:
    file = tmp_path / "brackets.txt"
    file.write_text(
        f"Interviewer: How did that go for you then?\n\nP1: {BRACKETS}.\n\nInterviewer: And what came of it?\n\nP1: A list.\n"
    )
    empty.done("import", file)
    return empty


def test_a_marked_passage_is_listed_with_its_quote(needsseg: Caller) -> None:
    (number,) = needsseg.mark_some("gus-petrakis", 1)
    (row,) = needsseg.done("passages", "--json").json
    assert list(row) == [
        "id",
        "interview",
        "start",
        "end",
        "quote",
        "speaker",
        "status",
        "score",
        "codes",
        "origin",
        "reasons",
        "anchored",
        "coder",
        "seconded",
    ]
    text = needsseg.done("show", "gus-petrakis", "--json").json["text"]
    assert row["quote"] == text[row["start"] : row["end"]]
    assert (row["id"], row["status"], row["origin"], row["score"]) == (number, "accepted", "hand", None)


def test_quotes_with_brackets_come_out_as_they_were_said(bracketed: Caller) -> None:
    (number,) = bracketed.mark_some("brackets", 1)
    assert BRACKETS in bracketed.done("passages").out
    assert BRACKETS in bracketed.done("passages", "--json").out.replace("\\\\", "\\")
    bracketed.done("segment", "make", "[/b] Minder", number)
    assert BRACKETS in bracketed.done("segment", "show", "[/b] minder").out
    assert "[/b] Minder" in bracketed.done("segments").out


def test_words_that_steer_a_terminal_are_shown_and_not_obeyed(empty: Caller, tmp_path: Path) -> None:
    file = tmp_path / "steering.txt"
    file.write_text(
        "Interviewer: And how was it for you?\n\nP1: It was \x1b[31mred\x1b[0m, and then it was \x9b2J gone.\n"
    )
    empty.done("import", file)
    shown = empty.done("show", "steering").out
    assert "red" in shown
    assert not {"\x1b", "\x9b"} & set(shown)


def test_passages_are_narrowed_by_status_code_interview_and_words(needsseg: Caller) -> None:
    gus, ines = needsseg.mark_some("gus-petrakis", 2), needsseg.mark_some("ines-carvalho", 2)
    needsseg.done("decide", gus[0], "--reject")
    needsseg.done("code", "carries it alone", gus[1], ines[0])

    def ids(*args: str) -> list[int]:
        return [row["id"] for row in needsseg.done("passages", "--json", *args).json]

    assert ids("--status", "rejected") == [gus[0]]
    assert ids("--interview", "ines-carvalho") == ines
    assert ids("--code", "carries it alone") == [gus[1], ines[0]]
    assert ids("--query", "xyzzy") == []
    assert sorted(ids("--query", " ")) == sorted(gus + ines)
    assert needsseg.done("codes", "--json").json == [
        {"name": "carries it alone", "description": "", "parent": None, "passages": 2, "color": "", "pin": None}
    ]
    needsseg.done("code", "--remove", "carries it alone", gus[1])
    assert ids("--code", "carries it alone") == [ines[0]]


def test_deciding_says_what_changed(needsseg: Caller) -> None:
    first, second = needsseg.mark_some("gus-petrakis", 2)
    assert says(needsseg.done("decide", first, second, "--accept").err, ACCEPTED, 0, 2)
    assert says(needsseg.done("decide", first, "--reopen").err, LEFT_OPEN, 1)
    assert says(needsseg.done("decide", "--all-suggested", "--accept", "--min-score", "0.9").err, ACCEPTED, 0)
    assert says(needsseg.done("decide", "--all-suggested", "--accept", "--interview", "gus-petrakis").err, ACCEPTED, 1)


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["1"], ("--accept", "--reject", "--reopen")),
        (["1", "--accept", "--reject"], ("--accept", "--reject", "--reopen")),
        (["--accept"], (WHICH_PASSAGES, "--all-suggested")),
        (["1", "--all-suggested", "--accept"], (WHICH_PASSAGES, "--all-suggested")),
        (["1", "--accept", "--min-score", "0.5"], ("--interview", "--min-score", "--all-suggested")),
        (["--all-suggested", "--reopen"], (OPEN_ALREADY,)),
        (["one", "--accept"], ("one", "integer")),
        (["99999999999999999999", "--accept"], ("range",)),
    ],
)
def test_decisions_that_make_no_sense_are_wrong_usage(
    needsseg: Caller, args: list[str], words: tuple[object, ...]
) -> None:
    called = needsseg("decide", *args)
    assert called.code == 2
    assert says(called.err, *words)


def test_edges_are_moved_and_a_mark_is_removed(needsseg: Caller) -> None:
    (number,) = needsseg.mark_some("gus-petrakis", 1)
    (row,) = needsseg.done("passages", "--json").json
    needsseg.done("adjust", number, row["start"], row["start"] + 20)
    assert needsseg.done("passages", "--json").json[0]["quote"] == row["quote"][:20]
    needsseg.done("unmark", number)
    assert needsseg.done("passages", "--json").json == []


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["mark", "gus-petrakis", "0", "99999"], 2, ("0–99999", NO_SPAN)),
        (["mark", "gus-petrakis", "20", "10"], 2, ("20–10", NO_SPAN)),
        (["mark", "nobody", "0", "5"], 1, (NO_SUCH, "interview", "nobody")),
        (["mark", "gus-petrakis", "a", "b"], 2, ("'a'", "integer")),
        (["adjust", "77", "0", "5"], 1, (NO_SUCH, "passage", 77)),
        (["unmark", "77"], 1, (NO_SUCH, "passage", 77)),
        (["code", "x", "77"], 1, (NO_SUCH, "passage", 77)),
        (["code", "--remove", "x", "77"], 1, (NO_SUCH, "passage", 77)),
        (["decide", "77", "--accept"], 1, (NO_SUCH, "passage", 77)),
        (["suggest", "nobody"], 1, (NO_SUCH, "interview", "nobody")),
    ],
)
def test_what_is_not_there_is_named(needsseg: Caller, args: list[str], code: int, words: tuple[object, ...]) -> None:
    called = needsseg(*args)
    assert (called.code, called.out) == (code, "")
    assert says(called.err, *words)
    assert len(needsseg.done("history", "--json").json) == 1


def test_suggesting_without_interviews_says_to_import_some(empty: Caller) -> None:
    called = empty("suggest")
    assert called.code == 1
    error, hint = called.err.splitlines()
    assert says(error, "error:", NO_INTERVIEWS) and says(hint, "hint:", "needsseg import FOLDER")
