"""Columns of tables: known by their names, by their cells, or by a person's choice, with an account of every word."""

from __future__ import annotations

from pathlib import Path

import pytest

from needsseg.errors import TranscriptError
from needsseg.transcripts import read, read_all
from needsseg.transcripts.choices import ReadingChoices
from tests.fixtures.transcripts.documents import said
from tests.fixtures.transcripts.table_files import FOCUS, SURVEY, in_csv, written
from tests.fixtures.wording.matching import says


@pytest.mark.parametrize(
    ("session", "speaker", "words"),
    [
        ("Transcript", "Participant", "Comment"),
        ("Session ID", "Speaker code", "Response"),
        ("transcript", "id", "utterance_text"),
        ("conversation", "who", "what they said"),
        ("Document", "Sprecher", "Äußerung"),
        ("Interview No.", "Name", "Verbatim"),
    ],
)
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
def test_the_words_stand_in_the_column_of_running_text(
    tmp_path: Path, session: str, speaker: str, words: str, order: tuple[int, ...]
) -> None:
    rows = [[session, speaker, words]]
    rows += [[group, *turn] for group in ("FG1", "FG2", "FG3") for turn in FOCUS]
    text = in_csv([[row[at] for at in order] for row in rows], ";")
    found = read_all(written(tmp_path, text, encoding="utf-8-sig"))
    assert [key for key, _ in found] == ["FG1", "FG2", "FG3"]
    assert all(said(transcript) == FOCUS for _, transcript in found)
    assert found[0][1].words_by_kind["unread"] == 0


def test_columns_without_telling_names_are_known_by_their_cells(tmp_path: Path) -> None:
    rows = [[f"0:{7 * number:02}", name, words] for number, (name, words) in enumerate(FOCUS)]
    named = read(written(tmp_path, in_csv([["a", "b", "c"], *rows])))
    bare = read(written(tmp_path, in_csv(rows)))
    for transcript in (named, bare):
        assert said(transcript) == FOCUS
        assert [turn.start_ms for turn in transcript.turns] == [7_000 * number for number in range(6)]
    assert named.words_by_kind["heading"] + named.words_by_kind["label"] == 3 + 6


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("0:00.0 - 0:07.0", (0, 7_000)),
        ("0:00:01.5 - 0:00:09.0", (1_500, 9_000)),
        ("00:00:01,000 --> 00:00:04,000", (1_000, 4_000)),
        ("[00:01–00:04]", (1_000, 4_000)),
        ("12.5 - 14", (12_500, 14_000)),
        ("00:01 to 00:04", (1_000, 4_000)),
    ],
)
def test_a_column_of_spans_gives_start_and_end(tmp_path: Path, cell: str, expected: tuple[int, int]) -> None:
    rows = [["Timespan", "Content", "Speaker"], [cell, "How is the harbour?", "Ann"], ["9:00 - 9:30", "Calm.", "Bo"]]
    turn = read(written(tmp_path, in_csv(rows))).turns[0]
    assert (turn.start_ms, turn.end_ms) == expected


def test_long_texts_of_different_people_are_interviews(tmp_path: Path) -> None:
    account = " ".join(words for _, words in FOCUS)
    rows = [["participant", "text"], *[[f"P{number}", account] for number in range(1, 4)]]
    found = read_all(written(tmp_path, in_csv(rows)))
    assert [(key, one.speakers) for key, one in found] == [("P1", ("P1",)), ("P2", ("P2",)), ("P3", ("P3",))]


def test_what_a_column_says_of_each_speaker_is_an_attribute(tmp_path: Path) -> None:
    age = {"Mod": "", "P1": "33", "P2": "41"}
    rows = [[name, age[name], "May", words] for name, words in FOCUS]
    transcript = read(written(tmp_path, in_csv([["speaker", "age", "month", "text"], *rows])))
    assert transcript.attributes == {"P1": {"age": "33"}, "P2": {"age": "41"}}


def test_names_that_stand_only_where_the_speaker_changes(tmp_path: Path) -> None:
    text = "speaker,text\nAnn,How are you?\n,And the dog?\nBo,We are well.\n,Both of us.\nAnn,Good.\n"
    transcript = read(written(tmp_path, text))
    assert [speaker for speaker, _ in said(transcript)] == ["Ann", "Bo", "Ann"]
    assert says(transcript.warnings[0], 2)
    once = in_csv([["session", "speaker", "text"], *[["" if at else "S1", *turn] for at, turn in enumerate(FOCUS)]])
    assert [key for key, _ in read_all(written(tmp_path, once))] == ["S1"]


def test_chosen_columns_overrule_names_and_cells(tmp_path: Path) -> None:
    rows = [
        ["note", "text", "by", "talk"],
        *[[f"no. {at}", words, name, "T1"] for at, (name, words) in enumerate(FOCUS)],
    ]
    path = written(tmp_path, in_csv(rows))
    choices = ReadingChoices(columns={"words": "note", "speaker": "BY", "interview": "talk"})
    [(key, transcript)] = read_all(path, choices=choices)
    assert key == "T1"
    assert said(transcript)[0] == ("Mod", "no. 0")
    with pytest.raises(TranscriptError, match="nowhere"):
        read_all(path, choices=ReadingChoices(columns={"words": "nowhere"}))
    left = ReadingChoices(
        columns={"words": "text", "speaker": "by"}, not_speakers=frozenset({"P2"}), unlabelled="Others"
    )
    assert read(path, choices=left).speakers == ("Mod", "P1", "Others")


@pytest.mark.parametrize(
    "rows",
    [
        [["speaker", "text"], *map(list, FOCUS)],
        [["Title of it all"], [], ["start", "speaker", "text", "mood"], *[["1", *turn, "calm"] for turn in FOCUS]],
        [["session", "speaker", "text"], *[["A", *turn] for turn in FOCUS], ["", "P9", "Of no session at all."]],
        SURVEY,
        [["Interviewer", "P1", "note"], ["How?", "", "x"], ["", "So it is.", ""]],
        [["speaker", "text"], ["Ann", "two\n\nlines \x01 here"], ["Bo", ""], ["Ann", "Hm?"]],
    ],
)
def test_the_account_of_a_table_adds_up(tmp_path: Path, rows: list[list[str]]) -> None:
    found = read_all(written(tmp_path, in_csv(rows)), anyway=True)
    speech = sum(len(one.words(turn).split()) for _, one in found for turn in one.turns)
    assert sum(one.words_by_kind["speech"] for _, one in found) == speech
    words = sum(len(cell.split()) for row in rows for cell in row)
    if rows is SURVEY:
        # A question counts as often as it is asked, and not as a heading.
        asked = [one.words(turn) for _, one in found for turn in one.turns if turn.speaker == "Interviewer"]
        words += sum(len(question.split()) for question in asked) - len(" ".join(set(asked)).split())
    assert sum(sum(one.words_by_kind.values()) for _, one in found) == words
    unread = 5 if rows[-1][-1].startswith("Of no") else 0
    assert sum(one.words_by_kind["unread"] for _, one in found) == unread
