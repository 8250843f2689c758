"""Documents at their edges: what is a page, a header with a time, a name below it, a group without words."""

from __future__ import annotations

from pathlib import Path

import pytest

from needsseg.transcripts import ReadingChoices, read
from needsseg.transcripts.documents.html_page import looks_like_html
from needsseg.transcripts.documents.teams import clock, header_of, read_below_headers


@pytest.mark.parametrize(
    ("head", "suffix", "page"),
    [
        (b"<!doctype html>", ".txt", True),
        (b"\xef\xbb\xbf \n<!DOCTYPE html>", "", True),
        (b"<html>", "", True),
        (b"<body>words", "", True),
        (b"<!-- note --><p>words</p>", "", True),
        (b"<!-- note --> words", "", False),
        (b"<?xml version='1.0'?><html>", "", True),
        (b"<?xml version='1.0'?><tt>", "", False),
        (b"<?xml version='1.0'?><tt><p>", ".html", False),
        (b"words <p>more</p>", ".html", True),
        (b"words <p>more</p>", ".txt", False),
        (b"words", ".html", False),
    ],
)
def test_a_web_page_by_its_beginning(head: bytes, suffix: str, page: bool) -> None:
    assert looks_like_html(head, suffix) is page


TALK = (
    "Ada Lind   0:04",
    "How do the orders reach you?",
    "Teo Bo   0:09",
    "By phone, before six.",
    "I write them down.",
)


def test_turns_below_headers_with_times() -> None:
    reading = read_below_headers(["Weekly call", *TALK])
    assert [(one.speaker, one.words, one.start_ms, one.line) for one in reading.spoken] == [
        ("Ada Lind", "How do the orders reach you?", 4_000, 2),
        ("Teo Bo", "By phone, before six.\nI write them down.", 9_000, 4),
    ]
    wrapped = read_below_headers(list(TALK), wrapped=True)
    assert wrapped.spoken[1].words == "By phone, before six. I write them down."
    left_out = read_below_headers(list(TALK), ReadingChoices(not_speakers=frozenset({"Teo Bo"})))
    assert [one.speaker for one in left_out.spoken] == ["Ada Lind"]


@pytest.mark.parametrize(
    ("paragraphs", "about"),
    [
        (TALK, "Ada Novak   0:04"),
        (("0:00:04.100 --> 0:00:06.500", "Ada Lind", "How do the orders reach you?"), "0:00:04.100 --> 0:00:06.500"),
        (("00:00:04 Ada Lind", "How do the orders reach you?"), None),
        (("00:00:04 Ada Lind", "How?", "00:00:09 Teo Bo", "By phone, before six."), "00:00:04 Ada Novak"),
        (("Words of nobody.", "More words."), None),
        ((), None),
    ],
)
def test_the_form_of_headers(paragraphs: tuple[str, ...], about: str | None) -> None:
    header = header_of(paragraphs)
    assert (None if header is None else header.about) == about


@pytest.mark.parametrize(
    ("text", "ms"), [("0:04", 4_000), ("00:00:04.100", 4_100), ("1:02:03", 3_723_000), (None, None), ("x", None)]
)
def test_clock_times(text: str | None, ms: int | None) -> None:
    assert clock(text) == ms


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (r"Tam: My {\*\unknown some words }father does.", "My father does."),
        (r"Tam: My {\*\shppict some words }father does.", "My some words father does."),
        (r"Tam: My {\pict some words }father does.", "My father does."),
        (r"Tam: My {\deleted some words }father does.", "My father does."),
        (r"Tam: My {\deleted0 own }father does.", "My own father does."),
        (r"Tam: My {\v some words }father does.", "My father does."),
        (r"Tam: My {\v some \v0 own }father does.", "My own father does."),
        (r"Tam: My {\v some \plain own }father does.", "My own father does."),
    ],
)
def test_groups_of_rich_text_without_words(tmp_path: Path, body: str, words: str) -> None:
    head = r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0 Arial;}}"
    (tmp_path / "t.rtf").write_text(head + r"Ines: Who reads them?\par " + body + r"\par }", encoding="ascii")
    said = read(tmp_path / "t.rtf", anyway=True)
    assert " ".join(said.words(said.turns[-1]).split()) == words


@pytest.mark.parametrize(
    ("name", "is_name"),
    [("Ada Lind", True), ("the one in back", True), ("the one in the back", False), ("that is all.", False)],
)
def test_a_line_below_a_time_is_a_name(name: str, is_name: bool) -> None:
    talk = [
        "0:00:04 --> 0:00:06",
        name,
        "How do the orders of the day reach you?",
        "0:00:07 --> 0:00:09",
        "Teo",
        "By phone.",
    ]
    assert (read_below_headers(talk).spoken[0].speaker == name) is is_name
