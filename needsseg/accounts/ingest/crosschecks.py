"""Checks across all rows of a source, or across two sources."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from needsseg.accounts.ingest.cells import local_second, text
from needsseg.accounts.ingest.merged_records import EARLIER
from needsseg.accounts.tiers.firmographic import UNKNOWN, revenue_tier, size_tier

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_NOTHING = re.compile(r"[$€£]?\s*0[0.,]*|-+|–|—|n/?a|none|null|nil|unknown", re.IGNORECASE)


def unreadable_tiers(con: DuckDBPyConnection) -> list[str]:
    """Return notes on sizes and revenues in ``kept`` that give no tier: words, or ranges over two tiers.

    Empty cells, 0 and words such as n/a are ignored, as are rows of an earlier import.
    """
    notes = []
    for field, tier, tier_name in (("employees", size_tier, "size"), ("revenue", revenue_tier, "revenue")):
        cells = con.execute(
            f"SELECT trim({field}) AS cell, count(*) FROM kept WHERE file <> ? AND trim({field}) <> '' GROUP BY 1 "
            "ORDER BY min((file::BIGINT << 40) + row)",
            [EARLIER],
        ).fetchall()
        unreadable = [(cell, count) for cell, count in cells if tier(cell) == UNKNOWN and not _NOTHING.fullmatch(cell)]
        if unreadable:
            examples = ", ".join(f"'{cell[:40]}'" for cell, _ in unreadable[:3])
            notes.append(
                f"The {tier_name} of {sum(count for _, count in unreadable):,} accounts counts as unknown: no tier can be read "
                f"from {examples}{' …' if len(unreadable) > 3 else ''} in {field}."
            )
    return notes


def usage_before_subscription(
    events: Path, subscriptions: Path, accounts: Path | None = None, tz: str = "UTC"
) -> tuple[int, int]:
    """Return the number of events before their account's first subscription, and of accounts with such events.

    Accounts without any subscription do not count. Ids of merged CRM records count for their survivor where ``accounts``
    is given. All three are Parquet files that ``ingest`` wrote; days begin in ``tz``.
    """
    import duckdb

    merged = (
        f"SELECT unnest(string_split(merged_ids, ' ')) AS old, account_id AS now FROM read_parquet({text(str(accounts))}) "
        "WHERE merged_ids <> ''"
        if accounts is not None
        else "SELECT '' AS old, '' AS now WHERE false"
    )
    with duckdb.connect() as con:
        con.execute(f"CREATE TABLE merged AS {merged}")
        columns = con.execute(f"DESCRIBE SELECT * FROM read_parquet({text(str(events))})").fetchall()
        number = "uses" if "uses" in {row[0] for row in columns} else "1"
        counts = con.execute(
            f"WITH used AS (SELECT coalesce(now, account_id) AS id, {number} AS number, "
            f"{local_second('second', tz)} // 86400 AS day "
            f"FROM read_parquet({text(str(events))}) LEFT JOIN merged ON account_id = old), "
            f"begun AS (SELECT coalesce(now, account_id) AS id, min(start_day) AS start "
            f"FROM read_parquet({text(str(subscriptions))}) LEFT JOIN merged ON account_id = old GROUP BY 1) "
            "SELECT coalesce(sum(number), 0), count(DISTINCT used.id) FROM used JOIN begun USING (id) WHERE day < start"
        ).fetchone()
    rows, ids = counts or (0, 0)
    return int(rows), int(ids)
