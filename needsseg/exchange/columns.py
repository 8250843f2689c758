"""The columns of exported accounts: the standard ones, those that can be chosen beside them, and their names by target."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from needsseg.records import PROFILE_COLUMNS

ColumnType = Literal["text", "number", "whole", "date", "flag"]
KEPT = ("account_id", "as_of_date")
"""The columns that every export has: whose row it is, and as of when."""
STANDARD_WORD, DEFAULT_WORD = "standard", "default"


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """One column of an export: what it is chosen by, its type and meaning, and its name in the target, "" for the same.

    ``chosen_as`` is the word that a person writes where it stands for several columns.
    """

    key: str
    type: ColumnType
    meaning: str
    target_name: str = ""

    @property
    def name(self) -> str:
        """The column's name in the target."""
        return self.target_name or self.key


_MEANINGS = {
    "account_id": "The account's id in the CRM, as text.",
    "as_of_date": "The day from which all columns look at the account.",
    "firmographic_tier": "Tier by company size and industry.",
    "needs_segment": "The segment by the needs of the account's people; empty where unknown.",
    "needs_segment_source": "Where the label comes from.",
    "needs_segment_confidence": "Confidence of the label, 0 to 1.",
    "needs_segment_confirmed_by": "Who confirmed the segment, with a note where nobody had decided on any of its passages.",
    "behavioral_segment": "Segment by how the product is used.",
    "lifecycle_stage": "Where the account stands in its life with the product.",
    "recommended_action": "The first action that the rules recommend.",
    "segmentation_version": "The state of the segments that the labels come from.",
}
_NOT_TEXT: dict[str, ColumnType] = {"as_of_date": "date", "needs_segment_confidence": "number"}
STANDARD = tuple(ExportColumn(name, _NOT_TEXT.get(name, "text"), _MEANINGS[name]) for name in PROFILE_COLUMNS)
FURTHER = {
    column.key: column
    for column in (
        ExportColumn("name", "text", "The account's name."),
        ExportColumn("size", "text", "Tier by the number of employees."),
        ExportColumn("revenue", "text", "Tier by yearly revenue."),
        ExportColumn("industry", "text", "The industry, as the CRM has it."),
        ExportColumn("region", "text", "The region of the world."),
        ExportColumn("country", "text", "The country, as the CRM has it."),
        ExportColumn(
            "icp", "flag", "Whether the account fits the ideal customer profile; empty where that is unknown."
        ),
        ExportColumn("plan", "text", "The plan of the running subscription."),
        ExportColumn("seats", "whole", "The seats of the running subscriptions."),
        ExportColumn("arr", "number", "What the account pays a year, in arr_currency; empty where unknown."),
        ExportColumn("arr_currency", "text", "The currency of arr."),
        ExportColumn("pays", "text", "What the account pays, with currency and period, in words."),
        ExportColumn("users", "whole", "People active in the 30 days before the date."),
        ExportColumn("events", "whole", "Events in the 30 days before the date."),
        ExportColumn("active_days", "whole", "Days with an event in the 30 days before the date."),
        ExportColumn("logins", "whole", "Logins in the 30 days before the date."),
        ExportColumn("feature_breadth", "whole", "Different features used in the 30 days before the date."),
        ExportColumn("quote_ids", "text", "Ids of the passages behind the label, with blanks between."),
    )
}
TOGETHER = {"arr": ("arr", "arr_currency")}
"""Amounts never leave without their currency."""
# Types of columns in DuckDB and Parquet, and in SQLite.
DUCKDB_TYPES = {"text": "VARCHAR", "number": "DOUBLE", "whole": "BIGINT", "date": "DATE", "flag": "BOOLEAN"}
SQLITE_TYPES = {"text": "TEXT", "number": "REAL", "whole": "INTEGER", "date": "TEXT", "flag": "INTEGER"}
KEEPS_NAMES = ("csv", "jsonl", "parquet", "sqlite", "duckdb")
"""Targets whose columns may be called anything; the others take letters, digits and _ only."""
LONGEST_NAME = 37  # Salesforce allows 40 letters before __c, and a number may follow


def named_for(columns: Sequence[ExportColumn], target: str) -> tuple[ExportColumn, ...]:
    """Return the columns with the names that ``target`` takes, all different in any case, and none ``user_id``."""
    names = {"user_id"}  # of targets by user, each row has one
    named = []
    for number, column in enumerate(columns, start=1):
        bare = column.key.removeprefix("column:")
        name = bare if target in KEEPS_NAMES else plain_name(bare, number)
        again = (f"{name}_{n}" for n in range(2, len(columns) + 2))
        name = name if name.casefold() not in names else next(each for each in again if each.casefold() not in names)
        names.add(name.casefold())
        named.append(replace(column, target_name=name))
    return tuple(named)


def plain_name(text: str, number: int) -> str:
    """Return a name of lower-case letters, digits and single _, that begins with a letter; ``column_7`` where none is left."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    words = re.findall(r"[a-z0-9]+", ascii_text.casefold())
    name = "_".join(words)[:LONGEST_NAME].rstrip("_")
    if not name:
        return f"column_{number}"
    return name if name[0].isalpha() else f"c_{name}"[:LONGEST_NAME]
