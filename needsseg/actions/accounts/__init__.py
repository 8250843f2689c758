"""Verbs on account data: sources in, profiles, one account opened, roll-ups, patterns."""

from __future__ import annotations

from needsseg.accounts.assign.labels import LabelledText
from needsseg.accounts.figures import figure_columns, figures
from needsseg.accounts.ingest.cells import FORMATS
from needsseg.accounts.kinds.tenure import QUESTIONS, UNITS
from needsseg.accounts.own.columns import PREFIX, OwnColumn
from needsseg.accounts.tiers.patterns import Patterns
from needsseg.accounts.tiers.profile import AccountProfile
from needsseg.accounts.tiers.revenue import Revenue
from needsseg.accounts.tiers.rollups import BY, ROWS, Cell, Rollup, Row, rollup
from needsseg.accounts.tiers.series import Series
from needsseg.accounts.tiers.signals import WORDED_ALIKE

__all__ = [
    "BY",
    "FORMATS",
    "PREFIX",
    "QUESTIONS",
    "ROWS",
    "UNITS",
    "WORDED_ALIKE",
    "AccountProfile",
    "Cell",
    "LabelledText",
    "OwnColumn",
    "Patterns",
    "Revenue",
    "Rollup",
    "Row",
    "Series",
    "figure_columns",
    "figures",
    "rollup",
]
