"""Roll-ups by columns of users, tickets and the like: an account in each value that they have, and once in totals."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.accounts import profiles
from needsseg.accounts.own.columns import OwnColumn
from needsseg.accounts.own.records import RecordSegments
from needsseg.accounts.tiers.lifecycle import Lifecycle
from needsseg.accounts.tiers.revenue import Revenue
from needsseg.accounts.tiers.rollups import Rollup, rollup
from needsseg.actions.accounts import account_sources
from needsseg.actions.accounts import rollups as actions
from needsseg.errors import UsageError
from needsseg.exchange.rollups import rollup_csv
from needsseg.records import Account
from needsseg.study.connection import Study
from needsseg.tui.stack.words import caution, figure

DAY = date(2026, 6, 1)
DEPARTMENT = OwnColumn("Department", "Department", "own_0001", "text")


def of(records: dict[str, list[str]], size: dict[str, str], by: tuple[str, ...] = ("users.Department",)) -> Rollup:
    """Return a roll-up of accounts by the departments of their users; each account pays 10."""
    accounts = [Account(id_, id_, employees=size[id_]) for id_ in records]
    stages = {id_: Lifecycle("engaged", (), {}) for id_ in records}
    rows = profiles(accounts, {}, stages, [], DAY, "v")
    counted = {id_: Counter(values) for id_, values in records.items() if values}
    segments = RecordSegments("users", DEPARTMENT, counted, ("Law", "Sales", "unknown"))
    money = Revenue(dict.fromkeys(records, 10.0), column="mrr", yearly=12)
    return rollup(rows, money, "lifecycle_stage", by, {"users.Department": segments})


RECORDS = st.dictionaries(
    st.sampled_from("abcdef"), st.lists(st.sampled_from(["Law", "Sales", "unknown"]), max_size=4), min_size=1
)


@given(RECORDS, st.booleans())
def test_each_account_counts_in_each_value_and_once_in_all(records: dict[str, list[str]], is_crossed: bool) -> None:
    size = {id_: "10" if id_ in "abc" else "5000" for id_ in records}
    table = of(records, size, ("users.Department", "size") if is_crossed else ("users.Department",))
    expected: dict[str, tuple[set[str], int]] = {}
    for id_, values in records.items():
        for value in set(values) or {"no users"}:
            name = f"{value} × {'small' if id_ in 'abc' else 'enterprise'}" if is_crossed else value
            accounts, users = expected.get(name, (set(), 0))
            expected[name] = (accounts | {id_}, users + values.count(value))
    assert {name: (cell.accounts, cell.records) for name, cell in table.totals.items()} == {
        name: (len(accounts), users) for name, (accounts, users) in expected.items()
    }
    assert (table.total.accounts, table.total.amount) == (len(records), 10.0 * len(records))
    assert table.total.records == sum(map(len, records.values()))
    (row,) = table.rows
    assert row.cells == table.totals and row.total == table.total
    assert all(cell.share_of_row <= 1 and (cell.amount_share or 0) <= 1 for cell in table.totals.values())


@pytest.fixture
def sold(study: Study, tmp_path: Path) -> Study:
    texts = {
        "crm": "Id,Name,Team\na,Firm A,x\nb,Firm B,y\nc,Firm C,x\n",
        "users": "account_id,user_id,role,created_at,Department,Team\na,u1,Admin,2026-01-01,Sales,x\n"
        "a,u2,,2026-01-01,sales,x\na,u3,,2026-01-01,Law,x\nb,u4,,2026-01-01,,x\nb,u5,,2026-07-01,Law,x\n",
        "tickets": "ticket_id,account_id,created_at,priority,Channel\nt1,a,2026-05-01,high,chat\nt2,b,2026-05-01,low,chat\n",
        "terms": "account_id,plan,mrr,start_date\na,Pro,10,2026-01-01\nb,Pro,5,2026-01-01\n",
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        account_sources.import_source(study, tmp_path / f"{name}.csv")
    return study


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
@pytest.mark.parametrize("name", ["users.Department", "Users.department", "department"])
def test_users_count_before_the_day_and_in_any_case(name: str, engine: str, sold: Study) -> None:
    table = actions.rollup(sold, DAY, by=name, engine=engine)
    assert (table.by, table.records) == ("users.Department", "users")
    assert {column: (cell.accounts, cell.records, cell.arr) for column, cell in table.totals.items()} == {
        "Law": (1, 1, 120.0), "Sales": (1, 2, 120.0), "unknown": (1, 1, 60.0), "no users": (1, 0, None),
    }  # fmt: skip
    assert (table.total.accounts, table.total.records, table.total.arr) == (3, 4, 180.0)
    assert table.columns[-2:] == ("unknown", "no users")


def test_rows_may_be_of_records_and_the_file_and_the_screen_show_them(sold: Study) -> None:
    table = actions.rollup(sold, DAY, "tickets.priority", "Team")
    assert {row.name: (row.total.accounts, row.total.records) for row in table.rows} == {
        "high": (1, 1), "low": (1, 1), "no tickets": (1, 0),
    }  # fmt: skip
    lines = rollup_csv(table, DAY).splitlines()
    assert lines[0].endswith(",cancellation_reasons,tickets") and lines[-1].endswith(",2")
    assert figure(table.rows[0].total, table, "accounts") == "1 (1)*"
    assert "An account counts in each value that its tickets have" in caution(table, "accounts")
    plain = actions.rollup(sold, DAY, by="Team")
    assert (plain.records, plain.total.records, plain.overlap_note) == ("", None, "")
    assert rollup_csv(plain, DAY).splitlines()[0].endswith(",cancellation_reasons")


@pytest.mark.parametrize(
    ("rows", "by", "message", "hint"),
    [
        (
            "users.role",
            "tickets.priority",
            "users.role and tickets.priority are both of an account's records",
            "such as size",
        ),
        ("needs_segment", "scores.score", "Accounts cannot be divided by 'scores.score'", "tickets.priority"),
        ("needs_segment", "Gone", "Accounts cannot be divided by 'Gone'", "users.Department"),
    ],
)
def test_what_cannot_be_rolled_up_is_named(rows: str, by: str, message: str, hint: str, sold: Study) -> None:
    with pytest.raises(UsageError, match=message) as error:
        actions.rollup(sold, DAY, rows, by)
    assert hint in str(error.value.hint)


def test_a_name_of_two_kinds_is_asked_about_and_a_column_of_accounts_comes_first(sold: Study, tmp_path: Path) -> None:
    assert actions.rollup(sold, DAY, by="Team").by == "Team"
    more = "ticket_id,account_id,created_at,priority,Department\nt1,a,2026-05-01,high,IT\n"
    (tmp_path / "t.csv").write_text(more, encoding="utf-8")
    account_sources.import_source(sold, tmp_path / "t.csv")
    with pytest.raises(UsageError, match="'Department' is a column of several kinds of records") as error:
        actions.rollup(sold, DAY, by="Department")
    assert "users.Department, tickets.Department" in str(error.value.hint)


def test_the_screen_offers_them(sold: Study) -> None:
    offered = dict(actions.further_columns(sold))
    assert offered["users.Department"] == "text, of users" and offered["tickets.Channel"] == "text, of tickets"
    table = actions.rolled_up(sold, [], Revenue(), "needs_segment", "users.Department", None)
    assert table.records == "users"
