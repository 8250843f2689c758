"""Stage a file of customers' texts: check its rows, list refused ones, and yield the others in chunks.

The file is read once, by the engine and not by Python, into one private Parquet file; that holds ``place`` (0, 1, 2 …
among the rows that were accepted), ``row`` (its number in the file), ``id``, ``account_id`` (text, empty where the file
has none), ``date_day`` (days since 1970-01-01 in the reporting time zone, or NULL) and ``text``. Only one
chunk of the file is in memory at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from needsseg.accounts.ingest import cells
from needsseg.accounts.ingest.columns import plan_of
from needsseg.accounts.ingest.dates import DatesUnclearError, chosen_date_formats, date_columns
from needsseg.accounts.ingest.file_rows import layout
from needsseg.accounts.ingest.gathering import Part
from needsseg.accounts.ingest.ingestion import workshop
from needsseg.accounts.ingest.mapping import NAMES, alternatives, guess_mapping
from needsseg.accounts.ingest.mapping import Mapping as Columns
from needsseg.accounts.ingest.preview import Preview, preview
from needsseg.accounts.ingest.rejects import Reject, write_rejects
from needsseg.accounts.ingest.staging import malformed, read_parts, stage, whole_ids
from needsseg.accounts.tiers.zones import zone
from needsseg.errors import Advice, NeedssegError, Option, TableError, UsageError
from needsseg.files import whole_file
from needsseg.languages.detection import seems_english
from needsseg.progress import silent

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ROWS, CHARACTERS = 10_000, 8_000_000
SHOWN = 200
MEMORY_LIMIT = "600MB"  # leaves memory for the sentence model
LANGUAGE_SAMPLE = 2_000
LEAST_WORDS = 12
WORDS_FOR_LANGUAGE = 40


@dataclass(frozen=True, slots=True)
class TextRow:
    """One text: its row in the file (a header is row 1), its id and its account's id, "" where unknown, its day."""

    row: int
    id: str
    account_id: str
    day: int | None
    text: str


@dataclass(frozen=True, slots=True)
class StagedTexts:
    """A staged file: of ``read`` rows ``rows`` are in ``path``, and ``refused`` counts the others by reason."""

    path: Path
    read: int
    rows: int
    refused: dict[str, int]
    columns: dict[str, str]
    dates: dict[str, str]
    warnings: tuple[str, ...] = ()


def text_columns(header: tuple[str, ...], file: str, chosen: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the columns of text, account_id, date and id: as ``chosen``, else by name; a single column is the text.

    A field with an empty choice is not read. TableError where a column is missing, or that of the texts is unknown.
    """
    columns = guessed_columns(header, file, chosen)
    if "text" not in columns:
        raise TableError(
            f"{file}: no column is named as texts.",
            Advice("Name that column", Option.TEXT_COLUMN, f". Its columns are: {', '.join(header)}."),
        )
    return columns


def guessed_columns(header: tuple[str, ...], file: str, chosen: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the columns as ``text_columns``, but without the text where its column is unknown."""
    chosen_columns = dict(chosen or {})
    for field, column in chosen_columns.items():
        if field not in NAMES["texts"]:
            raise UsageError(f"'{field}' is not a field of a text.", f"Fields: {', '.join(NAMES['texts'])}.")
        if column and not alternatives(column, header):
            raise TableError(f"{file}: has no column '{column}'.", f"Its columns are: {', '.join(header)}.")
    columns_by_field = {field: alternatives(column, header)[0] for field, column in chosen_columns.items() if column}
    guessed = guess_mapping("texts", header).columns
    free = {
        name: column
        for name, column in guessed.items()
        if name not in chosen_columns and column not in columns_by_field.values()
    }
    columns = free | columns_by_field
    if not columns and "text" not in chosen_columns and len(header) == 1:
        columns = {"text": header[0]}
    return {name: columns[name] for name in NAMES["texts"] if name in columns}


def preview_texts(
    file: Path, columns: Mapping[str, str] | None = None, dates: Mapping[str, str] | None = None, tz: str = "UTC"
) -> tuple[tuple[str, ...], Columns, Preview]:
    """Return the file's columns, the mapping, and a preview of the first rows, from the file's beginning.

    There are no rows while the column of the texts is unknown.
    """
    file_layout = layout(file, whole_file=False)
    mapping = Columns("texts", guessed_columns(file_layout.header, file.name, columns))
    mapping = Columns("texts", mapping.columns, dates=chosen_date_formats(dates or {}, mapping))
    if "text" not in mapping.columns:
        return file_layout.header, mapping, Preview((), ())
    return file_layout.header, mapping, preview([Part(file.name, file, "", file_layout)], mapping, tz)


def stage_texts(
    file: Path, target: Path, rejects: Path, *, columns: Mapping[str, str] | None = None,
    dates: Mapping[str, str] | None = None, tz: str = "UTC",
) -> StagedTexts:  # fmt: skip
    """Read ``file`` (CSV, JSON lines, Parquet; gzip of the first two) into ``target``, and list refused rows in ``rejects``.

    ``columns`` as in ``text_columns``, ``dates`` is the format of the date column. TableError where the file is not a
    table or has no text, DatesUnclearError where dates are ambiguous, NeedssegError on a full disk.
    """
    import duckdb

    zone(tz)
    file_layout = layout(file)
    mapping = Columns("texts", text_columns(file_layout.header, file.name, columns))
    mapping = Columns("texts", mapping.columns, dates=chosen_date_formats(dates or {}, mapping))
    try:
        with workshop(target.parent) as (con, scratch):
            return _staged(con, Part(file.name, file, "", file_layout), mapping, (target, rejects, scratch), tz)
    except (duckdb.IOException, OSError) as error:
        raise NeedssegError(f"{target.parent}: cannot write there: {error}.", "Free space beside the study.") from error
    except duckdb.Error as error:
        first = str(error).splitlines()[0]
        raise TableError(f"{file.name}: cannot be read as a table: {first}", "Export the file again as CSV.") from error


def _staged(
    con: DuckDBPyConnection, part: Part, mapping: Columns, places: tuple[Path, Path, Path], tz: str
) -> StagedTexts:
    target, rejects, scratch = places
    con.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
    read_parts(con, [part], mapping, scratch, silent)
    notes = whole_ids(con)
    date_columns_read = date_columns(con, mapping, [part.name], {})
    if unclear := [column for column in date_columns_read if not column.format]:
        raise DatesUnclearError(unclear, part.name)
    forms = {column.field: column.format for column in date_columns_read}
    plan = plan_of("texts", tz, forms)
    read = stage(con, plan)
    reasons = [check.reason for check in plan.checks]
    refused: dict[str, int] = {}
    write_rejects(_refused(con, part, mapping, [check.field for check in plan.checks], reasons, refused), rejects)
    rows = int((con.execute("SELECT count(*) FROM staged WHERE refused IS NULL").fetchone() or (0,))[0])
    if not rows:
        reason_counts = "; ".join(f"{count:,}: {reason}" for reason, count in refused.items())
        raise TableError(
            f"{part.name}: holds no text.",
            f"Refused were {reason_counts}. They are listed in {rejects}."
            if reason_counts
            else "There is nothing below the header.",
        )
    with whole_file(target, private=True) as partial:
        con.execute(
            f"COPY (SELECT row_number() OVER (ORDER BY row) - 1 AS place, row, {plan.written} FROM staged "
            f"WHERE refused IS NULL ORDER BY row) "
            f"TO {cells.text(str(partial))} (FORMAT parquet, ROW_GROUP_SIZE {ROWS}, USE_TMP_FILE false)"
        )
    return StagedTexts(target, read, rows, dict(sorted(refused.items())), mapping.columns, forms, tuple(notes))


def _refused(
    con: DuckDBPyConnection, part: Part, mapping: Columns, fields: list[str], reasons: list[str], counts: dict[str, int]
) -> Iterator[Reject]:
    """Yield the refused rows, and count them by reason."""
    names = sorted(set(fields))
    cut = ", ".join(f"left({name}, {SHOWN})" for name in names)
    rows = con.execute(
        f"SELECT row, refused, left(surplus, {SHOWN}), json, {cut} FROM staged WHERE refused IS NOT NULL ORDER BY row"
    )
    while block := rows.fetchmany(ROWS):
        for row, refused, surplus, json, *values in block:
            if refused < 0:
                value, reason = malformed(str(surplus or ""), refused, json)
                column = ""
            else:
                field, reason = fields[refused], reasons[refused]
                column, value = mapping.columns.get(field, field), str(values[names.index(field)] or "")
            counts[reason] = counts.get(reason, 0) + 1
            yield Reject(row, column, value, reason, part.name)


def chunks(staged: Path, start: int = 0, rows: int = ROWS, characters: int = CHARACTERS) -> Iterator[list[TextRow]]:
    """Yield the texts from ``start`` on, at most ``rows`` and about ``characters`` at a time.

    The end of a chunk depends only on its start, so that a resumed run has the same chunks.
    """
    import duckdb

    source = f"read_parquet({cells.text(str(staged))})"
    with duckdb.connect() as con:
        con.execute("SET threads = 1")
        while True:
            condition = f"FROM {source} WHERE place >= {start} AND place < {start + rows}"
            sizes = con.execute(f"SELECT length(text) {condition} ORDER BY place").fetchall()
            if not sizes:
                return
            characters_read = rows_read = 0
            for (size,) in sizes:
                if rows_read and characters_read + size > characters:
                    break
                characters_read, rows_read = characters_read + size, rows_read + 1
            until = f"{condition} AND place < {start + rows_read}"
            yield [
                TextRow(*row)
                for row in con.execute(f"SELECT row, id, account_id, date_day, text {until} ORDER BY place").fetchall()
            ]
            start += rows_read


def seems_foreign(text: str) -> bool:
    """Return whether a text seems not to be English, by its first 2,000 characters.

    Another script is recognised from four letters on, another language of the same script from twelve words on.
    """
    sample = text[:LANGUAGE_SAMPLE]
    words = sample.split()
    letters = [char for char in sample if char.isalpha()]
    other_script = sum(char > "\u024f" for char in letters) * 2 > len(letters)
    if len(letters) < 4 or (not other_script and len(words) < LEAST_WORDS):
        return False
    # ``seems_english`` needs forty words, so a shorter text is repeated.
    times = max(1, -(-WORDS_FOR_LANGUAGE // max(1, len(words))), -(-WORDS_FOR_LANGUAGE // len(letters)))
    return not seems_english(" ".join([sample] * times))
