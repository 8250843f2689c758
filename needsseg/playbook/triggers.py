"""Triggers: moments when an account needs attention: an unused feature, logins below weekly, a growing team.

A trigger as of day t is computed only from the days before t, so the triggers as of a date are those as of any later date
that fired on or before it. It fires on the day its condition becomes true, and again only after it was false.
Triggers that rest on days after the newest event may still change (``settled`` is False), and all may change when events
of past days, or another CRM record, are imported later.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from needsseg.accounts.tiers.timelines import Timeline, Timelines, value_on
from needsseg.files import sha256
from needsseg.playbook.peers import Group, Peers, entitled, first_day_within, peers, plan_spells
from needsseg.playbook.trigger_rules import Feature, TriggerRules
from needsseg.text import date_of

KINDS = ("unused_feature", "below_weekly", "team_growth")
WEEK = 7
ACTIVE_USERS = 30


@dataclass(frozen=True, slots=True)
class Trigger:
    """One trigger: ``fired_on`` is the first day on which it is true; ``feature`` is "" except for unused_feature.

    ``settled`` is False where it rests on days after the newest event: late events may still remove it. An unused feature that
    no rule names has its peers: of ``peers`` accounts in ``group``, ``peers_using`` had used it by that day.
    """

    kind: str
    account_id: str
    fired_on: date
    feature: str
    evidence: str
    settled: bool = True
    group: str = ""
    peers: int = 0
    peers_using: int = 0

    @property
    def peer_share(self) -> float | None:
        """Return the share of the peers that had used the feature, in [0, 1]; None without peers."""
        return self.peers_using / self.peers if self.peers else None

    @property
    def id(self) -> str:
        """16 hexadecimal digits that are the same for the same trigger each time it is computed."""
        identity = repr((self.kind, self.account_id, self.feature, self.fired_on.isoformat()))
        return sha256(identity)[:16]


def triggers(
    timelines: Timelines,
    rules: TriggerRules,
    as_of: int,
    serving: Mapping[str, Sequence[str]] | None = None,
    account: str | None = None,
    segments: Mapping[str, str] | None = None,
    groups: Peers | None = None,
) -> list[Trigger]:
    """Return the triggers that fired on or before epoch day ``as_of``, optionally of one account, sorted.

    ``timelines`` holds the days before ``as_of``, ``segments`` the needs-based segment of labelled accounts. Features in the
    rules are watched for every account, those ``serving`` a segment for its accounts. Where the rules name none, and nothing
    is named for an account's segment, it is asked for features that its peers use. ``groups`` are the peers among all accounts,
    where ``timelines`` does not hold all of them.
    """
    labelled = segments or {}
    served = {name.casefold(): features for name, features in (serving or {}).items()}
    groups = peers(timelines, rules, labelled) if groups is None else groups
    releases = groups.releases
    fired: list[Trigger] = []
    for timeline in timelines.accounts.values():
        if account not in (None, timeline.account_id):
            continue
        segment = labelled.get(timeline.account_id, "")
        named = [Feature(name) for name in served.get(segment.casefold(), ())] if segment else []
        named = [
            *rules.features,
            *(each for each in named if each.name not in {known.name for known in rules.features}),
        ]
        if named:
            fired += _unused_named(timeline, timelines, rules, named, releases, as_of)
        else:
            fired += _unused_by_peers(timeline, timelines, rules, groups, segment, releases, as_of)
        fired += [*_below_weekly(timeline, timelines, rules, as_of), *_growing(timeline, timelines, rules, as_of)]
    return sorted(fired, key=lambda one: (one.fired_on, one.account_id, one.kind, one.feature))


def _clock(
    timeline: Timeline, timelines: Timelines, feature: Feature, release: int, entitled_from: int
) -> tuple[int, str]:
    """Return the day from which a feature was available to an account, and why that day."""
    released = "released" if feature.release is not None else "first used by any account"
    signup, first_day = timeline.signup or 0, timelines.first_day or 0
    reasons = {
        f"entitled from {_day(entitled_from)}": entitled_from,
        f"signed up on {_day(signup)}": signup,
        f"the events begin on {_day(first_day)}": first_day,
        f"{released} on {_day(release)}": release,
    }
    available = max(reasons.values())
    return available, next(reason for reason, day in reasons.items() if day == available)


def _unused_named(
    timeline: Timeline,
    timelines: Timelines,
    rules: TriggerRules,
    features: Sequence[Feature],
    releases: Mapping[str, int],
    as_of: int,
) -> Iterator[Trigger]:
    """Yield one trigger a feature, on the first day on which an account has had it long enough without using it."""
    if timeline.signup is None or timelines.first_day is None:
        return
    for feature in features:
        release = feature.release if feature.release is not None else releases.get(feature.name)
        if release is None or release >= as_of:
            continue
        for begins, ends in entitled(timeline, feature.plans, timelines.grace):
            available, reason = _clock(timeline, timelines, feature, release, begins)
            fires = available + rules.unused_days
            if fires <= _last_day(timeline, feature.name, ends, as_of):
                evidence = _unused_words(timeline, timelines, fires, available, reason)
                yield _trigger("unused_feature", timeline, fires, evidence, timelines, feature.name)
                break


def _unused_words(timeline: Timeline, timelines: Timelines, fires: int, available: int, reason: str) -> str:
    """Return since when a feature was not used; of accounts older than the events nobody knows what they used before these."""
    is_older = timelines.first_day is not None and timeline.signup is not None and timeline.signup < timelines.first_day
    unused = "not used since the events begin" if is_older else "never used"
    return f"available for {fires - available} days, since {_day(available)} ({reason}), and {unused}"


def _last_day(timeline: Timeline, feature: str, ends: int | None, as_of: int) -> int:
    """Return the last day on which an unused feature may fire: that of its first use, of its entitlement, or ``as_of``."""
    return min(as_of, timeline.first_use.get(feature, as_of), as_of if ends is None else ends)


def _unused_by_peers(
    timeline: Timeline,
    timelines: Timelines,
    rules: TriggerRules,
    groups: Peers,
    segment: str,
    releases: Mapping[str, int],
    as_of: int,
) -> Iterator[Trigger]:
    """Yield one trigger a feature that enough peers use: those of the account's segment if large enough, else of its plan."""
    if timeline.signup is None or timelines.first_day is None:
        return
    own = groups.by_segment.get(segment)
    chances = [(own, spell) for spell in entitled(timeline, (), timelines.grace)] if own else []
    chances += [
        (groups.by_plan[plan], spell)
        for plan, spells in plan_spells(timeline, timelines.grace).items()
        for spell in spells
    ]
    first: dict[str, tuple[int, int, str, Group]] = {}
    for group, (begins, ends) in chances:
        for name, spells in group.widely.items():
            last = _last_day(timeline, name, ends, as_of)
            earliest = max(begins, timeline.signup, releases[name], timelines.first_day) + rules.unused_days
            if earliest > last or (group is not own and own and own.members.on(earliest) >= rules.least_accounts):
                continue
            fires = first_day_within(spells, earliest, last)
            if fires is not None and (name not in first or fires < first[name][0]):
                available, reason = _clock(timeline, timelines, Feature(name), releases[name], begins)
                first[name] = (fires, available, reason, group)
    for name, (fires, available, reason, group) in first.items():
        using, members = group.used[name].on(fires), group.members.on(fires)
        evidence = _unused_words(timeline, timelines, fires, available, reason)
        evidence += f"; {using} of {members} {group.name} had used it by {_day(fires)}"
        fired = _trigger("unused_feature", timeline, fires, evidence, timelines, name)
        yield replace(fired, group=group.name, peers=members, peers_using=using)


def _below_weekly(timeline: Timeline, timelines: Timelines, rules: TriggerRules, as_of: int) -> Iterator[Trigger]:
    """Yield one trigger per silence, true from the day the silence is long enough until the next login."""
    logins = timeline.logins
    for place, last in enumerate(logins):
        following = logins[place + 1] if place + 1 < len(logins) else as_of
        earliest = last + 1 + rules.silent_days
        for day in range(earliest, min(earliest + WEEK - 1, following, as_of) + 1):
            ends = day - rules.silent_days
            weeks = range(rules.weeks_before)
            if all(_any_within(logins, ends - WEEK * (week + 1), ends - WEEK * week) for week in weeks):
                evidence = (
                    f"a login in each of the {rules.weeks_before} weeks before {_day(ends)}, then none on "
                    f"{rules.silent_days} days; the last was on {_day(last)}"
                )
                yield _trigger("below_weekly", timeline, day, evidence, timelines)
                break


def _any_within(days: Sequence[int], begins: int, ends: int) -> bool:
    place = bisect_left(days, begins)
    return place < len(days) and days[place] < ends


def _growing(timeline: Timeline, timelines: Timelines, rules: TriggerRules, as_of: int) -> Iterator[Trigger]:
    span = rules.growth_days
    turns = {day for steps in (timeline.users, timeline.seats) for day, _ in steps}
    turns |= {day + span for day in turns}
    if timelines.first_day is not None:
        turns.add(timelines.first_day + ACTIVE_USERS + span)
    ordered = sorted(day for day in turns if day <= as_of)
    armed, last = True, None
    for place, turn in enumerate(ordered):
        if _grown(timeline, timelines, rules, turn) is None:
            armed = True
            continue
        ends = ordered[place + 1] if place + 1 < len(ordered) else as_of + 1
        day = turn if last is None else max(turn, last + rules.again_after)
        if not armed or day >= ends:
            continue
        armed, last = False, day
        measure, before, now = _grown(timeline, timelines, rules, day) or ("", 0, 0)
        evidence = f"{before} → {now} {measure} from {_day(day - span)} to {_day(day)}"
        yield _trigger("team_growth", timeline, day, evidence, timelines, settled=measure == "seats")


def _grown(timeline: Timeline, timelines: Timelines, rules: TriggerRules, day: int) -> tuple[str, int, int] | None:
    """Return the measure with its values before and on a day, if it grew enough: seats if both days have them, else users.

    The two are never compared with each other. Active users need a window that is covered by events.
    """
    earlier = day - rules.growth_days
    measure, steps = "seats", timeline.seats
    if value_on(steps, earlier) is None or value_on(steps, day) is None:
        measure, steps = f"users active in {ACTIVE_USERS} days", timeline.users
        if timelines.first_day is None or earlier - ACTIVE_USERS < timelines.first_day:
            return None
    before, now = value_on(steps, earlier) or 0, value_on(steps, day) or 0
    grown = before >= rules.smallest_base and 100 * now >= (100 + rules.growth_percent) * before
    return (measure, before, now) if grown else None


def _trigger(
    kind: str,
    timeline: Timeline,
    day: int,
    evidence: str,
    timelines: Timelines,
    feature: str = "",
    settled: bool = False,
) -> Trigger:
    reached = timelines.last_day is not None and day <= timelines.last_day + 1
    return Trigger(kind, timeline.account_id, date_of(day), feature, evidence, settled or reached)


def _day(day: int) -> str:
    return date_of(day).isoformat()


def unwatchable(
    groups: Peers, rules: TriggerRules, serving: Mapping[str, Sequence[str]] | None = None
) -> Mapping[str, str]:
    """Return features in the rules that can never fire among the accounts of ``groups``, with the reason."""
    used, plans = set(groups.releases), set(groups.by_plan) - {""}
    served = {name: Feature(name) for features in (serving or {}).values() for name in features}
    feature_by_name = served | {feature.name: feature for feature in rules.features}
    reasons = {}
    for name, feature in sorted(feature_by_name.items()):
        if name not in used and feature.release is None:
            reasons[name] = "no account used it, and no release date is given"
        elif feature.plans and not plans & {plan.casefold() for plan in feature.plans}:
            reasons[name] = f"no subscription has the plan {' or '.join(feature.plans)}"
    return reasons
