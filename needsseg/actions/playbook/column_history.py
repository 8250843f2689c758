"""What the team's own columns said in earlier imports of the accounts, from which it is known when a value changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from needsseg.accounts.own.columns import OwnValue, find_column
from needsseg.accounts.own.conditions import OwnCondition
from needsseg.accounts.own.values import read_values
from needsseg.accounts.tiers.zones import epoch_day
from needsseg.actions.accounts.own_columns import stored_columns
from needsseg.errors import UsageError
from needsseg.playbook.column_rules import Snapshot
from needsseg.study.accounts import accounts
from needsseg.study.accounts.accounts import SourceRow
from needsseg.study.connection import Study

MOST_IMPORTS = 60
"""So many earlier imports are read, the newest ones."""


def imported_on(source: SourceRow) -> int:
    """Return the epoch day on which a source was imported."""
    return epoch_day(datetime.fromisoformat(source.imported_at).date())


def earlier_values(
    study: Study, conditions: Sequence[OwnCondition], engine: str, only: Collection[str] | None = None
) -> tuple[Snapshot, ...]:
    """Return the values that conditions ask for in earlier imports of the accounts, oldest first; of one day the last import.

    Imports that were taken back, and those of which the file is gone, are left out, as are columns that an import does not have
    or has with another type. Values are by the names that the conditions use.
    """
    snapshots: dict[int, Snapshot] = {}
    *earlier, current = accounts.imports_of(study, "accounts")
    for source in earlier[-MOST_IMPORTS:] if conditions else ():
        path = study.stack / source.parquet
        if not path.is_file() or imported_on(source) >= imported_on(current):
            continue
        by_account: dict[str, dict[str, OwnValue]] = {}
        for condition in conditions:
            try:
                column = find_column(stored_columns(source), condition.name)
            except UsageError:  # two columns differed in case only, and which is meant is not known
                column = None
            if column is None or column.type != condition.kind:
                continue
            for account_id, value in read_values(path, [column], engine, only)[column.name].items():
                by_account.setdefault(account_id, {})[condition.name] = value
        snapshots[imported_on(source)] = Snapshot(imported_on(source), by_account)
    return tuple(snapshots[day] for day in sorted(snapshots))
