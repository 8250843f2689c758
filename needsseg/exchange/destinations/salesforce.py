"""Salesforce Bulk API 2.0: a CSV table of Account records to upsert."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from needsseg.errors import NeedssegError
from needsseg.exchange.tables import Cell, csv_text
from needsseg.records import PROFILE_COLUMNS

LARGEST = 100_000_000  # bytes of one job's data


def header(key: str) -> list[str]:
    """API names: the id column as asked for, custom fields for the rest (``Needs_Segment__c``)."""
    return [key, *(f"{name.title()}__c" for name in PROFILE_COLUMNS[1:])]


def table(rows: Sequence[Mapping[str, Cell]], key: str, neutralise: bool) -> str:
    """A CSV file with LF line ends; ``#N/A`` clears a field, where an empty cell would leave an old label standing.

    NeedssegError above the 100 MB that a job takes.
    """
    text = csv_text(header(key), rows, neutralise, empty="#N/A")
    if (size := len(text.encode("utf-8"))) > LARGEST:
        raise NeedssegError(
            f"The table has {size:,} bytes, and a Bulk 2.0 job takes {LARGEST:,}.",
            "Export changes only: --changed-only.",
        )
    return text
