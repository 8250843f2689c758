"""The content of a report as blocks in order; words are already pseudonymised, and the writers escape them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from needsseg.discovery.intervals import wilson

MADE_BY = "Report by needsseg"
"""Near the start of every report, to recognise an earlier report among other files."""


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; ``lead`` means that it summarises the following."""

    words: str
    lead: bool = False


@dataclass(frozen=True, slots=True)
class Bullets:
    """List items, about one sentence each."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """A heading inside a section, with its anchor, and the symbol of the segment that it is about."""

    words: str
    anchor: str
    symbol: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """A participant's words, with speaker and place; ``to`` is the anchor of their context, "" without one."""

    words: str
    who: str
    place: str
    to: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """A quote with the surrounding words; ``question`` is the turn before it, by ``asker``."""

    anchor: str
    who: str
    place: str
    asker: str
    question: str
    before: str
    quote: str
    after: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of equally many cells under a header. ``folded`` means that a page shows it on demand."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Spot:
    """A passage on the map, with coordinates in [0, 1], and its displayed fields."""

    x: float
    y: float
    segment: str
    quote: str
    who: str
    place: str


@dataclass(frozen=True, slots=True)
class Map:
    """A map of passages by similarity, with the segments in report order and a description in words.

    ``symbols`` are those of the segments, by name.
    """

    title: str
    description: str
    segments: tuple[str, ...]
    spots: tuple[Spot, ...]
    symbols: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Point:
    """The share that remains from a day on, with its 95% interval where there is one."""

    day: int
    share: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Curves:
    """Retention curves by segment, and a description in words; ``symbols`` are those of the segments, by name."""

    title: str
    description: str
    lines: tuple[tuple[str, tuple[Point, ...]], ...]
    symbols: Mapping[str, str] = field(default_factory=dict)


Block = Text | Bullets | Head | Quote | Context | Table | Map | Curves


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the report under its heading."""

    anchor: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """The whole content of a report; ``facts`` are shown under the title: its subject, date and names."""

    title: str
    facts: Mapping[str, str]
    sections: tuple[Section, ...]


def share_in_words(count: int, total: int) -> str:
    """Return a share with its 95% Wilson interval (1927), valid for small counts: ``5 of 18 (28%, 12–51%)``."""
    if not total:
        return "0 of 0"
    low, high = wilson(count, total)
    return f"{count} of {total} ({count / total:.0%}, {low * 100:.0f}–{high:.0%})"


def printable(words: str) -> str:
    """Return words without the control characters that pages forbid; joiners stay, which some scripts and emoji need."""
    return "".join(c if c.isprintable() or c in "\u200c\u200d" else " " for c in words)
