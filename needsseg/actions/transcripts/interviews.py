"""Reading interviews and saying who speaks in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from needsseg.actions.coding import blind
from needsseg.records import Role, Transcript
from needsseg.study.connection import Study
from needsseg.study.transcripts import interviews
from needsseg.study.transcripts.interviews import InterviewRow, SpeakerRow


def listing(study: Study) -> list[InterviewRow]:
    """All interviews with their formats, words and passages counted; the passages as a blind coder sees them."""
    rows = interviews.listing(study)
    if not blind.is_blind(study):
        return rows
    counts = blind.own_counts(study)
    return [_with_counts(row, counts.get(row.key, {})) for row in rows]


def keys(study: Study) -> list[str]:
    """The keys of all interviews, in the order of the listing; nothing is counted for it."""
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
    """Who speaks, in which role, how much; in one interview or in all."""
    return interviews.speakers(study, key)


def set_role(study: Study, key: str, speaker: str, role: Role) -> None:
    """Says what a speaker is: interviewer, participant or other."""
    with study.action("role", f"{speaker or 'the unnamed speaker'} in {key} is {role}"):
        interviews.set_role(study, key, speaker, role)


def sentences(transcript: Transcript, start: int, end: int) -> list[tuple[int, int]]:
    """Spans of the sentences in a stretch of a transcript."""
    # Here, since the app's first screen imports this module and cuts no sentences.
    from needsseg.coding import sentence_spans

    return sentence_spans(transcript.text, start, end)
