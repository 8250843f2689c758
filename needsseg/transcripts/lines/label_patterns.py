"""Common label patterns, and those that fit a text, for a person to choose from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_TIME = r"\d{1,3}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?"
_NAME = r"[^\W\d_][^\n:：<>\[\]{}()|\t#*]{0,39}?"
_WORDS = r"(?P<words>\S.*)"
_COLON = r"\s*[:：](?!\d\d)\s*"
_KNOWN: tuple[tuple[str, str], ...] = (
    ("[time] Name: words", rf"^\s*[\[(]?(?P<time>{_TIME})[\])]?\s*[-–—]?\s*(?P<speaker>{_NAME}){_COLON}{_WORDS}$"),
    ("Name [time]: words", rf"^\s*(?P<speaker>{_NAME})\s*[\[(](?P<time>{_TIME})[\])]{_COLON}{_WORDS}$"),
    ("**Name:** words", rf"^\s*\*\*(?P<speaker>{_NAME})\s*[:：]?\*\*\s*[:：]?\s*{_WORDS}$"),
    (">> NAME: words", rf"^\s*>>+\s*(?P<speaker>{_NAME}){_COLON}{_WORDS}$"),
    ("[Name]: words", rf"^\s*[\[{{<(](?P<speaker>{_NAME})[\]}}>)]\s*[:：]?\s*{_WORDS}$"),
    ("Name: words", rf"^\s*(?P<speaker>{_NAME}){_COLON}{_WORDS}$"),
    ("Name (time), words below", rf"^\s*(?P<speaker>{_NAME})\s*[\[(](?P<time>{_TIME})[\])]\s*$"),
    ("time Name, words below", rf"^\s*[\[(]?(?P<time>{_TIME})[\])]?\s*[-–—|]?\s*(?P<speaker>{_NAME})\s*$"),
    ("Name time, words below", rf"^\s*(?P<speaker>{_NAME})\s*[-–—|]?\s+(?P<time>{_TIME})\s*$"),
    ("# Name, words below", rf"^\s*#{{1,6}}\s+(?P<speaker>{_NAME})\s*:?\s*$"),
    ("Name:, words below", rf"^\s*(?P<speaker>{_NAME})\s*[:：]\s*$"),
    ("Name | words", rf"^\s*(?P<speaker>{_NAME})\s*[|\t]\s*{_WORDS}$"),
    ("Name – words", rf"^\s*(?P<speaker>{_NAME})\s+[-–—]\s+{_WORDS}$"),
)
_LINES_READ = 5_000
_LONGEST_LINE = 2_000
_FEWEST_LINES = 2


@dataclass(frozen=True, slots=True)
class LabelPattern:
    """A label pattern: an example of its form, its regular expression, and the lines and speakers it matches in a text."""

    looks: str
    pattern: str
    lines: int
    speakers: tuple[str, ...]


def label_patterns_in(lines: Sequence[str]) -> tuple[LabelPattern, ...]:
    """Return the patterns that fit a text, those with most lines first: each matches two lines and one speaker twice."""
    patterns: list[LabelPattern] = []
    texts = [line for line in lines[:_LINES_READ] if line.strip() and len(line) <= _LONGEST_LINE]
    for looks, pattern in _KNOWN:
        compiled = re.compile(pattern)
        labels = Counter(match["speaker"].strip() for line in texts if (match := compiled.match(line)))
        count = sum(labels.values())
        if count >= _FEWEST_LINES and count > len(labels):
            patterns.append(LabelPattern(looks, pattern, count, tuple(label for label, _ in labels.most_common(8))))
    return tuple(sorted(patterns, key=lambda label_pattern: -label_pattern.lines))
