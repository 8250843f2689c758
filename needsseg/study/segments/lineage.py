"""The history of one segment: every action that changed it, with the passages that joined or left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from needsseg.study.connection import Study


@dataclass(frozen=True, slots=True)
class Change:
    """One action's doing to a segment: its row before and after (None where it was not there), and passages by way.

    ``arrivals`` and ``departures`` count passages by the segment they came from or went to; None means no segment.
    ``merged`` are segments that this action merged into it.
    """

    at: str
    actor: str
    action: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    arrivals: Mapping[int | None, int]
    departures: Mapping[int | None, int]
    merged: tuple[int, ...]


def changes(study: Study, segment: int) -> list[Change]:
    """Return the actions that changed a segment, oldest first; undone actions are left out."""
    entries = {
        row["id"]: row
        for row in study.rows("SELECT id, action, actor, at FROM history WHERE state = 'done' ORDER BY id")
    }
    rows: dict[int, dict[str, Any]] = {}
    for row in study.rows(
        "SELECT r.history_id, r.table_name, r.row_id, r.columns, r.before, r.after FROM history_rows r "
        "JOIN history h ON h.id = r.history_id WHERE h.state = 'done' AND r.table_name IN ('segments', 'segment_passages') "
        "ORDER BY r.id"
    ):
        change = rows.setdefault(
            row["history_id"], {"before": None, "after": None, "own": False, "ways": {}, "merged": []}
        )
        if row["table_name"] == "segments":
            before, after = (_read(study, row["columns"], row[side]) for side in ("before", "after"))
            _segment_row(change, row["row_id"], segment, before, after)
        else:
            _member_row(change["ways"], row["columns"], row["before"], row["after"])
    segment_changes = []
    for entry, change in sorted(rows.items()):
        arrivals, departures = _balance(change["ways"], segment)
        if change["own"] or arrivals or departures or change["merged"]:
            entry_row = entries[entry]
            segment_changes.append(
                Change(
                    entry_row["at"], entry_row["actor"], entry_row["action"], change["before"], change["after"],
                    arrivals, departures, tuple(change["merged"]),
                )
            )  # fmt: skip
    return segment_changes


def _read(study: Study, columns: str, literals: str | None) -> dict[str, Any] | None:
    """A row as history keeps it, read back: SQLite evaluates the literals that its own ``quote()`` wrote."""
    if literals is None:
        return None
    values = study.rows(f"SELECT {literals}")[0]
    return dict(zip((name.strip('" ') for name in columns.split(",")), values, strict=True))


def _segment_row(
    change: dict[str, Any], row: int, segment: int, before: dict[str, Any] | None, after: dict[str, Any] | None
) -> None:
    if row == segment:
        if not change["own"]:
            change["before"] = before
        change["own"], change["after"] = True, after
    elif after is not None and after["merged_into"] == segment and (before or {}).get("merged_into") != segment:
        change["merged"].append(row)


def _member_row(ways: dict[int, list[int | None]], columns: str, before: str | None, after: str | None) -> None:
    """Keep where each passage was first and last within one action, however often its row was rewritten."""
    # A membership holds numbers and one word, so its literals are parsed without SQLite: runs write many.
    names = [name.strip('" ') for name in columns.split(",")]
    segment, passage = names.index("segment_id"), names.index("passage_id")
    from_segment, to_segment = (None if side is None else int(side.split(", ")[segment]) for side in (before, after))
    way = ways.setdefault(int((after or before or "").split(", ")[passage]), [from_segment, to_segment])
    way[1] = to_segment


def _balance(ways: dict[int, list[int | None]], segment: int) -> tuple[dict[int | None, int], dict[int | None, int]]:
    arrivals: dict[int | None, int] = {}
    departures: dict[int | None, int] = {}
    for start, end in ways.values():
        if start != segment and end == segment:
            arrivals[start] = arrivals.get(start, 0) + 1
        elif start == segment and end != segment:
            departures[end] = departures.get(end, 0) + 1
    return arrivals, departures
