"""Tables and queries of a warehouse through its ADBC driver, copied to a file as they stream in.

One path for every driver; it is tried with those of PostgreSQL and SQLite. ADBC: https://arrow.apache.org/adbc. DuckDB reads
the driver's Arrow stream, so that pyarrow is not needed.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from needsseg.accounts.ingest.cells import text
from needsseg.accounts.ingest.databases.addresses import PASSWORDS, Address
from needsseg.accounts.ingest.databases.selections import Selection, dotted
from needsseg.accounts.ingest.file_rows import Layout
from needsseg.errors import NeedssegError

# Names are enclosed in double quotes, but for these drivers.
QUOTES = {"bigquery": "`"}
# Schemas of systems themselves, which hold no accounts.
SYSTEM_SCHEMAS = ("information_schema", "pg_catalog", "pg_toast")
USUAL_SCHEMAS = {"postgresql": "public", "sqlite": "main"}
EXTRAS = ("snowflake", "bigquery")


def tables(server: Address) -> list[str]:
    """Return the tables and views of the address's database, or of its schema where it names one."""
    with _connected(server) as con:
        return _tables(server, con)


def copy_rows(server: Address, selection: Selection, target: Path, rows: int | None = None) -> tuple[str, Layout]:
    """Copy a table or a query to ``target`` as CSV; return its name without password, and its layout."""
    import adbc_driver_manager as adbc
    import duckdb

    with _connected(server) as con, duckdb.connect() as memory:
        chosen = replace(selection, quote=QUOTES.get(server.driver, '"')).of_tables(
            server.shown, lambda: _tables(server, con)
        )
        limit = "" if rows is None else f" LIMIT {rows}"
        with adbc.AdbcStatement(con) as statement:
            statement.set_sql_query(f"SELECT * FROM {chosen.relation()}{limit}")
            stream, _ = statement.execute_query()
            memory.execute("SET TimeZone = 'UTC'")
            memory.register("received", stream)
            # A stream can be read once, and describing it takes it, so its rows are kept first.
            memory.execute(f"SET temp_directory = {text(str(target.parent / 'received'))}; SET memory_limit = '1GB'")
            memory.execute("CREATE TABLE kept AS SELECT * FROM received")
        header = tuple(str(row[0]) for row in memory.execute("DESCRIBE kept").fetchall())
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        memory.execute(
            f"COPY (SELECT COLUMNS(*)::VARCHAR FROM kept) TO {text(str(target))} "
            "(FORMAT csv, HEADER, FORCE_QUOTE *, USE_TMP_FILE false)"
        )
    return f"{server.shown}: {chosen.name}", Layout("csv", header)


def _tables(server: Address, con: Any) -> list[str]:
    import adbc_driver_manager as adbc
    import duckdb

    database, schema = (*_places(server), "", "")[:2]
    objects = con.get_objects(
        adbc.GetObjectsDepth.TABLES, catalog=database or None, db_schema=schema or None, table_name=None
    )
    with duckdb.connect() as memory:
        memory.register("objects", objects)
        named = memory.execute(
            "SELECT schema.db_schema_name, one.table_name FROM (SELECT unnest(catalog_db_schemas) AS schema FROM objects), "
            "unnest(schema.db_schema_tables) AS listed(one) "
            "WHERE NOT contains(lower(coalesce(one.table_type, '')), 'index')"
        ).fetchall()
    usual = schema or USUAL_SCHEMAS.get(server.driver, "")
    return sorted(
        (
            dotted(str(place or ""), str(name), usual)
            for place, name in named
            if str(place or "").casefold() not in SYSTEM_SCHEMAS and not str(name).startswith("sqlite_")
        ),
        key=lambda name: ("." in name, name),
    )


def _places(server: Address) -> tuple[str, ...]:
    """Return the database and the schema that an address names, as far as it does."""
    if server.driver == "snowflake":
        return server.path
    return (server.host, *server.path) if server.driver == "bigquery" else ()


def _options(server: Address) -> dict[str, str]:
    """Return the driver's options for an address. Names: the drivers' own, adbc_driver_snowflake.DatabaseOptions etc."""
    password = server.password or os.environ.get(PASSWORDS.get(server.driver, ""), "")
    given = server.options
    if server.driver == "snowflake":
        prefix = "adbc.snowflake.sql."
        database, schema = (*server.path, "", "")[:2]
        key_file = given.get("private_key_file", "")
        options = {
            f"{prefix}account": server.host, "username": server.user, "password": password, f"{prefix}db": database,
            f"{prefix}schema": schema, f"{prefix}client_option.jwt_private_key": key_file,
            f"{prefix}client_option.disable_telemetry": "true",
        }  # fmt: skip
        options |= {f"{prefix}{name}": given[name] for name in ("warehouse", "role", "region") if name in given}
        options[f"{prefix}auth_type"] = given.get("auth_type", "auth_jwt" if key_file else "")
    elif server.driver == "bigquery":
        prefix = "adbc.bigquery.sql."
        credentials = given.get("credentials", "")
        options = {
            f"{prefix}project_id": server.host, f"{prefix}dataset_id": "/".join(server.path),
            f"{prefix}location": given.get("location", ""), f"{prefix}auth_credentials": credentials,
            f"{prefix}auth_type": f"{prefix}auth_type.json_credential_file" if credentials else "",
        }  # fmt: skip
    else:
        options = {"uri": _uri(server, password)} | given
    return {name: value for name, value in options.items() if value}


def _uri(server: Address, password: str) -> str:
    from urllib.parse import quote

    if not server.host:  # a file by its absolute path; opened for reading only where the driver is SQLite's
        path = "/" + "/".join(map(quote, server.path))
        return f"file:{path}?mode=ro" if server.driver == "sqlite" else path
    user = quote(server.user, safe="") + (f":{quote(password, safe='')}" if password else "")
    place = f"{server.host}{f':{server.port}' if server.port else ''}"
    return f"{server.driver}://{f'{user}@' if user else ''}{place}/{'/'.join(map(quote, server.path))}"


@contextmanager
def _connected(server: Address) -> Iterator[Any]:
    import duckdb

    try:
        driver = importlib.import_module(f"adbc_driver_{server.driver}")
        adbc = importlib.import_module("adbc_driver_manager")
    except ImportError as error:
        install = f"needsseg[{server.driver}]" if server.driver in EXTRAS else f"adbc-driver-{server.driver}"
        raise NeedssegError(
            f"{server.shown} needs a driver that is not installed.", f'Install it: pip install "{install}"'
        ) from error
    options = _options(server)
    try:
        with (
            adbc.AdbcDatabase(driver=driver._driver_path(), **options) as database,
            adbc.AdbcConnection(database) as con,
        ):
            yield con
    except (adbc.Error, duckdb.Error) as error:  # DuckDB passes on what a driver says while rows arrive
        raise _refused(server, error, options) from error


def _refused(server: Address, error: Exception, options: dict[str, str]) -> NeedssegError:
    message = " ".join(str(error).split()) or type(error).__name__
    secrets = [server.password, options.get("password", ""), os.environ.get(PASSWORDS.get(server.driver, ""), "")]
    for secret in filter(None, secrets):
        message = message.replace(secret, "…")
    variable = PASSWORDS.get(server.driver)
    return NeedssegError(
        f"{server.shown}: {message}",
        "Check that it can be reached and the names, user and table are right"
        + (f"; the password comes from the variable {variable}." if variable else "."),
    )
