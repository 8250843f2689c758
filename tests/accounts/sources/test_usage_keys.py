"""Usage that is keyed by subscription, user or device, or counted by day or week: the same events of accounts."""

from __future__ import annotations

import itertools
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from needsseg.accounts import StackFiles, build, guess_mapping, kind_of, read_header
from needsseg.accounts.engines.engine import open_engine
from needsseg.accounts.ingest.ingestion import ingest
from needsseg.accounts.tiers.event_coverage import day_after
from needsseg.accounts.tiers.event_meanings import EventRules
from needsseg.accounts.tiers.series import weekly
from needsseg.accounts.tiers.zones import epoch_day
from needsseg.actions.accounts import account_sources, accounts
from needsseg.actions.accounts.source_reports import SourceReport
from needsseg.actions.study import history
from needsseg.errors import UsageError
from needsseg.scorecard.usage_queries import Events, feature_use
from needsseg.study.connection import Study
from tests.fixtures.requirements import needs
from tests.fixtures.wording.matching import mentions

pytest_plugins = ["tests.fixtures.accounts.spark"]

ACCOUNTS = "account_id,name,employees\nA,Acme,10\nB,Beta,20\nC,Core,30\n"
USERS = (
    "user_id,account_id,email,role,device_id\nu1,A,u1@acme.com,admin,d1\nu2,B,u2@beta.com,member,d2\n"
    "u3,A,u3@x.com,member,\nu3,B,u3@x.com,member,\n"
)
TERMS = (
    "subscription_id,account_id,plan,amount,start_date,end_date\ns1,A,pro,10,2026-01-01,\ns2,B,pro,10,2026-01-01,\n"
    "s3,A,pro,10,2026-01-01,2026-03-31\ns3,C,pro,10,2026-04-01,\ns4,A,pro,10,2026-01-01,\ns4,B,pro,10,2026-01-01,\n"
)
AS_OF = date(2026, 6, 1)


def written(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def counted(study: Study) -> dict[str, int]:
    """Return the events of each account in the 30 days before AS_OF, from its profile."""
    rows = accounts.profiles(study, AS_OF)
    return {row.account_id: row.behaviour.events for row in rows if row.behaviour and row.behaviour.events}


def said(report: SourceReport) -> str:
    return " ".join(map(str, report.warnings))


BY_USER = (
    "user_id,event,time\nu1,login,2026-05-20\nu1,login,2026-05-21\nu2,login,2026-05-21\nu3,login,2026-05-21\n"
    "u9,login,2026-05-22\n"
)
BY_TERM = (
    "subscription_id,usage_date,feature_name,usage_count\ns1,2026-05-20,report,5\ns2,2026-05-20,report,7\n"
    "s3,2026-05-20,report,11\ns3,2026-03-20,report,13\ns4,2026-05-20,report,17\ns9,2026-05-20,report,19\n"
)


@pytest.mark.slow
@pytest.mark.parametrize("order", list(itertools.permutations(["accounts", "users", "events"])))
def test_the_order_of_imports_does_not_matter(order: tuple[str, ...], talk: Study, tmp_path: Path) -> None:
    texts = {"accounts": ACCOUNTS, "users": USERS, "events": BY_USER}
    report = None
    for kind in order:
        report = account_sources.import_source(talk, written(tmp_path, f"{kind}.csv", texts[kind]))
        assert report.kind == kind
    assert counted(talk) == {"A": 2, "B": 1}
    assert report is not None
    assert mentions(
        said(report), "joined to accounts by user (3 rows)", "2 of 5 rows of usage belong to no account",
        "1 row is of 1 user (u9) that is not in the users", "1 row is of 1 user (u3) of two accounts",
    )  # fmt: skip


@pytest.mark.slow
def test_users_that_come_later_or_are_taken_back_change_the_join(talk: Study, tmp_path: Path) -> None:
    account_sources.import_source(talk, written(tmp_path, "accounts.csv", ACCOUNTS))
    first = account_sources.import_source(talk, written(tmp_path, "events.csv", BY_USER))
    assert mentions(said(first), "No row of usage is joined", "no users are imported")
    assert counted(talk) == {}
    account_sources.import_source(talk, written(tmp_path, "users.csv", USERS))
    assert counted(talk) == {"A": 2, "B": 1}
    more = account_sources.import_source(talk, written(tmp_path, "more.csv", "user_id,account_id\nu9,C\n"), add=True)
    assert (more.rows, more.held) == (1, 5)
    assert counted(talk) == {"A": 2, "B": 1, "C": 1}
    history.undo(talk)
    assert counted(talk) == {"A": 2, "B": 1}
    history.undo(talk)
    assert counted(talk) == {}


@pytest.mark.slow
def test_usage_of_subscriptions_counts_for_their_account_on_the_day(talk: Study, tmp_path: Path) -> None:
    account_sources.import_source(talk, written(tmp_path, "accounts.csv", ACCOUNTS))
    account_sources.import_source(talk, written(tmp_path, "terms.csv", TERMS))
    report = account_sources.import_source(talk, written(tmp_path, "usage.csv", BY_TERM))
    assert (report.kind, report.rows, report.columns["term_id"], report.columns["uses"]) == (
        "events", 6, "subscription_id", "usage_count",
    )  # fmt: skip
    assert counted(talk) == {"A": 5, "B": 7, "C": 11}
    before = accounts.profiles(talk, date(2026, 4, 1))
    assert {row.account_id: row.behaviour.events for row in before if row.behaviour and row.behaviour.events} == {
        "A": 13
    }
    assert mentions(
        said(report), "by subscription (4 rows)", "(s9) that is not in the subscriptions", "(s4) of two accounts",
        "s3 moved (A → C)",
    )  # fmt: skip


def test_devices_and_merged_records(talk: Study, tmp_path: Path) -> None:
    merged = "Id,Name,NumberOfEmployees,IsDeleted,MasterRecordId\nA,Acme,10,false,\nB,Beta,20,true,A\n"
    account_sources.import_source(talk, written(tmp_path, "accounts.csv", merged), "accounts")
    account_sources.import_source(talk, written(tmp_path, "users.csv", USERS))
    by_device = "device_id,event,time\nd1,login,2026-05-20\nd2,login,2026-05-20\n,login,2026-05-20\n"
    report = account_sources.import_source(talk, written(tmp_path, "events.csv", by_device))
    assert [(reject.row, reject.reason) for reject in report.rejected] == [(4, "no device id")]
    # Both accounts are one record, so that neither a device of the merged one nor a user of both is unclear.
    assert counted(talk) == {"A": 2}


def test_events_with_other_keys_are_not_added(talk: Study, tmp_path: Path) -> None:
    account_sources.import_source(talk, written(tmp_path, "events.csv", BY_USER))
    other = written(tmp_path, "other.csv", "account_id,user_id,event,time\nA,u1,login,2026-05-20\n")
    with pytest.raises(UsageError) as raised:
        account_sources.import_source(talk, other, add=True)
    assert mentions(str(raised.value), "events.csv", "account ids", "without adding")


@pytest.mark.slow
def test_a_join_multiplies_no_row(talk: Study, tmp_path: Path) -> None:
    chance = random.Random(5)
    ids = [f"A{number}" for number in range(30)]
    users = [(f"u{chance.randrange(60)}", chance.choice(ids)) for _ in range(150)]
    rows = [(f"u{chance.randrange(80)}", date(2026, 5, chance.randrange(2, 31))) for _ in range(500)]
    homes: dict[str, set[str]] = {}
    for user, account in users:
        homes.setdefault(user, set()).add(account)
    account_sources.import_source(
        talk, written(tmp_path, "a.csv", "account_id,name\n" + "".join(f"{id_},{id_}\n" for id_ in ids))
    )
    account_sources.import_source(
        talk, written(tmp_path, "u.csv", "user_id,account_id\n" + "".join(f"{u},{a}\n" for u, a in users))
    )
    account_sources.import_source(
        talk, written(tmp_path, "e.csv", "user_id,event,time\n" + "".join(f"{u},x,{d}\n" for u, d in rows))
    )
    expected: dict[str, int] = {}
    for user, _ in rows:
        if len(homes.get(user, ())) == 1:
            (account,) = homes[user]
            expected[account] = expected.get(account, 0) + 1
    assert counted(talk) == expected


def _stack(folder: Path, events: str) -> StackFiles:
    made = {}
    for kind, text in (("accounts", ACCOUNTS), ("events", events)):
        file = written(folder, f"{kind}.csv", text)
        assert kind_of(read_header(file))[0] == kind
        made[kind] = ingest(kind, file, guess_mapping(kind, read_header(file)), folder / "stack")
    return StackFiles(made["accounts"].parquet, made["events"].parquet)


def _daily(seed: int = 3) -> list[tuple[str, str, date, int]]:
    chance = random.Random(seed)
    days = [date(2026, 3, 1) + timedelta(day) for day in range(92)]
    pairs = [(account, feature, day) for account in "ABC" for feature in ("report", "login", "board") for day in days]
    return [
        (account, feature, day, chance.choice([0, 1, 2, 37]))
        for account, feature, day in pairs
        if chance.random() < 0.4
    ]


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["duckdb", "polars"])
def test_counted_rows_give_what_so_many_events_give(engine: str, tmp_path: Path) -> None:
    rows = _daily()
    each = "account_id,event,feature,date\n" + "".join(f"{a},{f},{f},{d}\n" * uses for a, f, d, uses in rows)
    once = "account_id,event,feature,date,count\n" + "".join(f"{a},{f},{f},{d},{uses}\n" for a, f, d, uses in rows)
    (tmp_path / "each").mkdir()
    (tmp_path / "once").mkdir()
    stacks = [_stack(tmp_path / "each", each), _stack(tmp_path / "once", once)]
    one, other = (repr(build(stack, [], AS_OF, backend=engine)) for stack in stacks)
    assert one == other and "37" in once
    with open_engine(engine) as opened:
        day = epoch_day(AS_OF)
        series = [weekly(opened, stack.events, day, EventRules()) for stack in stacks if stack.events]
        assert series[0] == series[1] and max(series[0]["A"].events) > 50
        use = [
            feature_use(opened, Events(stack.events, day, EventRules(), "UTC", {}), {"A": "x", "B": "y", "C": "x"})
            for stack in stacks if stack.events
        ]  # fmt: skip
        assert use[0] == use[1]


@pytest.mark.slow
def test_spark_agrees_on_counted_rows_of_weeks(tmp_path: Path, spark_home: Path) -> None:
    needs("pyspark", "java")
    stack = _stack(tmp_path, "account_id,feature,week_start,count\nA,report,2026-05-04,37\nB,report,2026-05-11,2\n")
    assert repr(build(stack, [], AS_OF, backend="spark:local[1]")) == repr(build(stack, [], AS_OF))


def test_engines_agree_on_counted_rows(tmp_path: Path) -> None:
    once = "account_id,feature,week_start,count\n" + "".join(
        f"{a},{f},{d - timedelta(d.weekday())},{uses}\n" for a, f, d, uses in _daily(4)
    )
    stack = _stack(tmp_path, once)
    results = {repr(build(stack, [], AS_OF, backend=engine)) for engine in ("duckdb", "polars")}
    assert len(results) == 1


def test_rows_of_weeks_count_uses_and_say_that_days_are_not_known(tmp_path: Path) -> None:
    mondays = [date(2026, 5, 4), date(2026, 5, 11), date(2026, 5, 18), date(2026, 5, 25)]
    text = "account_id,user_id,feature,day,uses\n" + "".join(f"A,u1,report,{day},37\n" for day in mondays)
    file = written(tmp_path, "use.csv", text)
    done = ingest("events", file, guess_mapping("events", read_header(file)), tmp_path)
    assert mentions(
        " ".join(map(str, done.warnings)),
        "148 uses in 4 rows of uses, by weeks",
        "a Monday",
        "daily users are left out",
    )
    stack = StackFiles(_stack(tmp_path, text).accounts, done.parquet)
    row = build(stack, [], AS_OF)[0].behaviour
    assert row is not None
    assert (row.events, row.active_days, row.daily_users, row.dau_mau) == (148, 4, None, None)
    assert mentions(row.in_words, "148 events on at least 4 days", "single days (use is counted by week)")
    assert day_after(done.parquet) == AS_OF


def test_rows_of_days_say_so_and_rows_without_use_are_left_out(talk: Study, tmp_path: Path) -> None:
    text = "account_id,feature,date,count\nA,report,2026-05-04,37\nA,report,2026-05-05,0\nA,board,2026-05-06,1\n"
    report = account_sources.import_source(talk, written(tmp_path, "use.csv", text))
    assert (report.read, report.rows, report.dropped, report.held) == (3, 2, 1, 2)
    assert mentions(said(report), "38 uses in 2 rows of count", "so many events of its day")


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("", "no number of uses"),
        ("-3", "uses below zero"),
        ("2.5", "uses are whole"),
        ("many", "not a number"),
        ("9999999999", "more than 1,000,000,000 uses"),
    ],
)
def test_a_count_that_is_none_is_refused_by_row(cell: str, reason: str, talk: Study, tmp_path: Path) -> None:
    text = f"account_id,feature,date,count\nA,report,2026-05-04,3\nA,report,2026-05-05,{cell}\n"
    report = account_sources.import_source(talk, written(tmp_path, "use.csv", text))
    ((row, column, why),) = [(reject.row, reject.column, reject.reason) for reject in report.rejected]
    assert (row, column) == (3, "count") and mentions(why, reason)


def test_without_a_feature_the_column_names_the_event(talk: Study, tmp_path: Path) -> None:
    file = written(tmp_path, "use.csv", "account_id,date,logins\nA,2026-05-04,3\n")
    columns = {"uses": "logins", "timestamp": "date"}
    report = account_sources.import_source(talk, file, "events", columns)
    rows: list[Any] = account_sources.propose_mapping(talk, file, "events", columns=columns).rows
    assert report.rows == 1 and rows[0].values["event"] == "logins" and rows[0].values["uses"] == "3"


def test_files_of_earlier_versions_have_one_use_a_row(tmp_path: Path) -> None:
    import duckdb

    stack = _stack(tmp_path, "account_id,event,date\nA,login,2026-05-04\nA,login,2026-05-05\n")
    old = tmp_path / "old.parquet"
    columns = "event_id, account_id, user_id, event, feature, platform, source, day, second"
    duckdb.execute(f"COPY (SELECT {columns} FROM read_parquet('{stack.events}')) TO '{old}' (FORMAT parquet)")
    earlier = StackFiles(stack.accounts, old)
    for engine in ("duckdb", "polars"):
        assert repr(build(earlier, [], AS_OF, backend=engine)) == repr(build(stack, [], AS_OF, backend=engine))
