"""Exports for other systems from the command line: their shapes, what changed since the last one, and what goes wrong."""

from __future__ import annotations

import csv
import json
import sqlite3
from pathlib import Path

import pytest

from tests.fixtures.cli_calls import Caller
from tests.fixtures.requirements import needs
from tests.fixtures.wording.common import NO_SUCH, UNWRITABLE
from tests.fixtures.wording.exchange import (
    COHORT_OF_ONE,
    COHORT_WHOLE,
    KEY_REFUSED,
    NOT_OURS,
    NOTHING_TO_SEND,
    ONLY_COHORTS,
    WROTE,
)
from tests.fixtures.wording.matching import says

pytest_plugins = ["tests.fixtures.cli_calls"]
DAY = ("--as-of", "2026-06-30")


def manifest(path: Path) -> dict[str, object]:
    made = json.loads(path.with_name(f"{path.name}.manifest.json").read_text())
    assert isinstance(made, dict)
    return made


def test_every_target_is_written_with_a_manifest(sourced: Caller, tmp_path: Path) -> None:
    import duckdb

    for name in ("sqlite", "duckdb", "dbt", "segment", "amplitude", "mixpanel", "hubspot", "salesforce"):
        path = tmp_path / ("labels.csv" if name == "dbt" else f"out.{name}")
        key = ("--key", "crm_id") if name == "hubspot" else ()
        assert says(sourced.done("export", name, path, *DAY, *key).err, WROTE, "390 accounts", "1 with")
        assert manifest(path)["rows"] == 390
    sourced.done("export", "amplitude-cohort", tmp_path / "cohort.csv", *DAY, "--segment", "Minder")
    (account,) = (tmp_path / "cohort.csv").read_text().splitlines()

    with sqlite3.connect(tmp_path / "out.sqlite") as made:
        rows = made.execute(
            "SELECT account_id, needs_segment FROM labelled_accounts WHERE needs_segment <> ''"
        ).fetchall()
    assert rows == [(account, "Minder")]
    with duckdb.connect(str(tmp_path / "out.duckdb"), read_only=True) as con:
        kinds = dict(con.execute("SELECT column_name, data_type FROM information_schema.columns").fetchall())
        assert con.execute("SELECT account_id FROM labelled_accounts WHERE needs_segment = 'Minder'").fetchall() == [
            (account,)
        ]
    assert (kinds["account_id"], kinds["as_of_date"], kinds["needs_segment_confidence"]) == (
        "VARCHAR",
        "DATE",
        "DOUBLE",
    )
    with (tmp_path / "out.salesforce").open() as file:
        table = list(csv.DictReader(file))
    assert [row["Id"] for row in table if row["Needs_Segment__c"] != "#N/A"] == [account]
    assert "" not in {row["Needs_Segment__c"] for row in table}
    with (tmp_path / "out.hubspot").open() as file:
        assert account in [row["crm_id"] for row in csv.DictReader(file)]


def test_requests_are_batches_within_limits_and_ids_stay(sourced: Caller, tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    for name, count in (("segment", 2500), ("amplitude", 1024), ("mixpanel", 2000)):
        sourced.done("export", name, path, *DAY)
        first = path.read_bytes()
        sourced.done("export", name, path, *DAY)
        assert path.read_bytes() == first
        bodies = [json.loads(line) for line in first.splitlines()]
        listed = [body["batch"] if name == "segment" else body["identification"] if name == "amplitude" else body
                  for body in bodies]  # fmt: skip
        assert sum(map(len, listed)) == 390
        assert max(map(len, listed)) <= count
    sourced.done("export", "segment", path, *DAY)
    messages = [message for line in path.read_text().splitlines() for message in json.loads(line)["batch"]]
    assert len({message["messageId"] for message in messages}) == 390
    assert all(message["type"] == "group" and message["anonymousId"] and message["groupId"] for message in messages)


def test_only_what_changed_since_the_last_export_of_that_target(sourced: Caller, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    assert says(sourced.done("export", "csv", path, *DAY, "--changed-only").err, WROTE, 390)
    told = sourced.done("export", "csv", path, *DAY, "--changed-only").err
    assert says(told, WROTE, "0 accounts") and says(told, "unchanged", 390)
    (segment,) = sourced.done("segments", "--json").json
    sourced.done("segment", "rename", segment["id"], "Bench minder")
    told = sourced.done("export", "csv", path, *DAY, "--changed-only").err
    assert says(told, "Minder", "Bench minder", 1)
    assert says(told, f"{WROTE} 1", "1 with")
    assert [row["needs_segment"] for row in csv.DictReader(path.open())] == ["Bench minder"]
    assert manifest(path)["left_out"] == 389
    assert says(sourced.done("export", "segment", tmp_path / "s.jsonl", *DAY, "--changed-only").err, WROTE, 390)


def test_formulas_are_neutralised_unless_told_not_to(sourced: Caller, tmp_path: Path) -> None:
    (segment,) = sourced.done("segments", "--json").json
    sourced.done("segment", "rename", segment["id"], "=1+1")
    for name in ("csv", "hubspot", "salesforce", "dbt"):
        path = tmp_path / "labels.csv"
        key = ("--key", "crm_id") if name == "hubspot" else ()
        sourced.done("export", name, path, *DAY, *key)
        assert ",'=1+1," in path.read_text()
        sourced.done("export", name, path, *DAY, *key, "--keep-formulas")
        assert ",=1+1," in path.read_text()
    assert sourced("export", "csv", path, *DAY, "--keep-formulas", "--neutralise-formulas").code == 2
    assert sourced("export", "sqlite", tmp_path / "x", *DAY, "--neutralise-formulas").code == 2


def test_a_dbt_seed_comes_with_a_schema_of_its_own(sourced: Caller, tmp_path: Path) -> None:
    needs("yaml")
    import yaml

    seeds = tmp_path / "seeds"
    seeds.mkdir()
    sourced.done("export", "dbt", seeds / "labels.csv", *DAY)
    (seed,) = yaml.safe_load((seeds / "schema.yml").read_text())["seeds"]
    header = (seeds / "labels.csv").read_text().splitlines()[0].split(",")
    assert seed["name"] == "labels"
    assert [column["name"] for column in seed["columns"]] == header == list(seed["config"]["column_types"])
    (seeds / "schema.yml").write_text("version: 2  # ours\n")
    refused = sourced("export", "dbt", seeds / "labels.csv", *DAY)
    assert refused.code == 1 and says(refused.err, "schema.yml", NOT_OURS)
    assert says(sourced("export", "dbt", seeds / "my labels.csv", *DAY).err, "dbt", "table", "my labels.csv")


def test_what_cannot_be_asked_for(sourced: Caller, tmp_path: Path) -> None:
    path = tmp_path / "out"
    for words, told in (
        (["amplitude-cohort"], (COHORT_OF_ONE,)),
        (["amplitude-cohort", "--segment", "Nobody"], (NO_SUCH, "segment", "Nobody")),
        (["amplitude-cohort", "--segment", "Minder", "--changed-only"], (COHORT_WHOLE,)),
        (["csv", "--segment", "Minder"], (ONLY_COHORTS,)),
        (["csv", "--key", "x"], ("csv", "key")),
    ):
        called = sourced("export", words[0], path, *DAY, *words[1:])
        assert called.code in (1, 2) and says(called.err, *told)
    assert not list(tmp_path.glob("out*"))


def test_a_folder_where_nothing_can_be_written_keeps_nothing(sourced: Caller, tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "schema.yml").mkdir()
    for name, path in (("sqlite", tmp_path / "seeds" / "schema.yml"), ("dbt", tmp_path / "seeds" / "labels.csv")):
        called = sourced("export", name, path, *DAY, "--force")
        assert called.code == 1 and says(called.err, UNWRITABLE)
    assert [entry.name for entry in (tmp_path / "seeds").iterdir()] == ["schema.yml"]
    assert says(sourced.done("export", "sqlite", tmp_path / "x.db", *DAY, "--changed-only").err, WROTE, 390)


def test_sending_shows_first_asks_and_is_put_down(
    sourced: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs("segment")
    from tests.fixtures import receivers

    with receivers.receiving("k3y", receivers.segment("k3y")) as receiver:
        monkeypatch.setenv("NEEDSSEG_SEGMENT_HOST", receiver.url)
        monkeypatch.setenv("SEGMENT_WRITE_KEY", "k3y")
        asked = sourced("export", "segment", *DAY, "--send")
        assert asked.code == 2 and says(asked.err, "--yes")
        assert says(asked.err, receiver.url, "390 accounts", 1)
        assert [json.loads(line)["type"] for line in asked.out.splitlines()] == ["group", "group"]
        assert not receiver.requests
        sent = sourced.done("export", "segment", tmp_path / "copy.jsonl", *DAY, "--send", "--yes")
        assert says(sent.err, "accepted", "390 accounts") and (tmp_path / "copy.jsonl").exists()
        assert says(sourced.done("export", "segment", *DAY, "--send", "--yes").err, NOTHING_TO_SEND)
        assert len(receiver.requests) == 1
        monkeypatch.setenv("SEGMENT_WRITE_KEY", "wrong")
        refused = sourced("export", "segment", "--as-of", "2026-07-01", "--send", "--yes")
        assert refused.code == 1 and says(refused.err, KEY_REFUSED, 401)
    file, first, second = sourced.done("deliveries", "--json").json
    assert (file["destination"], file["status"], file["rows"]) == ("file:segment", "written", 390)
    assert (first["destination"], first["status"], first["code"]) == (f"segment {receiver.url}", "accepted", 200)
    assert (second["status"], second["code"]) == ("refused", 401)
    assert "wrong" not in second["words"] + refused.err + refused.out
    assert sourced("export", "salesforce", *DAY, "--send").code == 2
    assert sourced("export", "csv", *DAY).code == 2


def test_formulas_and_ids_are_told_apart(sourced: Caller, tmp_path: Path) -> None:
    """Numbers and ids are never changed, whatever they begin with."""
    sourced.done("accounts", "import", _account(tmp_path, "-7"), "--kind", "accounts")
    sourced.done("export", "csv", tmp_path / "out.csv", *DAY)
    assert "\n-7,2026-06-30," in (tmp_path / "out.csv").read_text()


def _account(folder: Path, id: str) -> Path:
    file = folder / "ours.csv"
    file.write_text(f"account_id,name,domain\n{id},Ada Ltd,ada.example\n")
    return file
