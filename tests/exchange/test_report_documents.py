"""The report as a Word document and as slides: opened again with the libraries, with people's words as words."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

import pytest
from lxml import etree

from needsseg.exchange.report.content import MADE_BY, Report, Section, Text
from needsseg.exchange.report.document import document
from needsseg.exchange.report.slides import slides
from tests.fixtures.reports import NASTY, report_of

pytestmark = pytest.mark.slow


def squeezed(words: str) -> str:
    """Words without white space and control characters: lines of a document are elements of their own."""
    return "".join("".join(c for c in words if c.isprintable() or c in "\n\u200c\u200d").split())


def all_text(package: bytes, folder: str) -> str:
    """The text of each part of a package, which must all be readable XML."""
    with ZipFile(BytesIO(package)) as files:
        names = [name for name in files.namelist() if name.startswith(folder) and name.endswith(".xml")]
        return "\n".join("".join(etree.fromstring(files.read(name)).itertext()) for name in names)


@pytest.mark.parametrize("words", NASTY)
def test_what_people_said_stays_words_in_word(words: str) -> None:
    import docx

    package = document(report_of(words))
    read = docx.Document(BytesIO(package))
    text = squeezed(all_text(package, "word/document"))
    assert text.count(squeezed(words)) >= 30
    assert not read.element.xpath("//w:fldSimple | //w:fldChar | //w:instrText | //w:hyperlink")
    styles = [paragraph.style.name for paragraph in read.paragraphs]
    assert styles[0] == "Title" and {"Heading 1", "Heading 2", "Heading 3", "Quote", "List Bullet"} <= set(styles)
    assert len(read.tables) == 4 and read.core_properties.comments == MADE_BY


@pytest.mark.parametrize("words", NASTY)
def test_what_people_said_stays_words_on_slides(words: str) -> None:
    from pptx import Presentation

    package = slides(report_of(words))
    deck = Presentation(BytesIO(package))
    text = squeezed(all_text(package, "ppt/slides/"))
    assert text.count(squeezed(words)) >= 15
    assert all(slide.shapes.title.text.strip() for slide in deck.slides)
    notes = [slide.notes_slide.notes_text_frame.text for slide in deck.slides if slide.has_notes_slide]
    assert len(notes) == 1 and squeezed(notes[0]).count(squeezed(words)) >= 6 and "proposed by the program" in notes[0]
    with ZipFile(BytesIO(package)) as files:
        linked = [
            name for name in files.namelist() if name.endswith(".rels") and b'TargetMode="External"' in files.read(name)
        ]
    assert linked == []


def test_long_texts_go_on_further_slides() -> None:
    from pptx import Presentation

    section = Section("readout", "R", (report_of("x").sections[0].blocks[4], *(Text("word " * 60) for _ in range(9))))
    deck = Presentation(BytesIO(slides(Report("r", {}, (section,)))))
    bodies = [
        sum(len(shape.text_frame.text) for shape in slide.shapes if shape.has_text_frame) for slide in deck.slides
    ]
    assert len(bodies) >= 4 and max(bodies) < 1300


def test_slides_without_a_readout_are_refused() -> None:
    with pytest.raises(ValueError, match="no readout"):
        slides(report_of("words", anchor="people"))
