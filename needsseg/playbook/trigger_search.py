"""When triggers fire, for all accounts at once: days and accounts as numbers, without words.

Accounts are places in ``Columns.ids``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from needsseg.accounts.tiers.timelines import Timelines
from needsseg.accounts.timeline_columns import SPAN, UNKNOWN, Columns, keys_of
from needsseg.playbook.peers import Group, Peers
from needsseg.playbook.spells import NEVER, AccountSpells, first_days_within, segment_spells, spells_by_plan
from needsseg.playbook.trigger_rules import TriggerRules

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from needsseg.accounts.timeline_columns import Ints

    Flags = NDArray[np.bool_]

WEEK = 7
ACTIVE_USERS = 30
SEATS, USERS = 1, 2


@dataclass(frozen=True, slots=True)
class PeerFires:
    """Days on which accounts had one feature unused that their peers in ``groups[group]`` use; ``begins`` the spell they had it.

    ``members`` and ``using`` count the peers on that day.
    """

    feature: str
    accounts: Ints
    days: Ints
    begins: Ints
    groups: Ints
    members: Ints
    using: Ints


def unused_by_peers(
    timelines: Timelines,
    rules: TriggerRules,
    groups: Peers,
    segments: Mapping[str, str],
    wanted: Flags,
    as_of: int,
) -> tuple[tuple[Group, ...], list[PeerFires]]:
    """Return the groups, and by feature the first day that fires for each account of ``wanted``.

    An account is asked for what its segment uses if that is large enough, else for what its plan uses.
    """
    import numpy as np

    columns = timelines.columns
    if timelines.first_day is None:
        return (), []
    candidates: list[tuple[Group, AccountSpells, bool]] = []
    own_group = np.full(len(columns.ids), -1)
    for segment, spells in segment_spells(columns, timelines.grace, segments).items():
        if segment in groups.by_segment:
            own_group[spells.accounts] = len(candidates)
            candidates.append((groups.by_segment[segment], spells, True))
    segment_groups = len(candidates)
    candidates += [
        (groups.by_plan[plan], spells, False)
        for plan, spells in spells_by_plan(columns, timelines.grace).items()
        if groups.by_plan[plan].widely
    ]
    searched = _Candidates(timelines, rules, groups, wanted & (columns.signup != UNKNOWN), as_of, own_group)
    large = [group for group, _, _ in candidates[:segment_groups]]
    features = sorted({name for group, _, _ in candidates for name in group.widely})
    by_feature = []
    for name in features:
        parts = [
            searched.of_group(name, group, spells, place, large, is_segment)
            for place, (group, spells, is_segment) in enumerate(candidates)
            if name in group.widely
        ]
        by_feature.append(_first_of(name, np.hstack(parts), [group for group, _, _ in candidates]))
    return tuple(group for group, _, _ in candidates), by_feature


@dataclass(frozen=True, slots=True)
class _Candidates:
    """What every search for an unused feature goes by; ``own_group`` is the place of each account's segment, -1 for none."""

    timelines: Timelines
    rules: TriggerRules
    groups: Peers
    wanted: Flags
    as_of: int
    own_group: Ints

    def of_group(
        self,
        name: str,
        group: Group,
        spells: AccountSpells,
        place: int,
        large: list[Group],
        is_segment: bool,
    ) -> Ints:
        """Return rows of account, day, rank (segments before plans), begin of the spell, place of the group; a column a spell."""
        import numpy as np

        columns, as_of = self.timelines.columns, self.as_of
        fixed = max(self.groups.releases[name], self.timelines.first_day or 0)
        used = columns.first_uses_of(_code(columns, name), spells.accounts)
        last = np.minimum(np.where(used == UNKNOWN, as_of, used), np.minimum(spells.ends, as_of))
        earliest = (
            np.maximum(np.maximum(spells.begins, columns.signup[spells.accounts]), fixed) + self.rules.unused_days
        )
        fits = self.wanted[spells.accounts] & (earliest <= last)
        if not is_segment:
            for own, segment in enumerate(large):
                labelled = fits & (self.own_group[spells.accounts] == own)
                fits[labelled] = segment.members.on_days(earliest[labelled]) < self.rules.least_accounts
        days = first_days_within(group.widely[name], earliest, last)
        fits &= days < NEVER
        rank = spells.order + (0 if is_segment else SPAN)
        rows = (spells.accounts, days, rank, spells.begins, np.full(len(days), place))
        return np.vstack([row[fits] for row in rows])


def _code(columns: Columns, name: str) -> int:
    """Return the place of a feature; -1 where no account of these columns used it."""
    return columns.features.index(name) if name in columns.features else -1


def _first_of(name: str, rows: Ints, groups: list[Group]) -> PeerFires:
    """Return, of rows as ``of_group`` gives, the first of each account: by day, then by rank."""
    import numpy as np

    accounts, days, _, begins, places = rows[:, np.lexsort((rows[2], rows[1], rows[0]))]
    first = np.ones(len(accounts), dtype=bool)
    first[1:] = accounts[1:] != accounts[:-1]
    accounts, days, begins, places = (row[first] for row in (accounts, days, begins, places))
    members, using = np.zeros_like(days), np.zeros_like(days)
    for place in np.unique(places).tolist():
        own = places == place
        members[own] = groups[place].members.on_days(days[own])
        using[own] = groups[place].used[name].on_days(days[own])
    return PeerFires(name, accounts, days, begins, places, members, using)


def silences(columns: Columns, rules: TriggerRules, as_of: int) -> tuple[Ints, Ints, Ints]:
    """Return account, day and last login of each silence: the day on which it is long enough after weeks with logins."""
    import numpy as np

    accounts, logins, keys = columns.logins.accounts, columns.logins.days, columns.logins.keys
    following = np.full(len(logins), as_of)
    same = accounts[1:] == accounts[:-1]
    following[:-1][same] = logins[1:][same]
    earliest = logins + 1 + rules.silent_days
    latest = np.minimum(np.minimum(earliest + WEEK - 1, following), as_of)
    waiting = np.flatnonzero(earliest <= latest)
    fired = np.full(len(logins), UNKNOWN)
    for late in range(WEEK):
        waiting = waiting[(earliest[waiting] + late <= latest[waiting]) & (fired[waiting] == UNKNOWN)]
        holding = waiting
        for week in range(rules.weeks_before):
            ends = earliest[holding] + late - rules.silent_days - WEEK * week
            places = np.searchsorted(keys, keys_of(accounts[holding], ends - WEEK))
            # The login itself is of the account and not before these weeks, so there is always one to look at.
            holding = holding[keys[places] < keys_of(accounts[holding], ends)]
            if not len(holding):
                break
        fired[holding] = earliest[holding] + late
    has_fired = fired != UNKNOWN
    return accounts[has_fired], fired[has_fired], logins[has_fired]


@dataclass(frozen=True, slots=True)
class Growth:
    """Teams that grew: account and day, what was measured (SEATS or USERS), and its values before and on the day."""

    accounts: Ints
    days: Ints
    measures: Ints
    before: Ints
    now: Ints


def growth(timelines: Timelines, rules: TriggerRules, as_of: int) -> Growth:
    """Return when teams grew; again only after a while, and after a day on which they had not."""
    import numpy as np

    columns, span = timelines.columns, rules.growth_days
    steps = (columns.users, columns.seats)
    large = np.zeros(len(columns.ids), dtype=bool)
    for rows in steps:
        large[rows.accounts[rows.values >= rules.smallest_base]] = True
    turns = [
        keys_of(rows.accounts[own], rows.days[own] + later)
        for rows in steps
        for own in [large[rows.accounts]]
        for later in (0, span)
    ]
    if timelines.first_day is not None:
        turns.append(keys_of(np.flatnonzero(large), timelines.first_day + ACTIVE_USERS + span))
    keys = np.sort(np.concatenate(turns))
    accounts, days = np.divmod(keys[np.diff(keys, prepend=-1) > 0], SPAN)
    days -= SPAN // 2
    accounts, days = accounts[days <= as_of], days[days <= as_of]
    grown = _grown(timelines, rules, accounts, days)
    places = np.flatnonzero(grown.measures)
    same = np.zeros(len(accounts), dtype=bool)
    same[:-1] = accounts[1:] == accounts[:-1]
    ends = np.full(len(accounts), as_of + 1)
    ends[:-1][same[:-1]] = days[1:][same[:-1]]
    fired: list[tuple[int, int]] = []
    account, place_before, armed, last = -1, -2, True, UNKNOWN
    for place, own, day, until in zip(
        places.tolist(), accounts[places].tolist(), days[places].tolist(), ends[places].tolist(), strict=True
    ):
        if own != account:
            account, armed, last = own, True, UNKNOWN
        elif place != place_before + 1:
            armed = True
        place_before = place
        fires = max(day, last + rules.again_after)
        if armed and fires < until:
            armed, last = False, fires
            fired.append((place, fires))
    chosen, on = np.array(fired, dtype=np.int64).reshape(-1, 2).T
    return Growth(accounts[chosen], on, grown.measures[chosen], grown.before[chosen], grown.now[chosen])


def _grown(timelines: Timelines, rules: TriggerRules, accounts: Ints, days: Ints) -> Growth:
    """Return the measure, 0 where it did not grow enough, and its values: seats if both days have them, else users.

    The two are never compared with each other. Active users need a window that is covered by events.
    """
    import numpy as np

    columns, earlier = timelines.columns, days - rules.growth_days
    seats_before, seats_now = columns.seats.on(accounts, earlier), columns.seats.on(accounts, days)
    seated = (seats_before != UNKNOWN) & (seats_now != UNKNOWN)
    users_before, users_now = columns.users.on(accounts, earlier), columns.users.on(accounts, days)
    before = np.where(seated, seats_before, np.maximum(users_before, 0))
    now = np.where(seated, seats_now, np.maximum(users_now, 0))
    covered = seated
    if timelines.first_day is not None:
        covered = seated | (earlier - ACTIVE_USERS >= timelines.first_day)
    enough = covered & (before >= rules.smallest_base) & (100 * now >= (100 + rules.growth_percent) * before)
    return Growth(accounts, days, np.where(enough, np.where(seated, SEATS, USERS), 0), before, now)
