"""Own columns have the same values on every engine, and the ICP that asks for them the same answer."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from needsseg.accounts import StackFiles, build, guess_mapping, load_rules, read_header
from needsseg.accounts.ingest.ingestion import ingest
from needsseg.accounts.own.conditions import OwnCondition
from needsseg.accounts.own.values import read_values
from needsseg.accounts.tiers.firmographic import IcpRule

pytest_plugins = ["tests.fixtures.accounts.spark"]


@pytest.fixture
def files(tmp_path: Path) -> StackFiles:
    file = tmp_path / "crm.csv"
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["Id", "Name", "a.b `c`", "N", "D", "F"])
        writer.writerows(
            [
                f"x{n}",
                f"Firm {n}",
                ("Łódź", "", "NA")[n % 3],
                ("", "0.1", "-7")[n % 3],
                ("2026-07-02", "")[n % 2],
                ("no", "yes", "")[n % 3],
            ]
            for n in range(30)
        )
    done = ingest("accounts", file, guess_mapping("accounts", read_header(file)), tmp_path / "stack")
    return StackFiles(done.parquet, own=done.own)


def answers(files: StackFiles, engine: str) -> tuple[object, object]:
    conditions = (OwnCondition("F", (True,), kind="flag"), OwnCondition("D", within_days=1, kind="date"))
    rules = replace(load_rules(), icp=IcpRule(columns=conditions))
    profiles = build(files, [], date(2026, 7, 1), backend=engine, rules=rules)
    return read_values(files.accounts, files.own, engine), [
        (each.account_id, each.firmographic.icp) for each in profiles
    ]


def test_polars_has_the_values_of_duckdb(files: StackFiles) -> None:
    values, icp = answers(files, "duckdb")
    assert answers(files, "polars") == (values, icp)
    assert {type(value) for by_id in values.values() for value in by_id.values()} == {str, float, int, bool}  # type: ignore[attr-defined]
    assert {fits for _, fits in icp} == {True, False, None}  # type: ignore[attr-defined]


@pytest.mark.slow
def test_spark_has_the_values_of_duckdb(files: StackFiles, spark_home: Path) -> None:
    assert answers(files, "spark:local[1]") == answers(files, "duckdb")
