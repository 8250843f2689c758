"""An interview's text replaced by an edited one: its passages follow their words, or are kept without a place."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from needsseg.files import sha256
from needsseg.records import Transcript
from needsseg.study.transcripts import interviews, reading_choices

if TYPE_CHECKING:
    from needsseg.study.connection import Study


def replace_text(
    study: Study,
    key: str,
    file_name: str,
    file_sha256: str,
    transcript: Transcript,
    places: Mapping[int, tuple[int, int]],
) -> None:
    """Put ``transcript`` in place of an interview's text (inside an action).

    ``places`` are the spans of passages in the new text, each within one turn of a participant; every other passage of the
    interview keeps its quote and loses its place. Speakers keep their roles and participants by their labels; where one
    participant's label is gone and one new one is there, it is the same person, renamed. A turn of the same number stays read
    where its words are the same.
    Turns that were mended by hand are those of the new text from then on.
    """
    interview = interviews.required_id(study, key)
    study.execute("UPDATE passages SET anchored = 0 WHERE interview_id = ?", [interview])
    study.execute(
        "UPDATE interviews SET text = ?, text_sha256 = ?, format = ?, file_name = ?, file_sha256 = ?, warnings = ?, "
        "reading = ?, mended = 0 WHERE id = ?",
        [
            transcript.text,
            sha256(transcript.text),
            transcript.format,
            file_name,
            file_sha256,
            json.dumps(list(transcript.warnings), ensure_ascii=False),
            reading_choices.account_json(transcript),
            interview,
        ],
    )
    old_words = interviews.turn_words(study, key)
    study.execute("DELETE FROM turns WHERE interview_id = ?", [interview])
    _keep_read(study, interview, old_words, transcript)
    speakers = _speakers(study, interview, transcript)
    interviews.add_turns(study, interview, transcript, speakers)
    for passage, (start, end) in sorted(places.items()):
        study.execute(
            'UPDATE passages SET start = ?, "end" = ?, quote = ?, anchored = 1, speaker_id = '
            '(SELECT speaker_id FROM turns WHERE interview_id = ? AND start <= ? AND "end" >= ?) WHERE id = ?',
            [start, end, transcript.text[start:end], interview, start, end, passage],
        )
    study.execute(
        "DELETE FROM speakers WHERE interview_id = ? AND id NOT IN (SELECT speaker_id FROM turns) "
        "AND id NOT IN (SELECT speaker_id FROM passages)",
        [interview],
    )
    interviews.link_participants(study, key)


def _keep_read(study: Study, interview: int, old_words: Sequence[str], transcript: Transcript) -> None:
    """Take back that turns were read whose words are others now, or which have moved."""
    pairs = zip(old_words, map(transcript.words, transcript.turns), strict=False)
    same = [seq for seq, (old, new) in enumerate(pairs) if old == new]
    study.execute(
        "DELETE FROM turns_read WHERE interview_id = ? AND seq NOT IN (SELECT value FROM json_each(?))",
        [interview, json.dumps(same)],
    )


def known_roles(study: Study, key: str, transcript: Transcript) -> dict[str, str]:
    """The role of each of the new text's speakers: as the study has it, else as guessed."""
    stored_roles = {row.label: row.role for row in interviews.speakers(study, key)}
    guessed = {turn.speaker: turn.role for turn in transcript.turns}
    return {label: stored_roles.get(label, role) for label, role in guessed.items()}


def _speakers(study: Study, interview: int, transcript: Transcript) -> dict[str, int]:
    """The row of each speaker of the new text, found by label, renamed, or made."""
    stored_speakers = {
        row["label"]: row
        for row in study.rows("SELECT id, label, role FROM speakers WHERE interview_id = ? ORDER BY id", [interview])
    }
    guessed = {turn.speaker: turn.role for turn in transcript.turns}
    removed_labels = [
        label for label, row in stored_speakers.items() if label not in guessed and row["role"] == "participant"
    ]
    new_labels = [label for label, role in guessed.items() if label not in stored_speakers and role == "participant"]
    ids = {label: int(stored_speakers[label]["id"]) for label in guessed if label in stored_speakers}
    if len(removed_labels) == 1 and len(new_labels) == 1:
        ids[new_labels[0]] = int(stored_speakers[removed_labels[0]]["id"])
        study.execute("UPDATE speakers SET label = ? WHERE id = ?", [new_labels[0], ids[new_labels[0]]])
    for label in transcript.speakers:
        if label not in ids:
            ids[label] = study.insert("speakers", {"interview_id": interview, "label": label, "role": guessed[label]})
    return ids
