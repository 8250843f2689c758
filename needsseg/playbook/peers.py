"""How widely an account's peers use a feature: the accounts of its segment, or those on its plan, day by day.

Only accounts that existed on a day count on it, and only what they used before it, so that counts of a day never change when
later days are added.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from needsseg.accounts.tiers.timelines import Timelines
from needsseg.accounts.timeline_columns import Columns
from needsseg.playbook.spells import NEVER, AccountSpells, Spell, segment_spells, spells_by_plan
from needsseg.playbook.trigger_rules import TriggerRules

if TYPE_CHECKING:
    from needsseg.accounts.timeline_columns import Ints


@dataclass(frozen=True, slots=True)
class Counts:
    """A number by day: ``values[i]`` from day ``days[i]`` on, 0 before the first."""

    days: tuple[int, ...] = ()
    values: tuple[int, ...] = ()

    def on(self, day: int) -> int:
        """Return the number as of a day."""
        place = bisect_right(self.days, day)
        return self.values[place - 1] if place else 0

    def on_days(self, days: Ints) -> Ints:
        """Return the number as of each of many days."""
        import numpy as np

        places = np.searchsorted(np.array(self.days, dtype=np.int64), days, side="right")
        return np.array((0, *self.values), dtype=np.int64)[places]


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
    columns = timelines.columns
    first_uses = _first_uses(columns)
    plan_names = {term.plan.casefold(): term.plan for own in columns.terms for term in own}
    by_segment = segment_spells(columns, timelines.grace, segments)
    by_plan = spells_by_plan(columns, timelines.grace)
    return Peers(
        {name: _group(f"{name} accounts", spells, first_uses, rules) for name, spells in by_segment.items()},
        {
            plan: _group(_plan_words(plan_names.get(plan, ""), bool(plan)), spells, first_uses, rules)
            for plan, spells in by_plan.items()
        },
        {name: int(days.min()) for name, (_, days) in first_uses.items()},
    )


def _first_uses(columns: Columns) -> dict[str, tuple[Ints, Ints]]:
    """Return, by feature, the accounts that ever used it, sorted, and the first day of each."""
    uses = columns.uses
    return {
        name: (uses.accounts[own], uses.days[own])
        for code, name in enumerate(columns.features)
        if (own := uses.values == code).any()
    }


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


def _group(name: str, spells: AccountSpells, first_uses: Mapping[str, tuple[Ints, Ints]], rules: TriggerRules) -> Group:
    import numpy as np

    membership = _counts(spells.begins, spells.ends)
    used: dict[str, Counts] = {}
    for feature, (accounts, days) in first_uses.items():
        places = np.minimum(np.searchsorted(accounts, spells.accounts), len(accounts) - 1)
        uses = accounts[places] == spells.accounts
        if uses.any():
            first, begins, ends = days[places][uses], spells.begins[uses], spells.ends[uses]
            in_time = first < ends
            used[feature] = _counts(np.maximum(begins, first)[in_time], ends[in_time])
    spells_by_feature = {feature: _widely(membership, counts, rules) for feature, counts in used.items()}
    return Group(name, membership, used, {feature: wide for feature, wide in spells_by_feature.items() if wide})


def _counts(begins: Ints, ends: Ints) -> Counts:
    """Return by day how many spells run: one that begins on a day counts from the next, as do all events."""
    import numpy as np

    ended = ends[ends < NEVER]
    days, places = np.unique(np.concatenate([begins, ended]) + 1, return_inverse=True)
    changes = np.bincount(places[: len(begins)], minlength=len(days)) - np.bincount(
        places[len(begins) :], minlength=len(days)
    )
    return Counts(tuple(days.tolist()), tuple(np.cumsum(changes).tolist()))


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
