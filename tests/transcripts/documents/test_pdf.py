"""PDF: the talk without what repeats on its pages, and files that hold none."""

from __future__ import annotations

from pathlib import Path

import pytest

from needsseg.errors import TranscriptError
from needsseg.transcripts import detect, read
from needsseg.transcripts.contents import contents_of
from needsseg.transcripts.documents.marks import apart
from needsseg.transcripts.documents.pdf import joined
from tests.fixtures.transcripts.documents import is_accounted, pdf_file, said
from tests.fixtures.wording.matching import refuses, says


def test_running_titles_page_and_line_numbers_are_no_speech(tmp_path: Path) -> None:
    pages = [
        [
            "Seeds, interview 4",
            "Ines: Who reads the letters",
            "when they come in?",
            "Tam: My father, who",
            "Page 1 of 3",
        ],
        ["Seeds, interview 4", "opens them at noon.", "Ines: Always?", "Tam: On", "Page 2 of 3"],
        ["Seeds, interview 4", "most days.", "Ines: And", "12", "what then?", "Page 3 of 3"],
    ]
    counted = [[*lines, *map(str, range(1, 9))] for lines in pages]
    for content in (pages, counted):
        path = pdf_file(tmp_path / "a.pdf", *content)
        assert detect(path) == "pdf"
        assert said(read(path)) == [
            ("Ines", "Who reads the letters when they come in?"),
            ("Tam", "My father, who opens them at noon."),
            ("Ines", "Always?"),
            ("Tam", "On most days."),
            ("Ines", "And 12 what then?"),
        ]
    _, asides = apart(contents_of(path).lines)
    assert [one.text for one in asides if one.kind == "heading"][:2] == ["Seeds, interview 4", "Page 1 of 3"]
    assert sum(one.kind == "metadata" for one in asides) == 24


def test_headers_with_times(tmp_path: Path) -> None:
    lines = ["Ines Okafor   0:02", "Who reads the letters", "when they come?", "Tam Reyes   0:09", "My father."]
    transcript = read(pdf_file(tmp_path / "a.pdf", lines))
    assert said(transcript) == [("Ines Okafor", "Who reads the letters when they come?"), ("Tam Reyes", "My father.")]
    assert is_accounted(transcript)


def test_bare_page_numbers_and_a_file_under_another_name(tmp_path: Path) -> None:
    path = pdf_file(tmp_path / "a.txt", ["Ines: Who?", "- 7 -"], ["Tam: Me.", "- 8 -"])
    assert said(read(path)) == [("Ines", "Who?"), ("Tam", "Me.")]
    single = pdf_file(tmp_path / "b.pdf", ["Ines: How many?", "Tam: Seeds?", "Ines: Yes.", "Tam:", "12"])
    assert said(read(single))[-1] == ("Tam", "12")


def test_names_at_the_edges_of_pages_stay(tmp_path: Path) -> None:
    turns = [line for number in range(12) for line in ("Ines:", f"Who reads letter {number}?", "Tam:", "My father.")]
    path = pdf_file(tmp_path / "a.pdf", turns[:16], turns[16:32], turns[32:])
    paragraphs, asides = apart(contents_of(path).lines)
    assert paragraphs == turns and not asides


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["the inter-", "view was long"], ["the interview", "was long"]),
        (["an interview, an inter-", "view."], ["an interview, an interview."]),
        (["a well known well-", "known man"], ["a well known well-known", "man"]),
        (["a three-part plan, three-", "part indeed"], ["a three-part plan, three-part", "indeed"]),
        (["about twenty-", "two of them"], ["about twenty-two", "of them"]),
        (["I wh-", "what was it"], ["I wh-", "what was it"]),
        (["I was in-", "Tam: No."], ["I was in-", "Tam: No."]),
        (["so I -", "went on"], ["so I -", "went on"]),
        (["soft\xad", "ened it"], ["softened", "it"]),
        (["word", "", "more"], ["word", "", "more"]),
    ],
)
def test_words_parted_at_the_end_of_a_line(lines: list[str], expected: list[str]) -> None:
    assert joined(lines) == expected


def test_pictures_of_text_are_refused_and_single_ones_named(tmp_path: Path) -> None:
    with refuses(TranscriptError, "a.pdf", "PDF", "OCR"):
        read(pdf_file(tmp_path / "a.pdf", [], [], picture=True))
    with refuses(TranscriptError, "b.pdf", "PDF"):
        read(pdf_file(tmp_path / "b.pdf", []))
    transcript = read(pdf_file(tmp_path / "c.pdf", ["Ines: Who?", "Tam: Me."], [], picture=True))
    assert says(transcript.warnings[0], "pictures", "2")


def test_protected_and_damaged_files_are_refused(tmp_path: Path) -> None:
    from pypdf import PdfWriter

    path = pdf_file(tmp_path / "a.pdf", ["Ines: Who?", "Tam: Me."])
    writer = PdfWriter(clone_from=path)
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(tmp_path / "locked.pdf")
    with refuses(TranscriptError, "locked.pdf", "password"):
        read(tmp_path / "locked.pdf")
    open_to_read = PdfWriter(clone_from=path)
    open_to_read.encrypt("", "owner", algorithm="RC4-128")
    open_to_read.write(tmp_path / "b.pdf")
    assert said(read(tmp_path / "b.pdf")) == [("Ines", "Who?"), ("Tam", "Me.")]
    for name, data in (("c.pdf", path.read_bytes()[:300]), ("d.pdf", b"%PDF-1.7\nnothing"), ("e.pdf", b"Ines: Who?")):
        (tmp_path / name).write_bytes(data)
        with refuses(TranscriptError, name, "PDF"):
            read(tmp_path / name)


def test_a_page_that_unpacks_to_a_huge_drawing_is_refused(tmp_path: Path) -> None:
    with refuses(TranscriptError, "a.pdf", "PDF"):
        read(pdf_file(tmp_path / "a.pdf", ["Ines: Who?"], ["Tam: " + "a" * 5_000_000]))
