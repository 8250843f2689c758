"""Quotes as tables, documents and sticky notes; nothing in them is computed, followed or read as markup."""

from __future__ import annotations

import csv
import io
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import docx
import openpyxl  # type: ignore[import-untyped]
import pytest

from needsseg.errors import TableError
from needsseg.exchange.codebooks import CodeEntry, codebook_content
from needsseg.exchange.documents.document import Document, Grid, Heading, Paragraph
from needsseg.exchange.documents.markdown import as_markdown
from needsseg.exchange.documents.page import as_page
from needsseg.exchange.documents.workbook import SheetTable, workbook
from needsseg.exchange.quotes import BOARDS, ENDINGS, Board, Note, Quote, quotes_content, quotes_document, stickies_csv
from needsseg.tables import FORMULA_STARTS
from tests.fixtures.wording.exchange import LONGER_THAN_A_CELL
from tests.fixtures.wording.matching import refuses

HOSTILE = '=1+1 <script>alert(1)</script> [x](javascript:y) | `z` \u202e\x00\x1b[31m & "q"'
EVIL = Quote(
    3, HOSTILE, HOSTILE, HOSTILE, 0, 9, {"plan": HOSTILE, "quote": "=2"}, 4, 65_000, (HOSTILE,), HOSTILE, "named",
    (Note(HOSTILE, "Ana", "2026-01-01T00:00:00Z"),), HOSTILE, "accepted",
)  # fmt: skip
PLAIN = Quote(
    1, "We hand over\nat night.", "Participant 2", "Interview 1", 10, 31, {"plan": "Team"}, 2, 725_000,
    ("Night", "Work > Hand-over"), "Minders", "candidate", (Note("Ask.", "Ana", ""), Note("No.", "Ben", "")), "Ana",
    "accepted",
)  # fmt: skip
BARE = Quote(2, "Well.", "Participant 1", "Interview 2", 0, 5)


def sheet_of(content: str | bytes) -> list[list[object]]:
    assert isinstance(content, bytes)
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]


def csv_of(content: str | bytes) -> list[list[str]]:
    assert isinstance(content, str)
    return list(csv.reader(io.StringIO(content, newline="")))


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_a_table_has_a_line_a_quote_with_all_that_is_known(ending: str) -> None:
    content = quotes_content([PLAIN, BARE], ending, "Quotes")
    header, first, second = sheet_of(content) if ending == ".xlsx" else csv_of(content)
    assert header == [
        "quote", "person", "plan", "interview", "time", "codes", "segment", "memo", "coder", "decision", "id",
    ]  # fmt: skip
    assert [str(cell) for cell in first] == [
        "We hand over\nat night.", "Participant 2", "Team", "Interview 1", "12:05", "Night; Work > Hand-over",
        "Minders (candidate)", "Ana: Ask.\nBen: No.", "Ana", "accepted", "1",
    ]  # fmt: skip
    assert [cell or "" for cell in second][2:8] == ["", "Interview 2", "", "", "", ""]


def test_no_cell_of_a_table_is_computed() -> None:
    for line in csv_of(quotes_content([EVIL], ".csv", "Quotes")):
        assert not [cell for cell in line if cell.startswith(FORMULA_STARTS)]
    content = quotes_content([EVIL], ".xlsx", "Quotes")
    assert isinstance(content, bytes)
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if isinstance(cell.value, str)} == {"s"}
    assert all(cell.quotePrefix for cell in cells if str(cell.value).startswith("="))
    assert str(cells[-11].value).startswith("=1+1 <script>"), "the words stay as they are"
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")


def test_an_attribute_called_as_a_column_has_its_own() -> None:
    assert csv_of(quotes_content([EVIL], ".csv", "Quotes"))[0][2:4] == ["plan", "quote (person)"]


def test_a_document_has_a_heading_a_code_and_repeats_quotes_under_each() -> None:
    blocks = quotes_document([PLAIN, BARE], "Quotes").blocks
    assert [block.text for block in blocks if isinstance(block, Heading)] == [
        "Night (1)", "Work > Hand-over (1)", "Without a code (1)",
    ]  # fmt: skip
    assert [b.text for b in blocks if isinstance(b, Paragraph) and b.style == "quote"] == [PLAIN.quote] * 2 + ["Well."]
    by_person = quotes_document([PLAIN, BARE], "Quotes", "person").blocks
    assert [b.text for b in by_person if isinstance(b, Heading)] == ["Participant 1 (1)", "Participant 2 (1)"]


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, list[tuple[str, str | None]]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, attrs))


def test_a_page_runs_nothing_and_loads_nothing() -> None:
    page = quotes_content([EVIL], ".html", HOSTILE)
    assert isinstance(page, str)
    parser = _Tags()
    parser.feed(page)
    assert {tag for tag, _ in parser.seen} <= {
        "html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "blockquote", "p", "strong",
    }  # fmt: skip
    assert "default-src &#x27;none&#x27;" in page or "default-src 'none'" in page
    assert not [name for _, attributes in parser.seen for name, _ in attributes if name in ("src", "href", "onclick")]
    assert not set(page) & set("\x00\x1b\u202e")


def test_markdown_reads_nothing_as_markup() -> None:
    text = quotes_content([EVIL], ".md", HOSTILE)
    assert isinstance(text, str)
    assert "<script" not in text.replace("\\<script", "") and "[x](" not in text.replace("\\[x\\](", "")
    assert not set(text) & set("\x00\x1b\u202e")
    table = as_markdown(Document("t", (Grid(("a|b",), (("c|d\ne",), (1,))),)))
    assert "| a\\|b |\n| --- |\n| c\\|d e |\n| 1 |" in table


def test_a_word_file_opens_again_with_the_quote_style() -> None:
    content = quotes_content([PLAIN, EVIL], ".docx", "Quotes")
    assert isinstance(content, bytes)
    paragraphs = docx.Document(io.BytesIO(content)).paragraphs
    assert (paragraphs[0].style.name, paragraphs[0].text) == ("Title", "Quotes")
    assert PLAIN.quote in [p.text for p in paragraphs if p.style.name == "Quote"]


@pytest.mark.parametrize("board", BOARDS)
def test_a_board_gets_one_cell_a_note_without_a_header(board: Board) -> None:
    rows = csv_of(stickies_csv([PLAIN, EVIL, BARE], board))
    assert [len(row) for row in rows] == [1, 1, 1]
    assert rows[0][0].split("\n") == [
        "“We hand over at night.”", "— Participant 2, Interview 1, 12:05", "Night · Work > Hand-over",
    ]  # fmt: skip
    assert rows[2][0] == "“Well.”\n— Participant 1, Interview 2"
    assert not [row for row in rows if row[0].startswith(FORMULA_STARTS)]


def test_text_that_no_cell_holds_is_refused_by_its_place() -> None:
    long = SheetTable("Quotes", ("quote",), (("a",), ("b" * 32_768,)))
    with refuses(TableError, "Quotes", "row 3", "quote", LONGER_THAN_A_CELL):
        workbook([long])
    assert sheet_of(workbook([SheetTable("Q", ("a",), (("b" * 32_767,), (None,), (2,)))]))[2:] == [[None], [2]]


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_ending_can_be_written_without_quotes(ending: str) -> None:
    assert quotes_content([], ending, "Quotes")


@pytest.mark.parametrize("ending", [".md", ".docx", ".xlsx", ".csv"])
def test_a_codebook_says_what_codes_mean_and_how_often_they_are_used(ending: str, tmp_path: Path) -> None:
    entries = [
        CodeEntry("Work", "Work", 0, "", 0, 3, 0, 2),
        CodeEntry("Hand-over", "Work > Hand-over", 1, HOSTILE, 3, 3, 2, 2, (("At night.", "P1, I1"),), "A memo."),
    ]
    content = codebook_content(entries, ending)
    if ending == ".xlsx":
        assert sheet_of(content)[2][:2] == ["Hand-over", "Work > Hand-over"]
        assert sheet_of(content)[2][4:9] == [3, 3, 2, 2, "“At night.” — P1, I1"]
    elif ending == ".csv":
        assert csv_of(content)[1][:4] == ["Work", "Work", "1", ""] and csv_of(content)[2][3].startswith("'=1+1")
    elif ending == ".md":
        assert "### Work\n\nNo description yet." in str(content) and "> At night." in str(content)
        assert "No passage of its own; with the codes below it 3 passages of 2 participants" in str(content)
    else:
        assert isinstance(content, bytes)
        opened = docx.Document(io.BytesIO(content))
        assert [p.text for p in opened.paragraphs if p.style.name == "Heading 3"] == ["Hand-over"]
        assert [cell.text for cell in opened.tables[0].rows[1].cells] == ["Work", "3", "2"]


def test_a_page_has_tables_with_headers_and_numbers() -> None:
    page = as_page(Document("t", (Grid(("a", "b"), (("<x>", 2), (None, 3))), Paragraph("y", "bullet", label="z"))))
    assert '<tr><td>&lt;x&gt;</td><td class="number">2</td></tr>' in page
    assert "<ul><li><strong>z</strong> y</li></ul>" in page
