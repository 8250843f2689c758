"""Roll-ups and the money in them: every account once, missing amounts never nothing, overlaps never twice."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.accounts import AccountProfile, profiles
from needsseg.accounts.tiers.behaviour import Behaviour
from needsseg.accounts.tiers.lifecycle import Lifecycle, Subscription
from needsseg.accounts.tiers.revenue import Revenue, revenue
from needsseg.accounts.tiers.rollups import BY, ROWS, rollup
from needsseg.errors import UsageError
from needsseg.records import Account, Label
from tests.fixtures.wording.accounts import ROLLUP_BY_ITSELF
from tests.fixtures.wording.matching import refuses

D = 20_000


def term(plan: str, amount: float | None, start: int, end: int | None = None, account: str = "a") -> Subscription:
    return Subscription(account, plan, 10, amount, start, end)


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ([term("Team", 100.0, D - 300, D + 60)], 100.0),
        ([term("Team", 100.0, D - 300, D + 60), term("Business", 250.0, D - 20)], 250.0),
        ([term("Team", 100.0, D - 300, D + 60), term("Team", 140.0, D - 20)], 140.0),
        ([term("Business", 250.0, D - 300), term("Team", 100.0, D - 20)], 100.0),
        ([term("Team", 100.0, D - 300), term("Analytics", 30.0, D - 20)], 130.0),
        ([term("Silver", 100.0, D - 300), term("Gold", 200.0, D - 20)], 200.0),
        ([term("Team", 100.0, D - 300, D + 60), term("Business", None, D - 20)], None),
        ([term("Team", 100.0, D - 300), term("Analytics", None, D - 20)], None),
        ([term("Team", 0.0, D - 300)], 0.0),
        ([term("Team", 100.0, D - 300, D)], 100.0),
        ([term("Team", 100.0, D - 300, D - 7)], 100.0),
        ([term("Team", 100.0, D - 300, D - 8)], None),
        ([term("Team", 100.0, D)], None),
    ],
)
def test_what_runs_counts_once(terms: list[Subscription], expected: float | None) -> None:
    assert revenue(terms, D).amounts.get("a") == expected
    assert revenue(list(reversed(terms)), D).amounts.get("a") == expected


def test_amounts_of_a_merged_record_count_for_the_survivor() -> None:
    found = revenue([term("Team", 10.0, D - 9, account="old")], D, "MRR", {"old": "new"})
    assert found.amounts == {"new": 10.0}
    assert found.arr(10.0) == 120.0


@pytest.mark.parametrize(
    ("column", "factor"),
    [
        ("mrr", 12.0),
        ("MRR_usd", 12.0),
        ("currentARR", 1.0),
        ("arr", 1.0),
        ("monthly_amount", 12.0),
        ("amount", None),
        ("warranty", None),
        ("", None),
    ],
)
def test_only_a_name_that_says_so_makes_amounts_yearly(column: str, factor: float | None) -> None:
    assert revenue([term("Team", 10.0, D - 9)], D, column).yearly == factor


def account(
    id_: str, employees: str = "", stage: str = "engaged", plan: str = "", label: Label | None = None
) -> AccountProfile:
    held = Account(id_, id_.upper(), employees=employees, industry="Retail")
    row = {id_: Behaviour(id_, events=20, active_days=21)}
    stages = {id_: Lifecycle(stage, (stage,), {}, None, plan)}
    return profiles([held], row, stages, [label] if label else [], date(2026, 7, 1), "v")[0]


def labelled(id_: str, segment: str, confidence: float, by: str = "", employees: str = "60") -> AccountProfile:
    return account(id_, employees, label=Label(id_, segment, "interview", confidence, by))


FEW = [
    labelled("a", "Builder", 1.0, "Dana"), labelled("b", "Builder", 0.5, employees="9"), labelled("c", "Reporter", 0.75),
    account("d", "9"), account("e"),
]  # fmt: skip


def test_counts_money_shares_and_sureness() -> None:
    made = rollup(FEW, Revenue({"a": 10.0, "c": 5.0, "d": 25.0}, "mrr", 12.0))
    assert made.columns == ("small", "mid_market", "unknown")
    assert [row.name for row in made.rows] == ["Builder", "Reporter", "unlabelled"]
    builder, _, unlabelled = made.rows
    assert (builder.labelled, builder.confirmed, builder.confidence) == (2, 1, 0.75)
    assert (unlabelled.labelled, unlabelled.confirmed, unlabelled.confidence) == (0, 0, None)
    assert (builder.total.accounts, builder.total.share_of_total, builder.total.priced) == (2, 0.4, 1)
    assert (builder.total.amount, builder.total.arr, builder.total.amount_share) == (10.0, 120.0, 0.25)
    cell = builder.cells["small"]
    assert (cell.accounts, cell.share_of_row, cell.amount, cell.arr, cell.small) == (1, 0.5, None, None, True)
    assert builder.cells["unknown"].small is False
    assert [(one.account_id, one.column, one.source, one.confirmed_by) for one in builder.accounts] == [
        ("a", "mid_market", "interview", "Dana"), ("b", "small", "interview", ""),
    ]  # fmt: skip
    assert (made.total.accounts, made.total.priced, made.total.arr) == (5, 3, 480.0)


def test_amounts_of_an_unknown_time_are_never_called_arr() -> None:
    made = rollup(FEW, Revenue({"a": 10.0}, "amount", None))
    assert (made.total.amount, made.total.arr) == (10.0, None)


def test_five_accounts_are_no_small_cell() -> None:
    made = rollup([account(f"a{number}", "9") for number in range(5)], Revenue())
    assert made.total.small is False
    assert (made.total.amount, made.total.amount_share) == (None, None)


@given(
    st.lists(
        st.tuples(st.sampled_from(["", "9", "60", "900"]), st.sampled_from(["engaged", "at_risk", "churned"]),
                  st.sampled_from(["", "Team", "Pro"]), st.sampled_from(["", "Builder", "Reporter"])),
        max_size=12,
    ),
    st.sampled_from(ROWS), st.sampled_from(BY),
)  # fmt: skip
def test_every_account_stands_in_one_cell(given_rows: list[tuple[str, str, str, str]], rows: str, by: str) -> None:
    if rows == by:
        return
    made_of = [
        account(f"a{n}", size, stage, plan, Label(f"a{n}", need, "survey", 0.8) if need else None)
        for n, (size, stage, plan, need) in enumerate(given_rows)
    ]
    money = Revenue({f"a{n}": 1.0 for n in range(0, len(made_of), 2)}, "arr", 1.0)
    made = rollup(made_of, money, rows, by)
    assert sum(cell.accounts for row in made.rows for cell in row.cells.values()) == len(made_of)
    assert {name: cell.accounts for name, cell in made.totals.items()} == {
        name: sum(row.cells[name].accounts for row in made.rows) for name in made.columns
    }
    assert sum(row.total.amount or 0 for row in made.rows) == len(money.amounts)
    assert sorted(one.account_id for row in made.rows for one in row.accounts) == sorted(p.account_id for p in made_of)


def test_what_there_is_no_roll_up_of_is_named() -> None:
    with refuses(UsageError, "mood", "size, industry, plan", "needs_segment"):
        rollup(FEW, Revenue(), by="mood")
    with refuses(UsageError, "lifecycle_stage", "needs_segment", ROLLUP_BY_ITSELF):
        rollup(FEW, Revenue(), "lifecycle_stage", "lifecycle_stage")
