"""dbt: a seed, and the schema that describes its columns."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from needsseg.errors import Advice, NeedssegError, Option, UsageError
from needsseg.exchange.columns import STANDARD, ExportColumn
from needsseg.exchange.destinations.destination import Contents, Destination, FileRequest, Rows
from needsseg.exchange.tables import csv_text, write_text

SCHEMA_MARK = "# Written by needsseg export dbt."
"""The first line of a schema, by which the next export recognises that it may replace it."""


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
    text = csv_text(request.names, rows, request.neutralise, request.names)
    beside = {schema: dbt_schema(path.stem, request.columns)}
    return Contents(lambda partial: write_text(partial, text), {"schema": schema.name}, beside)


def dbt_schema(seed: str, columns: Sequence[ExportColumn] = STANDARD) -> str:
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
    whole = "\"{{ 'int64' if target.type == 'bigquery' else 'bigint' }}\""
    kinds = {"text": text, "date": "date", "number": number, "whole": whole, "flag": "boolean"}
    lines += [f"        {column.name}: {kinds[column.type]}" for column in columns]
    lines += ["    columns:"]
    for column in columns:
        lines += [
            f"      - name: {column.name}",
            f"        description: {json.dumps(column.meaning, ensure_ascii=False)}",
        ]
        if column.key == "account_id":
            lines += ["        data_tests:", "          - unique", "          - not_null"]
    return "\n".join(lines) + "\n"


DBT = Destination(name="dbt", ending="csv", is_spreadsheet=True, file=seed)
