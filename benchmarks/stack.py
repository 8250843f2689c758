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
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from datetime import date
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.labelled import table

ROOT = Path(__file__).resolve().parents[1]
SIZES = (1_000_000, 3_000_000, 10_000_000, 30_000_000)
SPARK_SIZES = (1_000_000, 10_000_000)
ACCOUNTS = (10_000, 100_000, 1_000_000)
EVENTS_OF_ALL = 10_000_000
EVENTS_AN_ACCOUNT = 100
DAYS = 190
AS_OF = date(2026, 7, 1)
D = (AS_OF - date(1970, 1, 1)).days
FIRST_SECOND = (D - 185) * 86_400
NAMES = (
    "login", "task_created", "task_completed", "invite_sent", "setup_completed", "comment_added", "file_uploaded",
    "report_viewed",
)  # fmt: skip
CORE = ("task_created", "task_completed", "comment_added")
RUNS = 3
Rows = Iterable[tuple[Any, ...]]


def make(events: int, file: Path, accounts: int | None = None) -> None:
    """Events in the order of a log with up to six hours' delay; few accounts are busy, a twentieth has no user."""
    import duckdb

    accounts = accounts or events // EVENTS_AN_ACCOUNT
    names = ", ".join(f"'{name}'" for name in NAMES)
    with duckdb.connect() as con:
        con.execute("SET memory_limit = '2GB'; SET preserve_insertion_order = false; SET enable_progress_bar = false")
        con.execute(f"""
            COPY (
                SELECT 'e' || i AS event_id,
                    'acct-' || lpad((pow((h % 1000003) / 1000003.0, 1.7) * {accounts})::BIGINT::VARCHAR, 7, '0') AS account_id,
                    CASE WHEN k % 20 <> 0 THEN 'u' || (k % 13) END AS user_id,
                    [{names}][1 + (g % {len(NAMES)})::BIGINT] AS event,
                    CASE WHEN g // 8 % 4 <> 0 THEN 'feature ' || (g // 32 % 12) END AS feature,
                    CASE WHEN k // 13 % 10 <> 0 THEN ['web', 'ios', 'android', 'api'][1 + (k // 130 % 4)::BIGINT] END
                        AS platform,
                    CASE WHEN k // 13 % 10 <> 0 THEN ['web', 'mobile', 'mobile', 'api'][1 + (k // 130 % 4)::BIGINT] END
                        AS source,
                    second // 86400 AS day,
                    second
                FROM (
                    SELECT i, hash(i) AS h, hash(i, 1) AS g, hash(i, 2) AS k,
                        {FIRST_SECOND} + i * {DAYS * 86_400} // {events} + (hash(i, 3) % 21600)::BIGINT AS second
                    FROM range({events}) AS t(i)
                )
            ) TO '{file}' (FORMAT parquet, COMPRESSION zstd)""")


def ours(file: Path, engine: str = "duckdb") -> Rows:
    """needsseg, on one of its engines."""
    from needsseg.accounts.engines.engine import open_engine
    from needsseg.accounts.tiers.behaviour import COUNTS, behaviour
    from needsseg.accounts.tiers.behaviour import DAYS as FIELDS
    from needsseg.accounts.tiers.stack import load_rules

    with open_engine(engine, file.parent) as opened:
        usage = behaviour(opened, file, D, load_rules().events)
    return (
        (row.account_id, *(getattr(row, name) for name in (*COUNTS, *FIELDS)), row.features)
        for row in usage.rows.values()
    )


NOW, BEFORE = f"day >= {D - 30}", f"day >= {D - 60} AND day < {D - 30}"
IS_CORE = f"event IN {CORE}"


def one_query(file: Path) -> Rows:
    """One SQL query as one writes it: a FILTER for each count, DISTINCT where something is distinct."""
    return _sql(f"""
        SELECT account_id,
            count(*) FILTER ({NOW}), count(*) FILTER ({BEFORE}),
            count(DISTINCT day) FILTER ({NOW}), count(DISTINCT user_id) FILTER ({NOW}),
            count(DISTINCT feature) FILTER ({NOW}),
            count(*) FILTER ({NOW} AND source = 'api'), count(*) FILTER ({NOW} AND source = 'mobile'),
            count(*) FILTER ({NOW} AND event = 'invite_sent'), count(*) FILTER ({NOW} AND event = 'login'),
            count(*) FILTER ({BEFORE} AND event = 'login'),
            count(DISTINCT ({D - 1} - day) // 7) FILTER (day >= {D - 28} AND {IS_CORE}),
            min(day), max(day), min(day) FILTER (event = 'setup_completed'), min(day) FILTER ({IS_CORE}),
            list_sort(list(DISTINCT feature) FILTER (feature IS NOT NULL))
        FROM read_parquet('{file}') WHERE day < {D} GROUP BY account_id""")


def tuned_query(file: Path) -> Rows:
    """The same with the distinct values grouped beforehand and days as bits, by somebody who knows DuckDB."""
    return _sql(f"""
        WITH ever AS (
            SELECT account_id, min(a) AS a, max(b) AS b, min(c) AS c, min(d) AS d,
                list_sort(list(feature) FILTER (feature IS NOT NULL)) AS features
            FROM (
                SELECT account_id, feature, min(day) AS a, max(day) AS b,
                    min(day) FILTER (event = 'setup_completed') AS c, min(day) FILTER ({IS_CORE}) AS d
                FROM read_parquet('{file}') WHERE day < {D} GROUP BY account_id, feature)
            GROUP BY account_id),
        counted AS (
            SELECT account_id,
                count(*) FILTER ({NOW}) AS n, count(*) FILTER ({BEFORE}) AS m,
                bit_count(bit_or(CASE WHEN {NOW} THEN 1::BIGINT << ({D - 1} - day) ELSE 0 END)) AS days,
                count(*) FILTER ({NOW} AND source = 'api') AS api,
                count(*) FILTER ({NOW} AND source = 'mobile') AS mobile,
                count(*) FILTER ({NOW} AND event = 'invite_sent') AS invited,
                count(*) FILTER ({NOW} AND event = 'login') AS logins,
                count(*) FILTER ({BEFORE} AND event = 'login') AS former,
                bit_count(bit_or(CASE WHEN day >= {D - 28} AND {IS_CORE} THEN 1 << (({D - 1} - day) // 7)::INT ELSE 0 END))
                    AS weeks
            FROM read_parquet('{file}') WHERE day < {D} AND day >= {D - 60} GROUP BY account_id),
        users AS (
            SELECT account_id, count(*) AS users FROM (
                SELECT DISTINCT account_id, user_id FROM read_parquet('{file}')
                WHERE day < {D} AND {NOW} AND user_id IS NOT NULL)
            GROUP BY account_id),
        breadth AS (
            SELECT account_id, count(*) AS breadth FROM (
                SELECT DISTINCT account_id, feature FROM read_parquet('{file}')
                WHERE day < {D} AND {NOW} AND feature IS NOT NULL)
            GROUP BY account_id)
        SELECT account_id, n, m, days, users, breadth, api, mobile, invited, logins, former, weeks, a, b, c, d, features
        FROM ever LEFT JOIN counted USING (account_id) LEFT JOIN users USING (account_id)
            LEFT JOIN breadth USING (account_id)""")


def _sql(query: str) -> Rows:
    import duckdb

    with duckdb.connect() as con:
        con.execute("SET memory_limit = '2GB'; SET preserve_insertion_order = false; SET enable_progress_bar = false")
        found = con.execute(query).fetchall()
    return ((*(value or 0 if at in range(1, 12) else value for at, value in enumerate(row[:-1])), tuple(row[-1] or ()))
            for row in found)  # fmt: skip


def in_polars(file: Path) -> Rows:
    """Polars, lazily, in one group_by."""
    import polars as pl

    day, event, source = pl.col("day"), pl.col("event"), pl.col("source")
    now, before, core = day >= D - 30, day.is_between(D - 60, D - 31), event.is_in(CORE)
    found = (
        pl.scan_parquet(file)
        .filter(day < D)
        .group_by("account_id")
        .agg(
            now.sum().alias("n"),
            before.sum().alias("m"),
            day.filter(now).n_unique().alias("days"),
            pl.col("user_id").filter(now).drop_nulls().n_unique().alias("users"),
            pl.col("feature").filter(now).drop_nulls().n_unique().alias("breadth"),
            (now & (source == "api")).sum().alias("api"),
            (now & (source == "mobile")).sum().alias("mobile"),
            (now & (event == "invite_sent")).sum().alias("invited"),
            (now & (event == "login")).sum().alias("logins"),
            (before & (event == "login")).sum().alias("former"),
            ((D - 1 - day) // 7).filter(core & (day >= D - 28)).n_unique().alias("weeks"),
            day.min().alias("a"),
            day.max().alias("b"),
            day.filter(event == "setup_completed").min().alias("c"),
            day.filter(core).min().alias("d"),
            pl.col("feature").drop_nulls().unique().sort().alias("features"),
        )
        .collect(engine="streaming")
    )
    return ((*row[:-1], tuple(row[-1])) for row in found.iter_rows())


def in_pandas(file: Path) -> Rows:
    """pandas: the whole file in memory, a column for each condition, a group_by for each kind of answer."""
    import pandas as pd

    events = pd.read_parquet(file, columns=["account_id", "user_id", "event", "feature", "source", "day"])
    events = events[events.day < D]
    now, before = events.day >= D - 30, events.day.between(D - 60, D - 31)
    core, login = events.event.isin(CORE), events.event == "login"
    key = events.account_id
    flags = {
        "n": now, "m": before, "api": now & (events.source == "api"), "mobile": now & (events.source == "mobile"),
        "invited": now & (events.event == "invite_sent"), "logins": now & login, "former": before & login,
    }  # fmt: skip
    sums = pd.DataFrame(flags).groupby(key).sum()
    recent = events[now].groupby("account_id")[["day", "user_id", "feature"]].nunique()
    weeks = ((D - 1 - events.day) // 7)[core & (events.day >= D - 28)].groupby(key).nunique()
    spans = events.groupby("account_id").day.agg(["min", "max"])
    setup = events.day[events.event == "setup_completed"].groupby(key).min()
    first = events.day[core].groupby(key).min()
    pairs = events[["account_id", "feature"]].dropna().drop_duplicates().sort_values("feature")
    features = pairs.groupby("account_id").feature.agg(tuple)
    parts = [
        sums[["n", "m"]],
        recent,
        sums[["api", "mobile", "invited", "logins", "former"]],
        weeks,
        spans,
        setup,
        first,
    ]
    joined = pd.concat([*parts, features], axis=1)
    return (
        (
            id_,
            *(0 if value != value else int(value) for value in row[:11]),
            *(None if value != value else int(value) for value in row[11:15]),
            row[15] if isinstance(row[15], tuple) else (),
        )
        for id_, *row in joined.itertuples(name=None)
    )


METHODS: dict[str, tuple[Callable[[Path], Rows], tuple[str, ...]]] = {
    "needsseg (DuckDB)": (ours, ("narwhals", "duckdb", "needsseg.accounts.tiers.stack")),
    "one query": (one_query, ("duckdb",)),
    "one query, tuned": (tuned_query, ("duckdb",)),
    "needsseg (Polars)": (lambda file: ours(file, "polars"), ("narwhals", "polars", "needsseg.accounts.tiers.stack")),
    "Polars": (in_polars, ("polars",)),
    "pandas": (in_pandas, ("pandas", "pyarrow")),
}
SPARK: dict[str, tuple[Callable[[Path], Rows], tuple[str, ...]]] = {
    "needsseg (Spark, local[2])": (lambda file: ours(file, "spark:local[2]"), ("narwhals", "pyspark.sql")),
    "needsseg (Spark, two executors)": (
        lambda file: ours(file, "spark:local-cluster[2,1,1024]"),
        ("narwhals", "pyspark.sql"),
    ),
}


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
        _watched([*command, "init"])
        for words in (
            ["accounts", "import", str(folder / "accounts.csv")],
            ["accounts", "import", str(folder / "events.csv")],
            ["profile", "--as-of", AS_OF.isoformat(), "--json"],
        ):
            started = time.perf_counter()
            _, peak = _watched([*command, *words])
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
    said, peak = _watched([sys.executable, "-m", "benchmarks.stack", "--one", name, str(file)])
    seconds, cpu, digest = json.loads(said.splitlines()[-1])
    return seconds, cpu, peak, digest


def _watched(words: list[str]) -> tuple[str, float]:
    """What a command says, and its peak memory in MB; RuntimeError where it fails."""
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        peaks = [0.0]
        done = threading.Event()
        sampler = threading.Thread(target=_sample, args=(process.pid, peaks, done))
        sampler.start()
        said, complaint = process.communicate()
        done.set()
        sampler.join()
    if process.returncode:
        raise RuntimeError(f"{' '.join(words)} failed: {complaint}")
    return said, peaks[0]


def _sample(pid: int, peaks: list[float], done: threading.Event) -> None:
    """The largest sum of resident memory, in MB, of a process and those below it (Linux)."""
    while not done.wait(0.1):
        peaks[0] = max(peaks[0], sum(map(_resident, _family(pid))))


def _family(pid: int) -> list[int]:
    try:
        below = [int(child) for tasks in Path(f"/proc/{pid}/task").iterdir()
                 for child in (tasks / "children").read_text().split()]  # fmt: skip
    except OSError:
        return []
    return [pid, *(found for child in below for found in _family(child))]


def _resident(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)


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
