"""The team's own columns in a study: which there are, and what a person chooses of them at import."""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from needsseg.accounts import Mapping as FileMapping
from needsseg.accounts.ingest.cells import FORMATS
from needsseg.accounts.ingest.mapping import keeps_own, with_own_headers
from needsseg.accounts.own.columns import (
    GUESS,
    OWN_KINDS,
    OWN_TYPES,
    PREFIX,
    OwnChoices,
    OwnColumn,
    OwnValue,
    choices_from,
    columns_from,
    field_text,
    find_column,
    is_prefixed,
    listed_columns,
)
from needsseg.accounts.own.records import RECORD_KINDS, RecordKind
from needsseg.accounts.own.segments import OwnSegments, segments_of_column
from needsseg.accounts.own.values import read_values
from needsseg.actions.accounts.engines import engine_for
from needsseg.errors import UsageError
from needsseg.study.accounts import accounts
from needsseg.study.accounts.accounts import SourceRow
from needsseg.study.connection import Study

TYPES = (*OWN_TYPES, GUESS)


@dataclass(frozen=True, slots=True)
class OwnGiven:
    """What a person says of own columns now, by their names: types (also ``guess``), and columns to leave out."""

    types: Mapping[str, str] = field(default_factory=dict)
    dropped: Sequence[str] = ()


def stored_columns(source: SourceRow | None) -> tuple[OwnColumn, ...]:
    """Return the own columns of a source; none where there is none, or it is of an earlier version."""
    return () if source is None else columns_from(source.own)


def columns_of_records(study: Study) -> dict[RecordKind, tuple[OwnColumn, ...]]:
    """Return the own columns of users, subscriptions and dated records, by kind; kinds that were not imported are left out."""
    sources = accounts.sources(study)
    return {kind: stored_columns(sources[kind]) for kind in RECORD_KINDS if kind in sources}


def own_columns(study: Study) -> tuple[OwnColumn, ...]:
    """Return the own columns of the study's accounts, in the order of their file."""
    return stored_columns(accounts.sources(study).get("accounts"))


def chosen_columns(
    mapping: FileMapping,
    header: Sequence[str],
    dates: Mapping[str, str],
    given: OwnGiven,
    before: SourceRow | None,
    *,
    add: bool = False,
) -> OwnChoices:
    """Return what holds of own columns: what was chosen for the earlier import, and what is ``given`` now.

    UsageError for a column that is not in the files or is read as a field, for an unknown type, and where files are added
    to columns that have another type already.
    """
    if not keeps_own(mapping):
        if given.types or given.dropped:
            raise _none_kept_error(mapping)
        return OwnChoices()
    earlier = stored_columns(before) if add else ()
    saved = choices_from(before.own) if before is not None else OwnChoices()
    everything = with_own_headers(replace(mapping, own=OwnChoices()), [header], earlier).own.columns
    types, dropped = dict(saved.types), [name for name in saved.dropped if name not in given.types]
    for name, chosen in given.types.items():
        column = _named(everything, name, mapping)
        if chosen not in TYPES:
            raise UsageError(
                f"'{chosen}' is not a type of column (for '{name}').", f"The types are {', '.join(TYPES)}."
            )
        if column.type and chosen not in (column.type, GUESS):
            raise UsageError(
                f"'{column.name}' is kept as {column.type} by the earlier import that these files are added to.",
                "Import all files again without adding, to give it another type.",
            )
        types[column.name] = chosen
    for name in given.dropped:
        column = _named(everything, name, mapping)
        if column in earlier:
            raise UsageError(
                f"'{column.name}' is a column of the earlier import that these files are added to.",
                "Import all files again without adding, to leave it out.",
            )
        dropped.append(column.name)
    types = {name: chosen for name, chosen in types.items() if chosen != GUESS and name not in dropped}
    formats = saved.dates | _date_formats(dates, everything)
    return OwnChoices(types, tuple(dict.fromkeys(dropped)), formats)


def _none_kept_error(mapping: FileMapping) -> UsageError:
    """Return the error of a choice about further columns of files that keep none."""
    if mapping.kind in OWN_KINDS:
        return UsageError(
            "Further columns of customers by tenure are kept of the accounts, with types that are guessed.",
            "Leave the choice of columns out.",
        )
    return UsageError(
        "Usage keeps no further columns.",
        "Leave the choice out; a column by which usage is to be divided can be read as its feature.",
    )


def _named(columns: Sequence[OwnColumn], name: str, mapping: FileMapping) -> OwnColumn:
    column = find_column(columns, name) or next((each for each in columns if each.header == name), None)
    if column is not None:
        return column
    fields = [of for of, read in mapping.columns.items() if name in (read, *read.split("|"))]
    if fields:
        raise UsageError(
            f"Column '{name}' is read as {fields[0]}, and not kept beside it.",
            "Leave the choice out, or map that field to another column.",
        )
    raise UsageError(f"The files have no further column '{name}'.", listed_columns(columns))


def _date_formats(dates: Mapping[str, str], columns: Sequence[OwnColumn]) -> dict[str, str]:
    """Return the formats given for own columns, by name; formats of fields are left to them."""
    formats = {}
    for name, form in dates.items():
        column = next((each for each in columns if name in (each.name, each.header)), None)
        if column is None:
            continue
        if form not in FORMATS:
            raise UsageError(f"'{form}' is not a valid date format.", f"The formats are {', '.join(FORMATS)}.")
        formats[column.name] = form
    return formats


def field_dates(dates: Mapping[str, str], mapping: FileMapping, own: OwnChoices) -> dict[str, str]:
    """Return the formats that are meant for fields, not for own columns."""
    columns = {part for column in mapping.columns.values() for part in (column, *column.split("|"))}
    return {name: form for name, form in dates.items() if name not in own.dates or name in columns}


def own_values(
    study: Study, columns: Sequence[OwnColumn], engine: str | None = None, only: Collection[str] | None = None
) -> dict[str, dict[str, OwnValue]]:
    """Return the values of own columns, by name and account; ``engine`` as in ``accounts.profiles``."""
    source = accounts.sources(study).get("accounts")
    if source is None or not columns:
        return {column.name: {} for column in columns}
    return read_values(study.stack / source.parquet, columns, engine_for(study, engine), only)


def dividing(
    study: Study, names: Sequence[str], built_in: Collection[str], engine: str | None = None, more: Sequence[str] = ()
) -> tuple[tuple[str, ...], dict[str, OwnSegments]]:
    """Return ``names`` as they are called, and the segments of those that are own columns.

    A name of ``built_in`` is that; an own column of the same name is named with PREFIX before it. UsageError for a name that
    is neither, which lists both and ``more``.
    """
    columns = own_columns(study)
    column_by_name: dict[str, OwnColumn] = {}
    called = []
    for name in names:
        if name.casefold() in built_in and not is_prefixed(name):
            called.append(name.casefold())
            continue
        column = find_column(columns, name)
        if column is None:
            own = [dimension_name(each, built_in) for each in columns]
            raise UsageError(
                f"Accounts cannot be divided by '{name}'.", f"There are: {', '.join((*sorted(built_in), *own, *more))}."
            )
        called.append(dimension_name(column, built_in))
        column_by_name[called[-1]] = column
    values = own_values(study, list(column_by_name.values()), engine)
    return tuple(called), {
        name: segments_of_column(column, values[column.name]) for name, column in column_by_name.items()
    }


def own_facets(study: Study, facets: Collection[str]) -> dict[str, OwnSegments]:
    """Return the segments of own columns by facet, their names with PREFIX; columns that are gone are left out."""
    columns = {f"{PREFIX}{column.name}": column for column in own_columns(study)}
    column_by_facet = {facet: columns[facet] for facet in facets if facet in columns}
    values = own_values(study, list(column_by_facet.values()))
    return {facet: segments_of_column(column, values[column.name]) for facet, column in column_by_facet.items()}


def dimension_name(column: OwnColumn, built_in: Collection[str]) -> str:
    """Return what an own column is called among what is built in: with PREFIX where its name is taken."""
    return f"{PREFIX}{column.name}" if column.name.casefold() in built_in else column.name


@dataclass(frozen=True, slots=True)
class OwnCell:
    """The cell of one account in an own column; ``value`` is None where it is empty."""

    name: str
    type: str
    value: OwnValue | None

    @property
    def text(self) -> str:
        """Return the value as text, "" where there is none."""
        return field_text(self.value, self.type)

    @property
    def plain(self) -> str | float | bool | None:
        """Return the value as JSON has it: a date as ISO text."""
        return self.text if self.type == "date" and self.value is not None else self.value


def own_cells(study: Study, account_id: str, engine: str | None = None) -> tuple[OwnCell, ...]:
    """Return the cells of one account in all own columns."""
    columns = own_columns(study)
    values = own_values(study, columns, engine, {account_id})
    return tuple(OwnCell(each.name, each.type, values[each.name].get(account_id)) for each in columns)


def named_list(text: str) -> tuple[str, ...]:
    """Return the names in a text that separates them by commas; one that has a comma itself stands in quotes."""
    names = [name.strip() for row in csv.reader([text], skipinitialspace=True) for name in row]
    return tuple(name for name in names if name)
