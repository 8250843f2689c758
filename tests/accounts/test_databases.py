"""A table of a SQLite or DuckDB file, or of a PostgreSQL server, as a source."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from needsseg.accounts.ingest.databases import address, parts_of
from needsseg.actions.accounts import account_sources, accounts
from needsseg.actions.accounts.source_reports import SourceReport
from needsseg.errors import NeedssegError, TableError, UsageError
from needsseg.study.connection import Study
from tests.fixtures.requirements import find_command, needs
from tests.fixtures.wording.accounts import NO_ACCOUNT_ID, NO_TIME
from tests.fixtures.wording.common import UNREADABLE
from tests.fixtures.wording.matching import refuses

ROWS = [
    ("001A0000006Vm9r", 'Hale & Mercer, "LLP"', "NA", 120.0),
    ("b", "Zoë\nOst", None, None),
    ("", "nobody", "EU", 3.0),
]
SPOKEN = "s3cret@/word"


def held(study: Study, columns: str, kind: str = "accounts") -> list[tuple[object, ...]]:
    import duckdb

    parquet = study.stack / accounts.sources(study)[kind].parquet
    return duckdb.execute(f"SELECT {columns} FROM '{parquet}'").fetchall()


def check(study: Study, report: SourceReport, name: str) -> None:
    assert held(study, "account_id, name, region, employees") == [
        ("001A0000006Vm9rIAC", 'Hale & Mercer, "LLP"', "NA", "120.0"), ("b", "Zoë\nOst", "", ""),
    ]  # fmt: skip
    assert [(r.file, r.row, r.reason) for r in report.rejected] == [(name, 4, NO_ACCOUNT_ID)]
    assert accounts.sources(study)["accounts"].file_name == name


def test_a_sqlite_table(talk: Study, tmp_path: Path) -> None:
    file = tmp_path / "crm.db"
    with sqlite3.connect(file) as con:
        con.execute("CREATE TABLE accounts (account_id, name, region, employees)")
        con.executemany("INSERT INTO accounts VALUES (?, ?, ?, ?)", ROWS)
    con.close()
    check(talk, account_sources.import_source(talk, file), "crm.db: accounts")
    assert account_sources.import_source(talk, file, add=True).unchanged == ("crm.db: accounts",)
    with sqlite3.connect(file) as con:
        con.execute('CREATE TABLE "my.events" (x)')
    con.close()
    assert account_sources.tables(talk, file) == ["accounts", "my.events"]
    with refuses(UsageError, "crm.db", "--table", "accounts, my.events"):
        account_sources.import_source(talk, file)
    with refuses(TableError, "crm.db", "songs", "accounts, my.events"):
        account_sources.import_source(talk, file, table="songs")
    (tmp_path / "cut.db").write_bytes(file.read_bytes()[:3000])
    with refuses(TableError, "cut.db", UNREADABLE):
        account_sources.import_source(talk, tmp_path / "cut.db", table="accounts")


def test_a_duckdb_table_and_nothing_outside_its_file(talk: Study, tmp_path: Path) -> None:
    import duckdb

    file = tmp_path / "warehouse.duckdb"
    (tmp_path / "other.csv").write_text("account_id\nstolen\n")
    with duckdb.connect(str(file)) as con:
        con.execute(
            "CREATE SCHEMA crm; CREATE TABLE crm.accounts (account_id TEXT, name TEXT, region TEXT, employees DOUBLE)"
        )
        con.executemany("INSERT INTO crm.accounts VALUES (?, ?, ?, ?)", ROWS)
        con.execute(f"CREATE VIEW peek AS SELECT * FROM read_csv('{tmp_path / 'other.csv'}', header = true)")
        con.execute(
            "CREATE TABLE use AS SELECT 'b' AS account_id, 'x' AS event, TIMESTAMPTZ '2026-05-01 01:00:00+02' AS ts"
        )
    check(talk, account_sources.import_source(talk, file, table="crm.accounts"), "warehouse.duckdb: crm.accounts")
    account_sources.import_source(talk, file, table="use")
    assert held(talk, "day", "events") == [(20573,)]
    with pytest.raises(TableError, match="Permission|disabled"):
        account_sources.import_source(talk, file, table="peek")
    assert not list(talk.stack.glob(".reading-*"))


def test_table_means_nothing_for_a_file(talk: Study, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("account_id\na\n")
    assert account_sources.tables(talk, tmp_path / "a.csv") == []
    with refuses(UsageError, "a.csv", "--table"):
        account_sources.import_source(talk, tmp_path / "a.csv", table="accounts")


def test_an_address_is_shown_without_its_password() -> None:
    where = address("postgresql://ana:s3cret%40%2Fword@db.example:5433/crm?sslmode=require")
    assert where.shown == "postgresql://ana@db.example:5433/crm"
    assert (where.password, where.connect["password"], where.connect["sslmode"]) == (
        SPOKEN,
        SPOKEN,
        "require",
    )
    assert account_sources.without_password("postgres://ana:x@h/crm?sslmode=require") == (
        "postgresql://ana@h/crm?sslmode=require",
        "x",
    )
    with pytest.raises(UsageError) as caught:
        address("postgresql://ana:s3cret@word@db:port/crm")
    assert "s3cret" not in str(caught.value)
    with refuses(UsageError, "passfile", "sslmode"):
        address("postgresql://h/crm?passfile=/etc/passwd")
    assert parts_of('crm."my.table"') == ["crm", "my.table"]


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A PostgreSQL server of our own on the loopback, with a password; its address without it."""
    needs("psycopg", "postgresql")
    initdb, pg_ctl = find_command("initdb"), find_command("pg_ctl")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        folder, who = Path(place), None
        (folder / "password").write_text(SPOKEN)
        if os.geteuid() == 0:  # the server refuses to run as root
            who = "nobody"
            for path in (folder, folder / "password"):
                shutil.chown(path, who)

        def run(*words: object) -> None:
            said = [str(word) for word in words]
            subprocess.run(said, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, user=who, cwd=folder)

        port, data = _free_port(), folder / "data"
        run(initdb, "-D", data, "-U", "ana", "-A", "scram-sha-256", f"--pwfile={folder / 'password'}", "-E", "UTF8")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        run(pg_ctl, "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
        try:
            yield f"postgresql://ana@127.0.0.1:{port}/postgres"
        finally:
            run(pg_ctl, "-D", data, "-m", "immediate", "stop")


def test_a_table_of_a_postgresql_server(talk: Study, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import psycopg

    with psycopg.connect(server, password=SPOKEN) as con:
        con.execute(
            'CREATE SCHEMA crm; CREATE TABLE crm."All.accounts" (account_id text, name text, region text, employees real)'
        )
        con.cursor().executemany('INSERT INTO crm."All.accounts" VALUES (%s, %s, %s, %s)', ROWS)
        con.execute("CREATE TABLE use (id uuid DEFAULT gen_random_uuid(), account_id int, event text, ts timestamptz)")
        con.execute("INSERT INTO use (account_id, event, ts) VALUES (7, 'x', '2026-05-01 01:00:00+02'), (7, 'y', NULL)")
    with refuses(NeedssegError, "PGPASSWORD"):
        account_sources.import_source(talk, server, table="use")
    monkeypatch.setenv("PGPASSWORD", SPOKEN)
    assert account_sources.tables(talk, server) == ["use", 'crm."All.accounts"']
    report = account_sources.import_source(talk, server, table='crm."All.accounts"')
    assert held(talk, "account_id, name, region, employees") == [
        ("001A0000006Vm9rIAC", 'Hale & Mercer, "LLP"', "NA", "120"), ("b", "Zoë\nOst", "", ""),
    ]  # fmt: skip
    assert [r.row for r in report.rejected] == [4]
    monkeypatch.delenv("PGPASSWORD")
    with_password = server.replace("ana@", "ana:s3cret%40%2Fword@")
    report = account_sources.import_source(talk, with_password, table="public.use")
    assert [(r.row, r.reason) for r in report.rejected] == [(3, NO_TIME)]
    assert held(talk, "day, account_id", "events") == [(20573, "7")]
    assert accounts.sources(talk)["events"].file_name == f"{server}: use"
    stored = talk.path.read_bytes() + b"".join(p.read_bytes() for p in talk.stack.rglob("*") if p.is_file())
    assert b"s3cret" not in stored and "s3cret" not in str(report)
    with pytest.raises(NeedssegError) as caught:
        account_sources.import_source(talk, with_password.replace("word", "wrong"), table="use")
    assert "failed" in str(caught.value) and "s3cret" not in str(caught.value)
    with refuses(TableError, "songs", "use"):
        account_sources.import_source(talk, with_password, table="songs")


def test_a_server_that_cannot_be_reached(talk: Study) -> None:
    needs("psycopg")
    port = _free_port()
    with refuses(NeedssegError, f"postgresql://ana@127.0.0.1:{port}/crm", "refused") as caught:
        account_sources.import_source(talk, f"postgresql://ana:{'s3cret'}@127.0.0.1:{port}/crm", table="x")
    assert "s3cret" not in str(caught.value)


def test_without_the_extra_its_name_is_told(talk: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    with refuses(NeedssegError, 'pip install "needsseg[postgres]"'):
        account_sources.import_source(talk, "postgresql://h/crm", table="x")
