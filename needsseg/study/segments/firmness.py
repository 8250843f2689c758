"""The cache of what variations of the study do to its segments, by what it is made of: losing it costs time, never work."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from needsseg.files import sha256
from needsseg.study.connection import now

if TYPE_CHECKING:
    from needsseg.study.connection import Study
    from needsseg.study.segments.runs import Run

KEPT = 8
"""How many results are kept: so many steps back, undo finds the one that was known."""

_DECISIONS = (
    # What is clustered, and who speaks.
    "SELECT r.passage_id, p.status = 'rejected', p.anchored, p.speaker_id, p.quote FROM run_passages r "
    "JOIN passages p ON p.id = r.passage_id WHERE r.run_id = ? ORDER BY r.passage_id",
    "SELECT id, interview_id, label, role, participant_id FROM speakers ORDER BY id",
    # The segments as they stand, and what people placed in those they keep; names and confirmations change nothing here.
    "SELECT m.segment_id, m.passage_id, m.placed_by = 'hand' AND s.status IN ('named', 'confirmed', 'set_aside') "
    "FROM segment_passages m JOIN segments s ON s.id = m.segment_id ORDER BY m.passage_id",
    "SELECT id FROM segments WHERE status = 'set_aside' ORDER BY id",
    "SELECT passage_id FROM off_topic ORDER BY passage_id",
    "SELECT first_id, second_id, kind FROM passage_pairs ORDER BY first_id, second_id",
    "SELECT passage_id, segment_id FROM declined_passages ORDER BY passage_id, segment_id",
    "SELECT passage_id, need_id, segment_id FROM answers ORDER BY passage_id",
    "SELECT id, name, description, segment_id FROM needs ORDER BY id",
    "SELECT passage_id, code_id FROM passage_codes ORDER BY passage_id, code_id",
)


@dataclass(frozen=True, slots=True)
class Voice:
    """The identity of a speaker: a mark that outlives names (``p`` or ``s`` and a row's id), a key, and a name to show.

    The key is the participant's, or ``interview/speaker`` for one that no participant is named for.
    """

    mark: str
    key: str
    name: str
    interview: str
    speaker: str


def made_of(study: Study, run: Run) -> str:
    """A digest of all that the firmness of segments is computed from: passages, segments, decisions, codes and needs."""
    decision_rows = [[list(row) for row in study.rows(query, [run.id] * query.count("?"))] for query in _DECISIONS]
    return sha256(
        json.dumps([run.model_sha256, run.seed, run.input_status, run.parameters, decision_rows], sort_keys=True)
    )


def voices(study: Study) -> list[Voice]:
    """Every speaker of every interview, as the person they are where that is known."""
    rows = study.rows(
        "SELECT s.id, i.key AS interview, s.label, p.id AS person, p.key, p.name FROM speakers s "
        "JOIN interviews i ON i.id = s.interview_id "
        "LEFT JOIN participants p ON p.id = s.participant_id AND s.role = 'participant' ORDER BY s.id"
    )
    return [
        Voice(
            f"s{row['id']}" if row["person"] is None else f"p{row['person']}",
            row["key"] or f"{row['interview']}/{row['label']}",
            row["name"] or f"{row['label'] or 'unnamed speaker'} ({row['interview']})",
            row["interview"],
            row["label"],
        )
        for row in rows
    ]


def load(study: Study, key: str) -> Any | None:
    """Return the content stored under a digest, or None."""
    row = study.row("SELECT content FROM firmness WHERE made_of = ?", [key])
    return None if row is None else json.loads(row["content"])


def store(study: Study, key: str, content: object) -> None:
    """Store what was computed, in a transaction of its own that history does not know; the oldest go."""
    with study.cache_writing():
        study.execute(
            "INSERT OR REPLACE INTO firmness (made_of, made_at, content) VALUES (?, ?, ?)",
            [key, now(), json.dumps(content, sort_keys=True)],
        )
        study.execute(
            "DELETE FROM firmness WHERE made_of NOT IN (SELECT made_of FROM firmness ORDER BY made_at DESC, made_of LIMIT ?)",
            [KEPT],
        )
