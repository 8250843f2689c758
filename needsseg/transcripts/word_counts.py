"""Count the words of a source by kind; warn where much was left out, refuse where too much was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from needsseg.errors import Advice, Option, TranscriptError
from needsseg.records import WORD_KINDS, LeftOut
from needsseg.text import format_count
from needsseg.transcripts.spoken import Reading, one_line

WARNED_SHARE = 0.02
REFUSED_SHARE = 0.10
SHOWN_SHARE = 0.05
FEW_WORDS = 5
"""Fewer unread words than these never refuse a file."""
_FIRST_LINES = 3
_SHOWN_LENGTH = 60
_NEVER_SHOWN = frozenset({"speech", "label", "time"})


@dataclass(frozen=True, slots=True)
class WordCounts:
    """Words by kind (all of WORD_KINDS; their sum is the source's words), and the kinds that a person should check.

    ``unread_lines`` is the number of text lines of which no word was read, and the first of them.
    """

    by_kind: dict[str, int]
    left_out: tuple[LeftOut, ...]
    unread_lines: tuple[int, str] = (0, "")


def count_words(reading: Reading) -> WordCounts:
    """Count the words of a reading's source by the kinds of its marks.

    Words are separated by white space. A word that is speech and something else (``[00:12]Yes``) is speech. Words without
    a mark are unread.
    """
    marks: dict[int, dict[str, int]] = {}
    for mark in reading.marks:
        of_line = marks.setdefault(mark.line, {})
        of_line[mark.kind] = of_line.get(mark.kind, 0) + mark.words
    total: Counter[str] = Counter()
    first: dict[str, list[str]] = {}
    unread_lines, first_unread = 0, ""
    for index, line in enumerate(reading.source):
        counts_of_line = _of_line(len(line.split()), marks.get(index, {}))
        if reading.unit == "line" and set(counts_of_line) == {"unread"}:
            unread_lines += 1
            first_unread = first_unread or f"{reading.numbers[index] if reading.numbers else index + 1}: {_short(line)}"
        for kind, count in counts_of_line.items():
            total[kind] += count
            if kind not in _NEVER_SHOWN and len(shown_lines := first.setdefault(kind, [])) < _FIRST_LINES:
                number = reading.numbers[index] if reading.numbers else index + 1
                shown_lines.append(f"{reading.unit} {number}: {_short(_part_of(reading, index, kind))}")
    words = sum(total.values())
    left_out = tuple(
        LeftOut(kind, total[kind], tuple(first[kind]))
        for kind in WORD_KINDS
        if kind not in _NEVER_SHOWN and total[kind] > (WARNED_SHARE if kind == "unread" else SHOWN_SHARE) * words
    )
    return WordCounts({kind: total[kind] for kind in WORD_KINDS}, left_out, (unread_lines, first_unread))


def _part_of(reading: Reading, index: int, kind: str) -> str:
    """Return the words of one kind in a source line, where the marks contain them; else the whole line."""
    line = reading.source[index]
    marks = [mark for mark in reading.marks if mark.line == index]
    if kind == "unread":
        for mark in marks:
            line = line.replace(mark.text, " ", 1) if mark.text else line
        return line if line.strip() else reading.source[index]
    texts = [mark.text for mark in marks if mark.kind == kind]
    return " · ".join(texts) if texts and all(texts) else line


def _of_line(words: int, marks: Mapping[str, int]) -> dict[str, int]:
    """Return the word counts of one line by kind: speech first, as a word joined to a label or a time is speech."""
    if len(marks) == 1 and (kind := next(iter(marks))) and marks[kind] >= words:
        return {kind: marks[kind] if kind == "speech" else words} if words else {}
    counts: dict[str, int] = {}
    remaining = max(words, marks.get("speech", 0))
    for kind in WORD_KINDS if marks else ():
        if count := min(marks.get(kind, 0), remaining):
            counts[kind], remaining = count, remaining - count
    if remaining:
        counts["unread"] = counts.get("unread", 0) + remaining
    return counts


def warnings_about(counts: WordCounts) -> tuple[str, ...]:
    """Return a warning for each kind of which much was left out, with its first lines, and one for a few unread lines."""
    words = sum(counts.by_kind.values())
    lines, first = counts.unread_lines
    few: tuple[str, ...] = ()
    if lines and not any(left_out.kind == "unread" for left_out in counts.left_out):
        few = (f"{format_count(lines, 'line was', 'lines were')} not read as speech, first line {first}",)
    return few + tuple(
        f"{format_count(kind.words, 'word')} ({kind.words / words:.0%}) {_kind_message(kind.kind)}: {'; '.join(kind.first_lines)}"
        for kind in counts.left_out
    )


def refuse_unread(counts: Sequence[WordCounts], name: str) -> None:
    """Raise TranscriptError where more than a tenth of the words of a file were not read; ``name`` is the file."""
    words = sum(sum(word_counts.by_kind.values()) for word_counts in counts)
    unread_words = sum(word_counts.by_kind["unread"] for word_counts in counts)
    if unread_words < FEW_WORDS or unread_words <= REFUSED_SHARE * words:
        return
    first = next(
        (kind.first_lines for word_counts in counts for kind in word_counts.left_out if kind.kind == "unread"), ()
    )
    raise TranscriptError(
        f"{name}: {unread_words} of {words} words ({unread_words / words:.0%}) were not understood: {'; '.join(first)}.",
        Advice("Choose the layout or the label pattern yourself, or read it anyway", Option.ANYWAY, "."),
    )


def _kind_message(kind: str) -> str:
    return "were not understood and left out" if kind == "unread" else f"were read as {_PLAIN[kind]} and left out"


_PLAIN = {
    "heading": "headings",
    "note": "notes outside the speech",
    "metadata": "facts about the file",
    "markup": "markup",
    "repeated": "repeats of earlier words",
}


def _short(line: str) -> str:
    text = one_line(line)
    return text if len(text) <= _SHOWN_LENGTH else f"{text[: _SHOWN_LENGTH - 1]}…"
