"""Sources from the command line: several files, dates that must be told, refused rows, and counts that add up."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_calls import Caller

pytest_plugins = ["cli_calls"]
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
    assert "column 'timestamp' can be read with the day or the month first: '1/2/2026' (usage/a.csv row 2)" in asked.err
    assert "hint: Say how it is written: --dates timestamp=FORMAT, where FORMAT is one of iso, day-first" in asked.err
    called = empty("accounts", "import", folder, "--dates", "timestamp=day-first", "--json")
    assert called.code == 3
    report = called.json
    assert report["read"] == report["rows"] + len(report["rejected"]) + report["duplicates"] + report["dropped"] == 4
    assert "refused: usage/c.bin: is no text file." in called.err
    assert "refused: usage/b.csv row 3, column account_id: no account id" in called.err
    assert "Read 2 events from usage/a.csv and 1 more, 1 rows refused, 1 repeats left out. 4 rows in all." in called.err
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
    assert "a.csv is there already; it changes nothing." in called.err
    assert (
        "Read 0 events from b.csv, 1 rows refused, 1 repeats left out. 2 rows in all. There are 2 events now."
        in called.err
    )
    again = empty.done("accounts", "import", folder / "a.csv", "--add")
    assert "Read" not in again.err


def test_a_mapping_is_shown_with_the_first_rows(empty: Caller, folder: Path) -> None:
    shown = empty.done("accounts", "mapping", folder / "a.csv")
    assert "Say which with --dates timestamp=FORMAT." in shown.err
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
        (["--dates", "timestamp"], 2, "--dates 'timestamp' is not written column=format."),
        (["--dates", "timestamp=soon"], 2, "'soon' is no way to write dates."),
        (["--dates", "event=iso"], 2, "'event' is no column of dates."),
        (["--table", "events"], 2, "is no database, so --table means nothing here."),
    ],
)
def test_options_that_make_no_sense(empty: Caller, folder: Path, args: list[str], code: int, words: str) -> None:
    called = empty("accounts", "import", folder / "a.csv", *args)
    assert called.code == code
    assert words in called.err
