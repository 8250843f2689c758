"""Documents with turns below a header of name and time: all generations of Teams' files, Word's Transcribe."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from needsseg.transcripts.choices import NO_CHOICES, ReadingChoices
from needsseg.transcripts.documents.marks import CELL, plain
from needsseg.transcripts.lines.around import kind_of_line_above
from needsseg.transcripts.lines.labels import like_a_name
from needsseg.transcripts.spoken import HEADED, Mark, Reading, Spoken, marked, merged
from needsseg.transcripts.subtitles.cues import milliseconds

_CLOCK = r"\d{1,3}(?::\d{1,2}){1,2}(?:[.,]\d{1,7})?"
_NAME = r"(?P<name>\S(?:.{0,61}\S)?)"
_RANGE = rf"(?P<start>{_CLOCK})\s*(?:-->|–|—)\s*(?P<end>{_CLOCK})"
_PARTS = re.compile(r"^(?:(\d{1,3}):)?(\d{1,3}):(\d{1,2})(?:[.,](\d{1,7}))?$")

NOTICE = re.compile(
    r"^\s*(?:.{1,80}?\s+)?(?:started|stopped|paused|resumed) (?:the )?(?:transcription|transcript|recording)\.?\s*$",
    re.IGNORECASE,
)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".replace(" ", "|")
_ABOUT = re.compile(
    rf"^(?:(?:\w+, )?(?:{_MONTHS})\w* \d{{1,2}}, \d{{4}}(?:,? +\d{{1,2}}:\d\d ?(?:[ap]m)?)?"  # January 5, 2026, 10:00AM
    r"|(?:\w+,? )?\d{1,2}\.? \w+,? \d{4}(?:,? +\d{1,2}:\d\d)?"  # 5 January 2026, 10:00
    r"|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}(?:,? +\d{1,2}:\d\d(?::\d\d)? ?(?:[ap]m)?)?"
    r"|(?=\d)(?:\d+ ?h)?\s*(?:\d+ ?m(?:in)?)?\s*(?:\d+ ?s)?"  # 58m 12s
    r"|(?:meeting )?transcript(?:ion)?|audio file|audiodatei|fichier audio|archivo de audio"
    r"|.{1,120}\.(?:mp3|mp4|m4a|wav|webm|ogg|aac|mov|wma)"
    r")$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Header:
    """One form of the line above a turn's words.

    ``pattern`` has groups ``start`` and optionally ``end`` and ``name``; without ``name`` the name is in the line below.
    A layout needs at least ``fewest`` such lines. ``first`` means that the header begins a paragraph, ``above`` that the
    words are in the same paragraph, ``named`` that only text in the form of a name counts.
    """

    about: str
    pattern: re.Pattern[str]
    fewest: int = 1
    first: bool = False
    above: bool = False
    named: bool = False


HEADERS: tuple[Header, ...] = (
    Header("Ada Novak   0:04", re.compile(rf"^{_NAME}(?:\s{{2,}}|\t\s*)(?P<start>{_CLOCK})$")),
    Header("Ada Novak 0:00:04.100 --> 0:00:06.500", re.compile(rf"^{_NAME}\s+{_RANGE}$")),
    Header("0:00:04.100 --> 0:00:06.500 Ada Novak", re.compile(rf"^{_RANGE}\s+{_NAME}$"), named=True),
    Header("0:00:04.100 --> 0:00:06.500", re.compile(rf"^{_RANGE}$")),
    Header(
        "00:00:04 Ada Novak",
        re.compile(rf"^(?P<start>\d{{1,3}}:\d\d:\d\d)\s+{_NAME}$"),
        fewest=2,
        first=True,
        named=True,
    ),
    Header(
        "Ada Novak 0:04", re.compile(rf"^{_NAME} (?P<start>{_CLOCK})$"), fewest=2, first=True, above=True, named=True
    ),
)


@dataclass(frozen=True, slots=True)
class _Line:
    paragraph: int
    text: str
    first: bool
    last: bool
    heading: bool


def header_of(paragraphs: Sequence[str]) -> Header | None:
    """Return the form of the paragraphs' headers, or None unless most words are below such headers."""
    lines = list(_lines(paragraphs))
    words = sum(len(line.text.split()) for line in lines)
    scored_headers: list[tuple[int, Header]] = []
    for header in HEADERS:
        header_lines = [index for index in range(len(lines)) if _matches(header, lines, index)]
        names = Counter(
            match.groupdict().get("name")
            for index in header_lines
            if (match := header.pattern.match(lines[index].text))
        )
        # A time before a sentence is not a header: names recur, sentences do not.
        if len(header_lines) < header.fewest or (
            header.named and len(header_lines) > 3 and len(names) * 2 > len(header_lines)
        ):
            continue
        words_below = sum(len(line.text.split()) for line in lines[header_lines[0] + 1 :])
        if words_below * 2 > words:
            scored_headers.append((len(header_lines), header))
    return max(scored_headers, key=lambda scored: scored[0])[1] if scored_headers else None


def read_below_headers(
    paragraphs: Sequence[str], choices: ReadingChoices = NO_CHOICES, wrapped: bool = False
) -> Reading:
    """Return the turns below headers; the lines above the first are about the meeting, and notices are dropped.

    A paragraph is a piece of the source; within a turn a line feed separates paragraphs, unless they are ``wrapped`` lines.
    """
    header = header_of(paragraphs) or HEADERS[0]
    state = _State(header, choices, wrapped)
    lines = list(_lines(paragraphs))
    matches = (match for line in lines if (match := header.pattern.match(line.text)))
    state.names = frozenset(match.groupdict().get("name") or "" for match in matches) - {""}
    index = 0
    while index < len(lines):
        index += state.take(lines, index)
    source = tuple(map(plain, paragraphs))
    return Reading(merged(state.pieces, by_paragraph=True), (), tuple(state.marks), source, "paragraph")


class _State:
    """The turns read so far, and the marks of their words."""

    def __init__(self, header: Header, choices: ReadingChoices, wrapped: bool) -> None:
        self.header = header
        self.wrapped = wrapped
        self.choices = choices
        self.pieces: list[Spoken] = []
        self.marks: list[Mark] = []
        self._paragraph = -1
        self._above = True
        self._title = True
        self._section = False
        self.names: frozenset[str] = frozenset()

    def take(self, lines: Sequence[_Line], index: int) -> int:
        """Read the line at ``index`` and return the number of lines consumed."""
        line = lines[index]
        if not line.text:
            return 1
        if NOTICE.match(line.text):
            self.marks.append(marked(line.paragraph, "metadata", line.text))
        elif _matches(self.header, lines, index):
            return self._begin(lines, index)
        elif line.heading:
            self.marks.append(marked(line.paragraph, "heading", line.text))
        elif self._above and not self.choices.unlabelled:
            self._take_above(line)
        else:
            self._go_on(line)
        return 1

    def _begin(self, lines: Sequence[_Line], index: int) -> int:
        line, line_count = lines[index], 1
        match = self.header.pattern.match(line.text)
        groups = match.groupdict() if match else {}
        name = groups.get("name") or ""
        self.marks.append(Mark(line.paragraph, "time", len(line.text.split()) - len(name.split())))
        paragraph = line.paragraph
        if "name" not in groups and _is_name_below(self.header, lines, index):
            name, paragraph, line_count = lines[index + 1].text, lines[index + 1].paragraph, 2
        name = name.rstrip(":：")
        is_speaker = name not in self.choices.not_speakers
        self.marks.append(marked(paragraph, "label" if is_speaker else "heading", name))
        speaker = name if is_speaker else self.pieces[-1].speaker if self.pieces else self.choices.unlabelled
        start, end = clock(groups.get("start")), clock(groups.get("end"))
        self.pieces.append(Spoken(speaker, "", start, end, line.paragraph + 1))
        self._paragraph, self._above = -1, False
        return line_count

    def _take_above(self, line: _Line) -> None:
        """Read a line above the first turn: facts about the meeting, or, once, its title."""
        about = _ABOUT.match(line.text) is not None
        kind = "metadata" if about else "heading" if self._title else kind_of_line_above(line.text, self.names)
        if kind == "section":
            self._section = True
            kind = "heading"
        elif not kind:
            kind = "metadata" if self._section else "unread"
        self.marks.append(marked(line.paragraph, kind, line.text))
        self._title = self._title and about

    def _go_on(self, line: _Line) -> None:
        if not self.pieces:
            self.pieces.append(Spoken(self.choices.unlabelled, "", None, None, line.paragraph + 1))
        last = self.pieces[-1]
        glue = "" if not last.words else " " if self.wrapped or line.paragraph == self._paragraph else "\n"
        self.pieces[-1] = replace(last, words=f"{last.words}{glue}{line.text}")
        self.marks.append(marked(line.paragraph, "speech", line.text))
        self._paragraph = line.paragraph


def clock(text: str | None) -> int | None:
    """Return a clock time (``0:04``, ``00:00:04.100``) in milliseconds; None where there is none."""
    match = _PARTS.match(text or "")
    return milliseconds(match[1], match[2], match[3], match[4]) if match else None


def _lines(paragraphs: Sequence[str]) -> Iterator[_Line]:
    for number, paragraph in enumerate(paragraphs):
        heading = paragraph.startswith(HEADED)
        parts = [plain(line).strip() for line in paragraph.replace("\v", "\n").split("\n")]
        non_empty = [line for line in parts if line]
        for position, text in enumerate(non_empty):
            yield _Line(number, text, position == 0, position == len(non_empty) - 1, heading and CELL not in paragraph)


def _matches(header: Header, lines: Sequence[_Line], index: int) -> bool:
    line = lines[index]
    if (header.first and not line.first) or (header.above and line.last):
        return False
    match = header.pattern.match(line.text)
    if match is None:
        return False
    name = match.groupdict().get("name") or ""
    if name and ("-->" in name or ": " in name or _PARTS.match(name.split()[-1])):
        return False
    return like_a_name(name) or not header.named


def _is_name_below(header: Header, lines: Sequence[_Line], index: int) -> bool:
    """Return whether the line below a time is a name: it has the form of one, and words follow before the next time."""
    if index + 2 >= len(lines) or _matches(header, lines, index + 1) or _matches(header, lines, index + 2):
        return False
    name = lines[index + 1].text.rstrip(":：")
    return like_a_name(name) or (len(name.split()) <= 4 and not re.search(r"[.!?…]$", name))
