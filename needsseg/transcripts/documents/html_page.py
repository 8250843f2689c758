"""Web pages (HTML): block elements become paragraphs and table rows become rows; navigation and controls are markup."""

from __future__ import annotations

import codecs
import re
from typing import Any

from needsseg.errors import TranscriptError
from needsseg.transcripts.decoding import decoded
from needsseg.transcripts.documents.marks import aside, headed, row, without_signs
from needsseg.transcripts.lines.labels import like_a_name, words
from needsseg.transcripts.spoken import NUMBERED

_SAVE_AS_TEXT = "Open it in a browser, copy the talk into a text file and import that."
_STARTS = (b"<!doctype html", b"<html", b"<head", b"<body", b"<!--")
_TAGS = re.compile(rb"<(?:html|head|body|p|div|br|span|table|ul|ol|h[1-6]|article|section|meta|title)[\s/>]", re.I)
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_CONTROL = dict.fromkeys([*range(0x09), 0x0B, *range(0x0E, 0x20), 0x7F])
# Code and elements that are not displayed: their words are not counted.
_CODE = frozenset({"script", "style", "template", "svg", "math", "object", "iframe", "canvas", "audio", "video", "map"})
# Elements outside the text of a page, with the kind of their words.
_AROUND = {
    "nav": "markup", "button": "markup", "select": "markup", "textarea": "markup", "noscript": "markup",
    "menu": "markup", "dialog": "markup", "del": "markup", "rt": "markup", "rp": "markup",
    "aside": "note", "title": "metadata", "figcaption": "note",
}  # fmt: skip
_BLOCKS = words(
    "address article blockquote body center dd details div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header "
    "hgroup hr html li main ol p pre section summary table tbody tfoot thead tr td th ul caption"
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_SPEAKER = re.compile(r"(?:^|[\s_-])(?:speaker|speakername|author|who|participant)(?:[\s_-]?name)?(?:$|[\s_-])", re.I)
_TIME = re.compile(r"(?:^|[\s_-])(?:time|timestamp|timecode|start|offset)(?:$|[\s_-])", re.IGNORECASE)
_LABEL = "\x1a"
_CLOCK = re.compile(r"^\d{1,3}(?::\d{2}){1,2}(?:[.,]\d{1,3})?$")
# A label and a time that were recognised by their class attributes, in page order.
_NAME_THEN_TIME = re.compile(
    rf"^(?P<name>{_LABEL}[^\n{_LABEL}]{{1,80}}:)\s+(?P<time>\[[\d:.,]+\])\s*(?P<words>.*)$", re.DOTALL
)
_HIDDEN = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_DEEPEST = 2_000


def looks_like_html(head: bytes, suffix: str) -> bool:
    """Return whether a file is a web page, by its first bytes and, where these are ambiguous, by its suffix."""
    start = head.removeprefix(codecs.BOM_UTF8).replace(b"\0", b"").lstrip(b"\xff\xfe \t\r\n").lower()
    if start.startswith(_STARTS):
        return bool(_TAGS.search(start)) or start.startswith(b"<!doctype html")
    if start.startswith(b"<?xml"):
        return b"<html" in start
    return suffix in {".html", ".htm", ".xhtml"} and bool(_TAGS.search(start))


def html_pieces(data: bytes, name: str) -> tuple[list[str], tuple[str, ...]]:
    """Return the pieces of a web page in order and a warning for every guess about its encoding.

    Headings begin with HEADED, items of numbered lists with NUMBERED. Scripts and style sheets have no words; menus,
    buttons and hidden elements are asides (``marks.aside``). Nothing is fetched. Raises TranscriptError where the page
    cannot be parsed.
    """
    from lxml import etree, html

    text, warnings = _text(data, name)
    text = _DECLARATION.sub("", without_signs(text.translate(_CONTROL)))
    try:
        parser = html.HTMLParser(no_network=True, huge_tree=True, remove_pis=True)
        root = html.document_fromstring(text, parser=parser)
        page = _Page()
        for event, element in etree.iterwalk(root, events=("start", "end", "comment")):
            if event == "start":
                page.start(element)
            else:
                page.end(element, event == "comment")
        page.end_line()
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise TranscriptError(f"{name}: this web page (HTML) cannot be read: {error}.", _SAVE_AS_TEXT) from error
    if any(entry.type_name == "ERR_INTERNAL_ERROR" or "depth" in entry.message for entry in parser.error_log):
        raise TranscriptError(f"{name}: the elements of this web page (HTML) are nested too deeply.", _SAVE_AS_TEXT)
    return [*page.pieces, *(aside(kind, " ".join(" ".join(texts).split())) for kind, texts in page.asides)], warnings


def _text(data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """Decode the page by its declared charset, or as any other text where there is none or it is wrong."""
    declared = _CHARSET.search(data[:4_096])
    if declared and not data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        charset = declared[1].decode("ascii", "replace").casefold()
        # Browsers read Latin-1 as Windows-1252, which holds the quotation marks that pages use.
        charset = "cp1252" if charset in {"iso-8859-1", "latin-1", "latin1", "ascii", "us-ascii"} else charset
        try:
            if "16" not in charset and codecs.lookup(charset)._is_text_encoding:
                return data.decode(charset), ()
        except (LookupError, UnicodeError):
            return decoded(data, name)
    return decoded(data, name)


class _Page:
    """Collects pieces during an iterative walk over a page, which no depth of nesting can break."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.asides: list[tuple[str, list[str]]] = []
        self._line: list[str] = []
        self._outside: list[list[str]] = []
        self._rows: list[list[str]] = []
        self._paragraphs: list[list[str]] = []
        self._around: list[str] = []
        self._preformatted = 0
        self._lists: list[str] = []
        self._sign = ""

    def start(self, element: Any) -> None:
        """Process an element and the words up to its first child."""
        name = element.tag
        if self._around or name in _CODE or (kind := _kind_around(element)):
            if not self._around and name not in _CODE:
                self.asides.append((kind, []))
            self._around.append(name)
            self._add(element.text if name not in _CODE and not set(self._around) & _CODE else "")
            return
        if name in _BLOCKS:
            self.end_line()
        if name in {"ol", "ul"}:
            self._lists.append(name)
        elif name == "li":
            self._sign = NUMBERED if self._lists == ["ol"] else ""
        elif name == "tr":
            self._rows.append([])
        elif name in {"td", "th"}:
            self._paragraphs.append([])
        elif name == "pre":
            self._preformatted += 1
        elif name == "br":
            self._line.append("\v")
        if _is_label(element) or _is_time(element):
            self._outside.append(self._line)
            self._line = []
        self._add(element.text)

    def end(self, element: Any, comment: bool = False) -> None:
        """Close an element and process the words after it."""
        if comment:
            self._add(element.tail)
            return
        name = element.tag
        if self._around:
            self._around.pop()
            self._add(element.tail)
            return
        if self._outside and (_is_label(element) or _is_time(element)):
            self._close_label(element)
        if name in _BLOCKS:
            self.end_line(heading=name in _HEADINGS)
        if name in {"ol", "ul"} and self._lists:
            self._lists.pop()
        elif name == "pre":
            self._preformatted -= 1
        elif name in {"td", "th"} and self._paragraphs:
            self._end_cell(self._paragraphs.pop())
        elif name == "tr" and self._rows:
            self._end_row(self._rows.pop())
        self._add(element.tail)

    def end_line(self, heading: bool = False) -> None:
        """End the current paragraph, if there is one."""
        text = "\n".join(re.sub(r" {2,}", " ", part).strip() for part in "".join(self._line).split("\v")).strip("\n")
        self._line.clear()
        if not text.strip():
            return
        if match := _NAME_THEN_TIME.match(text):
            text = f"{match['time']} {match['name']} {match['words']}".rstrip()
        text = text.replace(_LABEL, "")
        target = self._paragraphs[-1] if self._paragraphs else self.pieces
        target.append(text if self._paragraphs else headed(text) if heading else self._sign + text)
        self._sign = ""

    def _add(self, text: str | None) -> None:
        if not text:
            return
        if self._around:
            if self.asides and not set(self._around) & _CODE:
                self.asides[-1][1].append(text)
            return
        text = text.replace("\xad", "")
        spaced = text.replace("\n", "\v") if self._preformatted else re.sub(r"[ \t\r\n\f]+", " ", text)
        self._line.append(spaced)

    def _close_label(self, element: Any) -> None:
        """Write a label or a time, recognised by its class, as it is in plain text: ``Name:`` or ``[0:04]``."""
        text = " ".join("".join(self._line).split())
        self._line = self._outside.pop()
        if _is_time(element):
            bare = text.strip("[]()")
            self._line.append(f" [{bare}] " if _CLOCK.match(bare) else f" {text} ")
        elif text and len(text.split()) <= 6:
            self._line.append(f" {_LABEL}{text.rstrip(':')}: ")
        else:
            self._line.append(text)

    def _end_cell(self, paragraphs: list[str]) -> None:
        if self._rows:
            self._rows[-1].append("\n".join(paragraphs))
        else:
            self.pieces += paragraphs

    def _end_row(self, cells: list[str]) -> None:
        non_empty = [cell for cell in cells if cell.strip()]
        if self._paragraphs:
            # The rows of a nested table are lines of the cell that holds it.
            self._paragraphs[-1] += [" ".join(non_empty)] if non_empty else []
        elif len(non_empty) == 1 and len(cells) == 1:
            self.pieces += non_empty[0].split("\n")
        elif non_empty:
            self.pieces.append(row(cells))


def _kind_around(element: Any) -> str:
    """Return the kind of an element's words where it is not part of the page's text, else "" for text."""
    name = element.tag
    if name in _AROUND:
        return _AROUND[name]
    if element.get("hidden") is not None or _HIDDEN.search(element.get("style") or ""):
        return "markup"
    if name == "footer" and element.getparent() is not None and element.getparent().tag == "body":
        return "markup"
    return "markup" if element.get("role") in {"navigation", "menu", "search"} else ""


def _is_label(element: Any) -> bool:
    """Return whether an inline element, or a term of a definition list, names a speaker."""
    if element.tag == "dt":
        return like_a_name(" ".join((element.text or "").split()).rstrip(":"))
    return element.tag not in _BLOCKS and bool(_SPEAKER.search(element.get("class") or "")) and _is_leaf(element)


def _is_time(element: Any) -> bool:
    if element.tag in _BLOCKS:
        return False
    return (element.tag == "time" or bool(_TIME.search(element.get("class") or ""))) and _is_leaf(element)


def _is_leaf(element: Any) -> bool:
    return len(element) == 0
