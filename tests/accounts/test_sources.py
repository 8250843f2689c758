from __future__ import annotations

import csv
import gzip
import hashlib
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from needsseg.accounts import Ingested, Mapping, guess_mapping, read_header
from needsseg.accounts.ingest.cells import account_key, local_day, salesforce_18, stamp_parts, utc_second, year_first
from needsseg.accounts.ingest.ingestion import ingest
from needsseg.errors import NeedssegError, TableError, UsageError
from tests.fixtures.samples import DATA
from tests.fixtures.wording.accounts import (
    ARRAY_OF_JSON,
    COLUMN_TWICE,
    ENDS_BEFORE_START,
    FEWER_CELLS,
    MORE_CELLS,
    NO_TEXT_FILE,
    NO_VALID_ROW,
    NOT_A_DATE,
    NOT_AN_OBJECT,
    NOTHING_BELOW_HEADER,
    SECOND_ROW_OF_ACCOUNT,
)
from tests.fixtures.wording.common import CANNOT_WRITE, EMPTY_FILE, NO_SUCH_FILE
from tests.fixtures.wording.matching import refuses, says

HERE = DATA / "accounts"


def read(kind: str, file: Path, out: Path, tz: str = "UTC") -> Ingested:
    return ingest(kind, file, guess_mapping(kind, read_header(file)), out, tz)


def rows(parquet: Path) -> list[dict[str, Any]]:
    import duckdb

    found = duckdb.execute("SELECT * FROM read_parquet(?)", [str(parquet)])
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def value(expression: str) -> Any:
    import duckdb

    ((found,),) = duckdb.sql(f"SELECT {expression}").fetchall()
    return found


def stamp(cell: str, reading: str, form: str = "iso") -> Any:
    literal = "'" + cell + "'"
    return value(f"{reading} FROM (SELECT {stamp_parts(f'({year_first(literal, form)})', 's', form)})")


def test_na_is_a_region_and_no_missing_value(tmp_path: Path) -> None:
    accounts = read("accounts", HERE / "na_regions.csv", tmp_path)
    subscriptions = read("subscriptions", HERE / "na_region_subscriptions.csv", tmp_path)
    assert (accounts.rows, accounts.rejected, accounts.duplicates) == (40, (), 0)
    assert (subscriptions.rows, subscriptions.rejected) == (40, ())
    assert Counter(row["region"] for row in rows(accounts.parquet)) == {"NA": 19, "EU": 14, "APAC": 7}
    assert {row["created_day"] for row in rows(accounts.parquet)} == {(date(2025, 12, 30) - date(1970, 1, 1)).days}
    assert accounts.sha256 == hashlib.sha256((HERE / "na_regions.csv").read_bytes()).hexdigest()


def test_salesforce_deleted_merged_and_short_ids(tmp_path: Path) -> None:
    done = read("accounts", HERE / "salesforce_accounts.csv", tmp_path)
    found = {row["account_id"]: row for row in rows(done.parquet)}
    assert list(found) == ["001A0000006Vm9rIAC", "001A0000006Vm9uIAC", "001A0000006Vm9vIAC"]
    assert found["001A0000006Vm9rIAC"]["merged_ids"] == "001A0000006Vm9sIAC"
    assert found["001A0000006Vm9rIAC"]["name"] == "Hale & Mercer, LLP"
    assert done.dropped == 2
    assert [(reject.row, reject.column, reject.value) for reject in done.rejected] == [
        (7, "Id", "001A0000006Vm9r"),
        (8, "CreatedDate", "1st of Feb"),
    ]
    assert says(done.rejected[0].reason, "row 2", SECOND_ROW_OF_ACCOUNT)


@pytest.mark.slow
def test_the_columns_of_the_parquet_files(tmp_path: Path) -> None:
    accounts = rows(read("accounts", HERE / "hubspot_companies.csv", tmp_path).parquet)
    assert list(accounts[0]) == [
        "account_id", "name", "domain", "employees", "revenue", "industry", "country", "region", "tech_stack",
        "created_day", "merged_ids",
    ]  # fmt: skip
    assert accounts[1]["country"] == "NA"
    events = rows(read("events", HERE / "segment_events.jsonl", tmp_path).parquet)
    assert list(events[0]) == [
        "event_id", "account_id", "user_id", "event", "feature", "platform", "source", "day", "second", "uses",
        "span", "term_id", "device_id",
    ]  # fmt: skip
    terms = rows(read("subscriptions", HERE / "subscriptions_with_faults.csv", tmp_path).parquet)
    assert list(terms[0]) == [
        "account_id", "plan", "seats", "amount", "start_day", "end_day", "renewal_day", "term_id", "replaces", "currency",
        "billing_interval", "trial",
    ]  # fmt: skip
    assert (terms[0]["seats"], terms[0]["amount"]) == (1200, 99.5)


def test_segment_lines(tmp_path: Path) -> None:
    done = read("events", HERE / "segment_events.jsonl", tmp_path)
    first, second = rows(done.parquet)
    assert (first["event_id"], first["source"], first["user_id"]) == ("m1", "mobile", "u1")
    assert (second["account_id"], second["source"], second["user_id"]) == ("acme", "web", "anon7")
    assert second["second"] == int(datetime(2026, 5, 2, 3, 30, tzinfo=UTC).timestamp())
    assert done.duplicates == 1
    assert [(reject.row, reject.column) for reject in done.rejected] == [
        (4, "groupId|context.groupId"),
        (5, ""),
        (6, "timestamp"),
    ]
    assert done.rejected[1].reason == NOT_AN_OBJECT


def test_each_bad_event_row_is_named_by_its_number_in_the_file(tmp_path: Path) -> None:
    file = HERE / "events_with_faults.csv"
    mapping = replace(guess_mapping("events", read_header(file)), dates={"timestamp": "seconds"})
    done = ingest("events", file, mapping, tmp_path)
    assert [(reject.row, reject.column, reject.value) for reject in done.rejected] == [
        (5, "account_id", ""),
        (6, "timestamp", "5/1/2026"),
        (7, "", ""),
        (8, "", "extra"),
        (12, "timestamp", "0026-05-01"),
    ]
    assert says(done.rejected[1].reason, NOT_A_DATE, "2026-03-01")
    assert done.rejected[2].reason == FEWER_CELLS
    assert done.rejected[3].reason == MORE_CELLS
    assert done.duplicates == 1
    kept = rows(done.parquet)
    assert [row["event_id"] for row in kept] == ["e2", "e1", None, None], "by account and time"
    assert [row["account_id"] for row in kept] == ["NA", "NA", "b", "b"]
    assert kept[0]["user_id"] == "u,1"
    assert kept[0]["feature"] == "export"
    assert kept[1]["feature"] is None


def test_each_bad_subscription_row_is_named(tmp_path: Path) -> None:
    done = read("subscriptions", HERE / "subscriptions_with_faults.csv", tmp_path)
    assert [(reject.row, reject.column, reject.value) for reject in done.rejected] == [
        (3, "seats", "ten"),
        (4, "mrr", "99,5o"),
        (5, "end_date", "2025-01-01"),
        (6, "seats", "2.5"),
    ]
    assert done.rejected[2].reason == ENDS_BEFORE_START
    assert done.rows == 2


def test_files_that_cannot_be_used_at_all(tmp_path: Path) -> None:
    cases = {
        "empty.csv": (b"", [EMPTY_FILE]),
        "binary.csv": (b"\x00\x01\x02", [NO_TEXT_FILE]),
        "twice.csv": (b"Id,Id\n1,2\n", ["Id", COLUMN_TWICE]),
        "header.csv": (b"account_id,name\n", [NO_VALID_ROW, NOTHING_BELOW_HEADER]),
        "bad.csv": (b"account_id,created_at\na,soon\n", [NO_VALID_ROW, "row 2", "created_at", NOT_A_DATE]),
        "other.csv": (b"colour,size\nred,1\n", ["account_id", "colour, size"]),
        "list.json": (b'[{"account_id": 1}]', [ARRAY_OF_JSON, "jq -c"]),
    }
    for name, (content, what) in cases.items():
        (tmp_path / name).write_bytes(content)
        with refuses(TableError, name, *what):
            read("accounts", tmp_path / name, tmp_path / "out")
    with refuses(TableError, "absent.csv", NO_SUCH_FILE):
        read_header(tmp_path / "absent.csv")
    with refuses(UsageError, "Mars/Olympus", "Europe/Berlin"):
        ingest("accounts", HERE / "hubspot_companies.csv", Mapping("accounts", {"account_id": "Record ID"}), tmp_path,
               "Mars/Olympus")  # fmt: skip


def test_an_unwritable_folder_is_a_plain_error_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with refuses(NeedssegError, tmp_path / "file", CANNOT_WRITE):
        read("accounts", HERE / "hubspot_companies.csv", tmp_path / "file")
    done = read("accounts", HERE / "salesforce_accounts.csv", tmp_path / "out")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {done.parquet.name, "rejects-accounts.csv"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_encodings_line_ends_and_gzip_give_the_same_rows(tmp_path: Path, encoding: str) -> None:
    text = 'account_id,name\r\n1,Café Zürich\r\n2,"two\r\nlines"\r\n'
    file = tmp_path / "crm.csv.gz"
    file.write_bytes(gzip.compress(text.encode(encoding)))
    found = rows(read("accounts", file, tmp_path / "out").parquet)
    assert [row["name"] for row in found] == ["Café Zürich", "two\r\nlines"]


def test_parquet_in_gives_the_same_as_csv(tmp_path: Path) -> None:
    import duckdb

    source = HERE / "hubspot_companies.csv"
    parquet = tmp_path / "companies.parquet"
    duckdb.execute(f"COPY (SELECT * FROM read_csv('{source}')) TO '{parquet}' (FORMAT parquet)")
    from_csv = read("accounts", source, tmp_path / "out")
    from_parquet = read("accounts", parquet, tmp_path / "out")
    assert rows(from_csv.parquet) == rows(from_parquet.parquet)


def test_the_name_of_the_parquet_file_follows_content_mapping_and_zone(tmp_path: Path) -> None:
    file = HERE / "hubspot_companies.csv"
    first = read("accounts", file, tmp_path)
    assert read("accounts", file, tmp_path).parquet == first.parquet
    assert read("accounts", file, tmp_path, "Asia/Tokyo").parquet != first.parquet
    narrow = Mapping("accounts", {"account_id": "Record ID"})
    assert ingest("accounts", file, narrow, tmp_path).parquet != first.parquet


def test_replaying_an_events_file_changes_nothing(tmp_path: Path) -> None:
    lines = (HERE / "events_with_faults.csv").read_text().splitlines()
    once = [lines[0], *(line for line in lines[1:] if line.startswith("e") and "/" not in line)]
    single, double = tmp_path / "once.csv", tmp_path / "twice.csv"
    single.write_text("\n".join(once) + "\n")
    double.write_text("\n".join(once + once[1:]) + "\n")
    assert rows(read("events", single, tmp_path).parquet) == rows(read("events", double, tmp_path).parquet)


ids = st.from_regex(r"\A001[A-Za-z0-9]{12}\Z")


def test_the_documented_salesforce_example() -> None:
    assert salesforce_18("001A0000006Vm9r") == "001A0000006Vm9rIAC"
    assert salesforce_18(" 001A0000006Vm9rIAC ") == "001A0000006Vm9rIAC"
    assert salesforce_18("customer0000001") == "customer0000001"


@pytest.mark.slow
@given(ids)
@settings(max_examples=40)
def test_short_ids_become_the_same_long_ids_in_every_place(short: str) -> None:
    long = salesforce_18(short)
    assert long[:15] == short
    assert len(long) == 18
    assert salesforce_18(long) == long
    assert value(account_key(f"'{short}'")) == value(account_key(f"'{long}'")) == long


@pytest.mark.slow
@given(
    st.datetimes(min_value=datetime(2001, 1, 1), max_value=datetime(2049, 1, 1)),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]),
)
@settings(max_examples=30, deadline=None)
def test_stamps_agree_with_the_time_zone_database(when: datetime, tz: str) -> None:
    when = when.replace(microsecond=0)
    aware = when.replace(tzinfo=ZoneInfo(tz))
    second = int(aware.timestamp())
    assert stamp(when.isoformat(), utc_second("s", tz)) == second
    assert stamp(str(when), local_day("s", tz)) == (when.date() - datetime(1970, 1, 1).date()).days
    there = datetime.fromtimestamp(second, UTC).astimezone(ZoneInfo(tz)).date()
    in_utc = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert stamp(in_utc, local_day("s", tz)) == (there - datetime(1970, 1, 1).date()).days


@pytest.mark.parametrize(
    ("form", "cell", "expected"),
    [
        ("iso", "2026-03-01", 1772323200),
        ("iso", "2026/03/01", 1772323200),
        ("iso", "20260301", 1772323200),
        ("iso", "2026-03-01 00:00", 1772323200),
        ("iso", "2026-03-01T00:00:00.999Z", 1772323200),
        ("iso", "2026-03-01T02:00:00+0200", 1772323200),
        ("iso", "2026-02-28 19:00:00-05", 1772323200),
        ("iso", "2026-03-01T05:30:00+05:30", 1772323200),
        ("seconds", "1772323200", 1772323200),
        ("seconds", "1772323200.75", 1772323200),
        ("milliseconds", "1772323200000", 1772323200),
        ("day-first", "01/03/2026", 1772323200),
        ("day-first", "1.3.2026", 1772323200),
        ("day-first", "1-3-2026 00:00:00", 1772323200),
        ("day-first", "2026-03-01", 1772323200),
        ("month-first", "3/1/2026", 1772323200),
        ("month-first", "3/1/2026, 12:00 AM", 1772323200),
        ("month-first", "2/28/2026 7:00 pm -05:00", 1772323200),
        ("month-first", "03/01/2026 0:00", 1772323200),
        ("month-first", "3/1/2026 13:00 PM", None),
        ("day-first", "3/13/2026", None),
        ("month-first", "13/3/2026", None),
        ("day-first", "30.2.2026", None),
        ("iso", "2026-02-30", None),
        ("iso", "2026-03-01T25:00:00Z", None),
        ("iso", "03/01/2026", None),
        ("iso", "1.3.2026", None),
        ("iso", "1772323200", None),
        ("iso", "tomorrow", None),
        ("seconds", "", None),
    ],
)
def test_dates_as_they_are_written(form: str, cell: str, expected: int | None) -> None:
    assert stamp(cell, utc_second("s", "UTC"), form) == expected


@pytest.mark.slow
@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00\x01"), min_size=1), min_size=1, max_size=8)
)
@settings(max_examples=25, deadline=None)
def test_names_come_through_exactly(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    folder = tmp_path_factory.mktemp("exact")
    with (folder / "crm.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
        writer.writerow(["account_id", "name"])
        writer.writerows([f"a{number}", name] for number, name in enumerate(names))
    assert [row["name"] for row in rows(read("accounts", folder / "crm.csv", folder).parquet)] == names
