from __future__ import annotations

import zipfile
from pathlib import Path

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from needsseg.errors import NeedssegError
from needsseg.exchange.word import WordDocument, word_text

HOSTILE = (
    '=HYPERLINK("x") { DDEAUTO c:\\cmd } <w:fldSimple w:instr="X"/> & \x00\x07\x1b[31m\u202egnp.exe \ud800\ufffe end'
)


def _written(document: WordDocument, path: Path) -> docx.document.Document:
    document.write(path)
    return docx.Document(str(path))


def test_a_document_has_real_headings_styles_and_tables_and_opens_again(tmp_path: Path) -> None:
    document = WordDocument("Quotes")
    document.heading("Work > Handover", 2)
    document.paragraph("We hand over\nat night.", "quote", label="1")
    document.table(("code", "passages"), [("Work", 3), ("Night", None)])
    opened = _written(document, tmp_path / "quotes.docx")
    assert [(p.style.name, p.text) for p in opened.paragraphs] == [
        ("Title", "Quotes"),
        ("Heading 2", "Work > Handover"),
        ("Quote", "1 We hand over\nat night."),
        ("Normal", ""),
    ]
    assert [[cell.text for cell in row.cells] for row in opened.tables[0].rows] == [
        ["code", "passages"],
        ["Work", "3"],
        ["Night", ""],
    ]
    assert opened.core_properties.title == "Quotes"


def test_hostile_text_stays_text_wherever_it_stands(tmp_path: Path) -> None:
    document = WordDocument(HOSTILE)
    document.heading(HOSTILE)
    document.paragraph(HOSTILE, label=HOSTILE)
    document.table((HOSTILE,), [(HOSTILE,)])
    opened = _written(document, tmp_path / "hostile.docx")
    text = " ".join([*(p.text for p in opened.paragraphs), opened.tables[0].cell(1, 0).text])
    assert text.count("<w:fldSimple") == 5
    assert not set(text) & set("\x00\x07\x1b\u202e\ufffe")
    with zipfile.ZipFile(tmp_path / "hostile.docx") as parts:
        xml = parts.read("word/document.xml")
    for field in (b"<w:fldSimple", b"<w:instrText", b"<w:fldChar", b"<w:hyperlink"):
        assert field not in xml


@settings(max_examples=15, deadline=None)
@given(st.text(max_size=60))
def test_every_text_can_be_written(text: str) -> None:
    document = WordDocument(text)
    document.paragraph(text, "quote", label=text)
    document.table((text,), [(text,)])
    assert document._document.paragraphs[1].text.endswith(word_text(text).replace("\r", "\n"))


def test_a_missing_folder_is_named_and_an_earlier_file_stays(tmp_path: Path) -> None:
    with pytest.raises(NeedssegError, match="no such folder"):
        WordDocument("Quotes").write(tmp_path / "missing" / "a.docx")
    target = tmp_path / "taken.docx"
    target.mkdir()
    with pytest.raises(NeedssegError, match="cannot be written"):
        WordDocument("Quotes").write(target)
    assert target.is_dir() and list(tmp_path.iterdir()) == [target]


def test_wide_tables_get_a_page_turned(tmp_path: Path) -> None:
    section = _written(WordDocument("Matrix", landscape=True), tmp_path / "wide.docx").sections[0]
    assert section.page_width > section.page_height
