"""A table of a SQLite or DuckDB file, or of a PostgreSQL server, as a source."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from needsseg.accounts.ingest.databases.addresses import address
from needsseg.accounts.ingest.databases.selections import parts_of
from needsseg.actions.accounts import account_sources, accounts
from needsseg.actions.accounts.source_reports import SourceReport
from needsseg.errors import NeedssegError, TableError, UsageError
from needsseg.study.connection import Study
from tests.fixtures.accounts.imported import ROWS, held
from tests.fixtures.loopback import PASSWORD, free_port
from tests.fixtures.requirements import needs
from tests.fixtures.wording.accounts import NO_ACCOUNT_ID, NO_TIME
from tests.fixtures.wording.common import UNREADABLE
from tests.fixtures.wording.matching import refuses

pytest_plugins = ["tests.fixtures.postgresql"]


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
        PASSWORD,
        PASSWORD,
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


def test_a_table_of_a_postgresql_server(talk: Study, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import psycopg

    with psycopg.connect(server, password=PASSWORD) as con:
        con.execute(
            'CREATE SCHEMA crm; CREATE TABLE crm."All.accounts" (account_id text, name text, region text, employees real)'
        )
        con.cursor().executemany('INSERT INTO crm."All.accounts" VALUES (%s, %s, %s, %s)', ROWS)
        con.execute("CREATE TABLE use (id uuid DEFAULT gen_random_uuid(), account_id int, event text, ts timestamptz)")
        con.execute("INSERT INTO use (account_id, event, ts) VALUES (7, 'x', '2026-05-01 01:00:00+02'), (7, 'y', NULL)")
    with refuses(NeedssegError, "PGPASSWORD"):
        account_sources.import_source(talk, server, table="use")
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    assert [name for name in account_sources.tables(talk, server) if not name.startswith("sales.")] == [
        "use",
        'crm."All.accounts"',
    ]
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
    port = free_port()
    with refuses(NeedssegError, f"postgresql://ana@127.0.0.1:{port}/crm", "refused") as caught:
        account_sources.import_source(talk, f"postgresql://ana:{'s3cret'}@127.0.0.1:{port}/crm", table="x")
    assert "s3cret" not in str(caught.value)


def test_without_the_extra_its_name_is_told(talk: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    with refuses(NeedssegError, 'pip install "needsseg[postgres]"'):
        account_sources.import_source(talk, "postgresql://h/crm", table="x")


QUERY = (
    "SELECT a.account_id, a.name, a.region, n.employees\nFROM accounts a JOIN sizes n USING (account_id) -- as of today"
)


def test_a_query_of_a_file(talk: Study, tmp_path: Path) -> None:
    import duckdb

    tables = (
        "CREATE TABLE accounts (account_id TEXT, name TEXT, region TEXT)",
        "CREATE TABLE sizes (account_id TEXT, employees DOUBLE)",
    )
    lite, duck = tmp_path / "crm.db", tmp_path / "crm.duckdb"
    with sqlite3.connect(lite) as con, duckdb.connect(str(duck)) as other:
        for each in (con, other):
            for table in tables:
                each.execute(table)
            each.executemany("INSERT INTO accounts VALUES (?, ?, ?)", [row[:3] for row in ROWS])
            each.executemany("INSERT INTO sizes VALUES (?, ?)", [(row[0], row[3]) for row in ROWS])
    con.close()
    for file in (lite, duck):
        name = f"{file.name}: SELECT a.account_id, a.name, a.region, n.employees FROM acc…"
        assert account_sources.propose_mapping(talk, file, query=QUERY).file == name
        check(talk, account_sources.import_source(talk, file, query=QUERY), name)
        before = file.read_bytes()
        for bad in (
            "SELECT * FROM songs",
            "SELECT 1; DROP TABLE accounts",
            "WITH x AS (SELECT 1) DELETE FROM accounts",
        ):
            with refuses(TableError, file.name, "query"):
                account_sources.import_source(talk, file, query=bad)
        with refuses(UsageError, "SELECT"):
            account_sources.import_source(talk, file, query="DROP TABLE accounts")
        with refuses(UsageError, "table", "query"):
            account_sources.import_source(talk, file, table="accounts", query=QUERY)
        assert file.read_bytes() == before
    (tmp_path / "a.csv").write_text("account_id\na\n")
    with refuses(UsageError, "a.csv", "--query"):
        account_sources.import_source(talk, tmp_path / "a.csv", query=QUERY)


def test_views_and_queries_of_a_postgresql_server(
    talk: Study,
    server: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import psycopg

    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    with psycopg.connect(server, password=PASSWORD) as con:
        con.execute(
            "CREATE SCHEMA sales; CREATE TABLE sales.accounts (account_id text, name text, region text, employees int);"
            "CREATE VIEW sales.shown AS SELECT * FROM sales.accounts;"
            "CREATE MATERIALIZED VIEW sales.kept AS SELECT * FROM sales.accounts WITH NO DATA;"
            "CREATE TABLE sales.split (account_id text) PARTITION BY LIST (account_id);"
            "CREATE TABLE sales.split_a PARTITION OF sales.split FOR VALUES IN ('a')"
        )
        con.cursor().executemany("INSERT INTO sales.accounts VALUES (%s, %s, %s, %s)", ROWS)
        con.execute("REFRESH MATERIALIZED VIEW sales.kept")
    found = [name for name in account_sources.tables(talk, server) if name.startswith("sales.")]
    assert found == ["sales.accounts", "sales.kept", "sales.shown", "sales.split"]
    kept = [("001A0000006Vm9rIAC", 'Hale & Mercer, "LLP"', "NA", "120"), ("b", "Zoë\nOst", "", "")]
    for chosen in ({"table": "sales.kept"}, {"table": "sales.shown"}, {"query": "SELECT * FROM sales.kept;"}):
        report = account_sources.import_source(talk, server, **chosen)
        assert held(talk, "account_id, name, region, employees") == kept
        assert [r.row for r in report.rejected] == [4]
    assert accounts.sources(talk)["accounts"].file_name == f"{server}: SELECT * FROM sales.kept;"
    for changing in (
        "WITH gone AS (DELETE FROM sales.accounts RETURNING *) SELECT * FROM gone",
        "SELECT pg_sleep(0); DELETE FROM sales.accounts",
        "SELECT lo_create(0)",
    ):
        with pytest.raises(NeedssegError):
            account_sources.import_source(talk, server, query=changing)
    with psycopg.connect(server, password=PASSWORD) as con:
        assert con.execute("SELECT count(*) FROM sales.accounts").fetchone() == (3,)
