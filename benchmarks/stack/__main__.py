"""Tier 3 from 1 to 30 million events: needsseg beside one SQL query, and beside Polars and pandas as a user writes them.

``python -m benchmarks.stack`` runs all parts; ``--methods [EVENTS …]``, ``--spark [EVENTS …]`` (local and with separate
executors), ``--accounts`` (more accounts with the same events) and ``--whole`` (the commands from CSV to profiles) one of
them. Each figure is of a fresh process; for a method it is from opening the Parquet file to one Python row an account,
without imports, and the run stops where two do not give the same numbers. Memory is that of the process and all below it
(Java, executors).
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.labelled import table
from benchmarks.stack.methods import AS_OF, METHODS, SPARK, make
from benchmarks.stack.watching import run_watched

SIZES = (1_000_000, 3_000_000, 10_000_000, 30_000_000)
SPARK_SIZES = (1_000_000, 10_000_000)
ACCOUNTS = (10_000, 100_000, 1_000_000)
EVENTS_OF_ALL = 10_000_000
RUNS = 3


def tables(sizes: Iterable[int], methods: dict[str, Any]) -> str:
    """Seconds, processor seconds and peak memory by size; RuntimeError where two results differ."""
    there = [name for name, (_, needs) in methods.items() if all(find_spec(module.split(".")[0]) for module in needs)]
    lines = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "events.parquet"
            make(size, file)
            found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in there}
            digests: dict[str, str] = {}
            for _ in range(RUNS if size <= 10_000_000 else 1):
                for name in there:
                    *figures, digests[name] = _measured(name, file)
                    found[name].append((figures[0], figures[1], figures[2]))
            if len(set(digests.values())) != 1:
                raise RuntimeError(f"{size:,} events: the results differ: {digests}")
        for name in there:
            seconds, cpu, peak = (median(run[at] for run in found[name]) for at in range(3))
            lines.append([f"{size:,}", name, f"{seconds:.1f} s", f"{cpu:.1f} s", f"{peak:,.0f} MB"])
        print(f"measured {size:,}", file=sys.stderr, flush=True)
    absent = [name for name in methods if name not in there]
    note = f"\n\nnot installed, left out: {', '.join(absent)}" if absent else ""
    return table(["events", "method", "took", "processor", "peak memory"], lines) + note


def by_accounts(events: int = EVENTS_OF_ALL) -> str:
    """What more accounts cost where the events are as many."""
    lines = []
    for accounts in ACCOUNTS:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "events.parquet"
            make(events, file, accounts)
            runs = [_measured("needsseg (DuckDB)", file)[:3] for _ in range(RUNS)]
        seconds, cpu, peak = (median(run[at] for run in runs) for at in range(3))
        lines.append([f"{accounts:,}", f"{seconds:.1f} s", f"{cpu:.1f} s", f"{peak:,.0f} MB"])
    return table(["accounts", "took", "processor", "peak memory"], lines)


def whole(events: int = EVENTS_OF_ALL) -> str:
    """The commands a user gives, from CSV files to the profiles of all accounts as JSON, Python's start included."""
    lines = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _as_csv(events, folder)
        command = [sys.executable, "-m", "needsseg.cli", "--study", str(folder / "study.db")]
        run_watched([*command, "init"])
        for words in (
            ["accounts", "import", str(folder / "accounts.csv")],
            ["accounts", "import", str(folder / "events.csv")],
            ["profile", "--as-of", AS_OF.isoformat(), "--json"],
        ):
            started = time.perf_counter()
            _, peak = run_watched([*command, *words])
            took = time.perf_counter() - started
            shown = " ".join(Path(word).name if "/" in word else word for word in words)
            lines.append([f"`{shown}`", f"{took:.1f} s", f"{peak:,.0f} MB"])
    return table(["command", "took", "peak memory"], lines)


def _as_csv(events: int, folder: Path) -> None:
    import duckdb

    file = folder / "events.parquet"
    make(events, file)
    with duckdb.connect() as con:
        con.execute("SET memory_limit = '2GB'; SET preserve_insertion_order = false; SET enable_progress_bar = false")
        con.execute(f"""
            COPY (SELECT event_id, account_id, user_id, event, feature, platform, make_timestamp(second * 1000000) AS timestamp
                FROM read_parquet('{file}')) TO '{folder / "events.csv"}' (HEADER)""")
        con.execute(f"""
            COPY (SELECT account_id AS "Id", 'Company ' || account_id AS "Name", 1 + hash(account_id) % 5000 AS
                    "NumberOfEmployees", 'Technology' AS "Industry", 'Germany' AS "BillingCountry", '2025-10-01' AS "CreatedDate"
                FROM read_parquet('{file}') GROUP BY account_id) TO '{folder / "accounts.csv"}' (HEADER)""")
    file.unlink()


def _measured(name: str, file: Path) -> tuple[float, float, float, str]:
    said, peak = run_watched([sys.executable, "-m", "benchmarks.stack", "--one", name, str(file)])
    seconds, cpu, digest = json.loads(said.splitlines()[-1])
    return seconds, cpu, peak, digest


def _one(name: str, file: Path) -> None:
    """Run one method in this process; prints seconds, processor seconds and the digest of its rows."""
    run, modules = (METHODS | SPARK)[name]
    for module in modules:
        import_module(module)
    started, busy = time.perf_counter(), time.process_time()
    rows = run(file)
    took = time.perf_counter() - started, time.process_time() - busy
    digest = hashlib.sha256(repr(sorted(rows)).encode()).hexdigest()
    print(json.dumps([*took, digest]))


def main() -> None:
    """Print the tables of the parts asked for, or of all."""
    words = sys.argv[1:]
    if words[:1] == ["--one"]:
        _one(words[1], Path(words[2]))
        return
    sizes = [int(word) for word in words if word.isdigit()]
    parts: dict[str, Callable[[], str]] = {
        "--methods": lambda: tables(sizes or SIZES, METHODS),
        "--accounts": by_accounts,
        "--whole": whole,
        "--spark": lambda: tables(sizes or SPARK_SIZES, SPARK),
    }
    asked = [part for part in parts if part in words] or (["--methods"] if sizes else list(parts))
    for part in asked:
        print(parts[part](), end="\n\n", flush=True)


if __name__ == "__main__":
    main()
