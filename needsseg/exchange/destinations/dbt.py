"""dbt: a seed, and the schema that describes its columns."""

from __future__ import annotations

import re

from needsseg.errors import Advice, NeedssegError, Option, UsageError
from needsseg.exchange.destinations.destination import Contents, Destination, FileRequest, Rows
from needsseg.exchange.tables import NOT_TEXT, csv_text, write_text
from needsseg.records import PROFILE_COLUMNS

SCHEMA_MARK = "# Written by needsseg export dbt."
"""The first line of a schema, by which the next export recognises that it may replace it."""
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


def seed(rows: Rows, request: FileRequest) -> Contents:
    """A CSV file with its ``schema.yml``.

    UsageError for a file name that is no table's name, NeedssegError where another ``schema.yml`` stands there already.
    """
    path = request.path
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*\.csv", path.name):
        raise UsageError(
            f"{path.name}: dbt names a table after the seed's file.", "Letters, digits and _ before .csv: labels.csv."
        )
    schema = path.with_name("schema.yml")
    if schema.exists() and not request.overwrite:
        try:
            ours = schema.read_text(encoding="utf-8").startswith(SCHEMA_MARK)
        except (OSError, UnicodeDecodeError):
            ours = False
        if not ours:
            raise NeedssegError(
                f"{schema} exists and was not written by needsseg.",
                Advice("Choose another folder, or replace the file", Option.OVERWRITE, "."),
            )
    text = csv_text(PROFILE_COLUMNS, rows, request.neutralise)
    beside = {schema: dbt_schema(path.stem)}
    return Contents(lambda partial: write_text(partial, text), {"schema": schema.name}, beside)


def dbt_schema(seed: str) -> str:
    """The ``schema.yml`` of a seed named ``seed``: what each column means, its type, and tests of the key.

    Ids stay text: without a column type dbt would read 007 as 7.
    """
    lines = [SCHEMA_MARK, "version: 2", "", "seeds:", f"  - name: {seed}"]
    lines += ["    description: Accounts with their four tiers as of a date, one row each.", "    config:"]
    lines += ["      column_types:"]
    text = "\"{{ 'string' if target.type in ('bigquery', 'databricks', 'spark') else 'varchar' }}\""
    spelled = (
        "'float64' if target.type == 'bigquery' else 'double precision' if target.type in ('postgres', 'redshift')"
    )
    number = f"\"{{{{ {spelled} else 'double' }}}}\""
    kinds = {"VARCHAR": text, "DATE": "date", "DOUBLE": number}
    lines += [f"        {name}: {kinds[NOT_TEXT.get(name, 'VARCHAR')]}" for name in PROFILE_COLUMNS]
    lines += ["    columns:"]
    for name in PROFILE_COLUMNS:
        lines += [f"      - name: {name}", f'        description: "{_MEANINGS[name]}"']
        if name == "account_id":
            lines += ["        data_tests:", "          - unique", "          - not_null"]
    return "\n".join(lines) + "\n"


DBT = Destination(name="dbt", ending="csv", is_spreadsheet=True, file=seed)
