"""List and show interviews, and set the roles of their speakers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from needsseg.actions.coding import blind
from needsseg.records import Role, Transcript
from needsseg.study.connection import Study
from needsseg.study.transcripts import interviews
from needsseg.study.transcripts.interviews import InterviewRow, SpeakerRow


def listing(study: Study) -> list[InterviewRow]:
    """All interviews with formats and counts of words and passages; for a blind coder, as they see them."""
    rows = interviews.listing(study)
    if not blind.is_blind(study):
        return rows
    counts = blind.own_counts(study)
    return [_with_counts(row, counts.get(row.key, {})) for row in rows]


def keys(study: Study) -> list[str]:
    """The keys of all interviews, in the order of the listing."""
    return interviews.keys(study)


def _with_counts(row: InterviewRow, counts: Mapping[str, int]) -> InterviewRow:
    suggested, accepted, rejected = (counts.get(status, 0) for status in ("suggested", "accepted", "rejected"))
    return replace(row, suggested=suggested, accepted=accepted, rejected=rejected)


def show(study: Study, key: str) -> Transcript:
    """The transcript of one interview."""
    return interviews.transcript(study, key)


def title(study: Study, key: str) -> str:
    """The title of one interview."""
    return interviews.title(study, key)


def speakers(study: Study, key: str | None = None) -> list[SpeakerRow]:
    """The speakers of one interview or of all, with their roles and counts."""
    return interviews.speakers(study, key)


def voices(study: Study) -> list[tuple[str, str, str | None]]:
    """Interview, label and participant's key (None where they are none) of every speaker; nothing is counted for it."""
    return interviews.voices(study)


def set_role(study: Study, key: str, speaker: str, role: Role) -> None:
    """Set the role of a speaker: interviewer, participant or other."""
    with study.action("role", f"{speaker or 'the unnamed speaker'} in {key} is {role}"):
        interviews.set_role(study, key, speaker, role)


def sentences(transcript: Transcript, start: int, end: int) -> list[tuple[int, int]]:
    """The spans of the sentences in a stretch of a transcript."""
    # Imported here, since the app's first screen loads this module but needs no sentences.
    from needsseg.coding import sentence_spans
    from needsseg.languages.detection import interview_language
    from needsseg.languages.speech import load_speech

    return sentence_spans(transcript.text, start, end, load_speech(interview_language(transcript.text)))
