"""Tier 1: size, revenue and region of an account, and whether it matches the ideal customer profile (ICP)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache
from pathlib import Path

from needsseg.accounts.own.columns import OwnValue
from needsseg.accounts.own.conditions import OwnCondition, read_conditions
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
_NUMBER = re.compile(r"(\d{1,3}(?:[, ']\d{3})+|\d+)(\.\d+(?:e\d{1,2})?)?\s*([a-z]*)")
# 1.000 is a thousand in some countries and one in others, so it is not read.
_EITHER_WAY = re.compile(r"[1-9]\d{0,2}\.\d{3}")
_RANGE = re.compile(r"\s*(?:[-‐‑‒–—―−~]|\bto\b|\band\b)\s*")
_SIGNS = re.compile(
    r"(?:\b(?:us|ca?|au?|nz|hk|s|r))?[$€£¥₹₩]|\b(?:usd|eur|gbp|jpy|cad|aud|chf|inr|sek|nok|dkk|brl|sgd)\b"
)
_WORDS = re.compile(
    r"\b(?:employees?|people|persons?|staff|ftes?|headcount|revenue|arr|between|approx|about|circa|ca)\b\.?"
)
# How an open range is written, before the number or after it, and what it says of its end.
_ENDS = {
    "below": ("<", "under", "below", "less than", "fewer than"),
    "at most": ("<=", "=<", "≤", "up to", "at most", "or less", "or fewer", "and below", "and under"),
    "above": (">", "over", "above", "more than"),
    "at least": (">=", "=>", "≥", "at least", "from", "+", "or more", "and more", "and over", "and above", "plus"),
}
_END_OF = {word: end for end, words in _ENDS.items() for word in words}
_WORDED = "|".join(
    (rf"\b{re.escape(word)}\b" if word[0].isalpha() else re.escape(word))
    for word in sorted(_END_OF, key=len, reverse=True)
)
_OPEN_BEFORE = re.compile(rf"({_WORDED})\s*(?=\d)(.*)")
_OPEN_AFTER = re.compile(rf"(.*[\da-z])\s*({_WORDED})")


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

    An account needs one of ``tech_stacks``, and has to fit all conditions on the team's own ``columns``.
    """

    sizes: tuple[str, ...] = ()
    revenues: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    tech_stacks: tuple[str, ...] = ()
    columns: tuple[OwnCondition, ...] = ()


def load_icp(path: Path) -> IcpRule:
    """The ICP rule in a TOML file: ``sizes, revenues, industries, regions, tech_stacks``, lists of texts, and ``column``."""
    table = read_toml(path)
    fields = ("sizes", "revenues", "industries", "regions", "tech_stacks")
    values: dict[str, tuple[str, ...]] = {}
    columns = read_conditions(path, table.pop("column")) if "column" in table else ()
    for key, value in table.items():
        if key not in fields:
            raise UsageError(
                f"{path}: '{key}' is not a part of an ICP rule.", f"Its parts: {', '.join((*fields, 'column'))}."
            )
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise UsageError(f"{path}: {key} is not a list of texts.", f'Write {key} = ["…"].')
        # A region may be written as CRMs write it, NA being North America.
        values[key] = tuple(_region(item) for item in value) if key == "regions" else tuple(value)
    for key, allowed in (("sizes", SIZES), ("revenues", REVENUES), ("regions", REGIONS)):
        if unknown_values := [value for value in values.get(key, ()) if value not in allowed]:
            raise UsageError(f"{path}: {key} has {unknown_values[0]!r}.", f"Known: {', '.join(allowed)}.")
    return IcpRule(**values, columns=columns)


def _region(text: str) -> str:
    region = region_of(text, "")
    return text if region == UNKNOWN else region


def firmographic(
    account: Account, icp: IcpRule, own: Mapping[str, OwnValue] | None = None, as_of: date | None = None
) -> Firmographic:
    """Return tier 1 of ``account``; missing, zero or unreadable values are ``unknown``, not the smallest tier.

    ``own`` are its values in the columns that the ICP asks for, by the names that it uses, as of a date.
    """
    return firmographics((account,), icp, {account.account_id: own or {}}, as_of)[0]


def firmographics(
    accounts: Sequence[Account],
    icp: IcpRule,
    own: Mapping[str, Mapping[str, OwnValue]],
    as_of: date | None = None,
) -> list[Firmographic]:
    """Return what ``firmographic`` does for each of many accounts; those that are alike in all fields share a record."""

    # Many accounts have the same few values.
    @cache
    def of_tiers(size: str, revenue: str, sector: str, region: str, country: str, tech_stack: str) -> Firmographic:
        industry, known_region = sector.strip(), region_of(region, country)
        conditions = (
            (icp.sizes, (size,)),
            (icp.revenues, (revenue,)),
            (icp.industries, (industry or UNKNOWN,)),
            (icp.regions, (known_region,)),
            (icp.tech_stacks, _parts(tech_stack) or (UNKNOWN,)),
        )
        fits = _is_within_icp(conditions)
        return Firmographic(size, revenue, industry, known_region, country.strip(), tech_stack.strip(), fits)

    tiers = [
        of_tiers(size_tier(a.employees), revenue_tier(a.revenue), a.industry, a.region, a.country, a.tech_stack)
        for a in accounts
    ]
    if not icp.columns or as_of is None:
        return tiers
    return [
        _with_columns(tier, icp, own.get(account.account_id, {}), as_of)
        for account, tier in zip(accounts, tiers, strict=True)
    ]


def _with_columns(tier: Firmographic, icp: IcpRule, own: Mapping[str, OwnValue], as_of: date) -> Firmographic:
    fits = (tier.icp, *(one.holds(own.get(one.name), as_of) for one in icp.columns))
    return replace(tier, icp=False if False in fits else None if None in fits else True)


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
    """Return the size tier: 1–50 small, 51–500 mid_market, 501+ enterprise; a range as ``_tier`` reads it."""
    return _tier(employees, lambda n: SIZES[(n > 50) + (n > 500)])


@lru_cache(maxsize=50_000)
def revenue_tier(revenue: str) -> str:
    """Return the revenue tier: below 1M, 1M to below 50M, 50M and more, in the given currency; a range as ``_tier`` reads it."""
    return _tier(revenue, lambda r: REVENUES[(r >= 1_000_000) + (r >= 50_000_000)])


def _tier(text: str, tier: Callable[[float], str]) -> str:
    """Return the tier of a number or a range, ``unknown`` where a range spans tiers.

    A range that reaches into the neighbouring tier with its last unit alone belongs to the other: ``500+`` is above 500,
    ``$1M–$50M`` ends below 50M, ``50–100`` is above 50.
    """
    quantity = quantity_range(text)
    if quantity is None:
        return UNKNOWN
    low, high = quantity.low + quantity.above, quantity.high - quantity.below
    if tier(low) == tier(high):
        return tier(low)
    shortened = {tier(a) for a, b in ((low + 1, high), (low, high - 1)) if a < b and tier(a) == tier(b)}
    return shortened.pop() if len(shortened) == 1 else UNKNOWN


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number (both ends are equal) or a range; ``above`` and ``below`` say that the end itself is not part of it."""

    low: float
    high: float
    above: bool = False
    below: bool = False


def quantity_range(text: str) -> Quantity | None:
    """Return what a CRM writes of a size: ``1,000``, ``51–200``, ``2.5M``, ``500+``, ``<$1M``, ``$1M to $5M``, ``>50 employees``.

    None where it is unreadable, 0, or below 0. A range may begin with 0.
    """
    if text.isascii() and text.isdigit():
        number = float(text)
        return Quantity(number, number) if number > 0 else None
    simplified = " ".join(_WORDS.sub(" ", _SIGNS.sub(" ", text.casefold())).split())
    simplified = re.sub(r"([<>=≤≥~+])\s+", r"\1", simplified)
    end = ""
    if before := _OPEN_BEFORE.fullmatch(simplified):
        end, simplified = _END_OF[before[1]], before[2]
    elif after := _OPEN_AFTER.fullmatch(simplified):
        end, simplified = _END_OF[after[2]], after[1]
    simplified = simplified.removeprefix("~")
    # A range with an open end, 51-500+, says nothing about where it ends, so that it is read from its beginning.
    numbers = _numbers(_RANGE.split(simplified))
    if numbers is None or (end and len(numbers) == 2 and end != "at least"):
        return None
    low, high = numbers[0], numbers[-1]
    if high <= 0 or high < low or (low == 0 and len(numbers) == 1):
        return None
    if end in ("below", "at most"):
        return Quantity(0.0, high, below=end == "below")
    if end:
        return Quantity(low, float("inf"), above=end == "above")
    return Quantity(low, high)


def _numbers(parts: list[str]) -> list[float] | None:
    """Return one number or the two ends of a range; in ``1–5M`` both are millions, in ``251–1K`` only the last is thousands."""
    if not 1 <= len(parts) <= 2:
        return None
    matches = [_NUMBER.fullmatch(part.strip()) for part in parts]
    numbers: list[float] = []
    last_unit = ""
    for item in reversed(matches):
        if item is None or _EITHER_WAY.fullmatch(item.group()) or item.group(3) not in _FACTORS:
            return None
        digits = re.sub(r"[, ']", "", item.group(1))
        number, unit = float(digits + (item.group(2) or "")), item.group(3)
        if not unit and numbers and number * _FACTORS[last_unit] <= numbers[0]:
            unit = last_unit
        numbers.insert(0, number * _FACTORS[unit])
        last_unit = last_unit or unit
    return numbers
