"""Customers with a tenure and a flag for who left: accounts and one subscription each, after two questions."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import pytest

from needsseg.accounts import read_subscriptions
from needsseg.accounts.kinds.tenure import unit_of_name
from needsseg.actions.accounts import account_sources, accounts
from needsseg.actions.study import history
from needsseg.cli.program import run
from needsseg.errors import TenureUnclearError, UsageError
from needsseg.study.connection import Study
from needsseg.text import date_of
from tests.fixtures.samples import DATA
from tests.fixtures.wording.matching import mentions

FILE = DATA / "accounts" / "customers_by_tenure.csv"
AS_OF = date(2026, 6, 30)
ANSWERS = {"tenure_as_of": "2026-06-30", "tenure_unit": "months"}


def months_before(day: date, months: int) -> date:
    """Return the same day so many months earlier, or the last one of that month: the calendar done by hand."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    last = [31, 29 if year % 4 == 0 and (year % 100 or year % 400 == 0) else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return date(year, month + 1, min(day.day, last[month]))


def terms(study: Study) -> dict[str, tuple[date, date | None, float | None, str, str]]:
    files = account_sources.stack_files(study)
    assert files.subscriptions is not None
    found = {}
    for term in read_subscriptions(files.subscriptions):
        end = None if term.end_day is None else date_of(term.end_day)
        found[term.account_id] = (date_of(term.start_day), end, term.amount, term.plan, term.interval)
    return found


def test_each_customer_becomes_an_account_and_a_subscription(talk: Study) -> None:
    report = account_sources.import_source(talk, FILE, amounts=ANSWERS)
    assert (report.kind, report.rows, report.also and (report.also.kind, report.also.rows)) == (
        "subscriptions", 40, ("accounts", 40),
    )  # fmt: skip
    with FILE.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert terms(talk) == {
        row["customerID"]: (
            months_before(AS_OF, int(row["tenure"])),
            AS_OF if row["Churn"] == "Yes" else None,
            float(row["MonthlyCharges"]),
            row["Contract"],
            "month",
        )
        for row in rows
    }
    left = sum(row["Churn"] == "Yes" for row in rows)
    assert left == 12
    assert any(mentions(str(warning), "12 customers left", "end on 2026-06-30") for warning in report.warnings)
    churned = [row for row in accounts.profiles(talk, date(2026, 7, 9)) if row.lifecycle_stage == "churned"]
    assert len(churned) == left


@pytest.mark.slow
def test_it_is_one_step_and_undone_as_one(talk: Study) -> None:
    before = len(history.listing(talk))
    account_sources.import_source(talk, FILE, amounts=ANSWERS)
    assert len(history.listing(talk)) == before + 1
    history.undo(talk)
    assert accounts.sources(talk) == {}
    account_sources.import_source(talk, FILE, amounts=ANSWERS)
    again = account_sources.import_source(talk, FILE)
    assert again.unchanged and len(history.listing(talk)) == before + 2


def test_what_is_not_said_is_asked(talk: Study) -> None:
    with pytest.raises(TenureUnclearError) as raised:
        account_sources.import_source(talk, FILE)
    assert mentions(str(raised.value), "customers_by_tenure.csv", "'tenure'", "until which day", "in which unit")
    proposal = account_sources.propose_mapping(talk, FILE)
    assert (proposal.asks, proposal.with_accounts, proposal.rows) == (("tenure_as_of", "tenure_unit"), True, ())
    answered = account_sources.propose_mapping(talk, FILE, amounts=ANSWERS)
    assert answered.asks == () and answered.rows[1].values["end_date"] == "2026-06-30"
    assert accounts.sources(talk) == {}


@pytest.mark.parametrize(
    ("column", "unit"),
    [
        ("tenure", ""),
        ("tenure_months", "months"),
        ("TenureInDays", ""),
        ("tenure in years", "years"),
        ("tenure_day", "days"),
    ],
)
def test_a_columns_name_may_give_the_unit(column: str, unit: str) -> None:
    assert unit_of_name(column) == unit


@pytest.mark.parametrize(
    ("unit", "start"), [("days", date(2026, 6, 16)), ("months", date(2025, 4, 30)), ("years", date(2012, 6, 30))]
)
def test_units(unit: str, start: date, talk: Study, tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("customer_id,tenure,churn\nA,14,0\n")
    account_sources.import_source(talk, file, amounts=ANSWERS | {"tenure_unit": unit})
    assert terms(talk)["A"][:2] == (start, None)


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("A,,1", "tenure", "no tenure"),
        ("A,-3,1", "tenure", "tenure below zero"),
        ("A,2.5,1", "tenure", "a tenure is a whole number"),
        ("A,long,1", "tenure", "not a number"),
        ("A,900,1", "tenure", "the unit of tenure may be another"),
        ("A,99999999999,1", "tenure", "the unit of tenure may be another"),
        ("A,3,perhaps", "churn", "neither yes nor no"),
        ("A,3,", "churn", "neither yes nor no"),
        (",3,1", "customer_id", "no account id"),
    ],
)
def test_a_bad_row_is_refused_by_row(row: str, column: str, reason: str, talk: Study, tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text(f"customer_id,tenure,churn\nB,3,No\n{row}\n")
    report = account_sources.import_source(talk, file, amounts=ANSWERS)
    ((at, name, why),) = [(reject.row, reject.column, reject.reason) for reject in report.rejected]
    assert (at, name, report.rows) == (3, column, 1) and mentions(why, reason)


@pytest.mark.parametrize(
    ("answers", "words"),
    [({"tenure_as_of": "June"}, "'June' is not a date"), ({"tenure_unit": "weeks"}, "'weeks' is not a unit of tenure")],
)
def test_answers_that_are_none_are_refused(answers: dict[str, str], words: str, talk: Study) -> None:
    with pytest.raises(UsageError) as raised:
        account_sources.import_source(talk, FILE, amounts=ANSWERS | answers)
    assert mentions(str(raised.value), words)


def test_subscriptions_alone_leave_the_accounts_as_they_are(talk: Study, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("account_id,name\n0001-JEBAD,Jebad\n")
    account_sources.import_source(talk, file)
    report = account_sources.import_source(talk, FILE, "subscriptions", amounts=ANSWERS)
    assert report.also is None and accounts.sources(talk)["accounts"].row_count == 1


def test_a_file_with_dates_does_not_go_by_its_tenure(talk: Study, tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("account_id,plan,start_date,tenure,churn\nA,pro,2026-01-01,3,No\n")
    report = account_sources.import_source(talk, file)
    assert report.also is None and "tenure" not in report.columns


def test_the_command_line_names_the_options_and_takes_them(talk: Study, capsys: pytest.CaptureFixture[str]) -> None:
    study = ["--study", str(talk.path)]
    assert run(["accounts", "import", str(FILE), *study]) == 1
    assert "--tenure-as-of DATE --tenure-unit months" in capsys.readouterr().err
    options = ["--tenure-as-of", "2026-06-30", "--tenure-unit", "months", "--json"]
    assert run(["accounts", "import", str(FILE), *study, *options]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["kind"], shown["rows"], shown["also"]["kind"], shown["also"]["rows"]) == (
        "subscriptions",
        40,
        "accounts",
        40,
    )
