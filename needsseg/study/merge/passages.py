"""The passages of a merge: decided alike they are one with everybody's names, decided differently they stand side by side."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from sqlite3 import Row
from typing import TYPE_CHECKING

from needsseg.study.merge import merge
from needsseg.study.merge.merge import Joined

if TYPE_CHECKING:
    from needsseg.study.connection import Study

Span = tuple[int, int]
_Place = tuple[int, int, str, int]
_PREFERRED = {"suggested": 0, "accepted": 1, "rejected": 2}
_COPIED = ("status", "origin", "score", "reasons", "decided_by", "decided_at")


def anchored_spans(study: Study, key: str) -> dict[int, Span]:
    """The place of every passage of an interview that has one, by id."""
    rows = study.rows(
        'SELECT p.id, p.start, p."end" FROM passages p JOIN interviews i ON i.id = p.interview_id '
        "WHERE i.key = ? AND p.anchored = 1 ORDER BY p.id",
        [key],
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def touched(other: Study) -> set[int]:
    """Passages that carry somebody's marks beside a decision: codes, memos, statements, off-topic, pairs."""
    rows = other.rows(
        "SELECT passage_id FROM passage_codes UNION SELECT passage_id FROM memos WHERE passage_id IS NOT NULL "
        "UNION SELECT passage_id FROM job_statements UNION SELECT passage_id FROM off_topic "
        "UNION SELECT passage_id FROM answers UNION SELECT first_id FROM passage_pairs UNION SELECT second_id FROM passage_pairs"
    )
    return {row[0] for row in rows}


def join_passages(study: Study, other: Study, theirs: int, places: Mapping[int, Span] | None, joined: Joined) -> None:
    """Join the passages of an interview that both have; ``places`` are theirs in our text, None where the text is one.

    A decision that is here already joins; an undecided passage here takes theirs; one decided differently stays, and theirs
    comes beside it. What nobody touched in their study is left there.
    """
    ours, also_decided_by = _Interview(study, joined.interviews[theirs]), merge.also_decided_by(other)
    marked = touched(other)
    rows = other.rows(
        "SELECT p.*, s.label, s.role FROM passages p JOIN speakers s ON s.id = p.speaker_id WHERE p.interview_id = ? "
        "ORDER BY p.id",
        [theirs],
    )
    decided = [row for row in rows if row["status"] != "suggested"]
    at = {row["id"]: ours.place(row, places) for row in rows}
    # What the same person decided meets first, so that merging again finds everything where it was put.
    for find in (ours.decided_by_same, ours.also_decided_by_same, ours.alike):
        for row in decided:
            if row["id"] not in joined.passages:
                match = find(at[row["id"]], row)
                if match is not None:
                    joined.passages[row["id"]] = match
                    joined.counted["joined"] += 1
    for row in decided:
        if row["id"] not in joined.passages:
            _bring(ours, row, at[row["id"]], joined)
        people = {row["decided_by"]: row["decided_at"]} | also_decided_by.get(row["id"], {})
        joined.counted["seconded"] += ours.add_deciders(
            joined.passages[row["id"]], at[row["id"]], row["status"], people
        )
    for row in rows:
        if row["status"] == "suggested" and row["id"] in marked:
            near = sorted(ours.at(at[row["id"]]), key=lambda passage: (_PREFERRED[passage["status"]], passage["id"]))
            joined.passages[row["id"]] = near[0]["id"] if near else ours.insert(row, at[row["id"]], joined)


def _bring(ours: _Interview, row: Row, place: _Place, joined: Joined) -> None:
    """Bring in a decided passage that is not decided so here."""
    at_place = ours.at(place)
    taker = next((passage["id"] for passage in at_place if ours.may_take(passage, row["status"])), None)
    if taker is not None:
        ours.take(taker, row)
        joined.passages[row["id"]] = taker
        joined.counted["decided"] += 1
    else:
        joined.passages[row["id"]] = ours.insert(row, place, joined)
        joined.counted["beside" if any(passage["status"] != "suggested" for passage in at_place) else "added"] += 1


class _Interview:
    """The passages of one interview here, by place; each of ours joins with at most one of theirs."""

    def __init__(self, study: Study, interview: int) -> None:
        self.study, self.id = study, interview
        self.text = str(study.rows("SELECT text FROM interviews WHERE id = ?", [interview])[0][0])
        self._turns = study.rows(
            'SELECT start, "end", speaker_id FROM turns WHERE interview_id = ? ORDER BY start', [interview]
        )
        self._by_place: dict[_Place, list[Row]] = {}
        for row in study.rows("SELECT * FROM passages WHERE interview_id = ? ORDER BY id", [interview]):
            self._keep(row)
        self._people = {passage: set(people) for passage, people in merge.also_decided_by(study).items()}
        self._claimed: set[int] = set()
        self._kept_ids = {
            row[0]
            for row in study.rows(
                "SELECT m.passage_id FROM segment_passages m JOIN segments s ON s.id = m.segment_id "
                "WHERE s.status IN ('named', 'confirmed', 'set_aside') OR m.placed_by = 'hand'"
            )
        }

    def _keep(self, row: Row) -> None:
        self._by_place.setdefault((row["start"], row["end"], row["quote"], row["anchored"]), []).append(row)

    def place(self, row: Row, places: Mapping[int, Span] | None) -> _Place:
        """Return the place of one of their passages here: span, words, and whether our text holds them."""
        span = (row["start"], row["end"]) if places is None else places.get(row["id"])
        if not row["anchored"] or span is None:
            return row["start"], row["end"], row["quote"], 0
        return *span, self.text[slice(*span)], 1

    def at(self, place: _Place) -> list[Row]:
        """Our passages at a place."""
        return self._by_place.get(place, [])

    def decided_by_same(self, place: _Place, row: Row) -> int | None:
        """Our passage at a place that the same person decided as theirs; each is found once."""
        return self._find(place, row, lambda ours: ours["decided_by"] == row["decided_by"])

    def also_decided_by_same(self, place: _Place, row: Row) -> int | None:
        """Our passage at a place with the same decision as theirs, which the person who decided theirs also made."""
        return self._find(place, row, lambda ours: row["decided_by"] in self._people.get(ours["id"], ()), again=True)

    def alike(self, place: _Place, row: Row) -> int | None:
        """Our passage at a place that is decided as theirs, by whomever; each is found once."""
        return self._find(place, row, lambda _: True)

    def _find(self, place: _Place, row: Row, fits: Callable[[Row], bool], *, again: bool = False) -> int | None:
        for ours in self.at(place):
            if ours["status"] == row["status"] and (again or ours["id"] not in self._claimed) and fits(ours):
                self._claimed.add(ours["id"])
                return int(ours["id"])
        return None

    def add_deciders(self, passage: int, place: _Place, status: str, people: Mapping[str | None, str | None]) -> int:
        """Store the people who made the same decision on our passage, if not stored already; return how many are new."""
        known_people: set[str | None] = {None}
        for ours in self.at(place):
            if ours["status"] == status:
                known_people |= {ours["decided_by"], *self._people.get(ours["id"], ())}
        new_people = {who: at for who, at in people.items() if who is not None and who not in known_people}
        for who, at in new_people.items():
            self.study.insert("seconded", {"passage_id": passage, "coder": who, "at": at or ""})
        self._people.setdefault(passage, set()).update(new_people)
        return len(new_people)

    def may_take(self, ours: Row, status: str) -> bool:
        """Whether ours is undecided; one that a person here keeps in a segment is not rejected by somebody elsewhere."""
        free = ours["status"] == "suggested" and ours["id"] not in self._claimed
        return free and not (status == "rejected" and ours["id"] in self._kept_ids)

    def take(self, passage: int, row: Row) -> None:
        """Give our undecided passage their decision, with who made it."""
        self._claimed.add(passage)
        self.study.execute(
            "UPDATE passages SET status = ?, decided_by = ?, decided_at = ? WHERE id = ?",
            [row["status"], row["decided_by"], row["decided_at"], passage],
        )
        changed = self.study.rows("SELECT * FROM passages WHERE id = ?", [passage])[0]
        at_place = self.at((changed["start"], changed["end"], changed["quote"], changed["anchored"]))
        at_place[:] = [changed if ours["id"] == passage else ours for ours in at_place]
        if row["status"] == "rejected":
            for table in ("segment_passages", "proposed_passages", "answers"):
                self.study.execute(f"DELETE FROM {table} WHERE passage_id = ?", [passage])

    def insert(self, row: Row, place: _Place, joined: Joined) -> int:
        """A passage of theirs as one of ours."""
        start, end, quote, anchored = place
        values = {name: row[name] for name in _COPIED}
        new_id = self.study.insert(
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
        self._claimed.add(new_id)
        self._keep(self.study.rows("SELECT * FROM passages WHERE id = ?", [new_id])[0])
        if not anchored:
            joined.unplaced.append(new_id)
        return new_id

    def _speaker(self, row: Row, place: _Place) -> int:
        """Return the speaker at a place; for words without a place, the one who spoke them in their study."""
        if place[3]:
            turn = bisect_right(self._turns, place[0], key=lambda turn: turn["start"]) - 1
            if turn >= 0 and place[0] < self._turns[turn]["end"]:
                return int(self._turns[turn]["speaker_id"])
        existing = self.study.row(
            "SELECT id FROM speakers WHERE interview_id = ? AND label = ?", [self.id, row["label"]]
        )
        if existing is not None:
            return int(existing[0])
        return self.study.insert("speakers", {"interview_id": self.id, "label": row["label"], "role": row["role"]})
