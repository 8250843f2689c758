"""What only shows when two sources are looked at together."""

from __future__ import annotations

from pathlib import Path

from needsseg.accounts.cells import local_second, text


def usage_before_subscription(
    events: Path, subscriptions: Path, accounts: Path | None = None, tz: str = "UTC"
) -> tuple[int, int]:
    """How many events lie before the day their account's first subscription started, and of how many accounts.

    Of accounts without any subscription none do. Ids of merged CRM records count for their survivor where ``accounts``
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
        found = con.execute(
            f"WITH used AS (SELECT coalesce(now, account_id) AS id, {local_second('second', tz)} // 86400 AS day "
            f"FROM read_parquet({text(str(events))}) LEFT JOIN merged ON account_id = old), "
            f"begun AS (SELECT coalesce(now, account_id) AS id, min(start_day) AS start "
            f"FROM read_parquet({text(str(subscriptions))}) LEFT JOIN merged ON account_id = old GROUP BY 1) "
            "SELECT count(*), count(DISTINCT used.id) FROM used JOIN begun USING (id) WHERE day < start"
        ).fetchone()
    rows, ids = found or (0, 0)
    return int(rows), int(ids)
