"""Tell apart who said passages, also those whom no participant is named for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from needsseg.records import Passage
from needsseg.study.transcripts import interviews

if TYPE_CHECKING:
    from needsseg.study.connection import Study


def person_of(study: Study) -> Callable[[Passage], str]:
    """Return a function that gives a passage's participant by key; of any other speaker the interview and the label."""
    keys = {(interview, label): key for interview, label, key in interviews.voices(study)}
    return lambda row: keys.get((row.interview, row.speaker)) or f"{row.interview}/{row.speaker}"
