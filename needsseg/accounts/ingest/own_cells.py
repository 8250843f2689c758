"""Own columns of accounts at import: their types are guessed from the cells, and the cells are read by type."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from needsseg.accounts.ingest import cells
from needsseg.accounts.ingest.columns import Plan
from needsseg.accounts.ingest.dates import DateColumn, DatesUnclearError, date_column, shape
from needsseg.accounts.ingest.mapping import Mapping
from needsseg.accounts.ingest.rejects import Reject
from needsseg.accounts.own.columns import GUESS, OWN_TYPES, OwnColumn, OwnType, is_identifier
from needsseg.errors import Advice, Option, UsageError
from needsseg.text import format_count

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

YES, NO = ("yes", "true", "1"), ("no", "false", "0")
# What people write where there is nothing; in a text it stays.
NOTHING = ("", "-", "--", "n/a", "#n/a", "null", "none", "nan")
SAMPLED = 500
_NUMBER = r"-?[$€£]?\s*(\d+|\d{1,3}(,\d{3})+)(\.\d+)?"
MISFIT = "misfit_"  # prefix of columns with the cells that do not fit
AT_ONCE = 40  # columns whose types are looked at in one query
MOST_LISTED = 1_000  # misfits of one column that are listed; all are counted
_WHY = {
    "text": "no other type fits every cell",
    "number": "every cell is a number",
    "flag": "every cell is yes or no, true or false, 1 or 0",
}
_REASONS = {
    "number": "not a number",
    "date": "not a date that can be read",
    "flag": "neither yes nor no, true nor false, 1 nor 0",
}


@dataclass(frozen=True, slots=True)
class Decided:
    """Own columns with their types, those that have no value at all, and notes on what a person should know."""

    columns: tuple[OwnColumn, ...]
    empty: tuple[str, ...] = ()
    notes: tuple[str | Advice, ...] = ()


def decided_columns(con: DuckDBPyConnection, mapping: Mapping, names: Sequence[str]) -> Decided:
    """Return the own columns of the table ``raw`` with types: as chosen, as of the earlier import, else guessed.

    ``names`` are the files by number, for examples. UsageError for a chosen type that is none; DatesUnclearError where a
    column is to hold dates and a person must say how they are written.
    """
    choices = mapping.own
    chosen_types = {column.stored: choices.types.get(column.name, "") for column in choices.columns}
    for column in choices.columns:
        if chosen_types[column.stored] not in ("", GUESS, *OWN_TYPES):
            raise UsageError(
                f"'{chosen_types[column.stored]}' is not a type of column (for '{column.name}').",
                f"The types are {', '.join(OWN_TYPES)}, or {GUESS}.",
            )
    undecided = [c for c in choices.columns if not c.type and chosen_types[c.stored] in ("", GUESS)]
    examples = _examples(con, choices.columns)
    guesses = _guesses(con, undecided, examples)
    columns: list[OwnColumn] = []
    empty: list[str] = []
    notes: list[str | Advice] = []
    unclear: list[DateColumn] = []
    for column in choices.columns:
        with_example = replace(column, example=examples[column.stored] or "")
        if column.type:
            columns.append(with_example if column.type == "date" else replace(with_example, why="as imported before"))
            continue
        if examples[column.stored] is None:
            empty.append(column.name)
            continue
        chosen = chosen_types[column.stored]
        is_chosen = chosen in OWN_TYPES
        type_: OwnType = next((known for known in OWN_TYPES if known == chosen), guesses.get(column.stored, "text"))
        decided, date, note = _decided(con, replace(with_example, type=type_), mapping, names, is_chosen)
        columns.append(decided)
        notes += [note] if note else []
        unclear += [date] if date is not None and not date.format and is_chosen else []
    if unclear:
        raise DatesUnclearError(unclear, names[0])
    if empty:
        listed = ", ".join(empty[:10]) + (f" and {len(empty) - 10} more" if len(empty) > 10 else "")
        notes.append(
            f"{format_count(len(empty), 'column')} without any value {'is' if len(empty) == 1 else 'are'} not kept: {listed}."
        )
    if choices.left_out:
        notes.append(
            f"Only {len(choices.columns):,} further columns are kept; {format_count(len(choices.left_out), 'column')} "
            f"from '{choices.left_out[0]}' on {'is' if len(choices.left_out) == 1 else 'are'} not."
        )
    return Decided(tuple(columns), tuple(empty), tuple(notes))


def _decided(
    con: DuckDBPyConnection, column: OwnColumn, mapping: Mapping, names: Sequence[str], is_chosen: bool
) -> tuple[OwnColumn, DateColumn | None, Advice | None]:
    """Return a column with the format of its dates; ambiguous dates that nobody called dates stay text, with a note."""
    if column.type != "date":
        return replace(column, why="as you said" if is_chosen else _WHY[column.type]), None, None
    asked = replace(
        mapping, columns={column.stored: column.header},
        dates={column.stored: mapping.own.dates[column.name]} if column.name in mapping.own.dates else {},
    )  # fmt: skip
    found = date_column(con, column.stored, asked, names, "")
    date = replace(found, field=column.name)
    if date.format:
        return replace(column, dates=date.format, why=f"dates, {date.why}"), date, None
    if is_chosen:
        return column, date, None
    examples = " and ".join(f"'{cell}' ({place})" for place, cell in date.examples)
    note = Advice(
        f"Column '{column.name}' {date.why}: {examples}. It is kept as text; to keep it as dates, choose the format",
        Option.DATES.of(column=column.header),
        ".",
    )
    return replace(column, type="text", why=f"dates, but it {date.why}"), None, note


def _possible(example: str | None) -> tuple[str, ...]:
    """Return the types that a column may have by one of its cells; most columns are text, and need no further look."""
    if not example:
        return ()
    is_flag, begins = example.casefold() in (*YES, *NO), example[0]
    possible = {"flag": is_flag, "number": begins in "-$€£0123456789", "date": begins in "0123456789"}
    return tuple(type_ for type_, may_be in possible.items() if may_be)


def _guesses(
    con: DuckDBPyConnection, columns: Sequence[OwnColumn], examples: MappingOf[str, str | None]
) -> dict[str, OwnType]:
    """Return the type of each column in which every cell is of it: by a sample first, then by all cells."""
    con.execute(f"CREATE TEMP TABLE sample AS SELECT * FROM raw LIMIT {SAMPLED}")
    possible = {column.stored: _possible(examples[column.stored]) for column in columns}
    for table in ("sample", "raw"):
        for first in range(0, len(possible), AT_ONCE):
            asked = list(possible)[first : first + AT_ONCE]
            tests = [(stored, type_) for stored in asked for type_ in possible[stored]]
            if not tests:
                continue
            row = con.execute(f"SELECT {', '.join(_all_are(*test) for test in tests)} FROM {table}").fetchone() or ()
            passed = {test for test, all_are in zip(tests, row, strict=True) if all_are is None or all_are}
            possible |= {
                stored: tuple(type_ for type_ in possible[stored] if (stored, type_) in passed) for stored in asked
            }
    con.execute("DROP TABLE sample")
    codes = {column.stored for column in columns if is_identifier(column.header)}
    guesses: dict[str, OwnType] = {}
    for stored, types in possible.items():
        likely = [known for known in OWN_TYPES[::-1] if known in types and not (known == "number" and stored in codes)]
        # A flag is also a number of 1 and 0, and eight digits may be both a number and a date.
        order: tuple[OwnType, ...] = ("flag", "number", "date")
        guesses[stored] = next((known for known in order if known in likely), "text")
    return guesses


def _all_are(stored: str, type_: str) -> str:
    """Return an SQL aggregate: whether all cells of a column that are not empty are of a type; NULL where all are empty."""
    cell = f"trim({stored})"
    filled = f"FILTER (WHERE {_filled(stored)})"
    if type_ == "flag":
        words = ", ".join(map(cells.text, (*YES, *NO)))
        # Only 1, or only 0, may as well be a number.
        return (
            f"bool_and(lower({cell}) IN ({words})) {filled} AND (bool_or(lower({cell}) NOT IN ('0', '1')) {filled} "
            f"OR count(DISTINCT {cell}) {filled} > 1)"
        )
    if type_ == "number":
        is_code = f"regexp_full_match({cell}, '-?0[0-9]+|[0-9]{{16,}}')"
        sign = f"left(ltrim({cell}, '-'), 1)"
        signs = f"({sign}) FILTER (WHERE {sign} IN ('$', '€', '£'))"
        one_currency = f"min{signs} IS NOT DISTINCT FROM max{signs}"
        return f"bool_and({_is_number(stored)} AND NOT {is_code}) {filled} AND {one_currency}"
    return f"bool_and(coalesce({shape(stored)} IN ('iso', 'day', 'month', 'either', 'same'), false)) {filled}"


def _filled(stored: str) -> str:
    return f"lower(trim({stored})) NOT IN ({', '.join(map(cells.text, NOTHING))})"


def _is_number(stored: str) -> str:
    # Longer ones would be infinite.
    return f"regexp_full_match(trim({stored}), {cells.text(_NUMBER)}) AND length({stored}) < 300"


def _number(stored: str) -> str:
    digits = f"regexp_replace(trim({stored}), '[$€£,\\s]', '', 'g')"
    return f"CASE WHEN {_is_number(stored)} THEN try_cast({digits} AS DOUBLE) END"


def _examples(con: DuckDBPyConnection, columns: Sequence[OwnColumn]) -> dict[str, str | None]:
    """Return the first cell of each column that is not empty, None where all are; from the first rows where they have one."""
    examples: dict[str, str | None] = {}
    for rows in (f"(SELECT * FROM raw LIMIT {SAMPLED})", "raw"):
        missing = [column.stored for column in columns if examples.get(column.stored) is None]
        for first in range(0, len(missing), AT_ONCE):
            asked = missing[first : first + AT_ONCE]
            wanted = (f"coalesce({_first(each, _filled(each))}, {_first(each, _any(each))})" for each in asked)
            row = con.execute(f"SELECT {', '.join(wanted)} FROM {rows}").fetchone() or (None,) * len(asked)
            examples |= dict(zip(asked, row, strict=True))
    return examples


def _first(stored: str, condition: str) -> str:
    return f"min_by(trim({stored}), (file, row)) FILTER (WHERE {condition})"


def _any(stored: str) -> str:
    return f"trim({stored}) <> ''"


def with_own_columns(plan: Plan, columns: Sequence[OwnColumn], tz: str) -> Plan:
    """Return the plan of accounts that also reads and writes own columns."""
    dates = [column for column in columns if column.type == "date"]
    return replace(
        plan,
        dates=", ".join(
            [plan.dates, *(f"{cells.year_first(_date_cell(c), c.dates)} AS {c.stored}_stamp" for c in dates)]
        ),
        plain=", ".join(
            [plan.plain, *(f"{cells.plain_stamp(f'{c.stored}_stamp')} AS {c.stored}_plain" for c in dates)]
        ),
        parts=", ".join(
            [
                plan.parts,
                *(
                    cells.stamp_parts(f"{c.stored}_stamp", f"{c.stored}_at", c.dates, f"{c.stored}_plain")
                    for c in dates
                ),
            ]
        ),
        values=", ".join([plan.values, *(f"{_value(c, tz)} AS {c.stored}_value" for c in columns)]),
        written=", ".join([plan.written, *(f"{c.stored}_value AS {c.stored}" for c in columns)]),
    )


def _date_cell(column: OwnColumn) -> str:
    return f"CASE WHEN {_filled(column.stored)} THEN {column.stored} ELSE '' END"


def _value(column: OwnColumn, tz: str) -> str:
    """Return SQL for the value of a cell, NULL where it is empty or does not fit the type."""
    cell = f"lower(trim({column.stored}))"
    if column.type == "number":
        return _number(column.stored)
    if column.type == "date":
        return f"({cells.local_day(f'{column.stored}_at', tz)})::INTEGER"
    if column.type == "flag":
        yes, no = (", ".join(map(cells.text, words)) for words in (YES, NO))
        return f"CASE WHEN {cell} IN ({yes}) THEN true WHEN {cell} IN ({no}) THEN false END"
    return f"nullif(trim({column.stored}), '')"


def misfit_cells(columns: Sequence[OwnColumn]) -> dict[str, str]:
    """Return SQL for the cells of own columns that do not fit their column's type, by the names of ``misfits``."""
    return {
        f"{MISFIT}{c.stored}": f"CASE WHEN {c.stored}_value IS NULL AND {_filled(c.stored)} THEN {c.stored} END"
        for c in columns
        if c.type != "text"
    }


def misfits(
    con: DuckDBPyConnection, columns: Sequence[OwnColumn], names: Sequence[str]
) -> tuple[list[Reject], list[str]]:
    """Return the cells of ``staged`` that do not fit their column's type, at most MOST_LISTED of each, and notes with counts.

    Their rows are kept without them.
    """
    typed = [column for column in columns if column.type != "text"]
    rejected: list[Reject] = []
    notes: list[str] = []
    for first in range(0, len(typed), AT_ONCE):
        asked = typed[first : first + AT_ONCE]
        counts = con.execute(f"SELECT {', '.join(f'count({MISFIT}{c.stored})' for c in asked)} FROM staged").fetchone()
        for column, count in zip(asked, counts or (), strict=True):
            if not count:
                continue
            cell_name = f"{MISFIT}{column.stored}"
            rows = con.execute(
                f"SELECT file, row, {cell_name} FROM staged WHERE {cell_name} IS NOT NULL ORDER BY file, row "
                f"LIMIT {MOST_LISTED}"
            ).fetchall()
            rejected += [
                Reject(
                    row,
                    column.name,
                    str(cell),
                    f"{_REASONS[column.type]}; the row is kept without this cell",
                    names[file],
                )
                for file, row, cell in rows
            ]
            file, row, cell = rows[0]
            notes.append(
                f"{format_count(count, 'cell')} of column '{column.name}' {'is' if count == 1 else 'are'} left empty, as "
                f"{'it does' if count == 1 else 'they do'} not fit its type ({column.type}); the first is '{cell}' "
                f"({names[file]} row {row})."
            )
    return rejected, notes
