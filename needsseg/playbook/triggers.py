"""Triggers: moments when an account needs attention: an unused feature, logins below weekly, a growing team.

A trigger as of day t is computed only from the days before t, so the triggers as of a date are those as of any later date
that fired on or before it. It fires on the day its condition becomes true, and again only after it was false.
Triggers that rest on days after the newest event may still change (``settled`` is False), and all may change when events
of past days, or another CRM record, are imported later.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from needsseg.accounts.tiers.timelines import Timelines
from needsseg.accounts.timeline_columns import Columns, Timeline
from needsseg.files import sha256
from needsseg.playbook.peers import Peers, peers
from needsseg.playbook.spells import entitled
from needsseg.playbook.trigger_rules import Feature, TriggerRules
from needsseg.playbook.trigger_search import ACTIVE_USERS, SEATS, growth, silences, unused_by_peers
from needsseg.text import date_of

if TYPE_CHECKING:
    from needsseg.playbook.trigger_search import Flags

KINDS = ("unused_feature", "below_weekly", "team_growth")


class Trigger(NamedTuple):
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
    import numpy as np

    labelled, columns = segments or {}, timelines.columns
    groups = peers(timelines, rules, labelled) if groups is None else groups
    named = _named_features(timelines, rules, serving or {}, labelled)
    wanted = np.array([account in (None, id_) for id_ in columns.ids], dtype=bool)
    fired = [
        trigger
        for id_, features in named.items()
        if account in (None, id_)
        for trigger in _unused_named(timelines.accounts[id_], timelines, rules, features, groups.releases, as_of)
    ]
    unnamed = wanted & np.array([id_ not in named for id_ in columns.ids], dtype=bool)
    fired += _unused_by_peers(timelines, rules, groups, labelled, unnamed, as_of)
    fired += _below_weekly(timelines, rules, wanted, as_of)
    fired += _growing(timelines, rules, wanted, as_of)
    return _sorted(fired, columns)


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


def _sorted(fired: list[Trigger], columns: Columns) -> list[Trigger]:
    """Return triggers by day, account, kind and feature."""
    import numpy as np

    place_of = {id_: place for place, id_ in enumerate(columns.ids)}
    code_of = {name: code for code, name in enumerate(sorted({trigger.feature for trigger in fired}))}
    kind_of = {kind: code for code, kind in enumerate(sorted(KINDS))}
    count = len(fired)
    days = np.fromiter((trigger.fired_on.toordinal() for trigger in fired), dtype=np.int64, count=count)
    accounts = np.fromiter((place_of[trigger.account_id] for trigger in fired), dtype=np.int64, count=count)
    kinds = np.fromiter((kind_of[trigger.kind] for trigger in fired), dtype=np.int64, count=count)
    features = np.fromiter((code_of[trigger.feature] for trigger in fired), dtype=np.int64, count=count)
    return [fired[place] for place in np.lexsort((features, kinds, accounts, days)).tolist()]


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
        for begins, ends in entitled(timeline.terms, timeline.first_event, feature.plans, timelines.grace):
            available, reason = _clock(timeline.signup, timelines.first_day, feature, release, begins)
            fires = available + rules.unused_days
            if fires <= _last_day(timeline, feature.name, ends, as_of):
                evidence = _unused_words(timeline.signup, timelines, fires, available, reason)
                yield _trigger("unused_feature", timeline.account_id, fires, evidence, timelines, feature.name)
                break


def _unused_words(signup: int, timelines: Timelines, fires: int, available: int, reason: str) -> str:
    """Return since when a feature was not used; of accounts older than the events nobody knows what they used before these."""
    is_older = timelines.first_day is not None and signup < timelines.first_day
    unused = "not used since the events begin" if is_older else "never used"
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
) -> Iterator[Trigger]:
    """Yield one trigger a feature that enough peers use."""
    columns, first_day = timelines.columns, timelines.first_day or 0
    candidates, by_feature = unused_by_peers(timelines, rules, groups, segments, wanted, as_of)
    names = [group.name for group in candidates]
    last = timelines.last_day
    for fires in by_feature:
        feature, release = Feature(fires.feature), groups.releases[fires.feature]
        signups = columns.signup[fires.accounts].tolist()
        lists = (fires.accounts, fires.days, fires.begins, fires.groups, fires.members, fires.using)
        for account, day, begins, group, members, using, signup in zip(
            *(values.tolist() for values in lists), signups, strict=True
        ):
            available, reason = _clock(signup, first_day, feature, release, begins)
            evidence = (
                f"{_unused_words(signup, timelines, day, available, reason)}; {using} of {members} {names[group]} had used it "
                f"by {_day(day)}"
            )
            settled = last is not None and day <= last + 1
            yield Trigger(
                "unused_feature", columns.ids[account], _date(day), feature.name, evidence, settled, names[group],
                members, using,
            )  # fmt: skip


def _below_weekly(timelines: Timelines, rules: TriggerRules, wanted: Flags, as_of: int) -> Iterator[Trigger]:
    """Yield one trigger per silence, true from the day the silence is long enough until the next login."""
    accounts, days, logins = silences(timelines.columns, rules, as_of)
    for account, day, last in zip(
        *(values[wanted[accounts]].tolist() for values in (accounts, days, logins)), strict=True
    ):
        evidence = (
            f"a login in each of the {rules.weeks_before} weeks before {_day(day - rules.silent_days)}, then none on "
            f"{rules.silent_days} days; the last was on {_day(last)}"
        )
        yield _trigger("below_weekly", timelines.columns.ids[account], day, evidence, timelines)


def _growing(timelines: Timelines, rules: TriggerRules, wanted: Flags, as_of: int) -> Iterator[Trigger]:
    fires = growth(timelines, rules, as_of)
    columns = (fires.accounts, fires.days, fires.measures, fires.before, fires.now)
    for account, day, measure, before, now in zip(
        *(values[wanted[fires.accounts]].tolist() for values in columns), strict=True
    ):
        words = "seats" if measure == SEATS else f"users active in {ACTIVE_USERS} days"
        evidence = f"{before} → {now} {words} from {_day(day - rules.growth_days)} to {_day(day)}"
        id_ = timelines.columns.ids[account]
        yield _trigger("team_growth", id_, day, evidence, timelines, settled=measure == SEATS)


def _trigger(
    kind: str,
    account_id: str,
    day: int,
    evidence: str,
    timelines: Timelines,
    feature: str = "",
    settled: bool = False,
) -> Trigger:
    reached = timelines.last_day is not None and day <= timelines.last_day + 1
    return Trigger(kind, account_id, _date(day), feature, evidence, settled or reached)


@lru_cache(maxsize=4096)
def _date(day: int) -> date:
    return date_of(day)


@lru_cache(maxsize=4096)
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
