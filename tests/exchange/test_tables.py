from __future__ import annotations

import csv
import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from needsseg.errors import NeedssegError, UsageError
from needsseg.exchange import write
from needsseg.records import PROFILE_COLUMNS as COLUMNS
from tests.fixtures.accounts.profiles import two_profiles
from tests.fixtures.samples import ROOT
from tests.fixtures.wording.common import NO_SUCH_FOLDER, UNWRITABLE
from tests.fixtures.wording.exchange import NO_TABLE_FORMAT, ONLY_CSV_CELLS
from tests.fixtures.wording.matching import refuses

HEADER = (
    "account_id,as_of_date,firmographic_tier,needs_segment,needs_segment_source,needs_segment_confidence,"
    "needs_segment_confirmed_by,behavioral_segment,lifecycle_stage,recommended_action,segmentation_version"
)


def test_csv_has_exactly_the_columns_in_order_and_comes_back(tmp_path: Path) -> None:
    path = write(two_profiles(), tmp_path / "out.csv", "csv")
    text = path.read_bytes().decode("utf-8")
    assert text.splitlines()[0] == HEADER == ",".join(COLUMNS)
    with path.open(newline="", encoding="utf-8") as stream:
        first, second = csv.DictReader(stream)
    assert first["account_id"] == "007"
    assert first["needs_segment"] == "=cmd|' /C calc'!A0"
    assert first["needs_segment_confirmed_by"] == "@dana, Łódź\nsecond line"
    assert first["needs_segment_confidence"] == "0.875"
    assert second["needs_segment"] == second["needs_segment_confidence"] == ""


def test_formulas_are_neutralised_on_request_and_ids_stay(tmp_path: Path) -> None:
    path = write(two_profiles(), tmp_path / "out.csv", "csv", neutralise_formulas=True)
    with path.open(newline="", encoding="utf-8") as stream:
        first, second = csv.DictReader(stream)
    assert first["needs_segment"] == "'=cmd|' /C calc'!A0"
    assert first["needs_segment_confirmed_by"].startswith("'@dana")
    assert second["account_id"] == "=1+1"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_every_formula_start_is_neutralised(tmp_path: Path, start: str) -> None:
    one = replace(two_profiles()[0], recommended_action=f"{start}x")
    path = write([one], tmp_path / "out.csv", "csv", neutralise_formulas=True)
    with path.open(newline="", encoding="utf-8") as stream:
        (row,) = csv.DictReader(stream)
    assert row["recommended_action"] == f"'{start}x"


def test_json_lines_and_parquet_say_the_same(tmp_path: Path) -> None:
    import duckdb

    lines = write(two_profiles(), tmp_path / "out.jsonl", "jsonl").read_text(encoding="utf-8").splitlines()
    objects = [json.loads(line) for line in lines]
    assert [list(row) for row in objects] == [list(COLUMNS)] * 2
    parquet = write(two_profiles(), tmp_path / "it's.parquet", "parquet")
    found = duckdb.execute("SELECT * FROM read_parquet(?)", [str(parquet)])
    types = {column[0]: str(column[1]) for column in found.description or ()}
    rows = found.fetchall()
    assert [dict(zip(COLUMNS, row, strict=True)) for row in rows] == [
        {**row, "as_of_date": date.fromisoformat(row["as_of_date"])} for row in objects
    ]
    assert "VARCHAR" in types["account_id"].upper() or types["account_id"] == "STRING"


def test_the_manifest_tells_where_the_table_came_from(tmp_path: Path) -> None:
    extra = {"inputs": {"crm.csv": "ab12"}, "unmatched": 3, "abstained": 1}
    path = write(two_profiles(), tmp_path / "out.csv", "csv", extra)
    manifest = json.loads((tmp_path / "out.csv.manifest.json").read_text(encoding="utf-8"))
    assert manifest["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (manifest["rows"], manifest["labelled"], manifest["labelled_by_source"]) == (2, 1, {"interview": 1})
    assert (manifest["as_of_date"], manifest["segmentation_version"]) == (["2026-07-01"], ["run 12"])
    assert {name: manifest[name] for name in extra} == extra
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["out.csv", "out.csv.manifest.json"]
    with refuses(UsageError, "'rows'", "already"):
        write(two_profiles(), path, "csv", {"rows": 5})


def test_the_same_profiles_give_the_same_bytes(tmp_path: Path) -> None:
    for format_ in ("csv", "jsonl", "parquet"):
        one, two = (write(two_profiles(), tmp_path / f"{name}.{format_}", format_) for name in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()


def test_no_profiles_give_an_empty_table(tmp_path: Path) -> None:
    import duckdb

    assert write([], tmp_path / "none.csv", "csv").read_text() == HEADER + "\n"
    parquet = write([], tmp_path / "none.parquet", "parquet")
    assert duckdb.execute("SELECT count(*) FROM read_parquet(?)", [str(parquet)]).fetchall() == [(0,)]


def test_refusals(tmp_path: Path) -> None:
    with refuses(UsageError, "xlsx", NO_TABLE_FORMAT):
        write(two_profiles(), tmp_path / "out.xlsx", "xlsx")
    with refuses(UsageError, ONLY_CSV_CELLS):
        write(two_profiles(), tmp_path / "out.jsonl", "jsonl", neutralise_formulas=True)
    with refuses(NeedssegError, NO_SUCH_FOLDER):
        write(two_profiles(), tmp_path / "absent" / "out.csv", "csv")
    (tmp_path / "folder.csv").mkdir()
    with refuses(NeedssegError, UNWRITABLE):
        write(two_profiles(), tmp_path / "folder.csv", "csv")
    assert [entry.name for entry in tmp_path.iterdir()] == ["folder.csv"]


@pytest.mark.slow
@pytest.mark.parametrize("format_", ["csv", "jsonl", "parquet"])
def test_a_full_disk_leaves_the_old_table_whole(tmp_path: Path, format_: str) -> None:
    """The limit on file size stands for a full disk: a write fails half way."""
    path = tmp_path / f"out.{format_}"
    path.write_text("the old table")
    code = (
        "import resource, signal, sys; from pathlib import Path; sys.path.insert(0, sys.argv[1]); "
        "from tests.fixtures.accounts.profiles import two_profiles; from needsseg.exchange import write; "
        "from needsseg.errors import NeedssegError\n"
        "import duckdb\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))\n"
        "try:\n    write(two_profiles() * 50, Path(sys.argv[2]), sys.argv[3])\n"
        "except NeedssegError as error:\n    print('refused:', error.message)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(ROOT), str(path), format_], capture_output=True, text=True)
    assert "refused:" in done.stdout, done.stderr
    assert path.read_text() == "the old table"
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
