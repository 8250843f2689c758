"""What a project is after QualCoder 4.0 imported it and exported it again, with all that it is known to change and drop."""

from __future__ import annotations

import uuid
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

NS = "{urn:QDA-XML:project:1.0}"


class _Rewriting:
    """Ids are new, sets and references from cases are gone, notes are journal entries, what has no code an annotation."""

    def __init__(self, source: Path, escaping: bool) -> None:
        self.archive = zipfile.ZipFile(source)
        self.root = etree.fromstring(self.archive.read("project.qde"))
        self.escaping = escaping
        self.ids: dict[str, str] = {}
        self.files: dict[str, bytes] = {}
        self.notes: list[str] = []

    def guid(self, old: str) -> str:
        return self.ids.setdefault(old, str(uuid.uuid5(uuid.NAMESPACE_URL, old)))

    def words(self, text: str) -> str:
        return escape(text) if self.escaping else text

    def user(self, element: etree._Element) -> str:
        user = element.get("creatingUser")
        return f'creatingUser="{self.guid(user)}" ' if user else ""

    def described(self, element: etree._Element) -> str:
        text = element.findtext(f"{NS}Description")
        return f"<Description>{self.words(text)}</Description>\n" if text else "<Description />\n"

    def users(self) -> str:
        return "".join(
            f'<User guid="{self.guid(each.get("guid"))}" name={quoteattr(each.get("name"))} />\n'
            for each in self.root.iter(f"{NS}User")
        )

    def codes(self, parent: etree._Element) -> str:
        return "".join(
            f'<Code guid="{self.guid(each.get("guid"))}" name={quoteattr(each.get("name"))} isCodable="true" '
            f'color="{each.get("color") or "#999999"}">\n{self.described(each)}{self.codes(each)}</Code>\n'
            for each in parent.iterfind(f"{NS}Code")
        )

    def values(self, element: etree._Element) -> str:
        return "".join(
            f'<VariableValue>\n<VariableRef targetGUID="{self.guid(each[0].get("targetGUID"))}" />\n'
            f"<TextValue>{self.words(each[1].text)}</TextValue>\n</VariableValue>\n"
            for each in element.iterfind(f"{NS}VariableValue")
        )

    def cases(self) -> str:
        return "".join(
            f'<Case guid="{self.guid(each.get("guid"))}" name={quoteattr(each.get("name"))}>\n<Description />\n'
            f"{self.values(each)}</Case>\n"
            for each in self.root.iter(f"{NS}Case")
        )

    def source(self, element: etree._Element) -> str:
        text = self.archive.read(f"sources/{element.get('guid')}.txt").decode()
        name = self.guid(f"file {element.get('guid')}")
        self.files[f"sources/{name}.txt"] = b"\xef\xbb\xbf" + text.encode()
        coded, noted = "", ""
        for each in element.iterfind(f"{NS}PlainTextSelection"):
            start, end = int(each.get("startPosition")), int(each.get("endPosition"))
            at = f'{self.user(each)}creationDateTime="{each.get("creationDateTime") or "2026-05-03T10:00:00Z"}"'
            for coding in each.iterfind(f"{NS}Coding"):
                quote = text[start:end].replace("\n", " ")
                coded += (
                    f'<PlainTextSelection guid="{uuid.uuid4()}" startPosition="{start}" endPosition="{end}" '
                    f"name={quoteattr(quote)} {at}>\n{self.described(each)}"
                    f'<Coding guid="{uuid.uuid4()}" {self.user(each)}>\n'
                    f'<CodeRef targetGUID="{self.guid(coding[0].get("targetGUID"))}" />\n</Coding>\n</PlainTextSelection>\n'
                )
            if each.find(f"{NS}Coding") is None:
                note = str(uuid.uuid4())
                words = self.words(each.findtext(f"{NS}Description") or "")
                self.notes.append(
                    f'<Note guid="{note}" {at} >\n<PlainTextContent>{words}</PlainTextContent>\n'
                    f'<PlainTextSelection guid="{uuid.uuid4()}" startPosition="{start}" endPosition="{end}" />\n</Note>\n'
                )
                # Of the annotations of a text it refers to the first alone.
                noted = noted or f'<NoteRef targetGUID="{note}" />\n'
        return (
            f'<TextSource plainTextPath="internal://{name}.txt" creationDateTime="{element.get("creationDateTime")}" '
            f'guid="{self.guid(element.get("guid"))}" name={quoteattr(element.get("name"))}>\n'
            f"{self.described(element)}{coded}{noted}{self.values(element)}</TextSource>\n"
        )

    def journal(self) -> str:
        found = []
        names: set[str] = set()
        for each in self.root.iter(f"{NS}Note"):
            assert each.get("creationDateTime"), "its import stops at a note without a date"
            assert each.get("name") not in names, "its journal takes a name once"
            names.add(each.get("name"))
            file = str(uuid.uuid4())
            self.files[f"sources/{file}.txt"] = (
                b"\xef\xbb\xbf" + (each.findtext(f"{NS}PlainTextContent") or "").encode()
            )
            found.append(
                f'<Note guid="{file}" {self.user(each)}creationDateTime="{each.get("creationDateTime")}" '
                f'name={quoteattr(each.get("name"))} plainTextPath="internal://{file}.txt" >\n<Description /></Note>\n'
            )
        return "".join(found)

    def project(self) -> str:
        variables = "".join(
            f'<Variable guid="{self.guid(each.get("guid"))}" name={quoteattr(each.get("name"))} typeOfVariable="Text" >\n'
            "<Description />\n</Variable>\n"
            for each in self.root.iter(f"{NS}Variable")
        )
        codes = self.root.find(f"{NS}CodeBook/{NS}Codes")
        book = f"<CodeBook>\n<Codes>\n{self.codes(codes)}</Codes>\n</CodeBook>\n" if codes is not None else ""
        sources = "".join(self.source(each) for each in self.root.iter(f"{NS}TextSource"))
        notes = self.journal() + "".join(self.notes)
        return (
            '<?xml version="1.0" encoding="utf-8"?>\n<Project name="back.qda" origin="QualCoder 4.0 Beta" '
            f'xmlns="urn:QDA-XML:project:1.0">\n<Users>\n{self.users()}</Users>\n{book}'
            f"<Variables>\n{variables}</Variables>\n<Cases>\n{self.cases()}</Cases>\n<Sources>\n{sources}</Sources>\n"
            + (f"<Notes>\n{notes}</Notes>\n" if notes else "")
            + "</Project>"
        )


def through_qualcoder(source: Path, target: Path, escaping: bool = True) -> Path:
    """Write the project as it comes back; without ``escaping`` an ``&`` in memos stands as it is."""
    made = _Rewriting(source, escaping)
    project = made.project()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("project.qde", project)
        for name, content in made.files.items():
            archive.writestr(name, content)
    return target
