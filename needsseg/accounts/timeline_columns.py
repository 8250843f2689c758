"""Timelines of many accounts as columns, so that what is asked of all of them is asked of numbers, not of objects."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from needsseg.accounts.tiers.lifecycle import Subscription

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

UNKNOWN = -(2**40)
"""Stands for a day or a number that is not known."""
SPAN = 2**26
"""More than twice the days of any date or rule, so that an account and a day are one number, which sorts by both."""

Steps = tuple[tuple[int, int | None], ...]
"""(first epoch day of the value, value) in order of time; unknown before the first."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """One account's days before D, as epoch days.

    ``signup`` is the day the CRM created the account, else the earliest sign of it; ``first_event`` its first event;
    ``logins`` the days with a login, sorted; ``first_use`` the first day of each feature. ``users`` counts, as of a day t,
    the distinct users of [t - 30, t), and ``seats`` are those of the terms that run as of t.
    """

    account_id: str
    signup: int | None = None
    first_event: int | None = None
    logins: tuple[int, ...] = ()
    first_use: dict[str, int] = field(default_factory=dict)
    users: Steps = ()
    seats: Steps = ()
    terms: tuple[Subscription, ...] = ()


@dataclass(frozen=True, slots=True)
class Days:
    """A number of an account on a day, sorted by account and day: what begins on ``days[i]`` for account ``accounts[i]``.

    Accounts are places in ``Columns.ids``.
    """

    accounts: Ints
    days: Ints
    values: Ints

    @property
    def keys(self) -> Ints:
        """Return account and day as one number."""
        return keys_of(self.accounts, self.days)

    def of(self, account: int) -> slice:
        """Return the places of one account."""
        import numpy as np

        begins, ends = np.searchsorted(self.accounts, (account, account + 1))
        return slice(int(begins), int(ends))

    def on(self, accounts: Ints, days: Ints) -> Ints:
        """Return the newest value of each account on a day; UNKNOWN before the first."""
        import numpy as np

        if not len(self.days):
            return np.full(len(days), UNKNOWN, dtype=np.int64)
        places = np.searchsorted(self.keys, keys_of(accounts, days), side="right") - 1
        known = (places >= 0) & (self.accounts[places] == accounts)
        return np.where(known, self.values[places], UNKNOWN)


def keys_of(accounts: Ints, days: Ints | int) -> Ints:
    """Return account and day as one number, which sorts by both."""
    return accounts * SPAN + days + SPAN // 2


def days_of(rows: Sequence[Ints] | Ints) -> Days:
    """Return columns of accounts, days and values in order: three arrays, or one of three rows."""
    import numpy as np

    accounts, days, values = rows
    order = np.argsort(keys_of(accounts, days), kind="stable")
    return Days(accounts[order], days[order], values[order])


@dataclass(frozen=True, slots=True)
class Columns:
    """The timelines of accounts sorted by id: a number for each account, or rows by account and day.

    The values of ``uses`` are places in ``features``, which are sorted; those of ``logins`` say nothing. ``kept`` has what was
    computed of all accounts, so that the next question does not compute it again.
    """

    ids: tuple[str, ...]
    signup: Ints
    first_event: Ints
    logins: Days
    features: tuple[str, ...]
    uses: Days
    users: Days
    seats: Days
    terms: tuple[tuple[Subscription, ...], ...]
    kept: dict[object, Any] = field(default_factory=dict, compare=False, repr=False)

    def timeline(self, account: int) -> Timeline:
        """Return one account's timeline by its place."""
        uses = self.uses.of(account)
        return Timeline(
            self.ids[account],
            _known(self.signup[account]),
            _known(self.first_event[account]),
            tuple(self.logins.days[self.logins.of(account)].tolist()),
            {
                self.features[feature]: day
                for feature, day in zip(self.uses.values[uses].tolist(), self.uses.days[uses].tolist(), strict=True)
            },
            self._steps(self.users, account),
            self._steps(self.seats, account),
            self.terms[account],
        )

    @staticmethod
    def _steps(steps: Days, account: int) -> Steps:
        own = steps.of(account)
        return tuple(
            (day, _known(value))
            for day, value in zip(steps.days[own].tolist(), steps.values[own].tolist(), strict=True)
        )

    def first_uses(self, accounts: Ints, features: Ints) -> Ints:
        """Return the first day on which each account used a feature, both as places; UNKNOWN where it never did."""
        import numpy as np

        days = np.full(len(accounts), UNKNOWN, dtype=np.int64)
        for feature in np.unique(features[features >= 0]).tolist():
            own = features == feature
            days[own] = self.first_uses_of(feature, accounts[own])
        return days

    def first_uses_of(self, feature: int, accounts: Ints) -> Ints:
        """Return the first day on which each account used one feature; UNKNOWN where it never did."""
        import numpy as np

        own = self.uses.values == feature
        users, days = self.uses.accounts[own], self.uses.days[own]
        if not len(users):
            return np.full(len(accounts), UNKNOWN, dtype=np.int64)
        places = np.minimum(np.searchsorted(users, accounts), len(users) - 1)
        return np.where(users[places] == accounts, days[places], UNKNOWN)


def _known(value: int) -> int | None:
    return None if value == UNKNOWN else int(value)


def columns_of(timelines: Iterable[Timeline]) -> Columns:
    """Return the columns of single timelines."""
    import numpy as np

    ordered = sorted(timelines, key=lambda timeline: timeline.account_id)
    features = tuple(sorted({name for timeline in ordered for name in timeline.first_use}))
    code_of = {name: code for code, name in enumerate(features)}
    numbers = [[_code(timeline.signup), _code(timeline.first_event)] for timeline in ordered]
    signup, first_event = np.array(numbers, dtype=np.int64).reshape(-1, 2).T
    return Columns(
        tuple(timeline.account_id for timeline in ordered),
        signup,
        first_event,
        _rows((place, day, 0) for place, line in enumerate(ordered) for day in line.logins),
        features,
        _rows(
            (place, day, code_of[name]) for place, line in enumerate(ordered) for name, day in line.first_use.items()
        ),
        _rows((place, day, _code(value)) for place, line in enumerate(ordered) for day, value in line.users),
        _rows((place, day, _code(value)) for place, line in enumerate(ordered) for day, value in line.seats),
        tuple(timeline.terms for timeline in ordered),
    )


def _code(value: int | None) -> int:
    return UNKNOWN if value is None else value


def _rows(rows: Iterable[tuple[int, int, int]]) -> Days:
    import numpy as np

    return days_of(np.array(list(rows), dtype=np.int64).reshape(-1, 3).T)
