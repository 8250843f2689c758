"""Write a report's readout as slides: one a need, with the sources of its quotes in the speaker's notes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import groupby
from typing import Any

from needsseg.exchange.report.content import (
    MADE_BY,
    Block,
    Bullets,
    CardPart,
    Head,
    Missing,
    NeedCard,
    Report,
    Text,
    source_in_words,
)
from needsseg.exchange.report.drawing import symbol_colour
from needsseg.exchange.report.pictures import Bars, Curves, Grid, Map, table_behind
from needsseg.exchange.report.table import Table
from needsseg.exchange.word import column_widths, word_text

READOUT = "readout"
WIDTH, HEIGHT = 13.333, 7.5
"""Inches, as PowerPoint's wide slides have."""
_LEFT, _TOP, _INNER = 0.6, 1.5, WIDTH - 1.2
_LINES = 13
"""So many lines of text fit below a slide's title."""
_LETTERS = 95
"""So many letters stand on a line of running text."""
_ROWS = 14
"""So many rows of a table fit on a slide; the others follow on the next."""
_INK, _SOFT = "1B1F24", "555D66"


def slides(report: Report) -> bytes:
    """Return the readout as the content of a .pptx file; ValueError for a report without it."""
    from pptx import Presentation
    from pptx.util import Inches

    readout = next((section for section in report.sections if section.anchor == READOUT), None)
    if readout is None:
        raise ValueError("the report has no readout")
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    properties = deck.core_properties
    properties.title, properties.author, properties.comments = word_text(report.title)[:255], "needsseg", MADE_BY
    first, *parts = _divided(readout.blocks)
    _opening(deck, report, first[1])
    for head, blocks in parts:
        _slides_of(deck, head, blocks)
    stream = BytesIO()
    deck.save(stream)
    return stream.getvalue()


def _divided(blocks: Sequence[Block]) -> list[tuple[str, list[Block]]]:
    """Return blocks below their headings; what comes before the first is below \"\"."""
    parts: list[tuple[str, list[Block]]] = [("", [])]
    for block in blocks:
        if isinstance(block, Head):
            parts.append((block.words, []))
        else:
            parts[-1][1].append(block)
    return parts


def _opening(deck: Any, report: Report, blocks: Sequence[Block]) -> None:
    slide = _slide(deck, report.title, size=34)
    lines = [words for block in blocks for words in _lines(block)]
    _paragraphs(slide, _TOP + 0.4, [*lines, *(f"{name}: {value}" for name, value in report.facts.items())])


def _slides_of(deck: Any, head: str, blocks: Sequence[Block]) -> None:
    """Add the slides of one part: cards and tables on slides of their own, text together."""
    for is_text, group in groupby(blocks, lambda block: isinstance(block, Text | Bullets | Missing)):
        if is_text:
            for page in _pages([line for block in group for line in _lines(block)]):
                _paragraphs(_slide(deck, head), _TOP, page)
            continue
        for block in group:
            if isinstance(block, NeedCard):
                _card(deck, block)
            elif isinstance(block, Table):
                _table(deck, head, block)
            elif isinstance(block, Grid | Bars | Curves | Map):
                _table(deck, block.title, table_behind(block), block.description)


def _lines(block: Block) -> list[str]:
    if isinstance(block, Bullets):
        return [f"• {item}" for item in block.items]
    if isinstance(block, Missing):
        return [f"[{block.words}]"]
    return [block.words] if isinstance(block, Text) else []


def _pages(texts: Sequence[str]) -> Iterator[list[str]]:
    """Yield texts by slide, so that none is fuller than fits."""
    page: list[str] = []
    room = _LINES
    for text in texts:
        needed = 1 + len(text) // _LETTERS
        if page and needed > room:
            yield page
            page, room = [], _LINES
        page.append(text)
        room -= needed
    if page:
        yield page


def _card(deck: Any, card: NeedCard) -> None:
    slide = _slide(deck, f"{card.symbol} {card.name}".strip(), colour=symbol_colour(card.symbol).lstrip("#"))
    _paragraphs(slide, _TOP - 0.3, [card.need or "[Nobody has written this need yet.]"], size=20)
    _paragraphs(slide, _TOP + 0.55, [card.people], size=14, colour=_SOFT)
    rows = tuple((part.part, f"“{part.quote}”", part.who) for part in card.parts)
    if rows:
        _cells(slide, _TOP + 1.0, ("part", "in their words", "who"), rows, (1.6, 8.4, 2.1))
    _notes(slide, card.parts, card.unsaid)


def _notes(slide: Any, parts: Sequence[CardPart], unsaid: Sequence[str]) -> None:
    sources = [f"{each.part}: {source_in_words(each, marked=True)}" for each in parts]
    if unsaid:
        sources.append(f"Nobody is quoted for: {', '.join(unsaid)}.")
    slide.notes_slide.notes_text_frame.text = word_text("\n".join(["Sources of the quotes", *sources]))


def _table(deck: Any, head: str, table: Table, about: str = "") -> None:
    for start in range(0, max(1, len(table.rows)), _ROWS):
        slide = _slide(deck, head)
        _paragraphs(slide, _TOP - 0.4, [about or table.caption], size=14, colour=_SOFT)
        widths = column_widths([table.header, *table.rows], _INNER)
        _cells(slide, _TOP + 0.4, table.header, table.rows[start : start + _ROWS], widths)


def _slide(deck: Any, title: str, *, size: int = 28, colour: str = _INK) -> Any:
    """Return a new slide with a real title, which outlines and screen readers find."""
    from pptx.dml.color import RGBColor
    from pptx.util import Inches, Pt

    slide = deck.slides.add_slide(deck.slide_layouts[5])
    shape = slide.shapes.title
    shape.left, shape.top, shape.width, shape.height = Inches(_LEFT), Inches(0.35), Inches(_INNER), Inches(0.9)
    frame = shape.text_frame
    frame.word_wrap = True
    frame.text = " ".join(word_text(title).split())
    paragraph = frame.paragraphs[0]
    _to_the_left(paragraph)
    paragraph.font.size, paragraph.font.bold, paragraph.font.color.rgb = Pt(size), True, RGBColor.from_string(colour)
    return slide


def _paragraphs(slide: Any, top: float, texts: Sequence[str], *, size: int = 18, colour: str = _INK) -> None:
    from pptx.dml.color import RGBColor
    from pptx.util import Inches, Pt

    box = slide.shapes.add_textbox(Inches(_LEFT), Inches(top), Inches(_INNER), Inches(HEIGHT - top - 0.4))
    frame = box.text_frame
    frame.word_wrap = True
    for number, text in enumerate(texts):
        paragraph = frame.paragraphs[0] if not number else frame.add_paragraph()
        paragraph.text = word_text(text)
        paragraph.space_after = Pt(6)
        paragraph.font.size, paragraph.font.color.rgb = Pt(size), RGBColor.from_string(colour)


def _cells(
    slide: Any, top: float, header: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float]
) -> None:
    from pptx.util import Inches, Pt

    height = Inches(0.36 * (len(rows) + 1))
    frame = slide.shapes.add_table(len(rows) + 1, len(header), Inches(_LEFT), Inches(top), Inches(_INNER), height)
    table = frame.table
    for place, width in enumerate(widths):
        table.columns[place].width = Inches(width)
    for number, row in enumerate((header, *rows)):
        for place, words in enumerate(row):
            cell = table.cell(number, place)
            cell.text = word_text(words)
            for paragraph in cell.text_frame.paragraphs:
                paragraph.font.size = Pt(13)


def _to_the_left(paragraph: Any) -> None:
    from pptx.enum.text import PP_ALIGN

    paragraph.alignment = PP_ALIGN.LEFT
