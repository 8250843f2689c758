"""Features that tell segments apart are named in rules, only where the difference is beyond chance."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from needsseg.playbook.interventions import load_rules
from needsseg.playbook.recommending import with_actions
from needsseg.playbook.telling import telling_as_json, telling_features, telling_from_json
from needsseg.scorecard.usage_queries import FeatureUse
from tests.fixtures.accounts.interventions import FALLING, RULES, profile

SIZES = {"Builder": 40, "Reporter": 60}


def used(**counts: tuple[int, int]) -> dict[str, dict[str, FeatureUse]]:
    return {
        name: {segment: FeatureUse(accounts_long=count) for segment, count in zip(SIZES, each, strict=True)}
        for name, each in counts.items()
    }


def test_only_supported_differences_count_and_for_the_segment_that_uses_more() -> None:
    telling = telling_features(used(gantt=(36, 9), boards=(20, 31), exports=(4, 51), alerts=(30, 20)), SIZES)
    assert {segment: [each.feature for each in features] for segment, features in telling.items()} == {
        "Builder": ["gantt", "alerts"], "Reporter": ["exports"],
    }  # fmt: skip
    first = telling["Builder"][0]
    assert (first.share, first.other_share, first.accounts, first.others) == (0.9, 0.15, 40, 60)
    assert first.reason("Builder") == (
        "gantt tells Builder apart: 90% of 40 accounts used it in the last 90 days, 15% of 60 of the other segments (p < 0.001 "
        "after correction); this one never did"
    )
    assert telling_from_json(telling_as_json(telling)) == telling


@pytest.mark.parametrize("sizes", [{"Builder": 4, "Reporter": 60}, {"Builder": 40}, {}])
def test_too_few_accounts_or_a_single_segment_tell_nothing(sizes: dict[str, int]) -> None:
    use = {
        "gantt": {segment: FeatureUse(accounts_long=size) for segment, size in sizes.items() if segment == "Builder"}
    }
    assert telling_features(use, sizes) == {}


def test_chance_tells_nothing_apart() -> None:
    random.seed(1)
    found = 0
    for _ in range(100):
        use = used(**{
            f"f{n}": tuple(sum(random.random() < 0.4 for _ in range(size)) for size in SIZES.values()) for n in range(8)
        })  # type: ignore[arg-type]  # fmt: skip
        found += bool(telling_features(use, SIZES))
    assert found <= 5


def test_an_account_is_shown_the_first_that_it_never_used(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text(
        '[[rule]]\nid = "show"\naction = "Show {needs_segment} {telling_feature}"\n[rule.when]\nlifecycle_stage = "at_risk"\n'
    )
    rules = load_rules(tmp_path / "rules.toml")
    assert rules.reads("telling_feature")
    telling = telling_features(used(gantt=(36, 9), alerts=(30, 20)), SIZES)
    assert set(FALLING.features).isdisjoint({"gantt", "alerts"})
    (acted,) = with_actions([profile(segment="Builder")], rules, None, telling)
    (action,) = acted.actions
    assert action.text == "Show Builder gantt"
    assert action.evidence[-2].startswith("gantt tells Builder apart: 90% of 40 accounts") or action.evidence[
        -1
    ].startswith("gantt tells Builder apart: 90% of 40 accounts")
    for others in ([profile(segment="Reporter")], [profile()], [profile(segment="Builder", row=None)]):
        assert with_actions(others, rules, None, telling)[0].actions == ()
    assert with_actions([profile(segment="Builder")], rules)[0].actions == ()


def test_the_shipped_rules_name_one_while_an_account_begins() -> None:
    (rule,) = [rule for rule in RULES.rules if rule.id == "segment-onboarding"]
    assert "telling_feature" in rule.fields
    assert {value for each in rule.conditions for value in each.among} == {"new", "activated", "not_activated"}
