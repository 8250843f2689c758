"""Accounts by any of their tiers: which values there are and how many have them, who fits several, in which order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from needsseg.accounts import AccountProfile
from needsseg.accounts.own.columns import PREFIX
from needsseg.accounts.own.segments import OwnSegments
from needsseg.accounts.tiers.firmographic import REGIONS, REVENUES, SIZES, UNKNOWN
from needsseg.accounts.tiers.lifecycle import STAGES
from needsseg.accounts.tiers.profile import TIERS
from needsseg.accounts.tiers.revenue import Revenue
from needsseg.accounts.tiers.rollups import UNLABELLED
from needsseg.accounts.tiers.signals import SEGMENTS

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


def fits(profile: AccountProfile, chosen: Chosen, own: Own | None = None) -> bool:
    """Whether an account has, of every facet in ``chosen``, one of its values."""
    return all(_has(profile, facet, values, own or {}) for facet, values in chosen.items())


def _has(profile: AccountProfile, facet: str, values: Sequence[str], own: Own) -> bool:
    return any(value in values for value in _values(profile, facet, own))


def _values(profile: AccountProfile, facet: str, own: Own) -> Sequence[str]:
    return (own[facet].of(profile.account_id),) if facet in own else _FACETS[facet][0](profile)


def counts(profiles: Iterable[AccountProfile], chosen: Chosen, own: Own | None = None) -> dict[str, dict[str, int]]:
    """By facet and value, how many accounts have it among those that fit what is chosen of the other facets.

    Values stand in the order of their scale, or the most frequent first; what is not known last.
    """
    own = own or {}
    counts_by_facet: dict[str, Counter[str]] = {facet: Counter() for facet in (*FACETS, *own)}
    for profile in profiles:
        misfits = [facet for facet, values in chosen.items() if not _has(profile, facet, values, own)]
        if len(misfits) > 1:
            continue
        for facet in misfits or counts_by_facet:
            counts_by_facet[facet].update(_values(profile, facet, own))
    return {
        facet: _in_order(own[facet].scale if facet in own else _FACETS[facet][1], value_counts)
        for facet, value_counts in counts_by_facet.items()
    }


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


def ordered(
    profiles: Iterable[AccountProfile], by: str, amounts: Revenue, backwards: bool = False
) -> list[AccountProfile]:
    """Accounts by one of SORTS, amounts and confidence from the largest down, ``backwards`` the other way round.

    Equals stand by name and id; accounts of which it is not known stand last either way.
    """
    key, falling = _SORTS[by]
    # Two sorts of texts are shorter than one of pairs, and none of them lets another thread run.
    base = sorted(profiles, key=lambda p: p.account_id)
    base.sort(key=lambda p: p.name.casefold())
    keyed = [(key(p, amounts), p) for p in base]
    with_value = [(value, p) for value, p in keyed if value is not None]
    with_value.sort(key=lambda pair: pair[0], reverse=falling != backwards)
    return [p for _, p in with_value] + [p for value, p in keyed if value is None]
