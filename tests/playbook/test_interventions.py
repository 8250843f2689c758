from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from needsseg.accounts import build
from needsseg.accounts.tiers.behaviour import Behaviour
from needsseg.accounts.tiers.lifecycle import STAGES, Lifecycle
from needsseg.errors import UsageError
from needsseg.playbook import recommending
from needsseg.playbook.interventions import load_rules
from needsseg.playbook.recommending import with_actions
from tests.fixtures.accounts.interventions import AT_RISK, FALLING, RULES, profile
from tests.fixtures.accounts.stack import AS_OF, CONFIRMED, article
from tests.fixtures.wording.common import NO_NUMBER
from tests.fixtures.wording.matching import mentions, refuses, says
from tests.fixtures.wording.playbook import (
    NEVER_IS,
    NEVER_USED_YET,
    NO_BOUNDS,
    NO_FIELD,
    NO_ID,
    NO_PART,
    NO_VALUE,
    TRUE_OR_FALSE,
    UNFILLED_ACTION,
    WRONG_ACTION,
)


def test_the_articles_example_gives_its_three_interventions() -> None:
    rules = replace(RULES, serves={"Coordination": ("boards", "timeline", "status page")})
    (acted,) = with_actions([profile(segment="coordination")], rules)
    texts = [action.text for action in acted.actions]
    assert texts[:3] == [
        "CS check-in focused on the coordination use case",
        "Show timeline, an unused feature that serves coordination",
        "Flag renewal risk in the CRM",
    ]
    assert acted.recommended_action == "; ".join(texts)
    assert acted.actions[0].rule == "check-in"
    assert "lifecycle_stage = at_risk" in acted.actions[0].evidence
    check_in, unused, _ = (action.evidence for action in acted.actions[:3])
    assert any(mentions(fact, "needs_segment = coordination", "interview", "Dana") for fact in check_in)
    assert any(mentions(fact, "at_risk", 120, 28, "30%") for fact in check_in)
    assert any(mentions(fact, "timeline", "coordination", NEVER_USED_YET) for fact in unused)


@pytest.mark.slow
def test_the_articles_example_from_its_files_to_sentence_and_exactly_three_actions(tmp_path: Path) -> None:
    """Rows of a CRM, of usage and of subscriptions go in; nothing here is set by hand but the confirmed label."""
    files = article(tmp_path, renewal="2027-01-15")
    need = CONFIRMED.segment
    rules = replace(RULES, serves={need: ("feature 0", "timeline")})
    acted, _ = with_actions(build(files, [CONFIRMED], AS_OF), rules)
    tiers = acted.sentence.split("), ")
    for tier, (number, *words) in zip(
        tiers,
        [
            (1, "mid-market", "technology"),
            (2, "cross-functional coordination"),
            (3, "high feature breadth", "falling login frequency"),
            (4, "at risk"),
        ],
        strict=True,
    ):
        assert says(tier, f"(tier {number}", *words)
    assert [(action.rule, action.text) for action in acted.actions] == [
        ("check-in", f"CS check-in focused on the {need} use case"),
        ("unused-feature", f"Show timeline, an unused feature that serves {need}"),
        ("renewal-risk", "Flag renewal risk in the CRM"),
    ]
    assert all(any(mentions(fact, "at_risk", 120, 28, "30%") for fact in action.evidence) for action in acted.actions)


def test_accounts_that_share_what_rules_read_have_the_actions_that_each_has_alone() -> None:
    """Stage, flags, evidence, label and renewal differ one at a time, so that none may stand for another's."""
    rising = replace(FALLING, events=300, logins_previous=14, active_days=28, user_days=90)
    later = replace(AT_RISK, evidence={"at_risk": "90 events, then 3: more than 30% fewer"}, days_to_renewal=200)
    engaged = Lifecycle("engaged", ("engaged",), {"engaged": "a core action in each of the last 4 weeks"}, 31)
    given = [
        (row, stage, segment)
        for row in (FALLING, rising, None)
        for stage in (AT_RISK, later, replace(AT_RISK, days_to_renewal=None), engaged)
        for segment in ("", "coordination")
    ]
    # Every account is there twice, the second time among all others.
    rows = [profile(f"a{number:02}", *each) for number, each in enumerate(given + given)]
    rules = replace(RULES, serves={"coordination": ("timeline",)})
    together = with_actions(rows, rules)
    assert together == [with_actions([row], rules)[0] for row in rows]
    assert len({row.actions for row in together}) > 8


def test_a_segment_without_a_list_takes_what_its_other_accounts_use() -> None:
    peers = [
        profile(key, replace(FALLING, features=("boards", "reports", extra)), segment="coordination")
        for key, extra in (("b", "gantt"), ("c", "calendar"))
    ]
    acted = with_actions([profile(segment="coordination"), *peers], RULES)
    assert acted[0].actions[1].text == "Show reports, an unused feature that serves coordination"
    assert any(mentions(fact, "2 accounts", "coordination", "reports") for fact in acted[0].actions[1].evidence)
    assert "unused-feature" not in [action.rule for action in with_actions(peers[:1], RULES)[0].actions]


def test_no_action_depends_on_a_missing_tier() -> None:
    (unlabelled,) = with_actions([profile()], RULES)
    assert [action.rule for action in unlabelled.actions] == ["renewal-risk", "falling-logins-before-renewal"]
    (unused,) = with_actions([profile(row=None, segment="coordination")], RULES)
    assert "falling-logins-before-renewal" not in [action.rule for action in unused.actions]
    (nothing,) = with_actions([profile(row=None, stage=Lifecycle("no_data", ("no_data",), {}))], RULES)
    assert (nothing.actions, nothing.recommended_action) == ((), "")


def test_bounds_lists_and_flags(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text(
        '[[rule]]\nid = "few"\naction = "a"\n[rule.when]\nlogins = { at_least = 14, at_most = 14 }\n'
        '[[rule]]\nid = "flag"\naction = "b"\n[rule.when]\nlifecycle_flags = ["engaged", "at_risk"]\n'
        '[[rule]]\nid = "not"\naction = "c"\n[rule.when]\nlogins = { at_least = 15 }\n'
        '[[rule]]\nid = "mobile"\naction = "d"\n[rule.when]\nmobile_only = false\nsize = "MID_MARKET"\n'
    )
    (acted,) = with_actions([profile()], load_rules(tmp_path / "rules.toml"))
    assert [action.rule for action in acted.actions] == ["few", "flag", "mobile"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[[rule]]\nid = "x"\naction = "a"\n[rule.when]\nmood = "bad"', ("rule x", "mood", NO_FIELD)),
        ('[[rule]]\nid = "x"\naction = "{mood}"\n[rule.when]\nsize = "small"', ("rule x", "mood", NO_FIELD)),
        ('[[rule]]\nid = "x"\naction = "a"\n[rule.when]\nlogins = { over = 3 }', ("rule x", "logins", NO_BOUNDS)),
        ('[[rule]]\nid = "x"\naction = "a"\n[rule.when]\nlogins = []', ("rule x", "logins", NO_VALUE)),
        ('[[rule]]\naction = "a"', ("rule 1", NO_ID)),
        ('[[rule]]\nid = "x"\naction = "{"\n[rule.when]\nsize = "small"', ("rule x", WRONG_ACTION)),
        ("[[rule]\n", ("TOML",)),
        ('[[rules]]\nid = "x"', ("'rules'", NO_PART)),
        (
            '[[rule]]\nid = "x"\naction = "a"\nsize = "small"\n[rule.when]\nplan = "Pro"',
            ("line 4", "rule x", "size", NO_PART),
        ),
        (
            '\n\n[[rule]]\nid = "x"\naction = "a"\n[rule.when]\nlifecycle_stage = "at risk"',
            ("line 7", "rule x", "lifecycle_stage", NEVER_IS, "at risk"),
        ),
        (
            '[[rule]]\nid = "x"\naction = "a"\n[rule.when]\nmobile_only = "yes"',
            ("line 5", "rule x", "mobile_only", TRUE_OR_FALSE),
        ),
        ('[[rule]]\nid = "x"\naction = "a"\n[rule.when]\nlogins = "many"', ("rule x", "logins", "number", "many")),
        ('[[rule]]\nid = "x"\naction = "a"\n[rule.when]\nplan = { at_least = 3 }', ("rule x", "plan", NO_NUMBER)),
        ('[[rule]]\nid = "x"\naction = "a"\n[rule.when]\nplan = 3', ("rule x", "plan", "text", 3)),
        (
            '[[rule]]\nid = "x"\naction = "{plan:.1f}"\n[rule.when]\nplan = "Pro"',
            ("line 3", "rule x", UNFILLED_ACTION),
        ),
        ('[serves]\na = "b"', ("serves", "lists of feature names")),
        ('rule = "x"', ("rules", "list")),
        (
            '[[rule]]\nid = "x"\naction = "a"\n[rule.when]\nsize = "small"\n' * 2,
            ("two rules", "id", "x"),
        ),
    ],
)
def test_a_faulty_rule_is_named(tmp_path: Path, text: str, message: tuple[object, ...]) -> None:
    (tmp_path / "rules.toml").write_text(text)
    with refuses(UsageError, *message) as caught:
        load_rules(tmp_path / "rules.toml")
    assert "rules.toml" in str(caught.value)


def test_rules_are_looked_at_for_exactly_the_accounts_that_they_may_apply_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is known of an account beforehand saves work, and never an action."""
    stages = [Lifecycle(stage, (stage,), {}, days) for stage in STAGES for days in (None, 31)]
    uses = [
        None,
        FALLING,
        Behaviour("a", 40, 12, 12, 3, 6, invitations=9),
        Behaviour("a", 12, 12),
        Behaviour("a"),
        replace(FALLING, lacks=("login",)),
    ]
    rows = [
        profile(f"{place}-{number}-{segment}", use, stage, segment)
        for place, stage in enumerate(stages)
        for number, use in enumerate(uses)
        for segment in ("", "coordination")
    ]
    acted = with_actions(rows, RULES)
    assert {action.rule for row in acted for action in row.actions} >= {
        "check-in",
        "renewal-risk",
        "exit-interview",
        "deepen",
    }
    may_fire = recommending._may_fire
    monkeypatch.setattr(recommending, "_may_fire", lambda rule, known: may_fire(rule, {"missing": known["missing"]}))
    assert with_actions(rows, RULES) == acted
