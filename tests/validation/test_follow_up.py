"""Following accounts: who left is who churned in the lifecycle."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from needsseg.accounts.tiers.lifecycle import Subscription, lifecycle
from needsseg.validation.follow_up import follow_up


@given(
    st.lists(st.tuples(st.integers(0, 400), st.one_of(st.none(), st.integers(0, 300))), min_size=1, max_size=5),
    st.integers(0, 400),
    st.integers(1, 400),
)
def test_who_left_is_who_churned_in_the_lifecycle(terms: list[tuple[int, int | None]], start: int, later: int) -> None:
    """Followed to the end of what is known, an account left exactly where its unbroken period was lost within grace."""
    held = [
        Subscription("a", "Team", None, None, begin, None if length is None else begin + length)
        for begin, length in terms
    ]
    as_of = start + later + 8
    found = follow_up(held, start, as_of, 10_000, 7)
    if found is None:
        return
    until, left = found
    assert until == as_of - 7 and (left is None or start < left <= until)
    stage = lifecycle(None, held, None, as_of, None).flags
    if "churned" in stage:
        assert left is not None
    if left is not None:
        assert "churned" in lifecycle(None, [t for t in held if t.start_day <= left], None, left + 7, None).flags


def test_a_renewal_within_grace_is_no_leaving() -> None:
    def term(begin: int, end: int) -> Subscription:
        return Subscription("a", "Team", None, None, begin, end)

    assert follow_up([term(0, 100), term(107, 400)], 50, 300, 365, 7) == (293, None)
    assert follow_up([term(0, 100), term(108, 400)], 50, 300, 365, 7) == (293, 101)
    assert follow_up([term(0, 292)], 50, 300, 365, 7) == (293, 293)
    assert follow_up([term(0, 293)], 50, 300, 365, 7) == (293, None), "it may still be renewed"
    assert follow_up([term(0, 100)], 50, 300, 40, 7) == (90, None)
    assert follow_up([term(0, 100)], 101, 300, 40, 7) is None
    assert follow_up([term(60, 100)], 50, 300, 40, 7) is None
