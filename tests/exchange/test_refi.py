"""REFI-QDA files: valid against the schema, read back the same, positions of any convention found, danger refused."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from needsseg.errors import NeedssegError
from needsseg.exchange import refi
from needsseg.exchange.refi import archive
from needsseg.exchange.refi.offsets import Convention, detected, places
from needsseg.exchange.refi.writing import project_xml
from tests.fixtures.refi.specimens import atlas_ti_project
from tests.fixtures.samples import ROOT
from tests.fixtures.wording.common import NO_SUCH_FILE, NO_SUCH_FOLDER, UNWRITABLE
from tests.fixtures.wording.exchange import (
    BEGINS_WITH,
    DAMAGED_ARCHIVE,
    NO_REFI_PROJECT,
    NO_XML,
    OUTSIDE_PROJECT,
    OVERLAPS,
    TWO_THINGS,
    UNPACK_TO_MORE,
    ZIP_BOMB,
)
from tests.fixtures.wording.matching import refuses, says
from tests.fixtures.wording.transcripts import DOCUMENT_TYPE, PROTECTED

SCHEMA = etree.XMLSchema(etree.parse(ROOT / "tests" / "data" / "refi" / "Project.xsd"))
SAID = (
    "The nurse calls at six 🙂 and I start again.\n\nThen I look at the board, ask around;\nnobody knows — 👩‍👩‍👧 — "
    "who can take the round.\nIt takes an hour 🎉 every time, and we don't get it back."
)
PIECES = st.sampled_from(
    ["word", "Größe", "🙂", "👩‍👩‍👧", " ", "\n", "\n\n", ", ", "日本語", "e\u0301", "\u200f", "&<>", "\t"]
)
TEXTS = st.lists(PIECES, min_size=1, max_size=30).map("".join).filter(str.strip)
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=20).map(str.strip)


def guid(number: int) -> str:
    return f"00000000-0000-5000-8000-{number:012d}"


@st.composite
def projects(draw: st.DrawFn) -> refi.Project:
    """Projects with nested codes, overlapping spans and notes."""
    names = st.text(st.characters(min_codepoint=32, codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), min_size=1)
    codes: list[refi.Code] = []
    for number in range(draw(st.integers(1, 5))):
        parent = draw(st.sampled_from(["", *(code.guid for code in codes)]))
        codes.append(refi.Code(guid(number), draw(names), parent, draw(st.sampled_from(["", "#0a1b2c"]))))
    note = refi.Note(guid(900), "Memo", "what I <think> & more\nof it 🙂", guid(700), "2026-05-01T10:00:00Z")
    sources = []
    for number in range(draw(st.integers(0, 3))):
        text = draw(TEXTS)
        selections = []
        for at in range(draw(st.integers(0, 4))):
            start = draw(st.integers(0, len(text) - 1))
            end = draw(st.integers(start + 1, len(text)))
            if text[start:end].strip():
                coding = refi.Coding(guid(500 + 10 * number + at), draw(st.sampled_from(codes)).guid, guid(700))
                selections.append(
                    refi.Selection(guid(100 + 10 * number + at), start, end, guid(700), "", "", (coding,), (guid(900),))
                )
        values = (refi.Value(guid(800), "x y"),)
        sources.append(refi.Source(guid(300 + number), "a\nname", text, tuple(selections), values=values))
    case = refi.Case(guid(600), "Anna", (refi.Value(guid(800), "=1+2"),), tuple(each.guid for each in sources))
    return refi.Project(
        "Study", "needsseg 1", (refi.User(guid(700), "Ben"),), tuple(codes), (refi.Variable(guid(800), "tier"),), (case,),
        tuple(sources), (note,), (refi.SourceSet(guid(750), "Builder", "why", case.sources),),
    )  # fmt: skip


def in_tree_order(codes: tuple[refi.Code, ...], parent: str = "") -> Iterator[refi.Code]:
    for code in codes:
        if code.parent == parent:
            yield code
            yield from in_tree_order(codes, code.guid)


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(projects())
def test_what_is_written_is_valid_and_read_back_the_same(project: refi.Project) -> None:
    SCHEMA.assertValid(etree.fromstring(project_xml(project)))
    with TemporaryDirectory() as folder:
        file = refi.write_project(project, Path(folder) / "p.qdpx")
        again = refi.write_project(project, Path(folder) / "q.qdpx")
        assert file.read_bytes() == again.read_bytes()
        read = refi.read_project(file)
    assert read.project == replace(project, codes=tuple(in_tree_order(project.codes)))
    assert read.dropped == ()


def test_control_characters_stay_out_of_names_and_in_the_text(tmp_path: Path) -> None:
    source = refi.Source(guid(1), "bell \x07", "a \x1b bell")
    file = refi.write_project(refi.Project("\x00", sources=(source,)), tmp_path / "p.qdpx")
    assert refi.read_project(file).project.sources == (refi.Source(guid(1), "bell ", "a \x1b bell"),)


WORD_SPANS = [(m, m + len(w)) for w in ("The nurse", "I start", "ask around", "nobody knows", "every time", "back")
              for m in [SAID.index(w)]]  # fmt: skip


def counted(text: str, place: int, how: Convention) -> int:
    before = text[:place]
    if how.line_end == 2:
        before = before.replace("\n", "\r\n")
    return (len(before.encode("utf-16-le")) // 2 if how.utf16 else len(before)) + int(how.mark)


@pytest.mark.parametrize("inclusive", [False, True])
@pytest.mark.parametrize("mark", [False, True])
@pytest.mark.parametrize("line_end", [1, 2])
@pytest.mark.parametrize("utf16", [False, True])
def test_every_convention_is_found(utf16: bool, line_end: int, mark: bool, inclusive: bool) -> None:
    how = Convention(utf16, line_end, mark, inclusive)
    spans = [(counted(SAID, a, how), counted(SAID, b, how) - int(inclusive)) for a, b in WORD_SPANS]
    found = detected([(SAID, spans)])
    assert found == replace(how, score=1.0, edges=2 * len(spans)), found.in_words
    assert places(SAID, spans, found) == WORD_SPANS


def packed(path: Path, project: str | bytes, **files: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("Project.qde", project)
        for name, content in files.items():
            made.writestr(f"Sources/{name}.TXT", content)
    return path


def test_a_file_of_another_program_with_all_that_is_seen_in_the_wild(tmp_path: Path) -> None:
    text = "\ufeff" + SAID.replace("\n", "\r\n")
    how = Convention(True, 2, False, False)
    selections = "".join(
        f'<PlainTextSelection guid="{guid(n)}" startPosition="{counted(SAID, a, how)}" endPosition="{counted(SAID, b, how)}"/>'
        for n, (a, b) in enumerate(WORD_SPANS)
    )
    project = f"""<Project xmlns="urn:QDA-XML:project:1.0" name="p" origin="NVivo"><CodeBook><Codes>
      <Code guid="{{{guid(7).upper()}}}" name="Top" isCodable="true" color="blue"><Code guid="x 1" name="In" isCodable="true"
      color="#abc"/></Code></Codes></CodeBook><Sources><TextSource guid="no guid" name="A"
      plainTextPath="internal://A.txt">{selections}<PlainTextSelection guid="{guid(99)}" startPosition="5" endPosition="99999"/>
      </TextSource><TextSource guid="{guid(7)}" name="B" plainTextPath="internal://B.txt"/><PictureSource guid="{guid(8)}"
      name="pic.jpg"><PictureSelection/></PictureSource></Sources><Links><Link guid="{guid(9)}" name="l"/></Links></Project>"""
    read = refi.read_project(packed(tmp_path / "n.qdpx", project, a=text.encode("utf-8")))
    assert (read.convention.utf16, read.convention.line_end, read.convention.mark, read.convention.inclusive) == (
        True, 2, False, False,
    )  # fmt: skip
    [source] = read.project.sources
    assert source.text == SAID and [(s.start, s.end) for s in source.selections] == WORD_SPANS
    assert [(c.guid, c.parent, c.colour) for c in read.project.codes] == [
        (guid(7), "", ""),
        ("x 1", guid(7), "#aabbcc"),
    ]
    assert [(each.kind, each.name) for each in read.dropped] == [
        ("source", "B"), ("picture", "pic.jpg"), ("colour", "blue of the code “Top”"), ("selection", "5–99999"),
        ("link", "l"),
    ]  # fmt: skip


ONE_TEXT = f'<Project name="p"><Sources><TextSource guid="{guid(1)}" name="A" plainTextPath="internal://a.txt"/></Sources></Project>'


@pytest.mark.parametrize(
    ("content", "read"),
    [(SAID.encode("utf-16"), SAID), (b"a\rb\r\nc", "a\nb\nc"), ("Größe".encode("cp1252"), None), (b"a\x00b", None)],
)
def test_texts_are_utf8_or_utf16_and_others_are_listed(content: bytes, read: str | None, tmp_path: Path) -> None:
    found = refi.read_project(packed(tmp_path / "e.qdpx", ONE_TEXT, a=content))
    assert [source.text for source in found.project.sources] == ([] if read is None else [read])
    assert [(each.kind, each.name) for each in found.dropped] == ([("source", "A")] if read is None else [])


def test_damaged_and_protected_archives_are_refused(tmp_path: Path) -> None:
    file = packed(tmp_path / "d.qdpx", ONE_TEXT)
    whole = file.read_bytes()
    protected = bytearray(whole)
    protected[6] |= 1
    protected[protected.index(b"PK\x01\x02") + 8] |= 1
    file.write_bytes(protected)
    with refuses(NeedssegError, PROTECTED):
        refi.read_project(file)
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("project.qde", "<Project/>")
    file.write_bytes(file.read_bytes().replace(b"<Project/>", b"<Projekt/>"))
    with refuses(NeedssegError, DAMAGED_ARCHIVE):
        refi.read_project(file)


def test_duplicate_guids_are_told(tmp_path: Path) -> None:
    code = f'<Code guid="{guid(1)}" name="a" isCodable="true"/><Code guid="{guid(1)}" name="b" isCodable="true"/>'
    project = f"<Project name='p'><CodeBook><Codes>{code}</Codes></CodeBook></Project>"
    [dropped] = refi.read_project(packed(tmp_path / "d.qdpx", project)).dropped
    assert (dropped.kind, dropped.name) == ("GUID", guid(1))
    assert says(dropped.why, TWO_THINGS, "code “b”")


@pytest.mark.parametrize(
    ("project", "told"),
    [
        ('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><Project><Description>&e;</Description></Project>',
         (DOCUMENT_TYPE,)),
        ('<!DOCTYPE Project SYSTEM "http://127.0.0.1:9/x.dtd"><Project name="p"/>', (DOCUMENT_TYPE,)),
        ("<Project", (NO_XML,)),
        ("<Project>" + "<Code>" * 300 + "</Code>" * 300 + "</Project>", (NO_XML,)),
        ("<Other/>", (BEGINS_WITH, "<other>")),
    ],
)  # fmt: skip
def test_dangerous_and_broken_xml_is_refused(project: str, told: tuple[object, ...], tmp_path: Path) -> None:
    with refuses(NeedssegError, *told):
        refi.read_project(packed(tmp_path / "x.qdpx", project))


def test_an_entity_in_an_attribute_is_refused(tmp_path: Path) -> None:
    """As broken XML or for its document type: that differs with the version of the parser."""
    project = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><Project name="&e;"/>'
    with pytest.raises(NeedssegError, match=f"{NO_XML}|{DOCUMENT_TYPE}"):
        refi.read_project(packed(tmp_path / "x.qdpx", project))


@pytest.mark.parametrize("name", ["../evil.txt", "sources/../../evil.txt", "/etc/evil", "..\\evil.txt", "C:\\evil.txt"])
def test_names_outside_the_archive_are_refused(name: str, tmp_path: Path) -> None:
    file = tmp_path / "t.qdpx"
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("project.qde", "<Project name='p'/>")
        made.writestr(zipfile.ZipInfo(name), "evil")
    with refuses(NeedssegError, OUTSIDE_PROJECT):
        refi.read_project(file)
    assert list(tmp_path.iterdir()) == [file]


def test_zip_bombs_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = f'<Sources><TextSource guid="{guid(1)}" name="A" plainTextPath="internal://A.txt"/></Sources>'
    bomb = packed(tmp_path / "b.qdpx", f"<Project name='p'>{source}</Project>", a=bytes(20_000_000))
    with refuses(NeedssegError, ZIP_BOMB):
        refi.read_project(bomb)
    # The directory of an archive may lie about sizes: what is read is limited as well.
    monkeypatch.setattr(archive, "_SUSPICIOUS_RATIO", 10**9)
    monkeypatch.setattr(archive, "LARGEST_MEMBER", 1_000_000)
    with refuses(NeedssegError, UNPACK_TO_MORE):
        refi.read_project(bomb)


def test_what_is_no_project_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "n.qdpx"
    with refuses(NeedssegError, NO_SUCH_FILE):
        refi.read_project(file)
    file.write_text("no zip")
    with refuses(NeedssegError, NO_REFI_PROJECT):
        refi.read_project(file)
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("sources/a.txt", "a")
    with refuses(NeedssegError, "project.qde"):
        refi.read_project(file)


def test_nothing_is_written_half(tmp_path: Path) -> None:
    with refuses(NeedssegError, NO_SUCH_FOLDER):
        refi.write_project(refi.Project("p"), tmp_path / "none" / "p.qdpx")
    (tmp_path / "p.qdpx").mkdir()
    with refuses(NeedssegError, UNWRITABLE):
        refi.write_project(refi.Project("p"), tmp_path / "p.qdpx")
    assert [path.name for path in tmp_path.iterdir()] == ["p.qdpx"]


def test_a_file_in_the_layout_of_atlas_ti_is_read(tmp_path: Path) -> None:
    read = refi.read_project(atlas_ti_project(tmp_path / "bread.qdpx"))
    assert read.project.origin.startswith("ATLAS.ti 8.4.0") and len(read.project.codes) == 14
    kinds = [each.kind for each in read.dropped]
    # The archive holds project.qde alone: the six texts are missing.
    assert {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)} == {
        "source": 6, "selections": 4, "picture": 1, "PDF": 2, "audio": 1, "video": 2, "link": 1, "graph": 1,
    }  # fmt: skip


@given(TEXTS, st.data())
def test_places_follow_replaced_words(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=8)))
    pieces = [
        (a, b, data.draw(st.sampled_from(["Company C", "X", "[link]"])))
        for a, b in zip(cuts[::2], cuts[1::2], strict=False)
    ]
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    moved = refi.shifted(text, pieces)
    new_start, new_end = moved.span(start, end)
    # The covered span is the covering of the span, grown over the pieces that it cuts.
    for a, b, _ in pieces:
        if a < start < b:
            start = a
        if a < end < b:
            end = b
    inside = [(a - start, b - start, by) for a, b, by in pieces if start <= a and b <= end]
    assert moved.text[new_start:new_end] == refi.shifted(text[start:end], inside).text


def test_pieces_that_overlap_are_a_mistake() -> None:
    with refuses(ValueError, OVERLAPS):
        refi.shifted("abcdef", [(0, 3, "x"), (2, 4, "y")])
