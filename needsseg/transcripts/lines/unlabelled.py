"""Speakers of lines without a label: one labelled side, signs of a change of speaker, numbered questions, no labels."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from needsseg.transcripts.lines.guide import questions_in
from needsseg.transcripts.lines.headers import Header, clock_ms
from needsseg.transcripts.lines.labelled import Labelled, stamp
from needsseg.transcripts.lines.labels import is_metadata
from needsseg.transcripts.lines.turns import BRACKETED_TIME, without_blanks
from needsseg.transcripts.roles import role_from_label
from needsseg.transcripts.spoken import Mark, Spoken, flowing, marked

_CHANGE = re.compile(r"^\s{0,3}>>+\s*\S")
_ASKS = re.compile(r"[?？؟][\"'”’»)*_\s]*$")
_DASHED = re.compile(r"^[-–—]\s+(?=\S)")
_MOST_DASHED = 0.5
_MOST_ASKED = 0.6


def speaker_without_label(
    stripped: Sequence[str], headers: Mapping[int, Header], line_labels: Sequence[Labelled | None]
) -> str:
    """Return the speaker of unlabelled lines where only one side is labelled: ``Participant``, ``Interviewer``, or ""."""
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
    other_asking_share = sum(_asks(stripped, block) for block in unlabelled_blocks) / len(unlabelled_blocks)
    role = role_from_label(next(iter(labels)))
    follows = sum(after[0] not in headers for before, after in pairwise(blocks) if before[0] in headers)
    if follows * 2 < len(labelled_blocks):
        return ""
    if role != "participant" and (
        asking_share >= _MOST_ASKED or (role == "interviewer" and asking_share > other_asking_share)
    ):
        return "Participant"
    return (
        "Interviewer"
        if role != "interviewer" and other_asking_share >= _MOST_ASKED and asking_share < other_asking_share / 2
        else ""
    )


def unnamed_speaker_changes(
    original_lines: Sequence[str], stripped: Sequence[str], headers: Mapping[int, Header]
) -> dict[int, Header]:
    """Return headers of turns that begin with ``>>`` and no name, in captions with that sign before names too."""
    signed = {index for index, line in enumerate(original_lines) if _CHANGE.match(line)}
    if not headers or 2 * sum(index in signed for index in headers) < len(headers):
        return {}
    return {index: Header("", stripped[index]) for index in signed if stripped[index] and index not in headers}


def questions_without_label(
    lines: Sequence[str], labels: Sequence[Labelled | None], accepted: frozenset[str]
) -> dict[int, str]:
    """Return numbered questions by line, where the only label in the file follows most of them: ``1. Why?``, ``P3: So.``"""
    if len(accepted) != 1:
        return {}
    questions = {index: words for index, words in questions_in(lines).items() if labels[index] is None}
    lines_below = [
        next((line for line in range(index + 1, len(lines)) if lines[line].strip()), index) for index in questions
    ]
    answer_count = sum((item := labels[line]) is not None and item.label in accepted for line in lines_below)
    return questions if len(questions) >= 2 and 2 * answer_count >= len(questions) else {}


def _asks(stripped: Sequence[str], block: Sequence[int]) -> bool:
    return any(_ASKS.search(stripped[index]) for index in block[-2:])


def turns_without_labels(
    lines: Sequence[str], labels: Sequence[Labelled | None], speaker: str
) -> tuple[tuple[Spoken, ...], list[Mark]]:
    blocks: list[list[Spoken]] = [[]]
    marks: list[Mark] = []
    start: int | None = None
    filled_lines = [line for line in lines if line]
    dashed = sum(bool(_DASHED.match(line)) for line in filled_lines) > _MOST_DASHED * max(len(filled_lines), 1)
    for index, (line, item) in enumerate(zip(lines, labels, strict=True)):
        if dashed and (dash := _DASHED.match(line)):
            # Where (nearly) every line begins with a dash, the speaker changes with each line.
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
