"""Write a report as a Word document: real headings, styles and tables; pictures are the tables that stand behind them."""

from __future__ import annotations

from needsseg.exchange.report.content import (
    ALL_PROPOSED,
    MADE_BY,
    Block,
    Bullets,
    Context,
    Head,
    Missing,
    NeedCard,
    Quote,
    Report,
    Text,
    source_in_words,
)
from needsseg.exchange.report.pictures import Bars, Curves, Grid, Map, table_behind
from needsseg.exchange.report.table import Table
from needsseg.exchange.word import WordDocument


def document(report: Report) -> bytes:
    """Return the report as the content of a .docx file."""
    word = WordDocument(report.title, about=MADE_BY)
    for name, value in report.facts.items():
        word.paragraph(value, label=f"{name}:")
    for section in report.sections:
        word.heading(section.title)
        for block in section.blocks:
            _add(word, block)
    return word.content()


def _add(word: WordDocument, block: Block) -> None:
    if isinstance(block, Text):
        word.paragraph("" if block.lead else block.words, label=block.words if block.lead else "")
    elif isinstance(block, Missing):
        word.paragraph(block.words, "note")
    elif isinstance(block, Bullets):
        for item in block.items:
            word.paragraph(item, "bullet")
    elif isinstance(block, Head):
        word.heading(f"{block.symbol} {block.words}".strip(), 2)
    elif isinstance(block, Quote):
        word.paragraph(f"“{block.words}”", "quote")
        word.paragraph(f"{block.who}, {block.place}", "note")
    elif isinstance(block, Context):
        _context(word, block)
    elif isinstance(block, Table):
        word.paragraph(block.caption, "note")
        word.table(block.header, block.rows)
    elif isinstance(block, NeedCard):
        _card(word, block)
    elif isinstance(block, Map):
        word.paragraph(block.description, label=f"{block.title}.")
    elif isinstance(block, Curves | Grid | Bars):
        word.paragraph(block.description, label=f"{block.title}.")
        behind = table_behind(block)
        if not isinstance(block, Curves):
            word.table(behind.header, behind.rows)
    else:
        raise TypeError(f"no such block: {block!r}")


def _card(word: WordDocument, card: NeedCard) -> None:
    word.heading(f"{card.symbol} {card.name}".strip(), 3)
    word.paragraph("" if card.need else "Nobody has written this need yet.", label=card.need)
    word.paragraph(card.people, "note")
    for part in card.parts:
        word.paragraph(f"“{part.quote}”", "quote", label=f"{part.part.capitalize()}:")
        word.paragraph(source_in_words(part, marked=not card.all_proposed), "note")
    if card.all_proposed:
        word.paragraph(ALL_PROPOSED, "note")
    if card.unsaid:
        word.paragraph(f"Nobody is quoted for: {', '.join(card.unsaid)}.", "note")


def _context(word: WordDocument, context: Context) -> None:
    if context.question:
        word.paragraph(context.question, label=f"{context.asker}:")
    words = " ".join(filter(None, (context.before, f"“{context.quote}”", context.after)))
    word.paragraph(words, "quote", label=f"{context.who}:")
    word.paragraph(context.place, "note")
