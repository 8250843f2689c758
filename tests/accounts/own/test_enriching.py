"""A file of account ids and further columns alone adds its columns to accounts that are there."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.actions.accounts import account_sources, accounts
from needsseg.actions.accounts.own_columns import own_cells, own_columns
from needsseg.actions.accounts.source_reports import SourceReport
from needsseg.actions.study import history, studies
from needsseg.errors import TableError, UnknownKindError
from needsseg.study.connection import Study

CRM = "Id,Name,Industry,Team,Score\na,Firm A,Software,North,1\nb,Firm B,Retail,,2\nc,Firm C,Retail,South,\n"


@pytest.fixture
def crm(study: Study, tmp_path: Path) -> Study:
    (tmp_path / "crm.csv").write_text(CRM, encoding="utf-8")
    account_sources.import_source(study, tmp_path / "crm.csv", "accounts")
    return study


def added(study: Study, folder: Path, text: str, name: str = "more.csv", kind: str | None = None) -> SourceReport:
    (folder / name).write_text(text, encoding="utf-8")
    return account_sources.import_source(study, folder / name, kind, add=True)


def cells(study: Study, account: str) -> dict[str, object]:
    return {cell.name: cell.plain for cell in own_cells(study, account)}


def test_new_columns_come_to_accounts_that_are_there(crm: Study, tmp_path: Path) -> None:
    report = added(crm, tmp_path, "account_id,Health,Renewal\na,green,2026-09-01\nc,red,\n", kind="accounts")
    assert (report.kind, report.read, report.rows, report.held, report.rejected) == ("accounts", 2, 2, 3, ())
    assert {column.name: column.type for column in own_columns(crm)} == {
        "Team": "text", "Score": "number", "Health": "text", "Renewal": "date",
    }  # fmt: skip
    assert cells(crm, "a") == {"Team": "North", "Score": 1.0, "Health": "green", "Renewal": "2026-09-01"}
    assert cells(crm, "b") == {"Team": None, "Score": 2.0, "Health": None, "Renewal": None}
    assert [(one.account_id, one.name) for one in accounts.listing(crm)] == [
        ("a", "Firm A"), ("b", "Firm B"), ("c", "Firm C"),
    ]  # fmt: skip


def test_a_value_given_again_takes_the_earlier_ones_place_and_is_counted(crm: Study, tmp_path: Path) -> None:
    report = added(crm, tmp_path, "account_id,Team,Score\na,West,1\nb,East,\nc,South,7\n")
    assert (report.rows, report.duplicates) == (3, 0)
    assert [cells(crm, id_) for id_ in "abc"] == [
        {"Team": "West", "Score": 1.0}, {"Team": "East", "Score": 2.0}, {"Team": "South", "Score": 7.0},
    ]  # fmt: skip
    assert "1 value differs from the earlier one and took its place (Team 1)." in report.warnings


def test_undo_takes_the_values_back(crm: Study, tmp_path: Path) -> None:
    before = [cells(crm, id_) for id_ in "abc"]
    added(crm, tmp_path, "account_id,Team,Health\na,West,green\n")
    assert history.listing(crm)[0].summary == "added columns of 1 account from more.csv"
    history.undo(crm)
    assert [cells(crm, id_) for id_ in "abc"] == before
    history.redo(crm)
    assert cells(crm, "a") == {"Team": "West", "Score": 1.0, "Health": "green"}


def test_unknown_ids_and_ids_that_come_again_are_refused_and_counted(crm: Study, tmp_path: Path) -> None:
    report = added(crm, tmp_path, "account_id,Health\na,green\nzz,red\na,red\n,blue\n")
    assert report.read == report.rows + len(report.rejected) + report.duplicates + report.dropped == 4
    assert [(one.row, one.value, one.reason.partition(";")[0]) for one in report.rejected] == [
        (3, "zz", "no account has this id"), (4, "a", "row 2 already has this account id"), (5, "", "no account id"),
    ]  # fmt: skip
    assert "1 row has an id that no account has, and was refused; 1 account got values." in report.warnings, (
        report.warnings
    )
    assert cells(crm, "a")["Health"] == "green"


def test_a_row_that_says_nothing_new_is_a_repeat(crm: Study, tmp_path: Path) -> None:
    report = added(crm, tmp_path, "account_id,Team\na,North\nb,\n")
    assert (report.rows, report.duplicates) == (0, 2)
    assert cells(crm, "a")["Team"] == "North"


def test_an_earlier_file_that_is_added_again_counts_again(crm: Study, tmp_path: Path) -> None:
    march, april = "account_id,Health\na,green\n", "account_id,Health\na,red\n"
    added(crm, tmp_path, march, "march.csv")
    added(crm, tmp_path, april, "april.csv")
    assert added(crm, tmp_path, april, "april.csv").unchanged == ("april.csv",)
    assert added(crm, tmp_path, march, "march.csv").rows == 1
    assert cells(crm, "a")["Health"] == "green"


def test_a_cell_of_another_type_is_named_and_the_earlier_value_stays(crm: Study, tmp_path: Path) -> None:
    report = added(crm, tmp_path, "account_id,Score\na,many\n")
    assert [(cell.row, cell.column, cell.value) for cell in report.emptied] == [(2, "Score", "many")]
    assert cells(crm, "a")["Score"] == 1.0


def test_a_merged_record_gives_its_columns_to_the_survivor(study: Study, tmp_path: Path) -> None:
    (tmp_path / "crm.csv").write_text(
        "Id,Name,IsDeleted,MasterRecordId\na,Firm,false,\nold,Firm,true,a\n", encoding="utf-8"
    )
    account_sources.import_source(study, tmp_path / "crm.csv", "accounts")
    added(study, tmp_path, "account_id,Health\nold,green\n")
    assert cells(study, "a") == {"Health": "green"}


def test_the_columns_of_the_accounts_file_are_remembered(crm: Study, tmp_path: Path) -> None:
    added(crm, tmp_path, "account_id,Health\na,green\n")
    proposal = account_sources.propose_mapping(crm, tmp_path / "crm.csv")
    assert proposal.saved
    assert proposal.columns == {"account_id": "Id", "name": "Name", "industry": "Industry"}


def test_without_adding_it_is_asked_what_the_file_is(crm: Study, tmp_path: Path) -> None:
    (tmp_path / "more.csv").write_text("account_id,Health\na,green\n", encoding="utf-8")
    with pytest.raises(UnknownKindError, match="has account ids and further columns, but nothing else") as error:
        account_sources.import_source(crm, tmp_path / "more.csv")
    assert "add the file" in str(error.value.hint)
    assert account_sources.propose_mapping(crm, tmp_path / "more.csv").enriches


def test_columns_that_look_like_another_kind_are_asked_about(crm: Study, tmp_path: Path) -> None:
    with pytest.raises(TableError, match="looks like subscriptions, but no column gives start_date"):
        added(crm, tmp_path, "account_id,Renewal\na,2026-09-01\n")


VALUES = st.dictionaries(st.sampled_from("abcxy"), st.sampled_from(["", "one", "two", "three"]), min_size=1)


@pytest.mark.slow
@given(st.lists(VALUES, min_size=1, max_size=3))
def test_after_any_files_each_account_has_the_last_value_that_was_given(
    tmp_path_factory: pytest.TempPathFactory, files: list[dict[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("enriching")
    with studies.init(folder / "study.db") as study:
        (folder / "crm.csv").write_text(CRM, encoding="utf-8")
        account_sources.import_source(study, folder / "crm.csv", "accounts")
        expected = {"a": "North", "b": None, "c": "South"}
        for number, values in enumerate(files):
            with (folder / f"{number}.csv").open("w", newline="", encoding="utf-8") as stream:
                csv.writer(stream).writerows([["account_id", "Team"], *values.items()])
            report = account_sources.import_source(study, folder / f"{number}.csv", "accounts", add=True)
            if not report.unchanged:
                assert report.read == report.rows + report.duplicates + len(report.rejected) == len(values)
            expected |= {id_: value for id_, value in values.items() if value and id_ in expected}
        assert {id_: cells(study, id_)["Team"] for id_ in expected} == expected
