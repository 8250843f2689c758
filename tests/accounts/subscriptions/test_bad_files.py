"""Files with faults: every row is read, refused, a repeat or dropped; each fault is named with row and column; undo restores."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from needsseg.accounts import guess_mapping, read_header, read_subscriptions
from needsseg.accounts.ingest.ingestion import ingest
from needsseg.actions.accounts import account_sources, accounts
from needsseg.actions.study import history
from needsseg.study.connection import Study
from tests.fixtures.wording.matching import mentions

NEXT_YEAR = date.today().year + 1
ACCOUNTS, EVENTS, TERMS = (
    "account_id,name,created_at\n",
    "account_id,event,timestamp\n",
    "account_id,plan,start_date,end_date\n",
)
BEFORE, AFTER, LOST = "before 1990", "end of next year", "lost digits"

# Per file: its kind, its rows, and the rows that are refused: row, column, what the reason says.
CASES: dict[str, tuple[str, str, list[tuple[int, str, str]]]] = {
    "an empty date as 0": ("accounts", ACCOUNTS + "a,A,1970-01-01\nb,B,2024-01-01\n", [(2, "created_at", BEFORE)]),
    "a created date in a wrong century": ("accounts", ACCOUNTS + "a,A,1924-01-01\nb,B,\n", [(2, "created_at", BEFORE)]),
    "a created date in the future": (
        "accounts", f"{ACCOUNTS}a,A,{NEXT_YEAR + 1}-01-01\nb,B,{NEXT_YEAR}-12-31\n", [(2, "created_at", AFTER)]),
    "an infinite date": ("accounts", ACCOUNTS + "a,A,infinity\nb,B,\n", [(2, "created_at", "not a date")]),
    "a negative infinite date": ("accounts", ACCOUNTS + "a,A,-infinity\nb,B,\n", [(2, "created_at", "not a date")]),
    "an id from a spreadsheet": ("accounts", ACCOUNTS + "1.2E+15,A,\nb,B,\n", [(2, "account_id", LOST)]),
    "a join with another table": (
        "accounts", ACCOUNTS + "a,A,\na,A,\na,A,\nb,B,\n", [(3, "account_id", "row 2"), (4, "account_id", "row 2")]),
    "epoch 0 among seconds": (
        "events", EVENTS + "a,login,0\na,login,1735700000\na,login,1735700001\n", [(2, "timestamp", BEFORE)]),
    "milliseconds as seconds": (
        "events", EVENTS + "a,login,1735700000\na,login,99999999999\n", [(3, "timestamp", AFTER)]),
    "an event before its time": (
        "events", f"{EVENTS}a,login,0001-01-01\na,login,9999-12-31\nb,login,2025-01-01\n",
        [(2, "timestamp", BEFORE), (3, "timestamp", AFTER)]),
    "an event of the epoch": ("events", EVENTS + "a,login,1970-01-01T00:00:00Z\nb,x,2025-01-01\n", [(2, "timestamp", BEFORE)]),
    "no time at all": ("events", EVENTS + "a,login,\nb,x,2025-01-01\n", [(2, "timestamp", "no time")]),
    "a term of the epoch": ("subscriptions", TERMS + "a,P,1970-01-01,\nb,P,2025-01-01,\n", [(2, "start_date", BEFORE)]),
    "an end of the epoch": ("subscriptions", TERMS + "a,P,2025-01-01,1970-01-01\nb,P,2025-01-01,\n", [(2, "end_date", BEFORE)]),
    "a start in the far future": ("subscriptions", TERMS + "a,P,2099-01-01,\nb,P,2025-01-01,\n", [(2, "start_date", AFTER)]),
    "an infinite start": ("subscriptions", TERMS + "a,P,infinity,\nb,P,2025-01-01,\n", [(2, "start_date", "not a date")]),
    "an end before the start": (
        "subscriptions", TERMS + "a,P,2025-01-02,2025-01-01\nb,P,2025-01-01,\n", [(2, "end_date", "before it starts")]),
    "term ids from a spreadsheet": (
        "subscriptions", f"subscription_id,{TERMS}1.2E+15,a,P,2025-01-01,\n1.2E+15,a,Q,2025-01-01,\n7,a,P,2025-01-01,\n",
        [(2, "subscription_id", LOST), (3, "subscription_id", LOST)]),
    "what replaces it from a spreadsheet": (
        "subscriptions", f"subscription_id,replaces,{TERMS}1,9.1E+12,a,P,2025-01-01,\n2,,a,P,2025-01-01,\n",
        [(2, "replaces", LOST)]),
    "too many cells": ("subscriptions", TERMS + "a,P,2025-01-01,,extra\nb,P,2025-01-01,\n", [(2, "", "more cells")]),
    "too few cells": ("subscriptions", TERMS + "a,P\nb,P,2025-01-01,\n", [(2, "", "fewer cells")]),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", list(CASES))
def test_each_fault_is_named_and_counted_and_undo_restores(talk: Study, tmp_path: Path, name: str) -> None:
    kind, text, refused = CASES[name]
    (tmp_path / "good.csv").write_text({"accounts": ACCOUNTS + "z,Z,\n", "events": EVENTS + "z,x,2025-01-01\n"}.get(
        kind, TERMS + "z,P,2025-01-01,\n"))  # fmt: skip
    (tmp_path / "bad.csv").write_text(text)
    account_sources.import_source(talk, tmp_path / "good.csv", kind)
    before = accounts.sources(talk)[kind]
    dates = {"timestamp": "seconds"} if "seconds" in name else None
    report = account_sources.import_source(talk, tmp_path / "bad.csv", kind, dates=dates)
    assert [(reject.row, reject.column) for reject in report.rejected] == [(row, column) for row, column, _ in refused]
    for reject, (_, _, reason) in zip(report.rejected, refused, strict=True):
        assert mentions(reject.reason, reason), reject.reason
    assert report.read == report.rows + len(report.rejected) + report.duplicates + report.dropped
    history.undo(talk)
    assert accounts.sources(talk)[kind] == before
    assert (talk.stack / before.parquet).exists()


@pytest.mark.parametrize("end", ["9999-12-31", "2099-12-31T23:59:59Z", "infinity"])
def test_an_end_that_never_comes_is_no_end(tmp_path: Path, end: str) -> None:
    file = tmp_path / "terms.csv"
    file.write_text(f"{TERMS}a,P,2025-01-01,{end}\nb,P,2025-01-01,{NEXT_YEAR + 3}-05-31\n")
    done = ingest("subscriptions", file, guess_mapping("subscriptions", read_header(file)), tmp_path)
    open_term, long_term = read_subscriptions(done.parquet)
    assert open_term.end_day is None and long_term.end_day is not None and not done.rejected
    assert any(mentions(warning, "1 end date", end) and mentions(warning, "no end") for warning in done.warnings)


def test_rows_that_a_join_multiplied_are_counted(tmp_path: Path) -> None:
    file = tmp_path / "accounts.csv"
    file.write_text(ACCOUNTS + "a,A,\na,A,\na,A,\nb,B,\nb,B2,\n")
    done = ingest("accounts", file, guess_mapping("accounts", read_header(file)), tmp_path)
    assert any(mentions(warning, "3 rows") and mentions(warning, "2 accounts") for warning in done.warnings)
    file.write_text(TERMS + "a,P,2025-01-01,\na,P,2025-01-01,\nb,P,2025-01-01,\n")
    terms = ingest("subscriptions", file, guess_mapping("subscriptions", read_header(file)), tmp_path)
    assert terms.rows == 3
    assert any(mentions(warning, "1 subscription of 1 account") for warning in terms.warnings)
