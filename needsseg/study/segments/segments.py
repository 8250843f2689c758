"""Candidates and segments: what the machine proposed and what people made of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from needsseg.errors import Advice, Fix, NotFoundError, UsageError
from needsseg.records import PersonaName
from needsseg.study.connection import now, plain_text
from needsseg.study.segments import needs

if TYPE_CHECKING:
    from needsseg.study.connection import Study

Status = Literal["candidate", "named", "confirmed", "set_aside", "merged"]
KEPT = ("named", "confirmed", "set_aside")
"""What a person has touched; no run changes it."""


@dataclass(frozen=True, slots=True)
class Member:
    """One passage of a segment: how firmly it belongs, its rank as an exemplar, and who put it there."""

    passage: int
    strength: float
    exemplar: int | None
    placed_by: Literal["run", "hand"]


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """One candidate or segment as stored."""

    id: int
    name: str
    description: str
    status: Status
    run: int | None
    keywords: tuple[str, ...]
    suggested_names: tuple[PersonaName, ...]
    warnings: tuple[str, ...]
    merged_into: int | None
    split_from: int | None
    confirmed_by: str | None
    confirmed_at: str | None
    evidence: dict[str, Any] | None
    run_label: int | None
    statement: str
    need: str = ""
    confirmed_undecided: bool = False
    unsaid: tuple[str, ...] = ()
    """The parts of its card of which a person said that nobody says them."""

    @property
    def confirmer(self) -> str:
        """The person who confirmed it, with a note where nobody had decided on any of its passages."""
        note = " (no passage decided on)" if self.confirmed_undecided else ""
        return f"{self.confirmed_by}{note}" if self.confirmed_by else ""


def insert(study: Study, row: dict[str, Any], members: Iterable[Member] = ()) -> int:
    """Store a segment with its members (inside an action); return its id."""
    segment = study.insert("segments", row)
    insert_members(study, segment, members)
    return segment


def insert_members(study: Study, segment: int, members: Iterable[Member]) -> None:
    """Store passages as members of a segment (inside an action)."""
    study.insert_all(
        "segment_passages",
        [
            {
                "segment_id": segment,
                "passage_id": member.passage,
                "strength": member.strength,
                "exemplar": member.exemplar,
                "placed_by": member.placed_by,
            }
            for member in members
        ],
    )


def listing(study: Study, *, merged: bool = False) -> list[SegmentRow]:
    """Segments and candidates: confirmed first, then named, candidates, set aside; merged ones only on request."""
    rows = study.rows(
        "SELECT * FROM segments WHERE ? OR status <> 'merged' ORDER BY CASE status WHEN 'confirmed' THEN 0 WHEN 'named' THEN 1 "
        "WHEN 'candidate' THEN 2 WHEN 'set_aside' THEN 3 ELSE 4 END, id",
        [merged],
    )
    return [
        SegmentRow(
            row["id"],
            row["name"],
            row["description"],
            row["status"],
            row["run_id"],
            tuple(json.loads(row["keywords"])),
            tuple(PersonaName(*name) for name in json.loads(row["suggested_names"])),
            tuple(json.loads(row["warnings"])),
            row["merged_into"],
            row["split_from"],
            row["confirmed_by"],
            row["confirmed_at"],
            json.loads(row["evidence"]) if row["evidence"] else None,
            row["run_label"],
            row["statement"],
            row["need"],
            bool(row["confirmed_undecided"]),
            tuple(row["unsaid"].split()),
        )
        for row in rows
    ]


def one(study: Study, segment: int) -> SegmentRow:
    """One segment by id; raises NotFoundError, telling where a merged one went."""
    match = next((row for row in listing(study, merged=True) if row.id == segment), None)
    if match is None:
        raise NotFoundError(f"There is no segment {segment}.", Advice("List them with: ", Fix.SEGMENTS))
    if match.status == "merged":
        raise NotFoundError(f"Segment {segment} was merged into {match.merged_into}.", f"Use {match.merged_into}.")
    return match


def need_sentence(study: Study, segment: int) -> str:
    """The need in one sentence, as a person wrote or accepted it for a segment's card; empty while there is none."""
    return str(study.rows("SELECT need FROM segments WHERE id = ?", [segment])[0][0])


def members(study: Study) -> dict[int, list[Member]]:
    """The members of every segment: exemplars first in their rank, then by strength."""
    members_by_segment: dict[int, list[Member]] = {}
    for row in study.rows(
        "SELECT * FROM segment_passages ORDER BY segment_id, exemplar IS NULL, exemplar, strength DESC, passage_id"
    ):
        members_by_segment.setdefault(row["segment_id"], []).append(
            Member(row["passage_id"], row["strength"], row["exemplar"], row["placed_by"])
        )
    return members_by_segment


def passages_of_run(study: Study) -> dict[int, set[int]]:
    """Return for each segment that a run found the passages that the run put in it: its keywords are computed from these."""
    passages_by_segment: dict[int, set[int]] = {}
    for segment, passage in study.rows(
        "SELECT s.id, r.passage_id FROM segments s JOIN run_passages r ON r.run_id = s.run_id AND r.label = s.run_label"
    ):
        passages_by_segment.setdefault(segment, set()).add(passage)
    return passages_by_segment


def touched(study: Study, segment: int) -> None:
    """Make a candidate a segment, because a person changed it (inside an action)."""
    study.execute("UPDATE segments SET status = 'named' WHERE id = ? AND status = 'candidate'", [segment])


def rename(study: Study, segment: int, name: str) -> None:
    """Name a segment (inside an action); raises UsageError for an empty name or one in use."""
    name = checked_name(study, name, segment)
    open_for_change(study, segment)
    study.execute("UPDATE segments SET name = ? WHERE id = ?", [name, segment])


def describe(study: Study, segment: int, description: str) -> None:
    """Write what a segment's people want (inside an action)."""
    open_for_words(study, segment)
    study.execute("UPDATE segments SET description = ? WHERE id = ?", [plain_text(description), segment])


def write_statement(study: Study, segment: int, statement: str) -> None:
    """Write the job statement a segment's people share (inside an action)."""
    open_for_words(study, segment)
    study.execute("UPDATE segments SET statement = ? WHERE id = ?", [plain_text(statement), segment])


def write_need(study: Study, segment: int, need: str) -> None:
    """Write a segment's need in one sentence (inside an action); raises UsageError for more than one line."""
    need = plain_text(need)
    if "\n" in need:
        raise UsageError("A need is one sentence on one line.", "Leave out the line breaks.")
    open_for_words(study, segment)
    study.execute("UPDATE segments SET need = ? WHERE id = ?", [need, segment])


def write_unsaid(study: Study, segment: int, parts: Iterable[str]) -> None:
    """Store of which parts of a segment's card nobody says anything (inside an action)."""
    open_for_words(study, segment)
    study.execute("UPDATE segments SET unsaid = ? WHERE id = ?", [" ".join(parts), segment])


def set_status(study: Study, segment: int, status: Literal["named", "set_aside"]) -> None:
    """Set a segment aside, or open it again (inside an action)."""
    row = one(study, segment)
    if status == "set_aside" and row.status == "confirmed":
        raise refused_as_confirmed(row)
    _free_name(study, segment)
    study.execute(
        "UPDATE segments SET status = ?, confirmed_by = NULL, confirmed_at = NULL, evidence = NULL, confirmed_undecided = 0 "
        "WHERE id = ?",
        [status, segment],
    )


def confirm(study: Study, segment: int, by: str, evidence: dict[str, Any], undecided: bool = False) -> None:
    """Confirm a segment on the evidence a person saw (inside an action); again where passages were admitted since.

    ``undecided`` says that nobody had decided on any of its passages.
    """
    row = one(study, segment)
    if row.status == "candidate":
        raise UsageError(f"Segment {segment} has no name yet.", "Name it first, after reading its evidence.")
    if row.status == "set_aside":
        raise UsageError(f"“{row.name}” was set aside.", Advice("Reopen it first: ", Fix.REOPEN_SEGMENT.of(id=segment)))
    if row.status == "confirmed" and not changed_since_confirmed(row, members(study).get(segment, [])):
        raise UsageError(
            f"“{row.name}” was confirmed by {row.confirmed_by} on {row.confirmed_at}.", "Nothing was changed."
        )
    study.execute(
        "UPDATE segments SET status = 'confirmed', confirmed_by = ?, confirmed_at = ?, evidence = ?, confirmed_undecided = ? "
        "WHERE id = ?",
        [by, now(), json.dumps(evidence, ensure_ascii=False, sort_keys=True), int(undecided), segment],
    )


def changed_since_confirmed(row: SegmentRow, current: Sequence[Member]) -> set[int]:
    """Passages that joined a confirmed segment after its evidence was stored, or left it."""
    proof = {int(passage["id"]) for passage in (row.evidence or {}).get("passages", [])}
    return proof ^ {member.passage for member in current} if row.status == "confirmed" else set()


def merge(study: Study, into: int, others: Sequence[int]) -> None:
    """Move all members of ``others`` into a segment and close them (inside an action).

    Candidates make a candidate, held together in later runs by the exemplars of both, and keep their answers. A name that a
    person gave stays: where only others have one, the first of these.
    """
    for other in others:
        if other == into:
            raise UsageError(f"Segment {into} cannot be merged into itself.")
    rows = [one(study, segment) for segment in (into, *others)]
    for row in rows:
        refuse_confirmed(row)
        if row.status == "candidate":
            row_members = members(study).get(row.id, [])
            hold(study, row.id, [member.passage for member in row_members if member.exemplar is not None])
    named = next((row for row in rows if row.status == "named"), None)
    for other in others:
        for table in ("segment_passages", "proposed_passages", "declined_passages"):
            study.execute(f"UPDATE OR IGNORE {table} SET segment_id = ? WHERE segment_id = ?", [into, other])
        needs.follow(study, other, into)
        study.execute(
            "UPDATE segments SET status = 'merged', merged_into = ?, confirmed_by = NULL, confirmed_at = NULL, evidence = NULL "
            "WHERE id = ?",
            [into, other],
        )
        # Pinned quotes come along, behind those that were here.
        study.execute(
            "UPDATE card_quotes SET segment_id = ?, position = position + "
            "(SELECT coalesce(max(position), 0) FROM card_quotes WHERE segment_id = ?) WHERE segment_id = ?",
            [into, into, other],
        )
    # What was declined for the one segment is not put to it through the other.
    study.execute(
        "DELETE FROM proposed_passages WHERE segment_id = ? "
        "AND passage_id IN (SELECT passage_id FROM declined_passages WHERE segment_id = ?)",
        [into, into],
    )
    rank_exemplars(study, into)
    if named is not None and rows[0].status == "candidate":
        study.execute("UPDATE segments SET status = 'named', name = ? WHERE id = ?", [named.name, into])


def split(study: Study, segment: int, parts: Sequence[Sequence[int]], name: str = "") -> list[int]:
    """Take parts of a segment out into new segments (inside an action); return the new ids. What is named nowhere stays.

    Parts of a candidate are candidates, unless ``name`` names them; the passages of both are then placed by hand.
    """
    row = one(study, segment)
    if name:
        name = checked_name(study, name)
    member_ids = {member.passage for member in members(study).get(segment, [])}
    for part in parts:
        if not part or not set(part) <= member_ids:
            raise UsageError(
                f"A part of segment {segment} names passages that are not in it.", "List its members first."
            )
    if sum(len(part) for part in parts) >= len(member_ids):
        raise UsageError(f"Nothing would be left of segment {segment}.", "Leave at least one passage in it.")
    refuse_confirmed(row)
    candidate = row.status == "candidate"
    if candidate:
        hold(study, segment, sorted(member_ids))
    new_ids = []
    for number, part in enumerate(parts, start=2):
        unnamed = needs.candidate_names(study, 1)[0] if candidate else _unused_name(study, f"{row.name} {number}")
        new = insert(
            study,
            {
                "name": name or unnamed,
                "status": "candidate" if candidate and not name else "named",
                "run_id": row.run,
                "split_from": segment,
            },
        )
        study.execute(
            "UPDATE segment_passages SET segment_id = ? WHERE passage_id IN (SELECT value FROM json_each(?))",
            [new, json.dumps(list(part))],
        )
        needs.follow(study, segment, new, part)
        rank_exemplars(study, new)
        new_ids.append(new)
    return new_ids


def hold(study: Study, segment: int, ids: Sequence[int]) -> None:
    """Make members of a segment a person's own, so that later runs leave them there (inside an action)."""
    study.execute(
        "UPDATE segment_passages SET placed_by = 'hand' WHERE placed_by = 'run' AND segment_id = ? "
        "AND passage_id IN (SELECT value FROM json_each(?))",
        [segment, json.dumps(list(ids))],
    )


def refuse_confirmed(row: SegmentRow) -> None:
    """Raise UsageError for a segment whose members may not change, since it is confirmed."""
    if row.status == "confirmed":
        raise refused_as_confirmed(row)


def open_for_change(study: Study, segment: int) -> None:
    """A change of members makes a candidate a segment, and asks a confirmed one to be confirmed again."""
    row = one(study, segment)
    if row.status == "confirmed":
        raise refused_as_confirmed(row)
    _free_name(study, segment)
    touched(study, segment)


def open_for_words(study: Study, segment: int) -> None:
    """Refuse texts and quotes for a confirmed segment's card; a candidate takes them and stays one."""
    row = one(study, segment)
    if row.status == "confirmed":
        raise refused_as_confirmed(row)


def refused_as_confirmed(row: SegmentRow) -> UsageError:
    """Return the error for a change of a confirmed segment."""
    return UsageError(f"“{row.name}” is confirmed.", Advice("Reopen it first: ", Fix.REOPEN_SEGMENT.of(id=row.id)))


def checked_name(study: Study, name: str, segment: int | None = None) -> str:
    """A name that a segment can be found by: not empty, no mere number, and no other's in any case."""
    name = plain_text(name)
    if not name:
        raise UsageError("A segment needs a name.")
    if name.isdecimal():
        raise UsageError(f"“{name}” is a number, which stands for a segment's id.", "Choose a name with letters.")
    for row in listing(study):
        if row.id != segment and row.status != "candidate" and row.name.casefold() == name.casefold():
            raise UsageError(
                f"Segment {row.id} is called “{row.name}” already.", "Choose another name, or merge the two."
            )
    return name


def _free_name(study: Study, segment: int) -> None:
    """A candidate may be called like a kept segment of an earlier run; what a person keeps needs a name of its own."""
    row = one(study, segment)
    others = [other for other in listing(study) if other.id != segment and other.status != "candidate"]
    if any(other.name.casefold() == row.name.casefold() for other in others):
        study.execute("UPDATE segments SET name = ? WHERE id = ?", [_unused_name(study, row.name), segment])


def _unused_name(study: Study, name: str) -> str:
    used_names = {row.name.casefold() for row in listing(study)}
    number, candidate = 2, name
    while candidate.casefold() in used_names:
        candidate, number = f"{name} ({number})", number + 1
    return candidate


def rank_exemplars(study: Study, segment: int) -> None:
    """Rank again which passages show a segment best: its exemplars so far by strength, five at most."""
    ranked = members(study).get(segment, [])
    best = sorted(ranked, key=lambda m: (m.exemplar is None, -m.strength, m.passage))[:5]
    rank = {member.passage: place for place, member in enumerate(best)}
    for member in ranked:
        if member.exemplar != rank.get(member.passage):
            study.execute(
                "UPDATE segment_passages SET exemplar = ? WHERE passage_id = ?",
                [rank.get(member.passage), member.passage],
            )
