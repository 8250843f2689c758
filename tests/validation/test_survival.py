"""Survival curves and log-rank tests: the published tables, agreement with lifelines and scipy, pictures and tables."""

from __future__ import annotations

import json
from xml.dom import minidom

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.exchange.curves import curves_csv, curves_svg
from needsseg.validation.survival import curve, kaplan_meier, logrank, scores
from tests.fixtures.samples import DATA
from tests.fixtures.wording.matching import says
from tests.fixtures.wording.validation import STILL_FOLLOWED

# Remission of 21 + 21 leukemia patients in weeks (Freireich et al. 1963), in every textbook on survival.
TREATED = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]

RELAPSED = [True] * 9 + [False] * 12

PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


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


@pytest.mark.slow
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
