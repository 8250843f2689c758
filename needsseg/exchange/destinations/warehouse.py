"""Files that a warehouse reads: a SQLite or DuckDB database with one typed table, and a dbt seed with its schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from needsseg.exchange.tables import NOT_TEXT, Cell, json_lines, quoted
from needsseg.records import PROFILE_COLUMNS

TABLE = "labelled_accounts"
SCHEMA_MARK = "# Written by needsseg export dbt."
_MEANINGS = {
    "account_id": "The account's id in the CRM, as text.",
    "as_of_date": "The day from which all columns look at the account.",
    "firmographic_tier": "Tier by company size and industry.",
    "needs_segment": "The segment by what the account's people need; empty where nothing is known.",
    "needs_segment_source": "Where the label comes from.",
    "needs_segment_confidence": "Confidence of the label, 0 to 1.",
    "needs_segment_confirmed_by": "Who confirmed the segment, with a note where nobody had decided on any of its passages.",
    "behavioral_segment": "Segment by how the product is used.",
    "lifecycle_stage": "Where the account stands in its life with the product.",
    "recommended_action": "The first action that the rules recommend.",
    "segmentation_version": "The state of the segments that the labels come from.",
}


def fill_sqlite(rows: Sequence[Mapping[str, Cell]], partial: Path) -> None:
    """A SQLite file with one strict table, account_id its key; OSError where it cannot be written."""
    import sqlite3

    kinds = {"needs_segment_confidence": "REAL"}
    columns = ", ".join(
        f'"{name}" {kinds.get(name, "TEXT")}{" PRIMARY KEY" if name == "account_id" else ""}'
        for name in PROFILE_COLUMNS
    )
    marks = ", ".join("?" * len(PROFILE_COLUMNS))
    connection = sqlite3.connect(partial)
    try:
        connection.execute("PRAGMA journal_mode = OFF")  # nothing is beside the file; a failed one is thrown away whole
        with connection:
            connection.execute(f"CREATE TABLE {TABLE} ({columns}) STRICT")
            connection.executemany(
                f"INSERT INTO {TABLE} VALUES ({marks})", ([row[name] for name in PROFILE_COLUMNS] for row in rows)
            )
    except sqlite3.Error as error:
        raise OSError(str(error)) from error
    finally:
        connection.close()


def fill_duckdb(rows: Sequence[Mapping[str, Cell]], partial: Path) -> None:
    """A DuckDB file with one typed table, account_id its key; OSError where it cannot be written."""
    import duckdb

    source = partial.with_name(f"{partial.name}.jsonl")
    log = partial.with_name(f"{partial.name}.wal")
    types = {name: NOT_TEXT.get(name, "VARCHAR") for name in PROFILE_COLUMNS}
    columns = ", ".join(
        f"{name} {kind}{' PRIMARY KEY' if name == 'account_id' else ''}" for name, kind in types.items()
    )
    read_as = "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in types.items()) + "}"
    try:
        source.write_bytes(json_lines(rows).encode("utf-8"))
        with duckdb.connect(str(partial)) as con:
            con.execute(f"CREATE TABLE {TABLE} ({columns})")
            con.execute(
                f"INSERT INTO {TABLE} SELECT * FROM "
                f"read_json({quoted(source)}, format = 'newline_delimited', columns = {read_as})"
            )
    except duckdb.Error as error:
        raise OSError(str(error).splitlines()[0]) from error
    finally:
        source.unlink(missing_ok=True)
        log.unlink(missing_ok=True)


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
