"""Write a project as .qdpx and a codebook as .qdc: valid against the schema, and identical bytes for identical content."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from needsseg.errors import Advice, Fix, UsageError
from needsseg.exchange.refi.archive import write_whole
from needsseg.exchange.refi.records import Case, Code, Note, Project, Selection, Source, Value

PROJECT = "urn:QDA-XML:project:1.0"
CODEBOOK = "urn:QDA-XML:codebook:1.0"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NO_TIME = (1980, 1, 1, 0, 0, 0)


def write_project(project: Project, path: Path) -> Path:
    """Write a project with its texts as ``sources/<GUID>.txt``, atomically. Raises NeedssegError.

    Characters that XML cannot hold (control characters) are left out of names and notes; the texts keep them.
    """
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        _add_member(archive, "project.qde", project_xml(project))
        for source in project.sources:
            _add_member(archive, f"sources/{source.guid}.txt", source.text.encode("utf-8"))
    write_whole(path, buffer.getvalue(), private=True)  # whole interviews
    return path


def write_codebook(codes: Sequence[Code], origin: str, path: Path) -> Path:
    """Write only codes, as .qdc, atomically. Raises UsageError where there are none, as the format requires one."""
    from lxml import etree

    if not codes:
        raise UsageError("There is no code to write.", Advice("Make one: ", Fix.CREATE_CODE))
    root = etree.Element(f"{{{CODEBOOK}}}CodeBook", nsmap={None: CODEBOOK}, origin=origin)
    _Writer(CODEBOOK).codes(root, [_without_notes(code) for code in codes])
    write_whole(path, _serialised(root))
    return path


def _without_notes(code: Code) -> Code:
    return Code(code.guid, code.name, code.parent, code.colour, code.description)


def _add_member(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _NO_TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    archive.writestr(entry, content)


def project_xml(project: Project) -> bytes:
    """Return ``project.qde``: elements in the schema's order, without empty containers."""
    from lxml import etree

    root = etree.Element(f"{{{PROJECT}}}Project", nsmap={None: PROJECT}, name=_clean(project.name))
    if project.origin:
        root.set("origin", _clean(project.origin))
    write = _Writer(PROJECT)
    if project.users:
        users = write.add(root, "Users")
        for user in project.users:
            write.add(users, "User", guid=user.guid, name=user.name)
    if project.codes:
        write.codes(write.add(root, "CodeBook"), project.codes)
    if project.variables:
        variables = write.add(root, "Variables")
        for variable in project.variables:
            write.add(
                variables,
                "Variable",
                guid=variable.guid,
                name=_clean(variable.name) or "unnamed",
                typeOfVariable="Text",
            )
    if project.cases:
        cases = write.add(root, "Cases")
        for case in project.cases:
            write.case(cases, case)
    if project.sources:
        sources = write.add(root, "Sources")
        for source in project.sources:
            write.source(sources, source)
    if project.notes:
        notes = write.add(root, "Notes")
        for note in project.notes:
            write.note(notes, note)
    if project.sets:
        sets = write.add(root, "Sets")
        for code_set in project.sets:
            set_element = write.add(sets, "Set", guid=code_set.guid, name=_clean(code_set.name) or "unnamed")
            write.words(set_element, "Description", code_set.description)
            write.references(set_element, "MemberSource", code_set.sources)
    write.words(root, "Description", project.description)
    return _serialised(root)


def _serialised(root: Any) -> bytes:
    from lxml import etree

    etree.indent(root)
    xml_bytes: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return xml_bytes


class _Writer:
    """Adds elements of one namespace."""

    def __init__(self, namespace: str) -> None:
        self.namespace = namespace

    def add(self, parent: Any, tag: str, **attributes: str) -> Any:
        from lxml import etree

        element = etree.SubElement(parent, f"{{{self.namespace}}}{tag}")
        for name, value in attributes.items():
            if value:
                element.set(name, _clean(value))
        return element

    def words(self, parent: Any, tag: str, text: str) -> None:
        if text:
            self.add(parent, tag).text = _clean(text)

    def references(self, parent: Any, tag: str, guids: Iterable[str]) -> None:
        for guid in guids:
            self.add(parent, tag, targetGUID=guid)

    def values(self, parent: Any, values: Iterable[Value]) -> None:
        for value in values:
            value_element = self.add(parent, "VariableValue")
            self.references(value_element, "VariableRef", [value.variable])
            self.words(value_element, "TextValue", value.text)

    def codes(self, parent: Any, codes: Sequence[Code]) -> None:
        """Add codes in order, each below its parent."""
        children: dict[str, list[Code]] = {}
        guids = {code.guid for code in codes}
        for code in codes:
            children.setdefault(code.parent if code.parent in guids else "", []).append(code)
        top = self.add(parent, "Codes")
        waiting = [(top, code) for code in reversed(children.get("", []))]
        while waiting:
            parent_element, code = waiting.pop()
            code_element = self.add(
                parent_element,
                "Code",
                guid=code.guid,
                name=_clean(code.name) or "unnamed",
                isCodable="true",
                color=code.colour,
            )
            self.words(code_element, "Description", code.description)
            self.references(code_element, "NoteRef", code.notes)
            waiting += [(code_element, child) for child in reversed(children.get(code.guid, []))]

    def case(self, parent: Any, case: Case) -> None:
        case_element = self.add(parent, "Case", guid=case.guid, name=case.name)
        self.values(case_element, case.values)
        self.references(case_element, "SourceRef", case.sources)
        self.references(case_element, "SelectionRef", case.selections)

    def source(self, parent: Any, source: Source) -> None:
        source_element = self.add(
            parent, "TextSource", guid=source.guid, name=source.name, plainTextPath=f"internal://{source.guid}.txt",
            creatingUser=source.user, creationDateTime=source.at,
        )  # fmt: skip
        self.words(source_element, "Description", source.description)
        for selection in source.selections:
            self.selection(source_element, selection)
        self.references(source_element, "NoteRef", source.notes)
        self.values(source_element, source.values)

    def selection(self, parent: Any, selection: Selection) -> None:
        selection_element = self.add(
            parent, "PlainTextSelection", guid=selection.guid, name=selection.name,
            startPosition=str(selection.start), endPosition=str(selection.end),
            creatingUser=selection.user, creationDateTime=selection.at,
        )  # fmt: skip
        self.words(selection_element, "Description", selection.description)
        for coding in selection.codings:
            inner = self.add(
                selection_element, "Coding", guid=coding.guid, creatingUser=coding.user, creationDateTime=coding.at
            )  # fmt: skip
            self.references(inner, "CodeRef", [coding.code])
        self.references(selection_element, "NoteRef", selection.notes)

    def note(self, parent: Any, note: Note) -> None:
        note_element = self.add(
            parent, "Note", guid=note.guid, name=note.name, creatingUser=note.user, creationDateTime=note.at
        )  # fmt: skip
        self.words(note_element, "PlainTextContent", note.text)


def _clean(text: str) -> str:
    return _NOT_XML.sub("", text)
