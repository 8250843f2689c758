"""Tier 1: size, revenue and region of an account, and whether it matches the ideal customer profile (ICP)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from needsseg.accounts.tiers.geography import APAC, EMEA, LATIN_AMERICA, NORTH_AMERICA, region_of
from needsseg.errors import UsageError
from needsseg.records import Account
from needsseg.settings import read_toml

UNKNOWN = "unknown"
SIZES = ("small", "mid_market", "enterprise")
REGIONS = (NORTH_AMERICA, EMEA, APAC, LATIN_AMERICA)
REVENUES = ("under_1m", "1m_to_50m", "50m_and_over")

_FACTORS = {"": 1, "k": 10**3, "t": 10**3, "m": 10**6, "mn": 10**6, "mm": 10**6, "mio": 10**6, "b": 10**9, "bn": 10**9}
_FACTORS |= {"thousand": 10**3, "million": 10**6, "billion": 10**9}
_NUMBER = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(\.\d+(?:e\d{1,2})?)?\s*([a-z]*)")
# 1.000 is a thousand in some countries and one in others, so it is not read.
_EITHER_WAY = re.compile(r"[1-9]\d{0,2}\.\d{3}")
_RANGE = re.compile(r"\s*(?:-|–|—|to)\s*")


@dataclass(frozen=True, slots=True)
class Firmographic:
    """Tier 1 of one account; ``icp`` is None where a field the ICP asks for is unknown."""

    size: str
    revenue: str
    industry: str
    region: str
    country: str
    tech_stack: str
    icp: bool | None

    @property
    def is_known(self) -> bool:
        """Whether the CRM has anything about this account's firmographics."""
        return any(value not in ("", UNKNOWN) for value in (self.size, self.revenue, self.industry, self.region))

    @property
    def tier(self) -> str:
        """The size and relation to the ICP: ``mid_market icp``, ``small not_icp``, ``unknown icp_unknown``."""
        return f"{self.size} {'icp_unknown' if self.icp is None else 'icp' if self.icp else 'not_icp'}"


@dataclass(frozen=True, slots=True)
class IcpRule:
    """The ideal customer profile: allowed values per field; an empty tuple allows any value.

    An account needs one of ``tech_stacks``.
    """

    sizes: tuple[str, ...] = ()
    revenues: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    tech_stacks: tuple[str, ...] = ()


def load_icp(path: Path) -> IcpRule:
    """The ICP rule in a TOML file: ``sizes, revenues, industries, regions, tech_stacks``, each a list of texts."""
    table = read_toml(path)
    fields = ("sizes", "revenues", "industries", "regions", "tech_stacks")
    values: dict[str, tuple[str, ...]] = {}
    for key, value in table.items():
        if key not in fields:
            raise UsageError(f"{path}: '{key}' is not a part of an ICP rule.", f"Its parts: {', '.join(fields)}.")
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise UsageError(f"{path}: {key} is not a list of texts.", f'Write {key} = ["…"].')
        # A region may be written as CRMs write it, NA being North America.
        values[key] = tuple(_region(item) for item in value) if key == "regions" else tuple(value)
    for key, allowed in (("sizes", SIZES), ("revenues", REVENUES), ("regions", REGIONS)):
        if unknown_values := [value for value in values.get(key, ()) if value not in allowed]:
            raise UsageError(f"{path}: {key} has {unknown_values[0]!r}.", f"Known: {', '.join(allowed)}.")
    return IcpRule(**values)


def _region(text: str) -> str:
    region = region_of(text, "")
    return text if region == UNKNOWN else region


def firmographic(account: Account, icp: IcpRule) -> Firmographic:
    """Return tier 1 of ``account``; missing, zero or unreadable values are ``unknown``, not the smallest tier."""
    return _firmographic(
        account.employees, account.revenue, account.industry, account.region, account.country, account.tech_stack, icp
    )


# Many accounts have the same few values.
@lru_cache(maxsize=50_000)
def _firmographic(
    employees: str, yearly_revenue: str, sector: str, region: str, country: str, tech_stack: str, icp: IcpRule
) -> Firmographic:
    size, revenue = size_tier(employees), revenue_tier(yearly_revenue)
    region = region_of(region, country)
    industry = sector.strip()
    conditions = (
        (icp.sizes, (size,)),
        (icp.revenues, (revenue,)),
        (icp.industries, (industry or UNKNOWN,)),
        (icp.regions, (region,)),
        (icp.tech_stacks, _parts(tech_stack) or (UNKNOWN,)),
    )
    return Firmographic(size, revenue, industry, region, country.strip(), tech_stack.strip(), _is_within_icp(conditions))


def _parts(tech_stack: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in re.split(r"[,;|\n]", tech_stack) if part.strip())


def _is_within_icp(conditions: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]) -> bool | None:
    """Return False where any field is outside the ICP, else None where any is unknown, else True."""
    unknown = False
    for allowed, values in conditions:
        if not allowed:
            continue
        if values == (UNKNOWN,):
            unknown = True
        elif not {value.casefold() for value in values} & {item.casefold() for item in allowed}:
            return False
    return None if unknown else True


@lru_cache(maxsize=50_000)
def size_tier(employees: str) -> str:
    """Return the size tier: 1–50 small, 51–500 mid_market, 501+ enterprise. A range must lie within one tier."""
    return _tier(employees, lambda n: SIZES[(n > 50) + (n > 500)])


@lru_cache(maxsize=50_000)
def revenue_tier(revenue: str) -> str:
    """Return the revenue tier: below 1M, 1M to below 50M, 50M and more, in the given currency."""
    return _tier(revenue, lambda r: REVENUES[(r >= 1_000_000) + (r >= 50_000_000)])


def _tier(text: str, tier: Callable[[float], str]) -> str:
    ends = quantity_range(text)
    if ends is None or tier(ends[0]) != tier(ends[1]):
        return UNKNOWN
    return tier(ends[0])


def quantity_range(text: str) -> tuple[float, float] | None:
    """Return both ends of ``1,000``, ``51-200``, ``2.5M``, ``10,001+`` or ``$1M to $5M``; None where unreadable or 0."""
    simplified = text.strip().casefold()
    simplified = re.sub(r"\b(employees|people|usd|eur|gbp)\b|[$€£~]", "", simplified).strip()
    open_end = simplified.endswith("+")
    parts = _RANGE.split(simplified.rstrip("+").strip())
    if not 1 <= len(parts) <= 2:
        return None
    number_matches = [_NUMBER.fullmatch(part.strip()) for part in parts]
    numbers: list[float] = []
    last_unit = number_matches[-1].group(3) if number_matches[-1] else ""
    for item in number_matches:
        if item is None or _EITHER_WAY.fullmatch(item.group()):
            return None
        unit = item.group(3) or (last_unit if len(parts) == 2 else "")
        if unit not in _FACTORS:
            return None
        numbers.append(float(item.group(1).replace(",", "") + (item.group(2) or "")) * _FACTORS[unit])
    low, high = numbers[0], numbers[-1]
    if low <= 0 or high < low:
        return None
    return low, float("inf") if open_end else high
