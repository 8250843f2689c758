"""Rules on further columns fire once, on the first day on which they hold."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.accounts.own.conditions import OwnCondition
from needsseg.accounts.tiers.zones import epoch_day
from needsseg.accounts.timeline_columns import UNKNOWN, Columns, Days
from needsseg.playbook.column_rules import ColumnValues, column_triggers
from needsseg.playbook.fired import Trigger, in_order
from needsseg.playbook.trigger_rules import ColumnRule

AS_OF = date(2026, 6, 1)
DAY = epoch_day(AS_OF)
NEAR = OwnCondition("Renewal", within_days=60, kind="date")
PAST = OwnCondition("Renewal", within_past_days=30, kind="date")
LOW = OwnCondition("Score", at_most=40, kind="number")
KEY = OwnCondition("Key", among=(True,), kind="flag")


def columns(*ids: str, signup: int = UNKNOWN) -> Columns:
    nothing = np.zeros(0, dtype=np.int64)
    none = Days(nothing, nothing, nothing)
    signups = np.full(len(ids), signup, dtype=np.int64)
    return Columns(ids, signups, np.full(len(ids), UNKNOWN), none, (), none, none, none, tuple(() for _ in ids))


def fired(
    rule: ColumnRule,
    values: dict[str, dict[str, object]],
    *,
    as_of: int = DAY,
    imported: int = DAY - 3,
    signup: int = UNKNOWN,
) -> list[Trigger]:
    table = columns(*sorted(values), signup=signup)
    given = ColumnValues(values, imported)  # type: ignore[arg-type]
    wanted = np.ones(len(table.ids), dtype=bool)
    return list(in_order(table, list(column_triggers(table, [rule], given, wanted, as_of))))


def test_a_date_fires_as_soon_as_it_is_near_enough() -> None:
    rule = ColumnRule("Renewal near", (NEAR,))
    found = fired(rule, {"a": {"Renewal": DAY + 20}, "b": {"Renewal": DAY + 61}, "c": {"Renewal": DAY - 5}, "d": {}})
    assert [(each.account_id, each.fired_on, each.kind, each.feature) for each in found] == [
        ("c", AS_OF - timedelta(days=65), "column_rule", "Renewal near"),
        ("a", AS_OF - timedelta(days=40), "column_rule", "Renewal near"),
    ]
    assert found[1].evidence == "Renewal = 2026-06-21 (within 60 days)"
    assert all(each.settled and each.dated for each in found)


def test_an_account_that_was_created_later_fires_then() -> None:
    (found,) = fired(ColumnRule("r", (NEAR,)), {"a": {"Renewal": DAY + 20}}, signup=DAY - 10)
    assert found.fired_on == AS_OF - timedelta(days=10)
    assert fired(ColumnRule("r", (PAST,)), {"a": {"Renewal": DAY - 100}}, signup=DAY - 10) == []


def test_what_no_date_says_fires_once_on_the_day_of_the_import() -> None:
    rule = ColumnRule("Unhealthy", (LOW, KEY))
    values: dict[str, dict[str, object]] = {
        "a": {"Score": 40.0, "Key": True}, "b": {"Score": 41.0, "Key": True}, "c": {"Score": 1.0, "Key": False},
        "d": {"Score": 1.0},
    }  # fmt: skip
    (found,) = fired(rule, values)
    assert (found.account_id, found.fired_on, found.dated) == ("a", AS_OF - timedelta(days=3), False)
    assert found.evidence == "Score = 40 (at most 40); Key = yes (yes), as imported on 2026-05-29"
    (again,) = fired(rule, {"a": {"Score": 20.0, "Key": True}}, imported=DAY - 1)
    assert again.id == found.id
    (earlier,) = fired(rule, values, as_of=DAY - 30)
    assert (earlier.fired_on, earlier.id) == (AS_OF - timedelta(days=30), found.id)


def test_a_date_beside_a_number_says_the_day() -> None:
    rule = ColumnRule("Both", (NEAR, LOW))
    found = fired(rule, {"a": {"Renewal": DAY + 60, "Score": 3.0}, "b": {"Renewal": DAY + 60, "Score": 50.0}})
    assert [(each.account_id, each.fired_on) for each in found] == [("a", AS_OF)]


@pytest.mark.parametrize("condition", [NEAR, PAST])
@given(value=st.integers(DAY - 200, DAY + 200), as_of=st.integers(DAY - 200, DAY + 200))
def test_it_fires_on_the_first_day_on_which_the_condition_holds(
    condition: OwnCondition, value: int, as_of: int
) -> None:
    found = fired(ColumnRule("r", (condition,)), {"a": {"Renewal": value}}, as_of=as_of)
    first = AS_OF - timedelta(days=600)
    days = [first + timedelta(days=n) for n in range(as_of - DAY + 601)]
    holding = [day for day in days if condition.holds(value, day)]
    assert [each.fired_on for each in found] == holding[:1]
