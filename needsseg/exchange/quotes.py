"""Quotes for people who do not open the study: as tables, as a document by code, and as sticky notes for boards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from needsseg.exchange.documents.document import Block, Document, Heading, Paragraph, as_word
from needsseg.exchange.documents.markdown import as_markdown
from needsseg.exchange.documents.page import as_page
from needsseg.exchange.documents.workbook import SheetTable, workbook
from needsseg.records import PassageStatus
from needsseg.tables import table_text
from needsseg.text import format_clock, format_count

Grouping = Literal["code", "segment", "person", "interview"]
Board = Literal["miro", "figjam"]
GROUPINGS: tuple[Grouping, ...] = get_args(Grouping)
BOARDS: tuple[Board, ...] = get_args(Board)
ENDINGS = (".csv", ".xlsx", ".md", ".docx", ".html")
BEFORE, AFTER = ("quote", "person"), ("interview", "time", "codes", "segment", "memo", "coder", "decision", "id")
MARK = ",".join(BEFORE)
"""What the first line of a table of quotes begins with, to recognise an earlier one."""
NONE: dict[Grouping, str] = {
    "code": "Without a code",
    "segment": "In no segment",
    "person": "Unnamed",
    "interview": "Unnamed",
}


@dataclass(frozen=True, slots=True)
class Note:
    """One researcher's memo on a passage."""

    words: str
    written_by: str
    written_at: str


@dataclass(frozen=True, slots=True)
class Quote:
    """A passage with all that is known of it, as it may leave the study: names are pseudonyms where they were asked for.

    ``codes`` are paths from the top, such as ``Work > Handover``. ``turn`` counts from 1 and ``start_ms`` is the time at which
    it begins, both None where unknown; ``start`` and ``end`` are the passage's offsets in the original transcript.
    """

    id: int
    quote: str
    person: str
    interview: str
    start: int
    end: int
    attributes: Mapping[str, str] = field(default_factory=dict)
    turn: int | None = None
    start_ms: int | None = None
    codes: tuple[str, ...] = ()
    segment: str = ""
    segment_status: str = ""
    memos: tuple[Note, ...] = ()
    coder: str = ""
    decision: PassageStatus = "suggested"
    anchored: bool = True

    @property
    def time(self) -> str:
        """The time at which its turn begins, as ``12:05``; empty where the transcript has none."""
        return format_clock(self.start_ms)

    @property
    def memo(self) -> str:
        """The memos as one text; where several people wrote one, each with its writer."""
        if len(self.memos) == 1:
            return self.memos[0].words
        return "\n".join(f"{memo.written_by}: {memo.words}" for memo in self.memos)

    @property
    def segment_in_words(self) -> str:
        """The segment, with a note where nobody named it yet."""
        return f"{self.segment} (candidate)" if self.segment_status == "candidate" else self.segment

    @property
    def source(self) -> str:
        """Who said it and where: ``Participant 3, Interview 3, 12:05``."""
        return ", ".join(filter(None, (self.person, self.interview, self.time)))


def quotes_content(quotes: Sequence[Quote], ending: str, title: str, grouping: Grouping = "code") -> str | bytes:
    """Return quotes as the content of a file with one of ``ENDINGS``; ``grouping`` divides documents, not tables."""
    if ending == ".csv":
        return quotes_csv(quotes)
    if ending == ".xlsx":
        header, rows = _table(quotes)
        return workbook([SheetTable("Quotes", header, tuple(rows))])
    document = quotes_document(quotes, title, grouping)
    return as_word(document) if ending == ".docx" else as_page(document) if ending == ".html" else as_markdown(document)


def quotes_csv(quotes: Sequence[Quote]) -> str:
    """Return a line for each quote, with a column for each attribute of its person."""
    header, rows = _table(quotes)
    return table_text(header, rows, neutralise=True)


def stickies_csv(quotes: Sequence[Quote], board: Board) -> str:
    """Return one column without a header in which each cell is a sticky note: the quote, who said it, and its codes.

    Miro and FigJam both make a note of each cell, so that both get the same lines; a header would become a note.
    """
    if board not in BOARDS:
        raise ValueError(f"no such board: {board}")
    notes = [_sticky(quote) for quote in quotes]
    return table_text(notes[:1], ([note] for note in notes[1:]), quote_all=True, neutralise=True) if notes else ""


def _sticky(quote: Quote) -> str:
    codes = " · ".join(quote.codes)
    return "\n".join(filter(None, (f"“{' '.join(quote.quote.split())}”", f"— {quote.source}", codes)))


def _table(quotes: Sequence[Quote]) -> tuple[tuple[str, ...], list[tuple[str | int | None, ...]]]:
    names = list(dict.fromkeys(name for quote in quotes for name in sorted(quote.attributes)))
    taken = {*BEFORE, *AFTER}
    header = (*BEFORE, *(f"{name} (person)" if name in taken else name for name in names), *AFTER)
    rows: list[tuple[str | int | None, ...]] = [
        (
            quote.quote, quote.person, *(quote.attributes.get(name, "") for name in names), quote.interview, quote.time,
            "; ".join(quote.codes), quote.segment_in_words, quote.memo, quote.coder, quote.decision, quote.id,
        )
        for quote in quotes
    ]  # fmt: skip
    return header, rows


def quotes_document(quotes: Sequence[Quote], title: str, grouping: Grouping = "code") -> Document:
    """Return quotes under headings of their codes (or segments, people, interviews); one with several codes is under each."""
    groups: dict[str, list[Quote]] = {}
    for quote in quotes:
        for name in _GROUPS[grouping](quote) or ("",):
            groups.setdefault(name, []).append(quote)
    people = len({quote.person for quote in quotes})
    blocks: list[Block] = [
        Paragraph(f"{format_count(len(quotes), 'quote')} of {format_count(people, 'person', 'people')}")
    ]
    for name in sorted(groups, key=lambda name: (not name, name.casefold(), name)):
        group = groups[name]
        blocks.append(Heading(f"{name or NONE[grouping]} ({len(group)})"))
        for quote in group:
            blocks += _quoted(quote, grouping, name)
    return Document(title, tuple(blocks))


_GROUPS: dict[Grouping, Callable[[Quote], tuple[str, ...]]] = {
    "code": lambda quote: quote.codes,
    "segment": lambda quote: tuple(filter(None, (quote.segment_in_words,))),
    "person": lambda quote: tuple(filter(None, (quote.person,))),
    "interview": lambda quote: tuple(filter(None, (quote.interview,))),
}


def _quoted(quote: Quote, grouping: Grouping, group: str) -> Iterator[Block]:
    yield Paragraph(quote.quote, "quote")
    about = "; ".join(f"{name}: {value}" for name, value in sorted(quote.attributes.items()))
    codes = [code for code in quote.codes if grouping != "code" or code != group]
    parts = (
        f"— {quote.source}",
        about,
        f"{'also ' if grouping == 'code' and group else ''}coded {', '.join(codes)}" if codes else "",
        f"segment {quote.segment_in_words}" if quote.segment and grouping != "segment" else "",
        f"passage {quote.id}, {quote.decision}" + (f" by {quote.coder}" if quote.coder else ""),
    )
    yield Paragraph(" · ".join(filter(None, parts)), "note")
    if quote.memo:
        yield Paragraph(quote.memo, label="Memo:")
