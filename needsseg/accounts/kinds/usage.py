"""Usage that is counted or keyed otherwise than by events of accounts: rows with a number of uses, and joined ids.

A row with a number of uses counts as so many events of its day. Rows of weeks are told by their column's name, or by days that
are all the same day of the week; how active an account was on single days is then not known.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from typing import TYPE_CHECKING

from needsseg.accounts.ingest.cells import number, text
from needsseg.accounts.ingest.mapping import INSTEAD, Mapping
from needsseg.text import format_count

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

WEEK = 7
FEWEST_WEEKS = 3  # distinct days on the same day of the week from which rows are taken for weeks
MOST_USES = 1_000_000_000
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def usage_forms(mapping: Mapping) -> dict[str, str]:
    """Return how rows of events are read: ``joined`` by which ids, ``counted``, and ``event``, what names a use.

    Of other kinds only ``joined``; empty for plain rows of accounts.
    """
    columns = mapping.columns
    forms = {}
    instead = INSTEAD.get(mapping.kind, {}).get("account_id", ())
    if instead and "account_id" not in columns:
        forms["joined"] = ",".join(name for name in instead if name in columns)
    if mapping.kind != "events":
        return forms
    if "uses" in columns:
        forms["counted"] = "yes"
    if "event" not in columns:
        forms["event"] = "feature" if "feature" in columns else text(columns["uses"])
    return forms


def uses(forms: MappingOf[str, str]) -> str:
    """Return SQL for the number of uses that a row stands for, a DOUBLE; NULL where it is no number."""
    return number("uses") if "counted" in forms else "1.0"


def without_use(con: DuckDBPyConnection) -> int:
    """Remove rows with no use from ``kept``; return their number."""
    (count,) = con.execute("SELECT count(*) FROM kept WHERE uses = 0").fetchone() or (0,)
    if count:
        con.execute("DELETE FROM kept WHERE uses = 0")
    return int(count)


def mark_weeks(con: DuckDBPyConnection, mapping: Mapping, earlier: int) -> list[str]:
    """Set ``span`` in ``kept`` to 7 where the new rows are of weeks; return notes on what the counts mean.

    ``earlier`` is the file number of rows of an earlier import, which keep their span.
    """
    if "uses" not in mapping.columns:
        return []
    rows, total, days, weekdays, first = con.execute(
        "SELECT count(*), sum(uses), count(DISTINCT day), count(DISTINCT day % 7), min(day) FROM kept WHERE file <> ?",
        [earlier],
    ).fetchone() or (0, 0, 0, 0, 0)
    if not rows:
        return []
    column, timestamp = mapping.columns["uses"], mapping.columns["timestamp"]
    is_weekly = "week" in timestamp.casefold() or (days >= FEWEST_WEEKS and weekdays == 1)
    counted = f"{format_count(int(total), 'use')} in {format_count(rows, 'row')} of {column}"
    if not is_weekly:
        return [f"{counted}: each row counts as so many events of its day."]
    con.execute(f"UPDATE kept SET span = {WEEK} WHERE file <> ?", [earlier])
    starts = f" that begin on a {WEEKDAYS[(first + 3) % WEEK]}" if weekdays == 1 else ""
    return [
        f"{counted}, by weeks{starts}: each row counts as so many events, and as one active day of its week, since its days are "
        "not known; daily users are left out."
    ]
