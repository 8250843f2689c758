"""Find the header lines of a transcript and recognise their layout."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from needsseg.transcripts.lines.labels import is_metadata, like_a_name, perhaps_a_name
from needsseg.transcripts.lines.layouts import CLOCK, LINE_LAYOUTS, SPOKEN, LineLayout, patterns
from needsseg.transcripts.spoken import HEADED, one_line

SAMPLE = 3_000
"""The number of lines that decide on the layout, whose headers are then searched in all lines."""
LONGEST_HEADER = 160
_DECORATION = re.compile(rf"^\s*(?:>\s?)*(?:{HEADED}|#{{1,6}}\s+|[-*+•]\s+(?=[*_\[\w]))?")
_TIME_IN = re.compile(r"\d:\d\d|\d[.,]\d|\d ?s\b|\d (?:sec|Sek|seg)", re.IGNORECASE)
_CLOCK_PARTS = re.compile(r"^(?:(\d+):)?(\d+):(\d+)(?:[.,](\d{1,3})|[:;]\d{1,3})?\s?(?:([AaPp])\.?[Mm]\.?)?$")
_SPOKEN_PARTS = re.compile(r"(\d+)(?: ([^\W\d_]+))?")
_PHONE = re.compile(r"^\+?[\d*][\d*\s().-]{6,}$")
_NUMBER_SIGN = re.compile(r"^#\d{1,4}$")
_DATED = re.compile(r"^\W*\d{1,4}[./-]\d{1,2}[./-]\d{2,4}\W*$|^\d{4}年\d{1,2}月\d{1,2}日")
_NAMED_DATE = re.compile(
    r"^(?:[^\W\d]+\.?,?\s+)?(?:\d{1,2}(?:st|nd|rd|th|\.)?\s+(?:de\s+)?)?"
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|januar|februar|märz|mai|juni|juli|okt|dez|enero|abr|ago|dic|"
    r"janv|févr|mars|avr|juin|juil|août|déc|gen|mag|giu|lug|set|ott)[^\W\d]*\.?(?:\s+(?:de\s+)?\d{1,2}(?:st|nd|rd|th)?)?,?"
    r"(?:\s+(?:de\s+)?\d{4})?$",
    re.IGNORECASE,
)
_NUMBER_OF = re.compile(r"^\d+ (?:min|sec|hour|Stund|Sek|heure|hora|seg|ore)", re.IGNORECASE)
_CLOSE = 0.8
_IN_ORDER = 0.7
_STRICT_SHARE = 0.5
_MOST_DISTINCT = 0.75
LONGEST_NAME_WORDS = 7
MANY_SPEAKERS = 8
"""More names than these, most of which do not recur, are headings of chapters or parts, not speakers."""


@dataclass(frozen=True, slots=True)
class Header:
    """The start of a turn: label, words on the same line ("" where they are below), times in milliseconds.

    ``lines`` is the number of lines of the header; ``time`` is the time as written, whose words are counted as time.
    """

    label: str
    words: str
    start_ms: int | None = None
    end_ms: int | None = None
    lines: int = 1
    time: str = ""


@dataclass(frozen=True, slots=True)
class LayoutHeaders:
    """A layout and its headers in a text, by line index."""

    layout: LineLayout
    headers: dict[int, Header]


class _Text:
    """Lines that are searched for headers; caches properties that all templates need."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines

    @cached_property
    def bare(self) -> list[str]:
        """The lines without leading signs of quotes, lists and headings."""
        return [_DECORATION.sub("", line) for line in self.lines]

    @cached_property
    def filled(self) -> list[int]:
        """The indices of non-empty lines."""
        return [index for index, line in enumerate(self.lines) if line]

    @cached_property
    def timed(self) -> list[int]:
        """The indices of lines that may hold a time."""
        return [index for index in self.filled if _TIME_IN.search(self.lines[index])]

    @cached_property
    def in_capitals(self) -> bool:
        """Whether the text is all in capitals, as some captions are."""
        letters = "".join(self.lines[:SAMPLE])
        return sum(map(str.isupper, letters)) > sum(map(str.islower, letters))


def clock_ms(text: str) -> int | None:
    """Return a written time in milliseconds: ``1:02:03.5``, ``00:00:03:20`` (without the frames), ``7.5 sec``, ``1 minute``."""
    if match := _CLOCK_PARTS.match(text):
        hours, minutes, seconds, fraction, half = match.groups()
        if half and hours is None:
            hours, minutes, seconds = minutes, seconds, "0"
        late = 12 if half and half in "Pp" and int(hours) < 12 else 0
        whole_seconds = (int(hours or 0) + late) * 3600 + int(minutes) * 60 + int(seconds)
        return whole_seconds * 1000 + int(((fraction or "0") + "00")[:3])
    try:
        return round(float(text.rstrip("sec ").replace(",", ".")) * 1000)
    except ValueError:
        parts = _SPOKEN_PARTS.findall(text)[:3] if " " in text else []
    if not parts:
        return None
    seconds_in_all = 0
    for number, unit in parts:
        # Numbers without units stand for minutes and seconds, or hours, minutes and seconds: ``1 12``.
        seconds_in_all = (
            seconds_in_all + int(number) * _unit_seconds(unit) if unit else seconds_in_all * 60 + int(number)
        )
    return seconds_in_all * 1000


def _unit_seconds(unit: str) -> int:
    """Return the seconds of a unit by its first letters, in the languages of ``SPOKEN``: hours, Stunden, ore; minutes."""
    folded = unit.casefold()
    return 3600 if folded.startswith(("h", "o", "stu")) else 60 if folded.startswith("m") else 1


def best_layout(lines: Sequence[str], rival: int = 0) -> LayoutHeaders | None:
    """Return the layout of a text's headers, or None where none fits or there are more ``rival`` headers of another kind.

    Of the layouts with nearly as many headers as the best, the first in the table is chosen, as it is the most specific.
    """
    sample = [line if len(line) <= 4 * LONGEST_HEADER else line[: 4 * LONGEST_HEADER] for line in lines[:SAMPLE]]
    text = _Text(sample)
    candidates = [
        LayoutHeaders(layout, headers) for layout in LINE_LAYOUTS if (headers := _headers_in(layout, text, text))
    ]
    candidates = [
        candidate for candidate in candidates if len(candidate.headers) > (rival if candidate.layout.strict else 0)
    ]
    most = max((len(candidate.headers) for candidate in candidates), default=0)
    if not most or most < _CLOSE * rival:
        return None
    layout = next(candidate.layout for candidate in candidates if len(candidate.headers) >= _CLOSE * max(most, rival))
    return LayoutHeaders(layout, headers_of(layout, lines))


def headers_of(layout: LineLayout, lines: Sequence[str]) -> dict[int, Header]:
    """Return a layout's header lines in a text, by index; empty where they are not headers of a dialogue.

    The first lines decide which of the layout's templates the text uses.
    """
    text = _Text(lines)
    return _headers_in(layout, text, _Text(lines[:SAMPLE]) if len(lines) > SAMPLE else text)


def _headers_in(layout: LineLayout, text: _Text, sample: _Text) -> dict[int, Header]:
    matches = {template: _matches(template, layout.above, sample) for template in layout.templates}
    best = max(matches, key=lambda template: len(_plausible(matches[template], layout, sample.lines)))
    headers = _plausible(matches[best] if sample is text else _matches(best, layout.above, text), layout, text.lines)
    # A file may mix forms: times get longer after an hour, and some names have a company.
    names = {header.label for header in headers.values()}
    for template, some in matches.items():
        if template != best and any(
            index not in headers and matched_header.label in names for index, matched_header in some.items()
        ):
            more = some if sample is text else _matches(template, layout.above, text)
            headers |= {
                index: matched_header
                for index, matched_header in more.items()
                if index not in headers and matched_header.label in names
            }
    return dict(sorted(headers.items()))


def _matches(template: str, above: bool, text: _Text) -> dict[int, Header]:
    first, *more = patterns(template, above)
    timed = re.search(r"\{(?:time|spoken|moment|secs)\}", template.split("\n")[0]) is not None
    headers: dict[int, Header] = {}
    if "{short}" in template and text.in_capitals:
        return headers  # in capitals, any short word looks like initials
    lines = text.lines
    for index in text.timed if timed else text.filled:
        if above and len(lines[index]) > LONGEST_HEADER:
            continue
        match = first.match(text.bare[index])
        if not match:
            continue
        parts = {name: part for name, part in match.groupdict().items() if part}
        line_count = 1
        for pattern in more:
            below = index + line_count
            if below < len(lines) and not lines[below].strip():
                below += 1
            match = pattern.match(text.bare[below]) if below < len(lines) else None
            if not match:
                break
            parts |= {name: part for name, part in match.groupdict().items() if part}
            line_count = below - index + 1
        else:
            time, end = parts.get("time", ""), parts.get("end", "")
            headers[index] = Header(
                one_line(parts["name"]).strip("-–—|,; "),
                parts.get("words", "").strip(),
                clock_ms(time) if time else None,
                clock_ms(end) if end else None,
                line_count,
                f"{time} {end}".strip(),
            )
    return headers


def _plausible(headers: dict[int, Header], layout: LineLayout, lines: Sequence[str]) -> dict[int, Header]:
    """Return the headers that can begin turns; empty where they cannot be the headers of a dialogue."""
    if len(headers) < 2:
        return {}
    counts = Counter(header.label for header in headers.values())
    timed = any(header.time for header in headers.values())

    names = {label for label in counts if _may_name_speaker(label, layout, counts)}
    plausible = {index: header for index, header in headers.items() if header.label in names}
    if layout.strict and not timed:
        # A name that occurs once is accepted where the other headers confirm the layout.
        if _share_of_paragraphs(plausible, lines, layout) < _STRICT_SHARE:
            return {}
        once = {
            index: header for index, header in headers.items() if index not in plausible and like_a_name(header.label)
        }
        if layout.name == "name-above":
            once = {index: header for index, header in once.items() if _begins_paragraph(index, lines)}
        plausible |= once
    if layout.above and layout.strict:
        plausible = {
            index: header for index, header in plausible.items() if _below(index, header, lines) not in plausible
        }
    labels = {header.label for header in plausible.values()}
    if len(plausible) < 2 or (len(labels) > MANY_SPEAKERS and len(labels) > _MOST_DISTINCT * len(plausible)):
        return {}
    if layout.strict and (len(plausible) < 3 or not 2 <= len(labels) <= 15):
        return {}
    times = [header.start_ms for _, header in sorted(plausible.items()) if header.start_ms is not None]
    if len(times) > 2 and sum(a <= b for a, b in pairwise(times)) < _IN_ORDER * (len(times) - 1):
        return {}
    if layout.above and _with_words_below(plausible, lines) * 2 < len(plausible):
        return {}
    return plausible


def _may_name_speaker(label: str, layout: LineLayout, counts: Counter[str]) -> bool:
    """Return whether a header's label can be a speaker's name; ``counts`` is how often each label occurs."""
    if (
        not (any(map(str.isalpha, label)) or _PHONE.match(label) or _NUMBER_SIGN.match(label))
        or _DATED.match(label)
        or (any(map(str.isdecimal, label)) and _NAMED_DATE.match(label))
        or is_metadata(label)
        or re.fullmatch(rf"{CLOCK}|{SPOKEN}", label)
    ):
        return False
    if layout.name == "name-above" and "|" in label:
        return False
    if layout.strict:
        return counts[label] > 1 and (like_a_name(label) or perhaps_a_name(label))
    if _NUMBER_OF.match(label):
        return False
    is_sentence = (
        label.endswith(("?", "!", "…"))
        or (label.endswith(".") and len(label.split()) > 3)
        or len(label.split()) > LONGEST_NAME_WORDS
    )
    return like_a_name(label) or (counts[label] > 1 and not is_sentence)


def _begins_paragraph(index: int, lines: Sequence[str]) -> bool:
    return index == 0 or not lines[index - 1].strip()


def _share_of_paragraphs(headers: dict[int, Header], lines: Sequence[str], layout: LineLayout) -> float:
    """Return the share of paragraphs that begin with a header, or of lines where the text has no paragraphs."""
    begins = [index for index, line in enumerate(lines) if line.strip() and _begins_paragraph(index, lines)]
    if layout.name == "name-above":
        paragraph_count = sum(bool(line.strip()) for line in lines)
        if len(begins) < len(headers):
            return 1.0 if 0.25 <= len(headers) / max(paragraph_count, 1) <= 0.5 else 0.0
        apart = sum(index in headers for index in begins)
        headings = sum(lines[index].startswith(HEADED) or lines[index].lstrip().startswith("#") for index in headers)
        return 1.0 if headings == len(headers) else apart / max(len(begins), 1)
    if len(begins) < len(headers):
        begins = [index for index, line in enumerate(lines) if line.strip()]
    return sum(index in headers for index in begins) / max(len(begins), 1)


def _below(index: int, header: Header, lines: Sequence[str]) -> int:
    """Return the index of the first non-blank line below a header, or the number of lines where there is none."""
    below = index + header.lines
    while below < len(lines) and not lines[below].strip():
        below += 1
    return below


def _with_words_below(headers: dict[int, Header], lines: Sequence[str]) -> int:
    places = [_below(index, header, lines) for index, header in headers.items()]
    return sum(place < len(lines) and place not in headers for place in places)
