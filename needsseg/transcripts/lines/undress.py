"""Remove what programs insert into the lines of a dialogue: line numbers, time marks, page headers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from needsseg.transcripts.lines.headers import clock_ms
from needsseg.transcripts.lines.labels import like_a_name
from needsseg.transcripts.lines.layouts import CLOCK
from needsseg.transcripts.lines.own_lines import page_lines
from needsseg.transcripts.lines.panes import without_pane
from needsseg.transcripts.spoken import Mark, marked

# f4, MAXQDA, noScribe: #00:00:06-6#, or #00:00:06#, [00:00:06-6]
_F4 = re.compile(r"\s*#(\d{1,2}:\d{2}:\d{2})(?:[-.,](\d{1,3}))?#\s*")
_F4_BEHIND_LABEL = re.compile(r"^\s*(?P<label>[^:#]{1,40}:)\s*#(?P<time>\d{1,2}:\d{2}:\d{2})(?:[-.,]\d{1,3})?#\s*")
_NUMBERED = re.compile(r"^\s*0*(\d{1,6})(?:[ \t]+(?=\S)|\s*$)")
_LISTED = re.compile(r"^\s*[\[(]?(\d{1,4})[.)\]]\s+(?=\S)")
_LINKED_TIME = re.compile(r"\[\(?(\d{1,2}:\d{2}(?::\d{2})?)\)?\]\(https?://[^\s()]*\)")
_TIME_BEHIND = re.compile(rf"(?<=\S\s)\s*[\[(]({CLOCK})[\])]\s*$")
_MARGIN_NUMBERS = 8
_MANY_NUMBERS = re.compile(r"(?:\b\d{1,5}\s+){7}\d")
_MANY = 0.8
# Some programs begin lines with direction marks; within the words these are kept.
_INVISIBLE = re.compile(r"^[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]+")


@dataclass(frozen=True, slots=True)
class Dress:
    """What was removed: marks, and the ends of turns in milliseconds by line."""

    marks: tuple[Mark, ...] = ()
    ends: dict[int, int] = field(default_factory=dict)


def undressed(lines: Sequence[str]) -> tuple[list[str], Dress]:
    """Return as many lines as before, without what programs insert, and what was removed."""
    plain_lines = [_LINKED_TIME.sub(r"[\1]", _INVISIBLE.sub("", line)) for line in lines]
    plain_lines, marks = without_pane(plain_lines)
    ends: dict[int, int] = {}
    for index in page_lines(plain_lines):
        marks.append(marked(index, "heading", plain_lines[index]))
        plain_lines[index] = ""
    if any("#" in line and _F4.search(line) for line in plain_lines):
        for index, line in enumerate(plain_lines):
            if "#" in line and (first := _F4_BEHIND_LABEL.match(line)):
                plain_lines[index] = f"[{first['time']}] {first['label']} {line[first.end() :]}"
            elif "#" in line and (stamps := list(_F4.finditer(line))):
                plain_lines[index] = (
                    _F4.sub(" ", line).strip()
                    if len(stamps) > 1 or stamps[0].end() < len(line)
                    else line[: stamps[0].start()]
                )
                time = clock_ms(f"{stamps[-1][1]}.{stamps[-1][2] or 0}")
                if time is not None and stamps[-1].end() >= len(line.rstrip()):
                    ends[index] = time
                elif time is not None and not line[: stamps[0].start()].strip():
                    plain_lines[index] = f"[{stamps[0][1]}] {plain_lines[index].strip()}"
                    continue
                marks.append(Mark(index, "time", len(line.split()) - len(plain_lines[index].split())))
    for index, line in enumerate(plain_lines):
        if _MANY_NUMBERS.search(line) and (stripped := _without_margin(line)) != line:
            marks.append(Mark(index, "markup", len(line.split()) - len(stripped.split())))
            plain_lines[index] = stripped
    for index in _every_fifth(plain_lines):
        plain_lines[index] = _NUMBERED.sub("", plain_lines[index], count=1)
        marks.append(Mark(index, "label", 1))
    for shape in (_NUMBERED, _LISTED):
        if _counts(plain_lines, shape) and (shape is _NUMBERED or _has_labels_after_numbers(plain_lines)):
            for index, line in enumerate(plain_lines):
                if match := shape.match(line):
                    plain_lines[index] = line[match.end() :]
                    marks.append(Mark(index, "label", 1))
    if _end_in_times(plain_lines):
        for index, line in enumerate(plain_lines):
            if (match := _TIME_BEHIND.search(line)) and (time := clock_ms(match[1])) is not None:
                plain_lines[index], ends[index] = line[: match.start()], time
                marks.append(Mark(index, "time", 1))
    return plain_lines, Dress(tuple(marks), ends)


def _without_margin(line: str) -> str:
    """Remove runs of consecutive numbers: line numbers in the margin of a page that were copied with its text."""
    words = line.split()
    words_without_margin: list[str] = []
    position = 0
    while position < len(words):
        end = position
        while end < len(words) and words[end].isdecimal() and int(words[end]) == int(words[position]) + end - position:
            end += 1
        if end - position >= _MARGIN_NUMBERS:
            position = end
        else:
            words_without_margin.append(words[position])
            position += 1
    return " ".join(words_without_margin) if len(words_without_margin) < len(words) else line


def _counts(lines: Sequence[str], shape: re.Pattern[str]) -> bool:
    """Return whether nearly every line begins with a consecutive number; titles and legends above may have none."""
    non_blank = [line for line in lines if line.strip()]
    first = next((index for index, line in enumerate(non_blank) if shape.match(line)), None)
    if first is None:
        return False
    numbers = [int(match[1]) if (match := shape.match(line)) else None for line in non_blank[first:]]
    if len(numbers) < 4:
        return False
    follow = sum(a is not None and b is not None and b - a == 1 for a, b in pairwise(numbers))
    return follow >= _MANY * (len(numbers) - 1)


def _every_fifth(lines: Sequence[str]) -> list[int]:
    """Return the indices of numbered lines, where only every fifth or tenth has a number."""
    numbered = [(index, int(match[1])) for index, line in enumerate(lines) if (match := _NUMBERED.match(line))]
    steps = {after[1] - before[1] for before, after in pairwise(numbered)}
    if len(numbered) < 3 or len(steps) != 1 or (step := steps.pop()) not in {5, 10} or numbered[0][1] != step:
        return []
    apart = [after[0] - before[0] for before, after in pairwise(numbered)]
    return [index for index, _ in numbered] if min(apart) >= step else []


def _has_labels_after_numbers(lines: Sequence[str]) -> bool:
    """Return whether most numbered lines have a label after the number, at least one of which recurs."""
    texts_after_number = [line[match.end() :] for line in lines if (match := _LISTED.match(line))]
    labels = [
        label
        for line in texts_after_number
        if (colon := line.find(":")) > 0 and like_a_name(label := line[:colon].strip("*_ "))
    ]
    return len(labels) >= _MANY * len(texts_after_number) and len(set(labels)) < len(labels)


def _end_in_times(lines: Sequence[str]) -> bool:
    """Return whether most lines end in a time in brackets, as noScribe and others write the end of a turn."""
    non_blank = [line for line in lines if line.strip()]
    return sum(bool(_TIME_BEHIND.search(line)) for line in non_blank) > max(1, len(non_blank) // 2)
