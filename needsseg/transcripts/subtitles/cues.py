"""Cues: the timed blocks of WebVTT, SRT and Whisper's text output, parsed from a file's lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from needsseg.text import format_count
from needsseg.transcripts.lines.labels import is_metadata
from needsseg.transcripts.spoken import Mark, Spoken, marked
from needsseg.transcripts.subtitles.json_cues import objects_in
from needsseg.transcripts.subtitles.labels import find_naming
from needsseg.transcripts.subtitles.text import segments_of

LATEST_MS = 1000 * 3_600_000
"""Limit of 1,000 hours: a later time is an error in the file, and might not fit the database column."""

_STAMP = r"-?\d+\s?:\s?\d+(?:\s?:\s?\d{1,2}(?!\d))?(?:\s?[.,:;]\s?\d+)?"
_SECONDS = r"\d+(?:[.,]\d+)?\s?s?"
_ARROW = r"\s{0,8}(?:-\s?-?\s?>|[–—]\s?>|→|={1,2}>|-{1,2}&gt;)\s{0,8}"
TIMING = re.compile(
    rf"^\s*(?:\d{{1,7}}[.)]?\s{{1,8}})?(?:"
    rf"(?P<open>[\[(]\s{{0,8}})?(?P<start>{_STAMP}){_ARROW}(?P<end>{_STAMP})(?:\s?[\])])?"
    rf"|(?P<open_s>\[)\s{{0,8}}(?P<start_s>{_SECONDS}){_ARROW}(?P<end_s>{_SECONDS})\s?\]"
    rf")(?P<rest>.*)$"
)
_SBV = re.compile(r"^(\d+:\d{2}:\d{2}\.\d{3}),(\d+:\d{2}:\d{2}\.\d{3})\s*$")
_SETTINGS = re.compile(r"^\s*(?:(?:align|position|line|size|vertical|region|[XxYy][12])\s*:\s*\S+\s*)+")
_BLOCK = re.compile(r"^(?:(NOTE|STYLE|REGION)(?=\s|$)|(WEBVTT)(?=\W|$))")
_BLOCK_KINDS = {"NOTE": "note", "STYLE": "markup", "REGION": "markup", "WEBVTT": "metadata"}
_ID_SHAPED = re.compile(
    r"^(?:\d+|[0-9a-fA-F]{8}-[0-9a-fA-F-]{13,}(?:/[\d-]+)?|[0-9a-fA-F]{16,}|\d+\s+\"[^\"]*\"\s*(?:\([^()]*\))?"
    r"|(?:cue|id|seg|segment|caption|subtitle)[\s_#-]*\d+)$",
    re.IGNORECASE,
)
_FIELD = re.compile(r"^\s*([A-Za-z][\w -]{0,40}?)\s*[:=]\s*\S")
_TITLE = re.compile(r"^WEBVTT\s+[-–]\s*(\S.{0,79})$")
_LONGEST_TITLE = 12
_NO_TITLE = re.compile(r"generated|created by|transcribed|exported|powered by|https?:|www\.", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cue:
    """One timed block: its id, times in milliseconds and raw lines.

    ``numbers`` are the source lines (from 0) of the raw lines, ``at`` that of the timing line, ``ident_at`` that of the id
    (-1 without one). ``section`` counts files that were concatenated.
    """

    ident: str
    start_ms: int
    end_ms: int
    lines: tuple[str, ...]
    numbers: tuple[int, ...] = ()
    at: int = 0
    ident_at: int = -1
    section: int = 0


@dataclass(frozen=True, slots=True)
class CueFile:
    """Cues in file order, marks of lines outside cues, unread lines (number, text), and warnings."""

    cues: tuple[Cue, ...]
    marks: tuple[Mark, ...] = ()
    unread: tuple[tuple[int, str], ...] = ()
    warnings: tuple[str, ...] = ()
    title: str = ""


def milliseconds(hours: str | None, minutes: str, seconds: str, fraction: str | None) -> int:
    """Return a time stamp in milliseconds, at most LATEST_MS; the fraction may have any number of digits."""
    # Longer numbers exceed the limit anyway, and Python refuses to parse thousands of digits.
    hour, minute, second = (int(part) if len(part) < 16 else LATEST_MS for part in (hours or "0", minutes, seconds))
    whole_ms = (hour * 3600 + minute * 60 + second) * 1000
    return min(whole_ms + int(((fraction or "0") + "00")[:3]), LATEST_MS)


def is_timing(line: str) -> bool:
    """Return whether a line is the timing line of a cue, in any notation of times and arrow."""
    return timing_of(line) is not None


def timing_of(line: str) -> tuple[str, str, bool, str] | None:
    """Return start, end, whether they are in brackets, and the rest of the line; None where it is not a timing line."""
    if ">" not in line and "→" not in line and "&gt;" not in line:
        match = _SBV.match(line) if "," in line else None
        return (match.group(1), match.group(2), False, "") if match else None
    match = TIMING.match(line)
    if not match:
        return None
    bracket = bool(match.group("open") or match.group("open_s"))
    start, end = match.group("start") or match.group("start_s"), match.group("end") or match.group("end_s")
    return start, end, bracket, match.group("rest")


def cues_in(lines: Sequence[str]) -> tuple[list[Cue], list[tuple[int, str]]]:
    """Return the cues in file order, and unread lines (number, text) before the first cue."""
    file = cue_file(lines)
    return list(file.cues), list(file.unread)


def cue_file(lines: Sequence[str]) -> CueFile:
    """Return the cues of a file, and marks of all other lines.

    A blank line inside a cue does not end it: the next line belongs to the cue unless a timing line follows directly
    (then it is the next cue's id).
    """
    return _Parser(lines).parse()


@dataclass(slots=True)
class _Parser:
    """Parses a file's lines in one pass; ``block`` is the kind of the current block, up to a blank line."""

    lines: Sequence[str]
    timings: list[tuple[str, str, bool, str] | None] = field(default_factory=list)
    cues: list[Cue] = field(default_factory=list)
    payloads: list[list[tuple[int, str]]] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    unread: list[tuple[int, str]] = field(default_factory=list)
    beyond_limit: list[int] = field(default_factory=list)
    ident: tuple[str, int] = ("", -1)
    block: str = ""
    after_blank: bool = True
    section: int = 0
    numbered: bool = False
    has_begun: bool = False
    title: str = ""

    def parse(self) -> CueFile:
        self.timings = [timing_of(line) for line in self.lines]
        self.timings.append(None)
        self.lines = [*self.lines, ""]
        for index, line in enumerate(self.lines):
            if timing := self.timings[index]:
                self._begin_cue(index, timing)
            elif not line.strip():
                self.after_blank, self.block = True, ""
            elif self._is_ident(index):
                self.ident, self.block = (line.strip(), index), ""
            else:
                self._other_line(index, line)
        cues = (
            replace(cue, lines=tuple(text for _, text in payload), numbers=tuple(number for number, _ in payload))
            for cue, payload in zip(self.cues, self.payloads, strict=True)
        )
        return CueFile(tuple(cues), tuple(self.marks), tuple(self.unread), self._warnings(), self.title)

    def _begin_cue(self, index: int, timing: tuple[str, str, bool, str]) -> None:
        start_text, end_text, bracket, text_after = timing
        before = self.cues[-1].end_ms if self.cues else 0
        start, end = _of_stamp(start_text), _of_stamp(end_text)
        if start >= LATEST_MS or end >= LATEST_MS:
            self.beyond_limit.append(index + 1)
            start = before if start >= LATEST_MS else start
            end = start if end >= LATEST_MS else end
        if self.ident[0] == "1":
            # A second cue 1 begins another, concatenated file.
            self.section += self.numbered
            self.numbered = True
        line = self.lines[index]
        settings = None if bracket else _SETTINGS.match(text_after)
        words = text_after[settings.end() :] if settings else text_after
        self.marks.append(marked(index, "time", line[: len(line) - len(text_after)]))
        if settings:
            self.marks.append(marked(index, "markup", settings.group()))
        self.payloads.append([(index, words)] if words.strip() else [])
        self.cues.append(Cue(self.ident[0], start, max(start, end), (), (), index, self.ident[1], self.section))
        self.ident, self.after_blank, self.block = ("", -1), False, ""

    def _is_ident(self, index: int) -> bool:
        """Return whether a line is the id of the next cue: its timing line follows directly, or after blanks for numbers."""
        text = self.lines[index].strip()
        if self.timings[index + 1]:
            if _ID_SHAPED.match(text):
                return True
            # Where a blank line follows each timing line instead of the words, the apparent id is speech.
            spaced = bool(self.cues) and not self.payloads[-1] and not any(cue.ident for cue in self.cues)
            return self.after_blank and not spaced
        if not (self.after_blank and text.isdecimal() and len(text) < 8):
            return False
        following = next(
            (
                line_index
                for line_index in range(index + 1, min(index + 4, len(self.lines)))
                if self.lines[line_index].strip()
            ),
            None,
        )
        if following is None or not self.timings[following]:
            return False
        last = self.cues[-1].ident if self.cues else ""
        return int(text) == int(last) + 1 if last.isdecimal() and len(last) < 8 else not self.cues and int(text) < 2

    def _other_line(self, index: int, line: str) -> None:
        start = _BLOCK.match(line.lstrip("\ufeff")) if self.after_blank else None
        if start and not self.block:
            self.block = _BLOCK_KINDS[start.group(1) or "WEBVTT"]
            if start.group(2):
                self._header(index, line)
                return
        if self.block:
            self.marks.append(marked(index, self.block, line))
        elif self.cues:
            self.payloads[-1].append((index, line))
        elif (match := _FIELD.match(line)) and (
            is_metadata(match.group(1)) or match.group(1).startswith(("Kind", "X-"))
        ):
            self.marks.append(marked(index, "metadata", line))
        elif self._is_title(index, line):
            self.title = self.title or line.strip().lstrip("# ")
            self.marks.append(marked(index, "heading", line))
        else:
            self.unread.append((index + 1, line))
        self.after_blank, self.has_begun = False, True

    def _is_title(self, index: int, line: str) -> bool:
        """Return whether a line before the first cue is the file's title: a heading, or a short, separate first line."""
        if line.startswith("#"):
            return True
        is_separate = not self.has_begun and not self.lines[index + 1].strip()
        return is_separate and len(line.split()) <= _LONGEST_TITLE and not line.rstrip().endswith((".", "?", "!", ","))

    def _header(self, index: int, line: str) -> None:
        self.after_blank = False
        if self.cues:
            self.section, self.numbered = self.section + 1, False
        match = _TITLE.match(line.lstrip("\ufeff").rstrip())
        title = match.group(1) if match and not _NO_TITLE.search(match.group(1)) and ":" not in match.group(1) else ""
        self.title = self.title or title
        self.marks.append(marked(index, "heading", title))
        self.marks.append(Mark(index, "markup", len(line.split()) - len(title.split())))

    def _warnings(self) -> tuple[str, ...]:
        if not self.beyond_limit:
            return ()
        count = format_count(len(self.beyond_limit), "cue has", "cues have")
        return (
            f"{count} a time beyond {LATEST_MS // 3_600_000:,} hours, first in line {self.beyond_limit[0]}; "
            "it was replaced by the end of the cue before.",
        )


def _of_stamp(text: str) -> int:
    """Return a stamp of a timing line in milliseconds; negative stamps are 0."""
    text = "".join(text.split()).rstrip("s")
    if text.startswith("-"):
        return 0
    parts = re.split(r"[:;]", text.replace(",", "."))
    if len(parts) == 1:
        whole_seconds, _, fraction = parts[0].partition(".")
        return milliseconds(None, "0", whole_seconds, fraction)
    if len(parts) == 4 or (len(parts) == 3 and len(parts[2].partition(".")[0]) > 2):
        parts[-2:] = [f"{parts[-2]}.{parts[-1]}"]
    last, _, fraction = parts[-1].partition(".")
    hours = parts[-3] if len(parts) > 2 else None
    return milliseconds(hours, parts[-2], last or "0", fraction)


def labels_in(cues: Sequence[Cue]) -> frozenset[str]:
    """Return labels that name speakers in cues, in any form; none where fewer than one cue in twenty has one."""
    speakers = {cue_object.speaker for cue in cues for cue_object in objects_in(cue.lines) or ()} - {""}
    if speakers:
        return frozenset(speakers)
    texts = [
        [part.text for line_index, line in enumerate(cue.lines) for part in segments_of(line_index, line)]
        for cue in cues
    ]
    return find_naming(texts, [cue.ident for cue in cues]).names


def in_time(cues: Sequence[Cue]) -> list[Cue]:
    """Return the cues sorted by start; cues with the same start keep their file order."""
    return sorted(cues, key=lambda cue: (cue.section, cue.start_ms))


def overlap_warning(pieces: Sequence[Spoken]) -> tuple[str, ...]:
    """Return a warning with the number of pieces that begin before another speaker's piece has ended."""
    count = 0
    latest: Spoken | None = None
    for piece in pieces:
        if piece.start_ms is None or piece.end_ms is None:
            continue
        if latest and latest.end_ms is not None and piece.start_ms < latest.end_ms and piece.speaker != latest.speaker:
            # Two speakers in one cue share its times, which is not an overlap.
            count += (piece.start_ms, piece.end_ms) != (latest.start_ms, latest.end_ms)
        if latest is None or latest.end_ms is None or piece.end_ms >= latest.end_ms:
            latest = piece
    if not count:
        return ()
    turns = format_count(count, "turn begins", "turns begin")
    return (f"{turns} before the previous speaker has finished; turns are in order of their start.",)
