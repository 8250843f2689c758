"""Tickets, scores and cancellations of users or subscriptions are joined to accounts, whatever is imported first."""

from __future__ import annotations

import itertools
from datetime import date
from pathlib import Path

import pytest

from needsseg.accounts import kind_of
from needsseg.actions.accounts import account_sources
from needsseg.actions.accounts.account_page import account_page
from needsseg.actions.accounts.account_records import AccountRecords
from needsseg.actions.accounts.rollups import rollup
from needsseg.actions.accounts.source_reports import SourceReport
from needsseg.actions.study import history
from needsseg.errors import UsageError
from needsseg.exchange.rollups import rollup_csv
from needsseg.study.connection import Study

pytestmark = pytest.mark.slow

DAY = date(2026, 6, 1)
ACCOUNTS = (
    "Id,Name,Industry,IsDeleted,MasterRecordId\nA,Acme,Retail,false,\nB,Beta,Retail,false,\nold,Acme,Retail,true,A\n"
)
USERS = "user_id,account_id,role\nu1,A,admin\nu2,B,member\nu3,A,member\nu3,B,member\nu4,old,member\n"
TERMS = "subscription_id,account_id,plan,start_date\ns1,A,pro,2026-01-01\ns2,A,team,2026-01-01\ns3,B,pro,2026-01-01\n"
TICKETS = (
    "ticket_id,requester_id,created_at,subject\nt1,u1,2026-05-01,Slow\nt2,u2,2026-05-02,Export\nt3,u3,2026-05-03,Whose\n"
    "t4,u9,2026-05-04,Nobody\nt5,u4,2026-05-05,Merged\n"
)
NPS = "user_id,nps_score,responded_at,comment\nu1,9,2026-05-01,good\nu2,3,2026-05-02,\n"
CHURN = "subscription_id,churn_date,reason_code\ns1,2026-05-10,price\ns8,2026-05-11,unknown\n"
TEXTS = {"accounts": ACCOUNTS, "users": USERS, "subscriptions": TERMS, "tickets": TICKETS, "nps": NPS, "churn": CHURN}


def imported(study: Study, folder: Path, kind: str, text: str = "", **given: object) -> SourceReport:
    file = folder / f"{kind}.csv"
    file.write_text(text or TEXTS[kind], encoding="utf-8")
    return account_sources.import_source(study, file, **given)  # type: ignore[arg-type]


def said(report: SourceReport) -> str:
    return " ".join(map(str, report.warnings))


def records(study: Study, account: str) -> AccountRecords:
    return account_page(study, account, DAY).records


@pytest.mark.parametrize("kind", ["tickets", "nps", "churn"])
def test_they_are_told_by_their_columns(kind: str) -> None:
    header = TEXTS[kind].splitlines()[0].split(",")
    assert kind_of(header) == (kind, ())
    with_account = ["account_id", *header]
    assert kind_of(with_account) == (kind, ())


@pytest.mark.parametrize("order", list(itertools.permutations(["accounts", "users", "tickets"])))
def test_the_order_of_imports_does_not_matter(order: tuple[str, ...], study: Study, tmp_path: Path) -> None:
    reports = [imported(study, tmp_path, kind) for kind in order]
    assert [report.kind for report in reports] == list(order)
    assert [each.id for each in records(study, "A").tickets or ()] == ["t5", "t1"]
    assert [each.id for each in records(study, "B").tickets or ()] == ["t2"]
    assert "Tickets are joined to accounts by user (3 rows)." in said(reports[-1])
    assert "2 of 5 rows of tickets belong to no account." in said(reports[-1])
    assert "1 row is of 1 user (u9) that is not in the users." in said(reports[-1])
    assert "1 row is of 1 user (u3) of two accounts: which of them it belongs to is not known." in said(reports[-1])


def test_scores_are_those_of_their_users(study: Study, tmp_path: Path) -> None:
    for kind in ("accounts", "nps", "users"):
        report = imported(study, tmp_path, kind)
    assert "Scores are joined to accounts by user (2 rows)." in said(report)
    assert [(each.score, each.user_id) for each in records(study, "A").scores or ()] == [(9, "u1")]
    assert [(each.score, each.user_id) for each in records(study, "B").scores or ()] == [(3, "u2")]


PEOPLE = (
    "user_id,account_id,email\nu1,A,Ann@acme.example\nu2,B,bo@beta.example\nu3,A,cy@both.example\nu3b,B,cy@both.example\n"
    "EVE@acme.example,A,\n"
)


ADDRESSES = {
    "ann@acme.example": "A",
    " ANN@ACME.EXAMPLE ": "A",
    "bo@beta.example": "B",
    "eve@acme.example": "A",  # an address that is an id
    "cy@both.example": "",  # of two accounts
    "nobody@acme.example": "",
    "u1": "A",  # an id in a column of addresses
}


@pytest.mark.parametrize(
    ("kind", "header", "cells", "part"),
    [
        ("tickets", "ticket_id,requester_email,created_at,subject", "{id},{who},2026-05-01,Slow", "tickets"),
        ("nps", "response_id,email,nps_score,responded_at", "{id},{who},9,2026-05-01", "scores"),
        ("churn", "churn_id,customer_email,churn_date,reason_code", "{id},{who},2026-05-01,price", "cancellations"),
    ],
)
def test_a_user_is_known_by_the_address(
    kind: str, header: str, cells: str, part: str, study: Study, tmp_path: Path
) -> None:
    imported(study, tmp_path, "accounts")
    imported(study, tmp_path, "users", PEOPLE)
    rows = [cells.format(id=f"r{number}", who=address) for number, address in enumerate(ADDRESSES)]
    assert imported(study, tmp_path, kind, "\n".join([header, *rows])).kind == kind
    for account in ("A", "B"):
        owned = {f"r{number}" for number, owner in enumerate(ADDRESSES.values()) if owner == account}
        assert {each.id for each in getattr(records(study, account), part)} == owned


def test_usage_is_joined_by_the_address_of_its_user(study: Study, tmp_path: Path) -> None:
    imported(study, tmp_path, "accounts")
    imported(study, tmp_path, "users", PEOPLE)
    usage = "event_id,user_email,event,timestamp\n1,ann@acme.example,login,2026-05-01T10:00:00\n2,x@y.example,login,2026-05-02\n"
    report = imported(study, tmp_path, "events", usage)
    assert "Usage is joined to accounts by user (1 row)." in said(report)
    assert "1 row is of 1 user (x@y.example) that is not in the users." in said(report)


@pytest.mark.parametrize("order", list(itertools.permutations(["accounts", "subscriptions", "churn"])))
def test_a_cancellation_of_a_subscription_ends_that_one_alone(
    order: tuple[str, ...], study: Study, tmp_path: Path
) -> None:
    for kind in order:
        report = imported(study, tmp_path, kind)
    page = account_page(study, "A", DAY)
    assert {term.id: term.end for term in page.terms} == {"s1": date(2026, 5, 10), "s2": None}
    assert [each.reason for each in page.records.cancellations or ()] == ["price"]
    assert [term.end for term in account_page(study, "B", DAY).terms] == [None]
    assert "Cancellations are joined to accounts by subscription (1 row)." in said(report)


@pytest.mark.parametrize(
    ("ends", "ended", "idle"),
    [
        ("A,s1,2026-05-10", {"s1"}, False),
        ("A,,2026-05-10", {"s1", "s2"}, False),
        ("A,s1,2026-05-10\nA,s2,2026-05-12", {"s1", "s2"}, False),
        ("A,s7,2026-05-10", set(), True),
        ("A,s3,2026-05-10", set(), True),  # another account's
        ("old,s2,2026-05-10", {"s2"}, False),
        ("A,s1,2025-12-31", set(), True),
    ],
)
def test_a_cancellation_that_names_account_and_subscription_ends_that_one_alone(
    ends: str, ended: set[str], idle: bool, study: Study, tmp_path: Path
) -> None:
    imported(study, tmp_path, "accounts")
    imported(study, tmp_path, "subscriptions")
    report = imported(study, tmp_path, "churn", f"account_id,subscription_id,churn_date\n{ends}\n")
    assert {term.id for term in account_page(study, "A", DAY).terms if term.end} == ended
    assert not any(term.end for term in account_page(study, "B", DAY).terms)
    assert ("in no subscription of the account" in said(report)) == idle


def test_where_no_subscription_has_an_id_a_cancellation_ends_those_of_its_account(study: Study, tmp_path: Path) -> None:
    imported(study, tmp_path, "accounts")
    imported(study, tmp_path, "subscriptions", "account_id,plan,start_date\nA,pro,2026-01-01\nB,pro,2026-01-01\n")
    imported(study, tmp_path, "churn", "account_id,subscription_id,churn_date\nA,s1,2026-05-10\n")
    assert [term.end for term in account_page(study, "A", DAY).terms] == [date(2026, 5, 10)]
    assert [term.end for term in account_page(study, "B", DAY).terms] == [None]


def test_a_cancellation_of_a_user_ends_what_the_account_has(study: Study, tmp_path: Path) -> None:
    imported(study, tmp_path, "accounts")
    imported(study, tmp_path, "subscriptions")
    imported(study, tmp_path, "churn", "user_id,churn_date,reason_code\nu1,2026-05-10,price\n")
    report = imported(study, tmp_path, "users")
    assert "Cancellations end 2 subscriptions without an end" in said(report)
    assert {term.end for term in account_page(study, "A", DAY).terms} == {date(2026, 5, 10)}


def test_a_row_without_any_key_is_refused_and_undo_takes_all_back(study: Study, tmp_path: Path) -> None:
    for kind in ("accounts", "users"):
        imported(study, tmp_path, kind)
    report = imported(study, tmp_path, "tickets", TICKETS + "t6,,2026-05-04,Lost\n")
    assert [(reject.row, reject.reason) for reject in report.rejected] == [(7, "no user id")]
    assert records(study, "A").tickets is not None
    history.undo(study)
    assert records(study, "A").tickets is None


def test_rows_with_and_without_account_ids_are_not_mixed(study: Study, tmp_path: Path) -> None:
    for kind in ("accounts", "users", "tickets"):
        imported(study, tmp_path, kind)
    with pytest.raises(UsageError, match="The tickets of tickets.csv have no account ids, unlike these"):
        imported(study, tmp_path, "more", "ticket_id,account_id,created_at,subject\nt9,A,2026-05-01,x\n", add=True)


def test_a_roll_up_counts_the_reasons_for_cancellations(study: Study, tmp_path: Path) -> None:
    for kind in ("accounts", "users", "subscriptions"):
        imported(study, tmp_path, kind)
    before = rollup(study, DAY, "lifecycle_stage", "industry")
    assert {row.reasons is None for row in before.rows} == {True}
    churn = (
        "subscription_id,churn_date,reason_code\ns1,2026-05-10,price\ns2,2026-05-11,price\ns3,2026-05-12,bugs\n"
        "s1,2026-05-13,\ns1,2026-06-02,later\n"
    )
    imported(study, tmp_path, "churn", churn)
    table = rollup(study, DAY, "lifecycle_stage", "industry")
    assert [(row.name, row.reasons) for row in table.rows] == [("churned", {"price": 2, "bugs": 1, "no reason": 1})]
    by_plan = rollup(study, DAY, "plan", "industry")
    assert sum(sum((row.reasons or {}).values()) for row in by_plan.rows) == 4
    lines = rollup_csv(table, DAY).splitlines()
    assert lines[0].endswith(",cancellation_reasons")
    assert [line for line in lines if line.endswith(",price 2; bugs 1; no reason 1")]
