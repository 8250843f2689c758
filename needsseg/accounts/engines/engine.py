"""Engines that run expressions over Parquet files in place: DuckDB (embedded), Polars, or Spark.

Expressions are written once with narwhals. They use only integers, texts and booleans, so that all engines give the
same numbers. Pitfalls that this room avoids: ``n_unique`` counts NULL, DuckDB's integer sums come back as decimals, and
calendar arithmetic fails on lazy frames.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from needsseg.accounts.engines.failures import engine_errors
from needsseg.accounts.engines.spill import spill_folder
from needsseg.errors import TableError, UsageError
from needsseg.operating_system import processor_count

if TYPE_CHECKING:
    import narwhals as nw

T = TypeVar("T")
ENGINES = ("duckdb", "polars", "spark", "spark:MASTER", "sc://HOST:PORT")
# DuckDB spills to disk beyond this limit; with more than eight threads, each one's share would be too small.
MEMORY_LIMIT = "1GB"
MOST_THREADS = 8


_OPENED: ContextVar[tuple[str, Engine] | None] = ContextVar("opened engine", default=None)
"""The engine that is open in this thread, and its name."""


@dataclass(frozen=True, slots=True)
class Engine:
    """An open backend: ``backend`` is duckdb, polars or spark; ``session`` DuckDB's connection or Spark's session.

    ``kept`` has what was read whole while the engine is open, so that the next question does not read it again.
    """

    backend: str
    session: Any = None
    kept: dict[object, Any] = field(default_factory=dict, compare=False, repr=False)

    def once(self, parquet: Path, what: Hashable, only: Collection[str] | None, read: Callable[[], T]) -> T:
        """Return what ``read`` reads of accounts ``only`` of a file: from memory where it was read before and has not changed."""
        if not parquet.is_file():
            return read()
        stat = parquet.stat()
        key = (what, parquet.absolute(), stat.st_mtime_ns, stat.st_size, None if only is None else frozenset(only))
        if key not in self.kept:
            self.kept[key] = read()
        result: T = self.kept[key]
        return result

    def scan(self, parquet: Path) -> nw.LazyFrame[Any]:
        """Return the rows of a Parquet file as a lazy frame; TableError where it is missing or invalid."""
        import narwhals as nw

        if not parquet.is_file():
            raise TableError(f"{parquet}: no such Parquet file.", "Import the account files again.")
        with engine_errors():
            frame: nw.LazyFrame[Any] = nw.from_native(self._scanned(parquet.absolute()))
        return frame

    def _scanned(self, parquet: Path) -> Any:
        if self.backend == "spark":
            from needsseg.accounts.engines.spark import scanned

            return scanned(self.session, parquet)
        if self.backend == "polars":
            import polars

            return polars.scan_parquet(parquet, glob=False)
        return self.session.read_parquet(re.sub(r"([*?\[])", r"[\1]", str(parquet)))

    def scan_of(self, parquet: Path, only: Collection[str] | None) -> nw.LazyFrame[Any]:
        """Return the rows of the accounts ``only``, by their ``account_id``; of all where it is None."""
        import narwhals as nw

        frame = self.scan(parquet)
        return frame if only is None else frame.filter(nw.col("account_id").is_in(sorted(only)))

    def in_memory(self, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """Return a small frame with its rows in memory, so that several questions read the file once; Spark asks each time."""
        import narwhals as nw

        if self.backend == "spark":
            return frame
        native: Any = frame.to_native()
        with engine_errors():
            kept: nw.LazyFrame[Any] = nw.from_native(
                native.collect(engine="streaming").lazy() if self.backend == "polars" else native.materialize()
            )
        return kept

    def table(self, columns: Sequence[str], rows: Sequence[tuple[str, ...]]) -> nw.LazyFrame[Any]:
        """Return a small table of texts as a frame of this backend."""
        import narwhals as nw

        with engine_errors():
            frame: nw.LazyFrame[Any] = nw.from_native(self._texts_frame(columns, rows))
        return frame

    def _texts_frame(self, columns: Sequence[str], rows: Sequence[tuple[str, ...]]) -> Any:
        if self.backend == "spark":
            from needsseg.accounts.engines.spark import texts_frame

            return texts_frame(self.session, columns, rows)
        if self.backend == "polars":
            import polars

            return polars.LazyFrame(list(rows), schema=dict.fromkeys(columns, polars.String), orient="row")
        name = f"texts_{columns[0]}"
        texts = ", ".join(f"{column} VARCHAR" for column in columns)
        self.session.execute(f"CREATE OR REPLACE TEMP TABLE {name} ({texts})")
        if rows:
            lists = ", ".join("unnest(?::VARCHAR[])" for _ in columns)
            self.session.execute(
                f"INSERT INTO {name} SELECT {lists}", [list(cells) for cells in zip(*rows, strict=True)]
            )
        return self.session.table(name)

    def rows(self, frame: nw.LazyFrame[Any]) -> list[tuple[Any, ...]]:
        """Return the result as tuples, unordered."""
        with engine_errors():
            native: Any = frame.to_native()
            if self.backend == "spark":
                return [tuple(row) for row in native.collect()]
            if self.backend == "polars":
                return list(native.collect(engine="streaming").iter_rows())
            return list(native.fetchall())

    def columns(self, frame: nw.LazyFrame[Any]) -> list[Any]:
        """Return the result as sequences of values, a column each, in no order of rows; large ones take less memory than rows."""
        with engine_errors():
            native: Any = frame.to_native()
            names = frame.collect_schema().names()
            if self.backend == "spark":
                rows = native.collect()
                return [[row[place] for row in rows] for place in range(len(names))]
            if self.backend == "polars":
                collected = native.collect(engine="streaming")
                return [collected[name].to_list() for name in names]
            arrays = native.fetchnumpy()
            # NumPy masks NULL; the list of a masked array has None there, as the other engines have.
            return [arrays[name].tolist() if hasattr(arrays[name], "mask") else arrays[name] for name in names]


@contextmanager
def open_engine(spec: str = "duckdb", spill: Path | None = None) -> Iterator[Engine]:
    """Open one of ENGINES for the block; it spills to a private folder in ``spill``. Within another block it is the same one.

    UsageError where ``spec`` is unknown or not installed, NeedssegError where the engine cannot be reached.
    """
    check_engine(spec)
    opened = _OPENED.get()
    if opened is not None and opened[0] == spec:
        yield opened[1]
        return
    with _open(spec, spill) as engine:
        token = _OPENED.set((spec, engine))
        try:
            yield engine
        finally:
            _OPENED.reset(token)


@contextmanager
def _open(spec: str, spill: Path | None) -> Iterator[Engine]:
    if spec.startswith(("spark", "sc:")):
        from needsseg.accounts.engines.spark import open_spark

        with open_spark(spec, spill) as session:
            yield Engine("spark", session)
    elif spec == "polars":
        try:
            import polars  # noqa: F401
        except ImportError as error:
            raise UsageError("Polars is not installed.", "pip install 'needsseg[polars]'") from error
        yield Engine("polars")
    else:
        with _duckdb(spill) as connection:
            yield Engine("duckdb", connection)


def check_engine(spec: str) -> None:
    """Raise UsageError where ``spec`` is not an engine's name; opening it shows whether it is installed and answers."""
    if spec in ("duckdb", "polars", "spark") or re.fullmatch(r"spark:\S+|sc://[^\s/]+.*", spec):
        return
    raise UsageError(f"'{spec}' is not a valid engine.", f"Engines: {', '.join(ENGINES)}.")


@contextmanager
def _duckdb(spill: Path | None) -> Iterator[Any]:
    import duckdb

    cores = processor_count()
    with spill_folder(spill) as folder, duckdb.connect() as connection:
        connection.execute(f"SET memory_limit = '{MEMORY_LIMIT}'; SET threads = {min(cores, MOST_THREADS)}")
        connection.execute("SET preserve_insertion_order = false; SET allocator_background_threads = false")
        connection.execute("SET enable_progress_bar = false")
        quoted = str(folder).replace("'", "''")
        connection.execute(f"SET temp_directory = '{quoted}'")
        yield connection
