"""The team's own columns: every column of an imported file that is read as no field, with its type; of usage there are none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, cast

from needsseg.errors import UsageError

OwnType = Literal["text", "number", "date", "flag"]
OWN_TYPES: tuple[OwnType, ...] = ("text", "number", "date", "flag")
OWN_KINDS = ("accounts", "users", "subscriptions", "churn", "tickets", "nps")
"""The kinds of files that keep their further columns: all but usage, whose rows are many and have a feature each."""
GUESS = "guess"
"""Chosen as a column's type, it is guessed again from the cells."""
MOST_COLUMNS = 1_000
"""Further columns are left out, and said; a CRM exports some hundreds at most."""
PREFIX = "column:"
"""Before the name of an own column that is called as something built in, so that it can be named at all."""
OwnValue = str | float | int | bool


@dataclass(frozen=True, slots=True)
class OwnColumn:
    """One own column: its name, its header in the file, its column in the Parquet file, its type.

    ``type`` is "" until it is guessed. ``dates`` is the format of its dates (of ``cells.FORMATS``), ``why`` the reason for
    the type, ``example`` one of its cells. A date is stored as an epoch day, a flag as true or false, nothing as NULL.
    """

    name: str
    header: str
    stored: str
    type: OwnType | Literal[""] = ""
    dates: str = ""
    why: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class OwnChoices:
    """What a person chose of own columns, by name: types, columns to leave out, formats of dates.

    ``columns`` are those to read, in order; those of an earlier import that is added to come first, with their types.
    """

    types: dict[str, str] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()
    dates: dict[str, str] = field(default_factory=dict)
    columns: tuple[OwnColumn, ...] = ()
    left_out: tuple[str, ...] = ()


def shown_name(header: str, number: int) -> str:
    """Return the name of a column by its header: on one line, without control characters; ``column 7`` without any."""
    visible = "".join(letter if letter.isprintable() else " " for letter in header)
    return " ".join(visible.split()) or f"column {number}"


def planned_columns(
    headers: Iterable[str], used: Iterable[str], choices: OwnChoices, earlier: Sequence[OwnColumn] = ()
) -> tuple[tuple[OwnColumn, ...], tuple[str, ...]]:
    """Return the own columns among ``headers`` without those ``used`` for fields or dropped, and the names beyond the limit.

    Two headers that are shown alike get a number. ``earlier`` columns keep their place and their type.
    """
    columns = {column.header: column for column in earlier}
    names = {column.name for column in earlier}
    highest = max((int(column.stored.rpartition("_")[2]) for column in earlier), default=0)
    left_out = []
    taken = set(used)
    for number, header in enumerate(dict.fromkeys(headers), start=1):
        name = shown_name(header, number)
        if header in taken or header in columns or name in choices.dropped or header in choices.dropped:
            continue
        if len(columns) >= MOST_COLUMNS:
            left_out.append(name)
            continue
        again = (f"{name} ({n})" for n in range(2, MOST_COLUMNS + 2))
        name = name if name not in names else next(other for other in again if other not in names)
        highest += 1
        names.add(name)
        columns[header] = OwnColumn(name, header, f"own_{highest:04}")
    return tuple(columns.values()), tuple(left_out)


def find_column(columns: Sequence[OwnColumn], name: str) -> OwnColumn | None:
    """Return the own column called ``name``, with or without PREFIX: exactly, else in any case.

    None where there is none; UsageError where several differ in case only.
    """
    wanted = name.removeprefix(PREFIX) if name.casefold().startswith(PREFIX) else name
    for column in columns:
        if column.name in (wanted, name):
            return column
    alike = [column for column in columns if column.name.casefold() == wanted.strip().casefold()]
    if len(alike) > 1:
        called = ", ".join(column.name for column in alike)
        raise UsageError(f"Several columns are called '{wanted}' but for case: {called}.", "Write it as one of them.")
    return alike[0] if alike else None


def known_column(columns: Sequence[OwnColumn], name: str) -> OwnColumn:
    """Return the own column called ``name``; UsageError, which lists them, where there is none."""
    column = find_column(columns, name)
    if column is None:
        raise UsageError(f"The accounts have no column '{name}'.", listed_columns(columns))
    return column


def listed_columns(columns: Sequence[OwnColumn]) -> str:
    """Return the names of the own columns in a sentence, for a hint."""
    if not columns:
        return "The accounts have no columns of their own; import them again to keep what their file has."
    return f"There are: {', '.join(column.name for column in columns)}."


def is_prefixed(name: str) -> bool:
    """Return whether a name says itself that it is an own column's."""
    return name.casefold().startswith(PREFIX)


def as_stored(choices: OwnChoices, columns: Sequence[OwnColumn]) -> dict[str, Any]:
    """Return choices and columns as the study keeps them."""
    kept = ("name", "header", "stored", "type", "dates")
    return {
        "types": dict(choices.types),
        "dropped": list(choices.dropped),
        "dates": dict(choices.dates),
        "columns": [{name: value for name, value in asdict(column).items() if name in kept} for column in columns],
    }


def columns_from(stored: Mapping[str, Any]) -> tuple[OwnColumn, ...]:
    """Return the columns that the study keeps."""
    return tuple(
        OwnColumn(one["name"], one["header"], one["stored"], cast(OwnType, one["type"]), one.get("dates", ""))
        for one in stored.get("columns", ())
    )


def choices_from(stored: Mapping[str, Any]) -> OwnChoices:
    """Return the choices that the study keeps, without columns."""
    return OwnChoices(dict(stored.get("types", {})), tuple(stored.get("dropped", ())), dict(stored.get("dates", {})))


def field_text(value: OwnValue | None, type_: str) -> str:
    """Return a value as text: a date as ISO, a flag as yes or no, a whole number without decimals; "" for nothing."""
    from needsseg.text import date_of

    if value is None:
        return ""
    if type_ == "flag":
        return "yes" if value else "no"
    if type_ == "date":
        return date_of(int(value)).isoformat()
    if type_ == "number":
        number = float(value)
        return f"{number:.0f}" if number.is_integer() and abs(number) < 1e15 else repr(number)
    return str(value)


def is_identifier(header: str) -> bool:
    """Return whether a header means ids or codes, which are text though they have only digits."""
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", header)
    return bool({word.casefold() for word in words} & _CODES)


_CODES = {
    "id",
    "ids",
    "uuid",
    "guid",
    "zip",
    "postal",
    "postcode",
    "plz",
    "phone",
    "fax",
    "mobile",
    "duns",
    "sic",
    "naics",
}
