"""Repeated rows: within one file, and events that come again in another; rows of later deliveries see ``kinds.deliveries``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from needsseg.accounts.ingest.columns import ACCOUNT_TEXT
from needsseg.accounts.ingest.mapping import Mapping
from needsseg.accounts.ingest.merged_records import EARLIER
from needsseg.accounts.ingest.rejects import Reject
from needsseg.text import format_count, plural

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SUBSCRIPTION = (
    "account_id", "plan", "seats", "amount", "start_day", "end_day", "renewal_day", "term_id", "replaces", "currency",
    "billing_interval", "trial",
)  # fmt: skip


IN_FILE = "already has this account id"
PLACE = "(file::BIGINT * 1099511627776 + row)"


def refused_accounts(con: DuckDBPyConnection, mapping: Mapping, names: Sequence[str]) -> list[Reject]:
    """Remove accounts from ``kept`` whose id another new row has that says otherwise; return the refused rows.

    Within one file an id may occur once. Of files that are read together nobody said which is newer: a row of another file
    may say more, but not something else. Rows of an earlier import are not looked at.
    """
    counted = con.execute("SELECT count(*), count(DISTINCT account_id) FROM kept WHERE file <> ?", [EARLIER]).fetchone()
    if counted is None or counted[0] == counted[1]:
        return []
    own = [str(row[0]) for row in con.execute("DESCRIBE kept").fetchall() if str(row[0]).startswith("own_")]
    cells = {name: f"nullif({name}::VARCHAR, '')" for name in (*ACCOUNT_TEXT, "created_day", *own)}
    differs = " OR ".join(
        f"coalesce({cell} <> first_value({cell} IGNORE NULLS) OVER (PARTITION BY account_id ORDER BY file, row), false)"
        for cell in cells.values()
    )
    con.execute(
        "CREATE TABLE again AS SELECT file, row, given, first_value(file) OVER same AS first_file, "
        f"first_value(row) OVER same AS first_row, min(row) OVER (PARTITION BY account_id, file) AS row_in_file, "
        f"{differs} AS differs FROM (SELECT *, count(*) OVER (PARTITION BY account_id) AS times FROM kept WHERE file <> ?) "
        "WHERE times > 1 WINDOW same AS (PARTITION BY account_id ORDER BY file, row)",
        [EARLIER],
    )
    rows = con.execute(
        "SELECT file, row, given, first_file, CASE WHEN row = row_in_file THEN first_row ELSE row_in_file END, "
        "row <> row_in_file FROM again WHERE row <> row_in_file OR differs"
    ).fetchall()
    con.execute(
        "DELETE FROM kept USING again WHERE kept.file = again.file AND kept.row = again.row "
        "AND (again.row <> row_in_file OR differs)"
    )
    column = mapping.columns["account_id"]
    return [
        Reject(
            row, column, id_,
            f"row {first_row} {IN_FILE}" if in_file else
            f"row {first_row} of {names[first_file]} already has this account id, with other values",
            names[file],
        )
        for file, row, id_, first_file, first_row, in_file in rows
    ]  # fmt: skip


def repeated_events(con: DuckDBPyConnection) -> tuple[int, int, int]:
    """Remove repeated event ids from ``kept``; events without an id all stay.

    Return the numbers of removed events, of new events without an id, and of ids of events that differ in account, name
    or time, as they do where the column is not an event id.
    """
    (unnamed,) = con.execute(
        "SELECT count(*) FROM kept WHERE event_id IS NULL AND file <> ?", [EARLIER]
    ).fetchone() or (0,)
    # Nearly all ids occur once: only rows whose hash occurs again are looked at, so that no table of all ids is needed.
    con.execute(
        "CREATE TABLE again AS SELECT hash(event_id) AS hashed FROM kept WHERE event_id IS NOT NULL GROUP BY 1 "
        "HAVING count(*) > 1"
    )
    (any_again,) = con.execute("SELECT count(*) FROM again").fetchone() or (0,)
    if not any_again:
        return 0, int(unnamed), 0
    named_again = "FROM kept WHERE event_id IS NOT NULL AND hash(event_id) IN (SELECT hashed FROM again)"
    (differing,) = con.execute(
        "SELECT count(*) FROM (SELECT min(content) AS least, max(content) AS most FROM (SELECT event_id, "
        f"hash(account_id, event, second) AS content {named_again}) GROUP BY event_id) WHERE least <> most"
    ).fetchone() or (0,)
    (dropped_by_id,) = con.execute(
        "DELETE FROM kept WHERE rowid IN (SELECT id FROM (SELECT rowid AS id, "
        f"row_number() OVER (PARTITION BY event_id ORDER BY {PLACE}) AS number {named_again}) WHERE number > 1)"
    ).fetchone() or (0,)
    return int(dropped_by_id), int(unnamed), int(differing)


def repeated_rows(con: DuckDBPyConnection, kind: str) -> int:
    """Remove rows of users, churn, tickets or scores from ``kept`` that come again within their file; return their number.

    A row with an id is a repeat of an earlier one with that id and account, else of one that is equal in every cell.
    """
    columns = [str(row[0]) for row in con.execute("DESCRIBE kept").fetchall() if row[0] != "row"]
    again = _without(con, ", ".join(columns), "true")
    if kind != "users":
        again += _without(con, "file, account_id, id", "id <> ''")
    return again


def multiplied_accounts(rejected: Sequence[Reject]) -> list[str]:
    """Return a note on account ids that come again within one file, as after a join with another table."""
    again = [reject for reject in rejected if reject.reason.endswith(IN_FILE)]
    if not again:
        return []
    accounts = format_count(len({(reject.file, reject.value) for reject in again}), "account")
    return [
        f"{format_count(len(again), 'row')} repeat the id of an earlier row, for {accounts}: a join may have multiplied the "
        "rows. The first row of each account counts."
    ]


def multiplied_subscriptions(con: DuckDBPyConnection) -> list[str]:
    """Return a note on subscriptions in ``kept`` that are equal to an earlier row in all cells; they stay."""
    rows = con.execute(
        f"SELECT coalesce(sum(times - 1), 0), count(DISTINCT account_id) FROM (SELECT account_id, count(*) AS times FROM kept "
        f"GROUP BY {', '.join(SUBSCRIPTION)} HAVING count(*) > 1)"
    ).fetchone()
    repeats, accounts = rows or (0, 0)
    if not repeats:
        return []
    verb = "is" if repeats == 1 else "are"
    return [
        f"{format_count(int(repeats), 'subscription')} of {format_count(accounts, 'account')} {verb} equal to an earlier row in "
        "every cell. If a join has multiplied them, remove them and import the file again: added, each is paid."
    ]


def unknown_replaced(con: DuckDBPyConnection) -> list[str]:
    """Return a note on subscriptions in ``kept`` that replace a term which the account does not have."""
    row = con.execute(
        "SELECT count(*), arg_min(replaces, (file, row)) FROM kept WHERE replaces <> '' AND NOT EXISTS (SELECT 1 FROM kept AS o "
        "WHERE o.account_id = kept.account_id AND o.term_id = kept.replaces)"
    ).fetchone()
    count, example = row or (0, "")
    if not count:
        return []
    names = plural(count, "names", "name")
    return [
        f"{format_count(count, 'subscription')} {names} a term to replace that its account does not have, such as '{example}'."
    ]


def _without(con: DuckDBPyConnection, key: str, condition: str) -> int:
    """Keep the first row of each key among those that a condition holds for; return the number of the others."""
    (before,) = con.execute("SELECT count(*) FROM kept").fetchone() or (0,)
    con.execute(
        "CREATE OR REPLACE TABLE kept AS SELECT * EXCLUDE (first) FROM "
        f"(SELECT *, min(row) OVER (PARTITION BY {key}) AS first FROM kept) WHERE NOT ({condition}) OR row = first"
    )
    (after,) = con.execute("SELECT count(*) FROM kept").fetchone() or (0,)
    return int(before - after)
