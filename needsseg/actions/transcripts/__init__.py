"""Verbs on interviews: import, preview, mend, re-import, and who speaks in them."""

from __future__ import annotations

from needsseg.study.transcripts.interviews import InterviewRow
from needsseg.study.transcripts.speakers import BatchInterview, BatchSpeaker
from needsseg.transcripts.choices import ReadingChoices

__all__ = ["BatchInterview", "BatchSpeaker", "InterviewRow", "ReadingChoices"]
