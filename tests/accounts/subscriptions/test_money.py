"""Amounts, currencies and billing intervals as files write them, and what accounts pay: never more than is known."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.accounts import Ingested, guess_mapping, read_header, read_subscriptions
from needsseg.accounts.ingest import money
from needsseg.accounts.ingest.ingestion import ingest
from needsseg.accounts.tiers.intervals import per_year
from needsseg.accounts.tiers.lifecycle import Subscription
from needsseg.accounts.tiers.rates import RateTable, load_rates
from needsseg.accounts.tiers.revenue import MoneyRules, overlap_totals, revenue
from needsseg.accounts.tiers.terms import ADD
from needsseg.errors import TableError
from tests.fixtures.wording.matching import mentions, refuses

D = 20_000
HEADER = "account_id,plan,amount,start_date\n"


def read(path: Path, text: str, **amounts: str) -> Ingested:
    file = path / "terms.csv"
    file.write_text(text, encoding="utf-8")
    mapping = guess_mapping("subscriptions", read_header(file))
    mapping.amounts.update(amounts)
    return ingest("subscriptions", file, mapping, path / "out")


def read_amounts(path: Path, *cells: str, **amounts: str) -> Ingested:
    quoted = (f'a{number},Team,"{cell}",2025-01-01' for number, cell in enumerate(cells))
    return read(path, HEADER + "\n".join(quoted) + "\n", **amounts)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (("$1,200", "¥10000", "£ 3", "12 €"), [(1200, "USD"), (10_000, "JPY"), (3, "GBP"), (12, "EUR")]),
        (("10.000,00 €", "1.234"), [(10_000, "EUR"), (1234, "")]),
        (("1 234,50", "1.234", "7"), [(1234.5, ""), (1234, ""), (7, "")]),
        (("1'234.50", "1,234"), [(1234.5, ""), (1234, "")]),
        (("CHF 1,200", "1,200 usd", "R$ 1234"), [(1200, "CHF"), (1200, "USD"), (1234, "BRL")]),
        (("US$5", "Fr. 20", "\u00a01\u202f200"), [(5, "USD"), (20, "CHF"), (1200, "")]),
        (("0,123", "0.123", "1,200.50", "99,50"), [(0.123, ""), (0.123, ""), (1200.5, ""), (99.5, "")]),
        (("1,200", "3"), [(1200, ""), (3, "")]),
        (("1.234.567", "1.000"), [(1_234_567, ""), (1000, "")]),
    ],
)
def test_amounts_as_people_write_them(tmp_path: Path, cells: tuple[str, ...], values: list[tuple[float, str]]) -> None:
    done = read_amounts(tmp_path, *cells)
    assert [(term.amount, term.currency) for term in read_subscriptions(done.parquet)] == values
    assert done.read == done.rows + len(done.rejected)


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("(1,200)", money.CREDIT_HINT),
        ("-5", money.CREDIT_HINT),
        ("$ -5", money.CREDIT_HINT),
        ("−5,00", money.CREDIT_HINT),
        ("5-", money.CREDIT_HINT),
        ("1e3", money.AMOUNT_HINT),
        ("infinity", money.AMOUNT_HINT),
        ("NaN", money.AMOUNT_HINT),
        ("1,2,3", money.AMOUNT_HINT),
        ("12 34", money.AMOUNT_HINT),
        ("on request", money.AMOUNT_HINT),
        ("1.5k", "the sign is of no currency that is known; write an ISO code such as EUR"),
        ("12 XYZ", "the sign is of no currency that is known; write an ISO code such as EUR"),
    ],
)
def test_what_is_no_amount_is_refused_with_its_row(tmp_path: Path, cell: str, reason: str) -> None:
    done = read_amounts(tmp_path, "7.50", cell)
    assert [(reject.row, reject.column, reject.value, reject.reason) for reject in done.rejected] == [
        (3, "amount", cell, reason)
    ]


@pytest.mark.slow
def test_a_point_that_may_separate_thousands_is_decided_by_the_column_or_said(tmp_path: Path) -> None:
    done = read_amounts(tmp_path, "1.234", "7")
    assert [term.amount for term in read_subscriptions(done.parquet)] == [1.234, 7]
    assert any(mentions(warning, "1.234", "decimal point") for warning in done.warnings)
    chosen = read_amounts(tmp_path, "1.234", "7", decimals="comma")
    assert [term.amount for term in read_subscriptions(chosen.parquet)] == [1234, 7] and not chosen.warnings
    mixed = read_amounts(tmp_path, "1.50", "2,50", "1.234")
    assert [(reject.row, reject.reason) for reject in mixed.rejected] == [(4, money.UNCLEAR_HINT)]
    thousands = read_amounts(tmp_path, "CHF 1,200", "R$ 1.234,56")
    assert [(reject.row, reject.reason) for reject in thousands.rejected] == [(2, money.UNCLEAR_HINT)]


@given(
    value=st.integers(0, 10**9),
    groups=st.sampled_from([(",", "."), (".", ","), (" ", ","), ("'", "."), ("", "."), ("", ",")]),
)
def test_an_amount_with_cents_is_the_same_however_it_is_written(value: int, groups: tuple[str, str]) -> None:
    import duckdb

    thousands, decimal = groups
    cell = f"{value // 100:,}".replace(",", thousands) + decimal + f"{value % 100:02}"
    parts = money.amount_parts("c", "a")
    with duckdb.connect() as con:
        con.execute("CREATE TABLE t AS SELECT ? AS c", [cell])
        for decimals in ("point", "comma", ""):
            found = con.execute(f"SELECT {money.amount('a_core', decimals)} FROM (SELECT {parts} FROM t)").fetchone()
            assert found == (value / 100,), cell


@pytest.mark.slow
@pytest.mark.parametrize(
    ("interval", "count", "words", "a_year"),
    [
        ("Monthly", "", "month", 12),
        ("month", "3", "quarter", 4),
        ("every 2 weeks", "", "2 weeks", 26),
        ("months", "6", "6 months", 2),
        ("Annual", "", "year", 1),
        ("year", "2", "2 years", 0.5),
        ("one-time", "", "one-off", 0),
        ("quarterly", "", "quarter", 4),
        ("week", "", "week", 52),
        ("", "", "", None),
    ],
)
def test_intervals_in_words(tmp_path: Path, interval: str, count: str, words: str, a_year: float | None) -> None:
    header = "account_id,plan,amount,start_date,interval,interval_count\n"
    (term,) = read_subscriptions(read(tmp_path, f"{header}a,Team,5,2025-01-01,{interval},{count}\n").parquet)
    assert (term.interval, per_year(term.interval)) == (words, a_year)


@pytest.mark.parametrize(("header", "expected"), [("mrr", "month"), ("arr", "year"), ("amount", "quarter")])
def test_a_name_that_gives_the_period_comes_before_the_interval_of_billing(
    tmp_path: Path, header: str, expected: str
) -> None:
    text = f"account_id,plan,{header},start_date,billing_frequency\na,Team,5,2025-01-01,quarterly\n"
    (term,) = read_subscriptions(read(tmp_path, text).parquet)
    assert term.interval == expected


def test_currencies_and_intervals_that_do_not_exist_are_refused(tmp_path: Path) -> None:
    text = (
        "account_id,plan,amount,currency,interval,start_date\n"
        "a,Team,5,eur,month,2025-01-01\nb,Team,5,Euro,month,2025-01-01\nc,Team,5,EUR,sometimes,2025-01-01\n"
        "d,Team,$5,EUR,month,2025-01-01\n"
    )
    done = read(tmp_path, text)
    assert [(r.row, r.column, r.value) for r in done.rejected] == [
        (3, "currency", "Euro"),
        (4, "interval", "sometimes"),
        (5, "amount", "$5"),
    ]


STRIPE = (
    "id,Customer ID,Customer Email,Plan,Product,Quantity,Currency,Interval,Amount,Status,Created (UTC),Start (UTC),"
    "Current Period Start (UTC),Current Period End (UTC),Trial Start (UTC),Trial End (UTC),Canceled At (UTC),Ended At (UTC)\n"
    "sub_1,cus_a,,price_1,Team,1,usd,month,4900,active,2025-01-02 09:11,2025-01-02 09:11,2025-06-02 09:11,2025-07-02 09:11,"
    ",,,\n"
    "sub_2,cus_a,,price_2,Seats,3,usd,year,1200,active,2025-01-02 09:11,2025-01-02 09:11,2025-01-02 09:11,2026-01-02 09:11,"
    ",,,\n"
    "sub_3,cus_b,,price_1,Team,1,jpy,month,4900,trialing,2025-06-02 09:11,2025-06-02 09:11,2025-06-02 09:11,"
    "2025-07-02 09:11,2025-06-02 09:11,2025-07-02 09:11,,\n"
    "sub_4,cus_c,,price_1,Team,1,jpy,month,4900,canceled,2025-01-02 09:11,2025-01-02 09:11,2025-03-02 09:11,"
    "2025-04-02 09:11,,,2025-03-10 08:00,2025-03-12 08:00\n"
    "sub_5,cus_d,,price_1,Team,1,usd,month,4900,incomplete_expired,2025-01-02 09:11,2025-01-02 09:11,,,,,,\n"
)


def test_an_export_of_stripe(tmp_path: Path) -> None:
    done = read(tmp_path, STRIPE)
    terms = {term.id: term for term in read_subscriptions(done.parquet)}
    assert {key: (term.account_id, term.amount, term.currency, term.interval) for key, term in terms.items()} == {
        "sub_1": ("cus_a", 49.0, "USD", "month"),
        "sub_2": ("cus_a", 36.0, "USD", "year"),
        "sub_3": ("cus_b", 4900.0, "JPY", "month"),
        "sub_4": ("cus_c", 4900.0, "JPY", "month"),
    }
    assert [key for key, term in terms.items() if term.trial] == ["sub_3"]
    assert [key for key, term in terms.items() if term.end_day is not None] == ["sub_4"]
    assert [(reject.row, reject.value) for reject in done.rejected] == [(6, "incomplete_expired")]
    assert any(mentions(warning, "cents") for warning in done.warnings)
    paid = revenue(terms.values(), D + 248, rules=MoneyRules("Amount", ADD))  # 2025-06-10
    assert (paid.pays("cus_a"), paid.amounts.get("cus_b"), paid.currency) == ("$624 a year", 0.0, "USD")


@pytest.mark.parametrize("amount", ["49.00", "49,50"])
def test_an_export_with_decimals_has_no_cents(tmp_path: Path, amount: str) -> None:
    done = read(tmp_path, STRIPE.replace(",4900,active", f',"{amount}",active').replace(",1200,", ",1300,"))
    amounts = {term.id: term.amount for term in read_subscriptions(done.parquet)}
    assert amounts["sub_1"] == float(amount.replace(",", ".")) and amounts["sub_2"] == 3900.0


def test_an_export_of_chargebee(tmp_path: Path) -> None:
    text = (
        "subscription.id,subscription.customer_id,subscription.plan_id,subscription.plan_quantity,"
        "subscription.plan_unit_price,subscription.currency_code,subscription.billing_period,"
        "subscription.billing_period_unit,subscription.status,subscription.started_at,subscription.current_term_end,"
        "subscription.cancelled_at\n"
        "s1,a,growth,10,1500,EUR,3,month,active,2025-01-05,2025-07-05,\n"
        "s2,a,addon,1,99000,EUR,1,year,cancelled,2024-01-05,2025-01-05,2024-12-01\n"
    )
    done = read(tmp_path, text)
    first, second = sorted(read_subscriptions(done.parquet), key=lambda term: term.id)
    assert (first.id, first.plan, first.seats, first.amount, first.interval) == ("s1", "growth", 10, 150.0, "quarter")
    assert (second.amount, second.end_day, second.interval) == (990.0, D + 58, "year")


def test_an_export_of_recurly(tmp_path: Path) -> None:
    text = (
        "uuid,account_code,email,plan_code,plan_name,quantity,unit_amount,currency,state,activated_at,expires_at,"
        "current_period_ends_at,plan_interval_length,plan_interval_unit\n"
        "u1,acme,,gold,Gold plan,4,19.99,EUR,active,2025-05-27T07:00:00Z,,2025-06-27T07:00:00Z,1,months\n"
        "u2,acme,,gold,Gold plan,1,19.99,EUR,expired,2024-05-27T07:00:00Z,2025-05-27T07:00:00Z,,1,months\n"
    )
    done = read(tmp_path, text)
    second, first = sorted(read_subscriptions(done.parquet), key=lambda term: term.start_day)
    assert (first.id, first.account_id, first.plan, first.amount) == ("u1", "acme", "Gold plan", pytest.approx(79.96))
    assert (first.interval, first.end_day, second.end_day) == ("month", None, 20_235)


def test_what_has_ended_needs_a_day(tmp_path: Path) -> None:
    text = (
        "account_id,plan,amount,status,start_date,renewal_date\na,Team,5,cancelled,2025-01-01,2025-02-01\n"
        "b,Team,5,Cancelled,2025-01-01,\nc,Team,5,active,2025-01-01,\n"
    )
    done = read(tmp_path, text)
    assert [(term.account_id, term.end_day) for term in read_subscriptions(done.parquet)] == [
        ("a", 20_120),
        ("c", None),
    ]
    assert [(reject.row, reject.column) for reject in done.rejected] == [(3, "status")]


def term(account: str, amount: float | None, currency: str = "", interval: str = "", **more: object) -> Subscription:
    return Subscription(account, "Team", 1, amount, D - 100, currency=currency, interval=interval, **more)  # type: ignore[arg-type]


def test_intervals_are_brought_to_a_year_where_they_differ() -> None:
    terms = [term("a", 10, interval="month"), term("a", 30, interval="quarter"), term("b", 7, interval="year")]
    terms += [term("c", 99, interval="one-off"), term("d", 5), term("e", None, interval="month")]
    paid = revenue(terms, D, rules=MoneyRules("amount", ADD))
    assert (paid.amounts, paid.interval, paid.yearly) == ({"a": 240.0, "b": 7.0, "c": 0.0}, "year", 1.0)
    # A term without an interval is not taken for one by the year, nor an unknown amount for nothing.
    assert any(mentions(note, "billing interval", "2 accounts") for note in paid.notes)
    assert revenue(terms, D, rules=MoneyRules("amount", ADD, interval="month")).amounts["d"] == 60.0


def test_a_trial_pays_nothing() -> None:
    paid = revenue([term("a", 50, "USD", "month", trial=True), term("b", 5, "USD", "month")], D)
    assert paid.amounts == {"a": 0.0, "b": 5.0} and paid.pays("a") == "$0 a year"


EUR_AND_USD = [term("a", 100, "EUR", "month"), term("a", 10, "USD", "month"), term("b", 5, "USD", "month")]


def test_currencies_are_never_added() -> None:
    paid = revenue(EUR_AND_USD, D, rules=MoneyRules("amount", ADD))
    assert not paid.amounts and paid.by_currency == {"a": {"EUR": 100.0, "USD": 10.0}, "b": {"USD": 5.0}}
    assert paid.total(["a", "b"]) == {"EUR": 100.0, "USD": 15.0}
    assert paid.pays("a") == "€1,200 + $120 a year"
    without_one = revenue([*EUR_AND_USD, term("c", 3, "", "month")], D, rules=MoneyRules("amount", ADD))
    assert without_one.currencies == ("", "EUR", "USD")


def test_amounts_are_converted_by_the_newest_rate_before_the_day(tmp_path: Path) -> None:
    file = tmp_path / "rates.csv"
    file.write_text(
        "currency,rate,as_of\nUSD,0.5,2024-01-01\nUSD,0.9,2024-09-01\nUSD,0.1,2030-01-01\nEUR,1,2024-01-01\n"
    )
    rates = load_rates(file)
    paid = revenue(EUR_AND_USD, D, rules=MoneyRules("amount", ADD, base="EUR", rates=rates))
    assert paid.amounts == {"a": 109.0, "b": 4.5} and paid.currency == "EUR"
    assert any(mentions(note, "1 USD = 0.9 EUR of 2024-09-01") for note in paid.notes)
    # The other way round, through the rates of both.
    other = revenue(EUR_AND_USD, D, rules=MoneyRules("amount", ADD, base="USD", rates=rates))
    assert other.amounts["a"] == pytest.approx(10 + 100 / 0.9)
    early = revenue(EUR_AND_USD, D, rules=MoneyRules("amount", ADD, base="EUR", rates=RateTable()))
    assert not early.amounts and early.by_currency
    only_later = RateTable({"USD": ((D + 1, 0.9),)})
    late = revenue(EUR_AND_USD, D, rules=MoneyRules("amount", ADD, base="EUR", rates=only_later))
    assert not late.amounts and any(mentions(note, "2 accounts", "USD") for note in late.notes)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("currency,rate\nUSD,1\n", ["as_of"]),
        ("currency,rate,as_of\nUSD,1,2024-01-01\nEuro,1,2024-01-01\n", ["row 3", "currency", "Euro"]),
        ("currency,rate,as_of\nUSD,0,2024-01-01\n", ["row 2", "rate", "'0'"]),
        ("currency,rate,as_of\nUSD,inf,2024-01-01\n", ["row 2", "rate", "'inf'"]),
        ("currency,rate,as_of\nUSD,1,1/2/2024\n", ["row 2", "as_of", "1/2/2024"]),
        ("currency,rate,as_of\nUSD,1,2024-01-01\nUSD,2,2024-01-01\n", ["row 3", "USD", "2024-01-01"]),
        ("currency,rate,as_of\nUSD\n", ["row 2", "rate"]),
    ],
)
def test_a_table_of_rates_that_is_none_says_where(tmp_path: Path, text: str, what: list[str]) -> None:
    (tmp_path / "rates.csv").write_text(text)
    with refuses(TableError, "rates.csv", *what):
        load_rates(tmp_path / "rates.csv")
    with refuses(TableError, "absent.csv"):
        load_rates(tmp_path / "absent.csv")


def test_three_open_terms_pay_the_sum_of_them() -> None:
    terms = [term("a", amount, "USD", "month") for amount in (1000, 500, 50)]
    assert revenue(terms, D, rules=MoneyRules("amount", ADD)).pays("a") == "$18,600 a year"
    totals = overlap_totals(terms, MoneyRules("amount"))
    assert totals is not None and (totals.accounts, totals.added) == (1, "$18,600 a year")
    assert overlap_totals(terms[:1], MoneyRules("amount")) is None


@given(st.lists(st.tuples(st.integers(0, 500), st.sampled_from(["EUR", "USD", ""])), max_size=8))
def test_every_amount_counts_once_in_its_currency(cells: list[tuple[int, str]]) -> None:
    terms = [term(f"a{number % 3}", amount, code, "month") for number, (amount, code) in enumerate(cells)]
    paid = revenue(terms, D, rules=MoneyRules("amount", ADD))
    expected: dict[str, float] = {}
    for amount, code in cells:
        expected[code] = expected.get(code, 0) + amount
    totals = {code: amount for code, amount in paid.total({one.account_id for one in terms}).items() if amount}
    assert totals == {code: float(amount) for code, amount in expected.items() if amount}
