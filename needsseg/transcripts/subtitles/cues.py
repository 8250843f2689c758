"""Cues: timed blocks as WebVTT, SRT and Whisper's text output write them, cut out of a file's lines."""

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
"""No talk lasts 1,000 hours: a time beyond is a slip, and would not fit where times are stored."""

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

    ``numbers`` are the source lines (from 0) that the lines stand in, ``at`` that of the timing line, ``ident_at`` that of
    the id (-1 without one). ``section`` counts files that were put together to one.
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
    """Cues in file order, marks of all lines that are no part of one, lines not understood (number, text), and doubts."""

    cues: tuple[Cue, ...]
    marks: tuple[Mark, ...] = ()
    unread: tuple[tuple[int, str], ...] = ()
    warnings: tuple[str, ...] = ()
    title: str = ""


def milliseconds(hours: str | None, minutes: str, seconds: str, fraction: str | None) -> int:
    """A time stamp's parts as milliseconds, at most LATEST_MS; the fraction may have any number of digits."""
    # Longer numbers than these are past any bound, and Python refuses to read thousands of digits.
    hour, minute, second = (int(part) if len(part) < 16 else LATEST_MS for part in (hours or "0", minutes, seconds))
    whole_ms = (hour * 3600 + minute * 60 + second) * 1000
    return min(whole_ms + int(((fraction or "0") + "00")[:3]), LATEST_MS)


def is_timing(line: str) -> bool:
    """Whether a line is the timing line of a cue, however its times and its arrow are written."""
    return timing_of(line) is not None


def timing_of(line: str) -> tuple[str, str, bool, str] | None:
    """Start, end, whether brackets stand around them, and what follows on the line; None where it is no timing line."""
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
    """Cues in file order, and the lines (number, text) before the first cue that are no part of one."""
    file = cue_file(lines)
    return list(file.cues), list(file.unread)


def cue_file(lines: Sequence[str]) -> CueFile:
    """The cues of a file, and what all its other lines are.

    A blank line inside a cue does not end it: what follows belongs to the cue unless a timing line follows at once
    (then it is the next cue's id).
    """
    return _Parser(lines).parse()


@dataclass(slots=True)
class _Parser:
    """One pass over a file's lines; ``block`` is the kind of the block that a line stands in, until a blank line."""

    lines: Sequence[str]
    timings: list[tuple[str, str, bool, str] | None] = field(default_factory=list)
    cues: list[Cue] = field(default_factory=list)
    payloads: list[list[tuple[int, str]]] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    unread: list[tuple[int, str]] = field(default_factory=list)
    absurd: list[int] = field(default_factory=list)
    ident: tuple[str, int] = ("", -1)
    block: str = ""
    after_blank: bool = True
    section: int = 0
    numbered: bool = False
    began: bool = False
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
            self.absurd.append(index + 1)
            start = before if start >= LATEST_MS else start
            end = start if end >= LATEST_MS else end
        if self.ident[0] == "1":
            # A second cue 1 begins another file that was put behind the first.
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
        """Whether a line is the id of the cue whose timing line follows: at once, or for running numbers after blanks."""
        text = self.lines[index].strip()
        if self.timings[index + 1]:
            if _ID_SHAPED.match(text):
                return True
            # A blank line between timing line and words, none behind the words: what looks like an id is speech.
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
        self.after_blank, self.began = False, True

    def _is_title(self, index: int, line: str) -> bool:
        """Whether a line before the first cue is the file's title: a heading, or short, first and by itself."""
        if line.startswith("#"):
            return True
        stands_alone = not self.began and not self.lines[index + 1].strip()
        return stands_alone and len(line.split()) <= _LONGEST_TITLE and not line.rstrip().endswith((".", "?", "!", ","))

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
        if not self.absurd:
            return ()
        count = format_count(len(self.absurd), "cue has", "cues have")
        return (
            f"{count} a time beyond {LATEST_MS // 3_600_000:,} hours, first in line {self.absurd[0]}; "
            "the end of the cue before stands in its place.",
        )


def _of_stamp(text: str) -> int:
    """A stamp of a timing line as milliseconds; one before the recording's start is its start."""
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
    """Labels that name speakers in cues, in whichever form; none where fewer than one cue in twenty carries one."""
    speakers = {cue_object.speaker for cue in cues for cue_object in objects_in(cue.lines) or ()} - {""}
    if speakers:
        return frozenset(speakers)
    texts = [
        [part.text for line_index, line in enumerate(cue.lines) for part in segments_of(line_index, line)]
        for cue in cues
    ]
    return find_naming(texts, [cue.ident for cue in cues]).names


def in_time(cues: Sequence[Cue]) -> list[Cue]:
    """Cues by start; cues with the same start keep their order in the file."""
    return sorted(cues, key=lambda cue: (cue.section, cue.start_ms))


def overlap_warning(pieces: Sequence[Spoken]) -> tuple[str, ...]:
    """A warning that counts pieces which begin before another speaker's piece has ended."""
    count = 0
    latest: Spoken | None = None
    for piece in pieces:
        if piece.start_ms is None or piece.end_ms is None:
            continue
        if latest and latest.end_ms is not None and piece.start_ms < latest.end_ms and piece.speaker != latest.speaker:
            # Two speakers in one cue share its times; that is no overlap.
            count += (piece.start_ms, piece.end_ms) != (latest.start_ms, latest.end_ms)
        if latest is None or latest.end_ms is None or piece.end_ms >= latest.end_ms:
            latest = piece
    if not count:
        return ()
    turns = format_count(count, "turn begins", "turns begin")
    return (f"{turns} before the speaker before has finished; turns stand in the order they began.",)
