"""Who left, who expanded, and how long it took: cases at every edge."""

from __future__ import annotations

import pytest

from needsseg.accounts.tiers.lifecycle import Subscription
from needsseg.scorecard.facts import FollowUp, Waiting, followed, stay, wait, wait_for_weekly_use

SINCE, AS_OF, GRACE = 1000, 1365, 7


def term(start: int, end: int | None, seats: int | None = 10, plan: str = "Team") -> Subscription:
    return Subscription("a", plan, seats, 100.0, start, end)


@pytest.mark.parametrize(
    ("terms", "left", "expanded"),
    [
        ([term(900, None)], False, False),
        ([term(900, 1100)], True, False),
        ([term(900, 1100), term(1107, None)], False, False),  # renewed within the days of grace
        ([term(900, 1100), term(1108, None)], True, False),  # came back later: it left all the same
        ([term(900, 1360)], False, False),  # the days of grace are not over
        ([term(900, 1357)], True, False),
        ([term(900, 1100), term(1101, None, 11)], False, True),
        ([term(900, None), term(1100, None, 20)], False, True),
        ([term(900, 1100), term(1101, None, 10, "Business")], False, True),
        ([term(900, 1100, 10, "Business"), term(1101, None, 10, "Team")], False, False),
        ([term(900, 1100, 10, "Trial"), term(1101, None, 20)], False, None),  # a trial that turns paid
        ([term(900, 1100, None, "Gold"), term(1101, None, None, "Silver")], False, None),
        ([term(900, 1100, 10), term(1101, None, 5)], False, False),
        ([term(900, None), term(1400, None, 99)], False, False),  # begins after the date
    ],
)
def test_customers_are_followed(terms: list[Subscription], left: bool, expanded: bool | None) -> None:
    course = followed(terms, SINCE, AS_OF, GRACE)
    assert course is not None
    assert (course.left, course.expanded) == (left, expanded)


@pytest.mark.parametrize("terms", [[], [term(1001, None)], [term(500, 999)]])
def test_who_was_no_customer_on_the_first_day_is_not_followed(terms: list[Subscription]) -> None:
    assert followed(terms, SINCE, AS_OF, GRACE) is None


def test_who_left_pays_nothing_and_unknown_amounts_stay_unknown() -> None:
    assert followed([term(900, 1100)], SINCE, AS_OF, GRACE, 100.0, None) == FollowUp(True, False, 100.0, 0.0)
    assert followed([term(900, None)], SINCE, AS_OF, GRACE, 100.0, None) == FollowUp(False, False, 100.0, None)


def test_a_stay_ends_with_the_subscription_or_goes_on() -> None:
    assert stay([term(900, 1264)], AS_OF, GRACE) == Waiting(365, True)
    assert stay([term(900, 1264), term(1265, None)], AS_OF, GRACE) == Waiting(AS_OF - GRACE - 900, False)
    assert stay([term(1400, None)], AS_OF, GRACE) is None
    assert stay([term(1360, None)], AS_OF, GRACE) is None
    assert stay([], AS_OF, GRACE) is None


@pytest.mark.parametrize(
    ("start", "day", "expected"),
    [
        (1300, 1311, Waiting(11, True)),
        (1300, 1290, Waiting(0, True)),
        (1300, None, Waiting(64, False)),
        (1300, 1365, Waiting(64, False)),
        (1364, None, Waiting(0, False)),
        (None, 1300, None),
        (1365, None, None),
    ],
)
def test_waits_end_before_the_date(start: int | None, day: int | None, expected: Waiting | None) -> None:
    assert wait(start, day, AS_OF) == expected


def test_weekly_use_is_only_known_after_four_whole_weeks() -> None:
    assert wait_for_weekly_use(AS_OF - 27, None, AS_OF) is None
    assert wait_for_weekly_use(AS_OF - 28, None, AS_OF) == Waiting(6, False)
    assert wait_for_weekly_use(AS_OF - 34, None, AS_OF) == Waiting(6, False)
    assert wait_for_weekly_use(AS_OF - 35, None, AS_OF) == Waiting(13, False)
    assert wait_for_weekly_use(AS_OF - 60, AS_OF - 57, AS_OF) == Waiting(3, True)
