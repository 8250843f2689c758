"""Read files into the table ``raw``, and parse and check their rows in the table ``staged``."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from needsseg.accounts.ingest import cells
from needsseg.accounts.ingest.cells import text
from needsseg.accounts.ingest.columns import LOST_DIGITS, Plan
from needsseg.accounts.ingest.csv_text import UNCLOSED
from needsseg.accounts.ingest.dates import TIME, has_times
from needsseg.accounts.ingest.file_rows import Layout, rows_of
from needsseg.accounts.ingest.gathering import Part
from needsseg.accounts.ingest.mapping import NAMES, Mapping, alternatives, fitted
from needsseg.accounts.ingest.rejects import Reject
from needsseg.errors import TableError
from needsseg.progress import Progress
from needsseg.text import format_count, plural

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Refused = list[tuple[str, str]]
NO_END = {"no_end": "CASE WHEN end_open THEN end_date END"}


def read_parts(
    con: DuckDBPyConnection,
    parts: Sequence[Part],
    mapping: Mapping,
    scratch: Path,
    progress: Progress,
    most: int | None = None,
) -> tuple[list[Part], Refused, list[str]]:
    """Make ``raw`` a view of the original cells of all parts: file, row, and a text for every field.

    It is over the table ``raw_rows``, except for the events of a single Parquet file: those are read from the file itself, where
    a column costs little and a table of all cells much.

    Return the parts that were read (numbered by ``file``), the refused ones with the reason, and notes for the user. ``most``
    limits the rows of each. TableError where the only part, or every part, is unreadable.
    """
    _make_raw(con, mapping)
    in_place = len(parts) == 1 and mapping.kind == "events" and most is None
    read: list[Part] = []
    refused: Refused = []
    without: Counter[str] = Counter()
    first_error: TableError | None = None
    for number, part in enumerate(parts):
        progress(f"reading {part.name}", number, len(parts))
        part_layout = part.layout
        if part_layout is None:
            raise TableError(f"{part.name}: has no layout.", "Lay it out first.")
        try:
            own_mapping, missing_fields = fitted(mapping, part_layout.header, part.name)
            if in_place and part_layout.format == "parquet":
                _view_file(con, part, part_layout, own_mapping, scratch)
            else:
                _insert(con, part, part_layout, own_mapping, len(read), scratch, most)
        except TableError as error:
            first_error = first_error or error
            refused.append((part.name, error.message.removeprefix(f"{part.name}: ")))
            continue
        read.append(part)
        if part_layout.format != "jsonl":
            without.update(missing_fields)
    if first_error and not read:
        raise first_error
    notes = [note for part in read for note in part.notes]
    notes += [
        f"{count:,} of {len(read):,} files have no column '{mapping.columns[name]}'; {name} is empty in their rows."
        for name, count in without.items()
    ]
    return read, refused, notes


def _make_raw(con: DuckDBPyConnection, mapping: Mapping) -> None:
    own = [column.stored for column in mapping.own.columns]
    fields = ", ".join(f"{name} VARCHAR" for name in (*NAMES[mapping.kind], *own))
    con.execute(
        f"CREATE TABLE raw_rows (file INTEGER, row BIGINT, surplus VARCHAR, lacks BOOLEAN, json BOOLEAN, {fields})"
    )
    con.execute("CREATE VIEW raw AS SELECT * FROM raw_rows")


def _view_file(con: DuckDBPyConnection, part: Part, file_layout: Layout, mapping: Mapping, scratch: Path) -> None:
    """Make ``raw`` a view of the only file."""
    con.execute("DROP TABLE raw_rows")
    from_file = _cells_of(con, part, file_layout, mapping, 0, scratch, with_times=True)
    con.execute(f"CREATE OR REPLACE VIEW raw AS {from_file}")


def _insert(
    con: DuckDBPyConnection,
    part: Part,
    file_layout: Layout,
    mapping: Mapping,
    number: int,
    scratch: Path,
    most: int | None,
) -> None:
    import duckdb

    limit = "" if most is None else f" LIMIT {most}"

    def fill(chosen_layout: Layout) -> None:
        con.execute(f"INSERT INTO raw_rows {_cells_of(con, part, chosen_layout, mapping, number, scratch)}{limit}")

    try:
        try:
            fill(file_layout)
        except duckdb.Error:
            if file_layout.format == "parquet" or not file_layout.clean:
                raise
            # DuckDB stops at a row with too many cells or an odd quote; with Python's reader only that row is refused.
            fill(replace(file_layout, clean=False))
    except duckdb.Error as error:
        if isinstance(error, duckdb.IOException) and str(part.path) not in str(error):
            raise
        first = str(error).splitlines()[0].replace(str(part.path), part.name)
        raise TableError(f"{part.name}: cannot be read as a table: {first}", "Export the file again as CSV.") from error


def _cells_of(
    con: DuckDBPyConnection,
    part: Part,
    file_layout: Layout,
    mapping: Mapping,
    number: int,
    scratch: Path,
    with_times: bool = False,
) -> str:
    """Return SQL for the rows of a part with the columns of ``raw``; ``number`` is that of the file.

    ``with_times`` adds the times of events that a Parquet file has as such, so that they need not be read from text.
    """
    field_cells = ", ".join(
        [
            *(f"{_cell(mapping, file_layout, name)} AS {name}" for name in NAMES[mapping.kind]),
            *(f"{_own_cell(file_layout, column.header)} AS {column.stored}" for column in mapping.own.columns),
        ]
    )
    times = _times_of(con, part, file_layout, mapping) if with_times else ""
    return (
        f"SELECT {number} AS file, row, surplus::VARCHAR AS surplus, {_lacks(file_layout)} AS lacks, "
        f"{file_layout.format == 'jsonl'} AS json, {field_cells}{times} FROM {rows_of(con, part.path, file_layout, scratch)}"
    )


def _times_of(con: DuckDBPyConnection, part: Part, file_layout: Layout, mapping: Mapping) -> str:
    """Return SQL for a column with the times of events, where they are timestamps without a zone; else an empty text."""
    columns = alternatives(mapping.columns["timestamp"], file_layout.header)
    types = {
        str(name): str(type_)
        for name, type_, *_ in con.execute(f"DESCRIBE SELECT * FROM read_parquet({text(str(part.path))})").fetchall()
    }
    if len(columns) != 1 or types.get(columns[0]) not in ("TIMESTAMP", "TIMESTAMP_MS", "TIMESTAMP_S"):
        return ""
    time = f"c{file_layout.header.index(columns[0])}_stored"
    # Others are no dates that a file of text could hold, and are refused as such.
    return f", CASE WHEN {time} BETWEEN TIMESTAMP '1000-01-01' AND TIMESTAMP '9999-12-31' THEN {time}::TIMESTAMP END AS {TIME}"


def _cell(mapping: Mapping, file_layout: Layout, name: str) -> str:
    """Return SQL for the cell of a field, the first non-empty one among alternatives; empty text where unmapped."""
    columns = alternatives(mapping.columns.get(name, ""), file_layout.header) if name in mapping.columns else ()
    if not columns:
        return "''"
    non_empty_cells = [f"nullif(c{file_layout.header.index(column)}, '')" for column in columns]
    return f"coalesce({', '.join(non_empty_cells)}, '')"


def _own_cell(file_layout: Layout, header: str) -> str:
    return f"coalesce(c{file_layout.header.index(header)}, '')" if header in file_layout.header else "''"


def _lacks(file_layout: Layout) -> str:
    """Return SQL for whether a CSV row is shorter than the header; Parquet and JSON rows never are."""
    return f"c{len(file_layout.header) - 1} IS NULL" if file_layout.format == "csv" else "false"


def whole_ids(con: DuckDBPyConnection, fields: Sequence[str] = ("account_id",)) -> list[str]:
    """Convert ids written as floats (``12345.0``) back to integers where all ids of a file are numbers.

    Return notes for the user. A file with any other id is unchanged; ids that lost digits count as numbers, though their
    rows will be refused.
    """
    notes = []
    for field in fields:
        floats = rf"regexp_full_match(trim({field}), '\d{{1,15}}\.0+')"
        numbers = rf"(trim({field}) = '' OR regexp_full_match(trim({field}), '\d{{1,15}}(\.0+)?|{LOST_DIGITS}'))"
        if con.execute(f"SELECT 1 FROM raw WHERE contains({field}, '.0') LIMIT 1").fetchone() is None:
            continue
        files = f"SELECT file FROM raw GROUP BY file HAVING bool_and({numbers}) AND bool_or({floats})"
        if con.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'raw_rows'").fetchone() is None:
            con.execute("CREATE TABLE raw_rows AS SELECT * FROM raw")
            con.execute("CREATE OR REPLACE VIEW raw AS SELECT * FROM raw_rows")
        changed = con.execute(
            f"UPDATE raw_rows SET {field} = regexp_extract({field}, '\\d+') WHERE {floats} AND file IN ({files})"
        ).fetchone()
        count = int(changed[0]) if changed else 0
        ids = {"account_id": "account ids", "term_id": "subscription ids"}.get(field, "user ids")
        notes += [f"{count:,} {ids} were written as floats (12345.0) and are read as whole numbers."] * bool(count)
    return notes


def ids_of(mapping: Mapping) -> list[str]:
    """Return the fields that are ids of accounts, or by which rows are joined to them."""
    keys: tuple[str, ...] = ("user_id",) if mapping.kind == "users" else ()
    if "account_id" not in mapping.columns:
        keys = ("term_id", "user_id")
    elif mapping.kind == "churn":
        keys = ("term_id",)
    return [name for name in ("account_id", *keys) if name in NAMES[mapping.kind]]


def stage(con: DuckDBPyConnection, plan: Plan) -> int:
    """Turn ``raw`` into ``staged``: its cells, the plan's columns, and in ``refused`` the first failed check.

    Return the number of rows.
    """
    return _staged(con, f"SELECT * FROM ({_checked(con, plan)})")


def stage_written(con: DuckDBPyConnection, plan: Plan, noted: MappingOf[str, str]) -> int:
    """Turn ``raw`` into ``staged``: the columns to write, those besides, ``refused``, and what notes and refusals need.

    ``refused_cell`` is the cell that failed, and ``noted`` are further columns by name, as SQL. Return the number of rows.
    """
    failed = " ".join(f"WHEN {index} THEN {check.field}" for index, check in enumerate(plan.checks))
    cell = f"CASE WHEN refused IS NOT NULL THEN CASE refused WHEN -1 THEN surplus {failed} END END AS refused_cell"
    columns = [plan.written, plan.besides, cell, *(f"{value} AS {name}" for name, value in noted.items())]
    chosen = ", ".join(filter(None, columns))
    return _staged(con, f"SELECT file, row, refused, {chosen} FROM ({_checked(con, plan)}) AS staged")


def _staged(con: DuckDBPyConnection, query: str) -> int:
    con.execute(f"CREATE TABLE staged AS {query}")
    con.execute("DROP VIEW raw")
    con.execute("DROP TABLE IF EXISTS raw_rows")
    return int((con.execute("SELECT count(*) FROM staged").fetchone() or (0,))[0])


def _checked(con: DuckDBPyConnection, plan: Plan) -> str:
    """Return SQL for the rows of ``raw`` with the plan's columns, and in ``refused`` the number of the first failed check."""
    checks = " ".join(f"WHEN {check.refused} THEN {index}" for index, check in enumerate(plan.checks))
    raw, dates, plain = "raw", plan.dates, plan.plain
    if has_times(con):
        dates = f"CASE WHEN {TIME} IS NULL THEN trim(timestamp) ELSE '' END AS timestamp_stamp"
        plain = f"coalesce({TIME}, {cells.plain_stamp('timestamp_stamp')}) AS timestamp_plain"
    if plan.repeated:
        distinct = f"SELECT *, {plan.repeated} FROM (SELECT DISTINCT {plan.repeated_by} FROM raw)"
        raw = f"raw LEFT JOIN ({distinct}) USING ({plan.repeated_by})"
    return (
        f"SELECT *, CASE WHEN surplus IS NOT NULL THEN -1 WHEN lacks THEN -2 {checks} END AS refused FROM ("
        f"SELECT *, {plan.values} FROM (SELECT *, {plan.parts} FROM (SELECT *, {plain} FROM "
        f"(SELECT *, {dates} FROM {raw}))))"
    )


def take_refused(con: DuckDBPyConnection, plan: Plan, mapping: Mapping, parts: Sequence[Part]) -> list[Reject]:
    """Remove the rows that failed a check from ``staged``, and return them with reasons."""
    rows = con.execute("SELECT file, row, refused, refused_cell FROM staged WHERE refused IS NOT NULL").fetchall()
    if not rows:
        return []
    con.execute("DELETE FROM staged WHERE refused IS NOT NULL")
    rejected = []
    for file, row, refused, cell, *_ in rows:
        name, layout = parts[file].name, parts[file].layout
        if refused < 0:
            value, reason = malformed(str(cell or ""), refused, layout is not None and layout.format == "jsonl")
            rejected.append(Reject(row, "", value, reason, name))
            continue
        check = plan.checks[refused]
        rejected.append(Reject(row, mapping.columns.get(check.field, check.field), str(cell or ""), check.reason, name))
    return rejected


def open_ends(con: DuckDBPyConnection) -> list[str]:
    """Return a note on end dates in ``staged`` that mean that a subscription has no end, those in ``no_end``."""
    row = con.execute(
        "SELECT count(*), arg_min(no_end, (file, row)) FROM staged WHERE no_end IS NOT NULL AND refused IS NULL"
    ).fetchone()
    count, example = row or (0, "")
    return [f"{format_count(count, 'end date')} such as '{example}' mean that the subscription has no end."] * bool(
        count
    )


def last_rows(con: DuckDBPyConnection) -> dict[int, int]:
    """Return the number of the last row of each file, by the file's number."""
    return {
        int(file): int(row) for file, row in con.execute("SELECT file, max(row) FROM staged GROUP BY file").fetchall()
    }


def cut_off(rejected: Sequence[Reject], ends: MappingOf[int, int], parts: Sequence[Part]) -> list[str]:
    """Return notes on text files whose last row was refused and has no line end, as in an incomplete copy.

    An incomplete gzip or Parquet file is not read at all.
    """
    refused = {(reject.file, reject.row) for reject in rejected}
    return [
        f"The last row of {parts[file].name} was refused and has no line end: the file may be cut off. Fetch it again if "
        "rows are missing."
        for file, row in sorted(ends.items())
        if (parts[file].name, row) in refused and _open_ended(parts[file].path)
    ]


def _open_ended(path: Path) -> bool:
    with path.open("rb") as stream:
        if stream.read(4).startswith((b"PAR1", b"\x1f\x8b")):
            return False
        stream.seek(-1, os.SEEK_END)
        return stream.read(1) not in (b"\n", b"\r", b"\x00")


def malformed(surplus: str, refused: int, json: bool) -> tuple[str, str]:
    """Return the text to show of a row whose cells do not fit the header, and why it is refused."""
    if json:
        return surplus[:200], "not a JSON object"
    if surplus.startswith(UNCLOSED):
        return surplus.removeprefix(UNCLOSED), "a quote in this line is never closed"
    return surplus, f"the row has {'more' if refused == -1 else 'fewer'} cells than the header"


def overlapping(con: DuckDBPyConnection) -> list[str]:
    """Return notes on subscriptions in ``kept`` that begin while another one of the same account still runs."""
    overlaps = con.execute(
        "SELECT count(*), count(DISTINCT account_id) FROM (SELECT account_id, start_day, max(coalesce(end_day, 2147483647)) "
        "OVER (PARTITION BY account_id ORDER BY start_day, file, row ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) "
        "AS until FROM kept) WHERE start_day < until"
    ).fetchone()
    rows, accounts = overlaps or (0, 0)
    if not rows:
        return []
    return [
        f"{format_count(rows, 'subscription')} of {format_count(accounts, 'account')} {plural(rows, 'begins', 'begin')} while "
        "another runs; overlapping ones count as one period."
    ]
