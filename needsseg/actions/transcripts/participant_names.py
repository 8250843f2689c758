"""The displayed names of participants and speakers, the same everywhere in the program."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from needsseg.study.accounts import accounts
from needsseg.study.transcripts import interviews

if TYPE_CHECKING:
    from needsseg.records import Passage
    from needsseg.study.connection import Study

UNNAMED = "unnamed speaker"


@dataclass(frozen=True, slots=True)
class ParticipantNames:
    """Unique names by participants' keys, and by interview and speaker label."""

    by_key: dict[str, str]
    by_voice: dict[tuple[str, str], str]

    def of(self, passage: Passage) -> str:
        """The name of a passage's speaker."""
        return self.voice(passage.interview, passage.speaker)

    def voice(self, interview: str, label: str) -> str:
        """The name of the speaker with a label in an interview."""
        return self.by_voice.get((interview, label)) or f"{label or UNNAMED} · {interview}"

    def key(self, participant: str) -> str:
        """The name of the participant with a key."""
        return self.by_key.get(participant, participant)


def participant_names(study: Study) -> ParticipantNames:
    """Name all speakers: by a participant's own name, or as "User · 00120" if several people or interviews have it."""
    voices = interviews.voices(study)
    names = {each.key: each.name for each in accounts.participants(study)}
    interview_of: dict[str, str] = {}
    for interview, _, key in voices:
        if key is not None:
            interview_of.setdefault(key, interview)
    # The label of a speaker who is not a participant identifies them in one interview only.
    bearers = Counter(name.casefold() for name in names.values())
    labels = Counter(label.casefold() for _, label, key in voices if key is None)
    by_key = {}
    for key, name in names.items():
        ambiguous = bearers[name.casefold()] > 1 or labels[name.casefold()] > 0
        by_key[key] = f"{name} · {interview_of.get(key, key)}" if ambiguous and name != key else name
    shown = Counter(name.casefold() for name in by_key.values())
    by_key = {key: name if shown[name.casefold()] == 1 else f"{names[key]} · {key}" for key, name in by_key.items()}
    by_voice = {}
    for interview, label, key in voices:
        alone = label and labels[label.casefold()] == 1 and not bearers[label.casefold()]
        other = label if alone else f"{label or UNNAMED} · {interview}"
        by_voice[interview, label] = other if key is None else by_key[key]
    return ParticipantNames(by_key, by_voice)
