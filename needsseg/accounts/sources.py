"""Account files in: text is read, each row is checked, the valid ones become Parquet that the engine opens in place.

Columns of the Parquet files, in order:

- accounts: account_id, name, domain, employees, revenue, industry, country, region, tech_stack (text, empty where the
  source has nothing), created_day (integer or NULL), merged_ids (ids of merged CRM records, separated by blanks)
- events: event_id, account_id, user_id, event, feature, platform, source (text; NULL where empty; source is api, web or
  mobile), day (UTC), second (UTC)
- subscriptions: account_id, plan (text), seats (integer or NULL), amount (double or NULL), start_day, end_day,
  renewal_day (integers or NULL; start_day never)

A day is days since 1970-01-01. ``day`` and ``second`` of an event are UTC, and the engine turns seconds into days of
the reporting time zone; days of accounts and subscriptions are calendar days of the time zone given at ingest.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from needsseg.accounts import cells
from needsseg.accounts.mapping import NAMES, Mapping, alternatives, check_mapping
from needsseg.accounts.merging import resolve_merged
from needsseg.accounts.reading import Layout, layout, rows_of
from needsseg.accounts.zones import zone
from needsseg.errors import NeedssegError, TableError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY_LIMIT = "1GB"
EARLIEST, LATEST = 0, 47_482  # 1970-01-01 … 2100-01-01: outside, a stamp is a slip
ACCOUNT_TEXT = ("name", "domain", "employees", "revenue", "industry", "country", "region", "tech_stack")


@dataclass(frozen=True, slots=True)
class Reject:
    """A row left out: its number in the file (the header is row 1), the column, the cell as it stands, and why."""

    row: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class Ingested:
    """What came of one file: ``rows`` are those written; ``dropped`` counts records the CRM deleted or merged."""

    kind: str
    file: str
    sha256: str
    rows: int
    rejected: tuple[Reject, ...]
    duplicates: int
    parquet: Path
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class _Check:
    """A condition under which a row is refused, the field it concerns and the reason a person reads."""

    field: str
    refused: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Plan:
    """How rows of one kind become columns: parts computed first, then values and checks over them."""

    parts: str
    values: str
    checks: tuple[_Check, ...]
    written: str


def ingest(kind: str, path: Path, mapping: Mapping, out: Path, tz: str = "UTC") -> Ingested:
    """Read one file of ``kind`` through ``mapping`` and write its valid rows as Parquet under the folder ``out``.

    The Parquet file's name comes from the bytes read, the mapping and the time zone, so the same input gives the same
    file. Stamps without an offset are in ``tz``, except Amplitude's, which are UTC. Rows that cannot be read are left
    out and listed. TableError where the header does not fit or no row is valid; NeedssegError where nothing can be
    written.
    """
    import duckdb

    if kind != mapping.kind:
        raise TableError(f"{path.name}: the mapping is one for {mapping.kind}, not {kind}.", "Map the file again.")
    tz = "UTC" if mapping.source == "amplitude" else tz
    zone(tz)
    found = layout(path)
    check_mapping(mapping, found.header, path.name)
    sha = _sha256(path)
    stem = f"{kind}-{_name_of(sha, mapping, tz)}"
    try:
        out.mkdir(parents=True, exist_ok=True)
        spare = out / f".{stem}.{os.getpid()}.csv"
        try:
            with duckdb.connect() as con:
                con.execute(f"SET memory_limit = '{MEMORY_LIMIT}'; SET TimeZone = 'UTC'")
                con.execute(f"SET temp_directory = {cells.text(str(out / f'.{stem}.{os.getpid()}.spill'))}")
                result = _ingest(con, kind, path, mapping, found, spare, out / f"{stem}.parquet", tz)
        finally:
            spare.unlink(missing_ok=True)
    except (duckdb.IOException, OSError) as error:
        raise NeedssegError(f"{out}: cannot write there: {error}.", "Free space or choose another folder.") from error
    except duckdb.Error as error:
        first = str(error).splitlines()[0]
        raise TableError(f"{path.name}: cannot be read as a table: {first}", "Export the file again as CSV.") from error
    return replace(result, sha256=sha)


def _ingest(
    con: DuckDBPyConnection, kind: str, path: Path, mapping: Mapping, found: Layout, spare: Path, parquet: Path, tz: str
) -> Ingested:
    import duckdb

    plan = PLANS[kind](tz)
    try:
        _stage(con, plan, mapping, found, rows_of(con, path, found, spare))
    except duckdb.Error:
        if found.format == "parquet" or not found.clean:
            raise
        # A row with far too many cells or an odd quote stops DuckDB; Python's reader takes it and the row is refused.
        found = replace(found, clean=False)
        _stage(con, plan, mapping, found, rows_of(con, path, found, spare))
    rejected = _refused(con, plan, mapping, found)
    dropped = 0
    if kind == "accounts":
        dropped = resolve_merged(con)
        rejected += _repeated_accounts(con, mapping)
    duplicates = _repeated_events(con) if kind == "events" else 0
    (rows,) = con.execute("SELECT count(*) FROM staged").fetchone() or (0,)
    rejected.sort(key=lambda reject: reject.row)
    if not rows:
        raise TableError(f"{path.name}: holds no valid row.", _first_reason(rejected))
    _write(con, f"SELECT {plan.written} FROM staged ORDER BY row", parquet)
    return Ingested(kind, path.name, "", int(rows), tuple(rejected), duplicates, parquet, dropped)


def _stage(con: DuckDBPyConnection, plan: _Plan, mapping: Mapping, found: Layout, relation: str) -> None:
    """Fill the table ``staged``: row, the plan's columns, and in ``refused`` which check failed first."""
    named = ", ".join(f"{_cell(mapping, found, name)} AS {name}" for name in NAMES[mapping.kind])
    checks = " ".join(f"WHEN {check.refused} THEN {index}" for index, check in enumerate(plan.checks))
    con.execute(
        f"CREATE OR REPLACE TABLE staged AS "
        f"SELECT *, CASE WHEN surplus IS NOT NULL THEN -1 WHEN lacks THEN -2 {checks} END AS refused FROM ("
        f"SELECT *, {plan.values} FROM (SELECT *, {plan.parts} FROM ("
        f"SELECT row, surplus, {_lacks(found)} AS lacks, {named} FROM {relation})))"
    )


def _cell(mapping: Mapping, found: Layout, name: str) -> str:
    """The cell mapped to one field, the first that is not empty among alternatives; empty text where unmapped."""
    columns = alternatives(mapping.columns.get(name, ""), found.header)
    if not columns:
        return "''"
    given = [f"nullif(c{found.header.index(column)}, '')" for column in columns]
    return f"coalesce({', '.join(given)}, '')"


def _lacks(found: Layout) -> str:
    """Whether a CSV row is shorter than the header; Parquet and JSON rows never are."""
    return f"c{len(found.header) - 1} IS NULL" if found.format == "csv" else "false"


def _refused(con: DuckDBPyConnection, plan: _Plan, mapping: Mapping, found: Layout) -> list[Reject]:
    fields = {check.field for check in plan.checks}
    shown = ", ".join(sorted(fields))
    rows = con.execute(f"SELECT row, refused, surplus, {shown} FROM staged WHERE refused IS NOT NULL").fetchall()
    con.execute("DELETE FROM staged WHERE refused IS NOT NULL")
    rejected = []
    for row, refused, surplus, *values in rows:
        if refused == -1 and found.format == "jsonl":
            rejected.append(Reject(row, "", str(surplus)[:200], "not a JSON object"))
        elif refused < 0:
            how = "more" if refused == -1 else "fewer"
            rejected.append(Reject(row, "", str(surplus or ""), f"the row has {how} cells than the header"))
        else:
            check = plan.checks[refused]
            value = str(dict(zip(sorted(fields), values, strict=True))[check.field] or "")
            rejected.append(Reject(row, mapping.columns.get(check.field, check.field), value, check.reason))
    return rejected


def _repeated_accounts(con: DuckDBPyConnection, mapping: Mapping) -> list[Reject]:
    """Take out every row whose account id an earlier row has: which of two rows is right, only a person can say."""
    con.execute("CREATE OR REPLACE TABLE staged AS SELECT *, min(row) OVER (PARTITION BY id) AS first FROM staged")
    rows = con.execute("SELECT row, account_id, first FROM staged WHERE row <> first").fetchall()
    con.execute("DELETE FROM staged WHERE row <> first")
    column = mapping.columns["account_id"]
    return [Reject(row, column, value, f"row {first} already has this account id") for row, value, first in rows]


def _repeated_events(con: DuckDBPyConnection) -> int:
    """Count an event id once however often its file is replayed; events without an id all stay."""
    (before,) = con.execute("SELECT count(*) FROM staged").fetchone() or (0,)
    con.execute(
        "CREATE OR REPLACE TABLE staged AS SELECT * EXCLUDE (first) FROM (SELECT *, "
        "min(row) OVER (PARTITION BY coalesce('id ' || eid, 'row ' || row)) AS first FROM staged) WHERE row = first"
    )
    (after,) = con.execute("SELECT count(*) FROM staged").fetchone() or (0,)
    return int(before - after)


def _first_reason(rejected: list[Reject]) -> str:
    if not rejected:
        return "There is nothing below the header."
    first = rejected[0]
    where = f"row {first.row}" + (f", column {first.column}" if first.column else "")
    return f"The first was refused at {where}: {first.reason}."


def _write(con: DuckDBPyConnection, query: str, parquet: Path) -> None:
    partial = parquet.with_name(f".{parquet.name}.{os.getpid()}")
    try:
        con.execute(f"COPY ({query}) TO {cells.text(str(partial))} (FORMAT parquet, COMPRESSION zstd)")
        partial.replace(parquet)
    finally:
        partial.unlink(missing_ok=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _name_of(sha: str, mapping: Mapping, tz: str) -> str:
    said = json.dumps([sha, mapping.kind, sorted(mapping.columns.items()), mapping.source, tz])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _empty(cell: str) -> str:
    return f"trim({cell}) = ''"


def _day_checks(name: str, day: str) -> tuple[_Check, ...]:
    return (
        _Check(name, f"NOT {_empty(name)} AND {day} IS NULL", cells.DATE_HINT),
        _Check(name, f"{day} NOT BETWEEN {EARLIEST} AND {LATEST}", "a date outside 1970–2100"),
    )


def _accounts(tz: str) -> _Plan:
    return _Plan(
        parts=cells.stamp_parts("created", "created"),
        values=f"{cells.account_key('account_id')} AS id, {cells.account_key('master_record_id')} AS master, "
        f"{cells.local_day('created', tz)} AS created_day, "
        "lower(trim(is_deleted)) IN ('true', '1', 'yes', 't') AS deleted",
        checks=(_Check("account_id", _empty("account_id"), "no account id"), *_day_checks("created", "created_day")),
        written=f"id AS account_id, {', '.join(ACCOUNT_TEXT)}, created_day, merged_ids",
    )


def _events(tz: str) -> _Plan:
    kept = ", ".join(f"nullif(trim({name}), '') AS {name}" for name in ("user_id", "event", "feature", "platform"))
    return _Plan(
        parts=cells.stamp_parts("timestamp", "at"),
        values=f"{cells.account_key('account_id')} AS id, nullif(trim(event_id), '') AS eid, "
        f"{cells.utc_second('at', tz)} AS second, {cells.event_source('source', 'platform')} AS said",
        checks=(
            _Check("account_id", _empty("account_id"), "no account id"),
            _Check("event", _empty("event"), "no event name"),
            _Check("timestamp", _empty("timestamp"), "no time"),
            *_day_checks("timestamp", "(second // 86400)"),
        ),
        written=f"eid AS event_id, id AS account_id, {kept}, said AS source, second // 86400 AS day, second",
    )


def _subscriptions(tz: str) -> _Plan:
    dates = ("start", "end", "renewal")
    days = ", ".join(f"{cells.local_day(f'd_{name}', tz)} AS {name}_day" for name in dates)
    return _Plan(
        parts=", ".join(cells.stamp_parts(f"{name}_date", f"d_{name}") for name in dates),
        values=f"{cells.account_key('account_id')} AS id, {days}, {cells.number('seats')} AS seat_number, "
        f"{cells.number('amount')} AS amount_number",
        checks=(
            _Check("account_id", _empty("account_id"), "no account id"),
            _Check("start_date", _empty("start_date"), "no start date"),
            *(check for name in dates for check in _day_checks(f"{name}_date", f"{name}_day")),
            _Check("end_date", "end_day < start_day", "the subscription ends before it starts"),
            _Check("seats", f"NOT {_empty('seats')} AND seat_number IS NULL", cells.NUMBER_HINT),
            _Check("seats", "seat_number <> floor(seat_number)", "seats are whole"),
            _Check("amount", f"NOT {_empty('amount')} AND amount_number IS NULL", cells.NUMBER_HINT),
        ),
        written="id AS account_id, trim(plan) AS plan, seat_number::BIGINT AS seats, amount_number AS amount, "
        "start_day, end_day, renewal_day",
    )


PLANS: dict[str, Callable[[str], _Plan]] = {"accounts": _accounts, "events": _events, "subscriptions": _subscriptions}
