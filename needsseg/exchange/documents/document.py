"""The content of a document, whatever file it becomes: headings, paragraphs and tables of plain text."""

from __future__ import annotations

from dataclasses import dataclass

from needsseg.exchange.word import Cell, Style, WordDocument

MADE_BY = "Written by needsseg"
"""Near the start of every document, to recognise an earlier one among other files."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 (chapter) to 6."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of a style; its ``label`` stands before it in bold."""

    text: str
    style: Style = "text"
    label: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; numbers stand to the right, None is an empty cell."""

    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


Block = Heading | Paragraph | Grid


@dataclass(frozen=True, slots=True)
class Document:
    """A title and blocks; ``wide`` documents have tables that need a page turned."""

    title: str
    blocks: tuple[Block, ...]
    wide: bool = False


def as_word(document: Document) -> bytes:
    """Return a document as a Word file."""
    word = WordDocument(document.title, landscape=document.wide)
    for block in document.blocks:
        if isinstance(block, Heading):
            word.heading(block.text, block.level)
        elif isinstance(block, Paragraph):
            word.paragraph(block.text, block.style, label=block.label)
        else:
            word.table(block.header, block.rows)
    return word.content()
