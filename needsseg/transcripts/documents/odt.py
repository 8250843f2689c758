"""OpenDocument text (.odt): the paragraphs of content.xml (OASIS OpenDocument 1.3, part 3)."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from needsseg.errors import TranscriptError
from needsseg.transcripts.documents.marks import aside, headed, plain, row
from needsseg.transcripts.spoken import HEADED, NUMBERED

LARGEST_CONTENT = 50_000_000
LARGEST_MANIFEST = 1_000_000
_SAVE_AGAIN = "Open it in a word processor, save it again as .odt (or as plain text) and import that."
_OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
_TEXT, _TABLE, _OFFICE = (f"{{{_OASIS}{name}:1.0}}" for name in ("text", "table", "office"))
_STYLE = f"{{{_OASIS}style:1.0}}"
# Elements outside the dialogue, with the kind of their words: deleted text, comments, footnotes, furigana, indexes, forms.
_BESIDE = {
    **{f"{_TEXT}{name}": "markup" for name in ("tracked-changes", "ruby-text", "hidden-text", "hidden-paragraph")},
    **{f"{_TEXT}{name}": "markup" for name in ("sequence-decls", "variable-decls", "user-field-decls")},
    **{f"{_TEXT}{name}-index": "heading" for name in ("alphabetical", "illustration", "table", "object", "user")},
    f"{_TEXT}dde-connection-decls": "markup",
    f"{_TEXT}note": "note",
    f"{_TEXT}table-of-content": "heading",
    f"{_TEXT}bibliography": "heading",
    f"{_OFFICE}annotation": "note",
    f"{_OFFICE}annotation-end": "markup",
    f"{_OFFICE}forms": "note",
    f"{_TABLE}covered-table-cell": "markup",
    f"{_TABLE}shapes": "note",
}
_TITLES = frozenset({"Title", "Subtitle"})
_DRAWING = f"{{{_OASIS}drawing:1.0}}"
_ROW_GROUPS = frozenset(f"{_TABLE}{name}" for name in ("table-header-rows", "table-row-group", "table-rows"))


def odt_paragraphs(path: Path) -> list[str]:
    """Return the pieces of an OpenDocument text in order: paragraphs with line breaks as LF, table rows, asides.

    Headings begin with HEADED, numbered paragraphs with NUMBERED. Deletions kept by change tracking, comments,
    footnotes, drawings and indexes are asides (``marks.aside``). Nothing is fetched and no entity is expanded.
    Raises TranscriptError where the file is damaged, protected, too large or not an OpenDocument.
    """
    from lxml import etree

    try:
        data = _content(path)
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        root = etree.fromstring(data, parser)
    except (zipfile.BadZipFile, zlib.error, etree.LxmlError, LookupError, ValueError, EOFError, OSError) as error:
        raise TranscriptError(f"{path}: damaged or not an OpenDocument text: {error}.", _SAVE_AGAIN) from error
    except RuntimeError as error:
        raise TranscriptError(f"{path}: packed in a way that cannot be read: {error}.", _SAVE_AGAIN) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise TranscriptError(
            f"{path}: its content.xml declares a document type, as no OpenDocument does.", _SAVE_AGAIN
        )
    body = root.find(f"{_OFFICE}body/{_OFFICE}text")
    if body is None:
        raise TranscriptError(f"{path}: an OpenDocument file, but no text document.", _SAVE_AGAIN)
    reader = _Reader(_numbered_styles(root), _title_styles(root))
    return [*reader.blocks(body), *(aside(kind, text) for kind, text in reader.asides)]


def _content(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        if "content.xml" not in archive.namelist():
            raise TranscriptError(f"{path}: this zip archive is not an OpenDocument text (.odt).", _SAVE_AGAIN)
        if "META-INF/manifest.xml" in archive.namelist():
            with archive.open("META-INF/manifest.xml") as manifest:
                if b"encryption-data" in manifest.read(LARGEST_MANIFEST):
                    raise TranscriptError(
                        f"{path}: it is protected with a password.", "Save it without and import that."
                    )
        # The size in the archive's directory may be false: read no more than the limit.
        with archive.open("content.xml") as part:
            data = part.read(LARGEST_CONTENT + 1)
        if len(data) > LARGEST_CONTENT:
            raise TranscriptError(f"{path}: its text unpacks to more than 50 MB, which no interview has.", _SAVE_AGAIN)
        return data


def _numbered_styles(root: Any) -> frozenset[str]:
    """Return the list styles whose first level is numbered, which distinguish numbered questions from bullets."""
    return frozenset(
        style.get(f"{_STYLE}name", "")
        for style in root.iter(f"{_TEXT}list-style")
        if any(level.get(f"{_TEXT}level") == "1" for level in style.iter(f"{_TEXT}list-level-style-number"))
    )


def _title_styles(root: Any) -> frozenset[str]:
    """Return the styles of titles and the styles derived from them."""
    return _TITLES | {
        style.get(f"{_STYLE}name", "")
        for style in root.iter(f"{_STYLE}style")
        if style.get(f"{_STYLE}parent-style-name", "") in _TITLES
    }


class _Reader:
    """Walks over the blocks of a text and collects its asides."""

    def __init__(self, numbered: frozenset[str], titles: frozenset[str]) -> None:
        self.numbered = numbered
        self.titles = titles
        self.asides: list[tuple[str, str]] = []

    def blocks(self, parent: Any, inside: bool = False) -> Iterator[str]:
        """Yield the paragraphs and rows below an element; a list ``inside`` another list is not numbered."""
        for element in parent:
            tag = element.tag
            if not isinstance(tag, str) or self._is_beside(element):
                continue
            if tag == f"{_TEXT}h":
                yield headed(self._inline(element))
            elif tag == f"{_TEXT}p":
                text = self._inline(element)
                yield headed(text) if element.get(f"{_TEXT}style-name") in self.titles else text
            elif tag == f"{_TABLE}table":
                yield from self._rows(element)
            elif tag == f"{_TEXT}list":
                first = not inside and element.get(f"{_TEXT}style-name", "") in self.numbered
                yield from self._items(element, first)
            else:
                yield from self.blocks(element, inside)

    def _items(self, element: Any, is_numbered: bool) -> Iterator[str]:
        for item in element:
            if item.tag in {f"{_TEXT}list-item", f"{_TEXT}list-header"}:
                texts = list(self.blocks(item, True))
                if is_numbered and item.tag == f"{_TEXT}list-item" and texts and not texts[0].startswith(HEADED):
                    texts[0] = NUMBERED + texts[0]
                yield from texts

    def _rows(self, table: Any) -> Iterator[str]:
        for element in table:
            if element.tag in _ROW_GROUPS:
                yield from self._rows(element)
            elif element.tag == f"{_TABLE}table-row":
                cells = [cell for cell in element if cell.tag == f"{_TABLE}table-cell"]
                yield row(["\n".join(map(plain, self.blocks(cell))) for cell in cells])

    def _is_beside(self, element: Any) -> bool:
        """Return whether an element is outside the dialogue, and collect its words as an aside if so."""
        kind = "note" if element.tag.startswith(_DRAWING) else _BESIDE.get(element.tag)
        if kind is None:
            return False
        texts = [part for child in element.iter(f"{_TEXT}p", f"{_TEXT}h") for part in (*child.itertext(), " ")]
        if text := " ".join("".join(texts).split()):
            self.asides.append((kind, text))
        return True

    def _inline(self, element: Any) -> str:
        parts = [_spaced(element.text)]
        for child in element:
            tag = child.tag
            if isinstance(tag, str) and not self._is_beside(child):
                if tag == f"{_TEXT}s":
                    count = child.get(f"{_TEXT}c", "1")
                    parts.append(" " * min(int(count[:4]), 1000) if count[:4].isdecimal() else " ")
                elif tag == f"{_TEXT}tab":
                    parts.append("\t")
                elif tag == f"{_TEXT}line-break":
                    parts.append("\n")
                else:
                    parts.append(self._inline(child))
            parts.append(_spaced(child.tail))
        return "".join(parts)


def _spaced(text: str | None) -> str:
    return re.sub(r"[ \t\r\n]+", " ", text.replace("\xad", "")) if text else ""
