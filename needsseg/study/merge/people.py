"""The part of a merge about people: participants' attributes, and the turns that the colleague read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from needsseg.study.merge.merge import Joined

if TYPE_CHECKING:
    from needsseg.study.connection import Study

WRITTEN = ("email", "company", "crm_id")
Read = tuple[int, str, int]
"""An interview here, a coder, and the number of a turn from 0."""


def join_attributes(study: Study, other: Study, joined: Joined) -> None:
    """Fill what is empty about a participant here from theirs; contradictions stay and are reported."""
    their_rows = {row["id"]: row for row in other.rows("SELECT * FROM participants")}
    for their, our in joined.participants.items():
        their_row, our_row = their_rows[their], study.rows("SELECT * FROM participants WHERE id = ?", [our])[0]
        their_values = {name: their_row[name] for name in WRITTEN if their_row[name]} | json.loads(
            their_row["attributes"]
        )
        attributes = json.loads(our_row["attributes"])
        our_values = {name: our_row[name] for name in WRITTEN if our_row[name]} | attributes
        new_values = {name: value for name, value in their_values.items() if value and not our_values.get(name)}
        for name, value in their_values.items():
            if value and value != our_values.get(name, value) and name not in new_values:
                joined.conflicts.append(
                    f"{our_row['key']}: the {name} is “{our_values[name]}” here and “{value}” there."
                )
        if new_values:
            attributes |= {name: value for name, value in new_values.items() if name not in WRITTEN}
            study.execute(
                "UPDATE participants SET email = ?, company = ?, crm_id = ?, attributes = ? WHERE id = ?",
                [
                    *(new_values.get(name, our_row[name]) for name in WRITTEN),
                    json.dumps(attributes, ensure_ascii=False, sort_keys=True),
                    our,
                ],
            )
            joined.counted["attributes"] += len(new_values)


def turns_read(study: Study, other: Study, joined: Joined) -> list[Read]:
    """Turns that coders have read there, and not here: those that have the same words under the same number here."""
    known_reads = {tuple(row) for row in study.rows("SELECT interview_id, coder, seq FROM turns_read")}
    new_reads: list[Read] = []
    for their, our in joined.interviews.items():
        read = other.rows("SELECT coder, seq FROM turns_read WHERE interview_id = ? ORDER BY coder, seq", [their])
        if read:
            their_words, our_words = _words_by_turn(other, their), _words_by_turn(study, our)
            new_reads += [
                (our, who, seq) for who, seq in read if seq in their_words and their_words[seq] == our_words.get(seq)
            ]
    return [row for row in new_reads if row not in known_reads]


def _words_by_turn(study: Study, interview: int) -> dict[int, str]:
    rows = study.rows("SELECT seq, words FROM turns WHERE interview_id = ?", [interview])
    return {row[0]: row[1] for row in rows}


def keep_read(study: Study, read: Sequence[Read]) -> None:
    """Mark turns as read by their readers; reading is not a decision, so history does not record it."""
    if read:
        with study.cache_writing():
            for row in read:
                study.execute(
                    "INSERT OR IGNORE INTO turns_read (interview_id, coder, seq) "
                    "SELECT id, ?2, ?3 FROM interviews WHERE id = ?1",
                    row,
                )
