"""A .qdpx or .qdc of any program as a Project, with how it counts positions and everything that was not taken over."""

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
    root, repaired = parsed(data, str(path), "CodeBook")
    dropped = list(repaired)
    codes = _codes(root, dropped)
    _drop(dropped, root.within("Sets"), "set of codes", "is not kept")
    return Read(Project(path.stem, root.get("origin"), codes=codes), Convention(), tuple(dropped))


def read_project(path: Path) -> Read:
    """The project in a .qdpx.

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
    read, lost = _with_annotations(read, annotations)
    held = [(source.text, [(each.start, each.end) for each in source.selections if not each.unsure]) for source in read]
    # What this program wrote counts as it says, also where somebody marked parts of words.
    own = origin.startswith("needsseg ")
    convention = scored(held, Convention()) if own else detected(held)
    codes = next((_codes(book, dropped) for book in root.all("CodeBook")), ())
    quotes = not own and names_are_quotes(read)
    sources = [placed(source, convention, quotes, dropped) for source in read]
    if moved := sum(count for _, count in sources):
        why = f"{moved} stand where their words are in the text, not where the file counts them"
        dropped.append(Dropped("positions", path.name, why))
    project = Project(
        root.get("name"),
        origin,
        tuple(User(user.id(), user.get("name") or user.get("id")) for user in root.within("Users")),
        codes,
        tuple(
            Variable(each.id(), each.get("name"), each.words("Description").strip())
            for each in root.within("Variables")
        ),
        tuple(_case(case, dropped) for case in root.within("Cases")),
        tuple(source for source, _ in sources),
        notes,
        tuple(
            SourceSet(each.id(), each.get("name"), each.words("Description"), each.targets("MemberSource"))
            for each in root.within("Sets")
        ),
        root.words("Description"),
        lost,
    )
    _doubles(project, dropped)
    _drop(dropped, root.within("Links"), "link", "links are not kept")
    _drop(dropped, root.within("Graphs"), "graph", "graphs are not kept")
    return Read(project, convention, tuple(dropped))


def _with_annotations(
    sources: Sequence[Source], annotations: Sequence[tuple[str, Selection]]
) -> tuple[list[Source], tuple[Selection, ...]]:
    """Sources with the annotations of their words, each a note with a place, and those of which no source is known."""
    by_source: dict[str, list[Selection]] = {}
    lost: list[Selection] = []
    notes_of = {note: source.guid for source in sources for note in source.notes}
    for note, selection in annotations:
        source = notes_of.get(note) or (sources[0].guid if len(sources) == 1 else "")
        (by_source.setdefault(source, []) if source else lost).append(selection)
    ids = {guid for guid, _ in annotations}
    found = [
        replace(
            source,
            selections=(*source.selections, *by_source.get(source.guid, ())),
            notes=tuple(note for note in source.notes if note not in ids),
        )
        for source in sources
    ]
    return found, tuple(lost)


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


def _notes(
    root: Node, archive: Archive, dropped: list[Dropped]
) -> tuple[tuple[Note, ...], list[tuple[str, Selection]]]:
    """Notes, and those that have a place in a text, each with its id: annotations."""
    notes: list[Note] = []
    annotations: list[tuple[str, Selection]] = []
    for node in root.within("Notes"):
        name = node.get("name")
        text = text_of(node, archive, "note", dropped)
        if text is None:
            continue
        above = node.words("Description").strip()
        words = f"{above}\n\n{text}" if above and text.strip() else above or text
        user, at = node.id("creatingUser"), node.get("creationDateTime")
        places = [selection_of(each, f"note {name}", dropped) for each in node.all("PlainTextSelection")]
        marked = [each for each in places if each is not None]
        if marked and not any(each.codings for each in marked):
            annotations += [
                (node.id(), replace(each, user=user, at=at, description=words, unsure=True)) for each in marked
            ]
            continue
        kind, why = f"selection of the note “{name}”", "notes are not coded"
        dropped += [Dropped(kind, each.name or each.guid, why) for each in marked]
        notes.append(Note(node.id(), name, words, user, at))
    return tuple(notes), annotations


def _case(node: Node, dropped: list[Dropped]) -> Case:
    name = node.get("name") or node.id()
    if node.targets("CodeRef"):
        dropped.append(Dropped("codes of a case", name, "only passages are coded"))
    return Case(
        node.id(), name, values_of(node), node.targets("SourceRef"), node.targets("SelectionRef"),
        node.words("Description").strip(),
    )  # fmt: skip
