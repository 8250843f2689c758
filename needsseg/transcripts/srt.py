"""SubRip: index, timing line with a comma before the milliseconds, words, with ``Name:`` or without."""

from __future__ import annotations

from collections.abc import Sequence

from needsseg.transcripts.choices import NO_CHOICES, ReadingChoices
from needsseg.transcripts.cues import by_label, cues_in, in_time, labels_in, overlap_warning, without_speakers
from needsseg.transcripts.spoken import Reading, unread_warning


def read_srt(lines: Sequence[str], choices: ReadingChoices = NO_CHOICES) -> Reading:
    """Cues of an SRT file; speakers where labels stand before a colon."""
    cues, unread = cues_in(lines)
    ordered = in_time(cues)
    accepted = labels_in(ordered)
    turns = by_label(ordered, accepted) if accepted else without_speakers(ordered)
    return Reading(turns, unread_warning(unread) + overlap_warning(turns))
