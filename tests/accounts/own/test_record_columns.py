"""Further columns of users, subscriptions, tickets, scores, cancellations: kept with a type, counted on the page, a filter."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from needsseg.actions.accounts import account_sources, accounts
from needsseg.actions.accounts.account_listing import listing
from needsseg.actions.accounts.account_page import account_page, concealed
from needsseg.actions.accounts.own_columns import OwnGiven, columns_of_records
from needsseg.errors import UsageError
from needsseg.study.connection import Study

pytestmark = pytest.mark.slow

DAY = date(2026, 6, 1)
CRM = "Id,Name\na,Firm A\nb,Firm B\nc,Firm C\n"
USERS = (
    "account_id,user_id,role,created_at,Department,Invites,Beta\n"
    "a,u1,Admin,2026-01-01,Sales,3,yes\na,u2,Viewer,2026-01-02,Sales,,no\na,u3,Viewer,2026-01-02,,1,no\n"
    "a,u1,Admin,2026-01-01,Finance,9,yes\n"  # the same person again
    "a,u9,Admin,2026-07-01,Law,1,yes\n"  # created after the day
    "b,u4,Viewer,2026-01-03,Finance,2,no\n"
)
TERMS = (
    "account_id,subscription_id,plan,start_date,Contract,Signed\n"
    "a,s1,Pro,2026-01-01,Annual,2025-12-01\na,s2,Team,2026-02-01,Annual,\nb,s3,Team,2026-01-01,Monthly,2025-12-01\n"
)

TICKETS = (
    "ticket_id,account_id,created_at,subject,priority,Channel,Hours,Reopened\n"
    "t1,a,2026-05-01,Sync,high,chat,2.5,yes\nt2,a,2026-05-02,Bill,low,mail,,no\nt3,b,2026-05-03,Sync,low,chat,9,no\n"
    "t4,b,2026-07-01,Late,high,chat,1,no\n"  # opened after the day
)
SCORES = "account_id,date,nps,comment,Survey\na,2026-05-01,9,Good,Spring\nb,2026-05-02,3,Bad,Spring\n"
CHURN = "account_id,churn_date,reason,Competitor,Until\nb,2026-05-20,price,Globex,2026-08-31\n"


@pytest.fixture
def sold(study: Study, tmp_path: Path) -> Study:
    texts = {"crm": CRM, "users": USERS, "terms": TERMS, "tickets": TICKETS, "scores": SCORES, "churn": CHURN}
    for name, text in texts.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        account_sources.import_source(study, tmp_path / f"{name}.csv")
    return study


def fitting(study: Study, *filters: str) -> list[str]:
    return [one.account_id for one in listing(study, accounts.profiles(study, DAY), (), filters, as_of=DAY).profiles]


def test_they_are_kept_with_their_types(sold: Study) -> None:
    kept = {kind: {each.name: each.type for each in columns} for kind, columns in columns_of_records(sold).items()}
    assert kept == {
        "users": {"Department": "text", "Invites": "number", "Beta": "flag"},
        "subscriptions": {"Contract": "text", "Signed": "date"},
        "tickets": {"Channel": "text", "Hours": "number", "Reopened": "flag"},
        "nps": {"Survey": "text"},
        "churn": {"Competitor": "text", "Until": "date"},
    }


def test_the_page_shows_those_of_tickets_scores_and_cancellations(sold: Study) -> None:
    records = account_page(sold, "b", DAY).records
    assert records.columns_by_noun["ticket"] == {"Channel": {"chat": 1}, "Hours": {"9": 1}, "Reopened": {"no": 1}}
    assert [dict(one.own) for one in records.tickets or ()] == [{"Channel": "chat", "Hours": 9.0, "Reopened": False}]
    assert [dict(one.own) for one in records.cancellations or ()] == [{"Competitor": "Globex", "Until": "2026-08-31"}]
    assert [dict(one.own) for one in records.scores or ()] == [{"Survey": "Spring"}]
    assert "  tickets by Channel: chat 1" in records.lines
    assert "  cancellations by Competitor: Globex 1" in records.lines
    assert "  scores by Survey: Spring 1" in records.lines


def test_values_that_all_differ_are_counted_and_not_listed(study: Study, tmp_path: Path) -> None:
    rows = "".join(f"t{n},a,2026-05-01,https://desk.example/{n}\n" for n in range(6))
    for name, text in (("crm", CRM), ("t", f"ticket_id,account_id,created_at,Link\n{rows}t9,a,2026-05-01,\n")):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        account_sources.import_source(study, tmp_path / f"{name}.csv")
    assert "  tickets by Link: 6 different values, empty 1" in account_page(study, "a", DAY).records.lines


def test_the_page_counts_them_each_person_once_and_as_of_the_day(sold: Study) -> None:
    records = account_page(sold, "a", DAY).records
    assert {name: dict(values) for name, values in records.columns["users"].items()}.keys() == {
        "Department",
        "Invites",
        "Beta",
    }
    assert records.columns["users"]["Beta"] == {"no": 2, "yes": 1}
    assert sum(records.columns["users"]["Department"].values()) == 3
    assert records.columns["subscriptions"] == {"Contract": {"Annual": 2}, "Signed": {"2025-12-01": 1, "": 1}}
    assert "  subscriptions by Contract: Annual 2" in records.lines
    assert "  users by Beta: no 2, yes 1" in records.lines
    assert set(account_page(sold, "c", DAY).records.columns.keys()) == set(columns_of_records(sold))
    assert not any(account_page(sold, "c", DAY).records.columns.values())


def test_a_page_under_pseudonyms_has_those_of_subscriptions_alone(sold: Study) -> None:
    records = concealed(sold, account_page(sold, "b", DAY)).records
    assert set(records.columns) == {"subscriptions"}
    assert not any(
        one.own for one in (*(records.tickets or ()), *(records.scores or ()), *(records.cancellations or ()))
    )


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        (["users.role=admin"], ["a"]),
        (["users.role!=Admin"], ["b", "c"]),
        (["users.Department=Law"], []),
        (["Users.Invites>=2"], ["a", "b"]),
        (["users.Beta=no", "subscriptions.Contract=Monthly"], ["b"]),
        (["subscriptions.plan=Team"], ["a", "b"]),
        (["subscriptions.Signed<2026-01-01"], ["a", "b"]),
        (["tickets.priority=high"], ["a"]),
        (["tickets.priority!=high"], ["b", "c"]),
        (["tickets.Hours>5"], ["b"]),
        (["Tickets.Channel=chat", "scores.score<=6"], ["b"]),
        (["nps.Survey=Spring"], ["a", "b"]),
        (["cancellations.reason=price"], ["b"]),
        (["churn.Until>2026-08-01"], ["b"]),
    ],
)
def test_accounts_are_filtered_by_any_that_fits(sold: Study, filters: list[str], wanted: list[str]) -> None:
    assert fitting(sold, *filters) == wanted


def test_a_filter_on_an_unknown_column_names_what_there_is(sold: Study) -> None:
    with pytest.raises(UsageError, match="The users have no column 'Team'") as error:
        fitting(sold, "users.Team=x")
    assert "Department, Invites, Beta, role" in str(error.value.hint)


@pytest.mark.parametrize("filter_", ["users.role=Admin", "tickets.priority=high", "scores.score<=6"])
def test_a_filter_on_records_that_are_not_there_says_so(filter_: str, study: Study, tmp_path: Path) -> None:
    (tmp_path / "crm.csv").write_text(CRM, encoding="utf-8")
    account_sources.import_source(study, tmp_path / "crm.csv")
    with pytest.raises(UsageError, match=f"There are no {filter_.partition('.')[0]} to filter by"):
        fitting(study, filter_)


def test_types_are_chosen_and_columns_left_out(sold: Study, tmp_path: Path) -> None:
    account_sources.import_source(sold, tmp_path / "users.csv", own=OwnGiven({"Invites": "text"}, ["Beta"]))
    assert {each.name: each.type for each in columns_of_records(sold)["users"]} == {
        "Department": "text",
        "Invites": "text",
    }


def test_customers_by_tenure_keep_theirs_as_accounts(study: Study, tmp_path: Path) -> None:
    (tmp_path / "telco.csv").write_text(
        "customerID,tenure,Churn,Gateway\na,5,No,DSL\nb,7,Yes,Fibre\n", encoding="utf-8"
    )
    account_sources.import_source(
        study, tmp_path / "telco.csv", amounts={"tenure_as_of": "2026-06-01", "tenure_unit": "months"}
    )
    assert accounts.sources(study)["subscriptions"].own == {}
    assert [each["name"] for each in accounts.sources(study)["accounts"].own["columns"]] == [
        "tenure", "Churn", "Gateway",
    ]  # fmt: skip
