"""The file that says when triggers fire, and what is refused in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from needsseg.errors import UsageError
from needsseg.playbook.trigger_rules import Feature, TriggerRules, load_trigger_rules
from tests.fixtures.wording.matching import refuses
from tests.fixtures.wording.playbook import (
    NO_PLAN_LIST,
    NO_RELEASE_DATE,
    NO_TRIGGER_TABLE,
    RELEASE_AND_PLANS,
    WHOLE_NUMBER,
)


def test_a_file_of_rules(tmp_path: Path) -> None:
    file = tmp_path / "triggers.toml"
    file.write_text(
        "[unused_feature]\ndays = 7\n[features]\ntimeline = { release = 2026-03-01, plans = ['Business '] }\n'status page' = {}\n"
    )
    rules = load_trigger_rules(file)
    assert (rules.unused_days, rules.silent_days) == (7, 7)
    assert rules.features == (Feature("timeline", 20_513, ("Business",)), Feature("status page"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[features\n", ("TOML",)),
        ("[feature]\nx = {}\n", ("feature", NO_TRIGGER_TABLE, "unused_feature")),
        ("days = 3\n", ("days", NO_TRIGGER_TABLE)),
        ("[unused_feature]\nday = 3\n", ("[unused_feature]", "day", "line 2", "days, used_by_percent, least_accounts")),
        (
            "[unused_feature]\n\nused_by_percent = 101\n",
            ("line 3", "used_by_percent = 101", WHOLE_NUMBER, "from 1 to 100"),
        ),
        ("[unused_feature]\nused_by_one_in = 0\n", ("line 2", "used_by_one_in = 0", WHOLE_NUMBER)),
        ("[unused_feature]\ndays = 0\n", ("[unused_feature]", "days = 0", WHOLE_NUMBER, 1)),
        ("[team_growth]\npercent = 0.3\n", ("[team_growth]", "percent = 0.3", WHOLE_NUMBER)),
        ("[below_weekly]\nsilent_days = true\n", ("silent_days = True", WHOLE_NUMBER)),
        ("[features]\nx = 3\n", ("[features]", "x", RELEASE_AND_PLANS)),
        ("[features]\nx = { released = 2026-01-01 }\n", ("x", RELEASE_AND_PLANS)),
        ("[features]\nx = { release = '2026-01-01' }\n", ("x", NO_RELEASE_DATE)),
        ("[features]\nx = { release = 2026-01-01T00:00:00 }\n", ("x", NO_RELEASE_DATE)),
        ("[features]\nx = { plans = 'Business' }\n", ("x", NO_PLAN_LIST)),
        ("[column_rule]\nnear = 3\n", ("[column_rule] near", "something else than conditions on columns")),
        (
            "\n[column_rule.'So near']\ndays = 3\n",
            ("line 2", "[column_rule] So near", "something else than conditions"),
        ),
        (
            '[column_rule.a]\ncolumn.Score = 3\n[column_rule."b c"]\ncolumn.Score = { over = 3 }\n',
            ("line 4", "[column_rule] b c", "column 'Score' has no comparison 'over'"),
        ),
    ],
)
def test_a_faulty_file_of_rules_is_named(tmp_path: Path, text: str, message: tuple[object, ...]) -> None:
    (tmp_path / "triggers.toml").write_text(text)
    with refuses(UsageError, *message, hint=False) as caught:
        load_trigger_rules(tmp_path / "triggers.toml")
    assert "triggers.toml" in str(caught.value)


def test_a_file_of_an_earlier_version_is_still_read(tmp_path: Path) -> None:
    (tmp_path / "triggers.toml").write_text("[unused_feature]\nused_by_one_in = 3\n")
    assert load_trigger_rules(tmp_path / "triggers.toml") == TriggerRules(used_by_percent=34)
