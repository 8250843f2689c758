"""Where passages lie to one coder while others' work is hidden: as if nobody else had decided on single passages.

Which segments there are, what runs, merges and splits put in them and what they were confirmed on is one result of all, so
that is shown. What others did to single passages since (put somewhere, taken out, rejected, called off-topic) is taken back
in this view, by the history, until the next run takes it up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from needsseg.study import segments
from needsseg.study.segments import Member

if TYPE_CHECKING:
    from sqlite3 import Row

    from needsseg.study.connection import Study

ONE_BY_ONE = frozenset(
    {
        "adjust",
        "admit",
        "answer",
        "code",
        "decide",
        "decline",
        "mark",
        "move",
        "off-topic",
        "on-topic",
        "uncode",
        "unmark",
    }
)
"""Actions that are about the passages that somebody chose, not about whole segments."""
RUN, CONFIRM = "discover", "confirm"
_ROWS = (
    "SELECT r.table_name, r.row_id, r.columns, r.before, r.after, h.action, "
    "h.actor = ?1 OR h.entered_by = ?1 AS own FROM history_rows r JOIN history h ON h.id = r.history_id "
    "WHERE h.state = 'done' AND r.table_name IN ('segments', 'segment_passages') "
    "AND h.id > coalesce((SELECT max(id) FROM history WHERE state = 'done' AND action = ?2), 0) ORDER BY r.id"
)


def members(study: Study) -> dict[int, list[Member]]:
    """The members of every segment as the coder of the study sees them, in the order of ``segments.members``."""
    found = segments.members(study)
    hidden = _before_others(study)
    if not hidden:
        return found
    shown = {id_: [member for member in mine if member.passage not in hidden] for id_, mine in found.items()}
    there = {row.id: row for row in segments.listing(study, merged=True)}
    known = {row[0] for row in study.rows("SELECT id FROM passages")}
    for member, segment in filter(None, hidden.values()):
        at, passed = there.get(segment), set[int]()
        while at is not None and at.merged_into is not None and at.id not in passed:
            passed.add(at.id)
            at = there.get(at.merged_into)
        if at is not None and member.passage in known:
            shown.setdefault(at.id, []).append(member)
    return {id_: sorted(mine, key=_rank) for id_, mine in shown.items() if mine}


def _rank(member: Member) -> tuple[bool, int, float, int]:
    return member.exemplar is None, member.exemplar or 0, -member.strength, member.passage


def _before_others(study: Study) -> dict[int, tuple[Member, int] | None]:
    """For each passage that others moved on its own: its membership and segment before that, None where it lay in none."""
    hidden: dict[int, tuple[Member, int] | None] = {}
    now: dict[int, int | None] = {}
    for row in study.rows(_ROWS, [study.actor, RUN]):
        if row["table_name"] == "segments":
            if row["action"] == CONFIRM:  # what it was confirmed on is no longer anybody's own
                hidden = {p: was for p, was in hidden.items() if row["row_id"] not in (now[p], was[1] if was else None)}
            continue
        before, after = (_read(row, side) for side in ("before", "after"))
        passage = (after or before)[0].passage  # type: ignore[index]  # a row that changed was or is there
        if not row["own"] and row["action"] in ONE_BY_ONE:
            hidden.setdefault(passage, before)
        elif after is not None:
            hidden.pop(passage, None)
        now[passage] = after[1] if after else None
    return hidden


def _read(row: Row, side: str) -> tuple[Member, int] | None:
    """A membership as history keeps it: numbers and one word, so its literals are told apart without asking SQLite."""
    if row[side] is None:
        return None
    names = (name.strip('" ') for name in row["columns"].split(","))
    held = dict(zip(names, row[side].split(", "), strict=True))
    rank = None if held["exemplar"] == "NULL" else int(held["exemplar"])
    by_hand = held["placed_by"] == "'hand'"
    member = Member(int(held["passage_id"]), float(held["strength"]), rank, "hand" if by_hand else "run")
    return member, int(held["segment_id"])
