"""Conditions on own columns, as rules and filters write them: values, bounds, and days from the as-of date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from needsseg.accounts.own.columns import OwnColumn, OwnValue, field_text, find_column, listed_columns
from needsseg.accounts.own.segments import MISSING
from needsseg.accounts.tiers.zones import epoch_day
from needsseg.errors import UsageError

BOUNDS = ("at_least", "at_most")
DAYS = ("within_days", "within_past_days")
NO_WORDS, YES_WORDS = ("no", "false", "0"), ("yes", "true", "1")
_HOW = {
    "text": 'Write a text or a list of texts, such as ["EMEA", "APAC"].',
    "number": "Write a number, or { at_least = 5, at_most = 9 }.",
    "date": "Write { within_days = 90 }, { within_past_days = 30 } or { at_least = 2026-01-01, at_most = 2026-12-31 }.",
    "flag": "Write true or false.",
}


@dataclass(frozen=True, slots=True)
class OwnCondition:
    """A condition on the own column ``name``: its value is one of ``among``, and within the bounds that are not None.

    Bounds of dates are epoch days; ``within_days`` are days after the as-of date, that day included, ``within_past_days`` days
    before it. ``place`` says where it stands, for errors.
    """

    name: str
    among: tuple[str | float | bool, ...] = ()
    at_least: float | None = None
    at_most: float | None = None
    within_days: int | None = None
    within_past_days: int | None = None
    kind: str = ""
    place: str = ""

    @property
    def in_words(self) -> str:
        """Return the condition in words."""
        parts = [" or ".join(field_text(value, self.kind) for value in self.among)] if self.among else []
        parts += [
            f"{word} {field_text(bound, self.kind)}"
            for word, bound in (("at least", self.at_least), ("at most", self.at_most))
            if bound is not None
        ]
        parts += [f"within {self.within_days} days"] if self.within_days is not None else []
        parts += [f"within the past {self.within_past_days} days"] if self.within_past_days is not None else []
        return f"{self.name} is {' and '.join(parts)}"

    def holds(self, value: OwnValue | None, as_of: date) -> bool | None:
        """Return whether a value fits; None where there is none."""
        if value is None:
            return None
        if not self.fits(value):
            return False
        number, day = float(value) if not isinstance(value, str) else 0.0, epoch_day(as_of)
        if self.within_days is not None and not day <= number <= day + self.within_days:
            return False
        return self.within_past_days is None or day - self.within_past_days <= number < day

    def fits(self, value: OwnValue) -> bool:
        """Return whether a value is one of those asked for and within the bounds, whatever the as-of date is."""
        if self.among:
            wanted = {each.casefold() if isinstance(each, str) else each for each in self.among}
            return (value.casefold() if isinstance(value, str) else value) in wanted
        number = float(value) if not isinstance(value, str) else 0.0
        return (self.at_least is None or number >= self.at_least) and (self.at_most is None or number <= self.at_most)


def read_conditions(
    path: Path, table: object, *, first: int = 0, last: int | None = None, about: str = ""
) -> tuple[OwnCondition, ...]:
    """Return the conditions of the table ``column`` of a rules file, by column name.

    It stands in the lines from ``first`` to before ``last``. UsageError with file, line and what it is ``about``.
    """
    lines = path.read_text(encoding="utf-8-sig").splitlines()[first:last]

    def place(name: str) -> str:
        of_name = [
            number
            for number, line in enumerate(lines, start=first + 1)
            if name in line.partition("=")[0] and not line.lstrip().startswith("#")
        ]
        where = f"{path}, line {of_name[0]}" if of_name else str(path)
        return f"{where}: {about}" if about else where

    if not isinstance(table, Mapping) or not table:
        raise UsageError(
            f"{place('column')}: column names no column of the accounts.",
            'Write column."Contract end" = { within_days = 90 }.',
        )
    return tuple(_condition(place(str(name)), str(name), value) for name, value in table.items())


def _condition(place: str, name: str, value: object) -> OwnCondition:
    if not isinstance(value, Mapping):
        values = value if isinstance(value, list) else [value]
        return _among(place, name, values)
    unknown = [key for key in value if key not in (*BOUNDS, *DAYS)]
    if unknown or not value:
        what = f"has no comparison '{unknown[0]}'" if unknown else "has no comparison"
        raise UsageError(f"{place}: column '{name}' {what}.", f"Possible: {', '.join((*BOUNDS, *DAYS))}.")
    days = {key: value[key] for key in DAYS if key in value}
    for key, number in days.items():
        if not isinstance(number, int) or isinstance(number, bool) or number < 0:
            raise UsageError(f"{place}: column '{name}': {key} is not a whole number of days.", "Write 90.")
    bounds = [value[key] for key in BOUNDS if key in value]
    of_dates = [type(bound) is date for bound in bounds]
    is_number = [isinstance(bound, int | float) and not isinstance(bound, bool) for bound in bounds]
    if (bounds and not (all(of_dates) or all(is_number))) or (days and any(is_number)):
        raise UsageError(
            f"{place}: column '{name}' has bounds that are neither all numbers nor all dates.",
            f"{_HOW['number']} {_HOW['date']}",
        )
    kind = "date" if days or any(of_dates) else "number"
    least, most = (_bound(value.get(key)) for key in BOUNDS)
    return OwnCondition(
        name, (), least, most, days.get("within_days"), days.get("within_past_days"), kind=kind, place=place
    )


def _bound(value: object) -> float | None:
    if isinstance(value, date):
        return float(epoch_day(value))
    return float(value) if isinstance(value, int | float) else None


def _among(place: str, name: str, values: Sequence[object]) -> OwnCondition:
    kinds = {_kind(value) for value in values}
    if len(kinds) != 1 or "" in kinds:
        raise UsageError(f"{place}: column '{name}' has no value that can be compared.", " ".join(_HOW.values()))
    kind = kinds.pop()
    if kind == "date":
        days = tuple(float(epoch_day(value)) for value in values if isinstance(value, date))
        return OwnCondition(name, days, kind="date", place=place)
    return OwnCondition(
        name, tuple(value for value in values if isinstance(value, str | int | float)), kind=kind, place=place
    )


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "flag"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, date) and not isinstance(value, datetime):
        return "date"
    return "text" if isinstance(value, str) and value else ""


def checked_columns(conditions: Sequence[OwnCondition], columns: Sequence[OwnColumn]) -> dict[str, OwnColumn]:
    """Return the column of each condition by the name that it uses.

    UsageError with the place of a condition on an unknown column, or on one of another type.
    """
    found: dict[str, OwnColumn] = {}
    for condition in conditions:
        column = find_column(columns, condition.name)
        if column is None:
            raise UsageError(
                f"{condition.place}: the accounts have no column '{condition.name}'.", listed_columns(columns)
            )
        if column.type != condition.kind:
            raise UsageError(
                f"{condition.place}: column '{column.name}' is kept as {column.type}, and is compared as {condition.kind}.",
                _HOW[column.type or "text"],
            )
        found[condition.name] = column
    return found


OPERATORS = (">=", "<=", "!=", "=", ">", "<")


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter on an own column, as a person writes it: ``Health score>=40``, ``Region=EMEA``, ``Contract end=unknown``."""

    column: OwnColumn
    operator: str
    text: str

    def fits(self, value: OwnValue | None, segment: str) -> bool:
        """Return whether an account's value, or the segment that it makes, fits."""
        wanted = self.text.casefold()
        if self.operator in ("=", "!="):
            is_same = segment.casefold() == wanted or (value is not None and self._same(value))
            return is_same == (self.operator == "=")
        if value is None or isinstance(value, str):
            return False
        bound, number = _comparable(self.column, self.text), float(value)
        if self.operator == ">=":
            return number >= bound
        if self.operator == "<=":
            return number <= bound
        return number > bound if self.operator == ">" else number < bound

    def _same(self, value: OwnValue) -> bool:
        if isinstance(value, str):
            return value.casefold() == self.text.casefold()
        if self.column.type == "flag":
            return self.text.casefold() in (YES_WORDS if value else NO_WORDS)
        try:
            return float(value) == _comparable(self.column, self.text)
        except UsageError:
            return False


def read_filter(text: str, columns: Sequence[OwnColumn]) -> Filter:
    """Return the filter that a text means: a column's name, an operator, a value; UsageError where it means none.

    A name may itself have an operator in it: the longest name that fits is taken.
    """
    for at in range(len(text), 0, -1):
        operator = next((each for each in OPERATORS if text[at:].lstrip().startswith(each)), "")
        column = find_column(columns, text[:at].strip()) if operator and text[:at].strip() else None
        if column is not None:
            return _checked(Filter(column, operator, text[at:].lstrip()[len(operator) :].strip()))
    name = next((text.partition(each)[0].strip() for each in OPERATORS if each in text), "")
    if not name:
        raise UsageError(
            f"'{text}' is no filter.", "Write NAME=VALUE, or with !=, >=, <=, > or < for numbers and dates."
        )
    raise UsageError(f"The accounts have no column '{name}'.", listed_columns(columns))


def _checked(given: Filter) -> Filter:
    if given.operator in ("=", "!="):
        return given
    if given.column.type not in ("number", "date"):
        raise UsageError(
            f"Column '{given.column.name}' is kept as {given.column.type} and has no order.", "Compare it with = or !=."
        )
    _comparable(given.column, given.text)
    return given


def _comparable(column: OwnColumn, text: str) -> float:
    try:
        return float(epoch_day(date.fromisoformat(text)) if column.type == "date" else text.replace(",", ""))
    except ValueError as error:
        kind = "a date, such as 2026-03-31" if column.type == "date" else "a number"
        raise UsageError(
            f"'{text}' cannot be compared with column '{column.name}': it is not {kind}.",
            f"An empty cell is called {MISSING}.",
        ) from error
