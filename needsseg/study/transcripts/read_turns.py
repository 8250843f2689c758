"""The turns that each coder has read. Reading is not a decision: history does not follow it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from needsseg.study.transcripts import interviews

if TYPE_CHECKING:
    from needsseg.study.connection import Study


def mark_read(study: Study, interview: str, seqs: Iterable[int]) -> int:
    """Note that the coder of the study has read turns, by their number from 0; return how many are new.

    Turns that the interview does not have are left out. Nothing is written where nothing is new.
    """
    key = interviews.required_id(study, interview)
    turn_numbers = {row[0] for row in study.rows("SELECT seq FROM turns WHERE interview_id = ?", [key])}
    read_rows = study.rows("SELECT seq FROM turns_read WHERE interview_id = ? AND coder = ?", [key, study.actor])
    new_numbers = sorted((set(seqs) & turn_numbers) - {row[0] for row in read_rows})
    if new_numbers:
        with study.cache_writing():
            for seq in new_numbers:
                study.execute(
                    "INSERT OR IGNORE INTO turns_read (interview_id, coder, seq) VALUES (?, ?, ?)",
                    [key, study.actor, seq],
                )
    return len(new_numbers)


def turns_read(study: Study, coder: str | None = None) -> dict[str, set[int]]:
    """The turns that a coder, or anybody, has read, by interview."""
    turns_by_interview: dict[str, set[int]] = {}
    for key, seq in study.rows(
        "SELECT i.key, r.seq FROM turns_read r JOIN interviews i ON i.id = r.interview_id WHERE ? IS NULL OR r.coder = ?",
        [coder, coder],
    ):
        turns_by_interview.setdefault(key, set()).add(seq)
    return turns_by_interview
