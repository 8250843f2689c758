"""Word documents (.docx): their paragraphs, as WordprocessingML holds them (ECMA-376 part 1)."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from needsseg.errors import TranscriptError
from needsseg.transcripts.meet import heading
from needsseg.transcripts.spoken import NUMBERED, table_row

LARGEST_FILE = 200_000_000
LARGEST_CONTENT = 50_000_000
_SAVE_AGAIN = "Open it in a word processor, save it again as .docx (or as plain text) and import that."
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# Text that change tracking keeps though it is gone, drawings with their text boxes, furigana, field instructions.
_NO_SPEECH = frozenset(
    {f"{_W}{name}" for name in ("del", "moveFrom", "drawing", "pict", "object", "rt", "pPr", "rPr", "sdtPr")}
    | {"{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"}
)
_SIGNS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}


@dataclass(frozen=True, slots=True)
class _Styles:
    """Ids of heading styles, of numberings that count, and of paragraph styles that count by themselves."""

    headings: frozenset[str]
    counting: frozenset[str]
    counting_styles: frozenset[str]


def paragraphs_of(path: Path) -> list[str]:
    """The paragraphs of a Word file in order, headings emptied, line breaks as LF; a table row as ``cell: cell``.

    Tracked insertions are speech, tracked deletions, comments, footnotes and text boxes are not. Raises
    TranscriptError where the file is no Word document, is damaged or unpacks to more than an interview can hold.
    """
    import docx
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError

    try:
        with zipfile.ZipFile(path) as archive:
            if "word/document.xml" not in archive.namelist():
                raise TranscriptError(f"{path}: this zip archive is not a Word document (.docx).", _SAVE_AGAIN)
            sizes = {part.filename: part.file_size for part in archive.infolist()}
            if sum(sizes.values()) > LARGEST_FILE or sizes["word/document.xml"] > LARGEST_CONTENT:
                raise TranscriptError(f"{path}: it unpacks to more text than an interview can hold.", _SAVE_AGAIN)
        document = docx.Document(str(path))
        counting = _counting(document)
        styles = _Styles(_headings(document), counting, _counting_styles(document, counting))
        return list(_blocks(document.element.body, styles))
    except (zipfile.BadZipFile, zlib.error, OpcError, LxmlError, LookupError, ValueError, EOFError, OSError) as error:
        raise TranscriptError(f"{path}: damaged or not a Word document (.docx): {error}.", _SAVE_AGAIN) from error
    except (AttributeError, TypeError) as error:
        # python-docx takes parts for what their names promise; in a damaged file they are something else.
        raise TranscriptError(f"{path}: damaged: its parts are not those of a Word document.", _SAVE_AGAIN) from error
    except RuntimeError as error:
        raise TranscriptError(f"{path}: packed in a way that cannot be read: {error}.", _SAVE_AGAIN) from error


def _headings(document: Any) -> frozenset[str]:
    """The ids of heading styles; Word translates the ids, but not the names it keeps for them."""
    return frozenset(
        style.style_id for style in document.styles if (style.name or "").startswith(("Heading", "Title", "Subtitle"))
    )


def _counting(document: Any) -> frozenset[str]:
    """The ids of numberings whose first level counts, so that a numbered question is told from a bullet."""
    part = next((rel.target_part for rel in document.part.rels.values() if rel.reltype.endswith("/numbering")), None)
    root = getattr(part, "element", None)
    if root is None:
        return frozenset()
    counted = {
        abstract.get(f"{_W}abstractNumId")
        for abstract in root.iter(f"{_W}abstractNum")
        for level in abstract.iterfind(f"{_W}lvl[@{_W}ilvl='0']/{_W}numFmt")
        if level.get(f"{_W}val") not in {"bullet", "none"}
    }
    return frozenset(
        number.get(f"{_W}numId")
        for number in root.iter(f"{_W}num")
        if any(link.get(f"{_W}val") in counted for link in number.iter(f"{_W}abstractNumId"))
    )


def _counting_styles(document: Any, counting: frozenset[str]) -> frozenset[str]:
    """The ids of paragraph styles that count by themselves (List Number)."""
    return frozenset(
        style.style_id
        for style in document.styles
        if (number := style.element.find(f"{_W}pPr/{_W}numPr/{_W}numId")) is not None
        and number.get(f"{_W}val") in counting
    )


def _blocks(parent: Any, styles: _Styles) -> Iterator[str]:
    for element in parent:
        tag = element.tag
        if tag == f"{_W}p":
            text = _inline(element)
            if _style(element) in styles.headings:
                yield heading(text)
            else:
                yield NUMBERED + text if text and _is_counted(element, styles) else text
        elif tag == f"{_W}tbl":
            for row in _within(element, "tr", "tbl"):
                cells = _within(row, "tc", "tr")
                yield table_row(["\n".join(_blocks(cell, styles)).replace(NUMBERED, "").strip() for cell in cells])
        elif isinstance(tag, str) and tag not in _NO_SPEECH and not _is_contents_list(element):
            yield from _blocks(element, styles)


def _within(element: Any, name: str, owner: str) -> list[Any]:
    """Rows of a table or cells of a row, but none of a table inside it."""
    return [found for found in element.iter(f"{_W}{name}") if next(found.iterancestors(f"{_W}{owner}")) is element]


def _style(paragraph: Any) -> str:
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    return style.get(f"{_W}val", "") if style is not None else ""


def _is_contents_list(element: Any) -> bool:
    gallery = element.find(f"{_W}sdtPr/{_W}docPartObj/{_W}docPartGallery")
    return gallery is not None and gallery.get(f"{_W}val") == "Table of Contents"


def _is_counted(paragraph: Any, styles: _Styles) -> bool:
    number = paragraph.find(f"{_W}pPr/{_W}numPr/{_W}numId")
    if number is None:
        return _style(paragraph) in styles.counting_styles
    level = paragraph.find(f"{_W}pPr/{_W}numPr/{_W}ilvl")
    return (level is None or level.get(f"{_W}val") == "0") and number.get(f"{_W}val") in styles.counting


def _inline(element: Any) -> str:
    parts: list[str] = []
    for child in element:
        tag = child.tag
        if tag == f"{_W}t":
            parts.append(child.text or "")
        elif tag in _SIGNS:
            parts.append(_SIGNS[tag])
        elif isinstance(tag, str) and tag not in _NO_SPEECH:
            parts.append(_inline(child))
    return "".join(parts)
