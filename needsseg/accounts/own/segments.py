"""The segments into which an own column divides accounts: its values, yes and no, bands of numbers, years or quarters."""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from needsseg.accounts.own.columns import OwnColumn, OwnValue
from needsseg.text import date_of

MOST_VALUES = 12
"""Of a text so many values stand for themselves, the most frequent; the rarer ones are ``other``."""
OTHER = "other"
MISSING = "unknown"
QUARTERS_FOR = 3
"""Dates within so many calendar years are divided by quarters, others by years, and those of long times by decades."""


@dataclass(frozen=True, slots=True)
class OwnSegments:
    """The segment of each account that has a value, and the segments in order; numbers and dates have their natural order."""

    column: OwnColumn
    by_account: Mapping[str, str] = field(default_factory=dict)
    scale: tuple[str, ...] = ()

    def of(self, account_id: str) -> str:
        """Return the segment of an account, MISSING where its cell is empty."""
        return self.by_account.get(account_id, MISSING)


def segments_of_column(column: OwnColumn, values: Mapping[str, OwnValue]) -> OwnSegments:
    """Return the segments of a column by its values of all accounts, so that they do not depend on who is looked at.

    Text: its values, in any case and in the most frequent spelling, at most MOST_VALUES and OTHER. Flag: yes, no. Number: its
    values where they are four at most, else bands at the quartiles with rounded bounds. Date: quarters, years or decades.
    """
    if column.type == "flag":
        named = {id_: "yes" if value else "no" for id_, value in values.items()}
        return OwnSegments(column, named, ("yes", "no"))
    if column.type == "number":
        return _of_numbers(column, {id_: float(value) for id_, value in values.items()})
    if column.type == "date":
        return _of_dates(column, {id_: date_of(int(value)) for id_, value in values.items()})
    return _of_texts(column, {id_: str(value) for id_, value in values.items()})


def _of_texts(column: OwnColumn, values: Mapping[str, str]) -> OwnSegments:
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for text in values.values():
        spellings[text.casefold()][" ".join(text.split())] += 1
    sizes = sorted(spellings, key=lambda folded: (-sum(spellings[folded].values()), folded))
    # Where only one is beyond, it may as well stand for itself.
    most = MOST_VALUES if len(sizes) > MOST_VALUES + 1 else len(sizes)
    names = {folded: min(spellings[folded].items(), key=lambda each: (-each[1], each[0]))[0] for folded in sizes[:most]}
    by_account = {id_: names.get(text.casefold(), OTHER) for id_, text in values.items()}
    scale = tuple(dict.fromkeys((*names.values(), *([OTHER] if most < len(sizes) else ()))))
    return OwnSegments(column, by_account, scale)


def _of_numbers(column: OwnColumn, values: Mapping[str, float]) -> OwnSegments:
    distinct = sorted(set(values.values()))
    if len(distinct) <= 4:
        names = {number: _number(number) for number in distinct}
        return OwnSegments(column, {id_: names[number] for id_, number in values.items()}, tuple(names.values()))
    bounds = _quartiles(sorted(values.values()))
    scale = (
        f"below {_number(bounds[0])}",
        *(f"{_number(low)} to below {_number(high)}" for low, high in itertools.pairwise(bounds)),
        f"{_number(bounds[-1])} and more",
    )
    by_account = {id_: scale[sum(number >= bound for bound in bounds)] for id_, number in values.items()}
    return OwnSegments(column, by_account, tuple(name for name in scale if name in set(by_account.values())))


def _quartiles(numbers: list[float]) -> list[float]:
    """Return the quartiles, each rounded to two digits where that keeps them apart; never none."""
    places = [numbers[len(numbers) * part // 4] for part in (1, 2, 3)]
    for digits in (2, 3, 4, 6, 15):
        rounded = sorted({_rounded(place, digits) for place in places})
        if len(rounded) == len(set(places)):
            return rounded
    return sorted(set(places))


def _rounded(number: float, digits: int) -> float:
    if number == 0:
        return 0.0
    return round(number, digits - 1 - math.floor(math.log10(abs(number))))


def _number(number: float) -> str:
    return f"{number:,.0f}" if number.is_integer() else f"{number:,.15g}"


def _of_dates(column: OwnColumn, values: Mapping[str, date]) -> OwnSegments:
    years = sorted({day.year for day in values.values()})
    if years and years[-1] - years[0] < QUARTERS_FOR:
        named = {id_: f"{day.year} Q{(day.month + 2) // 3}" for id_, day in values.items()}
    elif len(years) <= MOST_VALUES:
        named = {id_: f"{day.year:04}" for id_, day in values.items()}
    else:
        named = {id_: f"{day.year // 10 * 10:04}s" for id_, day in values.items()}
    return OwnSegments(column, named, tuple(sorted(set(named.values()))))
