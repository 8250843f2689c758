"""Warehouses through ADBC drivers: one path, tried with the drivers of PostgreSQL and SQLite."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

import pytest

from needsseg.accounts.ingest.databases.addresses import address, is_address
from needsseg.accounts.ingest.databases.warehouses import _options
from needsseg.actions.accounts import account_sources, accounts
from needsseg.errors import NeedssegError, TableError, UsageError
from needsseg.study.connection import Study
from tests.fixtures.accounts.imported import ROWS, held
from tests.fixtures.loopback import PASSWORD, free_port
from tests.fixtures.requirements import needs
from tests.fixtures.wording.matching import refuses

pytest_plugins = ["tests.fixtures.postgresql"]

KEPT = [("001A0000006Vm9rIAC", 'Hale & Mercer, "LLP"', "NA", "120.0"), ("b", "Zoë\nOst", "", "")]


def test_sqlite_through_its_driver(talk: Study, tmp_path: Path) -> None:
    needs("adbc")
    file = tmp_path / "crm 1.db"
    with sqlite3.connect(file) as con:
        con.execute("CREATE TABLE accounts (account_id TEXT, name TEXT, region TEXT, employees REAL)")
        con.executemany("INSERT INTO accounts VALUES (?, ?, ?, ?)", ROWS)
        con.execute("CREATE VIEW named AS SELECT * FROM accounts WHERE name <> ''")
    con.close()
    where = f"adbc+sqlite://{file}"
    before = file.read_bytes()
    assert account_sources.tables(talk, where) == ["accounts", "named"]
    with refuses(UsageError, "--table", "accounts, named"):
        account_sources.import_source(talk, where)
    for chosen in ({"table": "accounts"}, {"query": "SELECT * FROM named ORDER BY account_id = '', account_id"}):
        report = account_sources.import_source(talk, where, **chosen)
        assert held(talk, "account_id, name, region, employees") == KEPT
        assert [(r.row, r.column) for r in report.rejected] == [(4, "account_id")]
    with refuses(NeedssegError, "songs"):
        account_sources.import_source(talk, where, query="SELECT * FROM songs")
    with refuses(TableError, "songs", "named"):
        account_sources.import_source(talk, where, table="songs")
    with pytest.raises(NeedssegError):
        account_sources.import_source(talk, where, query="SELECT 1) AS x; DROP TABLE accounts; --")
    assert file.read_bytes() == before
    assert not list(talk.stack.glob(".reading-*"))


def test_postgresql_through_its_driver_reads_what_its_own_client_reads(
    talk: Study,
    server: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    needs("adbc")
    import psycopg

    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    with psycopg.connect(server, password=PASSWORD) as con:
        con.execute(
            "CREATE SCHEMA crm; CREATE TABLE crm.accounts (account_id text, name text, region text, employees real);"
            "CREATE MATERIALIZED VIEW crm.kept AS SELECT * FROM crm.accounts WITH NO DATA;"
            "CREATE TABLE use (id uuid DEFAULT gen_random_uuid(), account_id int, event text, ts timestamptz, day date, "
            "hits bigint, price numeric(12, 4), ok boolean, tags text[], more jsonb)"
        )
        con.cursor().executemany("INSERT INTO crm.accounts VALUES (%s, %s, %s, %s)", ROWS)
        con.execute("REFRESH MATERIALIZED VIEW crm.kept")
        con.execute(
            "INSERT INTO use (account_id, event, ts, day, hits, price, ok, tags, more) VALUES "
            "(7, 'x', '2026-05-01 01:00:00+02', '2026-05-01', 9007199254740993, 12.5000, true, '{a,b}', '{\"k\": 1}'),"
            "(7, 'y', '2026-05-02 01:00:00.25+02', NULL, NULL, NULL, NULL, NULL, NULL)"
        )
    through = f"adbc+{server}"
    assert [n for n in account_sources.tables(talk, through) if n in ("crm.accounts", "use")] == ["use", "crm.accounts"]
    columns = "event_id, account_id, event, day, second"
    held_by = []
    for where in (server, through):
        account_sources.import_source(talk, where, table="use")
        held_by.append(held(talk, columns, "events"))
        previewed = account_sources.propose_mapping(talk, where, query="SELECT * FROM use ORDER BY event")
        held_by[-1] += [tuple(row.values.items()) for row in previewed.rows]
    assert held_by[0] == held_by[1]
    account_sources.import_source(talk, through, query="SELECT * FROM crm.kept")
    assert [row[:3] for row in held(talk, "account_id, name, region")] == [row[:3] for row in KEPT]
    assert accounts.sources(talk)["accounts"].file_name == f"{through}: SELECT * FROM crm.kept"
    monkeypatch.delenv("PGPASSWORD")
    with_password = through.replace("ana@", "ana:s3cret%40%2Fword@")
    account_sources.import_source(talk, with_password, table="crm.accounts")
    with refuses(NeedssegError, "127.0.0.1") as caught:
        account_sources.import_source(talk, with_password.replace("word", "wrong"), table="use")
    assert "s3cret" not in str(caught.value)
    stored = talk.path.read_bytes() + b"".join(p.read_bytes() for p in talk.stack.rglob("*") if p.is_file())
    assert b"s3cret" not in stored


def test_a_server_that_cannot_be_reached_through_a_driver(talk: Study) -> None:
    needs("adbc")
    where = f"adbc+postgresql://ana:s3cret@127.0.0.1:{free_port()}/crm"
    with refuses(NeedssegError, where.replace(":s3cret", ""), "PGPASSWORD") as caught:
        account_sources.import_source(talk, where, table="x")
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("snowflake://ana@acme/crm/public", 'pip install "needsseg[snowflake]"'),
        ("bigquery://acme-data/crm", 'pip install "needsseg[bigquery]"'),
        ("adbc+songs://h/crm", 'pip install "adbc-driver-songs"'),
    ],
)
def test_a_driver_that_is_not_installed_is_named(
    talk: Study, monkeypatch: pytest.MonkeyPatch, where: str, words: str
) -> None:
    assert is_address(where)
    for driver in ("snowflake", "bigquery"):
        monkeypatch.setitem(sys.modules, f"adbc_driver_{driver}", None)
    with refuses(NeedssegError, where, words):
        account_sources.import_source(talk, where, table="x")


def test_addresses_of_warehouses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SNOWFLAKE_PASSWORD", PASSWORD)
    where = address("snowflake://ana@ACME-eu1/CRM/Public?warehouse=SMALL&role=READER")
    assert where.shown == "snowflake://ana@ACME-eu1/CRM/Public"
    options = _options(where)
    assert {name.rpartition(".")[2]: value for name, value in options.items()} == {
        "account": "ACME-eu1", "username": "ana", "password": PASSWORD, "db": "CRM", "schema": "Public",
        "warehouse": "SMALL", "role": "READER", "disable_telemetry": "true",
    }  # fmt: skip
    keyed = _options(address("snowflake://ana@acme/CRM?private_key_file=/keys/a.p8"))
    assert keyed["adbc.snowflake.sql.auth_type"] == "auth_jwt"
    assert keyed["adbc.snowflake.sql.client_option.jwt_private_key"] == "/keys/a.p8"
    google = _options(address("bigquery://Acme-data/crm?location=EU&credentials=/keys/g.json"))
    assert {name.rpartition(".")[2]: value for name, value in google.items()} == {
        "project_id": "Acme-data", "dataset_id": "crm", "location": "EU", "auth_credentials": "/keys/g.json",
        "auth_type": "adbc.bigquery.sql.auth_type.json_credential_file",
    }  # fmt: skip
    assert account_sources.without_password("snowflake://ana:s3cret@acme/CRM") == ("snowflake://ana@acme/CRM", "s3cret")
    with refuses(UsageError, "database", "warehouse") as caught:
        address("snowflake://ana:s3cret@acme/crm?database=x")
    assert "s3cret" not in str(caught.value)
