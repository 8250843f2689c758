"""Read the values of own columns from the accounts' Parquet file, on any engine."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from needsseg.accounts.engines.engine import open_engine
from needsseg.accounts.own.columns import OwnColumn, OwnValue

Values = Mapping[str, Mapping[str, OwnValue]]
"""Value by account id, by the name of the column; accounts without a value are left out."""


def read_values(
    parquet: Path, columns: Sequence[OwnColumn], backend: str = "duckdb", only: Collection[str] | None = None
) -> dict[str, dict[str, OwnValue]]:
    """Return the values of own columns of all accounts, or of ``only`` those ids; nothing else of the file is read."""
    values: dict[str, dict[str, OwnValue]] = {column.name: {} for column in columns}
    if not columns:
        return values
    with open_engine(backend, parquet.parent) as engine:
        rows = engine.rows(engine.scan_of(parquet, only).select("account_id", *(column.stored for column in columns)))
    rows.sort(key=lambda row: str(row[0]))
    for place, column in enumerate(columns, start=1):
        values[column.name] = {str(row[0]): row[place] for row in rows if row[place] is not None}
    return values


def by_account(values: Values) -> dict[str, dict[str, OwnValue]]:
    """Return values by column name, by account id."""
    accounts: dict[str, dict[str, OwnValue]] = {}
    for name, by_id in values.items():
        for account_id, value in by_id.items():
            accounts.setdefault(account_id, {})[name] = value
    return accounts
