"""How far the imported events reach."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from needsseg.accounts.engine import open_engine

EPOCH = date(1970, 1, 1)


def day_after(events: Path, backend: str = "duckdb") -> date | None:
    """The day after the newest event of a Parquet file that ``ingest`` wrote; None when it holds no event."""
    import narwhals as nw

    with open_engine(backend) as engine:
        newest = engine.rows(engine.scan(events).select(nw.col("day").max()))[0][0]
    return None if newest is None else EPOCH + timedelta(days=int(newest) + 1)
