"""Roll-ups of a study's accounts as of a date: who is where, what they pay, how sure that is."""

from __future__ import annotations

from datetime import date

from needsseg.accounts.rollups import BY, FEWEST, ROWS, Cell, Placed, Rollup, Row
from needsseg.accounts.rollups import rollup as roll_up
from needsseg.actions import accounts
from needsseg.actions.revenue import revenue_as_of
from needsseg.embedding import Progress, silent
from needsseg.study.connection import Study

__all__ = ["BY", "FEWEST", "ROWS", "Cell", "Placed", "Rollup", "Row", "rollup"]


def rollup(
    study: Study, as_of: date, rows: str = "needs_segment", by: str = "size", progress: Progress = silent
) -> Rollup:
    """Counts, money and shares of the accounts by two of their tiers; see ``needsseg.accounts.rollups``."""
    return roll_up(accounts.profiles(study, as_of, progress), revenue_as_of(study, as_of), rows, by)
