"""Responses as they come: columns found, rows refused with their reasons, Formbricks' and Typeform's own exports."""

from __future__ import annotations

import json

import pytest

from needsseg.errors import TableError, UsageError
from needsseg.survey.responses import read_responses
from tests.fixtures.surveys import question, survey
from tests.fixtures.wording.accounts import FEWER_CELLS, MORE_CELLS
from tests.fixtures.wording.matching import refuses, says
from tests.fixtures.wording.survey import (
    NO_ACCOUNT,
    NO_ACCOUNT_COLUMN,
    NO_QUESTION_COLUMN,
    NO_RESPONSE,
    NO_SUCH_OPTION,
    NO_SUCH_QUESTION,
    OTHER_VERSION,
    RESPONSE_NOT_OBJECT,
)

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
        ({"q1": "baker"}, "q1", ("q1", NO_SUCH_OPTION)),
        ({"answers": {"q1": "builder", "q9": "x"}}, "q9", (NO_SUCH_QUESTION,)),
        ({"q1": "builder", "account_id": ""}, "account_id", (NO_ACCOUNT,)),
        ({"q1": "builder", "survey_version": "v2-abcdef"}, "survey_version",
         (OTHER_VERSION, "v1-00ff00")),
        ({"q1": "builder", "v2-abcdef-q1": "builder"}, "",
         (OTHER_VERSION, "v1-00ff00")),
        ({"q1": "builder", "at": "03/04/2026"}, "at", ("date", "YYYY-MM-DD")),
        ("a text", "", (RESPONSE_NOT_OBJECT,)),
    ],
)  # fmt: skip
def test_a_row_that_does_not_fit_is_refused_by_its_number(row: object, column: str, reason: tuple[object, ...]) -> None:
    good = {"account_id": "A1", "q1": "builder", "q2": None}
    bad = {"account_id": "A1"} | row if isinstance(row, dict) else row
    found = read_responses("\n".join(map(json.dumps, (good, bad, good))), "r.jsonl", ASKED)
    assert [row.row for row in found.rows] == [1, 3]
    (refused,) = found.refused
    assert (refused.row, refused.column) == (2, column)
    assert says(refused.reason, *reason)


def test_torn_rows_are_refused() -> None:
    found = read_responses("account_id,q1\nA1,builder,x\n\nA1\nA1,none\n", "r.csv", ASKED)
    longer, shorter = [each.reason for each in found.refused]
    assert says(longer, MORE_CELLS) and says(shorter, FEWER_CELLS)
    assert read_responses('{"account_id": "A1", "q1": "none"}\n{"acc', "r.jsonl", ASKED).refused[0].row == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ("r", NO_RESPONSE)),
        ("account_id,q1\n", ("r", NO_RESPONSE)),
        ("account_id,q7\nA,x\n", ("r", NO_QUESTION_COLUMN, "account_id, q7")),
        ("q1\nbuilder\n", ("r", NO_ACCOUNT_COLUMN)),
        ("account_id,v9-abcdef-q1\nA,x\n", ("r", OTHER_VERSION, "v9-abcdef", "v1-00ff00")),
        ("account_id,q1,v1-00ff00-q1\nA,x,x\n", ("r", "two columns", "question", "q1")),
        ("account_id,q1,q1\nA,x,x\n", ("r", "two columns", "called", "q1")),
        ("[1, 2", ("r", "JSON")),
        ('{"a"', ("r", "JSON")),
    ],
)  # fmt: skip
def test_a_file_that_is_none_says_so(text: str, said: tuple[object, ...]) -> None:
    with pytest.raises((TableError, UsageError)) as caught:
        read_responses(text, "r", ASKED)
    assert says(caught.value.message, *said)


def test_a_column_that_is_named_has_to_be_there() -> None:
    with refuses(UsageError, "column", "crm", "account", "account_id, q1"):
        read_responses("account_id,q1\nA,none\n", "r", ASKED, account="crm")
