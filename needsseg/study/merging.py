"""Joining a colleague's study into this one: what is the same becomes one, what differs stays side by side.

Rows are read from ``other`` and written to ``study`` (all inside one action); nothing a person did here is overwritten.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from sqlite3 import Row
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from needsseg.study.connection import Study

Span = tuple[int, int]
_Place = tuple[int, int, str, int]
_PREFERRED = {"suggested": 0, "accepted": 1, "rejected": 2}
_COPIED = ("status", "origin", "score", "reasons", "decided_by", "decided_at")


@dataclass(slots=True)
class Joined:
    """How far a merge is: which of their rows is which of ours, what was done, and what stayed as it was here.

    ``unplaced`` are our ids of passages whose words our text does not hold; ``left`` says where both contradict each other.
    """

    interviews: dict[int, int] = field(default_factory=dict)
    participants: dict[int, int] = field(default_factory=dict)
    passages: dict[int, int] = field(default_factory=dict)
    codes: dict[int, int] = field(default_factory=dict)
    counted: Counter[str] = field(default_factory=Counter)
    unplaced: list[int] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def interview_ids(study: Study) -> dict[str, int]:
    """The row of every interview, by key."""
    return {row[0]: row[1] for row in study.rows("SELECT key, id FROM interviews ORDER BY id")}


def anchored_spans(study: Study, key: str) -> dict[int, Span]:
    """The place of every passage of an interview that has one, by id."""
    rows = study.rows(
        'SELECT p.id, p.start, p."end" FROM passages p JOIN interviews i ON i.id = p.interview_id '
        "WHERE i.key = ? AND p.anchored = 1 ORDER BY p.id",
        [key],
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def coders(study: Study) -> list[str]:
    """Everybody whose decisions, codes, memos or statements a study holds, by name."""
    rows = study.rows(
        "SELECT decided_by AS who FROM passages WHERE decided_by IS NOT NULL UNION SELECT coded_by FROM passage_codes "
        "UNION SELECT written_by FROM memos UNION SELECT written_by FROM job_statements ORDER BY who"
    )
    return [row[0] for row in rows]


def not_merged(other: Study) -> dict[str, int]:
    """What a study holds that a merge leaves there, counted."""
    rows = other.rows(
        "SELECT (SELECT count(*) FROM segments WHERE status IN ('named', 'confirmed', 'set_aside')) AS segments, "
        "(SELECT count(*) FROM runs) AS runs, (SELECT count(*) FROM sources) AS accounts, "
        "(SELECT count(*) FROM pseudonyms) AS pseudonyms"
    )
    return {name: rows[0][name] for name in rows[0].keys() if rows[0][name]}  # noqa: SIM118  # a Row has no __iter__ of keys


def same_interview(study: Study, other: Study, theirs: int, ours: int, joined: Joined) -> None:
    """Notes that two interviews are one, and their speakers of the same label one participant."""
    joined.interviews[theirs] = ours
    named = (
        "SELECT label, participant_id FROM speakers WHERE interview_id = ? AND participant_id IS NOT NULL ORDER BY id"
    )
    held = {row[0]: row[1] for row in study.rows(named, [ours])}
    for label, participant in other.rows(named, [theirs]):
        if label in held:
            joined.participants.setdefault(participant, held[label])


def new_interview(study: Study, other: Study, theirs: int, key: str, joined: Joined) -> None:
    """Brings a whole interview in under ``key``, with its participants, speakers, turns and passages."""
    row = other.rows("SELECT * FROM interviews WHERE id = ?", [theirs])[0]
    ours = study.insert("interviews", _columns(row) | {"key": key})
    joined.interviews[theirs] = ours
    speakers: dict[int, int] = {}
    for speaker in other.rows("SELECT * FROM speakers WHERE interview_id = ? ORDER BY id", [theirs]):
        participant = speaker["participant_id"]
        if participant is not None:
            participant = _participant(study, other, participant, key, key != row["key"], joined)
        values = _columns(speaker) | {"interview_id": ours, "participant_id": participant}
        speakers[speaker["id"]] = study.insert("speakers", values)
    for table in ("turns", "passages"):
        rows = other.rows(f"SELECT * FROM {table} WHERE interview_id = ? ORDER BY id", [theirs])
        for held in rows:
            values = _columns(held) | {"interview_id": ours, "speaker_id": speakers[held["speaker_id"]]}
            made = study.insert(table, values)
            if table == "passages":
                joined.passages[held["id"]] = made
                joined.counted["added"] += 1


def _columns(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in row.keys() if name != "id"}  # noqa: SIM118


def _participant(study: Study, other: Study, theirs: int, interview: str, renamed: bool, joined: Joined) -> int:
    """Our row of their participant: known from a joined interview, the same person by key and name, or a new one."""
    if theirs in joined.participants:
        return joined.participants[theirs]
    row = other.rows("SELECT * FROM participants WHERE id = ?", [theirs])[0]
    held = study.row("SELECT * FROM participants WHERE key = ?", [row["key"]])
    if held is not None and held["name"] == row["name"]:
        # Two interviews that share a key by chance have two people; an e-mail address tells them apart or makes them one.
        known = bool(row["email"]) and row["email"].casefold() == held["email"].casefold()
        if known or (not renamed and not (row["email"] and held["email"])):
            joined.participants[theirs] = int(held["id"])
            return int(held["id"])
    key, number = row["key"] if held is None else interview, 2
    while study.row("SELECT 1 FROM participants WHERE key = ?", [key]) is not None:
        key, number = f"{interview}/{row['name']}" + (f" {number}" if number > 2 else ""), number + 1
    joined.participants[theirs] = study.insert("participants", _columns(row) | {"key": key})
    return joined.participants[theirs]


def touched(other: Study) -> set[int]:
    """Passages that carry somebody's marks beside a decision: codes, memos, statements, off-topic, pairs."""
    rows = other.rows(
        "SELECT passage_id FROM passage_codes UNION SELECT passage_id FROM memos WHERE passage_id IS NOT NULL "
        "UNION SELECT passage_id FROM job_statements UNION SELECT passage_id FROM off_topic "
        "UNION SELECT first_id FROM passage_pairs UNION SELECT second_id FROM passage_pairs"
    )
    return {row[0] for row in rows}


def join_passages(study: Study, other: Study, theirs: int, places: Mapping[int, Span] | None, joined: Joined) -> None:
    """Joins the passages of an interview that both have; ``places`` are theirs in our text, None where the text is one.

    A decision that is here already joins; an undecided passage here takes theirs; one decided differently stays, and theirs
    comes beside it. What nobody touched in their study is left there.
    """
    ours = _Interview(study, joined.interviews[theirs])
    marked = touched(other)
    rows = other.rows(
        "SELECT p.*, s.label, s.role FROM passages p JOIN speakers s ON s.id = p.speaker_id WHERE p.interview_id = ? "
        "ORDER BY p.id",
        [theirs],
    )
    decided = [row for row in rows if row["status"] != "suggested"]
    at = {row["id"]: ours.place(row, places) for row in rows}
    # What the same person decided meets first, so that merging again finds everything where it was put.
    for by_same in (True, False):
        for row in decided:
            if row["id"] not in joined.passages:
                found = ours.alike(at[row["id"]], row, by_same=by_same)
                if found is not None:
                    joined.passages[row["id"]] = found
                    joined.counted["joined"] += 1
    for row in decided:
        if row["id"] not in joined.passages:
            _bring(ours, row, at[row["id"]], joined)
    for row in rows:
        if row["status"] == "suggested" and row["id"] in marked:
            near = sorted(ours.at(at[row["id"]]), key=lambda held: (_PREFERRED[held["status"]], held["id"]))
            joined.passages[row["id"]] = near[0]["id"] if near else ours.insert(row, at[row["id"]], joined)


def _bring(ours: _Interview, row: Row, place: _Place, joined: Joined) -> None:
    """Brings in a decided passage that is not decided so here."""
    there = ours.at(place)
    taker = next((held["id"] for held in there if ours.may_take(held, row["status"])), None)
    if taker is not None:
        ours.take(taker, row)
        joined.passages[row["id"]] = taker
        joined.counted["decided"] += 1
    else:
        joined.passages[row["id"]] = ours.insert(row, place, joined)
        joined.counted["beside" if any(held["status"] != "suggested" for held in there) else "added"] += 1


class _Interview:
    """The passages of one interview here, by place; each of ours joins with at most one of theirs."""

    def __init__(self, study: Study, interview: int) -> None:
        self.study, self.id = study, interview
        self.text = str(study.rows("SELECT text FROM interviews WHERE id = ?", [interview])[0][0])
        self._turns = study.rows(
            'SELECT start, "end", speaker_id FROM turns WHERE interview_id = ? ORDER BY start', [interview]
        )
        self._held: dict[_Place, list[Row]] = {}
        for row in study.rows("SELECT * FROM passages WHERE interview_id = ? ORDER BY id", [interview]):
            self._keep(row)
        self._claimed: set[int] = set()
        self._kept = {
            row[0]
            for row in study.rows(
                "SELECT m.passage_id FROM segment_passages m JOIN segments s ON s.id = m.segment_id "
                "WHERE s.status IN ('named', 'confirmed', 'set_aside')"
            )
        }

    def _keep(self, row: Row) -> None:
        self._held.setdefault((row["start"], row["end"], row["quote"], row["anchored"]), []).append(row)

    def place(self, row: Row, places: Mapping[int, Span] | None) -> _Place:
        """Where a passage of theirs lies here: span, words, and whether our text holds them."""
        span = (row["start"], row["end"]) if places is None else places.get(row["id"])
        if not row["anchored"] or span is None:
            return row["start"], row["end"], row["quote"], 0
        return *span, self.text[slice(*span)], 1

    def at(self, place: _Place) -> list[Row]:
        """Our passages at a place."""
        return self._held.get(place, [])

    def alike(self, place: _Place, row: Row, *, by_same: bool) -> int | None:
        """Our passage at a place that is decided as theirs, by the same person or by whomever; each is found once."""
        for held in self.at(place):
            same = held["decided_by"] == row["decided_by"] or not by_same
            if held["id"] not in self._claimed and held["status"] == row["status"] and same:
                self._claimed.add(held["id"])
                return int(held["id"])
        return None

    def may_take(self, held: Row, status: str) -> bool:
        """Whether ours is undecided; one that a person here keeps in a segment is not rejected by somebody elsewhere."""
        free = held["status"] == "suggested" and held["id"] not in self._claimed
        return free and not (status == "rejected" and held["id"] in self._kept)

    def take(self, passage: int, row: Row) -> None:
        """Gives our undecided passage their decision, with who made it."""
        self._claimed.add(passage)
        self.study.execute(
            "UPDATE passages SET status = ?, decided_by = ?, decided_at = ? WHERE id = ?",
            [row["status"], row["decided_by"], row["decided_at"], passage],
        )
        if row["status"] == "rejected":
            for table in ("segment_passages", "proposed_passages"):
                self.study.execute(f"DELETE FROM {table} WHERE passage_id = ?", [passage])

    def insert(self, row: Row, place: _Place, joined: Joined) -> int:
        """A passage of theirs as one of ours."""
        start, end, quote, anchored = place
        values = {name: row[name] for name in _COPIED}
        made = self.study.insert(
            "passages",
            {
                "interview_id": self.id,
                "speaker_id": self._speaker(row, place),
                "start": start,
                "end": end,
                "quote": quote,
            }
            | values
            | {"anchored": anchored},
        )
        self._claimed.add(made)
        self._keep(self.study.rows("SELECT * FROM passages WHERE id = ?", [made])[0])
        if not anchored:
            joined.unplaced.append(made)
        return made

    def _speaker(self, row: Row, place: _Place) -> int:
        """Who speaks at a place; for words that have none, who spoke them in their study."""
        if place[3]:
            turn = bisect_right(self._turns, place[0], key=lambda turn: turn["start"]) - 1
            if turn >= 0 and place[0] < self._turns[turn]["end"]:
                return int(self._turns[turn]["speaker_id"])
        held = self.study.row("SELECT id FROM speakers WHERE interview_id = ? AND label = ?", [self.id, row["label"]])
        if held is not None:
            return int(held[0])
        return self.study.insert("speakers", {"interview_id": self.id, "label": row["label"], "role": row["role"]})
