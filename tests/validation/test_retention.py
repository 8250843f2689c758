"""Retention: published survival tables, corrected effects, guards, and verdicts that keep to what can be told."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import replace
from datetime import date
from xml.dom import minidom

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from needsseg.accounts.tiers.lifecycle import Subscription, lifecycle
from needsseg.cli.fixes import worded
from needsseg.errors import NeedssegError, UsageError
from needsseg.exchange.curves import curves_csv, curves_svg
from needsseg.validation.association import association, cramers_v, fisher
from needsseg.validation.follow_up import follow_up
from needsseg.validation.increment import ridge_logistic
from needsseg.validation.retention import Design, Effort, Followed, Validation, firmographic_strata, validate
from needsseg.validation.survival import curve, kaplan_meier, logrank, scores
from tests.fixtures.samples import DATA
from tests.fixtures.wording import (
    ALIKE_IN_SIZE,
    AT_LEAST,
    BEFORE_INTERVIEW,
    FEWER_THAN_CHANCE,
    INTERVIEW_NOT_IN_STUDY,
    LEFT_SOONER,
    MADE_OF_USAGE,
    MORE_LABELLED,
    MORE_THAT_LEFT,
    NO_CUSTOMER,
    NOT_MIXED,
    ONLY_ONE_SEGMENT,
    OVERLAP_OUTCOME,
    PREDICTS,
    SEGMENT_NEEDS,
    STILL_FOLLOWED,
    SURVIVORS_ONLY,
    THAT_WERE_FOLLOWED,
    TRIED,
    mentions,
    refuses,
    says,
)

# Remission of 21 + 21 leukemia patients in weeks (Freireich et al. 1963), in every textbook on survival.
TREATED = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
RELAPSED = [True] * 9 + [False] * 12
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]

QUICK = Effort(199, 99, 1)
DESIGN = Design("needs", date(2026, 7, 1), date(2025, 7, 1), 300)


def cohort(rng: np.random.Generator, accounts: int, segments: int, rate: float, effect: float = 0.0) -> list[Followed]:
    """Accounts whose segment goes with their size, whose size goes with leaving; ``effect`` is that of segment 0 itself."""
    rows = []
    for number in range(accounts):
        size = int(rng.integers(3))
        segment = int(rng.integers(segments)) if rng.random() < 0.6 else size % segments
        odds = np.log(rate / (1 - rate)) + (0.8 if size == 0 else -0.4) + effect * (segment == 0)
        gone = bool(rng.random() < 1 / (1 + np.exp(-odds)))
        firms = (
            ("small", "mid_market", "enterprise")[size],
            ("under_1m", "1m_to_50m")[int(rng.integers(2))],
            ("EMEA", "APAC")[int(rng.integers(2))],
            ("retail", "legal", "health")[int(rng.integers(3))],
        )
        left = int(rng.integers(1, 301)) if gone else None
        rows.append(Followed(f"a{number:03}", f"segment {segment}", "survey", firms, 0, 300, left, 0))
    return rows


def said(found: Validation) -> str:
    told = found.verdict
    return " ".join([told.word, told.sentence, *told.reasons, told.advice, *told.needed, told.test, *found.warnings])


def test_the_survival_of_the_leukemia_patients_is_the_published_one() -> None:
    steps = {step.day: step for step in kaplan_meier(TREATED, RELAPSED) if step.events}
    published = {  # S(t) with log-log limits, as R's survfit(conf.type = "log-log") and lifelines print them
        6: (21, 3, 0.8571, 0.6197, 0.9516),
        7: (17, 1, 0.8067, 0.5631, 0.9228),
        10: (15, 1, 0.7529, 0.5032, 0.8894),
        13: (12, 1, 0.6902, 0.4316, 0.8491),
        16: (11, 1, 0.6275, 0.3675, 0.8049),
        22: (7, 1, 0.5378, 0.2678, 0.7468),
        23: (6, 1, 0.4482, 0.1881, 0.6801),
    }
    assert set(steps) == set(published)
    for week, (at_risk, events, *figures) in published.items():
        step = steps[week]
        assert (step.at_risk, step.events) == (at_risk, events)
        assert [step.survival, step.low, step.high] == pytest.approx(figures, abs=5e-5)


def test_the_medians_are_the_published_ones() -> None:
    treated, placebo = curve("6-MP", TREATED, RELAPSED), curve("placebo", PLACEBO, [True] * 21)
    assert (treated.median, treated.median_low, treated.median_high) == (23, 13, None)
    assert (placebo.median, placebo.median_low, placebo.median_high) == (8, 4, 11)
    assert placebo.steps[-1].survival == 0 and placebo.steps[-1].high is None
    assert treated.followed(12) == 12 and treated.at(12).survival == pytest.approx(0.7529, abs=5e-5)


def test_curves_agree_with_lifelines() -> None:
    """The figures are those of lifelines 0.30.3 for 60 drawn accounts; the file names the calls that gave them."""
    theirs = json.loads((DATA / "oracles" / "kaplan_meier.json").read_text(encoding="utf-8"))
    steps = kaplan_meier(theirs["days"], theirs["left"])
    assert [step.day for step in steps] == [day for day, *_ in theirs["steps"]]
    for step, (_, survival, low, high) in zip(steps, theirs["steps"], strict=True):
        assert step.survival == pytest.approx(survival, abs=1e-11)
        # Where nobody has left yet there is no interval; lifelines writes 1 to 1.
        assert (step.low, step.high) == ((None, None) if survival == 1 else pytest.approx((low, high), abs=1e-11))


def test_the_log_rank_test_is_the_published_one_and_that_of_scipy() -> None:
    from scipy.stats import CensoredData
    from scipy.stats import logrank as of_scipy

    groups = ["6-MP"] * 21 + ["placebo"] * 21
    found = logrank(TREATED + PLACEBO, RELAPSED + [True] * 21, groups, ["all"] * 42, 999, 0)
    assert found.statistic == pytest.approx(16.79, abs=0.005)
    assert found.degrees == 1 and found.p == found.p_within == 1 / 1000
    theirs = of_scipy(
        CensoredData.right_censored(TREATED, [not gone for gone in RELAPSED]),
        CensoredData.right_censored(PLACEBO, [False] * 21),
    )
    assert found.statistic == pytest.approx(float(theirs.statistic) ** 2)


def test_the_permutation_p_comes_near_the_chi_square_one_in_a_large_sample() -> None:
    from scipy.stats import chi2

    rng = np.random.default_rng(4)
    groups = [("a", "b", "c")[int(n)] for n in rng.integers(0, 3, 300)]
    days = [max(1, int(rng.exponential(100 if group == "a" else 130))) for group in groups]
    gone = (rng.random(300) < 0.7).tolist()
    found = logrank(days, gone, groups, ["all"] * 300, 9999, 0)
    assert found.degrees == 2
    assert found.p == pytest.approx(float(chi2.sf(found.statistic, 2)), abs=0.02)


@given(st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=60))
def test_log_rank_scores_add_up_to_nothing(rows: list[tuple[int, bool]]) -> None:
    days, gone = np.array([day for day, _ in rows]), np.array([left for _, left in rows])
    assert float(scores(days, gone).sum()) == pytest.approx(0, abs=1e-9)


@given(st.lists(st.tuples(st.integers(1, 30), st.booleans()), min_size=1, max_size=60))
def test_a_curve_falls_and_its_interval_holds_it(rows: list[tuple[int, bool]]) -> None:
    steps = kaplan_meier([day for day, _ in rows], [left for _, left in rows])
    assert [step.survival for step in steps] == sorted((step.survival for step in steps), reverse=True)
    assert sum(step.events + step.censored for step in steps) == len(rows)
    for step in steps:
        if step.low is not None and step.high is not None:
            assert 0 <= step.low <= step.survival <= step.high <= 1
    if not any(left for _, left in rows):
        assert all(step.low is None for step in steps), (
            "no interval before anybody left: 100 to 100% would claim certainty"
        )


@given(st.lists(st.integers(0, 12), min_size=4, max_size=4))
def test_fishers_test_of_four_cells_is_that_of_scipy(cells: list[int]) -> None:
    from scipy.stats import fisher_exact

    table = np.array(cells).reshape(2, 2)
    if 0 in table.sum(0) or 0 in table.sum(1):
        return
    p, exact = fisher(table, 100, 0)
    assert exact and p == pytest.approx(float(fisher_exact(table)[1]))


@pytest.mark.slow
def test_freeman_and_haltons_test_agrees_with_scipys_permutations() -> None:
    from scipy.stats import PermutationMethod, fisher_exact

    table = np.array([[3, 7], [8, 2], [5, 5], [1, 9]])
    p, exact = fisher(table, 100, 0)
    method = PermutationMethod(n_resamples=9999, rng=np.random.default_rng(1))
    assert exact and p == pytest.approx(float(fisher_exact(table, method=method).pvalue), abs=0.005)
    large = np.tile(table, (3, 1)) * 9
    assert fisher(large, 999, 0) == (1 / 1000, False)


def test_the_corrected_v_is_bergsmas() -> None:
    from scipy.stats import chi2_contingency

    table = np.array([[[3, 7], [8, 2], [5, 5], [1, 9]]])
    chi2 = float(cramers_v(table, corrected=False)[0]) ** 2 * 40
    assert chi2 == pytest.approx(float(chi2_contingency(table[0], correction=False).statistic))
    # n = 40; rows 4, columns 2: phi squared less 3/39, over the corrected number of columns less 1.
    by_hand = np.sqrt((chi2 / 40 - 3 / 39) / (2 - 1 / 39 - 1))
    assert float(cramers_v(table, corrected=True)[0]) == pytest.approx(float(by_hand))


def test_without_any_effect_the_raw_v_of_18_interviews_averages_39_hundredths() -> None:
    rng = np.random.default_rng(18)
    labels = np.repeat([0, 1, 2, 3], [5, 5, 4, 4])
    tables = []
    for _ in range(2000):
        gone = rng.permutation(np.repeat([1, 0], [7, 11]))
        tables.append([[int((gone[labels == s] == side).sum()) for side in (1, 0)] for s in range(4)])
    raw = cramers_v(np.array(tables), corrected=False)
    corrected = cramers_v(np.array(tables), corrected=True)
    assert float(raw.mean()) == pytest.approx(0.39, abs=0.01)
    # Not quite 0 on average, for what falls below 0 is cut off; more than half are 0.
    assert float(np.median(corrected)) == 0 and float(corrected.mean()) < 0.16
    told = association(300, list("abcd"), [2, 2, 2, 1], [3, 3, 2, 3], 4999, 0)
    assert told.v == 0 and told.v_raw_by_chance == pytest.approx(0.39, abs=0.01)


def test_nothing_is_said_of_v_where_nobody_left() -> None:
    found = association(300, ["a", "b"], [0, 0], [9, 9], 99, 0)
    assert (found.v, found.v_low, found.v_raw, found.p) == (None, None, None, 1.0)
    two = association(300, ["a", "b"], [1, 0], [0, 1], 99, 0)
    assert (two.v, two.v_low, two.v_raw, two.p) == (None, None, 1.0, 1.0)


def test_the_forecasting_model_is_the_one_of_scikit_learn() -> None:
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(2)
    design = np.hstack([np.ones((200, 1)), np.eye(3)[rng.integers(0, 3, 200)], np.eye(4)[rng.integers(0, 4, 200)]])
    gone = (rng.random(200) < 0.3 + 0.2 * design[:, 2]).astype(int)
    theirs = LogisticRegression(C=1.0, tol=1e-10, max_iter=1000).fit(design[:, 1:], gone)
    ours = ridge_logistic(design, np.ones(200), gone.astype(float))
    assert ours[0] == pytest.approx(float(theirs.intercept_[0]), abs=1e-4)
    assert ours[1:] == pytest.approx(theirs.coef_[0], abs=1e-4)
    rows, place = np.unique(design, axis=0, return_inverse=True)
    joined = ridge_logistic(rows, np.bincount(place).astype(float), np.bincount(place, weights=gone))
    assert joined == pytest.approx(ours)


def test_an_effect_that_is_there_is_found_among_400() -> None:
    found = validate(cohort(np.random.default_rng(3), 400, 4, 0.25, effect=1.6), DESIGN, QUICK)
    assert found.verdict.word == "adds something"
    assert says(found.verdict.sentence, PREDICTS)
    model = found.increment
    assert model is not None and model.brier_gain > 0 and model.auc_gain > 0 and model.brier_low > 0
    assert model.brier_gain == pytest.approx(model.brier_firmographic - model.brier_with_segments)
    assert found.verdict.p_corrected == model.brier_p == 1 / 100


def test_an_effect_that_is_there_is_found_among_60() -> None:
    found = validate(cohort(np.random.default_rng(5), 60, 3, 0.2, effect=3), DESIGN, QUICK)
    assert found.increment is None and found.verdict.word == "adds something"
    assert "log-rank" in found.verdict.test
    # No forecast was made, so none is claimed; and a PM learns of which segment the most left.
    assert not mentions(said(found), PREDICTS) and says(found.verdict.sentence, LEFT_SOONER)
    table = found.table
    assert table is not None
    most = table.segments.index("segment 0")
    first, second = found.verdict.reasons[0].split("“")[1:3]
    assert says(first, "segment 0", table.left[most], f"{table.left[most] + table.stayed[most]} accounts", "300 days")
    assert not mentions(second, "segment 0")
    assert says(found.verdict.reasons[-1], 60, THAT_WERE_FOLLOWED)


def test_what_size_explains_alone_is_no_effect_of_segments() -> None:
    """Segment and size are the same thing: no arrangement within a size differs from the one seen."""
    rng = np.random.default_rng(6)
    rows = []
    for number in range(60):
        size = "small" if number % 2 else "enterprise"
        left = int(rng.integers(1, 300)) if rng.random() < (0.8 if number % 2 else 0.1) else None
        rows.append(Followed(f"a{number}", f"of the {size}", "survey", (size, "x", "x", "x"), 0, 300, left, 0))
    found = validate(rows, DESIGN, QUICK)
    assert found.logrank is not None and found.logrank.p < 0.01 and found.logrank.p_within == 1
    assert found.verdict.word == "cannot tell"
    assert says(said(found), ALIKE_IN_SIZE)


@pytest.mark.slow
def test_without_an_effect_at_most_one_verdict_in_twenty_is_positive() -> None:
    """200 studies after one run each, so that two segmentations were tried; the tests themselves keep to 5% as well."""
    rng = np.random.default_rng(7)
    words: Counter[str] = Counter()
    low = 0
    kinds = ((18, 3, 0.6), (40, 3, 0.4), (60, 4, 0.4), (40, 2, 0.3))
    for number in range(200):
        accounts, segments, rate = (110, 3, 0.4) if number % 10 == 9 else kinds[number % 4]
        rows = cohort(rng, accounts, segments, rate)
        found = validate(rows, replace(DESIGN, tried=2, seed=number), Effort(199, 79, 1))
        words[found.verdict.word] += 1
        low += found.verdict.p is not None and found.verdict.p <= 0.05
        positive = found.verdict.word == "adds something"
        assert mentions(said(found), PREDICTS) is (positive and found.increment is not None)
    assert words["adds something"] <= 10
    assert words["no sign of it"] > 100
    assert low <= 16  # of 200 at 5%: the 97.5% point of the binomial distribution


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(1, 299), st.booleans(), st.sampled_from(["small", "mid_market"])),
        min_size=1,
        max_size=40,
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_of_rows_does_not_matter(rows: list[tuple[str, int, bool, str]], mixer: random.Random) -> None:
    made = [
        Followed(f"{n}", segment, "interview", (size, "x", "x", "x"), 0, 300, day if gone else None)
        for n, (segment, day, gone, size) in enumerate(rows)
    ]
    mixed = list(made)
    mixer.shuffle(mixed)
    first = validate(made, DESIGN, Effort(99))
    assert first == validate(mixed, DESIGN, Effort(99))
    assert not mentions(said(first), PREDICTS)


def test_fewer_than_ten_that_left_or_five_in_a_segment_cannot_tell() -> None:
    rows = [
        Followed(
            f"{n}", "Builder" if n < 14 else "Reporter", "interview", ("small",) * 4, 0, 300, 50 if n < 3 else None
        )
        for n in range(18)
    ]
    found = validate(rows, DESIGN, QUICK)
    assert found.verdict.word == "cannot tell" and found.verdict.p is None
    assert any(mentions(reason, "18 accounts", 3, AT_LEAST, 10) for reason in found.verdict.reasons)
    assert any(mentions(reason, SEGMENT_NEEDS, 5, "Reporter", 4) for reason in found.verdict.reasons)
    assert says(said(found), f"7 {MORE_THAT_LEFT}", "60 labelled accounts")
    assert says(said(found), f"1 {MORE_LABELLED}")
    alone = validate([replace(row, segment="Builder") for row in rows], DESIGN, QUICK)
    assert says(alone.verdict.reasons[0], ONLY_ONE_SEGMENT)


def test_more_segmentations_tried_raise_the_bar() -> None:
    rows = cohort(np.random.default_rng(5), 60, 3, 0.2, effect=1.5)
    once, often = (validate(rows, replace(DESIGN, tried=tried)).verdict for tried in (1, 400))
    assert once.p == pytest.approx(often.p, abs=0.005)
    assert once.word == "adds something" and often.word == "no sign of it"
    assert often.p is not None and often.p_corrected == pytest.approx(min(1, 400 * often.p))
    assert says(often.reasons[0], f"400 {TRIED}")


def test_a_few_accounts_in_small_segments_do_not_stop_many() -> None:
    rows = cohort(np.random.default_rng(9), 150, 3, 0.3)
    rows[0] = replace(rows[0], segment="rare")
    found = validate(rows, DESIGN, QUICK)
    assert found.left_out == (("rare", 1),) and found.accounts == 150
    assert found.verdict.word != "cannot tell"
    assert "rare" in {each.segment for each in found.curves}


ROW = Followed("a", "Builder", "interview", ("small",) * 4, 100, 400)


def test_features_from_the_days_of_the_outcome_are_refused() -> None:
    with refuses(UsageError, OVERLAP_OUTCOME):
        validate([ROW], replace(DESIGN, by="behavioral", features=(80, 110)))
    assert validate([ROW], replace(DESIGN, by="behavioral", features=(70, 100))).accounts == 1


def test_a_follow_up_that_starts_before_the_interview_is_refused() -> None:
    with refuses(UsageError, BEFORE_INTERVIEW) as told:
        validate([replace(ROW, known=130), replace(ROW, account="b", known=90)], DESIGN)
    assert says(worded(told.value.hint), "--since 1970-05-11")
    assert says(str(told.value), "1 of 2 accounts")
    assert says(validate([ROW], DESIGN).warnings[0], INTERVIEW_NOT_IN_STUDY)


def test_usage_held_against_usage_is_refused() -> None:
    with refuses(UsageError, MADE_OF_USAGE):
        validate([ROW], replace(DESIGN, by="behavioral", outcome="at_risk"))


def test_sources_are_not_mixed() -> None:
    with refuses(UsageError, NOT_MIXED):
        validate([ROW, replace(ROW, account="b", source="survey")], DESIGN)


def test_nothing_to_follow_is_an_error() -> None:
    with refuses(NeedssegError, NO_CUSTOMER):
        validate([], DESIGN)


def test_interviews_with_survivors_only_are_warned_of() -> None:
    stayed = [replace(ROW, account=str(n), known=90) for n in range(18)]
    (told,) = validate(stayed, replace(DESIGN, others=(370, 90))).warnings
    assert says(told, 18, SURVIVORS_ONLY, 370, 90)
    few = [replace(row, left=150) if row.account == "0" else row for row in stayed]
    (told,) = validate(few, replace(DESIGN, others=(370, 150))).warnings
    assert says(told, FEWER_THAN_CHANCE)
    assert validate(few, replace(DESIGN, others=(370, 20))).warnings == ()


def test_a_follow_up_shorter_than_asked_for_is_told() -> None:
    rows = [replace(ROW, account=str(n), known=90, left=200) for n in range(3)]
    assert says(validate(rows, replace(DESIGN, horizon=365)).warnings[0], 300, "365 days")


def test_strata_take_further_fields_while_they_stay_large() -> None:
    few = [("small", "x", "EMEA", f"industry {n}") for n in range(6)] + [("enterprise", "y", "APAC", "z")] * 6
    assert firmographic_strata(few)[0] == ("size", "revenue", "region")
    tiny = [("small", f"{n}", "EMEA", "z") for n in range(12)]
    assert firmographic_strata(tiny)[0] == ("size", "region", "industry")
    assert len(set(firmographic_strata([(f"{n}", "x", "x", "x") for n in range(12)])[1])) == 12


@given(
    st.lists(st.tuples(st.integers(0, 400), st.one_of(st.none(), st.integers(0, 300))), min_size=1, max_size=5),
    st.integers(0, 400),
    st.integers(1, 400),
)
def test_who_left_is_who_churned_in_the_lifecycle(terms: list[tuple[int, int | None]], start: int, later: int) -> None:
    """Followed to the end of what is known, an account left exactly where its unbroken period was lost within grace."""
    held = [
        Subscription("a", "Team", None, None, begin, None if length is None else begin + length)
        for begin, length in terms
    ]
    as_of = start + later + 8
    found = follow_up(held, start, as_of, 10_000, 7)
    if found is None:
        return
    until, left = found
    assert until == as_of - 7 and (left is None or start < left <= until)
    stage = lifecycle(None, held, None, as_of, None).flags
    if "churned" in stage:
        assert left is not None
    if left is not None:
        assert "churned" in lifecycle(None, [t for t in held if t.start_day <= left], None, left + 7, None).flags


def test_a_renewal_within_grace_is_no_leaving() -> None:
    def term(begin: int, end: int) -> Subscription:
        return Subscription("a", "Team", None, None, begin, end)

    assert follow_up([term(0, 100), term(107, 400)], 50, 300, 365, 7) == (293, None)
    assert follow_up([term(0, 100), term(108, 400)], 50, 300, 365, 7) == (293, 101)
    assert follow_up([term(0, 292)], 50, 300, 365, 7) == (293, 293)
    assert follow_up([term(0, 293)], 50, 300, 365, 7) == (293, None), "it may still be renewed"
    assert follow_up([term(0, 100)], 50, 300, 40, 7) == (90, None)
    assert follow_up([term(0, 100)], 101, 300, 40, 7) is None
    assert follow_up([term(60, 100)], 50, 300, 40, 7) is None


def test_curves_are_drawn_without_relying_on_colour() -> None:
    found = [curve("6-MP <b> & “co”", TREATED, RELAPSED), curve("placebo\x07", PLACEBO, [True] * 21)]
    picture = minidom.parseString(curves_svg(found, "Weeks without relapse", "42 patients."))  # noqa: S318
    root = picture.documentElement
    assert root is not None and root.getAttribute("role") == "img"
    (title,), (told,) = picture.getElementsByTagName("title"), picture.getElementsByTagName("desc")
    assert title.firstChild.data == "Weeks without relapse"
    assert says(told.firstChild.data, "6-MP <b> & “co”", "21 accounts", 9, "45%", "day 35", "95%", "19%", "68%")
    lines = picture.getElementsByTagName("path")
    assert len({line.getAttribute("stroke-dasharray") for line in lines}) == len(lines) == 2
    words = [text.firstChild.data for text in picture.getElementsByTagName("text")]
    assert STILL_FOLLOWED in words
    assert words[words.index("6-MP <b> & “co”") + 1] == "21"


def test_curves_as_a_table_hold_every_step() -> None:
    lines = curves_csv([curve("6-MP", TREATED, RELAPSED)]).splitlines()
    assert lines[0] == "segment,day,at_risk,events,survival,low,high"
    assert lines[1] == "6-MP,0,21,0,1.000000,,"
    assert lines[2] == "6-MP,6,21,3,0.857143,0.619718,0.951552"
    assert len(lines) == 2 + len(set(TREATED))
