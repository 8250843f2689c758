"""Cancellations, tickets, scores and users of accounts, read from the Parquet files that ``ingest`` wrote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from needsseg.accounts.engines.engine import open_engine
from needsseg.accounts.own.columns import OwnColumn, field_text

PlainValue = str | float | bool
PROMOTER, DETRACTOR = 9, 6
"""From 9 on a person recommends the product, up to 6 they do not (Reichheld 2003)."""


@dataclass(frozen=True, slots=True)
class Cancellation:
    """An account's cancellation on an epoch day: its reason, and what was said of it; texts are empty where there is none.

    ``own`` has the values of own columns by name, dates as ISO text, without empty cells; so it has of tickets and scores.
    """

    account_id: str
    day: int
    reason: str
    text: str
    id: str
    own: Mapping[str, PlainValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket of an account, opened on an epoch day."""

    account_id: str
    day: int
    subject: str
    category: str
    status: str
    priority: str
    id: str
    own: Mapping[str, PlainValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Score:
    """An answer from 0 to 10 to whether somebody recommends the product, on an epoch day; ``user_id`` may be empty."""

    account_id: str
    day: int
    score: int
    comment: str
    user_id: str
    id: str
    own: Mapping[str, PlainValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class User:
    """A user of an account, with the newest e-mail address; ``created`` is an epoch day or None."""

    account_id: str
    user_id: str
    email: str
    role: str
    created: int | None


_COLUMNS: dict[type, tuple[str, ...]] = {
    Cancellation: ("account_id", "date_day", "reason", "text", "id"),
    Ticket: ("account_id", "date_day", "subject", "category", "status", "priority", "id"),
    Score: ("account_id", "date_day", "score", "comment", "user_id", "id"),
    User: ("account_id", "user_id", "email", "role", "created_day"),
}


def read_cancellations(
    parquet: Path, before: int, only: Collection[str] | None = None, own: Sequence[OwnColumn] = ()
) -> list[Cancellation]:
    """Return the cancellations before epoch day ``before``, by day, the newest last; of all accounts or of ``only`` some.

    ``own`` are the own columns to read.
    """
    return [Cancellation(*row) for row in _rows(Cancellation, parquet, before, only, own)]


def read_tickets(
    parquet: Path, before: int, only: Collection[str] | None = None, own: Sequence[OwnColumn] = ()
) -> list[Ticket]:
    """Return the tickets opened before epoch day ``before``, as ``read_cancellations`` does."""
    return [Ticket(*row) for row in _rows(Ticket, parquet, before, only, own)]


def read_scores(
    parquet: Path, before: int, only: Collection[str] | None = None, own: Sequence[OwnColumn] = ()
) -> list[Score]:
    """Return the scores given before epoch day ``before``, as ``read_cancellations`` does."""
    return [Score(*row) for row in _rows(Score, parquet, before, only, own)]


def read_users(parquet: Path, before: int, only: Collection[str] | None = None) -> list[User]:
    """Return the users created before epoch day ``before`` or on an unknown day, each once, by account and id."""
    rows = [User(*row) for row in _rows(User, parquet, None, only)]
    first: dict[tuple[str, str], User] = {}
    for user in rows:
        if user.created is None or user.created < before:
            first.setdefault((user.account_id, user.user_id), user)
    return list(first.values())


def _rows(
    record: type, parquet: Path, before: int | None, only: Collection[str] | None, own: Sequence[OwnColumn] = ()
) -> list[tuple[Any, ...]]:
    import narwhals as nw

    columns = _COLUMNS[record]
    with open_engine() as engine:
        frame = engine.scan_of(parquet, only)
        if before is not None:
            frame = frame.filter(nw.col("date_day") < before)
        if "former" in frame.collect_schema().names():
            frame = frame.filter(~nw.col("former").fill_null(False))
        rows = engine.rows(frame.select(*columns, *(column.stored for column in own)))
    # Engines return rows in any order.
    by_day = 1 if before is not None else 0
    rows = sorted(rows, key=lambda row: (row[by_day], *(str(cell) for cell in row)))
    return [(*row[: len(columns)], _own_values(row[len(columns) :], own)) for row in rows] if own else rows


def _own_values(cells: Sequence[Any], own: Sequence[OwnColumn]) -> dict[str, PlainValue]:
    return {
        column.name: field_text(cell, column.type) if column.type == "date" else cell
        for column, cell in zip(own, cells, strict=True)
        if cell is not None and cell != ""
    }


def newest_scores(scores: Iterable[Score]) -> list[Score]:
    """Return the newest score of each person; those of nobody in particular all count."""
    newest: dict[tuple[str, str], Score] = {}
    for place, score in enumerate(sorted(scores, key=lambda score: (score.day, score.id))):
        newest[score.account_id, score.user_id or f"\x00{place}"] = score
    return list(newest.values())


def net_promoter_points(scores: Sequence[int]) -> int:
    """Return the number of promoters less that of detractors."""
    return sum((score >= PROMOTER) - (score <= DETRACTOR) for score in scores)


def reasons_of(cancellations: Iterable[Cancellation]) -> dict[str, int]:
    """Count cancellations by reason, the most frequent first; "no reason" where there is none."""
    counted = Counter(one.reason or "no reason" for one in cancellations)
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def by_account(rows: Iterable[Any], merged: Mapping[str, str]) -> dict[str, list[Any]]:
    """Return records by the account that they belong to now; ``merged`` maps ids of merged records to survivors."""
    rows_by_account: dict[str, list[Any]] = {}
    for row in rows:
        rows_by_account.setdefault(merged.get(row.account_id, row.account_id), []).append(row)
    return rows_by_account
