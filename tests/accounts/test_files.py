"""Several files as one source: folders, patterns, zips; files that are cut off; rows that are counted."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from needsseg.actions.accounts import account_sources, accounts
from needsseg.actions.accounts.source_reports import SourceReport
from needsseg.actions.study import history
from needsseg.errors import TableError, UsageError
from needsseg.study.connection import Study
from tests.fixtures.wording.accounts import (
    BEFORE_FIRST_TERM,
    GONE_FROM_CRM,
    LOST_DIGITS,
    MAY_BE_CUT_OFF,
    NO_FILE_FITS,
    NO_TEXT_FILE,
    NOT_AN_OBJECT,
    OPEN_QUOTE,
    OVERLAPPING_TERMS,
    SEATS_BELOW_ZERO,
    SWELLS,
)
from tests.fixtures.wording.common import CUT_OFF
from tests.fixtures.wording.matching import mentions, refuses, says
from tests.fixtures.wording.study import OWN_FILE


def lines(*rows: dict[str, Any]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def hour(number: int, *ids: str, **more: Any) -> dict[str, Any]:
    return {
        "$insert_id": ids[0],
        "event_time": f"2026-05-01 {number:02}:30:00.000000",
        "event_type": "task_created",
        "user_id": "u1",
        "groups": {"account": "a1"},
        **more,
    }


@pytest.fixture
def events(tmp_path: Path) -> Path:
    """Three hours of an Amplitude export in a folder, an event in two of them; a picture and a hidden file beside them."""
    folder = tmp_path / "events"
    (folder / "later").mkdir(parents=True)
    (folder / "h0.json.gz").write_bytes(gzip.compress(lines(hour(0, "e1"), hour(0, "e2"))))
    (folder / "h1.json.gz").write_bytes(
        gzip.compress(lines(hour(1, "e2"), hour(1, "e3", event_properties={"feature": "x"})))
    )
    (folder / "later" / "h2.json").write_bytes(lines(hour(2, "e4")) + b'{"$insert_id": "e5", "event_ti')
    (folder / ".hidden").write_bytes(b"\x00")
    (folder / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    return folder


def held(study: Study, columns: str, kind: str = "events") -> list[tuple[Any, ...]]:
    import duckdb

    parquet = study.stack / accounts.sources(study)[kind].parquet
    return duckdb.execute(f"SELECT {columns} FROM read_parquet(?)", [str(parquet)]).fetchall()


def adds_up(report: SourceReport) -> bool:
    return report.read == report.rows + len(report.rejected) + report.duplicates + report.dropped


def test_a_folder_is_one_source(talk: Study, events: Path) -> None:
    report = account_sources.import_source(talk, events)
    assert (report.kind, report.rows, report.duplicates, report.read, report.files) == ("events", 4, 1, 6, 3)
    ((file, reason),) = report.refused
    assert file == "events/picture.png" and says(reason, NO_TEXT_FILE)
    assert [(r.file, r.row, r.reason) for r in report.rejected] == [("events/later/h2.json", 2, NOT_AN_OBJECT)]
    assert adds_up(report)
    assert held(talk, "event_id, feature") == [("e1", None), ("e2", None), ("e3", "x"), ("e4", None)]
    source = accounts.sources(talk)["events"]
    assert source.file_name == "events/h0.json.gz and 2 more"
    assert [name for name, _ in source.files] == ["events/h0.json.gz", "events/h1.json.gz", "events/later/h2.json"]


def test_a_pattern_and_several_paths_name_the_same_files(talk: Study, events: Path) -> None:
    by_pattern = account_sources.import_source(talk, events / "*.json.gz")
    assert (by_pattern.rows, by_pattern.duplicates) == (3, 1)
    sha = accounts.sources(talk)["events"].file_sha256
    by_name = account_sources.import_source(talk, [events / "h1.json.gz", events / "h0.json.gz"])
    assert (by_name.rows, accounts.sources(talk)["events"].file_sha256) == (3, sha)
    with refuses(TableError, events / "*.csv", NO_FILE_FITS):
        account_sources.import_source(talk, events / "*.csv")


def test_adding_counts_an_event_once_and_the_same_file_changes_nothing(talk: Study, events: Path) -> None:
    account_sources.import_source(talk, events / "h0.json.gz")
    report = account_sources.import_source(talk, events, add=True)
    assert report.unchanged == ("events/h0.json.gz",)
    assert (report.rows, report.duplicates, report.held, report.read) == (2, 1, 4, 4)
    assert adds_up(report)
    assert [row[0] for row in held(talk, "event_id")] == ["e1", "e2", "e3", "e4"]
    before, steps = accounts.sources(talk)["events"], len(history.listing(talk))
    again = account_sources.import_source(talk, events, add=True)
    assert (again.rows, again.held, len(again.unchanged)) == (0, 4, 3)
    assert (accounts.sources(talk)["events"], len(history.listing(talk))) == (before, steps)
    history.undo(talk)
    assert [row[0] for row in held(talk, "event_id")] == ["e1", "e2"]


def test_accounts_that_come_again_in_another_file(talk: Study, tmp_path: Path) -> None:
    header = "Id,IsDeleted,MasterRecordId,Name\n"
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text(
        header + "001A0000006Vm9r,false,,Hale\n001A0000006Vm9s,false,,Gone\n001A0000006Vm9t,false,,Old\nX,false,,X\n"
    )
    two.write_text(
        header + "001A0000006Vm9rIAC,false,,Hale\n001A0000006Vm9s,true,001A0000006Vm9r,Gone\n"
        "001A0000006Vm9t,true,,Old\nX,false,,Y\nZ,false,,Z\n"
    )
    account_sources.import_source(talk, one)
    report = account_sources.import_source(talk, two, add=True)
    assert (report.read, report.rows, report.duplicates, report.dropped, report.held) == (5, 2, 1, 2, 3)
    assert report.rejected == ()
    assert says(report.warnings[0], 2, GONE_FROM_CRM)
    assert held(talk, "account_id, merged_ids, name", "accounts") == [
        ("001A0000006Vm9rIAC", "001A0000006Vm9sIAC", "Hale"), ("X", "", "Y"), ("Z", "", "Z"),
    ]  # fmt: skip


def test_subscriptions_of_two_snapshots_count_once_and_overlaps_are_told(talk: Study, tmp_path: Path) -> None:
    header = "account_id,plan,seats,start_date,end_date\n"
    (tmp_path / "jan.csv").write_text(header + "a,Team,5,2025-01-01,2026-01-01\na,Team,9,2025-06-01,\n")
    (tmp_path / "feb.csv").write_text(
        header + "a,Team,5,2025-01-01,2026-01-01\nb,Team,-4,2025-06-01,\nb,Team,4,2025-01-01,\n"
    )
    report = account_sources.import_source(talk, [tmp_path / "jan.csv", tmp_path / "feb.csv"])
    assert (report.read, report.rows, report.duplicates) == (5, 3, 1)
    assert [(r.file, r.row, r.column, r.value, r.reason) for r in report.rejected] == [
        ("feb.csv", 3, "seats", "-4", SEATS_BELOW_ZERO)
    ]
    overlaps, choice = report.warnings
    assert says(overlaps, 1, OVERLAPPING_TERMS)
    assert says(choice, "1 account", "--terms replace")


def test_usage_before_the_first_subscription_is_counted(talk: Study, tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text("account_id,plan,start_date\na,Team,2026-05-02\n")
    (tmp_path / "e.csv").write_text(
        "event_id,account_id,event,timestamp\n1,a,x,2026-05-01T23:59:59Z\n2,a,x,2026-05-02T00:00:00Z\n3,b,x,2026-01-01\n"
    )
    account_sources.import_source(talk, tmp_path / "s.csv")
    report = account_sources.import_source(talk, tmp_path / "e.csv")
    (warning,) = report.warnings
    assert says(warning, 1, BEFORE_FIRST_TERM)


def test_a_zip_is_read_without_its_names_being_followed(talk: Study, tmp_path: Path) -> None:
    export = tmp_path / "amplitude.zip"
    with zipfile.ZipFile(export, "w") as archive:
        archive.writestr("../../escaped_0.json.gz", gzip.compress(lines(hour(0, "e1"))))
        archive.writestr("/absolute_1.json.gz", gzip.compress(lines(hour(1, "e1"), hour(1, "e2"))))
        archive.writestr("cut_2.json.gz", gzip.compress(lines(hour(2, "e3")) * 400)[:-20])
        archive.writestr("__MACOSX/._x", b"\x00")
    report = account_sources.import_source(talk, export)
    assert (report.rows, report.duplicates) == (2, 1)
    assert [file for file, _ in report.refused] == ["amplitude.zip/cut_2.json.gz"]
    assert says(report.refused[0][1], CUT_OFF)
    assert not list(tmp_path.rglob("*escaped*")) and not Path("/absolute_1.json.gz").exists()
    assert not list(talk.stack.glob(".*"))


def test_a_zip_that_swells_is_not_unpacked(talk: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.csv", b"0" * 8_000_000)
    monkeypatch.setattr("needsseg.accounts.ingest.gathering.RATIO_FROM", 1_000_000)
    monkeypatch.setattr("needsseg.accounts.ingest.gathering.MOST_RATIO", 100)
    with refuses(TableError, "bomb.zip", "bomb.csv", SWELLS):
        account_sources.import_source(talk, bomb)
    (tmp_path / "half.zip").write_bytes(bomb.read_bytes()[:-30])
    with refuses(TableError, "half.zip", CUT_OFF):
        account_sources.import_source(talk, tmp_path / "half.zip")
    assert accounts.sources(talk) == {}


def test_files_that_are_cut_off_are_refused_by_name(talk: Study, tmp_path: Path) -> None:
    import duckdb

    (tmp_path / "half.json.gz").write_bytes(gzip.compress(lines(*[hour(0, f"e{n}") for n in range(900)]))[:-9])
    with refuses(TableError, "half.json.gz", CUT_OFF, "gzip"):
        account_sources.import_source(talk, tmp_path / "half.json.gz")
    whole = tmp_path / "whole.parquet"
    duckdb.execute(f"COPY (SELECT 'a' || i AS account_id FROM range(5000) t(i)) TO '{whole}' (FORMAT parquet)")
    (tmp_path / "half.parquet").write_bytes(whole.read_bytes()[:-500])
    with refuses(TableError, "half.parquet", CUT_OFF, "Parquet file"):
        account_sources.import_source(talk, tmp_path / "half.parquet")
    (tmp_path / "half.csv").write_bytes("account_id,name\na,Zoë\nb,Zoë".encode()[:-1])
    report = account_sources.import_source(talk, tmp_path / "half.csv")
    assert [row[0] for row in held(talk, "name", "accounts")] == ["Zoë", "Zo�"]
    assert report.rejected == ()


def test_a_quote_that_is_never_closed_loses_no_row(talk: Study, tmp_path: Path) -> None:
    (tmp_path / "crm.csv").write_text(
        'account_id,name\na,One\nb,"open\nc,Three\nd,"Four\nand a half"\ne,Five\nf,"cut o'
    )
    report = account_sources.import_source(talk, tmp_path / "crm.csv")
    assert [row[0] for row in held(talk, "account_id", "accounts")] == ["a", "c", "d", "e"]
    assert [(r.row, r.value) for r in report.rejected] == [(3, 'b,"open'), (7, 'f,"cut o')]
    assert {r.reason for r in report.rejected} == {OPEN_QUOTE}
    assert adds_up(report)


def test_float_ids_are_made_whole_only_where_all_are_numbers(talk: Study, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("account_id,name\n12345.0,One\n12346.0,Two\n,Three\n")
    report = account_sources.import_source(talk, tmp_path / "a.csv")
    assert [row[0] for row in held(talk, "account_id", "accounts")] == ["12345", "12346"]
    assert says(report.warnings[0], 2, "12345.0")
    (tmp_path / "b.csv").write_text("account_id,name\n1.0,One\nA-2,Two\n1.2345E+17,Three\n")
    report = account_sources.import_source(talk, tmp_path / "b.csv")
    assert [row[0] for row in held(talk, "account_id", "accounts")] == ["1.0", "A-2"]
    (lost,) = report.rejected
    assert lost.row == 4 and says(lost.reason, LOST_DIGITS)


def test_the_refused_rows_are_listed_in_a_private_file(talk: Study, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('account_id,name\n,"no, id"\nb,B\nb,again\n')
    report = account_sources.import_source(talk, tmp_path / "a.csv")
    listed = Path(report.rejects_file)
    assert listed == talk.stack / "rejects-accounts.csv" and listed.stat().st_mode & 0o77 == 0
    assert tuple(account_sources.rejects(talk, "accounts")) == report.rejected
    assert listed.read_text().splitlines()[0] == "file,row,column,value,reason"
    (tmp_path / "b.csv").write_text("account_id\nc\n")
    account_sources.import_source(talk, tmp_path / "b.csv")
    assert account_sources.rejects(talk, "accounts") == [] == account_sources.rejects(talk, "events")
    with refuses(UsageError, "songs", "accounts, events, subscriptions"):
        account_sources.rejects(talk, "songs")


def test_files_of_several_kinds_are_no_one_source(talk: Study, tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "crm.csv").write_text("account_id,name\na,A\n")
    (folder / "use.csv").write_text("account_id,event,timestamp\na,x,2026-01-01\n")
    with refuses(TableError, "mixed/crm.csv", "accounts", "mixed/use.csv", "events", "--kind"):
        account_sources.import_source(talk, folder)
    report = account_sources.import_source(talk, folder, "events")
    assert (report.rows, [file for file, _ in report.refused]) == (1, ["mixed/crm.csv"])


def test_columns_that_some_files_lack_are_told(talk: Study, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("account_id,name,region\na,A,NA\n")
    (tmp_path / "b.csv").write_text("Account ID,Name\nb,B\n")
    report = account_sources.import_source(talk, [tmp_path / "a.csv", tmp_path / "b.csv", tmp_path / "a.csv"])
    assert held(talk, "account_id, name, region", "accounts") == [("a", "A", "NA"), ("b", "B", "")]
    assert says(report.warnings[0], 1, 2, "region")
    assert report.unchanged == ("a.csv",)


def test_the_studys_own_files_are_never_read_from_its_folder(talk: Study) -> None:
    folder = talk.path.parent
    (folder / "crm.csv").write_text("account_id,name\na,A\n")
    account_sources.import_source(talk, folder / "crm.csv")
    report = account_sources.import_source(talk, folder / "*")
    assert all("study" not in file for file, _ in report.refused)
    with refuses(UsageError, talk.stack, OWN_FILE):
        account_sources.import_source(talk, talk.stack)


def test_a_file_that_breaks_off_in_its_last_row_is_warned_of(talk: Study, tmp_path: Path) -> None:
    header = "event_id,account_id,event,timestamp\n"
    ends = {"a.csv": "e1,a1,login,2026-05-01\ne2,a1,log", "b.csv": "e3,a1,login,2026-05-01\ne4,a1,login\n"}
    for name, text in ends.items():
        (tmp_path / name).write_text(header + text)
    (tmp_path / "c.jsonl").write_text('{"event_id": "e5", "account_id": "a1", "event": "x", "timestamp": "2026-05-01"}')
    report = account_sources.import_source(talk, [tmp_path / name for name in (*ends, "c.jsonl")])
    assert adds_up(report) and len(report.rejected) == 2
    (warned,) = [warning for warning in report.warnings if MAY_BE_CUT_OFF in warning]
    assert says(warned, "a.csv")
    whole = tmp_path / "whole.zip"
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("a.csv", header + "e1,a1,login,2026-05-01\n")
    whole.write_bytes(whole.read_bytes()[:-30])
    with refuses(TableError, "whole.zip", CUT_OFF, "zip file"):
        account_sources.import_source(talk, whole)


def test_event_ids_that_are_none_are_told(talk: Study, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    rows = ("1,a1,login,2026-05-01", "1,a1,login,2026-05-01", "1,a2,login,2026-05-01", "2,a1,login,2026-05-02")
    file.write_text("\n".join(("id,account_id,event,timestamp", *rows)))
    report = account_sources.import_source(talk, file)
    assert (report.rows, report.duplicates) == (2, 2)
    assert any(mentions(warning, 1, "'id'", "without a column for it") for warning in report.warnings)
    every = account_sources.import_source(talk, file, columns={"event_id": ""})
    assert (every.rows, every.duplicates) == (4, 0)
    replay = tmp_path / "b.csv"
    replay.write_text("\n".join(("id,account_id,event,timestamp", rows[0], rows[0])))
    assert not any(
        "without a column for it" in warning for warning in account_sources.import_source(talk, replay).warnings
    )


def test_sizes_that_cannot_be_read_are_told_and_zero_is_not(talk: Study, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text('account_id,employees,revenue\na1,lots,2.5M\na2,-5,n/a\na3,0,0.00\na4,"1,000",$0\na5,,-\n')
    report = account_sources.import_source(talk, file)
    assert report.rows == 5
    (warning,) = report.warnings
    assert says(warning, 2, "lots", "-5", "employees")


def test_ids_that_lost_digits_do_not_keep_the_others_from_being_whole(talk: Study, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("account_id,name\n123.0,Ada\n1.2e9,Bob\n12345678901234567000.0,Cleo\n")
    report = account_sources.import_source(talk, file)
    assert [reject.row for reject in report.rejected] == [3, 4]
    assert held(talk, "account_id", "accounts") == [("123",)]
