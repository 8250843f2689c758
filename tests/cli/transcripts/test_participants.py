"""What is known of participants: set and taken away one by one, or taken from a CSV; rows that fit several are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixtures.cli_calls import Caller
from tests.fixtures.wording.accounts import NAMES_NOBODY, NO_EMAIL
from tests.fixtures.wording.common import NEEDS_NAME, NO_SUCH, TOO_LONG
from tests.fixtures.wording.matching import says

pytest_plugins = ["tests.fixtures.cli_calls"]


def _person(call: Caller, key: str) -> dict[str, object]:
    (row,) = [row for row in call.done("participants", "--json").json if row["key"] == key]
    return row


def test_fields_and_attributes_are_set_and_taken_away_in_one_action_each(needsseg: Caller) -> None:
    before = needsseg.done("participants", "--json").json
    needsseg.done(
        "participant", "set", "gus-petrakis", "email=gus@harbour.example", "Company=Harbour [Table]", "Plan=Team=2"
    )
    row = _person(needsseg, "gus-petrakis")
    assert (row["email"], row["company"], row["attributes"]) == (
        "gus@harbour.example", "Harbour [Table]", {"plan": "Team=2"},
    )  # fmt: skip
    needsseg.done("participant", "unset", "gus-petrakis", "plan", "company")
    row = _person(needsseg, "gus-petrakis")
    assert (row["company"], row["attributes"]) == ("", {})
    needsseg.done("participant", "set", "gus-petrakis", "name=גוס 🙂")
    assert _person(needsseg, "gus-petrakis")["name"] == "גוס 🙂"
    for _ in range(3):
        needsseg.done("undo")
    assert needsseg.done("participants", "--json").json == before


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (["set", "nobody", "plan=x"], 1, (NO_SUCH, "participant", "nobody")),
        (["set", "gus-petrakis", "plan"], 2, ("plan", "field=value")),
        (["set", "gus-petrakis", "plan="], 2, ("needsseg participant unset",)),
        (["set", "gus-petrakis", "email=nowhere"], 2, ("nowhere", NO_EMAIL)),
        (["set", "gus-petrakis", "file=x"], 2, ("file", "transcript")),
        (["set", "gus-petrakis", f"plan={'x' * 2001}"], 2, ("plan", TOO_LONG)),
        (["unset", "gus-petrakis", "name"], 2, ("participant", NEEDS_NAME)),
        (["unset", "gus-petrakis", "plan"], 1, ("gus-petrakis", "attribute", "plan")),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    needsseg: Caller, args: list[str], code: int, message: tuple[object, ...]
) -> None:
    before = needsseg.done("participants", "--json").json
    called = needsseg("participant", *args)
    assert called.code == code and says(called.err, *message)
    assert needsseg.done("participants", "--json").json == before


@pytest.mark.parametrize(
    "row",
    [
        "file,plan\ngus-petrakis.txt,Pro",
        "file,plan\ntalks/GUS-PETRAKIS.txt,Pro",
        "interview,plan\ngus-petrakis,Pro",
        "name,plan\n gus  petrakis,Pro",
        "e-mail;plan\nGUS@harbour.example;Pro",
        "file,participant,plan\nelsewhere.txt,Gus Petrakis,Pro",
    ],
)
def test_a_row_is_found_by_file_interview_name_or_address(needsseg: Caller, tmp_path: Path, row: str) -> None:
    needsseg.done("participant", "set", "gus-petrakis", "email=gus@harbour.example", "team=A")
    (tmp_path / "people.csv").write_text(row + "\n", encoding="utf-8")
    assert needsseg.done("accounts", "participants", "people.csv").out == "gus-petrakis\n"
    assert _person(needsseg, "gus-petrakis")["attributes"] == {"team": "A", "plan": "Pro"}


def test_rows_that_fit_two_people_are_refused_by_number(needsseg: Caller, tmp_path: Path) -> None:
    needsseg.done("participant", "set", "gus-petrakis", "email=team@x.example")
    needsseg.done("participant", "set", "priyanka-rao", "email=team@x.example")
    (tmp_path / "people.csv").write_text(
        "file,participant,email,plan\n"
        "gus-petrakis.txt,Priyanka Rao,,A\n"
        ",,team@x.example,B\n"
        "marek-nowotny.docx,,,C\n"
        ",Marek Nowotny,,D\n"
        "nobody.txt,,,E\n"
        "priyanka-rao.md,Priya R.,new@x.example,F\n",
        encoding="utf-8",
    )
    called = needsseg("accounts", "participants", "people.csv")
    assert called.code == 3
    assert called.out.splitlines() == ["marek-nowotny", "priyanka-rao"]
    assert called.err.count("refused: ") == 4
    for line, (row, *named) in zip(
        called.err.splitlines(),
        [
            ("row 6", "nobody.txt", NAMES_NOBODY),
            ("row 2", "Priyanka Rao", "file", "gus-petrakis", "name", "priyanka-rao"),
            ("row 3", "team@x.example", "gus-petrakis", "priyanka-rao"),
            ("row 5", "Marek Nowotny", "row 4", "marek-nowotny"),
        ],
        strict=False,
    ):
        assert line.startswith(f"refused: people.csv {row}: ") and says(line, *named)
    assert _person(needsseg, "marek-nowotny")["attributes"] == {"plan": "C"}
    assert _person(needsseg, "priyanka-rao")["name"] == "Priya R."
    needsseg.done("undo")
    assert _person(needsseg, "priyanka-rao")["attributes"] == {}
