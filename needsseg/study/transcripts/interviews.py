"""Interviews in the study: their text, speakers, turns and participants."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from needsseg.errors import NotFoundError
from needsseg.files import sha256
from needsseg.records import Role, Transcript, Turn
from needsseg.study.coding import passages
from needsseg.study.connection import now
from needsseg.study.transcripts.reading_choices import account_fields, account_json

if TYPE_CHECKING:
    from needsseg.study.connection import Study


@dataclass(frozen=True, slots=True)
class InterviewRow:
    """One interview as lists show it; ``suggested``, ``accepted`` and ``rejected`` count its passages."""

    key: str
    title: str
    format: str
    file_name: str
    turns: int
    words: int
    participants: tuple[str, ...]
    suggested: int
    accepted: int
    rejected: int
    warnings: tuple[str, ...]
    words_by_kind: Mapping[str, int] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class SpeakerRow:
    """One speaker of one interview."""

    interview: str
    label: str
    role: Role
    words: int
    participant: str | None


def add(study: Study, key: str, title: str, file_name: str, file_sha256: str, transcript: Transcript) -> None:
    """Store a transcript under ``key`` (inside an action); each participant-role speaker becomes a participant."""
    interview = study.insert(
        "interviews",
        {
            "key": key,
            "title": title,
            "format": transcript.format,
            "file_name": file_name,
            "file_sha256": file_sha256,
            "text": transcript.text,
            "text_sha256": sha256(transcript.text),
            "warnings": json.dumps(list(transcript.warnings), ensure_ascii=False),
            "imported_at": now(),
            "reading": account_json(transcript),
        },
    )
    ids: dict[str, int] = {}
    roles = {turn.speaker: turn.role for turn in transcript.turns}
    for label in transcript.speakers:
        ids[label] = study.insert("speakers", {"interview_id": interview, "label": label, "role": roles[label]})
    add_turns(study, interview, transcript, ids)
    link_participants(study, key)


def add_turns(study: Study, interview: int, transcript: Transcript, speakers: Mapping[str, int]) -> None:
    """Store a transcript's turns (inside an action); ``speakers`` are the rows of its labels."""
    study.insert_all(
        "turns",
        [
            {
                "interview_id": interview,
                "speaker_id": speakers[turn.speaker],
                "seq": seq,
                "start": turn.start,
                "end": turn.end,
                "start_ms": turn.start_ms,
                "end_ms": turn.end_ms,
                "words": transcript.words(turn),
            }
            for seq, turn in enumerate(transcript.turns)
        ],
    )


def required_id(study: Study, key: str) -> int:
    """The row of an interview; raises NotFoundError."""
    return int(_required(study, key)["id"])


def link_participants(study: Study, key: str) -> None:
    """Give every participant-role speaker of an interview a participant of their own.

    A speaker whose role changes keeps theirs, with what a person wrote about them, for the day the role is set back.
    """
    speakers = study.rows(
        "SELECT s.id, s.label, s.participant_id FROM speakers s JOIN interviews i ON i.id = s.interview_id "
        "WHERE i.key = ? AND s.role = 'participant' ORDER BY s.id",
        [key],
    )
    for speaker in speakers:
        if speaker["participant_id"] is None:
            alone = len(speakers) == 1 and study.row("SELECT 1 FROM participants WHERE key = ?", [key]) is None
            name = speaker["label"] or key
            own = key if alone else _unused_participant_key(study, f"{key}/{name}")
            participant = study.insert("participants", {"key": own, "name": name})
            study.execute("UPDATE speakers SET participant_id = ? WHERE id = ?", [participant, speaker["id"]])


def _unused_participant_key(study: Study, key: str) -> str:
    """``key``, numbered where a participant has it: one whose label was changed keeps the key made of the old one."""
    number, unused = 2, key
    while study.row("SELECT 1 FROM participants WHERE key = ?", [unused]) is not None:
        unused, number = f"{key}-{number}", number + 1
    return unused


def listing(study: Study) -> list[InterviewRow]:
    """All interviews, by key."""
    rows = study.rows(
        "SELECT i.id, i.key, i.title, i.format, i.file_name, i.warnings, i.reading, count(t.id) AS turns, "
        "coalesce(sum(length(t.words) - length(replace(replace(t.words, ' ', ''), char(10), '')) + 1), 0) AS words "
        "FROM interviews i LEFT JOIN turns t ON t.interview_id = i.id GROUP BY i.id ORDER BY i.key"
    )
    people: dict[int, list[str]] = {}
    for interview, name in study.rows(
        "SELECT s.interview_id, p.name FROM speakers s JOIN participants p ON p.id = s.participant_id "
        "WHERE s.role = 'participant' ORDER BY s.id"
    ):
        people.setdefault(interview, []).append(name)
    counts: dict[int, dict[str, int]] = {}
    for interview, status, count in study.rows(
        "SELECT interview_id, status, count(*) FROM passages WHERE anchored = 1 GROUP BY interview_id, status"
    ):
        counts.setdefault(interview, {})[status] = count
    return [
        InterviewRow(
            row["key"],
            row["title"],
            row["format"],
            row["file_name"],
            row["turns"],
            row["words"],
            tuple(people.get(row["id"], [])),
            counts.get(row["id"], {}).get("suggested", 0),
            counts.get(row["id"], {}).get("accepted", 0),
            counts.get(row["id"], {}).get("rejected", 0),
            tuple(json.loads(row["warnings"])),
            account_fields(row["reading"])["words_by_kind"],
        )
        for row in rows
    ]


def beginnings(study: Study, characters: int) -> list[tuple[str, int]]:
    """The first ``characters`` of each interview's text and the number of its turns, in the order of the keys."""
    rows = study.rows(
        "SELECT substr(i.text, 1, ?) AS beginning, (SELECT count(*) FROM turns t WHERE t.interview_id = i.id) AS turns "
        "FROM interviews i ORDER BY i.key",
        [characters],
    )
    return [(row["beginning"], row["turns"]) for row in rows]


def keys(study: Study) -> list[str]:
    """The keys of all interviews, in order."""
    return [row[0] for row in study.rows("SELECT key FROM interviews ORDER BY key")]


def imported_at(study: Study) -> dict[str, str]:
    """Return when each interview was imported, by key, in the order of import."""
    return {row[0]: row[1] for row in study.rows("SELECT key, imported_at FROM interviews ORDER BY imported_at, id")}


def by_file(study: Study) -> dict[str, tuple[str, str]]:
    """Return for each imported file name its interview's key and the file's SHA-256."""
    return {row[0]: (row[1], row[2]) for row in study.rows("SELECT file_name, key, file_sha256 FROM interviews")}


def by_content(study: Study) -> dict[str, str]:
    """Return for each imported file's SHA-256 its interview's key."""
    return {row[0]: row[1] for row in study.rows("SELECT file_sha256, key FROM interviews")}


def text_sha256(study: Study) -> dict[str, str]:
    """The SHA-256 of each interview's text, by key."""
    return {row[0]: row[1] for row in study.rows("SELECT key, text_sha256 FROM interviews")}


def turn_words(study: Study, key: str) -> list[str]:
    """Return the words of each turn of an interview, in order; nothing for an unknown key."""
    turns = "SELECT t.words FROM turns t JOIN interviews i ON i.id = t.interview_id WHERE i.key = ? ORDER BY t.seq"
    return [row[0] for row in study.rows(turns, [key])]


def title(study: Study, key: str) -> str:
    """The title of one interview."""
    return str(_required(study, key)["title"])


def titles(study: Study) -> list[str]:
    """The titles of all interviews."""
    return [row[0] for row in study.rows("SELECT title FROM interviews")]


def transcript(study: Study, key: str) -> Transcript:
    """The transcript of one interview, roles as they are set now; raises NotFoundError for an unknown key."""
    interview = _required(study, key)
    turns = study.rows(
        'SELECT s.label, s.role, t.start, t."end", t.start_ms, t.end_ms FROM turns t JOIN speakers s ON s.id = t.speaker_id '
        "WHERE t.interview_id = ? ORDER BY t.seq",
        [interview["id"]],
    )
    return Transcript(
        interview["text"],
        tuple(Turn(*turn) for turn in turns),
        interview["format"],
        tuple(json.loads(interview["warnings"])),
        **account_fields(interview["reading"]),
    )


def speakers(study: Study, key: str | None = None) -> list[SpeakerRow]:
    """The speakers of one interview or of all, with their words counted."""
    rows = study.rows(
        "SELECT i.key, s.label, s.role, p.key AS participant, "
        "coalesce(sum(length(t.words) - length(replace(replace(t.words, ' ', ''), char(10), '')) + 1), 0) AS words "
        "FROM speakers s JOIN interviews i ON i.id = s.interview_id LEFT JOIN turns t ON t.speaker_id = s.id "
        "LEFT JOIN participants p ON p.id = s.participant_id AND s.role = 'participant' "
        "WHERE ? IS NULL OR i.key = ? GROUP BY s.id ORDER BY i.key, s.id",
        [key, key],
    )
    return [SpeakerRow(row["key"], row["label"], row["role"], row["words"], row["participant"]) for row in rows]


def voices(study: Study) -> list[tuple[str, str, str | None]]:
    """Interview, label and participant's key (None where they are none) of every speaker; nothing is counted for it."""
    rows = study.rows(
        "SELECT i.key, s.label, p.key FROM speakers s JOIN interviews i ON i.id = s.interview_id "
        "LEFT JOIN participants p ON p.id = s.participant_id AND s.role = 'participant' ORDER BY i.key, s.id"
    )
    return [(row[0], row[1], row[2]) for row in rows]


def set_role(study: Study, key: str, label: str, role: Role) -> None:
    """Change a speaker's role (inside an action); undecided suggestions of a speaker who is not a participant are removed."""
    interview = _required(study, key)
    speaker = study.row("SELECT id FROM speakers WHERE interview_id = ? AND label = ?", [interview["id"], label])
    if speaker is None:
        labels = ", ".join(f"'{row.label}'" for row in speakers(study, key))
        raise NotFoundError(f"{key} has no speaker '{label}'.", f"Its speakers are {labels}.")
    study.execute("UPDATE speakers SET role = ? WHERE id = ? AND role <> ?", [role, speaker[0], role])
    if role != "participant":
        passages.drop_suggestions(study, "speaker_id = ?", speaker[0])
    link_participants(study, key)


def remove(study: Study, key: str) -> None:
    """Take an interview with all its passages out of the study (inside an action, so it can be undone).

    Raise UsageError while one of its passages is evidence of a confirmed segment.
    """
    interview = _required(study, key)
    passages.refuse_confirmed(study, [passage.id for passage in passages.listing(study, key)])
    participant_rows = study.rows(
        "SELECT DISTINCT participant_id FROM speakers WHERE interview_id = ?", [interview["id"]]
    )
    study.execute("DELETE FROM interviews WHERE id = ?", [interview["id"]])
    study.execute(
        "DELETE FROM participants WHERE id IN (SELECT value FROM json_each(?)) "
        "AND id NOT IN (SELECT participant_id FROM speakers WHERE participant_id IS NOT NULL)",
        [json.dumps([row[0] for row in participant_rows])],
    )


def _required(study: Study, key: str):  # type: ignore[no-untyped-def]  # an sqlite3.Row
    row = study.row("SELECT * FROM interviews WHERE key = ?", [key])
    if row is None:
        near = ", ".join(keys(study)[:8])
        raise NotFoundError(f"There is no interview '{key}'.", f"Interviews here: {near or 'none'}.")
    return row
