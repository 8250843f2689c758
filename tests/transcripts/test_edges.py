"""The edges of what is taken for a name, an encoding, a page, a column or a doubt: one case on either side of each."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.errors import TranscriptError
from needsseg.records import Role
from needsseg.transcripts import ReadingChoices, read, read_all
from needsseg.transcripts.choice_matches import lines_beginning, matching_lines
from needsseg.transcripts.decoding import _is_another_script, _looks_binary
from needsseg.transcripts.documents.html_page import looks_like_html
from needsseg.transcripts.documents.teams import clock, header_of, read_below_headers
from needsseg.transcripts.json.paths import Place
from needsseg.transcripts.json.turns import JsonTurn, _in_order, _plus
from needsseg.transcripts.lines.around import kind_of_line_above
from needsseg.transcripts.lines.labels import accepted_labels
from needsseg.transcripts.roles import role_from_label
from needsseg.transcripts.spoken import Spoken
from needsseg.transcripts.subtitles import labels as subtitle_labels
from needsseg.transcripts.subtitles.rolling import Repeats, _overlap, find_repeats
from needsseg.transcripts.suspicions import suspicions
from needsseg.transcripts.tables.column_contents import columns_by_content
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


def test_a_talk_with_a_head_of_fields_is_markdown(tmp_path: Path) -> None:
    talk = "Ada: How?\nBen: By phone, mostly.\n"
    for name, text, layout in (
        ("a.txt", f"---\ntitle: Orders\n---\n{talk}", "markdown"),
        ("b.txt", f"---\ntitle: Orders\n{talk}", "text"),
        ("c.txt", talk, "text"),
        ("d.md", talk, "markdown"),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert read(tmp_path / name, anyway=True).format == layout, name


@pytest.mark.parametrize("label", ["Legend", "Ada"])
def test_turns_under_a_label_that_is_no_speaker_are_notes(tmp_path: Path, label: str) -> None:
    lines = [
        part
        for n in range(3)
        for part in (
            f"Ada  0:{n}1",
            "How do the orders reach you?",
            "",
            f"Legend  0:{n}4",
            "Two words.",
            "",
            f"Ben  0:{n}9",
            "By phone.",
            "",
        )
    ]
    (tmp_path / "t.txt").write_text("\n".join(lines), encoding="utf-8")
    everyone = read(tmp_path / "t.txt")
    chosen = read(tmp_path / "t.txt", choices=ReadingChoices(not_speakers=frozenset({label})))
    assert {turn.speaker for turn in everyone.turns} - {turn.speaker for turn in chosen.turns} == {label}
    assert sum(chosen.words_by_kind.values()) == sum(everyone.words_by_kind.values())
    left_out = sum(len(everyone.words(turn).split()) for turn in everyone.turns if turn.speaker == label)
    assert chosen.words_by_kind["note"] >= left_out > 0 and chosen.words_by_kind["unread"] == 0


@pytest.mark.parametrize(
    ("unread", "refused"), [("Odd words there stay", False), ("Odd words there stay unread", True)]
)
def test_five_unread_words_of_few_refuse_a_file(tmp_path: Path, unread: str, refused: bool) -> None:
    (tmp_path / "t.txt").write_text(
        f"{unread}.\n\nAda: How?\nBen: By phone, mostly.\nAda: So?\nBen: Yes.\n", encoding="utf-8"
    )
    if refused:
        with pytest.raises(TranscriptError, match="5 of 15 words"):
            read(tmp_path / "t.txt")
    else:
        assert read(tmp_path / "t.txt").words_by_kind["unread"] == 4


@pytest.mark.parametrize(("count", "name"), [(3, False), (4, True), (5, True)])
def test_words_this_often_before_a_colon_are_a_label(count: int, name: bool) -> None:
    assert ("the bread and the cake" in accepted_labels({"the bread and the cake": count})) is name


@pytest.mark.parametrize(
    ("value", "spoken"),
    [
        ([{"talk": [{"speaker": "A", "text": "How?"}, {"speaker": "B", "text": "By phone."}]}] * 2, [2, 2]),
        ([{"talk": [{"speaker": "A", "text": "How?"}, {"speaker": "B", "text": "By phone."}]}] * 3, [2, 2, 2]),
    ],
)
def test_items_of_a_list_are_interviews_of_their_own(tmp_path: Path, value: object, spoken: list[int]) -> None:
    (tmp_path / "t.json").write_text(json.dumps(value), encoding="utf-8")
    found = read_all(tmp_path / "t.json", anyway=True)
    assert [len(transcript.turns) for _, transcript in found] == spoken
    assert len({key for key, _ in found}) == len(spoken)


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


def test_one_named_speaker_alone_is_not_doubted_for_asking() -> None:
    rows = [("Ben", "And why?")] * 6 + [("", of_words(40))]
    assert not any("asks" in doubt for doubt in suspicions(turns(*rows), {"Ben": "participant"}))


@pytest.mark.parametrize(("rows", "key"), [(2, ""), (3, "group"), (4, "group")])
def test_a_column_of_blocks_names_interviews(rows: int, key: str) -> None:
    """Each value in one block of three rows at least."""
    cells = [
        {"group": group, "speaker": speaker, "text": f"{speaker} says some words here {at}"}
        for group in ("north", "south")
        for at, speaker in zip(range(rows), ("Ada", "Ben", "Ada", "Ben"), strict=False)
    ]
    assert columns_by_content(["group", "speaker", "text"], cells).key == key
    split = [*cells[1:], cells[0]]
    assert columns_by_content(["group", "speaker", "text"], split).key == "", "north is in two blocks"


def test_columns_by_path_may_be_left_open(tmp_path: Path) -> None:
    items = [{"who": {"name": "Ada"}, "said": "How?"}, {"who": {"name": "Ben"}, "said": "By phone, mostly."}]
    (tmp_path / "t.json").write_text(json.dumps({"results": {"items": items}}), encoding="utf-8")
    for columns in (
        {"speaker": "results.items.who.name", "start": "", "words": "results.items.said"},
        {"start": "", "speaker": "who.name", "words": "results.items.said"},
    ):
        found = read(tmp_path / "t.json", choices=ReadingChoices(columns=columns), anyway=True)
        assert [turn.speaker for turn in found.turns] == ["Ada", "Ben"]


def test_words_of_channels_are_sorted_by_time_and_punctuation_stays() -> None:
    pieces = [
        JsonTurn("Yes", "B", "5"),
        JsonTurn(".", ""),
        JsonTurn("How", "A", "1"),
        JsonTurn("?", ""),
        JsonTurn("so", "A", "9"),
    ]
    both = [Place({}, channel=channel) for channel in "12"]
    found = _in_order(list(pieces), both)
    assert [(piece.words, piece.speaker) for piece in found] == [
        ("How", "A"), ("?", "A"), ("Yes", "B"), (".", "B"), ("so", "A"),
    ]  # fmt: skip
    assert _in_order(list(pieces), both[:1]) == pieces


@pytest.mark.parametrize(("count", "kind"), [(14, "metadata"), (15, "")])
def test_a_line_with_a_date_is_metadata_up_to_fourteen_words(count: int, kind: str) -> None:
    line = " ".join(["Talked on 2026-02-11 about", *(["bread"] * (count - 4))])
    assert kind_of_line_above(line, frozenset()) == kind


CUES = (
    "WEBVTT\n\n{0}\n\n00:00:01.000 --> 00:00:03.000\nAda: How do the orders reach you?\n\n"
    "00:00:04.000 --> 00:00:06.000\nBen: By phone.\n"
)


@pytest.mark.parametrize(
    ("above", "title"),
    [
        ("Orders of a morning", "Orders of a morning"),
        ("# Orders.", "Orders."),
        ("Orders of a morning.", ""),
        ("One\nTwo", ""),
    ],
)
def test_a_title_above_the_first_cue(tmp_path: Path, above: str, title: str) -> None:
    (tmp_path / "t.vtt").write_text(CUES.format(above), encoding="utf-8")
    assert read_vtt_title(tmp_path / "t.vtt") == title


def read_vtt_title(path: Path) -> str:
    ((_, transcript),) = read_all(path, anyway=True)
    return transcript.title


def test_markup_within_speech_is_named_by_its_first_line(tmp_path: Path) -> None:
    cue = "00:00:0{0}.000 --> 00:00:0{1}.000\nAda: words {2} more\n\n"
    text = (
        "WEBVTT\n\n"
        + cue.format(1, 2, "and")
        + cue.format(3, 4, "&nbsp;x&amp;y;")
        + cue.format(5, 6, "00:00:09.000 -->")
    )
    (tmp_path / "t.vtt").write_text(text, encoding="utf-8")
    warnings = [warning for warning in read(tmp_path / "t.vtt", anyway=True).warnings if "within speech" in warning]
    assert ["first line 10" in warning for warning in warnings] == [True]


@pytest.mark.parametrize(
    ("fields", "speakers"),
    [
        (["Mood: good", "Weather: fair"], {"Oda", "Teo"}),
        (["Baker: Teo", "Asks: Oda"], {"Oda", "Teo"}),
    ],
)
def test_fields_above_a_talk_are_no_speakers(tmp_path: Path, fields: list[str], speakers: set[str]) -> None:
    talk = ["Oda: How do orders reach you?", "Teo: By phone, before six.", "Oda: And then?", "Teo: I bake."]
    (tmp_path / "t.txt").write_text("\n".join([*fields, "", *talk]) + "\n", encoding="utf-8")
    assert {turn.speaker for turn in read(tmp_path / "t.txt", anyway=True).turns} == speakers
