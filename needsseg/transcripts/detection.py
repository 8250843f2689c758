"""Detect the layout of a transcript, by content first and by file suffix second."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from needsseg.transcripts.contents import Contents, contents_of
from needsseg.transcripts.documents.layouts import word_format
from needsseg.transcripts.json.rows import looks_json
from needsseg.transcripts.lines.chat import looks_like_chat
from needsseg.transcripts.lines.reading import layout_of
from needsseg.transcripts.lines.text import REV_LINE
from needsseg.transcripts.lines.timed import LRC_LINE, TSV_HEADER
from needsseg.transcripts.subtitles.cues import cues_in, in_time, is_timing, labels_in
from needsseg.transcripts.subtitles.text import VOICE
from needsseg.transcripts.tables.rows import looks_delimited

_MARKDOWN = re.compile(
    r"^\s{0,3}#{1,6}\s+\S|^\s*(?:[-*+]\s+)?\*{1,3}[^*\s][^*]{0,80}\*{1,3}\s*(?:[:\[(\\]|$)|^\s*\*{2,3}[^*]{1,80}:\*{2,3}|^>\s"
    r"|^\*{2,3}[^*\s][^*]{0,62}\*{2,3}\s+\S"
    r"|^\s*(?:[-*+]\s+)?\[[^\]]+\]\([^)]+\)\s*$"
)
_SRT_TIME = re.compile(r"^\s*\d+:\d{1,2}:\d{1,2},\d{1,3}\s*-->")


def detect(path: str | Path) -> str:
    """Return the name of a file's layout, one of FORMATS.

    Raises TranscriptError where the file cannot be opened or is neither text nor a word processor's document.
    """
    return format_of(contents_of(Path(path)), Path(path).suffix)


def format_of(contents: Contents, suffix: str) -> str:
    """Return the layout of contents that are already read; the suffix decides only where the content does not."""
    if contents.kind != "text":
        return contents.kind if contents.kind != "docx" else word_format(contents.lines)
    lines = contents.lines
    non_blank = [line for line in lines if line.strip()]
    if non_blank and non_blank[0].lstrip().startswith("WEBVTT"):
        return _kind_of_vtt(lines)
    timings = sum(map(is_timing, non_blank))
    if timings and timings * 8 >= len(non_blank):
        return "srt" if any(_SRT_TIME.match(line) for line in non_blank) else _timed(lines, non_blank)
    if non_blank and non_blank[0].strip() == TSV_HEADER:
        return "tsv"
    if table := _table(lines, suffix):
        return table
    if sum(bool(LRC_LINE.match(line.strip())) for line in non_blank) * 2 > len(non_blank):
        return "lrc"
    return _prose(lines, non_blank, suffix)


def _table(lines: Sequence[str], suffix: str) -> str:
    """``csv``, ``jsonl`` or ``json``; the suffix decides only where the content shows neither a table nor a dialogue."""
    if json := looks_json(lines):
        return json
    suffix = suffix.casefold()
    if suffix in {".jsonl", ".ndjson", ".json", ".dote", ".otr"}:
        return "jsonl" if suffix in {".jsonl", ".ndjson"} else "json"
    return "csv" if suffix in {".csv", ".tsv"} or looks_delimited(lines) else ""


def _kind_of_vtt(lines: Sequence[str]) -> str:
    cues, _ = cues_in(lines)
    if any(VOICE.search(line) for cue in cues for line in cue.lines):
        return "teams-vtt"
    return "zoom-vtt" if labels_in(in_time(cues)) else "vtt"


def _timed(lines: Sequence[str], non_blank: Sequence[str]) -> str:
    if any(VOICE.search(line) for line in non_blank):
        return "teams-vtt"
    # A WebVTT file from Zoom that lost its first line still has numeric ids above the timing lines.
    cues, _ = cues_in(lines)
    numbered = sum(cue.ident.isdigit() for cue in cues)
    return "zoom-vtt" if numbered * 2 > len(cues) and labels_in(in_time(cues)) else "timed-text"


def _prose(lines: Sequence[str], non_blank: Sequence[str], suffix: str) -> str:
    if looks_like_chat(lines):
        return "chat"
    if layout := layout_of(lines):
        return layout
    if sum(bool(REV_LINE.match(line)) for line in non_blank) * 3 >= len(non_blank) > 0:
        return "rev"
    if any(_MARKDOWN.match(line) for line in non_blank) or suffix.casefold() in {".md", ".markdown"}:
        return "markdown"
    return (
        "markdown" if non_blank and non_blank[0].strip() == "---" and "---" in map(str.strip, non_blank[1:]) else "text"
    )
