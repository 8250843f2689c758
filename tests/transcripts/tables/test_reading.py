"""Tables of turns and of interviews: their rows become transcripts, and what cannot be read is named by row and column."""

from __future__ import annotations

import csv
import io
import json
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.errors import TranscriptError
from needsseg.transcripts import detect, read, read_all
from needsseg.transcripts.moments import in_milliseconds, unit_of
from needsseg.transcripts.tables.columns import Columns, columns_of
from tests.fixtures.samples import DATA
from tests.fixtures.transcripts.documents import said
from tests.fixtures.transcripts.table_files import written
from tests.fixtures.wording.matching import says
from tests.fixtures.wording.transcripts import (
    BROKEN_JSON,
    CLOSING_QUOTE,
    LEFT_OUT,
    NO_JSON_OBJECT,
    NO_ROW_WITH_WORDS,
    NO_SPEECH,
    NO_SPOKEN_COLUMN,
    NO_TIME_CELL,
    NO_TURNS,
    NO_WORDS_IN_COLUMN,
    NOTHING_IN_COLUMN,
    OPENING_QUOTE,
)

SPECIMENS = DATA / "transcripts"


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["transcript_id", "text"], Columns(words="text", key="transcript_id")),
        (["speaker", "words", "timestamp"], Columns(words="words", speaker="speaker", start="timestamp")),
        (
            ["Interview ID", "Speaker Name", "startTime", "endTime", "Utterance"],
            Columns("Utterance", "Speaker Name", "", "startTime", "endTime", "Interview ID"),
        ),
        (["role", "content"], Columns(words="content", speaker="role")),
        (["name", "role", "said"], Columns(words="said", speaker="name", role="role")),
        (["file", "start_ms", "transcript"], Columns(words="transcript", start="start_ms", key="file")),
        (["Interviewer", "P1"], Columns(voices=(("Interviewer", "Interviewer"), ("P1", "P1")))),
        (["account_id", "industry"], Columns()),
    ],
)
def test_columns_are_known_by_their_names(names: list[str], expected: Columns) -> None:
    assert columns_of(names) == expected


def test_a_table_of_turns_with_semicolons_quoted_line_ends_and_milliseconds() -> None:
    path = SPECIMENS / "turns.csv"
    transcript = read(path)
    assert transcript.format == detect(path) == "csv"
    assert said(transcript) == [
        ("Ada", "Who keeps the keys?"),
        ("Bo", 'I do; they hang\nby the "green" door.'),
        ("Ada", "Always?"),
    ]
    assert [(turn.start_ms, turn.end_ms) for turn in transcript.turns] == [(0, 1900), (2000, 6100), (6200, None)]
    assert [turn.role for turn in transcript.turns] == ["interviewer", "participant", "interviewer"]
    assert transcript.warnings == ()


def test_json_lines_of_turns_and_bare_letters_as_speakers() -> None:
    transcript = read(SPECIMENS / "turns.jsonl")
    assert transcript.format == detect(SPECIMENS / "turns.jsonl") == "jsonl"
    assert said(transcript) == [("Speaker A", "Who keeps the keys?"), ("Speaker B", "I do; they hang by the door.")]
    assert transcript.turns[1].start_ms == 2000


def test_a_table_of_interviews_has_one_transcript_for_each_id() -> None:
    found = read_all(SPECIMENS / "interviews.csv")
    assert [key for key, _ in found] == ["orchard_01", "orchard_02"]
    assert said(found[0][1])[1] == ("User", 'I do.\nThey hang by the "green" door.')
    assert {turn.speaker: turn.role for turn in found[0][1].turns} == {
        "Assistant": "interviewer",
        "User": "participant",
        "AI": "interviewer",
    }
    with pytest.raises(TranscriptError) as caught:
        read(SPECIMENS / "interviews.csv")
    assert says(caught.value.message, "2 interviews", "orchard_01, orchard_02")
    assert says(caught.value.hint, "needsseg import")


def test_an_ordinary_file_is_one_transcript_without_an_id() -> None:
    [(key, transcript)] = read_all(SPECIMENS / "plain.txt")
    assert key == ""
    assert transcript == read(SPECIMENS / "plain.txt")


def test_rows_of_several_interviews_may_be_turns_in_any_order(tmp_path: Path) -> None:
    text = (
        "file\tspeaker\tstart\ttext\na\tAda\t1.5\tWhy?\nb\tAda\t0\tHow?\na\tBo\t4\tSo.\nb\tCy\t0:00:07\tNot at all.\n"
    )
    found = dict(read_all(written(tmp_path, text, "talk.tsv", "utf-16")))
    assert said(found["a"]) == [("Ada", "Why?"), ("Bo", "So.")]
    assert said(found["b"]) == [("Ada", "How?"), ("Cy", "Not at all.")]
    assert [turn.start_ms for turn in found["b"].turns] == [0, 7000]


def test_a_participant_column_names_interviews_only_beside_whole_talks(tmp_path: Path) -> None:
    talks = 'participant,text\nP1,"Ann: Hi?\n\nBo: Yes."\nP2,"Ann: Hi?\n\nCy: No."\n'
    assert [key for key, _ in read_all(written(tmp_path, talks))] == ["P1", "P2"]
    turns = "participant,text\nAnn,Hi?\nBo,Yes.\nAnn,So?\nBo,No.\n"
    assert said(read(written(tmp_path, turns))) == [("Ann", "Hi?"), ("Bo", "Yes."), ("Ann", "So?"), ("Bo", "No.")]


def test_an_id_in_every_row_of_short_texts_numbers_turns(tmp_path: Path) -> None:
    assert len(read_all(written(tmp_path, "id,text\n1,Hello there.\n2,How are you?\n3,Fine.\n"))) == 1
    found = read_all(written(tmp_path, "id,name,text\n1,Ann,Hi?\n1,Bo,Yes.\n2,Ann,Hi?\n2,Cy,No.\n"))
    assert [key for key, _ in found] == ["1", "2"]


def test_a_column_for_every_speaker_and_questions_beside_answers(tmp_path: Path) -> None:
    wide = "Interviewer,P1\nHow?,\n,So it is.\nWhy?,Because.\n"
    assert said(read(written(tmp_path, wide))) == [
        ("Interviewer", "How?"),
        ("P1", "So it is."),
        ("Interviewer", "Why?"),
        ("P1", "Because."),
    ]
    asked = "participant,question,answer\nA. Novak,How?,So.\nB. Lind,How?,Not at all.\n"
    found = read_all(written(tmp_path, asked))
    assert [key for key, _ in found] == ["A. Novak", "B. Lind"]
    assert said(found[1][1]) == [("Interviewer", "How?"), ("Participant", "Not at all.")]


def test_json_with_turns_inside(tmp_path: Path) -> None:
    turns = [{"role": "assistant", "content": "Why?"}, {"role": "user", "content": "So."}]
    lines = "\n".join(json.dumps({"transcript_id": key, "turns": turns}) for key in ("t1", "t2"))
    found = read_all(written(tmp_path, lines, "talk.jsonl"))
    assert [key for key, _ in found] == ["t1", "t2"]
    assert [turn.role for turn in found[0][1].turns] == ["interviewer", "participant"]
    whole = json.dumps({"text": "Why? So.", "utterances": [{"speaker": "A", "text": "Why?", "start": 5}]}, indent=1)
    assert said(read(written(tmp_path, whole, "talk.json"))) == [("Speaker A", "Why?")]


def test_titles_above_a_header_and_markdown_tables(tmp_path: Path) -> None:
    titled = "Title: My call\n\nSpeaker,Start Time,Text\nAnn,00:00:01,Hello?\nBo,00:00:03,Hi\n"
    assert said(read(written(tmp_path, titled))) == [("Ann", "Hello?"), ("Bo", "Hi")]
    table = "| Speaker | Text |\n|---|:---:|\n| Ann | Hello? |\n| Bo | Hi, well. |\n"
    assert said(read(written(tmp_path, table, "talk.md"))) == [("Ann", "Hello?"), ("Bo", "Hi, well.")]


@pytest.mark.parametrize(
    ("column", "cells", "words", "expected"),
    [
        ("start", ["0", "2", "61"], 150, [0, 2000, 61000]),
        ("start", ["0", "2000", "61000"], 150, [0, 2000, 61000]),
        ("start_ms", ["0", "2"], 5, [0, 2]),
        ("start (s)", ["0", "200000"], 5, [0, 200_000_000]),
        ("start", ["0.0", "2.25", "3,5"], 9, [0, 2250, 3500]),
        ("time", ["00:04", "1:02:03.5", "[00:01:02]", "00:00:07:12"], 9, [4000, 3_723_500, 62_000, 7000]),
        ("time", ["2026-01-05T10:00:00Z", "2026-01-05T10:00:07Z"], 9, [0, 7000]),
        ("time", ["", "N/A", "250ms", "2s"], 9, [None, None, 250, 2000]),
    ],
)
def test_times_in_seconds_milliseconds_and_by_the_clock(
    column: str, cells: list[str], words: int, expected: list[int | None]
) -> None:
    assert in_milliseconds(cells, column, unit_of(cells, words)) == (expected, [])


def test_bad_rows_are_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    text = (
        'transcript_id,text\nw1,"Ann: Hi?\n\nBo: Yes."\nw2,\n,"Ann: Hi?\n\nBo: lost"\nw3,"---\n"\n'
        'w4,"**Ann:** Well?\n\n**Bo:** Good."\n'
    )
    found = read_all(written(tmp_path, text))
    assert [key for key, _ in found] == ["w1", "w4"]
    wordless, unknown, silent, *_ = found[0][1].warnings
    assert says(wordless, 1, LEFT_OUT, "row 3", NO_WORDS_IN_COLUMN, "text")
    assert says(unknown, 1, LEFT_OUT, "row 4", NOTHING_IN_COLUMN, "transcript_id")
    assert says(silent, "w3", "row 5", NO_SPEECH, LEFT_OUT)


def test_odd_cells_are_named_by_row_and_column(tmp_path: Path) -> None:
    text = "speaker,start,text\nAnn,soon,Hi?\nBo,2,Yes, and no.\nAnn,3,\n"
    transcript = read(written(tmp_path, text))
    assert said(transcript) == [("Ann", "Hi?"), ("Bo", "Yes, and no.")]
    long, wordless, timeless = transcript.warnings
    assert says(long, "row 3", "4 cells", 3)
    assert says(wordless, 1, LEFT_OUT, "row 4", NO_WORDS_IN_COLUMN, "text")
    assert says(timeless, 1, NO_TIME_CELL, "start", "row 2", "soon")
    lines = '{"speaker":"Ann","text":"Hi?"}\nnonsense\n{"speaker":"Bo","text":"Yes."}\n'
    assert says(read(written(tmp_path, lines, "a.jsonl")).warnings[0], "line 2", NO_JSON_OBJECT)


def test_a_quotation_mark_that_closes_too_late_is_reported(tmp_path: Path) -> None:
    text = 'speaker,text\nAnn,"Never closed\nBo,Hi\nAnn,"Ok"\nBo,Fine\n'
    assert says(read(written(tmp_path, text)).warnings[0], "line 4", CLOSING_QUOTE)


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.csv", "account_id,industry\n1,Mining\n", (NO_SPOKEN_COLUMN, "account_id, industry")),
        ("b.csv", "speaker,text\n", (NO_ROW_WITH_WORDS, "text")),
        ("c.csv", 'speaker,text\nAnn,Hi?\nBo,"never\nclosed\n', ("row 3", "line 3", "column 2", OPENING_QUOTE)),
        ("d.jsonl", "hello\n", ("line 1", NO_JSON_OBJECT)),
        ("e.json", '{"a": [1,2', (BROKEN_JSON, "line 1", "column 11")),
        ("f.json", "[1, 2]", ("JSON", NO_TURNS, "item 1", "int")),
        ("g.csv", 'transcript_id,text\nw1,"---\n"\n', (NO_SPEECH,)),
    ],
)
def test_a_table_without_speech_is_refused_by_name(
    tmp_path: Path, name: str, text: str, reason: tuple[object, ...]
) -> None:
    path = written(tmp_path, text, name)
    with pytest.raises(TranscriptError) as caught:
        read_all(path)
    assert str(path) in caught.value.message
    assert says(caught.value.message, *reason)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PT1M2.5S", 62_500),
        ("1h 2m 3s", 3_723_000),
        ("0 minutes 7 seconds", 7_000),
        ("00:00:05:24", 5_000),
        ("#00:00:06-0#", 6_000),
        ("1e999", None),
        ("9" * 400, None),
        ("9999999999999:00", None),
        ("hello", None),
    ],
)
def test_one_time_cell_is_a_time_or_none(text: str, expected: int | None) -> None:
    values, bad = in_milliseconds([text], "time", "s")
    assert values == [expected]
    assert bad == ([] if expected is not None else [0])


@pytest.mark.slow
@pytest.mark.parametrize(
    "row",
    [
        'P{},"some words that go on and on\n',
        '"P{},words "here" and there\n',
        'P{},""""x\n',
        'P{},"a""b\n',
        '"{}","x" "y",z\n',
    ],
)
@pytest.mark.parametrize("header", ["speaker,text\n", "transcript_id,text\n", "text\n", "question,answer\n", "a,b,c\n"])
def test_quotation_marks_that_never_close_take_linear_time(tmp_path: Path, header: str, row: str) -> None:
    path = written(tmp_path, header + "".join(row.format(number % 7) for number in range(205_000 // len(row))))
    begin = time.process_time()
    try:
        read_all(path)
    except TranscriptError as error:
        assert error.hint
    assert time.process_time() - begin < 10


CELL = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=20)

WORDS = st.lists(CELL | st.sampled_from(['"', ",", ";", "a\nb", "\t"]), min_size=1, max_size=6).map(" ".join)


@pytest.mark.slow
@given(
    st.lists(st.tuples(st.sampled_from(["Ann", "Bo Lind", "李雷"]), WORDS), min_size=1, max_size=8),
    st.sampled_from([",", ";", "\t", "|"]),
)
def test_what_a_table_writer_writes_reads_back(talk: list[tuple[str, str]], delimiter: str) -> None:
    talk = [(name, words) for name, words in talk if words.strip() and not words.startswith("---")] or [("Ann", "Hi")]
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter).writerows([("speaker", "text"), *talk])
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), buffer.getvalue())
        transcript = read(path)
    spoken = [word for turn in transcript.turns for word in transcript.words(turn).split()]
    assert spoken == [word for _, words in talk for word in words.split()]
