"""Import account files: read text, check each row, and write the valid rows as Parquet for the engines.

Columns of the Parquet files, in order:

- accounts: account_id, name, domain, employees, revenue, industry, country, region, tech_stack (text, empty where the
  source has nothing), created_day (integer or NULL), merged_ids (ids of merged CRM records, separated by blanks), and
  own_0001 … for the columns of the source that are no field: text, double, epoch day or boolean, NULL where empty
- events: event_id, account_id, user_id, event, feature, platform, source (text; NULL where empty; source is api, web or
  mobile), day (UTC), second (UTC), uses (how many events a row stands for), span (the days that it stands for: 1 or 7),
  term_id, device_id (by which it is joined to an account where account_id is empty)
- subscriptions: account_id, plan (text), seats (integer or NULL), amount (double or NULL), start_day, end_day,
  renewal_day (integers or NULL; start_day never), term_id, replaces, currency (ISO code), billing_interval (text, empty
  where the source has nothing), trial (1 or 0)

- users: account_id, user_id, device_id, email, role (text, empty where the source has nothing), created_day, former
  (whether the address was the user's before)
- churn: account_id, date_day, id, reason, text
- tickets: account_id, date_day, id, subject, category, status, priority
- nps: account_id, date_day, id, user_id, comment, score (0 to 10)

A day is days since 1970-01-01. ``day`` and ``second`` of an event are UTC, and the engine turns seconds into days of
the reporting time zone; days of accounts and subscriptions are calendar days of the time zone given at ingest.

The order of work: all files become the table ``raw`` (unchanged text), the formats of its date columns are detected,
``staged`` holds the columns to write and the first failed check of each row, ``kept`` the rows to write. Every row read is
counted exactly once. Events are written by account and time, other rows in the order of their files.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as MappingOf
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from needsseg.accounts.ingest import cells
from needsseg.accounts.ingest.columns import plan_of
from needsseg.accounts.ingest.crosschecks import unreadable_tiers
from needsseg.accounts.ingest.dates import DateColumn, DatesUnclearError, date_columns
from needsseg.accounts.ingest.gathering import Part, label, laid_out
from needsseg.accounts.ingest.mapping import Mapping, alternatives, check_mapping, with_own_headers
from needsseg.accounts.ingest.merged_records import EARLIER, resolve_merged
from needsseg.accounts.ingest.money import amount_forms
from needsseg.accounts.ingest.own_cells import MISFIT, decided_columns, misfit_cells, misfits, with_own_columns
from needsseg.accounts.ingest.rejects import Reject, rejects_file, write_rejects
from needsseg.accounts.ingest.repeats import (
    PLACE,
    multiplied_accounts,
    multiplied_subscriptions,
    refused_accounts,
    repeated_events,
    repeated_rows,
    unknown_replaced,
)
from needsseg.accounts.ingest.staging import (
    NO_END,
    cut_off,
    ids_of,
    last_rows,
    open_ends,
    overlapping,
    read_parts,
    stage_written,
    take_refused,
    whole_ids,
)
from needsseg.accounts.kinds.deliveries import Merged, merge_accounts, merge_rows, merge_users
from needsseg.accounts.kinds.enriching import Enriched, enrich
from needsseg.accounts.kinds.fields import FIELDS
from needsseg.accounts.kinds.tenure import tenure_forms, tenure_words
from needsseg.accounts.kinds.usage import mark_weeks, usage_forms, without_use
from needsseg.accounts.own.columns import OwnColumn
from needsseg.accounts.tiers.zones import zone
from needsseg.errors import Advice, NeedssegError, TableError
from needsseg.files import file_sha256, private_folder, sha256, whole_file
from needsseg.progress import Progress, silent

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY_LIMIT = "2GB"


@dataclass(frozen=True, slots=True)
class Ingested:
    """The result of one import: of ``read`` rows ``rows`` are written; ``dropped`` counts records the CRM deleted or merged.

    ``read = rows + len(rejected) + duplicates + dropped``. ``held`` are all rows in the Parquet file, more than ``rows``
    where files were added to a source; ``refused`` are files that could not be read, with the reason; ``parts`` the names
    and hashes of those that were. ``own`` are the own columns that are kept, ``emptied`` the cells of them that do not fit their
    column's type; their rows are kept without them.
    """

    kind: str
    file: str
    sha256: str
    rows: int
    rejected: tuple[Reject, ...]
    duplicates: int
    parquet: Path
    dropped: int = 0
    read: int = 0
    held: int = 0
    refused: tuple[tuple[str, str], ...] = ()
    parts: tuple[tuple[str, str], ...] = ()
    dates: tuple[DateColumn, ...] = ()
    warnings: tuple[str | Advice, ...] = ()
    own: tuple[OwnColumn, ...] = ()
    emptied: tuple[Reject, ...] = ()


def ingest(
    kind: str,
    source: Path | Sequence[Part],
    mapping: Mapping,
    out: Path,
    tz: str = "UTC",
    *,
    saved_dates: MappingOf[str, str] | None = None,
    earlier: Path | None = None,
    earlier_own: Sequence[OwnColumn] = (),
    progress: Progress = silent,
) -> Ingested:
    """Read the files of ``kind`` through ``mapping`` and write their valid rows as one Parquet file under the folder ``out``.

    The Parquet file's name comes from the bytes read, the mapping and the time zone, so the same input gives the same
    file. Stamps without an offset are in ``tz``, except Amplitude's, which are UTC. ``saved_dates`` are answers given
    before, ``earlier`` the Parquet file of an earlier import that these files are added to, ``earlier_own`` its own columns.
    Rows that cannot be read are left out and listed, in the result and in ``out``. DatesUnclearError where a person must say
    how dates are written, another TableError where no header fits or no row is valid; NeedssegError where nothing can be written.
    """
    import duckdb

    if isinstance(source, Path):
        (laid,), refused = laid_out([Part(source.name, source, "")])
        parts: tuple[Part, ...] = (Part(laid.name, source, file_sha256(source), laid.layout),)
        check_mapping(mapping, parts[0].layout.header if parts[0].layout else (), source.name)
    else:
        parts, refused = laid_out(source)
    name = label([part.name for part in parts])
    if kind != mapping.kind:
        raise TableError(f"{name}: the mapping is one for {mapping.kind}, not {kind}.", "Map the file again.")
    tz = "UTC" if mapping.source == "amplitude" else tz
    zone(tz)
    mapping = with_own_headers(mapping, [part.layout.header for part in parts if part.layout], earlier_own)
    try:
        out.mkdir(parents=True, exist_ok=True)
        with workshop(out) as (con, scratch):
            read, misfits, notes = read_parts(con, parts, mapping, scratch, progress)
            return _ingest(con, read, mapping, out, tz, dict(saved_dates or {}), earlier, (*refused, *misfits), notes)
    except (duckdb.IOException, OSError) as error:
        raise NeedssegError(f"{out}: cannot write there: {error}.", "Free space or choose another folder.") from error
    except duckdb.Error as error:
        first = str(error).splitlines()[0]
        raise TableError(f"{name}: cannot be read as a table: {first}", "Export the file again as CSV.") from error


@contextmanager
def workshop(out: Path) -> Iterator[tuple[DuckDBPyConnection, Path]]:
    """Open a database in memory that spills into ``out``, and give the path of a temporary file there."""
    import duckdb

    with private_folder(out, "spill") as folder, duckdb.connect() as con:
        con.execute(f"SET memory_limit = '{MEMORY_LIMIT}'; SET TimeZone = 'UTC'")
        con.execute(f"SET temp_directory = {cells.text(str(folder / 'memory'))}")
        yield con, folder / "spare.csv"


def _ingest(
    con: DuckDBPyConnection,
    parts: Sequence[Part],
    mapping: Mapping,
    out: Path,
    tz: str,
    saved: dict[str, str],
    earlier: Path | None,
    refused: tuple[tuple[str, str], ...],
    file_notes: list[str],
) -> Ingested:
    kind, names = mapping.kind, [part.name for part in parts]
    name = label(names)
    notes: list[str | Advice] = [*file_notes, *whole_ids(con, ids_of(mapping))]
    dates = date_columns(con, mapping, names, saved)
    if unclear := [column for column in dates if not column.format]:
        raise DatesUnclearError(unclear, name)
    forms, form_notes = _forms(con, mapping, dates, name)
    notes += form_notes
    own = decided_columns(con, mapping, names)
    plan = with_own_columns(plan_of(kind, tz, forms), own.columns, tz)
    read = stage_written(con, plan, (NO_END if kind == "subscriptions" else {}) | misfit_cells(own.columns))
    notes += open_ends(con) if kind == "subscriptions" else []
    ends = last_rows(con)
    rejected = take_refused(con, plan, mapping, parts)
    notes += cut_off(rejected, ends, parts)
    emptied, own_notes = misfits(con, own.columns, names)
    notes += [*own.notes, *own_notes]
    columns = _keep(con, earlier)
    notes += tenure_words(con, forms, EARLIER)
    enriched = enrich(con, parts, mapping, own.columns) if earlier else Enriched()
    notes += enriched.notes
    dropped, duplicates, repeated, changed = _without_repeats(
        con, mapping, parts, own.columns, notes, beside_others=bool(earlier) or len(parts) > 1
    )
    rejected = _in_order([*rejected, *enriched.rejected, *repeated], names)
    listed = rejects_file(out, kind)
    write_rejects(_in_order([*rejected, *emptied], names), listed)
    total = int((con.execute("SELECT count(*) FROM kept").fetchone() or (0,))[0])
    if not total:
        raise TableError(f"{name}: holds no valid row.", _first_reason(rejected, listed))
    (new,) = con.execute("SELECT count(*) FROM kept WHERE file <> ?", [EARLIER]).fetchone() or (0,)
    sha = over_all(part.sha256 for part in parts)
    parquet = out / f"{kind}-{_name_of(sha, mapping, tz, forms, earlier, own.columns)}.parquet"
    _write(con, _in_file_order(con, kind, columns), parquet)
    return Ingested(
        kind, name, sha, int(new) + enriched.rows + changed, tuple(rejected), duplicates + enriched.repeats, parquet, dropped,
        read, total, refused, tuple((part.name, part.sha256) for part in parts), dates, tuple(notes), own.columns, tuple(emptied),
    )  # fmt: skip


def _in_order(rejected: list[Reject], names: Sequence[str]) -> list[Reject]:
    places = {part: number for number, part in enumerate(names)}
    return sorted(rejected, key=lambda reject: (places[reject.file], reject.row))


def _forms(
    con: DuckDBPyConnection, mapping: Mapping, dates: Sequence[DateColumn], name: str
) -> tuple[dict[str, str], list[str | Advice]]:
    """Return how the cells of the table ``raw`` are read, and notes on what was decided."""
    as_amounts, notes = amount_forms(con, mapping)
    forms = {column.field: column.format for column in dates}
    return forms | as_amounts | usage_forms(mapping) | tenure_forms(mapping, name), notes


def _without_repeats(
    con: DuckDBPyConnection,
    mapping: Mapping,
    parts: Sequence[Part],
    own: Sequence[OwnColumn],
    notes: list[str | Advice],
    *,
    beside_others: bool,
) -> tuple[int, int, list[Reject], int]:
    """Remove merged and repeated rows from ``kept``, and add notes about them.

    Return the number of merged accounts, the number of repeats, repeated accounts as rejects, and the number of rows that
    changed earlier ones. ``beside_others`` means that rows come from several files or imports.
    """
    if mapping.kind == "events":
        dropped, duplicates = _without_repeated_events(con, mapping, notes, beside_others=beside_others)
        return dropped, duplicates, [], 0
    dropped, rejected, merged = 0, list[Reject](), Merged()
    if mapping.kind == "accounts":
        dropped, merged_away = resolve_merged(con)
        if merged_away:
            notes.append(f"{merged_away:,} accounts of earlier imports are now deleted or merged in the CRM.")
        rejected = refused_accounts(con, mapping, [part.name for part in parts])
        notes += multiplied_accounts(rejected)
        merged = merge_accounts(con, own)
    elif mapping.kind in FIELDS:
        merged.repeats = repeated_rows(con, mapping.kind)
    if beside_others and mapping.kind == "users":
        merged.add(merge_users(con, own))
    elif beside_others and mapping.kind != "accounts":
        merged.add(merge_rows(con, mapping.kind, own, _stated_fields(mapping, parts)))
    notes += merged.notes
    if mapping.kind == "accounts":
        notes += unreadable_tiers(con)
    if mapping.kind == "subscriptions":
        notes += multiplied_subscriptions(con) + unknown_replaced(con) + overlapping(con)
    return dropped, merged.repeats, rejected, merged.changed


def _stated_fields(mapping: Mapping, parts: Sequence[Part]) -> dict[int, set[str]]:
    """Return the fields that each file has columns for, by its number."""
    return {
        number: {name for name, column in mapping.columns.items() if alternatives(column, part.layout.header)}
        for number, part in enumerate(parts)
        if part.layout
    }


def _without_repeated_events(
    con: DuckDBPyConnection, mapping: Mapping, notes: list[str | Advice], *, beside_others: bool
) -> tuple[int, int]:
    """Remove events without a use and repeated ones from ``kept``, and add notes; return the numbers of both."""
    dropped = without_use(con)
    duplicates, unnamed, differing = repeated_events(con)
    if differing:
        notes.append(
            f"{differing:,} event ids stand for events that differ in account, name or time; the first of each counts. "
            f"If '{mapping.columns['event_id']}' is not an event id, import the file again without a column for it."
        )
    if unnamed and beside_others:
        notes.append(f"{unnamed:,} events have no event id, so repeats of them in other files cannot be recognised.")
    notes += mark_weeks(con, mapping, EARLIER)
    return dropped, duplicates


def _keep(con: DuckDBPyConnection, earlier: Path | None) -> list[str]:
    """Make ``staged`` the table ``kept``, with the rows of an earlier import added; return the columns to write."""
    staged = [str(row[0]) for row in con.execute("DESCRIBE staged").fetchall()]
    con.execute("ALTER TABLE staged RENAME TO kept")
    for column in staged:
        if column in ("refused", "refused_cell", *NO_END) or column.startswith(MISFIT):
            con.execute(f"ALTER TABLE kept DROP COLUMN {column}")
    held_columns = [str(row[0]) for row in con.execute("DESCRIBE kept").fetchall()]
    columns = [column for column in held_columns if column not in ("file", "row", "master", "deleted", "given")]
    if earlier is not None:
        earlier_rows = f"read_parquet({cells.text(str(earlier))}, file_row_number = true)"
        temporary = ", ''  AS master, false AS deleted, '' AS given" if "given" in held_columns else ""
        # A file of an earlier version lacks columns that were added since.
        held = {str(row[0]) for row in con.execute(f"DESCRIBE SELECT * FROM {earlier_rows}").fetchall()}
        present = ", ".join(column for column in columns if column in held)
        con.execute(
            f"INSERT INTO kept BY NAME SELECT {EARLIER} AS file, file_row_number AS row, {present}{temporary} "
            f"FROM {earlier_rows}"
        )
    return columns


def _first_reason(rejected: list[Reject], listed: Path) -> str:
    if not rejected:
        return "There is nothing below the header."
    first = rejected[0]
    place = f"row {first.row}" + (f", column {first.column}" if first.column else "")
    more = f" All {len(rejected):,} are listed in {listed}." if len(rejected) > 1 else ""
    return f"The first was refused at {place}: {first.reason}.{more}"


def _in_file_order(con: DuckDBPyConnection, kind: str, columns: Sequence[str]) -> str:
    """Return SQL for the rows of ``kept`` in the order of their files; events by account and second.

    An account's events lie together, so that reading those of one account skips the rest of the file. They are sorted by whole
    numbers, that of their account among all ids and the second, which takes less time than comparing the ids themselves.
    """
    if kind != "events":
        return f"SELECT {', '.join(columns)} FROM kept ORDER BY file, row"
    con.execute(
        "CREATE TABLE ranked AS SELECT account_id, row_number() OVER (ORDER BY account_id) AS rank "
        "FROM (SELECT DISTINCT account_id FROM kept)"
    )
    # The seconds of 250 years before and after 1970 take 34 bits.
    return (
        f"SELECT {', '.join(columns)} FROM kept LEFT JOIN ranked USING (account_id) "
        f"ORDER BY (rank << 34) + second + 8589934592, {PLACE}"
    )


def _write(con: DuckDBPyConnection, query: str, parquet: Path) -> None:
    with whole_file(parquet) as partial:
        con.execute(
            f"COPY ({query}) TO {cells.text(str(partial))} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"
        )


def over_all(hashes: Iterable[str]) -> str:
    """Return one hash for several files in any order; for a single file its own hash."""
    distinct_hashes = sorted(set(hashes))
    return distinct_hashes[0] if len(distinct_hashes) == 1 else sha256("\n".join(distinct_hashes))


def _name_of(
    sha: str, mapping: Mapping, tz: str, forms: dict[str, str], earlier: Path | None, own: Sequence[OwnColumn]
) -> str:
    earlier_name = earlier.name if earlier else ""
    settings: list[object] = [
        sha, mapping.kind, sorted(mapping.columns.items()), mapping.source, tz, sorted(forms.items()), earlier_name
    ]  # fmt: skip
    if own:
        settings.append([(column.stored, column.header, column.type, column.dates) for column in own])
    settings_text = json.dumps(settings)
    return sha256(settings_text)[:16]
