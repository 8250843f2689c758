"""RICE, plain and weighted: the worked figures, what λ does, what a missing ARR does, and faulty backlogs."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.errors import TableError, UsageError
from needsseg.playbook.backlog import Backlog, read_backlog
from needsseg.playbook.rice import FORMULA, Customer, Feature, Score, coverage, formula, in_numbers, rice, weights
from tests.fixtures.wording.accounts import FEWER_CELLS, MORE_CELLS
from tests.fixtures.wording.common import NO_SUCH, UNREADABLE
from tests.fixtures.wording.matching import refuses, says
from tests.fixtures.wording.playbook import (
    BOTH_REACHES,
    NEITHER_REACH,
    NO_ARR_KNOWN,
    NO_NAME,
    NOT_A_NUMBER,
    NOT_NEGATIVE,
    REACHES_WHOM,
    SLIP,
)


def customers(enterprise_arr: int, mid_arr: int) -> list[Customer]:
    """1,000 accounts: 5% enterprise, 80% mid-market, the rest small; of 1,000,000 each pays its segment's share."""
    shares = {
        "enterprise": (50, enterprise_arr),
        "mid-market": (800, mid_arr),
        "small": (150, 100 - enterprise_arr - mid_arr),
    }
    return [
        Customer(f"{name} {number}", name, percent * 10_000 / count)
        for name, (count, percent) in shares.items()
        for number in range(count)
    ]


def feature(row: int, *segments: str, impact: float = 1, confidence: float = 0.8, effort: float = 2) -> Feature:
    return Feature(row, f"for {' and '.join(segments)}", impact, confidence, effort, dict.fromkeys(segments))


def scores(held: list[Customer], *features: Feature, strength: float = 1.0) -> dict[int, Score]:
    return {score.feature.row: score for score in rice(features, weights(held, ()), strength)}


@pytest.mark.parametrize(("enterprise_arr", "mid_arr", "enterprise", "mid"), [(60, 35, 240, 140), (20, 65, 80, 260)])
def test_the_worked_figures(enterprise_arr: int, mid_arr: int, enterprise: float, mid: float) -> None:
    found = scores(customers(enterprise_arr, mid_arr), feature(2, "enterprise"), feature(3, "mid-market"))
    assert (found[2].plain, found[3].plain) == (20, 320)
    assert (found[2].weighted, found[3].weighted) == (pytest.approx(enterprise), pytest.approx(mid))
    assert (found[2].plain_rank, found[3].plain_rank) == (2, 1)
    swapped = enterprise > mid
    assert (found[2].weighted_rank, found[3].weighted_rank) == ((1, 2) if swapped else (2, 1))
    assert (found[2].rank_change, found[3].rank_change) == ((1, -1) if swapped else (0, 0))


def test_the_worked_figures_are_exact_where_the_money_is() -> None:
    """With what whole segments pay in round numbers the scores are round, not nearly so."""
    held = [Customer("e", "enterprise", 600_000.0), *(Customer(f"e{n}", "enterprise", 0.0) for n in range(49))]
    held += [Customer("m", "mid-market", 350_000.0), *(Customer(f"m{n}", "mid-market", 0.0) for n in range(799))]
    held += [Customer("s", "small", 50_000.0), *(Customer(f"s{n}", "small", 0.0) for n in range(149))]
    found = scores(held, feature(2, "enterprise"), feature(3, "mid-market"))
    assert (found[2].weighted, found[3].weighted) == (240.0, 140.0)
    assert in_numbers(found[2]) == (
        "(enterprise 50) × 1 × 0.8 / 2 = 20.00",
        "(enterprise 50 × 12) × 1 × 0.8 / 2 = 240.00",
    )
    half = scores(held, feature(2, "enterprise"), strength=0.5)[2]
    assert in_numbers(half, 0.5)[1] == "(enterprise 50 × 12^0.5) × 1 × 0.8 / 2 = 69.28"


amounts = st.one_of(st.none(), st.integers(1, 10**6).map(float))
held_accounts = st.lists(st.tuples(st.sampled_from(["a", "b", "c", ""]), amounts), min_size=1, max_size=40).map(
    lambda rows: [Customer(str(number), name, amount) for number, (name, amount) in enumerate(rows)]
)
backlogs = st.lists(
    st.builds(
        lambda names, impact, confidence, effort: (sorted(names), impact, confidence, effort),
        st.sets(st.sampled_from(["a", "b", "c"]), min_size=1),
        st.floats(0, 3),
        st.floats(0, 1),
        st.floats(0.5, 9),
    ),
    min_size=1,
    max_size=6,
).map(
    lambda rows: [
        feature(row, *names, impact=impact, confidence=confidence, effort=effort)
        for row, (names, impact, confidence, effort) in enumerate(rows)
    ]
)


@given(held_accounts, backlogs)
def test_without_lambda_the_weighted_score_is_the_plain_one(held: list[Customer], backlog: list[Feature]) -> None:
    for score in rice(backlog, weights(held, "abc"), 0.0):
        assert score.weighted == score.plain
        assert (score.weighted_rank, score.rank_change) == (score.plain_rank, 0)


@given(st.dictionaries(st.sampled_from("abc"), st.integers(1, 30), min_size=1), st.integers(1, 10**6), st.floats(0, 1))
def test_where_every_account_pays_the_same_weights_change_nothing(
    sizes: dict[str, int], pays: int, strength: float
) -> None:
    held = [Customer(f"{name}{n}", name, float(pays)) for name, size in sizes.items() for n in range(size)]
    known = weights(held, ())
    assert [each.weight for each in known.values()] == pytest.approx([1.0] * len(known))
    for score in rice([feature(2, *sizes)], known, strength):
        assert score.weighted == pytest.approx(score.plain)


@given(held_accounts)
def test_shares_add_up_and_weights_average_to_one(held: list[Customer]) -> None:
    known = [each for each in weights(held, "abc").values() if each.weight is not None]
    if known:
        assert sum(each.account_share or 0 for each in known) == pytest.approx(1)
        assert sum(each.arr_share or 0 for each in known) == pytest.approx(1)
        assert sum((each.weight or 0) * (each.account_share or 0) for each in known) == pytest.approx(1)


def test_a_missing_amount_is_never_nothing() -> None:
    paid = [Customer("1", "a", 100.0), Customer("2", "a", None), Customer("3", "b", 100.0)]
    known = weights(paid, ("a", "b", "empty"))
    assert (known["a"].weight, known["b"].weight) == (1.0, 1.0)
    assert (known["a"].accounts, known["a"].priced) == (2, 1)
    assert (known["empty"].accounts, known["empty"].weight) == (0, None)
    unknown = [Customer("1", "a", 100.0), Customer("2", "b", None)]
    first, second = rice([feature(2, "b"), feature(3, "a")], weights(unknown, ()))
    assert (first.feature.row, first.weighted_rank, first.rank_change) == (3, 1, 0)
    assert (second.weighted, second.weighted_rank, second.rank_change) == (None, None, None)
    assert says(second.why, NO_ARR_KNOWN, "b") and in_numbers(second)[1] == ""
    assert (second.plain, second.plain_rank) == (0.4, 1)


def test_the_reach_of_a_whole_segment_can_be_scaled_to_all_accounts() -> None:
    """Of 30 accounts with a label from the survey 20 are a's: of 900 accounts it reaches 600, whoever pays."""
    held = [Customer(f"a{n}", "a", 10.0, "survey") for n in range(20)]
    held += [Customer(f"b{n}", "b", 20.0, "survey") for n in range(10)] + [Customer("c", "", 99.0)]
    known = weights(held, (), scaled_to=900)
    assert (known["a"].reach, known["b"].reach, known["a"].accounts) == (600, 300, 20)
    assert (known["a"].weight, known["b"].weight) == (0.75, 1.5)
    (score,) = rice([feature(2, "a", "b")], known)
    assert (score.plain, score.weighted) == (360, (600 * 0.75 + 300 * 1.5) * 0.8 / 2)
    given = Feature(3, "given", 1, 0.8, 2, {"a": 20.0})
    assert rice([given], known)[0].plain == 8, "numbers in the file stand as they are"
    assert weights([Customer("c", "", 9.0)], ("a",), scaled_to=900)["a"].reach == 0


@given(held_accounts, st.integers(0, 10**6))
def test_scaled_reaches_add_up_to_all_accounts(held: list[Customer], everyone: int) -> None:
    known = weights(held, "abc", scaled_to=everyone)
    if any(customer.segment for customer in held):
        assert sum(each.reach for each in known.values()) == pytest.approx(everyone)


def test_segments_that_rest_on_interviews_alone_are_known() -> None:
    held = [
        Customer("1", "a", 1.0, "interview"),
        Customer("2", "b", 1.0, "interview"),
        Customer("3", "b", 1.0, "survey"),
    ]
    known = weights(held, ("empty",))
    assert [known[name].interviewed_only for name in ("a", "b", "empty")] == [True, False, False]
    assert known["b"].sources == {"interview": 1, "survey": 1}


def test_what_the_weights_go_by_is_named() -> None:
    assert formula("ARR") == FORMULA and says(formula("ICP fit"), "share of ICP fit / share of accounts")
    (score,) = rice([feature(2, "b")], weights([Customer("1", "a", 1.0), Customer("2", "b", None)], ()), words="growth")
    assert says(score.why, "no growth is known in b")


def test_coverage_is_told_in_accounts_and_money() -> None:
    held = [Customer("1", "a", 100.0), Customer("2", "a", None), Customer("3", "", 300.0), Customer("4", "", None)]
    told = coverage(held)
    assert (told.accounts, told.labelled, told.priced, told.labelled_priced, told.arr_share) == (4, 2, 2, 1, 0.25)
    assert coverage([Customer("1", "a", None)]).arr_share is None
    assert coverage([Customer("1", "a", 0.0), Customer("2", "a", 3.0), Customer("3", "", 3.0)]).above_zero == 1


def test_equal_scores_share_a_rank() -> None:
    held = [Customer("1", "a", 5.0), Customer("2", "b", 5.0)]
    found = scores(held, feature(2, "a"), feature(3, "b"), feature(4, "a", impact=0.5))
    assert [found[row].weighted_rank for row in (2, 3, 4)] == [1, 1, 3]


@pytest.mark.parametrize("strength", [-0.1, 1.1, float("nan")])
def test_lambda_lies_between_nothing_and_one(strength: float) -> None:
    with refuses(UsageError, "λ", 0, 1):
        rice([], {}, strength)


def backlog(folder: Path, *lines: str) -> Backlog:
    file = folder / "backlog.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_backlog(file, ("Coordinator", "mid_market"))


def test_whom_a_feature_reaches_is_said_in_either_way(tmp_path: Path) -> None:
    found = backlog(
        tmp_path,
        "\ufeffFeature,Team,Impact,Confidence,Effort,segments,reach:Coordinator,reach_mid-market",
        "Gantt,x,2,80%,3,coordinator; Mid market,,",
        'Board,x,0.5,.8,1,,"1,200",',
        "Feed,x,1,100 %,1,,10,5.5",
    )
    assert found.refused == ()
    assert found.features == (
        Feature(2, "Gantt", 2, 0.8, 3, {"Coordinator": None, "mid_market": None}),
        Feature(3, "Board", 0.5, 0.8, 1, {"Coordinator": 1200}),
        Feature(4, "Feed", 1, 1.0, 1, {"Coordinator": 10, "mid_market": 5.5}),
    )
    parted = ("feature;impact;confidence;effort;segments", 'A;1;1;1;"Coordinator;mid market"')
    assert list(backlog(tmp_path, *parted).features[0].reach) == ["Coordinator", "mid_market"]


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("A,1,80,1,Coordinator,", "confidence", ("confidence", "0 to 1", "0% to 100%")),
        ("A,1,120%,1,Coordinator,", "confidence", ("confidence", "0 to 1")),
        ("A,1,-0.1,1,Coordinator,", "confidence", ("confidence", "0 to 1")),
        ("A,1,high,1,Coordinator,", "confidence", (NOT_A_NUMBER, 1200)),
        ("A,1,,1,Coordinator,", "confidence", ("no confidence",)),
        ("A,1,1,-2,Coordinator,", "effort", ("effort", "above 0")),
        ("A,1,1,0,Coordinator,", "effort", ("effort", "above 0")),
        ("A,1,1,0.0000000001,Coordinator,", "effort", (SLIP,)),
        ("A,-1,1,1,Coordinator,", "impact", ("impact", NOT_NEGATIVE)),
        ('A,"0,8",1,1,Coordinator,', "impact", (NOT_A_NUMBER,)),
        ("A,nan,1,1,Coordinator,", "impact", (NOT_A_NUMBER,)),
        ("A,1e9,1,1,Coordinator,", "impact", (NOT_A_NUMBER,)),
        (f"A,1{'0' * 400},1,1,Coordinator,", "impact", (SLIP,)),
        ("A,1,1,1,Bilder,", "segments", (NO_SUCH, "segment", "Bilder", "Coordinator, mid_market")),
        ("A,1,1,1,,", "", (NEITHER_REACH,)),
        ("A,1,1,1,Coordinator,3", "segments", (BOTH_REACHES,)),
        ("A,1,1,1,,-3", "reach:coordinator", ("reach", NOT_NEGATIVE)),
        (",1,1,1,Coordinator,", "feature", ("feature", NO_NAME)),
        ("A,1,1,1,Coordinator", "", (FEWER_CELLS,)),
        ("A,1,1,1,Coordinator,,,", "", (MORE_CELLS,)),
        ("good,1,1,1,Coordinator,", "feature", ("row 2", "feature")),
    ],
)
def test_a_row_that_does_not_fit_is_refused_and_the_rest_goes_on(
    tmp_path: Path, row: str, column: str, reason: tuple[object, ...]
) -> None:
    found = backlog(
        tmp_path, "feature,impact,confidence,effort,segments,reach:Coordinator", "Good,1,1,1,Coordinator,", "", row,
        "Last,1,1,1,mid_market,",
    )  # fmt: skip
    assert [one.name for one in found.features] == ["Good", "Last"]
    (refused,) = found.refused
    assert (refused.row, refused.column) == (4, column)
    assert says(refused.reason, *reason)


def test_a_column_of_an_unknown_segment_refuses_the_rows_that_use_it(tmp_path: Path) -> None:
    found = backlog(
        tmp_path, "feature,impact,confidence,effort,reach:Bilder,reach:Coordinator", "A,1,1,1,0,4", "B,1,1,1,3,4"
    )
    assert [one.name for one in found.features] == ["A"]
    assert [(one.row, one.column, one.value) for one in found.refused] == [(3, "reach:bilder", "3")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "feature,impact,effort,segments\n",
            (NO_SUCH, "column confidence", "feature, impact, effort, segments"),
        ),
        ("", (NO_SUCH, "column feature, impact, confidence, effort", "none")),
        ("feature,impact,confidence,effort,reach\nA,1,1,1,4\n", (REACHES_WHOM,)),
        ("feature,impact,confidence,effort,segments,Effort\n", ("header", "effort", "twice")),
        ("feature,impact,confidence,effort,segments\nA,1,1,1,\xff\n", ("UTF-8",)),
    ],
)
def test_a_file_that_does_not_fit_is_named(tmp_path: Path, text: str, message: tuple[object, ...]) -> None:
    file = tmp_path / "backlog.csv"
    file.write_bytes(text.encode("latin-1"))
    with refuses(TableError, *message) as caught:
        read_backlog(file, ("a",))
    assert "backlog.csv" in str(caught.value)
    with refuses(TableError, NO_SUCH, "file", "none.csv", hint=False):
        read_backlog(tmp_path / "none.csv", ())
    with refuses(TableError, UNREADABLE, hint=False):
        read_backlog(tmp_path, ())
