"""A .qdpx or .qdc of any program as a Project, with how it counts positions and everything that was not taken over."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from needsseg.errors import NeedssegError
from needsseg.exchange.refi.archive import LARGEST_MEMBER, Archive, opened_archive
from needsseg.exchange.refi.offsets import Convention, detected, places, scored
from needsseg.exchange.refi.parsing import Dropped, Node, parsed
from needsseg.exchange.refi.records import (
    Case,
    Code,
    Coding,
    Note,
    Project,
    Selection,
    Source,
    SourceSet,
    User,
    Value,
    Variable,
)

_OTHER_SOURCES = {"picturesource": "picture", "pdfsource": "PDF", "audiosource": "audio", "videosource": "video"}
_HEX = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Read:
    """A project as read: positions are code points of LF texts already; ``convention`` is how the file counts them."""

    project: Project
    convention: Convention
    dropped: tuple[Dropped, ...]


def read_codebook(path: Path) -> Read:
    """The codes of a .qdc; NeedssegError where it is none."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_MEMBER + 1)
    except OSError as error:
        raise NeedssegError(f"{path}: cannot be read: {error.strerror}.", "Check the path.") from error
    if len(data) > LARGEST_MEMBER:
        raise NeedssegError(f"{path}: has more than {LARGEST_MEMBER // 1_000_000} MB, as no codebook has.", "")
    root = parsed(data, str(path), "CodeBook")
    dropped: list[Dropped] = []
    codes = _codes(root, dropped)
    _drop(dropped, root.within("Sets"), "set of codes", "is not kept")
    return Read(Project(path.stem, root.get("origin"), codes=codes), Convention(), tuple(dropped))


def read_project(path: Path) -> Read:
    """The project in a .qdpx.

    Entities, document types, names outside the archive and zip bombs are refused with a NeedssegError; sources that are
    missing or hold no text are listed as dropped, and the rest is read.
    """
    dropped: list[Dropped] = []
    with opened_archive(path) as archive:
        root = parsed(archive.project(), f"{path}: project.qde", "Project")
        dropped += [Dropped("file", name, "is in the archive twice; the first was read") for name in archive.doubled]
        notes = _notes(root, archive, dropped)
        read = _sources(root, archive, dropped)
    held = [(source.text, _spans(source)) for source in read]
    # What this program wrote counts as it says, also where somebody marked parts of words.
    convention = scored(held, Convention()) if root.get("origin").startswith("needsseg ") else detected(held)
    codes = next((_codes(book, dropped) for book in root.all("CodeBook")), ())
    project = Project(
        root.get("name"),
        root.get("origin"),
        tuple(User(user.id(), user.get("name") or user.get("id")) for user in root.within("Users")),
        codes,
        tuple(Variable(each.id(), each.get("name")) for each in root.within("Variables")),
        tuple(_case(case, dropped) for case in root.within("Cases")),
        tuple(_placed(source, convention, dropped) for source in read),
        notes,
        tuple(
            SourceSet(each.id(), each.get("name"), each.words("Description"), each.targets("MemberSource"))
            for each in root.within("Sets")
        ),
        root.words("Description"),
    )
    _doubles(project, dropped)
    _drop(dropped, root.within("Links"), "link", "links are not kept")
    _drop(dropped, root.within("Graphs"), "graph", "graphs are not kept")
    return Read(project, convention, tuple(dropped))


def _drop(dropped: list[Dropped], nodes: Iterable[Node], kind: str, why: str) -> None:
    dropped += [Dropped(kind, node.get("name") or node.id() or "without a name", why) for node in nodes]


def _doubles(project: Project, dropped: list[Dropped]) -> None:
    seen: set[str] = set()
    for kind, held in (("code", project.codes), ("source", project.sources), ("user", project.users)):
        for each in held:
            if each.guid in seen:
                dropped.append(Dropped("GUID", each.guid, f"is that of two things; the {kind} “{each.name}” is one"))
            seen.add(each.guid)


def _codes(book: Node, dropped: list[Dropped]) -> tuple[Code, ...]:
    """Codes, those above before those below; one at whose place an earlier one has its id keeps the first's."""
    found: list[Code] = []
    waiting = [(code, "") for code in book.within("Codes") if code.tag == "code"][::-1]
    while waiting:
        node, parent = waiting.pop()
        name, colour = node.get("name"), node.get("color").strip()
        if colour and not _HEX.fullmatch(colour):
            dropped.append(Dropped("colour", f"{colour} of the code “{name}”", "is not written #rrggbb"))
            colour = ""
        if len(colour) == 4:
            colour = "#" + "".join(2 * digit for digit in colour[1:])
        code = Code(node.id(), name, parent, colour.lower(), node.words("Description").strip(), node.targets("NoteRef"))
        found.append(code)
        waiting += [(child, code.guid) for child in node.all("Code")][::-1]
    return tuple(found)


def _notes(root: Node, archive: Archive, dropped: list[Dropped]) -> tuple[Note, ...]:
    notes: list[Note] = []
    for node in root.within("Notes"):
        name = node.get("name")
        text = _text_of(node, archive, "note", dropped)
        if text is None:
            continue
        above = node.words("Description").strip()
        notes.append(
            Note(
                node.id(),
                name,
                f"{above}\n\n{text}" if above and text else above or text,
                node.id("creatingUser"),
                node.get("creationDateTime"),
            )
        )
        _drop(dropped, node.all("PlainTextSelection"), f"selection of the note “{name}”", "notes are not coded")
    return tuple(notes)


def _text_of(node: Node, archive: Archive, kind: str, dropped: list[Dropped]) -> str | None:
    """The text with LF line ends, its byte order mark gone; None where there is none, which is then listed."""
    name = node.get("name") or node.id()
    inline = node.words("PlainTextContent")
    path = node.get("plainTextPath")
    if path and not inline:
        data = archive.text(path)
        if data is None:
            dropped.append(Dropped(kind, name, f"its text {path} is not in the archive"))
            return None
        text = _decoded(data)
        if text is None:
            dropped.append(Dropped(kind, name, "its text is neither UTF-8 nor UTF-16, or is binary"))
            return None
    else:
        text = inline
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _decoded(data: bytes) -> str | None:
    utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if utf16 else "utf-8")
    except UnicodeDecodeError:
        return None
    # No text has a NUL, and a study cannot hold one.
    return None if "\0" in text else text


def _sources(root: Node, archive: Archive, dropped: list[Dropped]) -> list[Source]:
    """Text sources with the positions that the file gives."""
    found: list[Source] = []
    for node in root.within("Sources"):
        name = node.get("name") or node.id()
        if node.tag != "textsource":
            kind = _OTHER_SOURCES.get(node.tag, node.tag)
            inner = sum(child.tag.endswith("selection") for child in node.all())
            told = f"only texts are imported{f'; selections lost with it: {inner}' if inner else ''}"
            dropped.append(Dropped(kind, name, told))
            continue
        text = _text_of(node, archive, "source", dropped)
        selections = tuple(_selection(each, name, dropped) for each in node.all("PlainTextSelection"))
        if text is None or not text.strip():
            if text is not None:
                dropped.append(Dropped("source", name, "holds no text"))
            if selections:
                dropped.append(Dropped("selections", name, f"lost with the source: {len(selections)}"))
            continue
        _drop(dropped, node.all("Coding"), f"code on the whole source “{name}”", "only passages are coded")
        values = tuple(_values(node))
        found.append(
            Source(
                node.id(),
                name,
                text,
                tuple(each for each in selections if each is not None),
                node.words("Description"),
                node.targets("NoteRef"),
                values,
                node.id("creatingUser"),
                node.get("creationDateTime"),
            )
        )
    return found


def _selection(node: Node, source: str, dropped: list[Dropped]) -> Selection | None:
    try:
        start, end = int(node.get("startPosition")), int(node.get("endPosition"))
    except ValueError:
        dropped.append(Dropped("selection", node.get("name") or node.id(), f"has no position in “{source}”"))
        return None
    return Selection(
        node.id(), start, end, node.id("creatingUser"), node.get("creationDateTime"), node.words("Description").strip(),
        tuple(
            Coding(coding.id(), target, coding.id("creatingUser"), coding.get("creationDateTime"))
            for coding in node.all("Coding")
            for target in coding.targets("CodeRef")
        ),
        node.targets("NoteRef"), node.get("name"),
    )  # fmt: skip


def _spans(source: Source) -> list[tuple[int, int]]:
    return [(selection.start, selection.end) for selection in source.selections]


def _placed(source: Source, how: Convention, dropped: list[Dropped]) -> Source:
    """The source with its selections in code points; those outside the text are listed."""
    kept: list[Selection] = []
    for selection, place in zip(source.selections, places(source.text, _spans(source), how), strict=True):
        if place is None or not source.text[slice(*place)].strip():
            shown = selection.name or f"{selection.start}–{selection.end}"
            why = "lies outside the text of" if place is None else "holds no words of"
            dropped.append(Dropped("selection", shown, f"{why} “{source.name}”"))
        else:
            kept.append(replace(selection, start=place[0], end=place[1]))
    return replace(source, selections=tuple(kept))


def _values(node: Node) -> list[Value]:
    found = []
    for value in node.all("VariableValue"):
        variable = next(iter(value.targets("VariableRef")), "")
        text = next(("".join(each.element.itertext()) for each in value.all() if each.tag.endswith("value")), "")
        if variable and text.strip():
            found.append(Value(variable, text.strip()))
    return found


def _case(node: Node, dropped: list[Dropped]) -> Case:
    name = node.get("name") or node.id()
    if node.targets("CodeRef"):
        dropped.append(Dropped("codes of a case", name, "only passages are coded"))
    return Case(node.id(), name, tuple(_values(node)), node.targets("SourceRef"), node.targets("SelectionRef"))
