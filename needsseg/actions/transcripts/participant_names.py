"""What people are called wherever they are shown: one name each, that of the list of participants."""

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
    """Names by participants' keys, and by interview and speaker label; no two people have the same."""

    by_key: dict[str, str]
    by_voice: dict[tuple[str, str], str]

    def of(self, passage: Passage) -> str:
        """Who said a passage."""
        return self.voice(passage.interview, passage.speaker)

    def voice(self, interview: str, label: str) -> str:
        """Who speaks under a label in an interview."""
        return self.by_voice.get((interview, label)) or f"{label or UNNAMED} · {interview}"

    def key(self, participant: str) -> str:
        """What the participant with a key is called."""
        return self.by_key.get(participant, participant)


def participant_names(study: Study) -> ParticipantNames:
    """The names of all who speak: a participant's own; "User · 00120" where several people, or interviews, have the name."""
    voices = interviews.voices(study)
    known = {each.key: each.name for each in accounts.participants(study)}
    talks: dict[str, str] = {}
    for interview, _, key in voices:
        if key is not None:
            talks.setdefault(key, interview)
    # The label of somebody who is no participant stands for them in one interview only.
    bearers = Counter(name.casefold() for name in known.values())
    labels = Counter(label.casefold() for _, label, key in voices if key is None)
    by_key = {}
    for key, name in known.items():
        several = bearers[name.casefold()] > 1 or labels[name.casefold()] > 0
        by_key[key] = f"{name} · {talks.get(key, key)}" if several and name != key else name
    again = Counter(name.casefold() for name in by_key.values())
    by_key = {key: name if again[name.casefold()] == 1 else f"{known[key]} · {key}" for key, name in by_key.items()}
    by_voice = {}
    for interview, label, key in voices:
        alone = label and labels[label.casefold()] == 1 and not bearers[label.casefold()]
        other = label if alone else f"{label or UNNAMED} · {interview}"
        by_voice[interview, label] = other if key is None else by_key[key]
    return ParticipantNames(by_key, by_voice)
