"""The rows of an events file as tiers read them: by calendar day, of surviving accounts, of some accounts alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from needsseg.accounts.engines.engine import Engine
from needsseg.accounts.engines.event_facts import counted_events
from needsseg.accounts.tiers.zones import offsets

if TYPE_CHECKING:
    import narwhals as nw


def local_days(engine: Engine, frame: nw.LazyFrame[Any], tz: str) -> nw.LazyFrame[Any]:
    """Replace UTC days by calendar days of ``tz``, with the zone's changes that fall within the events.

    Files of earlier versions, in which each row is one event, get the columns ``uses`` and ``span``.
    """
    import narwhals as nw

    frame = counted_events(frame)
    steps = offsets(tz)
    if len(steps) == 1 and steps[0][1] == 0:
        return frame
    ((first, last),) = engine.rows(frame.select(first=nw.col("second").min(), last=nw.col("second").max()))
    shift: Any = nw.lit(steps[0][1])
    for number, (start, seconds) in enumerate(steps):
        ends = steps[number + 1][0] if number + 1 < len(steps) else None
        if start > last or (ends is not None and ends <= first):
            continue
        shift = nw.when(nw.col("second") >= start).then(nw.lit(seconds)).otherwise(shift)
    return frame.with_columns(day=((nw.col("second") + shift) // 86_400).cast(nw.Int64))


def events_of(
    engine: Engine, events: Path, frame: nw.LazyFrame[Any], as_of: int, tz: str, only: Collection[str]
) -> nw.LazyFrame[Any]:
    """Return the rows of some accounts in memory, of ``frame`` with the events of a file before epoch day ``as_of`` in ``tz``."""
    import narwhals as nw

    def read() -> nw.LazyFrame[Any]:
        return engine.in_memory(frame.filter(nw.col("account_id").is_in(sorted(only))))

    return engine.once(events, ("events", as_of, tz), only, read)


def surviving(engine: Engine, frame: nw.LazyFrame[Any], merged: Mapping[str, str]) -> nw.LazyFrame[Any]:
    """Replace the ids of merged CRM records by those of the surviving accounts (``merged``: merged id → survivor)."""
    import narwhals as nw

    if not merged:
        return frame
    ids = engine.table(("merged_id", "survivor"), sorted(merged.items()))
    with_survivors = frame.join(ids, left_on="account_id", right_on="merged_id", how="left")
    survivor = nw.when(nw.col("survivor").is_null()).then(nw.col("account_id")).otherwise(nw.col("survivor"))
    return with_survivors.with_columns(account_id=survivor)
