"""Account data, profiles and exports from the command line, and each thing that can be wrong with them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.fixtures.cli_calls import Caller
from tests.fixtures.samples import SAMPLE
from tests.fixtures.wording.accounts import NAMES_NOBODY, NO_ACCOUNTS, NO_TEXT_FILE, NO_VALID_ROW
from tests.fixtures.wording.common import EMPTY_FILE, NO_SUCH, NO_SUCH_FILE, NO_SUCH_FOLDER
from tests.fixtures.wording.exchange import WROTE
from tests.fixtures.wording.matching import says

pytest_plugins = ["tests.fixtures.cli_calls"]
ACCOUNTS = SAMPLE / "accounts"
COLUMNS = [
    "account_id",
    "as_of_date",
    "firmographic_tier",
    "needs_segment",
    "needs_segment_source",
    "needs_segment_confidence",
    "needs_segment_confirmed_by",
    "behavioral_segment",
    "lifecycle_stage",
    "recommended_action",
    "segmentation_version",
]


def test_an_import_shows_the_mapping_that_it_used(needsseg: Caller) -> None:
    called = needsseg.done("accounts", "import", ACCOUNTS / "accounts.csv")
    assert ["account_id", "Id"] in [line.split() for line in called.out.splitlines()]
    assert says(called.err, 11, "deleted", "merged")
    (source,) = needsseg.done("accounts", "sources", "--json").json
    assert (source["kind"], source["row_count"]) == ("accounts", 390)


def test_a_mapping_is_shown_without_importing(needsseg: Caller) -> None:
    called = needsseg.done("accounts", "mapping", ACCOUNTS / "accounts.csv", "--json")
    assert called.json["columns"]["account_id"] == "Id"
    assert called.json["saved"] is False
    assert {"Type", "ParentId"} <= {column["header"] for column in called.json["own"]}
    assert needsseg.done("accounts", "sources", "--json").json == []


def test_a_mapping_given_by_hand_overrules_the_guess(needsseg: Caller, tmp_path: Path) -> None:
    file = tmp_path / "ours.csv"
    file.write_text("number,firm,site\n1,Ada Ltd,ada.example\n")
    called = needsseg.done(
        *(
            "accounts",
            "import",
            file,
            "--kind",
            "accounts",
            "--map",
            "account_id=number",
            "--map",
            "name = firm",
            "--json",
        )
    )
    assert called.json["columns"]["name"] == "firm"
    assert called.json["rows"] == 1


def test_rows_that_cannot_be_read_are_named_by_row_column_value_and_reason(needsseg: Caller, tmp_path: Path) -> None:
    file = tmp_path / "subscriptions.csv"
    file.write_text(
        "account_id,plan,seats,start_date,end_date\nA1,Team,5,2025-01-01,2025-12-31\nA2,Team,5,31.12.25x,2025-12-31\n"
    )
    called = needsseg("accounts", "import", file, "--kind", "subscriptions")
    assert called.code == 3
    assert says(called.err, "refused:", "subscriptions.csv", "row 3", "start_date", "31.12.25x")
    assert says(called.err, "Read 1", "1 row", "refused")


def test_an_account_id_that_comes_twice_is_refused(needsseg: Caller, tmp_path: Path) -> None:
    file = tmp_path / "twice.csv"
    file.write_text("account_id,name\nA1,Ada\nA2,Bob\nA1,Ada again\n")
    called = needsseg("accounts", "import", file, "--kind", "accounts")
    assert called.code == 3
    assert says(called.err, "refused:", "twice.csv", "row 4", "account_id", "A1", "row 2")


@pytest.mark.parametrize(
    ("text", "args", "code", "words"),
    [
        ("a,b\n1,2\n", [], 1, ("accounts", "events", "subscriptions", "a, b")),
        ("a,b\n1,2\n", ["--kind", "accounts"], 1, ("column", "account_id")),
        ("a,b\n1,2\n", ["--kind", "orders"], 2, ("orders",)),
        ("account_id,name\n1,2\n", ["--map", "name=title"], 1, ("column", "title", "name")),
        ("account_id,name\n1,2\n", ["--map", "name"], 2, ("--map", "name", "field=column")),
        ("account_id,name\n1,2\n", ["--map", "shoes=name"], 1, ("shoes", "accounts")),
        ("", [], 1, (EMPTY_FILE,)),
        ("account_id,start_date\nA,soon\n", ["--kind", "subscriptions"], 1, (NO_VALID_ROW,)),
    ],
)
def test_tables_that_do_not_fit_say_why(
    needsseg: Caller, tmp_path: Path, text: str, args: list[str], code: int, words: tuple[object, ...]
) -> None:
    file = tmp_path / "table.csv"
    file.write_text(text)
    called = needsseg("accounts", "import", file, *args)
    assert (called.code, called.out) == (code, "")
    assert says(called.err, *words)
    assert needsseg.done("accounts", "sources", "--json").json == []


def test_missing_and_binary_tables_are_named(needsseg: Caller, tmp_path: Path) -> None:
    (tmp_path / "binary.csv").write_bytes(bytes(range(256)) * 8)
    assert says(needsseg("accounts", "import", "binary.csv").err, "binary.csv", NO_TEXT_FILE)
    assert says(needsseg("accounts", "import", "missing.csv").err, "missing.csv", NO_SUCH_FILE)
    assert says(needsseg("accounts", "participants", "missing.csv").err, NO_SUCH, "file", "missing.csv")


def test_participants_without_a_telling_column_are_an_error(needsseg: Caller, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("colour\nblue\n")
    called = needsseg("accounts", "participants", "people.csv")
    assert called.code == 1
    assert says(called.err, "column", "file", "participant", "email", "hint:", "colour")


def test_participants_of_no_interview_are_named(sourced: Caller) -> None:
    called = sourced("accounts", "participants", SAMPLE / "participants.csv")
    assert called.code == 3
    assert says(called.err, "refused: participants.csv row 4: Denise Whitlock", NAMES_NOBODY)
    assert "gus-petrakis" in called.out.splitlines()


def test_matches_are_listed_confirmed_and_left_to_the_matching(sourced: Caller) -> None:
    rows = {row["participant"]: row for row in sourced.done("accounts", "matches", "--json").json}
    assert {key: row["method"] for key, row in rows.items()} == {
        "gus-petrakis": "email_domain",
        "ines-carvalho": "crm_id",
        "marek-nowotny": "email_domain",
        "priyanka-rao": "name",
    }
    other = rows["ines-carvalho"]["account_id"]

    def match() -> tuple[str | None, str]:
        people = {row["key"]: row["account"] for row in sourced.done("participants", "--json").json}
        return people["gus-petrakis"]["account_id"], people["gus-petrakis"]["method"]

    sourced.done("accounts", "link", "gus-petrakis", other)
    assert match() == (other, "by_hand")
    sourced.done("accounts", "link", "gus-petrakis", "none")
    assert match()[0] is None
    sourced.done("accounts", "unlink", "gus-petrakis")
    assert match() == (rows["gus-petrakis"]["account_id"], "email_domain")
    assert says(sourced("accounts", "link", "gus-petrakis", "A-1").err, NO_SUCH, "account", "A-1")
    assert says(sourced("accounts", "link", "nobody", other).err, NO_SUCH, "participant", "nobody")
    assert says(sourced("accounts", "unlink", "nobody").err, NO_SUCH, "participant", "nobody")


def test_a_profile_has_the_columns_of_an_export_and_its_reasons(sourced: Caller) -> None:
    rows = sourced.done("profile", "--as-of", "2026-06-30", "--json").json
    assert len(rows) == 390
    assert list(rows[0])[: len(COLUMNS)] == COLUMNS
    assert rows[0].keys() >= {"sentence", "flags", "actions"}
    (labelled,) = [row for row in rows if row["needs_segment"]]
    assert (labelled["needs_segment"], labelled["needs_segment_confirmed_by"]) == ("Minder", None)
    shown = sourced.done("profile", "--as-of", "2026-06-30", "--account", labelled["account_id"])
    assert labelled["sentence"] in shown.out
    one = sourced.done("profile", "--as-of", "2026-06-30", "--account", labelled["account_id"], "--json").json
    assert one == [labelled]


def test_a_table_in_a_pipe_holds_every_id_whole(sourced: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    ids = [row["account_id"] for row in sourced.done("profile", "--as-of", "2026-06-30", "--json").json]
    lines = sourced.done("profile", "--as-of", "2026-06-30").out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ids
    assert not any("\x1b" in line for line in lines)


@pytest.mark.parametrize("day", ["2026-02-30", "30.06.2026", "20260630", "2026-W01-1", "soon", ""])
def test_a_bad_date_is_wrong_usage_and_named(sourced: Caller, day: str) -> None:
    for args in (["profile"], ["export", "csv", "out.csv"]):
        called = sourced(*args, "--as-of", day)
        assert called.code == 2
        assert says(called.err, "--as-of", f"'{day}'")
    assert "Missing option '--as-of'" in sourced("profile").err


def test_an_unknown_account_is_named(sourced: Caller) -> None:
    called = sourced("profile", "--as-of", "2026-06-30", "--account", "A-1")
    assert called.code == 1 and says(called.err.splitlines()[0], "error:", NO_SUCH, "account", "A-1")


@pytest.mark.parametrize(
    "args",
    [
        ["export", "csv", "out.csv", "--as-of", "2026-06-30"],
        ["profile", "--as-of", "2026-06-30"],
        ["accounts", "matches"],
    ],
)
def test_without_accounts_there_is_nothing_to_profile_or_export(needsseg: Caller, args: list[str]) -> None:
    called = needsseg(*args)
    assert (called.code, called.out) == (1, "")
    error, hint = called.err.splitlines()
    assert says(error, "error:", NO_ACCOUNTS) and says(hint, "hint:", "needsseg accounts import FILE")
    assert not Path("out.csv").exists()


def test_exports_in_all_formats_with_a_manifest(sourced: Caller, tmp_path: Path) -> None:
    for name in ("csv", "jsonl", "parquet"):
        called = sourced.done("export", name, tmp_path / f"out.{name}", "--as-of", "2026-06-30")
        assert says(called.err, WROTE, "390 accounts", "1 with")
        assert json.loads((tmp_path / f"out.{name}.manifest.json").read_text())["rows"] == 390
    with (tmp_path / "out.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == COLUMNS
    assert [row["needs_segment"] for row in rows if row["needs_segment"]] == ["Minder"]


def test_exports_that_make_no_sense(sourced: Caller) -> None:
    unknown = sourced("export", "xlsx", "out.xlsx", "--as-of", "2026-06-30")
    assert unknown.code == 2
    assert "'xlsx' is not one of 'csv', 'jsonl', 'parquet'" in unknown.err
    nowhere = sourced("export", "csv", "no/such/folder/out.csv", "--as-of", "2026-06-30")
    assert nowhere.code == 1
    assert says(nowhere.err, "no/such/folder", NO_SUCH_FOLDER)
    formulas = sourced("export", "jsonl", "out.jsonl", "--as-of", "2026-06-30", "--neutralise-formulas")
    assert formulas.code == 2


def test_participants_are_listed_though_the_accounts_file_is_gone(sourced: Caller) -> None:
    for file in sourced.study.with_name("study.db.stack").glob("accounts-*.parquet"):
        file.unlink()
    called = sourced.done("participants", "--json")
    assert len(called.json) == 4
    assert called.err.startswith("warning: ") and says(called.err, "file accounts-")
