"""Roll-ups of a study's accounts as of a date: who is where, what they pay, how sure that is; on a screen or as a file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from needsseg.accounts.rollups import BY, FEWEST, ROWS, Cell, Placed, Rollup, Row
from needsseg.accounts.rollups import rollup as roll_up
from needsseg.actions import accounts, targets
from needsseg.actions.engines import engine_for, held
from needsseg.actions.revenue import revenue_as_of
from needsseg.errors import UsageError
from needsseg.progress import Progress, silent
from needsseg.study.connection import Study

__all__ = ["BY", "FEWEST", "ROWS", "Cell", "Placed", "Rollup", "Row", "check_target", "rollup", "write_rollup"]


def rollup(
    study: Study,
    as_of: date,
    rows: str = "needs_segment",
    by: str = "size",
    progress: Progress = silent,
    engine: str | None = None,
) -> Rollup:
    """Counts, money and shares of the accounts by two of their tiers; see ``needsseg.accounts.rollups``.

    ``engine`` as in ``accounts.profiles``.
    """
    backend = engine_for(study, engine)
    with held(backend, accounts.stack_files(study).accounts.parent):
        profiles = accounts.profiles(study, as_of, progress, backend)
        amounts = revenue_as_of(study, as_of, backend)
    return roll_up(profiles, amounts, rows, by)


def write_rollup(study: Study, made: Rollup, as_of: date, path: Path, *, overwrite: bool = False) -> Path:
    """Writes a roll-up to a CSV file, whole or not at all; returns ``path``.

    An earlier roll-up is replaced; any other file only with ``overwrite``, and the study and its account data never.
    """
    from needsseg.exchange.rollups import rollup_csv

    check_target(study, path, overwrite=overwrite)
    targets.write(study, path, rollup_csv(made, as_of))
    return path


def check_target(study: Study, path: Path, *, overwrite: bool = False) -> None:
    """Raises UsageError or NeedssegError where a roll-up is not to be written to ``path``; to ask before the long work."""
    from needsseg.exchange.rollups import MARK

    if path.suffix.lower() != ".csv":
        raise UsageError(f"{path.name}: roll-ups are written as CSV.", "Name a file that ends in .csv.")
    targets.check(study, path, MARK, "roll-up", overwrite=overwrite)
