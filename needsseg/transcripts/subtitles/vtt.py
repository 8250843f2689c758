"""WebVTT as Zoom, Teams, Webex, YouTube and Whisper write it (W3C WebVTT, https://www.w3.org/TR/webvtt1/)."""

from __future__ import annotations

from collections.abc import Sequence

from needsseg.transcripts.choices import NO_CHOICES, ReadingChoices
from needsseg.transcripts.spoken import Reading
from needsseg.transcripts.subtitles.cues import cue_file
from needsseg.transcripts.subtitles.turns import read_cues


def read_zoom(lines: Sequence[str], choices: ReadingChoices = NO_CHOICES) -> Reading:
    """Read cues that name their speakers before the words (``Name: words``, ``[Name]``), in ids or in JSON objects."""
    return read_cues(lines, cue_file(lines), choices)


def read_unlabelled(lines: Sequence[str], choices: ReadingChoices = NO_CHOICES) -> Reading:
    """Read cues without speakers, as Whisper and YouTube write them; only a pattern that a person chose gives names."""
    return read_cues(lines, cue_file(lines), choices, named=False)


def read_teams(lines: Sequence[str], choices: ReadingChoices = NO_CHOICES) -> Reading:
    """Read cues with ``<v Name>`` voices, as Teams writes them: ids ``GUID/10-0``, overlapping and out of order."""
    return read_cues(lines, cue_file(lines), choices)
