"""Preview the first rows of a source as they would be imported."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from needsseg.accounts.ingest.columns import plan_of
from needsseg.accounts.ingest.dates import DateColumn, date_columns
from needsseg.accounts.ingest.gathering import Part
from needsseg.accounts.ingest.ingestion import workshop
from needsseg.accounts.ingest.mapping import NAMES, Mapping, with_own_headers
from needsseg.accounts.ingest.money import amount_forms
from needsseg.accounts.ingest.own_cells import decided_columns
from needsseg.accounts.ingest.staging import ids_of, read_parts, stage, whole_ids
from needsseg.accounts.kinds.tenure import tenure_forms
from needsseg.accounts.kinds.usage import usage_forms
from needsseg.accounts.own.columns import OwnColumn
from needsseg.accounts.tiers.zones import zone
from needsseg.errors import Advice
from needsseg.files import private_folder
from needsseg.progress import silent
from needsseg.text import date_of, format_stamp

ROWS_READ = 10_000
FILES = 20


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One row of a preview: its non-empty values by field, or why it would be refused."""

    file: str
    row: int
    values: dict[str, str]
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows, and the formats of date columns according to the beginning of the files.

    ``own`` are the own columns with their types, ``notes`` what a person should know of them.
    """

    rows: tuple[PreviewRow, ...]
    dates: tuple[DateColumn, ...]
    own: tuple[OwnColumn, ...] = ()
    notes: tuple[str | Advice, ...] = ()


def preview(
    parts: Sequence[Part],
    mapping: Mapping,
    tz: str = "UTC",
    saved_dates: MappingOf[str, str] | None = None,
    rows: int = 5,
) -> Preview:
    """Return the first rows as ``ingest`` would read them, from the beginning of the first files. TableError as there."""
    tz = "UTC" if mapping.source == "amplitude" else tz
    zone(tz)
    headers = [part.layout.header for part in parts[:FILES] if part.layout]
    mapping = with_own_headers(mapping, headers, mapping.own.columns)
    with private_folder(None, "preview") as folder, workshop(folder) as (con, scratch):
        read, _, _ = read_parts(con, parts[:FILES], mapping, scratch, silent, ROWS_READ)
        names = [part.name for part in read]
        whole_ids(con, ids_of(mapping))
        dates = date_columns(con, mapping, names, saved_dates or {})
        forms = {column.field: column.format or "iso" for column in dates} | amount_forms(con, mapping)[0]
        forms |= usage_forms(mapping) | tenure_forms(mapping, parts[0].name)
        own = decided_columns(con, mapping, names)
        plan = plan_of(mapping.kind, tz, forms)
        stage(con, plan)
        result = con.execute(
            f"SELECT file, row, refused, {plan.written} FROM staged ORDER BY staged.file, staged.row LIMIT {rows}"
        )
        columns = [column[0] for column in result.description or ()][3:]
        preview_rows = []
        for file, row, refused, *values in result.fetchall():
            values_shown = _shown(dict(zip(columns, values, strict=True)), mapping) if refused is None else {}
            preview_rows.append(PreviewRow(names[file], row, values_shown, _reason(refused, plan.checks)))
    return Preview(tuple(preview_rows), dates, own.columns, own.notes)


def _reason(refused: int | None, checks: Sequence[object]) -> str:
    if refused is None:
        return ""
    return "its cells do not fit the header" if refused < 0 else f"{checks[refused].field}: {checks[refused].reason}"  # type: ignore[attr-defined]


def _shown(values: dict[str, object], mapping: Mapping) -> dict[str, str]:
    """Return the values by field, with days and seconds as dates."""
    text_by_field: dict[str, str] = {}
    for column, value in values.items():
        if value is None or value == "" or column in ("day", "span") or (column == "trial" and not value):
            continue
        if column == "uses" and "uses" not in mapping.columns:
            continue
        if column == "second":
            text_by_field["timestamp"] = format_stamp(datetime.fromtimestamp(int(str(value)), UTC))
        elif column.endswith("_day"):
            name = column.removesuffix("_day")
            text_by_field[name if name in NAMES[mapping.kind] else f"{name}_date"] = str(date_of(int(str(value))))
        else:
            text_by_field[column] = str(value)
    return text_by_field
