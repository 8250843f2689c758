"""Users, cancellations, tickets and scores: read, listed, shown on the account's page, counted on the scorecard."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from needsseg.accounts import kind_of
from needsseg.accounts.kinds.records import Score, net_promoter_points, newest_scores
from needsseg.actions.accounts import account_page, account_sources, accounts
from needsseg.actions.scorecard.account_facts import Question
from needsseg.actions.scorecard.scorecard import segment_report
from needsseg.actions.study import history
from needsseg.cli.program import run
from needsseg.scorecard.facts import AccountFacts
from needsseg.scorecard.scorecard import cards
from needsseg.study.connection import Study
from tests.fixtures.wording.matching import mentions

AS_OF = date(2026, 6, 1)
ACCOUNTS = "account_id,name,employees\nA,Acme,10\nB,Beta,20\nC,Core,30\n"
TERMS = (
    "account_id,plan,amount,start_date,end_date\nA,pro,10,2026-01-01,\nA,old,10,2025-01-01,2025-12-31\nB,pro,10,2026-01-01,\n"
    "C,pro,10,2026-01-01,2026-03-31\n"
)
CHURN = (
    "churn_event_id,account_id,churn_date,reason_code,feedback_text\nc1,A,2026-05-20,pricing,Too dear for us\n"
    "c2,C,2026-05-01,support,\nc3,Z,2026-05-01,support,\n"
)
TICKETS = (
    "ticket_id,account_id,submitted_at,subject,category,priority,status\nt1,A,2026-05-02,Sync fails,bug,high,open\n"
    "t2,A,2026-05-03,Invoice,billing,low,closed\nt3,B,2026-07-01,Later,bug,low,open\nt2,A,2026-05-03,Invoice,billing,low,closed\n"
)
NPS = (
    "account_id,user_id,date,nps_score,comment\nA,u1,2026-04-01,3,Slow\nA,u1,2026-05-01,9,Fast now\nA,u2,2026-05-02,6,\n"
    "B,u3,2026-05-03,11,\n"
)


def written(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture
def full(talk: Study, tmp_path: Path) -> Study:
    """A study with accounts, subscriptions, cancellations, tickets, scores and users."""
    texts = {"accounts": ACCOUNTS, "subscriptions": TERMS, "churn": CHURN, "tickets": TICKETS, "nps": NPS,
             "users": "user_id,account_id,email,role\nu1,A,eva@acme.com,admin\nu2,A,jo@acme.com,member\n"}  # fmt: skip
    for kind, text in texts.items():
        assert account_sources.import_source(talk, written(tmp_path, f"{kind}.csv", text)).kind == kind
    return talk


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("churn_event_id,account_id,churn_date,reason_code,refund_amount_usd,feedback_text", "churn"),
        ("account_id,cancellation_date,cancellation_reason", "churn"),
        ("ticket_id,account_id,submitted_at,closed_at,priority,satisfaction_score", "tickets"),
        ("CaseNumber,AccountId,Subject,Status,Priority,CreatedDate", "tickets"),
        ("account_id,date,nps,comment", "nps"),
        ("user_id,account_id,email,role,created_at", "users"),
        ("user_id,account_id,event,timestamp", "events"),
        ("account_id,user_id,feature,date,count", "events"),
        ("account_id,plan,start_date,canceled_at", "subscriptions"),
        ("account_id,name,industry,user_id", "accounts"),
        ("Record ID,Company name,Industry", "accounts"),
    ],
)
def test_the_kind_is_known_by_its_columns(header: str, kind: str) -> None:
    assert kind_of(header.split(","))[0] == kind


@pytest.mark.parametrize(
    ("text", "row", "column", "reason"),
    [
        ("account_id,churn_date,reason\n,2026-05-01,x\nA,2026-05-02,x\n", 2, "account_id", "no account id"),
        ("account_id,churn_date,reason\nA,,x\nA,2026-05-02,x\n", 2, "churn_date", "no date"),
        ("account_id,churn_date,reason\nA,soon,x\nA,2026-05-02,x\n", 2, "churn_date", "not a date"),
        ("account_id,churn_date,reason\nA,1970-01-01,x\nA,2026-05-02,x\n", 2, "churn_date", "before 1990"),
        (
            "ticket_id,account_id,created_at\nt1,A,2999-01-01\nt2,A,2026-05-02\n",
            2,
            "created_at",
            "the end of next year",
        ),
        ("account_id,date,nps\nA,2026-05-01,11\nA,2026-05-02,9\n", 2, "nps", "whole number from 0 to 10"),
        ("account_id,date,nps\nA,2026-05-01,7.5\nA,2026-05-02,9\n", 2, "nps", "whole number from 0 to 10"),
        ("account_id,date,nps\nA,2026-05-01,-1\nA,2026-05-02,9\n", 2, "nps", "score below zero"),
        ("account_id,date,nps\nA,2026-05-01,\nA,2026-05-02,9\n", 2, "nps", "no score"),
        ("user_id,account_id,email\n,A,a@x.com\nu2,A,b@x.com\n", 2, "user_id", "no user id"),
        ("user_id,account_id,email\n1.2E+15,A,a@x.com\nu2,A,b@x.com\n", 2, "user_id", "has lost digits"),
    ],
)
def test_a_bad_row_is_refused_by_row_and_column(
    text: str, row: int, column: str, reason: str, talk: Study, tmp_path: Path
) -> None:
    report = account_sources.import_source(talk, written(tmp_path, "rows.csv", text))
    ((at, name, why),) = [(reject.row, reject.column, reject.reason) for reject in report.rejected]
    assert (at, name, report.rows) == (row, column, 1)
    assert mentions(why, reason)
    assert account_sources.rejects(talk, report.kind) == list(report.rejected)


def test_repeats_are_left_out_added_files_add_and_undo_restores(talk: Study, tmp_path: Path) -> None:
    report = account_sources.import_source(talk, written(tmp_path, "t.csv", TICKETS))
    assert (report.read, report.rows, report.duplicates) == (4, 3, 1)
    more = TICKETS.replace("t1,A", "t9,A")
    again = account_sources.import_source(talk, written(tmp_path, "more.csv", more), add=True)
    assert (again.read, again.rows, again.duplicates, again.held) == (4, 1, 3, 4)
    history.undo(talk)
    assert accounts.sources(talk)["tickets"].row_count == 3
    replaced = account_sources.import_source(talk, written(tmp_path, "new.csv", more))
    assert any(mentions(str(warning), "Replaced 3 tickets from t.csv") for warning in replaced.warnings)


@pytest.mark.slow
def test_cancellations_end_subscriptions_without_an_end(full: Study, tmp_path: Path) -> None:
    page = account_page.account_page(full, "A", AS_OF)
    assert [(term.plan, term.end, term.running) for term in page.terms] == [
        ("old", date(2025, 12, 31), False),
        ("pro", date(2026, 5, 20), False),
    ]
    assert account_page.account_page(full, "B", AS_OF).terms[0].running
    assert account_page.account_page(full, "C", AS_OF).terms[0].end == date(2026, 3, 31)
    before = account_page.account_page(full, "A", date(2026, 5, 1))
    assert before.terms[-1].running and before.records.cancellations == ()
    report = account_sources.import_source(full, written(tmp_path, "again.csv", CHURN + "c4,A,2024-05-01,early,\n"))
    said = " ".join(map(str, report.warnings))
    assert mentions(said, "end 1 subscription without an end", "3 cancellations (such as of A) lie in no subscription")
    assert mentions(said, "Ignored 1 cancellation from unknown accounts (Z)")
    history.undo(full)
    history.undo(full)
    account_sources.import_source(full, written(tmp_path, "none.csv", CHURN.replace("c1,A,2026", "c1,A,2024")))
    assert account_page.account_page(full, "A", AS_OF).terms[-1].running


@pytest.mark.slow
def test_a_later_subscription_stays_after_a_cancellation(talk: Study, tmp_path: Path) -> None:
    account_sources.import_source(talk, written(tmp_path, "a.csv", ACCOUNTS))
    back = "account_id,plan,start_date,end_date\nA,pro,2026-01-01,\nA,pro,2026-04-01,\nA,pro,2026-05-10,\n"
    twice = "account_id,churn_date,reason\nA,2026-02-01,x\nA,2026-05-01,y\n"
    account_sources.import_source(talk, written(tmp_path, "c.csv", twice))
    account_sources.import_source(talk, written(tmp_path, "s.csv", back))
    ends = [term.end for term in account_page.account_page(talk, "A", AS_OF).terms]
    assert ends == [date(2026, 2, 1), date(2026, 5, 1), None]


@pytest.mark.slow
def test_the_accounts_page_lists_its_records(full: Study) -> None:
    page = account_page.account_page(full, "A", AS_OF)
    words = "\n".join(page.records.lines)
    assert mentions(
        words, "2 users: 1 admin, 1 member", "cancelled on 2026-05-20: pricing · “Too dear for us”", "2 tickets",
        "2026-05-02 · Sync fails · bug · high · open", "net promoter score +0", "9 of 10 · “Fast now”",
    )  # fmt: skip
    empty = account_page.account_page(full, "B", AS_OF).records
    assert (empty.cancellations, empty.tickets, empty.scores) == ((), (), ())
    assert empty.lines == ["0 users", "never cancelled", "0 tickets", "no score"]
    hidden = account_page.concealed(full, page).records
    assert hidden.users is not None and all(not user.email for user in hidden.users)


def test_without_records_the_page_has_none(talk: Study, tmp_path: Path) -> None:
    account_sources.import_source(talk, written(tmp_path, "a.csv", ACCOUNTS))
    records = account_page.account_page(talk, "A", AS_OF).records
    assert records == type(records)() and records.lines == []


@pytest.mark.slow
def test_the_command_line_shows_records(full: Study, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["account", "A", "--as-of", "2026-06-01", "--study", str(full.path)]) == 0
    assert mentions(
        capsys.readouterr().out, "Users, cancellations, tickets and scores", "Sync fails", "Too dear for us"
    )
    assert run(["account", "A", "--as-of", "2026-06-01", "--study", str(full.path), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert [ticket["id"] for ticket in shown["tickets"]] == ["t2", "t1"]
    assert shown["cancellations"][0]["date"] == "2026-05-20"
    assert [score["score"] for score in shown["scores"]] == [6, 9, 3]
    assert {user["role"] for user in shown["users"]} == {"admin", "member"}
    assert run(["accounts", "rejects", "nps", "--study", str(full.path), "--json"]) == 0
    (reject,) = json.loads(capsys.readouterr().out)
    assert (reject["row"], reject["column"], reject["value"]) == (5, "nps_score", "11")


@pytest.mark.slow
def test_the_scorecard_counts_them_where_they_were_imported(talk: Study, tmp_path: Path) -> None:
    sizes = {f"S{number}": 10 for number in range(18)} | {f"L{number}": 900 for number in range(18)}
    rows = "".join(f"{id_},{id_},{size}\n" for id_, size in sizes.items())
    account_sources.import_source(talk, written(tmp_path, "a.csv", f"account_id,name,employees\n{rows}"))
    question = Question(AS_OF, ("size",))
    before = segment_report(talk, question).scorecard.everyone
    assert (before.tickets, before.nps, before.reasons) == (None, None, None)
    assert not {"tickets", "score"} & set(before.figures)
    tickets = "".join(f"t{id_}{n},{id_},2026-05-0{n}\n" for id_ in sizes if id_[0] == "L" for n in range(1, 4))
    scores = "".join(f"{id_},2026-05-01,{10 if id_[0] == 'S' else 2}\n" for id_ in sizes)
    account_sources.import_source(talk, written(tmp_path, "t.csv", f"ticket_id,account_id,created_at\n{tickets}"))
    account_sources.import_source(talk, written(tmp_path, "n.csv", f"account_id,date,nps\n{scores}S1,2024-01-01,0\n"))
    account_sources.import_source(
        talk, written(tmp_path, "c.csv", "account_id,churn_date,reason\nL1,2026-05-01,price\nL2,2026-05-01,\n")
    )
    card = segment_report(talk, question).scorecard
    by_name = {each.name: each for each in card.segments}
    small, large = by_name["small"], by_name["enterprise"]
    assert small.tickets is not None and large.tickets is not None and small.nps is not None and large.nps is not None
    assert (small.tickets.value, large.tickets.value, large.tickets.n) == (0.0, 3.0, 18)
    assert (small.nps.value, large.nps.value, card.everyone.nps and card.everyone.nps.value) == (100.0, -100.0, 0.0)
    assert large.reasons == {"price": 1, "no reason": 1} and small.reasons == {}
    assert {each.figure for each in card.comparisons if each.supported} == {"tickets", "score"}


def test_net_promoter_scores_by_hand() -> None:
    assert [net_promoter_points([score]) for score in (0, 6, 7, 8, 9, 10)] == [-1, -1, 0, 0, 1, 1]
    given = [
        Score("A", 1, 3, "", "u1", ""),
        Score("A", 2, 9, "", "u1", ""),
        Score("A", 1, 5, "", "", ""),
        Score("A", 1, 4, "", "", ""),
    ]
    assert sorted(score.score for score in newest_scores(given)) == [4, 5, 9]
    facts = [
        AccountFacts(str(n), "x", scores=scores) for n, scores in enumerate([(10, 10), (0,), (7,), (9,), (6, 8, 9)])
    ]
    ((card,), _, _) = cards(facts, ["x"], 7)
    assert card.nps is not None
    # Of eight answers four promote and two do not: 100 · (4 - 2) / 8.
    assert (card.nps.n, card.nps.value) == (5, 25.0)
    assert card.nps.low is not None and card.nps.high is not None and -100 <= card.nps.low < 25 < card.nps.high <= 100
