"""What other programs put into a project: recordings, PDFs, formatted texts, damage, signs not escaped, two ways to count."""

from __future__ import annotations

import random
import zipfile
from io import BytesIO
from pathlib import Path

import docx
import openpyxl
import pytest

from needsseg.actions.coding import codebook, memos, passages
from needsseg.actions.exchange.refi import importing
from needsseg.actions.study import studies
from needsseg.actions.transcripts import interviews
from needsseg.errors import NeedssegError
from needsseg.exchange import refi
from needsseg.study.accounts import accounts
from needsseg.study.connection import Study
from tests.fixtures.cli_calls import Caller

pytest_plugins = ["tests.fixtures.cli_calls"]
TALK = (
    "Ruth: When did the ferry last run late?\nOle: On Sunday 🙂 and nobody on the quay was told.\n"
    "Ruth: And what did you do?\nOle: I rang the captain, then I wrote it on the door.\n"
)
USERS = '<Users><User guid="u1" name="Ruth K."/><User guid="u2" name="Per"/></Users>'
CODES = (
    '<CodeBook><Codes><Code guid="k1" name="not told" isCodable="true"/>'
    '<Code guid="k2" name="own way" isCodable="true"/></Codes></CodeBook>'
)


def coding(code: str, user: str = "u1") -> str:
    return f'<Coding guid="c" creatingUser="{user}"><CodeRef targetGUID="{code}"/></Coding>'


def selection(
    text: str, quote: str, code: str = "k1", utf16: bool = False, name: str | None = None, to: int = 0
) -> str:
    start = text.index(quote)
    end = start + len(quote) + to
    if utf16:
        start, end = (len(text[:at].encode("utf-16-le")) // 2 for at in (start, end))
    named = "" if name is None else f' name="{name}"'
    return (
        f'<PlainTextSelection guid="s{start}{code}" startPosition="{start}" endPosition="{end}"{named} creatingUser="u1">'
        f"{coding(code)}</PlainTextSelection>"
    )


def project(path: Path, sources: str, origin: str = "Other 1", extra: str = "", **files: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(
            "project.qde",
            f'<Project xmlns="urn:QDA-XML:project:1.0" name="p" origin="{origin}">{USERS}{CODES}'
            f"<Sources>{sources}</Sources>{extra}</Project>",
        )
        for name, content in files.items():
            made.writestr(f"sources/{name.replace('__', '.')}", content)
    return path


def coded(study: Study) -> list[tuple[str, tuple[str, ...]]]:
    return [(each.quote.strip(), each.codes) for each in passages.listing(study)]


def roles(study: Study) -> dict[str, str]:
    return {turn.speaker: turn.role for key in ("ferry",) for turn in interviews.show(study, key).turns}


QUOTES = [("nobody on the quay was told", ("not told",)), ("I rang the captain", ("own way",))]
BOTH = selection(TALK, QUOTES[0][0]) + selection(TALK, QUOTES[1][0], "k2")


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("blank", ["", "\n"])
def test_speakers_and_roles_are_those_of_a_file(
    study: Study, tmp_path: Path, line_end: str, mark: str, blank: str
) -> None:
    text = TALK.replace("\n", "\n" + blank)
    both = selection(text, QUOTES[0][0]) + selection(text, QUOTES[1][0], "k2")
    content = (mark + text.replace("\n", line_end)).encode()
    source = f'<TextSource guid="t" name="ferry" plainTextPath="internal://t.txt">{both}</TextSource>'
    importing.import_qdpx(study, project(tmp_path / "p.qdpx", source, t__txt=content))
    assert roles(study) == {"Ruth": "interviewer", "Ole": "participant"}
    assert [person.name for person in accounts.participants(study)] == ["Ole"]
    if line_end == "\n":
        assert coded(study) == QUOTES


@pytest.mark.parametrize("kind", ["AudioSource", "VideoSource"])
@pytest.mark.parametrize("beside", [False, True])
def test_a_transcript_of_a_recording_comes_with_its_codings_and_times(
    study: Study, tmp_path: Path, kind: str, beside: bool
) -> None:
    edges = sorted({at for quote, _ in QUOTES for at in (TALK.index(quote), TALK.index(quote) + len(quote))})
    starts = [TALK.index("When did"), TALK.index("On Sunday"), TALK.index("And what"), TALK.index("I rang")]
    points = sorted({*edges, *starts})
    sync = "".join(f'<SyncPoint guid="p{at}" timeStamp="{100 * at}" position="{at}"/>' for at in points)
    picked = "".join(
        f'<TranscriptSelection guid="x{n}" fromSyncPoint="p{TALK.index(q)}" toSyncPoint="p{TALK.index(q) + len(q)}">'
        f"{coding(code)}</TranscriptSelection>"
        for n, ((q, _), code) in enumerate(zip(QUOTES, ("k1", "k2"), strict=True))
    )
    tag = kind.replace("Source", "Selection")
    source = (
        f'<{kind} guid="a" name="ferry" path="internal://m.m4a"><Transcript guid="t" plainTextPath="internal://t.txt">{sync}'
        f'{picked}</Transcript><{tag} guid="y" begin="1" end="2">{coding("k1")}</{tag}></{kind}>'
    )
    # Some programs write the transcript as a text of its own as well.
    text = '<TextSource guid="t2" name="ferry" plainTextPath="internal://T.txt"/>' if beside else ""
    done = importing.import_qdpx(study, project(tmp_path / "p.qdpx", text + source, t__txt=TALK.encode()))
    assert done.added == ("ferry",) and coded(study) == QUOTES
    assert [turn.start_ms for turn in interviews.show(study, "ferry").turns] == [100 * at for at in starts]
    assert roles(study) == {"Ruth": "interviewer", "Ole": "participant"}
    assert [(each.kind, each.why.rsplit(" ", 1)[-1]) for each in done.dropped] == [("selections", "1")]


def test_the_text_of_a_pdf_is_read_and_what_marks_areas_is_counted(needsseg: Caller, tmp_path: Path) -> None:
    area = '<PDFSelection guid="r{}" page="0" firstX="1" firstY="1" secondX="2" secondY="2"/>'
    source = (
        f'<PDFSource guid="f" name="ferry.pdf" path="internal://f.pdf">{area.format(1)}{area.format(2)}'
        f'<Representation guid="t" plainTextPath="internal://t.txt">{BOTH}</Representation></PDFSource>'
        f'<PDFSource guid="g" name="scan.pdf">{area.format(3)}</PDFSource>'
    )
    called = needsseg("import", project(tmp_path / "p.qdpx", source, t__txt=TALK.encode()))
    assert called.code == 3
    assert "areas of pages, not words; lost: 2" in called.err and "selections lost with it: 1" in called.err
    assert len(needsseg.done("passages", "--json").json) == 2


def formatted() -> bytes:
    document = docx.Document()
    for line in TALK.rstrip("\n").split("\n"):
        document.add_paragraph(line)
    held = BytesIO()
    document.save(held)
    return held.getvalue()


def test_a_formatted_text_alone_is_read_and_what_cannot_be_is_named(study: Study, tmp_path: Path) -> None:
    source = f'<TextSource guid="t" name="ferry" richTextPath="internal://t.docx">{BOTH}</TextSource>'
    source += f'<TextSource guid="w" name="other" richTextPath="internal://w.docx">{BOTH}</TextSource>'
    source += f'<TextSource guid="v" name="third" richTextPath="internal://v.xyz">{BOTH}</TextSource>'
    made = project(tmp_path / "p.qdpx", source, t__docx=formatted(), w__docx=b"PK\x03\x04 none", v__xyz=b"x")
    done = importing.import_qdpx(study, made)
    assert done.added == ("ferry",) and coded(study) == QUOTES
    assert roles(study) == {"Ruth": "interviewer", "Ole": "participant"}
    assert [(each.kind, each.name) for each in done.dropped] == [
        ("source", "other"), ("selections", "other"), ("source", "third"), ("selections", "third"),
    ]  # fmt: skip
    assert all("formatted" in each.why for each in done.dropped if each.kind == "source")


def broken(path: Path, member: str) -> Path:
    """The archive with the packed bytes of one member damaged."""
    with zipfile.ZipFile(path) as archive:
        at = archive.getinfo(member).header_offset + 30 + len(member)
    data = bytearray(path.read_bytes())
    data[at : at + 12] = b"\xff" * 12
    path.write_bytes(data)
    return path


def test_damaged_members_are_named(study: Study, tmp_path: Path) -> None:
    sources = '<TextSource guid="t" name="ferry" plainTextPath="internal://t.txt"/>'
    sources += '<TextSource guid="z" name="other" plainTextPath="internal://z.txt"/>'
    made = project(tmp_path / "p.qdpx", sources, t__txt=TALK.encode(), z__txt=TALK.replace("Ole", "Ida").encode())
    done = importing.import_qdpx(study, broken(made, "sources/z.txt"))
    assert done.added == ("ferry",)
    assert [(each.kind, each.name) for each in done.dropped] == [("source", "other")] and "damaged" in done.dropped[
        0
    ].why
    with pytest.raises(NeedssegError, match="project.qde.*damaged"):
        refi.read_project(broken(made, "project.qde"))


def test_whole_lines_with_their_breaks_are_no_misfit(study: Study, tmp_path: Path) -> None:
    lines = ["The ferry was late.", "Nobody on the quay was told!", "I rang the captain", "and wrote it on the door."]
    text = "\n".join(lines) + "\n"
    marked = "".join(selection(text, line, to=1, name=f"l{n}") for n, line in enumerate(lines))
    source = f'<TextSource guid="t" name="ferry" plainTextPath="t.txt">{marked}</TextSource>'
    done = importing.import_qdpx(study, project(tmp_path / "p.qdpx", source, t__txt=text.encode()))
    assert coded(study) == [(line, ("not told",)) for line in lines] and done.fit == 1.0
    assert "exclusive" in done.convention


def test_another_way_to_count_needs_a_clear_margin(tmp_path: Path) -> None:
    text = "word " * 40
    # Most lie between words; a few people marked parts of words, which another way would set right.
    spans = [(5 * n, 5 * n + 4) for n in range(20)] + [(5 * n + 1, 5 * n + 5) for n in range(20, 23)]
    marked = "".join(f'<PlainTextSelection guid="s{a}" startPosition="{a}" endPosition="{b}"/>' for a, b in spans)
    source = f'<TextSource guid="t" name="a" plainTextPath="t.txt">{marked}</TextSource>'
    read = refi.read_project(project(tmp_path / "p.qdpx", source, t__txt=text.encode()))
    assert not read.convention.mark and [(s.start, s.end) for s in read.project.sources[0].selections] == spans


def test_two_ways_to_count_in_one_file_are_told_apart_by_the_words(study: Study, tmp_path: Path) -> None:
    text = "Ole: We 🙂 wait 👩‍👩‍👧 for it.\n\nOle: The door 🎉 is where I write.\n\nOle: The door is open, we wait for it.\n"
    pairs = [("wait 👩‍👩‍👧 for it", True), ("is where I write", False), ("The door is open", True), ("we wait", False)]
    marked = "".join(selection(text, quote, utf16=way, name=quote) for quote, way in pairs)
    marked += '<PlainTextSelection guid="n" startPosition="3" endPosition="9" name="words that are not there at all"/>'
    source = f'<TextSource guid="t" name="ferry" plainTextPath="t.txt">{marked}</TextSource>'
    done = importing.import_qdpx(study, project(tmp_path / "p.qdpx", source, "QualCoder 4.0", t__txt=text.encode()))
    assert [quote for quote, _ in coded(study)] == [quote for quote, _ in pairs]
    assert [(each.kind, each.name) for each in done.dropped] == [
        ("selection", "words that are not there at all"), ("positions", "p.qdpx"),
    ]  # fmt: skip


def test_annotations_journals_cases_and_signs_that_are_not_escaped(needsseg: Caller, tmp_path: Path) -> None:
    start = TALK.index("On Sunday")
    notes = (
        f'<Notes><Note guid="n1" creatingUser="u2"><PlainTextContent>fog & R&D <late></PlainTextContent>'
        f'<PlainTextSelection guid="q" startPosition="{start}" endPosition="{start + 9}"/></Note>'
        '<Note guid="n2" name="Diary"><PlainTextContent>began today</PlainTextContent></Note></Notes>'
        "<Description>about ferries</Description>"
    )
    sources = f'<TextSource guid="t" name="ferry" plainTextPath="t.txt">{BOTH}<NoteRef targetGUID="n1"/></TextSource>'
    variables = '<Variables><Variable guid="v" name="Trade" typeOfVariable="Text"/></Variables><Cases>'
    for name, value in (("OLE", "ferryman & smith"), ("The quay", "")):
        variables += (
            f'<Case guid="c{len(name)}" name="{name}"><VariableValue><VariableRef targetGUID="v"/>'
            f"<TextValue>{value}</TextValue></VariableValue></Case>"
        )
    made = project(tmp_path / "p.qdpx", sources, "QualCoder 4.0", notes, t__txt=TALK.encode())
    with zipfile.ZipFile(made) as archive:
        xml = archive.read("project.qde").decode().replace("<Sources>", f"{variables}</Cases><Sources>")
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("project.qde", xml)
        archive.writestr("sources/t.txt", TALK)
    called = needsseg("import", made)
    assert called.code == 3
    for told in ("Diary", "memo on the whole project", "The quay", "not escaped"):
        assert told in called.err
    [memo] = needsseg.done("memos", "--json").json
    assert (memo["words"], memo["written_by"]) == ("fog & R&D <late>", "Per")
    quotes = [row["quote"] for row in needsseg.done("passages", "--json").json]
    assert quotes == ["On Sunday", *(quote for quote, _ in QUOTES)]
    [person] = [row for row in needsseg.done("participants", "--json").json if row["name"] == "OLE"]
    assert person["attributes"] == {"Trade": "ferryman & smith"}


ROWS = [
    ("Code", "Parent code", "Description"),
    ("late", "Time", "not at the hour"),
    ("told", "", "=who; says"),
    ("Time", "", ""),
]


@pytest.mark.parametrize("kind", ["comma", "semicolon", "tab", "xlsx"])
def test_codebooks_come_from_tables(needsseg: Caller, tmp_path: Path, kind: str) -> None:
    file = tmp_path / ("codes.xlsx" if kind == "xlsx" else "codes.csv")
    if kind == "xlsx":
        book = openpyxl.Workbook()
        for row in ROWS:
            book.active.append(["'" + cell if cell.startswith("=") else cell for cell in row])
        book.save(file)
    else:
        sign = {"comma": ",", "semicolon": ";", "tab": "\t"}[kind]
        text = "".join(sign.join(f'"{cell}"' for cell in row) + "\r\n" for row in ROWS)
        file.write_bytes(b"\xef\xbb\xbf" + text.encode() if kind == "semicolon" else text.encode())
    needsseg.done("import", file)
    rows = {row["name"]: row for row in needsseg.done("codebook", "--json").json}
    assert {name: row["parent"] for name, row in rows.items()} == {"late": "Time", "told": None, "Time": None}
    assert rows["late"]["description"] == "not at the hour" and rows["told"]["description"].endswith("=who; says")


def test_tables_of_codes_that_are_no_tree_are_mended_and_told(study: Study, tmp_path: Path) -> None:
    file = tmp_path / "codes.csv"
    file.write_text("name;category;memo\nA;B;\nB;A;\nwait;Work > Loss;\n;;nothing\n")
    done = importing.import_code_table(study, file)
    above = {branch.code.name: branch.above for branch in codebook.tree(study)}
    assert above == {"A": (), "B": ("A",), "Work": (), "Loss": ("Work",), "wait": ("Work", "Loss")}
    assert [each.kind for each in done.dropped] == ["row", "code"]
    file.write_text("speaker,text\nA,hello\n")
    assert not importing.is_code_table(file)


@pytest.mark.slow
def test_nothing_but_its_own_errors_leaves_a_reader(tmp_path: Path) -> None:
    made = project(
        tmp_path / "p.qdpx",
        f'<TextSource guid="t" name="ferry" richTextPath="t.docx" plainTextPath="t.txt">{BOTH}</TextSource>',
        t__txt=TALK.encode(), t__docx=formatted(),
    )  # fmt: skip
    table = tmp_path / "c.csv"
    table.write_text("code,parent\na,b\n")
    chance = random.Random(7)
    for whole, read in ((made.read_bytes(), refi.read_project), (table.read_bytes(), refi.read_code_table)):
        for number in range(250):
            data = bytearray(whole)
            for _ in range(chance.randint(1, 6)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            file = tmp_path / ("m.qdpx" if read is refi.read_project else "m.csv")
            file.write_bytes(data[: chance.randrange(len(data))] if number % 5 == 0 else data)
            try:
                read(file)
            except NeedssegError as error:
                assert str(error)


def test_memos_are_those_of_their_writers(study: Study, tmp_path: Path) -> None:
    both = "".join(
        f'<PlainTextSelection guid="s{user}" startPosition="5" endPosition="9" creatingUser="{user}">'
        f"<Description>seen by {user}</Description>{coding('k1', user)}</PlainTextSelection>"
        for user in ("u1", "u2")
    )
    source = f'<TextSource guid="t" name="ferry" plainTextPath="t.txt">{both}</TextSource>'
    importing.import_qdpx(study, project(tmp_path / "p.qdpx", source, t__txt=b"Ole: Wait for it."))
    assert [(m.words, m.written_by) for m in memos.listing(study)] == [("seen by u1", "Ruth K."), ("seen by u2", "Per")]
    assert len(passages.listing(study)) == 1 and studies.check(study) == []
