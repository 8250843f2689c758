"""Detect the format of a date column from all its cells, or ask a person; never row by row."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from needsseg.accounts.ingest.cells import (
    FIRST,
    FORMATS,
    MILLISECONDS,
    SECOND,
    SECONDS,
    YEAR_FIRST,
    YEAR_LAST,
    is_plain,
    text,
)
from needsseg.accounts.ingest.mapping import DATE_FIELDS, Mapping
from needsseg.errors import Advice, Option, TableError, UsageError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TIME = "time_of_event"
# Shapes of one cell; "either" is a date that is valid with day or month first, "same" one with equal day and month.
_WORDS = {
    "iso": "with the year first",
    "seconds": "as seconds since 1970",
    "milliseconds": "as milliseconds since 1970",
    "day": "with the day first",
    "month": "with the month first",
    "either": "with day or month first",
    "same": "with day or month first",
}


@dataclass(frozen=True, slots=True)
class DateColumn:
    """A date column: its format, "" where a person must choose it; the reason, and examples (location, cell)."""

    field: str
    column: str
    format: str
    why: str
    examples: tuple[tuple[str, str], ...] = ()
    chosen: bool = False


class DatesUnclearError(TableError):
    """Columns whose dates can be read in more than one way; ``columns`` are those."""

    def __init__(self, columns: Sequence[DateColumn], name: str) -> None:
        self.columns = tuple(columns)
        first_column = columns[0]
        examples = " and ".join(f"'{cell}' ({place})" for place, cell in first_column.examples)
        options = [Option.DATES.of(column=column.column) for column in columns]
        super().__init__(
            f"{name}: column '{first_column.column}' {first_column.why}: {examples}.",
            Advice(
                "Choose the format",
                *options,
                f"; the formats are {', '.join(FORMATS)}. "
                "Dates with the year first are read in any case; what does not fit is refused row by row.",
            ),
        )


def chosen_date_formats(chosen: MappingOf[str, str], mapping: Mapping) -> dict[str, str]:
    """Return the chosen formats (given by column or field) by field; UsageError for an unknown column or format."""
    format_by_field = {}
    fields = {name: mapping.columns[name] for name in DATE_FIELDS[mapping.kind] if name in mapping.columns}
    for key, form in chosen.items():
        if form not in FORMATS:
            raise UsageError(f"'{form}' is not a valid date format.", f"The formats are {', '.join(FORMATS)}.")
        fields_meant = [name for name, column in fields.items() if key == column or key in column.split("|")]
        fields_meant = fields_meant or [key] * (key in fields)
        if not fields_meant:
            column_list = ", ".join(fields.values()) or "none"
            raise UsageError(f"'{key}' is not a date column.", f"The columns of dates are: {column_list}.")
        format_by_field.update(dict.fromkeys(fields_meant, form))
    return format_by_field


def date_columns(
    con: DuckDBPyConnection, mapping: Mapping, names: Sequence[str], saved: MappingOf[str, str]
) -> tuple[DateColumn, ...]:
    """Return the format of each date column of the table ``raw``: from ``mapping``, else from all its cells.

    ``saved`` are the formats of an earlier file, used unless a cell of this one contradicts them. Cells that are not dates
    do not count; they are refused later. ``names`` are the files by number, for the examples.
    """
    fields = [name for name in DATE_FIELDS[mapping.kind] if name in mapping.columns]
    return tuple(date_column(con, name, mapping, names, saved.get(name, "")) for name in fields)


def date_column(con: DuckDBPyConnection, name: str, mapping: Mapping, names: Sequence[str], saved: str) -> DateColumn:
    """Return the format of the date column of field ``name`` of the table ``raw``, as ``date_columns`` does."""
    column = mapping.columns[name]
    if chosen_format := mapping.dates.get(name, ""):
        return DateColumn(name, column, chosen_format, "as you said", chosen=True)
    # Times that a file has as such are written with the year first.
    shape_of_cell = f"CASE WHEN {TIME} IS NOT NULL THEN 'iso' ELSE {shape(name)} END" if has_times(con) else shape(name)
    firsts = con.execute(
        "SELECT shape, count(*), min(place) FROM "
        f"(SELECT (file::BIGINT << 40) + row AS place, {shape_of_cell} AS shape FROM raw) "
        "WHERE shape IS NOT NULL GROUP BY shape"
    ).fetchall()
    example_by_format = {
        shape: (count, (f"{names[place >> 40]} row {place & (2**40 - 1)}", _cell_at(con, name, place)))
        for shape, count, place in firsts
    }
    if saved and not _contradicted(saved, set(example_by_format)):
        return DateColumn(name, column, saved, "as last time", chosen=True)
    form, reason = _decided(set(example_by_format))
    examples = tuple(
        example for _, example in sorted(example_by_format.values(), key=lambda placed_example: -placed_example[0])[:2]
    )
    if not form and set(example_by_format) <= {"either", "same"}:
        examples = tuple(
            (f"{names[file]} row {row}", cell)
            for file, row, cell in con.execute(
                f"SELECT file, row, {name} FROM raw WHERE {shape(name)} = 'either' ORDER BY file, row LIMIT 2"
            ).fetchall()
        )
    return DateColumn(name, column, form, reason, examples)


def has_times(con: DuckDBPyConnection) -> bool:
    """Return whether ``raw`` has the times of its events as timestamps too, in the column TIME."""
    return any(row[0] == TIME for row in con.execute("DESCRIBE raw").fetchall())


def _cell_at(con: DuckDBPyConnection, name: str, place: int) -> str:
    row = con.execute(
        f"SELECT {name} FROM raw WHERE file = ? AND row = ?", [place >> 40, place & (2**40 - 1)]
    ).fetchone()
    return str((row or ("",))[0])


def shape(cell: str) -> str:
    """Return SQL for how a cell's date is written, NULL where it is none."""
    trimmed = f"trim({cell})"
    first_part, second_part = (
        f"try_cast(regexp_extract({trimmed}, {text(pattern)}, 1) AS INTEGER)" for pattern in (FIRST, SECOND)
    )
    return (
        f"CASE WHEN {is_plain(cell)} THEN 'iso' WHEN regexp_full_match({trimmed}, {text(YEAR_FIRST)}) THEN 'iso' "
        f"WHEN regexp_full_match({trimmed}, {text(SECONDS)}) THEN 'seconds' "
        f"WHEN regexp_full_match({trimmed}, {text(MILLISECONDS)}) THEN 'milliseconds' "
        f"WHEN regexp_full_match({trimmed}, {text(YEAR_LAST)}) THEN CASE "
        f"WHEN {first_part} BETWEEN 13 AND 31 AND {second_part} BETWEEN 1 AND 12 THEN 'day' "
        f"WHEN {second_part} BETWEEN 13 AND 31 AND {first_part} BETWEEN 1 AND 12 THEN 'month' "
        f"WHEN {first_part} BETWEEN 1 AND 12 AND {first_part} = {second_part} THEN 'same' "
        f"WHEN {first_part} BETWEEN 1 AND 12 AND {second_part} BETWEEN 1 AND 12 THEN 'either' END END"
    )


def _decided(shapes: set[str]) -> tuple[str, str]:
    """Return the format, "" where the shapes in a column are ambiguous, and the reason."""
    if not shapes or shapes == {"iso"}:
        return "iso", "year first"
    if len(shapes) == 1 and (shape := next(iter(shapes))) in ("seconds", "milliseconds"):
        return shape, _WORDS[shape]
    if shapes <= {"day", "either", "same"} and "day" in shapes:
        return "day-first", "a first number above 12 tells"
    if shapes <= {"month", "either", "same"} and "month" in shapes:
        return "month-first", "a second number above 12 tells"
    if shapes == {"same"}:
        return "day-first", "day and month are the same in every row"
    if shapes <= {"either", "same"}:
        return "", "can be read with the day or the month first"
    words = dict.fromkeys(_WORDS[shape] for shape in _WORDS if shape in shapes)
    return "", f"mixes dates written {', '.join(words)}"


def _contradicted(form: str, shapes: set[str]) -> bool:
    against = {
        "iso": set(),
        "day-first": {"month", "seconds", "milliseconds"},
        "month-first": {"day", "seconds", "milliseconds"},
        "seconds": {"milliseconds", "day", "month", "either"},
        "milliseconds": {"seconds", "day", "month", "either"},
    }[form]
    return bool(shapes & against) or (form == "iso" and "iso" not in shapes and bool(shapes))
