"""Joining a colleague's study into this one: what is the same becomes one, what differs stays side by side.

Rows are read from ``other`` and written to ``study`` (all inside one action); nothing a person did here is overwritten.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from sqlite3 import Row
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from needsseg.study.connection import Study


@dataclass(slots=True)
class Joined:
    """The state of a merge: which of their rows is which of ours, what was done, and where both contradict each other.

    ``unplaced`` are our ids of passages whose words our text does not hold; ``conflicts`` says in words where both
    studies contradict each other.
    """

    interviews: dict[int, int] = field(default_factory=dict)
    participants: dict[int, int] = field(default_factory=dict)
    passages: dict[int, int] = field(default_factory=dict)
    codes: dict[int, int] = field(default_factory=dict)
    counted: Counter[str] = field(default_factory=Counter)
    unplaced: list[int] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)


def interview_ids(study: Study) -> dict[str, int]:
    """The row of every interview, by key."""
    return {row[0]: row[1] for row in study.rows("SELECT key, id FROM interviews ORDER BY id")}


def coders(study: Study) -> list[str]:
    """Everybody whose decisions, codes, memos or statements a study holds, by name."""
    rows = study.rows(
        "SELECT decided_by AS who FROM passages WHERE decided_by IS NOT NULL UNION SELECT coder FROM seconded "
        "UNION SELECT coded_by FROM passage_codes UNION SELECT written_by FROM memos "
        "UNION SELECT written_by FROM job_statements ORDER BY who"
    )
    return [row[0] for row in rows]


def not_merged(other: Study) -> dict[str, int]:
    """Count what a study holds that a merge does not take over."""
    rows = other.rows(
        "SELECT (SELECT count(*) FROM segments WHERE status IN ('named', 'confirmed', 'set_aside')) AS segments, "
        "(SELECT count(*) FROM runs) AS runs, (SELECT count(*) FROM sources) AS accounts"
    )
    return {name: rows[0][name] for name in rows[0].keys() if rows[0][name]}  # noqa: SIM118  # a Row has no __iter__ of keys


def same_interview(study: Study, other: Study, theirs: int, ours: int, joined: Joined) -> None:
    """Note that two interviews are one; their speakers of the same label, else key or name, are one participant."""
    joined.interviews[theirs] = ours
    named = (
        "SELECT s.label, p.key, p.name, p.id FROM speakers s JOIN participants p ON p.id = s.participant_id "
        "WHERE s.interview_id = ? ORDER BY s.id"
    )
    our_speakers = study.rows(named, [ours])
    for their in other.rows(named, [theirs]):
        # A speaker may have been renamed in one of the two; the participant's key stays, and mostly the name.
        for column in ("label", "key", "name"):
            matches = [row["id"] for row in our_speakers if row[column] == their[column]]
            if matches:
                joined.participants.setdefault(their["id"], matches[0])
                break


def new_interview(study: Study, other: Study, theirs: int, key: str, joined: Joined) -> None:
    """Bring a whole interview in under ``key``, with its participants, speakers, turns and passages."""
    interview_row = other.rows("SELECT * FROM interviews WHERE id = ?", [theirs])[0]
    ours = study.insert("interviews", _columns(interview_row) | {"key": key})
    joined.interviews[theirs] = ours
    speakers, deciders = dict[int, int](), also_decided_by(other)
    for speaker in other.rows("SELECT * FROM speakers WHERE interview_id = ? ORDER BY id", [theirs]):
        participant = speaker["participant_id"]
        if participant is not None:
            participant = _participant(study, other, participant, key, key != interview_row["key"], joined)
        values = _columns(speaker) | {"interview_id": ours, "participant_id": participant}
        speakers[speaker["id"]] = study.insert("speakers", values)
    for row in other.rows("SELECT * FROM removed_speech WHERE interview_id = ? ORDER BY id", [theirs]):
        study.insert("removed_speech", _columns(row) | {"interview_id": ours})
    for table in ("turns", "passages"):
        rows = other.rows(f"SELECT * FROM {table} WHERE interview_id = ? ORDER BY id", [theirs])
        for row in rows:
            values = _columns(row) | {"interview_id": ours, "speaker_id": speakers[row["speaker_id"]]}
            new_id = study.insert(table, values)
            if table == "passages":
                joined.passages[row["id"]] = new_id
                joined.counted["added"] += 1
                for who, at in deciders.get(row["id"], {}).items():
                    study.insert("seconded", {"passage_id": new_id, "coder": who, "at": at})
                    joined.counted["seconded"] += 1


def _columns(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in row.keys() if name != "id"}  # noqa: SIM118


def _participant(study: Study, other: Study, theirs: int, interview: str, renamed: bool, joined: Joined) -> int:
    """Our row of their participant: known from a joined interview, the same person by key and name, or a new one."""
    if theirs in joined.participants:
        return joined.participants[theirs]
    row = other.rows("SELECT * FROM participants WHERE id = ?", [theirs])[0]
    existing = study.row("SELECT * FROM participants WHERE key = ?", [row["key"]])
    if existing is not None and existing["name"] == row["name"]:
        # Two interviews that share a key by chance have two people; an e-mail address distinguishes or identifies them.
        same_email = bool(row["email"]) and row["email"].casefold() == existing["email"].casefold()
        if same_email or (not renamed and not (row["email"] and existing["email"])):
            joined.participants[theirs] = int(existing["id"])
            return int(existing["id"])
    key, number = row["key"] if existing is None else interview, 2
    while study.row("SELECT 1 FROM participants WHERE key = ?", [key]) is not None:
        key, number = f"{interview}/{row['name']}" + (f" {number}" if number > 2 else ""), number + 1
    joined.participants[theirs] = study.insert("participants", _columns(row) | {"key": key})
    return joined.participants[theirs]


def also_decided_by(study: Study) -> dict[int, dict[str | None, str | None]]:
    """Return the people who made the same decision on each passage besides its coder, and when."""
    people_by_passage: dict[int, dict[str | None, str | None]] = {}
    for passage, coder, at in study.rows("SELECT passage_id, coder, at FROM seconded ORDER BY id"):
        people_by_passage.setdefault(passage, {})[coder] = at
    return people_by_passage
