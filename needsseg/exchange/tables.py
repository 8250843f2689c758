"""Write labelled accounts as a table (CSV, JSON lines or Parquet) with a manifest of its origin."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from pathlib import Path

from needsseg.accounts import AccountProfile
from needsseg.errors import UsageError
from needsseg.exchange.columns import DUCKDB_TYPES, STANDARD, ExportColumn
from needsseg.files import check_folder, file_sha256, whole_files, write_errors
from needsseg.records import PROFILE_COLUMNS
from needsseg.tables import table_text
from needsseg.version import __version__

FORMATS = ("csv", "jsonl", "parquet")

Cell = str | float | bool | None


def write(
    profiles: Sequence[AccountProfile],
    path: Path,
    format: str,
    manifest_extra: Mapping[str, object] | None = None,
    *,
    neutralise_formulas: bool = False,
    recorded: Callable[[], object] | None = None,
    rows: Sequence[Mapping[str, Cell]] | None = None,
    columns: Sequence[ExportColumn] = STANDARD,
) -> Path:
    """Write one row per profile with ``columns``, and ``<path>.manifest.json`` beside it; return ``path``.

    ``rows`` stand for the profiles, one each, with columns other than the standard ones. Empty cells mean not known. In Parquet
    columns have their types: dates, numbers, true or false, else text. The manifest holds hash, format, columns, counts, date and
    version, and whatever ``manifest_extra`` adds (inputs' hashes, unmatched, abstained). ``neutralise_formulas`` puts ' before
    CSV cells a spreadsheet would compute, account ids excepted. Both files appear whole or not at all: NeedssegError where
    they cannot be written, UsageError for an unknown format.
    """
    if format not in FORMATS:
        raise UsageError(f"'{format}' is not a valid table format.", f"Formats: {', '.join(FORMATS)}.")
    if neutralise_formulas and format != "csv":
        raise UsageError("Only CSV cells are neutralised.", "Leave the option out for JSON lines and Parquet.")
    table_rows = rows_of(profiles) if rows is None else rows
    names = [column.name for column in columns]

    def fill(partial: Path) -> None:
        if format == "parquet":
            _write_parquet(table_rows, partial, columns)
        elif format == "csv":
            write_text(partial, csv_text(names, table_rows, neutralise_formulas, names))
        else:
            write_text(partial, json_lines(table_rows))

    return publish(profiles, path, format, fill, manifest_extra or {}, recorded=recorded, columns=names)


def publish(
    profiles: Sequence[AccountProfile],
    path: Path,
    format: str,
    fill: Callable[[Path], None],
    manifest_extra: Mapping[str, object],
    companion_texts: Mapping[Path, str] | None = None,
    recorded: Callable[[], object] | None = None,
    columns: Sequence[str] = PROFILE_COLUMNS,
) -> Path:
    """Let ``fill`` write ``path``, then write ``companion_texts`` and the manifest: all whole, or none and nothing replaced.

    ``recorded`` is called when they are in place; where it fails, they are put back as they were. ``columns`` are those that the
    manifest names.

    NeedssegError where the folder is missing, full or read-only; UsageError where the manifest has a name of the extra's.
    """
    check_folder(path)
    texts = dict(companion_texts or {})
    manifest = path.with_name(f"{path.name}.manifest.json")
    with (
        write_errors(path),
        whole_files([path, *texts, manifest], sync=True, then=recorded) as (table, *companion_files, described),
    ):
        fill(table)
        for partial, text in zip(companion_files, texts.values(), strict=True):
            write_text(partial, text)
        content = _manifest(profiles, format, table, manifest_extra, columns)
        described.write_bytes((json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode("utf-8"))
    return path


def rows_of(profiles: Sequence[AccountProfile]) -> list[dict[str, Cell]]:
    """Return one row per profile with PROFILE_COLUMNS: the date as ISO text, unknown values as None."""
    cells_of = attrgetter(*PROFILE_COLUMNS)
    rows = [
        dict(zip(PROFILE_COLUMNS, [None if cell == "" else cell for cell in cells_of(profile)], strict=True))
        for profile in profiles
    ]
    days = {profile.as_of_date: profile.as_of_date.isoformat() for profile in profiles}
    for profile, row in zip(profiles, rows, strict=True):
        row["as_of_date"] = days[profile.as_of_date]
    return rows


def csv_text(
    header: Sequence[str],
    rows: Sequence[Mapping[str, Cell]],
    neutralise: bool,
    names: Sequence[str] = PROFILE_COLUMNS,
    empty: str = "",
) -> str:
    """Return a CSV table with LF line ends: ``header`` over the columns ``names`` of the rows, None as ``empty``, flags as true
    or false.

    ``neutralise`` puts ' before text a spreadsheet would compute, account ids and numbers excepted.
    """
    cells = ([_csv_cell(row[name], empty) for name in names] for row in rows)
    ids = [place for place, name in enumerate(names) if name == "account_id"]
    return table_text(header, cells, neutralise=neutralise, ids=ids)


def _csv_cell(cell: Cell, empty: str) -> Cell:
    if cell is None:
        return empty
    return ("true" if cell else "false") if isinstance(cell, bool) else cell


def write_text(path: Path, text: str) -> None:
    """Write a file's text as UTF-8 with its line ends as they are; OSError where it cannot be written."""
    path.write_bytes(text.encode("utf-8"))


def json_lines(rows: Sequence[Mapping[str, object]]) -> str:
    """Write one object per line, without ASCII escapes."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _write_parquet(rows: Sequence[Mapping[str, Cell]], partial: Path, columns: Sequence[ExportColumn]) -> None:
    """Write Parquet with DuckDB, from JSON lines with explicit types."""
    import duckdb

    source = partial.with_name(f"{partial.name}.jsonl")
    try:
        source.write_bytes(json_lines(rows).encode("utf-8"))
        with duckdb.connect() as con:
            con.execute(
                f"COPY (SELECT * FROM {typed_rows(source, columns)}) "
                f"TO {quoted(partial)} (FORMAT parquet, COMPRESSION zstd)"
            )
    except duckdb.Error as error:
        raise OSError(str(error).splitlines()[0]) from error
    finally:
        source.unlink(missing_ok=True)


def typed_rows(source: Path, columns: Sequence[ExportColumn]) -> str:
    """Return an SQL relation over JSON lines with typed columns, for DuckDB."""
    types = ", ".join(f"{_text(column.name)}: '{DUCKDB_TYPES[column.type]}'" for column in columns)
    return f"read_json({quoted(source)}, format = 'newline_delimited', columns = {{{types}}})"


def identifier(name: str) -> str:
    """Return a column's name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def quoted(path: Path) -> str:
    """Return a path as an SQL string for DuckDB."""
    return "'" + str(path).replace("'", "''") + "'"


def _manifest(
    profiles: Sequence[AccountProfile],
    format_: str,
    table: Path,
    extra: Mapping[str, object],
    columns: Sequence[str],
) -> dict[str, object]:
    sources = Counter(profile.needs_segment_source for profile in profiles if profile.needs_segment)
    manifest: dict[str, object] = {
        "sha256": file_sha256(table),
        "format": format_,
        "columns": list(columns),
        "rows": len(profiles),
        "labelled": sum(sources.values()),
        "labelled_by_source": dict(sorted(sources.items())),
        "unconfirmed": sum(1 for row in profiles if row.needs_segment and not row.needs_segment_confirmed_by),
        "contested": sorted(row.account_id for row in profiles if row.contested and not row.needs_segment),
        "as_of_date": sorted({profile.as_of_date.isoformat() for profile in profiles}),
        "segmentation_version": sorted({profile.segmentation_version for profile in profiles}),
        "program": f"needsseg {__version__}",
    }
    if clash := sorted(set(manifest) & set(extra)):
        raise UsageError(f"The manifest has '{clash[0]}' already.", "Give another name.")
    return manifest | dict(extra)
