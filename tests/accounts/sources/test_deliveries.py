"""Rows that come again in a later file: newer values win, new columns are kept, nothing is counted twice."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.actions.accounts import account_page, account_sources, accounts
from needsseg.actions.accounts.source_reports import SourceReport
from needsseg.actions.study import history, studies
from needsseg.study.connection import Study
from tests.fixtures.accounts.imported import held

DAY = date(2026, 6, 1)
CRM = "account_id,name,employees,Team\na,Firm A,10,North\nb,Firm B,20,\n"


@pytest.fixture
def crm(study: Study, tmp_path: Path) -> Study:
    added(study, tmp_path, "crm.csv", CRM, add=False)
    return study


def added(study: Study, folder: Path, name: str, text: str, *, add: bool = True) -> SourceReport:
    (folder / name).write_text(text, encoding="utf-8")
    return account_sources.import_source(study, folder / name, add=add)


def own(study: Study, kind: str) -> str:
    """Return the stored names of a kind's own columns, for a query."""
    return ", ".join(each["stored"] for each in accounts.sources(study)[kind].own["columns"])


def adds_up(report: SourceReport) -> bool:
    return report.read == report.rows + len(report.rejected) + report.duplicates + report.dropped


TERM = "account_id,plan,amount,start_date"


@pytest.mark.parametrize(
    ("first", "then", "columns", "wanted"),
    [
        # A new column of one's own, and its value, come to the subscription that was there.
        (f"{TERM}\na,Pro,10,2026-01-01\n", f"{TERM},Contract\na,Pro,10,2026-01-01,Annual\n", "amount, own_0001",
         [(10, "Annual")]),
        # So does a column that is read as a field, for rows without ids.
        (f"{TERM}\na,Pro,10,2026-01-01\n", f"{TERM},currency\na,Pro,10,2026-01-01,EUR\n", "amount, currency", [(10, "EUR")]),
        (f"{TERM}\na,Pro,10,2026-01-01\n", f"{TERM},subscription_id\na,Pro,10,2026-01-01,s1\na,Pro,10,2026-01-01,s2\n",
         "amount, term_id", [(10, "s1"), (10, "s2")]),
        # What the later file lacks stays.
        (f"{TERM},currency,Contract\na,Pro,10,2026-01-01,EUR,Annual\n", f"{TERM}\na,Pro,10,2026-01-01\n",
         "amount, currency, own_0001", [(10, "EUR", "Annual")]),
        (f"{TERM},Contract\na,Pro,10,2026-01-01,Annual\n", f"{TERM},Contract\na,Pro,10,2026-01-01,\n", "own_0001",
         [("Annual",)]),
        # A newer value wins, and two equal subscriptions remain two.
        (f"{TERM},Contract\na,Pro,10,2026-01-01,Annual\n", f"{TERM},Contract\na,Pro,10,2026-01-01,Monthly\n", "own_0001",
         [("Monthly",)]),
        (f"{TERM},Contract\na,Pro,10,2026-01-01,x\na,Pro,10,2026-01-01,y\n",
         f"{TERM},Contract\na,Pro,10,2026-01-01,y\na,Pro,10,2026-01-01,z\n", "own_0001", [("z",), ("y",)]),
        # An end that came meanwhile, and one that was taken back.
        (f"{TERM},end_date\na,Pro,10,2026-01-01,\nb,Pro,5,2025-01-01,2025-03-01\n",
         f"{TERM},end_date\na,Pro,10,2026-01-01,2026-05-31\n", "account_id, end_day - 20604", [("a", 0), ("b", -456)]),
        (f"{TERM},end_date\na,Pro,10,2026-01-01,2026-05-31\n", f"{TERM},end_date\na,Pro,10,2026-01-01,\n", "end_day",
         [(None,)]),
        # The same id and start is the same term as it is now, also where it pays less; another start is another term.
        (f"{TERM},subscription_id\na,Pro,10,2026-01-01,s1\n", f"{TERM},subscription_id\na,Pro,7,2026-01-01,s1\n", "amount",
         [(7,)]),
        (f"{TERM},subscription_id\na,Pro,10,2026-01-01,s1\na,Pro,12,2026-01-01,s1\n",
         f"{TERM},subscription_id\na,Pro,7,2026-01-01,s1\n", "amount", [(7,)]),
        (f"{TERM},subscription_id,Contract\na,Pro,10,2026-01-01,s1,Annual\n",
         f"{TERM},subscription_id\na,Pro,7,2026-03-01,s1\n", "amount, own_0001", [(10, "Annual"), (7, "Annual")]),
        # Different currencies are never one subscription.
        (f"{TERM},currency\na,Pro,10,2026-01-01,EUR\n", f"{TERM},currency\na,Pro,10,2026-01-01,USD\n", "currency",
         [("EUR",), ("USD",)]),
    ],
)  # fmt: skip
def test_a_subscription_that_comes_again(
    first: str, then: str, columns: str, wanted: list[tuple[object, ...]], crm: Study, tmp_path: Path
) -> None:
    added(crm, tmp_path, "first.csv", first)
    assert adds_up(added(crm, tmp_path, "then.csv", then))
    assert held(crm, columns, "subscriptions") == wanted


@pytest.mark.parametrize(
    ("then", "wanted", "said"),
    [
        ("account_id,name,Health\na,Firm A,green\n", ("Firm A", "10", "North", "green"), None),
        ("account_id,name,employees,Health\na,Firm Z,12,\n", ("Firm Z", "12", "North"),
         "2 values differ from the earlier ones and took their place (name 1, employees 1)."),
        ("account_id,name,employees,Team\na,,,\n", ("Firm A", "10", "North"), None),
    ],
)  # fmt: skip
def test_an_account_that_comes_again(
    then: str, wanted: tuple[str | None, ...], said: str | None, crm: Study, tmp_path: Path
) -> None:
    report = added(crm, tmp_path, "then.csv", then)
    assert adds_up(report) and report.rejected == () and report.held == 2
    assert (report.rows == 1) == (wanted != ("Firm A", "10", "North"))
    assert held(crm, f"name, employees, {own(crm, 'accounts')}")[0][: len(wanted)] == wanted
    assert any(str(one).startswith(str(said)) for one in report.warnings) == (said is not None)
    history.undo(crm)
    assert held(crm, "name, employees, own_0001")[0] == ("Firm A", "10", "North")


def test_files_that_are_read_together_complete_each_other_and_contradictions_are_refused(
    study: Study, tmp_path: Path
) -> None:
    texts = {
        "1.csv": CRM,
        "2.csv": "account_id,name,Health\na,Firm A,green\nb,Firm Z,red\n",
        "3.csv": "account_id,name\na,A\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    report = account_sources.import_source(study, [tmp_path / name for name in texts])
    assert adds_up(report)
    assert [(one.file, one.row, one.value) for one in report.rejected] == [("2.csv", 3, "b"), ("3.csv", 2, "a")]
    assert report.rejected[0].reason == "row 3 of 1.csv already has this account id, with other values"
    assert held(study, f"name, {own(study, 'accounts')}") == [("Firm A", "North", "green"), ("Firm B", None, None)]


def test_a_user_that_comes_again_has_the_newest_values_and_keeps_the_earlier_address_for_joins(
    crm: Study, tmp_path: Path
) -> None:
    users = "account_id,user_id,device_id,email,role,Department\n"
    added(
        crm,
        tmp_path,
        "u.csv",
        users + "a,u1,d1,old@a.com,Admin,Sales\na,u1,d2,old@a.com,Admin,Sales\na,u2,,,Viewer,Law\n",
    )
    tickets = "ticket_id,email,created_at,subject\nt1,old@a.com,2026-05-01,Before\nt2,new@a.com,2026-05-02,After\n"
    added(crm, tmp_path, "t.csv", tickets)
    report = added(
        crm,
        tmp_path,
        "u2.csv",
        "account_id,user_id,email,role,Department,Seat\na,u1,new@a.com,,Finance,full\na,u2,,,,\n",
    )
    assert adds_up(report) and (report.rows, report.duplicates, report.held) == (1, 1, 4)
    assert "1 value differs from the earlier one and took its place (Department 1)." in report.warnings
    records = account_page.account_page(crm, "a", DAY).records
    assert [(one.user_id, one.email, one.role) for one in records.users or ()] == [
        ("u1", "new@a.com", "Admin"), ("u2", "", "Viewer"),
    ]  # fmt: skip
    assert records.columns["users"] == {"Department": {"Finance": 1, "Law": 1}, "Seat": {"full": 1, "": 1}}
    assert sorted(one.subject for one in records.tickets or ()) == ["After", "Before"]


def test_a_subscription_counts_once_on_the_page_as_of_the_day(crm: Study, tmp_path: Path) -> None:
    head = "account_id,subscription_id,plan,start_date,Contract\n"
    added(crm, tmp_path, "s.csv", head + "a,s1,Pro,2026-01-01,Monthly\n")
    added(crm, tmp_path, "s2.csv", head + "a,s1,Pro,2026-05-01,Annual\n")
    for day, wanted in ((DAY, {"Annual": 1}), (date(2026, 4, 1), {"Monthly": 1})):
        assert account_page.account_page(crm, "a", day).records.columns["subscriptions"] == {"Contract": wanted}


def test_a_ticket_that_comes_again_has_its_newest_state(crm: Study, tmp_path: Path) -> None:
    head = "ticket_id,account_id,created_at,subject,status"
    texts = {"1": "t1,a,2026-05-01,Sync,open\nt2,a,2026-05-02,Bill,open\n", "2": "t1,a,2026-05-01,Sync,solved\n",
             "3": "t1,a,2026-05-01,Sync,open\nt2,a,2026-05-02,,\n"}  # fmt: skip
    for name, states in (("1", ["open", "open"]), ("2", ["solved", "open"]), ("3", ["open", "open"])):
        report = added(crm, tmp_path, f"{name}.csv", f"{head}\n{texts[name]}")
        assert adds_up(report)
        assert [status for (status,) in held(crm, "status", "tickets")] == states
    assert (report.rows, report.duplicates, report.held) == (1, 1, 2)
    assert held(crm, "subject", "tickets") == [("Sync",), ("Bill",)]


def test_scores_without_ids_get_a_column_that_comes_later(crm: Study, tmp_path: Path) -> None:
    added(crm, tmp_path, "n.csv", "account_id,date,nps\na,2026-05-01,9\na,2026-05-01,9\na,2026-05-02,3\n")
    report = added(crm, tmp_path, "n2.csv", "account_id,date,nps,comment\na,2026-05-01,9,Good\na,2026-05-02,4,Bad\n")
    assert adds_up(report) and (report.rows, report.held) == (2, 3)
    assert held(crm, "score, comment", "nps") == [(9, "Good"), (3, ""), (4, "Bad")]


ROWS = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from(["Pro", "Team"]), st.sampled_from(["", "x", "y"])),
    min_size=1,
    max_size=5,
)


@pytest.mark.slow
@given(st.lists(ROWS, min_size=2, max_size=3))
def test_of_each_subscription_there_are_as_many_as_the_file_with_most_and_rows_add_up(
    tmp_path_factory: pytest.TempPathFactory, files: list[list[tuple[str, str, str]]]
) -> None:
    folder = tmp_path_factory.mktemp("deliveries")
    with studies.init(folder / "study.db") as study:
        for number, rows in enumerate(files):
            with (folder / f"{number}.csv").open("w", newline="", encoding="utf-8") as stream:
                head = ["account_id", "plan", "start_date", "Note"]
                csv.writer(stream).writerows([head, *([a, plan, "2026-01-01", note] for a, plan, note in rows)])
            report = account_sources.import_source(study, folder / f"{number}.csv", "subscriptions", add=True)
            assert report.unchanged or adds_up(report)
        kept = held(study, "account_id, plan", "subscriptions")
        for key in {row[:2] for rows in files for row in rows}:
            most = max(sum(row[:2] == key for row in rows) for rows in files)
            distinct = len({row for rows in files for row in rows if row[:2] == key})
            assert min(most, distinct) <= kept.count(key) <= max(most, 1) or kept.count(key) == 1
        newest = {
            row[:2]: row[2] for row in files[-1] if sum(each[:2] == row[:2] for each in files[-1]) == 1 and row[2]
        }
        for key, note in newest.items():
            stored = [each["stored"] for each in accounts.sources(study)["subscriptions"].own.get("columns", ())]
            if stored:
                assert (*key, note) in held(study, f"account_id, plan, {stored[0]}", "subscriptions")
