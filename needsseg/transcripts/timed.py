"""Timed lines without a container: Whisper's text output, bare timing lines, LRC and TSV."""

from __future__ import annotations

import re
from collections.abc import Sequence

from needsseg.transcripts.choices import NO_CHOICES, ReadingChoices
from needsseg.transcripts.cues import Cue, by_label, cues_in, in_time, labels_in, milliseconds, without_speakers
from needsseg.transcripts.spoken import Reading, unread_warning

LRC_LINE = re.compile(r"^\[(\d+):(\d+)[.,](\d+)\](.*)$")
TSV_HEADER = "start\tend\ttext"


def read_timed(lines: Sequence[str], choices: ReadingChoices = NO_CHOICES) -> Reading:
    """``[00:43.810 --> 00:47.850]  words``, or a bare timing line with the words beneath."""
    cues, unread = cues_in(lines)
    return _reading(cues, unread)


def read_lrc(lines: Sequence[str], choices: ReadingChoices = NO_CHOICES) -> Reading:
    """``[00:43.810]words``; an empty stamped line is the end of the one before."""
    cues: list[Cue] = []
    unread: list[tuple[int, str]] = []
    for number, line in enumerate(lines, 1):
        match = LRC_LINE.match(line.strip())
        if not match:
            if line.strip() and not line.startswith("["):
                unread.append((number, line))
            continue
        at = milliseconds(None, *match.group(1, 2, 3))
        if cues:
            last = cues[-1]
            cues[-1] = Cue(last.ident, last.start_ms, min(last.end_ms, max(at, last.start_ms)), last.lines)
        if match.group(4).strip():
            cues.append(Cue("", at, 1 << 40, (match.group(4),)))
    if cues and cues[-1].end_ms == 1 << 40:
        cues[-1] = Cue("", cues[-1].start_ms, cues[-1].start_ms, cues[-1].lines)
    return _reading(cues, unread)


def read_tsv(lines: Sequence[str], choices: ReadingChoices = NO_CHOICES) -> Reading:
    """Whisper's table: start and end in milliseconds and the words, separated by tabs, below one header line."""
    cues: list[Cue] = []
    unread: list[tuple[int, str]] = []
    for number, line in enumerate(lines, 1):
        cells = line.split("\t", 2)
        if len(cells) == 3 and cells[0].strip().isdigit() and cells[1].strip().isdigit():
            cues.append(Cue("", int(cells[0]), int(cells[1]), (cells[2],)))
        elif line.strip() and line.strip() != TSV_HEADER:
            unread.append((number, line))
    return _reading(cues, unread)


def _reading(cues: Sequence[Cue], unread: list[tuple[int, str]]) -> Reading:
    ordered = in_time(cues)
    accepted = labels_in(ordered)
    turns = by_label(ordered, accepted) if accepted else without_speakers(ordered)
    return Reading(turns, unread_warning(unread))
