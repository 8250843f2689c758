"""What people write for the readout, as one Markdown text to edit: a heading a part, and comments that say what belongs there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from needsseg.errors import UsageError


@dataclass(frozen=True, slots=True)
class ReadoutText:
    """What people wrote, "" and empty where they wrote nothing; ``needs`` are names of segments in their order."""

    headline: str = ""
    question: str = ""
    summary: str = ""
    needs: tuple[str, ...] = ()
    recommendations: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()


PARTS = {
    "headline": "The main finding in one sentence; it becomes the title.",
    "question": "What you asked: the decision that the interviews were for.",
    "summary": "What you found, in a few sentences; an empty line begins a paragraph.",
    "needs": "The needs to show, a line each beginning with -, in their order; while empty, those of most people first.",
    "recommendations": "What to do, a line each beginning with -.",
    "limits": "What else the data cannot say, a line each beginning with -.",
}
"""The parts in their order, and what belongs into each."""
_LISTS = ("needs", "recommendations", "limits")
_COMMENT = re.compile(r"<!--.*?-->", re.S)
_HEADING = re.compile(r"#{1,6}[ \t]+(.*?)[ \t]*#*[ \t]*")
_ITEM = re.compile(r"[-*+•][ \t]+|\d{1,3}[.)][ \t]+")
LONGEST = 4000
"""The most characters of a part: a readout is one screen."""


def written(text: ReadoutText, segments: Sequence[str] = ()) -> str:
    """Return the text as Markdown to edit; ``segments`` are the names that the part "needs" can list."""
    blocks = ["<!-- Text for the readout. Comments like this one are not read. -->"]
    for part, about in PARTS.items():
        there = f" There are: {', '.join(segments)}." if part == "needs" and segments else ""
        value = getattr(text, part)
        body = "\n".join(f"- {item}" for item in value) if part in _LISTS else value
        # A name that holds the end of a comment must not end this one.
        comment = f"<!-- {(about + there).replace('--', '- -')} -->"
        blocks.append("\n\n".join(filter(None, (f"## {part.capitalize()}", comment, body))))
    return "\n\n".join(blocks) + "\n"


def read(markdown: str) -> ReadoutText:
    """Return what a Markdown text says; a part whose heading is missing is empty.

    UsageError, with the line, for a heading that is no part, a part that stands twice or is too long, text before the first
    heading, and a line that is no item where a list belongs.
    """
    parts: dict[str, str | tuple[str, ...]] = {}
    for part, number, body in _divided(markdown):
        parts[part] = _items(part, number, body) if part in _LISTS else _paragraphs(body)
        if len(" ".join(parts[part])) > LONGEST if part in _LISTS else len(parts[part]) > LONGEST:
            raise UsageError(
                f"Line {number}: “{part}” has more than {LONGEST:,} characters.", "Shorten it: a readout is one screen."
            )
    return ReadoutText(**parts)  # type: ignore[arg-type]


def _divided(markdown: str) -> list[tuple[str, int, list[str]]]:
    """Return (part, number of its line, the lines below it) for each heading."""
    # Comments go, their line ends stay, so that lines keep their numbers.
    plain = _COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), markdown.removeprefix("\ufeff"))
    known = ", ".join(part.capitalize() for part in PARTS)
    divided: list[tuple[str, int, list[str]]] = []
    for number, line in enumerate(plain.splitlines(), 1):
        heading = _HEADING.fullmatch(line.strip())
        if heading is None:
            if divided:
                divided[-1][2].append(line)
            elif line.strip():
                raise UsageError(f"Line {number} stands before the first heading.", f"Put it below one of: {known}.")
            continue
        part = heading[1].casefold()
        if part not in PARTS:
            raise UsageError(f"Line {number}: the readout has no part “{heading[1]}”.", f"Its parts are: {known}.")
        if part in (each[0] for each in divided):
            raise UsageError(f"Line {number}: “{heading[1]}” stands twice.", "Put its text below one heading.")
        divided.append((part, number, []))
    return divided


def _paragraphs(lines: Sequence[str]) -> str:
    """Return paragraphs on one line each, with an empty line between two."""
    paragraphs = re.split(r"\n[ \t]*\n", "\n".join(lines).strip())
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs if paragraph.strip())


def _items(part: str, heading: int, lines: Sequence[str]) -> tuple[str, ...]:
    items: list[str] = []
    for number, line in enumerate(lines, heading + 1):
        marker = _ITEM.match(line.strip())
        if marker:
            items.append(" ".join(line.strip()[marker.end() :].split()))
        elif line[:1].isspace() and line.strip() and items:
            items[-1] += f" {' '.join(line.split())}"
        elif line.strip():
            raise UsageError(f"Line {number}: “{part}” is a list.", "Begin each of its lines with “- ”.")
    return tuple(item for item in items if item)
