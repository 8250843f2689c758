"""From which day to which an account was followed, and on which day it left, by the rule of the lifecycle tier."""

from __future__ import annotations

from collections.abc import Sequence

from needsseg.accounts.tiers.lifecycle import Subscription, merge_periods


def follow_up(
    terms: Sequence[Subscription], start: int, as_of: int, horizon: int, grace: int
) -> tuple[int, int | None] | None:
    """The last day looked at and the first day without a subscription, or None for the latter where it stays till then.

    None instead of both where the account is no customer on day ``start``. A subscription that ends in the last ``grace``
    days before ``as_of`` may still be renewed, so nobody is followed into them; terms that start on or after ``as_of``
    are not known yet.
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
