"""Usage, tickets, scores and cancellations of subscriptions, users or devices, joined to accounts.

The subscriptions and the users say whose they are; a user is known by id or by e-mail address. An event belongs to the account
of its subscription, else of its user, else of its device. A key of two accounts is never guessed: only where a subscription has
moved from one to the other is it known which of them had it on a day, and there the account counts whose term of that id began
last. A join multiplies no row: each has one account or none.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from needsseg.accounts.ingest.cells import local_second, text
from needsseg.errors import TableError
from needsseg.files import whole_file
from needsseg.text import format_count, plural

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY_LIMIT = "1GB"
EXAMPLES = 3
KEYS = {"term_id": "subscription", "user_id": "user", "device_id": "device"}


@dataclass(frozen=True, slots=True)
class JoinFiles:
    """The Parquet files that a join reads: rows, accounts, and the users and subscriptions where there are any.

    ``rows`` are events, or records with a day where ``are_events`` is False.
    """

    rows: Path
    accounts: Path
    users: Path | None = None
    subscriptions: Path | None = None
    are_events: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the files, which say what they hold."""
        return tuple(file.name if file else "" for file in (self.rows, self.accounts, self.users, self.subscriptions))


@dataclass(frozen=True, slots=True)
class JoinReport:
    """How many rows were joined by each key, and those that no account is known for, with examples.

    ``unknown`` and ``shared`` count rows and ids by key: ids that no file has, and ids of two accounts. ``moved`` are
    subscriptions that moved from one account to another, as (id, accounts in order of time).
    """

    rows: int
    joined: dict[str, int]
    unknown: dict[str, tuple[int, int, tuple[str, ...]]]
    shared: dict[str, tuple[int, int, tuple[str, ...]]]
    moved: tuple[tuple[str, tuple[str, ...]], ...]


def join_rows(files: JoinFiles, target: Path, tz: str = "UTC") -> None:
    """Write the rows of ``files`` that an account is known for to ``target``, with its id; events by account and time."""
    import duckdb

    try:
        with duckdb.connect() as con, whole_file(target, private=True) as partial:
            con.execute(f"SET memory_limit = '{MEMORY_LIMIT}'; SET temp_directory = {text(str(target.parent))}")
            _resolve(con, files, tz)
            first, order = ("event_id, ", "account, second, place") if files.are_events else ("", "place")
            con.execute(
                f"COPY (SELECT {first}account AS account_id, * EXCLUDE ({first}account_id, account, place) FROM resolved "
                f"WHERE account IS NOT NULL ORDER BY {order}) TO {text(str(partial))} (FORMAT parquet, COMPRESSION zstd)"
            )
    except duckdb.Error as error:
        first = str(error).splitlines()[0]
        raise TableError(
            f"{files.rows.name}: cannot be joined to accounts: {first}", "Import that file again."
        ) from error


def join_report(files: JoinFiles, tz: str = "UTC") -> JoinReport:
    """Return how the join of ``files`` went."""
    import duckdb

    with duckdb.connect() as con:
        con.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
        _resolve(con, files, tz, keep=True)
        (rows,) = con.execute("SELECT count(*) FROM resolved").fetchone() or (0,)
        joined = dict(con.execute("SELECT key, count(*) FROM resolved WHERE key IS NOT NULL GROUP BY 1").fetchall())
        unknown: dict[str, tuple[int, int, tuple[str, ...]]] = {}
        shared: dict[str, tuple[int, int, tuple[str, ...]]] = {}
        for key in _keys(files):
            for counts, condition in ((unknown, f"{key}_accounts IS NULL"), (shared, f"{key}_accounts > 1")):
                if counted := _counted(con, key, condition):
                    counts[key] = counted
        moved = con.execute(
            "SELECT term_id, list(account ORDER BY since NULLS FIRST) FROM turns WHERE term_id IN "
            "(SELECT term_id FROM turns GROUP BY 1 HAVING count(DISTINCT account) > 1) GROUP BY 1 ORDER BY 1"
        ).fetchall()
        names = tuple((str(id_), tuple(dict.fromkeys(str(one) for one in accounts if one))) for id_, accounts in moved)
        return JoinReport(
            int(rows), {key: int(joined[key]) for key in _keys(files) if key in joined}, unknown, shared, names
        )


def _keys(files: JoinFiles) -> tuple[str, ...]:
    return tuple(key for key in KEYS if files.are_events or key != "device_id")


def _counted(con: DuckDBPyConnection, key: str, condition: str) -> tuple[int, int, tuple[str, ...]] | None:
    rows, ids = con.execute(
        f"SELECT count(*), count(DISTINCT {key}) FROM resolved WHERE account IS NULL AND {key} <> '' AND {condition}"
    ).fetchone() or (0, 0)
    if not rows:
        return None
    examples = con.execute(
        f"SELECT {key} FROM resolved WHERE account IS NULL AND {key} <> '' AND {condition} GROUP BY 1 "
        f"ORDER BY count(*) DESC, 1 LIMIT {EXAMPLES}"
    ).fetchall()
    return int(rows), int(ids), tuple(str(id_) for (id_,) in examples)


def _resolve(con: DuckDBPyConnection, files: JoinFiles, tz: str, keep: bool = False) -> None:
    """Create the relation ``resolved``: each row once, with the account that it belongs to or NULL, and by which key.

    With ``keep`` it is a table, and has for each key the number of accounts that an id has.
    """
    con.execute(
        "CREATE TABLE merged AS SELECT unnest(string_split(merged_ids, ' ')) AS old, account_id AS now "
        f"FROM read_parquet({text(str(files.accounts))}) WHERE merged_ids <> ''"
    )
    for key in _keys(files)[1:]:
        _people(con, key, files.users)
    _turns(con, files.subscriptions)
    day = f"{local_second('e.second', tz)} // 86400" if files.are_events else "e.date_day"
    accounts_of = {key: f"of_{key}.account" for key in _keys(files)}
    by = " ".join(f"WHEN {account} IS NOT NULL THEN '{key}'" for key, account in accounts_of.items())
    numbers = "".join(f", of_{key}.accounts AS {key}_accounts" for key in _keys(files))
    people = " ".join(f"LEFT JOIN of_{key} ON {_as_written(f'e.{key}')} = of_{key}.id" for key in _keys(files)[1:])
    con.execute(
        f"CREATE {'TABLE' if keep else 'TEMP VIEW'} resolved AS SELECT e.* EXCLUDE (local_day), "
        f"coalesce({', '.join(accounts_of.values())}) AS account{f', CASE {by} END AS key{numbers}' if keep else ''} FROM "
        f"(SELECT e.* EXCLUDE (file_row_number), file_row_number AS place, {day} AS local_day "
        f"FROM read_parquet({text(str(files.rows))}, file_row_number = true) AS e) AS e "
        f"ASOF LEFT JOIN turns AS of_term_id ON e.term_id = of_term_id.term_id AND e.local_day >= of_term_id.since {people}"
    )


def _as_written(id_: str) -> str:
    """Return SQL for an id as it is compared: an e-mail address in lower case, any other as it is."""
    return f"CASE WHEN contains({id_}, '@') THEN lower({id_}) ELSE {id_} END"


def _people(con: DuckDBPyConnection, key: str, users: Path | None) -> None:
    """Create the table ``of_`` and the key: each id once, its account where it has a single one, and how many it has."""
    names = (_as_written(key), "lower(email)") if key == "user_id" else (key,)
    rows = (
        " UNION ALL ".join(
            f"SELECT {name} AS id, coalesce(now, account_id) AS account FROM read_parquet({text(str(users))}) "
            f"LEFT JOIN merged ON account_id = old WHERE {name} <> ''"
            for name in names
        )
        if users
        else "SELECT '' AS id, '' AS account WHERE false"
    )
    con.execute(
        f"CREATE TABLE of_{key} AS SELECT id, CASE WHEN count(DISTINCT account) = 1 THEN min(account) END AS account, "
        f"count(DISTINCT account) AS accounts FROM ({rows}) GROUP BY id"
    )


def _turns(con: DuckDBPyConnection, subscriptions: Path | None) -> None:
    """Create the table ``turns``: from which day on which account has a subscription; NULL where two accounts begin at once.

    The first turn of a subscription begins long before it, so that earlier use counts, as it does of other accounts.
    """
    columns = (
        {
            str(row[0])
            for row in con.execute(f"DESCRIBE SELECT * FROM read_parquet({text(str(subscriptions))})").fetchall()
        }
        if subscriptions
        else set()
    )
    terms = (
        "SELECT term_id, start_day, coalesce(now, account_id) AS account "
        f"FROM read_parquet({text(str(subscriptions))}) LEFT JOIN merged ON account_id = old WHERE term_id <> ''"
        if "term_id" in columns
        else "SELECT '' AS term_id, 0 AS start_day, '' AS account WHERE false"
    )
    con.execute(
        "CREATE TABLE turns AS SELECT term_id, CASE WHEN row_number() OVER (PARTITION BY term_id ORDER BY start_day) = 1 "
        "THEN -1000000000 ELSE start_day END AS since, account, accounts FROM (SELECT term_id, start_day, "
        "CASE WHEN count(DISTINCT account) = 1 THEN min(account) END AS account, count(DISTINCT account) AS accounts "
        f"FROM ({terms}) GROUP BY term_id, start_day)"
    )


def join_words(report: JoinReport, has: frozenset[str], what: str = "usage") -> list[str]:
    """Return what a person should know of a join of ``what``; ``has`` names the kinds that were imported."""
    by = " and ".join(f"{KEYS[key]} ({format_count(rows, 'row')})" for key, rows in report.joined.items())
    joined = sum(report.joined.values())
    subject = "Usage is" if what == "usage" else f"{what.capitalize()} are"
    words = [f"{subject} joined to accounts by {by}." if by else f"No row of {what} is joined to an account yet."]
    if joined < report.rows:
        rows = report.rows - joined
        words.append(
            f"{rows:,} of {format_count(report.rows, 'row')} of {what} {plural(rows, 'belongs', 'belong')} to no account."
        )
    for key, (rows, ids, examples) in report.unknown.items():
        source = "subscriptions" if key == "term_id" else "users"
        where = f"not in the {source}" if source in has else f"not known, since no {source} are imported"
        words.append(
            f"{format_count(rows, 'row')} {plural(rows, 'is', 'are')} of {format_count(ids, KEYS[key])} "
            f"({_listed(ids, examples)}) {plural(ids, 'that is', 'that are')} {where}."
        )
    for key, (rows, ids, examples) in report.shared.items():
        words.append(
            f"{format_count(rows, 'row')} {plural(rows, 'is', 'are')} of {format_count(ids, KEYS[key])} "
            f"({_listed(ids, examples)}) of two accounts: which of them it belongs to is not known."
        )
    counts = "usage counts" if what == "usage" else f"{what} count"
    for id_, accounts in report.moved[:EXAMPLES]:
        words.append(
            f"Subscription {id_} moved ({' → '.join(accounts)}): its {counts} for the account whose term of that id began last."
        )
    if len(report.moved) > EXAMPLES:
        words.append(f"{len(report.moved) - EXAMPLES:,} more subscriptions moved.")
    return words


def _listed(ids: int, examples: tuple[str, ...]) -> str:
    return ", ".join(example[:40] for example in examples) + (" …" if ids > len(examples) else "")
