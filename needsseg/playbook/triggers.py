"""Triggers: moments when an account needs attention: an unused feature, logins below weekly, a growing team.

A trigger as of day t is computed only from the days before t, so the triggers as of a date are those as of any later date
that fired on or before it. It fires on the day its condition becomes true, and again only after it was false.
Triggers that rest on days after the newest event may still change (``settled`` is False), and all may change when events
of past days, or another CRM record, are imported later.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from needsseg.accounts.tiers.timelines import Timeline, Timelines, value_on
from needsseg.files import sha256
from needsseg.playbook.trigger_rules import Feature, TriggerRules
from needsseg.text import date_of

KINDS = ("unused_feature", "below_weekly", "team_growth")
WEEK = 7
ACTIVE_USERS = 30


@dataclass(frozen=True, slots=True)
class Trigger:
    """One trigger: ``fired_on`` is the first day on which it is true; ``feature`` is "" except for unused_feature.

    ``settled`` is False where it rests on days after the newest event: late events may still remove it.
    """

    kind: str
    account_id: str
    fired_on: date
    feature: str
    evidence: str
    settled: bool = True

    @property
    def id(self) -> str:
        """16 hexadecimal digits that are the same for the same trigger each time it is computed."""
        identity = repr((self.kind, self.account_id, self.feature, self.fired_on.isoformat()))
        return sha256(identity)[:16]


def triggers(
    timelines: Timelines, rules: TriggerRules, as_of: int, serving: Sequence[str] = (), account: str | None = None
) -> list[Trigger]:
    """Return the triggers that fired on or before epoch day ``as_of``, optionally of one account, sorted.

    ``timelines`` holds the days before ``as_of``. ``serving`` are features named elsewhere as serving a segment; with those in
    the rules they are the ones watched. Where neither names any, a feature is watched from the day on which as many
    accounts as the rules ask for have used it.
    """
    watched = _watched(timelines, rules, as_of, serving)
    fired = [
        trigger
        for timeline in timelines.accounts.values()
        if account in (None, timeline.account_id)
        for trigger in (
            *_unused(timeline, timelines, rules, watched, as_of),
            *_below_weekly(timeline, timelines, rules, as_of),
            *_growing(timeline, timelines, rules, as_of),
        )
    ]
    return sorted(fired, key=lambda one: (one.fired_on, one.account_id, one.kind, one.feature))


@dataclass(frozen=True, slots=True)
class _Watched:
    """A feature with the day of its release, and the day from which it is watched with the reason for that."""

    feature: Feature
    release: int
    released: str
    since: int
    reason: str = ""


def _watched(timelines: Timelines, rules: TriggerRules, as_of: int, serving: Sequence[str]) -> list[_Watched]:
    uses: dict[str, list[int]] = {}
    for timeline in timelines.accounts.values():
        for name, day in timeline.first_use.items():
            uses.setdefault(name, []).append(day)
    feature_by_name = dict.fromkeys(serving, None) | {feature.name: feature for feature in rules.features}
    watched = []
    for name in sorted(feature_by_name or uses):
        feature, days = feature_by_name.get(name) or Feature(name), sorted(uses.get(name, ()))
        release = feature.release if feature.release is not None else min(days, default=None)
        if release is None or release >= as_of:
            continue
        release_words = "released" if feature.release is not None else "first used by any account"
        since = (release, "") if feature_by_name else _widely_used(days, timelines, rules, as_of)
        if since is not None:
            watched.append(_Watched(feature, release, f"{release_words} on {_day(release)}", *since))
    return watched


def _widely_used(days: Sequence[int], timelines: Timelines, rules: TriggerRules, as_of: int) -> tuple[int, str] | None:
    """Return the first day by which one in ``used_by_one_in`` accounts has used a feature, with a note; None without one.

    The first day stays in effect when other accounts sign up later.
    """
    signups = sorted(timeline.signup for timeline in timelines.accounts.values() if timeline.signup is not None)
    if timelines.first_day is None:
        return None
    start = timelines.first_day + rules.unused_days
    for since in sorted({start, *(day + 1 for day in days if day >= start)}):
        used, signed_up = bisect_left(days, since), bisect_left(signups, since)
        if since <= as_of and signed_up and used * rules.used_by_one_in >= signed_up:
            return since, f"; {used} of {signed_up} accounts had used it by {_day(since)}"
    return None


def _unused(
    timeline: Timeline, timelines: Timelines, rules: TriggerRules, watched: Sequence[_Watched], as_of: int
) -> Iterator[Trigger]:
    if timeline.signup is None or timelines.first_day is None:
        return
    for watched_feature in watched:
        spells = _entitled(timeline, watched_feature.feature.plans, timelines.grace)
        clocks = {
            f"signed up on {_day(timeline.signup)}": timeline.signup,
            watched_feature.released: watched_feature.release,
            f"the events begin on {_day(timelines.first_day)}": timelines.first_day,
        }
        for begins, ends in spells:
            reasons = {f"entitled from {_day(begins)}": begins} | clocks
            available = max(reasons.values())
            fires = max(available + rules.unused_days, watched_feature.since)
            used = timeline.first_use.get(watched_feature.feature.name)
            if fires > as_of or (ends is not None and fires > ends) or (used is not None and used < fires):
                continue
            clock_reason = next(reason for reason, day in reasons.items() if day == available)
            evidence = f"available for {fires - available} days, since {_day(available)} ({clock_reason}), "
            evidence += f"and never used{watched_feature.reason}"
            yield _trigger("unused_feature", timeline, fires, evidence, timelines, watched_feature.feature.name)


def _entitled(timeline: Timeline, plans: Sequence[str], grace: int) -> list[tuple[int, int | None]]:
    """Return the periods [from, until) in which an account has a feature, in order; until is None while a term has no end.

    With ``plans`` they come from terms of these plans alone, with the days of grace after each. Without, any term will do;
    and an account has the feature from its first event to its first term too, since free plans have no terms.
    """
    allowed = {plan.casefold() for plan in plans}
    spans: list[tuple[int, int | None]] = [
        (term.start_day, None if term.end_day is None else term.end_day + grace + 1)
        for term in timeline.terms
        if not allowed or term.plan.casefold() in allowed
    ]
    first_term = min((begins for begins, _ in spans), default=None)
    if not allowed and timeline.first_event is not None and (first_term is None or timeline.first_event < first_term):
        spans.append((timeline.first_event, first_term))
    stretches: list[tuple[int, int | None]] = []
    for begins, ends in sorted(spans, key=lambda span: span[0]):
        if stretches and (stretches[-1][1] is None or begins <= stretches[-1][1]):
            before = stretches[-1][1]
            stretches[-1] = (stretches[-1][0], None if before is None or ends is None else max(before, ends))
        else:
            stretches.append((begins, ends))
    return stretches


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


def unwatchable(timelines: Timelines, rules: TriggerRules, serving: Sequence[str] = ()) -> Mapping[str, str]:
    """Return features in the rules that can never fire, with the reason."""
    used = {name for timeline in timelines.accounts.values() for name in timeline.first_use}
    plans = {term.plan.casefold() for timeline in timelines.accounts.values() for term in timeline.terms}
    feature_by_name = {name: Feature(name) for name in serving} | {feature.name: feature for feature in rules.features}
    reasons = {}
    for name, feature in sorted(feature_by_name.items()):
        if name not in used and feature.release is None:
            reasons[name] = "no account used it, and no release date is given"
        elif feature.plans and not plans & {plan.casefold() for plan in feature.plans}:
            reasons[name] = f"no subscription has the plan {' or '.join(feature.plans)}"
    return reasons
