"""What a merge takes beside passages and codes: what was written about participants, and which turns the colleague read."""

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
    """Fills what is empty about a participant here from theirs; what both say differently stays and is told."""
    theirs = {row["id"]: row for row in other.rows("SELECT * FROM participants")}
    for their, our in joined.participants.items():
        there, here = theirs[their], study.rows("SELECT * FROM participants WHERE id = ?", [our])[0]
        told = {name: there[name] for name in WRITTEN if there[name]} | json.loads(there["attributes"])
        attributes = json.loads(here["attributes"])
        held = {name: here[name] for name in WRITTEN if here[name]} | attributes
        fresh = {name: value for name, value in told.items() if value and not held.get(name)}
        for name, value in told.items():
            if value and value != held.get(name, value) and name not in fresh:
                joined.left.append(f"{here['key']}: the {name} is “{held[name]}” here and “{value}” there.")
        if fresh:
            attributes |= {name: value for name, value in fresh.items() if name not in WRITTEN}
            study.execute(
                "UPDATE participants SET email = ?, company = ?, crm_id = ?, attributes = ? WHERE id = ?",
                [
                    *(fresh.get(name, here[name]) for name in WRITTEN),
                    json.dumps(attributes, ensure_ascii=False, sort_keys=True),
                    our,
                ],
            )
            joined.counted["attributes"] += len(fresh)


def turns_read(study: Study, other: Study, joined: Joined) -> list[Read]:
    """Turns that coders have read there, and not here: those that have the same words under the same number here."""
    held = {tuple(row) for row in study.rows("SELECT interview_id, coder, seq FROM turns_read")}
    fresh: list[Read] = []
    for their, our in joined.interviews.items():
        read = other.rows("SELECT coder, seq FROM turns_read WHERE interview_id = ? ORDER BY coder, seq", [their])
        if read:
            there, here = _said(other, their), _said(study, our)
            fresh += [(our, who, seq) for who, seq in read if seq in there and there[seq] == here.get(seq)]
    return [row for row in fresh if row not in held]


def _said(study: Study, interview: int) -> dict[int, str]:
    rows = study.rows("SELECT seq, words FROM turns WHERE interview_id = ?", [interview])
    return {row[0]: row[1] for row in rows}


def keep_read(study: Study, read: Sequence[Read]) -> None:
    """Notes turns as read by whoever read them: no decision, so that it stands outside the history."""
    if read:
        with study.cache_writing():
            for row in read:
                study.execute(
                    "INSERT OR IGNORE INTO turns_read (interview_id, coder, seq) "
                    "SELECT id, ?2, ?3 FROM interviews WHERE id = ?1",
                    row,
                )
