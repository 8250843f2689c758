"""The segments of passages as a blind coder sees them: as if nobody else had decided on single passages.

Which segments there are, what runs, merges and splits put in them and what they were confirmed on is one result of all, so
that is shown. What others did to single passages since (put somewhere, taken out, rejected, called off-topic) is taken back
in this view, by the history, until the next run takes it up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from needsseg.study.segments import segments
from needsseg.study.segments.segments import Member

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
    all_members = segments.members(study)
    hidden = _before_others(study)
    if not hidden:
        return all_members
    visible = {
        id_: [member for member in segment_members if member.passage not in hidden]
        for id_, segment_members in all_members.items()
    }
    segments_by_id = {row.id: row for row in segments.listing(study, merged=True)}
    passage_ids = {row[0] for row in study.rows("SELECT id FROM passages")}
    for member, segment in filter(None, hidden.values()):
        target, visited = segments_by_id.get(segment), set[int]()
        while target is not None and target.merged_into is not None and target.id not in visited:
            visited.add(target.id)
            target = segments_by_id.get(target.merged_into)
        if target is not None and member.passage in passage_ids:
            visible.setdefault(target.id, []).append(member)
    return {id_: sorted(segment_members, key=_rank) for id_, segment_members in visible.items() if segment_members}


def _rank(member: Member) -> tuple[bool, int, float, int]:
    return member.exemplar is None, member.exemplar or 0, -member.strength, member.passage


def _before_others(study: Study) -> dict[int, tuple[Member, int] | None]:
    """Return the membership and segment of each passage before others moved it on its own; None where it had none."""
    hidden: dict[int, tuple[Member, int] | None] = {}
    now: dict[int, int | None] = {}
    for row in study.rows(_ROWS, [study.actor, RUN]):
        if row["table_name"] == "segments":
            if row["action"] == CONFIRM:  # passages it was confirmed on are evidence, not one coder's view
                hidden = {
                    p: earlier
                    for p, earlier in hidden.items()
                    if row["row_id"] not in (now[p], earlier[1] if earlier else None)
                }
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
    """A membership as history keeps it: numbers and one word, so its literals are parsed without SQLite."""
    if row[side] is None:
        return None
    names = (name.strip('" ') for name in row["columns"].split(","))
    values = dict(zip(names, row[side].split(", "), strict=True))
    rank = None if values["exemplar"] == "NULL" else int(values["exemplar"])
    by_hand = values["placed_by"] == "'hand'"
    member = Member(int(values["passage_id"]), float(values["strength"]), rank, "hand" if by_hand else "run")
    return member, int(values["segment_id"])
