"""One writer of tables: what is written can be read back, and no cell is computed by a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg import tables as tables_module
from needsseg.accounts.ingest.rejects import Reject, read_rejects, write_rejects
from needsseg.accounts.tiers.revenue import Revenue
from needsseg.accounts.tiers.rollups import Cell, Rollup, Row
from needsseg.exchange.curves import curves_csv
from needsseg.exchange.rollups import rollup_csv
from needsseg.exchange.tables import csv_text
from needsseg.tables import FORMULA_STARTS, TableWriter, neutralised, restorable, restored, table_text
from needsseg.validation.survival import curve

cells = st.text(st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("=+-@'\"\t\r\n,;")), max_size=8)
tables = st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), min_size=1))
FORMULAS = ["=1+1", "+cmd", "-2", "@SUM(A1)", "\t=1", "\r=1"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("quote_all", [False, True])
@given(tables)
def test_what_is_written_is_read_back(delimiter: str, line_end: str, quote_all: bool, rows: list[list[str]]) -> None:
    header = [f"c{number}" for number in range(len(rows[0]))]
    text = table_text(header, rows, delimiter=delimiter, line_end=line_end, quote_all=quote_all)
    assert text.endswith(line_end)
    assert list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)) == [header, *rows]


@given(tables)
def test_a_neutralised_table_has_no_formula_but_its_ids_stay(rows: list[list[str]]) -> None:
    header = ["account_id", *(f"c{number}" for number in range(1, len(rows[0])))]
    text = table_text(header, rows, neutralise=True, ids=[0])
    written = list(csv.reader(io.StringIO(text, newline="")))[1:]
    assert [row[0] for row in written] == [row[0] for row in rows]
    for row, before in zip(written, rows, strict=True):
        assert not [cell for cell in row[1:] if cell.startswith(FORMULA_STARTS)]
        assert all(new in (old, f"'{old}") for new, old in zip(row[1:], before[1:], strict=True))


@pytest.mark.parametrize("cell", FORMULAS)
def test_text_that_a_spreadsheet_computes_begins_with_a_quote_sign(cell: str) -> None:
    assert neutralised(cell) == f"'{cell}"


def test_numbers_dates_and_empty_cells_stay() -> None:
    row = [-1, -0.5, None, date(2026, 7, 1), "-1"]
    assert table_text(["a", "b", "c", "d", "e"], [row], neutralise=True) == "a,b,c,d,e\n-1,-0.5,,2026-07-01,'-1\n"
    assert table_text(["a", "b", "c", "d", "e"], [row]) == "a,b,c,d,e\n-1,-0.5,,2026-07-01,-1\n"


def test_a_lone_carriage_return_is_put_in_quotes_whatever_ends_the_lines() -> None:
    assert table_text(["a", "b"], [["x\ry", "z"]]) == 'a,b\n"x\ry",z\n'


def test_rows_are_written_as_they_come() -> None:
    out = io.StringIO(newline="")
    writer = TableWriter(out, quote_all=True)
    writer.header(["a", "b"])
    writer.row(["1", ""])
    assert out.getvalue() == '"a","b"\n"1",""\n'
    writer.rows(iter([["2", 'say "x"']]))
    assert out.getvalue() == '"a","b"\n"1",""\n"2","say ""x"""\n'


@given(cells)
def test_a_restorable_cell_is_no_formula_and_is_restored(cell: str) -> None:
    assert not restorable(cell).startswith(FORMULA_STARTS)
    assert restored(restorable(cell)) == cell


@pytest.mark.parametrize("value", [*FORMULAS, "'=1+1", "plain", "'"])
def test_refused_rows_are_no_formulas_in_the_file_and_are_read_back_as_they_were(value: str, tmp_path: Path) -> None:
    listed = [Reject(2, "-column", value, "@reason", "=file.csv"), Reject(3, "name", "", "empty", "file.csv")]
    path = tmp_path / "rejects.csv"
    write_rejects(listed, path)
    with path.open(encoding="utf-8", newline="") as stream:
        assert not [cell for row in csv.reader(stream) for cell in row if cell.startswith(FORMULA_STARTS)]
    assert read_rejects(path) == listed
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_segment_named_like_a_formula_is_none_in_the_table_of_curves() -> None:
    text = curves_csv([curve("=HYPERLINK(1)", [1, 2, 3], [True, False, True])])
    rows = list(csv.reader(io.StringIO(text, newline="")))[1:]
    assert rows and {row[0] for row in rows} == {"'=HYPERLINK(1)"}


WRITERS = {
    "accounts/ingest/databases/files.py": "rows of a database on their way in: read at once, as they are, and gone",
    "accounts/ingest/file_rows.py": "a mended copy of a CSV on its way in, likewise",
    "accounts/ingest/rejects.py": "refused rows, restorable",
    "accounts/ingest/workbooks.py": "a workbook's sheet on its way in, as it is, and gone",
    "exchange/assigned.py": "texts and their segments",
    "exchange/clips.py": "the index of clips",
    "exchange/codebooks.py": "the codebook",
    "exchange/curves.py": "survival curves",
    "exchange/matrices.py": "matrices",
    "exchange/quotes.py": "quotes and sticky notes",
    "exchange/rollups.py": "roll-ups",
    "exchange/scorecards.py": "scorecards and use by segment",
    "exchange/tables.py": "labelled accounts and triggers, and with them HubSpot, Salesforce and dbt",
}


def test_every_table_is_written_by_the_one_writer() -> None:
    """A module that writes a table otherwise, or a new one that this list does not know, is found here."""
    package = Path(tables_module.__file__).parent
    sources = {str(file.relative_to(package)): file.read_text(encoding="utf-8") for file in package.rglob("*.py")}
    using = {name for name, text in sources.items() if re.search(r"\bTableWriter\(|\btable_text\(", text)}
    assert using == {*WRITERS, "tables.py"}
    otherwise = re.compile(r"csv\.(?:writer|DictWriter)\(|\.to_csv\(|write_csv\(|sink_csv\(|to_excel\(|Workbook\(\)")
    workbooks = "exchange/documents/workbook.py"  # the one writer of workbooks, which has tests of its own
    assert {name for name, text in sources.items() if otherwise.search(text)} == {"tables.py", workbooks}
    copies = re.compile(r"TO [^\n]*FORMAT (?:csv|xlsx)", re.IGNORECASE)
    assert {name for name, text in sources.items() if copies.search(text)} <= {
        "accounts/ingest/databases/postgresql.py"
    }, "to stdout alone"
    plain = {name for name in using - {"tables.py"} if "neutralise=" not in sources[name]}
    assert plain == {
        "accounts/ingest/databases/files.py",
        "accounts/ingest/file_rows.py",
        "accounts/ingest/rejects.py",
        "accounts/ingest/workbooks.py",
    }


@pytest.mark.parametrize("cell", [*FORMULAS, "\n=1", "＝1", "＠x"])
def test_no_table_of_results_holds_a_formula(cell: str) -> None:
    one = Cell(1, 1.0, 1.0, 0, None, None, None, True)
    row = Row(cell, {cell: one}, one, 0, 0, None, ())
    made = Rollup("needs_segment", "industry", (cell,), (row,), {cell: one}, one, Revenue({}, "", {}))
    exported = csv_text(["account_id", cell], [{"account_id": "a", "name": cell}], True, ["account_id", "name"])
    for text in (
        rollup_csv(made, date(2026, 7, 1)),
        curves_csv([curve(cell, [1, 2], [True, False])]),
        exported,
        table_text([cell], [[cell]], neutralise=True),
    ):
        found = list(csv.reader(io.StringIO(text, newline="")))
        assert not [each for line in found for each in line if each.startswith(FORMULA_STARTS)]
        assert f"'{cell}" in {each for line in found for each in line}
