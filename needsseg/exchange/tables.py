"""Labelled accounts as a table (CSV, JSON lines or Parquet) and the manifest that tells where it came from."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from needsseg import __version__
from needsseg.accounts import AccountProfile
from needsseg.errors import NeedssegError, UsageError
from needsseg.records import PROFILE_COLUMNS

FORMATS = ("csv", "jsonl", "parquet")
NOT_TEXT = {"as_of_date": "DATE", "needs_segment_confidence": "DOUBLE"}
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

Cell = str | float | None


def write(
    profiles: Sequence[AccountProfile],
    path: Path,
    format: str,
    manifest_extra: Mapping[str, object] | None = None,
    *,
    neutralise_formulas: bool = False,
) -> Path:
    """Write one row a profile with PROFILE_COLUMNS in their order, and ``<path>.manifest.json`` beside it; returns ``path``.

    Empty cells mean not known. In Parquet all columns are text except the date and the confidence. The manifest holds
    hash, format, columns, counts, date and version, and whatever ``manifest_extra`` adds (inputs' hashes, unmatched,
    abstained). ``neutralise_formulas`` puts ' before CSV cells a spreadsheet would compute, account ids excepted. Both
    files appear whole or not at all: NeedssegError where they cannot be written, UsageError for an unknown format.
    """
    if format not in FORMATS:
        raise UsageError(f"'{format}' is no table format.", f"Formats: {', '.join(FORMATS)}.")
    if neutralise_formulas and format != "csv":
        raise UsageError("Only CSV cells are neutralised.", "Leave the option out for JSON lines and Parquet.")
    if not path.parent.is_dir():
        raise NeedssegError(f"{path.parent}: no such folder.", "Create it or choose another.")
    rows = [_row(profile) for profile in profiles]
    partial, partial_manifest = _beside(path, "table"), _beside(path, "manifest")
    manifest = path.with_name(f"{path.name}.manifest.json")
    try:
        if format == "parquet":
            _write_parquet(rows, partial)
        else:
            text = _csv(rows, neutralise_formulas) if format == "csv" else _json_lines(rows)
            _write_bytes(partial, text.encode("utf-8"))
        content = _manifest(profiles, format, partial, manifest_extra or {})
        _write_bytes(partial_manifest, (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode("utf-8"))
        partial.replace(path)
        partial_manifest.replace(manifest)
    except OSError as error:
        raise NeedssegError(f"{path}: cannot be written: {error}.", "Free space or choose another folder.") from error
    finally:
        for leftover in (partial, partial_manifest):
            leftover.unlink(missing_ok=True)
    return path


def _row(profile: AccountProfile) -> dict[str, Cell]:
    row: dict[str, Cell] = {}
    for column in PROFILE_COLUMNS:
        value = getattr(profile, column)
        row[column] = value.isoformat() if column == "as_of_date" else value if value != "" else None
    return row


def _csv(rows: Sequence[Mapping[str, Cell]], neutralise: bool) -> str:
    lines = [_csv_line(PROFILE_COLUMNS)]
    lines += [_csv_line([_cell(column, row[column], neutralise) for column in PROFILE_COLUMNS]) for row in rows]
    return "".join(lines)


def _csv_line(cells: Sequence[str]) -> str:
    """One row that ends in LF; written with CRLF first, since only then is a lone CR in a cell put in quotes."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue().removesuffix("\r\n") + "\n"


def _cell(column: str, value: Cell, neutralise: bool) -> str:
    text = "" if value is None else str(value)
    if neutralise and column != "account_id" and text.startswith(_FORMULA_STARTS):
        return f"'{text}"
    return text


def _json_lines(rows: Sequence[Mapping[str, Cell]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _write_parquet(rows: Sequence[Mapping[str, Cell]], partial: Path) -> None:
    """DuckDB reads the same rows back from JSON lines with the types given, so nothing is guessed."""
    import duckdb

    source = partial.with_name(f"{partial.name}.jsonl")
    types = "{" + ", ".join(f"'{column}': '{NOT_TEXT.get(column, 'VARCHAR')}'" for column in PROFILE_COLUMNS) + "}"
    try:
        _write_bytes(source, _json_lines(rows).encode("utf-8"))
        with duckdb.connect() as con:
            con.execute(
                f"COPY (SELECT * FROM read_json({_quoted(source)}, format = 'newline_delimited', columns = {types})) "
                f"TO {_quoted(partial)} (FORMAT parquet, COMPRESSION zstd)"
            )
    except duckdb.Error as error:
        raise OSError(str(error).splitlines()[0]) from error
    finally:
        source.unlink(missing_ok=True)


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _manifest(
    profiles: Sequence[AccountProfile], format_: str, table: Path, extra: Mapping[str, object]
) -> dict[str, object]:
    with table.open("rb") as stream:
        sha = hashlib.file_digest(stream, "sha256").hexdigest()
    sources = Counter(profile.needs_segment_source for profile in profiles if profile.needs_segment)
    made: dict[str, object] = {
        "sha256": sha,
        "format": format_,
        "columns": list(PROFILE_COLUMNS),
        "rows": len(profiles),
        "labelled": sum(sources.values()),
        "labelled_by_source": dict(sorted(sources.items())),
        "unconfirmed": sum(1 for row in profiles if row.needs_segment and not row.needs_segment_confirmed_by),
        "contested": sorted(row.account_id for row in profiles if row.contested and not row.needs_segment),
        "as_of_date": sorted({profile.as_of_date.isoformat() for profile in profiles}),
        "segmentation_version": sorted({profile.segmentation_version for profile in profiles}),
        "program": f"needsseg {__version__}",
    }
    if clash := sorted(set(made) & set(extra)):
        raise UsageError(f"The manifest has '{clash[0]}' already.", "Give another name.")
    return made | dict(extra)


def _beside(path: Path, what: str) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.{what}")


def _write_bytes(path: Path, content: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
