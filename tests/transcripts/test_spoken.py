"""Rows of a document's table as lines of a talk, and pieces put together to turns."""

from __future__ import annotations

import pytest

from needsseg.transcripts.spoken import table_row


@pytest.mark.parametrize(
    ("cells", "line"),
    [
        (["Ada", "Yes."], "Ada: Yes."),
        (["Ada:", "Yes."], "Ada: Yes."),
        (["Ada", "", "Yes."], "Ada: Yes."),
        (["Ada", "Ada", "Yes."], "Ada: Yes."),
        (["", "Yes."], "Yes."),
        (["Yes."], "Yes."),
        ([], ""),
        (["00:01", "Ada", "Yes."], "[00:01] Ada: Yes."),
        (["[00:01]", "Ada:", "Yes."], "[00:01] Ada: Yes."),
        (["(1.5)", "Ada", "Yes."], "[1.5] Ada: Yes."),
        (["1", "2", "3"], "[1] 2: 3"),
        (["a", "b", "c"], "a b c"),
        (["00:01", "Ada", "Yes.", "No."], "00:01 Ada Yes. No."),
        (["00:01", "Ada"], "00:01: Ada"),
        (["a", "b", "a"], "a b a"),
    ],
)
def test_a_row_of_a_table_is_a_line(cells: list[str], line: str) -> None:
    assert table_row(cells) == line
