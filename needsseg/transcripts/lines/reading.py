"""Transcripts in plain lines: the layout is found, each line told for what it is, and turns are made of what was said."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise

from needsseg.text import format_count
from needsseg.transcripts.choices import NO_CHOICES, ReadingChoices
from needsseg.transcripts.lines.around import Around, above_the_talk, around_the_talk
from needsseg.transcripts.lines.chosen_pattern import ChosenPattern, chosen_pattern
from needsseg.transcripts.lines.guide import questions_in, read_guide
from needsseg.transcripts.lines.headers import SAMPLE, Found, Header, best_layout, clock_ms, headers_of
from needsseg.transcripts.lines.interjections import inline_labels
from needsseg.transcripts.lines.label_forms import mended_labels, without_dash
from needsseg.transcripts.lines.labelled import (
    Labelled,
    label_without_colon,
    labelled,
    labels_in_emphasis,
    labels_without_space,
    speakers_in,
    stamp,
    tightly_labelled,
    without_fields_above,
    without_question_numbers,
    without_spoken_times,
)
from needsseg.transcripts.lines.labels import counted, is_metadata
from needsseg.transcripts.lines.layouts import LINE_LAYOUTS
from needsseg.transcripts.lines.turns import BRACKETED_TIME, TurnMaker, without_blanks
from needsseg.transcripts.lines.undress import undressed
from needsseg.transcripts.roles import role_from_label
from needsseg.transcripts.spoken import Mark, Reading, Spoken, flowing, marked, merged, one_line

_BULLET_LABEL = re.compile(r"^\s*[-*+•]\s+(?=\*{1,3}[^*]+\*{1,3}|\[?\d+:\d\d)")
_QUOTE = re.compile(r"^\s{0,3}(?:>\s?)+")
_CHANGE = re.compile(r"^\s{0,3}>>+\s*\S")
_ASKS = re.compile(r"[?？؟][\"'”’»)*_\s]*$")
_LAYOUTS = {layout.name: layout for layout in LINE_LAYOUTS}
_NOTICE = re.compile(
    r"^[\u200e\u200f\s]*(?:messages and calls are end-to-end encrypted.*|<media omitted>|<medien ausgeschlossen>|"
    r"(?:image|video|audio|sticker|gif|document|contact card) omitted|this message was deleted\.?|you deleted this message\.?|"
    r"missed (?:voice|video) call.*)[\s.]*$",
    re.IGNORECASE,
)
_DASHED = re.compile(r"^[-–—]\s+(?=\S)")
_MOST_DASHED = 0.5
_MOST_ASKED = 0.6
_FORGOTTEN = 0.2
_OFTEN = 3


def read_lines(
    lines: Sequence[str], choices: ReadingChoices = NO_CHOICES, layout: str = "", markdown: bool = True
) -> Reading:
    """Turns from the lines of a text, in the layout of that name, or in the one that fits best where ``layout`` is empty.

    Layouts are those of LINE_LAYOUTS, and ``text`` for labels on the line of the words. Every word of ``lines`` is told of.
    """
    return _Reader(lines, choices, layout, markdown).reading()


def layout_of(lines: Sequence[str]) -> str:
    """The name of the layout of plain lines; "" where labels stand on the line of the words, or nobody is named.

    The first lines decide.
    """
    best = _Reader(lines[:SAMPLE], NO_CHOICES, "", True).headed
    return best.layout.name if best else ""


@dataclass
class _Reader:
    given: Sequence[str]
    choices: ReadingChoices
    layout: str
    markdown: bool
    marks: list[Mark] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lines, dress = undressed(self.given)
        self.marks += dress.marks
        self.ends = dress.ends
        self.fields = 0
        self.read_as: dict[str, str] = {}
        self.forgotten: list[tuple[int, str]] = []

    @cached_property
    def headed(self) -> Found | None:
        """The layout and headers, but for labels on the line of the words."""
        if self.choices.label_pattern or self.layout == "text":
            return None
        if self.layout:
            layout = _LAYOUTS[self.layout]
            return Found(layout, headers_of(layout, self.lines))
        _, labels, speakers = self.by_label
        return best_layout(self.lines, sum(item is not None and item.label in speakers for item in labels))

    @cached_property
    def around(self) -> Around:
        """What stands around the talk where no line is a header of its own."""
        return around_the_talk(self.lines, markdown=self.markdown)

    @cached_property
    def by_label(self) -> tuple[list[str], list[Labelled | None], frozenset[str]]:
        """Lines without what stands around the talk, what label each has, and the labels that name speakers."""
        stripped = ["" if index in self.around.kinds else _plain(line) for index, line in enumerate(self.lines)]
        labels = labels_in_emphasis(stripped, [labelled(line) if line else None for line in stripped])
        labels = without_question_numbers(without_spoken_times(labels))
        labels, self.read_as = mended_labels(labels)
        self.fields = without_fields_above(stripped, labels)
        below_fields = [None if index < self.fields else item for index, item in enumerate(labels)]
        speakers = speakers_in(
            ["" if index < self.fields else line for index, line in enumerate(stripped)], below_fields
        )
        if not speakers:
            tight = labels_without_space(stripped)
            if len(repeated := speakers_in(stripped, tight)) > 1 and all(
                _comes_back(label, tight) for label in repeated
            ):
                labels, speakers = tight, repeated
        labels = without_dash(labels)
        speakers = speakers - self.choices.not_speakers
        recurring = frozenset(label for label in speakers if _comes_back(label, labels))
        for index, line in enumerate(stripped):
            item = labels[index]
            if line and index >= self.fields and (item is None or item.label not in speakers):
                labels[index] = tightly_labelled(line, recurring) or item
        self._add_labels_without_colon(stripped, labels, recurring)
        return stripped, labels, speakers

    def _add_labels_without_colon(
        self, stripped: Sequence[str], labels: list[Labelled | None], recurring: frozenset[str]
    ) -> None:
        """Take a label whose colon was forgotten for one, where (nearly) every paragraph begins with a label."""
        starts = [
            index
            for index in range(self.fields, len(stripped))
            if stripped[index] and (not index or not stripped[index - 1])
        ]
        if len(starts) * 2 < sum(map(bool, stripped[self.fields :])):
            starts = [index for index in range(self.fields, len(stripped)) if stripped[index]]
        open_starts = [index for index in starts if (item := labels[index]) is None or item.label not in recurring]
        if len(recurring) < 2 or len(open_starts) > _FORGOTTEN * len(starts):
            return
        for index in open_starts:
            if item := label_without_colon(stripped[index], recurring):
                labels[index] = item
                self.forgotten.append((index + 1, item.label))

    def reading(self) -> Reading:
        """The turns, with what became of each word."""
        if pattern := chosen_pattern(self.choices):
            headers = _by_pattern(self.lines, pattern)
        elif self.headed:
            headers = self.headed.headers
        else:
            return self._by_label()
        silent_lines = self._silent(headers)
        headers = {index: header for index, header in headers.items() if index not in silent_lines}
        notices = {index for index, header in headers.items() if _NOTICE.match(header.words)}
        headers = {index: header for index, header in headers.items() if index not in notices}
        lines_below = frozenset(index + header.lines for index, header in headers.items() if not header.words)
        around = around_the_talk(self.lines, frozenset(headers), lines_below, markdown=self.markdown)
        around = replace(around, kinds={**around.kinds, **dict.fromkeys(notices, "note")})
        stripped = [
            "" if index in silent_lines or (index in around.kinds and index not in headers) else _plain(line)
            for index, line in enumerate(self.lines)
        ]
        around = replace(
            around,
            kinds={line_index: kind for line_index, kind in around.kinds.items() if line_index not in silent_lines},
        )
        self.marks = [mark for mark in self.marks if mark.line not in silent_lines]
        self.marks += [marked(index, "note", self.given[index]) for index in silent_lines]
        reading = self._turns(stripped, headers, [labelled(line) if line else None for line in stripped], around)
        return replace(reading, warnings=(*self._silent_warnings(silent_lines), *reading.warnings))

    def _silent(self, headers: Mapping[int, Header]) -> dict[int, str]:
        """The lines under labels of which a person said that they name nobody, each with its label: nobody speaks there."""
        label_by_line: dict[int, str] = {}
        for index, after in pairwise([*sorted(headers), len(self.lines)]):
            if headers[index].label in self.choices.not_speakers:
                label_by_line |= {
                    line: headers[index].label for line in range(index, after) if self.lines[line].strip()
                }
        return label_by_line

    def _silent_warnings(self, silent_lines: Mapping[int, str]) -> list[str]:
        """One warning a label that says how much was left out under it, and where first."""
        warnings = []
        for label in dict.fromkeys(silent_lines.values()):
            line_indices = [index for index, silent_label in silent_lines.items() if silent_label == label]
            words = format_count(sum(len(self.given[index].split()) for index in line_indices), "word")
            lines = format_count(len(line_indices), "line")
            warnings.append(
                f"“{label}” is not a speaker, as chosen: {words} in {lines} were left out (first line {line_indices[0] + 1})."
            )
        return warnings

    def _nobodys(
        self, stripped: Sequence[str], headers: Mapping[int, Header], labels: Sequence[Labelled | None]
    ) -> str:
        """Who speaks where no label stands; "" where the speaker before goes on."""
        if self.choices.unlabelled or self.choices.not_speakers:
            return self.choices.unlabelled
        return _unlabelled(stripped, headers, labels)

    def _by_label(self) -> Reading:
        around = self.around
        stripped, labels, speakers = self.by_label
        if not speakers:
            return self._without_labels(stripped, labels, around)
        headers = {
            index: Header(item.label, item.words, item.start_ms)
            for index, item in enumerate(labels)
            if item and item.label in speakers and index >= self.fields
        }
        headers |= _changes_without_name(self.given, stripped, headers)
        if questions := _asked_without_name(self.given, labels, speakers):
            headers |= {index: Header("Interviewer", words) for index, words in questions.items()}
        return self._turns(stripped, dict(sorted(headers.items())), labels, around)

    def _without_labels(self, stripped: list[str], labels: list[Labelled | None], around: Around) -> Reading:
        lines = ["" if index in around.kinds else _QUOTE.sub("", line) for index, line in enumerate(self.given)]
        guided = read_guide(lines)
        if guided:
            first_line = next((mark.line for mark in guided.marks), 0)
            marks, _, title = above_the_talk(stripped, labels, first_line, around.kinds, frozenset())
            quotes = [
                Mark(index, "markup", len(self.given[index].split()) - len(line.split()))
                for index, line in enumerate(lines)
                if index not in around.kinds
            ]
            guided_marks = [*self.marks, *_kinds(around, self.given), *marks, *guided.marks, *quotes]
            return replace(
                guided,
                marks=tuple(guided_marks),
                source=tuple(self.given),
                title=around.title or title,
            )
        spoken, marks = _nobody_named(stripped, labels, self.choices.unlabelled)
        return Reading(
            spoken, (), (*self.marks, *_kinds(around, self.given), *marks), tuple(self.given), title=around.title
        )

    def _turns(
        self,
        stripped: list[str],
        headers: Mapping[int, Header],
        labels: Sequence[Labelled | None],
        around: Around,
    ) -> Reading:
        maker = TurnMaker(stripped, headers, labels, around, self._nobodys(stripped, headers, labels))
        maker.speakers |= inline_labels(stripped)
        turns = maker.make()
        starts = [turn.line for turn in turns]
        for line, end in self.ends.items():
            if turn_number := bisect_right(starts, line + 1):
                turns[turn_number - 1] = replace(turns[turn_number - 1], end_ms=end)
        merged_turns = merged(turns, by_paragraph=True)
        return Reading(
            merged_turns,
            (
                *maker.told,
                *_quoted_warning(maker.quoted),
                *_once_warning(merged_turns),
                *(f"Line {line}: “{name}” has no colon and was read as a new turn." for line, name in self.forgotten),
                *(f"The label “{label}” was read as “{name}”." for label, name in self.read_as.items()),
            ),
            (
                *self.marks,
                *_kinds(around, self.given, headers),
                *maker.marks,
                *_decoration(self.lines, stripped, headers),
            ),
            tuple(self.given),
            title=around.title or maker.title,
            suspicions=tuple(maker.suspicions),
        )


def _comes_back(label: str, labels: Sequence[Labelled | None]) -> bool:
    return sum(item is not None and item.label == label for item in labels) > 1


def _plain(line: str) -> str:
    return one_line(_BULLET_LABEL.sub("", _QUOTE.sub("", line)))


def _kinds(around: Around, lines: Sequence[str], headers: Mapping[int, Header] | None = None) -> list[Mark]:
    return [
        marked(index, kind, lines[index]) for index, kind in around.kinds.items() if not headers or index not in headers
    ]


def _decoration(lines: Sequence[str], stripped_lines: Sequence[str], headers: Mapping[int, Header]) -> list[Mark]:
    """Signs of quotes and lists before the words; before a label they are part of it."""
    pairs = enumerate(zip(lines, stripped_lines, strict=True))
    return [
        Mark(index, "label" if index in headers else "markup", len(line.split()) - len(stripped.split()))
        for index, (line, stripped) in pairs
        if stripped and line != stripped
    ]


def _by_pattern(lines: Sequence[str], pattern: ChosenPattern) -> dict[int, Header]:
    """Headers by a pattern that a person gave."""
    headers: dict[int, Header] = {}
    for index, line in enumerate(lines):
        match = pattern.match(line.strip())
        if match and (label := one_line(match.parts["speaker"])):
            words = match.parts.get("words", line.strip()[match.end :])
            time = match.parts.get("time", "")
            headers[index] = Header(label, words.strip(), clock_ms(time) if time else None, time=time)
    return headers


def _unlabelled(stripped: Sequence[str], headers: Mapping[int, Header], line_labels: Sequence[Labelled | None]) -> str:
    """Who speaks where no label stands, in a text that labels one side alone: ``Participant``, ``Interviewer``, or ""."""
    labels = {header.label for header in headers.values()}
    if len(labels) != 1 or len(headers) < 2:
        return ""
    paragraphs: list[list[int]] = [[]]
    no_blanks = without_blanks(stripped)
    for index in range(next(iter(headers)), len(stripped)):
        if not stripped[index] or no_blanks or index in headers:
            paragraphs.append([])
        if stripped[index] and stamp(stripped[index]) is None:
            paragraphs[-1].append(index)
    blocks = [block for block in paragraphs if block]
    labelled_blocks = [block for block in blocks if block[0] in headers]
    unlabelled_blocks = [block for block in blocks if block[0] not in headers]
    if len(unlabelled_blocks) * 2 < len(labelled_blocks):
        return ""
    asking_share = sum(_asks(stripped, block) for block in labelled_blocks) / len(labelled_blocks)
    asked_by_others = sum(_asks(stripped, block) for block in unlabelled_blocks) / len(unlabelled_blocks)
    role = role_from_label(next(iter(labels)))
    follows = sum(after[0] not in headers for before, after in pairwise(blocks) if before[0] in headers)
    if follows * 2 < len(labelled_blocks):
        return ""
    if role != "participant" and (
        asking_share >= _MOST_ASKED or (role == "interviewer" and asking_share > asked_by_others)
    ):
        return "Participant"
    return (
        "Interviewer"
        if role != "interviewer" and asked_by_others >= _MOST_ASKED and asking_share < asked_by_others / 2
        else ""
    )


def _changes_without_name(
    original_lines: Sequence[str], stripped: Sequence[str], headers: Mapping[int, Header]
) -> dict[int, Header]:
    """Turns that begin with ``>>`` and no name, in a text of captions, where that sign stands before the names too."""
    signed = {index for index, line in enumerate(original_lines) if _CHANGE.match(line)}
    if not headers or 2 * sum(index in signed for index in headers) < len(headers):
        return {}
    return {index: Header("", stripped[index]) for index in signed if stripped[index] and index not in headers}


def _asks(stripped: Sequence[str], block: Sequence[int]) -> bool:
    return any(_ASKS.search(stripped[index]) for index in block[-2:])


def _asked_without_name(
    lines: Sequence[str], labels: Sequence[Labelled | None], accepted: frozenset[str]
) -> dict[int, str]:
    """Numbered questions by line, where the one name in the file stands below most of them: ``1. Why?``, ``P3: So.``"""
    if len(accepted) != 1:
        return {}
    questions = {index: words for index, words in questions_in(lines).items() if labels[index] is None}
    lines_below = [
        next((line for line in range(index + 1, len(lines)) if lines[line].strip()), index) for index in questions
    ]
    answer_count = sum((item := labels[line]) is not None and item.label in accepted for line in lines_below)
    return questions if len(questions) >= 2 and 2 * answer_count >= len(questions) else {}


def _nobody_named(
    lines: Sequence[str], labels: Sequence[Labelled | None], speaker: str
) -> tuple[tuple[Spoken, ...], list[Mark]]:
    blocks: list[list[Spoken]] = [[]]
    marks: list[Mark] = []
    start: int | None = None
    filled_lines = [line for line in lines if line]
    dashed = sum(bool(_DASHED.match(line)) for line in filled_lines) > _MOST_DASHED * max(len(filled_lines), 1)
    for index, (line, item) in enumerate(zip(lines, labels, strict=True)):
        if dashed and (dash := _DASHED.match(line)):
            # Where (nearly) every line begins with a dash, each is another's turn.
            blocks.append([Spoken(speaker, line[dash.end() :], start, None, index + 1)])
            marks += [Mark(index, "label", 1), Mark(index, "speech", len(line.split()) - 1)]
            start = None
        elif not line:
            blocks.append([])
        elif (time := stamp(line)) is not None:
            start = time
            marks.append(marked(index, "time", line))
        elif item and is_metadata(item.label):
            marks.append(marked(index, "metadata", line))
        else:
            match = BRACKETED_TIME.match(line)
            block_time = clock_ms(match["time"]) if match else start
            words = line[match.end() :] if match else line
            blocks[-1].append(Spoken(speaker, words, block_time, None, index + 1))
            marks += [
                Mark(index, "speech", len(words.split())),
                Mark(index, "time", len(line.split()) - len(words.split())),
            ]
            start = None
    non_empty = [block for block in blocks if block]
    if len(non_empty) == 1:
        return flowing(non_empty[0]), marks
    return tuple(replace(block[0], words=" ".join(part.words for part in block)) for block in non_empty), marks


def _quoted_warning(quoted: dict[str, int]) -> tuple[str, ...]:
    return tuple(
        f"Line {number}: “{label}:” was read as words of the speaker before, not as a new speaker."
        for label, number in quoted.items()
    )


def _once_warning(turns: Sequence[Spoken]) -> tuple[str, ...]:
    counts = counted([turn.speaker for turn in turns])
    if len(turns) < 10 or len(counts) < 3:
        return ()
    once = {
        turn.speaker: turn.line
        for turn in turns
        if counts[turn.speaker] == 1
        and (role_from_label(turn.speaker) is None or counts[turn.speaker.rstrip("0123456789")] > _OFTEN)
    }
    return tuple(
        f"“{label}” speaks only once (line {line}): check that it is a speaker." for label, line in once.items()
    )
