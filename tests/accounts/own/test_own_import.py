"""Columns of accounts that are read as no field are kept with a type, which is guessed from all cells or chosen."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.accounts import DatesUnclearError
from needsseg.accounts.own.columns import MOST_COLUMNS, OwnChoices, planned_columns, shown_name
from needsseg.actions.accounts import account_sources, accounts
from needsseg.actions.accounts.own_columns import OwnGiven, own_cells, own_columns
from needsseg.actions.accounts.source_reports import SourceReport
from needsseg.actions.study import history
from needsseg.errors import TableError, UsageError
from needsseg.study.connection import Study


def written(folder: Path, columns: dict[str, list[str]], name: str = "crm.csv", ids: list[str] | None = None) -> Path:
    """Write accounts a0, a1 … with a name, and further columns."""
    length = len(next(iter(columns.values())))
    file = folder / name
    with file.open("w", newline="", encoding="utf-8") as stream:
        rows = csv.writer(stream)
        rows.writerow(["Id", "Name", *columns])
        for number, cells in enumerate(zip(*columns.values(), strict=True)):
            rows.writerow([(ids or [f"a{n}" for n in range(length)])[number], f"Firm {number}", *cells])
    return file


def read(study: Study, folder: Path, columns: dict[str, list[str]], **given: object) -> SourceReport:
    return account_sources.import_source(study, written(folder, columns), "accounts", **given)  # type: ignore[arg-type]


def types(study: Study) -> dict[str, str]:
    return {column.name: column.type for column in own_columns(study)}


def cells(study: Study, account: str = "a0") -> dict[str, object]:
    return {cell.name: cell.plain for cell in own_cells(study, account)}


@pytest.mark.parametrize(
    ("values", "kind", "first"),
    [
        (["EMEA", "APAC", ""], "text", "EMEA"),
        (["12", "1,200.50", "n/a"], "number", 12.0),
        (["-3", "$4", ""], "number", -3.0),
        (["007", "12", "13"], "text", "007"),
        (["1.2E+15", "12", "13"], "text", "1.2E+15"),
        (["12345678901234567", "12", "13"], "text", "12345678901234567"),
        (["$3", "€4", "5"], "text", "$3"),
        (["yes", "No", ""], "flag", True),
        (["0", "1", "1"], "flag", False),
        (["1", "1", ""], "number", 1.0),
        (["2026-03-01", "2027-12-31", "9999-12-31"], "date", "2026-03-01"),
        (["31/12/2026", "01/02/2026", ""], "date", "2026-12-31"),
        (["20260301", "20260302", "20260303"], "number", 20260301.0),
        (["2026-03-01", "soon", ""], "text", "2026-03-01"),
        (["true", "maybe", "false"], "text", "true"),
    ],
)
def test_the_type_is_that_of_every_cell(
    study: Study, tmp_path: Path, values: list[str], kind: str, first: object
) -> None:
    report = read(study, tmp_path, {"Extra": values})
    assert types(study) == {"Extra": kind}
    assert cells(study) == {"Extra": first}
    assert (report.rows, report.emptied) == (3, ())


def test_ids_and_codes_stay_text_though_they_are_numbers(study: Study, tmp_path: Path) -> None:
    read(study, tmp_path, {"Parent Id": ["4711", "4712"], "Zip": ["10115", "10117"], "Idle days": ["3", "4"]})
    assert types(study) == {"Parent Id": "text", "Zip": "text", "Idle days": "number"}


def test_dates_with_day_or_month_first_stay_text_until_a_person_says(study: Study, tmp_path: Path) -> None:
    columns = {"Contract end": ["01/02/2026", "03/04/2026"]}
    report = read(study, tmp_path, columns)
    assert types(study) == {"Contract end": "text"}
    assert "Contract end" in str(report.warnings[0])
    assert "day or the month first" in str(report.warnings[0])
    with pytest.raises(DatesUnclearError, match="Contract end"):
        read(study, tmp_path, columns, own=OwnGiven({"Contract end": "date"}))
    read(study, tmp_path, columns, dates={"Contract end": "day-first"})
    assert cells(study) == {"Contract end": "2026-02-01"}
    read(study, tmp_path, columns)
    assert types(study) == {"Contract end": "date"}, "the answer holds for the next import"


def test_a_cell_that_does_not_fit_is_left_out_and_named_and_its_row_kept(study: Study, tmp_path: Path) -> None:
    report = read(study, tmp_path, {"Score": ["1", "high", "3"]}, own=OwnGiven({"Score": "number"}))
    assert (report.read, report.rows, report.rejected) == (3, 3, ())
    (cell,) = report.emptied
    assert (cell.row, cell.column, cell.value, cell.file) == (3, "Score", "high", "crm.csv")
    assert any("1 cell of column 'Score' is left empty" in str(warning) for warning in report.warnings)
    assert [reject.value for reject in account_sources.rejects(study, "accounts")] == ["high"]
    assert (cells(study, "a1"), cells(study, "a2")) == ({"Score": None}, {"Score": 3.0})


def test_an_impossible_day_is_left_out_of_a_column_of_dates(study: Study, tmp_path: Path) -> None:
    report = read(study, tmp_path, {"Due": ["2026-02-30", "2026-03-01"]})
    assert types(study) == {"Due": "date"}
    assert [(cell.row, cell.value) for cell in report.emptied] == [(2, "2026-02-30")]


def test_columns_without_a_value_are_not_kept_and_said(study: Study, tmp_path: Path) -> None:
    report = read(study, tmp_path, {"Empty": ["", "  "], "Full": ["x", ""]})
    assert types(study) == {"Full": "text"}
    assert any("Empty" in str(warning) for warning in report.warnings)


def test_names_that_are_alike_or_odd_stay_apart(study: Study, tmp_path: Path) -> None:
    odd = {"Team": ["a"], "team": ["b"], "a=b": ["c"], 'with "quotes", commas': ["d"], "bell\x07 ring": ["e"], "own_0001": ["f"],
           "İd": ["g"]}  # fmt: skip
    read(study, tmp_path, odd, own=OwnGiven({"a=b": "text"}))
    assert cells(study) == {"Team": "a", "team": "b", "a=b": "c", 'with "quotes", commas': "d", "bell ring": "e",
                            "own_0001": "f", "İd": "g"}  # fmt: skip


def test_a_second_column_of_a_name_is_refused_by_name(study: Study, tmp_path: Path) -> None:
    file = tmp_path / "crm.csv"
    file.write_text("Id,Name,Team,Team\na,Firm,x,y\n", encoding="utf-8")
    with pytest.raises(TableError, match="'Team' twice"):
        account_sources.import_source(study, file, "accounts")


def test_a_column_read_as_a_field_is_not_kept_beside_it(study: Study, tmp_path: Path) -> None:
    read(study, tmp_path, {"region": ["EMEA"], "Sales team": ["North"]})
    assert types(study) == {"Sales team": "text"}
    with pytest.raises(UsageError, match="'region' is read as region"):
        read(study, tmp_path, {"region": ["EMEA"]}, own=OwnGiven({"region": "text"}))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (OwnGiven({"Gone": "text"}), "no further column 'Gone'"),
        (OwnGiven({"Team": "money"}), "'money' is not a type"),
        (OwnGiven(dropped=["Gone"]), "no further column 'Gone'"),
    ],
)
def test_a_choice_that_means_nothing_is_refused(study: Study, tmp_path: Path, given: OwnGiven, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read(study, tmp_path, {"Team": ["x"]}, own=given)


def test_usage_keeps_no_further_columns(study: Study, tmp_path: Path) -> None:
    file = tmp_path / "usage.csv"
    file.write_text("account_id,event,timestamp,Team\na,login,2026-01-01,x\n", encoding="utf-8")
    with pytest.raises(UsageError, match="Usage keeps no further columns"):
        account_sources.import_source(study, file, "events", own=OwnGiven({"Team": "text"}))
    account_sources.import_source(study, file, "events")
    assert accounts.sources(study)["events"].own == {}


def test_a_column_is_dropped_until_it_is_asked_for_again(study: Study, tmp_path: Path) -> None:
    columns = {"Team": ["x"], "Notes": ["y"]}
    read(study, tmp_path, columns, own=OwnGiven(dropped=["Notes"]))
    read(study, tmp_path, columns)
    assert types(study) == {"Team": "text"}
    read(study, tmp_path, columns, own=OwnGiven({"Notes": "guess"}))
    assert types(study) == {"Team": "text", "Notes": "text"}


def test_undo_brings_the_columns_of_before_back(study: Study, tmp_path: Path) -> None:
    read(study, tmp_path, {"Score": ["1", "2"]})
    read(study, tmp_path, {"Score": ["1", "2"]}, own=OwnGiven({"Score": "text"}))
    assert types(study) == {"Score": "text"}
    history.undo(study)
    assert (types(study), cells(study)) == ({"Score": "number"}, {"Score": 1.0})


def test_added_files_may_have_other_columns(study: Study, tmp_path: Path) -> None:
    read(study, tmp_path, {"Team": ["x", "y"], "Score": ["1", "2"]})
    more = written(tmp_path, {"Score": ["3", "many"], "Until": ["2026-01-01", ""]}, "more.csv", ["b0", "b1"])
    report = account_sources.import_source(study, more, "accounts", add=True)
    assert types(study) == {"Team": "text", "Score": "number", "Until": "date"}
    assert cells(study, "a0") == {"Team": "x", "Score": 1.0, "Until": None}
    assert cells(study, "b0") == {"Team": None, "Score": 3.0, "Until": "2026-01-01"}
    assert [cell.value for cell in report.emptied] == ["many"]
    with pytest.raises(UsageError, match="kept as number"):
        account_sources.import_source(study, more, "accounts", add=True, own=OwnGiven({"Score": "text"}))
    with pytest.raises(UsageError, match="earlier import"):
        account_sources.import_source(study, more, "accounts", add=True, own=OwnGiven(dropped=["Team"]))


def test_a_later_cell_takes_the_earlier_ones_place_and_is_said(study: Study, tmp_path: Path) -> None:
    read(study, tmp_path, {"Team": ["x"]})
    again = written(tmp_path, {"Team": ["y"]}, "again.csv")
    report = account_sources.import_source(study, again, "accounts", add=True)
    assert (report.rows, report.rejected) == (1, ())
    assert "1 value differs from the earlier one and took its place (Team 1)." in report.warnings
    assert cells(study) == {"Team": "y"}


def test_the_surviving_record_keeps_its_own_value(study: Study, tmp_path: Path) -> None:
    file = tmp_path / "crm.csv"
    file.write_text(
        "Id,Name,IsDeleted,MasterRecordId,Team\na,Firm,false,,North\nb,Firm,true,a,South\n", encoding="utf-8"
    )
    account_sources.import_source(study, file, "accounts")
    assert cells(study, "a") == {"Team": "North"}


def test_a_study_of_an_earlier_version_has_none_and_takes_them_with_the_next_file(study: Study, tmp_path: Path) -> None:
    read(study, tmp_path, {"Team": ["x"]})
    with study.action("as an earlier version stored it", ""):
        study.execute("UPDATE sources SET mapping = json_remove(mapping, '$.\"@own\"')")
    assert own_columns(study) == ()
    assert own_cells(study, "a0") == ()
    more = written(tmp_path, {"Team": ["y"]}, "more.csv", ["b0"])
    account_sources.import_source(study, more, "accounts", add=True)
    assert cells(study, "b0") == {"Team": "y"}


@pytest.mark.slow
def test_two_hundred_columns_are_kept_in_the_order_of_the_file(study: Study, tmp_path: Path) -> None:
    read(study, tmp_path, {f"Field {number}": ["x", str(number)] for number in range(200)})
    assert list(types(study)) == [f"Field {number}" for number in range(200)]


def test_the_preview_shows_the_types_that_an_import_gives(study: Study, tmp_path: Path) -> None:
    file = written(tmp_path, {"Until": ["2026-01-01", ""], "Score": ["1", "2"], "Gone": ["", ""]})
    proposal = account_sources.propose_mapping(study, file, own=OwnGiven({"Score": "text"}))
    assert {column.name: (column.type, column.example) for column in proposal.own} == {
        "Until": ("date", "2026-01-01"), "Score": ("text", "1"),
    }  # fmt: skip
    assert any("Gone" in str(note) for note in proposal.notes)


def test_values_are_typed_in_the_parquet_file(study: Study, tmp_path: Path) -> None:
    read(study, tmp_path, {"T": ["x", ""], "N": ["1", ""], "D": ["2026-01-01", ""], "F": ["yes", ""]})
    parquet = study.stack / accounts.sources(study)["accounts"].parquet
    described = duckdb.execute(f"DESCRIBE SELECT COLUMNS('own_.*') FROM '{parquet}'").fetchall()
    assert [row[1] for row in described] == ["VARCHAR", "DOUBLE", "INTEGER", "BOOLEAN"]
    assert duckdb.execute(f"SELECT COLUMNS('own_.*') FROM '{parquet}' ORDER BY account_id").fetchall() == [
        ("x", 1.0, (date(2026, 1, 1) - date(1970, 1, 1)).days, True),
        (None, None, None, None),
    ]


@given(st.lists(st.text(max_size=12), max_size=30, unique=True))
def test_every_header_becomes_one_column_with_a_name_of_its_own(headers: list[str]) -> None:
    columns, left_out = planned_columns(headers, (), OwnChoices())
    assert [column.header for column in columns] == headers
    assert len({column.name for column in columns}) == len({column.stored for column in columns}) == len(headers)
    assert all(column.name.isprintable() and column.name.strip() == column.name != "" for column in columns)
    assert left_out == ()


def test_what_is_beyond_the_limit_is_named() -> None:
    columns, left_out = planned_columns([f"c{n}" for n in range(MOST_COLUMNS + 2)], (), OwnChoices())
    assert (len(columns), left_out) == (MOST_COLUMNS, (f"c{MOST_COLUMNS}", f"c{MOST_COLUMNS + 1}"))
    assert shown_name("\n", 7) == "column 7"
