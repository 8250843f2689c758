"""How widely an account's peers use a feature: the accounts of its segment, or those on its plan, day by day.

Only accounts that existed on a day count on it, and only what they used before it, so that counts of a day never change when
later days are added.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import accumulate
from typing import Any

from needsseg.accounts.tiers.timelines import Timeline, Timelines
from needsseg.playbook.trigger_rules import TriggerRules

Spell = tuple[int, int | None]
"""[from, until] in epoch days; until is None while it goes on."""


@dataclass(frozen=True, slots=True)
class Counts:
    """A number by day: ``values[i]`` from day ``days[i]`` on, 0 before the first."""

    days: tuple[int, ...] = ()
    values: tuple[int, ...] = ()

    def on(self, day: int) -> int:
        """Return the number as of a day."""
        place = bisect_right(self.days, day)
        return self.values[place - 1] if place else 0


@dataclass(frozen=True, slots=True)
class Group:
    """Peers: what they are called, how many there are by day, and by feature how many of them had used it.

    ``widely`` has, by feature, the spells in which as many of them had used it as the rules ask for.
    """

    name: str
    members: Counts
    used: dict[str, Counts] = field(default_factory=dict)
    widely: dict[str, tuple[Spell, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Peers:
    """The groups of accounts by segment, and by plan in lower case; "" are accounts that never had a subscription.

    ``releases`` has, by feature, the first day on which any account used it.
    """

    by_segment: dict[str, Group]
    by_plan: dict[str, Group]
    releases: dict[str, int]


def peers(timelines: Timelines, rules: TriggerRules, segments: Mapping[str, str]) -> Peers:
    """Return the groups of all accounts; ``segments`` is the segment of each labelled account."""
    segment_members: dict[str, list[tuple[Timeline, list[Spell]]]] = defaultdict(list)
    plan_members: dict[str, list[tuple[Timeline, list[Spell]]]] = defaultdict(list)
    plan_names: dict[str, str] = {}
    for timeline in timelines.accounts.values():
        if segment := segments.get(timeline.account_id, ""):
            segment_members[segment].append((timeline, entitled(timeline, (), timelines.grace)))
        for plan, spells in plan_spells(timeline, timelines.grace).items():
            plan_members[plan].append((timeline, spells))
        plan_names |= {term.plan.casefold(): term.plan for term in timeline.terms}
    return Peers(
        {name: _group(f"{name} accounts", members, rules) for name, members in segment_members.items()},
        {
            plan: _group(_plan_words(plan_names.get(plan, ""), bool(plan)), members, rules)
            for plan, members in plan_members.items()
        },
        _releases(timelines),
    )


def _releases(timelines: Timelines) -> dict[str, int]:
    releases: dict[str, int] = {}
    for timeline in timelines.accounts.values():
        for name, day in timeline.first_use.items():
            releases[name] = min(day, releases.get(name, day))
    return releases


def peers_as_json(groups: Peers) -> dict[str, Any]:
    """Return the groups as values that JSON has."""
    return asdict(groups)


def peers_from_json(values: Mapping[str, Any]) -> Peers:
    """Return the groups that ``peers_as_json`` gave; KeyError or TypeError for anything else."""
    return Peers(
        {name: _group_from_json(group) for name, group in values["by_segment"].items()},
        {name: _group_from_json(group) for name, group in values["by_plan"].items()},
        {name: int(day) for name, day in values["releases"].items()},
    )


def _group_from_json(values: Mapping[str, Any]) -> Group:
    def counts(pair: Mapping[str, Any]) -> Counts:
        return Counts(tuple(pair["days"]), tuple(pair["values"]))

    return Group(
        str(values["name"]),
        counts(values["members"]),
        {feature: counts(pair) for feature, pair in values["used"].items()},
        {feature: tuple((begins, ends) for begins, ends in spells) for feature, spells in values["widely"].items()},
    )


def _plan_words(name: str, is_plan: bool) -> str:
    return f"accounts on {name}" if is_plan else "accounts without a subscription"


def _group(name: str, members: Sequence[tuple[Timeline, list[Spell]]], rules: TriggerRules) -> Group:
    membership = _counts(spell for _, spells in members for spell in spells)
    uses: dict[str, list[Spell]] = defaultdict(list)
    for timeline, spells in members:
        for feature, day in timeline.first_use.items():
            uses[feature] += [(max(begins, day), ends) for begins, ends in spells if ends is None or day < ends]
    used = {feature: _counts(spells) for feature, spells in uses.items()}
    spells_by_feature = {feature: _widely(membership, counts, rules) for feature, counts in used.items()}
    return Group(name, membership, used, {feature: wide for feature, wide in spells_by_feature.items() if wide})


def _counts(spells: Iterable[Spell]) -> Counts:
    """Return by day how many spells run: one that begins on a day counts from the next, as do all events."""
    changes: dict[int, int] = defaultdict(int)
    for begins, ends in spells:
        changes[begins + 1] += 1
        if ends is not None:
            changes[ends + 1] -= 1
    days = sorted(changes)
    return Counts(tuple(days), tuple(accumulate(changes[day] for day in days)))


def _widely(membership: Counts, used: Counts, rules: TriggerRules) -> tuple[Spell, ...]:
    """Return the spells in which the group is large enough and enough of it had used a feature."""
    spells: list[Spell] = []
    begun: int | None = None
    for day in sorted({*membership.days, *used.days}):
        members = membership.on(day)
        holds = members >= rules.least_accounts and 100 * used.on(day) >= rules.used_by_percent * members
        if holds and begun is None:
            begun = day
        elif not holds and begun is not None:
            spells.append((begun, day - 1))
            begun = None
    return (*spells, (begun, None)) if begun is not None else tuple(spells)


def first_day_within(spells: Sequence[Spell], begins: int, ends: int) -> int | None:
    """Return the first day of any spell within [begins, ends]; None where there is none."""
    for begun, until in spells:
        day = max(begun, begins)
        if day <= ends and (until is None or day <= until):
            return day
    return None


def plan_spells(timeline: Timeline, grace: int) -> dict[str, list[Spell]]:
    """Return by plan, in lower case, when an account was on it; "" from its first event to its first term."""
    plans = dict.fromkeys(term.plan.casefold() for term in timeline.terms)
    spells = {plan: entitled(timeline, (plan,), grace) for plan in plans if plan}
    first_term = min((term.start_day for term in timeline.terms), default=None)
    if timeline.first_event is not None and (first_term is None or timeline.first_event < first_term):
        spells[""] = [(timeline.first_event, first_term)]
    return spells


def entitled(timeline: Timeline, plans: Sequence[str], grace: int) -> list[Spell]:
    """Return the periods [from, until) in which an account has a feature, in order; until is None while a term has no end.

    With ``plans`` they come from terms of these plans alone, with the days of grace after each. Without, any term will do;
    and an account has the feature from its first event to its first term too, since free plans have no terms.
    """
    allowed = {plan.casefold() for plan in plans}
    spans: list[Spell] = [
        (term.start_day, None if term.end_day is None else term.end_day + grace + 1)
        for term in timeline.terms
        if not allowed or term.plan.casefold() in allowed
    ]
    first_term = min((begins for begins, _ in spans), default=None)
    if not allowed and timeline.first_event is not None and (first_term is None or timeline.first_event < first_term):
        spans.append((timeline.first_event, first_term))
    stretches: list[Spell] = []
    for begins, ends in sorted(spans, key=lambda span: span[0]):
        if stretches and (stretches[-1][1] is None or begins <= stretches[-1][1]):
            before = stretches[-1][1]
            stretches[-1] = (stretches[-1][0], None if before is None or ends is None else max(before, ends))
        else:
            stretches.append((begins, ends))
    return stretches
