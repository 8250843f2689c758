"""The team's own columns from the command line: imported, shown, filtered, divided by, exported, and read by rules."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import duckdb
import pytest

from tests.fixtures.cli_calls import Caller
from tests.fixtures.samples import SAMPLE

pytest_plugins = ["tests.fixtures.cli_calls"]
DAY = ("--as-of", "2026-07-01")
ENDS = ("2026-07-15", "2026-12-31", "2027-06-30", "")


@pytest.fixture
def crm(tmp_path: Path) -> Path:
    """The sample's accounts with five columns more."""
    with (SAMPLE / "accounts" / "accounts.csv").open(newline="", encoding="utf-8") as stream:
        header, *rows = list(csv.reader(stream))
    file = tmp_path / "crm.csv"
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow([*header, "Contract end", "Health score", "Key account", "size", 'Team, "old"'])
        for n, row in enumerate(rows):
            more = [
                ENDS[n % 4],
                "" if n % 5 == 0 else str(n % 100),
                ("yes", "no")[n % 2],
                ("XL", "S")[n % 2],
                f"t{n % 3}",
            ]
            writer.writerow([*row, *more])
    return file


@pytest.fixture
def owned(used: Caller, crm: Path) -> Caller:
    used.done("accounts", "import", crm)
    return used


def test_an_import_says_what_is_kept_and_of_which_type(used: Caller, crm: Path) -> None:
    called = used.done(
        "accounts", "import", crm, "--json", "--column-type", "Health score=text", "--drop-column", "Type"
    )
    kept = {column["name"]: column["type"] for column in called.json["own"]}
    assert kept | {"Contract end": "date", "Health score": "text", "Key account": "flag", "size": "text"} == kept
    assert "Type" not in kept
    assert called.json["emptied"] == []
    sources = {source["kind"]: source for source in used.done("accounts", "sources", "--json").json}
    assert sources["accounts"]["own"]["dropped"] == ["Type"]


def test_a_wrong_type_names_each_cell(used: Caller, crm: Path) -> None:
    called = used.done("accounts", "import", crm, "--column-type", "size=number")
    assert "row 2, column size: 'XL' is not a number" in " ".join(called.err.split())
    refused = used("accounts", "import", crm, "--column-type", "size=money")
    assert refused.code == 2
    assert "'money' is not a type of column" in refused.err
    assert "is not written name=type" in used("accounts", "import", crm, "--column-type", "size").err


def test_the_listing_shows_and_filters_them(owned: Caller) -> None:
    rows = owned.done(
        "profile", *DAY, "--json", "--columns", 'Contract end,"Team, ""old"""', "--where", "Health score>=50", "--where",
        "key account=yes",
    ).json  # fmt: skip
    assert rows
    assert all(set(row["columns"]) == {"Contract end", 'Team, "old"'} for row in rows)
    everyone = owned.done("profile", *DAY, "--json").json
    assert 0 < len(rows) < len(everyone)
    assert everyone[0]["columns"] == {}
    by_end = [owned.done("profile", *DAY, "--json", "--where", f"Contract end={end or 'unknown'}").json for end in ENDS]
    assert [len(part) > 90 for part in by_end] == [True] * 4
    assert sum(map(len, by_end)) == len(everyone)
    small = owned.done("profile", *DAY, "--json", "--where", "size=small").json
    assert small
    assert all(row["firmographic_tier"].startswith("small") for row in small), "what is built in comes first"
    sizes = [owned.done("profile", *DAY, "--json", "--where", f"column:size{sign}XL").json for sign in ("=", "!=")]
    assert all(sizes)
    assert sum(map(len, sizes)) == len(everyone)
    assert "size is never 'tiny'" in owned("profile", *DAY, "--where", "size=tiny").err
    assert "no column 'Gone'" in owned("profile", *DAY, "--where", "Gone=1").err


def test_an_account_has_them_typed(owned: Caller) -> None:
    account = owned.done("profile", *DAY, "--json", "--where", "Contract end=2026-07-15").json[0]["account_id"]
    shown = owned.done("account", account, *DAY, "--json").json["columns"]
    assert (shown["Contract end"], shown["Key account"], shown["size"]) == ("2026-07-15", True, "XL")
    assert "Contract end" in owned.done("account", account, *DAY).out


def test_accounts_are_divided_by_them(owned: Caller) -> None:
    table = owned.done("rollup", *DAY, "--json", "--rows", "Key account", "--by", "size", "--by", "column:size").json
    assert [row["name"] for row in table["rows"]] == ["yes", "no"]
    assert table["by"] == "size × column:size"
    assert {name.split(" × ")[1] for name in table["columns"]} == {"XL", "S"}
    total = sum(cell["accounts"] for cell in table["totals"].values())
    assert total == table["total"]["accounts"] == sum(row["total"]["accounts"] for row in table["rows"])
    card = owned.done("scorecard", *DAY, "--json", "--by", "contract end").json
    assert card["by"] == ["Contract end"]
    assert [segment["name"] for segment in card["segments"]] == ["2026 Q3", "2026 Q4", "2027 Q2"]
    use = owned.done("usage", *DAY, "--json", "--by", "column:size").json
    assert use["by"] == ["column:size"]
    wrong = owned("rollup", *DAY, "--by", "Gone")
    assert wrong.code == 2
    assert "cannot be divided by 'Gone'" in wrong.err


def test_segments_from_a_column_are_validated_with_a_warning(owned: Caller) -> None:
    shown = owned.done("validate", *DAY, "--since", "2026-01-01", "--by", "key account", "--json").json
    assert (shown["by"], shown["source"]) == ("Key account", "column")
    assert any("as it was imported" in warning for warning in shown["warnings"])
    assert "The day from which accounts are followed is missing" in owned("validate", *DAY, "--by", "Key account").err
    assert "not segmented by 'Gone'" in owned("validate", *DAY, "--since", "2026-01-01", "--by", "Gone").err


def test_an_export_has_the_chosen_columns_and_so_has_the_next(owned: Caller, tmp_path: Path) -> None:
    chosen = 'name,arr,users,Contract end,Key account,health score,column:size,quote_ids,"Team, ""old"""'
    file = tmp_path / "out.csv"
    owned.done("export", "csv", file, *DAY, "--columns", chosen)
    header = ["account_id", "as_of_date", "name", "arr", "arr_currency", "users", "Contract end", "Key account",
              "Health score", "size", "quote_ids", 'Team, "old"']  # fmt: skip
    rows = list(csv.reader(file.open(newline="", encoding="utf-8")))
    assert rows[0] == header
    assert {row[7] for row in rows[1:]} == {"true", "false"}
    assert json.loads((tmp_path / "out.csv.manifest.json").read_text(encoding="utf-8"))["columns"] == header
    owned.done("export", "csv", file, *DAY)
    assert next(csv.reader(file.open(newline="", encoding="utf-8"))) == header
    owned.done("undo")
    owned.done("export", "csv", file, *DAY)
    assert len(next(csv.reader(file.open(newline="", encoding="utf-8")))) == 11


def test_columns_are_typed_and_named_as_targets_take_them(owned: Caller, tmp_path: Path) -> None:
    for target, name in (("parquet", "x.parquet"), ("duckdb", "x.duckdb"), ("dbt", "x.csv"), ("salesforce", "s.csv")):
        owned.done(
            "export", target, tmp_path / name, *DAY, "--columns", "standard,Contract end,Key account,health score,seats"
        )
    parquet = tmp_path / "x.parquet"
    described = {row[0]: row[1] for row in duckdb.execute(f"DESCRIBE SELECT * FROM '{parquet}'").fetchall()}
    typed = {
        "as_of_date": "DATE",
        "Contract end": "DATE",
        "Key account": "BOOLEAN",
        "Health score": "DOUBLE",
        "seats": "BIGINT",
    }
    assert described | typed == described
    with duckdb.connect(str(tmp_path / "x.duckdb"), read_only=True) as con:
        assert con.execute('SELECT typeof("Contract end") FROM labelled_accounts LIMIT 1').fetchone() == ("DATE",)
    schema = (tmp_path / "schema.yml").read_text(encoding="utf-8")
    assert "        contract_end: date\n" in schema
    assert '      - name: contract_end\n        description: "The column “Contract end”' in schema
    header = (tmp_path / "s.csv").read_text(encoding="utf-8").split("\n", 1)[0]
    assert header.endswith("Contract_End__c,Key_Account__c,Health_Score__c,Seats__c")


def test_an_unknown_column_of_an_export_is_refused_with_what_there_is(owned: Caller, tmp_path: Path) -> None:
    called = owned("export", "csv", tmp_path / "out.csv", *DAY, "--columns", "name,Gone")
    assert called.code == 2
    assert "There is no column 'Gone'" in called.err
    assert "Health score" in called.err
    assert not (tmp_path / "out.csv").exists()
    cohort = owned("export", "amplitude-cohort", tmp_path / "c.csv", *DAY, "--segment", "Minder", "--columns", "name")
    assert "no columns to choose" in cohort.err


def test_rules_act_on_columns_and_are_checked_against_them(owned: Caller, tmp_path: Path) -> None:
    rules = tmp_path / "prompts" / "interventions.toml"
    rules.parent.mkdir()
    rule = '[[rule]]\nid = "renew"\naction = "Call"\n[rule.when]\ncolumn."contract end" = { within_days = 30 }\n'
    rules.write_text(rule, encoding="utf-8")
    owned.done("rules", "check", rules)
    (owned.study.parent / "needsseg.toml").write_text(f'prompts = "{rules.parent}"\n', encoding="utf-8")
    called = {row["account_id"] for row in owned.done("profile", *DAY, "--json").json if row["recommended_action"]}
    due = {
        row["account_id"] for row in owned.done("profile", *DAY, "--json", "--where", "Contract end=2026-07-15").json
    }
    assert called == due != set()
    rules.write_text(rule.replace("contract end", "gone"), encoding="utf-8")
    for wrong in (owned("rules", "check", rules), owned("profile", *DAY)):
        assert wrong.code == 2
        assert "line 5: rule renew: the accounts have no column 'gone'" in wrong.err
    icp = tmp_path / "prompts" / "icp.toml"
    icp.write_text('[column]\n"Key account" = 3\n', encoding="utf-8")
    assert "line 2: column 'Key account' is kept as flag" in owned("rules", "check", icp).err


def test_triggers_fire_by_columns(owned: Caller, tmp_path: Path) -> None:
    rules = tmp_path / "prompts" / "triggers.toml"
    rules.parent.mkdir()
    (owned.study.parent / "needsseg.toml").write_text(f'prompts = "{rules.parent}"\n', encoding="utf-8")
    rule = '[column_rule."Ends soon"]\ncolumn."contract end" = { within_days = 30 }\n'
    rule += '[column_rule.key]\ncolumn."Key account" = true\n'
    rules.write_text(rule, encoding="utf-8")
    owned.done("rules", "check", rules)
    rows = owned.done("triggers", *DAY, "--kind", "column_rule", "--json").json
    due = {
        row["account_id"] for row in owned.done("profile", *DAY, "--json", "--where", "Contract end=2026-07-15").json
    }
    key = {row["account_id"] for row in owned.done("profile", *DAY, "--json", "--where", "Key account=yes").json}
    ending = {row["account_id"]: row["fired_on"] for row in rows if row["feature"] == "Ends soon"}
    assert set(ending) == due != set()
    assert min(ending.values()) == "2026-06-15"
    assert {row["account_id"] for row in rows if row["feature"] == "key" and not row["dated"]} == key != set()
    shown = owned.done("rules", "definitions").out
    assert "Ends soon: contract end is within 30 days; or key: Key account is yes" in " ".join(shown.split())
    out = tmp_path / "fired.jsonl"
    owned.done("triggers", *DAY, "--kind", "column_rule", "--out", out)
    assert len(out.read_text(encoding="utf-8").splitlines()) == len(rows)
    rules.write_text(rule.replace("Key account", "gone"), encoding="utf-8")
    wrong = owned("triggers", *DAY)
    assert wrong.code == 2
    assert "line 4: [column_rule] key: the accounts have no column 'gone'" in wrong.err


def test_weights_go_by_a_column_of_numbers(owned: Caller, tmp_path: Path) -> None:
    backlog = tmp_path / "backlog.csv"
    backlog.write_text(
        "feature,reach,impact,confidence,effort,segments\nTimeline,10,1,0.8,2,Minder\n", encoding="utf-8"
    )
    rows = owned.done("rice", backlog, *DAY, "--weigh-by", "health score", "--json").json
    assert {row["weigh_by"] for row in rows} == {"Health score"}
    assert "which is kept as flag" in owned("rice", backlog, *DAY, "--weigh-by", "Key account").err
