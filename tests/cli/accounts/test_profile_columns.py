"""Profiles that are written column by column are those that are written one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.accounts import AccountProfile, Action, profiles
from needsseg.accounts.tiers.behaviour import SIGNALS_OF, Behaviour
from needsseg.accounts.tiers.lifecycle import Lifecycle
from needsseg.accounts.tiers.revenue import Revenue
from needsseg.actions.accounts.account_listing import Listing
from needsseg.actions.accounts.own_columns import OwnCell
from needsseg.cli import shapes
from needsseg.cli.accounts.profile_columns import KEYS, profile_blocks
from needsseg.cli.gate import json_line, json_records, json_template
from needsseg.records import Account, Label

IDS = [f"a{number}" for number in range(4)]
TEXTS = st.sampled_from(["", "Médecins", 'say "hi"', "100%", "a\tb", "\x9b31m"])
COUNTS = st.integers(0, 60)


@st.composite
def uses(draw: st.DrawFn, account_id: str) -> Behaviour:
    events, users = draw(COUNTS), draw(st.integers(0, 3))
    return Behaviour(
        account_id, events, draw(COUNTS), draw(st.integers(0, 30)), users, draw(st.integers(0, 9)),
        api_events=draw(st.integers(0, events)), mobile_events=draw(st.sampled_from((0, events))), invitations=draw(COUNTS),
        logins=draw(COUNTS), logins_previous=draw(COUNTS), user_days=30 * users // 2, features_in_use=9,
        lacks=tuple(draw(st.lists(st.sampled_from(tuple(SIGNALS_OF)), unique=True, max_size=2))),
        seats=draw(st.none() | st.integers(0, 5)),
    )  # fmt: skip


@st.composite
def listed(draw: st.DrawFn) -> list[AccountProfile]:
    accounts = [
        Account(id_, draw(TEXTS), employees=draw(st.sampled_from(["", "7", "900"])), industry=draw(TEXTS))
        for id_ in IDS
    ]
    stage = st.builds(Lifecycle, st.sampled_from(["churned", "no_data"]), st.just(("churned",)), st.just({}))
    stages = {id_: draw(stage) for id_ in IDS}
    labels = [Label(id_, draw(st.sampled_from(["Builder", "Keeper"])), "survey", 0.5, draw(TEXTS)) for id_ in IDS[:2]]
    behaviour = draw(st.none() | st.fixed_dictionaries({id_: uses(id_) for id_ in IDS[:3]}))
    made = profiles(accounts, behaviour, stages, labels, date(2026, 7, 1), draw(TEXTS))
    actions = (Action("check-in", draw(TEXTS), ("why", draw(TEXTS))),)
    return [
        replace(row, actions=actions, recommended_action=actions[0].text) if row.needs_segment else row for row in made
    ]


REVENUES = (
    Revenue(),
    Revenue({"a0": 12.5, "a1": 0.0, "a2": 1e300}, "amount", 12.0, "EUR", "month"),
    Revenue({"a0": 12.5}, "amount"),
    Revenue(by_currency={"a0": {"EUR": 1.0, "USD": 2.0}, "a3": {"": 5.0}}, yearly=1.0, interval="year"),
)


@given(listed(), st.sampled_from(REVENUES), st.booleans())
def test_columns_hold_what_single_profiles_hold(rows: list[AccountProfile], paid: Revenue, with_own: bool) -> None:
    own: dict[str, tuple[OwnCell, ...]] = {id_: (OwnCell("Näme", "number", 2.0),) if with_own else () for id_ in IDS}
    listing = Listing(tuple(rows), ("Näme",) if with_own else (), own)
    lines = [
        line for columns in profile_blocks(listing, rows, paid) for line in json_records(json_template(KEYS), columns)
    ]
    assert lines == [json_line(shapes.profile(row, paid) | shapes.own_cells(listing, row.account_id)) for row in rows]


@pytest.mark.parametrize("column", [[1.5, float("nan")], [None, float("inf")], [float("-inf")]])
def test_no_number_that_is_none_is_written_in_a_column(column: list[Any]) -> None:
    with pytest.raises(ValueError, match="JSON"):
        list(json_records(json_template(("a",)), [column]))
