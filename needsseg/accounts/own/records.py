"""Own columns of an account's records (users, subscriptions, tickets …): how many have each value, and who has any that fits."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from needsseg.accounts.engines.engine import open_engine
from needsseg.accounts.kinds.fields import rows_of_kind
from needsseg.accounts.own.columns import OwnColumn, field_text
from needsseg.accounts.own.conditions import Filter
from needsseg.accounts.own.segments import MISSING, segments_of_column

RecordKind = Literal["users", "subscriptions", "churn", "tickets", "nps"]
RECORD_KINDS: tuple[RecordKind, ...] = ("users", "subscriptions", "churn", "tickets", "nps")
VALUED_FIELDS: dict[RecordKind, tuple[OwnColumn, ...]] = {
    "users": (OwnColumn("role", "role", "role", "text"),),
    "subscriptions": (OwnColumn("plan", "plan", "plan", "text"),),
    "churn": (OwnColumn("reason", "reason", "reason", "text"),),
    "tickets": tuple(OwnColumn(name, name, name, "text") for name in ("category", "status", "priority")),
    "nps": (OwnColumn("score", "score", "score", "number"),),
}
"""Fields of records that have few values, as own columns have."""
_BEGINS = {"users": "created_day", "subscriptions": "start_day"}
_DAY = "date_day"  # of the other kinds
# Users of the same id are one person, and terms of the same id one subscription, of which the newest counts.
_KEYS = {"users": "user_id", "subscriptions": "term_id"}


def kind_called(word: str) -> RecordKind | None:
    """Return the kind of records that a word means, such as tickets, scores or nps; None for another word."""
    return next((kind for kind in RECORD_KINDS if word.casefold() in (kind, rows_of_kind(kind))), None)


@dataclass(frozen=True, slots=True)
class RecordSegments:
    """How many records of each account are in which segment of a column, and the segments in order; MISSING for empty cells."""

    kind: RecordKind
    column: OwnColumn
    by_account: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    scale: tuple[str, ...] = ()

    @property
    def records(self) -> str:
        """Return what the records are called, such as users."""
        return rows_of_kind(self.kind)


def segments_of_records(
    kind: RecordKind, parquet: Path, column: OwnColumn, before: int, merged: Mapping[str, str]
) -> RecordSegments:
    """Return the segments of a column of records that began before epoch day ``before``, as ``segments_of_column`` makes them.

    ``merged`` are the ids of merged accounts, each with that of the one that remains.
    """
    rows = _rows(kind, parquet, [column], before)
    values = {str(place): value for place, (_, (value,)) in enumerate(rows) if value is not None}
    segments = segments_of_column(column, values)
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for place, (account, _) in enumerate(rows):
        counted[merged.get(account, account)][segments.of(str(place))] += 1
    return RecordSegments(kind, column, counted, (*segments.scale, MISSING))


def count_values(
    kind: RecordKind, parquet: Path, columns: Sequence[OwnColumn], before: int, only: Collection[str]
) -> dict[str, dict[str, int]]:
    """Return by own column how many records of the accounts ``only`` have each value, the most frequent first.

    Records that began on or after epoch day ``before`` are left out; "" counts empty cells. Columns without any value are
    left out.
    """
    rows = _rows(kind, parquet, columns, before, only=only)
    counts: dict[str, dict[str, int]] = {}
    for place, column in enumerate(columns):
        counted = Counter(field_text(cells[place], column.type) for _, cells in rows)
        if set(counted) - {""}:
            counts[column.name] = dict(sorted(counted.items(), key=lambda each: (each[0] == "", -each[1], each[0])))
    return counts


def accounts_with(kind: RecordKind, parquet: Path, given: Filter, before: int, merged: Mapping[str, str]) -> set[str]:
    """Return the accounts that have a record which fits a filter; with ``!=``, those of which a record has the value."""
    wanted = Filter(given.column, "=", given.text) if given.operator == "!=" else given
    rows = _rows(kind, parquet, [given.column], before)
    return {
        merged.get(account, account)
        for account, (value,) in rows
        if wanted.fits(value, MISSING if value is None else "")
    }


def _rows(
    kind: RecordKind,
    parquet: Path,
    columns: Sequence[OwnColumn],
    before: int,
    *,
    only: Collection[str] | None = None,
) -> list[tuple[str, tuple[Any, ...]]]:
    """Return the account and the cells of each record that began before a day; an empty text is None."""
    names = [column.stored for column in columns]
    begins, key = _BEGINS.get(kind, _DAY), _KEYS.get(kind, "")
    with open_engine() as engine:
        frame = engine.scan_of(parquet, only)
        held = frame.collect_schema().names()
        # A file of an earlier version may lack the ids, and columns are lacking that were added since.
        present = list(dict.fromkeys(name for name in ("account_id", begins, key, *names) if name in held))
        rows = engine.rows(frame.select(*present))
    places = {name: number for number, name in enumerate(present)}
    # Engines return rows in any order. Of the terms of a subscription the newest that began comes first.
    rows.sort(key=lambda row: tuple(map(str, row)))
    if kind == "subscriptions":
        rows.sort(key=lambda row: -row[places[begins]])
    known: set[tuple[str, str]] = set()
    records = []
    for row in rows:
        one = (str(row[0]), str(row[places[key]] or "") if key in places else "")
        if (row[places[begins]] is not None and row[places[begins]] >= before) or (one[1] and one in known):
            continue
        known.add(one)
        cells = tuple((row[places[name]] if name in places else None) for name in names)
        records.append((str(row[0]), tuple(None if cell == "" else cell for cell in cells)))
    return records
