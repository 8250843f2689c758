"""Turns mended after the import: an interview's text and turns replaced by the same words, divided otherwise."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from needsseg.errors import Advice, Fix, NotFoundError
from needsseg.files import sha256
from needsseg.records import Role
from needsseg.study import history
from needsseg.study.coding import passages
from needsseg.study.connection import now
from needsseg.study.transcripts import interviews, speakers

if TYPE_CHECKING:
    from needsseg.study.connection import Study

Read = list[list[str | int]]
"""Which turns were read, as pairs of coder and number."""


@dataclass(frozen=True, slots=True)
class MendedTurn:
    """One turn as it shall be stored; its words come from the turns that had the numbers ``sources``."""

    speaker: str
    start: int
    end: int
    start_ms: int | None
    end_ms: int | None
    sources: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RemovedSpeech:
    """Words that somebody said are no speech; ``seq`` is the number that their turn had."""

    interview: str
    seq: int
    speaker: str
    start_ms: int | None
    words: str
    removed_by: str
    removed_at: str


def role(study: Study, key: str, label: str) -> Role | None:
    """The role of a speaker, None where nobody in the interview is called so."""
    role_by_label: dict[str, Role] = {row.label: row.role for row in interviews.speakers(study, key)}
    return role_by_label.get(label)


def replace_turns(
    study: Study,
    key: str,
    text: str,
    mended: Sequence[MendedTurn],
    places: Mapping[int, tuple[int, int]],
    new_speakers: Mapping[str, Role],
    entry: int,
) -> None:
    """Put ``text`` and ``mended`` in place of an interview's text and turns (inside the action with the id ``entry``).

    ``places`` are the spans of passages in the new text, each within one turn; every other passage keeps its quote and loses
    its place. A passage is its turn's speaker's from then on. Untouched suggestions among the words of one who is no
    participant go, as when a role is set; so do speakers who have neither turns nor passages any more.
    ``new_speakers`` are the roles of those whom the interview does not have yet.
    """
    interview = interviews.required_id(study, key)
    study.execute("UPDATE passages SET anchored = 0 WHERE interview_id = ? AND anchored = 1", [interview])
    study.execute(
        "UPDATE interviews SET text = ?, text_sha256 = ?, mended = mended + 1 WHERE id = ?",
        [text, sha256(text), interview],
    )
    rows = study.rows("SELECT id, label, role FROM speakers WHERE interview_id = ?", [interview])
    ids = {row["label"]: int(row["id"]) for row in rows}
    for label, guessed in new_speakers.items():
        if label not in ids:
            ids[label] = study.insert("speakers", {"interview_id": interview, "label": label, "role": guessed})
    _keep_read(study, interview, mended, entry)
    _store(study, interview, text, mended, ids)
    for passage, (start, end) in sorted(places.items()):
        study.execute(
            'UPDATE passages SET start = ?, "end" = ?, quote = ?, anchored = 1, speaker_id = '
            '(SELECT speaker_id FROM turns WHERE interview_id = ? AND start <= ? AND "end" >= ?) WHERE id = ?',
            [start, end, text[start:end], interview, start, end, passage],
        )
    for row in study.rows("SELECT id FROM speakers WHERE interview_id = ? AND role <> 'participant'", [interview]):
        passages.drop_suggestions(study, "speaker_id = ?", row["id"])
    _remove_silent(study, interview)
    interviews.link_participants(study, key)


def _store(study: Study, interview: int, text: str, mended: Sequence[MendedTurn], ids: Mapping[str, int]) -> None:
    """Write turns, each of the row of the first turn that its words come from, where no turn before it has that row."""
    stored_turns = {
        row["seq"]: row for row in study.rows("SELECT * FROM turns WHERE interview_id = ? ORDER BY seq", [interview])
    }
    free, moved, new_numbers = dict(stored_turns), list[tuple[int, int]](), list[int]()
    for seq, turn in enumerate(mended):
        if turn.sources[0] in free:
            free.pop(turn.sources[0])
            moved.append((turn.sources[0], seq))
        else:
            new_numbers.append(seq)
    for row in free.values():
        study.execute("DELETE FROM turns WHERE id = ?", [row["id"]])
    # No two turns have one number at any time: those that move down go last first, those that move up first first.
    down = [move for move in reversed(moved) if move[1] > move[0]]
    for old, seq in [*down, *(move for move in moved if move[1] <= move[0])]:
        values = _columns(mended[seq], text, ids) | {"seq": seq}
        row = stored_turns[old]
        if any(row[name] != value for name, value in values.items()):
            assigned = ", ".join(f'"{name}" = ?' for name in values)
            study.execute(f"UPDATE turns SET {assigned} WHERE id = ?", [*values.values(), row["id"]])
    study.insert_all(
        "turns", [{"interview_id": interview, "seq": seq, **_columns(mended[seq], text, ids)} for seq in new_numbers]
    )


def _columns(turn: MendedTurn, text: str, ids: Mapping[str, int]) -> dict[str, int | str | None]:
    return {
        "speaker_id": ids[turn.speaker],
        "start": turn.start,
        "end": turn.end,
        "start_ms": turn.start_ms,
        "end_ms": turn.end_ms,
        "words": text[turn.start : turn.end],
    }


def _remove_silent(study: Study, interview: int) -> None:
    """Remove speakers without turns and passages, and the participants of whom nothing else is known."""
    silent = study.rows(
        "SELECT id, participant_id FROM speakers WHERE interview_id = ? AND id NOT IN "
        "(SELECT speaker_id FROM turns WHERE interview_id = ?1) AND id NOT IN (SELECT speaker_id FROM passages)",
        [interview],
    )
    for row in silent:
        study.execute("DELETE FROM speakers WHERE id = ?", [row["id"]])
        speakers.remove_empty_participant(study, row["participant_id"])


def _keep_read(study: Study, interview: int, mended: Sequence[MendedTurn], entry: int) -> None:
    """Mark a turn as read by everybody who read all its source turns, and keep both states for undo."""
    before: Read = [
        [row[0], row[1]]
        for row in study.rows(
            "SELECT coder, seq FROM turns_read WHERE interview_id = ? ORDER BY coder, seq", [interview]
        )
    ]
    read: dict[str, set[int]] = {}
    for coder, seq in before:
        read.setdefault(str(coder), set()).add(int(seq))
    after: Read = [
        [coder, seq]
        for coder, seqs in sorted(read.items())
        for seq, turn in enumerate(mended)
        if seqs.issuperset(turn.sources)
    ]
    history.replace_turns_read(study, interview, json.dumps(after))
    study.execute(
        "INSERT INTO turns_read_around (history_id, interview_id, before, after) VALUES (?, ?, ?, ?)",
        [entry, interview, json.dumps(before), json.dumps(after)],
    )


def keep_removed(study: Study, key: str, removed: Sequence[tuple[int, str, int | None, str]]) -> None:
    """Keep words that are no speech (inside an action): each with its turn's number, speaker and start."""
    interview = interviews.required_id(study, key)
    study.insert_all(
        "removed_speech",
        [
            {
                "interview_id": interview,
                "seq": seq,
                "label": label,
                "start_ms": start_ms,
                "words": words,
                "removed_by": study.actor,
                "removed_at": now(),
            }
            for seq, label, start_ms, words in removed
        ],
    )


def removed_speech(study: Study, keys: Collection[str] = ()) -> list[RemovedSpeech]:
    """Return the removed turns in the order of their removal; of some interviews or of all.

    Raise NotFoundError for an unknown interview.
    """
    for key in keys:
        interviews.required_id(study, key)
    rows = study.rows(
        "SELECT i.key, r.seq, r.label, r.start_ms, r.words, r.removed_by, r.removed_at FROM removed_speech r "
        "JOIN interviews i ON i.id = r.interview_id ORDER BY i.key, r.id"
    )
    return [RemovedSpeech(*row) for row in rows if not keys or row["key"] in keys]


def mended(study: Study, key: str) -> int:
    """Return how often an interview's turns were corrected since its text was read."""
    row = study.row("SELECT mended FROM interviews WHERE key = ?", [key])
    if row is None:
        raise NotFoundError(f"There is no interview '{key}'.", Advice("List them with: ", Fix.INTERVIEWS))
    return int(row[0])
