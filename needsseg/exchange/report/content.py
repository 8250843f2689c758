"""The content of a report as blocks in order; words are already pseudonymised, and the writers escape them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from needsseg.discovery.intervals import wilson
from needsseg.exchange.report.pictures import Picture
from needsseg.exchange.report.table import Table
from needsseg.text import texts_in

MADE_BY = "Report by needsseg"
"""Near the start of every report, to recognise an earlier report among other files."""
PROPOSED = " (proposed by the program)"
ALL_PROPOSED = "These quotes are the program's proposals; nobody chose them."


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
    """A quote with the surrounding words; ``question`` is the turn before it, by ``asker``; ``back`` is its segment's anchor.

    ``listen`` is a link to its time in a recording that lies beside the report, "" without one.
    """

    anchor: str
    who: str
    place: str
    asker: str
    question: str
    before: str
    quote: str
    after: str
    back: str = ""
    listen: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """A part that nobody wrote or that the data lacks: what is missing, and what to do about it."""

    words: str


@dataclass(frozen=True, slots=True)
class CardPart:
    """One part of a need in one person's exact words; ``chosen`` says that a person chose the quote."""

    part: str
    quote: str
    who: str
    place: str
    to: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class NeedCard:
    """A need on one card: who has it, and its parts in quotes; ``to`` is the anchor of its segment in the details.

    ``need`` is a person's sentence, "" where nobody wrote one; ``unsaid`` are the parts without a quote.
    """

    name: str
    symbol: str
    to: str
    need: str
    people: str
    parts: tuple[CardPart, ...]
    unsaid: tuple[str, ...] = ()

    @property
    def all_proposed(self) -> bool:
        """Whether the program proposed every quote, which is then said once."""
        return bool(self.parts) and not any(part.chosen for part in self.parts)


Block = Text | Missing | Bullets | Head | Quote | Context | Table | NeedCard | Picture


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the report under its heading; ``anchor`` is its name among ``SECTIONS``."""

    anchor: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """The whole content of a report; ``facts`` are shown under the title: its subject, date and names.

    ``left_names`` says that words which may be names were left as they are, "" where there are none.
    """

    title: str
    facts: Mapping[str, str]
    sections: tuple[Section, ...]
    left_names: str = ""


def share_in_words(count: int, total: int) -> str:
    """Return a share with its 95% Wilson interval (1927), valid for small counts: ``5 of 18 (28%, 12–51%)``."""
    if not total:
        return "0 of 0"
    low, high = wilson(count, total)
    return f"{count} of {total} ({count / total:.0%}, {low * 100:.0f}–{high:.0%})"


def anchors(report: Report) -> frozenset[str]:
    """Return the anchors that a report has; a link to any other is left out by the writers."""
    blocks = [block for section in report.sections for block in section.blocks]
    inner = {block.anchor for block in blocks if isinstance(block, Head | Context)}
    return frozenset(inner | {section.anchor for section in report.sections})


def only(report: Report, sections: tuple[str, ...]) -> Report:
    """Return the report with the sections of these names alone, in their order in the report."""
    return replace(report, sections=tuple(section for section in report.sections if section.anchor in sections))


def texts_of(report: Report) -> str:
    """Return all texts of a report's title and sections, each on a line."""
    return "\n".join(texts_in(report.title, report.sections))


def source_in_words(part: CardPart, *, marked: bool) -> str:
    """Return who said a quote and where; ``marked`` says where the program proposed it."""
    return f"{part.who}, {part.place}{PROPOSED if marked and not part.chosen else ''}"
