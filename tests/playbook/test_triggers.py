"""When triggers fire, day by day, and that a row which fired once stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from needsseg.accounts.tiers.lifecycle import GRACE_DAYS, Subscription
from needsseg.accounts.tiers.timelines import Timelines
from needsseg.accounts.timeline_columns import Timeline
from needsseg.playbook.fired import KINDS, Trigger
from needsseg.playbook.peers import peers
from needsseg.playbook.trigger_rules import Feature, TriggerRules, load_trigger_rules
from needsseg.playbook.triggers import unwatchable
from needsseg.settings import shipped
from tests.fixtures.accounts.triggers import BEGIN, PEERS, found, peer, term, triggers
from tests.fixtures.wording.matching import says
from tests.fixtures.wording.playbook import NEVER_USED_HERE, NEVER_USED_YET, NO_SUCH_PLAN

RULES = load_trigger_rules(shipped("prompts") / "triggers.toml")
WATCHED = TriggerRules(features=(Feature("timeline"),))


def on(day: int) -> date:
    return date(1970, 1, 1) + timedelta(days=day)


def days(fired: list[Trigger], kind: str, account: str = "a") -> list[int]:
    epoch = date(1970, 1, 1)
    return [(one.fired_on - epoch).days for one in fired if (one.kind, one.account_id) == (kind, account)]


def account(
    signup: int | None = BEGIN, used: int | None = None, *terms: Subscription, event: int | None = BEGIN
) -> Timeline:
    return Timeline("a", signup, event, first_use={} if used is None else {"timeline": used}, terms=terms)


def unused(timeline: Timeline, feature: Feature | None = None, as_of: int = BEGIN + 400) -> list[int]:
    rules = TriggerRules(features=(feature or Feature("timeline", BEGIN),))
    return days(triggers(found(timeline), rules, as_of), "unused_feature")


def test_the_shipped_numbers_are_those_of_the_domain() -> None:
    assert TriggerRules() == RULES
    assert (RULES.unused_days, RULES.weeks_before, RULES.silent_days) == (14, 4, 7)
    assert (RULES.used_by_percent, RULES.least_accounts) == (50, 5)
    assert (RULES.growth_percent, RULES.growth_days, RULES.smallest_base) == (30, 30, 3)


@pytest.mark.parametrize(
    ("used", "fires"), [(None, [BEGIN + 14]), (BEGIN + 14, [BEGIN + 14]), (BEGIN + 13, []), (BEGIN, [])]
)
def test_a_feature_not_used_for_fourteen_complete_days(used: int | None, fires: list[int]) -> None:
    assert unused(account(used=used)) == fires


def test_it_has_fired_as_of_the_fourteenth_day_and_not_a_day_before() -> None:
    assert unused(account(), as_of=BEGIN + 13) == []
    assert unused(account(), as_of=BEGIN + 14) == [BEGIN + 14]


@pytest.mark.parametrize(
    ("signup", "entitled", "release", "latest"),
    [(30, 10, 20, 30), (10, 30, 20, 30), (10, 20, 30, 30), (-900, -800, -700, 0)],
)
def test_the_clock_starts_at_the_latest_of_signup_entitlement_release_and_the_first_event(
    signup: int, entitled: int, release: int, latest: int
) -> None:
    paid = account(BEGIN + signup, None, term(BEGIN + entitled, plan="Business"), event=BEGIN + entitled)
    feature = Feature("timeline", BEGIN + release, ("business",))
    assert unused(paid, feature) == [BEGIN + latest + 14]


def test_without_a_release_the_first_use_by_anybody_is_taken() -> None:
    other = Timeline("b", BEGIN, BEGIN, first_use={"timeline": BEGIN + 40})
    (fired,) = (one for one in triggers(found(account(), other), WATCHED, BEGIN + 400) if one.account_id == "a")
    assert fired.fired_on == on(BEGIN + 54)
    assert says(fired.evidence, "14 days", on(BEGIN + 40), NEVER_USED_YET)
    assert triggers(found(account()), WATCHED, BEGIN + 400) == []


def test_a_feature_is_asked_for_only_while_its_plan_runs() -> None:
    feature = Feature("timeline", BEGIN, ("Business",))
    assert unused(account(BEGIN, None, term(BEGIN + 5)), feature) == []
    short = term(BEGIN + 5, BEGIN + 5 + 13 - GRACE_DAYS - 1, "Business")
    assert unused(account(BEGIN, None, short), feature) == []
    just = term(BEGIN + 5, BEGIN + 5 + 13 - GRACE_DAYS, "Business")
    assert unused(account(BEGIN, None, just), feature) == [BEGIN + 19]
    late = term(BEGIN + 13, None, "Business")
    assert unused(account(BEGIN, None, just, late), feature) == [BEGIN + 19]
    again = term(BEGIN + 100, None, "Business")
    assert unused(account(BEGIN, None, just, again), feature) == [BEGIN + 19], "once for an account and feature"
    assert unused(account(BEGIN, None, short, again), feature) == [BEGIN + 114]


def test_an_account_without_terms_has_what_every_plan_has_from_its_first_event() -> None:
    assert unused(account(event=BEGIN + 3)) == [BEGIN + 17]
    assert unused(account(event=None)) == []
    assert unused(account(), Feature("timeline", BEGIN, ("Business",))) == []
    left = account(BEGIN, None, term(BEGIN + 5, BEGIN + 6))
    assert unused(left) == [BEGIN + 14] and unused(left, Feature("timeline", BEGIN + 30)) == []


def asked(
    *accounts: Timeline, rules: TriggerRules = PEERS, as_of: int = BEGIN + 400, **more: Mapping[str, object]
) -> list[Trigger]:
    """The unused features that account a is asked about."""
    return triggers(found(*accounts), rules, as_of, account="a", **more)  # type: ignore[arg-type]


def test_a_feature_that_nobody_names_is_asked_for_where_half_of_the_plan_uses_it() -> None:
    users = [peer("b", BEGIN), peer("c", BEGIN + 3)]
    (fired,) = asked(peer("a"), *users, peer("d"))
    assert (fired.feature, fired.fired_on) == ("timeline", on(BEGIN + 14))
    assert (fired.group, fired.peers_using, fired.peers, fired.peer_share) == ("accounts on Team", 2, 4, 0.5)
    assert says(fired.evidence, "14 days", NEVER_USED_YET, "2 of 4 accounts on Team", on(BEGIN + 14))
    assert asked(peer("a"), *users, peer("d"), peer("e")) == [], "two of five are not half"
    assert asked(peer("a"), *users) == [], "three accounts are too few"
    assert asked(peer("a", BEGIN + 9), *users, peer("d")) == []
    others = [peer(name, BEGIN, plan="Business") for name in "defg"]
    assert asked(peer("a"), *users, *others) == [], "what accounts on another plan use says nothing"


def test_it_fires_on_the_day_on_which_enough_peers_have_used_it() -> None:
    late = [peer("b", BEGIN), peer("c", BEGIN + 59), peer("d")]
    assert [one.fired_on for one in asked(peer("a"), *late)] == [on(BEGIN + 60)]
    assert asked(peer("a"), *late, as_of=BEGIN + 59) == []
    gone = [peer("b", BEGIN), peer("c", BEGIN + 59), peer("d"), peer("e", ends=BEGIN + 70)]
    (fired,) = asked(peer("a"), *gone)
    assert (fired.fired_on, fired.peers) == (on(BEGIN + 70 + GRACE_DAYS + 2), 4), "an account that left is no peer"


def test_the_segment_decides_where_it_is_large_enough_and_the_plan_where_not() -> None:
    plan = [peer(name, BEGIN) for name in "bcdefgh"]
    builders = {**dict.fromkeys("abc", "Builder"), **dict.fromkeys("ijkl", "Coordinator")}
    (by_plan,) = asked(peer("a"), *plan, segments=builders)
    assert by_plan.group == "accounts on Team"
    idle = [peer(name) for name in "ij"]
    more = builders | dict.fromkeys("ij", "Builder")
    assert asked(peer("a"), *plan, *idle, segments=more) == [], (
        "two of five builders use it, though most of the plan do"
    )
    (by_segment,) = asked(peer("a"), *plan, *idle, segments=more | {"d": "Builder"})
    assert (by_segment.group, by_segment.peers_using, by_segment.peers) == ("Builder accounts", 3, 6)


def test_evidence_counts_only_accounts_that_existed_then() -> None:
    """Accounts that used a feature and whose first day comes later, or that are unknown to the CRM, do not count."""
    early = [peer(name, BEGIN) for name in "bcd"]
    later = [peer(name, BEGIN + 90, begins=BEGIN + 90) for name in "efghijklm"]
    (fired,) = asked(peer("a"), *early, *later)
    assert (fired.peers_using, fired.peers) == (3, 4)
    without = [Timeline(name, None, BEGIN, first_use={"timeline": BEGIN}) for name in "bcdef"]
    (fired,) = asked(account(), *without)
    assert (fired.group, fired.peers_using, fired.peers) == ("accounts without a subscription", 5, 6)


def test_features_that_serve_a_segment_are_asked_of_its_accounts_alone() -> None:
    serving = {"builder": ("timeline",)}
    held = [peer("a"), peer("b", BEGIN)]
    assert [one.feature for one in asked(*held, serving=serving, segments={"a": "Builder"})] == ["timeline"]
    assert asked(*held, serving=serving, segments={"a": "Reporter"}) == []
    named = TriggerRules(features=(Feature("timeline"),))
    assert [one.group for one in asked(*held, rules=named)] == [""], "a feature in the rules is asked of every account"


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 60), st.one_of(st.none(), st.integers(1, 200)), st.sampled_from(["Team", "Pro"]),
            st.one_of(st.none(), st.integers(-20, 200)), st.sampled_from(["", "x"]),
        ),
        min_size=1, max_size=14,
    )
)  # fmt: skip
def test_no_more_peers_use_a_feature_than_there_are_and_each_is_told_once(
    rows: list[tuple[int, int | None, str, int | None, str]],
) -> None:
    held, labelled = [], {}
    for number, (begins, length, plan, used, segment) in enumerate(rows):
        ends = None if length is None else BEGIN + begins + length
        held.append(peer(f"n{number}", None if used is None else BEGIN + used, BEGIN + begins, ends, plan))
        labelled |= {f"n{number}": segment} if segment else {}
    rules = TriggerRules(least_accounts=2)
    fired = [one for one in triggers(found(*held), rules, BEGIN + 300, segments=labelled) if one.feature]
    assert len({(one.account_id, one.feature) for one in fired}) == len(fired)
    for one in fired:
        assert 2 * one.peers_using >= one.peers >= 2 and one.peers_using <= one.peers
        day = (one.fired_on - date(1970, 1, 1)).days
        existing = [each for each in held if (each.signup or 0) < day and each.account_id != one.account_id]
        assert one.peers - 1 <= len(existing)
        assert one.peers_using <= sum(each.first_use.get("timeline", day) < day for each in existing)


def silent(*logins: int, as_of: int = BEGIN + 400) -> list[int]:
    timeline = Timeline("a", BEGIN, BEGIN, logins=tuple(BEGIN + login for login in logins))
    return [day - BEGIN for day in days(triggers(found(timeline), WATCHED, as_of), "below_weekly")]


def test_a_login_in_each_of_four_weeks_then_none_in_seven_complete_days() -> None:
    assert silent(0, 7, 14, 21) == [29]
    assert silent(0, 7, 14, 21, as_of=BEGIN + 28) == []
    assert silent(0, 7, 14, 21, as_of=BEGIN + 29) == [29]
    assert silent(7, 14, 21) == []
    assert silent(0, 7, 14, 21, 28) == [36]
    assert silent(0, 7, 14, 21, 29) == [29, 37]


@pytest.mark.parametrize(("logins", "fires"), [((0, 13, 14, 27), [35]), ((0, 14, 15, 27), []), ((6, 7, 20, 21), [35])])
def test_weeks_are_counted_back_from_the_silence(logins: tuple[int, ...], fires: list[int]) -> None:
    """With logins on days 0, 13, 14 and 27 each week ends with one; of 0, 14 and 15 the week from 7 to 13 has none."""
    assert silent(*logins) == fires


def test_one_silence_is_told_once_though_the_weeks_before_it_shift() -> None:
    """Counted naively, logins on these days are below weekly as of day 36, not as of 37, and again as of 38."""
    assert silent(7, 14, 15, 23, 28) == [36]


def grown(steps: list[tuple[int, int | None]], what: str = "seats", as_of: int = BEGIN + 400) -> list[int]:
    held = tuple((BEGIN + day, size) for day, size in steps)
    timeline = Timeline("a", BEGIN, BEGIN, **{what: held})  # type: ignore[arg-type]
    return [day - BEGIN for day in days(triggers(found(timeline), WATCHED, as_of), "team_growth")]


@pytest.mark.parametrize(
    ("before", "after", "fires"),
    [(10, 13, True), (10, 12, False), (1, 2, False), (3, 4, True), (2, 3, False), (3, 3, False)],
)
def test_a_team_that_grows_by_thirty_percent_from_three(before: int, after: int, fires: bool) -> None:
    assert grown([(0, before), (100, after)]) == ([100] if fires else [])
    assert grown([(0, before), (100, after)], "users") == ([100] if fires else [])
    assert grown([(0, before), (100, after)], as_of=BEGIN + 99) == []


def test_growth_within_thirty_days_counts_and_growth_over_more_does_not() -> None:
    assert grown([(0, 10), (100, 12), (130, 13)]) == []
    assert grown([(0, 10), (100, 12), (129, 13)]) == [129]


def test_growth_is_told_once_and_again_after_it_was_over() -> None:
    assert grown([(0, 10), (100, 13), (101, 20)]) == [100]
    assert grown([(0, 10), (100, 13), (105, 12), (106, 13)]) == [100]
    assert grown([(0, 10), (100, 13), (105, 12), (129, 17)]) == [100, 130]
    assert grown([(0, 10), (100, 13), (140, 17)]) == [100, 140]


def test_active_people_are_compared_only_where_the_events_reach_back() -> None:
    assert grown([(1, 3), (20, 30)], "users") == []
    assert grown([(1, 3), (59, 30)], "users") == [60]


def test_seats_are_never_compared_with_active_people() -> None:
    seated = Timeline("a", BEGIN, BEGIN, users=((BEGIN, 5),), seats=((BEGIN + 100, 50),))
    assert triggers(found(seated), WATCHED, BEGIN + 400) == []
    (both,) = triggers(found(Timeline("a", BEGIN, BEGIN, seats=((BEGIN, 10), (BEGIN + 90, 20)))), WATCHED, BEGIN + 400)
    assert says(both.evidence, "10 → 20 seats", on(BEGIN + 60), on(BEGIN + 90))


def test_what_rests_on_days_after_the_newest_event_is_not_settled() -> None:
    quiet = Timeline(
        "a", BEGIN, BEGIN, logins=tuple(BEGIN + day for day in (0, 7, 14, 21)), seats=((BEGIN, 9), (BEGIN + 50, 20))
    )
    by_kind = {one.kind: one.settled for one in triggers(found(quiet, last=BEGIN + 27), WATCHED, BEGIN + 60)}
    assert by_kind == {"below_weekly": False, "team_growth": True}
    assert triggers(found(quiet, last=BEGIN + 28), WATCHED, BEGIN + 60)[0].settled


def seen_before(day: int, raw: list[tuple[str, int, int, str]], terms: dict[str, list[Subscription]]) -> Timelines:
    """Timelines in plain Python, from (account, day, user, what) before a day; ``what`` is login or a feature."""
    made = {}
    known = [event for event in raw if event[1] < day]
    for key in ("a", "b", "c"):
        mine = [event for event in known if event[0] == key]
        begun = [each for each in terms.get(key, []) if each.start_day < day]
        first = min((event[1] for event in mine), default=None)
        signs = [each.start_day for each in begun] + ([] if first is None else [first])
        uses: dict[str, int] = {}
        for _, when, _, what in sorted(mine, key=lambda event: event[1]):
            if what != "login":
                uses.setdefault(what, when)
        users = tuple((t, len({event[2] for event in mine if t - 30 <= event[1] < t})) for t in range(BEGIN, day + 1))
        seats = tuple(
            (t, next((each.seats for each in reversed(begun) if each.start_day < t), None))
            for t in range(BEGIN, day + 1)
        )
        made[key] = Timeline(
            key, min(signs, default=None), first, tuple(sorted({e[1] for e in mine if e[3] == "login"})), uses,
            users, seats, tuple(begun),
        )  # fmt: skip
    reached = [event[1] for event in known]
    return Timelines(made, min(reached, default=None), max(reached, default=None), ("login",))


what_happens = st.sampled_from(["login", "login", "x", "y"])
raw_events = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(BEGIN, BEGIN + 110), st.integers(0, 6), what_happens), max_size=60
)
raw_terms = st.dictionaries(
    st.sampled_from("abc"),
    st.lists(st.tuples(st.integers(BEGIN - 20, BEGIN + 110), st.integers(1, 60), st.integers(1, 20)), max_size=3).map(
        lambda rows: [term(start, start + length, "Team", seats) for start, length, seats in sorted(rows)]
    ),
)


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(raw_events, raw_terms, st.integers(0, 120), st.integers(0, 60), st.booleans())
def test_what_has_fired_stays_as_it_is_when_days_are_added(
    raw: list[tuple[str, int, int, str]], terms: dict[str, list[Subscription]], at: int, more: int, named: bool
) -> None:
    rules = (
        TriggerRules(features=(Feature("x"), Feature("y", BEGIN + 10, ("Team",))))
        if named
        else TriggerRules(least_accounts=2)
    )
    early, late = BEGIN + at, BEGIN + at + more

    def rows(day: int) -> list[tuple[object, ...]]:
        fired = triggers(seen_before(day, raw, terms), rules, day, segments={"a": "s", "b": "s"})
        return [(one.id, one.kind, one.account_id, one.fired_on, one.feature, one.evidence) for one in fired]

    assert rows(early) == [row for row in rows(late) if row[3] <= on(early)]  # type: ignore[operator]
    assert len({row[0] for row in rows(late)}) == len(rows(late))


@settings(max_examples=30, deadline=None)
@given(raw_events, st.integers(0, 60))
def test_a_settled_row_stays_when_the_file_is_continued(raw: list[tuple[str, int, int, str]], cut: int) -> None:
    """Nothing after the cut has arrived yet when the triggers are computed as of a later day."""
    arrived = [event for event in raw if event[1] < BEGIN + cut]
    day = BEGIN + 120
    before = [one for one in triggers(seen_before(day, arrived, {}), WATCHED, day) if one.settled]
    after = {one.id for one in triggers(seen_before(day, raw, {}), WATCHED, day)}
    assert {one.id for one in before} <= after


@settings(max_examples=25, deadline=None)
@given(st.sets(st.integers(0, 90), max_size=40))
def test_below_weekly_against_every_day_tried(logins: set[int]) -> None:
    def holds(day: int) -> bool:
        none = not any(day - 7 <= login < day for login in logins)
        weeks = (range(day - 14 - 7 * week, day - 7 - 7 * week) for week in range(4))
        return none and all(logins & set(week) for week in weeks)

    expected, told = [], False
    for day in range(130):
        told = told and day - 1 not in logins
        if holds(day) and not told:
            expected.append(day)
            told = True
    assert silent(*sorted(logins)) == expected


def test_rows_come_by_day_and_every_kind_has_a_name() -> None:
    assert KINDS == ("unused_feature", "below_weekly", "team_growth", "column_rule")
    one, other = Trigger("team_growth", "a", on(1), "", "x"), Trigger("team_growth", "a", on(1), "", "y", False)
    assert one.id == other.id and len(one.id) == 16


def test_features_that_can_never_fire_are_named() -> None:
    rules = TriggerRules(features=(Feature("timeline", BEGIN, ("Bussiness",)), Feature("board")))
    held = found(account(BEGIN, BEGIN, term(BEGIN, plan="Business")))
    assert unwatchable(peers(held, rules, {}), rules, {"Builder": ("gantt", "timeline")}) == {
        "board": NEVER_USED_HERE,
        "gantt": NEVER_USED_HERE,
        "timeline": f"{NO_SUCH_PLAN} Bussiness",
    }
