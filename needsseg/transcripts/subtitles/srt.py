"""SubRip: index, timing line with a comma before the milliseconds, words, with ``Name:`` or without."""

from __future__ import annotations

from collections.abc import Sequence

from needsseg.transcripts.choices import NO_CHOICES, ReadingChoices
from needsseg.transcripts.spoken import Reading
from needsseg.transcripts.subtitles.cues import cue_file
from needsseg.transcripts.subtitles.turns import read_cues


def read_srt(lines: Sequence[str], choices: ReadingChoices = NO_CHOICES) -> Reading:
    """Read the cues of an SRT file, with speakers from labels of any form."""
    return read_cues(lines, cue_file(lines), choices)
