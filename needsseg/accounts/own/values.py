"""Read the values of own columns from the accounts' Parquet file, on any engine."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from needsseg.accounts.engines.engine import open_engine
from needsseg.accounts.own.columns import OwnColumn, OwnValue
from needsseg.accounts.own.conditions import OwnCondition, checked_columns


def read_values(
    parquet: Path, columns: Sequence[OwnColumn], backend: str = "duckdb", only: Collection[str] | None = None
) -> dict[str, dict[str, OwnValue]]:
    """Return the values of own columns by name and account id, of all accounts or of ``only`` those; nothing else is read.

    Accounts without a value are left out.
    """
    values: dict[str, dict[str, OwnValue]] = {column.name: {} for column in columns}
    if not columns:
        return values
    with open_engine(backend, parquet.parent) as engine:
        rows = engine.rows(engine.scan_of(parquet, only).select("account_id", *(column.stored for column in columns)))
    rows.sort(key=lambda row: str(row[0]))
    for place, column in enumerate(columns, start=1):
        values[column.name] = {str(row[0]): row[place] for row in rows if row[place] is not None}
    return values


def values_for(
    parquet: Path,
    conditions: Sequence[OwnCondition],
    columns: Sequence[OwnColumn],
    backend: str = "duckdb",
    only: Collection[str] | None = None,
) -> dict[str, dict[str, OwnValue]]:
    """Return the values that conditions ask for, by account and by the names that the conditions use.

    UsageError with the place of a condition on an unknown column, or on one of another type.
    """
    found = checked_columns(conditions, columns)
    values = read_values(parquet, list({column.stored: column for column in found.values()}.values()), backend, only)
    by_account: dict[str, dict[str, OwnValue]] = {}
    for name, column in found.items():
        for account_id, value in values[column.name].items():
            by_account.setdefault(account_id, {})[name] = value
    return by_account
