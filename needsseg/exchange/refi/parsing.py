"""XML of other programs, read without entities, network or document types, and whatever the case of its names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from needsseg.errors import NeedssegError

_GUID = re.compile(r"\{?([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})\}?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dropped:
    """Something of a file that was not taken over: its kind, its name, and why."""

    kind: str
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Node:
    """An element, whose names are compared in any case and without their namespace."""

    element: Any

    @property
    def tag(self) -> str:
        """Its name in lower case."""
        return _local(self.element.tag)

    def get(self, name: str) -> str:
        """An attribute; empty where it is not there."""
        wanted = name.casefold()
        return next((str(value) for key, value in self.element.attrib.items() if _local(key) == wanted), "")

    def id(self, name: str = "guid") -> str:
        """An attribute that identifies something: GUIDs without braces and in lower case, anything else as it stands."""
        value = self.get(name).strip()
        match = _GUID.fullmatch(value)
        return match[1].lower() if match else value

    def all(self, *tags: str) -> Iterator[Node]:
        """The children called so; all of them where no name is given."""
        wanted = {tag.casefold() for tag in tags}
        for child in self.element:
            if isinstance(child.tag, str) and (not wanted or _local(child.tag) in wanted):
                yield Node(child)

    def within(self, tag: str) -> Iterator[Node]:
        """The children of the children called so."""
        for container in self.all(tag):
            yield from container.all()

    def words(self, tag: str) -> str:
        """The text of the first child called so."""
        return next(("".join(child.element.itertext()) for child in self.all(tag)), "")

    def targets(self, tag: str) -> tuple[str, ...]:
        """What the children called so refer to."""
        return tuple(dict.fromkeys(child.id("targetGUID") for child in self.all(tag)))


def parsed(data: bytes, where: str, root: str) -> Node:
    """The root element of a file; NeedssegError where it is no XML, has a document type, or begins with another element."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False)
    try:
        element = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NeedssegError(
            f"{where}: is no XML that can be read: {error}.", "Export it again from the program that it comes from."
        ) from error
    if element.getroottree().docinfo.doctype:
        raise NeedssegError(
            f"{where}: declares a document type, as no REFI-QDA file does; it may point at files of this machine.",
            "Do not import files of unknown origin.",
        )
    node = Node(element)
    if node.tag != root.casefold():
        raise NeedssegError(f"{where}: begins with <{node.tag}>, not with <{root}>.", "Name a REFI-QDA file.")
    return node


def _local(name: Any) -> str:
    return str(name).rsplit("}", 1)[-1].casefold()
