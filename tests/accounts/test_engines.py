"""The engines agree to the byte, and each says plainly why it cannot be used."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import random
import socket
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from needsseg.accounts.engines import failures, feature_masks, spark
from needsseg.accounts.engines.engine import open_engine
from needsseg.accounts.ingest.file_rows import read_header
from needsseg.accounts.ingest.ingestion import ingest
from needsseg.accounts.ingest.mapping import guess_mapping
from needsseg.accounts.tiers import behaviour as tier3
from needsseg.accounts.tiers.stack import StackFiles, build
from needsseg.cli.fixes import worded
from needsseg.errors import NeedssegError, UsageError
from needsseg.records import Label
from tests.fixtures.cli_calls import Caller
from tests.fixtures.requirements import needs
from tests.fixtures.wording.accounts import SHARED_STORAGE, SPARK_SILENT, SPARK_STOPPED
from tests.fixtures.wording.matching import refuses, says

pytest_plugins = ["tests.fixtures.cli_calls", "tests.fixtures.accounts.spark"]

DAY_AFTER_THE_CLOCKS = date(2026, 3, 30)
IDS = ("acme", 'Ünïversal, "Ltd"', "会社-7", "ακμή 🚀", "null", "NA", " padded", "o'brien", "001A0000006Vm9rIAC")
MERGED = "001A0000006Vm9sIAC"
EVENTS = ("login", "task_created", "Task Completed", "invite_sent", "setup_completed", "bericht geöffnet", "NULL")
ZONES = ("UTC", "Europe/Berlin", "America/St_Johns")
LABELS = [Label("会社-7", "coordination", "interview", 0.75, "Dana"), Label(MERGED, "reporting", "survey", 0.5)]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> StackFiles:
    """Generated accounts, events and subscriptions, in a folder whose name no engine may take for a pattern."""
    folder = tmp_path_factory.mktemp("study") / "a [b] *c? k=v, ü"
    folder.mkdir()
    return StackFiles(*(_ingested(kind, rows, folder) for kind, rows in _generated().items()))


def _generated(seed: int = 11) -> dict[str, list[dict[str, str]]]:
    """Nothing for users, features and platforms; repeated ids; whole rows twice; ties; events late and after the date."""
    rng = random.Random(seed)
    start = datetime(2025, 11, 1, tzinfo=UTC)
    ends = datetime(2026, 4, 3, tzinfo=UTC)
    clocks = datetime(2026, 3, 29, 1, tzinfo=UTC)
    events = []
    for index in range(4000):
        when = start + timedelta(seconds=rng.randrange(int((ends - start).total_seconds())))
        if index % 5 == 0:  # about the hours in which a day begins, and the night in which the clocks change
            when = clocks + timedelta(
                hours=rng.choice((-26, -3, -2, -1, 0, 1, 21, 22, 23)), seconds=rng.choice((-1, 0, 1))
            )
        if index % 7 == 0 and events:
            when = datetime.fromisoformat(events[-1]["timestamp"])
        events.append(
            {
                "event_id": rng.choice(("", f"e{index}", f"e{index // 2}")),
                "account_id": rng.choice((*IDS, MERGED, "stranger")),
                "user_id": rng.choice(("", "u1", "u2", "üser", "NULL", "会")),
                "event": rng.choice(EVENTS),
                "feature": rng.choice(("", "NA", f"feature {rng.randrange(70)}", f"機能 {rng.randrange(3)}")),
                "platform": rng.choice(("web", "ios", "api", "", "Android")),
                "timestamp": when.isoformat(),
                "count": "37" if index % 11 == 0 else "1",
            }
        )
    events += [*events[:200], events[3], events[3]]
    accounts = [
        {"Id": id_, "Name": f"{id_} & Söhne", "NumberOfEmployees": str(7 * number**4), "Industry": "Technology",
         "BillingCountry": "Germany", "CreatedDate": f"2025-10-{10 + number}", "MasterRecordId": "", "IsDeleted": "false"}
        for number, id_ in enumerate((*IDS, "never seen"))
    ]  # fmt: skip
    accounts.append(accounts[0] | {"Id": MERGED, "MasterRecordId": IDS[-1], "IsDeleted": "true"})
    terms = [
        {"account_id": id_, "plan": plan, "seats": seats, "amount": "99.90", "start_date": "2025-12-01",
         "end_date": "", "renewal_date": renewal}
        for id_ in (*IDS[::2], MERGED)
        for plan, seats, renewal in (("Pro", "5", "2026-04-20"), ("Pro", "", ""), ("Pro", "5", ""), ("", "1", ""))
    ]  # fmt: skip
    return {"accounts": accounts, "events": events, "subscriptions": terms}


def _ingested(kind: str, rows: list[dict[str, str]], folder: Path) -> Path:
    file = folder / f"{kind}.csv"
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return ingest(kind, file, guess_mapping(kind, read_header(file)), folder / "stack").parquet


def digest(files: StackFiles, engine: str, tz: str = "UTC") -> str:
    """The SHA-256 of all profiles as canonical JSON."""
    rows = [asdict(row) for row in build(files, LABELS, DAY_AFTER_THE_CLOCKS, tz=tz, backend=engine, version="v1")]
    return hashlib.sha256(json.dumps(rows, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()


@pytest.mark.slow
def test_the_generated_data_have_what_engines_disagree_about(files: StackFiles) -> None:
    with open_engine("duckdb") as engine:
        rows = engine.rows(engine.scan(files.events).select("account_id", "user_id", "feature", "second", "event_id"))
    seconds = [row[3] for row in rows]
    assert any(row[1] is None for row in rows)
    assert any(row[2] is None for row in rows)
    assert len(set(seconds)) < len(seconds)
    assert seconds != sorted(seconds)
    assert len(set(rows)) < len(rows)
    assert len({row[2] for row in rows} - {None}) > feature_masks.BITS
    assert max(seconds) > datetime(2026, 3, 31, tzinfo=UTC).timestamp()
    profiles = {row.account_id: row for row in build(files, LABELS, DAY_AFTER_THE_CLOCKS)}
    assert MERGED not in profiles
    assert profiles[IDS[-1]].needs_segment == "reporting"
    assert {digest(files, "duckdb", tz) for tz in ZONES}.__len__() == len(ZONES)


@pytest.mark.parametrize("tz", ZONES)
def test_polars_gives_the_bytes_that_duckdb_gives(files: StackFiles, tz: str) -> None:
    needs("polars")
    assert digest(files, "polars", tz) == digest(files, "duckdb", tz)


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
def test_any_number_of_features_gives_the_same(files: StackFiles, engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if engine == "polars":
        needs("polars")
    masked = digest(files, "duckdb")
    monkeypatch.setattr(feature_masks, "MOST_MASKED", 0)
    assert digest(files, engine) == masked


@pytest.fixture(scope="module")
def few(files: StackFiles, tmp_path_factory: pytest.TempPathFactory) -> StackFiles:
    """The same with a handful of features, one with a quotation mark and one that looks like nothing."""
    names = ("", "NULL", "it's", "機能", "feature 1", "Feature 1")
    rows = [row | {"feature": names[len(row["event_id"] + row["user_id"]) % 6]} for row in _generated()["events"]]
    return replace(files, events=_ingested("events", rows, tmp_path_factory.mktemp("few")))


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
def test_few_features_give_the_same_as_many(few: StackFiles, engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if engine == "polars":
        needs("polars")
    counted = digest(few, engine)
    monkeypatch.setattr(tier3, "FEW_FEATURES", 0)
    assert digest(few, "duckdb") == counted


def used_by_executors(home: Path) -> set[Path]:
    """The homes of Spark in which separate executors worked; a process keeps the first that was named to it."""
    return {one for one in home.parent.glob("spark*") if (one / "work").is_dir()}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("master", "tz"),
    [("local[2]", "Europe/Berlin"), ("local-cluster[2,1,1024]", "America/St_Johns")],
    ids=["local", "separate executors"],
)
def test_spark_gives_the_bytes_that_duckdb_gives(
    files: StackFiles, few: StackFiles, spark_home: Path, master: str, tz: str, capfd: pytest.CaptureFixture[str]
) -> None:
    before = used_by_executors(spark_home)
    if master.startswith("local["):
        assert digest(few, f"spark:{master}", tz) == digest(few, "duckdb", tz)
    assert digest(files, f"spark:{master}", tz) == digest(files, "duckdb", tz)
    assert tuple(capfd.readouterr()) == ("", "")
    used = used_by_executors(spark_home)
    assert used if master.startswith("local-cluster") else used == before
    assert not [left.name for left in files.accounts.parent.iterdir() if left.name.startswith(".spill")]


@pytest.mark.slow
def test_spark_connect_gives_the_bytes_that_duckdb_gives(few: StackFiles, connect_server: str) -> None:
    assert digest(few, connect_server, "America/St_Johns") == digest(few, "duckdb", "America/St_Johns")
    assert spark.CONNECT_MODE not in os.environ, "a local session could not start afterwards"


@pytest.mark.slow
@pytest.mark.usefixtures("spark_home")
def test_executors_need_no_python(files: StackFiles, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PYSPARK_PYTHON", str(tmp_path / "gone"))
    assert digest(files, "spark:local[1]") == digest(files, "duckdb")
    with open_engine("spark:local[1]") as engine:
        assert engine.rows(engine.table(("a", "b"), [])) == []
        assert engine.rows(engine.table(("a", "b"), [('"', "\\'🚀\n\x00")])) == [('"', "\\'🚀\n\x00")]


@pytest.mark.slow
def test_a_session_the_caller_has_open_is_used_and_left_open(files: StackFiles, spark_home: Path) -> None:
    from pyspark.sql import SparkSession

    with spark.open_spark("spark:local[1]") as mine:
        with open_engine("spark") as engine:
            assert engine.session is mine
            assert len(engine.rows(engine.scan(files.accounts).select("account_id"))) == len(IDS) + 1
        assert SparkSession.getActiveSession() is mine
    assert SparkSession.getActiveSession() is None


@pytest.mark.slow
def test_what_does_not_fit_in_memory_goes_to_a_private_folder_that_is_removed(tmp_path: Path) -> None:
    study = tmp_path / "o'brien, k=v"
    study.mkdir()
    with open_engine("duckdb", study) as engine:
        (folder,) = study.iterdir()
        assert (folder.name.startswith(".spill-"), folder.stat().st_mode & 0o777) == (True, 0o700)
        names = ("temp_directory", "enable_progress_bar")
        assert [engine.session.execute(f"SELECT current_setting('{name}')").fetchone()[0] for name in names] == [
            str(folder), False,
        ]  # fmt: skip
        engine.session.execute("SET memory_limit = '40MB'")
        rows = engine.session.execute("SELECT hash(i) AS h, i FROM range(3000000) AS t(i) ORDER BY h").fetchone()
        assert rows is not None
        assert list(folder.iterdir())
    assert not list(study.iterdir())


def test_without_a_folder_that_can_be_written_the_systems_own_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for spill in (None, tmp_path / "gone"):
        with open_engine("duckdb", spill):
            assert [left.name[:7] for left in tmp_path.iterdir()] == [".spill-"]
        assert not list(tmp_path.iterdir())
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    with refuses(NeedssegError, tmp_path / "gone", "No such file or directory", "TMPDIR"), open_engine("duckdb"):
        pass


@pytest.mark.parametrize("spec", ["sparkle", "", "spark:", "sc://", "DuckDB"])
def test_an_unknown_engine_is_named(files: StackFiles, spec: str) -> None:
    with refuses(UsageError, f"'{spec}'", "duckdb, polars, spark"):
        build(files, [], DAY_AFTER_THE_CLOCKS, backend=spec)


def _closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_a_cluster_that_does_not_answer_is_named_at_once(files: StackFiles) -> None:
    needs("pyspark", "java")
    master = f"spark://127.0.0.1:{_closed_port()}"
    with refuses(NeedssegError, "Spark master", master, "Connection refused", "--engine duckdb"):
        build(files, [], DAY_AFTER_THE_CLOCKS, backend=f"spark:{master}")


@pytest.mark.slow
def test_a_master_that_spark_does_not_know_is_named(files: StackFiles) -> None:
    needs("pyspark", "java")
    with refuses(NeedssegError, "spork://x", "--engine duckdb") as caught:
        build(files, [], DAY_AFTER_THE_CLOCKS, backend="spark:spork://x")
    assert "Master must" in str(caught.value) or "Could not parse" in str(caught.value)  # what Spark itself says


def test_a_connect_server_that_does_not_answer_is_named_at_once(
    files: StackFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spark, "_installed", lambda module, extra: None)
    address = f"sc://127.0.0.1:{_closed_port()}"
    with refuses(NeedssegError, "Spark Connect", address, "Connection refused", "--engine duckdb"):
        build(files, [], DAY_AFTER_THE_CLOCKS, backend=address)


def test_without_java_it_is_said_what_to_install(
    files: StackFiles, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    needs("pyspark")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with refuses(NeedssegError, "Java 17", "apt-get install openjdk", "--engine duckdb") as caught:
        build(files, [], DAY_AFTER_THE_CLOCKS, backend="spark")
    assert "bin/java" not in str(caught.value)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with refuses(NeedssegError, "Java 17", tmp_path, "bin/java"):
        build(files, [], DAY_AFTER_THE_CLOCKS, backend="spark")


def test_without_pyspark_it_is_said_what_to_install(files: StackFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    for engine, extra in (("spark", "spark"), ("sc://host", "spark-connect")):
        with refuses(UsageError, "pyspark", f"pip install 'needsseg[{extra}]'"):
            build(files, [], DAY_AFTER_THE_CLOCKS, backend=engine)


def test_what_spark_says_becomes_what_to_do() -> None:
    unseen = failures.spark_error(
        RuntimeError("[FAILED_READ_FILE.FILE_NOT_EXIST] file file:/data/e.parquet does not exist.")
    )
    assert says(unseen, "executors", "/data/e.parquet") and says(worded(unseen.hint), SHARED_STORAGE, "--engine duckdb")
    assert says(failures.spark_error(RuntimeError("StatusCode.UNAVAILABLE failed to connect")), SPARK_SILENT)
    stopped = failures.spark_error(RuntimeError("\n boom \n at x"))
    assert says(stopped.message, SPARK_STOPPED) and stopped.message.endswith("boom") and stopped.hint


@pytest.mark.slow
def test_the_command_line_takes_an_engine_and_the_settings_name_one(
    needsseg: Caller, files: StackFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs("polars")
    for kind in ("accounts", "events"):
        needsseg.done("accounts", "import", files.accounts.parents[1] / f"{kind}.csv")
    day = ("--as-of", DAY_AFTER_THE_CLOCKS)
    plain = needsseg.done("profile", *day, "--json").out
    assert needsseg.done("profile", *day, "--engine", "polars", "--json").out == plain
    needsseg.done("export", "jsonl", tmp_path / "out.jsonl", *day, "--engine", "polars")
    monkeypatch.setenv("NEEDSSEG_ENGINE", "sparkle")
    refused = needsseg("profile", *day)
    assert (refused.code, refused.out) == (2, "")
    assert says(refused.err, "sparkle", "duckdb, polars, spark")
    assert needsseg.done("profile", *day, "--engine", "duckdb", "--json").out == plain
