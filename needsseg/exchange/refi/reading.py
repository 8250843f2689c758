"""Read a .qdpx or .qdc of any program as a Project, with its convention of counting and everything not imported."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from needsseg.errors import NeedssegError
from needsseg.exchange.refi.archive import LARGEST_MEMBER, Archive, opened_archive
from needsseg.exchange.refi.offsets import Convention, detected, scored
from needsseg.exchange.refi.parsing import Dropped, Node, parsed
from needsseg.exchange.refi.placing import names_are_quotes, placed
from needsseg.exchange.refi.records import Case, Code, Note, Project, Selection, Source, SourceSet, User, Variable
from needsseg.exchange.refi.sources import read_sources, selection_of, text_of, values_of

_HEX = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Read:
    """A project as read: positions are code points of LF texts; ``convention`` is that of the file."""

    project: Project
    convention: Convention
    dropped: tuple[Dropped, ...]


def read_codebook(path: Path) -> Read:
    """Return the codes of a .qdc; NeedssegError where it is not one."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_MEMBER + 1)
    except OSError as error:
        raise NeedssegError(f"{path}: cannot be read: {error.strerror}.", "Check the path.") from error
    if len(data) > LARGEST_MEMBER:
        raise NeedssegError(
            f"{path}: has more than {LARGEST_MEMBER // 1_000_000} MB, more than a codebook can have.", ""
        )
    root, repaired = parsed(data, str(path), "CodeBook")
    dropped = list(repaired)
    codes = _codes(root, dropped)
    _drop(dropped, root.within("Sets"), "set of codes", "is not kept")
    return Read(Project(path.stem, root.get("origin"), codes=codes), Convention(), tuple(dropped))


def read_project(path: Path) -> Read:
    """Return the project in a .qdpx.

    Entities, document types, names outside the archive and zip bombs are refused with a NeedssegError; sources that are
    missing, damaged or hold no text are listed as dropped, and the rest is read.
    """
    dropped: list[Dropped] = []
    with opened_archive(path) as archive:
        root, repaired = parsed(archive.project(), f"{path.name}: project.qde", "Project")
        dropped += repaired
        dropped += [Dropped("file", name, "is in the archive twice; the first was read") for name in archive.doubled]
        read = read_sources(root, archive, dropped)
        notes, annotations = _notes(root, archive, dropped)
    origin = root.get("origin")
    read, lost_annotations = _with_annotations(read, annotations)
    texts_with_spans = [
        (source.text, [(node.start, node.end) for node in source.selections if not node.unsure]) for source in read
    ]
    # Files of this program state their convention, even if parts of words are marked.
    is_own_file = origin.startswith("needsseg ")
    convention = scored(texts_with_spans, Convention()) if is_own_file else detected(texts_with_spans)
    codes = next((_codes(book, dropped) for book in root.all("CodeBook")), ())
    quotes = not is_own_file and names_are_quotes(read)
    sources = [placed(source, convention, quotes, dropped) for source in read]
    if moved_count := sum(count for _, count in sources):
        reason = f"{moved_count} stand where their words are in the text, not where the file counts them"
        dropped.append(Dropped("positions", path.name, reason))
    project = Project(
        root.get("name"),
        origin,
        tuple(User(user.id(), user.get("name") or user.get("id")) for user in root.within("Users")),
        codes,
        tuple(
            Variable(node.id(), node.get("name"), node.words("Description").strip())
            for node in root.within("Variables")
        ),
        tuple(_case(case, dropped) for case in root.within("Cases")),
        tuple(source for source, _ in sources),
        notes,
        tuple(
            SourceSet(node.id(), node.get("name"), node.words("Description"), node.targets("MemberSource"))
            for node in root.within("Sets")
        ),
        root.words("Description"),
        lost_annotations,
    )
    _doubles(project, dropped)
    _drop(dropped, root.within("Links"), "link", "links are not kept")
    _drop(dropped, root.within("Graphs"), "graph", "graphs are not kept")
    return Read(project, convention, tuple(dropped))


def _with_annotations(
    sources: Sequence[Source], annotations: Sequence[tuple[str, Selection]]
) -> tuple[list[Source], tuple[Selection, ...]]:
    """Return sources with their annotations (notes with a place), and annotations of unknown sources."""
    by_source: dict[str, list[Selection]] = {}
    lost_annotations: list[Selection] = []
    notes_of = {note: source.guid for source in sources for note in source.notes}
    for note, selection in annotations:
        source = notes_of.get(note) or (sources[0].guid if len(sources) == 1 else "")
        (by_source.setdefault(source, []) if source else lost_annotations).append(selection)
    ids = {guid for guid, _ in annotations}
    annotated = [
        replace(
            source,
            selections=(*source.selections, *by_source.get(source.guid, ())),
            notes=tuple(note for note in source.notes if note not in ids),
        )
        for source in sources
    ]
    return annotated, tuple(lost_annotations)


def _drop(dropped: list[Dropped], nodes: Iterable[Node], kind: str, reason: str) -> None:
    dropped += [Dropped(kind, node.get("name") or node.id() or "without a name", reason) for node in nodes]


def _doubles(project: Project, dropped: list[Dropped]) -> None:
    seen: set[str] = set()
    for kind, objects in (("code", project.codes), ("source", project.sources), ("user", project.users)):
        for item in objects:
            if item.guid in seen:
                dropped.append(Dropped("GUID", item.guid, f"is that of two things; the {kind} “{item.name}” is one"))
            seen.add(item.guid)


def _codes(book: Node, dropped: list[Dropped]) -> tuple[Code, ...]:
    """Return codes, parents before children; of duplicate ids the first is kept."""
    codes: list[Code] = []
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
        codes.append(code)
        waiting += [(child, code.guid) for child in node.all("Code")][::-1]
    return tuple(codes)


def _notes(
    root: Node, archive: Archive, dropped: list[Dropped]
) -> tuple[tuple[Note, ...], list[tuple[str, Selection]]]:
    """Return notes, and annotations (notes with a place in a text) by id."""
    notes: list[Note] = []
    annotations: list[tuple[str, Selection]] = []
    for node in root.within("Notes"):
        name = node.get("name")
        text = text_of(node, archive, "note", dropped)
        if text is None:
            continue
        note_text = node.words("Description").strip()
        words = f"{note_text}\n\n{text}" if note_text and text.strip() else note_text or text
        user, created = node.id("creatingUser"), node.get("creationDateTime")
        places = [selection_of(each, f"note {name}", dropped) for each in node.all("PlainTextSelection")]
        selections = [each for each in places if each is not None]
        if selections and not any(each.codings for each in selections):
            annotations += [
                (node.id(), replace(each, user=user, at=created, description=words, unsure=True)) for each in selections
            ]
            continue
        kind, reason = f"selection of the note “{name}”", "notes are not coded"
        dropped += [Dropped(kind, each.name or each.guid, reason) for each in selections]
        notes.append(Note(node.id(), name, words, user, created))
    return tuple(notes), annotations


def _case(node: Node, dropped: list[Dropped]) -> Case:
    name = node.get("name") or node.id()
    if node.targets("CodeRef"):
        dropped.append(Dropped("codes of a case", name, "only passages are coded"))
    return Case(
        node.id(), name, values_of(node), node.targets("SourceRef"), node.targets("SelectionRef"),
        node.words("Description").strip(),
    )  # fmt: skip
