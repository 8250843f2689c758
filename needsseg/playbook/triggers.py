"""Triggers: moments when an account needs attention: an unused feature, logins below weekly, a growing team, a rule of columns.

A trigger as of day t is computed only from the days before t, so the triggers as of a date are those as of any later date
that fired on or before it. It fires on the day its condition becomes true, and again only after it was false.
Triggers that rest on days after the newest event may still change (``settled`` is False), and all may change when events
of past days, or another CRM record, are imported later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from needsseg.accounts.tiers.timelines import Timelines
from needsseg.accounts.timeline_columns import Timeline
from needsseg.playbook.column_rules import ColumnValues, column_triggers
from needsseg.playbook.fired import Fired, Part, Words, in_order
from needsseg.playbook.fired import day_text as _day
from needsseg.playbook.peers import Peers, peers
from needsseg.playbook.spells import entitled
from needsseg.playbook.trigger_rules import Feature, TriggerRules
from needsseg.playbook.trigger_search import ACTIVE_USERS, SEATS, growth, silences, unused_by_peers

if TYPE_CHECKING:
    from needsseg.accounts.timeline_columns import Ints
    from needsseg.playbook.trigger_search import Flags


def triggers(
    timelines: Timelines,
    rules: TriggerRules,
    as_of: int,
    serving: Mapping[str, Sequence[str]] | None = None,
    account: str | None = None,
    segments: Mapping[str, str] | None = None,
    groups: Peers | None = None,
    values: ColumnValues | None = None,
) -> Fired:
    """Return the triggers that fired on or before epoch day ``as_of``, optionally of one account, sorted.

    ``timelines`` holds the days before ``as_of``, ``segments`` the needs-based segment of labelled accounts. Features in the
    rules are watched for every account, those ``serving`` a segment for its accounts. Where the rules name none, and nothing
    is named for an account's segment, it is asked for features that its peers use. ``groups`` are the peers among all accounts,
    where ``timelines`` does not hold all of them; ``values`` are those that rules on own columns ask for.
    """
    import numpy as np

    labelled, columns = segments or {}, timelines.columns
    groups = peers(timelines, rules, labelled) if groups is None else groups
    named = _named_features(timelines, rules, serving or {}, labelled)
    wanted = np.array([account in (None, id_) for id_ in columns.ids], dtype=bool)
    chosen = {id_: features for id_, features in named.items() if account in (None, id_)}
    unnamed = wanted & np.array([id_ not in named for id_ in columns.ids], dtype=bool)
    return in_order(
        columns,
        [
            *_unused_named(timelines, rules, chosen, groups.releases, as_of),
            *_unused_by_peers(timelines, rules, groups, labelled, unnamed, as_of),
            _below_weekly(timelines, rules, wanted, as_of),
            _growing(timelines, rules, wanted, as_of),
            *column_triggers(columns, rules.column_rules, values or ColumnValues(), wanted, as_of),
        ],
    )


def _named_features(
    timelines: Timelines, rules: TriggerRules, serving: Mapping[str, Sequence[str]], segments: Mapping[str, str]
) -> dict[str, list[Feature]]:
    """Return, by account, the features that are named for it: those of the rules, and those that serve its segment."""
    served = {name.casefold(): features for name, features in serving.items()}
    in_rules = {feature.name for feature in rules.features}
    named: dict[str, list[Feature]] = {}
    for id_ in timelines.columns.ids if rules.features else segments:
        segment = segments.get(id_, "")
        own = [Feature(name) for name in served.get(segment.casefold(), ()) if name not in in_rules] if segment else []
        if (rules.features or own) and id_ in timelines.accounts:
            named[id_] = [*rules.features, *own]
    return named


def _clock(signup: int, first_day: int, feature: Feature, release: int, entitled_from: int) -> tuple[int, str]:
    """Return the day from which a feature was available to an account, and why that day."""
    available = max(entitled_from, signup, first_day, release)
    if available == entitled_from:
        return available, f"entitled from {_day(entitled_from)}"
    if available == signup:
        return available, f"signed up on {_day(signup)}"
    if available == first_day:
        return available, f"the events begin on {_day(first_day)}"
    released = "released" if feature.release is not None else "first used by any account"
    return available, f"{released} on {_day(release)}"


def _unused_named(
    timelines: Timelines,
    rules: TriggerRules,
    named: Mapping[str, Sequence[Feature]],
    releases: Mapping[str, int],
    as_of: int,
) -> Iterator[Part]:
    """Yield the features that are named for accounts, each with when it fires and why."""
    import numpy as np

    place_of = {id_: place for place, id_ in enumerate(timelines.columns.ids)}
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    evidence: dict[str, list[str]] = defaultdict(list)
    for id_, features in named.items():
        for name, day, words in _unused_of(timelines.accounts[id_], timelines, rules, features, releases, as_of):
            found[name].append((place_of[id_], day))
            evidence[name].append(words)
    for name, rows in found.items():
        accounts, days = np.array(rows, dtype=np.int64).T
        settled, places = _reached(timelines, days), np.arange(len(rows))
        yield Part("unused_feature", name, accounts, days, settled, (places,), _as_written(evidence[name]))


def _as_written(texts: Sequence[str]) -> Words:
    return lambda _account, _day, numbers: texts[numbers[0]]


def _unused_of(
    timeline: Timeline,
    timelines: Timelines,
    rules: TriggerRules,
    features: Sequence[Feature],
    releases: Mapping[str, int],
    as_of: int,
) -> Iterator[tuple[str, int, str]]:
    """Yield a feature, the first day on which an account has had it long enough without using it, and why."""
    if timeline.signup is None or timelines.first_day is None:
        return
    for feature in features:
        release = feature.release if feature.release is not None else releases.get(feature.name)
        if release is None or release >= as_of:
            continue
        for begins, ends in entitled(timeline.terms, timeline.first_event, feature.plans, timelines.grace):
            available, reason = _clock(timeline.signup, timelines.first_day, feature, release, begins)
            fires = available + rules.unused_days
            if fires <= _last_day(timeline, feature.name, ends, as_of):
                yield feature.name, fires, _unused_words(timeline.signup, timelines.first_day, fires, available, reason)
                break


def _reached(timelines: Timelines, days: Ints) -> Flags:
    """Return whether the events reach each of the days."""
    import numpy as np

    return np.zeros(len(days), dtype=bool) if timelines.last_day is None else days <= timelines.last_day + 1


def _unused_words(signup: int, first_day: int | None, fires: int, available: int, reason: str) -> str:
    """Return since when a feature was not used; of accounts older than the events nobody knows what they used before these."""
    unused = "not used since the events begin" if first_day is not None and signup < first_day else "never used"
    return f"available for {fires - available} days, since {_day(available)} ({reason}), and {unused}"


def _last_day(timeline: Timeline, feature: str, ends: int | None, as_of: int) -> int:
    """Return the last day on which an unused feature may fire: that of its first use, of its entitlement, or ``as_of``."""
    return min(as_of, timeline.first_use.get(feature, as_of), as_of if ends is None else ends)


def _unused_by_peers(
    timelines: Timelines,
    rules: TriggerRules,
    groups: Peers,
    segments: Mapping[str, str],
    wanted: Flags,
    as_of: int,
) -> Iterator[Part]:
    """Yield each feature that enough peers use."""
    candidates, by_feature = unused_by_peers(timelines, rules, groups, segments, wanted, as_of)
    names = tuple(group.name for group in candidates)
    for fires in by_feature:
        yield Part(
            "unused_feature", fires.feature, fires.accounts, fires.days, _reached(timelines, fires.days),
            (fires.begins, fires.groups, fires.members, fires.using),
            _peer_words(timelines, fires.feature, groups.releases[fires.feature], names), names,
        )  # fmt: skip


def _peer_words(timelines: Timelines, name: str, release: int, groups: Sequence[str]) -> Words:
    first_day, feature = timelines.first_day or 0, Feature(name)
    signups = timelines.columns.signup.tolist()

    @lru_cache(maxsize=20_000)
    def since(signup: int, begins: int, day: int) -> str:
        available, reason = _clock(signup, first_day, feature, release, begins)
        return _unused_words(signup, timelines.first_day, day, available, reason)

    @lru_cache(maxsize=20_000)
    def peers_by(day: int, group: int, members: int, using: int) -> str:
        return f"; {using} of {members} {groups[group]} had used it by {_day(day)}"

    def words(account: int, day: int, numbers: Sequence[int]) -> str:
        begins, *counts = numbers
        return since(signups[account], begins, day) + peers_by(day, *counts)

    return words


def _below_weekly(timelines: Timelines, rules: TriggerRules, wanted: Flags, as_of: int) -> Part:
    """Return one trigger per silence, true from the day the silence is long enough until the next login."""
    found = silences(timelines.columns, rules, as_of)
    accounts, days, logins = (column[wanted[found[0]]] for column in found)

    def words(_account: int, day: int, numbers: Sequence[int]) -> str:
        return (
            f"a login in each of the {rules.weeks_before} weeks before {_day(day - rules.silent_days)}, then none on "
            f"{rules.silent_days} days; the last was on {_day(numbers[0])}"
        )

    return Part("below_weekly", "", accounts, days, _reached(timelines, days), (logins,), words)


def _growing(timelines: Timelines, rules: TriggerRules, wanted: Flags, as_of: int) -> Part:
    fires = growth(timelines, rules, as_of)
    columns = (fires.accounts, fires.days, fires.measures, fires.before, fires.now)
    accounts, days, measures, *counts = (column[wanted[fires.accounts]] for column in columns)

    def words(_account: int, day: int, numbers: Sequence[int]) -> str:
        measure, before, now, _ = numbers
        measured = "seats" if measure == SEATS else f"users active in {ACTIVE_USERS} days"
        return f"{before} → {now} {measured} from {_day(day - rules.growth_days)} to {_day(day)}"

    settled = (measures == SEATS) | _reached(timelines, days)
    return Part("team_growth", "", accounts, days, settled, (measures, *counts), words)


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
