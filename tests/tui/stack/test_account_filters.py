"""Filters of accounts: they count as roll-ups do, and are kept."""

from __future__ import annotations

import random
from datetime import date

from needsseg.accounts.tiers.firmographic import SIZES
from needsseg.accounts.tiers.revenue import Revenue
from needsseg.accounts.tiers.rollups import BY, ROWS, rollup
from needsseg.actions.accounts import account_filters, accounts
from needsseg.study.connection import Study
from needsseg.tui.accounts.filters import Filters, filters_from


def test_filters_count_as_the_roll_ups_do(demo_study: Study) -> None:
    """A row and a cell hold the accounts that the filters show for them."""
    found = accounts.profiles(demo_study, date(2026, 7, 1))
    amounts = Revenue()
    for rows in ROWS:
        for by in BY:
            if rows == by:
                continue
            made = rollup(found, amounts, rows, by)
            for row in made.rows:
                for name, cell in row.cells.items():
                    chosen = {rows: (row.name,), by: (name,)}
                    assert sum(account_filters.fits(p, chosen) for p in found) == cell.accounts


def test_counts_tell_what_a_further_choice_would_show(demo_study: Study) -> None:
    found = accounts.profiles(demo_study, date(2026, 7, 1))
    chosen = {"size": ("small",), "lifecycle_flags": ("at_risk", "new")}
    for facet, held in account_filters.counts(found, chosen).items():
        for value, number in held.items():
            wanted = {name: values for name, values in chosen.items() if name != facet} | {facet: (value,)}
            assert sum(account_filters.fits(p, wanted) for p in found) == number > 0
    assert set(account_filters.counts(found, {})) == set(account_filters.FACETS)
    ordered = account_filters.ordered(found, "size", Revenue())
    known = [SIZES.index(p.firmographic.size) for p in ordered if p.firmographic.size in SIZES]
    assert known == sorted(known) and ordered[-1].firmographic.size == "unknown"
    for sort in account_filters.SORTS:
        drawn = random.Random(1).sample(found, len(found))
        assert account_filters.ordered(drawn, sort, Revenue()) == account_filters.ordered(found, sort, Revenue())


def test_filters_are_kept_and_what_is_not_known_is_left_out() -> None:
    filters = Filters("x", {"size": ("small", "enterprise")}, sort="amount", turned=True)
    assert filters_from(filters.to_remember()) == filters
    assert filters_from({"chosen": {"gone": ["x"], "size": "small"}, "sort": "gone", "stage": "new"}) == Filters()
