"""Labels on the line of the words: ``Name: words`` and its variants, in plain text, Markdown and Word paragraphs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from needsseg.transcripts.lines.labels import (
    LONGEST_NAME,
    accepted_labels,
    counted,
    is_field_above,
    is_metadata,
    is_note,
    like_a_name,
)
from needsseg.transcripts.roles import role_from_label
from needsseg.transcripts.spoken import one_line
from needsseg.transcripts.subtitles.cues import milliseconds

_CLOCK = r"(?:(\d{1,3}):)?(\d{1,3}):(\d{2})(?:[.,](\d{1,3}))?"
_LEADING_TIME = re.compile(rf"^(?:[\[(]{_CLOCK}[\])]\s*|{_CLOCK}(?=\s|$|[^\W\d_][^:]{{0,62}}:\s))\s*(?:[-–|:]\s+)?")
_CHEVRONS = re.compile(r"^(?:>>+|»+)\s*")
_TRAILING_TIME = re.compile(rf"\s*(?:[\[(]\s*{_CLOCK}\s*[\])]|(?<=\s){_CLOCK})\s*$")
_EMPHASIS = re.compile(
    r"^(\*{1,3}|_{1,3})(?P<name>\+?\d{1,4}\*{2,}\d{1,4}|[^*\s][^*]*?)(?P<colon>:?)\s*\1(?P<rest>(?!\w).*)$"
)
_EMPHASISED_LINE = re.compile(r"^(\*{1,3}|_{1,3})(?P<inner>[^*_\s][^*]*?)\1\\?$")
_AFTER_EMPHASIS = re.compile(rf"^\s*(?:[\[(]\s*{_CLOCK}\s*[\])])?\s*(?P<colon>[:：]?)\s*(?P<words>.*)$")
_COLON = re.compile(
    rf"^(?P<name>[^:：]{{1,{LONGEST_NAME}}}?(?:[:*](?:in|innen|r))?)(?P<time>\s*[\[(]?\s*(?<!\d){_CLOCK}\s*[\])]?)?\s*(?:：|:(?=\s|$))\s*(?P<words>.*)$"
)
_BRACKET = re.compile(r"^(?:\[(?P<name>[^\[\]:]{1,63})\]:?\s+|【(?P<wide>[^【】:：]{1,63})】[:：]?\s*)(?P<words>\S.*)$")
_ONLY_TIME = re.compile(rf"^[\[(]?{_CLOCK}[\])]?$")
_SPOKEN_TIME = re.compile(r"^(?P<name>\S.*?) (?P<minutes>\d{1,3}) (?P<seconds>[0-5]?\d)$")
_QUESTION_NUMBER = re.compile(r"^(?:Q|Question|Frage|Pregunta|Domanda|Vraag)\s*\.?\s*\d{1,3}$", re.IGNORECASE)
_SLIPPED = re.compile(r"^(?P<label>[^:;.：]{1,63}?)\s?(?P<sign>::|[:;.：])\s*(?P<words>\S.*)$")
_TIGHT = re.compile(r"^(?P<label>[^\W\d_][^:：\n]{0,40}):(?P<words>[^\s/\\\d:].*)$")
_DASH = re.compile(r"^[-–—]\s+")
_NUMBERED_QA = re.compile(r"^[QA]\d{1,3}$")
_LONGEST_CODE = 3
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’)]*$")


@dataclass(frozen=True, slots=True)
class Labelled:
    """One line that may begin a turn; ``kind`` is the form of its label, ``alone`` where the words follow below."""

    label: str
    words: str
    start_ms: int | None
    kind: str


def labelled(line: str) -> Labelled | None:
    """Return the label and words of a line in the form of one that begins a turn, else None."""
    remaining, start = _CHEVRONS.sub("", line.strip()), None
    if match := _LEADING_TIME.match(remaining):
        groups = match.group(1, 2, 3, 4) if match.group(2) else match.group(5, 6, 7, 8)
        start, remaining = milliseconds(*groups), remaining[match.end() :].strip()
    if remaining[:1] in "*_" and (match := _EMPHASIS.match(remaining)):
        return _emphasised(match, start)
    if match := _BRACKET.match(remaining):
        name = one_line(match["name"] or match["wide"])
        if time := _ONLY_TIME.match(match["words"]):
            return Labelled(name, "", milliseconds(*time.groups()), "bracket")
        return Labelled(name, match["words"], start, "bracket")
    if (match := _COLON.match(remaining)) and not _is_aside(remaining):
        if match["time"]:
            start = milliseconds(*match.group(3, 4, 5, 6))
        label = one_line(match["name"]).strip("[]") if match["name"].startswith("[") else one_line(match["name"])
        return Labelled(_without_mark(label), match["words"].removesuffix("\\"), start, "colon")
    return None


def labels_in_emphasis(lines: Sequence[str], line_labels: Sequence[Labelled | None]) -> list[Labelled | None]:
    """Add labels within the emphasis of a whole line (``*I: How?*``), where the name recurs in any form."""
    inner = {
        index: item
        for index, line in enumerate(lines)
        if line[:1] in "*_" and (match := _EMPHASISED_LINE.match(line))
        if (item := labelled(match["inner"])) and item.words and like_a_name(item.label)
    }
    counts = counted([item.label for item in (*inner.values(), *line_labels) if item])
    return [
        inner[index] if index in inner and counts[inner[index].label] > 1 else item
        for index, item in enumerate(line_labels)
    ]


def _is_aside(line: str) -> bool:
    """Return whether a colon is within brackets that open the line: ``[Break: five minutes]``."""
    closes = {"[": "]", "(": ")", "{": "}"}.get(line[:1])
    return closes is not None and closes not in line.split(":", 1)[0]


def tightly_labelled(line: str, labels: frozenset[str]) -> Labelled | None:
    """Return the label of a line that begins with one of ``labels`` in another form: ``P:Yes``, ``P; yes``, ``P. Yes``."""
    match = _SLIPPED.match(line)
    if not match or match["label"] not in labels or (match["sign"] == "." and len(match["label"]) > _LONGEST_CODE):
        return None
    return Labelled(match["label"], match["words"], None, "colon")


def label_without_colon(line: str, labels: frozenset[str]) -> Labelled | None:
    """Return the label of a line with one of ``labels`` without a sign, then a capital or a digit: ``P At least``."""
    label = max((known_label for known_label in labels if line.startswith(f"{known_label} ")), key=len, default="")
    words = line[len(label) + 1 :].lstrip()
    # "I" and "A" are also English words.
    if (
        not label
        or label in {"I", "A", "O", "Y", "E"}
        or not re.match(r"[\"“¿¡]?[A-ZÀ-ÖØ-Þ\d]", words)
        or ":" in words[:40]
    ):
        return None
    return Labelled(label, words, None, "colon")


def labels_without_space(lines: Sequence[str]) -> list[Labelled | None]:
    """Return labels without a space after the colon (``I:How``), for a text without other labels."""
    return [
        Labelled(one_line(match["label"]), match["words"], None, "colon") if (match := _TIGHT.match(line)) else None
        for line in lines
    ]


def without_question_numbers(line_labels: Sequence[Labelled | None]) -> list[Labelled | None]:
    """Read ``Q1`` and ``A1``, ``Q2`` and ``A2`` as ``Q`` and ``A``, where each number occurs once for each."""
    numbered = [item.label for item in line_labels if item and _NUMBERED_QA.match(item.label)]
    question_count, answer_count = (sum(label[0] == letter for label in numbered) for letter in "QA")
    if min(question_count, answer_count) < 2 or len(set(numbered)) < len(numbered):
        return list(line_labels)
    return [replace(item, label=item.label[0]) if item and item.label in numbered else item for item in line_labels]


def _without_mark(label: str) -> str:
    """Read ``Oda?``, as some mark the interviewer, and ``“Oda”`` as ``Oda``."""
    label = label[1:-1].strip() if len(label) > 2 and label[0] in "\"“„'" and label[-1] in "\"”“'" else label
    return label[:-1].rstrip() if label.endswith("?") and like_a_name(label[:-1]) else label


def _emphasised(match: re.Match[str], start: int | None) -> Labelled | None:
    name = match["name"]
    if time := _TRAILING_TIME.search(name):
        groups = time.group(1, 2, 3, 4) if time.group(2) else time.group(5, 6, 7, 8)
        start, name = milliseconds(*groups), name[: time.start()]
    if time := _LEADING_TIME.match(name):
        groups = time.group(1, 2, 3, 4) if time.group(2) else time.group(5, 6, 7, 8)
        start, name = milliseconds(*groups), name[time.end() :]
    after = _AFTER_EMPHASIS.match(match["rest"])
    if after is None:
        return None
    if after.group(2):
        start = milliseconds(*after.group(1, 2, 3, 4))
    label, words = one_line(name).rstrip(":："), _DASH.sub("", after["words"].removesuffix("\\").strip())
    if match["colon"] or after["colon"] or name.endswith(("：", ":")):
        return Labelled(label, words, start, "colon")
    return Labelled(label, words, start, "bracket") if words else Labelled(label, "", start, "alone")


def stamp(line: str) -> int | None:
    """Return the milliseconds of a line that holds only a clock time, else None."""
    match = _LEADING_TIME.match(line.strip())
    if match is None or line.strip()[match.end() :].strip():
        return None
    return milliseconds(*(match.group(1, 2, 3, 4) if match.group(2) else match.group(5, 6, 7, 8)))


def without_spoken_times(line_labels: Sequence[Labelled | None]) -> list[Labelled | None]:
    """Remove times from labels (``Sarah 2 3:`` for 2 min 3 s), where a name occurs with several of them."""
    times: dict[str, set[str]] = {}
    for item in line_labels:
        if item and (match := _SPOKEN_TIME.match(item.label)):
            times.setdefault(match["name"], set()).add(item.label)
    several = {name for name, labels in times.items() if len(labels) > 1}
    if not several:
        return list(line_labels)
    return [
        replace(item, label=match["name"], start_ms=milliseconds(None, match["minutes"], match["seconds"], None))
        if item and (match := _SPOKEN_TIME.match(item.label)) and item.kind == "colon"
        else item
        for item in line_labels
    ]


def speakers_in(lines: Sequence[str], line_labels: Sequence[Labelled | None]) -> frozenset[str]:
    """Return the labels in a file that name speakers.

    Where the two most frequent labels always follow a blank line, only such lines count, and a paragraph with several
    labelled lines is quoted dialogue. Bracketed labels count only when most paragraphs have one, so ``[laughs]`` is not
    a speaker.
    """
    starts = [index == 0 or not lines[index - 1] for index in range(len(lines))]
    candidates = [item if item and item.kind != "bracket" else None for item in line_labels]
    names = [item.label for item in candidates if item and like_a_name(item.label) and not is_metadata(item.label)]
    top = [label for label, count in counted(names).most_common(2) if count > 1]
    apart = bool(top) and all(
        start for start, item in zip(starts, candidates, strict=True) if item and item.label in top
    )
    counts = counted(
        [
            item.label
            for index, item in enumerate(candidates)
            if item and not (apart and (not starts[index] or _quoted(lines, candidates, index, top)))
        ]
    )
    own_line_labels = {item.label for item in candidates if item and item.kind == "alone"}
    accepted = {label for label in accepted_labels(counts) if label not in own_line_labels or counts[label] > 1}
    brackets = counted([item.label for item in line_labels if item and item.kind == "bracket"])
    paragraphs = sum(bool(line) and start for line, start in zip(lines, starts, strict=True))
    if sum(count for count in brackets.values() if count > 1) * 2 >= max(paragraphs, 3):
        accepted |= set(brackets)
    return frozenset(accepted - _labels_of_nobody(candidates, counts, accepted))


def _labels_of_nobody(line_labels: Sequence[Labelled | None], counts: dict[str, int], accepted: set[str]) -> set[str]:
    """Return labels of non-speakers: notes, and fields above the dialogue that occur once with a value, not a sentence."""
    questions = {label for label in accepted if _QUESTION_NUMBER.match(label) and counts[label] == 1}
    notes = {label for label in accepted if is_note(label)} | (questions if len(questions) > 1 else set())
    repeated = {label for label in accepted - notes if counts[label] > 1}
    # "Participant: Teo", where Teo is a speaker, is a field.
    notes |= {item.label for item in line_labels if item and counts[item.label] == 1 and item.words in repeated}
    if len(repeated) < 2:
        return notes
    head = next(index for index, item in enumerate(line_labels) if item and item.label in repeated)
    items_above = [item for item in line_labels[:head] if item and counts[item.label] == 1]
    side_by_side = any(first and second for first, second in pairwise(line_labels[:head]))
    return notes | {
        item.label
        for item in items_above
        if (
            is_field_above(item.label)
            and not _ends_as_sentence(item.words)
            and role_from_label(item.label) != "interviewer"
        )
        or item.words in accepted
        or (side_by_side and not _ends_as_sentence(item.words))
    }


def _ends_as_sentence(words: str) -> bool:
    """Return whether words end like a sentence."""
    return bool(_SENTENCE_END.search(words))


def without_fields_above(lines: Sequence[str], line_labels: Sequence[Labelled | None]) -> int:
    """Return the number of lines up to the end of a first paragraph of fields (``Date: …``, ``Participant: P4``)."""
    first = next((index for index, line in enumerate(lines) if line), 0)
    end = next((index for index in range(first, len(lines)) if not lines[index]), len(lines))
    block = line_labels[first:end]
    counts_below = counted([item.label for item in line_labels[end:] if item])
    if not 2 <= len(block) <= 15 or sum(count > 1 for count in counts_below.values()) < 2:
        return 0
    fields = [item for item in block if item and (is_metadata(item.label) or item.words in counts_below)]
    return end if fields and all(block) else 0


def _quoted(lines: Sequence[str], line_labels: Sequence[Labelled | None], index: int, top: Sequence[str]) -> bool:
    item = line_labels[index]
    if item is None or item.label in top:
        return False
    following = index + 1
    while following < len(lines) and lines[following]:
        if line_labels[following]:
            return True
        following += 1
    return False
