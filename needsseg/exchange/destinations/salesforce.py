"""Salesforce Bulk API 2.0: a CSV table of Account records to upsert."""

from __future__ import annotations

import re
from collections.abc import Sequence

from needsseg.accounts import salesforce_18
from needsseg.errors import Advice, NeedssegError, Option
from needsseg.exchange.destinations.destination import Contents, Destination, FileRequest, Rows
from needsseg.exchange.tables import csv_text, write_text
from needsseg.records import PROFILE_COLUMNS

ID = "Id"
LONGEST_EXTERNAL_ID = 255
LARGEST = 100_000_000  # bytes of one job's data


def header(key: str, names: Sequence[str] = PROFILE_COLUMNS) -> list[str]:
    """Return API names: the chosen id column, and custom fields for the rest (``Needs_Segment__c``)."""
    return [key, *(f"{name.title()}__c" for name in names[1:])]


def table(rows: Rows, request: FileRequest) -> Contents:
    """Return a CSV file with LF line ends; ``#N/A`` clears a field, where an empty cell would keep an old label.

    NeedssegError above the 100 MB that a job takes.
    """
    text = csv_text(header(request.key, request.names), rows, request.neutralise, request.names, empty="#N/A")
    if (size := len(text.encode("utf-8"))) > LARGEST:
        raise NeedssegError(
            f"The table has {size:,} bytes, and a Bulk 2.0 job takes {LARGEST:,}.",
            Advice("Export changes only", Option.CHANGED_ONLY, "."),
        )
    manifest = {"external_id": request.key, "line_end": "LF"}
    return Contents(lambda partial: write_text(partial, text), manifest)


def refusal(account_id: str, key: str) -> str:
    """Return why an id cannot identify an Account of Salesforce; of another key, why it is no external id.

    An Account's Id has 18 characters and begins with 001; the last three tell which of the first fifteen are capitals.
    """
    if key != ID:
        too_long = len(account_id) > LONGEST_EXTERNAL_ID
        return f"longer than the {LONGEST_EXTERNAL_ID} characters of an external id" if too_long else ""
    if not re.fullmatch(r"001[A-Za-z0-9]{15}", account_id):
        return "not the Id of an Account in Salesforce (18 letters and digits that begin with 001)"
    if salesforce_18(account_id[:15]) != account_id:
        return "not the Id of an Account in Salesforce: its last three characters do not fit the others"
    return ""


SALESFORCE = Destination(
    name="salesforce", ending="csv", key=ID, refusal=refusal, fields=header, is_spreadsheet=True, file=table
)
