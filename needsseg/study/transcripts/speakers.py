"""Speakers over many interviews: listed for review, merged, tied to one participant, renamed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from needsseg.errors import NotFoundError, UsageError
from needsseg.records import Role
from needsseg.study.coding import passages
from needsseg.study.connection import plain_text
from needsseg.study.transcripts import interviews

if TYPE_CHECKING:
    from needsseg.study.connection import Study

_WRITTEN = ("email", "company", "crm_id")


@dataclass(frozen=True, slots=True)
class BatchSpeaker:
    """One speaker as the review lists them; ``participant`` is the key of the person they are, ``name`` that person's."""

    label: str
    role: Role
    words: int
    participant: str | None
    name: str


@dataclass(frozen=True, slots=True)
class BatchInterview:
    """One interview as the review lists it, with its speakers in order of first appearance."""

    key: str
    title: str
    file: str
    format: str
    warnings: tuple[str, ...]
    speakers: tuple[BatchSpeaker, ...]

    @property
    def words(self) -> int:
        """All words said."""
        return sum(speaker.words for speaker in self.speakers)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of its speakers."""
        return tuple(speaker.label for speaker in self.speakers)


def batch(study: Study, keys: Sequence[str] | None = None) -> list[BatchInterview]:
    """Interviews by key with their speakers: those of ``keys`` that are there, or all."""
    keys_json = None if keys is None else json.dumps(list(keys))
    spoken: dict[str, list[BatchSpeaker]] = {}
    for row in study.rows(
        "SELECT i.key, s.label, s.role, p.key AS participant, coalesce(p.name, '') AS name, "
        "coalesce(sum(length(t.words) - length(replace(replace(t.words, ' ', ''), char(10), '')) + 1), 0) AS words "
        "FROM speakers s JOIN interviews i ON i.id = s.interview_id LEFT JOIN turns t ON t.speaker_id = s.id "
        "LEFT JOIN participants p ON p.id = s.participant_id AND s.role = 'participant' "
        "WHERE ? IS NULL OR i.key IN (SELECT value FROM json_each(?)) GROUP BY s.id ORDER BY i.key, s.id",
        [keys_json, keys_json],
    ):
        speaker = BatchSpeaker(row["label"], row["role"], row["words"], row["participant"], row["name"])
        spoken.setdefault(row["key"], []).append(speaker)
    return [
        BatchInterview(
            row["key"],
            row["title"],
            row["file_name"],
            row["format"],
            tuple(json.loads(row["warnings"])),
            tuple(spoken.get(row["key"], [])),
        )
        for row in study.rows(
            "SELECT key, title, file_name, format, warnings FROM interviews "
            "WHERE ? IS NULL OR key IN (SELECT value FROM json_each(?)) ORDER BY key",
            [keys_json, keys_json],
        )
    ]


def merge(study: Study, key: str, label: str, into: str) -> None:
    """Make one speaker's turns another's (inside an action): turns and passages stay where they are, the role is the target's.

    Both are one person from then on: participants are joined as in ``tie``. Undecided suggestions of a target that is no
    participant go, as when a role is set. Raise NotFoundError for an unknown interview or label.
    """
    source, target = _required(study, key, label), _required(study, key, into)
    if source["id"] == target["id"]:
        raise UsageError(f"{_named(label)} in {key} cannot be merged with itself.", "Name another speaker.")
    for table in ("turns", "passages"):
        study.execute(f"UPDATE {table} SET speaker_id = ? WHERE speaker_id = ?", [target["id"], source["id"]])
    study.execute("DELETE FROM speakers WHERE id = ?", [source["id"]])
    if target["role"] != "participant":
        passages.drop_suggestions(study, "speaker_id = ?", target["id"])
    source_participant = source["participant_id"]
    if target["participant_id"] is not None:
        _join(study, [target["participant_id"], source_participant])
    elif source_participant is not None:
        # What was written about them stays with the target, for the day it is a participant.
        remove_empty_participant(study, source_participant)
        study.execute(
            "UPDATE speakers SET participant_id = (SELECT id FROM participants WHERE id = ?) WHERE id = ?",
            [source_participant, target["id"]],
        )


def tie(study: Study, who: Sequence[tuple[str, str]]) -> int:
    """Make speakers of several interviews one participant (inside an action): the first one's; return how many participants went.

    Each is an interview's key and a label. What was written about the others fills what is empty at the first; a participant
    with something that contradicts it is kept, without a speaker. Raise NotFoundError for an unknown interview or label, and
    UsageError for a speaker who is not a participant.
    """
    participants: list[int] = []
    for key, label in who:
        speaker = _required(study, key, label)
        if speaker["role"] != "participant":
            raise UsageError(
                f"{_named(label)} in {key} is {speaker['role']}, no participant.",
                "Only participants are people of the study; change the role first if it is wrong.",
            )
        participants.append(speaker["participant_id"])
    return _join(study, participants)


def rename(study: Study, key: str, label: str, new: str) -> None:
    """Give a speaker another label (inside an action); the text stays as imported.

    The participant's name follows where it is the label or was made for want of one; the participant's key stays.
    """
    new_label = clean_label(new)
    speaker = _required(study, key, label)
    if study.row("SELECT 1 FROM speakers WHERE interview_id = ? AND label = ?", [speaker["interview_id"], new_label]):
        raise UsageError(
            f"{key} has a speaker {_named(new_label)} already.", "Merge the two, if they are one, or take another name."
        )
    study.execute("UPDATE speakers SET label = ? WHERE id = ?", [new_label, speaker["id"]])
    study.execute(
        "UPDATE participants SET name = ? WHERE id = ? AND name = ?",
        [new_label, speaker["participant_id"], label or key],
    )


def require(study: Study, key: str, label: str) -> None:
    """Raise NotFoundError for an unknown interview, or a label that nobody has in it."""
    _required(study, key, label)


def clean_label(label: str) -> str:
    """A label on one line, without the characters no text has; raises UsageError where nothing is left."""
    cleaned = " ".join(plain_text(label).split())
    if not cleaned:
        raise UsageError("The new name is empty.", "Give the speaker a name.")
    return cleaned


def remove_empty_participant(study: Study, participant: int | None) -> None:
    """Remove a participant without speakers of whom nothing was written (inside an action)."""
    study.execute(
        "DELETE FROM participants WHERE id = ? AND email = '' AND company = '' AND crm_id = '' AND attributes = '{}' "
        "AND id NOT IN (SELECT participant_id FROM speakers WHERE participant_id IS NOT NULL) "
        "AND id NOT IN (SELECT participant_id FROM account_links)",
        [participant],
    )


def _required(study: Study, key: str, label: str) -> Any:
    interview = interviews.required_id(study, key)
    speaker = study.row("SELECT * FROM speakers WHERE interview_id = ? AND label = ?", [interview, label])
    if speaker is None:
        labels = ", ".join(f"'{row.label}'" for row in interviews.speakers(study, key))
        raise NotFoundError(f"{key} has no speaker '{label}'.", f"Its speakers are {labels}.")
    return speaker


def _join(study: Study, participants: Sequence[int | None]) -> int:
    """Make the first of some participants all of them; return how many others there were."""
    ids = list(dict.fromkeys(one for one in participants if one is not None))
    for other in ids[1:]:
        study.execute("UPDATE speakers SET participant_id = ? WHERE participant_id = ?", [ids[0], other])
        _hand_over(study, other, ids[0])
        remove_empty_participant(study, other)
    return max(0, len(ids) - 1)


def _hand_over(study: Study, source: int, target: int) -> None:
    """Move what was written about one participant to another who lacks it; what contradicts it stays where it is."""
    old, new = (study.rows("SELECT * FROM participants WHERE id = ?", [one])[0] for one in (source, target))
    source_attributes, target_attributes = json.loads(old["attributes"]), json.loads(new["attributes"])
    _write(study, target, [new[name] or old[name] for name in _WRITTEN], source_attributes | target_attributes)
    remaining = [old[name] if new[name] and new[name] != old[name] else "" for name in _WRITTEN]
    _write(
        study,
        source,
        remaining,
        {name: value for name, value in source_attributes.items() if target_attributes.get(name, value) != value},
    )
    links = {row[0]: row[1] for row in study.rows("SELECT participant_id, account_id FROM account_links")}
    if source in links and target not in links:
        study.execute("UPDATE account_links SET participant_id = ? WHERE participant_id = ?", [target, source])
    elif source in links and links[source] == links[target]:
        study.execute("DELETE FROM account_links WHERE participant_id = ?", [source])


def _write(study: Study, participant: int, written: Sequence[str], attributes: dict[str, str]) -> None:
    study.execute(
        "UPDATE participants SET email = ?, company = ?, crm_id = ?, attributes = ? WHERE id = ?",
        [*written, json.dumps(attributes, ensure_ascii=False, sort_keys=True), participant],
    )


def _named(label: str) -> str:
    return f"'{label}'" if label else "without a name"
