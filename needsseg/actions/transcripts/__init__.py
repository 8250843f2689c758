"""Verbs on interviews: import, preview, mend, re-import, and who speaks in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needsseg.study.transcripts.interviews import InterviewRow
from needsseg.study.transcripts.speakers import BatchInterview, BatchSpeaker

if TYPE_CHECKING:
    from needsseg.transcripts.choices import ReadingChoices

__all__ = ["BatchInterview", "BatchSpeaker", "InterviewRow", "ReadingChoices"]


def __getattr__(name: str) -> object:
    # The room of transcripts takes as long to load as all else that a command on accounts needs.
    if name == "ReadingChoices":
        from needsseg.transcripts.choices import ReadingChoices

        return ReadingChoices
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
