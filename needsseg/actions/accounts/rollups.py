"""Roll-ups of a study's accounts as of a date: who is where, what they pay, how sure that is; on a screen or as a file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from needsseg.accounts import AccountProfile
from needsseg.accounts.kinds.records import Cancellation, by_account, read_cancellations
from needsseg.accounts.tiers.revenue import Revenue
from needsseg.accounts.tiers.rollups import BY, Rollup
from needsseg.accounts.tiers.rollups import rollup as roll_up
from needsseg.accounts.tiers.zones import epoch_day
from needsseg.actions.accounts import account_sources, accounts
from needsseg.actions.accounts.engines import engine_for, open_session
from needsseg.actions.accounts.own_columns import dimension_name, dividing, own_columns
from needsseg.actions.accounts.revenue import revenue_as_of
from needsseg.actions.exchange import output_files
from needsseg.errors import UsageError
from needsseg.progress import Progress, silent
from needsseg.study.connection import Study


def rollup(
    study: Study,
    as_of: date,
    rows: str = "needs_segment",
    by: str | Sequence[str] = "size",
    progress: Progress = silent,
    engine: str | None = None,
) -> Rollup:
    """Counts, money and shares of the accounts by tiers and own columns; see ``needsseg.accounts.tiers.rollups``.

    ``engine`` as in ``accounts.profiles``.
    """
    backend = engine_for(study, engine)
    by = (by,) if isinstance(by, str) else tuple(by)
    with open_session(backend, account_sources.stack_files(study).accounts.parent):
        (rows, *by), own = dividing(study, (rows, *by), BY, backend)
        profiles = accounts.profiles(study, as_of, progress, backend)
        amounts = revenue_as_of(study, as_of, backend)
    return roll_up(profiles, amounts, rows, by, own, _cancelled(study, as_of))


def _cancelled(study: Study, as_of: date) -> dict[str, list[Cancellation]] | None:
    """Return the cancellations before a date by account; None where none were imported."""
    files = account_sources.stack_files(study)
    if files.churn is None:
        return None
    return by_account(read_cancellations(files.churn, epoch_day(as_of)), accounts.merged_ids(study))


def rolled_up(
    study: Study, profiles: Sequence[AccountProfile], amounts: Revenue, rows: str, by: str, as_of: date | None
) -> Rollup:
    """Return the roll-up of profiles as of a date that are there already, as ``rollup`` does."""
    (rows, *names), own = dividing(study, (rows, by), BY)
    return roll_up(profiles, amounts, rows, names, own, None if as_of is None else _cancelled(study, as_of))


def further_columns(study: Study) -> list[tuple[str, str]]:
    """Return the team's own columns by which accounts can be divided, each with its type."""
    return [(dimension_name(column, BY), column.type) for column in own_columns(study)]


def write_rollup(study: Study, table: Rollup, as_of: date, path: Path, *, overwrite: bool = False) -> Path:
    """Write a roll-up to a CSV file, whole or not at all; returns ``path``.

    An earlier roll-up is replaced; any other file only with ``overwrite``, and the study and its account data never.
    """
    from needsseg.exchange.rollups import rollup_csv

    check_target(study, path, overwrite=overwrite)
    output_files.write(study, path, rollup_csv(table, as_of))
    return path


def check_target(study: Study, path: Path, *, overwrite: bool = False) -> None:
    """Raise UsageError or NeedssegError where a roll-up is not to be written to ``path``; to ask before the long work."""
    from needsseg.exchange.rollups import MARK

    if path.suffix.lower() != ".csv":
        raise UsageError(f"{path.name}: roll-ups are written as CSV.", "Name a file that ends in .csv.")
    output_files.check(study, path, MARK, "roll-up", overwrite=overwrite)
