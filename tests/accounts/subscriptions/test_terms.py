"""Terms that count on a day: concurrent ones are added, replaced ones left out, whatever order they come in."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from typing import Any

import duckdb
import pytest

from needsseg.accounts import guess_mapping, read_header, read_subscriptions
from needsseg.accounts.ingest.ingestion import ingest
from needsseg.accounts.tiers.lifecycle import Subscription
from needsseg.accounts.tiers.terms import ADD, REPLACE, counted_terms, undecided_overlaps
from tests.fixtures.wording.matching import mentions

D = 20_000


def term(amount: float, start: int, end: int | None = None, plan: str = "Team", **more: Any) -> Subscription:
    return Subscription("a", plan, 1, amount, start, end, **more)


THREE = (term(1000, D - 300), term(500, D - 200), term(50, D - 100))


@pytest.mark.parametrize(
    ("terms", "added", "replaced"),
    [
        (THREE, [50, 500, 1000], [50]),
        ((term(10, D - 9, plan="Silver"), term(20, D - 5, plan="Team")), [10, 20], [10, 20]),
        # Terms with ids of their own are added, whatever is chosen for the others.
        ((term(1000, D - 300, id="1"), term(500, D - 200, id="2"), term(50, D - 9)), [50, 500, 1000], [50, 500, 1000]),
        # A newer row of the same id replaces the older one, even where that is still open.
        ((term(10, D - 300, id="1"), term(30, D - 20, id="1")), [30], [30]),
        # The subscription is over where its newest row is, though an older one is open.
        ((term(10, D - 300, id="1"), term(30, D - 90, D - 30, id="1")), [], []),
        ((term(10, D - 300, id="1"), term(30, D - 20, id="2", replaces="1"), term(5, D - 9, id="3")), [5, 30], [5, 30]),
        # What is replaced is so from the day on which the later term begins.
        ((term(10, D - 300, id="1"), term(30, D, id="2", replaces="1")), [10], [10]),
        ((term(10, D - 300, id="1", replaces="1"),), [10], [10]),
        # An earlier term replaces no later one, and one of two that name each other stays.
        ((term(10, D - 300, id="1", replaces="2"), term(30, D - 20, id="2")), [10, 30], [10, 30]),
        ((term(10, D - 20, id="1", replaces="2"), term(30, D - 20, id="2", replaces="1")), [30], [30]),
        ((term(10, D - 20, id="1"), term(5, D - 20, id="2", replaces="1")), [5], [5]),
        ((term(10, D - 300, D - 7), term(20, D - 200, D - 7)), [10, 20], [20]),
        ((term(10, D - 300, D - 8),), [], []),
    ],
)
def test_what_counts_on_a_day(terms: tuple[Subscription, ...], added: list[float], replaced: list[float]) -> None:
    begun = [one for one in terms if one.start_day < D]
    for order in permutations(begun):
        assert sorted(one.amount or 0 for one in counted_terms(order, D, overlap=ADD)) == added
        assert sorted(one.amount or 0 for one in counted_terms(order, D, overlap=REPLACE)) == replaced


def test_only_terms_without_ids_leave_something_to_decide() -> None:
    assert undecided_overlaps(THREE) == {"a"}
    assert undecided_overlaps([term(1, 1, 10), term(1, 10, 20)]) == {"a"}
    assert not undecided_overlaps([term(1, 1, 10), term(1, 11, 20), term(1, 21)])
    assert not undecided_overlaps([term(1, 1, id="x"), term(1, 5, id="y"), term(1, 9)])


def test_a_term_that_is_not_there_cannot_be_replaced(tmp_path: Path) -> None:
    file = tmp_path / "terms.csv"
    file.write_text(
        "subscription_id,replaces,account_id,plan,start_date\n1,9,a,Team,2025-01-01\n2,1,a,Team,2025-02-01\n"
        "3,1,b,Team,2025-02-01\n"
    )
    done = ingest("subscriptions", file, guess_mapping("subscriptions", read_header(file)), tmp_path)
    assert any(mentions(warning, "2 subscriptions") and mentions(warning, "'9'") for warning in done.warnings)


def test_terms_are_read_with_their_ids_and_money(tmp_path: Path) -> None:
    file = tmp_path / "terms.csv"
    file.write_text(
        "subscription_id,replaces,account_id,plan,amount,currency,billing_period,is_trial,start_date\n"
        "s2,s1,a,Team,90,eur,Annual,,2025-02-01\n"
        "s3,,a,Trial,0,,,,2025-03-01\n"
    )
    done = ingest("subscriptions", file, guess_mapping("subscriptions", read_header(file)), tmp_path)
    paid, trial = read_subscriptions(done.parquet)
    assert (paid.id, paid.replaces, paid.currency, paid.interval, paid.trial) == ("s2", "s1", "EUR", "year", False)
    assert (trial.id, trial.currency, trial.interval, trial.trial) == ("s3", "", "", True)


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
def test_a_file_of_an_earlier_version_is_read(tmp_path: Path, engine: str) -> None:
    columns = (
        "'a' AS account_id, 'Team' AS plan, 3::BIGINT AS seats, 9.5::DOUBLE AS amount, 1 AS start_day, 5 AS end_day"
    )
    file = tmp_path / "terms.parquet"
    duckdb.sql(f"COPY (SELECT {columns}, NULL::INTEGER AS renewal_day) TO '{file}' (FORMAT parquet)")
    assert read_subscriptions(file, engine) == [Subscription("a", "Team", 3, 9.5, 1, 5)]
