"""Filters of accounts: they count as roll-ups do, and are kept."""

from __future__ import annotations

import random
from datetime import date

from needsseg.accounts.tiers.firmographic import SIZES
from needsseg.accounts.tiers.revenue import Revenue
from needsseg.accounts.tiers.rollups import BY, ROWS, rollup
from needsseg.actions.accounts import AccountProfile, account_filters, accounts
from needsseg.actions.accounts.account_filters import AccountIndex
from needsseg.study.connection import Study
from needsseg.tui.accounts.filters import Filters, filters_from


def test_filters_count_as_the_roll_ups_do(demo_study: Study) -> None:
    """A row and a cell hold the accounts that the filters show for them."""
    found = accounts.profiles(demo_study, date(2026, 7, 1))
    amounts = Revenue()
    index = AccountIndex(found, amounts)
    for rows in ROWS:
        for by in BY:
            if rows == by:
                continue
            made = rollup(found, amounts, rows, by)
            for row in made.rows:
                for name, cell in row.cells.items():
                    chosen = {rows: (row.name,), by: (name,)}
                    assert len(index.rows(chosen)) == cell.accounts


def test_counts_tell_what_a_further_choice_would_show(demo_study: Study) -> None:
    found = accounts.profiles(demo_study, date(2026, 7, 1))
    index = AccountIndex(found)
    chosen = {"size": ("small",), "lifecycle_flags": ("at_risk", "new")}
    for facet, held in index.counts(chosen).items():
        for value, number in held.items():
            wanted = {name: values for name, values in chosen.items() if name != facet} | {facet: (value,)}
            assert sum(_fits(p, wanted) for p in found) == len(index.rows(wanted)) == number > 0
    assert set(index.counts({})) == set(account_filters.FACETS)
    ordered = index.rows({}, by="size")
    known = [SIZES.index(p.firmographic.size) for p in ordered if p.firmographic.size in SIZES]
    assert known == sorted(known) and ordered[-1].firmographic.size == "unknown"


def _fits(profile: AccountProfile, chosen: dict[str, tuple[str, ...]]) -> bool:
    return all(any(account_filters.has(profile, facet, one) for one in values) for facet, values in chosen.items())


def test_any_order_of_any_filter_is_that_of_sorting_the_accounts_one_by_one(demo_study: Study) -> None:
    """Equals by name and id, unknown ones last either way; the accounts' own order makes no difference."""
    found = accounts.profiles(demo_study, date(2026, 7, 1))
    amounts = Revenue({p.account_id: float(len(p.name) * 100) for p in found[::2]})
    values = {
        "need": lambda p: p.needs_segment.casefold() or None,
        "name": lambda p: p.name.casefold() or None,
        "amount": lambda p: amounts.amounts.get(p.account_id),
        "confidence": lambda p: p.needs_segment_confidence,
        "size": lambda p: SIZES.index(p.firmographic.size) if p.firmographic.size in SIZES else None,
    }
    drawn = random.Random(1).sample(found, len(found))
    index = AccountIndex(drawn, amounts)
    for by, value in values.items():
        for backwards in (False, True):
            for words in ("", "SMALL", "acct"):
                rows = index.rows({"lifecycle_stage": ("at_risk", "engaged")}, words=words, by=by, backwards=backwards)
                text = {p.account_id: f"{p.name} {p.account_id} {p.sentence}".casefold() for p in found}
                fitting = sorted(
                    (
                        p
                        for p in found
                        if p.lifecycle_stage in ("at_risk", "engaged") and words.casefold() in text[p.account_id]
                    ),
                    key=lambda p: (p.name.casefold(), p.account_id),
                )
                known = [p for p in fitting if value(p) is not None]
                known.sort(key=value, reverse=(by in ("amount", "confidence")) != backwards)
                expected = [*known, *(p for p in fitting if value(p) is None)]
                assert list(rows) == expected and len(rows) == len(expected)
                assert [rows.row_of(p.account_id) for p in expected] == list(range(len(expected)))
    assert index.rows({}, only={"nobody"}).row_of(found[0].account_id) is None
    assert [p.account_id for p in index.rows({}, only={found[3].account_id})] == [found[3].account_id]


def test_filters_are_kept_and_what_is_not_known_is_left_out() -> None:
    filters = Filters("x", {"size": ("small", "enterprise")}, sort="amount", turned=True)
    assert filters_from(filters.to_remember()) == filters
    assert filters_from({"chosen": {"gone": ["x"], "size": "small"}, "sort": "gone", "stage": "new"}) == Filters()
