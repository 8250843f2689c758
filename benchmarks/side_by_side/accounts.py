"""What accounts do, counted from events: needsseg beside a query that somebody writes by hand in DuckDB."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.side_by_side.figures import Comparison, in_turns
from benchmarks.stack.methods import Rows, make, one_query, ours, tuned_query

EVENTS, ACCOUNTS = 1_000_000, 10_000


def accounts(folder: Path, runs: int) -> Iterator[Comparison]:
    """Behaviour of 10,000 accounts from a million events, to one row an account in Python; RuntimeError if rows differ."""
    file = folder / "events.parquet"
    make(EVENTS, file, ACCOUNTS)
    if not sorted(ours(file)) == sorted(one_query(file)) == sorted(tuned_query(file)):
        raise RuntimeError("needsseg and the queries by hand count differently")
    for beside, query in (("a query by hand in DuckDB", one_query), ("a tuned query in DuckDB", tuned_query)):
        mine, theirs = in_turns(runs, lambda: _seconds(ours, file), lambda query=query: _seconds(query, file))  # type: ignore[misc]
        yield Comparison(f"{ACCOUNTS:,} accounts' behaviour, beside {beside}", mine, "", beside, theirs)


def _seconds(method: Callable[[Path], Rows], file: Path) -> float:
    """Processor seconds of this process, all its threads included."""
    started = time.process_time()
    list(method(file))
    return time.process_time() - started
