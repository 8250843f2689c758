"""What a report says, as plain blocks in order; words are as they may leave the study and are escaped where they are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from needsseg.discovery.intervals import wilson

MADE_BY = "Report by needsseg"
"""Stands near the start of every report, by which an earlier one is told from any other file."""


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; ``lead`` says that it is a sentence that sums up what follows."""

    words: str
    lead: bool = False


@dataclass(frozen=True, slots=True)
class Bullets:
    """Points, one sentence or so each."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """A heading inside a section, with the anchor by which it is linked."""

    words: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Quote:
    """A participant's words, who said them and where; ``to`` is the anchor of their context, empty where there is none."""

    words: str
    who: str
    place: str
    to: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """A quote among the words around it; ``asked`` is the turn before it, by ``asker``."""

    anchor: str
    who: str
    place: str
    asker: str
    asked: str
    before: str
    quote: str
    after: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a header; every row has as many cells. ``folded`` says that a page shows it on demand."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Spot:
    """A passage on the map, both coordinates in [0, 1], and what is shown of it."""

    x: float
    y: float
    segment: str
    quote: str
    who: str
    place: str


@dataclass(frozen=True, slots=True)
class Map:
    """Passages by likeness, with the segments in the order of the report and what the picture shows, in words."""

    title: str
    description: str
    segments: tuple[str, ...]
    spots: tuple[Spot, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """The share that stays from a day on, with its 95% interval where there is one."""

    day: int
    share: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Curves:
    """Who stays, by segment, as stairs, and what the picture shows, in words."""

    title: str
    description: str
    lines: tuple[tuple[str, tuple[Point, ...]], ...]


Block = Text | Bullets | Head | Quote | Context | Table | Map | Curves


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report under its heading."""

    anchor: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """All that a report says; ``facts`` stand under the title: what it is of, as of when, under which names."""

    title: str
    facts: Mapping[str, str]
    sections: tuple[Section, ...]


def share_in_words(count: int, total: int) -> str:
    """A share with its 95% interval after Wilson (1927), which holds for few too: ``5 of 18 (28%, 12–51%)``."""
    if not total:
        return "0 of 0"
    low, high = wilson(count, total)
    return f"{count} of {total} ({count / total:.0%}, {low * 100:.0f}–{high:.0%})"


def printable(words: str) -> str:
    """Words without the control characters that no page may hold; joiners stay, which some scripts and emoji need."""
    return "".join(c if c.isprintable() or c in "\u200c\u200d" else " " for c in words)
