from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.accounts.figures import figures
from needsseg.accounts.lifecycle_file import load_lifecycle_rules
from needsseg.accounts.tiers.behaviour import SIGNALS_OF, Behaviour, trend
from needsseg.accounts.tiers.event_meanings import EventRules, Meanings, load_event_rules, meanings_of
from needsseg.accounts.tiers.lifecycle import (
    FIVE,
    STAGES,
    Lifecycle,
    LifecycleRules,
    Period,
    Subscription,
    lifecycle,
    merge_periods,
)
from needsseg.accounts.tiers.signals import SEGMENTS, behavioral_evidence, behavioral_flags, behavioral_segment
from needsseg.accounts.tiers.terms import ADD, REPLACE, seat_counter
from needsseg.errors import UsageError
from needsseg.settings import shipped
from tests.fixtures.wording.matching import refuses, says
from tests.fixtures.wording.playbook import WHOLE_NUMBER

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
    [(100, 70, "engaged"), (100, 69, "at_risk"), (10, 7, "engaged"), (10, 6, "at_risk"), (9, 1, "engaged")],
)
def test_at_risk_is_a_fall_of_more_than_thirty_percent(previous: int, current: int, expected: str) -> None:
    assert stage(replace(ACTIVE, events=current, events_previous=previous), term(D - 300)).stage == expected


@given(st.integers(0, 10**12), st.integers(10, 10**12))
def test_the_boundary_holds_in_integers(current: int, previous: int) -> None:
    at_risk = "at_risk" in stage(replace(ACTIVE, events=current, events_previous=previous)).flags
    assert at_risk == (10 * current < 7 * previous) == (trend(current, previous) == "falling")


def test_below_ten_events_before_there_is_no_history() -> None:
    found = stage(replace(ACTIVE, events=1, events_previous=9))
    assert "insufficient_history" in found.flags
    assert "at_risk" not in found.flags


@pytest.mark.parametrize(
    ("before", "previous", "expected"),
    [(9, 9, "at_risk"), (3, 3, "at_risk"), (2, 2, "insufficient_history"), (3, 0, "at_risk"), (400, 0, "at_risk"),
     (2, 0, "insufficient_history"), (0, 0, "insufficient_history")],
)  # fmt: skip
def test_silence_after_three_events_is_at_risk_however_long_it_lasts(before: int, previous: int, expected: str) -> None:
    found = stage(replace(ACTIVE, events=0, events_before=before, events_previous=previous, core_weeks=0))
    assert expected in found.flags
    assert ("at_risk" in found.flags) != ("insufficient_history" in found.flags)
    if expected == "at_risk":
        assert found.stage == "at_risk" and says(
            found.evidence["at_risk"], f"{before} events before", "none in 30 days"
        )


@given(st.integers(0, 50), st.integers(0, 50))
def test_one_event_more_is_never_silence(before: int, previous: int) -> None:
    row = replace(ACTIVE, events_before=max(before, previous), events_previous=previous)
    assert "none in" not in stage(replace(row, events=1)).evidence.get("at_risk", "")
    assert ("at_risk" in stage(replace(row, events=0)).flags) == (row.events_before >= 3)


def test_when_several_hold_the_first_is_the_stage_and_all_are_kept() -> None:
    falling = replace(ACTIVE, events=10)
    assert stage(falling, term(D - 300, D - 8)).flags == ("churned", "at_risk", "engaged", "activated")
    grown = (term(D - 300, D - 80, seats=10), term(D - 80, None, seats=12))
    assert stage(falling, *grown).flags == ("at_risk", "expanded", "engaged", "activated")
    assert stage(ACTIVE, *grown).stage == "expanded"
    assert says(stage(ACTIVE, *grown).evidence["expanded"], "seats", 10, 12, "80 days before")


@given(st.integers(1, 200), st.integers(1, 60), st.integers(0, 400), st.booleans())
def test_an_expansion_yields_on_the_day_after_its_ninety(days: int, more: int, paid_before: int, add: bool) -> None:
    """Whether an upgrade states all seats or the new term adds them, and however long the account has paid before."""
    begun = D - days - paid_before - 1
    added = term(D - days, None, seats=more if add else 10 + more)
    terms = (term(begun, None, seats=10), added)
    found = lifecycle(ACTIVE, terms, begun, D, MEANINGS, seats=seat_counter(terms, ADD if add else REPLACE))
    assert ("expanded" in found.flags) == (days <= 90)
    assert found.seats == 10 + more


def test_seats_that_were_given_back_and_renewals_are_no_expansion() -> None:
    up_and_down = (term(D - 300, D - 60), term(D - 59, D - 20, seats=20), term(D - 19, None, seats=10))
    assert "expanded" not in stage(ACTIVE, *up_and_down).flags
    renewed = (term(D - 400, D - 36), term(D - 35, None))
    for overlap in (ADD, REPLACE):
        assert (
            "expanded" not in lifecycle(ACTIVE, renewed, None, D, MEANINGS, seats=seat_counter(renewed, overlap)).flags
        )
    grown_then_renewed = (term(D - 300, D - 71), term(D - 70, D - 5, seats=14), term(D - 4, None, seats=14))
    assert says(stage(ACTIVE, *grown_then_renewed).evidence["expanded"], "seats 10 → 14", "70 days before")


def test_concurrent_seats_are_added_or_stated() -> None:
    two = (term(D - 300, None, seats=10), term(D - 20, None, seats=4))
    added = lifecycle(ACTIVE, two, None, D, MEANINGS, seats=seat_counter(two, ADD))
    assert says(added.evidence["expanded"], "seats 10 → 14", "20 days before") and added.seats == 14
    stated = lifecycle(ACTIVE, two, None, D, MEANINGS)
    assert "expanded" not in stated.flags and stated.seats == 4


@pytest.mark.parametrize(
    "trial",
    [
        Subscription("a", "Team trial", 3, None, D - 60, D - 30),
        Subscription("a", "Team", 3, 0.0, D - 60, D - 30),
        Subscription("a", "Free", 3, None, D - 60, None),
    ],
)
def test_a_trial_that_turns_paid_is_no_expansion_and_what_follows_is(trial: Subscription) -> None:
    paid = term(D - 30, None, "Business", 10)
    assert "expanded" not in stage(ACTIVE, trial, paid).flags
    assert (
        "expanded"
        not in lifecycle(ACTIVE, (trial, paid), None, D, MEANINGS, seats=seat_counter((trial, paid), ADD)).flags
    )
    more = term(D - 10, None, "Business", 15)
    assert says(stage(ACTIVE, trial, paid, more).evidence["expanded"], "seats 10 → 15")


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
    assert set(LifecycleRules().definitions) == set(STAGES)


def test_the_shipped_rules_are_those_of_the_domain() -> None:
    shipped_rules = load_lifecycle_rules(shipped("prompts") / "lifecycle.toml")
    assert shipped_rules == LifecycleRules()
    assert (shipped_rules.drop_percent, shipped_rules.fewest_events, shipped_rules.silent_after_events) == (30, 10, 3)
    assert (shipped_rules.grace_days, shipped_rules.expanded_days, shipped_rules.new_days) == (7, 90, 60)


@given(st.permutations(FIVE))
def test_the_stage_is_the_first_flag_in_the_order_of_the_rules(order: list[str]) -> None:
    falling = replace(ACTIVE, events=10)
    grown = (term(D - 300, D - 80, seats=10), term(D - 80, None, seats=12))
    found = lifecycle(falling, grown, D - 300, D, MEANINGS, LifecycleRules(order=tuple(order)))
    assert sorted(found.flags) == ["activated", "at_risk", "engaged", "expanded"]
    assert list(found.flags) == [name for name in order if name in found.flags]
    assert found.stage == found.flags[0]


@pytest.mark.parametrize(
    ("rules", "flag", "holds"),
    [
        (LifecycleRules(drop_percent=50), "at_risk", False),
        (LifecycleRules(drop_percent=10), "at_risk", True),
        (LifecycleRules(fewest_events=101), "insufficient_history", True),
        (LifecycleRules(expanded_days=30), "expanded", False),
        (LifecycleRules(engaged_weeks=3), "engaged", True),
        (LifecycleRules(engaged_weeks=5), "engaged", False),
        (LifecycleRules(new_days=300), "new", True),
        (LifecycleRules(grace_days=0), "churned", False),
    ],
)
def test_every_threshold_is_that_of_the_rules(rules: LifecycleRules, flag: str, holds: bool) -> None:
    row = replace(ACTIVE, events=60)
    held = (term(D - 300, None, seats=10), term(D - 80, None, seats=12))
    assert (flag in lifecycle(row, held, D - 300, D, MEANINGS, rules).flags) == holds
    late = (term(D - 300, D - 3),)
    assert ("churned" in lifecycle(row, late, D - 300, D, MEANINGS, rules).flags) == (rules.grace_days < 3)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[at_risk]\ndrop = 30", ("line 2", "[at_risk]", "drop", "drop_percent, fewest_events, silent_after_events")),
        ("[at_risk]\n# so far\ndrop_percent = 0", ("line 3", "drop_percent = 0", "1 to 99")),
        ("[expanded]\ndays = 90.0", ("line 2", "days = 90.0", WHOLE_NUMBER)),
        ("[engaged]\nweeks = true", ("line 2", "weeks = True")),
        ("[engaged]\nweeks = 9", ("line 2", "weeks = 9", "1 to 8")),
        ("[new]\ndays = 60\n[risk]\npercent = 3", ("line 3", "risk", "[at_risk]")),
        ("at_risk = 30", ("line 1", "at_risk")),
        ('# mine\norder = ["churned", "at_risk"]', ("line 2", "order", "five stages", "expanded")),
        ('order = ["churned", "churned", "expanded", "engaged", "activated"]', ("line 1", "order")),
        ("[at_risk", ("TOML", "line 1")),
    ],
)
def test_a_faulty_file_of_rules_is_refused_by_name_and_line(
    tmp_path: Path, text: str, what: tuple[object, ...]
) -> None:
    (tmp_path / "lifecycle.toml").write_text(text + "\n")
    with refuses(UsageError, tmp_path / "lifecycle.toml", *what, hint=False):
        load_lifecycle_rules(tmp_path / "lifecycle.toml")


def test_a_file_may_leave_out_what_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "lifecycle.toml").write_text("[expanded]\ndays = 30\n")
    assert load_lifecycle_rules(tmp_path / "lifecycle.toml") == LifecycleRules(expanded_days=30)


@pytest.mark.parametrize(
    ("row", "word"),
    [
        (Behaviour("a"), "inactive"),
        (Behaviour("a", events=5, mobile_events=5), "mobile_only"),
        (Behaviour("a", events=4, mobile_events=4), "light"),
        (Behaviour("a", events=10, api_events=5), "technical"),
        (Behaviour("a", events=4, api_events=4), "light"),
        (Behaviour("a", events=90, active_days=20, feature_breadth=9), "power"),
        (Behaviour("a", events=90, active_days=20, active_users=3, user_days=30), "power"),
        (Behaviour("a", events=90, active_days=20, active_users=3, user_days=29), "light"),
        (Behaviour("a", events=90, active_users=3, user_days=30, seats=10), "power"),
        (Behaviour("a", events=90, active_users=3, user_days=30, seats=11), "light"),
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
        (Behaviour("a", events=9, mobile_events=9, lacks=("source",)), "light"),
        (Behaviour("a", events=9, api_events=9, lacks=("source",)), "light"),
        (Behaviour("a", events=9, invitations=9, lacks=("invite",)), "light"),
    ],
)
def test_the_behavioral_segment_is_the_first_that_holds(row: Behaviour, word: str) -> None:
    assert behavioral_segment(row) == word


def test_all_ways_that_hold_are_kept_beside_the_first() -> None:
    row = Behaviour("a", events=60, events_previous=100, api_events=30, active_days=20, invitations=3)
    assert behavioral_flags(row) == ("at_risk", "technical", "power", "team_adopting")
    assert behavioral_flags(Behaviour("a", events=6, events_previous=10)) == ("at_risk", "light")
    evidence = behavioral_evidence(row)
    assert says(evidence["at_risk"], "100 events, then 60") and says(evidence["technical"], "30 of 60 events")
    assert says(evidence["power"], "20 active days", "no user ids")


def test_power_says_which_people_it_means() -> None:
    """Daily active users are the mean over 30 days: 45 days of five people are 1.5, 30% of five and 15% of ten seats."""
    row = Behaviour("a", events=90, active_days=21, active_users=3, user_days=45, seats=10)
    assert (row.daily_users, row.dau_mau, row.seat_share) == (1.5, 0.5, 0.15)
    assert says(behavioral_evidence(row)["power"], "1.5 daily users", "50% of its 3", "15% of 10 seats")
    without = Behaviour("a", events=90, active_days=21, lacks=("user",))
    assert (without.daily_users, without.dau_mau, without.seat_share) == (None, None, None)
    assert behavioral_segment(without) == "power"


def test_what_the_source_cannot_give_is_unknown_and_never_a_share_of_nothing() -> None:
    row = Behaviour("a", events=90, active_days=9, lacks=tuple(SIGNALS_OF))
    unknown = ("active_users", "daily_users", "dau_mau", "seat_share", "feature_breadth", "api_share", "mobile_only",
               "logins", "login_trend", "invitations")  # fmt: skip
    assert row.unknown == unknown
    assert {figures(row)[name] for name in unknown} == {None, "unknown"}
    assert figures(row)["events"] == 90 and figures(row)["usage_trend"] == "unknown"
    for word in ("API 0%", "0 users", "0 features", "0 invitations", "logins"):
        assert word not in row.in_words.partition(" · the events have no ")[0]
    assert says(row.in_words, "the events have no user ids, features, platform, login events, invitation events")
    few = Behaviour("a", events=4, api_events=4)
    assert figures(few)["api_share"] is None and "API" not in few.in_words


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
