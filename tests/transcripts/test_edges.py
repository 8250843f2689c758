"""The edges of what is taken for a name, an encoding, a page, a column or a doubt: one case on either side of each."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.records import Role
from needsseg.transcripts import ReadingChoices, read
from needsseg.transcripts.choice_matches import lines_beginning, matching_lines
from needsseg.transcripts.decoding import _is_another_script, _looks_binary
from needsseg.transcripts.documents.html_page import looks_like_html
from needsseg.transcripts.documents.teams import clock, header_of, read_below_headers
from needsseg.transcripts.json.turns import _plus
from needsseg.transcripts.roles import role_from_label
from needsseg.transcripts.spoken import Spoken
from needsseg.transcripts.subtitles import labels as subtitle_labels
from needsseg.transcripts.subtitles.rolling import Repeats, _overlap, find_repeats
from needsseg.transcripts.suspicions import suspicions
from needsseg.transcripts.tables.columns import Columns
from needsseg.transcripts.tables.rows import _delimiter


@pytest.mark.parametrize(
    ("label", "role"),
    [
        ("Ada Lind Moderator", "interviewer"),
        ("Ada von Lind Moderator", None),
        ("Moderator Ada", "interviewer"),
        ("Ada/Guest", "participant"),
        ("I", "interviewer"),
        ("INT 1", None),
        ("INT", "interviewer"),
        ("I1", "interviewer"),
        ("I 12", "interviewer"),
        ("I 123", None),
        ("Mod", "interviewer"),
        ("A1", None),
        ("S00", None),
        ("P1", "participant"),
        ("R 12", "participant"),
        ("U", None),
        ("note  taker", "other"),
        ("Ada (Observer)", "other"),
        ("A Lind", None),
    ],
)
def test_labels_at_the_edge_of_a_role(label: str, role: Role | None) -> None:
    assert role_from_label(label) == role


@pytest.mark.parametrize("letter", ["a", "z", "A", "Z", "m"])
def test_a_third_of_the_letters_makes_another_script(letter: str) -> None:
    plain = letter.encode()
    assert not _is_another_script(b"\xe9" + plain * 2) and _is_another_script(b"\xe9" * 2 + plain * 3)
    assert _is_another_script(b"\xe9" + plain + b"@[`{ 09") and not _is_another_script(plain * 9)
    assert not _is_another_script(b"")


@pytest.mark.parametrize(
    ("text", "binary"),
    [
        ("words", False),
        ("\t\n\r\f\v" * 9, False),
        ("\x01" + "a" * 19, False),
        ("\x01" + "a" * 18, True),
        ("\x1f" + "a" * 18, True),
        ("\x7f" + "a" * 18, True),
        ("\x9f" + "a" * 18, True),
        ("\xa0" + "a" * 18, False),
        ("\0" + "a" * 19, False),
        ("\0" + "a" * 18, True),
    ],
)
def test_one_in_twenty_control_characters_is_binary(text: str, binary: bool) -> None:
    assert _looks_binary(text) is binary


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


@pytest.mark.parametrize(
    ("columns", "speech"),
    [
        (Columns(words="text"), False),
        (Columns(speaker="speaker"), False),
        (Columns(start="start", key="id"), False),
        (Columns(words="text", speaker="speaker"), True),
        (Columns(words="text", start="start"), True),
        (Columns(words="text", key="interview"), True),
        (Columns(words="comment", speaker="name"), False),
        (Columns(words="comment", speaker="speaker"), True),
        (Columns(words="text", speaker="name"), True),
        (Columns(words="comment", speaker="name", start="start"), True),
        (Columns(voices=(("A", "A"),)), True),
        (Columns(answers=("Why?",)), True),
        (Columns(), False),
    ],
)
def test_columns_of_speech(columns: Columns, speech: bool) -> None:
    assert columns.of_speech is speech


@pytest.mark.parametrize(
    ("lines", "mark"),
    [
        (["speaker,text", "Ada;x,Yes; no; maybe"], ","),
        (["speaker;text", "Ada;Yes, no, maybe"], ";"),
        (["speaker\ttext", "Ada\tYes, no; maybe"], "\t"),
        (["a;b;c", "1;2;3", "x,y"], ";"),
        (["a,b", "1;2;3", "1;2;4"], ";"),
        (["", "", "speaker;text"], ";"),
    ],
)
def test_the_sign_between_columns(lines: list[str], mark: str) -> None:
    assert _delimiter(lines) == mark


@pytest.mark.parametrize(
    ("start", "lasts", "unit", "end"),
    [("1000", "500", "ms", "1500"), ("1.5", "0.5", "", "2.0"), ("", "1", "", ""), ("1", "", "ms", "")],
)
def test_an_end_is_a_start_and_a_duration(start: str, lasts: str, unit: str, end: str) -> None:
    assert _plus(start, lasts, unit) == end


def test_lines_that_match_a_choice_are_counted(tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text("Ada - Yes.\nBen - No.\nAda - So.\n\nwords\n", encoding="utf-8")
    assert lines_beginning(tmp_path / "t.txt", re.compile("Ada")) == 2
    assert matching_lines(tmp_path / "t.txt", r"(?P<speaker>\w+) - (?P<words>.*)") == 3
    assert matching_lines(tmp_path / "t.txt", "") == 0


WORDS = st.lists(st.sampled_from("ab"), min_size=1, max_size=7)


@given(before=WORDS, after=WORDS)
def test_the_overlap_is_the_longest_end_that_begins_the_next(before: list[str], after: list[str]) -> None:
    longest = max(n for n in range(min(len(before), len(after)) + 1) if not n or before[-n:] == after[:n])
    assert _overlap(before, after) == longest


def cues(*texts: str) -> list[list[list[str]]]:
    return [[line.split() for line in text.split("/")] for text in texts]


@pytest.mark.parametrize(
    ("texts", "repeats"),
    [
        (("a b c", "a b c d", "d e f", "d e f g"), Repeats((0, 3, 0, 3))),
        (("a b c/d e f", "d e f/g h i", "g h i/j k l"), Repeats((0, 3, 3))),
        (("A b, c", "a b c! d", "d e f", "D e f. g"), Repeats((0, 3, 0, 3))),
        (("a b c", "x y z", "u v w"), Repeats((0, 0, 0))),
        (("a b c", "a b c d", "e f g", "h i j"), Repeats((0, 0, 0, 0))),
        (("a b", "a b", "a b", "a b"), Repeats((0, 0, 0, 0))),
        ((), Repeats(())),
    ],
)
def test_cues_that_roll(texts: tuple[str, ...], repeats: Repeats) -> None:
    voices = [("", "")] * len(texts)
    assert find_repeats(cues(*texts), voices) == repeats


def test_cues_of_different_voices_do_not_roll() -> None:
    texts = ("a b c", "a b c d", "d e f", "d e f g")
    voices = [("A", "A"), ("B", "B"), ("A", "A"), ("B", "B")]
    assert find_repeats(cues(*texts), voices) == Repeats((0, 0, 0, 0))


@pytest.mark.parametrize(
    ("label", "numbered"),
    [("SPEAKER_00", True), ("spk_1", True), ("S2", True), ("Speaker A", False), ("Speaker", False), ("Ada 2", False)],
)
def test_a_numbered_speaker(label: str, numbered: bool) -> None:
    assert subtitle_labels._numbered(label) is numbered


@pytest.mark.parametrize(
    ("counts", "total", "accepted"),
    [
        ({"Ada Lind": 2}, 100, {"Ada Lind"}),
        ({"Ada Lind": 1}, 2, {"Ada Lind"}),
        ({"Ada Lind": 1}, 3, set()),
        ({"laughs": 2}, 2, set()),
        ({"Speaker 1": 1}, 100, {"Speaker 1"}),
        ({"the one in the back": 4}, 5, {"the one in the back"}),
        ({"the one in the back": 4}, 6, set()),
        ({"the one in the back": 1}, 1, set()),
    ],
)
def test_names_in_brackets(counts: dict[str, int], total: int, accepted: set[str]) -> None:
    assert subtitle_labels._accepted_brackets(Counter(counts), Counter(counts), total) == accepted


ODD = "the one in the back there"


@pytest.mark.parametrize(
    ("counts", "total", "accepted"),
    [
        ({"Ada Lind": 1}, 100, {"Ada Lind"}),
        ({ODD: 9}, 10, {ODD}),
        ({ODD: 3}, 4, {ODD}),
        ({ODD: 2}, 3, set()),
        ({ODD: 3}, 6, {ODD}),
        ({ODD: 3}, 7, set()),
        ({ODD: 2}, 4, set()),
        ({"Date": 9}, 10, set()),
        ({"spk_1": 1}, 100, {"spk_1"}),
    ],
)
def test_labels_before_a_colon(counts: dict[str, int], total: int, accepted: set[str]) -> None:
    assert subtitle_labels._accepted_colons(Counter(counts), Counter(counts), total) == accepted


@pytest.mark.parametrize(
    ("counts", "total", "accepted"),
    [
        ({"Ada": 2, "Ben": 2}, 8, {"Ada", "Ben"}),
        ({"Ada": 2, "Ben": 2}, 9, set()),
        ({"Ada": 2, "Ben": 1}, 4, {"Ada"}),
        ({"Ada": 1, "Ben": 1}, 2, set()),
        ({"bread": 4}, 4, set()),
    ],
)
def test_labels_without_a_blank_behind(counts: dict[str, int], total: int, accepted: set[str]) -> None:
    assert subtitle_labels._accepted_tight(Counter(counts), Counter(counts), total) == accepted


@pytest.mark.parametrize(
    ("counts", "total", "accepted"),
    [
        ({"Ada Lind": 5, "Ben Cole": 4}, 10, {"Ada Lind", "Ben Cole"}),
        ({"Ada Lind": 4, "Ben Cole": 4, "Cem Day": 1}, 10, {"Ada Lind", "Ben Cole", "Cem Day"}),
        ({"Ada Lind": 2, "Ben Cole": 2}, 16, {"Ada Lind", "Ben Cole"}),
        ({"Ada Lind": 2, "Ben Cole": 2}, 17, set()),
        ({"Ada Lind": 2, "Cem Day": 1}, 8, {"Ada Lind"}),
        ({"ADA": 2, "BEN": 2, "CEM": 1}, 5, {"ADA", "BEN", "CEM"}),
        ({"ADA": 2, "BEN": 2, "CEM": 1}, 6, {"ADA", "BEN"}),
        ({"Ada.": 9}, 10, set()),
    ],
)
def test_names_on_lines_of_their_own(counts: dict[str, int], total: int, accepted: set[str]) -> None:
    assert subtitle_labels._accepted_lines(Counter(counts), Counter(counts), total) == accepted


def turns(*rows: tuple[str, str]) -> list[Spoken]:
    return [Spoken(speaker, words, None, None, number) for number, (speaker, words) in enumerate(rows, 1)]


def of_words(count: int) -> str:
    return " ".join(f"w{n}" for n in range(count))


@pytest.mark.parametrize(
    ("rows", "count"),
    [
        ([("Ada", of_words(24)), ("Ben", of_words(37))], 1),
        ([("Ada", of_words(24)), ("Ben", of_words(36))], 0),
        ([("Ada", of_words(20)), ("Ben", of_words(37))], 0),
        ([("Ada", of_words(24)), ("Ada", of_words(37))], 0),
        ([("Ada", of_words(24)), ("", of_words(37))], 0),
        ([("Ada", of_words(6))] * 5 + [("Ben", of_words(31))], 1),
        ([("Ada", of_words(7))] * 5 + [("Ben", of_words(31))], 0),
        ([("Ada", of_words(8))] * 4 + [("Ben", of_words(33))], 0),
        ([("Ada", "Yes. <br>")], 1),
        ([("Ada", "Yes. <br>"), ("Ada", "No.")], 0),
        ([("Ada", "Yes. <br>"), ("Ada", "No."), ("Ada", "So. <br>")], 1),
        ([("Ada", "Yes. <br>"), ("Ada", "No.")] * 3, 1),
        ([("Ada", "At [00:04] yes.")], 1),
        ([("Ada", "Yes."), ("Ben", "No.")] * 2, 0),
        ([("Ada", "Yes."), ("Ben", "No.")] * 3, 1),
        (
            [
                ("Ada Lind", "Yes."),
                ("Ben Cole", "No."),
                ("Cem Day", "So."),
                ("Di East", "Oh."),
                ("Ed Fox", "Ah."),
                ("Flo Guy", "Hm."),
            ],
            1,
        ),
        ([("Ada Lind", "Yes."), ("Ben Cole", "No."), ("Cem Day", "So."), ("Di East", "Oh."), ("Ed Fox", "Ah.")], 0),
        ([], 0),
    ],
)
def test_doubts_begin_where_their_figures_say(rows: list[tuple[str, str]], count: int) -> None:
    assert len(suspicions(turns(*rows), {})) == count, suspicions(turns(*rows), {})


@pytest.mark.parametrize(
    ("asked", "questions", "doubted"),
    [(3, 5, False), (4, 6, True), (3, 6, False), (4, 8, False), (5, 8, True)],
)
def test_a_participant_who_asks_more_than_half_is_doubted(asked: int, questions: int, doubted: bool) -> None:
    rows = [("Ben", "And why?")] * asked + [("Ada", "And how?")] * (questions - asked)
    roles: dict[str, Role] = {"Ada": "interviewer", "Ben": "participant"}
    long = ("Ada", of_words(40))
    assert any("asks" in doubt for doubt in suspicions(turns(*rows, long), roles)) is doubted
    assert suspicions(turns(*rows, long), {"Ada": "interviewer", "Ben": "interviewer"}) == ()


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


def test_words_under_a_label_that_is_no_speaker_are_notes(tmp_path: Path) -> None:
    lines = [
        "[00:01] Ada: How do the orders reach you?",
        "",
        "[00:04] Legend: two words",
        "",
        "[00:09] Ben: By phone.",
    ] * 3
    (tmp_path / "t.txt").write_text("\n".join(lines), encoding="utf-8")
    chosen = read(tmp_path / "t.txt", choices=ReadingChoices(not_speakers=frozenset({"Legend"})))
    assert {turn.speaker for turn in chosen.turns} == {"Ada", "Ben"}
    assert sum(chosen.words_by_kind.values()) == sum(len(line.split()) for line in lines)
    assert chosen.words_by_kind["unread"] == 0
