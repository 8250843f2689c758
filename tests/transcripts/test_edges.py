"""The edges of what is taken for a name, an encoding, a page, a column or a doubt: one case on either side of each."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from needsseg.errors import TranscriptError
from needsseg.languages.detection import seems_english
from needsseg.records import Role
from needsseg.transcripts import ReadingChoices, read, read_all
from needsseg.transcripts.choice_matches import lines_beginning, matching_lines
from needsseg.transcripts.compose import compose
from needsseg.transcripts.decoding import _is_another_script, _looks_binary
from needsseg.transcripts.json.paths import Place
from needsseg.transcripts.json.turns import JsonTurn, _in_order, _plus
from needsseg.transcripts.lines.around import kind_of_line_above
from needsseg.transcripts.lines.labels import accepted_labels
from needsseg.transcripts.roles import guess_roles, role_from_label
from needsseg.transcripts.spoken import Spoken
from needsseg.transcripts.suspicions import suspicions
from needsseg.transcripts.tables.column_contents import columns_by_content
from needsseg.transcripts.tables.columns import Columns
from needsseg.transcripts.tables.rows import _delimiter
from needsseg.transcripts.tables.word_account import _header_parts


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


def test_turns_without_the_end_of_a_sentence_have_roles_too() -> None:
    text, said = compose(
        [Spoken("Ada", "so how do they reach you"), Spoken("Ben", "by phone mostly"), Spoken("Ada", "and then")]
    )
    assert set(guess_roles(said, text)) == {"Ada", "Ben"}


@pytest.mark.parametrize(
    ("header", "parts"),
    [
        ("speaker text", (("label", "text speaker"), ("heading", ""))),
        ("extra text speaker text", (("label", "text speaker"), ("heading", "extra text"))),
        ("speaker text more", (("label", "text speaker"), ("heading", "more"))),
        ("Speaker Text more", (("label", "text speaker"), ("heading", "more"))),
    ],
)
def test_a_header_is_labels_and_headings(header: str, parts: tuple[tuple[str, str], ...]) -> None:
    assert _header_parts(header, Columns(words="text", speaker="speaker")) == parts


@pytest.mark.parametrize(("count", "metadata"), [(8, 9), (9, 0)])
def test_a_field_below_the_talk_has_eight_words_at_most(tmp_path: Path, count: int, metadata: int) -> None:
    talk = "Ada: How do orders reach you?\nBen: By phone, before six.\nAda: And then?\nBen: I bake.\n"
    (tmp_path / "t.txt").write_text(f"{talk}\nLocation: {of_words(count)}\n", encoding="utf-8")
    assert read(tmp_path / "t.txt", anyway=True).words_by_kind["metadata"] == metadata


CYRILLIC, LATIN = "заказы", "orders"
ENGLISH = "the bread is late and we do not know when it is to come"


@pytest.mark.parametrize(
    ("text", "english"),
    [
        (" ".join([CYRILLIC] * 6), True),
        (" ".join([CYRILLIC] * 7), False),
        (" ".join([CYRILLIC, LATIN] * 4), True),
        (" ".join([*[CYRILLIC, LATIN] * 4, CYRILLIC]), False),
        (" ".join([ENGLISH] * 4), True),
        (" ".join([LATIN] * 39), True),
        (" ".join([LATIN] * 40), False),
        (" ".join([*["the"] * 5, *[LATIN] * 35]), True),
        (" ".join([*["the"] * 4, *[LATIN] * 36]), False),
        (" ".join([*["the"] * 5, *["der"] * 5, *[LATIN] * 30]), False),
        ("", True),
    ],
)
def test_english_by_its_letters_and_small_words(text: str, english: bool) -> None:
    assert seems_english(text) is english
