"""WebVTT as Zoom, Teams and Whisper write it (W3C WebVTT, https://www.w3.org/TR/webvtt1/)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from needsseg.transcripts.choices import NO_CHOICES, ReadingChoices
from needsseg.transcripts.cues import (
    Cue,
    by_label,
    cues_in,
    in_time,
    labels_in,
    overlap_warning,
    plain,
    without_speakers,
)
from needsseg.transcripts.spoken import Reading, Spoken, merged, one_line, unread_warning

VOICE = re.compile(r"<v(?:\.[^\s<>]*)?(?:\s+([^<>]*))?>", re.IGNORECASE)
_PART = re.compile(r"^(.*/\d+)-(\d+)$")


def read_zoom(lines: Sequence[str], choices: ReadingChoices = NO_CHOICES) -> Reading:
    """Zoom's layout: a numeric id, the timing line, ``Name: words``."""
    cues, unread = cues_in(lines)
    ordered = in_time(cues)
    turns = by_label(ordered, labels_in(ordered))
    return Reading(turns, unread_warning(unread) + overlap_warning(turns))


def read_unlabelled(lines: Sequence[str], choices: ReadingChoices = NO_CHOICES) -> Reading:
    """Whisper's layout: timing lines and words, hours omitted, nobody named."""
    cues, unread = cues_in(lines)
    return Reading(without_speakers(in_time(cues)), unread_warning(unread))


def read_teams(lines: Sequence[str], choices: ReadingChoices = NO_CHOICES) -> Reading:
    """Teams' layout: ids ``GUID/10-0``, ``<v Name>`` voices, cues that overlap and stand out of order.

    The parts ``-0``, ``-1`` of one utterance are put together before utterances are ordered by their start, so that a
    short "OK." of somebody else does not cut a sentence in two.
    """
    cues, unread = cues_in(lines)
    utterances = [piece for parts in _utterances(cues) for piece in merged(_voices(parts))]
    return Reading(merged(utterances), unread_warning(unread) + overlap_warning(utterances))


def _utterances(cues: Sequence[Cue]) -> list[list[Cue]]:
    groups: dict[str, list[tuple[int, Cue]]] = {}
    for index, cue in enumerate(cues):
        match = _PART.match(cue.ident)
        key, part = (match.group(1), int(match.group(2))) if match else (f"\n{index}", 0)
        groups.setdefault(key, []).append((part, cue))
    parts = [[cue for _, cue in sorted(group, key=lambda item: item[0])] for group in groups.values()]
    return sorted(parts, key=lambda group: min(cue.start_ms for cue in group))


def _voices(cues: Sequence[Cue]) -> list[Spoken]:
    pieces: list[Spoken] = []
    for cue in cues:
        text = " ".join(cue.lines)
        at, speaker = 0, ""
        for match in VOICE.finditer(text):
            pieces.append(Spoken(speaker, plain(text[at : match.start()]), cue.start_ms, cue.end_ms))
            at, speaker = match.end(), one_line(plain(match.group(1) or ""))
        pieces.append(Spoken(speaker, plain(text[at:]), cue.start_ms, cue.end_ms))
    return [piece for piece in pieces if one_line(piece.words)]
