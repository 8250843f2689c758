"""Word documents (.docx): their paragraphs, as WordprocessingML holds them (ECMA-376 part 1, transitional and strict)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from needsseg.transcripts.documents.marks import aside, headed, row
from needsseg.transcripts.documents.word_parts import Parts, W, WordStyles, opened_parts, styles_in
from needsseg.transcripts.lines.guide import emphasised_questions
from needsseg.transcripts.spoken import HEADED, NUMBERED

# Tracked deletions; their words count as markup.
_DELETED = frozenset({"del", "moveFrom", "rt"})
# Elements without words of the document.
_EMPTY = frozenset({"pPr", "rPr", "sdtPr", "sdtEndPr", "tblPr", "trPr", "tcPr", "tblGrid", "sectPr", "instrText"})
_DRAWINGS = frozenset({"drawing", "pict", "object", "AlternateContent"})
_SIGNS = {
    "tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": "", "delText": "",
}  # fmt: skip
_OUTLINE_LEVELS = frozenset("012345678")
_EMPHASISED = "\x1a"
_OFF = frozenset({"0", "false", "off"})
_SIDE_PARTS = {
    "header": "heading", "footer": "heading", "footnotes": "note", "endnotes": "note", "comments": "note",
}  # fmt: skip


def paragraphs_of(path: Path) -> list[str]:
    """Return the pieces of a Word file in order: paragraphs with line breaks as LF, table rows, asides.

    Paragraphs of a heading style begin with HEADED, those that Word numbers and questions all in bold with NUMBERED.
    Rows and asides (tracked deletions, hidden text, text boxes, comments, notes, headers and footers) are encoded as in
    ``marks``. Tracked insertions are speech. Raises TranscriptError where the file is not a Word document, is damaged or
    unpacks to more than an interview can hold.
    """
    with opened_parts(path) as parts:
        body = _body(parts.main)
        reader = _Reader(styles_in(parts), [])
        pieces = _with_questions(list(reader.blocks(body)) if body is not None else [])
        pieces += [aside(kind, text) for kind, text in reader.asides]
        pieces += _beside(parts, reader.styles)
    return pieces


def _with_questions(pieces: list[str]) -> list[str]:
    """Return the pieces with paragraphs all in bold or italics marked as questions (NUMBERED) or headings.

    They are so marked where they alternate with other paragraphs. Elsewhere only those that end in a question mark are.
    """
    texts = [piece.removeprefix(_EMPHASISED) for piece in pieces]
    question_kinds = emphasised_questions(texts, [piece.startswith(_EMPHASISED) for piece in pieces])
    return [
        {"question": NUMBERED, "heading": HEADED}.get(kind, "") + text
        for text, kind in zip(texts, question_kinds, strict=True)
    ]


def _body(root: Any) -> Any:
    return root.find(f"{W}body")


def _beside(parts: Parts, styles: WordStyles) -> Iterator[str]:
    """Yield the words of parts outside the body as asides; a header that many sections share counts once."""
    yielded_parts: set[tuple[str, str]] = set()
    for kind, root in parts.related(_SIDE_PARTS):
        reader = _Reader(styles, [])
        text = " ".join(
            " ".join(reader.blocks(root)).translate({0x1A: None, 0x1D: None, 0x1E: None, 0x1F: " "}).split()
        )
        if text and (kind, text) not in yielded_parts:
            yielded_parts.add((kind, text))
            yield aside(kind, text)


class _Reader:
    """Walks over the blocks of a part and collects its asides."""

    def __init__(self, styles: WordStyles, asides: list[tuple[str, str]]) -> None:
        self.styles = styles
        self.asides = asides

    def blocks(self, parent: Any) -> Iterator[str]:
        """Yield the paragraphs and rows below an element, including those in wrappers (content controls, insertions)."""
        for element in parent:
            name = _name(element)
            if name == "p":
                yield from self._paragraph(element)
            elif name == "tbl":
                for table_row in _inside(element, "tr"):
                    yield row(["\n".join(self._cell(cell)) for cell in _inside(table_row, "tc")])
            elif name in _DELETED:
                self._aside("markup", self._texts(element))
            elif _is_contents_list(element):
                self._aside("heading", self._texts(element))
            elif name and name not in _EMPTY and name not in _DRAWINGS:
                yield from self.blocks(element)

    def _cell(self, cell: Any) -> Iterator[str]:
        for piece in self.blocks(cell):
            yield (
                piece.removeprefix(HEADED).removeprefix(NUMBERED).removeprefix(_EMPHASISED).replace("\x1f", " ").strip()
            )

    def _paragraph(self, element: Any) -> Iterator[str]:
        text = "".join(self._inline(element))
        properties = element.find(f"{W}pPr")
        style = _value(properties, "pStyle")
        if style in self.styles.contents and text.strip():
            self._aside("heading", [text])
        elif style in self.styles.headings or _value(properties, "outlineLvl") in _OUTLINE_LEVELS:
            yield headed(text)
        else:
            emphasised = text.strip() and _is_emphasised(element)
            sign = NUMBERED if self._is_counted(properties, style) else _EMPHASISED if emphasised else ""
            yield sign + text if text else text

    def _is_counted(self, properties: Any, style: str) -> bool:
        number = properties.find(f"{W}numPr/{W}numId") if properties is not None else None
        if number is None:
            return style in self.styles.counting_styles
        level = properties.find(f"{W}numPr/{W}ilvl")
        return (level is None or level.get(f"{W}val") == "0") and number.get(f"{W}val") in self.styles.counting

    def _inline(self, element: Any) -> Iterator[str]:
        for child in element:
            name = _name(child)
            if name == "t":
                # A soft hyphen is only a hint for line breaking.
                yield (child.text or "").replace("\xad", "")
            elif name in _SIGNS:
                yield _SIGNS[name]
            elif name in _DELETED:
                self._aside("markup", self._texts(child))
            elif name in _DRAWINGS:
                self._aside("note", self._boxes(child))
            elif name == "r" and self._is_hidden(child):
                self._aside("markup", self._texts(child))
            elif name and name not in _EMPTY:
                yield from self._inline(child)

    def _is_hidden(self, run: Any) -> bool:
        properties = run.find(f"{W}rPr")
        if properties is None:
            return False
        vanish = properties.find(f"{W}vanish")
        if vanish is not None:
            return vanish.get(f"{W}val", "true") not in _OFF
        style = properties.find(f"{W}rStyle")
        return style is not None and style.get(f"{W}val") in self.styles.hidden

    def _texts(self, element: Any) -> Iterable[str]:
        for child in element.iter(f"{W}t", f"{W}delText"):
            yield child.text or ""
            if child.getparent().getnext() is None:
                yield " "

    def _boxes(self, element: Any) -> Iterator[str]:
        """Yield the paragraphs of text boxes; the fallback for old programs repeats them and is skipped."""
        for paragraph in element.iter(f"{W}p"):
            if not any(_name(ancestor) == "Fallback" for ancestor in paragraph.iterancestors()):
                yield from self._texts(paragraph)
                yield " "

    def _aside(self, kind: str, texts: Iterable[str]) -> None:
        if text := " ".join("".join(texts).split()):
            self.asides.append((kind, text))


def _name(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _inside(element: Any, name: str) -> Iterator[Any]:
    """Yield the rows of a table or the cells of a row, including those in wrappers, but not those of nested tables."""
    for child in element:
        child_name = _name(child)
        if child_name == name:
            yield child
        elif (
            child_name
            and child_name not in {"p", "tbl", "tr", "tc"}
            and child_name not in _EMPTY
            and child_name not in _DELETED
        ):
            yield from _inside(child, name)


def _is_emphasised(paragraph: Any) -> bool:
    """Return whether all words of a paragraph are bold, or all italic, as unnamed interviewers' words often are."""
    runs = [run for run in paragraph.iter(f"{W}r") if any((text.text or "").strip() for text in run.iterfind(f"{W}t"))]
    return bool(runs) and any(
        all(
            (mark := run.find(f"{W}rPr/{W}{sign}")) is not None and mark.get(f"{W}val", "true") not in _OFF
            for run in runs
        )
        for sign in "bi"
    )


def _value(properties: Any, name: str) -> str:
    """Return the value of a paragraph's property, "" where it is missing."""
    element = properties.find(f"{W}{name}") if properties is not None else None
    return element.get(f"{W}val", "") if element is not None else ""


def _is_contents_list(element: Any) -> bool:
    gallery = element.find(f"{W}sdtPr/{W}docPartObj/{W}docPartGallery")
    return gallery is not None and gallery.get(f"{W}val") == "Table of Contents"
