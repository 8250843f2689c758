"""Retention: corrected effects, guards, and verdicts that keep to what can be told."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from needsseg.cli.fixes import worded
from needsseg.errors import NeedssegError, UsageError
from needsseg.validation.retention import Design, Effort, Followed, Validation, firmographic_strata, validate
from tests.fixtures.wording.matching import mentions, refuses, says
from tests.fixtures.wording.validation import (
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
    SURVIVORS_ONLY,
    THAT_WERE_FOLLOWED,
    TRIED,
)

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
@settings(max_examples=30, deadline=None)
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
        validate([replace(ROW, labelled_on=130), replace(ROW, account="b", labelled_on=90)], DESIGN)
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
    stayed = [replace(ROW, account=str(n), labelled_on=90) for n in range(18)]
    (told,) = validate(stayed, replace(DESIGN, others=(370, 90))).warnings
    assert says(told, 18, SURVIVORS_ONLY, 370, 90)
    few = [replace(row, left=150) if row.account == "0" else row for row in stayed]
    (told,) = validate(few, replace(DESIGN, others=(370, 150))).warnings
    assert says(told, FEWER_THAN_CHANCE)
    assert validate(few, replace(DESIGN, others=(370, 20))).warnings == ()


def test_a_follow_up_shorter_than_asked_for_is_told() -> None:
    rows = [replace(ROW, account=str(n), labelled_on=90, left=200) for n in range(3)]
    assert says(validate(rows, replace(DESIGN, horizon=365)).warnings[0], 300, "365 days")


def test_strata_take_further_fields_while_they_stay_large() -> None:
    few = [("small", "x", "EMEA", f"industry {n}") for n in range(6)] + [("enterprise", "y", "APAC", "z")] * 6
    assert firmographic_strata(few)[0] == ("size", "revenue", "region")
    tiny = [("small", f"{n}", "EMEA", "z") for n in range(12)]
    assert firmographic_strata(tiny)[0] == ("size", "region", "industry")
    assert len(set(firmographic_strata([(f"{n}", "x", "x", "x") for n in range(12)])[1])) == 12
