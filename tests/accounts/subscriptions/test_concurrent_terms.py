"""Seats and amounts of concurrent terms: added where they are terms of their own, never counted twice, no dip at a renewal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from needsseg.accounts.tiers.lifecycle import Subscription, lifecycle
from needsseg.accounts.tiers.terms import ADD, counted_terms, seat_counter

D = 20_000


def test_seats_of_terms_with_ids_are_added_and_an_upgrade_of_one_is_not_counted_twice() -> None:
    base = Subscription("a", "Team", 10, 100.0, D - 400, id="1")
    beside = Subscription("a", "Team", 5, 50.0, D - 20, id="2")
    upgraded = replace(base, seats=14, start_day=D - 20)
    for terms, seats_now in (((base, beside), 15), ((base, upgraded), 14), ((base, beside, upgraded), 19)):
        row = lifecycle(None, terms, None, D, None, seats=seat_counter(terms))
        assert row.seats == seats_now and row.evidence["expanded"].startswith(f"seats 10 → {seats_now}")
    same = (base, replace(base, start_day=D - 20))
    assert "expanded" not in lifecycle(None, same, None, D, None, seats=seat_counter(same)).flags


@pytest.mark.parametrize("ids", [True, False])
def test_what_is_paid_does_not_dip_on_the_day_of_a_renewal(ids: bool) -> None:
    def one(key: str, plan: str, start: int, end: int | None) -> Subscription:
        return Subscription("a", plan, 5, 100.0, start, end, id=key if ids else "")

    terms = [one("1", "Team", D - 400, None), one("2", "Wiki", D - 365, D), one("3", "Wiki", D + 1, D + 365)]
    for day in range(D - 10, D + 60):
        begun = [each for each in terms if each.start_day < day]
        assert sum(each.amount or 0 for each in counted_terms(begun, day, 7, ADD)) == 200.0
    unrenewed = terms[:2]
    assert [sum(each.amount or 0 for each in counted_terms(unrenewed, day, 7, ADD)) for day in (D + 7, D + 8)] == [
        200.0,
        100.0,
    ]
