"""What accounts pay, from the import to every place that shows it: choices are asked once, stored, shown and undone."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from needsseg.actions.accounts import account_sources, amounts
from needsseg.actions.accounts.revenue import revenue_as_of
from needsseg.actions.study import history, studies
from needsseg.cli.accounts import sources
from needsseg.errors import UsageError
from needsseg.text import date_of
from tests.fixtures.cli_calls import Caller
from tests.fixtures.wording.matching import mentions, refuses, says

pytest_plugins = ["tests.fixtures.cli_calls"]
DAY = "2025-06-01"
TERMS = (
    "account_id,plan,amount,currency,start_date\na,Team,1000,EUR,2025-01-01\na,Team,500,EUR,2025-02-01\n"
    "a,Team,50,EUR,2025-03-01\nb,Team,100,EUR,2025-03-01\n"
)


@pytest.fixture
def paying(empty: Caller, tmp_path: Path) -> Caller:
    """A study with two accounts, Acme and Beta; Acme has three open terms without ids in the file terms.csv."""
    (tmp_path / "accounts.csv").write_text("account_id,name\na,Acme\nb,Beta\n")
    (tmp_path / "terms.csv").write_text(TERMS)
    empty.done("accounts", "import", "accounts.csv")
    return empty


def arr(caller: Caller) -> float | None:
    page = caller.done("account", "Acme", "--as-of", DAY, "--json").json
    return None if page["arr"] is None else float(page["arr"])


def test_without_a_terminal_overlapping_terms_are_added_with_both_totals_named(paying: Caller) -> None:
    called = paying.done("accounts", "import", "terms.csv", "--interval", "month", "--json")
    assert called.json["asks"] == ["terms"] and called.json["terms"] == "add"
    assert called.json["overlap"] == {
        "accounts": 1, "added": "€19,800 a year", "replaced": "€1,800 a year", "as_of": "2025-03-02",
    }  # fmt: skip
    assert says(called.err, "1 account", "€19,800 a year", "€1,800 a year", "accounts amounts --terms replace")
    page = paying.done("account", "Acme", "--as-of", DAY)
    assert says(page.out, "pays €18,600 a year", "are added", "€1,000 a month")
    assert arr(paying) == 18_600


def test_the_choice_is_kept_for_later_imports_changed_and_undone(paying: Caller, tmp_path: Path) -> None:
    called = paying.done("accounts", "import", "terms.csv", "--terms", "replace", "--interval", "month")
    assert says(called.err, "replace each other, as chosen", "€19,800 a year", "€1,800 a year")
    assert arr(paying) == 600
    (tmp_path / "terms.csv").write_text(TERMS + "b,Team,7,EUR,2025-04-01\n")
    again = paying.done("accounts", "import", "terms.csv", "--json")
    assert again.json["asks"] == [] and again.json["terms"] == "replace" and arr(paying) == 600
    paying.done("accounts", "amounts", "--terms", "add")
    assert arr(paying) == 18_600
    paying.done("undo")
    assert arr(paying) == 600
    assert paying.done("accounts", "amounts", "--json").json == {
        "column": "amount", "terms": "replace", "interval": "month", "currency": None, "decimals": None, "unit": None,
        "per": None,
    }  # fmt: skip


def test_a_terminal_is_asked(paying: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "is_terminal", lambda: True)
    monkeypatch.setattr("sys.stdin", io.StringIO("replace\nmonth\n"))
    called = paying.done("accounts", "import", "terms.csv")
    assert says(called.err, "€1,650", "€150", "add or replace?", "Amounts are paid by")
    assert arr(paying) == 600
    # What was chosen is not asked again.
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    paying.done("accounts", "import", "terms.csv")
    assert arr(paying) == 600


def test_without_an_interval_there_is_no_arr_and_that_is_said(paying: Caller) -> None:
    called = paying.done("accounts", "import", "terms.csv", "--terms", "add")
    assert says(called.err, "month or the year", "--interval month")
    assert arr(paying) is None
    page = paying.done("account", "Acme", "--as-of", DAY)
    assert says(page.out, "pays €1,550", "amount", "period unknown")
    paying.done("accounts", "amounts", "--interval", "quarter")
    assert arr(paying) == 6_200


def test_currencies_stand_apart_until_there_are_rates(paying: Caller, tmp_path: Path) -> None:
    (tmp_path / "terms.csv").write_text(TERMS.replace("100,EUR", "100,USD"))
    paying.done("accounts", "import", "terms.csv", "--terms", "add", "--interval", "month")
    table = paying.done("rollup", "--as-of", DAY, "--json").json
    assert table["total"]["amount"] is None and table["total"]["by_currency"] == {"EUR": 1550.0, "USD": 100.0}
    assert (table["currencies"], table["total"]["priced"]) == (["EUR", "USD"], 2)
    assert says(paying.done("rollup", "--as-of", DAY, "--who").out, "€18,600 a year", "$1,200 a year")
    (tmp_path / "backlog.csv").write_text("feature,impact,confidence,effort,reach:small\nX,1,1,1,2\n")
    scored = paying.done("rice", "backlog.csv", "--by", "size", "--as-of", DAY)
    assert says(scored.err, "EUR, USD", "cannot be weighed", "€18,600 + $1,200 a year")
    assert not mentions(scored.err, "ARR is known for")
    (tmp_path / "rates.csv").write_text("currency,rate,as_of\nUSD,0.5,2025-01-01\n")
    (tmp_path / "needsseg.toml").write_text('currency = "EUR"\nrates = "rates.csv"\n')
    table = paying.done("rollup", "--as-of", DAY, "--json").json
    assert (table["total"]["arr"], table["currency"]) == (19_200.0, "EUR")
    assert any(mentions(note, "1 USD = 0.5 EUR of 2025-01-01") for note in table["notes"])
    (tmp_path / "rates.csv").write_text("currency,rate,as_of\nUSD,none,2025-01-01\n")
    failed = paying("rollup", "--as-of", DAY)
    assert failed.code == 1 and says(failed.err, "rates.csv", "row 2", "rate", "none")


def test_a_source_of_an_earlier_version_gives_what_it_gave(paying: Caller, tmp_path: Path) -> None:
    paying.done("accounts", "import", "terms.csv", "--interval", "month")
    with studies.open_study(tmp_path / "study.db") as study:
        row = study.row("SELECT mapping FROM sources WHERE kind = 'subscriptions'")
        assert row is not None
        mapping = {name: value for name, value in json.loads(row[0]).items() if name != "@amounts"}
        with study.action("import accounts", "as version 0.1 stored it"):
            study.execute("UPDATE sources SET mapping = ? WHERE kind = 'subscriptions'", [json.dumps(mapping)])
        paid = revenue_as_of(study, date_of(20_240))
        assert (paid.amounts, paid.yearly, paid.overlap) == ({"a": 50.0, "b": 100.0}, None, "replace")
        # Read again, it is added and asked for.
        report = account_sources.import_source(study, tmp_path / "terms.csv")
        assert report.asks == ("terms", "interval") and report.terms == "add"
        assert revenue_as_of(study, date_of(20_240)).amounts["a"] == 1_550.0
        history.undo(study)
        assert revenue_as_of(study, date_of(20_240)).amounts["a"] == 50.0


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"terms": "both"}, ["both", "terms", "add, replace"]),
        ({"interval": "day"}, ["day", "month"]),
        ({"currency": "euro"}, ["EURO", "ISO code"]),
        ({"mood": "good"}, ["mood", "terms"]),
        ({"decimals": "comma"}, ["decimals", "Import the file again"]),
    ],
)
def test_choices_that_do_not_exist(paying: Caller, tmp_path: Path, given: dict[str, str], what: list[str]) -> None:
    paying.done("accounts", "import", "terms.csv")
    with studies.open_study(tmp_path / "study.db") as study, refuses(UsageError, *what):
        amounts.set_amounts(study, given)


def test_there_is_nothing_to_choose_without_subscriptions(paying: Caller) -> None:
    assert paying("accounts", "amounts").code == 1
    assert says(paying("accounts", "amounts", "--terms", "add").err, "no subscriptions")
    refused = paying("accounts", "import", "accounts.csv", "--terms", "add")
    assert refused.code == 2 and says(refused.err, "Accounts have no amounts")


def test_how_cells_are_read_is_chosen_with_the_file(paying: Caller, tmp_path: Path) -> None:
    (tmp_path / "cents.csv").write_text("account_id,plan,seats,amount,start_date\na,Team,3,1.234,2025-01-01\n")
    for options, expected in (
        ((), 1.234),
        (("--amounts", "decimal-comma"), 1234.0),
        (("--amounts", "cents"), 12.34),
        (("--amounts", "whole", "--amounts", "per-seat"), 3702.0),
    ):
        paying.done("accounts", "import", "cents.csv", "--interval", "year", *options)
        assert arr(paying) == pytest.approx(expected), options


MONEY_KEYS = ("pays", "amount", "arr", "currency", "interval", "by_currency")
MIXED = {
    "currencies": "a,Team,10,EUR,month,2025-01-01,\nb,Pro,10,USD,month,2025-01-01,\n",
    "intervals": "a,Team,10,EUR,month,2025-01-01,\nb,Pro,120,EUR,year,2025-01-01,\n",
    "a trial": "a,Team,10,EUR,month,2025-05-20,trialing\nb,Pro,10,USD,month,2025-01-01,active\n",
    "an unknown amount": "a,Team,,EUR,month,2025-01-01,\nb,Pro,120,EUR,year,2025-01-01,\n",
    "units that no account has alone": "a,Team,10,EUR,month,2025-01-01,\nb,Pro,10,USD,year,2025-01-01,\n"
    "b,Other,5,GBP,week,2025-01-01,\n",
}


def terms_of(mix: str) -> str:
    return "account_id,plan,amount,currency,interval,start_date,status\n" + MIXED[mix]


@pytest.mark.parametrize(("mix", "engine"), [*((mix, "duckdb") for mix in MIXED), ("currencies", "polars")])
def test_an_account_pays_the_same_by_itself_as_in_the_list(
    paying: Caller, tmp_path: Path, mix: str, engine: str
) -> None:
    (tmp_path / "terms.csv").write_text(terms_of(mix))
    paying.done("accounts", "import", "terms.csv", "--terms", "add")
    for listed in paying.done("profile", "--as-of", DAY, "--json").json:
        page = paying.done("account", listed["account_id"], "--as-of", DAY, "--engine", engine, "--json").json
        for shown in (page, page["profile"]):
            assert {key: shown[key] for key in MONEY_KEYS} == {key: listed[key] for key in MONEY_KEYS}


def test_a_scorecard_of_several_currencies_says_so(paying: Caller, tmp_path: Path) -> None:
    (tmp_path / "terms.csv").write_text(terms_of("currencies"))
    paying.done("accounts", "import", "terms.csv", "--terms", "add")
    notes = " ".join(paying.done("scorecard", "--as-of", DAY, "--by", "plan", "--json").json["notes"])
    assert says(notes, "several currencies (EUR, USD)", "not added") and "No amounts" not in notes


@pytest.mark.parametrize("measure", ["arr", "growth"])
def test_rice_of_several_currencies_says_so_once(paying: Caller, tmp_path: Path, measure: str) -> None:
    (tmp_path / "terms.csv").write_text(terms_of("currencies"))
    (tmp_path / "backlog.csv").write_text("feature,impact,confidence,effort,segments\nX,1,0.8,1,Team\n")
    paying.done("accounts", "import", "terms.csv", "--terms", "add")
    scored = paying.done("rice", "backlog.csv", "--by", "plan", "--as-of", DAY, "--weigh-by", measure)
    assert says(scored.err, "several currencies (EUR, USD)", "plain scores only")
    assert "No account that is counted" not in scored.err and "0 accounts" not in scored.err


@pytest.mark.parametrize(("later", "accounts"), [("EUR", 2), ("USD", 0)])
def test_what_customers_kept_paying_is_compared_in_one_currency_only(
    empty: Caller, tmp_path: Path, later: str, accounts: int
) -> None:
    (tmp_path / "accounts.csv").write_text("account_id,name,employees\na,Acme,7\nb,Beta,8\n")
    rows = [f"{key},1,EUR,2024-01-01,2025-01-31\n{key},2,{later},2025-02-01,\n" for key in "ab"]
    (tmp_path / "terms.csv").write_text("account_id,arr,currency,start_date,end_date\n" + "".join(rows))
    empty.done("accounts", "import", "accounts.csv")
    empty.done("accounts", "import", "terms.csv")
    card = empty.done("scorecard", "--as-of", DAY, "--by", "size", "--json").json
    assert card["everyone"]["kept"]["n"] == accounts
