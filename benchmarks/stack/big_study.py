"""A study of 100,000 accounts, 5 million events and their subscriptions, with 60 accounts labelled by a survey; seeded.

``python -m benchmarks.stack.big_study FOLDER [ACCOUNTS EVENTS]`` writes ``accounts.csv``, ``events.csv``, ``events.parquet``,
``subscriptions.csv`` and ``responses.csv``. With ``--study`` it also runs the sample study's demo in
FOLDER/study, and replaces its accounts by these, so that the labels rest on segments that come from interviews.

Accounts begin at different times, few are busy, a sixth falls silent, teams grow, and terms renew or end, so that every kind
of trigger fires and every stage has accounts.
"""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RESPONSES = ROOT / "interviews" / "accounts" / "survey_responses.csv"
AS_OF = "2026-07-01"
LAST_DAY = 20_634  # 2026-06-30
DAYS = 365
ACCOUNTS, EVENTS, LABELLED = 100_000, 5_000_000, 60
EVENT_NAMES = (
    "login", "login", "login", "task_created", "task_completed", "comment_added", "feature_used", "invite_sent",
    "setup_completed", "api_call",
)  # fmt: skip
INDUSTRIES = ("Technology", "Healthcare", "Retail", "Education", "Finance", "Manufacturing", "Entertainment")
COUNTRIES = ("Germany", "France", "United States", "Japan", "Brazil", "India")
ID = "'acct-' || lpad({}::VARCHAR, 7, '0')"


def write_files(folder: Path, accounts: int = ACCOUNTS, events: int = EVENTS, labelled: int = LABELLED) -> None:
    """Write all files into ``folder``; the same numbers give the same files."""
    import duckdb

    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as con:
        con.execute("SET memory_limit = '2GB'; SET preserve_insertion_order = true; SET enable_progress_bar = false")
        _accounts(con, folder, accounts)
        _subscriptions(con, folder, accounts)
        _events(con, folder, accounts, events)
    _responses(folder, accounts, labelled)


def _accounts(con, folder: Path, accounts: int) -> None:  # type: ignore[no-untyped-def]
    con.execute(f"""
        CREATE TABLE account AS SELECT n, {ID.format("n")} AS id, hash(n, 1) AS h, hash(n, 2) AS g,
            {LAST_DAY - DAYS} - 200 + (hash(n, 3) % {DAYS + 180})::INT AS begins,
            CASE WHEN hash(n, 4) % 6 = 0 THEN {LAST_DAY} - (hash(n, 5) % 200)::INT END AS silent,
            2 + pow((hash(n, 6) % 1000) / 1000.0, 4) * 40 AS team
        FROM range({accounts}) AS t(n)""")
    con.execute(f"""
        COPY (SELECT id AS "Id", 'Company ' || n AS "Name", 'company' || n || '.example' AS "Website",
                {list(INDUSTRIES)}[1 + (h % {len(INDUSTRIES)})::INT] AS "Industry",
                CASE WHEN g % 10 <> 0 THEN (1 + pow((g % 1009) / 1009.0, 5) * 20000)::INT END AS "NumberOfEmployees",
                CASE WHEN g % 7 <> 0 THEN (1 + h % 5000) * 10000 END AS "AnnualRevenue",
                {list(COUNTRIES)}[1 + (g % {len(COUNTRIES)})::INT] AS "BillingCountry",
                strftime(DATE '1970-01-01' + begins, '%Y-%m-%d') AS "CreatedDate"
            FROM account ORDER BY n) TO '{folder / "accounts.csv"}' (HEADER)""")


def _subscriptions(con, folder: Path, accounts: int) -> None:  # type: ignore[no-untyped-def]
    con.execute(f"""
        COPY (SELECT id AS account_id, plan, seats, seats * price AS amount,
                strftime(DATE '1970-01-01' + starts, '%Y-%m-%d') AS start_date,
                CASE WHEN NOT is_open THEN strftime(DATE '1970-01-01' + starts + 364, '%Y-%m-%d') END AS end_date
            FROM (SELECT id, n, term, (begins + 20 + term * 365)::INT AS starts,
                    ['Team', 'Business', 'Enterprise'][1 + (g % 3)::INT] AS plan, [120, 240, 480][1 + (g % 3)::INT] AS price,
                    (team * (1 + term * (h % 4) / 4.0))::INT AS seats, h % 5 = 0 AND term = 1 AS is_open
                FROM account, range(2) AS t(term) WHERE h % 10 < 8 AND (term = 0 OR h % 3 <> 0))
            WHERE starts <= {LAST_DAY} ORDER BY starts, n) TO '{folder / "subscriptions.csv"}' (HEADER)""")


def _events(con, folder: Path, accounts: int, events: int) -> None:  # type: ignore[no-untyped-def]
    first = LAST_DAY - DAYS + 1
    con.execute(f"""
        COPY (SELECT 'ev_' || i AS event_id, id AS account_id,
                CASE WHEN k % 20 <> 0 THEN 'u' || n || '-' ||
                    ((k // 20)::HUGEINT % greatest(1, (team * (day - begins + 60) / 400)::INT))
                    END AS user_id,
                name AS event,
                CASE WHEN name NOT IN ('login', 'invite_sent', 'setup_completed')
                    THEN 'feature ' || (sqrt(k // 7 % 144)::INT) END AS feature,
                ['web', 'web', 'ios', 'android', 'api'][1 + (k // 130 % 5)::INT] AS platform,
                make_timestamp((day * 86400 + (k % 86400)::BIGINT) * 1000000) AS timestamp
            FROM (SELECT * FROM (SELECT i, account.*, {list(EVENT_NAMES)}[1 + (hash(i, 12) % {len(EVENT_NAMES)})::INT] AS name,
                    hash(i, 13) AS k, {first} + (hash(i, 14) % {DAYS})::INT AS day
                FROM (SELECT i, (pow((hash(i, 11) % 1000003) / 1000003.0, 1.7) * {accounts - 1})::BIGINT AS place
                    FROM range({events * 2}) AS t(i))
                JOIN account ON account.n = place)
                WHERE day >= begins AND (silent IS NULL OR day < silent) ORDER BY i LIMIT {events})
            ORDER BY day, i) TO '{folder / "events.parquet"}' (FORMAT parquet, COMPRESSION zstd)""")
    con.execute(f"""
        COPY (SELECT * REPLACE (strftime(timestamp, '%Y-%m-%d %H:%M:%S') AS timestamp)
            FROM read_parquet('{folder / "events.parquet"}')) TO '{folder / "events.csv"}' (HEADER)""")


def _responses(folder: Path, accounts: int, labelled: int) -> None:
    """Write the sample study's answers with other accounts: the busiest, and some in between."""
    with RESPONSES.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    with (folder / "responses.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(rows[0])
        for place, row in enumerate(rows[1 : labelled + 1]):
            writer.writerow([f"acct-{place * accounts // (4 * labelled):07d}", *row[1:]])


def make_study(folder: Path) -> Path:
    """Run the sample study's demo below ``folder`` and replace its accounts by those of the files there; return the study.

    It has a folder of its own, as the demo exports an ``accounts.csv`` too.
    """
    command = [sys.executable, "-m", "needsseg.cli"]
    home = (folder / "study").resolve()
    study = home / "needsseg.db"
    for words in (
        ["demo", "--no-tui", "--dir", str(home)],
        *(
            ["--study", str(study), "accounts", "import", str((folder / name).resolve()), "--kind", name.split(".")[0]]
            for name in ("accounts.csv", "events.parquet", "subscriptions.csv")
        ),
        ["--study", str(study), "survey", "route", str((folder / "responses.csv").resolve())],
    ):
        done = subprocess.run([*command, *words], cwd=ROOT, capture_output=True, text=True)
        if done.returncode not in (0, 3):
            raise RuntimeError(f"{' '.join(words)} failed: {done.stderr}")
    return study


def main() -> None:
    """Write the files, and the study where it is asked for."""
    folder, *numbers = [word for word in sys.argv[1:] if word != "--study"]
    write_files(Path(folder), *map(int, numbers))
    if "--study" in sys.argv:
        print(make_study(Path(folder)))


if __name__ == "__main__":
    main()
