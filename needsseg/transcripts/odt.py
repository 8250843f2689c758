"""OpenDocument text (.odt): the paragraphs of content.xml (OASIS OpenDocument 1.3, part 3)."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from needsseg.errors import TranscriptError
from needsseg.transcripts.meet import heading
from needsseg.transcripts.spoken import NUMBERED, table_row

LARGEST_CONTENT = 50_000_000
_SAVE_AGAIN = "Open it in a word processor, save it again as .odt (or as plain text) and import that."
_OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
_TEXT, _TABLE, _OFFICE = (f"{{{_OASIS}{name}:1.0}}" for name in ("text", "table", "office"))
_STYLE = f"{{{_OASIS}style:1.0}}"
# What people see around the talk or no more: deleted text, comments, footnotes, drawings, furigana, indexes, forms.
_NO_SPEECH = frozenset(
    {f"{_TEXT}{name}" for name in ("tracked-changes", "note", "ruby-text", "sequence-decls", "variable-decls")}
    | {f"{_TEXT}{name}" for name in ("user-field-decls", "dde-connection-decls", "table-of-content", "hidden-text")}
    | {f"{_TEXT}{name}-index" for name in ("alphabetical", "illustration", "table", "object", "user")}
    | {f"{_TEXT}bibliography", f"{_OFFICE}annotation", f"{_OFFICE}annotation-end", f"{_OFFICE}forms"}
    | {f"{_TABLE}covered-table-cell", f"{_TABLE}shapes"}
)
_DRAWING = f"{{{_OASIS}drawing:1.0}}"
_ROW_GROUPS = frozenset(f"{_TABLE}{name}" for name in ("table-header-rows", "table-row-group", "table-rows"))


def odt_paragraphs(path: Path) -> list[str]:
    """The paragraphs of an OpenDocument text in order, headings emptied, line breaks as LF; a table row as one.

    Deletions kept by change tracking, comments, footnotes, drawings and indexes are left out. Nothing is fetched and
    no entity is expanded. Raises TranscriptError where the file is damaged, protected, too large or no OpenDocument.
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
    return list(_blocks(body, _numbered_styles(root)))


def is_odt(path: Path) -> bool:
    """Whether a zip archive is an OpenDocument file; False where it cannot be opened as one."""
    try:
        with zipfile.ZipFile(path) as archive:
            return "content.xml" in archive.namelist() and "word/document.xml" not in archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        return False


def _content(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        if "content.xml" not in archive.namelist():
            raise TranscriptError(f"{path}: this zip archive is not an OpenDocument text (.odt).", _SAVE_AGAIN)
        if "META-INF/manifest.xml" in archive.namelist():
            with archive.open("META-INF/manifest.xml") as manifest:
                if b"encryption-data" in manifest.read(1_000_000):
                    raise TranscriptError(
                        f"{path}: it is protected with a password.", "Save it without and import that."
                    )
        # The size in the directory is a claim: read no more than the limit, whatever it says.
        with archive.open("content.xml") as part:
            data = part.read(LARGEST_CONTENT + 1)
        if len(data) > LARGEST_CONTENT:
            raise TranscriptError(f"{path}: its text unpacks to more than 50 MB, which no interview has.", _SAVE_AGAIN)
        return data


def _numbered_styles(root: Any) -> frozenset[str]:
    """List styles whose first level counts, so that a numbered question is told from a bullet."""
    return frozenset(
        style.get(f"{_STYLE}name", "")
        for style in root.iter(f"{_TEXT}list-style")
        if any(level.get(f"{_TEXT}level") == "1" for level in style.iter(f"{_TEXT}list-level-style-number"))
    )


def _blocks(parent: Any, numbered: frozenset[str], inside: bool = False) -> Iterator[str]:
    for element in parent:
        tag = element.tag
        if not isinstance(tag, str) or tag in _NO_SPEECH or tag.startswith(_DRAWING):
            continue
        if tag == f"{_TEXT}h":
            yield heading(_inline(element))
        elif tag == f"{_TEXT}p":
            yield _inline(element)
        elif tag == f"{_TABLE}table":
            yield from _rows(element, numbered)
        elif tag == f"{_TEXT}list":
            first = not inside and element.get(f"{_TEXT}style-name", "") in numbered
            yield from _items(element, numbered, first)
        else:
            yield from _blocks(element, numbered, inside)


def _items(element: Any, numbered: frozenset[str], counts: bool) -> Iterator[str]:
    for item in element:
        if item.tag in {f"{_TEXT}list-item", f"{_TEXT}list-header"}:
            texts = list(_blocks(item, numbered, True))
            if counts and item.tag == f"{_TEXT}list-item" and texts:
                texts[0] = NUMBERED + texts[0]
            yield from texts


def _rows(table: Any, numbered: frozenset[str]) -> Iterator[str]:
    for element in table:
        if element.tag in _ROW_GROUPS:
            yield from _rows(element, numbered)
        elif element.tag == f"{_TABLE}table-row":
            cells = [cell for cell in element if cell.tag == f"{_TABLE}table-cell"]
            yield table_row(["\n".join(_blocks(cell, numbered)).replace(NUMBERED, "").strip() for cell in cells])


def _inline(element: Any) -> str:
    parts = [_spaced(element.text)]
    for child in element:
        tag = child.tag
        if isinstance(tag, str) and tag not in _NO_SPEECH and not tag.startswith(_DRAWING):
            if tag == f"{_TEXT}s":
                count = child.get(f"{_TEXT}c", "1")
                parts.append(" " * min(int(count[:4]), 1000) if count[:4].isdecimal() else " ")
            elif tag == f"{_TEXT}tab":
                parts.append("\t")
            elif tag == f"{_TEXT}line-break":
                parts.append("\n")
            else:
                parts.append(_inline(child))
        parts.append(_spaced(child.tail))
    return "".join(parts)


def _spaced(text: str | None) -> str:
    return re.sub(r"[ \t\r\n]+", " ", text) if text else ""
