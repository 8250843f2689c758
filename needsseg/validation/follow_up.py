"""The follow-up of an account: its last day, and the day on which it left, by the rules of the lifecycle tier."""

from __future__ import annotations

from collections.abc import Sequence

from needsseg.accounts.tiers.lifecycle import Subscription, merge_periods


def follow_up(
    terms: Sequence[Subscription], start: int, as_of: int, horizon: int, grace: int
) -> tuple[int, int | None] | None:
    """Return the last day of the follow-up and the first day without a subscription, None for the latter if it stays.

    None instead of both where the account is not a customer on day ``start``. The follow-up ends ``grace`` days before
    ``as_of``, as a subscription that ends later may still be renewed; terms that start on or after ``as_of`` are ignored.
    """
    begun = [(term.start_day, term.end_day) for term in terms if term.start_day < as_of]
    subscription_terms = [
        period
        for period in merge_periods(begun, grace)
        if period.start <= start and (period.end is None or period.end >= start)
    ]
    if not subscription_terms:
        return None
    until = min(start + horizon, as_of - grace)
    end = subscription_terms[0].end
    return until, end + 1 if end is not None and end + 1 <= until else None
