"""Exchange rates from a CSV file with the columns currency, rate and as_of, and amounts converted by them.

A rate is what one unit of the currency is worth in the currency whose rate is 1; of several dates the newest on or before
the day counts, never a later one.
"""

from __future__ import annotations

import csv
import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from needsseg.accounts.ingest.money import CODES
from needsseg.accounts.tiers.zones import epoch_day
from needsseg.errors import TableError
from needsseg.text import date_of

COLUMNS = ("currency", "rate", "as_of")
RATES_HINT = (
    "A line of it is, for example: USD,0.92,2026-06-30 (one US dollar is worth 0.92 units of the base currency)."
)


@dataclass(frozen=True, slots=True)
class RateTable:
    """Rates by currency, each with its epoch day, in order of time."""

    by_currency: dict[str, tuple[tuple[int, float], ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Return whether there is any rate."""
        return bool(self.by_currency)

    def rate(self, code: str, day: int) -> tuple[int, float] | None:
        """Return the newest rate of a currency on or before a day, with its day; None where there is none."""
        rates = self.by_currency.get(code, ())
        place = bisect_right(rates, day, key=lambda dated: dated[0])
        return rates[place - 1] if place else None

    def factor(self, code: str, base: str, day: int) -> float | None:
        """Return what one unit of ``code`` is worth in ``base`` on a day; a base without a rate is what rates are in."""
        if code == base:
            return 1.0
        given, own = self.rate(code, day), self.rate(base, day)
        if given is None or (own is None and base in self.by_currency):
            return None
        return given[1] / (own[1] if own else 1.0)

    def converted(self, amounts: Mapping[str, float], base: str, day: int) -> float | None:
        """Return amounts by currency as one in ``base``; None where a rate is missing. Nothing needs no rate."""
        total = 0.0
        for code, amount in amounts.items():
            factor = self.factor(code, base, day) if amount else 0.0
            if factor is None:
                return None
            total += amount * factor
        return total

    def sentence(self, codes: Iterable[str], base: str, day: int) -> str:
        """Say which rates were used, and of which days."""
        used = []
        for code in sorted(codes):
            factor, dated = self.factor(code, base, day), self.rate(code, day)
            if factor is not None and dated is not None:
                used.append(f"1 {code} = {factor:.6g} {base} of {date_of(dated[0])}")
        return f"Amounts are converted to {base}: {'; '.join(used) or 'no rate fits'}."


NO_RATES = RateTable()


def load_rates(path: Path) -> RateTable:
    """Read a table of rates; TableError with row and column where it is not one."""
    try:
        content = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise TableError(f"{path}: cannot be read: {error}.", RATES_HINT) from error
    rows = csv.reader(content.splitlines(), delimiter=";" if content.partition("\n")[0].count(";") > 1 else ",")
    header = [cell.strip().casefold() for cell in next(rows, [])]
    if missing := [name for name in COLUMNS if name not in header]:
        raise TableError(f"{path.name}: the table of rates has no column {' or '.join(missing)}.", RATES_HINT)
    dated: dict[str, dict[int, float]] = {}
    for number, cells in enumerate(rows, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        values = dict(zip(header, [*cells, *[""] * len(header)], strict=False))
        code, rate, day = (_cell(path, number, name, values[name].strip()) for name in COLUMNS)
        if int(day) in dated.setdefault(str(code), {}):
            raise TableError(
                f"{path.name}, row {number}: {code} has another rate of {date_of(int(day))} above.",
                "Remove one of them.",
            )
        dated[str(code)][int(day)] = float(rate)
    return RateTable({code: tuple(sorted(rates.items())) for code, rates in sorted(dated.items())})


def _cell(path: Path, row: int, column: str, cell: str) -> str | float | int:
    place = f"{path.name}, row {row}, column {column}: '{cell}'"
    if column == "currency":
        if cell.upper() not in CODES:
            raise TableError(f"{place} is not an ISO code of a currency.", RATES_HINT)
        return cell.upper()
    if column == "rate":
        try:
            rate = float(cell)
        except ValueError:
            rate = 0.0
        if not (math.isfinite(rate) and rate > 0):
            raise TableError(f"{place} is not a number above zero.", RATES_HINT)
        return rate
    try:
        return epoch_day(date.fromisoformat(cell))
    except ValueError as error:
        raise TableError(f"{place} is not a date such as 2026-06-30.", RATES_HINT) from error
