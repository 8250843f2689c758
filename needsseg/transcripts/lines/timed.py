"""Timed lines without a container: Whisper's text output, bare timing lines, LRC and TSV."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from needsseg.transcripts.choices import NO_CHOICES, ReadingChoices
from needsseg.transcripts.spoken import Mark, Reading, marked, one_line
from needsseg.transcripts.subtitles.cues import LATEST_MS, Cue, CueFile, cue_file, milliseconds
from needsseg.transcripts.subtitles.turns import read_cues

LRC_LINE = re.compile(r"^\[(\d+):(\d+)[.,](\d+)\](.*)$")
TSV_HEADER = "start\tend\ttext"
_LRC_FIELD = re.compile(r"^\[(?P<key>[A-Za-z#][\w ]{0,30}):(?P<value>[^\]]*)\]$")
_LRC_TITLE = "ti"
_TSV_TIME = re.compile(r"^\d{1,15}(?:\.\d{1,9})?$")
_FURTHER_STAMPS = re.compile(r"^(?:\s*\[\d+:\d+[.,]\d+\])+")


def read_timed(lines: Sequence[str], choices: ReadingChoices = NO_CHOICES) -> Reading:
    """Read ``[00:43.810 --> 00:47.850]  words``, or bare timing lines with the words below."""
    return read_cues(lines, cue_file(lines), choices)


def read_lrc(lines: Sequence[str], choices: ReadingChoices = NO_CHOICES) -> Reading:
    """Read ``[00:43.810]words``; a line with only a time is the end of the line before."""
    cues: list[Cue] = []
    marks: list[Mark] = []
    unread_lines: list[tuple[int, str]] = []
    title = ""
    open_end = False
    for index, raw in enumerate(lines):
        line = raw.strip()
        if match := LRC_LINE.match(line):
            time = milliseconds(None, *match.group(1, 2, 3))
            if cues and open_end:
                cues[-1] = replace(cues[-1], end_ms=max(time, cues[-1].start_ms))
            further = _FURTHER_STAMPS.match(match.group(4))
            words = match.group(4)[further.end() :] if further else match.group(4)
            marks.append(marked(index, "time", line[: len(line) - len(words)]))
            open_end = bool(words.strip())
            if open_end:
                cues.append(Cue("", time, time, (words,), (index,), index))
        elif field := _LRC_FIELD.match(line):
            marks.append(marked(index, "metadata", line))
            title = one_line(field.group("value")) if field.group("key").casefold() == _LRC_TITLE else title
        elif line:
            unread_lines.append((index + 1, raw))
    return read_cues(lines, CueFile(tuple(cues), tuple(marks), tuple(unread_lines), title=title), choices)


def read_tsv(lines: Sequence[str], choices: ReadingChoices = NO_CHOICES) -> Reading:
    """Read Whisper's table: start and end in milliseconds and the words, separated by tabs, below one header line.

    Times with a decimal point are seconds.
    """
    cues: list[Cue] = []
    marks: list[Mark] = []
    unread_lines: list[tuple[int, str]] = []
    for index, line in enumerate(lines):
        cells = line.split("\t", 2)
        if len(cells) == 3 and _TSV_TIME.match(cells[0].strip()) and _TSV_TIME.match(cells[1].strip()):
            start, end = _in_milliseconds(cells[0].strip()), _in_milliseconds(cells[1].strip())
            marks.append(marked(index, "time", f"{cells[0]} {cells[1]}"))
            cues.append(Cue("", start, max(start, end), (cells[2],), (index,), index))
        elif line.strip() == TSV_HEADER:
            marks.append(marked(index, "metadata", line))
        elif line.strip():
            unread_lines.append((index + 1, line))
    return read_cues(lines, CueFile(tuple(cues), tuple(marks), tuple(unread_lines)), choices)


def _in_milliseconds(text: str) -> int:
    return min(round(float(text) * 1000) if "." in text else int(text), LATEST_MS)
