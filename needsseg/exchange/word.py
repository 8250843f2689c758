"""Word documents (.docx) with real headings, styles and tables, in which all text is text: no fields, no control characters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

from needsseg.files import check_folder, write_errors, write_file
from needsseg.text import without_controls

Style = Literal["text", "quote", "note", "bullet", "subtitle"]
"""A paragraph of running text, of a participant's words, of small print, of a list, or below the title."""

Cell = str | int | float | None

_STYLES: dict[Style, str] = {
    "text": "Normal",
    "quote": "Quote",
    "note": "Caption",
    "bullet": "List Bullet",
    "subtitle": "Subtitle",
}
_DEEPEST = 9
"""The deepest heading that Word's outline knows."""
_NARROWEST, _WIDEST = 20, 56
"""Characters by which the widths of a table's columns are weighed, at least and at most."""
_NO_XML = re.compile("[\ufdd0-\ufdef\ufffe\uffff]")
"""Code points that XML 1.0 refuses or that are no characters; control characters and halves of pairs are removed before."""


def word_text(text: str) -> str:
    """Return a text as a Word file can hold it: no control character, override of direction or half a surrogate pair."""
    return _NO_XML.sub("", without_controls(text))


class WordDocument:
    """A Word document that grows from top to bottom, and is written whole or not at all.

    ``about`` is put into its properties; ``landscape`` turns its pages for wide tables. Text is put into runs as it is: what
    looks like a field, a link or markup is shown, and never computed or followed.
    """

    def __init__(
        self, title: str, *, about: str = "", created: datetime | None = None, landscape: bool = False
    ) -> None:
        import docx

        self._document = docx.Document()
        properties = self._document.core_properties
        properties.title, properties.author, properties.comments = word_text(title)[:255], "needsseg", about
        moment = created or datetime.now().astimezone()
        properties.created = properties.modified = moment
        if landscape:
            self._turn_pages()
        # Python-docx looks for the end of the document at each paragraph, which takes minutes with thousands of them.
        self._end = self._document.element.body.sectPr
        self._style_ids: dict[str, str] = {}
        self._add("Title").add_run(_one_line(title))

    def heading(self, text: str, level: int = 1) -> None:
        """Add a heading of ``level`` 1 (chapter) to 9, on one line."""
        self._add(f"Heading {max(1, min(level, _DEEPEST))}").add_run(_one_line(text))

    def paragraph(self, text: str, style: Style = "text", *, label: str = "") -> None:
        """Add a paragraph; a ``label`` stands before its text in bold. Line ends in it stay."""
        from docx.shared import RGBColor

        paragraph = self._add(_STYLES[style])
        if label:
            paragraph.add_run(f"{_one_line(label)} ").bold = True
        run = paragraph.add_run(word_text(text))
        if style == "note":
            run.font.bold, run.font.color.rgb = False, RGBColor(0x44, 0x44, 0x44)

    def table(self, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
        """Add a table whose header is repeated on each page; numbers stand to the right, None is an empty cell.

        Columns are as wide as what they hold, within the page.
        """
        lines = [tuple(row) for row in rows]
        table = self._document.add_table(rows=0, cols=len(header), style="Table Grid")
        table.autofit = False
        widths = self._widths([header, *lines])
        for column, width in zip(table.columns, widths, strict=True):
            column.width = width
        head = table.add_row()
        for cell, name, width in zip(head.cells, header, widths, strict=True):
            cell.width = width
            paragraph = cell.paragraphs[0]
            paragraph.add_run(_one_line(name)).bold = True
            paragraph.paragraph_format.keep_with_next = True
        _mark_row(head, "w:tblHeader")
        for line in lines:
            row = table.add_row()
            _mark_row(row, "w:cantSplit")
            for target, value, width in zip(row.cells, line, widths, strict=True):
                _fill_cell(target, value)
                target.width = width
        self._add("Normal")

    def _add(self, style: str) -> Any:
        """Add an empty paragraph of a style of Word's and return it."""
        from docx.oxml import OxmlElement
        from docx.text.paragraph import Paragraph

        if style not in self._style_ids:
            self._style_ids[style] = self._document.styles[style].style_id
        element = OxmlElement("w:p")
        self._end.addprevious(element)
        element.style = self._style_ids[style]
        return Paragraph(element, self._document._body)

    def _widths(self, lines: Sequence[Sequence[Cell]]) -> list[int]:
        """Divide the width of the page among the columns."""
        section = self._document.sections[0]
        whole = section.page_width - section.left_margin - section.right_margin
        return [int(width) for width in column_widths(lines, whole)]

    def page_break(self) -> None:
        """Begin a new page."""
        self._document.add_page_break()

    def content(self) -> bytes:
        """Return the file's bytes."""
        stream = BytesIO()
        self._document.save(stream)
        return stream.getvalue()

    def write(self, path: Path) -> None:
        """Write the file; NeedssegError where the folder is missing, full or read-only, and then nothing is replaced."""
        check_folder(path)
        with write_errors(path):
            write_file(path, self.content(), sync=True)

    def _turn_pages(self) -> None:
        from docx.enum.section import WD_ORIENT

        section = self._document.sections[0]
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = section.page_height, section.page_width


def column_widths(lines: Sequence[Sequence[Cell]], whole: float) -> list[float]:
    """Divide a width among the columns of ``lines``, the header among them, by the longest text of each, within bounds."""
    longest = [max(len(str(cell or "")) for cell in column) for column in zip(*lines, strict=True)]
    weights = [min(max(length, _NARROWEST), _WIDEST) for length in longest]
    return [whole * weight / sum(weights) for weight in weights]


def _one_line(text: str) -> str:
    return " ".join(word_text(text).split())


def _mark_row(row: Any, mark: str) -> None:
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement(mark))


def _fill_cell(cell: Any, value: Cell) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    paragraph = cell.paragraphs[0]
    if isinstance(value, int | float):
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    paragraph.add_run("" if value is None else word_text(str(value)))
