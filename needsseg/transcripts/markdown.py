"""Markdown: labels in bold or in quotes, with front matter, headings, rules and link lists around the talk."""

from __future__ import annotations

import re
from collections.abc import Sequence

from needsseg.transcripts.choices import NO_CHOICES, ReadingChoices
from needsseg.transcripts.layout import read_lines
from needsseg.transcripts.meet import from_meet, only_the_talk
from needsseg.transcripts.spoken import Reading
from needsseg.transcripts.text import RULE

HEADING = re.compile(r"^\s{0,3}#{1,6}(\s|$)")
_UNDERLINE = re.compile(r"^\s{0,3}(=+|-{2,})\s*$")
_QUOTE = re.compile(r"^\s{0,3}(?:>\s?)+")
_LINK_ITEM = re.compile(r"^\s*(?:[-*+]|\d+[.)])?\s*!?\[[^\]]*\]\([^)]*\)\s*$")
_BULLET_LABEL = re.compile(r"^\s*[-*+]\s+(?=\*{1,3}[^*]+\*{1,3}|\[?\d+:\d\d)")
_COMMENT = re.compile(r"^\s*<!--.*-->\s*$")


def read_markdown(lines: Sequence[str], choices: ReadingChoices = NO_CHOICES) -> Reading:
    """Turns of a Markdown file; block structure is dropped, emphasis inside the words stays as written."""
    return read_lines(_without_furniture(only_the_talk(lines) if from_meet(lines) else lines))


def _without_furniture(lines: Sequence[str]) -> list[str]:
    kept = [""] * (body := _front_matter(lines))
    for index in range(body, len(lines)):
        line = lines[index]
        quoted = _QUOTE.sub("", line)
        dropped = any(shape.match(line) for shape in (HEADING, RULE, _LINK_ITEM, _COMMENT, _UNDERLINE))
        kept.append("" if dropped else _BULLET_LABEL.sub("", quoted))
    return kept


def _front_matter(lines: Sequence[str]) -> int:
    if not lines or lines[0].strip() != "---":
        return 0
    for index in range(1, min(len(lines), 200)):
        if lines[index].strip() in {"---", "..."}:
            fields = [line for line in lines[1:index] if line.strip()]
            plain = all(re.match(r"^(\s+|- |#|[\w-]+\s*:)", line) for line in fields)
            return index + 1 if plain else 0
    return 0
