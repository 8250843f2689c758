"""Read transcripts in plain lines: detect the layout, classify each line, and build turns from the speech."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise

from needsseg.text import format_count
from needsseg.transcripts.choices import NO_CHOICES, ReadingChoices
from needsseg.transcripts.lines.around import NonSpeech, lines_above_dialogue, non_speech_lines
from needsseg.transcripts.lines.chosen_pattern import ChosenPattern, chosen_pattern
from needsseg.transcripts.lines.guide import read_guide
from needsseg.transcripts.lines.headers import SAMPLE, Header, LayoutHeaders, best_layout, clock_ms, headers_of
from needsseg.transcripts.lines.interjections import inline_labels
from needsseg.transcripts.lines.label_forms import normalised_labels, without_dash
from needsseg.transcripts.lines.labelled import (
    Labelled,
    label_without_colon,
    labelled,
    labels_in_emphasis,
    labels_without_space,
    speakers_in,
    tightly_labelled,
    without_fields_above,
    without_question_numbers,
    without_spoken_times,
)
from needsseg.transcripts.lines.labels import counted
from needsseg.transcripts.lines.layouts import LINE_LAYOUTS
from needsseg.transcripts.lines.turns import TurnBuilder
from needsseg.transcripts.lines.undress import undressed
from needsseg.transcripts.lines.unlabelled import (
    questions_without_label,
    speaker_without_label,
    turns_without_labels,
    unnamed_speaker_changes,
)
from needsseg.transcripts.roles import role_from_label
from needsseg.transcripts.spoken import Mark, Reading, Spoken, marked, merged, one_line

_BULLET_LABEL = re.compile(r"^\s*[-*+•]\s+(?=\*{1,3}[^*]+\*{1,3}|\[?\d+:\d\d)")
_QUOTE = re.compile(r"^\s{0,3}(?:>\s?)+")
_LAYOUTS = {layout.name: layout for layout in LINE_LAYOUTS}
_NOTICE = re.compile(
    r"^[\u200e\u200f\s]*(?:messages and calls are end-to-end encrypted.*|<media omitted>|<medien ausgeschlossen>|"
    r"(?:image|video|audio|sticker|gif|document|contact card) omitted|this message was deleted\.?|you deleted this message\.?|"
    r"missed (?:voice|video) call.*)[\s.]*$",
    re.IGNORECASE,
)
_MOST_WITHOUT_COLON = 0.2
_OFTEN = 3


def read_lines(
    lines: Sequence[str], choices: ReadingChoices = NO_CHOICES, layout: str = "", markdown: bool = True
) -> Reading:
    """Read turns from the lines of a text, in the named layout, or in the one that fits best where ``layout`` is empty.

    Layouts are those of LINE_LAYOUTS, and ``text`` for labels on the line of the words. The marks cover every line.
    """
    return _Reader(lines, choices, layout, markdown).reading()


def layout_of(lines: Sequence[str]) -> str:
    """Return the name of the layout of plain lines; "" where labels are on the line of the words, or missing.

    Only the first lines are examined.
    """
    best = _Reader(lines[:SAMPLE], NO_CHOICES, "", True).layout_headers
    return best.layout.name if best else ""


@dataclass
class _Reader:
    source: Sequence[str]
    choices: ReadingChoices
    layout: str
    markdown: bool
    marks: list[Mark] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lines, dress = undressed(self.source)
        self.marks += dress.marks
        self.ends = dress.ends
        self.fields = 0
        self.read_as: dict[str, str] = {}
        self.labels_without_colon: list[tuple[int, str]] = []

    @cached_property
    def layout_headers(self) -> LayoutHeaders | None:
        """The layout and its headers; None where labels are on the line of the words."""
        if self.choices.label_pattern or self.layout == "text":
            return None
        if self.layout:
            layout = _LAYOUTS[self.layout]
            return LayoutHeaders(layout, headers_of(layout, self.lines))
        _, labels, speakers = self.by_label
        return best_layout(self.lines, sum(item is not None and item.label in speakers for item in labels))

    @cached_property
    def non_speech(self) -> NonSpeech:
        """The lines that are not speech, where no line is a separate header."""
        return non_speech_lines(self.lines, markdown=self.markdown)

    @cached_property
    def by_label(self) -> tuple[list[str], list[Labelled | None], frozenset[str]]:
        """Lines with non-speech emptied, the label of each, and the labels that name speakers."""
        stripped = ["" if index in self.non_speech.kinds else _plain(line) for index, line in enumerate(self.lines)]
        labels = labels_in_emphasis(stripped, [labelled(line) if line else None for line in stripped])
        labels = without_question_numbers(without_spoken_times(labels))
        labels, self.read_as = normalised_labels(labels)
        self.fields = without_fields_above(stripped, labels)
        below_fields = [None if index < self.fields else item for index, item in enumerate(labels)]
        speakers = speakers_in(
            ["" if index < self.fields else line for index, line in enumerate(stripped)], below_fields
        )
        if not speakers:
            tight = labels_without_space(stripped)
            if len(repeated := speakers_in(stripped, tight)) > 1 and all(_recurs(label, tight) for label in repeated):
                labels, speakers = tight, repeated
        labels = without_dash(labels)
        speakers = speakers - self.choices.not_speakers
        recurring = frozenset(label for label in speakers if _recurs(label, labels))
        for index, line in enumerate(stripped):
            item = labels[index]
            if line and index >= self.fields and (item is None or item.label not in speakers):
                labels[index] = tightly_labelled(line, recurring) or item
        self._add_labels_without_colon(stripped, labels, recurring)
        return stripped, labels, speakers

    def _add_labels_without_colon(
        self, stripped: Sequence[str], labels: list[Labelled | None], recurring: frozenset[str]
    ) -> None:
        """Add labels whose colon is missing, where (nearly) every paragraph begins with a label."""
        starts = [
            index
            for index in range(self.fields, len(stripped))
            if stripped[index] and (not index or not stripped[index - 1])
        ]
        if len(starts) * 2 < sum(map(bool, stripped[self.fields :])):
            starts = [index for index in range(self.fields, len(stripped)) if stripped[index]]
        open_starts = [index for index in starts if (item := labels[index]) is None or item.label not in recurring]
        if len(recurring) < 2 or len(open_starts) > _MOST_WITHOUT_COLON * len(starts):
            return
        for index in open_starts:
            if item := label_without_colon(stripped[index], recurring):
                labels[index] = item
                self.labels_without_colon.append((index + 1, item.label))

    def reading(self) -> Reading:
        """Return the turns, and marks of all words."""
        if pattern := chosen_pattern(self.choices):
            headers = _by_pattern(self.lines, pattern)
        elif self.layout_headers:
            headers = self.layout_headers.headers
        else:
            return self._by_label()
        excluded_lines = self._excluded_lines(headers)
        headers = {index: header for index, header in headers.items() if index not in excluded_lines}
        notices = {index for index, header in headers.items() if _NOTICE.match(header.words)}
        headers = {index: header for index, header in headers.items() if index not in notices}
        lines_below = frozenset(index + header.lines for index, header in headers.items() if not header.words)
        non_speech = non_speech_lines(self.lines, frozenset(headers), lines_below, markdown=self.markdown)
        non_speech = replace(non_speech, kinds={**non_speech.kinds, **dict.fromkeys(notices, "note")})
        stripped = [
            "" if index in excluded_lines or (index in non_speech.kinds and index not in headers) else _plain(line)
            for index, line in enumerate(self.lines)
        ]
        non_speech = replace(
            non_speech,
            kinds={
                line_index: kind for line_index, kind in non_speech.kinds.items() if line_index not in excluded_lines
            },
        )
        self.marks = [mark for mark in self.marks if mark.line not in excluded_lines]
        self.marks += [marked(index, "note", self.source[index]) for index in excluded_lines]
        reading = self._turns(stripped, headers, [labelled(line) if line else None for line in stripped], non_speech)
        return replace(reading, warnings=(*self._excluded_warnings(excluded_lines), *reading.warnings))

    def _excluded_lines(self, headers: Mapping[int, Header]) -> dict[int, str]:
        """Return the lines under labels that a person chose as not speakers, with their label."""
        label_by_line: dict[int, str] = {}
        for index, after in pairwise([*sorted(headers), len(self.lines)]):
            if headers[index].label in self.choices.not_speakers:
                label_by_line |= {
                    line: headers[index].label for line in range(index, after) if self.lines[line].strip()
                }
        return label_by_line

    def _excluded_warnings(self, excluded_lines: Mapping[int, str]) -> list[str]:
        """Return one warning per excluded label, with the number of words and lines left out and the first line."""
        warnings = []
        for label in dict.fromkeys(excluded_lines.values()):
            line_indices = [index for index, excluded_label in excluded_lines.items() if excluded_label == label]
            words = format_count(sum(len(self.source[index].split()) for index in line_indices), "word")
            lines = format_count(len(line_indices), "line")
            warnings.append(
                f"“{label}” is not a speaker, as chosen: {words} in {lines} were left out (first line {line_indices[0] + 1})."
            )
        return warnings

    def _default_speaker(
        self, stripped: Sequence[str], headers: Mapping[int, Header], labels: Sequence[Labelled | None]
    ) -> str:
        """Return the speaker of lines without a label; "" where they continue the turn before."""
        if self.choices.unlabelled or self.choices.not_speakers:
            return self.choices.unlabelled
        return speaker_without_label(stripped, headers, labels)

    def _by_label(self) -> Reading:
        non_speech = self.non_speech
        stripped, labels, speakers = self.by_label
        if not speakers:
            return self._without_labels(stripped, labels, non_speech)
        headers = {
            index: Header(item.label, item.words, item.start_ms)
            for index, item in enumerate(labels)
            if item and item.label in speakers and index >= self.fields
        }
        headers |= unnamed_speaker_changes(self.source, stripped, headers)
        if questions := questions_without_label(self.source, labels, speakers):
            headers |= {index: Header("Interviewer", words) for index, words in questions.items()}
        return self._turns(stripped, dict(sorted(headers.items())), labels, non_speech)

    def _without_labels(self, stripped: list[str], labels: list[Labelled | None], non_speech: NonSpeech) -> Reading:
        lines = ["" if index in non_speech.kinds else _QUOTE.sub("", line) for index, line in enumerate(self.source)]
        guided = read_guide(lines)
        if guided:
            first_line = next((mark.line for mark in guided.marks), 0)
            marks, _, title = lines_above_dialogue(stripped, labels, first_line, non_speech.kinds, frozenset())
            quotes = [
                Mark(index, "markup", len(self.source[index].split()) - len(line.split()))
                for index, line in enumerate(lines)
                if index not in non_speech.kinds
            ]
            guided_marks = [*self.marks, *_kinds(non_speech, self.source), *marks, *guided.marks, *quotes]
            return replace(
                guided,
                marks=tuple(guided_marks),
                source=tuple(self.source),
                title=non_speech.title or title,
            )
        spoken, marks = turns_without_labels(stripped, labels, self.choices.unlabelled)
        return Reading(
            spoken,
            (),
            (*self.marks, *_kinds(non_speech, self.source), *marks),
            tuple(self.source),
            title=non_speech.title,
        )

    def _turns(
        self,
        stripped: list[str],
        headers: Mapping[int, Header],
        labels: Sequence[Labelled | None],
        non_speech: NonSpeech,
    ) -> Reading:
        builder = TurnBuilder(stripped, headers, labels, non_speech, self._default_speaker(stripped, headers, labels))
        builder.speakers |= inline_labels(stripped)
        turns = builder.make()
        starts = [turn.line for turn in turns]
        for line, end in self.ends.items():
            if turn_number := bisect_right(starts, line + 1):
                turns[turn_number - 1] = replace(turns[turn_number - 1], end_ms=end)
        merged_turns = merged(turns, by_paragraph=True)
        return Reading(
            merged_turns,
            (
                *builder.warnings,
                *_quoted_warning(builder.quoted),
                *_once_warning(merged_turns),
                *(
                    f"Line {line}: “{name}” has no colon and was read as a new turn."
                    for line, name in self.labels_without_colon
                ),
                *(f"The label “{label}” was read as “{name}”." for label, name in self.read_as.items()),
            ),
            (
                *self.marks,
                *_kinds(non_speech, self.source, headers),
                *builder.marks,
                *_decoration(self.lines, stripped, headers),
            ),
            tuple(self.source),
            title=non_speech.title or builder.title,
            suspicions=tuple(builder.suspicions),
        )


def _recurs(label: str, labels: Sequence[Labelled | None]) -> bool:
    return sum(item is not None and item.label == label for item in labels) > 1


def _plain(line: str) -> str:
    return one_line(_BULLET_LABEL.sub("", _QUOTE.sub("", line)))


def _kinds(non_speech: NonSpeech, lines: Sequence[str], headers: Mapping[int, Header] | None = None) -> list[Mark]:
    return [
        marked(index, kind, lines[index])
        for index, kind in non_speech.kinds.items()
        if not headers or index not in headers
    ]


def _decoration(lines: Sequence[str], stripped_lines: Sequence[str], headers: Mapping[int, Header]) -> list[Mark]:
    """Return marks for signs of quotes and lists before the words; before a label they count as part of it."""
    pairs = enumerate(zip(lines, stripped_lines, strict=True))
    return [
        Mark(index, "label" if index in headers else "markup", len(line.split()) - len(stripped.split()))
        for index, (line, stripped) in pairs
        if stripped and line != stripped
    ]


def _by_pattern(lines: Sequence[str], pattern: ChosenPattern) -> dict[int, Header]:
    """Return headers by a pattern that a person chose."""
    headers: dict[int, Header] = {}
    for index, line in enumerate(lines):
        match = pattern.match(line.strip())
        if match and (label := one_line(match.parts["speaker"])):
            words = match.parts.get("words", line.strip()[match.end :])
            time = match.parts.get("time", "")
            headers[index] = Header(label, words.strip(), clock_ms(time) if time else None, time=time)
    return headers


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
