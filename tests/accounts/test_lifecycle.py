from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.accounts.tiers.behaviour import Behaviour, trend
from needsseg.accounts.tiers.event_meanings import EventRules, Meanings, load_event_rules, meanings_of
from needsseg.accounts.tiers.lifecycle import STAGES, Lifecycle, Period, Subscription, lifecycle, merge_periods
from needsseg.accounts.tiers.signals import SEGMENTS, behavioral_flags, behavioral_segment
from needsseg.settings import shipped
from tests.fixtures.wording.matching import says

D = 20_000
MEANINGS = Meanings(("login",), ("invite",), ("setup done",), ("task created",), ("task created",))
ACTIVE = Behaviour("a", 100, 100, 12, 3, 4, core_weeks=4, first_day=D - 200, first_setup_day=D - 200,
                   first_action_day=D - 199)  # fmt: skip


def term(start: int, end: int | None = None, plan: str = "Team", seats: int | None = 10) -> Subscription:
    return Subscription("a", plan, seats, 100.0, start, end)


def stage(row: Behaviour | None, *terms: Subscription, created: int | None = D - 300) -> Lifecycle:
    return lifecycle(row, terms, created, D, MEANINGS)


@pytest.mark.parametrize(
    ("previous", "current", "expected"),
    [(100, 70, "engaged"), (100, 69, "at_risk"), (10, 7, "engaged"), (10, 6, "at_risk"), (9, 0, "engaged")],
)
def test_at_risk_is_a_fall_of_more_than_thirty_percent(previous: int, current: int, expected: str) -> None:
    assert stage(replace(ACTIVE, events=current, events_previous=previous), term(D - 300)).stage == expected


@given(st.integers(0, 10**12), st.integers(10, 10**12))
def test_the_boundary_holds_in_integers(current: int, previous: int) -> None:
    at_risk = "at_risk" in stage(replace(ACTIVE, events=current, events_previous=previous)).flags
    assert at_risk == (10 * current < 7 * previous) == (trend(current, previous) == "falling")


def test_below_ten_events_before_there_is_no_history() -> None:
    found = stage(replace(ACTIVE, events=0, events_previous=9))
    assert "insufficient_history" in found.flags
    assert "at_risk" not in found.flags


def test_when_several_hold_the_first_is_the_stage_and_all_are_kept() -> None:
    falling = replace(ACTIVE, events=10)
    assert stage(falling, term(D - 300, D - 8)).flags == ("churned", "at_risk", "engaged", "activated")
    grown = (term(D - 300, D - 100, seats=10), term(D - 100, None, seats=12))
    assert stage(falling, *grown).flags == ("at_risk", "expanded", "engaged", "activated")
    assert stage(ACTIVE, *grown).stage == "expanded"
    assert says(stage(ACTIVE, *grown).evidence["expanded"], "seats", 10, 12)


@pytest.mark.parametrize(
    ("end", "churned"), [(D - 8, True), (D - 7, False), (D, False), (D + 30, False), (None, False)]
)
def test_churn_begins_after_the_grace_gap(end: int | None, churned: bool) -> None:
    assert ("churned" in stage(ACTIVE, term(D - 300, end)).flags) == churned


def test_a_late_renewal_is_no_churn_and_one_after_the_date_is_not_known_yet() -> None:
    assert "churned" not in stage(ACTIVE, term(D - 400, D - 40), term(D - 33)).flags
    assert "churned" in stage(ACTIVE, term(D - 400, D - 40), term(D)).flags


def test_upgrades_count_by_plan_words_then_price_and_overlap_does_not_add_seats() -> None:
    open_old = term(D - 300, D + 60, "Team", 10)
    assert "expanded" in stage(ACTIVE, open_old, term(D - 20, None, "Business", 10)).flags
    assert "expanded" not in stage(ACTIVE, open_old, term(D - 20, None, "Team", 10)).flags
    assert "expanded" not in stage(ACTIVE, term(D - 300, D - 20, "Business"), term(D - 20, None, "Team")).flags
    dear = Subscription("a", "Gold", 10, 200.0, D - 20)
    assert "expanded" in stage(ACTIVE, Subscription("a", "Silver", 10, 100.0, D - 300, D - 20), dear).flags
    beside = Subscription("a", "Analytics", None, None, D - 20)
    assert says(stage(ACTIVE, open_old, beside).evidence["expanded"], "Team", "Analytics", "product")


def test_the_stages_beside_the_five() -> None:
    idle = replace(ACTIVE, core_weeks=0, first_setup_day=None)
    assert stage(idle).stage == "not_activated"
    assert says(stage(idle).evidence["not_activated"], "setup")
    assert stage(idle, created=D - 60).stage == "new"
    assert stage(idle, created=D - 61).stage == "not_activated"
    assert stage(None, term(D - 90)).stage == "not_activated"
    assert stage(None, term(D - 90)).flags == ("not_activated", "insufficient_history")
    assert stage(None, created=D + 5).stage == "no_data"
    assert lifecycle(None, (), D - 300, D, None).stage == "no_data"
    assert lifecycle(None, (term(D - 90, D - 50),), None, D, None).stage == "churned"


def test_a_file_that_never_records_setup_cannot_say_it_is_missing() -> None:
    row = replace(ACTIVE, core_weeks=0, first_setup_day=None)
    assert lifecycle(row, (), D - 300, D, replace(MEANINGS, setup=())).stage == "activated"


terms = st.lists(
    st.tuples(st.integers(0, 400), st.one_of(st.none(), st.integers(0, 200))).map(
        lambda pair: (pair[0], None if pair[1] is None else pair[0] + pair[1])
    ),
    max_size=8,
)


@given(terms, st.integers(0, 30), st.randoms())
def test_merged_periods_cover_every_paid_day_and_stand_apart(
    given_terms: list[tuple[int, int | None]], grace: int, rng: object
) -> None:
    periods = merge_periods(given_terms, grace)
    for start, end in given_terms:
        assert any(
            period.start <= start and (period.end is None or (end is not None and end <= period.end))
            for period in periods
        )
    for one, next_one in pairwise(periods):
        assert one.end is not None
        assert next_one.start - one.end > grace
    assert merge_periods(reversed(given_terms), grace) == periods
    assert merge_periods([(period.start, period.end) for period in periods], grace) == periods


def test_overlapping_terms_are_one_period() -> None:
    assert merge_periods([(0, 10), (5, 20), (27, 30), (38, None)]) == [Period(0, 30), Period(38, None)]


def test_every_stage_has_its_place() -> None:
    assert STAGES[:5] == ("churned", "at_risk", "expanded", "engaged", "activated")


@pytest.mark.parametrize(
    ("row", "word"),
    [
        (Behaviour("a"), "inactive"),
        (Behaviour("a", events=5, mobile_events=5), "mobile_only"),
        (Behaviour("a", events=4, mobile_events=4), "light"),
        (Behaviour("a", events=10, api_events=5), "technical"),
        (Behaviour("a", events=90, active_days=20, feature_breadth=9), "power"),
        (Behaviour("a", events=90, active_days=9, feature_breadth=5, features_in_use=9), "multi_workflow"),
        (
            Behaviour("a", events=90, active_days=9, feature_breadth=5, features_in_use=10, invitations=3),
            "team_adopting",
        ),
        (Behaviour("a", events=90, active_days=9), "light"),
        (Behaviour("a", events=69, events_previous=100, active_days=20), "at_risk"),
        (Behaviour("a", events=70, events_previous=100, active_days=20), "power"),
        (Behaviour("a", events=90, events_previous=90, logins=6, logins_previous=10), "at_risk"),
        (Behaviour("a", events=90, events_previous=90, logins=0, logins_previous=9), "light"),
        (Behaviour("a", events=0, events_previous=100), "inactive"),
    ],
)
def test_the_behavioral_segment_is_the_first_that_holds(row: Behaviour, word: str) -> None:
    assert behavioral_segment(row) == word


def test_all_ways_that_hold_are_kept_beside_the_first() -> None:
    row = Behaviour("a", events=60, events_previous=100, api_events=30, active_days=20, invitations=3)
    assert behavioral_flags(row) == ("at_risk", "technical", "power", "team_adopting")
    assert behavioral_flags(Behaviour("a", events=6, events_previous=10)) == ("at_risk", "light")


counts = st.integers(0, 200)


@given(
    st.builds(Behaviour, st.just("a"), counts, counts, counts, counts, counts, counts, counts, counts, counts, counts)
)
def test_some_segment_always_holds_and_light_excludes_the_other_ways(row: Behaviour) -> None:
    flags = behavioral_flags(row)
    assert flags
    assert list(flags) == sorted(flags, key=SEGMENTS.index)
    assert "light" not in flags or set(flags) <= {"light", "at_risk"}


def test_event_names_and_their_meaning() -> None:
    rules = load_event_rules(shipped("prompts") / "events.toml")
    names = [
        "login",
        "User Logged In",
        "invite_sent",
        "setup_completed",
        "TaskCreated",
        "report exported",
        "feature_used",
    ]
    found = meanings_of(names, rules)
    assert set(found.login) == {"login", "User Logged In"}
    assert found.invite == ("invite_sent",)
    assert found.setup == ("setup_completed",)
    assert set(found.core) == {"TaskCreated", "report exported"} == set(found.first_action)


def test_without_a_core_name_every_other_event_is_core() -> None:
    rules = EventRules(login=("login",), core=("never seen",))
    assert meanings_of(["login", "zap", "zip"], rules).core == ("zap", "zip")
