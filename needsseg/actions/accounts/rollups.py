"""Roll-ups of a study's accounts as of a date: who is where, what they pay, how sure that is; on a screen or as a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from needsseg.accounts import AccountProfile
from needsseg.accounts.kinds.fields import rows_of_kind
from needsseg.accounts.kinds.records import Cancellation, by_account, read_cancellations
from needsseg.accounts.own.columns import OwnColumn, find_column
from needsseg.accounts.own.records import VALUED_FIELDS, RecordKind, kind_called, segments_of_records
from needsseg.accounts.tiers.revenue import Revenue
from needsseg.accounts.tiers.rollups import BY, Divider, Rollup
from needsseg.accounts.tiers.rollups import rollup as roll_up
from needsseg.accounts.tiers.zones import epoch_day
from needsseg.actions.accounts import account_sources, accounts
from needsseg.actions.accounts.engines import engine_for, open_session
from needsseg.actions.accounts.own_columns import columns_of_records, dimension_name, dividing, own_columns
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

    A column of users, subscriptions, tickets, scores or cancellations (``users.Department``, or its name alone where nothing else
    is called so) counts an account in each value that its records before ``as_of`` have. ``engine`` as in ``accounts.profiles``.
    """
    backend = engine_for(study, engine)
    by = (by,) if isinstance(by, str) else tuple(by)
    with open_session(backend, account_sources.stack_files(study).accounts.parent):
        (rows, *by), own = _dividing(study, (rows, *by), as_of, backend)
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
    (rows, *names), own = _dividing(study, (rows, by), as_of)
    return roll_up(profiles, amounts, rows, names, own, None if as_of is None else _cancelled(study, as_of))


def further_columns(study: Study) -> list[tuple[str, str]]:
    """Return the team's own columns by which accounts can be divided, each with its type; those of records come last."""
    own = [(dimension_name(column, BY), column.type) for column in own_columns(study)]
    return own + [
        (name, f"{column.type}, of {rows_of_kind(kind)}") for name, (kind, column) in _of_records(study).items()
    ]


def _of_records(study: Study) -> dict[str, tuple[RecordKind, OwnColumn]]:
    """Return the columns of records by which accounts can be divided, by name: ``users.Department``.

    A field that accounts have themselves, the plan, is left out.
    """
    return {
        f"{rows_of_kind(kind)}.{column.name}": (kind, column)
        for kind, columns in columns_of_records(study).items()
        for column in (
            *columns,
            *(each for each in VALUED_FIELDS[kind] if each.name not in BY and not find_column(columns, each.name)),
        )
    }


def _dividing(
    study: Study, names: Sequence[str], as_of: date | None, engine: str | None = None
) -> tuple[tuple[str, ...], dict[str, Divider]]:
    """Return ``names`` as they are called, and what divides accounts by those that are own columns, of accounts or records.

    UsageError for a name that is neither, or that columns of several kinds of records have.
    """
    of_records = _of_records(study)
    found = {name: _record_column(name, of_records) for name in names if not _is_of_accounts(study, name)}
    others = tuple(name for name in names if not found.get(name))
    called, own = dividing(study, others, BY, engine, more=tuple(of_records))
    called_by = dict(zip(others, called, strict=True)) | {name: full for name, full in found.items() if full}
    dividers: dict[str, Divider] = dict(own)
    for full in dict.fromkeys(filter(None, found.values())):
        kind, column = of_records[full]
        files = account_sources.stack_files(study)
        path = files.of_kind(kind)
        if path is not None:
            before = epoch_day(as_of or date.max)
            dividers[full] = segments_of_records(kind, path, column, before, accounts.merged_ids(study))
    return tuple(called_by[name] for name in names), dividers


def _is_of_accounts(study: Study, name: str) -> bool:
    return name.casefold() in BY or find_column(own_columns(study), name) is not None


def _record_column(name: str, of_records: Mapping[str, tuple[RecordKind, OwnColumn]]) -> str:
    """Return the whole name of the column of records that a name means, "" for none."""
    word, dot, rest = name.strip().partition(".")
    kind = kind_called(word) if dot else None
    meant = [
        full
        for full, (of_kind, column) in of_records.items()
        if (kind == of_kind and column.name.casefold() == rest.strip().casefold())
        or column.name.casefold() == name.strip().casefold()
    ]
    if len(meant) > 1:
        raise UsageError(f"'{name}' is a column of several kinds of records.", f"Name one: {', '.join(meant)}.")
    return meant[0] if meant else ""


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
