"""Generated events, and each way to count what accounts do with them: needsseg, SQL, Polars, pandas, Spark."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

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
            count(*) FILTER (day < {D - 30}), count(DISTINCT (user_id, day)) FILTER ({NOW} AND user_id IS NOT NULL),
            min(day), max(day), min(day) FILTER (event = 'setup_completed'), min(day) FILTER ({IS_CORE}),
            list_sort(list(DISTINCT feature) FILTER (feature IS NOT NULL))
        FROM read_parquet('{file}') WHERE day < {D} GROUP BY account_id""")


def tuned_query(file: Path) -> Rows:
    """The same with the distinct values grouped beforehand and days as bits, by somebody who knows DuckDB."""
    return _sql(f"""
        WITH ever AS (
            SELECT account_id, min(a) AS a, max(b) AS b, min(c) AS c, min(d) AS d, sum(earlier)::BIGINT AS earlier,
                list_sort(list(feature) FILTER (feature IS NOT NULL)) AS features
            FROM (
                SELECT account_id, feature, min(day) AS a, max(day) AS b, count(*) FILTER (day < {D - 30}) AS earlier,
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
            SELECT account_id, count(*) AS users, sum(days)::BIGINT AS user_days FROM (
                SELECT account_id, user_id, count(DISTINCT day) AS days FROM read_parquet('{file}')
                WHERE day < {D} AND {NOW} AND user_id IS NOT NULL GROUP BY account_id, user_id)
            GROUP BY account_id),
        breadth AS (
            SELECT account_id, count(*) AS breadth FROM (
                SELECT DISTINCT account_id, feature FROM read_parquet('{file}')
                WHERE day < {D} AND {NOW} AND feature IS NOT NULL)
            GROUP BY account_id)
        SELECT account_id, n, m, days, users, breadth, api, mobile, invited, logins, former, weeks, earlier, user_days,
            a, b, c, d, features
        FROM ever LEFT JOIN counted USING (account_id) LEFT JOIN users USING (account_id)
            LEFT JOIN breadth USING (account_id)""")


def _sql(query: str) -> Rows:
    import duckdb

    with duckdb.connect() as con:
        con.execute("SET memory_limit = '2GB'; SET preserve_insertion_order = false; SET enable_progress_bar = false")
        found = con.execute(query).fetchall()
    return ((*(value or 0 if at in range(1, 14) else value for at, value in enumerate(row[:-1])), tuple(row[-1] or ()))
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
            (day < D - 30).sum().alias("earlier"),
            pl.struct("user_id", "day").filter(now & pl.col("user_id").is_not_null()).n_unique().alias("user_days"),
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
        "earlier": events.day < D - 30,
    }  # fmt: skip
    sums = pd.DataFrame(flags).groupby(key).sum()
    recent = events[now].groupby("account_id")[["day", "user_id", "feature"]].nunique()
    weeks = ((D - 1 - events.day) // 7)[core & (events.day >= D - 28)].groupby(key).nunique()
    user_days = (
        events.loc[now, ["account_id", "user_id", "day"]].dropna().drop_duplicates().groupby("account_id").size()
    )
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
        sums.earlier,
        user_days,
        spans,
        setup,
        first,
    ]
    joined = pd.concat([*parts, features], axis=1)
    return (
        (
            id_,
            *(0 if value != value else int(value) for value in row[:13]),
            *(None if value != value else int(value) for value in row[13:17]),
            row[17] if isinstance(row[17], tuple) else (),
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
