"""Parse XML of other programs without entities, network or document types, ignoring the case of names."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from needsseg.errors import NeedssegError

_GUID = re.compile(r"\{?([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})\}?", re.IGNORECASE)
_WHOLE = re.compile(r"(<!\[CDATA\[.*?\]\]>|<!--.*?-->)", re.DOTALL)
_UNESCAPED_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]+|#x[0-9A-Fa-f]+);)")
_CONTROL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ELEMENTS = (
    "Project|Users?|CodeBook|Codes?|Description|NoteRef|Cases?|CodeRef|VariableValue|VariableRef|Variables?|SourceRef|"
    "SelectionRef|TextValue|BooleanValue|IntegerValue|FloatValue|DateValue|DateTimeValue|Sets?|MemberCode|MemberSource|"
    "MemberNote|Sources|TextSource|PictureSource|PDFSource|AudioSource|VideoSource|PlainTextContent|PlainTextSelection|"
    "TextDescription|PictureSelection|PDFSelection|Representation|Transcript|TranscriptSelection|SyncPoint|"
    "AudioSelection|VideoSelection|Coding|Graphs?|Vertex|Edge|Notes?|Links?"
)
_ATTRIBUTES = r"""(?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*"""
_TAG = re.compile(rf"<(?:/?(?:\w+:)?(?:{_ELEMENTS}){_ATTRIBUTES}\s*/?>|\?)?", re.IGNORECASE)
"""An element's tag, or a single ``<`` that does not begin an element of the standard."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """Something in a file that was not imported: its kind, its name, and why."""

    kind: str
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Node:
    """An element whose names are compared without case and namespace."""

    element: Any

    @property
    def tag(self) -> str:
        """Its name in lower case."""
        return _local(self.element.tag)

    def get(self, name: str) -> str:
        """Return an attribute, "" where it is missing."""
        folded_name = name.casefold()
        return next((str(value) for key, value in self.element.attrib.items() if _local(key) == folded_name), "")

    def id(self, name: str = "guid") -> str:
        """Return an identifying attribute: GUIDs without braces and in lower case, other values unchanged."""
        value = self.get(name).strip()
        match = _GUID.fullmatch(value)
        return match[1].lower() if match else value

    def number(self, name: str) -> int | None:
        """Return an integer attribute, None where it is not one."""
        text = self.get(name).strip()
        return int(text) if re.fullmatch(r"[+-]?[0-9]{1,15}", text) else None

    def all(self, *tags: str) -> Iterator[Node]:
        """Return the children with a name, or all of them."""
        folded_tags = {tag.casefold() for tag in tags}
        for child in self.element:
            if isinstance(child.tag, str) and (not folded_tags or _local(child.tag) in folded_tags):
                yield Node(child)

    def within(self, tag: str) -> Iterator[Node]:
        """Return the children of the children with a name."""
        for container in self.all(tag):
            yield from container.all()

    def words(self, tag: str) -> str:
        """Return the text of the first child with a name."""
        return next(("".join(child.element.itertext()) for child in self.all(tag)), "")

    def targets(self, tag: str) -> tuple[str, ...]:
        """Return the ids to which the children with a name refer."""
        return tuple(dict.fromkeys(child.id("targetGUID") for child in self.all(tag)))


def parsed(data: bytes, place: str, root: str) -> tuple[Node, tuple[Dropped, ...]]:
    """Return the root element of a file, and the number of repairs of its XML.

    Programs are known to write ``&`` and ``<`` of a text as they stand; where the file is no XML for that, they are
    escaped. NeedssegError where it is no XML all the same, has a document type, or begins with another element.
    """
    from lxml import etree

    try:
        element, repaired = _element(data), 0
    except (etree.XMLSyntaxError, ValueError) as error:
        repaired_data, repaired = _escaped(data)
        try:
            if not repaired:
                raise error
            element = _element(repaired_data)
        except (etree.XMLSyntaxError, ValueError):
            raise NeedssegError(
                f"{place}: is no XML that can be read: {error}.", "Export it again from the program that it comes from."
            ) from error
    if element.getroottree().docinfo.doctype:
        raise NeedssegError(
            f"{place}: declares a document type, as no REFI-QDA file does; it may point at files of this machine.",
            "Do not import files of unknown origin.",
        )
    node = Node(element)
    if node.tag != root.casefold():
        raise NeedssegError(f"{place}: begins with <{node.tag}>, not with <{root}>.", "Name a REFI-QDA file.")
    reason = f"is not valid XML: {repaired} signs (& or <) are not escaped as they must be; read as if they were"
    return node, (Dropped("repair", place, reason),) if repaired else ()


def _element(data: bytes) -> Any:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False)
    return etree.fromstring(data, parser)


def _escaped(data: bytes) -> tuple[bytes, int]:
    """Escape unescaped signs in a file's texts, remove control characters, and count the repairs."""
    utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError:
        return data, 0
    if re.search("<!(?:DOCTYPE|ENTITY)", text, re.IGNORECASE):
        return data, 0
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    parts = _WHOLE.split(text)
    repairs = 0
    # CDATA sections and comments, the odd parts, stay unchanged.
    for index in range(0, len(parts), 2):
        part, signs = _UNESCAPED_AMPERSAND.subn("&amp;", parts[index])
        tagged = _TAG.sub(_with_signs_escaped, part)
        repairs += signs + (len(tagged) - len(part)) // 3
        parts[index], controls = _CONTROL.subn("", tagged)
        repairs += controls
    return "".join(parts).encode("utf-8"), repairs


def _with_signs_escaped(tag_match: re.Match[str]) -> str:
    """Return a tag with ``<`` escaped inside its attributes, or an escaped single sign."""
    tag = tag_match[0]
    return "&lt;" if tag == "<" else tag[0] + tag[1:].replace("<", "&lt;")


def _local(name: Any) -> str:
    return str(name).rsplit("}", 1)[-1].casefold()
