"""Findings: what is planted is found and said, and noise is not."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from needsseg.accounts.tiers.behaviour import Behaviour
from needsseg.scorecard.comparisons import compared
from needsseg.scorecard.correction import FALSE_SHARE
from needsseg.scorecard.dimensions import DIMENSIONS, NEEDS
from needsseg.scorecard.facts import AccountFacts, FollowUp, Waiting
from needsseg.scorecard.findings import Finding, findings
from needsseg.scorecard.measures import SIGNALS, VALUE
from needsseg.scorecard.scorecard import contrasts
from needsseg.scorecard.usage import base_sizes, feature_contrasts
from needsseg.scorecard.usage_queries import FeatureUse

NAMES = ("Builder", "Coordinator", "Reporter")
FEATURES = ("timeline", "boards", "export")
CHOSEN = (DIMENSIONS[NEEDS],)


def account(rng: random.Random, number: int, segment: str, *, effect: bool) -> AccountFacts:
    """An account; with ``effect`` Builder accounts leave often and take long to weekly use."""
    is_slow = effect and segment == "Builder"
    days = round(rng.expovariate(1 / (30 if is_slow else 5)))
    events = rng.randrange(0, 60)
    use = Behaviour(
        f"a{number:03d}", events, rng.randrange(60), min(events, rng.randrange(1, 30)), rng.randrange(1, 9),
        rng.randrange(1, 9), 0, 0, rng.randrange(3), rng.randrange(40), core_weeks=rng.randrange(5),
        features=tuple(name for name in FEATURES if rng.random() < 0.5),
    )  # fmt: skip
    pays = round(rng.lognormvariate(8, 1), 2)
    left = rng.random() < (0.5 if is_slow else 0.1)
    return AccountFacts(
        f"a{number:03d}", segment, pays, rng.randrange(2, 90), "Team", "engaged", rng.random() < 0.5,
        rng.random() < 0.1, FollowUp(left, rng.random() < 0.2, pays, 0.0 if left else pays), Waiting(400, left),
        Waiting(min(days, 3), True), Waiting(min(days, 90), days <= 90), Waiting(min(days, 90), days <= 90), use,
        "survey", 0.8, True,
    )  # fmt: skip


def accounts(seed: int, number: int = 180, *, effect: bool = False) -> list[AccountFacts]:
    rng = random.Random(seed)
    return [account(rng, place, NAMES[place % 3], effect=effect) for place in range(number)]


def used(facts: list[AccountFacts]) -> dict[str, dict[str, FeatureUse]]:
    use: dict[str, dict[str, FeatureUse]] = {}
    for feature in FEATURES:
        for name in {each.segment for each in facts}:
            hits = sum(feature in each.use.features for each in facts if each.use and each.segment == name)
            use.setdefault(feature, {})[name] = FeatureUse(hits, hits, hits, hits, hits)
    return use


def found(facts: list[AccountFacts], names: tuple[str, ...] = NAMES) -> tuple[Finding, ...]:
    measures = (*VALUE, *SIGNALS)
    pairs = [
        *contrasts(facts, names, measures, CHOSEN),
        *feature_contrasts(used(facts), base_sizes(facts, names), names, CHOSEN),
    ]
    return findings(compared(pairs), measures, {name: name for name in names}, "ARR", 365)


@pytest.mark.parametrize(
    ("money", "currency", "sentence", "unit"),
    [
        ("ARR", "EUR", "B accounts pay €4,000 a year, A €1,000 a year (medians)", " EUR a year; p"),
        ("ARR", "", "B accounts pay 4,000 a year, A 1,000 a year (medians)", ") a year; p"),
        (
            "amount",
            "CHF",
            "B accounts pay CHF 4,000 (column amount), A CHF 1,000 (column amount) (medians)",
            ") CHF; p",
        ),
    ],
)
def test_amounts_have_their_currency_and_period(money: str, currency: str, sentence: str, unit: str) -> None:
    pays = VALUE[0]
    facts = [
        replace(account(random.Random(1), place, "AB"[place % 2], effect=False), pays=[1000.0, 4000.0][place % 2])
        for place in range(60)
    ]
    pairs = contrasts(facts, ("A", "B"), (pays,), CHOSEN)
    [finding] = findings(compared(pairs), (pays,), {"A": "A", "B": "B"}, money, 365, currency)
    assert sentence in finding.sentence and unit in finding.evidence


def test_what_is_planted_is_found_and_said_with_its_evidence() -> None:
    sentences = {finding.figure: finding for finding in found(accounts(1, effect=True)) if finding.segment == "Builder"}
    left, weekly = sentences["left"], sentences["weekly_use"]
    comparison = left.comparison
    assert left.more
    assert left.sentence == (
        f"Of the Builder accounts {100 * (comparison.value or 0):.0f}% left within 365 days, of the others "
        f"{100 * (comparison.other_value or 0):.0f}%; 60 and 120 accounts."
    )
    assert "p < 0.001 after correction" in left.evidence
    assert left.advice
    assert not weekly.more
    assert weekly.sentence == (
        f"Builder accounts take {weekly.comparison.value:.0f} days to weekly use, the others "
        f"{weekly.comparison.other_value:.0f} days (medians); 60 and 120 accounts."
    )
    assert "times as fast" in weekly.evidence
    assert (weekly.comparison.ratio_high or 1) < 1


def test_two_segments_are_one_comparison_and_named() -> None:
    facts = [replace(each, segment="Reporter" if each.segment == "Coordinator" else each.segment)
             for each in accounts(1, effect=True)]  # fmt: skip
    told = [finding for finding in found(facts, ("Builder", "Reporter")) if finding.figure == "left"]
    assert [(finding.segment, "of Reporter " in finding.sentence) for finding in told] == [("Builder", True)]


def test_permuted_labels_seldom_give_a_finding() -> None:
    """At most 1 in 20; without any effect the correction promises FALSE_SHARE."""
    facts = accounts(2, 120)
    with_any = 0
    for seed in range(40):
        labels = [each.segment for each in facts]
        random.Random(seed).shuffle(labels)
        with_any += bool(found([replace(each, segment=label) for each, label in zip(facts, labels, strict=True)]))
    assert with_any <= 2
    assert FALSE_SHARE <= 0.05


@pytest.mark.parametrize("number", [3, 15, 27])
def test_few_accounts_are_not_compared(number: int) -> None:
    assert found(accounts(3, number, effect=True)) == ()


def test_figures_that_define_the_segments_are_not_compared() -> None:
    measures = (*VALUE, *SIGNALS)
    keys = {
        name: {each.figure for each in contrasts(accounts(4), NAMES, measures, (DIMENSIONS[name],))}
        for name in ("needs", "behavioral", "lifecycle", "size", "plan")
    }
    everything = {measure.key for measure in measures}
    assert keys["needs"] == everything
    assert keys["behavioral"] == {"pays", "pays_per_seat", "seats", "icp", "set_up", "first_action", "weekly_use"}
    assert keys["lifecycle"] == {"pays", "pays_per_seat", "seats", "icp"}
    assert keys["size"] == everything - {"icp"}
    assert keys["plan"] == everything - {"pays", "pays_per_seat"}
    assert (
        feature_contrasts(used(accounts(4)), base_sizes(accounts(4), NAMES), NAMES, (DIMENSIONS["behavioral"],)) == []
    )


@pytest.mark.parametrize(("money", "ending"), [("ARR", " a year"), ("amount", " (column amount)")])
def test_amounts_in_findings_name_their_currency(money: str, ending: str) -> None:
    rows = [replace(row, pays=10 * (row.pays or 0) if row.segment == "Builder" else row.pays) for row in accounts(1)]
    pays = [measure for measure in VALUE if measure.key == "pays"]
    pairs = contrasts(rows, NAMES, pays, CHOSEN)
    found = findings(compared(pairs), pays, {name: name for name in NAMES}, money, 365, "EUR")
    assert found and all("pay €" in each.sentence and ending in each.sentence for each in found)
    assert all(" EUR" in each.evidence for each in found)
