"""Accounts by any of their tiers: which values there are and how many have them, who fits several, in which order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, overload

from needsseg.accounts import AccountProfile
from needsseg.accounts.own.columns import PREFIX
from needsseg.accounts.own.segments import OwnSegments
from needsseg.accounts.tiers.firmographic import REGIONS, REVENUES, SIZES, UNKNOWN
from needsseg.accounts.tiers.lifecycle import STAGES
from needsseg.accounts.tiers.profile import TIERS
from needsseg.accounts.tiers.revenue import Revenue
from needsseg.accounts.tiers.rollups import UNLABELLED
from needsseg.accounts.tiers.signals import SEGMENTS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

Chosen = Mapping[str, Sequence[str]]
"""Values by facet: an account fits a facet with one of its values, and has to fit all facets."""

Own = Mapping[str, OwnSegments]
"""The segments of own columns by facet: the name with PREFIX before it."""

_ICP = {True: "icp", False: "not_icp", None: "icp_unknown"}
# What a roll-up has rows and columns of has the same names and values here.
_FACETS: dict[str, tuple[Callable[[AccountProfile], Sequence[str]], Sequence[str]]] = {
    "size": (lambda p: (p.firmographic.size or UNKNOWN,), SIZES),
    "revenue": (lambda p: (p.firmographic.revenue or UNKNOWN,), REVENUES),
    "industry": (lambda p: (p.firmographic.industry or UNKNOWN,), ()),
    "region": (lambda p: (p.firmographic.region or UNKNOWN,), REGIONS),
    "icp": (lambda p: (_ICP[p.firmographic.icp],), tuple(_ICP.values())),
    "needs_segment": (lambda p: (p.needs_segment or UNLABELLED,), ()),
    "needs_source": (lambda p: (p.needs_segment_source,) if p.needs_segment else (), ()),
    "needs_confirmed": (
        lambda p: ("confirmed" if p.needs_segment_confirmed_by else "unconfirmed",) if p.needs_segment else (),
        ("confirmed", "unconfirmed"),
    ),
    "contested": (lambda p: p.contested, ()),
    "behavioral_segment": (lambda p: (p.behavioral_segment or UNKNOWN,), SEGMENTS),
    "behavioral_flags": (lambda p: p.behavioral_flags, SEGMENTS),
    "lifecycle_stage": (lambda p: (p.lifecycle_stage or UNKNOWN,), STAGES),
    "lifecycle_flags": (lambda p: p.lifecycle_flags, STAGES),
    "plan": (lambda p: (p.lifecycle.plan or "no plan",), ()),
    "missing": (lambda p: p.missing, TIERS),
}
FACETS = tuple(_FACETS)


def is_facet(name: str) -> bool:
    """Return whether a name is one of FACETS, or that of an own column."""
    return name in _FACETS or name.startswith(PREFIX)


_NOTHING = (UNKNOWN, UNLABELLED, "no plan")


def scale_of(facet: str) -> tuple[str, ...]:
    """Return all values that a facet can have, in order; none where people name them."""
    scale = _FACETS[facet][1]
    return (*scale, UNKNOWN) if scale else ()


def has(profile: AccountProfile, facet: str, value: str) -> bool:
    """Return whether an account has a value of one of FACETS, in any case."""
    return value.casefold() in {each.casefold() for each in _FACETS[facet][0](profile)}


def _in_order(scale: Sequence[str], value_counts: Counter[str]) -> dict[str, int]:
    place = {name: number for number, name in enumerate(scale)}
    names = sorted(
        value_counts,
        key=lambda name: (name in _NOTHING, place.get(name, len(place)), -value_counts[name], name.casefold(), name),
    )
    return {name: value_counts[name] for name in names}


def _at(scale: Sequence[str], value: str) -> int | None:
    return scale.index(value) if value in scale else None


Key = Callable[[AccountProfile, Revenue], "float | str | None"]
_SORTS: dict[str, tuple[Key, bool]] = {
    "need": (lambda p, _: p.needs_segment.casefold() or None, False),
    "name": (lambda p, _: p.name.casefold() or None, False),
    "amount": (lambda p, paid: paid.amounts.get(p.account_id), True),
    "size": (lambda p, _: _at(SIZES, p.firmographic.size), False),
    "behaviour": (lambda p, _: _at(SEGMENTS, p.behavioral_segment), False),
    "lifecycle": (lambda p, _: _at(STAGES, p.lifecycle_stage), False),
    "confidence": (lambda p, _: p.needs_segment_confidence, True),
}
SORTS = tuple(_SORTS)


class AccountIndex:
    """Accounts with their facets, orders and words as columns, each made once: a filter or an order then takes milliseconds."""

    def __init__(self, profiles: Sequence[AccountProfile], amounts: Revenue | None = None) -> None:
        self.profiles, self._amounts = profiles, amounts or Revenue()
        self._facets: dict[str, _Coded] = {}
        self._own: dict[str, tuple[OwnSegments, _Coded]] = {}
        self._orders: dict[tuple[str, bool], Ints] = {}

    def prepare(self) -> None:
        """Make all columns and orders now, so that the first question is answered as fast as the next."""
        for facet in FACETS:
            self._coded(facet, {})
        for by in SORTS:
            self._order(by, False)
        self._texts, self.names, self.places  # noqa: B018

    @cached_property
    def names(self) -> dict[str, str]:
        """The names of the accounts by id."""
        return dict(zip(self._ids, (profile.name for profile in self.profiles), strict=True))

    @cached_property
    def places(self) -> dict[str, int]:
        """The places of the accounts among all by id."""
        return {id_: place for place, id_ in enumerate(self._ids)}

    @cached_property
    def _ids(self) -> list[str]:
        return [profile.account_id for profile in self.profiles]

    @cached_property
    def _texts(self) -> list[str]:
        """The words of each account, in which words are looked for."""
        return [
            f"{p.name} {p.account_id} {p.needs_segment} {p.sentence} {p.recommended_action}".casefold()
            for p in self.profiles
        ]

    @cached_property
    def _base(self) -> Ints:
        """The places of the accounts by name and id."""
        import numpy as np

        names = [profile.name.casefold() for profile in self.profiles]
        places = sorted(range(len(names)), key=self._ids.__getitem__)
        places.sort(key=names.__getitem__)
        return np.array(places, dtype=np.int64)

    def rows(
        self,
        chosen: Chosen,
        own: Own | None = None,
        *,
        words: str = "",
        only: Iterable[str] | None = None,
        by: str = "need",
        backwards: bool = False,
    ) -> AccountRows:
        """Return the accounts that fit ``chosen``, contain ``words`` and are among ``only``, by one of SORTS.

        Amounts and confidence go from the largest down, ``backwards`` the other way round. Equals stand by name and id; accounts
        of which it is not known stand last either way.
        """
        import numpy as np

        fitting = np.ones(len(self.profiles), dtype=np.bool_)
        for facet, values in chosen.items():
            fitting &= self._coded(facet, own or {}).fits(values)
        if only is not None:
            wanted = set(only)
            fitting &= np.fromiter((id_ in wanted for id_ in self._ids), dtype=np.bool_, count=len(fitting))
        if needle := words.casefold():
            fitting &= np.fromiter((needle in text for text in self._texts), dtype=np.bool_, count=len(fitting))
        order = self._order(by, backwards)
        return AccountRows(self, order[fitting[order]])

    def counts(self, chosen: Chosen, own: Own | None = None) -> dict[str, dict[str, int]]:
        """Return, by facet and value, how many accounts have it among those that fit what is chosen of the other facets.

        Values stand in the order of their scale, or the most frequent first; what is not known last.
        """
        import numpy as np

        own = own or {}
        misfits = {facet: ~self._coded(facet, own).fits(values) for facet, values in chosen.items()}
        number = np.zeros(len(self.profiles), dtype=np.int64)
        for misfit in misfits.values():
            number += misfit
        found = {}
        for facet in (*FACETS, *own):
            # Others may be chosen instead of this facet's own values.
            included = number == misfits[facet] if facet in misfits else number == 0
            scale = own[facet].scale if facet in own else _FACETS[facet][1]
            found[facet] = _in_order(scale, self._coded(facet, own).counts(included))
        return found

    def _coded(self, facet: str, own: Own) -> _Coded:
        if facet in own:
            segments, coded = self._own.get(facet, (None, None))
            if segments is not own[facet] or coded is None:
                coded = _coded(((own[facet].of(id_),) for id_ in self._ids), len(self.profiles))
                self._own[facet] = own[facet], coded
            return coded
        if facet not in self._facets:
            self._facets[facet] = _coded(map(_FACETS[facet][0], self.profiles), len(self.profiles))
        return self._facets[facet]

    def _order(self, by: str, backwards: bool) -> Ints:
        import numpy as np

        if (by, backwards) not in self._orders:
            key, falling = _SORTS[by]
            values = [key(profile, self._amounts) for profile in self.profiles]
            rank_of: dict[float | str | None, int] = {
                value: rank for rank, value in enumerate(sorted({value for value in values if value is not None}))
            }
            ranks = np.fromiter((rank_of.get(value, -1) for value in values), dtype=np.int64, count=len(values))
            ranks = ranks[self._base]
            known, sign = ranks >= 0, -1 if falling != backwards else 1
            ordered_places = self._base[known][np.argsort(sign * ranks[known], kind="stable")]
            self._orders[by, backwards] = np.concatenate([ordered_places, self._base[~known]])
        return self._orders[by, backwards]


class AccountRows(Sequence[AccountProfile]):
    """Some accounts in an order; each is looked up when it is asked for."""

    def __init__(self, index: AccountIndex, places: Ints) -> None:
        self._index, self._places = index, places

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, at: int) -> AccountProfile: ...
    @overload
    def __getitem__(self, at: slice) -> list[AccountProfile]: ...
    def __getitem__(self, at: int | slice) -> AccountProfile | list[AccountProfile]:
        if isinstance(at, slice):
            return [self._index.profiles[place] for place in self._places[at].tolist()]
        return self._index.profiles[int(self._places[at])]

    def row_of(self, account_id: str) -> int | None:
        """Return the row of an account; None where it is not among them."""
        import numpy as np

        rows = np.flatnonzero(self._places == self._index.places.get(account_id, -1))
        return int(rows[0]) if len(rows) else None


@dataclass(frozen=True, slots=True)
class _Coded:
    """What accounts have of a facet: the place of each account's values in ``values``, which differ."""

    places: Ints
    values: tuple[tuple[str, ...], ...]

    def fits(self, wanted: Sequence[str]) -> Flags:
        """Return whether each account has one of the values."""
        import numpy as np

        holds = [any(value in wanted for value in values) for values in self.values]
        return np.array(holds, dtype=np.bool_)[self.places]

    def counts(self, included: Flags) -> Counter[str]:
        """Return how many of some accounts have each value."""
        import numpy as np

        numbers = np.bincount(self.places[included], minlength=len(self.values)).tolist()
        counts: Counter[str] = Counter()
        for values, number in zip(self.values, numbers, strict=True):
            for value in values if number else ():
                counts[value] += number
        return counts


def _coded(values: Iterable[Sequence[str]], number: int) -> _Coded:
    import numpy as np

    place_of: dict[tuple[str, ...], int] = {}
    places = np.fromiter(
        (place_of.setdefault(tuple(each), len(place_of)) for each in values), dtype=np.int64, count=number
    )
    return _Coded(places, tuple(place_of))
