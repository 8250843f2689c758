"""What an events file says as a whole before a date: names of events and features, first and last day, which columns are used."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from needsseg.accounts.engines.engine import Engine

if TYPE_CHECKING:
    import narwhals as nw

MOST_REMEMBERED = 8


@dataclass(frozen=True, slots=True)
class EventFacts:
    """Names of events and features, each sorted; first and last epoch day; numbers of rows with a user and with a source.

    ``with_weeks`` says whether a row stands for the use of a whole week.
    """

    names: tuple[str, ...]
    features: tuple[str, ...]
    first_day: int | None
    last_day: int | None
    with_user: int
    with_source: int
    with_weeks: bool = False


_remembered: OrderedDict[tuple[str, int, int, str, str], EventFacts] = OrderedDict()


def counted_events(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Return a frame of events with ``uses`` and ``span``, which files of earlier versions lack: one event of one day each."""
    import narwhals as nw

    present = set(frame.collect_schema().names())
    missing = {name: nw.lit(1).cast(nw.Int64) for name in ("uses", "span") if name not in present}
    return frame.with_columns(**missing) if missing else frame


def event_facts(engine: Engine, events: Path, frame: nw.LazyFrame[Any], as_of: int, tz: str) -> EventFacts:
    """Return the facts of ``frame``, which has the events of a file before epoch day ``as_of`` in ``tz``.

    The last few are remembered, since every account that is opened asks for them again.
    """
    key = (str(events), events.stat().st_mtime_ns, as_of, tz, engine.backend)
    if key not in _remembered:
        _remembered[key] = _computed(engine, frame)
    _remembered.move_to_end(key)
    while len(_remembered) > MOST_REMEMBERED:
        _remembered.popitem(last=False)
    return _remembered[key]


def _computed(engine: Engine, frame: nw.LazyFrame[Any]) -> EventFacts:
    import narwhals as nw

    day = nw.col("day")
    ((first, last, users, sources, span),) = engine.rows(
        frame.select(
            first=day.min(), last=day.max(), users=nw.col("user_id").count(), sources=nw.col("source").count(),
            span=nw.col("span").max(),
        )
    )  # fmt: skip
    names, features = (_distinct(engine, frame, column) for column in ("event", "feature"))
    return EventFacts(names, features, first, last, int(users), int(sources), (span or 1) > 1)


def _distinct(engine: Engine, frame: nw.LazyFrame[Any], column: str) -> tuple[str, ...]:
    """Return the distinct values of a column, by grouping, since ``unique`` would number all rows on DuckDB."""
    import narwhals as nw

    rows = engine.rows(frame.group_by(column).agg(rows=nw.len()).select(column))
    return tuple(sorted(str(name) for (name,) in rows if name is not None))
