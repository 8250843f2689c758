"""Where expressions run: DuckDB within the program, or Polars, over Parquet files that stay where they are.

Expressions are written once with narwhals. Only integers, texts and booleans enter them, so that both give the same
numbers. Traps this room keeps clear of: ``n_unique`` counts NULL, DuckDB's integer sums come back as decimals, and
calendar arithmetic fails on lazy frames.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from needsseg.errors import NeedssegError, TableError, UsageError

if TYPE_CHECKING:
    import narwhals as nw

BACKENDS = ("duckdb", "polars")
MEMORY_LIMIT = "1GB"


@dataclass(frozen=True, slots=True)
class Engine:
    """An open backend; ``connection`` is DuckDB's and None for Polars."""

    backend: str
    connection: Any = None

    def scan(self, parquet: Path) -> nw.LazyFrame[Any]:
        """The rows of a Parquet file, read when they are asked for; TableError where it is gone or none."""
        import narwhals as nw

        if not parquet.is_file():
            raise TableError(f"{parquet}: no such Parquet file.", "Import the account files again.")
        if self.backend == "polars":
            import polars

            return nw.from_native(polars.scan_parquet(parquet))
        with translated():
            found: nw.LazyFrame[Any] = nw.from_native(self.connection.read_parquet(str(parquet)))
        return found

    def table(self, columns: Sequence[str], rows: Sequence[tuple[str, ...]]) -> nw.LazyFrame[Any]:
        """A small table of texts as a frame of this backend."""
        import narwhals as nw

        if self.backend == "polars":
            import polars

            schema = dict.fromkeys(columns, polars.String)
            return nw.from_native(polars.LazyFrame(list(rows), schema=schema, orient="row"))
        name = f"given_{columns[0]}"
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {name} ({', '.join(f'{column} VARCHAR' for column in columns)})"
        )
        if rows:
            self.connection.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(columns))})", list(rows))
        given: nw.LazyFrame[Any] = nw.from_native(self.connection.table(name))
        return given

    def rows(self, frame: nw.LazyFrame[Any]) -> list[tuple[Any, ...]]:
        """The result as plain tuples, in no particular order."""
        with translated():
            if self.backend == "polars":
                return list(frame.to_native().collect(engine="streaming").iter_rows())
            return list(frame.to_native().fetchall())


@contextmanager
def open_engine(backend: str = "duckdb") -> Iterator[Engine]:
    """An engine for a while; UsageError where ``backend`` is unknown or not installed."""
    if backend not in BACKENDS:
        raise UsageError(f"'{backend}' is no engine.", f"Engines: {', '.join(BACKENDS)}.")
    if backend == "polars":
        try:
            import polars  # noqa: F401
        except ImportError as error:
            raise UsageError("Polars is not installed.", "pip install 'needsseg[polars]'") from error
        yield Engine(backend)
        return
    import duckdb

    with duckdb.connect() as connection:
        connection.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
        yield Engine(backend, connection)


@contextmanager
def translated() -> Iterator[None]:
    """Turn an engine's own errors into ones a person can act on."""
    try:
        yield
    except NeedssegError:
        raise
    except Exception as error:
        module = type(error).__module__.partition(".")[0]
        if module not in ("duckdb", "_duckdb", "polars", "narwhals"):
            raise
        raise TableError(
            f"The account data cannot be computed: {str(error).splitlines()[0]}", "Import the account files again."
        ) from error
