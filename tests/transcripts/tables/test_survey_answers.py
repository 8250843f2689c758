"""Open answers of surveys as tables: each respondent is an interview with attributes."""

from __future__ import annotations

import json
from pathlib import Path

from needsseg.transcripts import read_all
from tests.fixtures.transcripts.documents import said
from tests.fixtures.transcripts.table_files import SURVEY, in_csv, written


def test_open_answers_of_a_survey_are_interviews_with_attributes(tmp_path: Path) -> None:
    found = read_all(written(tmp_path, in_csv(SURVEY)))
    assert [key for key, _ in found] == ["R7", "R8", "R9"]
    assert said(found[1][1]) == [
        ("Interviewer", SURVEY[0][2]),
        ("Participant", SURVEY[2][2]),
        ("Interviewer", SURVEY[0][4]),
        ("Participant", SURVEY[2][4]),
    ]
    assert [turn.role for turn in found[1][1].turns[:2]] == ["interviewer", "participant"]
    assert len(found[2][1].turns) == 2
    assert found[1][1].attributes == {"Participant": {"Age group": "35-44", "Plan": "Pro"}}


def test_survey_tools_write_a_second_header(tmp_path: Path) -> None:
    under = ["", "Response", "Open-Ended Response", "Response", "Open-Ended Response"]
    found = read_all(written(tmp_path, in_csv([SURVEY[0], under, *SURVEY[1:]])))
    assert [key for key, _ in found] == ["R7", "R8", "R9"]
    ids = ["ResponseId", "Q1", "Q2", "Q3", "Q4"]
    imports = [json.dumps({"ImportId": name}) for name in ids]
    found = read_all(written(tmp_path, in_csv([ids, SURVEY[0], imports, *SURVEY[1:]])))
    assert said(found[0][1])[0] == ("Interviewer", SURVEY[0][2])
    assert found[0][1].attributes["Participant"]["Plan"] == "Basic"


def test_one_row_an_answer_gives_the_respondents_attributes(tmp_path: Path) -> None:
    rows = [
        ["respondent", "age", "question", "answer"],
        ["P1", "33", "Why?", "It works."],
        ["P1", "33", "How?", "By hand."],
    ]
    [(key, transcript)] = read_all(written(tmp_path, in_csv([*rows])))
    assert key == "P1"
    assert transcript.attributes == {"Participant": {"age": "33"}}
