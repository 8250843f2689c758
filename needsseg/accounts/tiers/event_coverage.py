"""The coverage of imported events: their last day, and rows of unknown accounts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

from needsseg.accounts.engines.engine import open_engine
from needsseg.accounts.engines.event_facts import counted_events
from needsseg.accounts.tiers.zones import zone


def day_after(events: Path, tz: str = "UTC", backend: str = "duckdb") -> date | None:
    """Return the day after the newest event, in ``tz``, of a Parquet file that ``ingest`` wrote; None without events.

    Use that is counted by week reaches to the end of its week.
    """
    import narwhals as nw

    with open_engine(backend) as engine:
        last_second = nw.col("second") + (nw.col("span") - 1) * 86_400
        newest = engine.rows(counted_events(engine.scan(events)).select(last_second.max()))[0][0]
    return None if newest is None else datetime.fromtimestamp(int(newest), zone(tz)).date() + timedelta(days=1)


def count_rows_of_unknown_accounts(parquet: Path, accounts: Path, backend: str = "duckdb") -> dict[str, int]:
    """Count the rows of an events or subscriptions file by account id, for ids that are not in ``accounts``.

    Ids of merged CRM records are known; rows without an account id count under the empty text.
    """
    import narwhals as nw

    with open_engine(backend) as engine:
        rows_by_account = engine.rows(engine.scan(parquet).group_by("account_id").agg(nw.len().alias("rows")))
        account_rows = engine.rows(engine.scan(accounts).select("account_id", "merged_ids"))
    ids = {str(row[0]) for row in account_rows} | {old for row in account_rows for old in str(row[1] or "").split()}
    return {str(id_ or ""): int(rows) for id_, rows in sorted(rows_by_account, key=str) if str(id_ or "") not in ids}
