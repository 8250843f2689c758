"""Workbooks, and CSV files with something above their header or without one: what is read, and what is said of it."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from needsseg.accounts import Ingested, gathered, guess_mapping, kind_of, laid_out
from needsseg.accounts.ingest.csv_text import find_header
from needsseg.accounts.ingest.ingestion import ingest
from needsseg.accounts.ingest.workbooks import sheets
from needsseg.actions.accounts import account_sources
from needsseg.errors import NeedssegError, NoHeaderError, TableError, UsageError
from needsseg.study.connection import Study
from tests.fixtures.wording.matching import mentions

HEADER = ["account_id", "name", "employees", "created"]
ROWS = [["a1", "Acme", 12, "2026-01-02"], ["a2", "Beta", 900, "2026-02-03"]]


def imported(file: Path, table: str = "", has_header: bool | None = None, kind: str = "") -> Ingested:
    """Return what is read of a file's or a sheet's rows."""
    with gathered([file], file.parent / "work" if (file.parent / "work").is_dir() else None, table) as found:
        parts, refused = laid_out(found.parts, has_header=has_header)
        assert not refused
        header = parts[0].layout.header if parts[0].layout else ()
        kind = kind or kind_of(header)[0]
        return ingest(kind, parts, guess_mapping(kind, header), file.parent / "out")


def cells(done: Ingested, columns: str = "account_id, name, employees, created_day") -> list[tuple[Any, ...]]:
    import duckdb

    return duckdb.execute(f"SELECT {columns} FROM read_parquet(?)", [str(done.parquet)]).fetchall()


def book(path: Path, *made: tuple[str, list[list[Any]]], change: Callable[[Any], None] | None = None) -> Path:
    """Write a workbook of sheets with rows."""
    from openpyxl import Workbook

    workbook = Workbook()
    workbook.remove(workbook.active)
    for name, rows in made:
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    if change:
        change(workbook)
    workbook.save(path)
    return path


def said(done: Ingested) -> str:
    return " ".join(map(str, done.warnings))


READ = [("a1", "Acme", "12", 20455), ("a2", "Beta", "900", 20487)]
PLAIN = "account_id,name,employees,created\na1,Acme,12,2026-01-02\na2,Beta,900,2026-02-03\n"
BAD = "a3,Late,7,soon\n"

# A CSV file, what is said of it, and the number that the row of BAD at its end has: counted by hand in the text.
TEXTS: dict[str, tuple[str, tuple[str, ...], int]] = {
    "plain": (PLAIN, (), 4),
    "separator": ("sep=;\n" + PLAIN.replace(",", ";"), (), 5),
    "separator in quotes": ('"sep=|"\n' + PLAIN.replace(",", "|"), (), 5),
    "separator, windows ends": ("SEP=;\r\n" + PLAIN.replace(",", ";").replace("\n", "\r\n"), (), 5),
    "separator a tab": ("sep=\t\n" + PLAIN.replace(",", "\t"), (), 5),
    "separator below a mark": ("\ufeffsep=;\n" + PLAIN.replace(",", ";"), (), 5),
    "separator, title": ("sep=;\nCustomers of Berlin\n" + PLAIN.replace(",", ";"), ("row 3", "row 2", "Customers of Berlin"), 6),
    "title": ("Customers of Berlin\n" + PLAIN, ("the header is in row 2", "row 1 'Customers of Berlin'"), 5),
    "title with commas at its end": ("Customers of Berlin,,,\n" + PLAIN, ("row 2",), 5),
    "title with a comma in it": ("Customers, as of 2026\n" + PLAIN, ("row 2",), 5),
    "title in quotes": ('"Customers, in ""Berlin"""\n' + PLAIN, ("row 2",), 5),
    "title over semicolons": ("Customers, all of them\n" + PLAIN.replace(",", ";"), ("row 2",), 5),
    "title and an empty line": ("Customers of Berlin\n\n" + PLAIN, ("the header is in row 3", "1 row above it"), 6),
    "title of three rows": ("Report\nRegion,Berlin\nPeriod,2026\n" + PLAIN, ("row 4", "3 rows above it"), 7),
    "groups above the header": ("Company,,Facts,\n" + PLAIN, ("row 2",), 5),
    "empty lines above": ("\n\n" + PLAIN, (), 6),
    "empty cells above": (",,,\n" + PLAIN, (), 5),
    "empty lines between": (PLAIN.replace("a2", "\na2"), (), 5),
    "a mark": ("\ufeff" + PLAIN, (), 4),
    "old Mac line ends": (PLAIN.replace("\n", "\r"), (), 4),
    "columns in another order": ("created,employees,name,account_id\n2026-01-02,12,Acme,a1\n2026-02-03,900,Beta,a2\n", (), 4),
    "a title that is a usual name": ("Customer\n" + PLAIN, ("row 2",), 5),
}  # fmt: skip


@pytest.mark.parametrize("name", TEXTS)
def test_what_stands_above_a_header_is_found_and_said(name: str, tmp_path: Path) -> None:
    text, words, number = TEXTS[name]
    delimiter = next(one for one in (";", "|", "\t", ",") if text.count(one) >= 9)
    end = "\r" if "\n" not in text else "\r\n" if "\r\n" in text else "\n"
    bad = "soon,7,Late,a3\n" if text.startswith("created") else BAD
    file = tmp_path / "crm.csv"
    file.write_bytes((text + bad.replace(",", delimiter).replace("\n", end)).encode())
    done = imported(file)
    assert cells(done) == READ
    assert [(reject.row, reject.value) for reject in done.rejected] == [(number, "soon")]
    assert done.read == done.rows + len(done.rejected) == 3
    for each in words:
        assert mentions(said(done), each)
    assert bool(words) == ("above it" in said(done))


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_a_title_in_another_encoding(encoding: str, tmp_path: Path) -> None:
    file = tmp_path / "crm.csv"
    file.write_bytes(("Kunden für März\n" + PLAIN.replace("Acme", "Ärzte")).encode(encoding))
    done = imported(file)
    assert [row[1] for row in cells(done)] == ["Ärzte", "Beta"]
    assert mentions(said(done), "Kunden für März")


def test_a_title_in_a_zip_and_in_gzip(tmp_path: Path) -> None:
    (tmp_path / "crm.csv.gz").write_bytes(gzip.compress(b"Customers\n" + PLAIN.encode()))
    with zipfile.ZipFile(tmp_path / "crm.zip", "w") as archive:
        archive.writestr("crm.csv", "Customers\n" + PLAIN)
    assert cells(imported(tmp_path / "crm.csv.gz")) == cells(imported(tmp_path / "crm.zip")) == READ


@pytest.mark.parametrize(
    "text",
    [
        "a1,Acme,12,2026-01-02\na2,Beta,900,2026-02-03\n",
        "a1;Acme;12;2.1.2026\na2;Beta;900;13.2.2026\n",
        "sep=;\na1;Acme;12;2026-01-02\na2;Beta;900;2026-02-03\n",
        "a1,Acme,12,2026-01-02\n",
    ],
)
def test_a_file_without_a_header_is_asked_about_and_no_row_is_lost(text: str, tmp_path: Path) -> None:
    file = tmp_path / "crm.csv"
    file.write_text(text)
    with pytest.raises(NoHeaderError) as raised:
        imported(file)
    assert mentions(str(raised.value), "crm.csv", "row", "looks like data", "a1, Acme, 12")
    with gathered([file]) as found:
        (part,), _ = laid_out(found.parts, has_header=False)
    assert part.layout is not None
    assert part.layout.header == ("column 1", "column 2", "column 3", "column 4")


def test_rows_of_a_file_without_a_header_are_numbered_from_one(talk: Study, tmp_path: Path) -> None:
    file = tmp_path / "crm.csv"
    file.write_text("a1,Acme,2026-01-02\na2,Beta,2026-02-03\na3,Late,soon\n")
    columns = {"account_id": "column 1", "name": "column 2", "created": "column 3"}
    report = account_sources.import_source(talk, file, "accounts", columns, has_header=False)
    assert (report.rows, report.read, [reject.row for reject in report.rejected]) == (2, 3, [3])
    proposal = account_sources.propose_mapping(talk, file, "accounts", columns=columns, has_header=False)
    assert [row.row for row in proposal.rows] == [1, 2, 3]


def test_a_first_row_that_a_person_calls_a_header_is_one(tmp_path: Path) -> None:
    file = tmp_path / "crm.csv"
    file.write_text("2024,2025\n1,2\n")
    with gathered([file]) as found:
        (part,), _ = laid_out(found.parts, has_header=True)
    assert part.layout is not None and part.layout.header == ("2024", "2025")


@pytest.mark.parametrize(
    "text",
    [
        "text\nfast, simple\nslow, hard\n",
        "id,what\n1,2\n",
        "foo,bar\nx,y\n",
        "foo,bar\nx\n",
        "foo,2024\nx,y\n",
        "verbatim\n12\n13\n",
        "e1\n",
        "",
    ],
)
def test_what_is_no_title_stays_the_header(text: str) -> None:
    found = find_header(text.splitlines(keepends=True), "x.csv")
    assert (found.first_row, found.has_header, found.notes) == (2, True, ())


def test_a_sheet_is_read_as_a_table(tmp_path: Path) -> None:
    rows = [
        HEADER,
        ["a1", "Acme", 12, date(2026, 1, 2)],
        ["a2", "Beta", 900.0, datetime(2026, 2, 3)],
        ["a3", None, None, "soon"],
    ]
    done = imported(book(tmp_path / "crm.xlsx", ("Customers", rows)))
    assert done.file == "crm.xlsx: Customers"
    assert cells(done) == READ
    assert [(reject.row, reject.value, reject.file) for reject in done.rejected] == [(4, "soon", "crm.xlsx: Customers")]


def test_times_truth_and_small_numbers_of_a_sheet(tmp_path: Path) -> None:
    rows = [
        ["account_id", "event", "timestamp", "feature"],
        ["a1", True, datetime(2026, 3, 1, 9, 30, 15), 0.1 + 0.2],
        [17, "login", datetime(2026, 3, 1, 9, 30, 59, 999_900), 0.00001],
    ]
    done = imported(book(tmp_path / "use.xlsx", ("use", rows)))
    assert cells(done, "account_id, event, second % 86400, feature") == [
        ("17", "login", 9 * 3600 + 31 * 60, "0.00001"),
        ("a1", "true", 9 * 3600 + 30 * 60 + 15, "0.3"),
    ]


def test_a_title_above_a_sheets_header_and_empty_rows_keep_the_row_numbers(tmp_path: Path) -> None:
    rows = [["Customers of Berlin"], [], HEADER, ROWS[0], [], ROWS[1], ["a3", "Late", 7, "soon"], [], []]
    done = imported(book(tmp_path / "crm.xlsx", ("Customers", rows)))
    assert cells(done) == READ
    assert [reject.row for reject in done.rejected] == [7]
    assert mentions(said(done), "the header is in row 3", "Customers of Berlin")


def test_one_of_several_sheets_is_named(tmp_path: Path) -> None:
    file = book(tmp_path / "crm.xlsx", ("Customers", [HEADER, *ROWS]), ("Plans", [["x"], ["y"]]), ("Empty", []))
    assert sheets(file) == ["Customers", "Plans"]
    with pytest.raises(UsageError) as raised:
        imported(file)
    assert mentions(str(raised.value), "crm.xlsx", "several sheets", "Customers, Plans")
    assert cells(imported(file, "customers")) == READ
    with pytest.raises(TableError) as missing:
        imported(file, "Prices")
    assert mentions(str(missing.value), "no sheet 'Prices'", "Customers, Plans")


def test_hidden_sheets_are_said_and_read_when_named(tmp_path: Path) -> None:
    def hide(workbook: Any) -> None:
        workbook["Old"].sheet_state = "hidden"

    file = book(
        tmp_path / "crm.xlsx",
        ("Customers", [HEADER, *ROWS]),
        ("Old", [HEADER, ["a9", "Gone", 1, "2020-01-01"]]),
        change=hide,
    )
    assert sheets(file) == ["Customers"]
    done = imported(file)
    assert cells(done) == READ
    assert mentions(said(done), "1 hidden sheet (Old) is not read")
    assert [row[0] for row in cells(imported(file, "Old"))] == ["a9"]


def test_merged_cells_errors_and_formulas_are_said(tmp_path: Path) -> None:
    def change(workbook: Any) -> None:
        sheet = workbook["Customers"]
        sheet.merge_cells("B2:B3")
        sheet["C3"] = "#REF!"
        sheet["C2"] = "=6+6"

    done = imported(book(tmp_path / "crm.xlsx", ("Customers", [HEADER, *ROWS]), change=change))
    assert cells(done) == [("a1", "Acme", "", 20455), ("a2", "", "", 20487)]
    assert mentions(
        said(done),
        "merged cells, such as B2:B3",
        "1 cell with an error, such as #REF! in C3",
        "1 formula without a value, such as C2",
    )


def test_a_formula_counts_as_the_value_it_had(tmp_path: Path) -> None:
    file = book(tmp_path / "crm.xlsx", ("Customers", [HEADER, *ROWS]))
    with zipfile.ZipFile(file) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    sheet = "xl/worksheets/sheet1.xml"
    before = members[sheet]
    members[sheet] = before.replace(b'<c r="C2" t="n"><v>12</v></c>', b'<c r="C2"><f>6+6</f><v>12</v></c>')
    assert members[sheet] != before
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    done = imported(file)
    assert cells(done) == READ and "formula" not in said(done)


@pytest.mark.parametrize("given", [1.2e15, 12345678901234567890, "1.2E+15"])
def test_an_id_that_excel_has_shortened_is_refused(given: Any, tmp_path: Path) -> None:
    done = imported(book(tmp_path / "crm.xlsx", ("Customers", [HEADER, [given, "Long", 1, None], *ROWS])))
    ((row, reason),) = [(reject.row, reject.reason) for reject in done.rejected]
    assert row == 2 and mentions(reason, "has lost digits")


def test_whole_ids_of_a_sheet_have_no_point(tmp_path: Path) -> None:
    done = imported(
        book(tmp_path / "crm.xlsx", ("Customers", [HEADER, [1001.0, "One", 1, None], [1002, "Two", 1, None]]))
    )
    assert [row[0] for row in cells(done)] == ["1001", "1002"]


def _cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _without_sheet(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(out, "w") as copy:
        for info in archive.infolist():
            content = archive.read(info)
            copy.writestr(info.filename, content[: len(content) // 2] if "sheet1" in info.filename else content)
    return out.getvalue()


DAMAGED: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "cut.xlsx": (_cut, "cut off"),
    "half a sheet.xlsx": (_without_sheet, "damaged"),
    "locked.xlsx": (
        lambda _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600),
        "locked with a password",
    ),
    "old.xls": (lambda _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1200), "old Office format"),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_and_locked_workbooks_are_refused_by_name(name: str, tmp_path: Path) -> None:
    damage, words = DAMAGED[name]
    good = book(tmp_path / "crm.xlsx", ("Customers", [HEADER, *ROWS])).read_bytes()
    file = tmp_path / name
    file.write_bytes(damage(good))
    with pytest.raises(NeedssegError) as raised:
        imported(file)
    assert mentions(str(raised.value), name, words)


def test_an_empty_workbook_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError) as raised:
        imported(book(tmp_path / "crm.xlsx", ("Customers", [])))
    assert mentions(str(raised.value), "crm.xlsx", "no sheet", "has cells")


def test_workbooks_in_folders_and_zips_are_read_or_refused_one_by_one(talk: Study, tmp_path: Path) -> None:
    folder = tmp_path / "crm"
    folder.mkdir()
    book(folder / "one.xlsx", ("Customers", [HEADER, ROWS[0]]))
    book(folder / "two.xlsx", ("Customers", [HEADER, ROWS[1]]), ("More", [HEADER, ROWS[0]]))
    inside = book(tmp_path / "three.xlsx", ("Customers", [HEADER, ["a3", "Gamma", 5, "2026-03-04"]]))
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        archive.write(inside, "three.xlsx")
    report = account_sources.import_source(talk, folder)
    assert (report.rows, report.files) == (2, 2)
    ((name, reason),) = report.refused
    assert name == "crm/two.xlsx" and mentions(reason, "several sheets")
    assert account_sources.tables(talk, folder / "two.xlsx") == ["Customers", "More"]
    again = account_sources.import_source(talk, folder)
    assert again.rows == 2 and again.unchanged
