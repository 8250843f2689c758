"""Cancellations as the end of subscriptions that say no end themselves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from needsseg.accounts.ingest.cells import text
from needsseg.errors import TableError
from needsseg.files import whole_file
from needsseg.text import format_count, plural

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class EndFiles:
    """The Parquet files of subscriptions, cancellations and accounts."""

    subscriptions: Path
    churn: Path
    accounts: Path

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the files, which say what they hold."""
        return self.subscriptions.name, self.churn.name, self.accounts.name


def end_terms(files: EndFiles, target: Path) -> None:
    """Write the subscriptions to ``target``: one without an end ends with the first cancellation on or after its start.

    A cancellation of a subscription ends that one alone; where no subscription has an id, it ends those of its account.
    Subscriptions with an end keep it, and no row is multiplied.
    """
    import duckdb

    try:
        with duckdb.connect() as con, whole_file(target, private=True) as partial:
            _ended(con, files)
            con.execute(
                "COPY (SELECT * EXCLUDE (place, account, of_term, cancelled_day) "
                "REPLACE (coalesce(end_day, cancelled_day) AS end_day) "
                f"FROM ended ORDER BY place) TO {text(str(partial))} (FORMAT parquet, COMPRESSION zstd)"
            )
    except duckdb.Error as error:
        first = str(error).splitlines()[0]
        raise TableError(
            f"{files.subscriptions.name}: cannot be read with the cancellations: {first}", "Import them again."
        ) from error


def ending_words(files: EndFiles) -> list[str]:
    """Return what a person should know: how many subscriptions cancellations end, and how many cancellations end none."""
    import duckdb

    with duckdb.connect() as con:
        _ended(con, files)
        (ended,) = con.execute("SELECT count(*) FROM ended WHERE cancelled_day IS NOT NULL").fetchone() or (0,)
        idle, example = con.execute(
            "SELECT count(*), min(account) FROM cancelled AS c WHERE NOT EXISTS (SELECT 1 FROM ended AS e WHERE "
            "e.account = c.account AND c.of_term IN ('', e.of_term) "
            "AND e.start_day <= c.day AND (e.end_day IS NULL OR e.end_day >= c.day))"
        ).fetchone() or (0, None)
    words = []
    if ended:
        words.append(
            f"Cancellations end {format_count(ended, 'subscription')} without an end, on {plural(ended, 'its', 'their')} day."
        )
    if idle:
        words.append(
            f"{format_count(idle, 'cancellation')} (such as of {example}) {plural(idle, 'lies', 'lie')} in no subscription of "
            "the account; they end nothing."
        )
    return words


def _columns(con: DuckDBPyConnection, parquet: Path) -> set[str]:
    described = con.execute(f"DESCRIBE SELECT * FROM read_parquet({text(str(parquet))})").fetchall()
    return {str(row[0]) for row in described}


def _has_term_ids(con: DuckDBPyConnection, subscriptions: Path) -> bool:
    if "term_id" not in _columns(con, subscriptions):
        return False
    some = con.execute(f"SELECT 1 FROM read_parquet({text(str(subscriptions))}) WHERE term_id <> '' LIMIT 1").fetchone()
    return some is not None


def _ended(con: DuckDBPyConnection, files: EndFiles) -> None:
    """Create ``cancelled`` (account, day) and ``ended``: each subscription once, with the day on which it was cancelled."""
    con.execute(
        "CREATE TABLE merged AS SELECT unnest(string_split(merged_ids, ' ')) AS old, account_id AS now "
        f"FROM read_parquet({text(str(files.accounts))}) WHERE merged_ids <> ''"
    )
    of_term = "term_id" if _has_term_ids(con, files.subscriptions) else "''"
    told_apart = of_term == "term_id" and "term_id" in _columns(con, files.churn)
    term = "coalesce(term_id, '')" if told_apart else "''"
    con.execute(
        f"CREATE TABLE cancelled AS SELECT DISTINCT coalesce(now, account_id) AS account, date_day AS day, {term} AS of_term "
        f"FROM read_parquet({text(str(files.churn))}) LEFT JOIN merged ON account_id = old"
    )
    con.execute(
        "CREATE TABLE ended AS WITH terms AS (SELECT * EXCLUDE (file_row_number, old, now), file_row_number AS place, "
        f"coalesce(now, account_id) AS account, {of_term} AS of_term "
        f"FROM read_parquet({text(str(files.subscriptions))}, file_row_number = true) "
        "LEFT JOIN merged ON account_id = old), firsts AS (SELECT place, min(day) AS cancelled_day FROM terms "
        "JOIN cancelled USING (account) WHERE end_day IS NULL AND day >= start_day AND cancelled.of_term IN ('', terms.of_term) "
        "GROUP BY place) "
        "SELECT terms.*, cancelled_day FROM terms LEFT JOIN firsts USING (place)"
    )
