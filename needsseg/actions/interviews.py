"""Reading interviews and saying who speaks in them."""

from __future__ import annotations

from needsseg.coding import sentence_spans
from needsseg.records import Role, Transcript
from needsseg.study import interviews
from needsseg.study.connection import Study
from needsseg.study.interviews import InterviewRow, SpeakerRow

__all__ = ["InterviewRow", "SpeakerRow", "listing", "search", "sentences", "set_role", "show", "speakers", "title"]


def listing(study: Study) -> list[InterviewRow]:
    """All interviews with their formats, words and passages counted."""
    return interviews.listing(study)


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


def search(study: Study, query: str) -> list[tuple[str, int, int, str]]:
    """Turns in which all words of ``query`` occur: interview, start, end, words; best first."""
    return list(interviews.search(study, query))


def sentences(transcript: Transcript, start: int, end: int) -> list[tuple[int, int]]:
    """Spans of the sentences in a stretch of a transcript."""
    return sentence_spans(transcript.text, start, end)
