"""What accounts can be divided by: needs, behaviour, lifecycle, firmographics, plan, own columns; and two crossed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from needsseg.accounts.own.segments import OwnSegments
from needsseg.accounts.tiers.firmographic import REGIONS, REVENUES, SIZES, UNKNOWN
from needsseg.accounts.tiers.lifecycle import STAGES
from needsseg.accounts.tiers.profile import AccountProfile
from needsseg.accounts.tiers.signals import SEGMENTS
from needsseg.errors import UsageError
from needsseg.text import format_count

NEEDS = "needs"
PLAN = "plan"
MOST_CROSSED = 2
MOST_SEGMENTS = 60
BETWEEN = " × "
_ICP = {True: "ICP", False: "non-ICP", None: ""}
FIRMOGRAPHIC = frozenset({"icp"})
USAGE = frozenset({"use"})
COURSE = frozenset({"left", "expanded", "at_risk"})
WAITS = frozenset({"set_up", "first_action", "weekly_use"})
PAYMENT = frozenset({"pays", "pays_per_seat"})


@dataclass(frozen=True, slots=True)
class Dimension:
    """One way to divide accounts: its name, the segment of an account ("" for none), the order of its segments.

    ``defined_by`` are the figures (keys of measures; ``use`` stands for all use) that it is computed from, or that precede
    it, so that a difference in them says nothing; ``reason`` says so in words. ``is_own`` marks a column of the team's own.
    """

    name: str
    read: Callable[[AccountProfile], str]
    scale: Sequence[str] = ()
    defined_by: frozenset[str] = field(default_factory=frozenset)
    reason: str = ""
    is_own: bool = False


def _known(value: str) -> str:
    return "" if value == UNKNOWN else value


_BY_ICP_FIELDS = "the ICP is a rule over such fields"
_BUILT_IN = (
    Dimension(NEEDS, lambda profile: profile.needs_segment),
    Dimension(
        "behavioral", lambda profile: profile.behavioral_segment, SEGMENTS, USAGE | COURSE,
        "behavioural segments are computed from the latest use, and follow on what happened before",
    ),
    Dimension(
        "lifecycle", lambda profile: profile.lifecycle_stage, STAGES, USAGE | COURSE | WAITS,
        "lifecycle stages are computed from use, subscriptions and activation",
    ),
    Dimension("size", lambda profile: _known(profile.firmographic.size), SIZES, FIRMOGRAPHIC, _BY_ICP_FIELDS),
    Dimension("revenue", lambda profile: _known(profile.firmographic.revenue), REVENUES, FIRMOGRAPHIC, _BY_ICP_FIELDS),
    Dimension("industry", lambda profile: _known(profile.firmographic.industry), (), FIRMOGRAPHIC, _BY_ICP_FIELDS),
    Dimension("region", lambda profile: _known(profile.firmographic.region), REGIONS, FIRMOGRAPHIC, _BY_ICP_FIELDS),
    Dimension("icp", lambda profile: _ICP[profile.firmographic.icp], tuple(_ICP.values())[:2], FIRMOGRAPHIC,
              _BY_ICP_FIELDS),
    Dimension(PLAN, lambda profile: profile.lifecycle.plan, (), PAYMENT, "a plan has its price"),
)  # fmt: skip
DIMENSIONS = {dimension.name: dimension for dimension in _BUILT_IN}
SPELLINGS = {"behavioural": "behavioral", "behavior": "behavioral", "behaviour": "behavioral", "need": NEEDS}


def dimensions(names: Sequence[str], columns: Mapping[str, OwnSegments]) -> tuple[Dimension, ...]:
    """Return the dimensions of these names, of DIMENSIONS or of the team's own ``columns``.

    UsageError for an unknown name, for more than MOST_CROSSED, and for the same one twice.
    """
    chosen = tuple(_dimension(name, columns) for name in names)
    if len(chosen) > MOST_CROSSED:
        raise UsageError(
            f"{len(chosen)} ways to divide accounts were named; at most {MOST_CROSSED} can be crossed.",
            "Leave some out.",
        )
    if len({dimension.name for dimension in chosen}) < len(chosen):
        raise UsageError(f"{chosen[0].name} was named twice.", "Cross two different ones, or name it once.")
    return chosen


def _dimension(name: str, columns: Mapping[str, OwnSegments]) -> Dimension:
    known = SPELLINGS.get(name.casefold(), name.casefold())
    if known in DIMENSIONS:
        return DIMENSIONS[known]
    column = next((own for own in columns if own.casefold() == name.casefold()), None)
    if column is None:
        raise UsageError(
            f"Accounts cannot be divided by '{name}'.", f"There are: {', '.join((*DIMENSIONS, *columns))}."
        )
    segments = columns[column]
    return Dimension(
        column, lambda profile: segments.by_account.get(profile.account_id, ""), segments.scale, is_own=True
    )


def segments_of(profiles: Sequence[AccountProfile], chosen: Sequence[Dimension]) -> dict[str, str]:
    """Return the segment of each account by id, "" where one of the dimensions is unknown; crossed ones are "a × b".

    UsageError where that makes more than MOST_SEGMENTS segments.
    """
    segments = {}
    for profile in profiles:
        parts = [dimension.read(profile) for dimension in chosen]
        segments[profile.account_id] = BETWEEN.join(parts) if all(parts) else ""
    number = len(set(segments.values()) - {""})
    if number > MOST_SEGMENTS:
        names = " and ".join(dimension.name for dimension in chosen)
        raise UsageError(
            f"{names} {'has' if len(chosen) == 1 else 'have'} {number:,} different values: too many to compare.",
            f"Choose what divides accounts into at most {format_count(MOST_SEGMENTS, 'segment')}.",
        )
    return segments


def ordered(segments: Mapping[str, str], chosen: Sequence[Dimension]) -> tuple[str, ...]:
    """Return the names of segments in the order of their scales, else the largest first."""
    sizes = Counter(name for name in segments.values() if name)
    places = [{name: place for place, name in enumerate(dimension.scale)} for dimension in chosen]

    def key(name: str) -> tuple[object, ...]:
        parts = name.split(BETWEEN) if len(chosen) > 1 else [name]
        scale = tuple(place.get(part, len(place)) for place, part in zip(places, parts, strict=False))
        return (*scale, -sizes[name], name.casefold(), name)

    return tuple(sorted(sizes, key=key))


def in_words(name: str, chosen: Sequence[Dimension]) -> str:
    """Return a segment's name in words: those of the program's own scales without underscores, people's as they are."""
    parts = name.split(BETWEEN) if len(chosen) > 1 else [name]
    return BETWEEN.join(
        part.replace("_", " ") if part in dimension.scale and not dimension.is_own else part
        for part, dimension in zip(parts, chosen, strict=False)
    )
