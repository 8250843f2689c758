"""Triggers that fired as columns of numbers: there may be a million, and each is put into words only when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple, overload

from needsseg.accounts.timeline_columns import Columns
from needsseg.text import date_of

if TYPE_CHECKING:
    from needsseg.accounts.timeline_columns import Ints
    from needsseg.playbook.trigger_search import Flags

KINDS = ("unused_feature", "below_weekly", "team_growth", "column_rule")
AT_ONCE = 2_000


def trigger_id(kind: str, account_id: str, feature: str, day: str) -> str:
    """Return 16 hexadecimal digits that are the same for the same trigger each time it is computed."""
    return _id_of(kind, account_id, _feature_and_day(feature, day))


def _id_of(kind: str, account_id: str, feature_and_day: str) -> str:
    # A million of them are hashed at once, so that what they have in common is put together once.
    return sha256(f"({kind!r}, {account_id!r}, {feature_and_day})".encode()).hexdigest()[:16]


@lru_cache(maxsize=50_000)
def _feature_and_day(feature: str, day: str) -> str:
    return f"{feature!r}, {day!r}"


class Trigger(NamedTuple):
    """One trigger: ``fired_on`` is the first day on which it is true; ``feature`` is that of unused_feature, or the column rule.

    Not ``dated`` are those for which nothing says since when they are true: they have the day of the import, and fire once.

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
    dated: bool = True

    @property
    def peer_share(self) -> float | None:
        """Return the share of the peers that had used the feature, in [0, 1]; None without peers."""
        return self.peers_using / self.peers if self.peers else None

    @property
    def id(self) -> str:
        """16 hexadecimal digits that are the same for the same trigger each time it is computed."""
        return trigger_id(self.kind, self.account_id, self.feature, self.fired_on.isoformat() if self.dated else "")


Words = Callable[[int, int, Sequence[int]], str]
"""(place of the account, day, the trigger's own numbers) → its evidence."""
NUMBERS = 4
"""So many numbers a trigger may have of its own, from which it is put into words.

With peers the last three are the place of their group, how many they are, and how many of them use the feature.
"""


@dataclass(frozen=True, slots=True)
class Part:
    """Triggers of one kind and feature: account and day, whether each is settled, its own numbers, and what words them."""

    kind: str
    feature: str
    accounts: Ints
    days: Ints
    settled: Flags
    numbers: tuple[Ints, ...]
    words: Words
    groups: tuple[str, ...] = ()
    is_dated: bool = True


class Block(NamedTuple):
    """Triggers as columns, with the fields of Trigger; days are epoch days, ``accounts`` places in ``Columns.ids``."""

    accounts: Sequence[int]
    kinds: Sequence[str]
    account_ids: Sequence[str]
    days: Sequence[int]
    features: Sequence[str]
    evidence: Sequence[str]
    settled: Sequence[bool]
    groups: Sequence[str]
    peers: Sequence[int]
    using: Sequence[int]
    dated: Sequence[bool]

    @property
    def trigger_ids(self) -> list[str]:
        """Return the id of each."""
        days = (day_text(day) if dated else "" for day, dated in zip(self.days, self.dated, strict=True))
        return list(map(_id_of, self.kinds, self.account_ids, map(_feature_and_day, self.features, days)))


_NO_PEERS = ("", 0, 0)


@dataclass(frozen=True, slots=True)
class Fired(Sequence[Trigger]):
    """Triggers in order: by day, account, kind and feature. ``parts`` are places in ``sources``."""

    columns: Columns
    sources: tuple[Part, ...]
    parts: Ints
    accounts: Ints
    days: Ints
    settled: Flags
    numbers: tuple[Ints, ...]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.parts)

    @overload
    def __getitem__(self, place: int) -> Trigger: ...
    @overload
    def __getitem__(self, place: slice) -> list[Trigger]: ...
    def __getitem__(self, place: int | slice) -> Trigger | list[Trigger]:
        """Return one trigger, or some."""
        if isinstance(place, slice):
            return self._triggers(place)
        place = range(len(self))[place]
        return self._triggers(slice(place, place + 1))[0]

    def __iter__(self) -> Iterator[Trigger]:
        """Yield each trigger; few are in memory at any time."""
        for begins in range(0, len(self), AT_ONCE):
            yield from self._triggers(slice(begins, begins + AT_ONCE))

    def _triggers(self, own: slice) -> list[Trigger]:
        block = self.block(own)
        return list(
            map(
                Trigger, block.kinds, block.account_ids, map(day_of, block.days), block.features, block.evidence,
                block.settled, block.groups, block.peers, block.using, block.dated,
            )
        )  # fmt: skip

    def block(self, own: slice) -> Block:
        """Return some triggers in words, as columns."""
        ids, sources = self.columns.ids, self.sources
        parts, accounts, days, settled = (
            column[own].tolist() for column in (self.parts, self.accounts, self.days, self.settled)
        )
        numbers = list(zip(*(column[own].tolist() for column in self.numbers), strict=True))
        of_part = [sources[part] for part in parts]
        peers = [
            (part.groups[own_numbers[1]], own_numbers[2], own_numbers[3]) if part.groups else _NO_PEERS
            for part, own_numbers in zip(of_part, numbers, strict=True)
        ]
        groups, members, using = zip(*peers, strict=True) if peers else ((), (), ())
        return Block(
            accounts,
            [part.kind for part in of_part],
            [ids[account] for account in accounts],
            days,
            [part.feature for part in of_part],
            [
                part.words(account, day, own_numbers)
                for part, account, day, own_numbers in zip(of_part, accounts, days, numbers, strict=True)
            ],
            settled,
            groups,
            members,
            using,
            [part.is_dated for part in of_part],
        )

    def blocks(self) -> Iterator[tuple[slice, Block]]:
        """Yield all triggers in words, some at once, and their places."""
        for begins in range(0, len(self), AT_ONCE):
            own = slice(begins, begins + AT_ONCE)
            yield own, self.block(own)

    @property
    def kinds(self) -> Ints:
        """Return the place in KINDS of each trigger."""
        import numpy as np

        return np.array([KINDS.index(part.kind) for part in self.sources], dtype=np.int64)[self.parts]

    @property
    def peer_counts(self) -> tuple[Ints, Ints]:
        """Return how many of each trigger's peers use its feature, and how many they are; 0 without peers."""
        import numpy as np

        with_peers = np.array([bool(part.groups) for part in self.sources], dtype=bool)[self.parts]
        peers, using = (np.where(with_peers, column, 0) for column in self.numbers[-2:])
        return using, peers

    @property
    def features(self) -> Ints:
        """Return the place in ``columns.features`` of each trigger; -1 where no account used its feature, or it has none."""
        import numpy as np

        code_of = {name: code for code, name in enumerate(self.columns.features)}
        codes = [code_of.get(part.feature, -1) if part.kind == KINDS[0] else -1 for part in self.sources]
        return np.array(codes, dtype=np.int64)[self.parts]

    def taken(self, places: Ints | Flags) -> Fired:
        """Return some of the triggers, in their order."""
        return Fired(
            self.columns, self.sources, self.parts[places], self.accounts[places], self.days[places],
            self.settled[places], tuple(column[places] for column in self.numbers),
        )  # fmt: skip


def in_order(columns: Columns, sources: Sequence[Part]) -> Fired:
    """Return the triggers of all parts by day, account, kind and feature."""
    import numpy as np

    def joined(read: Callable[[Part], Ints | Flags]) -> Ints:
        return np.concatenate([np.zeros(0, dtype=np.int64), *(read(part).astype(np.int64) for part in sources)])

    def own_number(place: int) -> Callable[[Part], Ints]:
        return lambda part: part.numbers[place] if place < len(part.numbers) else np.zeros(len(part.days), np.int64)

    features = {name: code for code, name in enumerate(sorted({part.feature for part in sources}))}
    kinds = {name: code for code, name in enumerate(sorted(KINDS))}
    parts = np.repeat(np.arange(len(sources)), [len(part.days) for part in sources])
    accounts, days = joined(lambda part: part.accounts), joined(lambda part: part.days)
    feature_codes = np.array([features[part.feature] for part in sources], dtype=np.int64)[parts]
    kind_codes = np.array([kinds[part.kind] for part in sources], dtype=np.int64)[parts]
    fired = Fired(
        columns, tuple(sources), parts, accounts, days, joined(lambda part: part.settled).astype(bool),
        tuple(joined(own_number(place)) for place in range(NUMBERS)),
    )  # fmt: skip
    return fired.taken(np.lexsort((feature_codes, kind_codes, accounts, days)))


@lru_cache(maxsize=4096)
def day_of(day: int) -> date:
    """Return the date of an epoch day."""
    return date_of(day)


@lru_cache(maxsize=4096)
def day_text(day: int) -> str:
    """Return an epoch day as an ISO date."""
    return date_of(day).isoformat()
