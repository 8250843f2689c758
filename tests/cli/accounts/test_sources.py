"""Sources from the command line: several files, dates that must be told, refused rows, and counts that add up."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixtures.cli_calls import Caller
from tests.fixtures.wording.accounts import (
    CHANGES_NOTHING,
    DAY_OR_MONTH_FIRST,
    ITS_COLUMNS_ARE_OF,
    LOOKS_LIKE,
    NO_ACCOUNT_ID,
    NO_COLUMN_GIVES,
    NO_DATABASE,
    NO_DATE_COLUMN,
    NO_DATE_FORMAT,
    NO_TEXT_FILE,
    SOURCE_BEFORE,
    STAND_IN_PLACE,
)
from tests.fixtures.wording.matching import mentions, says

pytest_plugins = ["tests.fixtures.cli_calls"]
HEADER = "event_id,account_id,event,timestamp\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two files of events and one that is none."""
    place = tmp_path / "usage"
    place.mkdir()
    (place / "a.csv").write_text(HEADER + "e1,NA,login,1/2/2026\ne2,NA,login,2/2/2026\n")
    (place / "b.csv").write_text(HEADER + "e2,NA,login,2/2/2026\n,,login,2/2/2026\n")
    (place / "c.bin").write_bytes(b"\x00\x01")
    return place


def test_a_folder_whose_dates_are_asked_for(empty: Caller, folder: Path) -> None:
    asked = empty("accounts", "import", folder)
    assert asked.code == 1
    assert says(asked.err, "timestamp", DAY_OR_MONTH_FIRST, "1/2/2026", "usage/a.csv row 2")
    assert says(asked.err, "hint:", "--dates timestamp=FORMAT", "iso, day-first")
    called = empty("accounts", "import", folder, "--dates", "timestamp=day-first", "--json")
    assert called.code == 3
    report = called.json
    assert report["read"] == report["rows"] + len(report["rejected"]) + report["duplicates"] + report["dropped"] == 4
    assert says(called.err, "refused: usage/c.bin", NO_TEXT_FILE)
    assert says(called.err, "refused: usage/b.csv row 3", "account_id", NO_ACCOUNT_ID)
    assert says(called.err, "Read 2 events", "usage/a.csv", "1 more", "1 row", "refused", "1 repeat", "4 rows")
    assert report["rejects_file"] in called.err
    assert [(row["file"], row["row"]) for row in empty.done("accounts", "rejects", "events", "--json").json] == [
        ("usage/b.csv", 3)
    ]
    assert "usage/b.csv" in empty.done("accounts", "rejects", "events").out
    (source,) = empty.done("accounts", "sources", "--json").json
    assert source["dates"] == {"timestamp": "day-first"} and len(source["files"]) == 2


def test_adding_and_reading_the_same_again(empty: Caller, folder: Path) -> None:
    empty.done("accounts", "import", folder / "a.csv", "--dates", "timestamp=day-first")
    called = empty("accounts", "import", folder / "a.csv", folder / "b.csv", "--add")
    assert says(called.err, "a.csv", SOURCE_BEFORE, CHANGES_NOTHING)
    assert says(called.err, "Read 0 events", "b.csv", "1 row", "refused", "1 repeat", "2 rows", "2 events")
    again = empty.done("accounts", "import", folder / "a.csv", "--add")
    assert "Read" not in again.err


def test_a_mapping_is_shown_with_the_first_rows(empty: Caller, folder: Path) -> None:
    shown = empty.done("accounts", "mapping", folder / "a.csv")
    assert says(shown.err, "--dates timestamp=FORMAT")
    found = empty.done(
        "accounts", "mapping", folder / "a.csv", "--dates", "timestamp=month-first", "--map", "event_id=", "--json"
    )
    assert found.json["rows"][0]["values"] == {
        "account_id": "NA",
        "event": "login",
        "timestamp": "2026-01-02T00:00:00Z",
    }
    assert "event_id" not in found.json["columns"]


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["--dates", "timestamp"], 2, ("--dates", "timestamp", "column=format")),
        (["--dates", "timestamp=soon"], 2, ("soon", NO_DATE_FORMAT)),
        (["--dates", "event=iso"], 2, ("event", NO_DATE_COLUMN)),
        (["--table", "events"], 2, (NO_DATABASE, "--table")),
    ],
)
def test_options_that_make_no_sense(
    empty: Caller, folder: Path, args: list[str], code: int, words: tuple[object, ...]
) -> None:
    called = empty("accounts", "import", folder / "a.csv", *args)
    assert called.code == code
    assert says(called.err, *words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("account_id,event\na1,login\n", (LOOKS_LIKE, "events", NO_COLUMN_GIVES, "timestamp")),
        ("account_id,plan,seats\na1,Team,3\n", (LOOKS_LIKE, "subscriptions", NO_COLUMN_GIVES, "start_date")),
    ],
)
def test_a_file_that_lacks_a_column_never_stands_in_place_of_the_accounts(
    empty: Caller, tmp_path: Path, text: str, words: tuple[object, ...]
) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text("account_id,name\na1,Ada\na2,Bob\n")
    bad.write_text(text)
    empty.done("accounts", "import", good)
    called = empty("accounts", "import", bad)
    assert called.code == 1 and says(called.err, *words)
    assert says(called.err, "hint:", "--map")
    shown = empty.done("accounts", "mapping", bad)
    assert says(shown.err, "warning:", NO_COLUMN_GIVES) and says(shown.err, "--map")
    together = empty("accounts", "import", good, bad, "--json")
    assert together.code == 3 and says(together.err, "refused: bad.csv", ITS_COLUMNS_ARE_OF)
    (source,) = empty.done("accounts", "sources", "--json").json
    assert (source["kind"], source["row_count"]) == ("accounts", 2)


def test_a_list_of_accounts_with_their_first_day_is_no_list_of_events(empty: Caller, tmp_path: Path) -> None:
    file = tmp_path / "crm.csv"
    file.write_text("account_id,name,created_at\na1,Ada,2024-01-01\n")
    assert empty.done("accounts", "import", file, "--json").json["kind"] == "accounts"


def test_files_of_another_kind_are_refused_by_name_where_the_kind_is_said(empty: Caller, tmp_path: Path) -> None:
    (tmp_path / "crm.csv").write_text("account_id,name\na1,Ada\n")
    (tmp_path / "use.csv").write_text(HEADER + "e1,a1,login,2026-02-01\ne2,a9,login,2026-02-01\n")
    called = empty("accounts", "import", tmp_path / "crm.csv", tmp_path / "use.csv", "--kind", "accounts", "--json")
    assert called.code == 3
    assert says(called.err, "refused: use.csv", ITS_COLUMNS_ARE_OF, "events", "accounts")
    assert (called.json["read"], called.json["rows"]) == (1, 1)


def test_reading_the_same_again_is_no_step_to_undo(empty: Caller, tmp_path: Path) -> None:
    file = tmp_path / "use.csv"
    file.write_text(HEADER + "e1,a1,login,2026-02-01\n")
    empty.done("accounts", "import", file)
    before = empty.done("history", "--json").json
    again = empty.done("accounts", "import", file)
    assert says(again.err, "use.csv", SOURCE_BEFORE, CHANGES_NOTHING) and not mentions(again.err, STAND_IN_PLACE)
    assert empty.done("history", "--json").json == before
    empty.done("accounts", "import", file, "--map", "event_id=")
    assert len(empty.done("history", "--json").json) == len(before) + 1
