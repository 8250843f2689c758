"""Responses as they come: columns found, rows refused with their reasons, Formbricks' and Typeform's own exports."""

from __future__ import annotations

import json

import pytest

from needsseg.decisions.survey_responses import read_responses
from needsseg.errors import TableError, UsageError
from tests.test_decisions_survey import question, survey

ASKED = survey(question("q1"), question("q2", words="What would annoy you?"))


def test_a_csv_of_keys_and_one_of_words_are_the_same() -> None:
    keys = read_responses("account_id,user_id,date,q1,q2\nA1,u1,2026-03-01,builder,\n", "r.csv", ASKED)
    words = read_responses(
        "\ufeff#;account;Submit Date (UTC);1. What about q1?;What would annoy you?\n"
        "u1;A1;2026-03-01 10:00:00;q1 Builder;\n", "r.csv", ASKED,
    )  # fmt: skip
    assert keys.rows == words.rows and not keys.refused
    assert (keys.rows[0].respondent, keys.rows[0].account, keys.rows[0].day) == ("u1", "A1", 20513)
    assert words.columns["q1"] == "1. What about q1?" and words.columns["at"] == "Submit Date (UTC)"


def test_formbricks_and_typeform_responses_are_read() -> None:
    bricks = {"id": "r1", "createdAt": "2026-03-01T23:30:00-02:00",
              "data": {"account_id": "A1", "v1-00ff00-q1": "q1 Builder"}}  # fmt: skip
    form = {"token": "r1", "submitted_at": "2026-03-02T01:30:00Z", "hidden": {"account_id": "A1"},
            "answers": [{"field": {"ref": "v1-00ff00-q1"}, "type": "choice", "choice": {"label": "q1 Builder"}}]}  # fmt: skip
    one = read_responses(json.dumps({"data": [bricks]}), "b.json", ASKED)
    other = read_responses(json.dumps({"items": [form], "page_count": 1}), "t.json", ASKED)
    assert [(r.account, r.respondent, r.day, r.answers) for r in one.rows] == [("A1", "r1", 20514, {"q1": "builder"})]
    assert [(r.account, r.respondent, r.day, r.answers) for r in other.rows] == [("A1", "r1", 20514, {"q1": "builder"})]


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ({"q1": "baker"}, "q1", "question 'q1' has no such option"),
        ({"answers": {"q1": "builder", "q9": "x"}}, "q9", "the survey has no such question"),
        ({"q1": "builder", "account_id": ""}, "account_id", "no account"),
        ({"q1": "builder", "survey_version": "v2-abcdef"}, "survey_version",
         "it answers another version of the survey; this one is v1-00ff00"),
        ({"q1": "builder", "v2-abcdef-q1": "builder"}, "",
         "it answers another version of the survey; this one is v1-00ff00"),
        ({"q1": "builder", "at": "03/04/2026"}, "at", "not a date written YYYY-MM-DD"),
        ("a text", "", "not an object"),
    ],
)  # fmt: skip
def test_a_row_that_does_not_fit_is_refused_by_its_number(row: object, column: str, reason: str) -> None:
    good = {"account_id": "A1", "q1": "builder", "q2": None}
    bad = {"account_id": "A1"} | row if isinstance(row, dict) else row
    found = read_responses("\n".join(map(json.dumps, (good, bad, good))), "r.jsonl", ASKED)
    assert [row.row for row in found.rows] == [1, 3]
    assert [(each.row, each.column, each.reason) for each in found.refused] == [(2, column, reason)]


def test_torn_rows_are_refused() -> None:
    found = read_responses("account_id,q1\nA1,builder,x\n\nA1\nA1,none\n", "r.csv", ASKED)
    assert [each.reason for each in found.refused] == [
        "the row has more cells than the header", "the row has fewer cells than the header",
    ]  # fmt: skip
    assert read_responses('{"account_id": "A1", "q1": "none"}\n{"acc', "r.jsonl", ASKED).refused[0].row == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "r holds no response."),
        ("account_id,q1\n", "r holds no response."),
        ("account_id,q7\nA,x\n", "r: no column is a question of the survey (columns: account_id, q7)."),
        ("q1\nbuilder\n", "r: no column says which account a response is of."),
        ("account_id,v9-abcdef-q1\nA,x\n", "r answers another version of the survey (v9-abcdef); this one is v1-00ff00."),
        ("account_id,q1,v1-00ff00-q1\nA,x,x\n", "r: two columns are question 'q1'."),
        ("account_id,q1,q1\nA,x,x\n", "r: two columns are called 'q1'."),
        ("[1, 2", "r: not valid JSON"),
        ('{"a"', "r: not valid JSON"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_says_so(text: str, said: str) -> None:
    with pytest.raises((TableError, UsageError)) as caught:
        read_responses(text, "r", ASKED)
    assert said in caught.value.message


def test_a_column_that_is_named_has_to_be_there() -> None:
    with pytest.raises(UsageError, match=r"r has no column 'crm' \(account\)\. Columns: account_id, q1\."):
        read_responses("account_id,q1\nA,none\n", "r", ASKED, account="crm")
